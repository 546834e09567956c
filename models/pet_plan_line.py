from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare, float_repr, float_round

from ..lib.balances import Balance, Unlimited
from .formats import format_sessions
from .pet_appointment import UPCOMING_STATES

# What a kind of entry does to the counters shown on a line; `remaining` is simply
# the sum of all of them (L1).
TOTAL_KINDS = ("grant", "carry_over", "adjust", "transfer")
TAKEN_KINDS = ("book", "release")
EXPIRED_KINDS = ("expire", "reinstate")


class PetPlanLine(models.Model):
    _name = "pet.plan.line"
    _description = "Service of a Plan"
    _inherit = ["pet.guard.mixin"]
    _order = "plan_id, sequence, id"
    _rec_names_search = ["product_id", "plan_id"]
    _check_company_auto = True
    _guarded_fields = frozenset(
        {
            "remaining",
            "company_id",
            "price_subtotal",
            "cycle_ids",
            "carried_from_id",
            "transferred_from_id",
            "price_sold",
            "discount_sold",
        }
    )

    plan_id = fields.Many2one("pet.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        # A customer finds what they bought, but has no access to the catalogue.
        bypass_search_access=True,
    )
    quantity = fields.Float(
        string="Sessions",
        default=1.0,
        required=True,
        digits="Product Unit",
        help="Sessions sold: of the whole package, or of each period of a plan",
    )
    price_unit = fields.Float(
        string="Price per Session",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        min_display_digits="Product Price",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    unit_value = fields.Monetary(
        string="Value per Session",
        currency_field="company_currency_id",
        groups="base.group_user",
        help="What a session carried over from another software was sold for",
    )
    price_subtotal = fields.Monetary(
        string="Subtotal", compute="_compute_price_subtotal", store=True
    )
    cycle_ids = fields.Many2many(
        "pet.cycle",
        "pet_cycle_plan_line_rel",
        "line_id",
        "cycle_id",
        string="Cycles of Its Own",
        readonly=True,
        copy=False,
        help="Carried over from another plan, or topped up, and sold in these cycles "
        "only; empty: sold with the whole plan",
    )
    carried_from_id = fields.Many2one(
        "pet.plan.line",
        string="Carried Over From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The service of the renewed plan that sold these sessions",
    )
    transferred_from_id = fields.Many2one(
        "pet.plan.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",  # as of the plan
        help="The service of the plan, perhaps of another owner, that these sessions "
        "were transferred from",
    )
    # Where sessions change plans, the price of their new line is what is not billed of
    # them yet: bookkeeping, and nobody's offer (X6).
    price_sold = fields.Float(
        compute="_compute_sold",
        store=True,
        recursive=True,
        min_display_digits="Product Price",
        groups="base.group_user",
        help="What a session was sold for, whatever plan it is on now",
    )
    discount_sold = fields.Float(
        string="Discount Sold (%)",
        compute="_compute_sold",
        store=True,
        recursive=True,
        digits="Discount",
        groups="base.group_user",
    )
    entry_ids = fields.One2many("pet.plan.entry", "line_id", string="Ledger")
    appointment_line_ids = fields.One2many(
        "pet.appointment.line", "plan_line_id", string="Visit Services"
    )
    total = fields.Float(
        compute="_compute_counters",
        digits="Product Unit",
        help="Sessions granted, carried over or adjusted",
    )
    used = fields.Float(
        compute="_compute_counters",
        digits="Product Unit",
        help="Sessions of visits that took place, or were used up all the same",
    )
    booked = fields.Float(
        compute="_compute_counters",
        digits="Product Unit",
        help="Sessions of visits still to come",
    )
    expired = fields.Float(compute="_compute_counters", digits="Product Unit")
    left = fields.Float(
        compute="_compute_left",
        digits="Product Unit",
        help="Not used yet: booked, or still to book",
    )
    remaining = fields.Float(
        string="To Book",
        digits="Product Unit",
        readonly=True,
        copy=False,
        default=0.0,
        help="Sessions left to book: the balance of the ledger",
    )

    # What the nightly job looks for, among all that is used up (X2).
    _left_over = models.Index("(plan_id) WHERE remaining > 0")
    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A service of a plan has more than 0 sessions."
    )
    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "The price of a session cannot be negative."
    )
    _discount_range = models.Constraint(
        "CHECK(discount BETWEEN 0 AND 100)", "A discount is between 0 and 100 percent."
    )
    _unit_value_not_negative = models.Constraint(
        "CHECK(unit_value >= 0)", "The value of a session cannot be negative."
    )

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            plan = line.plan_id
            line.price_unit = line.product_id._get_pet_price(
                plan.company_id, plan.currency_id
            )

    @api.depends("quantity", "price_unit", "discount", "currency_id")
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line._get_price(line.quantity)

    @api.depends(
        "price_unit",
        "discount",
        "carried_from_id.price_sold",
        "carried_from_id.discount_sold",
        "transferred_from_id.price_sold",
        "transferred_from_id.discount_sold",
    )
    def _compute_sold(self):
        for line in self:
            source = line.carried_from_id or line._get_transferred_from()
            line.price_sold = source.price_sold if source else line.price_unit
            line.discount_sold = source.discount_sold if source else line.discount

    def _get_transferred_from(self):
        """Return the line that sold these sessions, if they were transferred (X6).

        Of transfers from before lines told it: the first of the service.
        """
        self.ensure_one()
        return (
            self.transferred_from_id
            or self.plan_id.transferred_from_id.line_ids.filtered(
                lambda line: line.product_id == self.product_id
            )[:1]
        )

    @api.depends(
        "entry_ids.quantity",
        "appointment_line_ids.sessions",
        "appointment_line_ids.appointment_id.state",
        "appointment_line_ids.appointment_id.holds_sessions",
    )
    def _compute_counters(self):
        """Split the ledger: total = used + booked + expired + remaining (L1)."""
        sums = defaultdict(float)
        for line, kind, quantity in self.env["pet.plan.entry"]._read_group(
            [("line_id", "in", self.ids)], ["line_id", "kind"], ["quantity:sum"]
        ):
            sums[line.id, kind] = quantity
        booked = {
            line.id: quantity
            for line, quantity in self.env["pet.appointment.line"]._read_group(
                [
                    ("plan_line_id", "in", self.ids),
                    ("appointment_id.holds_sessions", "=", True),
                    ("appointment_id.state", "in", UPCOMING_STATES),
                ],
                ["plan_line_id"],
                ["sessions:sum"],
            )
        }
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line in self:
            key = line._origin.id
            taken = -sum(sums[key, kind] for kind in TAKEN_KINDS)
            line.total = sum(sums[key, kind] for kind in TOTAL_KINDS)
            line.expired = -sum(sums[key, kind] for kind in EXPIRED_KINDS)
            line.booked = booked.get(key, 0.0)
            line.used = float_round(taken - line.booked, precision_digits=digits)

    @api.depends("booked", "remaining")
    def _compute_left(self):
        for line in self:
            line.left = line.booked + line.remaining

    @api.depends("product_id")
    def _compute_display_name(self):
        # A customer reads what they bought, but has no access to the catalogue.
        for line in self:
            line.display_name = line.product_id.sudo().display_name

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_plan_is_draft()
        return lines

    def write(self, vals):
        if not self._get_sold_fields().isdisjoint(vals):
            self._check_plan_is_draft()
        result = super().write(vals)
        if "plan_id" in vals:
            self._check_plan_is_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self._check_plan_is_draft()

    @api.model
    def _get_sold_fields(self):
        return {
            "plan_id",
            "product_id",
            "quantity",
            "price_unit",
            "discount",
            "unit_value",
            "cover_ids",
        }

    def _check_plan_is_draft(self):
        """Refuse to change the services of a plan that is sold (S2)."""
        if self._is_unguarded():
            return  # the plan's own methods: what is carried into it (X6)
        sold = self.plan_id.filtered(lambda plan: plan.state != "draft")
        if sold:
            raise UserError(
                self.env._(
                    "%(plans)s is sold: its services cannot be changed.",
                    plans=", ".join(sold.mapped("display_name")),
                )
            )

    def _is_present(self):
        """Tell whether they are given away, beside others that are sold (S12)."""
        self.ensure_one()
        currency = self.currency_id
        return currency.is_zero(self.price_subtotal) and not currency.is_zero(
            self.plan_id.amount_total
        )

    def _get_price(self, quantity):
        """Return the untaxed price of a number of sessions, in the plan's currency."""
        self.ensure_one()
        return self._get_amount(quantity, self.price_unit, self.discount)

    def _get_amount(self, quantity, price_unit, discount):
        """Return what sessions come to at a price, in the plan's currency."""
        amount = quantity * price_unit * (1 - discount / 100)
        return self.currency_id.round(amount) if self.currency_id else amount

    def _prepare_kept_vals(self):
        """Return the values of the line of a renewal that keeps the price (X6)."""
        self.ensure_one()
        return {
            "sequence": self.sequence,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "price_unit": self.price_sold,
            "discount": self.discount_sold,
            "cover_ids": self._prepare_covers(),
        }

    def _get_kept_price(self):
        """Return the price of the sessions of the line as they were sold (X6)."""
        self.ensure_one()
        return self._get_amount(self.quantity, self.price_sold, self.discount_sold)

    def _prepare_carried_vals(self, quantity, price):
        """Return the values of the line of a renewal that takes sessions over (X6).

        :param quantity: float, sessions
        :param price: float, what of it is not billed yet
        """
        self.ensure_one()
        # What was billed long ago is credited on the invoices it came from.
        is_billed_before = self.carried_from_id and not self.price_unit
        return {
            "product_id": self.product_id.id,
            "quantity": quantity,
            "price_unit": price / quantity,
            "carried_from_id": self.carried_from_id.id if is_billed_before else self.id,
        }

    # --- The ledger (L1, B3) ---------------------------------------------------

    def _prepare_entry_vals(self, kind, quantity, cycle=None, visit=None, reason=None):
        """Return the values of one ledger entry of this line.

        :param kind: kind of `pet.plan.entry`
        :param quantity: float, sessions, negative when they leave the balance
        :param cycle: `pet.cycle` record, or an empty one
        :param visit: `pet.appointment` record, or an empty one
        :param reason: text, why; required by what a person decides
        """
        self.ensure_one()
        return {
            "line_id": self.id,
            "plan_id": self.plan_id.id,
            "kind": kind,
            "quantity": quantity,
            "cycle_id": cycle.id if cycle else False,
            "appointment_id": visit.id if visit else False,
            "reason": reason or False,
        }

    def _post_entries(self, vals_list):
        """Write entries into the ledger and move the balances: the only way to do it.

        :param vals_list: list of dicts as of `_prepare_entry_vals`, in order
        :return: the new `pet.plan.entry` records
        :raises UserError: naming plan, service and numbers, when a balance would
            fall below the overdraft limit (B3)
        """
        if not vals_list:
            return self.env["pet.plan.entry"]
        self._check_period_sessions(vals_list)
        deltas = defaultdict(float)
        for vals in vals_list:
            deltas[vals["line_id"]] += vals["quantity"]
        balances = self._move_balances(deltas)
        for line_id, delta in deltas.items():
            balances[line_id] -= delta
        rows = []
        for vals in vals_list:
            balances[vals["line_id"]] += vals["quantity"]
            rows.append({**vals, "balance": balances[vals["line_id"]]})
        # Nobody may create entries by hand, not even managers; this method is the
        # only one that does, for balances it has just moved.
        entries = self.env["pet.plan.entry"]._sudo_clean()
        return entries._unguarded().create(rows)

    def _check_period_sessions(self, vals_list):
        """Refuse to take more of a plan's period than the period has (B2, C8).

        All takings of a call go to the same balance, one period after the other: what
        one period takes of the sessions of no period, or borrows, is not there for
        the next. That this sums entries is safe because the same transaction then
        updates the line's balance: of two at once, the second is tried again on what
        the first left.

        :param vals_list: list of dicts as of `_prepare_entry_vals`
        :raises UserError: naming plan, service and numbers
        """
        lines = self.browse({vals["line_id"] for vals in vals_list}).grouped("id")
        moves = defaultdict(float)
        for vals in vals_list:
            moves[lines[vals["line_id"]], vals["cycle_id"]] += vals["quantity"]
        takings = [
            (line, cycle_id)
            for (line, cycle_id), quantity in moves.items()
            if quantity < 0 and cycle_id and line.plan_id.kind == "plan"
        ]
        if not takings:
            return
        taken = self.union(*(line for line, __ in takings))
        balances = taken._load_balances()
        for line, cycle_id in moves.keys() - takings:
            if line in balances:
                quantity = moves[line, cycle_id]
                balances[line].move(quantity, line.id, cycle_id or None)
        wanted = defaultdict(float)
        for line, cycle_id in takings:
            cycle = self.env["pet.cycle"].browse(cycle_id)
            wanted[line._get_first_of_service(), cycle] -= moves[line, cycle_id]
        by_time = sorted(wanted.items(), key=lambda item: item[0][1].sequence)
        for (line, cycle), quantity in by_time:
            left = balances[line].left(cycle.id)
            balances[line].take(quantity, cycle.id)
            if balances[line].lacking(cycle.id):
                raise UserError(line._get_shortage(quantity, left))

    # --- What is left (lib.balances) -------------------------------------------

    def _get_service_lines(self):
        """Return all lines of the plans' services: those sold in several, together."""
        services = {line._get_service() for line in self}
        return self.plan_id.line_ids.filtered(
            lambda line: line._get_service() in services
        )

    def _get_service(self):
        """Return what tells one service of one plan from others (S12)."""
        self.ensure_one()
        return self.plan_id, self.product_id

    def _get_first_of_service(self):
        """Return the first line of this line's service: it stands for all of them."""
        self.ensure_one()
        return self.plan_id.line_ids.filtered(
            lambda line: line.product_id == self.product_id
        ).sorted()[:1]

    def _load_balances(self):
        """Return what is left of the services of these lines, as the ledger has it.

        :return: dict, line -> `lib.balances.Balance`, one object for all lines of a
            service (S12); lines are known to it by their ids, periods by those of
            the cycles
        """
        lines = self._get_service_lines()
        of_periods = lines.filtered(lambda line: line.plan_id.kind == "plan")
        entries = defaultdict(list)
        for (line, cycle), quantity in of_periods._sum_entries().items():
            entries[line].append((line.id, cycle.id or None, quantity))
        for line in lines - of_periods:  # of a package all is one: the stored balance
            entries[line].append((line.id, None, line.remaining))
        balances = {}
        for (plan, __), service in lines.grouped(lambda x: x._get_service()).items():
            service = service.sorted()
            if service.filtered("is_unlimited"):
                balances |= dict.fromkeys(service, Unlimited(service.ids))
                continue
            balance = Balance(
                service.ids,
                plan.cycle_ids.sorted("sequence").ids if plan.kind == "plan" else (),
                [entry for line in service for entry in entries[line]],
                rollover=plan.rollover,
                overdraft=plan.overdraft_limit,
            )
            balances |= dict.fromkeys(service, balance)
        return balances

    def _load_balances_with_lapsed(self):
        """Return what is left, and what visits of days that are over would find (X1).

        :return: dict as of `_load_balances`
        """
        balances = self._load_balances()
        for (line, cycle), quantity in self.plan_id._get_lapsed().items():
            if line in balances:
                balances[line].move(quantity, line.id, cycle.id or None)
        return balances

    def _prepare_given_back_vals_list(self, vals_list):
        """Return the entries that give back what takings need of what expired (X1).

        A visit of yesterday finds what the expiry took since: as much as it needs,
        of its period first, then of what belonged to no period.

        :param vals_list: list of dicts as of `_prepare_entry_vals`, in order
        :return: list of value dicts of `pet.plan.entry`
        """
        lines = self.browse({vals["line_id"] for vals in vals_list}).grouped("id")
        lapsed = self.union(*lines.values()).plan_id._get_lapsed()
        if not lapsed:
            return []
        cycles = self.env["pet.cycle"]
        expired = self.union(*(line for line, __ in lapsed))
        stands = expired._sum_entries()
        # Of a package, or with rollover, no session belongs to a period any more.
        whole = expired.filtered(
            lambda line: line.plan_id.kind == "package" or line.plan_id.rollover
        )
        stands.update({(line, cycles): line.remaining for line in whole})
        given_back = []
        for vals in vals_list:
            line, cycle = lines[vals["line_id"]], cycles.browse(vals["cycle_id"] or ())
            cycle = cycles if line in whole else cycle
            short = -vals["quantity"] - max(0.0, stands[line, cycle])
            stands[line, cycle] += vals["quantity"]
            for place in dict.fromkeys((cycle, cycles)):
                part = min(short, lapsed.get((line, place), 0.0))
                if not self._is_some(part):
                    continue
                short -= part
                lapsed[line, place] -= part
                stands[line, cycle] += part
                visit = self.env["pet.appointment"].browse(vals["appointment_id"])
                given_back.append(
                    line._prepare_entry_vals(
                        "reinstate",
                        part,
                        cycle=place,
                        visit=visit,
                        reason=self.env._("For a visit entered late"),
                    )
                )
        return given_back

    def _sum_entries(self, kinds=None):
        """Return the ledger's sums: defaultdict, (line, cycle) -> sessions.

        :param kinds: kinds of entries; all of them by default
        """
        domain = Domain("line_id", "in", self.ids)
        if kinds:
            domain &= Domain("kind", "in", kinds)
        sums = defaultdict(float)
        if not self:
            return sums
        for line, cycle, quantity in self.env["pet.plan.entry"]._read_group(
            domain, ["line_id", "cycle_id"], ["quantity:sum"]
        ):
            sums[line, cycle] = quantity
        return sums

    def _get_left(self, balances):
        """Return what is left of these lines, each session where it belongs.

        :param balances: dict of `_load_balances`
        :return: list of (line, cycle, sessions); the cycle is an empty record where
            they belong to no period
        """
        return [
            found
            for line in self
            for found in line._browse_parts(balances[line].parts(line.id))
        ]

    def _get_usable_now(self, balances):
        """Return what is left, without that of periods over or still to come.

        By the dates: the nightly job may not have run since a period ended.

        :param balances: dict of `_load_balances`
        :return: list as of `_get_left`
        """
        found = []
        for line in self:
            plan = line.plan_id
            today = plan.company_id._get_pet_today()
            day = min(today, plan.date_end or today)
            now = plan.cycle_ids.filtered(
                lambda cycle, day=day: (
                    cycle.date_from and cycle.date_from <= day <= cycle.date_to
                )
            )
            if not plan.rollover:
                now -= now._filter_ended()
            parts = balances[line].parts_usable(now.id or None)
            found += line._browse_parts(part for part in parts if part.line == line.id)
        return found

    def _browse_parts(self, parts):
        """Return parts of `lib.balances` as list of (line, cycle, sessions)."""
        return [
            (
                self.browse(part.line),
                self.env["pet.cycle"].browse(part.period or ()),
                part.quantity,
            )
            for part in parts
        ]

    def _get_expired(self, balances):
        """Return the sessions left that can be used no more (X2).

        :param balances: dict of `_load_balances`; what expired leaves it
        :return: list of (line, cycle, sessions, last day of use): all that is left
            when the plan ended, and before that what is left of the periods that ended
        """
        expired = []
        ended = self.plan_id.cycle_ids._filter_ended()
        plans = {balances[line]: line.plan_id for line in self}
        for balance, plan in plans.items():
            parts = balance.expire(None if plan._is_over() else ended.ids)
            last = plan.cancel_date if plan.state == "cancelled" else plan.date_end
            expired += [
                (found, cycle, left, cycle.date_to if cycle in ended else last)
                for found, cycle, left in self._browse_parts(parts)
            ]
        return expired

    @api.model
    def _is_some(self, quantity):
        """Tell whether a number of sessions is more than 0 and a rounding error."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(quantity, 0.0, precision_digits=digits) > 0

    def _prepare_adjustments(self, quantity, balances, reason):
        """Return the entries that change the counter by hand (L2).

        What is given belongs to no period; what is taken comes from what is left, of
        a plan's periods from the first on.

        :param quantity: float, sessions to give (negative: to take)
        :param balances: dict of `_load_balances`; what is taken leaves it
        :param reason: text
        :return: list of value dicts of `pet.plan.entry`
        """
        self.ensure_one()
        if quantity > 0:
            return [self._prepare_entry_vals("adjust", quantity, reason=reason)]
        parts = balances[self].withdraw(-quantity, self.id)
        return [
            line._prepare_entry_vals("adjust", -part, cycle, reason=reason)
            for line, cycle, part in self._browse_parts(parts)
        ]

    def _move_balances(self, deltas):
        """Add to the stored balances, unless a service would fall below its limit.

        One UPDATE, judged by what it returns: two transactions that want the last
        session cannot both have it, since the second waits for the first and is then
        tried again on what is left. A lock or a sum over the entries alone would
        oversell. All lines of a service are updated, those without a change too: they
        are one balance (S12), so two that take of different lines must meet.

        :param deltas: dict, line id -> sessions to add (negative: to take)
        :return: dict, line id -> balance after it
        :raises UserError: naming plan, service and numbers (B3)
        """
        lines = self.browse(deltas)._get_service_lines()
        self.flush_model(["remaining"])
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rows = SQL(", ").join(
            SQL(
                "(%s, %s::numeric)",
                line_id,
                float_repr(deltas.get(line_id, 0.0), digits),
            )
            for line_id in sorted(lines.ids)
        )
        moved = {
            line_id: float(balance)
            for line_id, balance in self.env.execute_query(
                SQL(
                    """
                    UPDATE pet_plan_line line
                       SET remaining = COALESCE(line.remaining, 0) + move.delta
                      FROM (VALUES %s) AS move(id, delta)
                     WHERE line.id = move.id
                 RETURNING line.id, line.remaining
                    """,
                    rows,
                )
            )
        }
        lines.invalidate_recordset(["remaining"], flush=False)
        lines.modified(["remaining"])
        lines._check_moved(deltas, moved)
        return moved

    def _check_moved(self, deltas, moved):
        """Refuse takings that leave a service below its overdraft limit (B3).

        :param deltas: dict, line id -> sessions added
        :param moved: dict, line id -> balance after it
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        refusals = []
        for service in self.grouped(lambda line: line._get_service()).values():
            delta = sum(deltas.get(line.id, 0.0) for line in service)
            left = sum(moved[line.id] for line in service)
            limit = -service.plan_id.overdraft_limit
            if (
                float_compare(delta, 0.0, precision_digits=digits) < 0
                and float_compare(left, limit, precision_digits=digits) < 0
            ):
                refusals.append(service[:1]._get_shortage(-delta, left - delta))
        if refusals:
            raise UserError("\n".join(refusals))

    def _get_shortage(self, wanted, left):
        """Return the sentence that tells that too few sessions are left (B3).

        :param wanted: float, sessions asked for
        :param left: float, sessions there are of the service
        """
        self.ensure_one()
        values = {
            "plan": self.plan_id.display_name,
            "wanted": format_sessions(self.env, wanted),
            "service": self.product_id.display_name,
            "left": format_sessions(self.env, left),
        }
        if self.plan_id.overdraft_limit:
            return self.env._(
                "%(plan)s has too few sessions of %(service)s: %(wanted)s needed, "
                "%(left)s left, and it may owe no more than %(overdraft)s.",
                overdraft=format_sessions(self.env, self.plan_id.overdraft_limit),
                **values,
            )
        return self.env._(
            "%(plan)s has too few sessions of %(service)s: %(wanted)s needed, "
            "%(left)s left.",
            **values,
        )
