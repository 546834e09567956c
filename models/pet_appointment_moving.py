from odoo import Command, models
from odoo.exceptions import AccessError, UserError

from .counted import say_sessions
from .windows import open_window


class PetAppointment(models.Model):
    """Moving visits to another plan, with both ledgers corrected (U3)."""

    _inherit = "pet.appointment"

    def action_open_move(self):
        """Open the dialog that moves the visits to another plan (U3).

        :raises UserError: naming the visits that cannot be moved
        """
        self.check_access("write")
        self._check_movable()
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_move",
            {
                "default_appointment_ids": [Command.set(self.ids)],
                "dialog_size": "large",
            },
        )

    def _move_to_plan(self, plan, reason=None):
        """Move visits to another plan, or from none to one; both ledgers follow (U3).

        The old package is dealt again (C2): visits that are over keep their cycle (C4).
        On the new plan they enter as if booked (B2), and nothing else moves. A served
        visit keeps its status; it fills the place it gets.

        :param plan: `pet.plan` record
        :param reason: text; a served visit needs one
        :raises AccessError: when staff would move a served visit
        :raises UserError: naming the visits that cannot be moved, or the plan, the
            reason and the numbers (B3)
        """
        self.check_access("write")
        self._check_movable()
        self._check_may_move(reason)
        self._check_served_by(plan)
        old_plans = {visit: visit.plan_id for visit in self}
        # Both at once: of two who change these plans, the second is tried again.
        (self.plan_id | plan)._bump_revision()
        self._change_plan(plan, reason)
        self._unguarded().write({"plan_choice": "hand"})
        self._message_log_batch(
            bodies={
                visit.id: ": ".join(
                    filter(None, (visit._get_move_note(old_plans[visit]), reason))
                )
                for visit in self
            }
        )

    def _get_move_note(self, old_plan):
        self.ensure_one()
        if not old_plan:
            return self.env._("Put on %(new)s", new=self.plan_id.display_name)
        return self.env._(
            "Moved from %(old)s to %(new)s",
            old=old_plan.display_name,
            new=self.plan_id.display_name,
        )

    # --- What is refused -------------------------------------------------------

    def _check_movable(self):
        """Refuse visits that hold nothing to move, or are billed apart (U3, B4)."""
        self._check_not_billed_apart()
        over = self.filtered(
            lambda visit: (
                visit.state == "cancelled"
                or (visit.state == "no_show" and not visit.holds_sessions)
            )
        )
        if over:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: it is not moved to "
                        "another plan.",
                        **visit._get_told(),
                    )
                    for visit in over
                )
            )

    def _check_may_move(self, reason):
        """Refuse to move a served visit without the right, or a reason (U3)."""
        served = self._filter_served()
        if served and not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: only a manager moves it "
                        "to another plan, with a reason.",
                        **{**visit._get_told(), "state": visit._get_served_label()},
                    )
                    for visit in served
                )
            )
        if served and not (reason or "").strip():
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(visit)s (%(start)s) is %(state)s: give a reason to move it "
                        "to another plan.",
                        **{**visit._get_told(), "state": visit._get_served_label()},
                    )
                    for visit in served
                )
            )

    def _check_served_by(self, plan):
        """Refuse a plan that the visits are on, or that has none of their services."""
        good_for = plan.line_ids._get_good_for()
        refusals = [
            self.env._(
                "%(visit)s (%(start)s) is on %(plan)s already.",
                plan=plan.display_name,
                **visit._get_told(),
            )
            for visit in self
            if visit.plan_id == plan
        ] + [
            self.env._(
                "%(plan)s has none of the services of %(visit)s (%(start)s): "
                "%(services)s.",
                plan=plan.display_name,
                services=", ".join(visit.line_ids.product_id.mapped("display_name")),
                **visit._get_told(),
            )
            for visit in self
            if visit.line_ids and not visit.line_ids.product_id & good_for
        ]
        if refusals:
            raise UserError("\n".join(refusals))

    # --- What it would do (C7) -------------------------------------------------

    def _get_sessions_on(self, plan, allotment):
        """Return what the visit takes of a plan, its own or another (B2, S10).

        :param allotment: `lib.booking.Allotment` of the plan
        :return: dict, product id -> sessions; None where it takes what the plan gives
        """
        self.ensure_one()
        if not self.line_ids:
            return None
        if plan == self.plan_id:
            return self._get_wanted_sessions()
        return self._get_demand(self.line_ids, allotment)

    def _describe_move_cost(self, plan):
        """Return in words what a move gives back, takes and leaves to be billed (U3).

        :param plan: `pet.plan` record, not that of any of these visits
        :return: list of texts
        """
        texts = [
            self.env._(
                "%(sessions)s back to %(plan)s.",
                sessions=say_sessions(self.env, count),
                plan=old_plan.display_name,
            )
            for old_plan, count in self._count_held().items()
            if count
        ]
        allotment = plan._get_allotments()[plan]
        taken = sum(
            sum(wanted.values())
            for visit in self
            if (wanted := visit._get_sessions_on(plan, allotment))
        )
        if taken:
            texts.append(
                self.env._(
                    "%(sessions)s from %(plan)s, which has %(left)s to book.",
                    sessions=say_sessions(self.env, taken),
                    plan=plan.display_name,
                    left=say_sessions(self.env, plan.sessions_remaining),
                )
            )
        apart = self.line_ids.product_id - plan.line_ids._get_good_for()
        if apart:
            texts.append(
                self.env._(
                    "Not on %(plan)s, and so on an ordinary invoice: %(services)s.",
                    plan=plan.display_name,
                    services=", ".join(apart.mapped("display_name")),
                )
            )
        return texts

    def _describe_move(self, plan):
        """Return which other visits and due dates a move changes (C7).

        :param plan: `pet.plan` record
        :return: list of texts
        """
        # Reads dates and names of the invoices of plans that the user changes.
        visits, plan = self.sudo(), plan.sudo()
        texts = [
            text
            for old_plan in visits.plan_id
            for text in old_plan._describe_deal(
                visits.filtered(lambda visit, old=old_plan: visit.plan_id == old),
                visits.browse(),
            )
        ]
        return texts + plan._describe_booking(visits)
