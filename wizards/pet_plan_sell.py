from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib import dealing, periods


class PetPlanSell(models.TransientModel):
    _name = "pet.plan.sell"
    _description = "Sell a Plan or Package"
    _inherit = ["pet.reference.mixin", "pet.plan.preview.mixin"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id()
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        check_company=True,
    )
    pet_id = fields.Many2one(
        "pet.pet",
        check_company=True,
        help="Empty: shared by all the customer's pets",
    )
    available_template_ids = fields.Many2many(
        "pet.plan.template", compute="_compute_available_template_ids"
    )
    template_id = fields.Many2one(
        "pet.plan.template",
        string="Plan or Package",
        required=True,
        check_company=True,
        domain="[('id', 'in', available_template_ids)]",
    )
    kind = fields.Selection(related="template_id.kind", related_sudo=False)
    duration_label = fields.Char(
        related="template_id.duration", related_sudo=False, string="Runs For"
    )
    date_start = fields.Date(
        required=True, default=lambda self: self._default_date_start()
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    price = fields.Monetary(
        compute="_compute_price",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Price of the whole package, or of all periods of the plan, "
        "before the taxes that come on top",
    )
    note = fields.Text(
        string="Package Note", help="Shown to staff wherever the plan is used"
    )
    user_id = fields.Many2one(
        string="Sold by", default=lambda self: self._default_user_id()
    )
    groomer_id = fields.Many2one(
        "res.users", help="Who serves the visits; empty until somebody decides"
    )
    book_visits = fields.Boolean(string="Book the Visits Now")
    plan_id = fields.Many2one("pet.plan", string="Plan Sold", readonly=True)

    def _default_company_id(self):
        return self.env.company

    def _default_date_start(self):
        return self.env.company._get_pet_today()

    def _default_user_id(self):
        return self.env.user

    def _get_shop(self):
        return self.company_id

    def _get_groomer(self):
        """Return who serves the visits: not who sells them."""
        self.ensure_one()
        return self.groomer_id

    @api.depends("pet_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.pet_id.partner_id or wizard.partner_id

    @api.depends("pet_id", "company_id")
    def _compute_available_template_ids(self):
        Template = self.env["pet.plan.template"]
        for wizard in self:
            wizard.available_template_ids = Template.search(
                [
                    ("company_id", "in", [False, wizard.company_id.id]),
                    ("is_carry_over", "=", False),  # not for sale (K6)
                    *Template._get_fitting_domain(wizard.pet_id),
                ]
            )

    @api.depends("template_id", "company_id", "pet_id", "pet_size", "pet_coat")
    def _compute_price(self):
        for wizard in self:
            wizard.price = wizard.template_id and wizard.template_id._get_price_for(
                wizard.company_id, wizard.currency_id, wizard._get_animal()
            )

    @api.depends("template_id", "is_half_day", "date_start")
    def _compute_count(self):
        """All that the plan will have, in the weight that is booked (B1a)."""
        for wizard in self:
            wizard.count = wizard._get_visit_count()

    def _get_visit_count(self):
        """Return for how many visits, of the weight booked, sessions are sold (B1a)."""
        self.ensure_one()
        template = self.template_id
        if template.is_unlimited:  # every day that it runs (S11)
            return template._count_days(self.date_start)
        quantities = defaultdict(float)  # several lines of a service are one (S12)
        for line in template.line_ids:
            quantities[line.product_id] += line.quantity
        most = max(quantities.values(), default=0.0)
        sessions = most * template._get_times_sold() if template else 0.0
        return int(round(sessions / self._get_units(), 6))

    @api.onchange("book_visits", "pet_id", "date_start")
    def _onchange_book_visits(self):
        """Propose when the pet is used to come; of a new one, a morning (B1).

        Who sells sees it, and may choose another time. A program says when.
        """
        if self.book_visits and not self.first_start and self.date_start:
            self.update(self._get_proposed_visits())

    def _get_proposed_visits(self):
        """Return the values of the booking that are proposed (B1).

        :return: dict; the seller is no matter of habit, and stays
        """
        self.ensure_one()
        visits = self.env["pet.appointment"]
        habit = visits._get_habit_of(self.pet_id, self.company_id)
        values = self._get_proposal(habit, self.date_start)
        values["groomer_id"] = values.pop("user_id")
        return values

    def action_apply(self):
        """Sell the plan, book its visits if asked to, and open it (S1).

        Applied again, by a second click or a request sent twice, it sells nothing
        more: of two at once the second is tried again and finds the plan.

        :return: the action that opens the plan
        """
        self.ensure_one()
        if self.plan_id:
            return self.plan_id._get_opening_action()
        self._complete_pet()
        plans = self.env["pet.plan"]._with_clean_context()
        plan = plans.create(self._prepare_plan_vals())
        self.plan_id = plan
        with plan._selling():
            self._apply_price(plan)
            plan.action_confirm()
            if self.book_visits:
                self._book_visits(plan)
        return plan._get_opening_action()

    def _book_visits(self, plan):
        """Book the visits of a plan just sold, as the dialog shows them (B1)."""
        proposal = self._propose_visits(plan)
        self._check_first_start(plan)
        self._check_found(proposal, plan)
        self._book(plan, proposal.starts, self._get_visiting_pet())

    def _check_first_start(self, plan):
        """Refuse a first visit before the plan starts: nobody sees it passed over."""
        self.ensure_one()
        day = periods.local_day(self.first_start, plan.company_id.pet_tz)
        if day < plan.date_start:
            reason = plan._get_day_refusal(day)
            raise UserError(plan._get_refusal_text(self.first_start, reason))

    def _prepare_plan_vals(self):
        """Return the values of the plan to sell (S1)."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "pet_id": self.pet_id.id,
            "template_id": self.template_id.id,
            "date_start": self.date_start,
            "user_id": self.user_id.id,
            "note": self.note,
        }

    def _find_visiting_pet(self):
        """Return the pet whose visits are booked, or nothing where several may be."""
        self.ensure_one()
        pets = self.pet_id or self.partner_id.pet_ids
        return pets if len(pets) == 1 else pets.browse()

    def _get_comer(self):
        return self._find_visiting_pet()

    def _get_visiting_pet(self):
        """Return the pet whose visits are booked: a shared plan needs an only one."""
        self.ensure_one()
        pet = self._find_visiting_pet()
        if not pet:
            raise UserError(
                self.env._(
                    "%(customer)s has %(count)s pets: book the visits of a shared "
                    "plan from the plan, where you choose the pet.",
                    customer=self.partner_id.display_name,
                    count=len(self.partner_id.pet_ids),
                )
            )
        return pet

    def _apply_price(self, plan):
        """Spread a price agreed on over the services, in proportion (S1, S6).

        :param plan: the draft `pet.plan`
        :raises UserError: when the price is negative, or there is nothing to scale
        """
        self.ensure_one()
        currency = plan.currency_id
        if not currency.compare_amounts(self.price, plan.amount_total):
            return
        if not plan.line_ids:
            return  # confirming it has the message
        if self.price < 0:
            raise UserError(
                self.env._(
                    "The price of %(template)s cannot be negative (%(price)s).",
                    template=self.template_id.name,
                    price=currency.format(self.price),
                )
            )
        self._apply_agreed_prices(plan)
        if currency.compare_amounts(self.price, plan.amount_total):
            raise UserError(
                self.env._(
                    "%(price)s cannot be split over the %(count)s periods of "
                    "%(template)s; the nearest price is %(nearest)s.",
                    price=currency.format(self.price),
                    count=plan.period_count,
                    template=self.template_id.name,
                    nearest=currency.format(plan.amount_total),
                )
            )

    def _apply_agreed_prices(self, plan):
        """Let the lines of a draft, stored or not, cost the price agreed on (S1)."""
        lines = plan.line_ids
        if not plan.currency_id.compare_amounts(self.price, plan.amount_total):
            return
        prices = lines.mapped("price_subtotal")
        amounts = dealing.spread_amount(
            self.price / plan._get_times_sold(),
            prices if any(prices) else [1] * len(lines),
            plan.currency_id.rounding,
        )
        for line, amount in zip(lines, amounts, strict=True):
            line.update({"price_unit": amount / line.quantity, "discount": 0.0})
