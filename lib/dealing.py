"""Put visits into cycles, and spread sessions and money over cycles.

A visit weighs 1, 0.5 for a half day, or what it takes of a service that covers its own
(S10: a boarding night 2); a cycle's capacity counts in the same unit. Quantities and
amounts come in and go out as floats, because that is what the records hold; between
the two everything is computed with exact fractions.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor

# A quantity is spread in the coarsest of these steps that it is a multiple of.
QUANTITY_STEPS = (Fraction(1), Fraction(1, 2), Fraction(1, 100))


@dataclass(frozen=True)
class Visit:
    """One coming of the pet, as far as the deal is concerned.

    ``units`` is its weight in a cycle, ``cycle`` the id of the cycle it is in now, or
    None. A ``pinned`` visit keeps that cycle (C4).
    """

    id: Hashable
    start: datetime
    units: float
    cycle: Hashable | None
    pinned: bool


@dataclass(frozen=True)
class Cycle:
    """One billing unit: ``capacity`` in visits, ``open`` if a deal may fill it (C6)."""

    id: Hashable
    capacity: float
    open: bool


def deal(
    visits: Iterable[Visit], cycles: Iterable[Cycle]
) -> dict[Hashable, Hashable | None]:
    """Return the cycle of every visit after dealing a package again (C2, C4).

    Pinned visits keep their cycle and fill its capacity first. All others, wherever
    they are now, are dealt by (start, id) into the open cycles in order: a visit that
    does not fit the current cycle opens the next, and no later visit goes back. One
    heavier than 1 fits where there is room for 1 (S10), over the capacity. What fits
    nowhere lands in the last open cycle, over its capacity. Without an open
    cycle every visit stays where it is.

    :param visits: the visits of one package, without the cancelled ones
    :param cycles: all cycles of that package, by sequence
    :return: {visit id: cycle id} with every visit
    """
    visits = list(visits)
    dealt = {visit.id: visit.cycle for visit in visits}
    open_cycles = [cycle for cycle in cycles if cycle.open]
    if not open_cycles:
        return dealt
    room = _room(open_cycles, _booked_by_pinned(visits))
    loose = (visit for visit in visits if not visit.pinned)
    current = 0
    for visit in sorted(loose, key=lambda visit: (visit.start, visit.id)):
        current = _first_fit(room, visit.units, current)
        room[current] -= visit.units
        dealt[visit.id] = open_cycles[current].id
    return dealt


def first_with_room(
    cycles: Iterable[Cycle], booked: Mapping[Hashable, float], units: float
) -> Hashable | None:
    """Return the id of the first open cycle with room for one more visit (B2).

    :param cycles: all cycles of one package, by sequence
    :param booked: {cycle id: units already in it}; a missing cycle is empty
    :param units: weight of the new visit; one above 1 enters where 1 has room (S10)
    :return: without room anywhere the last open cycle, without open cycle None
    """
    open_cycles = [cycle for cycle in cycles if cycle.open]
    if not open_cycles:
        return None
    return open_cycles[_first_fit(_room(open_cycles, booked), units)].id


def capacities(count: int, per_cycle: int) -> list[int]:
    """Return the capacity of each cycle of a package (S4): 10 by 4 is [4, 4, 2].

    :param count: visits of the whole package
    :param per_cycle: visits in one cycle, at most ``count``
    :raise ValueError: if either is not positive, or a cycle is larger than the package
    """
    if not 0 < per_cycle <= count:
        raise ValueError(f"{count} visits do not make cycles of {per_cycle}")
    full, remainder = divmod(count, per_cycle)
    return [per_cycle] * full + [remainder] * bool(remainder)


def capacities_of(most: float, per_cycle: int) -> list[float]:
    """Return the capacity of each cycle of a top-up (S13): 6.5 by 4 is [4.0, 2.5].

    :param most: sessions of the service with the most of them, positive
    :param per_cycle: visits in one cycle; of fewer sessions there is one cycle
    :raise ValueError: if either is not positive
    """
    total = _exact(most)
    if total <= 0 or per_cycle <= 0:
        raise ValueError(f"{most} sessions do not make cycles of {per_cycle}")
    full, remainder = divmod(total, per_cycle)
    return [float(per_cycle)] * full + [float(remainder)] * bool(remainder)


def spread(quantity: float, capacities: Iterable[float]) -> list[float]:
    """Return the sessions of each cycle, in proportion to its capacity (S4).

    Cycle i of a package of N visits gets ``round(Q*V_i/N) - round(Q*V_(i-1)/N)``, V_i
    being the visits up to and including it, halves up. A whole quantity is spread in
    whole sessions, one in half days (2.5) in steps of 0.5, any other in steps of 0.01.
    The shares add up to the quantity, whatever its decimals.

    :param quantity: sessions of one line for the whole package
    :param capacities: visits of each cycle, by sequence
    :raise ValueError: if a capacity is negative, or no cycle can take the quantity
    """
    total = _exact(quantity)
    step = next(
        (step for step in QUANTITY_STEPS if total % step == 0), QUANTITY_STEPS[-1]
    )
    return _spread(total, capacities, step)


def spread_amount(
    total: float, shares: Iterable[float], rounding: float
) -> list[float]:
    """Return the untaxed amount of each cycle, in proportion to its share (S6).

    Every amount is a multiple of the currency's rounding, by rounding the cumulative
    amounts (halves away from zero, as Odoo does); a zero share gets zero. The amounts
    add up to the total as the currency rounds it.

    :param total: amount to spread, negative for a discount
    :param shares: weight of each cycle in any unit, by sequence
    :param rounding: smallest unit of the currency: 0.01, 0.05, 1
    :raise ValueError: if the rounding is not positive, a share is negative, or there
        is an amount but no share to carry it
    """
    step = _exact(rounding)
    if step <= 0:
        raise ValueError(f"a currency rounds to a positive amount, not {rounding}")
    return _spread(_round(_exact(total), step), shares, step)


def _booked_by_pinned(visits: Iterable[Visit]) -> dict[Hashable, float]:
    """Return {cycle id: units of the pinned visits in it}."""
    booked = {}
    for visit in visits:
        if visit.pinned:
            booked[visit.cycle] = booked.get(visit.cycle, 0) + visit.units
    return booked


def _room(cycles: Iterable[Cycle], booked: Mapping[Hashable, float]) -> list[float]:
    """Return the free units of each cycle, negative where it is over its capacity."""
    return [cycle.capacity - booked.get(cycle.id, 0) for cycle in cycles]


def _first_fit(room: Sequence[float], units: float, start: int = 0) -> int:
    """Return the first position from ``start`` on with that room, else the last."""
    last, needed = len(room) - 1, min(units, 1)
    fits = (i for i in range(start, last) if round(room[i] - needed, 6) >= 0)
    return next(fits, last)


def _exact(number: float) -> Fraction:
    """Return the decimal number a float is written as: 0.1 is one tenth."""
    return Fraction(str(number))


def _round(value: Fraction, step: Fraction) -> Fraction:
    """Return the multiple of ``step`` nearest to ``value``, halves away from zero."""
    rounded = floor(abs(value) / step + Fraction(1, 2)) * step
    return rounded if value >= 0 else -rounded


def _spread(total: Fraction, weights: Iterable[float], step: Fraction) -> list[float]:
    """Return one share per weight: the differences of the rounded running totals."""
    running = list(accumulate(_weight(weight) for weight in weights))
    whole = running[-1] if running else 0
    if not whole:
        if total:
            raise ValueError(f"there is nothing to spread {float(total)} over")
        return [0.0 for _ in running]
    marks = [_running_total(total, weight / whole, step) for weight in running]
    return [float(mark - before) for before, mark in pairwise([0, *marks])]


def _weight(number: float) -> Fraction:
    """Return a weight as an exact number, refusing a negative one."""
    weight = _exact(number)
    if weight < 0:
        raise ValueError(f"a share cannot be negative: {number}")
    return weight


def _running_total(total: Fraction, part: Fraction, step: Fraction) -> Fraction:
    """Return ``part`` (0 to 1) of the total, rounded but never beyond the total.

    The whole is the total itself, so the shares add up to it even where it is no
    multiple of ``step``.
    """
    if part == 1:
        return total
    return min(_round(total * part, step), total, key=abs)
