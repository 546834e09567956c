from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib import booking, periods
from ..models.formats import format_day
from ..models.pet_plan_rhythm import WEEKDAYS

# When the first visit of a pet that never came is proposed
FIRST_HOUR = time(9)


class PetFixedTimeMixin(models.AbstractModel):
    """Visits at a fixed time: the fields that describe them, and their dates (B1)."""

    _name = "pet.fixed.time.mixin"
    _description = "Fixed-time Booking"

    first_start = fields.Datetime(string="First Visit")
    every = fields.Integer(default=1)
    every_unit = fields.Selection(
        [("day", "Days"), ("week", "Weeks")], required=True, default="week"
    )
    mon = fields.Boolean(string="Monday")
    tue = fields.Boolean(string="Tuesday")
    wed = fields.Boolean(string="Wednesday")
    thu = fields.Boolean(string="Thursday")
    fri = fields.Boolean(string="Friday")
    sat = fields.Boolean(string="Saturday")
    sun = fields.Boolean(string="Sunday")
    count = fields.Integer(
        string="Number of Visits",
        compute="_compute_count",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    user_id = fields.Many2one("res.users", string="Groomer")
    duration = fields.Float(default=1.0, help="Of each visit, in hours")
    is_half_day = fields.Boolean(
        string="Half Days", help="Each visit takes half a session and half a place"
    )

    def _compute_count(self):
        """To be given dependencies by the wizards: by default all that remain."""
        raise NotImplementedError

    def _get_shop(self):
        """Return the company whose clock counts: to be told by the wizards."""
        raise NotImplementedError

    def _get_groomer(self):
        """Return who serves the visits, a `res.users` record, or nobody."""
        self.ensure_one()
        return self.user_id

    @api.onchange("first_start", "every_unit")
    def _onchange_first_start(self):
        """Tick the weekday of the first visit (B1).

        A weekday that was ticked alone moves; of several each stays, since the first
        visit is one more.
        """
        shop = self._get_shop()
        if not (shop and self.first_start) or self.every_unit != "week":
            return
        number = periods.local_day(self.first_start, shop.pet_tz).weekday()
        ticked = [day for day in WEEKDAYS if self[day]]
        if WEEKDAYS[number] in ticked:
            return
        if len(ticked) == 1:
            self[ticked[0]] = False
        self[WEEKDAYS[number]] = True

    def _get_proposal(self, habit, date_start):
        """Return what is proposed to who books: the habit, or the first morning (B1).

        :param habit: `Habit` of the pet, may be an empty one
        :param date_start: date, the first day of the plan
        :return: dict, field of this mixin -> value
        """
        self.ensure_one()
        shop = self._get_shop()
        if habit.rhythm:
            start = habit.next_start(date_start, shop.pet_tz)
        else:
            tomorrow = shop._get_pet_today() + timedelta(days=1)
            day = shop._find_open_day(max(date_start, tomorrow))
            morning = datetime.combine(day, FIRST_HOUR)
            start = periods.from_local(morning, shop.pet_tz)
        return {**self.env["pet.plan"]._get_habit_values(habit), "first_start": start}

    @api.model
    def _get_booking_fields(self):
        """Return the names of the fields that decide the dates."""
        return ("first_start", "every", "every_unit", *WEEKDAYS, "count")

    def _get_units(self):
        """Return the weight of each visit in its cycle (B2)."""
        self.ensure_one()
        return 0.5 if self.is_half_day else 1.0

    def _propose_visits(self, plan):
        """Return the starts of the visits, the local time of day kept (B1, B1a, S15).

        Never one that the booking would refuse: days on which the plan or the shop
        rests, or for whose period no session is left, are passed over.

        :param plan: the `pet.plan` to book
        :return: `lib.opening.Proposal`, of at most `count` visits
        :raises UserError: when the numbers describe no visits
        """
        starts = self._list_starts(plan.company_id.pet_tz)
        return plan._get_proposed(
            starts, self._get_units(), self.count, self._get_comer(), self._get_wanted()
        )

    def _get_comer(self):
        """Return the pet that comes; may be empty."""
        raise NotImplementedError

    def _get_wanted(self):
        """Return what each visit takes: see `pet.plan._get_visit_count`."""
        return None

    def _get_services(self):
        """Return the commands of the services of each visit, where they are chosen."""
        return []

    def _list_starts(self, tz):
        """Return an iterator of the starts of the visits, without end (B1).

        :param tz: name of the shop's time zone
        :raises UserError: when the numbers describe no visits
        """
        self.ensure_one()
        if self.every < 1 or self.count < 1:
            raise UserError(
                self.env._(
                    "Book at least 1 visit, every 1 or more days or weeks "
                    "(not %(count)s visits, every %(every)s).",
                    count=self.count,
                    every=self.every,
                )
            )
        if not self.first_start:
            raise UserError(self.env._("Choose date and time of the first visit."))
        weekdays = [number for number, day in enumerate(WEEKDAYS) if self[day]]
        return periods.visit_starts(
            self.first_start,
            self.every,
            self.every_unit,
            tz,
            weekdays if self.every_unit == "week" else (),
        )

    def _find_others(self, spans, pet):
        """Return what the pet, or the groomer, has at some times (B1).

        In one query, whatever their number.

        :param spans: dict, anything -> (start, stop)
        :param pet: `pet.pet` record, may be empty
        :return: dict, the same -> list of texts
        """
        self.ensure_one()
        if not spans:
            return {}
        firsts, lasts = zip(*spans.values(), strict=True)
        others = self.env["pet.appointment"]._find_busy(
            pet, self._get_groomer(), min(firsts), max(lasts)
        )
        found = booking.find_overlaps(
            spans, {other: (other.start, other.stop) for other in others}
        )
        return {
            name: [
                other._get_clash_label(pet, self._get_groomer())
                for other in found[name]
            ]
            for name in spans
        }

    def _book(self, plan, starts, pet):
        """Book visits as the dialog describes them (B1).

        :param starts: list of naive UTC datetimes
        :param pet: `pet.pet` record, who comes
        """
        self.ensure_one()
        services = self._get_services()
        return plan.book(
            starts,
            **({"line_ids": services} if services else {}),
            pet_id=pet.id,
            user_id=self._get_groomer().id,
            duration=self.duration,
            units=self._get_units(),
        )

    def _check_found(self, proposal, plan):
        """Refuse to book fewer visits than were asked for in so many words (B1).

        "All that remain" is as many as the plan and these days have.

        :param proposal: that of `_propose_visits`
        :raises UserError: naming the plan, both numbers, and the days passed over
        """
        self.ensure_one()
        found = len(proposal.starts)
        all_that_remain = plan._get_visit_count(self._get_units(), self._get_wanted())
        if not found or found < self.count != all_that_remain:
            sentences = (
                self._get_shortfall(found, plan),
                self._say_passed_over(proposal),
            )
            raise UserError(" ".join(filter(None, sentences)))

    def _say_passed_over(self, proposal):
        """Return which dates were passed over, and why, in words, or False (S15).

        :param proposal: `lib.opening.Proposal`
        """
        self.ensure_one()
        shop, since = self._get_shop(), proposal.closure
        passed = [one for one in proposal.passed if not since or one[0] < since]
        sentences = (
            shop._say_passed_over(passed),
            since and shop._say_closed_for_good(since),
        )
        return " ".join(filter(None, sentences)) or False

    @api.model
    def _say_sessions_short(self, plan, left, count):
        """Return the sentence that tells of more visits than sessions (B1a, B3).

        :param plan: text, the name of the plan or of what is sold
        :param left: int, visits that find their sessions
        :param count: int, visits asked for
        """
        return self.env._(
            "%(plan)s has sessions left for %(left)s of %(count)s visits.",
            plan=plan,
            left=left,
            count=count,
        )

    def _get_shortfall(self, found, plan):
        """Return the sentence that tells why fewer visits are proposed (B1a).

        :param found: int, visits that the plan takes
        """
        self.ensure_one()
        values = {
            "plan": plan.display_name,
            "found": found,
            "count": self.count,
            "left": plan._get_visit_count(self._get_units(), self._get_wanted()),
            "end": format_day(self.env, plan.date_end) if plan.date_end else "",
        }
        if self.count > values["left"]:
            return self._say_sessions_short(
                plan.display_name, values["left"], self.count
            )
        if plan.date_end:
            return self.env._(
                "%(plan)s takes %(found)s of %(count)s visits on these days until its "
                "end on %(end)s.",
                **values,
            )
        return self.env._(
            "%(plan)s takes %(found)s of %(count)s visits on these days.", **values
        )
