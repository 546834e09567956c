"""Find out how regularly visits came: which days of the week, how often, what time.

So that who renews is offered what the customer is used to. A visit that was moved for
once, or left out, does not hide what the others have in common.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MOST_WEEKS = 8  # apart; what comes less often has no weekday anybody relies on
MOST_DAYS = 31
LEAST_FIT = 0.6
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """Days that recur: every ``every`` days, or weekdays of every ``every``-th week.

    ``phase`` tells which days or weeks are meant, ``at`` the local time.
    """

    every: int
    unit: str
    weekdays: frozenset[int]
    phase: int
    at: time

    def has(self, day: date) -> bool:
        """Tell whether a day is one of the rhythm's."""
        if self.unit == "day":
            return (day.toordinal() - self.phase) % self.every == 0
        return (
            day.weekday() in self.weekdays
            and (_number_week(day) - self.phase) % self.every == 0
        )

    def next_after(self, last: date, earliest: date) -> date:
        """Return the day of the rhythm one interval after a visit.

        If the visit itself was moved, the day it was moved from counts: the nearest.

        :param last: the day of the last visit
        :param earliest: the first day that can be taken
        """
        due = min(self._days_around(last), key=lambda day: (abs(day - last), day))
        return next(self._days_from(max(due + DAY, earliest)))

    def _days_from(self, first: date) -> Iterator[date]:
        day = first
        while True:
            if self.has(day):
                yield day
            day += DAY

    def _days_around(self, day: date) -> list[date]:
        reach = self.every * (7 if self.unit == "week" else 1)
        around = (day + DAY * offset for offset in range(-reach, reach + 1))
        return [one for one in around if self.has(one)]


def find_rhythm(moments: Iterable[datetime]) -> Rhythm | None:
    """Return what visits have in common, or None if they come as it suits.

    Of several rhythms the one that tells most visits, and fewest that were not; one
    weekday before any number of days, and that before several weekdays. Two visits
    have a rhythm only if they share their weekday.

    :param moments: the local times of the visits
    """
    moments = sorted(moments)
    days = sorted({moment.date() for moment in moments})
    at, times = next(
        iter(Counter(moment.time() for moment in moments).most_common(1)), (None, 0)
    )
    if len(days) < 2 or 2 * times < len(moments):
        return None
    if len(days) == 2 and (days[1] - days[0]).days % 7:
        return None
    best, fit = None, 0.0
    for rhythm in _list_rhythms(days, at):
        if (found := _measure_fit(rhythm, days)) > fit:
            best, fit = rhythm, found
    return best if fit >= LEAST_FIT else None


def _list_rhythms(days: Sequence[date], at: time) -> Iterator[Rhythm]:
    """Yield the rhythms that may be meant, the simplest first."""
    weekdays = [day for day, __ in Counter(d.weekday() for d in days).most_common()]
    yield from _list_weekly(days, at, weekdays[:1])
    for every in range(2, MOST_DAYS + 1):
        if every % 7:
            phase = _find_phase((day.toordinal() for day in days), every)
            yield Rhythm(every, "day", frozenset(), phase, at)
    for count in range(2, len(weekdays) + 1):
        yield from _list_weekly(days, at, weekdays[:count])


def _list_weekly(days, at, weekdays):
    chosen = frozenset(weekdays)
    weeks = [_number_week(day) for day in days if day.weekday() in chosen]
    for every in range(1, MOST_WEEKS + 1):
        yield Rhythm(every, "week", chosen, _find_phase(weeks, every), at)


def _find_phase(numbers, every):
    """Return which remainder most of some numbers leave."""
    return Counter(number % every for number in numbers).most_common(1)[0][0]


def _measure_fit(rhythm, days):
    """Return how many days the rhythm and the visits share, of all that either has."""
    visited = set(days)
    span = range((days[-1] - days[0]).days + 1)
    expected = {day for n in span if rhythm.has(day := days[0] + DAY * n)}
    return len(visited & expected) / len(visited | expected)


def _number_week(day: date) -> int:
    """Return the number of the week of a day, all weeks counted from Monday on."""
    return (day.toordinal() - 1) // 7
