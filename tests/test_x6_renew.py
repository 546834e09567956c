from datetime import date, datetime

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, mute_logger

from .common import PetPlansCommon


class TestRenew(PetPlansCommon):
    """X6: renewal in one click, linked both ways, twice refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(validity=1)
        cls.plan = cls.sell(cls.template)  # 1 January to 1 February

    def renewal(self):
        return self.plan.renewed_by_id

    def test_one_click_before_the_end(self):
        action = self.plan.action_renew()
        self.assertEqual(action["res_id"], self.renewal().id)
        self.assertEqual(self.renewal().renewal_of_id, self.plan)
        self.assertTrue(self.plan.is_renewed)
        self.assertEqual(self.renewal().date_start, date(2026, 2, 2))
        self.assertEqual(self.renewal().state, "active")
        self.assertEqual(self.invoices(self.renewal()).mapped("state"), ["draft"] * 3)

    def test_after_the_end_it_starts_today(self):
        self.clock.move_to("2026-03-10 12:00:00")
        self.plan.action_renew()
        self.assertEqual(self.renewal().date_start, date(2026, 3, 10))

    def test_used_up_it_starts_today(self):
        visits = self.plan.book([datetime(2026, 1, 3 + day, 9) for day in range(12)])
        visits.action_receive()
        visits.action_deliver()
        self.assertTrue(self.plan.is_used_up)
        self.plan.action_renew()
        self.assertEqual(self.renewal().date_start, date(2026, 1, 2))

    def test_all_booked_is_not_used_up(self):
        """Its visits are still to come: the next plan starts when this one ends."""
        self.plan.book([datetime(2026, 1, 3 + day, 9) for day in range(12)])
        self.assertFalse(self.plan.is_used_up)
        self.plan.action_renew()
        self.assertEqual(self.renewal().date_start, date(2026, 2, 2))

    def test_without_end_it_starts_today(self):
        self.plan.with_user(self.manager).date_end = False
        self.plan.action_renew()
        self.assertEqual(self.renewal().date_start, date(2026, 1, 2))

    def test_twice_is_refused(self):
        self.plan.action_renew()
        with self.assertRaisesRegex(UserError, self.renewal().name):
            self.plan.action_renew()
        self.assertEqual(len(self.plan.renewal_ids), 1)

    def test_draft_is_refused(self):
        with self.assertRaisesRegex(UserError, "draft"):
            self.sell(confirm=False).action_renew()

    def test_many_at_once(self):
        other = self.sell(self.template, pet=self.rex)
        action = (self.plan + other).action_renew()
        self.assertEqual(
            self.env["pet.plan"].search(action["domain"]).renewal_of_id,
            self.plan + other,
        )

    def test_current_price_unless_kept(self):
        self.template.with_user(self.manager).line_ids.price_unit = 50.0
        wizard = Form(
            self.env["pet.plan.renew"].with_context(default_plan_id=self.plan.id)
        ).save()
        self.assertEqual(wizard.price, 600.0)
        wizard.keep_price = True
        self.assertEqual(wizard.price, 540.0)
        wizard.action_apply()
        self.assertEqual(self.renewal().amount_total, 540.0)

    def test_carries_what_is_left(self):
        self.plan.book(self.weekly(3))
        self.carry(self.plan)
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual(self.renewal().sessions_remaining, 21.0)
        self.assertEqual(
            (self.plan + self.renewal())
            .entry_ids.filtered(lambda entry: entry.kind == "transfer")
            .sorted("id")
            .mapped("quantity"),
            [-9.0, 1.0, 4.0, 4.0],
        )

    def test_the_renewed_plan_is_not_listed_as_not_renewed(self):
        self.clock.move_to("2026-03-10 12:00:00")
        self.assertEqual(self.plan.expiry_bucket, "not_renewed")
        self.plan.action_renew()
        self.assertFalse(self.plan.expiry_bucket)

    def open_carry(self):
        """Open the renewal of the plan with what is left; return its dialog."""
        return self.env["pet.plan.renew"].create(
            {"plan_id": self.plan.id, "carry_remaining": True}
        )

    def test_carries_what_expired_with_the_end(self):
        """Whoever comes two days late does not lose what a renewal may carry over."""
        self.plan.book(self.weekly(3))
        self.clock.move_to("2026-02-03 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        wizard = self.open_carry()
        wizard.action_apply()
        self.assertEqual(wizard.carryable, 0.0, "it is carried now")
        self.assertEqual(self.renewal().sessions_remaining, 12.0 + 9.0)
        self.assertEqual(
            self.plan.entry_ids.sorted("id").mapped("kind")[-3:],
            ["expire", "reinstate", "transfer"],
        )
        self.assert_ledger_adds_up(self.plan)
        self.assert_ledger_adds_up(self.renewal())

    def test_carries_once(self):
        self.clock.move_to("2026-02-03 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.carry(self.plan)
        self.renewal()._cancel_from(date(2026, 2, 3), "Changed their mind")
        self.carry(self.plan)
        self.assertEqual(self.renewal().sessions_remaining, 12.0)

    def test_sessions_of_a_period_that_is_over_are_not_carried(self):
        self.template = self.make_template(
            kind="plan", interval=1, interval_unit="month", period_count=1
        )
        self.plan = self.sell(self.template)
        self.clock.move_to("2026-02-03 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.carry(self.plan)
        self.assertEqual(self.renewal().sessions_remaining, 4.0)

    def test_periods_to_come_are_not_carried(self):
        for rollover in (False, True):
            with self.subTest(rollover=rollover):
                template = self.make_template(
                    [(self.bath, 4, 45.0)],
                    kind="plan",
                    period_count=3,
                    rollover=rollover,
                )
                self.plan = self.sell(template)
                self.plan.book(self.weekly(1))
                wizard = self.open_carry()
                wizard.action_apply()
                self.assertEqual(self.renewal().sessions_remaining, 12.0 + 3.0)
                self.assertEqual(self.plan.sessions_remaining, 8.0, wizard)
                self.assert_ledger_adds_up(self.plan)

    def test_services_the_renewal_lacks_stay(self):
        self.template.with_user(self.manager).line_ids = [
            Command.clear(),
            Command.create(
                {"product_id": self.grooming.id, "quantity": 3, "price_unit": 60.0}
            ),
        ]
        self.plan.with_user(self.manager).date_end = "2026-02-01"
        wizard = self.env["pet.plan.renew"].create({"plan_id": self.plan.id})
        self.assertEqual(wizard.carryable, 0.0)
        wizard.keep_price = True
        self.assertEqual(wizard.carryable, 12.0)
        wizard.keep_price = False
        wizard.carry_remaining = True
        wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 12.0)
        self.assertEqual(self.renewal().sessions_remaining, 3.0)

    def test_kept_price_is_in_the_currency_it_was_sold_in(self):
        dollar = self.env.ref("base.USD").sudo()
        dollar.active = True
        other = self.env.ref("base.EUR").sudo()
        other.active = True
        foreign = (dollar + other - self.shop.currency_id)[:1]
        self.plan = self.sell(self.template, currency_id=foreign.id)
        self.env["pet.plan.renew"].create(
            {"plan_id": self.plan.id, "keep_price": True}
        ).action_apply()
        self.assertEqual(self.renewal().currency_id, foreign)

    def test_the_task_is_done(self):
        self.shop.sudo().pet_renewal_reminder = True
        self.clock.move_to("2026-01-26 12:00:00")
        self.run_job("pet_plans.ir_cron_send_reminders")
        self.assertEqual(self.plan.activity_ids.user_id, self.staff)
        self.plan.with_user(self.manager).action_renew()
        self.assertFalse(self.plan.activity_ids)

    def test_two_at_once(self):
        """The database refuses the second renewal, whoever was first to look."""
        self.plan.action_renew()
        values = self.plan._prepare_renewal_vals(date(2026, 2, 2))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            self.env["pet.plan"]._unguarded().create(values)

    def test_all_that_cannot_be_renewed_are_named(self):
        draft = self.sell(self.template, confirm=False)
        cancelled = self.sell(self.template)
        cancelled._cancel_from(date(2026, 1, 2), "Moves away")
        pattern = f"(?s){draft.name}.* is draft.*{cancelled.name}.* is cancelled"
        with self.assertRaisesRegex(UserError, pattern):
            (self.plan + draft + cancelled).action_renew()
        self.assertFalse(self.plan.is_renewed)
