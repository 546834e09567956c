from fractions import Fraction
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.dealing import capacities, spread, spread_amount

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

sizes = st.lists(st.integers(1, 31), min_size=1, max_size=24)
weights = st.one_of(st.just(0.0), st.integers(1, 10**6).map(lambda n: n / 100))
shares = st.lists(weights, min_size=1, max_size=24).filter(any)
ROUNDINGS = (0.001, 0.01, 0.05, 0.1, 1, 1.0, 100)


def exact(numbers):
    """Return floats as the decimal numbers they are written as."""
    return [Fraction(str(number)) for number in numbers]


def ideals(total, parts):
    """Return the running totals of a division that needs no rounding."""
    parts = exact(parts)
    return [total * running / sum(parts) for running in accumulate(parts)]


def step_of(quantity):
    """Return the step an exact quantity is dealt in: a session, half of it, 0.01."""
    if quantity.denominator == 1:
        return Fraction(1)
    return Fraction(1, 2) if quantity.denominator == 2 else Fraction(1, 100)


@tagged("post_install", "-at_install")
class TestSpreadExamples(BaseCase):
    """S4: the sessions each cycle entitles to, by example."""

    def assertSpread(self, quantity, sizes, expected):
        self.assertEqual(spread(quantity, sizes), expected)

    def test_baths_and_groomings(self):
        self.assertSpread(12, [4, 4, 4], [4, 4, 4])
        self.assertSpread(3, [4, 4, 4], [1, 1, 1])

    def test_a_smaller_last_cycle(self):
        self.assertSpread(10, [4, 4, 2], [4, 4, 2])
        self.assertSpread(5, [4, 4, 2], [2, 2, 1])
        self.assertSpread(3, [4, 4, 2], [1, 1, 1])

    def test_halves_go_up(self):
        self.assertSpread(1, [1, 1], [1, 0])
        self.assertSpread(2, [1, 1, 1, 1], [1, 0, 1, 0])
        self.assertSpread(3, [1, 1], [2, 1])

    def test_a_quantity_in_halves_goes_in_halves(self):
        self.assertSpread(2.5, [4, 4, 2], [1, 1, 0.5])
        self.assertSpread(1.5, [1, 1], [1, 0.5])
        self.assertSpread(0.5, [1, 1, 1], [0, 0.5, 0])

    def test_another_quantity_goes_in_hundredths(self):
        self.assertSpread(1.25, [1, 1], [0.63, 0.62])
        self.assertSpread(0.1, [1, 1, 1], [0.03, 0.04, 0.03])

    def test_a_half_is_a_half_whatever_its_float(self):
        """0.35 is a little less than 35 hundredths as a float."""
        self.assertSpread(0.35, [1, 1], [0.18, 0.17])

    def test_finer_decimals_are_not_lost(self):
        self.assertSpread(0.333, [1, 1], [0.17, 0.163])
        self.assertSpread(0.009, [9, 1], [0.009, 0])

    def test_the_result_is_what_records_hold(self):
        for share in spread(3, [4, 4, 4]) + spread(0, [4, 4]):
            self.assertIsInstance(share, float)

    def test_nothing_is_spread_as_nothing(self):
        self.assertSpread(0, [4, 4, 2], [0, 0, 0])
        self.assertSpread(0, [], [])

    def test_impossible_spreads_are_refused(self):
        for sizes in ([], [0, 0], [4, -1]):
            with self.subTest(sizes=sizes), self.assertRaises(ValueError):
                spread(3, sizes)


@tagged("post_install", "-at_install")
class TestSpreadProperties(BaseCase):
    """S4 for any quantity and any cycles."""

    quantities = st.one_of(
        st.integers(0, 400),
        st.integers(0, 800).map(lambda number: number / 2),
        st.integers(0, 40000).map(lambda number: number / 100),
    )

    @repeatable
    @given(st.one_of(quantities, st.integers(1, 10**6).map(lambda n: n / 1000)), sizes)
    def test_the_shares_add_up_and_none_is_negative(self, quantity, sizes):
        result = exact(spread(quantity, sizes))
        self.assertEqual(len(result), len(sizes))
        self.assertEqual(sum(result), Fraction(str(quantity)))
        self.assertGreaterEqual(min(result), 0)

    @repeatable
    @given(quantities, sizes)
    def test_shares_are_in_the_step_of_the_quantity(self, quantity, sizes):
        step = step_of(Fraction(str(quantity)))
        for share in exact(spread(quantity, sizes)):
            self.assertEqual(share % step, 0)

    @repeatable
    @given(quantities, sizes)
    def test_running_totals_are_the_nearest_and_halves_go_up(self, quantity, sizes):
        total = Fraction(str(quantity))
        step = step_of(total)
        running = accumulate(exact(spread(quantity, sizes)))
        for dealt, ideal in zip(running, ideals(total, sizes), strict=True):
            self.assertGreater(dealt - ideal, -step / 2)
            self.assertLessEqual(dealt - ideal, step / 2)

    @repeatable
    @given(quantities, sizes)
    def test_each_share_is_within_one_step_of_the_ideal(self, quantity, sizes):
        total = Fraction(str(quantity))
        for share, size in zip(exact(spread(quantity, sizes)), sizes, strict=True):
            ideal = total * size / sum(sizes)
            self.assertLessEqual(abs(share - ideal), step_of(total))

    @repeatable
    @given(st.data())
    def test_one_session_per_visit_fills_every_cycle(self, data):
        count = data.draw(st.integers(1, 100))
        sizes = capacities(count, data.draw(st.integers(1, count)))
        self.assertEqual(spread(count, sizes), sizes)


