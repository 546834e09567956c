from datetime import date, datetime

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestPlanKind(PetPlansCommon):
    """C8: on a plan the session goes back to its period; nothing is dealt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(
            cls.make_template(
                [(cls.bath, 4, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
            )
        )
        cls.visits = cls.plan.book(
            [
                datetime(2026, month, day, 9)
                for month in (1, 2, 3)
                for day in (5, 12, 19, 26)
            ]
        )

    def assert_untouched_but(self, *cancelled):
        self.assertEqual(
            self.days(self.plan),
            [
                [
                    day
                    for day in (f"{month}-{d}" for d in ("05", "12", "19", "26"))
                    if day not in cancelled
                ]
                for month in ("01", "02", "03")
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-01", "02-01", "03-01"])

    def test_nothing_is_dealt(self):
        before = self.bodies(self.plan)
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        self.assert_untouched_but("01-19")
        self.assertEqual(self.bodies(self.plan), before)
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_the_session_goes_back_to_its_period(self):
        self.visit_on(self.plan, "02-12").action_cancel()
        entry = self.plan.entry_ids.sorted("id")[-1]
        self.assertRecordValues(
            entry,
            [
                {
                    "kind": "release",
                    "quantity": 1.0,
                    "cycle_id": self.plan.cycle_ids.sorted("sequence")[1].id,
                }
            ],
        )

    def test_only_its_period_can_use_the_session(self):
        self.visit_on(self.plan, "02-12").action_cancel()
        with self.assertRaisesRegex(UserError, "0 left"):
            self.plan.book([datetime(2026, 3, 30, 9)])
        replacement = self.plan.book([datetime(2026, 2, 27, 9)])
        self.assertEqual(replacement.cycle_id.sequence, 2)

    def test_due_date_is_the_periods_even_without_any_visit(self):
        self.visits[:4].action_cancel()
        self.assertRecordValues(
            self.plan.cycle_ids.sorted("sequence")[0],
            [{"state": "scheduled", "date_due": date(2026, 1, 1)}],
        )

    def test_a_posted_period_stays_as_it_is(self):
        invoice = self.post(self.invoices(self.plan)[0])
        self.visit_on(self.plan, "01-05").action_cancel()
        self.assertEqual(invoice.invoice_date_due, date(2026, 1, 1))
        self.assertEqual(invoice.amount_total, 180.0)

    def test_several_at_once(self):
        (self.visits[1] | self.visits[6]).action_cancel()
        self.assert_untouched_but("01-12", "02-19")
        self.assertEqual(self.plan.sessions_remaining, 2.0)

    def test_recycling_does_nothing(self):
        self.visit_on(self.plan, "01-19").reschedule(datetime(2026, 2, 20, 9))
        before = self.days(self.plan)
        self.plan.action_recycle()
        self.assertEqual(self.days(self.plan), before)

    def test_the_preview_shows_that_nothing_moves(self):
        visit = self.visit_on(self.plan, "01-19")
        wizard = self.open_cancel_wizard(visit)
        moved = wizard.line_ids.filtered(
            lambda line: line.is_changed and line.appointment_id != visit
        )
        self.assertFalse(moved)
