from odoo import fields, models


class PetPlanLetGo(models.TransientModel):
    """Note that plans are not renewed, and why if the customer said so."""

    _name = "pet.plan.let.go"
    _description = "Let Plans Go"
    _inherit = ["pet.reference.mixin"]

    plan_ids = fields.Many2many("pet.plan", string="Plans")
    reason_id = fields.Many2one("pet.non.renewal.reason")

    def action_apply(self):
        """Let the plans go.

        :return: the action that closes the dialog
        :raises UserError: naming a plan that is renewed, or not sold
        """
        self.ensure_one()
        self.plan_ids._let_go(self.reason_id)
        return {"type": "ir.actions.act_window_close"}
