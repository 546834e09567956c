from datetime import datetime

from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon

JOB = "pet_plans.ir_cron_update_plans"


class TestStatus(PetPlansCommon):
    """X1: active through the whole last day by the shop's clock, then expired."""

    def sell_until(self, day, **values):
        plan = self.sell(self.make_template(validity=3), confirm=False, **values)
        plan.date_end = day
        plan.action_confirm()
        return plan

    def run_job_at(self, moment):
        self.clock.move_to(moment)
        self.run_job(JOB)

    # --- The nightly job -------------------------------------------------------

    def test_active_through_the_whole_last_day(self):
        plan = self.sell_until("2026-03-31")
        self.run_job_at("2026-03-31 23:59:59")
        self.assertEqual(plan.state, "active")
        self.run_job_at("2026-04-01 00:00:00")
        self.assertEqual(plan.state, "expired")

    def test_midnight_is_the_shops(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        plan = self.sell_until("2026-03-31")
        self.run_job_at("2026-04-01 02:59:59")
        self.assertEqual(plan.state, "active", "23:59 in the shop")
        self.run_job_at("2026-04-01 03:00:00")
        self.assertEqual(plan.state, "expired", "midnight in the shop")

    def test_each_shop_by_its_own_clock(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        ours = self.sell_until("2026-03-31")
        theirs = self.sell_elsewhere(date_end="2026-03-31")
        self.run_job_at("2026-04-01 02:00:00")
        self.assertEqual(ours.state, "active")
        self.assertEqual(theirs.state, "expired")

    def test_late_job_catches_up(self):
        plans = self.sell_until("2026-02-10") | self.sell_until("2026-03-01")
        alive = self.sell_until("2026-12-31") | self.sell_until(False)
        self.run_job_at("2026-05-01 03:00:00")
        self.assertEqual(plans.mapped("state"), ["expired"] * 2)
        self.assertEqual(alive.mapped("state"), ["active"] * 2)

    def test_second_run_changes_nothing(self):
        plan = self.sell_until("2026-02-10")
        self.run_job_at("2026-05-01 03:00:00")
        facts = plan.read(["state", "date_end", "write_date"])
        messages = self.bodies(plan)
        self.run_job_at("2026-05-01 04:00:00")
        self.assertEqual(plan.read(["state", "date_end", "write_date"]), facts)
        self.assertEqual(self.bodies(plan), messages)

    def test_more_plans_than_one_batch(self):
        plans = self.env["pet.plan"]
        for __ in range(5):
            plans |= self.sell_until("2026-02-10")
        self.clock.move_to("2026-05-01 03:00:00")
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, su=True)["pet.plan"]._cron_update_plans(batch_size=2)
        self.assertEqual(plans.mapped("state"), ["expired"] * 5)

    def test_drafts_and_cancelled_plans_are_left_alone(self):
        draft = self.sell(self.make_template(validity=1), confirm=False)
        cancelled = self.sell_until("2026-02-10")
        self.cancel_plans(cancelled)
        self.run_job_at("2026-05-01 03:00:00")
        self.assertEqual(draft.state, "draft")
        self.assertEqual(cancelled.state, "cancelled")

    # --- Use is judged by dates ------------------------------------------------

    def test_late_job_does_not_let_an_expired_plan_be_used(self):
        plan = self.sell_until("2026-02-10")
        self.clock.move_to("2026-05-01 03:00:00")
        self.assertEqual(plan.state, "active", "the job is late")
        with self.assert_refused(
            UserError, f"{plan.name}.* after its end on Feb 10, 2026"
        ):
            plan.book([datetime(2026, 5, 2, 9)])
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_stored_status_does_not_block_a_live_plan(self):
        """Over by the clock the shop had until now, not by the one it has."""
        self.shop.sudo().pet_tz = "Asia/Tokyo"
        plan = self.sell_until("2026-03-31")
        self.run_job_at("2026-03-31 16:00:00")
        self.assertEqual(plan.state, "expired")
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        visit = plan.book([datetime(2026, 3, 31, 20)])  # before the job runs
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.sessions_remaining, 11.0)
        self.assert_ledger_adds_up(plan)

    def test_a_plan_whose_shop_moved_to_a_later_clock_goes_on(self):
        """In the new time zone it is still the last day of the plan."""
        self.shop.sudo().pet_tz = "Asia/Tokyo"
        plan = self.sell_until("2026-03-31")
        self.run_job_at("2026-03-31 16:00:00")
        self.assertEqual(plan.state, "expired")
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.sessions_remaining, 12.0)
        self.assertEqual(self.invoices(plan).mapped("state"), ["draft"] * 3)

    def test_visit_on_the_last_evening_is_on_the_last_day(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        plan = self.sell_until("2026-03-31")
        plan.book([datetime(2026, 4, 1, 2, 30)])  # 31 March 23:30 in the shop
        with self.assert_refused(UserError, "after its end"):
            plan.book([datetime(2026, 4, 1, 3, 0)])

    def test_days_left_by_the_shops_clock(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        plan = self.sell_until("2026-03-31")
        self.clock.move_to("2026-03-31 02:00:00")  # 30 March 23:00 in the shop
        self.assertEqual(plan.days_left, 1)

    # --- Moving the end --------------------------------------------------------

    def test_moving_the_end_reactivates(self):
        plan = self.sell_until("2026-02-10")
        self.run_job_at("2026-03-01 03:00:00")
        self.assertEqual(plan.state, "expired")
        plan.with_user(self.manager).date_end = "2026-03-01"
        self.assertEqual(plan.state, "active", "its last day is today")
        visit = plan.book([datetime(2026, 3, 1, 9)])
        visit.action_cancel()
        plan.with_user(self.manager).date_end = "2026-02-28"
        self.assertEqual(plan.state, "expired")
        plan.with_user(self.manager).date_end = False
        self.assertEqual(plan.state, "active", "never expires")

    def test_moving_the_end_of_a_cancelled_plan_does_not_revive_it(self):
        plan = self.sell_until("2026-02-10")
        self.cancel_plans(plan)
        plan.with_user(self.manager).date_end = "2026-12-31"
        self.assertEqual(plan.state, "cancelled")

    def test_plan_sold_for_the_past_takes_its_visits_until_the_job_expires_it(self):
        self.clock.move_to("2026-05-01 03:00:00")
        plan = self.sell_until("2026-02-10")
        self.assertEqual(len(self.invoices(plan)), 3)
        plan.book([datetime(2026, 2, 10, 9)])
        with self.assert_refused(UserError, "after its end"):
            plan.book([datetime(2026, 5, 2, 9)])
        self.run_job(JOB)
        self.assertEqual(plan.state, "expired")
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_status_cannot_be_written(self):
        plan = self.sell_until("2026-02-10")
        for user in (self.staff, self.manager):
            with self.assertRaisesRegex(
                AccessError, "Status.* cannot be written directly"
            ):
                plan.with_user(user).state = "draft"
        self.assertEqual(plan.state, "active")
