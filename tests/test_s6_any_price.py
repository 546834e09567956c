from hypothesis import given, settings
from hypothesis import strategies as st

from ..lib.dealing import spread_amount
from .test_s6_taxes import TaxesCommon

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=150)


class TestAnyPrice(TaxesCommon):
    """S6 for any price, discount and taxes: exact, both as typed and as billed."""

    prices = st.integers(1, 10**6).map(lambda number: number / 1000)
    discounts = st.sampled_from((0.0, 5.0, 12.5, 33.33, 99.9))
    shares = st.lists(st.integers(1, 8), min_size=1, max_size=5)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls.sell()
        cls.cycle, cls.line = plan.sudo().cycle_ids[0], plan.sudo().line_ids
        cls.company = cls.shop.sudo()

    def prepare(self, line, quantity, amount, taxes):
        """Return the base line of what the cycle bills of a line, as Odoo takes it."""
        vals = self.cycle._prepare_invoice_line_vals(line, quantity, amount)
        return taxes._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes,
            currency_id=self.cycle.currency_id,
            **{name: vals[name] for name in ("quantity", "price_unit", "discount")},
        )

    def calculate(self, base_lines):
        """Return total and untaxed amount that Odoo makes of base lines."""
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, self.company)
        taxes._round_base_lines_tax_details(base_lines, self.company)
        totals = taxes._get_tax_totals_summary(
            base_lines, self.cycle.currency_id, self.company
        )
        return totals["total_amount_currency"], totals["base_amount_currency"]

    def bill(self, taxes, services):
        """Return what was sold in each cycle, and what Odoo makes of it.

        :param services: list of (price, discount, sessions of each cycle)
        """
        currency = self.cycle.currency_id
        sold = []
        for price, discount, shares in services:
            line = self.line.new(
                {"price_unit": price, "discount": discount}, origin=self.line
            )
            total = currency.round(sum(shares) * price * (1 - discount / 100))
            amounts = spread_amount(total, shares, currency.rounding)
            sold.append([(line, *one) for one in zip(shares, amounts, strict=True)])
        for cycle in zip(*sold, strict=True):
            typed = sum(amount for __, __, amount in cycle)
            base_lines = [
                self.prepare(*one, tax) for one, tax in zip(cycle, taxes, strict=True)
            ]
            yield typed, *self.calculate(base_lines)

    @repeatable
    @given(
        st.sampled_from(("round_globally", "round_per_line")),
        st.lists(st.integers(0, 14), min_size=2, max_size=2),
        st.tuples(prices, prices),
        st.tuples(discounts, discounts),
        shares,
    )
    def test_cycles_are_exact(self, method, picked, prices, discounts, shares):
        self.company.tax_calculation_rounding_method = method
        kinds = list(self.kinds.values())
        taxes = [kinds[number] for number in picked]
        services = [(*one, shares) for one in zip(prices, discounts, strict=True)]
        singles = [one.flatten_taxes_hierarchy() for one in taxes]
        inside = all(all(tax.mapped("price_include")) for tax in singles)
        outside = not any(any(tax.mapped("price_include")) for tax in singles)
        same = self.cycle.currency_id.compare_amounts
        for typed, total, untaxed in self.bill(taxes, services):
            if inside:
                self.assertEqual(same(total, typed), 0, (typed, total))
            if outside:
                self.assertEqual(same(untaxed, typed), 0, (typed, untaxed))
