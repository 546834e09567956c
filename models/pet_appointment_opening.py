from datetime import timedelta

from odoo import api, fields, models

LONGEST_VIEW = timedelta(days=500)  # that of a year, and more


class PetAppointment(models.Model):
    """Visits on days on which the shop is closed: said, never refused (S15)."""

    _inherit = "pet.appointment"

    closure = fields.Char(
        string="Shop Closed",
        compute="_compute_closure",
        groups="base.group_user",
        help="Why the shop is closed on the day of the visit",
    )

    @api.depends("start", "company_id.pet_tz", "company_id.pet_calendar_id")
    @api.depends_context("lang")
    def _compute_closure(self):
        self.closure = False
        dated = self.filtered(lambda visit: visit.start and visit.company_id)
        for company, visits in dated.grouped("company_id").items():
            days = {visit: visit._get_day() for visit in visits}
            closures = company._get_closures(days.values())
            for visit, day in days.items():
                visit.closure = closures[day]

    @api.model
    def get_unusual_days(self, date_from, date_to=None):
        """Return which days the calendar of visits shades: the closed ones (S15).

        Of several companies those on which none of them is open.

        :param date_from, date_to: texts, in UTC, as the calendar sends them
        :return: dict, day as text -> True, of the days that are shaded
        :raises UserError: when one is no date
        """
        self.browse().check_access("read")
        start = self._parse_start(date_from or fields.Datetime.now())
        stop = self._parse_start(date_to or start)
        # Its days are those of the computer's clock, which may be a day off.
        first = start.date() - timedelta(days=1)
        last = min(stop.date() + timedelta(days=1), first + LONGEST_VIEW)
        closed = (
            company._find_closed_days(first, last) for company in self.env.companies
        )
        shaded = set.intersection(*map(set, closed))
        return dict.fromkeys(map(fields.Date.to_string, sorted(shaded)), True)

    def _get_closed_days(self):
        """Return the days of these visits on which the shop is closed: texts (S15)."""
        visits = self.filtered("closure").sorted("start")
        return list(dict.fromkeys(visits.mapped("closure")))
