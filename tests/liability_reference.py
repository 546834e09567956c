"""The liability (P7) computed by hand: in plain Python, from the tables themselves.

Slow and simple, for comparison with the one query of the report. The arithmetic is that
of `lib.liability`; what belongs together is found here once more.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo.tools import SQL

from odoo.addons.pet_plans.lib import liability, periods

USED = ("used", "no_show", "late", "debt")
GIVEN = ("grant", "carry_over", "transfer", "adjust")
ZERO = Decimal(0)


class Reference:
    """What each service of the plans of a company comes to at the end of a day."""

    def __init__(self, env, company):
        """Read what there is of the company's plans."""
        self.company = company
        self.rounding = liability.exact(company.currency_id.rounding)
        plans = env["pet.plan"].search(
            [("company_id", "=", company.id), ("state", "!=", "draft")]
        )
        self.plans = plans.sorted("id")
        self.moves = (
            env["account.move"]
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "!=", "cancel"),
                    "|",
                    ("pet_plan_id", "in", plans.ids),
                    ("reversed_entry_id.pet_plan_id", "in", plans.ids),
                ]
            )
            .sorted("id")
        )
        self.rows = defaultdict(list)
        for row in env["pet.consumption"].search([("company_id", "=", company.id)]):
            self.rows[row.plan_id, row.product_id].append(row)

    # --- Invoices ------------------------------------------------------------

    def of_plan(self, plan):
        """Return the moves of a plan: list of (move, is a credit, the bill meant)."""
        found = []
        for move in self.moves:
            origin = move.reversed_entry_id
            if (move.pet_plan_id or origin.pet_plan_id) != plan:
                continue
            if move.move_type == "out_refund":
                found.append((move, True, origin))
            elif origin.move_type == "out_refund":
                found.append((move, True, origin.reversed_entry_id))
            else:
                found.append((move, False, move))
        return found

    def amounts(self, move, services):
        """Return what a move bills: dict, (service, whether sessions stand behind it)
        -> (paid sessions, free sessions, amount), each positive."""
        sign = -1 if move.move_type == "out_refund" else 1
        typed, off = [], ZERO
        lines = move.line_ids.filtered(
            lambda line: (
                line.display_type in ("product", "rounding") and not line.tax_line_id
            )
        )
        for line in lines.sorted(lambda line: (line.product_id.id or 10**9, line.id)):
            amount = liability.exact(-line.balance * sign)
            is_service = line.product_id in services and amount >= 0
            typed.append(
                (line.product_id, is_service, liability.exact(line.quantity), amount)
            )
        whole = sum(a for __, s, __, a in typed if s)
        if whole:
            off = sum(a for *__, a in typed if a < 0)
            typed = [row for row in typed if row[3] >= 0]
        found = defaultdict(lambda: (ZERO, ZERO, ZERO))
        so_far = ZERO
        for product, is_service, quantity, amount in typed:
            share = ZERO
            if whole and is_service:
                before = liability.round_to(off * so_far / whole, self.rounding)
                so_far += amount
                after = liability.round_to(off * so_far / whole, self.rounding)
                share = after - before
            paid, free, total = found[product, is_service]
            found[product, is_service] = (
                paid + (quantity if amount > 0 else ZERO),
                free + (quantity if amount == 0 else ZERO),
                total + amount + share,
            )
        return found

    # --- One service ---------------------------------------------------------

    def balances(self, day):
        """Return the balances on a day: dict, (plan, service) -> `Balance`, not 0."""
        found = {}
        for plan in self.plans:
            moves = self.of_plan(plan) if not plan.is_carry_over else []
            is_finished = self.is_finished(plan, moves, day)
            services = plan.line_ids.product_id
            keys = set(services)
            for move, __, __ in moves:
                keys |= {key for key, __ in self.amounts(move, services)}
            for product in keys:
                balance = self.balance(plan, product, moves, day, is_finished)
                if any(vars(balance).values()):
                    found[plan, product] = balance
        return found

    def balance(self, plan, product, moves, day, is_finished):
        services = plan.line_ids.product_id
        billed = refunded = other = ZERO
        for move, is_credit, __ in moves:
            if move.state != "posted" or move.date > day:
                continue
            sign = -1 if move.move_type == "out_refund" else 1
            for (service, is_service), (*__, amount) in self.amounts(
                move, services
            ).items():
                if service != product:
                    continue
                if is_credit:
                    refunded -= sign * amount
                else:
                    billed += amount
                if not is_service:
                    other += sign * amount
        if product not in services:
            return liability.Balance(billed, refunded, ZERO, billed - refunded, ZERO)
        if plan.is_carry_over:
            billed += self.granted(plan, product, day)[1]
        rows = [row for row in self.rows[plan, product] if row.date <= day]
        handed = -sum(
            liability.exact(row.amount)
            for row in rows
            if row.kind in ("given", "received")
        )
        by_use = earned = ZERO
        lapsed = False
        for segments, used, expired in self.pots(plan, product, moves, rows, day):
            if segments and isinstance(segments[0], Decimal):  # of what has no limit
                by_use += segments[0]
                earned += segments[0]
                continue
            by_use += liability.earn(used, segments, self.rounding)
            earned += liability.earn(used + expired, segments, self.rounding)
            lapsed |= expired > 0
        return liability.balance(
            billed,
            refunded,
            handed,
            by_use,
            earned,
            finished=is_finished,
            expired=lapsed,
        )

    def pots(self, plan, product, moves, rows, day):
        """Yield what is used up in one order: (segments, sessions used, expired)."""
        lines = plan.line_ids.filtered(lambda line: line.product_id == product)
        unlimited = any(lines.mapped("is_unlimited"))
        by_period = plan.kind == "plan" and (not plan.rollover or unlimited)
        bills = defaultdict(list)
        for move, is_credit, __ in moves:
            if is_credit:
                continue
            cycle = move.pet_cycle_id
            for segment in self.segments(plan, product, move, moves, day):
                bills[cycle.id if by_period else 0].append((cycle, *segment))
        if unlimited:
            for segments in bills.values():
                for cycle, __, __, whole, net, is_credited in segments:
                    part = self.days_used(plan, cycle, day, is_credited)
                    yield (
                        [liability.round_to(min(net, whole * part), self.rounding)],
                        ZERO,
                        ZERO,
                    )
            return
        pots = defaultdict(list)
        for row in rows:
            cycle = (by_period and row.cycle_id.id) or 0
            pots[cycle].append(row)
        for pot in {*bills, *pots}:
            some = pots[pot]
            count = defaultdict(Decimal)
            for row in some:
                count[row.kind] += liability.exact(row.quantity)
            received = [row for row in some if row.kind == "received"]
            segments = []
            if received:
                segments.append(
                    liability.Segment(
                        -sum(liability.exact(row.quantity) for row in received),
                        -sum(liability.exact(row.amount) for row in received),
                    )
                )
            if plan.is_carry_over and not pot:
                segments.append(liability.Segment(*self.granted(plan, product, day)))
            segments += [
                liability.Segment(quantity, net)
                for __, rank, quantity, __, net, __ in sorted(
                    bills[pot],
                    key=lambda one: (one[1], one[0].sequence),
                )
                if quantity > 0 or net > 0
            ]
            yield (
                segments,
                sum(count[kind] for kind in USED),
                count["expired"] + max(ZERO, count["edit"]),
            )

    def segments(self, plan, product, bill, moves, day):
        """Return what an invoice sells of a service, after its credit notes.

        :return: list of (rank, sessions, whole amount, net amount, whether credited)
        """
        services = plan.line_ids.product_id
        paid, free, amount = self.amounts(bill, services).get(
            (product, True), (ZERO, ZERO, ZERO)
        )
        credit = [ZERO, ZERO, ZERO]
        for move, is_credit, of in moves:
            known = min(move.invoice_date or move.date, move.date)
            if not is_credit or of != bill or known > day:
                continue
            sign = 1 if move.move_type == "out_refund" else -1
            found = self.amounts(move, services).get((product, True))
            for index, part in enumerate(found or ()):
                credit[index] += sign * part
        net = liability.reduce(
            liability.Segment(paid, amount), credit[0], min(credit[2], amount)
        )
        cycle = bill.pet_cycle_id
        scale = self.scale(plan, product)
        topped_up = bool(cycle.date_due_agreed)
        rank = 1 if cycle.carried_from_id else 4 if topped_up else 2
        return [
            (rank, net.quantity * scale, amount, net.amount, credit[2] > 0),
            (
                5 if topped_up else 3,
                (free - credit[1]) * scale,
                ZERO,
                ZERO,
                credit[2] > 0,
            ),
        ]

    def scale(self, plan, product):
        """Return which part of the sessions that it got a plan bills itself."""
        if not plan.transferred_from_id:
            return liability.ONE
        got = sum(
            liability.exact(entry.quantity)
            for entry in plan.entry_ids
            if entry.kind == "transfer"
            and entry.quantity > 0
            and entry.line_id.product_id == product
        )
        paid = -sum(
            liability.exact(row.quantity)
            for row in self.rows[plan, product]
            if row.kind == "received"
        )
        return max(ZERO, 1 - paid / got) if got else liability.ONE

    def day_given(self, entry):
        """Return the day from which sessions count as given: of a sale, the first."""
        plan = entry.plan_id
        given = plan.entry_ids.filtered(lambda one: one.kind in GIVEN)
        day = self.local_day(entry)
        is_of_the_sale = day == min(map(self.local_day, given))
        return min(day, plan.date_start) if is_of_the_sale else day

    def granted(self, plan, product, day):
        """Return what came from another software: sessions and their value (K6)."""
        quantity = amount = ZERO
        for entry in plan.entry_ids:
            if (
                entry.kind in ("carry_over", "grant")
                and entry.line_id.product_id == product
                and self.local_day(entry) <= day
            ):
                quantity += liability.exact(entry.quantity)
                amount += liability.exact(entry.quantity) * liability.exact(
                    entry.line_id.unit_value
                )
        return quantity, liability.round_to(amount, self.rounding)

    def days_used(self, plan, cycle, day, is_credited):
        last = day
        if plan.state == "cancelled":
            if (
                plan.cancel_date <= day
                and plan.cancel_settlement == "credit_note"
                and not is_credited
            ):
                return liability.ONE
            last = min(last, plan.cancel_date - timedelta(days=1))
        pauses = [(pause.date_from, pause.date_to) for pause in plan.pause_ids]
        first = cycle.date_from

        def usable(until):
            days = (until - first).days + 1
            days -= periods.count_days(
                (max(first, begin), min(until, end))
                for begin, end in pauses
                if begin <= until and end >= first
            )
            return Decimal(max(0, days))

        if last < first:
            return ZERO
        whole = usable(cycle.date_to)
        return usable(min(last, cycle.date_to)) / whole if whole else liability.ONE

    def local_day(self, entry):
        return periods.local_day(entry.date, self.company.pet_tz)

    # --- Finished ------------------------------------------------------------

    def is_finished(self, plan, moves, day):
        for move, is_credit, __ in moves:
            known = min(move.invoice_date or move.date, move.date)
            if is_credit and known > day:
                continue
            if move.state == "draft" or move.date > day:
                return False
        for lines in plan.line_ids.grouped("product_id").values():
            if any(lines.mapped("is_unlimited")):
                is_over = plan.state == "cancelled" and plan.cancel_date <= day
                if not is_over and any(cycle.date_to > day for cycle in plan.cycle_ids):
                    return False
                continue
            left = sum(
                liability.exact(entry.quantity)
                for entry in plan.entry_ids
                if entry.line_id in lines
                and entry.kind in GIVEN
                and self.day_given(entry) <= day
            ) - sum(
                liability.exact(row.quantity)
                for row in self.rows[plan, lines.product_id]
                if row.kind in ("used", "no_show", "late", "expired")
                and row.date <= day
            )
            if left > 0:
                return False
        return True


