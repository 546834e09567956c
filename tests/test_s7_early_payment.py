from odoo import Command

from .as_odoo import AsOdooCommon
from .test_x7_credit_notes import CancelPlanCommon

COMPUTATIONS = ("included", "excluded", "mixed")


class TestEarlyPayment(CancelPlanCommon, AsOdooCommon):
    """S7: no discount for paying early comes with the customer's payment term."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.make_service(cls.make_taxes(21.0))

    @classmethod
    def make_term(cls, computation):
        """Return a term that gives 2 % to who pays within a week."""
        return (
            cls.env["account.payment.term"]
            .sudo()
            .create(
                {
                    "name": f"2 % in 7 days, {computation}",
                    "company_id": cls.shop.id,
                    "early_discount": True,
                    "discount_percentage": 2.0,
                    "discount_days": 7,
                    "early_pay_discount_computation": computation,
                    "line_ids": [
                        Command.create(
                            {"value": "percent", "value_amount": 100.0, "nb_days": 30}
                        )
                    ],
                }
            )
        )

    def set_term(self, computation):
        customer = self.customer.sudo().with_company(self.shop)
        customer.property_payment_term_id = self.make_term(computation)
        return customer.property_payment_term_id

    def test_the_customers_term(self):
        """A plain invoice has the discount, that of a cycle the price sold."""
        for computation in COMPUTATIONS:
            with self.subTest(computation=computation), self.undoing():
                self.set_term(computation)
                plan = self.sell_uneven(self.service)
                plain = self.make_by_hand(self.invoices(plan))
                self.assertEqual(len(plain.line_ids.filtered("discount_date")), 3)
                invoices = self.invoices(plan)
                self.assert_makes_the_price(plan)
                self.assert_balanced(invoices)
                self.assertFalse(invoices.line_ids.filtered("discount_date"))
                self.assertNotIn("epd", invoices.line_ids.mapped("display_type"))
                total = sum(invoices.mapped("amount_total"))
                payments = self.pay(invoices, group_payment=True)
                self.assertAlmostEqual(sum(payments.mapped("amount")), total)
                self.assertEqual(plan.cycle_ids.mapped("state"), ["settled"] * 3)

    def test_its_credit_note(self):
        """X7: what was paid comes back, no discount taken off."""
        for computation in COMPUTATIONS:
            with self.subTest(computation=computation), self.undoing():
                self.set_term(computation)
                plan = self.sell_uneven(self.service)
                invoice = self.invoices(plan)[:1]
                self.pay(invoice)
                note = self.cancel(plan, "2026-01-03")
                self.assertEqual(note.amount_total, invoice.amount_total)
                self.assertFalse(note.invoice_payment_term_id)
                self.assertFalse(note.line_ids.filtered("discount_date"))

    def test_a_term_that_the_accountant_gives(self):
        """C6: it is theirs, and its discount too: who pays in time has paid."""
        for computation in COMPUTATIONS:
            with self.subTest(computation=computation), self.undoing():
                term = self.make_term(computation)
                plan = self.sell_uneven(self.service)
                invoice = self.invoices(plan)[:1].with_user(self.accountant)
                invoice.invoice_payment_term_id = term
                plain = self.make_by_hand(invoice)
                plain.invoice_payment_term_id = term
                self.post(invoice + plain)
                self.assert_same_books(invoice, plain)
                paid = self.pay(invoice)
                self.assertEqual(paid.amount, self.pay(plain).amount)
                self.assertLess(paid.amount, invoice.amount_total)
                self.assertEqual(plan.cycle_ids[:1].state, "settled")
                note = self.cancel(plan, "2026-01-03")
                other = self.credit(plain, post=False)
                self.assert_same_books(note, other)
