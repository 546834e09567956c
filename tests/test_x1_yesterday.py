from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError

from .test_x2_extension import ExtensionCommon

EVE = datetime(2026, 1, 31, 9)


class YesterdayCase(ExtensionCommon):
    """On 1 February a visit of 31 January is entered, before and after the job."""

    def both_ways(self, sell):
        """Yield a plan on the day after, before its job has run, and after it has.

        What is done to it is undone before the second time, and at the end the sale.

        :param sell: function that sells one that ends, or of which a month ends, on 31
            January
        """
        with self.undoing():
            self.clock.move_to("2026-01-02 12:00:00")
            plan = sell()
            for job in (False, True):
                self.clock.move_to("2026-02-01 12:00:00")
                with self.subTest(job=job), self.undoing():
                    if job:
                        self.update_plans()
                    yield plan

    def sell_until_the_eve(self, **terms):
        return self.sell(
            self.make_template(**{"validity": 30, "validity_unit": "day", **terms}),
        )

    def settle(self, plan):
        """Return what a plan looks like once the job has run (again)."""
        self.update_plans()
        self.assert_ledger_adds_up(plan)
        return [
            plan.state,
            plan.line_ids.mapped("remaining"),
            plan.line_ids.mapped("used"),
            plan.line_ids.mapped("booked"),
            plan.line_ids.mapped("expired"),
            self.due_dates(plan),
            self.invoices(plan).mapped("state"),
        ]

    def assert_same(self, sell, enter):
        """Check that what is entered late leaves the same behind, job or no job."""
        left_behind = []
        for plan in self.both_ways(sell):
            enter(plan)
            left_behind.append(self.settle(plan))
        self.assertEqual(*left_behind)
        return left_behind[0]


class TestYesterday(YesterdayCase):
    """X1: yesterday's visit is judged the same before and after the job has run."""

    def book(self, plan):
        plan.book([EVE])

    def test_of_a_package(self):
        facts = self.assert_same(self.sell_until_the_eve, self.book)
        self.assertEqual(facts[0], "expired")
        self.assertEqual(facts[3:5], [[1.0], [11.0]])

    def test_gives_back_as_much_as_the_visit_needs(self):
        plan = self.sell_until_the_eve()
        self.update_plans("2026-02-01 12:00:00")
        self.assertEqual(self.kinds(plan)[-1], ("expire", -12.0))
        plan.book([EVE, EVE], units=0.5)
        self.assertEqual(
            self.kinds(plan)[2:],
            [("reinstate", 0.5), ("reinstate", 0.5), ("book", -0.5), ("book", -0.5)],
        )
        self.assertEqual(len(plan.entry_ids.appointment_id), 2, "the ledger names them")

    def test_of_a_month(self):
        facts = self.assert_same(self.sell_monthly, self.book)
        self.assertEqual(facts[0], "active")
        self.assertEqual(facts[1:5], [[8.0], [0.0], [1.0], [3.0]])

    def test_of_the_last_month(self):
        self.assert_same(lambda: self.sell_monthly(period_count=1), self.book)

    def test_with_rollover(self):
        for count in (1, 3):
            self.assert_same(
                lambda count=count: self.sell_monthly(
                    rollover=True, period_count=count
                ),
                self.book,
            )

    def test_edited_into_no_period(self):
        """What an edit gave belongs to no month; the month's own goes first."""

        def sell():
            plan = self.sell_monthly(period_count=1)
            self.adjust(plan, 6)
            return plan

        for count in (3, 5):
            facts = self.assert_same(
                sell, lambda plan, count=count: plan.book([EVE] * count)
            )
            self.assertEqual(facts[3:5], [[count], [6.0 - count]])

    def test_no_more_than_there_was(self):
        for sell in (self.sell_until_the_eve, self.sell_monthly):
            for plan in self.both_ways(sell):
                left = 12 if plan.kind == "package" else 4
                plan.book([EVE] * left)
                with self.assert_refused(UserError, "1 needed, 0 left"):
                    plan.book([EVE])

    def test_not_of_today(self):
        for plan in self.both_ways(self.sell_until_the_eve):
            with self.assert_refused(UserError, "after its end"):
                plan.book([datetime(2026, 2, 1, 9)])
        for plan in self.both_ways(self.sell_monthly):
            plan.book([datetime(2026, 2, 1, 9)] * 4)
            with self.assert_refused(UserError, ", 0 left"):
                plan.book([datetime(2026, 2, 1, 9)])

    def test_its_draft_comes_back(self):
        """Three bills were cancelled with the package: one is for a used session."""
        facts = self.assert_same(self.sell_until_the_eve, self.book)
        self.assertEqual(
            facts[-2:], [["01-31", None, None], ["draft", "cancel", "cancel"]]
        )

    def test_the_visit_beyond_the_first_bill(self):
        def sell():
            plan = self.sell_until_the_eve()
            plan.book([datetime(2026, 1, 10 + day, 9) for day in range(4)])
            return plan

        facts = self.assert_same(sell, self.book)
        self.assertEqual(facts[-1], ["draft", "draft", "cancel"])

    def test_picked_at_the_counter(self):
        """U1: checked in on paper, entered the day after."""

        def enter(plan):
            visit = self.env["pet.appointment"].create(
                {
                    "pet_id": self.luna.id,
                    "start": EVE,
                    "line_ids": [Command.create({"product_id": self.bath.id})],
                }
            )
            visit.action_receive()
            self.assertEqual(visit.plan_id, plan)

        for sell in (self.sell_until_the_eve, self.sell_monthly):
            for plan in self.both_ways(sell):
                enter(plan)

    def test_a_service_added(self):
        """Yesterday's visit had a bath and a grooming."""

        def sell():
            plan = self.sell_until_the_eve(
                lines=[(self.bath, 12, 45.0), (self.grooming, 12, 60.0)]
            )
            self.visit = plan.book(
                [EVE], line_ids=[Command.create({"product_id": self.bath.id})]
            )
            return plan

        def enter(plan):
            self.visit.line_ids = [Command.create({"product_id": self.grooming.id})]

        facts = self.assert_same(sell, enter)
        self.assertEqual(facts[3:5], [[1.0, 1.0], [11.0, 11.0]])

    def test_in_the_window(self):
        """B1a: it proposes what it takes, and does not count what is over."""
        for plan in self.both_ways(self.sell_monthly):
            wizard = self.env["pet.plan.book"].create(
                {"plan_id": plan.id, "first_start": EVE, "every_unit": "day"}
            )
            if plan.entry_ids.filtered(lambda entry: entry.kind == "expire"):
                self.assertEqual(wizard.count, 8)
            wizard.count = 3
            wizard.action_apply()
            self.assertEqual(plan.sessions_booked, 3)
            self.assertEqual(min(plan.appointment_ids.mapped("start")), EVE)

    def test_cancelled_again_it_expires_again(self):
        plan = self.sell_until_the_eve()
        self.update_plans("2026-02-01 12:00:00")
        plan.book([EVE]).action_cancel()
        self.update_plans()
        self.assertEqual(plan.line_ids.expired, 12.0)
        self.assertEqual(self.invoices(plan).mapped("state"), ["cancel"] * 3)
        self.assert_ledger_adds_up(plan)

    def test_not_what_went_with_a_cancelled_plan(self):
        plan = self.sell_until_the_eve()
        self.cancel_plans(plan)
        with self.assert_refused(UserError, "the plan is cancelled"):
            plan.book([EVE])
