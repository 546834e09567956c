"""Billing periods, validity, due dates, local days and recurring visits.

Moments are naive datetimes in UTC, as Odoo stores them; days are dates of the
calendar on the shop's wall. ``tz`` is the IANA name of its time zone, for example
"America/Sao_Paulo". One that this system does not know is looked up among the names
that dateutil carries; what nobody knows counts as UTC, since a name stored by another
system must not make every date unreadable.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MO, WEEKLY, rrule
from dateutil.zoneinfo import get_zonefile_instance

UNITS = ("day", "week", "month", "year")
FREQUENCIES = {"day": DAILY, "week": WEEKLY}
DUE_BASES = {"first": min, "last": max}


def add_interval(day: date, count: int, unit: str) -> date:
    """Return the date ``count`` units after ``day``; a month may end it earlier.

    One month after 31 January is the last day of February.

    :param count: number of units, negative to go back
    :param unit: "day", "week", "month" or "year"
    :raise ValueError: for another unit, or a result outside the years 1 to 9999
    """
    if unit not in UNITS:
        raise ValueError(f"unknown unit: {unit!r}")
    try:
        return day + relativedelta(**{f"{unit}s": count})
    except OverflowError as error:
        raise ValueError(f"{count} {unit}s from {day} is no date") from error


def period_bounds(
    start: date, interval: int, unit: str, count: int
) -> list[tuple[date, date]]:
    """Return the first and last day of each billing period of a plan (S5).

    Period n starts n intervals after the start of the plan, not one after the period
    before it, so that 31 January is followed by 28 February and 31 March. A period
    ends the day before the next one starts.

    :param interval: length of a period in units, at least 1
    :param unit: "day", "week", "month" or "year"
    :param count: number of periods
    :raise ValueError: for another unit, no interval, or a negative count
    """
    if interval < 1:
        raise ValueError(f"a period lasts at least 1 {unit}, not {interval}")
    _check_count(count)
    starts = [add_interval(start, n * interval, unit) for n in range(count + 1)]
    return [
        (first, following - timedelta(days=1)) for first, following in pairwise(starts)
    ]


def validity_end(start: date, validity: int | None, unit: str) -> date | None:
    """Return the last day a package can be used, or None if it never expires (S8).

    Three months from 15 May end with 15 August.

    :param validity: number of units; 0 or None never expires
    :param unit: "day", "week", "month" or "year"; unused without validity
    :raise ValueError: for another unit or a negative validity
    """
    if not validity:
        return None
    if validity < 0:
        raise ValueError(f"a validity cannot be negative: {validity}")
    return add_interval(start, validity, unit)


def count_days(spans: Iterable[tuple[date, date]]) -> int:
    """Return how many days some spans have, given as first and last day."""
    return sum((last - first).days + 1 for first, last in spans)


def part_from(
    first: date, last: date, day: date, pauses: Iterable[tuple[date, date]] = ()
) -> float:
    """Return the part of a period that lies on a day or after it, from 0 to 1 (S11).

    Counted in days, without those on which the plan is paused.

    :param first, last: of the period, both inclusive
    :param day: the first one that counts
    :param pauses: (first, last) of each, which do not overlap
    """

    def usable(start: date) -> int:
        paused = (
            (max(start, begin), min(last, end))
            for begin, end in pauses
            if begin <= last and end >= start
        )
        return max(0, (last - start).days + 1) - count_days(paused)

    whole = usable(first)
    return usable(max(first, day)) / whole if whole > 0 else 0.0


def follow_pauses(
    day: date,
    start: date,
    before: Iterable[tuple[date, date]],
    after: Iterable[tuple[date, date]],
) -> date:
    """Return where a day of a plan moves when its pauses change (X8).

    As many usable days lie between it and the start as before, so that every period
    keeps its own; and it is no day of a pause.

    :param start: first day of the plan
    :param before, after: first and last day of each pause, none over another
    """
    eve = day - timedelta(days=1)
    paused = count_days(
        (max(first, start), min(last, eve))
        for first, last in before
        if first < day and last >= start
    )
    moved = day - timedelta(days=paused)
    for first, last in sorted(after):
        if start <= last and first <= moved:
            moved += timedelta(days=(last - max(first, start)).days + 1)
    return moved


def due_date(days: Iterable[date], basis: str, offset_days: int) -> date | None:
    """Return the due date of a cycle, or None if it has no visit (C5).

    :param days: local dates of the cycle's visits, in any order
    :param basis: "first" or "last" of them
    :param offset_days: days from there to the due date, may be negative
    :raise ValueError: for another basis
    """
    if basis not in DUE_BASES:
        raise ValueError(f"unknown due date basis: {basis!r}")
    day = DUE_BASES[basis](days, default=None)
    return day and day + timedelta(days=offset_days)


def local_day(moment: datetime, tz: str) -> date:
    """Return the date on the shop's calendar at a moment (naive UTC)."""
    return to_local(moment, tz).date()


