from odoo import models

from .counted import say_days
from .formats import format_day
from .pet_appointment import UPCOMING_STATES


class PetPlan(models.Model):
    """A renewal not begun moves with the end of the plan it renews (X6)."""

    _inherit = "pet.plan"

    def _move_renewals(self, old_ends):
        """Let the renewals follow, since the end of these plans moved (X6).

        By the same days, both ways, but not before today.

        :param old_ends: dict, id of the plan -> its end before
        """
        for plan in self:
            start = plan._get_moved_start(old_ends[plan.id], plan.date_end)
            if start:
                plan._get_renewal()._move_start(start)

    def _get_moved_start(self, old, new):
        """Return on which day the renewal begins once the end moves, or None (X6).

        :param old: date, the end before; None of a plan that never ended
        :param new: the same, afterwards
        """
        self.ensure_one()
        renewal = self._get_renewal()
        if not (old and new and renewal) or not renewal._is_to_follow(old):
            return None
        start = renewal.date_start + (new - old)
        if new < old:
            today = self.company_id._get_pet_today()
            start = max(start, min(today, renewal.date_start))
        return start

    def _get_visits_before_renewal(self, new_end):
        """Return the renewal's visits that come before it if the end moves (X6).

        :param new_end: date, or False
        """
        self.ensure_one()
        start = self._get_moved_start(self.date_end, new_end)
        return self._get_renewal()._get_visits_to_come_before(start)

    def _get_visits_to_come_before(self, start):
        """Return the visits to come before a local day; before none, no visit."""
        return self.appointment_ids.filtered(
            lambda visit: (
                start and visit.state in UPCOMING_STATES and visit._get_day() < start
            )
        )

    def _is_to_follow(self, end):
        """Tell whether the plan begins after an end, and has not begun yet (X6).

        Nothing was served on it, and nothing of it is posted or paid. One that was
        sold to begin before that end, since nothing was left, follows nothing.

        :param end: date, of the plan it renews
        """
        self.ensure_one()
        return (
            self.state == "active"
            and self.date_start > end
            and not self.appointment_ids.filtered(
                lambda visit: (
                    visit.holds_sessions and visit.state not in UPCOMING_STATES
                )
            )
            and not any(
                cycle.invoice_id.state == "posted"
                or cycle.invoice_id.posted_before
                or cycle._is_paid()
                # Whoever moves a plan need not read its invoices: only that they stand.
                for cycle in self.sudo().cycle_ids
            )
        )

    def _move_start(self, start):
        """Let the renewal begin, and end, on other days; its bills follow (X6).

        :param start: date, the new first day
        """
        self.ensure_one()
        delta = start - self.date_start
        if not delta:
            return
        self._bump_revision()
        early = self._get_visits_to_come_before(start)
        handed_over = self.renewal_of_id._filter_bookable(early)
        handed_over._change_plan(self.renewal_of_id)
        (early - handed_over)._cancel(
            reason=self.env._(
                "%(plan)s begins on %(start)s now",
                plan=self.display_name,
                start=format_day(self.env, start),
            )
        )
        cycles = self.cycle_ids.filtered("date_from")
        cycles._move_periods(cycles._get_bounds_moved(delta))
        self._unguarded().write(
            {
                "date_start": start,
                "date_end": self.date_end and self.date_end + delta,
            }
        )
        self._follow_periods()
        self._note_moved_start(delta.days, handed_over, early - handed_over)

    def _filter_bookable(self, visits):
        """Return those of some visits for which this plan has days and sessions.

        :param visits: `pet.appointment` records of another plan, still to come
        """
        self.ensure_one()
        places = self._find_places(visits, self._get_allotments()[self])
        return visits.browse(visit.id for visit in places)

    def _find_places(self, visits, allotment):
        """Return where visits of another plan would go on this one (B2, X6).

        :param visits: `pet.appointment` records, still to come
        :param allotment: `lib.booking.Allotment`, which takes them
        :return: dict, visit -> `lib.booking.Place`, of those that find their sessions
        """
        self.ensure_one()
        places = {}
        for visit in visits.sorted(lambda visit: (visit.start, visit.id)):
            day, covered = visit._get_day(), visit.line_ids.filtered("plan_line_id")
            wanted = visit._get_demand(covered, allotment)
            slot = allotment.find_slot(day, visit.units)
            if (
                slot is not None
                and self._covers(visit.pet_id)
                and not self._get_day_refusal(day)
                and all(allotment.pays_for(line.product_id.id) for line in covered)
                and all(
                    allotment.has(service, sessions, slot)
                    for service, sessions in wanted.items()
                )
            ):
                places[visit] = allotment.enter(day, visit.units, wanted)
        return places

    def _note_moved_start(self, days, handed_over, cancelled):
        """Tell on both plans that the renewal moved, and what became of its visits.

        :param days: int, may be negative
        :param handed_over: visits that are on the plan renewed now
        :param cancelled: visits that are cancelled
        """
        self.ensure_one()

        def when(visits):
            return ", ".join(
                self.company_id._format_pet_time(visit.start)
                for visit in visits.sorted("start")
            )

        old = self.renewal_of_id
        parts = [
            self.env._(
                "%(renewal)s moved by %(days)s with the end of %(plan)s: it begins on "
                "%(start)s.",
                renewal=self.display_name,
                days=say_days(self.env, days),
                plan=old.display_name,
                start=format_day(self.env, self.date_start),
            )
        ]
        if handed_over:
            parts.append(
                self.env._(
                    "On %(plan)s now: %(visits)s.",
                    plan=old.display_name,
                    visits=when(handed_over),
                )
            )
        if cancelled:
            parts.append(
                self.env._("Visits cancelled: %(visits)s.", visits=when(cancelled))
            )
        plans = self + old
        plans._message_log_batch(bodies=dict.fromkeys(plans.ids, " ".join(parts)))
