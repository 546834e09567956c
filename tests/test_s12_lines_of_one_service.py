from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestTwoLines(PetPlansCommon):
    """S12, B2: ten paid and two free baths are one balance, the paid ones first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(
            cls.make_template([(cls.bath, 10, 45.0), (cls.bath, 2, 0.0)])
        )
        cls.paid, cls.free = cls.plan.line_ids

    def left(self):
        return [self.paid.remaining, self.free.remaining]

    def assert_adds_up(self):
        self.assert_ledger_adds_up(self.plan)
        for line in self.plan.line_ids:
            self.assertGreaterEqual(line.used, 0)
            self.assertGreaterEqual(line.booked, 0)

    def test_twelve_visits_take_one_session_each(self):
        visits = self.plan.book(self.weekly(12))
        self.assertEqual(
            [visit.line_ids.plan_line_id for visit in visits],
            [self.paid] * 10 + [self.free] * 2,
        )
        self.assertEqual([len(visit.line_ids) for visit in visits], [1] * 12)
        self.assertEqual(self.left(), [0, 0])
        self.assert_adds_up()

    def test_one_more_is_refused_for_the_service(self):
        with self.assert_refused(UserError, "sessions of Bath: 13 needed, 12 left"):
            self.plan.book(self.weekly(13))
        self.plan.book(self.weekly(12))
        with self.assert_refused(UserError, "1 needed, 0 left"):
            self.plan.book(self.weekly(1, "2026-04-06 09:00:00"))

    def test_a_session_of_two_lines(self):
        self.plan.book(self.weekly(19), units=0.5)
        visit = self.plan.book([datetime(2026, 6, 1, 9)])
        self.assertEqual(
            [(line.plan_line_id, line.quantity) for line in visit.line_ids],
            [(self.paid, 0.5), (self.free, 0.5)],
        )
        self.assertEqual(visit.units, 1.0)
        self.assertEqual(self.left(), [0, 1.5])
        visit.action_cancel()
        self.assertEqual(self.left(), [0.5, 2])
        self.assert_adds_up()

    def test_a_plan_that_is_written_again_keeps_counters_right(self):
        visits = self.plan.book(self.weekly(11))
        last = visits[-1]
        self.assertEqual(last.line_ids.plan_line_id, self.free)
        last.plan_id = False
        self.assertEqual(self.left(), [0, 2])
        last.plan_id = self.plan
        self.assertEqual(last.line_ids.plan_line_id, self.free)
        self.assertEqual([self.free.booked, self.free.used], [1, 0])
        self.assert_adds_up()

    def test_a_walk_in_uses_the_second_line(self):
        self.plan.book(self.weekly(10))
        walk_in = self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": datetime(2026, 1, 2, 13),
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        walk_in.action_receive()
        self.assertEqual(walk_in.line_ids.plan_line_id, self.free)
        self.assertFalse(walk_in.to_invoice)

    def test_services_edited(self):
        visits = self.plan.book(self.weekly(10))
        visits[-1].line_ids.quantity = 2.0
        self.assertEqual(
            [(line.plan_line_id, line.quantity) for line in visits[-1].line_ids],
            [(self.paid, 1), (self.free, 1)],
        )
        self.assertEqual(self.left(), [0, 1])
        self.assert_adds_up()

    def test_the_share_is_that_of_the_lines_together(self):
        """B2: 9 + 3 groomings on 12 visits in cycles of 4 are one each."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 12, 45.0), (self.grooming, 2, 60.0), (self.grooming, 1, 0)]
            )
        )
        visits = plan.book(self.weekly(12))
        grooming = [self.grooming in visit.line_ids.product_id for visit in visits]
        self.assertEqual(grooming, [True, False, False, False] * 3)
        self.assertEqual(plan.sessions_remaining, 0)

    def test_all_that_remain_are_those_of_the_service(self):
        self.assertEqual(self.plan.to_book, 12)
        wizard = self.env["pet.plan.book"].create(
            {"plan_id": self.plan.id, "first_start": "2026-01-05 09:00:00"}
        )
        self.assertEqual(wizard.count, 12)
        wizard.action_apply()
        self.assertEqual(self.left(), [0, 0])

    def test_the_overdraft_is_that_of_the_service(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 10, 45.0), (self.bath, 2, 0.0)], overdraft_limit=1.0
            )
        )
        plan.book(self.weekly(13))
        self.assertEqual(plan.line_ids.mapped("remaining"), [0, -1])
        with self.assert_refused(UserError, "-1 left, and it may owe no more than 1"):
            plan.book(self.weekly(1, "2026-06-01 09:00:00"))


class TestTwoLinesOfAPeriod(PetPlansCommon):
    """S12: of a plan, the first line that has some in the visit's period."""

    def test_three_paid_and_one_free_a_month(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 3, 45.0), (self.bath, 1, 0.0)], kind="plan", period_count=2
            )
        )
        paid, free = plan.line_ids
        visits = plan.book(self.weekly(4) + self.weekly(1, "2026-02-02 09:00:00"))
        self.assertEqual(
            [visit.line_ids.plan_line_id for visit in visits],
            [paid, paid, paid, free, paid],
        )
        with self.assert_refused(UserError, ", 0 left"):
            plan.book([datetime(2026, 1, 30, 9)])
        self.assert_ledger_adds_up(plan)


class TestPresentsInWords(PetPlansCommon):
    """S12, S7: the customer reads which sessions are paid and which are free."""

    def told(self, plan):
        return [
            [name.split("\n")[-1].split(", cycle")[0] for name in lines.mapped("name")]
            for lines in (move.invoice_line_ids for move in self.invoices(plan))
        ]

    def test_ten_paid_and_two_free(self):
        lines = [(self.bath, 10, 45.0), (self.bath, 2, 0.0)]
        plan = self.sell(self.make_template(lines, appointments_per_cycle=12))
        self.assertEqual(self.told(plan), [["10 sessions", "2 sessions, free"]])
        self.assertEqual(self.invoices(plan).amount_untaxed, 450.0)

    def test_over_several_invoices(self):
        """S4: each has its share of both."""
        plan = self.sell(self.make_template([(self.bath, 10, 45.0), (self.bath, 2, 0)]))
        self.assertEqual(
            self.told(plan),
            [
                ["3 sessions", "1 session, free"],
                ["4 sessions"],
                ["3 sessions", "1 session, free"],
            ],
        )

    def test_at_a_discount_of_all(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0, 100)])
        )
        self.assertEqual(self.told(plan)[0], ["4 sessions", "1 session, free"])

    def test_the_number_follows_a_cancellation(self):
        """S7, X7: what is billed less says so, and stays free."""
        plan = self.sell(self.make_template([(self.bath, 10, 45.0), (self.bath, 2, 0)]))
        line = self.invoices(plan)[0].invoice_line_ids[1]
        self.assertTrue(
            plan.cycle_ids[0]
            ._recount_sessions(line.name, 1, 0.5)
            .split("\n")[-1]
            .startswith("0.5 sessions, free, cycle 1 of 3")
        )
