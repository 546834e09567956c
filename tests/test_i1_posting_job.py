from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.account.models.account_move import AccountMove

from .common import PetPlansCommon

JOB = "pet_plans.ir_cron_post_invoices"


class PostingJobCommon(PetPlansCommon):
    def states(self, plan):
        return self.invoices(plan).mapped("state")

    def run_on(self, moment):
        """Run the nightly job at a moment, "YYYY-MM-DD HH:MM:SS" in UTC."""
        self.clock.move_to(moment)
        self.run_job(JOB)

    def break_income_account(self, plan, number=1):
        """Archive the income account of one cycle's invoice, so that it cannot post."""
        invoice = self.invoices(plan)[number - 1]
        account = self.company_data["default_account_revenue"].copy()
        invoice.invoice_line_ids.account_id = account
        account.active = False
        return account


class TestPostingOfPackages(PostingJobCommon):
    """I1: a package's draft posts `post_lead_days` before its due date."""

    def test_on_the_due_date(self):
        plan, __ = self.sell_worked_example()
        self.run_on("2026-01-04 23:00:00")
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.run_on("2026-01-05 01:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
        self.assertRecordValues(
            plan.cycle_ids,
            [{"state": "billed"}, {"state": "scheduled"}, {"state": "scheduled"}],
        )

    def test_lead_days(self):
        plan, __ = self.sell_worked_example(post_lead_days=7)
        self.assertEqual(
            plan.cycle_ids.mapped("date_post"),
            [date(2025, 12, 29), date(2026, 1, 26), date(2026, 2, 23)],
        )
        self.run_on("2026-01-25 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
        self.run_on("2026-01-26 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "posted", "draft"])

    def test_posting_keeps_the_due_date(self):
        plan, __ = self.sell_worked_example(post_lead_days=7)
        self.run_on("2026-01-26 12:00:00")
        invoice = self.invoices(plan)[1]
        self.assertRecordValues(
            invoice,
            [
                {
                    "invoice_date": date(2026, 1, 26),
                    "invoice_date_due": date(2026, 2, 2),
                }
            ],
        )
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 2, 2)])

    def test_posting_late_keeps_the_due_date(self):
        plan, __ = self.sell_worked_example()
        self.run_on("2026-02-20 12:00:00")
        invoice = self.invoices(plan)[1]
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 2, 2)])

    def test_posting_keeps_the_due_date_of_a_customer_with_a_term(self):
        self.customer.sudo().property_payment_term_id = self.pay_terms_b
        plan, __ = self.sell_worked_example()
        self.run_on("2026-01-05 12:00:00")
        self.assertEqual(
            self.receivable_dates(self.invoices(plan)[0]), [date(2026, 1, 5)]
        )

    def test_the_due_date_after_a_cancellation_counts(self):
        plan, __ = self.sell_worked_example()
        self.visit_on(plan, "01-19").action_cancel()  # cycle 2 is due on 02-09 now
        self.run_on("2026-02-02 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
        self.run_on("2026-02-09 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "posted", "draft"])

    def test_a_cycle_without_visit_is_not_posted(self):
        plan = self.sell(self.make_template(validity=3, validity_unit="month"))
        plan.book(self.weekly(4))
        self.run_on("2026-06-01 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
        self.assertRecordValues(
            plan.cycle_ids,
            [{"state": "billed"}, {"state": "waiting"}, {"state": "waiting"}],
        )

    def test_an_expired_plan_is_still_billed(self):
        """X1: its visits are booked, or even served; the money is owed."""
        plan = self.sell(self.make_template(validity=3, validity_unit="month"))
        plan.book(self.weekly(12))
        self.run_on("2026-04-10 12:00:00")
        self.assertEqual(self.states(plan), ["posted"] * 3)

    def test_a_cancelled_invoice_is_not_touched(self):
        plan, __ = self.sell_worked_example()
        self.invoices(plan)[0].with_user(self.accountant).button_cancel()
        self.run_on("2026-01-05 12:00:00")
        self.assertEqual(self.states(plan), ["cancel", "draft", "draft"])

    def test_a_plan_of_price_0_has_nothing_to_post(self):
        plan = self.sell(self.make_template([(self.bath, 12, 0.0)]))
        plan.book(self.weekly(12))
        self.run_on("2026-06-01 12:00:00")
        self.assertFalse(self.invoices(plan))
        self.assertFalse(plan.billing_error)

    def test_a_draft_plan_has_nothing_to_post(self):
        plan = self.sell(confirm=False)
        self.run_on("2026-06-01 12:00:00")
        self.assertEqual(plan.state, "draft")

    def test_a_period_locked_since_the_sale_does_not_stop_it(self):
        """A draft is dated the day of the sale; it is booked on the day it posts."""
        plan, __ = self.sell_worked_example()
        self.shop.sudo().fiscalyear_lock_date = "2026-01-31"
        self.run_on("2026-02-09 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "posted", "draft"])
        self.assertEqual(self.invoices(plan)[:2].mapped("date"), [date(2026, 2, 9)] * 2)

    def test_twice_is_safe(self):
        plan, __ = self.sell_worked_example()
        self.run_on("2026-01-05 12:00:00")
        invoice = self.invoices(plan)[0]
        before = (invoice.name, invoice.write_date, self.bodies(invoice))
        self.run_job(JOB)
        self.assertEqual(
            (invoice.name, invoice.write_date, self.bodies(invoice)), before
        )
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])

    def test_what_the_accountant_posted_before_stays(self):
        plan, __ = self.sell_worked_example()
        invoice = self.post(self.invoices(plan)[0])
        name = invoice.name
        self.run_on("2026-01-05 12:00:00")
        self.assertEqual(invoice.name, name)
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])


