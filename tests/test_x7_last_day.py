from datetime import date, datetime

from .test_x7_credit_notes import CancelPlanCommon


class TestLastDay(CancelPlanCommon):
    """X7, X1: on its last day a plan still runs, and what is left is given back."""

    def sell_paid(self, **terms):
        """Sell a month through 1 February, paid, with a visit on its last day."""
        plan = self.sell(self.make_template(validity=1, **terms))
        self.pay(self.invoices(plan))
        plan.book([datetime(2026, 1, 5, 9), datetime(2026, 2, 1, 18)])
        self.assertEqual(plan.date_end, date(2026, 2, 1))
        return plan

    def test_on_it(self):
        plan = self.sell_paid()
        self.serve(plan, "01-05")
        self.clock.move_to("2026-02-01 12:00:00")
        credit_notes = self.cancel(plan, "2026-02-01")
        self.assertEqual(credit_notes.mapped("amount_total"), [135.0, 180.0, 180.0])
        self.assertEqual(self.visit_on(plan, "02-01").state, "cancelled")
        self.assertEqual(self.visit_on(plan, "01-05").state, "delivered")

    def test_ahead_of_it(self):
        """The last day is the first one without the plan."""
        plan = self.sell_paid()
        credit_notes = self.cancel(plan, "2026-02-01")
        self.assertEqual(credit_notes.mapped("amount_total"), [135.0, 180.0, 180.0])
        self.assertEqual(self.days(plan)[0], ["01-05"])

    def test_from_the_day_after_it(self):
        """Dated ahead: by then the package is over, and nobody gets anything back."""
        plan = self.sell_paid()
        self.clock.move_to("2026-02-01 12:00:00")
        self.cancel_plans(plan, date="2026-02-02", settlement="credit_note")
        self.update_plans("2026-02-02 03:00:00")
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(self.days(plan)[0], ["01-05", "02-01"], "both stay")
        self.assertFalse(self.invoices(plan).reversal_move_ids)

    def test_when_it_is_over(self):
        plan = self.sell_paid()
        self.clock.move_to("2026-02-02 00:00:00")
        self.assertFalse(self.cancel(plan, "2026-02-02"))

    def test_by_the_clock_of_the_shop(self):
        """23:00 on it in Sao Paulo is the day after in UTC."""
        self.shop.pet_tz = "America/Sao_Paulo"
        plan = self.sell_paid()
        self.clock.move_to("2026-02-02 02:00:00")
        credit_notes = self.cancel(plan, "2026-02-01")
        self.assertEqual(credit_notes.mapped("amount_total"), [135.0, 180.0, 180.0])

    def test_of_a_period(self):
        """January's last day: its sessions are credited, a day later they are not."""
        for day, amounts in (
            ("2026-01-31", [180.0, 180.0]),
            ("2026-02-01", [180.0]),
        ):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell(
                self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2)
            )
            self.pay(self.invoices(plan))
            self.clock.move_to(f"{day} 12:00:00")
            with self.subTest(day=day):
                credit_notes = self.cancel(plan, day)
                self.assertEqual(credit_notes.mapped("amount_total"), amounts)

    def test_draft_of_the_period_that_begins_on_the_day(self):
        """What begins on the first day without the plan never began."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.assertFalse(self.cancel(plan, "2026-02-01", "none"))
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["draft", "cancel", "cancel"]
        )
