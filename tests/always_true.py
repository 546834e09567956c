"""What is always true (docs/architecture.md), read from the tables themselves.

The checks know nothing of how the addon computes: each compares what two looks at the
database show, one before a step and one after it. A check yields a sentence for each
thing that is wrong.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from odoo.tools import SQL

UPCOMING = {"scheduled", "confirmed"}
SERVED = {"received", "in_service", "finished", "delivered"}
PAID = {"partial", "in_payment", "paid"}
TABLES = {
    "companies": ("res_company", ("pet_tz", "pet_paid_cycles")),
    "pets": ("pet_pet", ("name", "active", "partner_id")),
    "customers": ("res_partner", ("name", "company_id", "commercial_partner_id")),
    "plans": (
        "pet_plan",
        (
            "name",
            "kind",
            "state",
            "company_id",
            "pet_id",
            "partner_id",
            "is_given_away",
            "date_start",
            "date_end",
            "rollover",
            "overdraft_limit",
            "no_show_policy",
            "due_basis",
            "due_offset_days",
            "amount_total",
            "renewal_of_id",
            "period_count",
            "billing_error",
            "status_error",
        ),
    ),
    "lines": (
        "pet_plan_line",
        ("plan_id", "product_id", "quantity", "price_unit", "discount", "remaining"),
    ),
    "entries": (
        "pet_plan_entry",
        (
            "plan_id",
            "line_id",
            "cycle_id",
            "appointment_id",
            "company_id",
            "kind",
            "quantity",
            "balance",
            "reason",
            "user_id",
            "date",
        ),
    ),
    "cycles": (
        "pet_cycle",
        (
            "plan_id",
            "company_id",
            "sequence",
            "capacity",
            "date_from",
            "date_to",
            "date_due",
            "date_due_agreed",
            "amount_untaxed",
            "state",
            "payment_state",
            "invoice_id",
        ),
    ),
    "visits": (
        "pet_appointment",
        (
            "plan_id",
            "pet_id",
            "partner_id",
            "cycle_id",
            "company_id",
            "state",
            "holds_sessions",
            "units",
            "start",
            "step_id",
        ),
    ),
    "steps": (
        "pet_appointment_step",
        ("appointment_id", "previous_id", "old_state", "state"),
    ),
    "services": (
        "pet_appointment_line",
        ("appointment_id", "plan_line_id", "sessions"),
    ),
    "pauses": ("pet_plan_pause", ("plan_id", "date_from", "date_to")),
    "moves": (
        "account_move",
        (
            "name",
            "move_type",
            "state",
            "payment_state",
            "company_id",
            "pet_cycle_id",
            "pet_plan_id",
            "amount_untaxed",
            "amount_total",
            "invoice_date_due",
            "posted_before",
            "reversed_entry_id",
        ),
    ),
    "move_lines": (
        "account_move_line",
        ("move_id", "display_type", "price_subtotal", "price_total", "product_id"),
    ),
    "matches": (
        "account_partial_reconcile",
        ("debit_move_id", "credit_move_id", "debit_amount_currency"),
    ),
}


class World:
    """The rows of the tables, as they are in the database now."""

    def __init__(self, env, with_tax=()):
        """Read them; `with_tax` are the ids of products with their tax in the price."""
        self.with_tax = with_tax
        for name, (table, columns) in TABLES.items():
            env.cr.execute(
                SQL(
                    "SELECT %s FROM %s ORDER BY id",
                    SQL(", ").join(map(SQL.identifier, ("id", *columns))),
                    SQL.identifier(table),
                )
            )
            rows = env.cr.dictfetchall()
            setattr(self, name, {row["id"]: SimpleNamespace(**row) for row in rows})
        self.invoices = {
            move.id: move
            for move in self.moves.values()
            if move.pet_cycle_id and move.move_type == "out_invoice"
        }

    def of(self, plan, rows):
        """Return the rows of one plan, in the order of their ids."""
        return [row for row in rows.values() if row.plan_id == plan.id]

    def cycles_of(self, plan):
        return sorted(self.of(plan, self.cycles), key=lambda cycle: cycle.sequence)

    def in_cycle(self, cycle):
        return [visit for visit in self.visits.values() if visit.cycle_id == cycle.id]

    def units(self, cycle):
        """Return the weight of the visits that hold a place in a cycle."""
        return sum(v.units for v in self.in_cycle(cycle) if v.holds_sessions)

    def day(self, visit):
        """Return the local day of a visit, by the clock of its shop."""
        zone = ZoneInfo(self.companies[visit.company_id].pet_tz)
        return visit.start.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()

    def open_invoices(self, cycle):
        """Return what bills a cycle: not cancelled, nor credited in full by its own.

        A draft bills, also one that was reset while its credit note stands.
        """
        return [
            move
            for move in self.invoices.values()
            if move.pet_cycle_id == cycle.id
            and move.state != "cancel"
            and not (
                move.state == "posted"
                and move.payment_state == "reversed"
                and self.is_credited(move)
            )
        ]

    def is_credited(self, move):
        """Tell whether credit notes of an invoice take back all of it (I3).

        One that came when it was paid already, is money to give back.
        """
        credited = 0.0
        for match in self.matches.values():
            note = self.moves[self.move_lines[match.credit_move_id].move_id]
            if (
                self.move_lines[match.debit_move_id].move_id == move.id
                and note.reversed_entry_id == move.id
                and note.state == "posted"
            ):
                credited += match.debit_amount_currency
        return credited > move.amount_total - 0.005

    def is_open(self, cycle):
        return cycle.state != "closed"

    def is_last_open(self, cycle):
        later = [
            other
            for other in self.cycles.values()
            if other.plan_id == cycle.plan_id and other.sequence > cycle.sequence
        ]
        return not any(self.is_open(other) for other in later)


def same(one, other):
    """Tell whether two numbers of sessions, or amounts, are equal."""
    return round(one - other, 2) == 0


# --- The ledger ---------------------------------------------------------------


def check_entries_are_only_appended(before, now):
    for number, entry in before.entries.items():
        if now.entries.get(number) != entry:
            yield f"entry {number} was {entry} and is {now.entries.get(number)}"


def check_balance_is_the_sum_of_the_entries(before, now):
    running = defaultdict(float)
    for entry in now.entries.values():
        running[entry.line_id] += entry.quantity
        if not same(entry.balance, running[entry.line_id]):
            yield f"{entry} comes after {running[entry.line_id] - entry.quantity}"
    for line in now.lines.values():
        if not same(line.remaining or 0.0, running[line.id]):
            yield f"{line} has entries of {running[line.id]}"


def check_no_balance_below_the_overdraft(before, now):
    """Lines of one service are one balance (S12).

    Nor is one of them alone below it: each gives what it has, and the last one owes.
    """
    services = defaultdict(float)
    for line in now.lines.values():
        services[line.plan_id, line.product_id] += line.remaining or 0.0
        limit = now.plans[line.plan_id].overdraft_limit or 0.0
        if (line.remaining or 0.0) < -limit - 0.001:
            yield f"{line} may owe {limit}"
    for (number, product), left in services.items():
        plan = now.plans[number]
        if left < -(plan.overdraft_limit or 0.0) - 0.001:
            yield f"{plan.name} has {left} of service {product}"


def check_ledger_holds_what_the_visits_hold(before, now):
    held, posted = defaultdict(float), defaultdict(float)
    for service in now.services.values():
        if service.plan_line_id and now.visits[service.appointment_id].holds_sessions:
            held[service.appointment_id, service.plan_line_id] += service.sessions
    for entry in now.entries.values():
        if entry.kind in ("book", "release"):
            posted[entry.appointment_id, entry.line_id] -= entry.quantity
    for key in {*held, *posted}:
        if not same(held[key], posted[key]):
            visit, line = key
            yield f"visit {visit} takes {held[key]} of line {line}, not {posted[key]}"


def check_periods_give_only_what_they_have(before, now):
    for line in now.lines.values():
        plan = now.plans[line.plan_id]
        if plan.kind != "plan" or plan.state == "draft":
            continue
        common, granted, taken = 0.0, defaultdict(float), defaultdict(float)
        for entry in now.entries.values():
            if entry.line_id != line.id:
                continue
            if entry.kind in ("book", "release"):
                taken[entry.cycle_id] -= entry.quantity
            elif entry.kind == "grant" and entry.cycle_id:
                granted[entry.cycle_id] += entry.quantity
            elif not entry.cycle_id and entry.kind in ("grant", "adjust", "transfer"):
                common += max(0.0, entry.quantity)
        spare = common + (plan.overdraft_limit or 0.0)
        beyond = running = 0.0
        for cycle in now.cycles_of(plan):
            running += taken[cycle.id] - granted[cycle.id]
            beyond += max(0.0, taken[cycle.id] - granted[cycle.id])
            if (running if plan.rollover else beyond) > spare + 0.001:
                yield (
                    f"{plan.name}: through period {cycle.sequence} visits take "
                    f"{dict(taken)} of {dict(granted)}, {spare} to spare"
                )


def check_transfers_make_no_session(before, now):
    moved = sum(e.quantity for e in now.entries.values() if e.kind == "transfer")
    if not same(moved, 0.0):
        yield f"what left plans and what entered others differ by {moved}"


# --- Cycles and visits --------------------------------------------------------


def check_cycles_are_there_once(before, now):
    for plan in now.plans.values():
        cycles = now.cycles_of(plan)
        numbers = [cycle.sequence for cycle in cycles]
        if numbers != list(range(1, len(cycles) + 1)):
            yield f"{plan.name} has the cycles {numbers}"
        if plan.kind != "plan":
            continue
        for cycle, following in zip(cycles, cycles[1:], strict=False):
            if following.date_from != cycle.date_to + timedelta(days=1):
                yield f"{plan.name}: {cycle} is followed by {following}"
        if cycles and cycles[0].date_from < plan.date_start:
            yield f"{plan.name} starts on {plan.date_start}, not with {cycles[0]}"


def check_visits_are_in_cycles_of_their_plan(before, now):
    for visit in now.visits.values():
        cycle = now.cycles.get(visit.cycle_id)
        if cycle and cycle.plan_id != visit.plan_id:
            yield f"{visit} is in {cycle}"
        if visit.plan_id and visit.holds_sessions and not cycle:
            yield f"{visit} is in no cycle"
        if visit.state == "cancelled" and cycle and not visit.holds_sessions:
            yield f"{visit} is cancelled and still in {cycle}"


def check_visits_hold_sessions_by_their_state(before, now):
    for visit in now.visits.values():
        must = visit.plan_id and visit.state in UPCOMING | SERVED
        if must and not visit.holds_sessions:
            yield f"{visit} holds nothing"


def check_visits_that_took_place_stay_in_their_cycle(before, now):
    for visit in before.visits.values():
        after = now.visits[visit.id]
        if (
            visit.state not in UPCOMING
            and visit.holds_sessions
            and after.holds_sessions
            and after.plan_id == visit.plan_id
            and after.cycle_id != visit.cycle_id
        ):
            yield f"{visit} went to cycle {after.cycle_id}"


def check_the_last_step_tells_the_status(before, now):
    for visit in now.visits.values():
        step = now.steps.get(visit.step_id)
        if visit.state != (step.state if step else "scheduled"):
            yield f"{visit} came by {step}"
        while step:
            earlier = now.steps.get(step.previous_id)
            if step.old_state != (earlier.state if earlier else "scheduled"):
                yield f"{step} follows {earlier}"
            step = earlier


def check_steps_are_never_changed(before, now):
    for number, step in before.steps.items():
        if now.steps.get(number) != step:
            yield f"{step} became {now.steps.get(number)}"


def check_closed_cycles_receive_nothing(before, now):
    for cycle in before.cycles.values():
        after = now.cycles.get(cycle.id)
        if after and not before.is_open(cycle) and not now.is_open(after):
            came = {v.id for v in now.in_cycle(after) if v.holds_sessions}
            came -= {v.id for v in before.in_cycle(cycle)}
            if came:
                yield f"{after} is closed and received the visits {came}"


def check_closed_cycles_keep_their_visits(before, now):
    for visit in before.visits.values():
        cycle = before.cycles.get(visit.cycle_id)
        after = now.visits[visit.id]
        if (
            cycle
            and not before.is_open(cycle)
            and not now.is_open(now.cycles[cycle.id])
            and visit.holds_sessions
            and after.holds_sessions
            and after.plan_id == visit.plan_id
            and after.cycle_id != visit.cycle_id
        ):
            yield f"{visit} left {cycle}, which is closed"


def check_paid_cycles_keep_their_visits_where_frozen(before, now):
    for visit in before.visits.values():
        cycle = before.cycles.get(visit.cycle_id)
        after = now.visits[visit.id]
        if (
            cycle
            and now.companies[cycle.company_id].pet_paid_cycles == "freeze"
            and cycle.payment_state in PAID
            and now.cycles[cycle.id].payment_state in PAID
            and visit.holds_sessions
            and after.holds_sessions
            and after.plan_id == visit.plan_id
            and after.cycle_id != visit.cycle_id
        ):
            yield f"{visit} left {cycle}, which is paid and frozen"


def check_no_cycle_is_filled_over_its_capacity(before, now):
    """The last open cycle takes what finds no place in order (C6).

    A visit heavier than 1 enters where there is room for 1 (S10), the last one of all.
    """
    for cycle in now.cycles.values():
        if now.plans[cycle.plan_id].kind != "package" or not now.is_open(cycle):
            continue
        units = now.units(cycle)
        old = before.cycles.get(cycle.id)
        allowed = max(cycle.capacity, before.units(old) if old else 0.0)
        allowed = max(allowed, cycle.capacity + heaviest_last(before, now, cycle) - 1)
        if units > allowed + 0.001 and not now.is_last_open(cycle):
            yield f"{cycle} holds {units}"


def heaviest_last(before, now, cycle):
    """Return the weight of the visit that entered a cycle last, 1 at least.

    A booking enters after all that were there; a deal goes by the start.
    """
    holding = [visit for visit in now.in_cycle(cycle) if visit.holds_sessions]
    stayed = {v.id for v in before.in_cycle(cycle) if v.holds_sessions}
    loose = [visit for visit in holding if visit.state in UPCOMING]
    came = [visit for visit in holding if visit.id not in stayed]
    last = [max(some, key=lambda v: (v.start, v.id)) for some in (loose, came) if some]
    return max([1.0, *(visit.units for visit in last)])


def check_nothing_is_booked_in_a_pause(before, now):
    for pause in now.pauses.values():
        for visit in now.visits.values():
            if (
                visit.plan_id == pause.plan_id
                and visit.state in UPCOMING
                and pause.date_from <= now.day(visit) <= pause.date_to
            ):
                yield f"{visit} is in {pause}"
        for other in now.pauses.values():
            if (
                other.plan_id == pause.plan_id
                and other.id > pause.id
                and other.date_from <= pause.date_to
                and pause.date_from <= other.date_to
            ):
                yield f"{pause} overlaps {other}"


def check_visits_to_come_are_within_their_plan(before, now):
    for visit in now.visits.values():
        plan = now.plans.get(visit.plan_id)
        if not plan or visit.state not in UPCOMING:
            continue
        day = now.day(visit)
        if day < plan.date_start or (plan.date_end and day > plan.date_end):
            yield f"{visit} is outside {plan.name}, {plan.date_start}-{plan.date_end}"


# --- Pets and customers -------------------------------------------------------


def check_nothing_runs_for_archived_pets(before, now):
    for plan in now.plans.values():
        pet = now.pets.get(plan.pet_id)
        if pet and not pet.active and plan.state in ("draft", "active"):
            yield f"{plan.name} runs for {pet}"
    for visit in now.visits.values():
        if visit.state in UPCOMING and not now.pets[visit.pet_id].active:
            yield f"{visit} is to come for {now.pets[visit.pet_id]}"


def check_plans_are_of_the_household_of_their_pet(before, now):
    for row in (*now.plans.values(), *now.visits.values()):
        state = getattr(row, "state", None)
        if state not in ("draft", "active", *UPCOMING) or not row.pet_id:
            continue
        owner = now.customers[now.pets[row.pet_id].partner_id]
        payer = now.customers[row.partner_id]
        if owner.commercial_partner_id != payer.commercial_partner_id:
            yield f"{row} is of {payer}, the pet of {owner}"
        for customer in (owner, payer):
            if customer.company_id not in (None, row.company_id):
                yield f"{row} is of {customer}"


# --- Money --------------------------------------------------------------------


def check_a_cycle_has_one_open_invoice(before, now):
    for cycle in now.cycles.values():
        open_ones = now.open_invoices(cycle)
        if len(open_ones) > 1:
            yield f"{cycle} has the invoices {[move.id for move in open_ones]}"
        elif open_ones and cycle.invoice_id != open_ones[0].id:
            yield f"{cycle} does not show its invoice {open_ones[0].id}"
        wants_one = plan_state(now, cycle) not in ("draft", "cancelled")
        if not open_ones and cycle.amount_untaxed and cycle.state != "closed":
            if wants_one:
                yield f"{cycle} has no invoice and is not closed"


def plan_state(now, cycle):
    return now.plans[cycle.plan_id].state


def check_cycles_add_up_to_the_price_sold(before, now):
    for plan in now.plans.values():
        if plan.state == "draft":
            continue
        per_round = sum(
            round(
                line.quantity * line.price_unit * (1 - (line.discount or 0) / 100)
                + 1e-9,
                2,
            )
            for line in now.of(plan, now.lines)
        )
        rounds = plan.period_count if plan.kind == "plan" else 1
        cycles = [cycle.amount_untaxed for cycle in now.cycles_of(plan)]
        if not same(sum(cycles), plan.amount_total):
            yield f"{plan.name} was sold for {plan.amount_total}, in {cycles}"
        if not same(plan.amount_total, per_round * rounds):
            yield f"{plan.name} costs {per_round} x {rounds}, not {plan.amount_total}"


def check_invoices_bill_what_was_sold(before, now):
    """As typed: with a tax included in the price, the tax is in it (S6)."""
    renewed = {plan.renewal_of_id for plan in now.plans.values()}
    for move in now.invoices.values():
        cycle = now.cycles[move.pet_cycle_id]
        lines = [
            line
            for line in now.move_lines.values()
            if line.move_id == move.id and line.display_type == "product"
        ]
        billed = sum(
            line.price_total if line.product_id in now.with_tax else line.price_subtotal
            for line in lines
        )
        plan = now.plans[cycle.plan_id]
        may_be_cut = plan.id in renewed or plan.state == "cancelled"
        if may_be_cut and 0 <= billed <= cycle.amount_untaxed + 0.001:
            continue  # a draft keeps what was used (X6, X7)
        if not same(billed, cycle.amount_untaxed):
            yield f"{move} bills {billed} of {cycle}"


def check_what_is_posted_stays(before, now):
    for move in before.invoices.values():
        after = now.moves.get(move.id)
        if move.state != "posted":
            continue
        if not after:
            yield f"{move} is gone"
        elif after.state == "posted" and (
            not same(after.amount_total, move.amount_total) or after.name != move.name
        ):
            yield f"{move} became {after}"


def check_posted_due_dates_move_later_only(before, now):
    for move in before.invoices.values():
        after = now.moves.get(move.id)
        if not after or not move.state == after.state == "posted":
            continue
        if after.invoice_date_due < move.invoice_date_due:
            yield f"{move} is due earlier: {after.invoice_date_due}"
        if (
            move.payment_state in PAID | {"reversed"}
            and after.payment_state == move.payment_state
            and after.invoice_date_due != move.invoice_date_due
        ):
            yield f"{move} is paid, and due on {after.invoice_date_due} now"


def is_booked_out(world, plan):
    """Tell whether nothing is left to book of a package that has visits (S10)."""
    return not any(
        (line.remaining or 0.0) > 0.001 for line in world.of(plan, world.lines)
    ) and any(visit.holds_sessions for visit in world.of(plan, world.visits))


def check_due_dates_of_drafts_follow(before, now):
    """C5; after a deal in order, so that none is before the cycle ahead of it."""
    for cycle in now.cycles.values():
        plan = now.plans[cycle.plan_id]
        move = now.moves.get(cycle.invoice_id)
        if not move or move.state != "draft" or plan.state == "cancelled":
            continue
        if plan.kind == "plan":
            days = [cycle.date_from]
        else:
            days = [now.day(visit) for visit in now.in_cycle(cycle)]
        if move.payment_state in PAID | {"reversed"}:
            continue  # matched with money it neither waits nor moves (I3, C6)
        if not days and cycle.date_due_agreed:
            agreed = cycle.date_due_agreed
            if not cycle.date_due == move.invoice_date_due == agreed:
                yield f"{cycle} and {move} should be due on {agreed} (S13)"
            continue
        if not days:
            # What was used of an expired package is due with the last visit (X2).
            last = plan.state == "expired" and max(
                (now.day(v) for v in now.of(plan, now.visits) if v.holds_sessions),
                default=None,
            )
            # One of a package that is all booked is due with what was the last visit
            # then: only deals date it anew (S10).
            earlier = before.cycles.get(cycle.id)
            kept = earlier and earlier.date_due == cycle.date_due
            if is_booked_out(now, plan):
                if not cycle.date_due and plan.state == "active":
                    yield f"{cycle} waits for visits that nobody can book"
                if move.invoice_date_due != (cycle.date_due or plan.date_end):
                    yield f"{move} is not due with {cycle}"
                continue
            if cycle.date_due and cycle.date_due != last and not kept:
                yield f"{cycle} has no visit"
            if kept and cycle.date_due:
                continue
            if plan.date_end and move.invoice_date_due not in (plan.date_end, last):
                yield f"{move} waits, and does not show the end {plan.date_end}"
            continue
        basis = min(days) if plan.due_basis == "first" else max(days)
        due = basis + timedelta(days=plan.due_offset_days)
        ahead = {
            other.date_due
            for other in now.cycles_of(plan)
            if other.sequence < cycle.sequence and other.date_due
        }
        if cycle.date_due != due and not (
            cycle.date_due and cycle.date_due > due and cycle.date_due in ahead
        ):
            yield f"{cycle} should be due on {due}"
        if move.invoice_date_due != cycle.date_due:
            yield f"{move} is not due with {cycle}"


def check_credit_notes_are_at_most_what_was_billed(before, now):
    credited = Counter()
    for move in now.moves.values():
        if move.reversed_entry_id and move.state != "cancel":
            credited[move.reversed_entry_id] += move.amount_total
    for number, amount in credited.items():
        billed = now.moves[number]
        if amount > billed.amount_total + 0.001:
            yield f"{billed} was credited {amount}"


# --- The life of a plan -------------------------------------------------------


def check_a_cancelled_plan_stays_cancelled(before, now):
    for plan in before.plans.values():
        if plan.state == "cancelled" and now.plans[plan.id].state != "cancelled":
            yield f"{plan.name} is {now.plans[plan.id].state} again"


def check_a_plan_is_renewed_once(before, now):
    renewed = Counter(
        plan.renewal_of_id
        for plan in now.plans.values()
        if plan.renewal_of_id and plan.state != "cancelled"
    )
    for number, count in renewed.items():
        if count > 1:
            yield f"{now.plans[number].name} has {count} renewals"


def check_jobs_note_no_failure(before, now):
    for plan in now.plans.values():
        if plan.billing_error or plan.status_error:
            yield f"{plan.name}: {plan.billing_error or plan.status_error}"


def check_companies_are_not_mixed(before, now):
    for rows in (now.entries, now.cycles, now.visits):
        for row in rows.values():
            if row.plan_id and row.company_id != now.plans[row.plan_id].company_id:
                yield f"{row} is of {now.plans[row.plan_id].name}"
    for move in now.moves.values():
        cycle = now.cycles.get(move.pet_cycle_id)
        if cycle and (move.company_id, move.pet_plan_id) != (
            cycle.company_id,
            cycle.plan_id,
        ):
            yield f"{move} bills {cycle}"


CHECKS = {
    name.removeprefix("check_").replace("_", " "): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}


def find_faults(before, now):
    """Return what is not true any more, as a list of sentences."""
    return [
        f"{name}: {fault}"
        for name, check in CHECKS.items()
        for fault in check(before, now)
    ]
