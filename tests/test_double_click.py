from datetime import datetime

from .common import PetPlansCommon


class TestDoubleClick(PetPlansCommon):
    """A wizard applied twice does its work once."""

    def test_sell(self):
        wizard = self.env["pet.plan.sell"].create(
            {"pet_id": self.luna.id, "template_id": self.make_template().id}
        )
        first, second = wizard.action_apply(), wizard.action_apply()
        self.assertEqual(first["res_id"], second["res_id"])
        self.assertEqual(len(self.luna.plan_ids), 1)

    def test_book(self):
        plan = self.sell()
        wizard = self.env["pet.plan.book"].create(
            {
                "plan_id": plan.id,
                "first_start": datetime(2026, 1, 5, 9),
                "count": 4,
            }
        )
        wizard.action_apply()
        wizard.action_apply()
        self.assertEqual(len(plan.appointment_ids), 4)


class TestCheckInOnce(PetPlansCommon):
    """B4, U1: staff can override the plan; starting does not pick one again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.visit = cls.env["pet.appointment"].create(
            {"pet_id": cls.luna.id, "start": datetime(2026, 1, 2, 12)}
        )
        cls.visit.action_receive()

    def test_picked_at_check_in(self):
        self.assertEqual(self.visit.plan_id, self.plan)
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_override_stays(self):
        self.visit.plan_id = False
        self.visit.action_start()
        self.assertFalse(self.visit.plan_id)
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_check_in_taken_back(self):
        """U5: the plan that U1 picked goes with it."""
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")
        self.assertEqual(self.plan.sessions_remaining, 12.0)


class TestOtherPet(PetPlansCommon):
    """C1: correcting the pet of a visit moves nothing else."""

    def test_shared_plan_keeps_cycles(self):
        plan = self.sell(pet=self.env["pet.pet"], partner_id=self.customer.id)
        plan.book(self.weekly(12), pet_id=self.luna.id)
        before = self.days(plan), self.due_dates(plan)
        visit = self.visit_on(plan, "01-12")
        visit.pet_id = self.rex
        self.assertEqual((self.days(plan), self.due_dates(plan)), before)
        self.assertEqual(plan.sessions_remaining, 0.0)


class TestFiveFridays(PetPlansCommon):
    """B1: of four baths a month, the fifth Friday is passed over."""

    def test_default_count_fits(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        wizard = self.env["pet.plan.book"].create(
            {"plan_id": plan.id, "first_start": datetime(2026, 1, 2, 14)}
        )
        self.assertEqual(wizard.count, 12)
        wizard.action_apply()
        self.assertEqual(
            [len(days) for days in self.days(plan)],
            [4, 4, 4],
        )