def find_faults(env, company, first, middle, last):
    """Return what is wrong with the reports of a company, as a list of sentences.

    Each line adds up, the end of one period is the beginning of the next, all agrees
    with Odoo's ledger and with the reference; what is finished comes to nothing.

    :param first, middle, last: days: a period from the first, and one behind the middle
    """
    reports = env["pet.liability"].create(
        [
            {"company_id": company.id, "date_from": begin, "date_to": end}
            for begin, end in (
                (first, middle),
                (middle + timedelta(days=1), last),
            )
        ]
    )
    before, after = reports
    faults = [
        f"P7: {report.name}: {report.agreement}"
        for report in reports
        if report.ledger_difference
    ]
    ends = [
        {
            (line.plan_id, line.product_id): (line[name], line[f"{name}_sessions"])
            for line in report.line_ids
            if line[name] or line[f"{name}_sessions"]
        }
        for report, name in ((before, "closing"), (after, "opening"))
    ]
    if ends[0] != ends[1]:
        faults.append(f"P7: it closes with {ends[0]} and opens with {ends[1]}")
    for line in reports.line_ids:
        for suffix in ("", "_sessions"):
            left = (
                line[f"opening{suffix}"]
                + line[f"billed{suffix}"]
                - line[f"used{suffix}"]
                - line[f"expired{suffix}"]
                - line[f"refunded{suffix}"]
                + line[f"transferred{suffix}"]
            )
            if round(left - line[f"closing{suffix}"], 4):
                faults.append(f"P7: {line.plan_id.name} does not add up: {line.read()}")
    faults += find_differences(env, reports)
    faults += _find_wrong_rows(env, company)
    return faults


