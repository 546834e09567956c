from collections import defaultdict

from odoo import api, fields, models

from .formats import format_sessions
from .pet_appointment import UPCOMING_STATES
from .windows import notify, open_window


class PetAppointment(models.Model):
    """Saying what became of the session of a visit (C2, C8, C9)."""

    _inherit = "pet.appointment"

    session_outcome = fields.Char(
        string="What Became of the Session",
        compute="_compute_session_outcome",
        groups="base.group_user",
    )

    @api.depends("state", "holds_sessions", "plan_id.name", "plan_id.state")
    @api.depends_context("lang")
    def _compute_session_outcome(self):
        for visit in self:
            visit.session_outcome = visit._get_outcome()

    def _get_outcome(self):
        """Return what became of the session, as a phrase, or False while it is ahead.

        Where it went back to a plan that is over, the status of that says so: it is
        not to be booked again.
        """
        self.ensure_one()
        plan = self.plan_id
        if not plan or self.state in UPCOMING_STATES:
            return False
        values = {"plan": plan.name}
        if self.holds_sessions:
            if self.state == "cancelled":
                return self.env._("Stays used on %(plan)s: cancelled late", **values)
            if self.state == "no_show":
                return self.env._("Stays used on %(plan)s: no-show", **values)
            return self.env._("Used on %(plan)s", **values)
        if self.state not in ("cancelled", "no_show"):
            return False
        if plan.state == "active":
            return self.env._("Back on %(plan)s", **values)
        return self.env._(
            "Back on %(plan)s, which is %(state)s",
            state=plan._get_state_label().lower(),
            **values,
        )

    def _count_held(self):
        """Return the sessions that visits take of their plans: dict, plan -> float."""
        held = defaultdict(float)
        for visit in self.filtered("holds_sessions"):
            covered = visit.line_ids.filtered("plan_line_id")
            held[visit.plan_id] += sum(covered.mapped("sessions"))
        return held

    @api.model
    def _tell_outcome(self, returned, kept):
        """Return the action that says where sessions went, and offers to book again.

        :param returned: dict of `_count_held`, what went back
        :param kept: the same, what stays used
        :return: a notice that closes the dialog; without any plan that is all
        """
        sentences = [
            *(self._get_return_sentence(*item) for item in returned.items()),
            *(self._get_loss_sentence(*item) for item in kept.items()),
        ]
        if not sentences:
            return {"type": "ir.actions.act_window_close"}
        plans = self.env["pet.plan"].union(*returned)
        bookable = plans.filtered(lambda plan: plan._has_to_book())
        if not bookable:
            return notify(" ".join(sentences))
        question = (
            self.env._("Book the replacement?")
            if len(bookable) == 1
            else self.env._("Book the replacements?")
        )
        button = self._get_book_button(bookable)
        return notify(" ".join([*sentences, question]), button)

    @api.model
    def _get_book_button(self, plans):
        """Return the button of a notice that books on a plan, or lists several."""
        if len(plans) == 1:
            return self.env._("Book"), plans.action_open_book()
        return (
            self.env._("Open the Plans"),
            open_window(
                self.env, "pet_plans.action_pet_plan", {}, [("id", "in", plans.ids)]
            ),
        )

    @api.model
    def _get_return_sentence(self, plan, count):
        """Return the sentence that sessions are back on a plan, and what it has."""
        values = {
            "plan": plan.name,
            "count": format_sessions(self.env, count),
            "left": format_sessions(self.env, plan.counted_to_book),
            "state": plan._get_state_label().lower(),
        }
        if plan.state != "active":
            return self.env._(
                "Sessions given back to %(plan)s, which is %(state)s: %(count)s.",
                **values,
            )
        if count == 1:
            return self.env._(
                "1 session is back on %(plan)s (%(left)s to book).", **values
            )
        return self.env._(
            "%(count)s sessions are back on %(plan)s (%(left)s to book).", **values
        )

    @api.model
    def _get_loss_sentence(self, plan, count):
        """Return the sentence that sessions of a plan stay used."""
        if count == 1:
            return self.env._("1 session stays used on %(plan)s.", plan=plan.name)
        return self.env._(
            "%(count)s sessions stay used on %(plan)s.",
            plan=plan.name,
            count=format_sessions(self.env, count),
        )

    def action_note_no_show(self):
        """Note that the pet did not come, and say what becomes of its session (C9).

        :return: the action that says so
        """
        held = self._count_held()
        self.action_no_show()
        kept = self._count_held()
        returned = {
            plan: count - kept.get(plan, 0.0)
            for plan, count in held.items()
            if count > kept.get(plan, 0.0)
        }
        return self._tell_outcome(returned, kept)
