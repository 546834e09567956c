from odoo import Command, models
from odoo.exceptions import AccessError, UserError

from .pet_appointment import SERVED_STATES, UPCOMING_STATES
from .windows import open_window


class PetAppointment(models.Model):
    """Cancelling visits: sessions go back, packages are dealt again (C2-C9)."""

    _inherit = "pet.appointment"

    def action_cancel(self):
        """Cancel at once; sessions go back and packages are dealt again (C2, C3)."""
        self._cancel()
        return True

    def action_open_cancel(self):
        """Open the cancellation with its preview and reason (C3, C7)."""
        self.check_access("write")
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_cancel",
            {
                "default_appointment_ids": [Command.set(self.ids)],
                "dialog_size": "extra-large",
            },
        )

    def _cancel(self, reason=None, consumed=None):
        """Cancel visits; several of one package make one deal (C2, C3, C8, C9).

        :param reason: text; a served visit needs one
        :param consumed: the visits among these whose sessions stay used, a late
            cancellation; they keep their place in the cycle, like a no-show
        :raises UserError: naming the visit that cannot be cancelled
        """
        self.check_access("write")
        self._check_cancellable(reason)
        kept = (consumed or self.browse()) & self
        freed = self - kept
        self._unguarded().write({"cancel_reason": reason})
        self._set_state("cancelled", reason)
        dealt = freed.filtered("holds_sessions").plan_id
        freed._release(reason)
        # See `pet.plan.action_recycle`.
        dealt._sudo_clean()._recycle()

    def _cancel_with_plan(self, reason):
        """Cancel visits because their plan is: their sessions go, nothing is dealt."""
        self._unguarded().write({"cancel_reason": reason})
        self._set_state("cancelled", reason)
        self._release(reason)

    def _book_again(self, reason):
        """Book those of these visits again that a cancelled plan had withdrawn (X7).

        :param reason: text
        :return: the visits whose day the plan does not take any more: they stay
            cancelled
        """
        withdrawn = self.filtered("is_withdrawn")
        withdrawn._unguarded().write({"is_withdrawn": False})
        back = withdrawn.filtered(lambda visit: visit.state == "cancelled")
        refused = back.filtered(lambda visit: visit.plan_id._get_refusal(visit))
        booked = back - refused
        booked._unguarded().write({"cancel_reason": False})
        booked._set_state("scheduled", reason)
        booked._book()
        return refused

    def _release(self, reason=None):
        """Give the sessions of these visits back and leave their cycles."""
        cycles = self.cycle_id
        self._unguarded().write({"holds_sessions": False})
        # On another plan they count anew: not on a day that is locked by now (P7).
        self.flush_recordset(["date_consumed"])
        self._sync_sessions(reason=reason)
        self.line_ids._join()
        self._unguarded().write({"cycle_id": False})
        settled = cycles.filtered("sessions_expired")
        if settled:
            # What comes back into a period that is over expires with the next
            # nightly job; cycles are not the user's to write.
            settled._sudo_clean()._unguarded().write({"sessions_expired": False})
        return cycles

    def _leave_plan(self, reason=None):
        """Take visits off their plan, before they get another one or another pet.

        :param reason: text kept on the entries
        """
        if not self:
            return
        cycles = self._release(reason)
        # As after a cancellation: the packages they leave are dealt again.
        cycles.plan_id._sudo_clean()._recycle()

    def _change_plan(self, plan, reason=None):
        """Put visits of one plan on another, whose sessions they take (X6, U3).

        :param plan: `pet.plan` record that has the days and the sessions
        :param reason: text kept on the entries
        """
        self._leave_plan(reason)
        with self._keeping_weight():
            self._unguarded().write({"plan_id": plan.id})
        self._book(reason)

    def _filter_served(self):
        """Return the visits that only a manager, with a reason, may cancel (C9).

        Also those whose service was taken back (U5): by that way it would be free.
        """
        return self.filtered(
            lambda visit: visit.state in SERVED_STATES or visit.was_served
        )

    def _check_may_leave_plan(self):
        """Refuse to let staff take a session back that a service had used (C9, U5)."""
        served = self._filter_served().filtered("holds_sessions")
        if served and not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                self.env._(
                    "%(visits)s: the service had begun, which was taken back: only a "
                    "manager changes its plan.",
                    visits=", ".join(served.mapped("display_name")),
                )
            )

    def _check_cancellable(self, reason):
        """Refuse to cancel twice, or a served visit without the right (C9)."""
        for visit in self:
            values = {
                "visit": visit.display_name,
                "start": visit.company_id._format_pet_time(visit.start),
                "state": visit._get_served_label(),
            }
            if visit.state == "cancelled" and not visit.holds_sessions:
                raise UserError(
                    self.env._("%(visit)s (%(start)s) is already cancelled.", **values)
                )
            if visit.state != "cancelled" and not visit._filter_served():
                continue
            if not self.env.user.has_group("pet_plans.group_manager"):
                raise AccessError(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: only a manager can "
                        "cancel it, with a reason.",
                        **values,
                    )
                )
            if not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: give a reason to "
                        "cancel it.",
                        **values,
                    )
                )

    def _get_served_label(self):
        """Return the status in words; of a service that was taken back that it was."""
        self.ensure_one()
        label = self._get_state_labels()[0].lower()
        if not self.was_served or self.state not in (*UPCOMING_STATES, "received"):
            return label
        return self.env._("%(state)s again, after its service had begun", state=label)
