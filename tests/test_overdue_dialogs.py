from odoo.exceptions import UserError
from odoo.tests import Form

from .test_overdue_policy import OverdueCommon


class OverdueDialogCase(OverdueCommon):
    """Luna walks in, or comes for a booked visit, while a bill is overdue (13)."""

    def open_walk_in(self, user=None, pets=None, **values):
        """Open the walk-in for pets (Luna) as somebody (staff)."""
        wizards = self.env["pet.walk.in"].with_user(user or self.staff)
        form = Form(wizards)
        for pet in pets or self.luna:
            form.pet_ids.add(pet)
        for name, value in values.items():
            form[name] = value
        return form

    def open_check_in(self, visit, user=None):
        """Open the dialog of a check-in that asks first, as somebody (staff)."""
        visit = visit.with_user(user or self.staff)
        action = visit.action_check_in()
        self.assertEqual(action["res_model"], "pet.appointment.check.in")
        wizards = self.env["pet.appointment.check.in"].with_user(visit.env.user)
        return Form(wizards.with_context(**action["context"]))

    def make_walk_in(self):
        """Return a visit of Luna without plan, of today."""
        return self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-02-02 08:00:00"}
        )

    def assert_reason_kept(self, visit, reason):
        """Check that the visit is here, and says why and what is overdue."""
        self.assertEqual((visit.state, visit.overdue_reason), ("received", reason))
        [told] = [body for body in self.bodies(visit) if reason in body]
        self.assertIn(self.bill.sudo().name, told)


class TestWalkInWarned(OverdueDialogCase):
    """13: by default the walk-in says what is overdue, and asks nobody why."""

    def setUp(self):
        super().setUp()
        self.visit.action_cancel()

    def test_staff_and_managers_read_it(self):
        for user in (self.staff, self.manager):
            form = self.open_walk_in(user)
            self.assertIn("was due on Jan 5, 2026", form.overdue)
            self.assertFalse(form.is_overdue_refused or form.needs_overdue_reason)
        form.save().action_apply()
        visit = self.luna.appointment_ids.sorted("id")[-1]
        self.assertEqual((visit.state, visit.overdue_reason), ("received", False))

    def test_another_plan_has_nothing_overdue(self):
        other = self.sell()
        form = self.open_walk_in()
        with form.line_ids.edit(0) as line:
            line.plan_id = other
        self.assertFalse(form.overdue)
        with form.line_ids.edit(0) as line:
            line.plan_id = self.plan
        self.assertIn("was due on", form.overdue)

    def test_nor_has_an_ordinary_invoice(self):
        form = self.open_walk_in(product_ids=self.bath)
        with form.line_ids.edit(0) as line:
            line.plan_id = self.env["pet.plan"]
        self.assertFalse(form.overdue)

    def test_each_pet_by_the_cycle_it_enters(self):
        """The last place of a cycle goes to the first of two pets."""
        self.others.action_cancel()
        template = self.make_template(
            [(self.bath, 4, 45.0)], appointment_count=4, appointments_per_cycle=2
        )
        shared = self.sell(template, pet=self.env["pet.pet"])
        shared.book(["2026-01-05 09:00:00"], pet_id=self.rex.id)
        self.post(self.invoices(shared)[0])
        form = self.open_walk_in(pets=self.rex)
        self.assertEqual(form.line_ids.edit(0).plan_id, shared)
        self.assertFalse(form.overdue)
        form = self.open_walk_in(pets=self.rex + self._make_pet("Nina"))
        self.assertIn(f"{shared.name}", form.overdue)


