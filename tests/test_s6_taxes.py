from .as_odoo import INCLUDED, ON_TOP, AsOdooCommon


class TaxesCommon(AsOdooCommon):
    """All kinds of taxes that Odoo has, by what people call them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls.make_taxes
        fixed, fixed_inside = (
            make(0.35, included=kind, amount_type="fixed", sequence=0)
            for kind in (ON_TOP, INCLUDED)
        )
        cls.kinds = {
            "21 % on top": make(21.0),
            "21 % included": make(21.0, included=INCLUDED),
            "7 % and 2 % on top": make(7.0, 2.0),
            "7 % and 2 % included": make(7.0, 2.0, included=INCLUDED),
            "tax on tax on top": make(10.0, 5.0, include_base_amount=True),
            "tax on tax included": make(
                10.0, 5.0, included=INCLUDED, include_base_amount=True
            ),
            "a group on top": cls.make_group(make(6.0, 3.0)),
            "a group included": cls.make_group(make(6.0, 3.0, included=INCLUDED)),
            "a fixed amount and 21 % on top": fixed + make(21.0, sequence=1),
            "a fixed amount and 21 % included": fixed_inside
            + make(21.0, included=INCLUDED, sequence=1),
            "10 % of the total on top": make(10.0, amount_type="division"),
            "10 % of the total included": make(
                10.0, included=INCLUDED, amount_type="division"
            ),
            "21 % included and 5.2 % on top": make(21.0, included=INCLUDED)
            + make(5.2, sequence=2),
            "21 % and 15 % withheld": make(21.0, -15.0),
            "none": make(),
        }


class TestAsOdoosOwn(TaxesCommon):
    """S6, S7: whatever the taxes, cycles are billed as Odoo bills the same goods."""

    def test_each_kind_of_tax(self):
        """An uneven price: each cycle is exact, and so are all of them together."""
        services = [self.make_service(taxes) for taxes in self.kinds.values()]
        for method in self.round_each_way():
            plans = self.sell_uneven(*services)
            for kind, plan in zip(self.kinds, plans, strict=True):
                with self.subTest(method=method, kind=kind):
                    self.assertEqual(plan.amount_total, 163.33)
                    self.assert_makes_the_price(plan)
            self.assert_as_by_hand(plans.sudo().cycle_ids.invoice_id)

    def test_two_services_with_taxes_of_their_own(self):
        pairs = (
            ("21 % included", "7 % and 2 % included"),
            ("7 % and 2 % included", "21 % on top"),
        )
        for method in self.round_each_way():
            for kinds in pairs:
                with self.subTest(method=method, kinds=kinds):
                    lines = [
                        (self.make_service(self.kinds[kind]), 3, 33.3333)
                        for kind in kinds
                    ]
                    plan = self.sell(
                        self.make_template(
                            lines, appointment_count=3, appointments_per_cycle=1
                        )
                    )
                    self.assert_makes_the_price(plan)
                    self.assert_as_by_hand(self.invoices(plan))

    def test_posted_and_paid(self):
        """The whole way: tags, receivable, and what the payment settles."""
        plan = self.sell_uneven(self.make_service(self.kinds["7 % and 2 % included"]))
        invoices = self.invoices(plan)
        plain = self.assert_as_by_hand(invoices)
        self.pay(invoices, group_payment=False)
        self.pay(plain, group_payment=False)
        self.assert_same_books(invoices, plain)
        self.assertEqual(
            invoices.mapped("payment_state"), plain.mapped("payment_state")
        )
        self.assertEqual(plan.cycle_ids.mapped("state"), ["settled"] * 3)
        self.assertAlmostEqual(sum(invoices.mapped("amount_total")), 163.33)

    def test_the_company_says_that_prices_include_taxes(self):
        """The taxes themselves do not: a setting of the company does."""
        self.shop.sudo().account_price_include = INCLUDED
        plan = self.sell_uneven(
            self.make_service(self.make_taxes(21.0, included=False))
        )
        invoices = self.invoices(plan)
        self.assertAlmostEqual(sum(invoices.mapped("amount_total")), 163.33)
        self.assert_as_by_hand(invoices)
