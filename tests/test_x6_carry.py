from datetime import date, datetime

from odoo.exceptions import AccessError

from .common import PetPlansCommon


class TestCarryServices(PetPlansCommon):
    """X6: what a renewal carries over, service by service."""

    def left(self, plan):
        return {
            product: sum(lines.mapped("remaining"))
            for product, lines in plan.line_ids.grouped("product_id").items()
        }

    def test_several_services(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        plan.book(self.weekly(5))  # five baths, two groomings
        renewal = self.carry(plan)
        self.assertEqual(
            self.left(renewal), {self.bath: 12.0 + 7.0, self.grooming: 3.0 + 1.0}
        )
        self.assertEqual(self.left(plan), {self.bath: 0.0, self.grooming: 0.0})
        # All but the five baths and two groomings: 12 x 45.00 + 3 x 60.00 are 720.00.
        self.assertEqual(renewal.amount_total, 720.0 + 7 * 45.0 + 60.0)

    def test_a_service_no_longer_offered_stays(self):
        template = self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        plan = self.sell(template)
        template.with_user(self.manager).line_ids[1].unlink()
        renewal = self.carry(plan)
        self.assertEqual(self.left(renewal), {self.bath: 24.0})
        self.assertEqual(self.left(plan), {self.bath: 0.0, self.grooming: 3.0})

    def test_kept_price_keeps_the_services(self):
        template = self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        plan = self.sell(template)
        template.with_user(self.manager).line_ids[1].unlink()
        renewal = self.carry(plan, keep_price=True)
        self.assertEqual(self.left(renewal), {self.bath: 24.0, self.grooming: 6.0})

    def sell_monthly(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", period_count=2, **terms
            )
        )

    def test_carried_sessions_are_of_the_first_period_and_expire_once(self):
        plan = self.sell_monthly()
        plan.book([datetime(2026, 1, 5, 9), datetime(2026, 2, 3, 9)])
        self.clock.move_to("2026-02-10 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        renewal = self.carry(plan)
        self.assertEqual(renewal.date_start, date(2026, 3, 1))
        self.assertEqual(renewal.sessions_remaining, 8.0 + 3.0)
        renewal.book([datetime(2026, 3, 1 + day, 9) for day in range(6)])
        self.clock.move_to("2026-05-02 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertFalse(renewal.sudo().status_error)
        self.assertEqual(renewal.state, "expired")
        self.assertEqual(renewal.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(renewal)

    def test_a_late_job_makes_no_difference(self):
        """Sessions of January are gone in February, whether the job ran or not."""
        carried = []
        for job in (True, False):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell_monthly()
            self.clock.move_to("2026-02-10 12:00:00")
            if job:
                self.run_job("pet_plans.ir_cron_update_plans")
            carried.append(self.carry(plan).sessions_remaining)
        self.assertEqual(carried, [8.0 + 4.0] * 2)

    def test_a_late_job_after_the_end(self):
        carried = []
        for job in (True, False):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell_monthly()
            self.clock.move_to("2026-03-10 12:00:00")
            if job:
                self.run_job("pet_plans.ir_cron_update_plans")
            carried.append(self.carry(plan).sessions_remaining)
        self.assertEqual(carried, [8.0, 8.0])

    def test_early_when_used_up_starts_today(self):
        plan = self.sell(self.make_template(validity=2))
        visits = plan.book([datetime(2026, 1, 3 + day, 9) for day in range(12)])
        self.clock.move_to("2026-01-20 12:00:00")
        visits.action_receive()
        visits.action_deliver()
        renewal = self.carry(plan)
        self.assertEqual(renewal.date_start, date(2026, 1, 20))
        self.assertEqual(renewal.sessions_remaining, 12.0)
        self.assertEqual(plan.date_end, date(2026, 3, 1), "the old one runs on")

    def test_two_companies(self):
        mine = self.sell(self.make_template(validity=1))
        theirs = self.sell_elsewhere()
        theirs.action_renew()
        renewal = theirs.renewed_by_id
        self.assertEqual(renewal.company_id, self.other_shop)
        self.assertEqual(
            renewal.sudo().cycle_ids.invoice_id.company_id, self.other_shop
        )
        for plan, user in ((mine, self.other_staff), (theirs, self.staff)):
            with self.assert_refused(AccessError, r"'read'.*\n.*[(]pet.plan[)]"):
                plan.with_user(user).action_renew()
            with self.assert_refused(AccessError, r"'write'.*\n.*[(]pet.plan[)]"):
                plan.with_user(user).action_cancel()

    def sell_six_months(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", period_count=6, **terms
            )
        )

    def test_periods_behind_an_earlier_end_are_not_carried(self):
        """They were never billed, and never will be."""
        for rollover, carried in ((False, 0.0), (True, 12.0)):
            for job in (True, False):
                with self.subTest(rollover=rollover, job=job):
                    self.clock.move_to("2026-01-02 12:00:00")
                    plan = self.sell_six_months(rollover=rollover)
                    plan.with_user(self.manager).date_end = date(2026, 3, 31)
                    self.clock.move_to("2026-04-05 12:00:00")
                    if job:
                        self.run_job("pet_plans.ir_cron_update_plans")
                    renewal = self.carry(plan)
                    self.assertEqual(renewal.sessions_remaining, 24.0 + carried)

    def test_what_later_periods_have_borrowed_is_not_carried(self):
        plan = self.sell_six_months(rollover=True)
        plan.book([datetime(2026, 2, day, 9) for day in range(2, 8)])
        self.assertEqual(self.carry(plan).sessions_remaining, 24.0 + 2.0)
        self.assert_ledger_adds_up(plan)


class TestCarryOwed(PetPlansCommon):
    """X6: what is carried is what is left or owed, net of both."""

    def sell_owing(self, **terms):
        """Sell three months of 4 baths; 6 are used in the first."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)],
                kind="plan",
                period_count=3,
                overdraft_limit=3,
                **terms,
            )
        )
        visits = plan.book([datetime(2026, 1, 2, 8 + hour) for hour in range(6)])
        visits.action_start()
        return plan

    def test_of_a_period_that_is_over(self):
        """Two are owed since January, four are left of March."""
        plan = self.sell_owing()
        self.update_plans("2026-03-20 12:00:00")
        wizard = self.env["pet.plan.renew"].create({"plan_id": plan.id})
        self.assertEqual(wizard.carryable, 2.0)
        renewal = self.carry(plan)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(renewal.sessions_remaining, 12.0 + 2.0)

    def test_before_and_after_the_job(self):
        for job in (False, True):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell_owing()
            self.clock.move_to("2026-04-02 12:00:00")
            if job:
                self.update_plans()
            with self.subTest(job=job):
                renewal = self.carry(plan)
                self.update_plans()
                self.assertEqual(plan.sessions_remaining, 0.0)
                self.assertEqual(renewal.sessions_remaining, 12.0 - 2.0)

    def test_with_rollover_it_is_paid_back_by_the_next_month(self):
        plan = self.sell_owing(rollover=True)
        self.update_plans("2026-03-20 12:00:00")
        renewal = self.carry(plan)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(renewal.sessions_remaining, 12.0 + 6.0)
