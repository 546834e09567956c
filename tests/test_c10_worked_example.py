from datetime import datetime

from .common import PetPlansCommon


class TestWorkedExample(PetPlansCommon):
    """C10, line by line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def test_sold(self):
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-19", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        invoices = self.invoices(self.plan)
        self.assertEqual(invoices.mapped("amount_total"), [180.0] * 3)
        self.assertEqual(invoices.mapped("state"), ["draft"] * 3)
        self.assertEqual(
            [str(date) for date in invoices.mapped("invoice_date_due")],
            ["2026-01-05", "2026-02-02", "2026-03-02"],
        )
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_reschedule(self):
        self.visit_on(self.plan, "01-19").reschedule(datetime(2026, 1, 21, 9))
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-21", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])

    def test_cancel_and_book_a_replacement(self):
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(
            [str(date) for date in self.invoices(self.plan).mapped("invoice_date_due")],
            ["2026-01-05", "2026-02-09", "2026-03-09"],
        )
        self.assertEqual(self.invoices(self.plan).mapped("amount_total"), [180.0] * 3)
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.assertEqual(self.plan.to_book, 1)

        replacement = self.plan.book([datetime(2026, 3, 30, 9)])
        self.assertEqual(replacement.cycle_id.sequence, 3)
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
