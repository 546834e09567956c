from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestTransfer(PetPlansCommon):
    """A plan changes hands: as it is while unused, else what is left of it."""

    def transfer(self, plan, pet, user=None):
        return (
            self.env["pet.plan.transfer"]
            .with_user(user or self.env.user)
            .create({"plan_id": plan.id, "pet_id": pet.id, "reason": "Wrong pet"})
            .action_apply()
        )

    def test_unused(self):
        plan = self.sell()
        self.transfer(plan, self.rex)
        self.assertEqual(plan.pet_id, self.rex)
        self.assertEqual(self.invoices(plan).pet_id, self.rex)
        self.assertEqual(self.invoices(plan).mapped("state"), ["draft"] * 3)
        self.assertIn("Rex", self.invoices(plan)[0].invoice_line_ids.name)

    def test_unused_to_another_customer(self):
        pet = self._make_pet("Bob", partner_id=self.neighbour.id)
        plan = self.sell()
        self.transfer(plan, pet)
        self.assertEqual(plan.partner_id, self.neighbour)
        self.assertEqual(self.invoices(plan).partner_id, self.neighbour)

    def test_used_moves_what_is_left(self):
        plan = self.sell()
        plan.book(self.weekly(1)).action_receive()
        action = self.transfer(plan, self.rex, self.manager)
        other = self.env["pet.plan"].browse(action["res_id"])
        self.assertEqual(other.pet_id, self.rex)
        self.assertEqual(other.sessions_remaining, 11.0)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(
            (plan + other)
            .entry_ids.filtered(lambda entry: entry.kind == "transfer")
            .sorted("id")
            .mapped("quantity"),
            [-11.0, 11.0],
        )
        # cycle 1 was used; what was not billed of the others goes along
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["draft", "cancel", "cancel"]
        )
        self.assertEqual(sum(self.invoices(other).mapped("amount_total")), 360.0)

    def test_used_needs_a_manager(self):
        plan = self.sell()
        plan.book(self.weekly(1)).action_receive()
        with self.assertRaisesRegex(AccessError, "manager"):
            self.transfer(plan, self.rex)

    def test_visits_to_come_are_in_the_way(self):
        plan = self.sell()
        plan.book(self.weekly(2))
        with self.assertRaisesRegex(UserError, "2 booked"):
            self.transfer(plan, self.rex, self.manager)

    def test_to_whom_it_belongs_is_refused(self):
        with self.assertRaisesRegex(UserError, "already belongs"):
            self.transfer(self.sell(), self.luna)
