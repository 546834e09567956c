from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.opening import (
    LONGEST_CLOSURE,
    ClosedDays,
    Passing,
    Proposal,
    find_closed,
    list_days,
)

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=100)
MONDAY = date(2026, 1, 5)
FAR = date(2999, 12, 31)
NEAR = date(1900, 1, 1)
days = st.dates(date(2026, 1, 1), date(2026, 2, 28))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 28))


def at(day, hour=9):
    return datetime.combine(day, time(hour))


def series(first, every=7):
    """Yield dates without end, as `periods.visit_starts` does."""
    day = first
    while True:
        yield at(day), day
        day += timedelta(days=every)


@tagged("post_install", "-at_install")
class TestClosed(BaseCase):
    """S15: a day without working time is closed."""

    def test_what_a_holiday_leaves_is_no_working_time(self):
        """A holiday ends at 23:59:59, the working time of the day at 24:00."""
        rest = (datetime(2026, 1, 5, 23, 59, 59), datetime(2026, 1, 5, 23, 59, 59, 999))
        self.assertEqual(find_closed(MONDAY, MONDAY, [rest], []), {MONDAY: ""})

    def test_half_a_day_is_open(self):
        work = [(at(MONDAY, 9), at(MONDAY, 12))]
        holiday = (at(MONDAY, 12), at(MONDAY, 18), "Carnival")
        self.assertEqual(find_closed(MONDAY, MONDAY, work, [holiday]), {})

    def test_names(self):
        holidays = [
            (at(MONDAY, 0), at(MONDAY, 23), "Epiphany"),
            (at(MONDAY, 0), at(MONDAY, 23), "Epiphany"),
            (at(MONDAY, 8), at(MONDAY, 9), "Stocktaking"),
            (at(MONDAY, 8), at(MONDAY, 9), ""),
        ]
        self.assertEqual(
            find_closed(MONDAY, MONDAY + timedelta(days=1), [], holidays),
            {MONDAY: "Epiphany, Stocktaking", MONDAY + timedelta(days=1): ""},
        )

    def test_a_night(self):
        night = at(MONDAY, 22), at(MONDAY + timedelta(days=1), 6)
        self.assertEqual(list(list_days(*night)), [MONDAY, date(2026, 1, 6)])

    def test_nothing_takes_no_day(self):
        self.assertEqual(list(list_days(at(MONDAY), at(MONDAY))), [])

    @repeatable
    @given(days, days, st.lists(st.tuples(moments, moments), max_size=8))
    def test_open_or_closed(self, first, last, spans):
        """Each day is one or the other, by whether any span has a minute of it."""
        closed = find_closed(first, last, spans, [])
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            midnight = datetime.combine(day, time.min)
            longest = max(
                (
                    min(stop, midnight + timedelta(days=1)) - max(start, midnight)
                    for start, stop in spans
                ),
                default=timedelta(0),
            )
            if longest >= timedelta(minutes=1, seconds=1):
                self.assertNotIn(day, closed)
            elif longest < timedelta(minutes=1):
                self.assertIn(day, closed)
        self.assertTrue(all(first <= day <= last for day in closed))

    @repeatable
    @given(st.lists(st.dates(NEAR, FAR), max_size=20))
    def test_asked_one_by_one(self, asked):
        """However far, what was asked for is what would be read for each day."""

        def load(first, last):
            self.assertLessEqual(last, FAR)
            years = range(first.year, last.year + 1)
            every = (date(year, month, 1) for year in years for month in range(1, 13))
            return {day: "Rest" for day in every if first <= day <= last}

        closed = ClosedDays(load, NEAR, FAR)
        for day in asked:
            self.assertEqual(closed.find(day), "Rest" if day.day == 1 else None)

    def test_few_questions(self):
        """A series of ten years asks a few times; days outside are not asked about."""
        questions = []

        def load(*span):
            questions.append(span)
            return {}

        closed = ClosedDays(load, NEAR, FAR)
        for number in range(3650):
            closed.find(MONDAY + timedelta(days=number))
        self.assertLessEqual(len(questions), 4)
        closed.find(date.max)
        closed.find(date.min)
        self.assertLessEqual(len(questions), 4)


