from odoo import models

from ..lib import periods


class PetPlan(models.Model):
    """A plan that is not stored, as it will be once it is sold (B1, S3)."""

    _inherit = "pet.plan"

    def _get_cycles_to_come(self):
        """Return the cycles that selling this plan will make, in order (S4, S5).

        :return: tuple of lists: capacities, and (first, last) days, which are None of
            a package
        """
        self.ensure_one()
        if self.kind == "plan":
            bounds = self._get_period_bounds()
            most = max(self.line_ids.mapped("quantity"), default=0.0)
            return [most] * len(bounds), bounds
        capacities = self._get_package_capacities()
        return capacities, [(None, None)] * len(capacities)

    def _get_bills_to_come(self, days):
        """Return the invoices that selling this plan will make (S3, S6, C5).

        :param days: dict, number of a cycle -> list of the local dates of its visits
        :return: list of tuples, of each cycle that bills something: number, capacity,
            (first, last) days of the period, amount, due date or None where it waits
        """
        self.ensure_one()
        capacities, bounds = self._get_cycles_to_come()
        offset = self._get_bounded("due_offset_days")
        bills, ahead = [], None
        amounts = self._get_cycle_amounts(capacities)
        for number, amount in enumerate(amounts, 1):
            period = bounds[number - 1]
            dates = [period[0]] if period[0] else days.get(number, ())
            due = periods.due_date(dates, self.due_basis, offset)
            if due:
                ahead = due = max(due, ahead or due)
            if not self.currency_id.is_zero(amount):
                bills.append((number, capacities[number - 1], period, amount, due))
        return bills
