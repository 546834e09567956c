from odoo import Command

from .as_odoo import INCLUDED, AsOdooCommon
from .test_x7_credit_notes import CancelPlanCommon


class CreditOfTaxesCommon(CancelPlanCommon, AsOdooCommon):
    """Packages of one cycle: a service in three lines of 3, 3 and 1 sessions, paid."""

    def sell_three(self, price, *services):
        """Sell a package of each of these services, and let it be paid.

        :param price: of a session
        """
        plans = self.env["pet.plan"].union(
            *(
                self.sell(
                    self.make_template(
                        [(service, quantity, price) for quantity in (3, 3, 1)],
                        appointment_count=3,
                        appointments_per_cycle=3,
                    ),
                    confirm=False,
                )
                for service in services
            )
        )
        plans.action_confirm()
        self.pay(plans.sudo().cycle_ids.invoice_id, group_payment=False)
        return plans

    def get_negated(self, moves):
        """Return the books of some moves the other way round."""
        return sorted(
            (*names, -amount, -balance, -base)
            for *names, amount, balance, base in (
                # A refund has tags of its own.
                (*row[:3], *row[4:])
                for row in self.get_books(moves)
            )
        )

    def get_untagged(self, moves):
        return sorted((*row[:3], *row[4:]) for row in self.get_books(moves))


class TestCreditInFull(CreditOfTaxesCommon):
    """X7: what is credited in full is what was billed, to the cent."""

    def test_who_rounds_the_invoice_as_a_whole(self):
        """Its total may be less than that of its lines, rounded one by one."""
        service = self.make_service(self.make_taxes(21.0))
        for method in self.round_each_way():
            for price in (21.41, 21.42, 21.50):
                with self.subTest(method=method, price=price):
                    plan = self.sell_three(price, service)
                    invoice = self.invoices(plan)
                    credit_note = self.cancel(plan, "2026-01-03")
                    self.assertEqual(credit_note.amount_total, invoice.amount_total)
                    self.assertEqual(
                        credit_note.invoice_line_ids.mapped("price_unit"), [price] * 3
                    )
                    self.assertEqual(
                        self.get_untagged(credit_note), self.get_negated(invoice)
                    )

    def test_a_tax_that_was_changed_by_hand(self):
        """As Odoo's own: it calculates the tax of a credit note anew."""
        self.bath.sudo().taxes_id = self.make_taxes(21.0)
        plan = self.sell(self.make_template([(self.bath, 12, 8.33)]))
        invoice = self.invoices(plan)[0].with_user(self.accountant)
        tax = invoice.line_ids.filtered("tax_line_id")
        term = invoice.line_ids.filtered(lambda one: one.display_type == "payment_term")
        before = invoice.amount_total
        invoice.line_ids = [
            Command.update(tax.id, {"amount_currency": tax.amount_currency - 0.01}),
            Command.update(term.id, {"amount_currency": term.amount_currency + 0.01}),
        ]
        self.assertEqual(invoice.amount_total, before + 0.01)
        self.pay(invoice)
        with self.undoing():
            expected = self.credit(invoice, post=False).amount_total
        credit_note = self.cancel(plan, "2026-01-03")
        self.assertEqual(credit_note.amount_total, expected)


class TestCreditInPart(CreditOfTaxesCommon):
    """X7: what is credited in part is Odoo's own credit note of those sessions."""

    def assert_as_accountant(self, credit_note, invoice, quantities):
        """Check a credit note against one that the accountant makes of a plain invoice.

        :param quantities: of each line, what is credited
        """
        plain = self.make_by_hand(invoice)
        self.post(plain)
        other = self.credit(plain, post=False)
        lines = other.invoice_line_ids.sorted("id")
        other.with_user(self.accountant).invoice_line_ids = [
            Command.update(line.id, {"quantity": quantity})
            if quantity
            else Command.delete(line.id)
            for line, quantity in zip(lines, quantities, strict=True)
        ]
        self.assert_same_books(credit_note, other)
        self.assert_balanced(credit_note)
        self.post(credit_note + other)
        self.assert_same_books(credit_note, other)

    def test_sessions_not_used(self):
        """The preview says the same, and so does an accountant (tags included)."""
        kinds = (
            self.make_taxes(21.0),
            self.make_taxes(7.0, 2.0),
            self.make_taxes(7.0, 2.0, included=INCLUDED),
            self.make_taxes(10.0, 5.0, included=INCLUDED, include_base_amount=True),
            self.make_group(self.make_taxes(6.0, 3.0)),
            self.make_taxes(0.35, amount_type="fixed"),
            self.make_taxes(0.35, amount_type="fixed", included=INCLUDED),
        )
        services = [self.make_service(taxes) for taxes in kinds]
        for method in self.round_each_way():
            plans = self.sell_three(21.41, *services)
            for plan in plans:
                self.serve_sessions(plan, 1, 0, 0)
            credit_notes = self.cancel(plans, "2026-01-03")
            for plan, credit_note in zip(plans, credit_notes, strict=True):
                with self.subTest(plan.line_ids[0].display_name, method=method):
                    invoice = self.invoices(plan)
                    self.assert_as_accountant(credit_note, invoice, [2, 3, 1])
                    self.assertEqual(plan.cycle_ids.state, "settled")

    def test_the_rest_of_what_was_credited_before(self):
        """Never more than was billed, and nothing is left but a cent of rounding."""
        services = [self.make_service(self.make_taxes(*of)) for of in ((21,), (7, 2))]
        for method in self.round_each_way():
            for price in (21.41, 8.05):
                plans = self.sell_three(price, *services)
                for plan in plans:
                    invoice = self.invoices(plan)
                    before = self.credit(invoice, quantity=1)
                    rest = self.cancel(plan, "2026-01-03")
                    left = invoice.amount_total - before.amount_total
                    with self.subTest(method=method, price=price, left=left):
                        self.assertLess(rest.amount_total, left + 0.001)
                        self.assertGreater(rest.amount_total, left - 0.011)


class TestFixedAmount(CreditOfTaxesCommon):
    """X7: a tax of so much for each session is credited with the sessions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bath.sudo().taxes_id = cls.make_taxes(0.35, amount_type="fixed")

    def test_a_month_without_limit(self):
        """Ten of 31 days are used: a part of a session, and of its tax (S11)."""
        template = self.make_template(
            [(self.bath, 1, 100.0)], kind="plan", period_count=1
        )
        template.with_user(self.manager).line_ids.is_unlimited = True
        plan = self.sell(template)
        self.pay(self.invoices(plan))
        credit_note = self.cancel(plan, "2026-01-11")
        self.assertEqual(credit_note.amount_untaxed, 67.74)
        self.assertEqual(credit_note.amount_tax, 0.24)

    def test_an_amount_credited_before(self):
        """20.00 came back for a scratch: of two sessions' tax, that part less."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], appointment_count=4)
        )
        invoice = self.invoices(plan)
        self.pay(invoice)
        self.serve_sessions(plan, 2)
        self.credit(invoice, quantity=1, price_unit=20.0)
        credit_note = self.cancel(plan, "2026-01-03")
        self.assertEqual(credit_note.amount_untaxed, 70.0)
        self.assertEqual(credit_note.amount_tax, 0.55)