@tagged("post_install", "-at_install")
class TestPassing(BaseCase):
    """S15: a series passes over the days on which plan or shop rests."""

    def pass_over(self, paused=(), closed=()):
        return Passing(dict.fromkeys(paused, "paused").get, dict(closed).get)

    def take(self, passing, count, first=MONDAY):
        found = []
        for start, __ in passing.sift(series(first)):
            found.append(start)
            if len(found) == count:
                break
        return found

    def test_passed_over_with_the_reason(self):
        second, third = (MONDAY + timedelta(weeks=week) for week in (1, 2))
        passing = self.pass_over(paused=[third], closed={second: "Carnival"})
        found = self.take(passing, 2)
        self.assertEqual(found, [at(MONDAY), at(MONDAY + timedelta(weeks=3))])
        proposal = Proposal.of(found, 2, passing)
        self.assertEqual(proposal.passed, [(second, "Carnival"), (third, "paused")])
        self.assertIsNone(proposal.closure)

    def test_what_comes_later_was_not_passed_over(self):
        """Once all are found, dates after the last are of no interest."""
        second = MONDAY + timedelta(weeks=1)
        passing = self.pass_over(closed={second: ""})
        next(sifted := passing.sift(series(MONDAY)))
        next(sifted)
        self.assertEqual(Proposal.of([at(MONDAY)], 1, passing).passed, [])

    def test_no_session_is_left(self):
        """Who stopped asking had no use for the dates after the last one."""
        second = MONDAY + timedelta(weeks=1)
        passing = self.pass_over(closed={second: ""})
        found = self.take(passing, 2)
        self.assertEqual(Proposal.of(found[:1], 2, passing).passed, [])
        self.assertEqual(Proposal.of(found, 3, passing).passed, [(second, "")])

    def test_passed_over_in_vain(self):
        """The series ends before all are found: each date counts."""
        second = MONDAY + timedelta(weeks=1)
        passing = self.pass_over(closed={second: ""})
        dates = [(at(day), day) for day in (MONDAY, second)]
        found = [start for start, __ in passing.sift(dates)]
        self.assertEqual(Proposal.of(found, 2, passing).passed, [(second, "")])
        self.assertEqual(Proposal.of(found, 1, passing).passed, [])

    def test_closed_for_good(self):
        """A series that is closed for years ends, and says since when."""
        passing = Passing(lambda day: None, lambda day: "" if day > MONDAY else None)
        self.assertEqual(self.take(passing, 5), [at(MONDAY)])
        self.assertEqual(passing.closure, MONDAY + timedelta(weeks=1))

    def test_closed_for_a_long_time(self):
        end = MONDAY + LONGEST_CLOSURE
        passing = Passing(lambda day: None, lambda day: "" if day < end else None)
        self.assertEqual(len(self.take(passing, 3)), 3)
        self.assertIsNone(passing.closure)

    def test_a_long_pause_is_no_closure(self):
        end = MONDAY + 2 * LONGEST_CLOSURE
        passing = Passing(lambda day: "paused" if day < end else None, lambda day: None)
        self.assertEqual(len(self.take(passing, 3)), 3)

    @repeatable
    @given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
    def test_each_date_is_taken_or_passed_over(self, paused, closed):
        passing = self.pass_over(
            paused=[MONDAY + timedelta(weeks=week) for week in paused],
            closed={MONDAY + timedelta(weeks=week): "" for week in closed},
        )
        found = self.take(passing, 20)
        self.assertEqual(len(found), 20)
        together = sorted([*found, *(start for start, __, __ in passing.passed)])
        self.assertEqual(
            together,
            [at(MONDAY + timedelta(weeks=week)) for week in range(len(together))],
        )
        rests = paused | closed
        self.assertFalse(rests & {(start.date() - MONDAY).days // 7 for start in found})
