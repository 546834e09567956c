from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.formats import format_day, format_sessions


class PetAppointmentCancel(models.TransientModel):
    _name = "pet.appointment.cancel"
    _description = "Cancel Visits"
    _inherit = ["pet.reference.mixin"]

    appointment_ids = fields.Many2many("pet.appointment", string="Visits")
    reason = fields.Char()
    is_late = fields.Boolean(compute="_compute_late")
    late_count = fields.Integer(string="Late Cancellations", compute="_compute_late")
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    is_movable = fields.Boolean(
        compute="_compute_is_movable", help="One coming, which could be moved instead"
    )
    sessions = fields.Selection(
        [
            ("release", "Return the sessions to the plan"),
            ("consume", "Late cancellation: the sessions stay used"),
        ],
        compute="_compute_sessions",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="A cancellation by the shop always returns the sessions",
    )
    summary = fields.Text(
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        readonly=True,
        help="What changes, in a sentence or two",
    )
    show_all = fields.Boolean(
        string="Show All Visits", help="Also those of the plans that nothing changes"
    )
    line_ids = fields.One2many(
        "pet.appointment.cancel.line",
        "wizard_id",
        string="Preview",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
        readonly=True,
    )

    @api.depends("appointment_ids")
    def _compute_late(self):
        for wizard in self:
            late = wizard.appointment_ids.filtered("is_late")
            wizard.late_count = len(late)
            wizard.is_late = bool(late)

    @api.depends("appointment_ids")
    def _compute_needs_reason(self):
        for wizard in self:
            wizard.needs_reason = bool(wizard.appointment_ids._filter_served())

    @api.depends("appointment_ids")
    def _compute_is_movable(self):
        for wizard in self:
            visits = wizard.appointment_ids._origin
            first = visits[:1]
            wizard.is_movable = first.is_editable and visits._is_one_coming()

    @api.depends("appointment_ids")
    def _compute_sessions(self):
        """Inside the window of the plan the session stays used by default (C9)."""
        for wizard in self:
            wizard.sessions = "consume" if wizard.is_late else "release"

    @api.depends("appointment_ids", "sessions")
    def _compute_preview(self):
        """Show where each visit of the plans would go, before anything is done (C7)."""
        for wizard in self:
            freed, plans = wizard._preview_plans()
            vals_list = wizard._prepare_line_vals_list(plans)
            wizard.summary = wizard._get_summary(freed, plans, vals_list)
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in vals_list),
            ]

    def _get_summary(self, freed, plans, vals_list):
        """Return in words what goes back and which invoices move (C7).

        :param freed, plans: see `_preview_plans`
        :param vals_list: list of `_prepare_line_vals_list`
        """
        self.ensure_one()
        sentences = [
            *self._get_together_sentences(),
            self._get_sessions_sentence(freed),
        ]
        for plan, (__, __, due_dates) in plans.items():
            sentences += [
                self._get_due_sentence(plan, cycle, date)
                for cycle, date in due_dates.items()
                if date != cycle._get_current_due_date()
                and cycle.state != "closed"
                and (date or cycle.date_due)
            ]
        # Once each: a tablet has no room for them beside the visits.
        warnings = dict.fromkeys(vals["warning"] for vals in vals_list)
        return " ".join([*sentences, *(f"{text}." for text in warnings if text)])

    def _get_together_sentences(self):
        """Return that more than the visit is cancelled, where it comes with others."""
        visits = self.appointment_ids._origin
        others = visits - visits[:1]
        if not others or not visits._is_one_coming():
            return []
        return [
            self.env._(
                "%(visit)s, and what comes with it: %(others)s.",
                visit=visits[:1].display_name,
                others=others._get_together_label(),
            )
        ]

    def _get_sessions_sentence(self, freed):
        """Return how many sessions go back to which plans.

        :param freed: `pet.appointment` records that give them back
        """
        counts = freed._count_held()
        names = [
            self.env._(
                "%(count)s to %(plan)s",
                count=format_sessions(self.env, count),
                plan=plan.name,
            )
            for plan, count in counts.items()
        ]
        if not names:
            return self.env._("No session goes back.")
        return self.env._("Sessions that go back: %(list)s.", list=", ".join(names))

    def _get_due_sentence(self, plan, cycle, date):
        """Return which invoice of a plan becomes due when."""
        old = cycle._get_current_due_date()
        values = {
            "plan": plan.name,
            "number": cycle.sequence,
            "old": old and format_day(self.env, old),
            "new": date and format_day(self.env, date),
        }
        if date:
            return self.env._(
                "Invoice %(number)s of %(plan)s: due on %(new)s instead of %(old)s.",
                **values,
            )
        return self.env._(
            "Invoice %(number)s of %(plan)s waits until visits are booked again.",
            **values,
        )

    def _preview_plans(self):
        """Return what cancelling the visits would do to their plans (C7).

        :return: (the visits that give their sessions back, dict of plan -> (the visits
            to show, {visit id: cycle id}, {cycle: due date or False}))
        """
        self.ensure_one()
        visits = self.appointment_ids._origin
        visits.check_access("read")
        # Reads dates and names of the invoices of these plans, which staff without
        # invoicing rights are to be warned about.
        cancelled = visits.sudo()
        freed = cancelled - self._get_consumed()._origin
        held = cancelled.plan_id._get_dealt_visits()
        plans = {}
        for plan, shown in (held | cancelled).grouped("plan_id").items():
            leaving = shown & freed
            cycles, due_dates = {}, {}
            if plan:
                cycles, due_dates = plan._preview_deal(
                    (shown & held) - leaving, leaving, kept=cancelled - freed
                )
            plans[plan] = shown, cycles, due_dates
        return freed, plans

    def _prepare_line_vals_list(self, plans):
        """Return the preview of each visit, cancelled or not (C7).

        By plan: what is cancelled and what changes first, each by start.

        :param plans: dict of `_preview_plans`
        """
        self.ensure_one()
        vals_list = []
        for plan, (shown, cycles, due_dates) in plans.items():
            lines = [
                self._prepare_line_vals(
                    visit, plan.cycle_ids.browse(cycles.get(visit.id)), due_dates
                )
                for visit in shown.sorted(lambda visit: (visit.start, visit.id))
            ]
            vals_list += sorted(lines, key=self._get_rank)
        return vals_list

    @api.model
    def _get_rank(self, vals):
        """Return the sort key of the preview of a visit: what changes stands first."""
        is_changed = (vals["old_cycle_id"], vals["old_date_due"]) != (
            vals["new_cycle_id"],
            vals["new_date_due"],
        )
        return not vals["is_cancelled"], not is_changed

    def _prepare_line_vals(self, visit, new_cycle, due_dates):
        """Return the preview of one visit (C7).

        :param new_cycle: where it is afterwards, if anywhere
        :param due_dates: dict, cycle -> date or False afterwards
        """
        self.ensure_one()
        is_cancelled = visit in self.appointment_ids._origin
        old_cycle = visit.cycle_id
        warnings = dict.fromkeys(
            warning
            for cycle in (old_cycle, new_cycle)
            if (is_cancelled or old_cycle != new_cycle)
            and (warning := cycle._get_invoice_warning())
        )
        return {
            "appointment_id": visit.id,
            "is_cancelled": is_cancelled,
            "old_cycle_id": old_cycle.id,
            "new_cycle_id": new_cycle.id,
            "old_date_due": old_cycle and old_cycle._get_current_due_date(),
            "new_date_due": due_dates.get(new_cycle, False),
            "warning": "; ".join(warnings) or False,
        }

    def _get_consumed(self):
        """Return the visits whose sessions stay used (C9).

        In a mixed selection the choice is about the late ones: the others are in
        time and always go back.
        """
        self.ensure_one()
        if self.sessions != "consume":
            return self.env["pet.appointment"]
        visits = self.appointment_ids
        return visits.filtered("is_late") or visits

    def action_reschedule(self):
        """Move the visit, or what comes together, instead of cancelling it (C1).

        :return: the action that opens the dialog for it
        """
        self.ensure_one()
        visits = self.appointment_ids
        one = visits[:1] if visits._is_one_coming() else visits
        return one.action_open_reschedule()

    def action_apply(self):
        """Cancel the visits as shown, and say where their sessions went (C2-C9).

        :return: the action that closes the dialog, with the offer to book again
        :raises UserError: when a visit cannot be cancelled
        """
        self.ensure_one()
        visits = self.appointment_ids
        if not visits:
            raise UserError(self.env._("Choose at least one visit to cancel."))
        consumed = self._get_consumed()._origin
        returned, kept = (visits - consumed)._count_held(), consumed._count_held()
        visits._cancel(reason=self.reason, consumed=consumed)
        return visits._tell_outcome(returned, kept)