class TestWalkInRefused(OverdueDialogCase):
    """13: a manager gives the reason in the walk-in itself; staff read the refusal."""

    def setUp(self):
        super().setUp()
        self.visit.action_cancel()
        self.refuse()

    def count_visits(self):
        return self.env["pet.appointment"].search_count([])

    def test_staff_read_it_before_they_press(self):
        form = self.open_walk_in()
        self.assertIn("was due on Jan 5, 2026", form.overdue)
        self.assertTrue(form.is_overdue_refused)
        self.assertFalse(form.needs_overdue_reason)
        wizard, before = form.save(), self.count_visits()
        with self.assert_refused(UserError, "let a manager go on with a reason"):
            wizard.action_apply()
        self.assertEqual(self.count_visits(), before)

    def test_a_reason_of_staff_is_none(self):
        wizard = self.open_walk_in().save()
        wizard.overdue_reason = "Because"
        with self.assert_refused(UserError, "let a manager go on with a reason"):
            wizard.action_apply()

    def test_a_manager_must_say_why(self):
        form = self.open_walk_in(self.manager)
        self.assertTrue(form.needs_overdue_reason)
        with self.assertRaisesRegex(AssertionError, "overdue_reason is a required"):
            form.save()

    def test_a_manager_who_is_a_program_too(self):
        wizard = (
            self.env["pet.walk.in"]
            .with_user(self.manager)
            .create({"pet_ids": self.luna.ids})
        )
        with self.assert_refused(UserError, "Say why the visit takes place"):
            wizard.action_apply()

    def test_a_manager_says_why(self):
        form = self.open_walk_in(self.manager, overdue_reason="Pays on Friday")
        form.save().action_apply()
        visit = self.luna.appointment_ids.sorted("id")[-1]
        self.assertEqual(visit.plan_id, self.plan)
        self.assert_reason_kept(visit, "Pays on Friday")
        visit.with_env(self.env).action_deliver()  # staff: it holds for the visit

    def test_on_a_plan_by_hand(self):
        self.sell()
        form = self.open_walk_in(self.manager)
        with form.line_ids.edit(0) as line:
            line.plan_id = self.plan
        form.overdue_reason = "Regular"
        form.save().action_apply()
        visit = self.luna.appointment_ids.sorted("id")[-1]
        self.assertEqual(visit.plan_id, self.plan)
        self.assert_reason_kept(visit, "Regular")

    def test_the_visit_it_is_booked_for(self):
        booked = self.plan.book(["2026-02-02 18:00:00"])
        form = self.open_walk_in(self.manager, overdue_reason="Regular")
        self.assertEqual(form.line_ids.edit(0).booked_id, booked)
        form.save().action_apply()
        self.assert_reason_kept(booked, "Regular")

    def test_only_the_pet_that_needs_it(self):
        pets = self.luna + self.rex
        self.sell(pet=self.rex)
        self.others.action_cancel()
        form = self.open_walk_in(self.manager, pets, overdue_reason="Regular")
        form.save().action_apply()
        reasons = [pet.appointment_ids.sorted("id")[-1].overdue_reason for pet in pets]
        self.assertEqual(reasons, ["Regular", False])

    def test_a_reason_that_nobody_asked_for_is_not_kept(self):
        self.pay(self.bill)
        wizard = self.open_walk_in(self.manager).save()
        wizard.overdue_reason = "Just so"
        wizard.action_apply()
        visit = self.luna.appointment_ids.sorted("id")[-1]
        self.assertEqual((visit.state, visit.overdue_reason), ("received", False))

    def test_rows_cost_no_queries(self):
        """One search tells of all pets what is overdue."""
        self.others.action_cancel()
        pets = self.rex + self._make_pet("Nina") + self._make_pet("Bob")
        for pet in pets:
            self.sell(pet=pet)

        def foresee(some):
            wizard = self.env["pet.walk.in"].create({"pet_ids": some.ids})
            self.assertTrue(all(line.plan_id for line in wizard.line_ids))
            return self.count_queries(wizard._foresee_overdue)

        foresee(pets)  # warm
        self.assertEqual(foresee(pets), foresee(pets[0]))


class TestCheckInRefused(OverdueDialogCase):
    """13: the reason is asked in the dialog that offers a booked visit or a day."""

    def setUp(self):
        super().setUp()
        self.refuse()

    def test_staff_read_the_refusal_of_a_booked_visit(self):
        form = self.open_check_in(self.make_walk_in())
        self.assertIn("was due on Jan 5, 2026", form.overdue)
        self.assertTrue(form.is_overdue_refused)
        self.assertFalse(form.needs_overdue_reason)
        with self.assert_refused(UserError, "let a manager go on with a reason"):
            form.save().action_apply()
        self.assertEqual(self.visit.state, "scheduled")

    def test_a_manager_says_why_of_a_booked_visit(self):
        walk_in = self.make_walk_in()
        form = self.open_check_in(walk_in, self.manager)
        with self.assertRaisesRegex(AssertionError, "overdue_reason is a required"):
            form.save()
        form.overdue_reason = "Pays on Friday"
        form.save().action_apply()
        self.assertFalse(walk_in.exists())
        self.assert_reason_kept(self.visit, "Pays on Friday")

    def test_a_manager_brings_a_visit_of_another_day(self):
        later = self.visit_on(self.plan, "02-09")
        form = self.open_check_in(later, self.manager)
        form.overdue_reason = "Regular"
        form.save().action_bring()
        self.assert_reason_kept(later, "Regular")
        self.assertEqual(str(later.start), "2026-02-02 09:00:00")

    def test_a_manager_checks_it_in_on_its_own_day(self):
        later = self.visit_on(self.plan, "02-09")
        form = self.open_check_in(later, self.manager)
        form.overdue_reason = "Regular"
        result = form.save().action_check_in_another()
        self.assertEqual(result["type"], "ir.actions.act_window_close")
        self.assert_reason_kept(later, "Regular")

    def test_a_visit_of_another_day_without_plan(self):
        """What U1 would pick is asked about."""
        self.visit.action_cancel()
        walk_in = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-02-01 08:00:00"}
        )
        form = self.open_check_in(walk_in, self.manager)
        self.assertTrue(form.needs_overdue_reason)
        form.overdue_reason = "Regular"
        form.save().action_check_in_another()
        self.assertEqual(walk_in.plan_id, self.plan)
        self.assert_reason_kept(walk_in, "Regular")

    def test_warned_only(self):
        self.shop.sudo().pet_overdue_policy = "warn"
        form = self.open_check_in(self.visit_on(self.plan, "02-09"), self.manager)
        self.assertIn("was due on", form.overdue)
        self.assertFalse(form.needs_overdue_reason)
        form.save().action_bring()
        self.assertFalse(self.visit_on(self.plan, "02-09").overdue_reason)

    def test_one_with_a_reason_is_asked_no_more(self):
        later = self.visit_on(self.plan, "02-09")
        later.with_user(self.manager).allow_overdue("Regular")
        self.assertFalse(self.open_check_in(later, self.manager).overdue)
