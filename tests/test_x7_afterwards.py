from datetime import date, datetime

from .common import PetPlansCommon


class TestAfterwards(PetPlansCommon):
    """X7, X1: what still happens to a plan that was cancelled, or ends earlier."""

    def run_on(self, moment, job):
        self.clock.move_to(moment)
        self.run_job(f"pet_plans.ir_cron_{job}")

    def serve(self, visits):
        visits.action_receive()
        visits.action_deliver()

    def test_what_was_served_is_still_billed(self):
        """The preview said that the draft stays; it is posted on its day."""
        plan, visits = self.sell_worked_example(due_basis="last")
        self.serve(visits[0])
        self.clock.move_to("2026-01-13 12:00:00")
        plan._cancel_from(date(2026, 1, 13), "Moves away")
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["draft", "cancel", "cancel"]
        )
        self.assertEqual(self.due_dates(plan)[0], "01-12", "the last visit that stays")
        self.run_on("2026-01-13 12:00:00", "post_invoices")
        self.assertEqual(self.invoices(plan)[0].state, "posted")

    def test_a_session_that_comes_back_expires(self):
        plan, visits = self.sell_worked_example()
        self.clock.move_to("2026-01-13 12:00:00")
        plan._cancel_from(date(2026, 1, 13), "Moves away")
        visits[0].action_cancel()
        self.assertEqual(plan.sessions_remaining, 1.0)
        self.run_on("2026-01-14 12:00:00", "update_plans")
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(plan.state, "cancelled")
        self.assert_ledger_adds_up(plan)

    def test_periods_behind_an_earlier_end_are_not_billed(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=6)
        )
        plan.with_user(self.manager).date_end = "2026-03-31"
        self.run_on("2026-06-15 12:00:00", "post_invoices")
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted"] * 3 + ["cancel"] * 3
        )

    def test_they_are_again_when_the_end_comes_back(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=6)
        )
        plan = plan.with_user(self.manager)
        plan.date_end = "2026-03-31"
        plan.date_end = "2026-06-30"
        self.run_on("2026-06-15 12:00:00", "post_invoices")
        self.assertEqual(self.invoices(plan).mapped("state"), ["posted"] * 6)
        self.assertTrue(plan.book([datetime(2026, 6, 16, 9)]))
