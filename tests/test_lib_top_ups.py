from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.dealing import capacities_of
from odoo.addons.pet_plans.lib.top_ups import count_unused, pay_owed

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)
hundredths = st.integers(1, 2000).map(lambda number: number / 100)
balances = st.integers(-2000, 2000).map(lambda number: number / 100)


def exact(number):
    return Decimal(str(number))


def total(quantities):
    return sum(map(exact, quantities))


@tagged("post_install", "-at_install")
class TestCapacities(BaseCase):
    """S13: sessions in cycles as large as those of the package."""

    def test_examples(self):
        for most, per_cycle, expected in (
            (10, 4, [4, 4, 2]),
            (2, 4, [2]),
            (4, 4, [4]),
            (6.5, 4, [4, 2.5]),
            (0.5, 1, [0.5]),
        ):
            with self.subTest(most=most, per_cycle=per_cycle):
                self.assertEqual(capacities_of(most, per_cycle), expected)

    def test_nothing_makes_no_cycles(self):
        for most, per_cycle in ((0, 4), (-1, 4), (3, 0)):
            with self.subTest(most=most), self.assertRaises(ValueError):
                capacities_of(most, per_cycle)

    @repeatable
    @given(hundredths, st.integers(1, 9))
    def test_all_are_full_but_the_last(self, most, per_cycle):
        *full, last = capacities_of(most, per_cycle)
        self.assertEqual(full, [per_cycle] * len(full))
        self.assertTrue(0 < last <= per_cycle)
        self.assertEqual(total([*full, last]), exact(most))


@tagged("post_install", "-at_install")
class TestPayOwed(BaseCase):
    """S13: what was owed is taken from a top-up first."""

    def test_examples(self):
        for older, added, expected in (
            ({"old": -3}, {"new": 10}, {"old": 3, "new": -3}),
            ({"old": -3}, {"new": 2}, {"old": 2, "new": -2}),
            ({"old": 3}, {"new": 2}, {}),
            ({"old": 0}, {"new": 2}, {}),
            ({"a": 1, "b": -3}, {"new": 5}, {"a": -1, "b": 3, "new": -2}),
            ({"a": 3, "b": -3}, {"new": 5}, {}),
            ({"old": -3}, {"x": 2, "y": 2}, {"old": 3, "x": -2, "y": -1}),
            ({"old": -2}, {"x": 2, "y": 2}, {"old": 2, "x": -2}),
        ):
            with self.subTest(older=older, added=added):
                self.assertEqual(pay_owed(older, added), expected)

    @repeatable
    @given(
        st.lists(balances, min_size=1, max_size=3),
        st.lists(hundredths, min_size=1, max_size=3),
    )
    def test_no_session_is_made_or_lost(self, older, added):
        older = {f"old {number}": left for number, left in enumerate(older)}
        added = {f"new {number}": left for number, left in enumerate(added)}
        moved = pay_owed(older, added)
        self.assertEqual(total(moved.values()), 0)
        after = {
            line: exact(left) + exact(moved.get(line, 0))
            for line, left in {**older, **added}.items()
        }
        self.assertTrue(all(after[line] >= 0 for line in added))
        if moved:
            *first, last = older
            self.assertTrue(all(after[line] == 0 for line in first))
            # Nobody owes while there is something left to pay it with.
            new = sum(after[line] for line in added)
            self.assertTrue(after[last] == 0 or (after[last] < 0 and new == 0))
        else:
            self.assertGreaterEqual(total(older.values()), 0)


@st.composite
def unused_and_sold(draw):
    """Draw what is not used of two or three lines by cycle, and what is sold."""
    cycles = range(draw(st.integers(1, 4)))
    unused, sold = {}, {}
    for line in ("paid", "free", "top-up")[: draw(st.integers(2, 3))]:
        shares = [draw(st.integers(0, 400)) for __ in cycles]
        sold[line] = {cycle: share / 100 for cycle, share in enumerate(shares)}
        unused[line] = {
            cycle: draw(st.integers(0, share)) / 100
            for cycle, share in enumerate(shares)
        }
    return unused, sold


@tagged("post_install", "-at_install")
class TestCountUnused(BaseCase):
    """X7: whatever line they stand on, the last sold are those not used."""

    def test_examples(self):
        sold = {"old": {1: 4.0, 2: 4.0}, "new": {3: 4.0, 4: 2.0}}
        for unused, expected in (
            # One came back to the old line, one of the new was used in its place.
            (
                {"old": {1: 0.0, 2: 1.0}, "new": {3: 3.0, 4: 2.0}},
                {"old": {1: 0, 2: 0}, "new": {3: 4, 4: 2}},
            ),
            # As it is used in order
            (
                {"old": {1: 0.0, 2: 2.0}, "new": {3: 4.0, 4: 2.0}},
                {"old": {1: 0, 2: 2}, "new": {3: 4, 4: 2}},
            ),
            # The last cycles first
            (
                {"old": {1: 1.0, 2: 2.0}, "new": {3: 0.0, 4: 0.0}},
                {"old": {1: 0, 2: 0}, "new": {3: 1, 4: 2}},
            ),
            # What is too much leaves the first cycles.
            (
                {"old": {1: 2.0, 2: 2.0}, "new": {3: 4.0, 4: 0.0}},
                {"old": {1: 0, 2: 2}, "new": {3: 4, 4: 2}},
            ),
        ):
            with self.subTest(unused=unused):
                self.assertEqual(count_unused(unused, sold), expected)

    @repeatable
    @given(unused_and_sold())
    def test_the_last_ones_as_far_as_they_go(self, drawn):
        unused, sold = drawn
        counted = count_unused(unused, sold)
        self.assertEqual(list(counted), list(unused))
        left = sum(total(cycles.values()) for cycles in unused.values())
        for line in reversed(unused):
            of_line = total(counted[line].values())
            self.assertEqual(of_line, min(left, total(sold[line].values())))
            left -= of_line
            for cycle, quantity in counted[line].items():
                self.assertTrue(0 <= quantity <= sold[line][cycle])
        self.assertEqual(left, 0)

    @repeatable
    @given(unused_and_sold())
    def test_counted_again_nothing_changes(self, drawn):
        unused, sold = drawn
        counted = count_unused(unused, sold)
        self.assertEqual(count_unused(counted, sold), counted)
