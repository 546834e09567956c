from odoo import Command
from odoo.exceptions import ValidationError

from .common import PetPlansCommon


class TestPetOwner(PetPlansCommon):
    """13: a pet that changes owner leaves nothing behind that still runs."""

    def visit(self, **values):
        return self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-10 09:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
                **values,
            }
        )

    def give_luna(self, user=None, owner=None):
        luna = self.luna.with_user(user or self.staff)
        luna.partner_id = owner or self.neighbour

    def test_nothing_runs(self):
        plan = self.sell()
        plan._cancel_from(plan.date_start.replace(day=2), "Sold the dog")
        self.give_luna()
        self.assertEqual(self.luna.partner_id, self.neighbour)
        self.assertEqual(plan.partner_id, self.customer, "what was, was")

    def test_a_running_plan(self):
        plan = self.sell()
        with self.assert_refused(
            ValidationError,
            f"Luna cannot belong to Bruno Lima yet.*\n- {plan.name}.* of Ana Souza$",
        ):
            self.give_luna()

    def test_a_plan_not_confirmed_yet(self):
        plan = self.sell(confirm=False)
        with self.assert_refused(ValidationError, plan.name):
            self.give_luna()

    def test_a_visit_on_a_shared_plan(self):
        """The plan stays with the household; the visit would go on using it."""
        plan = self.sell(pet=self.env["pet.pet"])
        visits = plan.book(self.weekly(2), pet_id=self.luna.id)
        with self.assert_refused(
            ValidationError,
            f"\n- the visit of .*Jan 5, 2026.* on {plan.name}.*\n.*Jan 12, 2026",
        ):
            self.give_luna()
        visits.action_cancel()
        self.give_luna()
        self.assertEqual(plan.partner_id, self.customer)

    def test_all_in_one_message(self):
        own = self.sell()
        shared = self.sell(pet=self.env["pet.pet"])
        shared.book(self.weekly(1), pet_id=self.luna.id)
        with self.assert_refused(
            ValidationError, f"(?s)- {own.name}.*- the visit.*{shared.name}"
        ):
            self.give_luna()

    def test_a_plan_of_another_company_is_counted_but_not_named(self):
        plan = self.sell_elsewhere(pet_id=self.luna.id)
        with self.assert_refused(
            ValidationError,
            f"(?s)^(?!.*{plan.name}).*- in other companies: plans 1, visits 0$",
        ):
            self.give_luna()

    def test_who_sees_it_is_told_its_name(self):
        plan = self.sell_elsewhere(pet_id=self.luna.id)
        self.staff.sudo().company_ids = self.shop + self.other_shop
        both = (self.shop + self.other_shop).ids
        with self.assert_refused(ValidationError, f"- {plan.name}"):
            self.luna.with_context(allowed_company_ids=both).partner_id = self.neighbour

    def test_within_the_household(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        son = self.env["res.partner"].create(
            {"name": "Son", "parent_id": self.customer.id}
        )
        self.give_luna(owner=son)
        self.assertEqual(plan.partner_id, self.customer)
        self.assertEqual(visit.partner_id, son)

    def test_visits_without_a_plan_follow(self):
        to_come, past = self.visit(), self.visit(start="2026-01-02 09:00:00")
        past.action_receive()
        past.action_start()
        past.action_finish()
        self.give_luna()
        self.assertEqual(to_come.partner_id, self.neighbour)
        self.assertEqual(past.partner_id, self.customer)

    def test_an_owner_of_another_company(self):
        """A visit booked here cannot follow there."""
        self.visit()
        stranger = (
            self.env["res.partner"]
            .sudo()
            .create({"name": "Zoe", "company_id": self.other_shop.id})
        )
        with self.assert_refused(
            ValidationError, f"the visit of .* at {self.shop.name}"
        ):
            self.luna.sudo().partner_id = stranger
