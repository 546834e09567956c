from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import periods

INTERVAL_UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
    ("year", "Years"),
]


class PetPlanTermsMixin(models.AbstractModel):
    """The terms a template offers and a sold plan keeps as its snapshot (S2)."""

    _name = "pet.plan.terms.mixin"
    _description = "Terms of a Plan or Package"

    kind = fields.Selection(
        [("plan", "Plan"), ("package", "Package")],
        string="Type",
        required=True,
        help="Plan: billed per period, meant to be renewed.\n"
        "Package: a number of visits until a deadline, billed per cycle of visits.",
    )
    appointment_count = fields.Integer(
        string="Visits Sold", help="Visits of the whole package"
    )
    appointments_per_cycle = fields.Integer(
        string="Visits per Cycle",
        help="Each cycle of this many visits is one invoice; "
        "the last cycle takes the remainder",
    )
    interval = fields.Integer(string="Bill Every", help="Length of a billing period")
    interval_unit = fields.Selection(
        INTERVAL_UNITS, string="Period Unit", required=True
    )
    period_count = fields.Integer(string="Periods", help="Billing periods sold at once")
    validity = fields.Integer(help="Time to use the package; 0 never expires")
    validity_unit = fields.Selection(INTERVAL_UNITS, required=True)
    due_basis = fields.Selection(
        [("first", "First visit of the cycle"), ("last", "Last visit of the cycle")],
        string="Due On",
        required=True,
    )
    due_offset_days = fields.Integer(
        string="Due Offset",
        help="Days from that visit, or from the first day of a plan's period, "
        "to the due date of the invoice; may be negative",
    )
    post_lead_days = fields.Integer(
        string="Post Before Due",
        help="Days before its due date on which a draft invoice is posted",
    )
    rollover = fields.Boolean(
        help="Sessions not used in a period stay usable in the next ones"
    )
    late_cancel_hours = fields.Integer(
        string="Late Cancellation",
        help="Hours before a visit from which cancelling it is late; 0 never is",
    )
    no_show_policy = fields.Selection(
        [("consume", "Use up the session"), ("return", "Return the session")],
        string="No-show",
        required=True,
    )
    overdraft_limit = fields.Float(
        string="Overdraft",
        digits="Product Unit",
        help="Sessions of each service that may be taken beyond what was sold",
    )
    is_carry_over = fields.Boolean(
        string="Carry-over",
        help="Used to take over sessions from another software; "
        "kept out of sales figures",
    )

    @api.model
    def _get_term_fields(self):
        """Return the names of the terms a sold plan copies from its template."""
        return (
            "kind",
            "appointment_count",
            "appointments_per_cycle",
            "interval",
            "interval_unit",
            "period_count",
            "validity",
            "validity_unit",
            "due_basis",
            "due_offset_days",
            "post_lead_days",
            "rollover",
            "late_cancel_hours",
            "no_show_policy",
            "overdraft_limit",
            "is_carry_over",
        )

    @api.constrains("kind", "appointment_count", "appointments_per_cycle")
    def _check_visits(self):
        for terms in self:
            if terms.kind == "package" and (fault := terms._get_visits_fault()):
                raise ValidationError(fault)

    def _get_visits_fault(self):
        """Return what is wrong with the visits of a package, a sentence, or None."""
        self.ensure_one()
        if self.appointment_count <= 0:
            return self.env._(
                "%(name)s: a package has at least one visit, not %(count)s.",
                name=self.display_name,
                count=self.appointment_count,
            )
        if self.appointments_per_cycle <= 0:
            return self.env._(
                "%(name)s: a cycle has at least one visit, not %(count)s.",
                name=self.display_name,
                count=self.appointments_per_cycle,
            )
        if self.appointments_per_cycle > self.appointment_count:
            return self.env._(
                "%(name)s: a cycle of %(cycle)s visits is larger than the "
                "package of %(count)s visits.",
                name=self.display_name,
                cycle=self.appointments_per_cycle,
                count=self.appointment_count,
            )
        return None

    @api.constrains("kind", "interval", "period_count")
    def _check_periods(self):
        for terms in self:
            if terms.kind == "plan" and (fault := terms._get_periods_fault()):
                raise ValidationError(fault)

    def _get_periods_fault(self):
        """Return what is wrong with the periods of a plan, a sentence, or None."""
        self.ensure_one()
        if self.interval > 0 and self.period_count > 0:
            return None
        return self.env._(
            "%(name)s: a plan has at least one period of at least one "
            "day, not %(count)s periods of %(interval)s.",
            name=self.display_name,
            count=self.period_count,
            interval=self.interval,
        )

    def _get_times_sold(self):
        """Return how often the services are sold: in each period, or once (S4, S5)."""
        self.ensure_one()
        return self.period_count if self.kind == "plan" else 1

    def _count_days(self, start):
        """Return how many days a plan runs that starts on a day (S5).

        :param start: date
        """
        self.ensure_one()
        bounds = periods.period_bounds(
            start, self.interval, self.interval_unit, self.period_count
        )
        return (bounds[-1][1] - start).days + 1 if bounds else 0

    def _get_duration_label(self):
        """Return how long these terms run, in words: "3 months" (X5)."""
        self.ensure_one()
        if self.kind == "plan":
            count, unit = self.interval * self.period_count, self.interval_unit
        else:
            count, unit = self.validity, self.validity_unit
        if not count:
            return self.env._("Never expires")
        return self._say_length(count, unit)

    @api.model
    def _say_length(self, count, unit):
        """Return a length of time in words: "1 month", "28 days".

        :param count: int
        :param unit: "day", "week", "month" or "year"
        """
        if count == 1:
            return {
                "day": self.env._("1 day"),
                "week": self.env._("1 week"),
                "month": self.env._("1 month"),
                "year": self.env._("1 year"),
            }[unit]
        return {
            "day": self.env._("%(count)s days", count=count),
            "week": self.env._("%(count)s weeks", count=count),
            "month": self.env._("%(count)s months", count=count),
            "year": self.env._("%(count)s years", count=count),
        }[unit]
