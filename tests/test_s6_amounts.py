from itertools import product

from .common import PetPlansCommon


class TestAmounts(PetPlansCommon):
    """S6: cycles add up to the price sold, exact to the currency."""

    def amounts(self, plan):
        return plan.cycle_ids.sorted("sequence").mapped("amount_untaxed")

    def assert_adds_up(self, plan):
        """Check that cycles and invoices agree, and together are the price."""
        currency = plan.currency_id
        price = plan.amount_total
        self.assertEqual(currency.round(sum(self.amounts(plan))), price)
        for cycle in plan.cycle_ids:
            self.assertEqual(
                cycle.sudo().invoice_id.amount_untaxed,
                cycle.amount_untaxed,
                f"{cycle.display_name} of {price}",
            )

    def sell_in(self, currency, lines, **terms):
        draft = self.sell(self.make_template(lines, **terms), confirm=False)
        draft.currency_id = currency
        draft.action_confirm()
        return draft

    def make_currency(self, name, rounding):
        return (
            self.env["res.currency"]
            .sudo()
            .create({"name": name, "symbol": name, "rounding": rounding})
        )

    def test_awkward_price_and_discount(self):
        plan = self.sell(
            self.make_template([(self.bath, 10, 33.33, 5.0)], appointment_count=10)
        )
        self.assertEqual(plan.amount_total, 316.64)
        self.assertEqual(self.amounts(plan), [126.66, 126.65, 63.33])
        self.assert_adds_up(plan)

    def test_awkward_prices_and_discounts(self):
        cases = product(
            (0.01, 0.1, 9.99, 33.33, 0.251),
            (0.0, 5.0, 33.33, 99.99, 100.0),
            ((10, 4), (7, 3)),
        )
        plans = self.env["pet.plan"]
        for price, discount, (count, per_cycle) in cases:
            plans |= self.sell(
                self.make_template(
                    [(self.bath, count, price, discount), (self.grooming, 3, price)],
                    appointment_count=count,
                    appointments_per_cycle=per_cycle,
                ),
                confirm=False,
            )
        plans.action_confirm()
        for plan in plans:
            self.assert_adds_up(plan)

    def test_several_services_whose_fractions_of_a_cent_would_add_up(self):
        """1.004 + 1.004 is 2.01 for who rounds the invoice as a whole, as Odoo may."""
        for method in ("round_globally", "round_per_line"):
            self.shop.sudo().tax_calculation_rounding_method = method
            with self.subTest(method=method):
                plan = self.sell(
                    self.make_template(
                        [(self.bath, 12, 0.251), (self.grooming, 12, 0.251)]
                    )
                )
                self.assertEqual(plan.amount_total, 6.02)
                self.assert_adds_up(plan)

    def test_with_taxes(self):
        taxed = self.product_a.with_env(self.env)
        self.assertTrue(taxed.sudo().taxes_id)
        for method in ("round_globally", "round_per_line"):
            self.shop.sudo().tax_calculation_rounding_method = method
            with self.subTest(method=method):
                plan = self.sell(
                    self.make_template(
                        [(taxed, 10, 33.33, 5.0), (self.bath, 10, 0.07, 1.5)],
                        appointment_count=10,
                    )
                )
                self.assert_adds_up(plan)
                for invoice in self.invoices(plan):
                    self.assertGreater(invoice.amount_total, invoice.amount_untaxed)

    def test_currency_without_cents(self):
        plan = self.sell_in(
            self.make_currency("YEN", 1.0),
            [(self.bath, 10, 333.33)],
            appointment_count=10,
        )
        self.assertEqual(plan.amount_total, 3333.0)
        self.assertEqual(self.amounts(plan), [1333.0, 1333.0, 667.0])
        self.assert_adds_up(plan)

    def test_currency_of_five_cent_steps(self):
        plan = self.sell_in(
            self.make_currency("FRS", 0.05),
            [(self.bath, 10, 3.33)],
            appointment_count=10,
        )
        self.assertEqual(plan.amount_total, 33.3)
        self.assertEqual(
            [round(amount, 2) for amount in self.amounts(plan)], [13.3, 13.35, 6.65]
        )
        self.assert_adds_up(plan)

    def test_price_and_discount_show_on_the_invoice_as_sold(self):
        plan = self.sell(self.make_template([(self.bath, 12, 45.0, 10.0)]))
        lines = self.invoices(plan).invoice_line_ids
        self.assertEqual(lines.mapped("price_unit"), [45.0] * 3)
        self.assertEqual(lines.mapped("discount"), [10.0] * 3)

    def test_price_too_small_for_every_cycle(self):
        """What has no amount has no invoice; the others still make the price."""
        plan = self.sell(self.make_template([(self.bath, 12, 0.0009)]))
        self.assertEqual(plan.amount_total, 0.01)
        self.assertEqual(self.amounts(plan), [0.0, 0.01, 0.0])
        self.assertEqual(self.invoices(plan).mapped("amount_untaxed"), [0.01])

    def test_amounts_do_not_depend_on_what_is_booked(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 5, 60.0)])
        )
        before = self.amounts(plan)
        visits = plan.book(self.weekly(9))
        self.assertEqual(self.amounts(plan), before)
        visits[:3].action_cancel()
        visits[3].action_receive()
        self.assertEqual(self.amounts(plan), before)
        self.assertEqual(self.invoices(plan).mapped("amount_untaxed"), before)
