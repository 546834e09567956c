from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError

from .race import RaceCase


class TestUndoRace(RaceCase):
    """U5: of two people who take a step back at once, each sees a truth."""

    def setUp(self):
        super().setUp()
        self.plan_id = self.sell(2)
        with self.connect() as env:
            start = fields.Datetime.now() + timedelta(days=1)
            self.visit_id = (
                env["pet.appointment"]
                .browse(env["pet.plan"].browse(self.plan_id).book([start]).id)
                .id
            )

    def visit(self, env):
        return env["pet.appointment"].browse(self.visit_id)

    def go(self, *steps):
        with self.connect() as env:
            for step in steps:
                getattr(self.visit(env), f"action_{step}")()
            return self.visit(env).step_id.id

    def undo(self, env):
        return self.visit(env).action_undo()

    def assert_refused(self, outcomes, pattern):
        """Check that one of two was told why, and the other did it."""
        errors = [error for error in outcomes if isinstance(error, Exception)]
        self.assertEqual(len(errors), 1, outcomes)
        self.assertIs(type(errors[0]), UserError)
        self.assertRegex(str(errors[0]), pattern)

    def assert_stands(self, state, left):
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(self.plan_id)
            self.assertEqual(self.visit(env).state, state)
            self.assertEqual(plan.line_ids.remaining, left)
            self.assertEqual(sum(plan.entry_ids.mapped("quantity")), left)

    def test_a_cancellation(self):
        self.go("cancel")
        outcomes = self.run_at_once(self.undo, self.undo)
        self.assert_refused(outcomes, "there is no step to take back")
        self.assert_stands("scheduled", left=1.0)

    def test_two_receptionists_check_one_pet_in(self):
        """P2: one does it, the other is told who did."""
        outcomes = self.run_at_once(
            lambda env: self.visit(env).action_receive(),
            lambda env: self.visit(env).action_receive(),
        )
        self.assert_refused(outcomes, "is received already: .* did it")
        self.assert_stands("received", left=1.0)

    def test_a_step_seen_on_two_screens(self):
        """The second does not take back the step before."""
        seen = self.go("start", "finish")

        def press(env):
            visit = self.visit(env).with_context(seen_step_id=seen)
            return visit.action_open_undo()

        outcomes = self.run_at_once(press, press)
        self.assert_refused(outcomes, "is in service by now: somebody else")
        self.assert_stands("in_service", left=1.0)

    def test_a_cancellation_and_its_session(self):
        """The last session is booked by one, or taken again by the other."""
        self.go("cancel")
        with self.connect() as env:
            self.book(self.plan_id)(env)
        outcomes = self.run_at_once(self.undo, self.book(self.plan_id))
        self.assert_refused(outcomes, "1 needed, 0 left")
        with self.connect(SUPERUSER_ID) as env:
            self.assertEqual(
                env["pet.plan"].browse(self.plan_id).line_ids.remaining, 0.0
            )

    def test_a_service_taken_back_and_gone_on_with(self):
        self.go("start")
        outcomes = self.run_at_once(
            self.undo, lambda env: self.visit(env).action_finish()
        )
        with self.connect(SUPERUSER_ID) as env:
            visit = self.visit(env)
            self.assertEqual(visit.step_id.state or "scheduled", visit.state)
            self.assertIn(visit.state, ("scheduled", "in_service"), outcomes)

    def test_a_move(self):
        """U3: of two plans that were chosen at once, one holds the session."""
        others = [self.sell(1), self.sell(1)]

        def move_to(plan_id):
            def work(env):
                env["pet.appointment.move"].create(
                    {"appointment_ids": [self.visit_id], "plan_id": plan_id}
                ).action_apply()
                return True

            return work

        self.run_at_once(*(move_to(plan_id) for plan_id in others))
        with self.connect(SUPERUSER_ID) as env:
            plans = env["pet.plan"].browse([self.plan_id, *others])
            holder = self.visit(env).plan_id
            self.assertIn(holder.id, others)
            for plan in plans:
                full = 2.0 if plan.id == self.plan_id else 1.0
                left = full - (plan == holder)
                self.assertEqual(plan.line_ids.remaining, left)
