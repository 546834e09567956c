"""Days on which a shop is closed, and series of dates that pass over them (S15).

When the shop works is told by somebody else, for many days at once. Times here are
naive and those of the clock on the shop's wall.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
# A holiday often ends at 23:59:59: what it leaves of the day is no working time.
LEAST_TIME = timedelta(minutes=1)
FIRST_LOOK = timedelta(days=366)
# A series that finds no open day for so long finds none for anybody.
LONGEST_CLOSURE = timedelta(days=731)


def list_days(start: datetime, stop: datetime) -> Iterator[date]:
    """Yield the days that a span of time has at least a minute of."""
    day = start.date()
    while (midnight := datetime.combine(day, time.min)) < stop:
        end = min(stop, datetime.combine(day, time.max))
        if end - max(start, midnight) >= LEAST_TIME:
            yield day
        day += DAY


def find_closed(
    first: date,
    last: date,
    work: Iterable[tuple[datetime, datetime]],
    holidays: Iterable[tuple[datetime, datetime, str]],
) -> dict[date, str]:
    """Return the days without working time, with the holidays they are.

    :param first, last: the days that are asked about
    :param work: (start, stop) of the working times that holidays leave
    :param holidays: (start, stop, name), the name may be empty
    :return: {day: names}, by day; "" where it is just no day of work
    """
    is_open = {day for span in work for day in list_days(*span)}
    names: dict[date, list[str]] = {}
    begin, end = datetime.combine(first, time.min), datetime.combine(last, time.max)
    for start, stop, name in holidays:
        for day in list_days(max(start, begin), min(stop, end)):
            if name and name not in names.setdefault(day, []):
                names[day].append(name)
    days = (first + DAY * number for number in range((last - first).days + 1))
    return {day: ", ".join(names.get(day, ())) for day in days if day not in is_open}


class ClosedDays:
    """The closed days of a shop, read when they are asked for: many at once."""

    def __init__(
        self,
        load: Callable[[date, date], Mapping[date, str]],
        first: date,
        last: date,
    ):
        """Ask nothing yet.

        :param load: returns the closed days from one day through another, as
            `find_closed` does
        :param first, last: no day before or after is ever closed
        """
        self._load = load
        self._first, self._last = first, last
        self._closed: dict[date, str] = {}
        self._known: list[tuple[date, date]] = []
        self._look = FIRST_LOOK

    def find(self, day: date) -> str | None:
        """Return the holiday that a closed day is, "" if none; None of an open day.

        What is not known is read from that day on, each time twice as far: a series of
        any length asks a few times.
        """
        if not self._first <= day <= self._last:
            return None
        if not any(first <= day <= last for first, last in self._known):
            end = day + min(self._look, self._last - day)
            self._closed.update(self._load(day, end))
            self._known.append((day, end))
            self._look *= 2
        return self._closed.get(day)


@dataclass
class Passing:
    """A series of dates of which some are passed over; it keeps which, and why.

    ``closure`` is the first date since which the shop was closed on all of them, where
    the series has been given up for that; ``is_over`` tells that it has no more dates.
    """

    find_pause: Callable[[date], str | None]
    find_closure: Callable[[date], str | None]
    passed: list[tuple[datetime, date, str]] = field(default_factory=list)
    closure: date | None = None
    is_over: bool = False

    def sift(
        self, starts: Iterable[tuple[datetime, date]]
    ) -> Iterator[tuple[datetime, date]]:
        """Yield those of some dates on which visits can take place, in order.

        It ends when the shop has been closed on all of them for `LONGEST_CLOSURE`.

        :param starts: moments with their local days, in order, possibly without end
        """
        since = None
        for start, day in starts:
            closure = self.find_closure(day)
            if closure is None:
                since = None
            else:
                since = since or day
                if day - since > LONGEST_CLOSURE:
                    self.closure = since
                    break
            reason = self.find_pause(day) or closure
            if reason is None:
                yield start, day
            else:
                self.passed.append((start, day, reason))
        self.is_over = True


@dataclass
class Proposal:
    """The dates that are proposed, and those passed over on the way (B1a, S15)."""

    starts: list[datetime]
    passed: list[tuple[date, str]]
    closure: date | None = None

    @classmethod
    def of(cls, starts: list[datetime], count: int, passing: Passing) -> "Proposal":
        """Return a proposal of what a series gave.

        What comes after the last one was passed over in vain only where the series came
        to its end: not once all that were wanted are found, or no session is left.

        :param count: how many were wanted
        """
        in_vain = passing.is_over and len(starts) < count
        last = starts[-1] if starts else datetime.min
        passed = [
            (day, reason)
            for start, day, reason in passing.passed
            if in_vain or start < last
        ]
        return cls(starts, passed, passing.closure)
