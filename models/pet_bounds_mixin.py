from datetime import date
from math import isfinite

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from .formats import format_day

ADDON = "pet_plans"
YEAR_HOURS = 366 * 24
LONGEST_VISIT_HOURS = 31 * 24
DAYS = (date(1900, 1, 1), date(2999, 12, 31))
# The least and the most that is meant by a field of that name, on whatever record;
# None where another rule has the words for it.
BOUNDS = {
    # Terms
    "appointment_count": (None, 9999),
    "appointments_per_cycle": (None, 9999),
    "interval": (None, 999),
    "period_count": (None, 999),
    "validity": (0, 9999),
    "due_offset_days": (-3660, 3660),
    "post_lead_days": (0, 366),
    "late_cancel_hours": (0, YEAR_HOURS),
    "overdraft_limit": (0, 9999),
    # Services and counters
    "quantity": (None, 99999),
    "price_unit": (None, 1e9),
    "discount": (None, 1e3),
    "price": (None, 1e9),
    "max_per_day": (0, 99),
    "new_remaining": (None, 99999),
    "sessions_left": (None, 99999),
    "unit_value": (None, 1e9),
    # Visits and pets, in hours and kilograms
    "duration": (None, LONGEST_VISIT_HOURS),
    "weight": (0, 9999),
    # Settings
    "pet_post_lead_days": (0, 366),
    "pet_late_cancel_hours": (0, YEAR_HOURS),
    "pet_renewal_reminder_days": (0, 366),
    "pet_last_sessions_count": (0, 9999),
    "pet_visit_reminder_hours": (0, YEAR_HOURS),
    "pet_portal_notice_hours": (0, YEAR_HOURS),
    # Days
    "birth_date": DAYS,
    "date": DAYS,
    "date_start": DAYS,
    "date_end": DAYS,
    "date_from": DAYS,
    "date_to": DAYS,
    "start": DAYS,
    "stop": DAYS,
    "first_start": DAYS,
}


class PetBoundsMixin(models.AbstractModel):
    """Numbers and days within what can be meant: the one place that says so.

    Beyond it are typing errors and worse: a number that is none, hours that fill
    centuries, days without a next one. They are refused in words when they are
    written, and in a form as soon as they are typed, before anything is computed
    from them.

    What is stored already (by an older version, or SQL) is not looked at: reading
    takes the nearest sensible value, `_get_bounded`.
    """

    _name = "pet.bounds.mixin"
    _description = "Sensible Bounds"

    @api.model
    @tools.ormcache()
    def _get_bounds(self):
        """Return the bounds of this model: dict, field name -> (least, most)."""
        return {
            name: bounds
            for name, bounds in BOUNDS.items()
            if (field := self._fields.get(name))
            and field._module == ADDON
            and field.type != "char"
        }

    def _get_bounded(self, name):
        """Return a number as it is stored, or the bound that it is beyond."""
        self.ensure_one()
        low, high = BOUNDS[name]
        return max(low, min(self[name], high))

    def _check_bounds(self, vals):
        """Refuse values beyond their bounds.

        :param vals: dict of values about to be written
        :raises ValidationError: naming the record, the field and the numbers
        """
        for name, (low, high) in self._get_bounds().items():
            value = vals.get(name)
            if not value:
                continue  # empty, or 0, which is within all bounds
            try:
                number = self._to_comparable(name, value)
            except (AttributeError, OverflowError, TypeError, ValueError):
                self._refuse_value(name, value, vals)
            if low is not None and number < low:
                self._refuse_value(name, number, vals, low, high)
            if number > high:
                self._refuse_value(name, number, vals, low, high)

    @api.model
    def _to_comparable(self, name, value):
        """Return a value as a number or a date.

        :raises ValueError: when it is neither
        """
        if self._fields[name].type in ("date", "datetime"):
            return fields.Datetime.to_datetime(value).date()
        number = float(value)
        if not isfinite(number):
            raise ValueError(value)
        return number

    def _refuse_value(self, name, value, vals, low=None, high=None):
        """Raise the message for a value; without bounds it is no value at all."""
        texts = {
            "name": self._get_bounded_name(vals),
            "field": self._fields[name]._description_string(self.env),
            "value": self._format_bound(value),
            "low": self._format_bound(low),
            "high": self._format_bound(high),
        }
        if high is None:
            message = self.env._("%(name)s: %(field)s cannot be %(value)s.", **texts)
        elif low == 0 and value < 0:
            message = self.env._(
                "%(name)s: %(field)s cannot be negative (%(value)s).", **texts
            )
        elif low is None:
            message = self.env._(
                "%(name)s: %(field)s cannot be %(value)s, which is more than %(high)s.",
                **texts,
            )
        else:
            message = self.env._(
                "%(name)s: %(field)s cannot be %(value)s, which is not between "
                "%(low)s and %(high)s.",
                **texts,
            )
        raise ValidationError(message)

    def _get_bounded_name(self, vals):
        names = [name for name in self._origin.mapped("display_name") if name]
        return ", ".join(names) or vals.get("name") or self._description

    @api.model
    def _format_bound(self, value):
        if isinstance(value, date):
            return format_day(self.env, value)
        return f"{value:.15g}" if isinstance(value, float) else value

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_bounds(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_bounds(vals)
        return super().write(vals)

    def _validate_fields(self, field_names, excluded_names=()):
        """Look at what a context or a computation has filled in, too."""
        field_names = set(field_names)  # the ORM gives an iterator, to be read once
        bounded = self._get_bounds().keys() & field_names
        for record in self:
            record._check_bounds({name: record[name] for name in bounded})
        return super()._validate_fields(field_names, excluded_names)

    def _update_cache(self, values, validate=True):
        if not self.id:
            origin = self._origin
            self._check_bounds(
                {
                    name: values[name]
                    for name in self._get_bounds().keys() & values.keys()
                    if not origin or origin[name] != values[name]
                }
            )
        return super()._update_cache(values, validate)