class TestPostingByTheShopsClock(PostingJobCommon):
    """I1: the day is the shop's, wherever the server is."""

    def test_west(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        plan, __ = self.sell_worked_example()
        self.run_on("2026-01-05 02:59:00")  # 23:59 on the 4th there
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.run_on("2026-01-05 03:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])

    def test_east(self):
        self.shop.pet_tz = "Pacific/Auckland"
        plan = self.sell()
        plan.book([datetime(2026, 1, 5, 20)])  # 09:00 on the 6th there
        self.run_on("2026-01-05 10:59:00")  # 23:59 on the 5th there
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.run_on("2026-01-05 11:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])

    def test_the_invoice_date_is_the_shops(self):
        self.shop.pet_tz = "Pacific/Auckland"
        plan = self.sell()
        plan.book([datetime(2026, 1, 5, 20)])
        self.run_on("2026-01-05 11:00:00")
        self.assertEqual(self.invoices(plan)[0].invoice_date, date(2026, 1, 6))

    def test_each_shop_by_its_own(self):
        self.other_shop.pet_tz = "Pacific/Auckland"
        plan, __ = self.sell_worked_example()
        theirs = self.sell_in_the_other_shop()
        self.run_on("2026-01-04 11:00:00")  # the 5th there, the 4th here
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.assertEqual(self.states(theirs)[0], "posted")
        self.assertEqual(self.invoices(theirs)[0].company_id, self.other_shop)

    def sell_in_the_other_shop(self):
        env = self.env(user=self.other_staff)
        pet = env["pet.pet"].create(
            {"name": "Kiwi", "partner_id": self.neighbour.id, "species_id": self.dog.id}
        )
        plan = self.sell_elsewhere(pet_id=pet.id, partner_id=self.neighbour.id)
        plan.book(self.weekly(12, "2026-01-04 20:00:00"))  # 09:00 on the 5th there
        return plan


class TestPostingOfPlans(PostingJobCommon):
    """I1: a plan's draft posts once its period has come, visits or not."""

    def sell_monthly(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
                **terms,
            )
        )

    def test_without_any_visit(self):
        plan = self.sell_monthly()
        self.run_on("2026-01-31 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
        self.run_on("2026-02-01 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "posted", "draft"])

    def test_lead_days_do_not_reach_before_the_period(self):
        plan = self.sell_monthly(post_lead_days=10)
        self.run_on("2026-01-31 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])

    def test_lead_days_inside_the_period(self):
        plan = self.sell_monthly(post_lead_days=5, due_offset_days=15)
        self.assertEqual(self.due_dates(plan), ["01-16", "02-16", "03-16"])
        self.run_on("2026-02-10 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
        self.run_on("2026-02-11 12:00:00")
        self.assertEqual(self.states(plan), ["posted", "posted", "draft"])
        self.assertEqual(self.invoices(plan)[1].invoice_date_due, date(2026, 2, 16))


class TestFailures(PostingJobCommon):
    """I1: one failing invoice never stops the others, and shows on its plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.others = [cls.sell(pet=cls.rex) for __ in range(2)]
        for plan in cls.others:
            plan.book(cls.weekly(12))

    def setUp(self):
        super().setUp()
        mute = mute_logger("odoo.addons.pet_plans.models.pet_cycle")
        mute.__enter__()
        self.addCleanup(mute.__exit__, None, None, None)

    def test_the_others_are_posted(self):
        self.break_income_account(self.plan)
        self.run_on("2026-01-05 12:00:00")
        self.assertEqual(self.states(self.plan), ["draft"] * 3)
        for plan in self.others:
            self.assertEqual(self.states(plan), ["posted", "draft", "draft"])
            self.assertFalse(plan.billing_error)

    def test_the_failure_shows_on_the_plan(self):
        self.break_income_account(self.plan)
        before = len(self.bodies(self.plan))
        self.run_on("2026-01-05 12:00:00")
        self.assertIn(self.plan.cycle_ids[0].display_name, self.plan.billing_error)
        self.assertEqual(len(self.bodies(self.plan)), before + 1)
        self.run_job(JOB)  # tried again, told once
        self.assertEqual(len(self.bodies(self.plan)), before + 1)

    def test_success_clears_it(self):
        account = self.break_income_account(self.plan)
        self.run_on("2026-01-05 12:00:00")
        self.assertTrue(self.plan.billing_error)
        account.active = True
        self.run_on("2026-01-06 12:00:00")
        self.assertEqual(self.states(self.plan), ["posted", "draft", "draft"])
        self.assertFalse(self.plan.billing_error)

    def test_another_invoice_of_the_plan_does_not_hide_it(self):
        self.break_income_account(self.plan)
        self.run_on("2026-02-02 12:00:00")  # both cycle 1 and cycle 2 are due
        self.assertEqual(self.states(self.plan), ["draft", "posted", "draft"])
        self.assertIn(self.plan.cycle_ids[0].display_name, self.plan.billing_error)

    def test_posting_by_hand_clears_it(self):
        account = self.break_income_account(self.plan)
        self.run_on("2026-01-05 12:00:00")
        account.active = True
        self.post(self.invoices(self.plan)[0])
        self.assertFalse(self.plan.billing_error)

    def test_cancelling_the_invoice_clears_it(self):
        self.break_income_account(self.plan)
        self.run_on("2026-01-05 12:00:00")
        self.invoices(self.plan)[0].with_user(self.accountant).button_cancel()
        self.assertFalse(self.plan.billing_error)

    def test_an_invoice_that_lost_its_lines(self):
        self.invoices(self.plan)[0].invoice_line_ids.unlink()
        self.run_on("2026-01-05 12:00:00")
        self.assertEqual(self.states(self.plan), ["draft"] * 3)
        self.assertTrue(self.plan.billing_error)
        self.assertEqual(self.states(self.others[0]), ["posted", "draft", "draft"])

    def test_an_error_of_the_database_costs_one_invoice_only(self):
        """Not only what Odoo refuses politely: the transaction goes on."""
        broken = self.invoices(self.plan)[0]
        post = AccountMove._post

        def fail(moves, soft=True):
            if broken.id in moves.ids:
                moves.env.cr.execute("SELECT 1 / 0")
            return post(moves, soft)

        with patch.object(AccountMove, "_post", fail), mute_logger("odoo.sql_db"):
            self.run_on("2026-01-05 12:00:00")
        self.assertEqual(broken.state, "draft")
        self.assertIn("division by zero", self.plan.billing_error)
        for plan in self.others:
            self.assertEqual(self.states(plan), ["posted", "draft", "draft"])

    def test_small_chunks(self):
        self.break_income_account(self.plan)
        job = self.env.ref(JOB).sudo()
        job.code = "model._cron_post_invoices(batch_size=2)"
        self.run_on("2026-02-02 12:00:00")
        self.assertEqual(self.states(self.plan), ["draft", "posted", "draft"])
        for plan in self.others:
            self.assertEqual(self.states(plan), ["posted", "posted", "draft"])
        self.assertTrue(self.plan.billing_error)

    def test_the_plans_form_shows_it(self):
        self.break_income_account(self.plan)
        self.run_on("2026-01-05 12:00:00")
        self.assertIn("could not be posted", Form(self.plan).billing_error)

    def test_nobody_can_write_it(self):
        for record in (self.plan, self.plan.cycle_ids[0]):
            with self.assertRaisesRegex(
                AccessError, "Billing Error of .* cannot be written directly"
            ):
                record.with_user(self.manager).billing_error = "All is well"
