import importlib.util

from odoo import Command
from odoo.exceptions import UserError
from odoo.modules import get_module_path

from .test_b4_walk_in import WalkInCase


class TestBilledServices(WalkInCase):
    """B4: each service no plan covers is billed once, by one ordinary invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.env["pet.appointment"]

    def setUp(self):
        super().setUp()
        self.visit = self.receive(self.bath)
        self.visit.action_create_invoice()
        self.first = self.visit.sudo().invoice_ids

    def add_grooming(self):
        self.visit.line_ids = [Command.create({"product_id": self.grooming.id})]
        return self.visit.line_ids - self.first.env["pet.appointment.line"].search(
            [("invoice_id", "in", self.first.ids)]
        )

    def test_a_service_added_later_has_an_invoice_of_its_own(self):
        """The first one, perhaps posted and paid, stays as it is."""
        self.post(self.first)
        self.add_grooming()
        self.assertTrue(self.visit.to_invoice)
        self.assertTrue(self.visit.is_unpaid)
        self.assertEqual(
            self.visit.plan_explanation,
            "An ordinary invoice bills the visit.\nNot billed yet: Grooming.",
        )
        self.assertIn(
            self.visit, self.env["pet.appointment"].search([("to_invoice", "=", True)])
        )
        notice = self.visit.action_charge()
        self.assertIn("60.00", notice["params"]["message"])
        second = self.visit.sudo().invoice_ids - self.first
        self.assertRecordValues(second, [{"state": "draft", "amount_untaxed": 60.0}])
        self.assertEqual(self.first.amount_untaxed, 45.0)
        self.assertFalse(self.visit.to_invoice or self.visit.is_unpaid)
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            self.visit.action_charge()

    def test_what_is_billed_is_not_changed(self):
        line = self.visit.line_ids
        for change in (
            lambda: line.write({"quantity": 2.0}),
            lambda: line.write({"price_unit": 1.0}),
            lambda: line.write({"product_id": self.grooming.id}),
            line.unlink,
        ):
            with self.assert_refused(
                UserError, f"Bath of {self.visit.display_name} is billed by an invoice"
            ):
                change()

    def test_one_that_was_cancelled_bills_nothing(self):
        self.first.button_cancel()
        self.assertTrue(self.visit.to_invoice)
        self.visit.line_ids.write({"price_unit": 50.0})
        self.visit.action_charge()
        second = self.visit.sudo().invoice_ids
        self.assertNotEqual(second, self.first)
        self.assertEqual(second.amount_untaxed, 50.0)

    def test_one_that_was_deleted_bills_nothing(self):
        self.first.unlink()
        self.assertTrue(self.visit.to_invoice)

    def test_both_are_paid_at_once(self):
        """I2: the payment takes both drafts."""
        self.add_grooming()
        self.visit.action_charge()
        self.assertTrue(self.visit.has_draft_invoice)
        self.assertEqual(len(self.visit._get_draft_invoice()), 2)

    def test_a_visit_from_before_services_knew_their_invoice(self):
        """The update notes the visit's one invoice on what no plan covered."""
        self.add_grooming()
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE pet_appointment ADD COLUMN IF NOT EXISTS invoice_id int"
        )
        self.env.cr.execute(
            "UPDATE pet_appointment SET invoice_id = %s WHERE id = %s",
            [self.first.id, self.visit.id],
        )
        self.env.cr.execute("UPDATE pet_appointment_line SET invoice_id = NULL")
        path = f"{get_module_path('pet_plans')}/migrations/19.0.1.3.0"
        spec = importlib.util.spec_from_file_location(
            "link_billed_services", f"{path}/post-link_billed_services.py"
        )
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(
            self.visit.line_ids.mapped(lambda line: line.sudo().invoice_id.id),
            [self.first.id] * 2,
        )
        self.assertFalse(self.visit.to_invoice)
