from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib import periods

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PetBookingMixin(models.AbstractModel):
    """Visits at a fixed time: the fields that describe them, and their dates (B1)."""

    _name = "pet.booking.mixin"
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
    duration = fields.Float(default=1.0, help="Of each visit, in hours")
    is_half_day = fields.Boolean(
        string="Half Days", help="Each visit takes half a session and half a place"
    )

    def _compute_count(self):
        """To be given dependencies by the wizards: by default all that remain."""
        raise NotImplementedError

    @api.model
    def _get_booking_fields(self):
        """Return the names of the fields that decide the dates."""
        return ("first_start", "every", "every_unit", *WEEKDAYS, "count")

    def _get_units(self):
        """Return the weight of each visit in its cycle (B2)."""
        self.ensure_one()
        return 0.5 if self.is_half_day else 1.0

    def _get_starts(self, plan):
        """Return the starts of the visits, the local time of day kept (B1).

        Of a plan, dates are passed over for which the period has no session left:
        of four baths a month the fifth Friday is not one.

        :param plan: the `pet.plan` to book
        :return: list of naive UTC datetimes
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
        if plan.kind == "package" or self.count > plan.to_book:
            return self._get_dates(plan, self.count)
        first = periods.local_day(self.first_start, plan.company_id.pet_tz)
        dates = self._get_dates(plan, max(1, (plan.date_end - first).days + 1))
        return plan._get_bookable(dates, self._get_units())[: self.count]

    def _get_dates(self, plan, count):
        weekdays = [number for number, day in enumerate(WEEKDAYS) if self[day]]
        return periods.visit_starts(
            self.first_start,
            self.every,
            self.every_unit,
            count,
            plan.company_id.pet_tz,
            weekdays if self.every_unit == "week" else (),
        )
