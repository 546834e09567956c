from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf
from typing import Any

from odoo import api, fields, models

from ..lib import booking, periods
from ..lib.balances import Balance, Unlimited
from ..lib.rhythm import Rhythm, find_rhythm

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True)
class Habit:
    """How a customer is used to come: when, with which pets, to whom, for how long.

    Each is what most visits have; None where there is no visit.
    """

    rhythm: Rhythm | None
    last: date | None
    pets: Any
    user: Any
    duration: float | None
    units: float | None

    def next_start(self, date_start, tz):
        """Return when the customer comes next, by the rhythm.

        One interval after the last visit, not before a day, nor at a time that is over.

        :param date_start: date, the first day that can be taken
        :param tz: name of the shop's time zone
        :return: naive UTC datetime
        """
        now = periods.to_local(fields.Datetime.now(), tz)
        today_is_over = timedelta(days=1 if now.time() > self.rhythm.at else 0)
        earliest = max(date_start, now.date() + today_is_over)
        day = self.rhythm.next_after(self.last, earliest)
        return periods.from_local(datetime.combine(day, self.rhythm.at), tz)


def _get_most_common(values):
    """Return the value that comes most often, the latest of several; None of none."""
    return next((value for value, __ in Counter(reversed(values)).most_common(1)), None)


class PetAppointment(models.Model):
    _inherit = "pet.appointment"

    def _get_habit(self):
        """Return how the customer is used to come, as these visits tell (B1).

        Those of several pets have no rhythm: each pet has its own.

        :return: `Habit`; of no visit an empty one
        """
        visits = self.filtered(lambda one: one.state != "cancelled")
        since = max(visits.mapped("start"), default=datetime.max) - LONGEST_LOOK_BACK
        visits = visits.filtered(lambda visit: visit.start >= since).sorted("start")
        starts = [
            periods.to_local(visit.start, visit.company_id.pet_tz) for visit in visits
        ]
        staff = [visit.user_id for visit in visits if visit.user_id.active]
        return Habit(
            rhythm=find_rhythm(starts) if len(visits.pet_id) == 1 else None,
            last=starts[-1].date() if starts else None,
            pets=visits.pet_id,
            user=_get_most_common(staff),
            duration=_get_most_common(visits.mapped("duration")),
            units=_get_most_common(visits.mapped("units")),
        )

    @api.model
    def _get_habit_of(self, pet, company):
        """Return how a pet is used to come to a shop (B1).

        :param pet: `pet.pet` record, may be empty
        :return: `Habit`
        """
        since = fields.Datetime.now() - LONGEST_LOOK_BACK
        return self.search(
            [
                ("pet_id", "in", pet.ids),
                ("company_id", "=", company.id),
                ("start", ">", since),
            ]
        )._get_habit()


class PetPlan(models.Model):
    """Booking a renewal as the customer is used to come (X6, B1)."""

    _inherit = "pet.plan"

    def _get_habit(self):
        """Return how the customer is used to come, as the visits of the plan tell.

        :return: `Habit`; of no plan, or of one without visits, an empty one
        """
        return self.appointment_ids._get_habit()

    def _get_habit_values(self, habit):
        """Return what a booking dialog proposes by a habit (B1).

        A single weekday is that of the first visit: choosing another day for that is
        enough to move all.

        :param habit: `Habit`, may be an empty one: then once a week
        :return: dict, field of `pet.fixed.time.mixin` -> value, without the first visit
        """
        rhythm = habit.rhythm
        weekdays = rhythm.weekdays if rhythm and len(rhythm.weekdays) > 1 else ()
        return {
            "every": rhythm.every if rhythm else 1,
            "every_unit": rhythm.unit if rhythm else "week",
            **{name: number in weekdays for number, name in enumerate(WEEKDAYS)},
            "user_id": habit.user and habit.user.id,
            "duration": habit.duration or 1.0,
            "is_half_day": habit.units == 0.5,
        }

    def _get_visiting_habit(self, pet):
        """Return how a pet is used to come, for the next visits of this plan (B1, X6).

        As the visits of the plan tell, or those of the plan it renews, or else all
        that the pet had.

        :param pet: `pet.pet` record, may be empty: nobody said yet which one comes
        :return: `Habit`
        """
        self.ensure_one()
        for plan in (self, self.renewal_of_id):
            visits = plan.appointment_ids
            if pet:
                visits = visits.filtered(lambda visit: visit.pet_id == pet)
            habit = visits._get_habit()
            if habit.rhythm:
                return habit
        return self.env["pet.appointment"]._get_habit_of(pet, self.company_id)

    def _get_renewal_to_come(self, date_start, keep_price):
        """Return the renewal of this plan as it will be, not sold and not stored.

        :param date_start: date, its first day
        :param keep_price: whether it keeps services and terms of this plan
        """
        self.ensure_one()
        vals = self._prepare_renewal_vals(date_start)
        if keep_price:
            vals |= self._prepare_kept_price_vals()
        return self.new(vals)

    def _get_allotment_to_come(self, carried):
        """Return the allotment that this plan will have once it is sold (B2).

        :param carried: dict, product id -> sessions handed over to it (X6); of a
            package in a cycle ahead, whose number is 0
        :return: `lib.booking.Allotment`; it knows cycles by their numbers
        """
        self.ensure_one()
        by_period = self.kind == "plan"
        capacities, bounds = self._get_cycles_to_come()
        shares = self._get_shares(capacities)
        numbers = list(range(1, len(bounds) + 1))
        slots = [
            booking.Slot(number, capacity, open=True, first=first, last=last)
            for number, capacity, (first, last) in zip(
                numbers, capacities, bounds, strict=True
            )
        ]
        ahead = not by_period and max(carried.values(), default=0.0) > 0
        if ahead:
            slots.insert(0, booking.Slot(0, max(carried.values()), open=True))
        services = {}
        for product, lines in self.line_ids.grouped("product_id").items():
            extra = carried.get(product.id, 0.0)
            whole = [sum(parts) for parts in zip(*map(shares.get, lines), strict=True)]
            grants = [
                ("sold", number if by_period else None, share)
                for number, share in zip(numbers, whole, strict=True)
            ]
            grants.append(("carried", numbers[0] if by_period else None, extra))
            if lines[:1].is_unlimited:
                services[product.id] = booking.Service(
                    balance=Unlimited([product.id]),
                    shares=[inf] * len(slots),
                    taken=[0.0] * len(slots),
                    covers=lines._get_covers(),
                    per_day=lines[:1].max_per_day,
                )
                continue
            services[product.id] = booking.Service(
                balance=Balance(
                    ("carried", "sold"),
                    numbers if by_period else (),
                    grants,
                    rollover=self.rollover,
                    overdraft=self.overdraft_limit,
                ),
                shares=[extra, *whole] if ahead else whole,
                taken=[0.0] * len(slots),
                covers=lines._get_covers(),
            )
        return booking.Allotment(slots, services, by_period=by_period)
