from odoo import Command

from .as_odoo import INCLUDED, AsOdooCommon
from .test_x7_credit_notes import CancelPlanCommon


class TestForeignCurrency(CancelPlanCommon, AsOdooCommon):
    """S7: a plan in another currency than the company's, with rates that change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.make_service(cls.make_taxes(7.0, 2.0, included=INCLUDED))

    @classmethod
    def make_currency(cls, rounding, *rates):
        """Create a currency.

        :param rates: list of (day, so much of it for 1.00 of the company's currency)
        """
        return (
            cls.env["res.currency"]
            .sudo()
            .create(
                {
                    "name": f"X{next(cls.numbers)}",
                    "symbol": "x",
                    "rounding": rounding,
                    "rate_ids": [
                        Command.create(
                            {"name": day, "rate": rate, "company_id": cls.shop.id}
                        )
                        for day, rate in rates
                    ],
                }
            )
        )

    def sell_in(self, rounding):
        """Sell baths in another currency; its rate changes twice since."""
        rates = ("2020-01-01", 3.0), ("2026-02-01", 3.7), ("2026-03-01", 2.9)
        currency = self.make_currency(rounding, *rates)
        return self.sell_uneven(self.service, currency_id=currency.id)

    def get_exchange_entries(self, moves):
        """Return the entries of exchange differences of some invoices."""
        partials = moves.line_ids.matched_debit_ids | moves.line_ids.matched_credit_ids
        return partials.exchange_move_id

    def test_posted_and_paid_on_days_of_other_rates(self):
        """As Odoo's own, difference of the exchange included; the cycles are paid."""
        for of_company, of_plan in ((0.01, 1.0), (1.0, 0.01), (0.001, 0.01)):
            with self.subTest(company=of_company, plan=of_plan), self.undoing():
                self.clock.move_to("2026-01-02 12:00:00")
                currency = self.make_currency(of_company, ("2020-01-01", 1.0))
                self.shop.sudo().currency_id = currency
                self.assert_paid(self.sell_in(of_plan))

    def assert_paid(self, plan):
        self.assert_makes_the_price(plan)
        invoices = self.invoices(plan)
        plain = self.assert_as_by_hand(invoices)
        self.clock.move_to("2026-02-10 12:00:00")
        plain.refresh_invoice_currency_rate()
        self.post(invoices + plain)
        for rate in invoices.mapped("invoice_currency_rate"):
            self.assertAlmostEqual(rate, 3.7)
        self.assert_same_books(invoices, plain)
        self.assert_makes_the_price(plan)
        self.assert_balanced(invoices)
        self.clock.move_to("2026-03-10 12:00:00")
        self.pay(invoices, group_payment=False)
        self.pay(plain, group_payment=False)
        self.assertEqual(plan.cycle_ids.mapped("state"), ["settled"] * 3)
        self.assertEqual(
            invoices.mapped("payment_state"), plain.mapped("payment_state")
        )
        self.assertEqual(invoices.mapped("amount_residual"), [0.0] * 3)
        differences = self.get_exchange_entries(invoices)
        self.assertEqual(len(differences), 3)
        self.assert_same_books(differences, self.get_exchange_entries(plain))

    def test_a_rate_that_a_person_typed(self):
        """I4: what was edited stays; the others have that of the day, every time."""
        plan = self.sell_in(0.01)
        typed, first, second = self.invoices(plan).with_user(self.accountant)
        typed.invoice_currency_rate = 5.0
        for bill, day, rate in (
            (first, "2026-02-10", 3.7),
            (second, "2026-03-10", 2.9),
            (typed, "2026-03-10", 5.0),
        ):
            self.clock.move_to(f"{day} 12:00:00")
            # A dialog that is discarded takes the rate, which is taken anew later.
            (second | typed).pet_cycle_id.with_user(self.accountant).action_pay()
            bill.action_post()
            self.assertAlmostEqual(bill.invoice_currency_rate, rate)
            self.assertAlmostEqual(sum(bill.line_ids.mapped("balance")), 0.0)
            due = bill.line_ids.filtered("amount_residual")
            # Odoo converts line by line: a cent is what that may come to.
            self.assertAlmostEqual(due.balance, bill.amount_total / rate, delta=0.015)

    def test_a_payment_in_the_currency_of_the_company(self):
        plan = self.sell_in(0.01)
        invoice = self.invoices(plan)[:1]
        plain = self.make_by_hand(invoice)
        self.post(invoice + plain)
        self.clock.move_to("2026-03-10 12:00:00")
        here = self.shop.currency_id.id
        payments = [self.pay(bill, currency_id=here) for bill in (invoice, plain)]
        self.assertEqual(*(payment.amount for payment in payments))
        self.assertEqual(invoice.payment_state, plain.payment_state)
        self.assertEqual(invoice.amount_residual, plain.amount_residual)
        self.assert_same_books(
            self.get_exchange_entries(invoice), self.get_exchange_entries(plain)
        )

    def test_a_plan_that_is_cancelled(self):
        """X7: the credit note is one of the invoice, at the rate of its own day."""
        for rounding in (1.0, 0.001):
            with self.subTest(rounding=rounding), self.undoing():
                plan = self.sell_in(rounding)
                invoice = self.invoices(plan)[:1]
                plain = self.make_by_hand(invoice)
                self.post(invoice + plain)
                note = self.cancel(plan, "2026-02-10")
                self.assertEqual(note.currency_id, plan.currency_id)
                self.assertEqual(note.amount_total, invoice.amount_total)
                other = self.credit(plain)
                self.post(note)
                self.assert_same_books(note, other)
                self.assertEqual(invoice.amount_residual, plain.amount_residual)
                self.assert_same_books(
                    self.get_exchange_entries(invoice), self.get_exchange_entries(plain)
                )
