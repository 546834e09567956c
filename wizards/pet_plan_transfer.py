from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class PetPlanTransfer(models.TransientModel):
    _name = "pet.plan.transfer"
    _description = "Transfer a Plan"
    _inherit = ["pet.reference.mixin"]

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    is_unused = fields.Boolean(compute="_compute_is_unused")
    partner_id = fields.Many2one(
        "res.partner",
        string="New Customer",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    pet_id = fields.Many2one(
        "pet.pet", string="New Pet", help="Empty: shared by all the customer's pets"
    )
    reason = fields.Char(required=True)

    @api.depends("plan_id")
    def _compute_is_unused(self):
        for wizard in self:
            wizard.is_unused = bool(wizard.plan_id) and wizard.plan_id._is_unused()

    @api.depends("plan_id", "pet_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = (
                wizard.pet_id.partner_id
                or wizard.partner_id
                or wizard.plan_id.partner_id
            )

    def action_apply(self):
        """Give the plan, or what is left of it, to another pet or customer.

        :return: the action that opens the plan they have now
        :raises UserError: when nothing would change or nothing is left
        """
        self.ensure_one()
        plan = self.plan_id
        plan.check_access("write")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason of this transfer."))
        if plan.partner_id == self.partner_id and plan.pet_id == self.pet_id:
            raise UserError(
                self.env._(
                    "%(plan)s already belongs to %(pet)s of %(customer)s.",
                    plan=plan.display_name,
                    pet=plan.pet_id.name or self.env._("all pets"),
                    customer=plan.partner_id.display_name,
                )
            )
        if plan.state not in ("active", "expired"):
            raise UserError(
                self.env._(
                    "%(plan)s is %(state)s and cannot be transferred.",
                    plan=plan.display_name,
                    state=plan._get_state_label().lower(),
                )
            )
        if plan.cancel_date:
            raise UserError(plan._get_cancelled_refusal())
        if plan._is_unused():
            plan._transfer_unused(self.partner_id, self.pet_id, self.reason)
            return plan._get_opening_action()
        if not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                self.env._(
                    "%(plan)s was used already: only a manager can transfer what is "
                    "left of it.",
                    plan=plan.display_name,
                )
            )
        other = plan._transfer_left(self.partner_id, self.pet_id, self.reason)
        return other._get_opening_action()
