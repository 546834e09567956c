from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.liability import (
    Segment,
    balance,
    count_sold,
    earn,
    hand_on,
    part_through,
    reduce,
    round_to,
)

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=100)

CENT = Decimal("0.01")
SESSIONS = st.decimals(0, 40, places=2)
AMOUNTS = st.decimals(0, 999, places=2)
SEGMENTS = st.lists(
    st.builds(Segment, st.decimals("0.01", 12, places=2), AMOUNTS), max_size=5
)


def segments(*pairs):
    return [Segment(Decimal(q), Decimal(str(a))) for q, a in pairs]


@tagged("post_install", "-at_install")
class TestEarn(BaseCase):
    """P7: the sessions sold earn first, one invoice after the other."""

    def earned(self, count, *pairs):
        return earn(Decimal(str(count)), segments(*pairs), CENT)

    def test_one_invoice_after_the_other(self):
        sold = ((4, 180), (4, 200))
        found = [self.earned(count, *sold) for count in (-1, 0, 1, 4, 6, 8, 9)]
        self.assertEqual(found, [0, 0, 45, 180, 280, 380, 380])

    def test_cents(self):
        """S6: exact at the end of each invoice, rounded between."""
        found = [self.earned(count, (3, 100)) for count in (1, 2, 3)]
        self.assertEqual([str(one) for one in found], ["33.33", "66.67", "100.00"])

    def test_an_amount_without_sessions(self):
        """It is earned once those before it are."""
        found = [self.earned(count, (2, 90), (0, 10)) for count in (0, 1, 2)]
        self.assertEqual(found, [0, 45, 100])

    @repeatable
    @given(SESSIONS, SESSIONS, SEGMENTS)
    def test_more_sessions_earn_no_less(self, count, more, sold):
        earned = earn(count, sold, CENT)
        self.assertLessEqual(earned, earn(count + more, sold, CENT))
        whole = sum((one.amount for one in sold), Decimal(0))
        self.assertLessEqual(earned, whole)
        self.assertEqual(earn(Decimal(999), sold, CENT), whole)
        self.assertLessEqual(count_sold(count, sold), count)

    @repeatable
    @given(SESSIONS, SESSIONS, SEGMENTS)
    def test_handed_on_is_what_is_left(self, taken, quantity, sold):
        """What one plan has earned and what it hands on come to what both earn."""
        part = hand_on(taken, quantity, sold, CENT)
        self.assertEqual(
            earn(taken, sold, CENT) + part.amount, earn(taken + quantity, sold, CENT)
        )
        self.assertLessEqual(part.quantity, quantity)
        self.assertGreaterEqual(min(part), 0)

    @repeatable
    @given(AMOUNTS, st.builds(Segment, SESSIONS, AMOUNTS))
    def test_a_part_of_a_segment(self, amount, segment):
        part = segment.take(amount)
        self.assertEqual(part.amount, min(amount, segment.amount))
        self.assertLessEqual(part.quantity, segment.quantity)

    def test_a_credit_note_takes_its_sessions(self):
        """X7; one over all sessions, in part, lowers their price."""
        four = Segment(Decimal(4), Decimal(180))
        self.assertEqual(reduce(four, Decimal(1), Decimal(45)), (3, 135))
        self.assertEqual(reduce(four, Decimal(4), Decimal(180)), (0, 0))
        self.assertEqual(reduce(four, Decimal(4), Decimal(20)), (4, 160))
        self.assertEqual(reduce(four, Decimal(0), Decimal(0)), four)


@tagged("post_install", "-at_install")
class TestBalance(BaseCase):
    """P7: what happened leads from one day to the next; a finished plan is 0."""

    @repeatable
    @given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.booleans(), st.booleans())
    def test_finished_is_nothing(
        self, billed, refunded, handed, by_use, more, finished, expired
    ):
        found = balance(
            billed,
            refunded,
            handed,
            by_use,
            by_use + more,
            finished=finished,
            expired=expired,
        )
        left = billed - refunded + handed - found.used - found.expired
        self.assertEqual(found.closing, left)
        if finished:
            self.assertEqual(found.closing, 0)
        else:
            self.assertEqual((found.used, found.expired), (by_use, more))

    def test_whose_the_difference_is(self):
        """Of what expired, if anything did."""

        def split(expired):
            found = balance(
                *map(Decimal, (100, 0, 0, 60, 70)), finished=True, expired=expired
            )
            return found.used, found.expired

        self.assertEqual(split(False), (100, 0))
        self.assertEqual(split(True), (60, 40))

    def test_days_of_a_period(self):
        """S11: through the day, without those of a pause."""
        january = date(2026, 1, 1), date(2026, 1, 31)
        pause = [(date(2026, 1, 11), date(2026, 1, 20))]
        for day, pauses, part in (
            (date(2025, 12, 31), [], 0),
            (date(2026, 1, 1), [], 1 / 31),
            (date(2026, 1, 31), [], 1),
            (date(2026, 2, 5), [], 1),
            (date(2026, 1, 10), pause, 10 / 21),
            (date(2026, 1, 20), pause, 10 / 21),
            (date(2026, 1, 21), pause, 11 / 21),
        ):
            with self.subTest(day=day, pauses=pauses):
                self.assertAlmostEqual(part_through(*january, day, pauses), part)

    @repeatable
    @given(AMOUNTS)
    def test_rounding(self, amount):
        self.assertEqual(round_to(amount, CENT), amount)
        self.assertEqual(round_to(Decimal("0.125"), CENT), Decimal("0.13"))
        self.assertEqual(round_to(Decimal("7.49"), Decimal("0.05")), Decimal("7.50"))
