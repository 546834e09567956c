import threading

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError

from .race import TIMEOUT, RaceCase


class TestConfirmRace(RaceCase):
    """S3: of two who confirm one draft at once, the second is told that it is sold."""

    def confirm(self, plan_id):
        return lambda env: env["pet.plan"].browse(plan_id).action_confirm()

    def assert_sold_once(self, plan_id, outcomes, refused):
        errors = [one for one in outcomes if isinstance(one, Exception)]
        self.assertEqual(len(errors), refused, outcomes)
        for error in errors:
            self.assertIs(type(error), UserError, error)
            self.assertRegex(str(error), "Race is already sold, and is active")
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(plan_id)
            self.assertEqual(plan.state, "active")
            self.assertEqual(len(plan.cycle_ids), 2)
            self.assertEqual(plan.entry_ids.mapped("kind"), ["grant"])
            self.assertEqual(plan.line_ids.remaining, 8)

    def test_at_once(self):
        plan_id = self.sell(8, confirm=False, appointments_per_cycle=4)
        outcomes = self.run_at_once(*[self.confirm(plan_id)] * 4)
        self.assert_sold_once(plan_id, outcomes, refused=3)

    def confirm_behind_the_first(self, plan_id, end):
        """Confirm a draft that somebody is just confirming.

        :param end: function of the first one's cursor, called when the second waits
        :return: list with the outcome of the second
        """
        outcomes = []
        with self.connect() as first:
            self.confirm(plan_id)(first)
            first.flush_all()
            second = threading.Thread(
                target=lambda: outcomes.extend(self.run_at_once(self.confirm(plan_id)))
            )
            second.start()
            self.wait_until_blocked()
            end(first.cr)
        second.join(TIMEOUT)
        return outcomes

    def test_while_the_first_is_at_it(self):
        plan_id = self.sell(8, confirm=False, appointments_per_cycle=4)
        # What the first one did is committed when their connection closes.
        outcomes = self.confirm_behind_the_first(plan_id, lambda cr: None)
        self.assert_sold_once(plan_id, outcomes, refused=1)

    def test_the_first_gives_up(self):
        plan_id = self.sell(8, confirm=False, appointments_per_cycle=4)
        outcomes = self.confirm_behind_the_first(plan_id, lambda cr: cr.rollback())
        self.assert_sold_once(plan_id, outcomes, refused=0)
