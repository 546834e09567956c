from datetime import date, datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous, datetime_exists, gettz
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib import periods

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

ZONES = ("America/Sao_Paulo", "Europe/Lisbon", "America/New_York", "UTC")
weekday_sets = st.sets(st.integers(0, 6), min_size=1)
walls = st.datetimes(datetime(2010, 1, 1), datetime(2035, 12, 31)).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)
# (time, time zone): a time that the local clock shows
local_times = st.tuples(walls, st.sampled_from(ZONES)).filter(
    lambda local_time: datetime_exists(local_time[0], gettz(local_time[1]))
)
# the same, and shows once
unique_times = local_times.filter(
    lambda local_time: not datetime_ambiguous(local_time[0], gettz(local_time[1]))
)


def utc(wall, tz):
    """Return the naive UTC moment of a time on the local clock."""
    aware = wall.replace(tzinfo=ZoneInfo(tz)).astimezone(timezone.utc)
    return aware.replace(tzinfo=None)


def on_the_wall(moments, tz):
    """Return the times the local clock shows at these moments (naive UTC)."""
    return [
        moment.replace(tzinfo=timezone.utc)
        .astimezone(ZoneInfo(tz))
        .replace(tzinfo=None)
        for moment in moments
    ]


def visit_starts(first, every, unit, count, tz, weekdays=()):
    """Return the first of the starts, which have no end of their own."""
    starts = periods.visit_starts(first, every, unit, tz, weekdays)
    return list(islice(starts, count))


def days_chosen(first, every, count, weekdays):
    """Return the days of a weekly recurrence, looked up one day after another."""
    days = []
    day = first
    monday = first - timedelta(days=first.weekday())
    while len(days) < count:
        weeks = (day - monday).days // 7
        if weeks % every == 0 and day.weekday() in weekdays:
            days.append(day)
        day += timedelta(days=1)
    return days


@tagged("post_install", "-at_install")
class TestRecurrenceExamples(BaseCase):
    """B1: visits at a fixed time, by example."""

    def test_worked_example(self):
        """C10: twelve Mondays at 09:00."""
        starts = visit_starts(
            datetime(2026, 1, 5, 12), 1, "week", 12, "America/Sao_Paulo"
        )
        self.assertEqual(starts[0], datetime(2026, 1, 5, 12))
        self.assertEqual(starts[2], datetime(2026, 1, 19, 12))
        self.assertEqual(starts[11], datetime(2026, 3, 23, 12))
        self.assertEqual(len(starts), 12)

    def test_nine_stays_nine_when_the_clocks_change(self):
        for tz, first, expected in [
            ("America/Sao_Paulo", datetime(2018, 10, 29, 12), [12, 11]),
            ("America/Sao_Paulo", datetime(2019, 2, 11, 11), [11, 12]),
            ("Europe/Lisbon", datetime(2026, 3, 23, 9), [9, 8]),
            ("Europe/Lisbon", datetime(2026, 10, 19, 8), [8, 9]),
            ("America/New_York", datetime(2026, 3, 2, 14), [14, 13]),
            ("America/New_York", datetime(2026, 10, 26, 13), [13, 14]),
            ("UTC", datetime(2026, 3, 23, 9), [9, 9]),
        ]:
            with self.subTest(tz=tz, first=first):
                starts = visit_starts(first, 1, "week", 2, tz)
                self.assertEqual([start.hour for start in starts], expected)
                self.assertEqual([start.weekday() for start in starts], [0, 0])

    def test_a_time_the_clocks_skip_moves_forward(self):
        starts = visit_starts(datetime(2026, 3, 7, 7, 30), 1, "day", 3, ZONES[2])
        self.assertEqual(
            on_the_wall(starts, ZONES[2]),
            [
                datetime(2026, 3, 7, 2, 30),
                datetime(2026, 3, 8, 3, 30),
                datetime(2026, 3, 9, 2, 30),
            ],
        )

    def test_of_a_time_that_comes_twice_the_first_is_meant(self):
        starts = visit_starts(datetime(2026, 10, 31, 5, 30), 1, "day", 3, ZONES[2])
        self.assertEqual(
            starts,
            [
                datetime(2026, 10, 31, 5, 30),
                datetime(2026, 11, 1, 5, 30),
                datetime(2026, 11, 2, 6, 30),
            ],
        )

    def test_the_weekday_is_that_on_the_wall(self):
        """Monday 22:00 in Brazil is Tuesday in UTC."""
        first = datetime(2026, 1, 6, 1)
        starts = visit_starts(first, 1, "week", 2, "America/Sao_Paulo", weekdays=[0])
        self.assertEqual(starts, [first, datetime(2026, 1, 13, 1)])

    def test_every_other_week_on_chosen_weekdays(self):
        """From a Wednesday: its Monday is gone, its Friday is not."""
        starts = visit_starts(
            datetime(2026, 1, 7, 9), 2, "week", 5, "UTC", weekdays=[4, 0, 4]
        )
        self.assertEqual(
            [start.date() for start in starts],
            [
                date(2026, 1, 9),
                date(2026, 1, 19),
                date(2026, 1, 23),
                date(2026, 2, 2),
                date(2026, 2, 6),
            ],
        )

    def test_a_week_starts_on_monday(self):
        """From a Sunday: the Monday after it belongs to the next week."""
        starts = visit_starts(
            datetime(2026, 1, 4, 9), 2, "week", 3, "UTC", weekdays=(0, 6)
        )
        self.assertEqual(
            [start.date() for start in starts],
            [date(2026, 1, 4), date(2026, 1, 12), date(2026, 1, 18)],
        )

    def test_every_few_days(self):
        starts = visit_starts(datetime(2026, 2, 26, 9), 3, "day", 3, "UTC")
        self.assertEqual(
            [start.date() for start in starts],
            [date(2026, 2, 26), date(2026, 3, 1), date(2026, 3, 4)],
        )

    def test_impossible_recurrences_are_refused(self):
        for every, unit, count, weekdays in [
            (0, "week", 3, ()),
            (-1, "day", 3, ()),
            (1, "month", 3, ()),
            (1, "week", 3, (7,)),
            (1, "week", 3, (-1,)),
            (1, "day", 3, (0,)),
        ]:
            with self.subTest(every=every, unit=unit, count=count, weekdays=weekdays):
                with self.assertRaises(ValueError):
                    visit_starts(
                        datetime(2026, 1, 5), every, unit, count, "UTC", weekdays
                    )


