from datetime import date

from odoo.addons.pet_plans.models.pet_liability_line import MONEY, MOVES

from .common import PetPlansCommon
from .liability_reference import find_differences


class LiabilityCommon(PetPlansCommon):
    """Reports of the liability (P7), made and read as the accountant."""

    def close(self, first, last, company=None):
        """Return the report from one day of 2026 to another ("01-31"), checked.

        Each line adds up, and the report agrees with Odoo's own ledger, and with what
        comes out by hand.
        """
        liability = (
            self.env["pet.liability"]
            .with_user(self.accountant)
            .create(
                {
                    "date_from": f"2026-{first}",
                    "date_to": f"2026-{last}",
                    "company_id": (company or self.shop).id,
                }
            )
        )
        self.assert_adds_up(liability)
        self.assertEqual(liability.agreement, "Agrees with Invoicing")
        self.assertFalse(find_differences(self.env(su=True), liability.sudo()))
        return liability

    def close_months(self, count):
        """Return the reports of the first months of 2026: each opens as one closed."""
        reports = []
        for month in range(1, count + 1):
            last = date(2026 + month // 12, month % 12 + 1, 1).toordinal() - 1
            last = date.fromordinal(last)
            reports.append(self.close(f"{last:%m}-01", f"{last:%m-%d}"))
        for one, following in zip(reports, reports[1:], strict=False):
            self.assertEqual(self.closings(one), self.openings(following))
        return reports

    def assert_adds_up(self, liability):
        """Check that on each line what happened leads from opening to closing."""
        for line in liability.line_ids:
            for suffix in ("", "_sessions"):
                opening, billed, used, expired, refunded, transferred, closing = (
                    line[f"{name}{suffix}"] for name in MONEY
                )
                self.assertAlmostEqual(
                    opening + billed - used - expired - refunded + transferred, closing
                )

    def closings(self, liability):
        return self._ends(liability, "closing")

    def openings(self, liability):
        return self._ends(liability, "opening")

    def _ends(self, liability, name):
        """Return what is not 0: dict, (plan, service) -> (money, sessions)."""
        return {
            (line.plan_id, line.product_id): ends
            for line in liability.line_ids
            if any(ends := (line[name], line[f"{name}_sessions"]))
        }

    def money(self, liability, plan):
        """Return the columns of a plan, in the order of `MONEY`, summed up."""
        lines = liability.line_ids.filtered(lambda line: line.plan_id == plan)
        return tuple(round(sum(lines.mapped(name)), 2) for name in MONEY)

    def sessions(self, liability, plan):
        """Return the same of the sessions."""
        lines = liability.line_ids.filtered(lambda line: line.plan_id == plan)
        return tuple(round(sum(lines.mapped(f"{name}_sessions")), 2) for name in MONEY)

    def moved(self, liability, plan):
        """Return what happened to a plan in the period: dict of what is not 0."""
        money = dict(zip(MONEY, self.money(liability, plan), strict=True))
        return {name: money[name] for name in MOVES if money[name]}
