from datetime import date, datetime

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestExpiry(PetPlansCommon):
    """X2: unbooked sessions expire with the plan; a later end gives them back."""

    def kinds(self, plan):
        return plan.entry_ids.sorted("id").mapped(lambda e: (e.kind, e.quantity))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=1), date_start=date(2026, 1, 1))
        cls.plan.book(cls.weekly(3))

    def test_expires_what_is_not_booked(self):
        self.clock.move_to("2026-02-01 23:00:00")
        self.update_plans()
        self.assertEqual(self.plan.state, "active")
        self.clock.move_to("2026-02-02 00:30:00")
        self.update_plans()
        self.assertEqual(self.plan.state, "expired")
        self.assertEqual(self.kinds(self.plan)[-1], ("expire", -9.0))
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual(self.plan.line_ids.expired, 9.0)
        self.assertEqual(self.plan.sessions_booked, 3.0)

    def test_twice_expires_once(self):
        self.clock.move_to("2026-02-10 12:00:00")
        self.update_plans()
        before = self.kinds(self.plan)
        self.update_plans()
        self.assertEqual(self.kinds(self.plan), before)

    def test_a_later_end_gives_them_back(self):
        self.clock.move_to("2026-02-10 12:00:00")
        self.update_plans()
        self.plan.with_user(self.manager).date_end = date(2026, 3, 1)
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.kinds(self.plan)[-1], ("reinstate", 9.0))
        self.assertEqual(self.plan.sessions_remaining, 9.0)
        self.clock.move_to("2026-03-02 12:00:00")
        self.update_plans()
        self.assertEqual(self.kinds(self.plan)[-1], ("expire", -9.0))

    def test_what_comes_back_after_the_end_expires_too(self):
        self.clock.move_to("2026-02-10 12:00:00")
        self.update_plans()
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.update_plans()
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_one_failing_plan_does_not_stop_the_others(self):
        other = self.sell(self.make_template(validity=1), pet=self.rex)
        self.clock.move_to("2026-02-10 12:00:00")
        registry = self.env.registry["pet.plan"]
        expire = registry._expire_sessions

        def fail_for_one(plans):
            if self.plan in plans:
                raise ValueError("broken")
            return expire(plans)

        self.patch(registry, "_expire_sessions", fail_for_one)
        with self.assertLogs("odoo.addons.pet_plans", "ERROR"):
            self.update_plans()
        self.assertEqual(other.state, "expired")
        self.assertEqual(self.plan.state, "active")
        self.assertIn("broken", self.plan.status_error)
        self.patch(registry, "_expire_sessions", expire)
        self.update_plans()
        self.assertEqual(self.plan.state, "expired")
        self.assertFalse(self.plan.status_error)


class TestPeriods(PetPlansCommon):
    """Sessions of a plan's period that ends expire, or roll over."""

    kinds = TestExpiry.kinds

    def sell_monthly(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", period_count=3, **terms
            )
        )

    def test_a_period_that_ends_loses_its_sessions(self):
        plan = self.sell_monthly()
        plan.book(self.weekly(3))
        self.clock.move_to("2026-02-01 12:00:00")
        self.update_plans()
        self.assertEqual(self.kinds(plan)[-1], ("expire", -1.0))
        self.assertEqual(plan.sessions_remaining, 8.0)
        self.assertEqual(plan.state, "active")
        self.update_plans()
        self.assertEqual(plan.sessions_remaining, 8.0)

    def test_a_visit_cancelled_after_its_period_was_settled(self):
        """Its session comes back into January, which is over: it expires with it."""
        plan = self.sell_monthly()
        visits = plan.book(self.weekly(3))
        self.clock.move_to("2026-02-01 12:00:00")
        self.update_plans()
        self.assertEqual(plan.sessions_remaining, 8.0)
        visits[1].action_cancel()
        self.assertEqual(plan.sessions_remaining, 9.0)
        self.update_plans()
        self.assertEqual(self.kinds(plan)[-2:], [("release", 1.0), ("expire", -1.0)])
        self.assertEqual(plan.entry_ids.sorted("id")[-1].cycle_id, plan.cycle_ids[0])
        self.assertEqual(plan.sessions_remaining, 8.0)
        self.assert_ledger_adds_up(plan)

    def test_and_is_used_by_nobody_meanwhile(self):
        """Before the job has run again, too."""
        plan = self.sell_monthly()
        visits = plan.book(self.weekly(3))
        self.clock.move_to("2026-02-01 12:00:00")
        self.update_plans()
        visits[1].action_cancel()
        with self.assert_refused(UserError, "5 needed, 4 left"):
            plan.book([datetime(2026, 2, day, 9) for day in range(2, 7)])
        self.assertEqual(plan.sessions_remaining, 9.0)

    def test_rollover_keeps_them_until_the_plan_ends(self):
        plan = self.sell_monthly(rollover=True)
        plan.book(self.weekly(3))
        self.clock.move_to("2026-02-01 12:00:00")
        self.update_plans()
        self.assertEqual(plan.sessions_remaining, 9.0)
        plan.book(self.weekly(4, "2026-02-02 09:00:00") + [date(2026, 2, 27)])
        self.assertEqual(plan.sessions_remaining, 4.0)
        self.clock.move_to("2026-04-01 12:00:00")
        self.update_plans()
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(plan.state, "expired")
