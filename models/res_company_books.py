from datetime import date, timedelta

from odoo import models


class ResCompany(models.Model):
    """Which days of the books are still open: what a session counts on (P7)."""

    _inherit = "res.company"

    def _validate_locks(self, values):
        """Date what was used up until now before a lock changes which days are open."""
        self.env["pet.appointment"].flush_model(["date_consumed"])
        return super()._validate_locks(values)

    def _get_pet_open_day(self, day):
        """Return the first day on or after a day whose books are open (P7).

        Later than the fiscal and the hard lock, whatever exception somebody has, and
        not in a posted deferral.

        :param day: date
        """
        self.ensure_one()
        return max(day, self._get_pet_first_open_day())

    def _get_pet_first_open_day(self):
        """Return the day after the last one that is closed, or `date.min` (P7)."""
        self.ensure_one()
        company = self.with_context(ignore_exceptions=True)
        last = max(
            company.user_fiscalyear_lock_date,
            company.user_hard_lock_date,
            self._get_pet_closed_until() or date.min,
        )
        return last if last == date.min else last + timedelta(days=1)

    def _get_pet_closed_until(self):
        """Return the last day that the addon itself has closed, or None.

        A hook: a posted deferral closes the days of its period (P8).
        """
        self.ensure_one()
        return None
