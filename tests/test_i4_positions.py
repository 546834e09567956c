from odoo import Command

from .as_odoo import INCLUDED, AsOdooCommon


class TestPositions(AsOdooCommon):
    """I4: a fiscal position changes an included tax as on Odoo's own invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls.make_taxes

        def fixed_and_21():
            taxes = make(0.35, amount_type="fixed", included=INCLUDED)
            return taxes + make(21.0, included=INCLUDED)

        cls.outside, cls.none = make(10.0), make()
        free, inside = make(0.0), make(6.0, included=INCLUDED)
        cls.cases = [
            (make(21.0, included=INCLUDED), cls.outside),
            (make(21.0, included=INCLUDED), free),
            (make(21.0, included=INCLUDED), inside),
            (make(21.0, included=INCLUDED), inside + cls.outside),
            (make(7.0, 2.0, included=INCLUDED), cls.outside),
            (make(7.0, 2.0, included=INCLUDED), inside),
            (fixed_and_21(), cls.outside),
            (cls.make_group(make(6.0, 3.0, included=INCLUDED)), cls.outside),
            (make(12.0), inside),
        ]

    def make_position(self, cases):
        """Give the customer a position from now on: it has other taxes.

        :param cases: list of (taxes, taxes instead of them)
        """
        position = (
            self.env["account.fiscal.position"]
            .sudo()
            .create({"name": "Abroad", "company_id": self.shop.id})
        )
        for taxes, instead in cases:
            instead.write(
                {
                    "fiscal_position_ids": [Command.link(position.id)],
                    "original_tax_ids": [Command.link(tax.id) for tax in taxes],
                }
            )
        customer = self.customer.sudo().with_company(self.shop)
        customer.property_account_position_id = position
        return position

    def sell_each(self, cases):
        return self.sell_uneven(*(self.make_service(taxes) for taxes, __ in cases))

    def assert_taxes(self, plans, cases):
        for plan, (taxes, instead) in zip(plans, cases, strict=True):
            lines = self.invoices(plan).invoice_line_ids
            self.assertEqual(lines.tax_ids, instead, taxes.mapped("name"))

    def assert_adapted(self, cases):
        """Sell, let the position come, post; check against *Update Taxes*.

        :return: the plans
        """
        plans = self.sell_each(cases)
        invoices = plans.sudo().cycle_ids.invoice_id
        plain = self.make_by_hand(invoices)
        position = self.make_position(cases)
        plain.fiscal_position_id = position
        for one in plain:
            one.action_update_fpos_values()
        self.post(invoices + plain)
        self.assertEqual(invoices.fiscal_position_id, position)
        self.assert_taxes(plans, cases)
        self.assert_balanced(invoices)
        for invoice, other in zip(invoices, plain, strict=True):
            self.assertEqual(
                invoice.invoice_line_ids.mapped("price_unit"),
                other.invoice_line_ids.mapped("price_unit"),
            )
            self.assert_same_books(invoice, other)
        self.assertEqual(plans.mapped("amount_total"), [163.33] * len(plans))
        return plans

    def test_since_the_sale(self):
        """The price is adapted as *Update Taxes and Accounts* does it."""
        for method in self.round_each_way():
            with self.subTest(method=method), self.undoing():
                plans = self.assert_adapted(self.cases)
                first = self.invoices(plans[0]).mapped("amount_untaxed")
                self.assertAlmostEqual(sum(first), 163.33 / 1.21, 1)
                last = self.invoices(plans[-1]).mapped("amount_total")
                self.assertAlmostEqual(sum(last), 163.33)  # nothing was included

    def test_without_taxes_since_the_sale(self):
        """A position that has no taxes takes all of them away."""
        cases = [(taxes, self.none) for taxes, __ in self.cases[::4]]
        plans = self.assert_adapted(cases)
        first = self.invoices(plans[0]).mapped("amount_total")
        self.assertAlmostEqual(sum(first), 163.33 / 1.21, 1)

    def test_before_the_sale(self):
        """S7: the price is typed for it, as on an invoice that is made by hand."""
        for cases in (self.cases, [(taxes, self.none) for taxes, __ in self.cases[:1]]):
            with self.undoing():
                self.make_position(cases)
                plans = self.sell_each(cases)
                invoices = plans.sudo().cycle_ids.invoice_id
                self.assert_taxes(plans, cases)
                plain = self.assert_as_by_hand(invoices)
                self.post(invoices + plain)
                self.assert_same_books(invoices, plain)
                for plan in plans:
                    self.assert_makes_the_price(plan)
