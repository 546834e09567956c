from odoo import api, fields, models


class PetAppointmentUndo(models.TransientModel):
    """Take the last step of visits back, with the reason and what else changes (U5)."""

    _name = "pet.appointment.undo"
    _description = "Take a Step Back"
    _inherit = ["pet.reference.mixin"]

    appointment_ids = fields.Many2many("pet.appointment", string="Visits")
    # What the dialog showed is what is taken back, or nothing.
    step_ids = fields.Many2many(
        "pet.appointment.step",
        compute="_compute_step_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Char()
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    summary = fields.Text(compute="_compute_summary")
    changes = fields.Text(compute="_compute_changes")
    clash = fields.Text(compute="_compute_changes")

    @api.depends("appointment_ids")
    def _compute_step_ids(self):
        for wizard in self:
            wizard.step_ids = wizard.appointment_ids.step_id

    @api.depends("appointment_ids")
    def _compute_needs_reason(self):
        for wizard in self:
            visits = wizard.appointment_ids._origin
            wizard.needs_reason = bool(visits._filter_undone_by_manager())

    @api.depends("appointment_ids")
    def _compute_summary(self):
        """Say in words from which status each visit goes back to which."""
        for wizard in self:
            wizard.summary = "\n".join(wizard.appointment_ids._origin._describe_steps())

    @api.depends("appointment_ids")
    def _compute_changes(self):
        """Show what else changes, and who is busy, before anything is done (C7, B1)."""
        for wizard in self:
            visits = wizard.appointment_ids._origin
            wizard.changes = "\n".join(visits._describe_undo()) or False
            wizard.clash = "\n".join(visits._get_clash_texts()) or False

    def action_apply(self):
        """Take the steps back as shown (U5).

        :return: the action that closes the dialog
        :raises UserError: when somebody else has changed a visit meanwhile; and see
            `pet.appointment.action_undo`
        """
        self.ensure_one()
        visits = self.appointment_ids
        visits._check_steps(self.step_ids)
        visits.action_undo(self.reason)
        return {"type": "ir.actions.act_window_close"}
