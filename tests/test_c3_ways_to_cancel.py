from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon

CANCEL = "pet_plans.action_server_cancel_appointments"


class TestWaysToCancel(PetPlansCommon):
    """C3: the server action, the form's button and the API give the same result."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.visit = cls.visit_on(cls.plan, "01-19")

    def assert_cancelled(self):
        self.assertRecordValues(self.visit, [{"state": "cancelled", "cycle_id": False}])
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.assertEqual(
            self.plan.entry_ids.sorted("id")[-1].mapped("kind"), ["release"]
        )

    def test_api(self):
        self.assertTrue(self.visit.action_cancel())
        self.assert_cancelled()

    def test_server_action(self):
        action = self.run_server_action(CANCEL, self.visit)
        self.assertEqual(action["res_model"], "pet.appointment.cancel")
        self.assertEqual(self.visit.state, "scheduled")  # nothing before the answer
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({}).action_apply()
        self.assert_cancelled()

    def test_server_action_by_form_with_a_reason(self):
        action = self.run_server_action(CANCEL, self.visit)
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.reason = "Luna has a cold"
        form.save().action_apply()
        self.assert_cancelled()
        self.assertEqual(self.visit.cancel_reason, "Luna has a cold")
        self.assertEqual(self.plan.entry_ids.sorted("id")[-1].reason, "Luna has a cold")

    def test_button_of_the_form(self):
        self.open_cancel_wizard(self.visit).action_apply()
        self.assert_cancelled()

    def test_the_wizard_closes_itself(self):
        action = self.open_cancel_wizard(self.visit).action_apply()
        self.assertEqual(
            action["params"]["next"], {"type": "ir.actions.act_window_close"}
        )

    def test_action_is_in_the_menu_of_list_and_form(self):
        bindings = self.env["ir.actions.actions"].get_bindings("pet.appointment")
        action = next(
            action
            for action in bindings["action"]
            if action["id"] == self.env.ref(CANCEL).id
        )
        self.assertEqual(action["binding_view_types"], "list,form")

    def test_an_accountant_has_no_such_action(self):
        with self.assertRaisesRegex(
            AccessError, "don't have enough access rights to run this action"
        ):
            self.run_server_action(CANCEL, self.visit.with_user(self.accountant))
        self.assertEqual(self.visit.state, "scheduled")

    def test_another_shop_cannot_cancel(self):
        with self.assertRaisesRegex(AccessError, r"'write' access to:\s+- Visit"):
            self.visit.with_user(self.other_staff).action_cancel()
        self.assertEqual(self.visit.state, "scheduled")

    def test_nothing_chosen(self):
        wizard = self.env["pet.appointment.cancel"].create({})
        with self.assertRaisesRegex(UserError, "at least one visit"):
            wizard.action_apply()


class TestCancelSeveral(PetPlansCommon):
    """C3: several visits of one package make one deal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def choose(self, *days):
        return self.visits.filtered(lambda visit: visit.start.strftime("%m-%d") in days)

    def assert_one_deal(self):
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-26", "02-09", "02-16"],
                ["02-23", "03-02", "03-09", "03-16"],
                ["03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-23", "03-23"])
        self.assertEqual(self.plan.sessions_remaining, 3.0)

    def test_one_note_on_the_plan(self):
        before = len(self.bodies(self.plan))
        self.choose("01-12", "01-19", "02-02").action_cancel()
        self.assert_one_deal()
        self.assertEqual(len(self.bodies(self.plan)), before + 1)

    def test_by_server_action(self):
        before = len(self.bodies(self.plan))
        visits = self.choose("01-12", "01-19", "02-02")
        action = self.run_server_action(CANCEL, visits)
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"reason": "Holidays"}).action_apply()
        self.assert_one_deal()
        self.assertEqual(len(self.bodies(self.plan)), before + 1)
        self.assertEqual(visits.mapped("cancel_reason"), ["Holidays"] * 3)

    def test_same_as_one_by_one(self):
        for visit in self.choose("02-02", "01-12", "01-19"):
            visit.action_cancel()
        self.assert_one_deal()

    def test_a_posted_invoice_is_redated_once_with_one_message(self):
        invoice = self.post(self.invoices(self.plan)[1])
        before = len(self.bodies(invoice))
        self.choose("01-12", "01-19", "02-02").action_cancel()
        notes = [body for body in self.bodies(invoice)[before:] if "moved from" in body]
        self.assertEqual(len(notes), 1)
        self.assertIn("Feb 2, 2026 to Feb 23, 2026", notes[0])

    def test_visits_of_several_packages_and_of_none(self):
        other = self.sell(pet=self.rex)
        other.book(self.weekly(12))
        walk_in = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-19 15:00:00"}
        )
        chosen = (
            self.visit_on(self.plan, "01-19") | self.visit_on(other, "02-09") | walk_in
        )
        self.open_cancel_wizard(chosen).action_apply()
        self.assertEqual(chosen.mapped("state"), ["cancelled"] * 3)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(self.due_dates(other), ["01-05", "02-02", "03-09"])
        self.assertEqual(self.days(other)[1], ["02-02", "02-16", "02-23", "03-02"])

    def test_cancelling_twice_is_refused(self):
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        with self.assertRaises(UserError) as refusal:
            visit.action_cancel()
        self.assertIn(visit.display_name, str(refusal.exception))
        self.assertIn("already cancelled", str(refusal.exception))
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_one_cancelled_among_them_refuses_them_all(self):
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        other = self.visit_on(self.plan, "02-09")
        with self.assertRaisesRegex(UserError, "already cancelled"):
            (other | visit).action_cancel()
        self.assertEqual(other.state, "scheduled")
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_the_wizard_refuses_what_was_cancelled_meanwhile(self):
        visit = self.visit_on(self.plan, "01-19")
        wizard = self.open_cancel_wizard(visit)
        visit.action_cancel()
        with self.assertRaisesRegex(UserError, "already cancelled"):
            wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 1.0)
