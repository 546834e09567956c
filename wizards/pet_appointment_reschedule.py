from datetime import timedelta

from odoo import api, fields, models

from ..lib import periods


class PetAppointmentReschedule(models.TransientModel):
    """Move one visit to another time, having seen what is in the way (C1)."""

    _name = "pet.appointment.reschedule"
    _description = "Reschedule a Visit"
    _inherit = ["pet.reference.mixin"]

    appointment_id = fields.Many2one(
        "pet.appointment", string="Visit", required=True, ondelete="cascade"
    )
    old_start = fields.Datetime(
        related="appointment_id.start", related_sudo=False, string="Now On"
    )
    user_id = fields.Many2one(related="appointment_id.user_id", related_sudo=False)
    plan_id = fields.Many2one(related="appointment_id.plan_id", related_sudo=False)
    cycle_id = fields.Many2one(related="appointment_id.cycle_id", related_sudo=False)
    is_late = fields.Boolean(related="appointment_id.is_late", related_sudo=False)
    start = fields.Datetime(
        string="New Time",
        compute="_compute_start",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    old_date_due = fields.Date(string="Invoice Due", compute="_compute_dates_due")
    new_date_due = fields.Date(string="Will Be Due", compute="_compute_dates_due")
    together = fields.Char(
        string="Moves Along",
        related="appointment_id.together",
        related_sudo=False,
        help="What comes together with the visit moves with it",
    )
    clash = fields.Text(compute="_compute_clash")
    refusal = fields.Text(compute="_compute_refusal")
    closure = fields.Char(
        string="Shop Closed",
        compute="_compute_closure",
        help="Why the shop is closed on the new day",
    )

    @api.depends("appointment_id")
    def _compute_start(self):
        for wizard in self:
            wizard.start = wizard.appointment_id.start

    def _get_day(self):
        """Return the local day of the new time, or None while there is none."""
        self.ensure_one()
        visit = self.appointment_id
        return self.start and periods.local_day(self.start, visit.company_id.pet_tz)

    @api.depends("appointment_id", "start")
    def _compute_clash(self):
        """Name what the same pet or the same staff member has at that time (B1)."""
        for wizard in self:
            wizard.clash = "\n".join(wizard._get_clashes()) or False

    def _get_clashes(self):
        """Return what is in the way of the new time: list of texts."""
        self.ensure_one()
        visit = self.appointment_id._origin
        if not (visit and self.start):
            return []
        stop = self.start + timedelta(hours=visit.duration)
        others = visit._find_busy(visit.pet_id, visit.user_id, self.start, stop)
        others -= visit | visit._find_linked()
        return [
            other._get_clash_label(visit.pet_id, visit.user_id)
            for other in others.sorted("start")
        ]

    @api.depends("appointment_id", "start")
    def _compute_refusal(self):
        """Say why the plan does not take the new day, before it refuses it (B3)."""
        for wizard in self:
            day = wizard._get_day()
            plans = wizard._get_moved().plan_id if day else ()
            refusals = [
                plan._get_refusal_text(wizard.start, reason)
                for plan in plans
                if (reason := plan._get_day_refusal(day))
            ]
            wizard.refusal = "\n".join(refusals) or False

    def _get_moved(self):
        """Return the visits that move: this one, and what comes with it (U1a)."""
        self.ensure_one()
        return self.appointment_id._origin._with_together()

    @api.depends("appointment_id", "start")
    def _compute_closure(self):
        """Say that the shop is closed on the new day, which is taken (S15)."""
        for wizard in self:
            shop, day = wizard.appointment_id.company_id, wizard._get_day()
            wizard.closure = day and shop._get_closure(day)

    @api.depends("appointment_id", "start")
    def _compute_dates_due(self):
        """Show whether the draft of the own cycle follows; no other one does (C1)."""
        for wizard in self:
            visit = wizard.appointment_id._origin
            visit.check_access("read")
            # Reads the due date of the invoice of a visit that the user may see.
            cycle, day = visit.sudo().cycle_id, wizard._get_day()
            old = cycle._get_current_due_date() if cycle else False
            wizard.old_date_due = old
            wizard.new_date_due = (
                cycle._preview_moved_visit(visit.sudo(), day) if cycle and day else old
            )

    def action_apply(self):
        """Reschedule the visit, and what comes together with it (C1, U1a).

        :return: the action that closes the dialog
        :raises UserError: when the plan does not take the day, or the visit is over
        """
        self.ensure_one()
        self.appointment_id.move_together(self.start)
        return {"type": "ir.actions.act_window_close"}