@tagged("post_install", "-at_install")
class TestRecurrenceProperties(BaseCase):
    """B1 for any start, in any time zone."""

    def assertSameTime(self, starts, wall, tz):
        """Every start is at that local time, unless the clocks skip it that day."""
        for shown in on_the_wall(starts, tz):
            wanted = datetime.combine(shown.date(), wall.time())
            if datetime_exists(wanted, gettz(tz)):
                self.assertEqual(shown, wanted)
            else:
                self.assertEqual(shown, wanted + timedelta(hours=1))

    @repeatable
    @given(
        local_times,
        st.integers(1, 30),
        st.sampled_from(("day", "week")),
        st.integers(0, 40),
    )
    def test_same_time_at_the_same_distance(self, local_time, every, unit, count):
        wall, tz = local_time
        starts = visit_starts(utc(wall, tz), every, unit, count, tz)
        distance = timedelta(days=every * (7 if unit == "week" else 1))
        self.assertEqual(
            [shown.date() for shown in on_the_wall(starts, tz)],
            [wall.date() + n * distance for n in range(count)],
        )
        self.assertSameTime(starts, wall, tz)

    @repeatable
    @given(unique_times, st.integers(1, 4))
    def test_the_first_visit_is_the_one_asked_for(self, local_time, every):
        wall, tz = local_time
        first = utc(wall, tz)
        self.assertEqual(visit_starts(first, every, "week", 1, tz), [first])

    @repeatable
    @given(local_times, st.integers(1, 5), st.integers(0, 20), weekday_sets)
    def test_chosen_weekdays(self, local_time, every, count, weekdays):
        wall, tz = local_time
        starts = visit_starts(utc(wall, tz), every, "week", count, tz, weekdays)
        self.assertEqual(
            [shown.date() for shown in on_the_wall(starts, tz)],
            days_chosen(wall.date(), every, count, weekdays),
        )
        self.assertSameTime(starts, wall, tz)
