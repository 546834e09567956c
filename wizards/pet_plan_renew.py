from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


def _by_rhythm():
    """Return the attributes of a field that is proposed as the old plan's visits were.

    A default would win over what is computed.
    """
    return {
        "compute": "_compute_rhythm",
        "compute_sudo": False,
        "store": True,
        "readonly": False,
        "precompute": True,
        "default": None,
    }


class PetPlanRenew(models.TransientModel):
    """Renew a plan, and book its visits as the customer is used to come (X6, B1)."""

    _name = "pet.plan.renew"
    _description = "Renew a Plan"
    _inherit = ["pet.reference.mixin", "pet.plan.preview.mixin"]

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="plan_id.partner_id", related_sudo=False)
    pet_id = fields.Many2one(related="plan_id.pet_id", related_sudo=False)
    currency_id = fields.Many2one("res.currency", compute="_compute_price")
    old_currency_id = fields.Many2one(
        related="plan_id.currency_id", related_sudo=False, string="Old Currency"
    )
    carryable = fields.Float(
        string="Sessions to Carry Over",
        compute="_compute_carryable",
        digits="Product Unit",
        help="What is left, or expired with the end of the plan, of the services that "
        "the renewal has; negative: what is owed",
    )
    date_start = fields.Date(
        compute="_compute_date_start",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    keep_price = fields.Boolean(
        string="Keep the Price",
        help="Keep services, price and terms of the old plan instead of the "
        "template's of today",
    )
    carry_remaining = fields.Boolean(
        string="Carry over What Is Left",
        help="Sessions left of the old plan, or owed, move to the new one, which bills "
        "those not billed yet; they are used first",
    )
    price = fields.Monetary(string="New Price", compute="_compute_price")
    old_price = fields.Monetary(
        compute="_compute_old_price",
        currency_field="old_currency_id",
    )
    # By default no: the button of the screens asks for it, an API call for itself.
    book_visits = fields.Boolean(string="Book the Visits Now")
    visiting_pet_id = fields.Many2one(
        "pet.pet",
        string="For",
        compute="_compute_visiting_pet_id",
        compute_sudo=False,
        help="Empty where several pets share the plan: their visits are booked from it",
    )
    first_start = fields.Datetime(
        compute="_compute_first_start",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    every = fields.Integer(**_by_rhythm())
    every_unit = fields.Selection(**_by_rhythm())
    mon = fields.Boolean(**_by_rhythm())
    tue = fields.Boolean(**_by_rhythm())
    wed = fields.Boolean(**_by_rhythm())
    thu = fields.Boolean(**_by_rhythm())
    fri = fields.Boolean(**_by_rhythm())
    sat = fields.Boolean(**_by_rhythm())
    sun = fields.Boolean(**_by_rhythm())
    user_id = fields.Many2one(**_by_rhythm())
    duration = fields.Float(**_by_rhythm())
    is_half_day = fields.Boolean(**_by_rhythm())
    passed_over = fields.Char(
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        help="Dates of the series on which the shop is closed",
    )
    line_ids = fields.One2many(
        "pet.plan.renew.line",
        "wizard_id",
        string="Visits",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=True,
    )

    def _get_shop(self):
        return self.plan_id.company_id

    @api.depends("plan_id")
    def _compute_date_start(self):
        for wizard in self:
            wizard.date_start = (
                wizard.plan_id and wizard.plan_id._get_renewal_start()
            ) or fields.Date.context_today(wizard)

    @api.depends("plan_id", "keep_price")
    def _compute_carryable(self):
        for wizard in self:
            plan = wizard.plan_id
            products = wizard._get_offer_lines()._get_countable_services()
            wizard.carryable = plan and (
                sum(quantity for __, __, quantity, __ in plan._get_carryable(products))
                - sum(plan._get_owed(products).values())
            )

    @api.depends("plan_id")
    def _compute_visiting_pet_id(self):
        for wizard in self:
            plan = wizard.plan_id
            pets = plan.pet_id or plan._get_habit().pets or plan.partner_id.pet_ids
            wizard.visiting_pet_id = pets if len(pets) == 1 else False

    @api.depends("plan_id")
    def _compute_rhythm(self):
        """Propose what the visits of the old plan had in common."""
        for wizard in self:
            plan = wizard.plan_id
            wizard.update(plan._get_habit_values(plan._get_habit()))

    @api.depends("plan_id", "date_start")
    def _compute_first_start(self):
        """One interval after the last visit, not before the new plan starts."""
        for wizard in self:
            plan, day = wizard.plan_id, wizard.date_start
            habit = plan._get_habit()
            wizard.first_start = (
                habit.rhythm and day and habit.next_start(day, plan.company_id.pet_tz)
            ) or False

    def _get_offer_lines(self):
        """Return the services that the renewal has."""
        self.ensure_one()
        plan = self.plan_id
        return plan._get_offer_lines() if self.keep_price else plan.template_id.line_ids

    @api.depends("plan_id", "keep_price")
    def _compute_price(self):
        for wizard in self:
            plan = wizard.plan_id
            if wizard.keep_price:
                wizard.price = plan._get_kept_price()
                wizard.currency_id = plan.currency_id
            else:
                company = plan.company_id
                wizard.currency_id = company.currency_id
                wizard.price = plan.template_id and plan.template_id._get_price_for(
                    company, company.currency_id, plan.pet_id._get_animal()
                )

    @api.depends("plan_id")
    def _compute_old_price(self):
        """What the plan was sold for, also where its own price is bookkeeping."""
        for wizard in self:
            plan = wizard.plan_id
            carried = plan and plan.amount_total - plan._get_offer_price()
            wizard.old_price = plan and carried + plan._get_kept_price()

    def action_apply(self):
        """Sell the renewal (X6).

        :return: the action that opens the new plan
        :raises UserError: when the plan cannot be renewed, or is already
        """
        self.ensure_one()
        plan = self.plan_id
        vals = plan._prepare_renewal_vals(self.date_start)
        if self.keep_price:
            vals |= plan._prepare_kept_price_vals()
        renewal = plan._create_renewals([vals])
        if self.carry_remaining:
            plan._hand_over_sessions(
                renewal,
                self.env._("Renewal of %(plan)s", plan=plan.display_name),
            )
        if self.book_visits:
            with renewal._selling():
                self._book_visits(renewal)
        return renewal._get_opening_action()

    def _book_visits(self, renewal):
        """Book the visits of the renewal at their fixed time (B1).

        :param renewal: the new `pet.plan`
        :raises UserError: when fewer visits are found than were asked for, or it is
            not said which pet comes
        """
        self.ensure_one()
        if not self.visiting_pet_id:
            raise UserError(
                self.env._(
                    "Several pets share %(plan)s: renew it, and book the visits of "
                    "each from the new plan.",
                    plan=self.plan_id.display_name,
                )
            )
        proposal = self._propose_visits(renewal)
        self._check_found(proposal, renewal)
        self._book(renewal, proposal.starts, self.visiting_pet_id)

    # --- Preview of the visits -----------------------------------------------------

    def _get_carried(self):
        """Return what would be handed over: dict, product id -> sessions (X6)."""
        self.ensure_one()
        carried = defaultdict(float)
        if self.carry_remaining:
            products = self._get_offer_lines()._get_countable_services()
            for line, __, quantity, __ in self.plan_id._get_carryable(products):
                carried[line.product_id.id] += quantity
            for product, owed in self.plan_id._get_owed(products).items():
                carried[product.id] -= owed
        return carried

    @api.depends(
        "plan_id", "keep_price", "carry_remaining", "is_half_day", "date_start"
    )
    def _compute_count(self):
        """All that the renewal will have, in the weight that is booked (B1a)."""
        for wizard in self:
            if not wizard.plan_id:
                wizard.count = 0
                continue
            if any(wizard._get_offer_lines().mapped("is_unlimited")):
                terms = wizard._get_terms()
                wizard.count = terms._count_days(wizard.date_start)  # S11
                continue
            times = wizard._get_times_sold()
            sessions = wizard._get_carried()
            for line in wizard._get_offer_lines():
                sessions[line.product_id.id] += line.quantity * times
            most = max(sessions.values(), default=0.0)
            wizard.count = max(0, int(round(most / wizard._get_units(), 6)))

    def _get_times_sold(self):
        """Return how often the renewal sells the quantities of its lines (S5)."""
        self.ensure_one()
        return self._get_terms()._get_times_sold()

    def _get_comer(self):
        return self.visiting_pet_id

    def _get_terms(self):
        """Return what the renewal has its terms from: the old plan or its template."""
        self.ensure_one()
        plan = self.plan_id
        return plan if self.keep_price else plan.template_id

    def _is_booking(self):
        """Tell whether there are visits to preview."""
        self.ensure_one()
        return bool(
            self.book_visits
            and self.plan_id
            and self.date_start
            and self.first_start
            and self.every > 0
            and self.count > 0
        )

    @api.depends(
        lambda self: (
            *("plan_id", "date_start", "keep_price", "carry_remaining"),
            *("book_visits", "is_half_day", "duration", "user_id"),
            *self._get_booking_fields(),
        )
    )
    def _compute_line_ids(self):
        """Show each visit with its cycle and clashes before anything is sold (B1)."""
        for wizard in self:
            vals_list, passed_over = [], False
            if wizard._is_booking():
                vals_list, passed_over = wizard._prepare_line_vals()
            wizard.passed_over = passed_over
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in vals_list),
            ]

    def _prepare_line_vals(self):
        """Return the preview of the visits, as the renewal will take them (B1, B2).

        :return: tuple, list of values, and the dates passed over in words (S15)
        """
        self.ensure_one()
        renewal = self.plan_id._origin._get_renewal_to_come(
            self.date_start, self.keep_price
        )
        carried = self._get_carried()
        proposal = self._propose_to_come(renewal, carried)
        visits = self._prepare_visits_to_come(
            renewal, proposal.starts, self.visiting_pet_id._origin, carried
        )
        return visits, self._say_passed_over(proposal)

    @api.depends("line_ids", "count", "book_visits")
    def _compute_shortfall(self):
        for wizard in self:
            found = len(wizard.line_ids)
            wizard.shortfall = (
                wizard._is_booking()
                and found < wizard.count
                and not any(wizard._get_offer_lines().mapped("is_unlimited"))
                and self.env._(
                    "The renewal takes %(found)s of %(count)s visits on these days.",
                    found=found,
                    count=wizard.count,
                )
            )


class PetPlanRenewLine(models.TransientModel):
    _name = "pet.plan.renew.line"
    _description = "Visit of a Renewal to Book"
    _inherit = ["pet.plan.preview.line.mixin"]

    wizard_id = fields.Many2one("pet.plan.renew", required=True, ondelete="cascade")
