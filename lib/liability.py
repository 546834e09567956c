"""What sessions sold in advance have earned, and what is still owed of them (P7).

The database computes these sums for all plans at once (`models/liability_query.py`);
this is what they are, said in plain Python. Amounts and sessions are exact decimals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from . import periods

ZERO = Decimal(0)
ONE = Decimal(1)
CENT = Decimal("0.01")


class Segment(NamedTuple):
    """Sessions that were sold for one amount, untaxed: a line of an invoice."""

    quantity: Decimal
    amount: Decimal

    def take(self, amount: Decimal) -> "Segment":
        """Return the part of it that comes to an amount: none below 0, at most all."""
        amount = max(ZERO, min(amount, self.amount))
        part = amount / self.amount if self.amount else ZERO
        return Segment((self.quantity * part).quantize(CENT), amount)


@dataclass(frozen=True)
class Balance:
    """What one service of a plan comes to at the end of a day."""

    billed: Decimal = ZERO
    refunded: Decimal = ZERO
    transferred: Decimal = ZERO
    used: Decimal = ZERO
    expired: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        """Above zero a liability, below zero revenue not billed yet."""
        return self.billed - self.refunded + self.transferred - self.used - self.expired


def earn(count: Decimal, segments: Iterable[Segment], rounding: Decimal) -> Decimal:
    """Return what the first sessions of a service have earned.

    They use up one segment after the other; what is consumed beyond the last one was
    not sold, and earns nothing. At the end of each segment its amount is exact.

    :param count: sessions consumed; none below zero
    :param segments: in the order of use
    :param rounding: of the currency
    """
    earned, start = ZERO, ZERO
    for segment in segments:
        earned += segment.amount * _get_part(count - start, segment.quantity)
        start += segment.quantity
    return round_to(earned, rounding)


def _get_part(count: Decimal, quantity: Decimal) -> Decimal:
    """Return the part of some sessions that a count uses up, from 0 to 1."""
    if not quantity:
        return ONE if count >= 0 else ZERO
    return max(ZERO, min(ONE, count / quantity))


def count_sold(count: Decimal, segments: Iterable[Segment]) -> Decimal:
    """Return how many of the sessions consumed were sold: none beyond the segments."""
    sold = sum((segment.quantity for segment in segments), ZERO)
    return max(ZERO, min(count, sold))


def hand_on(
    taken: Decimal, quantity: Decimal, segments: Sequence[Segment], rounding: Decimal
) -> Segment:
    """Return what of some sessions that go to another plan was sold, and for how much.

    :param taken: sessions that were consumed, or handed on, before
    :param quantity: sessions that go
    """
    before = count_sold(taken, segments)
    return Segment(
        count_sold(taken + quantity, segments) - before,
        earn(taken + quantity, segments, rounding) - earn(taken, segments, rounding),
    )


def reduce(segment: Segment, credited_quantity: Decimal, credited: Decimal) -> Segment:
    """Return what a credit note leaves of a segment.

    One over all its sessions that is not in full lowers their price.
    """
    if credited >= segment.amount and credited:
        return Segment(ZERO, ZERO)
    left = segment.quantity - credited_quantity
    return Segment(left if left > 0 else segment.quantity, segment.amount - credited)


def part_through(
    first: date, last: date, day: date, pauses: Iterable[tuple[date, date]] = ()
) -> float:
    """Return the part of a period through a day, from 0 to 1: of what is unlimited.

    Counted in days, without those on which the plan is paused (S11).
    """
    return 1.0 - periods.part_from(first, last, day + timedelta(days=1), list(pauses))


def balance(
    billed: Decimal,
    refunded: Decimal,
    transferred: Decimal,
    earned_by_use: Decimal,
    earned: Decimal,
    *,
    finished: bool,
    expired: bool,
) -> Balance:
    """Return what a service comes to: a finished one has earned all that was billed.

    The difference belongs to what expired, if anything did, else to what was used.

    :param earned_by_use: what the sessions used have earned
    :param earned: what these and those expired have
    :param finished: nothing is left of the plan, and no draft is open
    :param expired: sessions of it expired, or an edit took some
    """
    used, lapsed = earned_by_use, earned - earned_by_use
    if finished:
        whole = billed - refunded + transferred
        used = min(used, whole) if expired else whole
        lapsed = whole - used
    return Balance(billed, refunded, transferred, used, lapsed)


def round_to(amount: Decimal, rounding: Decimal) -> Decimal:
    """Return an amount rounded to a multiple of the currency's rounding, halves up."""
    return (amount / rounding).quantize(ONE, ROUND_HALF_UP) * rounding


def exact(number: float) -> Decimal:
    """Return the decimal number a float is written as, without its rounding error."""
    return Decimal(str(round(number, 6)))
