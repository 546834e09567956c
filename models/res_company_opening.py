from datetime import datetime, time, timedelta

from pytz import timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.intervals import Intervals

from ..lib import opening, periods
from .formats import format_day
from .pet_bounds_mixin import DAYS

LONGEST_LIST = 6  # dates that are named; of more, how many they are


class ResCompany(models.Model):
    """The days on which a shop is closed (S15)."""

    _inherit = "res.company"

    pet_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Opening Days",
        ondelete="restrict",
        help="Days without working time in it, public holidays among them, are passed "
        "over when visits are proposed. Empty: the shop is never closed",
    )

    @api.constrains("pet_calendar_id")
    def _check_pet_calendar_id(self):
        for company in self:
            owner = company.pet_calendar_id.company_id
            if owner and owner not in company.parent_ids:
                raise ValidationError(
                    self.env._(
                        "%(company)s: the working time %(calendar)s is that of "
                        "%(owner)s.",
                        company=company.name,
                        calendar=company.pet_calendar_id.name,
                        owner=owner.name,
                    )
                )

    def _find_closed_days(self, first, last):
        """Return the days on which the shop is closed, in a few queries (S15).

        The hours of the working time are those of the clock on the shop's wall,
        whatever time zone it says: it only counts on which days there are some.

        :param first, last: dates
        :return: dict, day -> name of the holiday, "" where it is just no day of work
        """
        self.ensure_one()
        # Working time and holidays of the shop are no secret to its staff and
        # customers, of whom some may not read them; no others are read.
        company = self.sudo()
        calendar = company.pet_calendar_id
        if not calendar:
            return {}
        tz = timezone(company.pet_tz)
        start = tz.localize(datetime.combine(first, time.min))
        stop = tz.localize(datetime.combine(last + timedelta(days=1), time.min))
        domain = company._get_holidays_domain()
        holidays = calendar._leave_intervals_batch(start, stop, domain=domain, tz=tz)
        if calendar.flexible_hours:  # no hours of its own: only holidays close it
            work = Intervals([(start, stop, calendar)])
        else:
            work = calendar._attendance_intervals_batch(start, stop, tz=tz)[False]
        return opening.find_closed(
            first,
            last,
            [
                (begin.replace(tzinfo=None), end.replace(tzinfo=None))
                for begin, end, __ in work - holidays[False]
            ],
            [
                (
                    periods.to_local(leave.date_from, company.pet_tz),
                    periods.to_local(leave.date_to, company.pet_tz),
                    leave.name or "",
                )
                for __, __, leaves in holidays[False]
                for leave in leaves
            ],
        )

    def _get_holidays_domain(self):
        """Return which time off closes the shop: that of nobody in particular."""
        self.ensure_one()
        return [
            ("time_type", "=", "leave"),
            "|",
            ("calendar_id", "=", self.pet_calendar_id.id),
            ("company_id", "in", [False, *self.parent_ids.ids]),
        ]

    def _read_closed_days(self):
        """Return the closed days of the shop, to be asked one by one (S15).

        :return: `lib.opening.ClosedDays`, which reads many at once
        """
        self.ensure_one()
        return opening.ClosedDays(self._find_closed_days, *DAYS)

    def _find_holidays(self, days):
        """Return what closes the shop on some days, in a few queries (S15).

        :param days: iterable of dates
        :return: dict, day -> name of the holiday, "" where it is just closed, None
            where it is open
        """
        closed = self._read_closed_days()
        return {day: closed.find(day) for day in sorted(set(days))}

    def _get_closure(self, day):
        """Return that the shop is closed on a day, as a sentence, or False (S15)."""
        return self._get_closures([day])[day]

    @api.model
    def get_pet_closure(self, day):
        """Return which of the chosen companies are closed on a day, in words (S15).

        :param day: date, or text such as "2026-12-25"
        :return: text, "" where all are open
        :raises UserError: when it is no date
        """
        day = self.env["pet.appointment"]._parse_start(day).date()
        closures = (company._get_closure(day) for company in self.env.companies)
        return " ".join(filter(None, closures))

    def _get_closures(self, days):
        """Return on which of some days the shop is closed (S15).

        :param days: iterable of dates
        :return: dict, day -> sentence, or False where it is open
        """
        return {
            day: holiday is not None and self._say_closure(day, holiday)
            for day, holiday in self._find_holidays(days).items()
        }

    def _say_closure(self, day, holiday):
        values = {
            "shop": self.name,
            "day": format_day(self.env, day),
            "holiday": holiday,
        }
        if holiday:
            return self.env._("%(shop)s is closed on %(day)s: %(holiday)s.", **values)
        return self.env._("%(shop)s is closed on %(day)s.", **values)

    def _mark_closed(self, days):
        """Return the marks of some days in a list: "closed: Christmas", "closed" (S15).

        :param days: iterable of dates
        :return: dict, day -> text, or None where the shop is open
        """
        return {
            day: None if holiday is None else self._say_closed(holiday)
            for day, holiday in self._find_holidays(days).items()
        }

    def _say_closed(self, holiday):
        if holiday:
            return self.env._("closed: %(holiday)s", holiday=holiday)
        return self.env._("closed")

    def _find_open_day(self, day):
        """Return the first day from one on that is not closed, for a year at most.

        :param day: date; itself where there is none
        """
        closed = self._read_closed_days()
        days = (day + timedelta(days=number) for number in range(366))
        return next((one for one in days if closed.find(one) is None), day)

    def _say_passed_over(self, passed):
        """Return which dates a proposal passed over, as a sentence, or False (S15).

        :param passed: list of (date, reason), as of `lib.opening.Proposal`
        """
        if not passed:
            return False
        named = [
            f"{format_day(self.env, day)} ({reason or self.env._('closed')})"
            for day, reason in passed[:LONGEST_LIST]
        ]
        values = {"count": len(passed), "dates": ", ".join(named)}
        if len(passed) == 1:
            return self.env._("1 date passed over: %(dates)s.", **values)
        if len(passed) > LONGEST_LIST:
            return self.env._(
                "%(count)s dates passed over: %(dates)s and %(others)s more.",
                others=len(passed) - LONGEST_LIST,
                **values,
            )
        return self.env._("%(count)s dates passed over: %(dates)s.", **values)

    def _say_closed_for_good(self, since):
        """Return why a series of dates has been given up (S15).

        :param since: date, the first of those on which the shop is closed
        """
        return self.env._(
            "%(shop)s is closed on all of these days from %(since)s on, for more than "
            "2 years. Choose other days, or have the working time %(calendar)s "
            "checked.",
            shop=self.name,
            since=format_day(self.env, since),
            # The name of a setting of the shop, for whoever is to check it.
            calendar=self.sudo().pet_calendar_id.name,
        )
