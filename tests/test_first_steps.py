from odoo.exceptions import AccessError

from .common import PetPlansCommon


class TestFirstSteps(PetPlansCommon):
    """An empty database says what to do next, in the order of the first ten minutes."""

    def steps(self, user=None):
        company = self.env["res.company"].with_user(user or self.manager)
        return {step["name"]: step for step in company.get_pet_first_steps()}

    def done(self):
        return [name for name, step in self.steps().items() if step["is_done"]]

    def test_order(self):
        self.assertEqual(
            list(self.steps()),
            ["time_zone", "service", "template", "customer", "sale"],
        )

    def test_one_after_the_other(self):
        self.assertEqual(self.done(), ["service", "customer"])
        self.make_template()
        self.env["res.company"].with_user(self.manager).action_confirm_pet_tz()
        self.assertEqual(self.done(), ["time_zone", "service", "template", "customer"])
        self.sell()
        self.assertEqual(self.steps(), {})

    def test_a_sale_elsewhere_is_not_ours(self):
        self.sell_elsewhere()
        self.assertIn("sale", self.steps())

    def test_staff_see_what_is_theirs_to_do(self):
        actions = {
            name for name, step in self.steps(self.staff).items() if step["action"]
        }
        self.assertEqual(actions, {"customer", "sale"})
        for step in self.steps().values():
            if step["action"]:
                self.assertTrue(self.env.ref(step["action"]))

    def test_only_a_manager_confirms_the_clock(self):
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            self.env["res.company"].action_confirm_pet_tz()
        self.assertFalse(self.shop.pet_tz_checked)
