from datetime import datetime, timedelta

from odoo import fields, models
from odoo.tools import format_time

from ..lib import periods
from .counted import say_hours
from .pet_appointment import UPCOMING_STATES
from .pet_bounds_mixin import DAYS
from .pet_plan_portal import CustomerRefusal

__, LAST_DAY = DAYS
# "2026-01-31T09:00", or with seconds: a day alone is no time to come.
MOMENT_LENGTHS = (16, 19)


class PetAppointment(models.Model):
    """What customers see of their visits, and change themselves, in the portal (P3)."""

    _inherit = "pet.appointment"

    def _get_portal_rows(self):
        """Return what the tiles show: list of dicts of texts, and what may be changed.

        All visits are of one plan.
        """
        return [
            {
                "id": visit.id,
                "start": visit.company_id._format_pet_time(visit.start),
                "stop": format_time(
                    self.env,
                    visit.stop,
                    tz=visit.company_id.pet_tz,
                    time_format="short",
                ),
                "pet": visit.pet_id.name,
                "services": ", ".join(visit.line_ids.product_id.mapped("name")),
                "session": visit.session_label or False,
                "state": visit.state,
                "state_label": label,
                # A visit that did not take place, and used its session all the same
                "is_kept": visit.state in ("no_show", "cancelled")
                and visit.holds_sessions,
                "can_cancel": not visit._get_portal_cancel_refusal(),
                "can_reschedule": not visit._get_portal_reschedule_refusal(),
            }
            for visit, label in zip(self, self._get_state_labels(), strict=True)
        ]

    def _get_portal_local_start(self):
        """Return the start by the clock of the shop, as a browser's field has it."""
        self.ensure_one()
        return self._format_portal_moment(self.start)

    def _get_portal_limits(self):
        """Return the first and last time to choose from, as a browser's field has them.

        :return: dict of texts; without a last one the plan never ends
        """
        self.ensure_one()
        plan = self.plan_id
        first = self._format_portal_moment(self._get_portal_first_start())
        return {
            "min": max(first, f"{plan.date_start}T00:00"),
            "max": plan.date_end and f"{plan.date_end}T23:59",
        }

    def _format_portal_moment(self, moment):
        local_time = periods.to_local(moment, self.company_id.pet_tz)
        return local_time.isoformat(timespec="minutes")

    # --- What is refused -------------------------------------------------------

    def _get_portal_cancel_refusal(self):
        """Return why the customer cannot cancel this visit online, or None (C9)."""
        self.ensure_one()
        plan, company = self.plan_id, self.company_id
        values = {
            "shop": plan._get_portal_contact(),
            "state": self._get_state_labels()[0].lower(),
            "hours": say_hours(
                self.env, company._get_bounded("pet_portal_notice_hours")
            ),
        }
        if not company.pet_portal_changes:
            return self.env._(
                "Visits are not changed online. Please contact %(shop)s.", **values
            )
        if self.state == "cancelled":
            return self.env._("This visit is cancelled already.")
        if self.state not in UPCOMING_STATES:
            return self.env._(
                "This visit cannot be changed any more: it is %(state)s.", **values
            )
        # What was served and taken back is a manager's to cancel (C9).
        if self.start <= fields.Datetime.now() or self.was_served:
            return self.env._("This visit cannot be changed any more: it has begun.")
        if self.start <= self._get_portal_first_start():
            return self.env._(
                "Visits are changed online until %(hours)s before they begin. Please "
                "contact %(shop)s.",
                **values,
            )
        return None

    def _get_portal_reschedule_refusal(self):
        """Return why the customer cannot move this visit online, or None (C1, C9).

        Inside the late window they cannot: moved away and cancelled then, a late visit
        would be free.
        """
        self.ensure_one()
        refusal = self._get_portal_cancel_refusal()
        if refusal:
            return refusal
        if self.is_late:
            return self.env._(
                "This visit begins in less than %(hours)s, so it is not moved online "
                "any more. Please contact %(shop)s.",
                hours=say_hours(
                    self.env, self.plan_id._get_bounded("late_cancel_hours")
                ),
                shop=self.plan_id._get_portal_contact(),
            )
        if not self.pet_id.active or self.plan_id.state == "cancelled":
            return self.env._(
                "This visit is not moved online. Please contact %(shop)s.",
                shop=self.plan_id._get_portal_contact(),
            )
        return None

    def _get_portal_first_start(self):
        """Return the moment until which visits can be changed, or moved to, online."""
        self.ensure_one()
        hours = self.company_id._get_bounded("pet_portal_notice_hours")
        return fields.Datetime.now() + timedelta(hours=hours)

    def _get_portal_start_refusal(self, start):
        """Return why the visit cannot be moved to a time, as a sentence, or None (C1).

        :param start: naive UTC datetime
        """
        self.ensure_one()
        if start <= self._get_portal_first_start():
            return self.env._(
                "Please choose a time at least %(hours)s from now.",
                hours=say_hours(
                    self.env, self.company_id._get_bounded("pet_portal_notice_hours")
                ),
            )
        day = periods.local_day(start, self.company_id.pet_tz)
        reason = self.plan_id._get_day_refusal(day)
        if reason:
            return self.env._(
                "Please choose another day. Of %(plan)s: %(reason)s.",
                plan=self.plan_id.title,
                reason=reason,
            )
        if closure := self.company_id._get_closure(day):
            return self.env._("Please choose another day. %(closure)s", closure=closure)
        # Of all customers and companies: that the time is taken is all that is told.
        visits = self._sudo_clean()
        stop = start + (self.stop - self.start)
        busy = visits._find_busy(visits.pet_id, visits.user_id, start, stop)
        if busy - self - visits._find_linked():
            return self.env._("This time is taken. Please choose another one.")
        return None

    def _parse_portal_start(self, text):
        """Return the moment that a customer typed, by the clock of the shop.

        :param text: as a browser sends it, such as "2026-01-31T09:00"
        :return: naive UTC datetime
        :raises CustomerRefusal: when it is no date and time
        """
        self.ensure_one()
        try:
            local_time = datetime.fromisoformat(text)
            is_whole = len(text) in MOMENT_LENGTHS and not local_time.tzinfo
            if not is_whole or local_time.date() > LAST_DAY:
                raise ValueError(text)
            return periods.from_local(local_time, self.company_id.pet_tz)
        except (OverflowError, ValueError) as error:
            raise CustomerRefusal(
                self.env._("Please give the new day and time.")
            ) from error

    # --- What is done ----------------------------------------------------------

    def _portal_cancel(self):
        """Cancel a visit for its customer; a late one uses its session (C2, C9).

        :raises CustomerRefusal: in the customer's words
        """
        self.ensure_one()
        refusal = self._get_portal_cancel_refusal()
        if refusal:
            raise CustomerRefusal(refusal)
        # Customers write no visits. The controller has checked that the plan is theirs;
        # this cancels the one visit of it, as staff would.
        visit = self.company_id._get_scoped(self._sudo_clean())
        visit._cancel(
            reason=visit.env._("By the customer, in the portal"),
            consumed=visit.filtered("is_late"),
        )

    def _portal_reschedule(self, start):
        """Move a visit for its customer: this visit only, same cycle (C1).

        Asked for a second time, it is where it should be.

        :param start: naive UTC datetime
        :raises CustomerRefusal: in the customer's words
        """
        self.ensure_one()
        refusal = self._get_portal_reschedule_refusal()
        if not refusal and start == self.start:
            return
        refusal = refusal or self._get_portal_start_refusal(start)
        if refusal:
            raise CustomerRefusal(refusal)
        # As in `_portal_cancel`: this moves the one visit, as staff would.
        visit = self.company_id._get_scoped(self._sudo_clean())
        visit.reschedule(start)
        visit._message_log(body=visit.env._("Moved by the customer, in the portal."))
