import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import UserError

from .race import TIMEOUT, RaceCase


class TestRace(RaceCase):
    """B3: two people can never book the same last session."""

    def assert_sold(self, plan_id, sold, left):
        """Check visits, balance and ledger of a plan against each other."""
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(plan_id)
            self.assertEqual(len(plan.appointment_ids), sold)
            self.assertEqual(plan.line_ids.remaining, left)
            self.assertEqual(sum(plan.entry_ids.mapped("quantity")), left)
            taken = plan.entry_ids.filtered("appointment_id").sorted("id")
            self.assertEqual(len(taken), sold)
            self.assertEqual(plan.entry_ids.sorted("id")[-1].balance, left)
            self.assertEqual(len(set(taken.mapped("balance"))), sold)

    def assert_told_why(self, outcomes, refused):
        """Check that so many were refused, each told the numbers and nothing else."""
        errors = [error for error in outcomes if isinstance(error, Exception)]
        self.assertEqual(len(errors), refused, outcomes)
        for error in errors:
            self.assertIs(type(error), UserError, error)
            self.assertRegex(
                str(error),
                "Race has too few sessions of Race bath: 1 needed, 0 left",
            )

    # --- The races -----------------------------------------------------------------

    def test_two_people_one_session(self):
        plan_id = self.sell(1)
        outcomes = self.run_at_once(*[self.book(plan_id)] * 2)
        self.assert_told_why(outcomes, refused=1)
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_eight_people_five_sessions(self):
        plan_id = self.sell(5)
        outcomes = self.run_at_once(*[self.book(plan_id)] * 8)
        self.assert_told_why(outcomes, refused=3)
        self.assert_sold(plan_id, sold=5, left=0.0)

    def test_three_people_one_session_and_one_overdraft(self):
        plan_id = self.sell(1, overdraft_limit=1.0)
        outcomes = self.run_at_once(*[self.book(plan_id)] * 3)
        errors = [error for error in outcomes if isinstance(error, Exception)]
        self.assertEqual(len(errors), 1, outcomes)
        self.assertIn("-1 left, and it may owe no more than 1", str(errors[0]))
        self.assert_sold(plan_id, sold=2, left=-1.0)

    def test_last_session_of_a_period(self):
        """The plan itself still has the session of its second period."""
        plan_id = self.sell(
            1, kind="plan", interval=1, interval_unit="month", period_count=2
        )
        outcomes = self.run_at_once(*[self.book(plan_id)] * 2)
        self.assert_told_why(outcomes, refused=1)
        self.assert_sold(plan_id, sold=1, left=1.0)

    def test_two_people_different_plans(self):
        """Nobody waits for somebody else's plan."""
        plan_ids = [self.sell(1), self.sell(1)]
        outcomes = self.run_at_once(*(self.book(plan_id) for plan_id in plan_ids))
        self.assert_told_why(outcomes, refused=0)
        for plan_id in plan_ids:
            self.assert_sold(plan_id, sold=1, left=0.0)

    def test_two_walk_ins_one_session(self):
        """Both visits are checked in; the second is served without plan (B4)."""
        plan_id = self.sell(1)

        def work(env):
            visit = env["pet.appointment"].create(
                {
                    "pet_id": self.pet_id,
                    "start": fields.Datetime.now(),
                    "line_ids": [Command.create({"product_id": self.product_id})],
                }
            )
            visit.action_receive()
            return bool(visit.plan_id)

        self.assertEqual(sorted(self.run_at_once(work, work)), [False, True])
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_the_second_waits_for_the_first(self):
        """The first has the session, uncommitted: the second is told once it is so."""
        plan_id = self.sell(1)
        outcomes = []
        with self.connect() as first:
            self.book(plan_id)(first)
            first.flush_all()
            second = threading.Thread(
                target=lambda: outcomes.extend(self.run_at_once(self.book(plan_id)))
            )
            second.start()
            self.wait_until_blocked()
            self.assertFalse(outcomes)
        second.join(TIMEOUT)
        self.assert_told_why(outcomes, refused=1)
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_the_first_gives_up(self):
        """The first has the session, and rolls back: the second gets it."""
        plan_id = self.sell(1)
        outcomes = []
        with self.connect() as first:
            self.book(plan_id)(first)
            first.flush_all()
            second = threading.Thread(
                target=lambda: outcomes.extend(self.run_at_once(self.book(plan_id)))
            )
            second.start()
            self.wait_until_blocked()
            first.cr.rollback()
        second.join(TIMEOUT)
        self.assert_told_why(outcomes, refused=0)
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_reschedule_and_cancel_at_once(self):
        """C1, C2: due dates fit the visits, whichever of the two was first."""
        plan_id = self.sell(8, appointments_per_cycle=4)
        start = fields.Datetime.now().replace(hour=12) + timedelta(days=1)
        with self.commit() as env:
            visits = (
                env["pet.plan"]
                .browse(plan_id)
                .book([start + timedelta(weeks=week) for week in range(8)])
            )
            second, sixth = visits[1].id, visits[5].id

        def reschedule(env):
            later = start + timedelta(weeks=6, days=1)
            return env["pet.appointment"].browse(sixth).reschedule(later)

        def cancel(env):
            return env["pet.appointment"].browse(second).action_cancel()

        self.assertEqual(self.run_at_once(reschedule, cancel), [True, True])
        with self.connect(SUPERUSER_ID) as env:
            for cycle in env["pet.plan"].browse(plan_id).cycle_ids:
                starts = cycle.appointment_ids.mapped("start")
                self.assertEqual(cycle.date_due, min(starts).date())
