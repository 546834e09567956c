from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestPostAndPay(PetPlansCommon):
    """I2: Pay on a draft posts it with the payment, and not before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.cycles = cls.plan.cycle_ids.sorted("sequence")
        cls.bills = cls.invoices(cls.plan)

    def open_dialog(self, cycles):
        """Open the payment dialog as the accountant; return it as a form."""
        action = cycles.with_user(self.accountant).action_pay()
        self.assertEqual(action["res_model"], "account.payment.register")
        return Form(
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )

    def assert_untouched(self):
        self.assertEqual(self.bills.mapped("state"), ["draft"] * 3)
        self.assertFalse(any(self.bills.mapped("posted_before")))
        self.assertEqual(self.bills.mapped("payment_state"), ["not_paid"] * 3)
        self.assertEqual(self.cycles.mapped("state"), ["scheduled"] * 3)

    def test_discarded(self):
        dialog = self.open_dialog(self.cycles[0])
        self.assertEqual(dialog.amount, 180.0)
        self.assertEqual(dialog.pet_draft_count, 1)
        self.assert_untouched()

    def test_discarded_after_it_was_saved(self):
        """The web client saves the dialog before it presses a button of it."""
        dialog = self.open_dialog(self.cycles[:2])
        self.assertEqual(dialog.pet_draft_count, 2)
        dialog.save()
        self.assert_untouched()

    def test_applied(self):
        self.open_dialog(self.cycles[0]).save().action_create_payments()
        bill = self.bills[0]
        self.assertEqual(bill.state, "posted")
        self.assertEqual(bill.invoice_date, date(2026, 1, 2))
        self.assertEqual(bill.invoice_date_due, date(2026, 1, 5))
        self.assertIn(bill.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.cycles[0].state, "settled")
        payment = bill.matched_payment_ids
        self.assertEqual(payment.memo, bill.payment_reference)
        self.assertEqual(payment.amount, 180.0)
        self.assertEqual(self.bills[1:].mapped("state"), ["draft"] * 2)

    def test_applied_in_part(self):
        dialog = self.open_dialog(self.cycles[0])
        dialog.amount = 50.0
        dialog.save().action_create_payments()
        self.assertEqual(self.bills[0].state, "posted")
        self.assertEqual(self.bills[0].amount_residual, 130.0)
        self.assertEqual(self.cycles[0].state, "billed")

    def test_a_difference_is_written_off(self):
        """As for a posted invoice: Odoo hides that choice on drafts that stay so."""
        dialog = self.open_dialog(self.cycles[0])
        self.assertFalse(dialog.is_register_payment_on_draft)
        dialog.amount = 179.0
        dialog.payment_difference_handling = "reconcile"
        dialog.writeoff_account_id = self.company_data["default_account_expense"]
        dialog.save().action_create_payments()
        self.assertEqual(self.bills[0].amount_residual, 0.0)
        self.assertEqual(self.cycles[0].state, "settled")

    def test_several_at_once(self):
        """A posted one among the drafts."""
        self.post(self.bills[1])
        dialog = self.open_dialog(self.cycles)
        self.assertEqual(dialog.pet_draft_count, 2)
        dialog.save().action_create_payments()
        self.assertEqual(self.bills.mapped("state"), ["posted"] * 3)
        self.assertEqual(self.cycles.mapped("state"), ["settled"] * 3)

    def test_several_in_one_payment(self):
        dialog = self.open_dialog(self.cycles)
        dialog.group_payment = True
        dialog.save().action_create_payments()
        self.assertEqual(self.cycles.mapped("state"), ["settled"] * 3)
        self.assertEqual(self.bills.matched_payment_ids.mapped("amount"), [540.0])

    def test_several_customers(self):
        other = self.sell(pet=self.mimi)
        cycles = self.cycles[0] | other.cycle_ids[0]
        self.open_dialog(cycles).save().action_create_payments()
        self.assertEqual(cycles.mapped("state"), ["settled"] * 2)

    def test_a_term_of_two_instalments(self):
        """Posting may date and split what is due anew; all of it is paid."""
        self.bills[0].with_user(
            self.accountant
        ).invoice_payment_term_id = self.pay_terms_b
        self.clock.move_to("2026-01-03 12:00:00")
        dialog = self.open_dialog(self.cycles[0])
        dialog.amount = 180.0
        dialog.save().action_create_payments()
        self.assertEqual(self.bills[0].state, "posted")
        self.assertEqual(self.bills[0].amount_residual, 0.0)

    def test_a_draft_that_cannot_be_posted(self):
        """Nothing is half done: no payment without the invoice."""
        dialog = self.open_dialog(self.cycles[0]).save()
        self.bills[0].invoice_line_ids.account_id.active = False
        with self.assert_refused(UserError, "is archived"):
            dialog.action_create_payments()
        self.assert_untouched()
        self.assertFalse(self.bills[0].matched_payment_ids)

    def test_odoos_own_payment_on_a_draft_stays_as_it_is(self):
        """I3: there the draft stays a draft, with its money matched."""
        action = (
            self.bills[0].with_user(self.accountant).action_force_register_payment()
        )
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
            .create({})
        )
        self.assertTrue(wizard.is_register_payment_on_draft)
        wizard.action_create_payments()
        self.assertEqual(self.bills[0].state, "draft")

    def test_staff_cannot(self):
        with self.assert_not_allowed("modify", "account.move"):
            self.cycles[0].with_user(self.staff).action_pay()
        self.assert_untouched()

    def test_the_buttons_say_what_they_do(self):
        """One of the two is seen: Post & Pay on a draft, Pay on a posted invoice."""
        for model, path in (
            ("pet.cycle", "//form"),
            ("pet.cycle", "//list"),
            ("pet.plan", "//field[@name='cycle_ids']"),
        ):
            view = "list" if path == "//list" else "form"
            arch = self.env[model].with_user(self.accountant).get_view(view_type=view)
            self.assertIn('string="Post &amp; Pay"', arch["arch"], (model, view))
            self.assertIn("invoice_state != 'draft'", arch["arch"], (model, view))
