"""What invoices of cycles are compared with: Odoo's own, made by hand."""

from itertools import count

from odoo import Command

from .common import PetPlansCommon

INCLUDED, ON_TOP = "tax_included", "tax_excluded"


class AsOdooCommon(PetPlansCommon):
    """An accountant who makes plain invoices of the same goods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = count(1)

    @classmethod
    def make_taxes(cls, *amounts, included=ON_TOP, **values):
        """Create taxes of the shop, the first of which is calculated first.

        :param amounts: in percent, unless `amount_type` says otherwise
        """
        return (
            cls.env["account.tax"]
            .sudo()
            .create(
                [
                    {
                        "name": f"Tax {next(cls.numbers)}: {amount:g} {included}",
                        "amount": amount,
                        "price_include_override": included,
                        "sequence": position,
                        "company_id": cls.shop.id,
                        "country_id": cls.shop.account_fiscal_country_id.id,
                        **values,
                    }
                    for position, amount in enumerate(amounts)
                ]
            )
        )

    @classmethod
    def make_group(cls, taxes):
        """Create a tax that is a group of others."""
        children = [Command.set(taxes.ids)]
        return cls.make_taxes(0.0, amount_type="group", children_tax_ids=children)

    @classmethod
    def make_service(cls, taxes):
        """Create a service that has these taxes."""
        vals = {"name": f"Service {next(cls.numbers)}", "type": "service"}
        return (
            cls.env["product.product"]
            .sudo()
            .create({**vals, "taxes_id": [Command.set(taxes.ids)]})
            .with_env(cls.env)
        )

    @classmethod
    def sell_uneven(cls, *services, **values):
        """Sell each service for 100.00 and 63.33 in three cycles; return the plans."""
        plans = cls.env["pet.plan"].union(
            *(
                cls.sell(
                    cls.make_template(
                        [(service, 3, 33.3333), (service, 2, 33.33, 5.0)],
                        appointment_count=3,
                        appointments_per_cycle=1,
                    ),
                    confirm=False,
                    **values,
                )
                for service in services
            )
        )
        plans.action_confirm()
        return plans

    def round_each_way(self):
        """Yield the two ways in which a company may round, once it does so."""
        for method in ("round_globally", "round_per_line"):
            self.shop.sudo().tax_calculation_rounding_method = method
            yield method

    def make_by_hand(self, invoices):
        """Make a plain invoice of the goods of each of these, as the accountant.

        Product, quantity, price and discount are typed; the rest is what Odoo proposes.
        """
        return (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": invoice.partner_id.id,
                        "currency_id": invoice.currency_id.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": line.product_id.id,
                                    "quantity": line.quantity,
                                    "price_unit": line.price_unit,
                                    "discount": line.discount,
                                }
                            )
                            for line in invoice.invoice_line_ids
                        ],
                    }
                    for invoice in invoices
                ]
            )
        )

    def get_books(self, moves):
        """Return what stands in the books of some moves: rows, comparable."""
        return sorted(
            (
                line.account_id.code,
                line.tax_line_id.name or "",
                tuple(sorted(line.tax_ids.mapped("name"))),
                tuple(sorted(line.tax_tag_ids.mapped("name"))),
                line.currency_id.name,
                *(
                    round(amount, 6)
                    for amount in (
                        line.amount_currency,
                        line.balance,
                        line.tax_base_amount,
                    )
                ),
            )
            for line in moves.sudo().line_ids
        )

    def assert_as_by_hand(self, invoices):
        """Check that invoices of cycles say and book what plain ones would.

        :return: the plain ones, in the same order
        """
        plain = self.make_by_hand(invoices)
        names = ("amount_untaxed", "amount_tax", "amount_total", "amount_residual")
        for invoice, other in zip(invoices, plain, strict=True):
            self.assertEqual(
                [invoice[name] for name in names], [other[name] for name in names]
            )
            self.assertEqual(self.get_books(invoice), self.get_books(other))
            self.assert_balanced(invoice)
        return plain

    def assert_balanced(self, moves):
        """Check debit against credit, and one receivable for all there is to pay."""
        for move in moves:
            self.assertTrue(
                move.company_currency_id.is_zero(sum(move.line_ids.mapped("balance")))
            )
            terms = move.line_ids.filtered(
                lambda one: one.display_type == "payment_term"
            )
            self.assertEqual(len(terms), 1)
            self.assertEqual(abs(terms.amount_currency), move.amount_total)

    def get_typed(self, invoice):
        """Return what an invoice comes to as it is typed: without the taxes on top."""
        on_top = invoice.line_ids.filtered(
            lambda line: line.tax_line_id and not line.tax_line_id.price_include
        )
        return invoice.amount_total + sum(on_top.mapped("amount_currency"))

    def assert_makes_the_price(self, plan):
        """Check each invoice against its cycle, and all of them against the price."""
        same = plan.currency_id.compare_amounts
        invoices = self.invoices(plan)
        self.assertEqual(len(invoices), 3)
        for invoice in invoices:
            sold = invoice.pet_cycle_id.amount_untaxed
            self.assertEqual(same(self.get_typed(invoice), sold), 0, sold)
        total = sum(self.get_typed(invoice) for invoice in invoices)
        self.assertEqual(same(total, plan.amount_total), 0)

    def assert_same_books(self, moves, plain):
        """Check what some moves book, together, against what plain ones do."""
        self.assertEqual(self.get_books(moves), self.get_books(plain))
