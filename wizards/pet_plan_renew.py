from odoo import api, fields, models


class PetPlanRenew(models.TransientModel):
    _name = "pet.plan.renew"
    _description = "Renew a Plan"
    _inherit = ["pet.reference.mixin"]

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
            products = wizard._get_offer_lines().product_id
            wizard.carryable = plan and (
                sum(quantity for __, __, quantity, __ in plan._get_carryable(products))
                - sum(plan._get_owed(products).values())
            )

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
                    company, company.currency_id
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
        return renewal._get_opening_action()
