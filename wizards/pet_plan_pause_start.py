from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.formats import format_day


class PetPlanPauseStart(models.TransientModel):
    _name = "pet.plan.pause.start"
    _description = "Pause a Plan"
    _inherit = ["pet.reference.mixin"]

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(string="To", required=True)
    reason = fields.Char(required=True)
    old_date_end = fields.Date(
        related="plan_id.date_end", related_sudo=False, string="Ends Now On"
    )
    new_date_end = fields.Date(string="Will End On", compute="_compute_new_date_end")
    appointment_ids = fields.Many2many(
        "pet.appointment", string="Visits Cancelled", compute="_compute_appointment_ids"
    )
    line_ids = fields.One2many(
        "pet.plan.pause.start.line",
        "wizard_id",
        string="Invoices That Move",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=True,
    )
    renewal_visit_ids = fields.Many2many(
        "pet.appointment",
        string="Visits Before the Renewal",
        compute="_compute_renewal_visit_ids",
        help="Visits of the renewal before its new start",
    )

    def _default_date_from(self):
        return self.env.company._get_pet_today()

    @api.depends("plan_id", "date_from", "date_to")
    def _compute_new_date_end(self):
        for wizard in self:
            end = wizard.old_date_end
            complete = end and wizard.date_from and wizard.date_to
            wizard.new_date_end = complete and fields.Date.add(
                end, days=(wizard.date_to - wizard.date_from).days + 1
            )

    @api.depends("plan_id", "date_from", "date_to")
    def _compute_appointment_ids(self):
        for wizard in self:
            visits = wizard.plan_id.appointment_ids.browse()
            if wizard.date_from and wizard.date_to:
                visits = wizard.plan_id._get_visits_between(
                    wizard.date_from, wizard.date_to
                )
            wizard.appointment_ids = visits

    @api.depends("plan_id", "date_from", "date_to")
    def _compute_line_ids(self):
        """Show which bills get another due date, before anything is done (X8)."""
        for wizard in self:
            first, last = wizard.date_from, wizard.date_to
            dates = {}
            if wizard.plan_id and first and last and first <= last:
                plan = wizard.plan_id._origin
                plan.check_access("read")
                # Reads due dates of invoices of the plan that the user may pause.
                dates = plan.sudo()._preview_pause(first, last)
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "cycle_id": cycle.id,
                            "old_date_due": cycle.date_due,
                            "new_date_due": dates[cycle],
                        }
                    )
                    for cycle in sorted(
                        dates, key=lambda one: (one.plan_id.id, one.sequence)
                    )
                ),
            ]

    @api.depends("new_date_end")
    def _compute_renewal_visit_ids(self):
        """Show which visits the renewal, which moves too, leaves before it (X6)."""
        for wizard in self:
            plan = wizard.plan_id
            wizard.renewal_visit_ids = (
                plan._get_visits_before_renewal(wizard.new_date_end) if plan else False
            )

    def action_apply(self):
        """Pause the plan (X8).

        :return: the action that closes the dialog
        :raises UserError: when the dates are the wrong way round or outside the plan
        """
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason of this pause."))
        if self.date_to < self.date_from:
            raise UserError(
                self.env._(
                    "A pause ends on or after the day it starts (%(start)s to "
                    "%(end)s).",
                    start=format_day(self.env, self.date_from),
                    end=format_day(self.env, self.date_to),
                )
            )
        self.plan_id._pause(self.date_from, self.date_to, self.reason)
        return {"type": "ir.actions.act_window_close"}


class PetPlanPauseStartLine(models.TransientModel):
    _name = "pet.plan.pause.start.line"
    _description = "Invoice That a Pause Moves"
    _inherit = ["pet.reference.mixin"]

    wizard_id = fields.Many2one(
        "pet.plan.pause.start", required=True, ondelete="cascade"
    )
    cycle_id = fields.Many2one("pet.cycle")
    currency_id = fields.Many2one(
        related="cycle_id.invoice_currency_id", related_sudo=False
    )
    amount_total = fields.Monetary(related="cycle_id.amount_total", related_sudo=False)
    cycle_state = fields.Selection(
        related="cycle_id.state", related_sudo=False, string="Invoice"
    )
    old_date_due = fields.Date(string="Old Due Date")
    new_date_due = fields.Date(
        string="New Due Date", help="Empty: it waits until visits are booked again"
    )
