from odoo import SUPERUSER_ID, Command
from odoo.exceptions import UserError

from .race import RaceCase


class TestTopUpRace(RaceCase):
    """S13: of two at once on one package, one waits for the other."""

    def setUp(self):
        super().setUp()
        self.plan_id = self.sell(8, appointments_per_cycle=4)

    def apply_many(self, *wizards):
        return self.run_at_once(
            *(
                lambda env, wizard=wizard: (
                    env["pet.plan.top.up"].browse(wizard).action_apply()
                )
                for wizard in wizards
            )
        )

    def make_wizard(self):
        with self.connect() as env:
            plan = env["pet.plan"].browse(self.plan_id)
            row = {"line_id": plan.line_ids[0].id, "quantity": 6}
            return (
                env["pet.plan.top.up"]
                .create({"plan_id": plan.id, "line_ids": [Command.create(row)]})
                .id
            )

    def assert_cycles(self, capacities):
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(self.plan_id)
            cycles = plan.cycle_ids.sorted("sequence")
            self.assertEqual(cycles.mapped("capacity"), capacities)
            self.assertEqual(
                cycles.mapped("sequence"), list(range(1, len(capacities) + 1))
            )
            self.assertEqual(plan.sessions_remaining, sum(capacities))
            self.assertEqual(plan.top_up_visits, sum(capacities) - 8)

    def test_one_dialog_applied_twice(self):
        """It is done once, whichever request comes first."""
        wizard = self.make_wizard()
        outcomes = self.apply_many(wizard, wizard, wizard)
        self.assertFalse([one for one in outcomes if isinstance(one, Exception)])
        self.assert_cycles([4, 4, 4, 2])

    def test_two_dialogs(self):
        """Both are done, one behind the other."""
        outcomes = self.apply_many(self.make_wizard(), self.make_wizard())
        self.assertFalse([one for one in outcomes if isinstance(one, Exception)])
        self.assert_cycles([4, 4, 4, 2, 4, 2])

    def test_while_it_is_cancelled(self):
        """Refused, or cancelled with all of it: never topped up afterwards."""
        wizard = self.make_wizard()
        outcomes = self.run_at_once(
            lambda env: env["pet.plan.top.up"].browse(wizard).action_apply(),
            lambda env: (
                env["pet.plan"]
                .browse(self.plan_id)
                ._cancel_from(env.company._get_pet_today(), "Moves away")
            ),
        )
        for error in (one for one in outcomes if isinstance(one, Exception)):
            self.assertIs(type(error), UserError, error)
            self.assertRegex(str(error), "is already cancelled")
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(self.plan_id)
            self.assertEqual(plan.state, "cancelled")
            self.assertEqual(plan.sessions_remaining, 0)
