from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.deferral import can_carry, divide

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

cents = st.integers(-(10**7), 10**7).map(lambda number: number / 100)
amounts = st.integers(0, 10**7).map(lambda number: number / 100)
accounts = st.dictionaries(st.integers(1, 20), cents, min_size=1, max_size=6)


@tagged("post_install", "-at_install")
class TestDeferralExamples(BaseCase):
    """P8: what is deferred, by the accounts that were billed."""

    def test_one_account(self):
        self.assertEqual(divide(135.0, {"bath": 180.0}, 0.01), {"bath": 135.0})

    def test_two_accounts(self):
        billed = {"bath": 180.0, "grooming": 60.0}
        self.assertEqual(divide(100.0, billed, 0.01), {"bath": 75.0, "grooming": 25.0})

    def test_cents_that_do_not_divide(self):
        billed = {"one": 1.0, "two": 1.0, "three": 1.0}
        self.assertEqual(
            divide(100.0, billed, 0.01), {"one": 33.33, "two": 33.34, "three": 33.33}
        )

    def test_what_was_refunded_carries_nothing(self):
        billed = {"bath": 180.0, "refunds": -60.0, "moved": 0.0}
        self.assertEqual(divide(100.0, billed, 0.01), {"bath": 100.0})

    def test_a_currency_without_cents(self):
        self.assertEqual(divide(100.0, {"a": 1.0, "b": 2.0}, 1), {"a": 33, "b": 67})

    def test_nothing_is_deferred(self):
        self.assertEqual(divide(0.0, {"bath": 180.0}, 0.01), {})

    def test_nothing_stands_billed(self):
        self.assertFalse(can_carry([0.0, -5.0]))
        with self.assertRaisesRegex(ValueError, "nothing to spread 10.0 over"):
            divide(10.0, {"bath": -5.0}, 0.01)


@tagged("post_install", "-at_install")
class TestDeferralProperties(BaseCase):
    """P8: for any bills the parts add up, and stay near their share."""

    @repeatable
    @given(amounts, accounts)
    def test_parts(self, amount, billed):
        if not can_carry(billed.values()):
            return
        parts = divide(amount, billed, 0.01)
        exact = {key: Fraction(str(part)) for key, part in parts.items()}
        self.assertEqual(sum(exact.values()), Fraction(str(amount)))
        whole = sum(Fraction(str(value)) for value in billed.values() if value > 0)
        for key, part in exact.items():
            ideal = Fraction(str(amount)) * Fraction(str(billed[key])) / whole
            self.assertLess(abs(part - ideal), Fraction(1, 100))
            self.assertGreater(part, 0)
