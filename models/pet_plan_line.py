from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare, float_repr, float_round

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
    _check_company_auto = True
    _guarded_fields = frozenset({"remaining", "company_id", "price_subtotal"})

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
    price_subtotal = fields.Monetary(
        string="Subtotal", compute="_compute_price_subtotal", store=True
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
    remaining = fields.Float(
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

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line.product_id.lst_price

    @api.depends("quantity", "price_unit", "discount", "currency_id")
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line._get_price(line.quantity)

    @api.depends(
        "entry_ids.quantity",
        "appointment_line_ids.quantity",
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
                    ("appointment_id.state", "in", ("scheduled", "confirmed")),
                ],
                ["plan_line_id"],
                ["quantity:sum"],
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
        return {"plan_id", "product_id", "quantity", "price_unit", "discount"}

    def _check_plan_is_draft(self):
        """Refuse to change the services of a plan that is sold (S2)."""
        sold = self.plan_id.filtered(lambda plan: plan.state != "draft")
        if sold:
            raise UserError(
                self.env._(
                    "%(plans)s is sold: its services cannot be changed.",
                    plans=", ".join(sold.mapped("display_name")),
                )
            )

    def _get_price(self, quantity):
        """Return the untaxed price of a number of sessions, in the plan's currency."""
        self.ensure_one()
        amount = quantity * self.price_unit * (1 - self.discount / 100)
        return self.currency_id.round(amount) if self.currency_id else amount

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
        return self.env["pet.plan.entry"].sudo()._unguarded().create(rows)

    def _check_period_sessions(self, vals_list):
        """Refuse to take more of a plan's period than the period has (B2, C8).

        Sessions of a plan belong to their period; with `rollover` those left of
        earlier periods count too. That this sums entries is safe because the same
        transaction then updates the line's balance: of two at once, the second is
        tried again on what the first left.

        :param vals_list: list of dicts as of `_prepare_entry_vals`
        :raises UserError: naming plan, service and numbers
        """
        deltas = defaultdict(float)
        for vals in vals_list:
            deltas[vals["line_id"], vals["cycle_id"]] += vals["quantity"]
        lines = self.browse(
            {vals["line_id"] for vals in vals_list if vals["quantity"] < 0}
        )
        of_plans = {line.id: line for line in lines if line.plan_id.kind == "plan"}
        takings = {
            (of_plans[line_id], cycle): delta
            for (line_id, cycle_id), delta in deltas.items()
            if delta < 0
            and line_id in of_plans
            and (cycle := self.env["pet.cycle"].browse(cycle_id))
        }
        if not takings:
            return
        balances = self.union(*(line for line, __ in takings))._get_balances()
        for (line, cycle), delta in takings.items():
            left = line._get_period_balance(cycle, balances)
            debt = line._get_debt(cycle, balances)
            if not self._is_enough(left + delta, debt - line.plan_id.overdraft_limit):
                raise UserError(line._get_shortage(-delta, left=left))

    def _get_balances(self, kinds=None):
        """Return the ledger's sums: defaultdict, (line, cycle) -> sessions.

        :param kinds: kinds of entries; all of them by default
        """
        domain = Domain("line_id", "in", self.ids)
        if kinds:
            domain &= Domain("kind", "in", kinds)
        balances = defaultdict(float)
        for line, cycle, quantity in self.env["pet.plan.entry"]._read_group(
            domain, ["line_id", "cycle_id"], ["quantity:sum"]
        ):
            balances[line, cycle] = quantity
        return balances

    def _get_available(self, cycles, granted, taken):
        """Return the sessions of some cycles that no visit takes, expired or not (X7).

        :param cycles: cycles of the plan; what belongs to no period counts with them
        :param granted: dict, (line, cycle) -> sessions granted, adjusted, transferred
        :param taken: dict, (cycle id, line id) -> sessions that visits take
        """
        self.ensure_one()
        available = granted[self, self.env["pet.cycle"]]
        for cycle in self.plan_id.cycle_ids:
            sessions = granted[self, cycle] - taken[cycle.id, self.id]
            if cycle in cycles or (cycle.date_to and sessions < 0):
                available += sessions
        return available

    def _get_leftovers(self, balances):
        """Return the sessions left, by the period they belong to.

        What a period took beyond its own is no longer there: it came from those that
        belong to no period.

        :param balances: dict of `_get_balances`
        :return: list of (cycle, sessions); only a plan without `rollover` keeps them
            apart by period, else the cycle is an empty record. Sessions of no
            period, such as presents, come first, less those that periods used
        """
        self.ensure_one()
        plan = self.plan_id
        none = self.env["pet.cycle"]
        if plan.kind == "plan" and not plan.rollover:
            common = balances[self, none] - self._get_overdrawn(none, balances)
            cycles = plan.cycle_ids.sorted("sequence")
            parts = [(none, common), *((one, balances[self, one]) for one in cycles)]
        else:
            parts = [(none, self.remaining)]
        return [(cycle, left) for cycle, left in parts if self._is_some(left)]

    def _get_leftovers_now(self, balances):
        """Return the sessions left, without those of periods over or still to come.

        By the dates: the nightly job may not have run since a period ended.

        :param balances: dict of `_get_balances`
        :return: list as of `_get_leftovers`
        """
        self.ensure_one()
        plan = self.plan_id
        leftovers = self._get_leftovers(balances)
        if plan.kind == "package":
            return leftovers
        today = plan.company_id._get_pet_today()
        day = min(today, plan.date_end or today)
        now = plan.cycle_ids.filtered(
            lambda cycle: cycle.date_from <= day <= cycle.date_to
        )
        if not plan.rollover:
            now -= now._filter_ended()
            return [(cycle, left) for cycle, left in leftovers if cycle <= now]
        # All periods are one part, of which those to come may have borrowed.
        usable = self._get_period_balance(now, balances) if now else 0.0
        return [
            (cycle, part)
            for cycle, left in leftovers
            if self._is_some(part := min(left, usable))
        ]

    def _get_beyond_end(self, balances):
        """Return the sessions of periods behind the end, which never come.

        :param balances: dict of `_get_balances`
        """
        self.ensure_one()
        end = self.plan_id.date_end
        return sum(
            balances[self, cycle]
            for cycle in self.plan_id.cycle_ids
            if cycle.date_from and end and cycle.date_from > end
        )

    @api.model
    def _is_some(self, quantity):
        """Tell whether a number of sessions is more than 0 and a rounding error."""
        return not self._is_enough(0.0, quantity)

    @api.model
    def _is_enough(self, left, wanted):
        """Tell whether some sessions left are as many as wanted, rounding aside."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(left, wanted, precision_digits=digits) >= 0

    def _prepare_adjustments(self, quantity, balances, reason):
        """Return the entries that change the counter by hand (L2).

        What is given belongs to no period; what is taken comes from what is left, of
        a plan's periods from the first on.

        :param quantity: float, sessions to give (negative: to take)
        :param balances: dict of `_get_balances`
        :param reason: text
        :return: list of value dicts of `pet.plan.entry`
        """
        self.ensure_one()
        if quantity > 0:
            return [self._prepare_entry_vals("adjust", quantity, reason=reason)]
        entries, wanted = [], -quantity
        for cycle, left in self._get_leftovers(balances):
            part = min(left, wanted)
            if self._is_some(part):
                wanted -= part
                entries.append(
                    self._prepare_entry_vals("adjust", -part, cycle, reason=reason)
                )
        return entries

    def _get_expired(self, balances):
        """Return the sessions left that can be used no more (X2).

        :param balances: dict of `_get_balances`
        :return: list of (cycle, sessions, last day of use): all that is left when
            the plan ended, and before that what is left of the periods that ended
        """
        self.ensure_one()
        plan = self.plan_id
        ended = plan.cycle_ids._filter_ended()
        last = plan.cancel_date or plan.date_end
        return [
            (cycle, left, cycle.date_to if cycle in ended else last)
            for cycle, left in self._get_leftovers(balances)
            if cycle in ended or plan._is_over()
        ]

    def _get_usable(self, day, balances):
        """Return the sessions that a visit on a local day may take of each line.

        :param balances: dict of `_get_balances`
        :return: dict, line -> sessions; of a plan, those of the day's period
        """
        usable = {}
        for line in self:
            cycle = line.plan_id.cycle_ids.filtered(
                lambda cycle: (
                    cycle.date_from and cycle.date_from <= day <= cycle.date_to
                )
            )
            usable[line] = (
                line._get_period_balance(cycle, balances) if cycle else line.remaining
            )
        return usable

    def _get_period_balance(self, cycle, balances):
        """Return the sessions a visit of a period may take of this line (C8).

        :param cycle: `pet.cycle` of the period
        :param balances: dict, (line, cycle) -> sum of entries; an empty cycle holds
            what belongs to no period, such as counter edits
        """
        self.ensure_one()
        common = balances[self, self.env["pet.cycle"]]
        if not self.plan_id.rollover:
            spare = common - self._get_overdrawn(cycle, balances)
            return balances[self, cycle] + max(0.0, spare)
        running, usable = common, []
        for period in self.plan_id.cycle_ids.sorted("sequence"):
            running += balances[self, period]
            if period.sequence >= cycle.sequence:
                usable.append(running)
        return min(usable)

    def _get_overdrawn(self, cycle, balances):
        """Return what the periods (but this one) took beyond their own sessions."""
        self.ensure_one()
        others = self.plan_id.cycle_ids - cycle
        return -sum(min(0.0, balances[self, period]) for period in others)

    def _get_debt(self, cycle, balances):
        """Return the part of the overdraft that other periods have used already."""
        self.ensure_one()
        if self.plan_id.rollover:
            return 0.0  # running balances carry it from period to period
        common = balances[self, self.env["pet.cycle"]]
        return max(0.0, self._get_overdrawn(cycle, balances) - common)

    def _move_balances(self, deltas):
        """Add to the stored balances, unless one would fall below its limit.

        One guarded UPDATE: two transactions that want the last session cannot both
        have it, since the second waits for the first and is then tried again on what
        is left. A lock or a sum over the entries alone would oversell.

        :param deltas: dict, line id -> sessions to add (negative: to take)
        :return: dict, line id -> balance after it
        """
        lines = self.browse(deltas)
        self.flush_model(["remaining"])
        lines.plan_id.flush_recordset(["overdraft_limit"])
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rows = SQL(", ").join(
            SQL("(%s, %s::numeric)", line_id, float_repr(delta, digits))
            for line_id, delta in sorted(deltas.items())
        )
        moved = dict(
            self.env.execute_query(
                SQL(
                    """
                    UPDATE pet_plan_line line
                       SET remaining = COALESCE(line.remaining, 0) + move.delta
                      FROM (VALUES %s) AS move(id, delta),
                           pet_plan plan
                     WHERE line.id = move.id
                       AND plan.id = line.plan_id
                       AND (move.delta >= 0
                            OR COALESCE(line.remaining, 0) + move.delta
                               >= -COALESCE(plan.overdraft_limit, 0))
                 RETURNING line.id, line.remaining
                    """,
                    rows,
                )
            )
        )
        lines.invalidate_recordset(["remaining"], flush=False)
        lines.modified(["remaining"])
        refused = lines.filtered(lambda line: line.id not in moved)
        if refused:
            raise UserError(
                "\n".join(line._get_shortage(-deltas[line.id]) for line in refused)
            )
        return {line_id: float(balance) for line_id, balance in moved.items()}

    def _get_shortage(self, wanted, left=None):
        """Return the sentence that tells that too few sessions are left (B3).

        :param wanted: float, sessions asked for
        :param left: float, sessions there are; by default the line's balance
        """
        self.ensure_one()
        return self.env._(
            "%(plan)s: %(wanted)s session(s) of %(service)s are needed, but "
            "%(left)s remain (overdraft allowed: %(overdraft)s).",
            plan=self.plan_id.display_name,
            wanted=f"{wanted:g}",
            service=self.product_id.display_name,
            left=f"{self.remaining if left is None else left:g}",
            overdraft=f"{self.plan_id.overdraft_limit:g}",
        )