def from_local(local_time: datetime, tz: str) -> datetime:
    """Return the moment (naive UTC) of a naive time on the shop's clock.

    A time the clocks skip moves forward by what they skip; of one that comes twice the
    first is meant.

    :raise OverflowError: for a moment outside the years 1 to 9999
    """
    return _to_utc(local_time, _find_zone(tz))


def to_local(moment: datetime, tz: str) -> datetime:
    """Return the naive time on the shop's clock at a moment (naive UTC)."""
    return _to_local(moment, _find_zone(tz))


def is_same_clock(moment: datetime, tz: str, other: str) -> bool:
    """Tell whether the clocks of two time zones agree at a moment (naive UTC)."""
    return to_local(moment, tz) == to_local(moment, other)


def parse_moment(text: str) -> datetime:
    """Return the moment (naive UTC) that a text in ISO 8601 names.

    "2026-01-05 09:00:00" is UTC, as Odoo writes it; "2026-01-05T09:00:00Z" and
    "2026-01-05T06:00:00-03:00" say it themselves.

    :raise ValueError: when it names none
    """
    # Python 3.10 does not know the Z.
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def visit_starts(
    first: datetime,
    every: int,
    unit: str,
    tz: str,
    weekdays: Iterable[int] = (),
) -> Iterator[datetime]:
    """Yield the starts of recurring visits at one local time (B1), in naive UTC.

    One after the other, without end: whoever asks knows how many are wanted, and which
    of the days can be taken.

    09:00 stays 09:00 on the shop's clock when the clocks change. A time the clocks
    skip moves forward by what they skip (02:30 to 03:30); of a time that comes twice
    the first is meant.

    Weekdays choose the days within every ``every``-th week, a week starting on Monday
    and the first being that of ``first``; days before ``first`` are left out, and so
    is ``first`` if its weekday is not chosen. Without weekdays it is that of
    ``first``.

    :param first: earliest start, naive UTC, in whole seconds
    :param every: distance in units, at least 1
    :param unit: "day" or "week"
    :param weekdays: 0 (Monday) to 6 (Sunday), only with weeks
    :raise ValueError: for another unit, no distance, a weekday outside 0 to 6, or
        weekdays with days
    """
    weekdays = set(weekdays)
    _check_recurrence(every, unit, weekdays)
    zone = _find_zone(tz)
    local_times = rrule(
        FREQUENCIES[unit],
        dtstart=_to_local(first, zone),
        interval=every,
        wkst=MO,
        byweekday=weekdays or None,
    )
    return (_to_utc(local_time, zone) for local_time in local_times)


def _check_count(count: int) -> None:
    if count < 0:
        raise ValueError(f"a count cannot be negative: {count}")


def _check_recurrence(every: int, unit: str, weekdays: set[int]) -> None:
    if unit not in FREQUENCIES:
        raise ValueError(f"visits recur by day or week, not by {unit!r}")
    if every < 1:
        raise ValueError(f"visits are at least 1 {unit} apart, not {every}")
    if weekdays and unit != "week":
        raise ValueError("weekdays can only be chosen for visits by week")
    if not weekdays <= set(range(7)):
        raise ValueError(f"weekdays are 0 (Monday) to 6 (Sunday), not {weekdays}")


def _find_zone(tz: str) -> tzinfo:
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        return get_zonefile_instance().get(tz) or timezone.utc


def _to_local(moment: datetime, zone: tzinfo) -> datetime:
    """Return the naive time on the local clock at a moment (naive UTC)."""
    return moment.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)


def _to_utc(local_time: datetime, zone: tzinfo) -> datetime:
    """Return the moment (naive UTC) of a naive time on the local clock."""
    local_time = local_time.replace(tzinfo=zone, fold=0)
    return local_time.astimezone(timezone.utc).replace(tzinfo=None)
