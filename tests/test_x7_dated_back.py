from datetime import date

from odoo.exceptions import AccessError

from .test_x7_credit_notes import CancelPlanCommon


class TestDatedBack(CancelPlanCommon):
    """X7: sessions already over are credited by nobody; only a manager dates back."""

    def sell_paid(self, **terms):
        plan = self.sell(self.make_template(validity=1, **terms))
        self.pay(self.invoices(plan))
        return plan

    def test_staff_do_not_date_back(self):
        plan = self.sell_paid()
        self.clock.move_to("2026-01-20 12:00:00")
        with self.assert_refused(AccessError, f"{plan.name}.*only a manager"):
            self.open_wizard(plan, "2026-01-19").action_apply()
        self.assertEqual(plan.state, "active")
        self.assertFalse(plan.cancel_date)

    def test_through_no_door(self):
        plan = self.sell_paid()
        self.clock.move_to("2026-01-20 12:00:00")
        with self.assert_refused(AccessError, "only a manager"):
            plan._cancel_from(date(2026, 1, 19), "Moves away")
        with self.assert_refused(AccessError, "only a manager"):
            plan.sudo()._cancel_from(date(2026, 1, 19), "Moves away")

    def test_one_of_several_refuses_all(self):
        """The shop in Auckland has the 20th already: there the 19th is over."""
        self.shop.pet_tz = "Pacific/Auckland"
        plan = self.sell()
        self.clock.move_to("2026-01-19 23:00:00")
        with self.assert_refused(AccessError, "only a manager"):
            self.cancel_plans(plan, date="2026-01-19")
        self.cancel_plans(plan, date="2026-01-20")
        self.assertEqual(plan.state, "cancelled")

    def test_today_is_not_back(self):
        plan = self.sell_paid()
        self.clock.move_to("2026-01-20 12:00:00")
        credit_notes = self.cancel(plan, "2026-01-20")
        self.assertEqual(credit_notes.mapped("amount_total"), [180.0] * 3)

    def test_a_manager_dates_back(self):
        plan = self.sell_paid()
        self.clock.move_to("2026-01-20 12:00:00")
        credit_notes = self.cancel(plan, "2026-01-06", user=self.manager)
        self.assertEqual(plan.cancel_date, date(2026, 1, 6))
        self.assertEqual(credit_notes.mapped("amount_total"), [180.0] * 3)

    def test_what_had_expired_by_today_is_not_credited(self):
        """Told on 20 January, entered on 5 February: the package is over."""
        for job in (False, True):
            with self.subTest(job=job):
                self.clock.move_to("2026-01-02 12:00:00")
                plan = self.sell_paid()
                self.clock.move_to("2026-02-05 12:00:00")
                if job:
                    self.run_job("pet_plans.ir_cron_update_plans")
                self.assertFalse(self.cancel(plan, "2026-01-20", user=self.manager))

    def test_nor_that_of_a_period_that_is_over(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.pay(self.invoices(plan))
        self.clock.move_to("2026-02-05 12:00:00")
        credit_notes = self.cancel(plan, "2026-01-10", user=self.manager)
        self.assertEqual(
            credit_notes.reversed_entry_id, self.invoices(plan)[1:], "not January's"
        )
        self.assertEqual(credit_notes.mapped("amount_total"), [180.0] * 2)
