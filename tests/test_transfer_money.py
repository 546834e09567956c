from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError

from .common import PetPlansCommon


class TransferCommon(PetPlansCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bob = cls._make_pet("Bob", partner_id=cls.neighbour.id)

    def transfer(self, plan, user=None, **values):
        """Give a plan away as a manager; return the plan the new owner has."""
        values.setdefault("reason", "Sold to the neighbour")
        wizard = self.env["pet.plan.transfer"].with_user(user or self.manager)
        action = wizard.create({"plan_id": plan.id, **values}).action_apply()
        return self.env["pet.plan"].browse(action["res_id"])

    def assert_moved(self, plan, other, sessions):
        """Check that the sessions left one ledger and opened the other."""
        entries = (plan + other).entry_ids.filtered(
            lambda entry: entry.kind == "transfer"
        )
        self.assertEqual(sum(entries.mapped("quantity")), 0.0)
        self.assertEqual(other.sessions_remaining, sessions)
        self.assert_ledger_adds_up(plan)
        self.assert_ledger_adds_up(other)


class TestTransferUnused(TransferCommon):
    """A plan nobody used: drafts are made again, what is posted stays."""

    def test_posted_stays_with_who_was_billed(self):
        plan = self.sell()
        posted = self.post(self.invoices(plan)[0])
        self.transfer(plan, self.staff, pet_id=self.bob.id)
        self.assertEqual(self.invoices(plan)[0], posted)
        self.assertEqual(posted.partner_id, self.customer)
        self.assertEqual(posted.pet_id, self.luna)
        self.assertEqual(self.invoices(plan)[1:].mapped("partner_id"), self.neighbour)
        self.assertEqual(self.invoices(plan).mapped("amount_total"), [180.0] * 3)

    def test_paid_stays_paid(self):
        plan = self.sell()
        self.pay(self.invoices(plan))
        before = self.invoices(plan)
        self.transfer(plan, pet_id=self.bob.id)
        self.assertEqual(self.invoices(plan), before)
        self.assertEqual(plan.cycle_ids.mapped("state"), ["settled"] * 3)
        self.assertEqual(plan.partner_id, self.neighbour)

    def test_reset_to_draft_is_not_deleted(self):
        """It has a number: it is cancelled, and the new customer gets a draft."""
        plan = self.sell()
        invoice = self.post(self.invoices(plan)[0])
        invoice.with_user(self.accountant).button_draft()
        self.post(self.invoices(plan)[1])
        self.transfer(plan, pet_id=self.bob.id)
        self.assertTrue(invoice.exists())
        self.assertEqual(invoice.state, "cancel")
        self.assertEqual(self.invoices(plan)[0].partner_id, self.neighbour)
        self.assertEqual(self.invoices(plan)[0].state, "draft")

    def test_due_dates_stay(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.transfer(plan, pet_id=self.bob.id)
        self.assertEqual(
            self.invoices(plan).mapped("invoice_date_due"),
            [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)],
        )
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_shared_plan_to_one_pet_and_back(self):
        plan = self.sell(pet=self.env["pet.pet"])
        self.transfer(plan, pet_id=self.rex.id)
        self.assertEqual(plan.pet_id, self.rex)
        self.transfer(plan, partner_id=self.customer.id)
        self.assertFalse(plan.pet_id)
        self.assertEqual(plan.partner_id, self.customer)

    def test_pet_of_somebody_else(self):
        plan = self.sell()
        with self.assert_refused(ValidationError, "belongs to"):
            self.transfer(plan, pet_id=self.bob.id, partner_id=self.customer.id)
        self.assertEqual(plan.pet_id, self.luna)

    def test_offer_for_another_species(self):
        plan = self.sell(self.make_template(species_ids=[self.dog.id]))
        with self.assert_refused(ValidationError, "Test dog"):
            self.transfer(plan, pet_id=self.mimi.id)

    def test_customer_of_another_company(self):
        plan = self.sell()
        stranger = (
            self.env["res.partner"]
            .sudo()
            .create({"name": "Zoe", "company_id": self.other_shop.id})
        )
        with self.assert_refused(AccessError, "chosen as New Customer"):
            self.transfer(plan, partner_id=stranger.id)
        self.assertEqual(plan.partner_id, self.customer)

    def test_staff_of_another_company(self):
        plan = self.sell()
        with self.assert_refused(AccessError, "no access to what was chosen as Plan"):
            self.transfer(plan, self.other_staff, pet_id=self.bob.id)


class TestTransferUsed(TransferCommon):
    """A used plan: what is left opens a new plan, the old one keeps its past."""

    def use(self, plan, count=1):
        visits = plan.book([datetime(2026, 1, 2, 13 + n) for n in range(count)])
        visits.action_receive()
        return visits

    def test_paid_package(self):
        plan = self.sell(self.make_template(validity=3))
        self.use(plan)
        self.pay(self.invoices(plan))
        end = plan.date_end
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assert_moved(plan, other, 11.0)
        self.assertEqual(other.partner_id, self.neighbour)
        self.assertEqual(other.date_end, end)
        self.assertFalse(other.sudo().cycle_ids.move_ids)
        self.assertEqual(self.invoices(plan).partner_id, self.customer)

    def test_what_is_not_billed_is_billed_to_the_new_customer(self):
        plan = self.sell()
        self.use(plan)
        self.post(self.invoices(plan)[:2])
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assert_moved(plan, other, 11.0)
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "posted", "cancel"]
        )
        invoices = self.invoices(other)
        self.assertEqual(sum(invoices.mapped("amount_total")), 180.0)
        self.assertEqual(invoices.partner_id, self.neighbour)
        self.assertEqual(other.amount_total, 180.0)
        self.assertEqual(other.cycle_ids.mapped("capacity"), [4.0, 4.0, 3.0])

    def test_price_of_a_service_used_early_is_not_lost(self):
        """Both groomings of two cycles were used in the first: 60.00 are unbilled."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 8, 45.0), (self.grooming, 2, 60.0)], appointment_count=8
            )
        )
        self.serve_sessions(plan, 1, 2)
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assert_moved(plan, other, 7.0)
        self.assertEqual(other.line_ids.product_id, self.bath)
        billed = self.invoices(plan)[0] + self.invoices(other)
        self.assertEqual(sum(billed.mapped("amount_total")), 8 * 45.0 + 2 * 60.0)

    def test_periods_to_come_are_billed_to_the_new_customer(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.use(plan)
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["draft", "cancel", "cancel"]
        )
        self.assertEqual(sum(self.invoices(other).mapped("amount_total")), 360.0)

    def test_the_period_that_has_begun_is_billed_to_who_uses_it(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)],
                kind="plan",
                period_count=3,
                due_offset_days=20,
            )
        )
        self.use(plan)
        self.clock.move_to("2026-02-05 12:00:00")
        self.run_job("pet_plans.ir_cron_post_invoices")
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "cancel", "cancel"]
        )
        self.assertEqual(sum(self.invoices(other).mapped("amount_total")), 360.0)

    def test_in_the_currency_it_was_sold_in(self):
        foreign = self.env.ref("base.USD").sudo() + self.env.ref("base.EUR").sudo()
        foreign.active = True
        foreign = (foreign - self.shop.currency_id)[:1]
        plan = self.sell(currency_id=foreign.id)
        self.use(plan)
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assertEqual(other.currency_id, foreign)
        self.assertEqual(self.invoices(other).currency_id, foreign)

    def test_two_services(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.use(plan)  # a bath and a grooming
        other = self.transfer(plan, pet_id=self.rex.id)
        self.assert_moved(plan, other, 13.0)
        self.assertEqual(other.line_ids.mapped("remaining"), [11.0, 2.0])

    def test_plan_by_periods(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.use(plan)
        other = self.transfer(plan, pet_id=self.rex.id)
        self.assert_moved(plan, other, 11.0)

    def test_plan_by_periods_after_a_counter_edit(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.use(plan)
        for left in (13.0, 9.0):
            self.adjust(plan, left)
        other = self.transfer(plan, pet_id=self.rex.id)
        self.assert_moved(plan, other, 9.0)

    def test_nothing_left_of_a_plan_that_is_over(self):
        """By the dates, whether or not the nightly job has run."""
        for job in (False, True):
            with self.subTest(job=job):
                self.clock.move_to("2026-01-02 12:00:00")
                plan = self.sell(self.make_template(validity=1))
                self.use(plan)
                self.clock.move_to("2026-02-05 12:00:00")
                if job:
                    self.run_job("pet_plans.ir_cron_update_plans")
                with self.assert_refused(UserError, "cannot be given away: 0"):
                    self.transfer(plan, pet_id=self.rex.id)

    def test_sessions_of_a_period_that_is_over_stay(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.use(plan)
        self.clock.move_to("2026-02-05 12:00:00")  # the job has not run yet
        other = self.transfer(plan, pet_id=self.rex.id)
        self.assert_moved(plan, other, 8.0)
        self.assertEqual(plan.line_ids.expired, 3.0)
        self.assertEqual(plan.sessions_remaining, 0.0)
