from odoo import Command, models
from odoo.exceptions import AccessError, UserError

from ..lib.booking import find_overlaps
from .pet_appointment import SERVED_STATES, UPCOMING_STATES
from .windows import open_window

# Where a visit came from whose steps were not noted yet, when it made them
USUAL_STATES = {
    "received": "scheduled",
    "in_service": "received",
    "finished": "in_service",
    "delivered": "finished",
    "no_show": "scheduled",
    "cancelled": "scheduled",
}


class PetAppointment(models.Model):
    """Taking the last step of a visit back, with what it did to the ledger (U5)."""

    _inherit = "pet.appointment"

    def action_open_undo(self):
        """Take the last step back, or open the dialog where it is to ask first (U5).

        It asks for the reason where a manager has to give one, and shows what else
        changes (C7) and who is busy then. The context may name the step that was on
        the screen, `seen_step_id`: of two people the second is told.

        :return: True, or the action of the dialog
        :raises UserError: see `action_undo`; and when another step is the last by now
        """
        self.check_access("write")
        self._check_has_step()
        if "seen_step_id" in self.env.context:
            seen_id = self.env.context["seen_step_id"]
            self._check_steps(self.step_id.browse(seen_id or ()))
        visits = self._with_together()
        return self._tell_together(visits, visits._open_undo())

    def _open_undo(self):
        """Take the last steps back, or open the dialog that asks first (U5)."""
        if not (
            self._filter_undone_by_manager()
            or self._get_clash_texts()
            or self._describe_undo()
        ):
            return self.action_undo()
        self._check_may_undo()
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_undo",
            {
                "default_appointment_ids": [Command.set(self.ids)],
                "dialog_size": "large",
            },
        )

    def action_undo(self, reason=None):
        """Take the last step of each visit back, the ledger included (U5).

        A check-in whose plan was picked by U1 gives that back; a cancellation or a
        no-show takes its sessions again.

        :param reason: text, which a manager gives where staff alone may not
        :return: True
        :raises AccessError: naming the visits that only a manager takes back
        :raises UserError: naming the visits without a step, or for which the plan has
            no day or no session
        """
        self.check_access("write")
        self._check_has_step()
        self._check_may_undo()
        self._check_reason_to_undo(reason)
        self._undo(reason)
        return True

    # --- The steps of a visit --------------------------------------------------

    def _note_steps(self, state):
        """Note who takes these visits on to another status, and from which (U5)."""
        # Nobody writes steps by hand: this notes the one the user is taking.
        steps = self.env["pet.appointment.step"]._sudo_clean()._unguarded()
        visits = self._sudo_clean()._unguarded()
        made = steps.create(
            [
                {
                    "appointment_id": visit.id,
                    "previous_id": visit.step_id.id,
                    "old_state": visit.state,
                    "state": state,
                }
                for visit in visits
            ]
        )
        for visit, step in zip(visits, made, strict=True):
            visit.step_id = step

    def _note_picked(self, plan):
        """Note that the last step gives the visit its plan (U1): undo takes it off."""
        self.ensure_one()
        # See `_note_steps`.
        self._sudo_clean().step_id._unguarded().write(
            {"picked_plan_id": plan.id, "gave_services": not self.line_ids}
        )

    def _get_state_before(self):
        """Return the status from which the visit took its last step."""
        self.ensure_one()
        return self.step_id.old_state or USUAL_STATES[self.state]

    # --- What is refused -------------------------------------------------------

    def _check_has_step(self):
        """Refuse visits that have not taken a step that could be taken back (U5)."""
        stuck = self.filtered(lambda visit: visit.state in UPCOMING_STATES)
        if stuck:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: there is no step to take "
                        "back.",
                        **visit._get_told(),
                    )
                    for visit in stuck
                )
            )

    def _check_steps(self, seen):
        """Refuse to take other steps back than those somebody has seen (U5).

        :param seen: `pet.appointment.step` records
        """
        if other := self.filtered(lambda visit: visit.step_id - seen):
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s by now: somebody else has "
                        "changed it meanwhile. Look at it again.",
                        **visit._get_told(),
                    )
                    for visit in other
                )
            )

    def _filter_undone_by_manager(self):
        """Return the visits whose step only a manager takes back, with a reason (U5).

        One's own step of today is taken back alone, a service too. Who took a step
        before steps were noted nobody knows.
        """
        return self.filtered(
            lambda visit: (
                visit._is_cancelled_after_service()
                if visit.state == "cancelled"
                else visit.state in SERVED_STATES
                and not visit.step_id._is_own_of_today()
            )
        )

    def _is_cancelled_after_service(self):
        """Tell whether the cancelled visit was served, or excused by a manager (C9)."""
        self.ensure_one()
        old_state = self.step_id.old_state
        return (
            self.was_served
            or not old_state
            or old_state in (*SERVED_STATES, "cancelled")
        )

    def _check_may_undo(self):
        """Refuse staff the steps that only a manager takes back (U5)."""
        if self.env.user.has_group("pet_plans.group_manager"):
            return
        refused = self._filter_undone_by_manager()
        if refused:
            raise AccessError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: only a manager takes that "
                        "back, with a reason. Staff take back their own steps of the "
                        "same day.",
                        **visit._get_told(),
                    )
                    for visit in refused
                )
            )

    def _check_reason_to_undo(self, reason):
        """Refuse to take a step back without the reason a manager has to give (U5)."""
        if (reason or "").strip():
            return
        silent = self._filter_undone_by_manager()
        if silent:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: give a reason to take "
                        "that back.",
                        **visit._get_told(),
                    )
                    for visit in silent
                )
            )

    def _check_may_be_upcoming(self):
        """Refuse what a booking would be refused for, of visits to come again (B3, X8).

        Their pet may be archived, or their plan paused or over, since they were checked
        in.
        """
        self._check_pet_not_archived()
        self.filtered(
            lambda visit: visit.plan_id and visit.state in UPCOMING_STATES
        )._check_allowed()

    def _check_no_bill_stands(self):
        """Refuse to take a check-in back while an invoice bills the visit (B4)."""
        billed = self.filtered(
            lambda visit: (
                visit.state not in ("cancelled", "no_show")
                and visit._get_state_before() in UPCOMING_STATES
                and visit._is_billed_apart()
            )
        )
        if billed:
            raise UserError(
                self.env._(
                    "%(visits)s is billed by an invoice of its own: cancel that before "
                    "the check-in is taken back.",
                    visits=", ".join(billed.mapped("display_name")),
                )
            )

    def _get_told(self):
        """Return what messages say of the visit."""
        self.ensure_one()
        return {
            "visit": self.display_name,
            "start": self.company_id._format_pet_time(self.start),
            "state": self._get_state_labels()[0].lower(),
        }

    # --- What is done ----------------------------------------------------------

    def _undo(self, reason=None):
        """Take the last steps back; see `action_undo` for who may.

        :param reason: text, kept in the ledger and in the log
        """
        self._check_no_bill_stands()
        # A deal counts on which visits are over, and a pause on which are to come.
        self.plan_id._bump_revision()
        cancelled = self.filtered(lambda visit: visit.state == "cancelled")
        # By the rules of a booking, whatever the visit was before
        cancelled.filtered("plan_id")._check_allowed()
        entering = self._filter_entering()
        states = {visit: visit._get_state_before() for visit in self}
        bodies = self._get_undo_notes(reason)
        self._leave_picked_plan(reason)
        (entering - cancelled)._take_again(reason)
        (entering & cancelled)._book_cancelled(reason)
        self._filter_served()._unguarded().write({"was_served": True})
        revived = cancelled.filtered(lambda visit: states[visit] != "cancelled")
        revived._unguarded().write({"cancel_reason": False, "is_withdrawn": False})
        self._restore(states)
        self._check_may_be_upcoming()
        self._message_log_batch(bodies=bodies)

    def _restore(self, states):
        """Put the visits back to where they were before their last step.

        :param states: dict, visit -> status
        """
        visits = self._unguarded()
        for visit, state in zip(visits, map(states.get, self), strict=True):
            visit.write({"state": state, "step_id": visit.step_id.previous_id.id})

    def _get_undo_notes(self, reason):
        """Return what the log of each visit says: dict, id -> text."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            visit.id: ": ".join(
                filter(
                    None,
                    (
                        self.env._(
                            "Taken back: %(state)s → %(before)s",
                            state=labels[visit.state],
                            before=labels[visit._get_state_before()],
                        ),
                        reason,
                    ),
                )
            )
            for visit in self
        }

    def _filter_leaving(self):
        """Return the visits that go off the plan which their last step took (U1).

        Where somebody chose another plan since, that stays.
        """
        return self.filtered(
            lambda visit: (
                visit.plan_id and visit.plan_id == visit.step_id.picked_plan_id
            )
        )

    def _filter_entering(self):
        """Return the visits that take sessions again which their last step returned."""
        return self.filtered(
            lambda visit: (
                visit.plan_id
                and not visit.holds_sessions
                and visit.state in ("cancelled", "no_show")
            )
        )

    def _leave_picked_plan(self, reason):
        """Give back what U1 took for these visits, among others (U1, U5)."""
        leaving = self._filter_leaving()
        leaving._leave_plan(reason)
        given = leaving.filtered("step_id.gave_services").line_ids
        given.filtered("plan_line_id")._unguarded().unlink()
        with leaving._keeping_weight():
            leaving._unguarded().write({"plan_id": False})

    def _take_again(self, reason):
        """Take the sessions of no-shows again, in their own cycle if it has room (C9).

        As when they were noted, nothing is dealt.
        """
        staying = self._filter_fitting()
        staying._check_allowed()
        staying._unguarded().write({"holds_sessions": True})
        staying._cover_edited()
        staying._sync_sessions(reason)
        staying._bring_drafts_back()
        entering = self - staying
        entering.line_ids._join()
        entering._book(reason)

    def _filter_fitting(self):
        """Return the visits that find room where they were (B2)."""
        booked = self.cycle_id._get_booked_units()
        fitting = self.browse()
        for visit in self.filtered(
            lambda visit: visit.cycle_id and visit.cycle_id._takes_visits()
        ):
            cycle, units = visit.cycle_id, booked.get(visit.cycle_id.id, 0.0)
            if (
                cycle.date_from <= visit._get_day() <= cycle.date_to
                if cycle.date_from
                else round(units + min(visit.units, 1) - cycle.capacity, 6) <= 0
            ):
                booked[cycle.id] = units + visit.units
                fitting += visit
        return fitting

    def _book_cancelled(self, reason):
        """Book cancelled visits again, and deal their packages (C2, U5).

        As visits to come, whatever they were: where a served one belongs, the deal
        tells, too. Its status follows.
        """
        self._unguarded().write({"state": "scheduled"})
        self._book(reason)
        # See `pet.plan.action_recycle`.
        self.plan_id._sudo_clean()._recycle()

    # --- What it would do (C7) -------------------------------------------------

    def _describe_steps(self):
        """Return what taking the last steps back makes of the visits: list of texts."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [
            self.env._(
                "%(visit)s (%(start)s): %(state)s → %(before)s",
                **{**visit._get_told(), "state": labels[visit.state]},
                before=labels[visit._get_state_before()],
            )
            for visit in self
        ]

    def _describe_undo(self):
        """Return what else taking the last steps back would change: list of texts."""
        leaving, cancelled = self._filter_leaving(), self._filter_entering()
        cancelled = cancelled.filtered(lambda visit: visit.state == "cancelled")
        # Reads dates and names of the invoices of plans that the user changes.
        plans = (leaving | cancelled).plan_id.sudo()
        return [
            text
            for plan in plans
            for text in plan._describe_deal(
                leaving.filtered(lambda visit, plan=plan: visit.plan_id == plan),
                cancelled.filtered(lambda visit, plan=plan: visit.plan_id == plan),
            )
        ]

    def _get_clash_texts(self):
        """Return who is busy when a cancelled visit would be (B1): list of texts."""
        visits = self.filtered(lambda visit: visit.state in ("cancelled", "no_show"))
        visits = visits.filtered(
            lambda visit: visit._get_state_before() in UPCOMING_STATES
        )
        if not visits:
            return []
        others = self._find_busy(
            visits.pet_id,
            visits.user_id,
            min(visits.mapped("start")),
            max(visits.mapped("stop")),
        )
        here = visits | visits._find_linked()
        overlaps = find_overlaps(
            {visit: (visit.start, visit.stop) for visit in visits},
            {other: (other.start, other.stop) for other in others - here},
        )
        return [
            other._get_clash_label(visit.pet_id, visit.user_id)
            for visit in visits
            for other in overlaps[visit]
            if other.pet_id == visit.pet_id or other.user_id & visit.user_id
        ]
