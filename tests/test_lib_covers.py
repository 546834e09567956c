from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.covers import find_covering, weigh

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)
hundredths = st.integers(1, 10_000).map(lambda number: number / 100)


@tagged("post_install", "-at_install")
class TestWeigh(BaseCase):
    """S10: what a quantity of a covered service takes, in steps of 0.01."""

    def test_examples(self):
        for quantity, weight, sessions in (
            (1, 0.5, 0.5),
            (0.5, 0.5, 0.25),
            (3, 2, 6),
            (0.25, 0.5, 0.13),
            (0.01, 0.01, 0.01),
            (0.125, 1, 0.125),
        ):
            self.assertEqual(weigh(quantity, weight), sessions)

    @repeatable
    @given(hundredths, hundredths)
    def test_never_nothing_and_never_far_off(self, quantity, weight):
        sessions = Decimal(str(weigh(quantity, weight)))
        exact = Decimal(str(quantity)) * Decimal(str(weight))
        self.assertGreater(sessions, 0)
        self.assertLessEqual(abs(sessions - exact), Decimal("0.01"))
        self.assertEqual(sessions, sessions.quantize(Decimal("0.01")))


@tagged("post_install", "-at_install")
class TestFindCovering(BaseCase):
    """S10: its own service first, then the order of the plan."""

    def test_order(self):
        offered = [
            ("day", {"half": 0.5, "night": 2}),
            ("half", {}),
            ("bath", {"half": 1}),
        ]
        self.assertEqual(
            find_covering("half", offered), [("half", 1.0), ("day", 0.5), ("bath", 1)]
        )
        self.assertEqual(find_covering("night", offered), [("day", 2)])
        self.assertEqual(find_covering("walk", offered), [])

    @repeatable
    @given(
        st.lists(
            st.tuples(
                st.sampled_from("abc"),
                st.dictionaries(st.sampled_from("abcd"), hundredths),
            ),
            unique_by=lambda one: one[0],
        ),
        st.sampled_from("abcd"),
    )
    def test_each_that_covers_it_once(self, offered, wanted):
        found = find_covering(wanted, offered)
        expected = {
            name: 1.0 if name == wanted else covers[wanted]
            for name, covers in offered
            if name == wanted or wanted in covers
        }
        self.assertEqual(dict(found), expected)
        self.assertEqual(len(found), len(expected))
