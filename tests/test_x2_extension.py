from datetime import date, datetime

from odoo.exceptions import UserError

from .common import PetPlansCommon


class ExtensionCommon(PetPlansCommon):
    """Plans whose end is moved by a manager, and the nightly job."""

    def kinds(self, plan, start=0):
        entries = plan.entry_ids.sorted("id")
        return entries.mapped(lambda entry: (entry.kind, entry.quantity))[start:]

    def end_on(self, plan, day):
        plan.with_user(self.manager).date_end = date.fromisoformat(day)

    def bounds(self, plan):
        return plan.cycle_ids.sorted("sequence").mapped(
            lambda cycle: (
                cycle.date_from.strftime("%m-%d"),
                cycle.date_to.strftime("%m-%d"),
            )
        )

    def sell_monthly(self, start="2026-01-01", **terms):
        terms.setdefault("period_count", 3)
        template = self.make_template([(self.bath, 4, 45.0)], kind="plan", **terms)
        return self.sell(template, date_start=date.fromisoformat(start))


class TestExtension(ExtensionCommon):
    """X2: a later end gives back what expired with the plan, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=1))  # through 1 February

    def test_twice(self):
        self.update_plans("2026-02-02 12:00:00")
        self.end_on(self.plan, "2026-02-10")
        self.end_on(self.plan, "2026-02-20")
        self.assertEqual(
            self.kinds(self.plan, 1), [("expire", -12.0), ("reinstate", 12.0)]
        )
        self.update_plans("2026-02-21 12:00:00")
        self.end_on(self.plan, "2026-03-01")
        self.assertEqual(self.plan.sessions_remaining, 12.0)
        self.assertEqual(self.plan.state, "active")
        self.assert_ledger_adds_up(self.plan)

    def test_to_a_day_that_is_over_too(self):
        self.update_plans("2026-02-20 12:00:00")
        self.end_on(self.plan, "2026-02-10")
        self.assertEqual(self.plan.state, "expired")
        self.assertEqual(self.kinds(self.plan, 1), [("expire", -12.0)])

    def test_to_never(self):
        self.update_plans("2026-02-20 12:00:00")
        self.plan.with_user(self.manager).date_end = False
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_shorter_and_longer_again(self):
        self.clock.move_to("2026-01-20 12:00:00")
        self.end_on(self.plan, "2026-01-10")
        self.assertEqual(self.plan.state, "expired")
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.end_on(self.plan, "2026-02-01")
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.sessions_remaining, 12.0)
        self.assert_ledger_adds_up(self.plan)

    def test_before_the_job_ran(self):
        self.clock.move_to("2026-02-20 12:00:00")
        self.end_on(self.plan, "2026-03-01")
        self.assertEqual(self.kinds(self.plan, 1), [])
        self.assertEqual(self.plan.state, "active")

    def test_staff_do_not_extend(self):
        with self.assert_refused(UserError, "is sold"):
            self.plan.date_end = date(2026, 3, 1)

    def test_midnight_of_the_shop(self):
        """X1: the last day ends at midnight on the wall of the shop."""
        for zone, before, after in (
            ("America/Sao_Paulo", "2026-02-02 02:59:00", "2026-02-02 03:00:00"),
            ("Pacific/Auckland", "2026-02-01 10:59:00", "2026-02-01 11:00:00"),
        ):
            with self.subTest(zone):
                self.shop.pet_tz = zone
                plan = self.sell(self.make_template(validity=1), pet=self.rex)
                self.update_plans(before)
                self.assertEqual(plan.state, "active")
                self.assertEqual(plan.days_left, 0)
                self.update_plans(after)
                self.assertEqual(plan.state, "expired")
                self.assertEqual(plan.sessions_remaining, 0.0)


class TestPeriodsMoved(ExtensionCommon):
    """X2, S5: the periods of a plan whose end is moved."""

    def test_shorter_and_longer_again(self):
        plan = self.sell_monthly()
        before = self.bounds(plan)
        self.end_on(plan, "2026-02-10")
        self.end_on(plan, "2026-03-31")
        self.assertEqual(self.bounds(plan), before)
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_longer_makes_the_last_period_longer(self):
        plan = self.sell_monthly()
        self.end_on(plan, "2026-04-15")
        self.assertEqual(self.bounds(plan)[-1], ("03-01", "04-15"))
        plan.book([datetime(2026, 4, 15, 9)])
        self.assertEqual(plan.cycle_ids.sorted("sequence")[2].booked, 1.0)

    def test_extended_after_it_expired(self):
        """The sessions of the last period come back, those of the others do not."""
        plan = self.sell_monthly()
        self.update_plans("2026-04-05 12:00:00")
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.end_on(plan, "2026-04-15")
        self.assertEqual(plan.sessions_remaining, 4.0)
        self.assert_ledger_adds_up(plan)

    def test_extended_with_rollover(self):
        plan = self.sell_monthly(rollover=True)
        self.update_plans("2026-04-05 12:00:00")
        self.end_on(plan, "2026-04-15")
        self.assertEqual(plan.sessions_remaining, 12.0)
        plan.book([datetime(2026, 4, 6 + day, 9) for day in range(6)])
        self.assert_ledger_adds_up(plan)

    def test_periods_after_a_shortened_end_are_not_billed(self):
        plan = self.sell_monthly()
        self.end_on(plan, "2026-02-10")
        self.clock.move_to("2026-03-05 12:00:00")
        self.run_posting_job()
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "posted", "cancel"]
        )
        self.end_on(plan, "2026-03-31")
        self.run_posting_job()
        self.assertEqual(self.invoices(plan).mapped("state"), ["posted"] * 3)


class TestCommonSessions(ExtensionCommon):
    """X2, L2: counter edits of a plan by periods, when sessions expire."""

    def test_a_present_that_was_used_does_not_expire(self):
        plan = self.sell_monthly()
        self.adjust(plan, 13.0)
        plan.book([datetime(2026, 1, 5 + day, 9) for day in range(5)])
        self.update_plans("2026-02-01 12:00:00")
        self.assertEqual(plan.sessions_remaining, 8.0)
        self.update_plans("2026-04-01 12:00:00")
        self.assertFalse(plan.status_error)
        self.assertEqual(plan.state, "expired")
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(plan)

    def test_a_present_that_was_used_does_not_stop_the_cancellation(self):
        plan = self.sell_monthly()
        self.adjust(plan, 13.0)
        plan.book([datetime(2026, 1, 5 + day, 9) for day in range(5)])
        self.clock.move_to("2026-01-20 12:00:00")
        plan._cancel_from(date(2026, 1, 20), "Moves away")
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(plan)

    def test_less_is_taken_from_the_first_period(self):
        plan = self.sell_monthly()
        self.adjust(plan, 8.0)
        with self.assert_refused(UserError, "0 left"):
            plan.book([datetime(2026, 1, 5, 9)])
        self.update_plans("2026-02-01 12:00:00")
        self.assertEqual(plan.sessions_remaining, 8.0)
        plan.book([datetime(2026, 2, 2 + day, 9) for day in range(4)])
        self.assert_ledger_adds_up(plan)

    def test_less_does_not_stop_expiry(self):
        plan = self.sell_monthly()
        self.adjust(plan, 7.0)
        self.update_plans("2026-04-01 12:00:00")
        self.assertFalse(plan.status_error)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(plan)

    def test_a_present_is_taken_back_first(self):
        plan = self.sell_monthly()
        self.adjust(plan, 14.0)
        self.adjust(plan, 12.0)
        plan.book([datetime(2026, 1, 5 + day, 9) for day in range(4)])
        self.assertEqual(plan.sessions_remaining, 8.0)

    def test_what_comes_back_into_a_cancelled_plan_expires(self):
        plan = self.sell()
        plan.book(self.weekly(2))
        self.clock.move_to("2026-01-20 12:00:00")
        plan._cancel_from(date(2026, 1, 20), "Moves away")
        self.visit_on(plan, "01-12").action_cancel()
        self.update_plans()
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(plan.state, "cancelled")
        self.assert_ledger_adds_up(plan)
