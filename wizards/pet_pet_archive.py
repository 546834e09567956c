from odoo import api, fields, models

from ..models.running import describe_running


class PetPlanCancel(models.TransientModel):
    """Closing what runs for pets that are archived, in one step with it (X9)."""

    _inherit = "pet.plan.cancel"

    archived_pet_ids = fields.Many2many(
        "pet.pet", string="Pets to Archive", context={"active_test": False}
    )
    archived_visits = fields.Text(
        string="Visits Cancelled Besides",
        compute="_compute_archived_visits",
        compute_sudo=False,
        help="To come, without a plan or on one that all pets of the customer share",
    )

    @api.depends("archived_pet_ids", "plan_ids")
    def _compute_archived_visits(self):
        for wizard in self:
            __, visits = wizard.archived_pet_ids._origin._get_running()
            others = visits.filtered(
                lambda visit, plans=wizard.plan_ids._origin: visit.plan_id not in plans
            )
            nothing = others.plan_id.browse()
            wizard.archived_visits = "\n".join(describe_running(nothing, others))

    def action_apply(self):
        """Cancel the plans, and archive the pets that this was opened for (X9).

        :return: the action that closes the dialog
        :raises UserError: see `pet.plan.cancel`, or when something still runs
        """
        if not self.archived_pet_ids:
            return super().action_apply()
        if self.plan_ids:
            super().action_apply()
        self.archived_pet_ids._archive_with_visits(self.reason)
        return {"type": "ir.actions.act_window_close"}
