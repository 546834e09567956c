from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestWalkIn(PetPlansCommon):
    """U4: one dialog makes the visits, checks them in, and picks the plans by U1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def walk_in(self, pets, products=(), **values):
        """Check pets in as a program does; return their visits of that moment."""
        before = self.env["pet.appointment"].search([])
        wizard = self.env["pet.walk.in"].create(
            {
                "pet_ids": pets.ids,
                "product_ids": [product.id for product in products],
                **values,
            }
        )
        self.told = wizard.action_apply()["params"]["message"]
        return self.env["pet.appointment"].search([]) - before

    def test_a_pet_with_a_plan(self):
        visit = self.walk_in(self.luna)
        self.assertEqual((visit.state, visit.plan_id), ("received", self.plan))
        self.assertEqual(visit.line_ids.product_id, self.bath)
        self.assertEqual(visit.user_id, self.env["res.users"])
        self.assertEqual(
            self.told, f"Luna is here: session 1 of 12 of {self.plan.name}."
        )

    def test_who_pays_is_said_before(self):
        form = Form(self.env["pet.walk.in"])
        form.pet_ids.add(self.luna)
        self.assertEqual(form.partner_id, self.luna.partner_id)
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.plan_id, self.plan)
            self.assertEqual(line.explanation, "No other plan fits.")
        form.save().action_apply()
        visit = self.env["pet.appointment"].search([("pet_id", "=", self.luna.id)])
        self.assertEqual(visit.plan_id, self.plan)
        self.assertIn("No other plan fits.", visit.plan_explanation)

    def test_the_only_pet_of_a_customer(self):
        form = Form(self.env["pet.walk.in"])
        form.partner_id = self.neighbour
        self.assertEqual(form.pet_ids[:], self.mimi)
        form.partner_id = self.customer
        self.assertFalse(form.pet_ids[:])

    def test_without_a_plan_a_service_is_needed(self):
        with self.assertRaisesRegex(UserError, "No plan pays for Mimi"):
            self.walk_in(self.mimi)
        visit = self.walk_in(self.mimi, self.grooming)
        self.assertEqual(visit.state, "received")
        self.assertTrue(visit.to_invoice)
        self.assertIn("no plan pays", self.told)

    def test_several_pets_on_a_shared_plan(self):
        """Each takes its own session; the last one finds none and is told why."""
        self.cancel_plans(self.plan)
        template = self.make_template(
            [(self.bath, 2, 45.0)], appointment_count=2, appointments_per_cycle=2
        )
        shared = self.sell(template, pet=self.env["pet.pet"])
        pets = self.luna + self.rex + self._make_pet("Nina")
        form = Form(self.env["pet.walk.in"])
        for pet in pets:
            form.pet_ids.add(pet)
        form.product_ids.add(self.bath)
        plans = [form.line_ids.edit(at).plan_id for at in range(3)]
        self.assertEqual(plans[:2], [shared, shared])
        self.assertFalse(plans[2])
        visits = self.walk_in(pets, self.bath)
        self.assertEqual(sorted(visits.mapped("plan_id.id")), [shared.id])
        self.assertEqual(len(visits.filtered("plan_id")), 2)
        self.assertEqual(shared.sessions_remaining, 0)

    def test_half_days(self):
        """Halved is what may be taken as a half day, and nothing else."""
        self.bath.sudo().pet_half_day = True
        visit = self.walk_in(self.luna, self.bath + self.grooming, half_day=True)
        quantities = {line.product_id: line.quantity for line in visit.line_ids}
        self.assertEqual(quantities, {self.bath: 0.5, self.grooming: 1.0})
        self.assertEqual(self.plan.sessions_remaining, 11.5)

    def test_a_half_day_of_what_the_plan_gives(self):
        self.bath.sudo().pet_half_day = True
        visit = self.walk_in(self.luna, half_day=True)
        self.assertEqual((visit.units, visit.line_ids.quantity), (0.5, 0.5))

    def test_another_plan_by_hand(self):
        other = self.sell(date_start="2025-12-01")
        form = Form(self.env["pet.walk.in"])
        form.pet_ids.add(self.luna)
        with form.line_ids.edit(0) as line:
            other = (self.plan + other) - line.plan_id
            line.plan_id = other
        form.save().action_apply()
        visit = self.env["pet.appointment"].search([("pet_id", "=", self.luna.id)])
        self.assertEqual(visit.plan_id, other)
        self.assertIn("Staff chose it.", visit.plan_explanation)

    def test_no_plan_by_hand(self):
        form = Form(self.env["pet.walk.in"])
        form.pet_ids.add(self.luna)
        form.product_ids.add(self.bath)
        with form.line_ids.edit(0) as line:
            line.plan_id = self.env["pet.plan"]
        form.save().action_apply()
        visit = self.env["pet.appointment"].search([("pet_id", "=", self.luna.id)])
        self.assertEqual(
            (visit.state, visit.plan_id), ("received", self.env["pet.plan"])
        )
        self.assertEqual(self.plan.sessions_remaining, 12)

    def test_booked_that_day(self):
        booked = self.plan.book(["2026-01-02 18:00:00"])
        self.assertFalse(self.walk_in(self.luna))
        self.assertEqual(booked.state, "received")
        self.assertEqual(str(booked.start), "2026-01-02 18:00:00")

    def test_the_next_one_where_all_are_booked(self):
        visits = self.plan.book(self.weekly(12))
        self.assertFalse(self.walk_in(self.luna))
        self.assertEqual(visits[0].state, "received")
        self.assertEqual(str(visits[0].start), "2026-01-02 12:00:00")

    def test_in_the_shop_already(self):
        self.walk_in(self.luna)
        form = Form(self.env["pet.walk.in"])
        form.pet_ids.add(self.luna)
        self.assertIn("In the shop already", form.line_ids.edit(0).explanation)
        with self.assertRaisesRegex(UserError, "Luna.*in the shop already"):
            self.walk_in(self.luna, self.bath)

    def test_nobody_and_a_pet_of_another(self):
        with self.assertRaisesRegex(UserError, "Choose the pet"):
            self.walk_in(self.env["pet.pet"])
        with self.assertRaisesRegex(UserError, "Mimi belongs to .*, not to"):
            self.walk_in(self.mimi, self.bath, partner_id=self.customer.id)

    def test_asked_staff_choose(self):
        self.shop.sudo().pet_plan_selection = "ask"
        form = Form(self.env["pet.walk.in"])
        form.pet_ids.add(self.luna)
        with form.line_ids.edit(0) as line:
            self.assertFalse(line.plan_id)
            self.assertIn("can pay: choose", line.explanation)
            line.plan_id = self.plan
        form.save().action_apply()
        visit = self.env["pet.appointment"].search([("pet_id", "=", self.luna.id)])
        self.assertEqual(visit.plan_id, self.plan)

    def open_for(self, pet):
        form = Form(self.env["pet.walk.in"])
        form.pet_ids.add(pet)
        return form.save()

    def test_the_plan_ended_between_proposal_and_check_in(self):
        """Who pays is asked again, and the truth is told."""
        wizard = self.open_for(self.luna)
        self.assertEqual(wizard.line_ids.plan_id, self.plan)
        self.cancel_plans(self.plan)
        message = wizard.action_apply()["params"]["message"]
        self.assertEqual(message, "Luna is here for Bath: no plan pays.")
        self.assertTrue(self.luna.appointment_ids.is_unpaid)

    def test_a_service_archived_meanwhile_is_served_while_the_plan_has_it(self):
        wizard = self.open_for(self.luna)
        self.bath.sudo().active = False
        wizard.action_apply()
        visit = self.luna.appointment_ids
        self.assertEqual((visit.plan_id, visit.state), (self.plan, "received"))

    def test_a_double_click_checks_in_once(self):
        wizard = self.open_for(self.luna)
        wizard.action_apply()
        with self.assertRaisesRegex(UserError, "in the shop already"):
            wizard.action_apply()
        self.assertEqual(len(self.luna.appointment_ids), 1)
