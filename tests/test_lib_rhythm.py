from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.rhythm import find_rhythm

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=60)
MONDAY = datetime(2026, 1, 5, 9)
EARLY = date(2026, 1, 1)


def weekly(count, every=1, first=MONDAY):
    return [first + timedelta(weeks=every * number) for number in range(count)]


@tagged("post_install", "-at_install")
class TestRhythm(BaseCase):
    """X6: what visits have in common, so that a renewal offers the same again."""

    def assert_rhythm(self, moments, every, unit, weekdays=()):
        rhythm = find_rhythm(moments)
        self.assertEqual(
            (rhythm.every, rhythm.unit, rhythm.weekdays),
            (every, unit, frozenset(weekdays)),
        )
        return rhythm

    def test_once_a_week(self):
        rhythm = self.assert_rhythm(weekly(12), 1, "week", {0})
        self.assertEqual(rhythm.at, time(9))

    def test_every_second_week(self):
        self.assert_rhythm(weekly(5, every=2), 2, "week", {0})

    def test_every_tenth_day(self):
        moments = [MONDAY + timedelta(days=10 * number) for number in range(8)]
        self.assert_rhythm(moments, 10, "day")

    def test_two_days_a_week(self):
        moments = weekly(5) + weekly(5, first=MONDAY + timedelta(days=3))
        self.assert_rhythm(moments, 1, "week", {0, 3})

    def test_every_working_day(self):
        moments = [
            MONDAY + timedelta(weeks=week, days=day)
            for week in range(3)
            for day in range(5)
        ]
        self.assert_rhythm(moments, 1, "week", range(5))

    def test_one_was_moved(self):
        moments = weekly(12)
        moments[2] += timedelta(days=2, hours=3)
        self.assert_rhythm(moments, 1, "week", {0})

    def test_one_was_left_out(self):
        moments = weekly(12)
        del moments[5]
        self.assert_rhythm(moments, 1, "week", {0})

    def test_as_it_suits(self):
        days = ("01-05", "01-09", "01-20", "02-14", "03-01")
        self.assertIsNone(
            find_rhythm(datetime.fromisoformat(f"2026-{day}T09:00:00") for day in days)
        )

    def test_at_any_hour(self):
        """A weekday without a time is no appointment to offer again."""
        moments = [at + timedelta(hours=n) for n, at in enumerate(weekly(5))]
        self.assertIsNone(find_rhythm(moments))

    def test_too_few(self):
        self.assertIsNone(find_rhythm([]))
        self.assertIsNone(find_rhythm([MONDAY]))
        self.assertIsNone(find_rhythm([MONDAY, MONDAY + timedelta(days=3)]))
        self.assert_rhythm(weekly(2), 1, "week", {0})

    # --- The next visit ------------------------------------------------------------

    def next_after(self, moments, earliest=EARLY):
        return find_rhythm(moments).next_after(max(moments).date(), earliest)

    def test_one_interval_later(self):
        self.assertEqual(self.next_after(weekly(12)), date(2026, 3, 30))
        self.assertEqual(self.next_after(weekly(5, every=2)), date(2026, 3, 16))

    def test_the_next_of_two_days_a_week(self):
        moments = weekly(5) + weekly(4, first=MONDAY + timedelta(days=3))
        self.assertEqual(self.next_after(moments), date(2026, 2, 5))

    def test_not_before_the_new_start(self):
        earliest = date(2026, 4, 1)
        self.assertEqual(self.next_after(weekly(12), earliest), date(2026, 4, 6))
        self.assertEqual(
            self.next_after(weekly(5, every=2), earliest), date(2026, 4, 13)
        )

    def test_the_last_one_was_moved(self):
        """Three days earlier for once: the next is not three days later."""
        moments = weekly(12)
        moments[-1] -= timedelta(days=3)
        self.assertEqual(self.next_after(moments), date(2026, 3, 30))

    @repeatable
    @given(
        st.integers(1, 6),
        st.integers(3, 15),
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    )
    def test_what_recurs_is_found_and_goes_on(self, every, count, first):
        moments = weekly(count, every, first.replace(microsecond=0))
        self.assert_rhythm(moments, every, "week", {first.weekday()})
        self.assertEqual(
            self.next_after(moments, first.date()),
            (moments[-1] + timedelta(weeks=every)).date(),
        )
