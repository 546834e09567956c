from odoo import Command

from .as_odoo import INCLUDED, ON_TOP, AsOdooCommon


class TestCashBasis(AsOdooCommon):
    """S7: taxes that are due once money comes are booked as Odoo books its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.sudo().tax_exigibility = True
        cls.transition = cls.company_data["default_account_tax_sale"].sudo().copy()
        cls.transition.reconcile = True

    @classmethod
    def make_cash_taxes(cls, included):
        """Create two taxes that are due on payment, with tags of their own."""
        return cls.make_taxes(
            21.0,
            5.2,
            included=included,
            tax_exigibility="on_payment",
            cash_basis_transition_account_id=cls.transition.id,
            invoice_repartition_line_ids=cls.prepare_shares("of sales"),
            refund_repartition_line_ids=cls.prepare_shares("of credits"),
        )

    @classmethod
    def prepare_shares(cls, name):
        """Return the values of what a tax books: base and tax, each with a tag."""
        due = cls.company_data["default_account_tax_sale"]
        tags = cls.env["account.account.tag"].sudo()
        return [
            Command.create(
                {
                    "repartition_type": kind,
                    "account_id": account,
                    "tag_ids": tags.create(
                        {
                            "name": f"{kind} {name} {next(cls.numbers)}",
                            "applicability": "taxes",
                            "country_id": cls.shop.account_fiscal_country_id.id,
                        }
                    ).ids,
                }
            )
            for kind, account in (("base", False), ("tax", due.id))
        ]

    def get_cash_entries(self, moves):
        """Return the entries that cash basis made of some invoices and credit notes."""
        entries = self.env["account.move"].sudo()
        return entries.search([("tax_cash_basis_origin_move_id", "in", moves.ids)])

    def assert_same_entries(self, moves, plain):
        """Check the cash basis entries of invoices against those of plain ones."""
        entries = self.get_cash_entries(moves)
        others = self.get_cash_entries(plain)
        self.assertEqual(len(entries), len(others))
        self.assert_same_books(entries, others)
        self.assertTrue(entries.line_ids.tax_tag_ids)
        self.assertFalse(entries.pet_cycle_id)
        return entries

    def test_paid_in_parts_and_credited(self):
        for included in (ON_TOP, INCLUDED):
            with self.subTest(included=included):
                plan = self.sell_uneven(
                    self.make_service(self.make_cash_taxes(included))
                )
                invoice = self.invoices(plan)[:1]
                plain = self.assert_as_by_hand(invoice)
                both = (invoice, plain)
                for bill in both:
                    self.pay(bill, amount=20.0)
                self.assertEqual(len(self.assert_same_entries(*both)), 1)
                notes = [self.credit(bill, price_unit=10.0) for bill in both]
                self.assert_same_books(*notes)
                self.assertTrue(self.assert_same_entries(*notes))
                self.assertGreater(len(self.assert_same_entries(*both)), 1)
                for bill in both:
                    self.pay(bill)
                self.assert_same_entries(*both)
                self.assertEqual(plan.cycle_ids[:1].state, "settled")
                self.assert_due_in_full(invoice + notes[0])

    def assert_due_in_full(self, moves):
        """Check that nothing is left in transition once all is paid."""
        entries = moves | self.get_cash_entries(moves)
        waiting = entries.line_ids.filtered(
            lambda line: line.account_id == self.transition
        )
        self.assertTrue(waiting)
        self.assertAlmostEqual(sum(waiting.mapped("balance")), 0.0)

    def test_a_plan_that_is_cancelled(self):
        """X7: the credit note of what is paid and not used gives the tax back."""
        plan = self.sell_uneven(self.make_service(self.make_cash_taxes(INCLUDED)))
        invoice = self.invoices(plan)[:1]
        plain = self.make_by_hand(invoice)
        self.post(invoice + plain)
        self.cancel_plans(plan, settlement="credit_note")
        note = invoice.reversal_move_ids
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.post(note)
        other = self.credit(plain)
        self.assert_same_books(note, other)
        self.assertTrue(self.assert_same_entries(note + invoice, other + plain))
        self.assertEqual(invoice.payment_state, plain.payment_state)
        self.assert_due_in_full(invoice + note)
