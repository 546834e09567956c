from odoo import api, fields, models
from odoo.exceptions import UserError


class PetAppointmentMove(models.TransientModel):
    """Move visits to another plan, having seen what it costs and changes (U3)."""

    _name = "pet.appointment.move"
    _description = "Move Visits to Another Plan"
    _inherit = ["pet.reference.mixin"]

    appointment_ids = fields.Many2many("pet.appointment", string="Visits")
    plan_id = fields.Many2one(
        "pet.plan", string="New Plan or Package", required=True, ondelete="cascade"
    )
    fitting_plan_ids = fields.Many2many(
        "pet.plan",
        compute="_compute_fitting_plan_ids",
        help="Plans that cover the pets on the days of the visits",
    )
    reason = fields.Char()
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    cost = fields.Text(string="Sessions", compute="_compute_cost")
    changes = fields.Text(compute="_compute_cost")
    closure = fields.Text(
        string="Shop Closed",
        compute="_compute_closure",
        help="Days of the visits on which the shop is closed",
    )

    @api.depends("appointment_ids")
    def _compute_fitting_plan_ids(self):
        for wizard in self:
            visits = wizard.appointment_ids._origin
            plans = visits._find_plans() - visits.plan_id
            wizard.fitting_plan_ids = plans.filtered(
                lambda plan, visits=visits: all(
                    visit._is_open_to(plan) for visit in visits
                )
            )

    @api.depends("appointment_ids")
    def _compute_needs_reason(self):
        for wizard in self:
            wizard.needs_reason = bool(wizard.appointment_ids._filter_served())

    @api.depends("appointment_ids")
    def _compute_closure(self):
        """Say on which days of the visits the shop is closed: they stay so (S15)."""
        for wizard in self:
            closed = wizard.appointment_ids._origin._get_closed_days()
            wizard.closure = "\n".join(closed) or False

    @api.depends("appointment_ids", "plan_id")
    def _compute_cost(self):
        """Say what the move costs and changes, before anything is done (C7)."""
        for wizard in self:
            visits, plan = wizard.appointment_ids._origin, wizard.plan_id._origin
            wizard.cost = wizard.changes = False
            if plan and visits and plan not in visits.plan_id:
                plan.check_access("read")
                wizard.cost = "\n".join(visits._describe_move_cost(plan))
                wizard.changes = "\n".join(visits._describe_move(plan))

    def action_apply(self):
        """Move the visits; both ledgers are corrected (U3).

        :return: the action that closes the dialog
        :raises AccessError: when staff would move a served visit
        :raises UserError: when a visit cannot be moved, or the plan refuses it (B3)
        """
        self.ensure_one()
        if not self.appointment_ids:
            raise UserError(self.env._("Choose at least one visit to move."))
        self.plan_id.check_access("write")
        self.appointment_ids._move_to_plan(self.plan_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