@tagged("post_install", "-at_install")
class TestSpreadAmountExamples(BaseCase):
    """S6: the untaxed amount of each cycle, by example."""

    def assertSpread(self, total, shares, rounding, expected):
        self.assertEqual(spread_amount(total, shares, rounding), expected)

    def test_worked_example(self):
        """C10: twelve baths at 45.00 in cycles of four."""
        self.assertSpread(540, [4, 4, 4], 0.01, [180, 180, 180])

    def test_cents(self):
        self.assertSpread(100, [1, 1, 1], 0.01, [33.33, 33.34, 33.33])
        self.assertSpread(0.01, [1, 1], 0.01, [0.01, 0])

    def test_yen(self):
        self.assertSpread(1000, [1, 1, 1], 1, [333, 334, 333])

    def test_swiss_francs(self):
        self.assertSpread(100, [1, 1, 1], 0.05, [33.35, 33.3, 33.35])

    def test_by_share(self):
        self.assertSpread(450, [4, 4, 2], 0.01, [180, 180, 90])
        self.assertSpread(10, [0, 2.5, 0, 7.5, 0], 0.01, [0, 2.5, 0, 7.5, 0])

    def test_a_discount_takes_back_what_was_charged(self):
        self.assertSpread(-0.05, [1, 1], 0.01, [-0.03, -0.02])
        self.assertSpread(0.05, [1, 1], 0.01, [0.03, 0.02])

    def test_a_total_is_rounded_as_its_currency(self):
        self.assertSpread(0.1 + 0.2, [1], 0.01, [0.3])
        self.assertSpread(1.005, [1, 1], 0.01, [0.51, 0.5])

    def test_no_amount_needs_no_share(self):
        self.assertSpread(0, [0, 0], 0.01, [0, 0])
        self.assertSpread(0, [], 0.01, [])
        self.assertSpread(0, [4, 4], 0.01, [0, 0])

    def test_impossible_spreads_are_refused(self):
        for total, shares, rounding in [
            (1, [0, 0], 0.01),
            (1, [], 0.01),
            (1, [2, -1], 0.01),
            (1, [1], 0),
            (1, [1], -0.01),
        ]:
            with self.subTest(total=total, shares=shares, rounding=rounding):
                with self.assertRaises(ValueError):
                    spread_amount(total, shares, rounding)


@tagged("post_install", "-at_install")
class TestSpreadAmountProperties(BaseCase):
    """S6 for any amount, in any currency."""

    @repeatable
    @given(st.integers(-(10**7), 10**7), shares, st.sampled_from(ROUNDINGS))
    def test_amounts_add_up_in_units_of_the_currency(self, steps, shares, rounding):
        unit = Fraction(str(rounding))
        amounts = exact(spread_amount(float(steps * unit), shares, rounding))
        self.assertEqual(sum(amounts), steps * unit)
        self.assertEqual([amount % unit for amount in amounts], [0] * len(shares))

    @repeatable
    @given(st.integers(0, 10**7), shares, st.sampled_from(ROUNDINGS))
    def test_running_totals_are_the_nearest(self, steps, shares, rounding):
        unit = Fraction(str(rounding))
        total = steps * unit
        running = accumulate(exact(spread_amount(float(total), shares, rounding)))
        for amount, ideal in zip(running, ideals(total, shares), strict=True):
            self.assertGreater(amount - ideal, -unit / 2)
            self.assertLessEqual(amount - ideal, unit / 2)

    @repeatable
    @given(st.integers(-(10**7), 10**7), shares)
    def test_who_has_no_share_pays_nothing(self, cents, shares):
        amounts = spread_amount(cents / 100, shares, 0.01)
        for amount, share in zip(amounts, shares, strict=True):
            if not share:
                self.assertEqual(amount, 0)

    @repeatable
    @given(st.integers(0, 10**7), shares)
    def test_a_credit_mirrors_its_charge(self, cents, shares):
        charged = spread_amount(cents / 100, shares, 0.01)
        credited = spread_amount(-cents / 100, shares, 0.01)
        self.assertEqual(credited, [-amount for amount in charged])