def find_differences(env, reports):
    """Return where reports differ from the reference, as a list of sentences.

    :param reports: `pet.liability` records of one company
    """
    reference = Reference(env, reports.company_id)
    faults = []
    for report in reports:
        balances = {
            "opening": reference.balances(report.date_from - timedelta(days=1)),
            "closing": reference.balances(report.date_to),
        }
        for name, expected in balances.items():
            shown = {
                (line.plan_id, line.product_id): liability.exact(line[name])
                for line in report.line_ids
            }
            for plan, product in {*shown, *expected}:
                found = shown.get((plan, product), ZERO)
                wanted = getattr(expected.get((plan, product)), "closing", ZERO)
                if found != wanted:
                    faults.append(
                        f"P7: {report.name}: {name} of {plan.name}, {product.name} is "
                        f"{found}, by hand {wanted}"
                    )
    return faults


def _find_wrong_rows(env, company):
    """Compare the rows of consumed sessions with what visits and ledger say."""
    wrong = env.execute_query(
        SQL(
            """
            SELECT 'visit', visit_id, SUM(quantity)
              FROM (
                  SELECT visit.id AS visit_id, service.sessions AS quantity
                    FROM pet_appointment visit
                    JOIN pet_appointment_line service
                      ON service.appointment_id = visit.id
                    JOIN pet_plan_line line ON line.id = service.plan_line_id
                   WHERE visit.company_id = %(company)s AND visit.holds_sessions
                     AND visit.state NOT IN ('scheduled', 'confirmed')
                     AND line.is_unlimited IS NOT TRUE
                  UNION ALL
                  SELECT appointment_id, -quantity
                    FROM pet_consumption
                   WHERE company_id = %(company)s AND appointment_id IS NOT NULL
              ) AS sides
             GROUP BY visit_id
            HAVING SUM(quantity) != 0
            UNION ALL
            SELECT 'line', line_id, SUM(quantity)
              FROM (
                  SELECT line_id, -quantity AS quantity FROM pet_plan_entry
                   WHERE company_id = %(company)s
                     AND kind IN ('expire', 'reinstate', 'adjust')
                  UNION ALL
                  SELECT line_id, -quantity FROM pet_consumption
                   WHERE company_id = %(company)s AND kind IN ('expired', 'edit')
              ) AS sides
             GROUP BY line_id
            HAVING SUM(quantity) != 0
            """,
            company=company.id,
        )
    )
    faults = [f"P7: {row} counted too little" for row in wrong]
    handed = env.execute_query(
        SQL(
            """
            SELECT SUM(row.amount) FROM pet_consumption row
              JOIN pet_plan plan ON plan.id = row.plan_id
             WHERE row.company_id = %s AND row.kind IN ('given', 'received')
            """,
            company.id,
        )
    )[0][0]
    if handed:
        faults.append(f"P7: {handed} was handed on, and nobody got it")
    return faults
