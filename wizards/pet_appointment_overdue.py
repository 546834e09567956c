from odoo import fields, models


class PetAppointmentOverdue(models.TransientModel):
    """Ask a manager why visits take place though an invoice is overdue."""

    _name = "pet.appointment.overdue"
    _description = "Go On with an Overdue Invoice"
    _inherit = ["pet.reference.mixin"]

    appointment_ids = fields.Many2many("pet.appointment", string="Visits")
    step = fields.Selection(
        [("action_check_in", "Check In"), ("action_check_out", "Deliver")],
        required=True,
    )
    overdue = fields.Text(readonly=True, help="What was refused, in words")
    reason = fields.Char(required=True)

    def action_apply(self):
        """Keep the reason, and go on with what was refused.

        :return: what the step returns, or the action that closes the dialog
        :raises UserError: without a reason; and see the step
        :raises AccessError: for who is no manager
        """
        self.ensure_one()
        visits = self.appointment_ids
        visits.allow_overdue(self.reason)
        steps = {
            "action_check_in": visits.action_check_in,
            "action_check_out": visits.action_check_out,
        }
        result = steps[self.step]()
        return {"type": "ir.actions.act_window_close"} if result is True else result
