from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.offsets import set_against

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

amounts = st.integers(0, 10**7).map(lambda cents: cents / 100)
bills = st.lists(amounts, max_size=12)


def exact(numbers):
    """Return floats as the decimal numbers they are written as."""
    return [Fraction(str(number)) for number in numbers]


@tagged("post_install", "-at_install")
class TestSetAgainst(BaseCase):
    """S14: a credit is set against bills in their order."""

    def test_examples(self):
        for credit, open_bills, taken in (
            (135.0, [320.0, 320.0], [135.0, 0.0]),
            (640.0, [180.0, 180.0, 180.0], [180.0, 180.0, 180.0]),
            (200.0, [180.0, 0.0, 180.0], [180.0, 0.0, 20.0]),
            (0.0, [180.0], [0.0]),
            (50.0, [-20.0, 30.0], [0.0, 30.0]),  # a bill that was paid too much
            (0.3, [0.1, 0.2, 0.1], [0.1, 0.2, 0.0]),
            (10.0, [], []),
        ):
            with self.subTest(credit=credit, bills=open_bills):
                self.assertEqual(set_against(credit, open_bills), taken)

    @repeatable
    @given(amounts, bills)
    def test_all_that_fits_and_no_more(self, credit, open_bills):
        taken = exact(set_against(credit, open_bills))
        [whole] = exact([credit])
        owed = exact(open_bills)
        self.assertEqual(sum(taken), min(whole, sum(owed)))
        for part, bill in zip(taken, owed, strict=True):
            self.assertLessEqual(0, part)
            self.assertLessEqual(part, bill)

    @repeatable
    @given(amounts, bills)
    def test_none_before_the_one_ahead_is_paid(self, credit, open_bills):
        taken = set_against(credit, open_bills)
        short = [part < bill for part, bill in zip(taken, open_bills, strict=True)]
        if any(short):
            self.assertFalse(any(taken[short.index(True) + 1 :]))