class PetAppointmentCancelLine(models.TransientModel):
    _name = "pet.appointment.cancel.line"
    _description = "Preview of a Cancellation"
    _inherit = ["pet.reference.mixin"]

    wizard_id = fields.Many2one(
        "pet.appointment.cancel", required=True, ondelete="cascade"
    )
    appointment_id = fields.Many2one("pet.appointment", string="Visit")
    start = fields.Datetime(related="appointment_id.start", related_sudo=False)
    pet_id = fields.Many2one(related="appointment_id.pet_id", related_sudo=False)
    plan_id = fields.Many2one(related="appointment_id.plan_id", related_sudo=False)
    is_cancelled = fields.Boolean(string="Cancelled")
    old_cycle_id = fields.Many2one("pet.cycle")
    new_cycle_id = fields.Many2one("pet.cycle")
    old_date_due = fields.Date(string="Old Due Date")
    new_date_due = fields.Date(string="New Due Date")
    is_changed = fields.Boolean(compute="_compute_is_changed")
    warning = fields.Char()

    @api.depends("old_cycle_id", "new_cycle_id", "old_date_due", "new_date_due")
    def _compute_is_changed(self):
        for line in self:
            line.is_changed = (
                line.old_cycle_id != line.new_cycle_id
                or line.old_date_due != line.new_date_due
            )
