"""What a top-up takes and gives, among the lines in which one service was sold.

Quantities come in and go out as floats, because that is what the records hold;
between the two everything is computed with exact decimals.
"""

from collections.abc import Hashable, Mapping
from decimal import Decimal

ZERO = Decimal(0)


def pay_owed(
    older: Mapping[Hashable, float], added: Mapping[Hashable, float]
) -> dict[Hashable, float]:
    """Return what moves between lines, so that new ones pay what is owed (S13).

    What the older lines of a service owe together is taken from the added ones, in
    order, as far as they go: then each of the older ones is at 0, but for the last
    one, which owes the rest.

    :param older: {line: its balance}, in the order in which they are used
    :param added: {line: its sessions, positive}, in that order
    :return: {line: signed sessions}, together 0; of lines of which some move
    """
    balances = {line: _exact(balance) for line, balance in older.items()}
    sessions = {line: _exact(quantity) for line, quantity in added.items()}
    owed = -sum(balances.values(), ZERO)
    paid = min(owed, sum(sessions.values(), ZERO))
    if paid <= 0:
        return {}
    moved = {line: -balance for line, balance in balances.items()}
    moved[next(reversed(moved))] -= owed - paid
    for line, quantity in sessions.items():
        moved[line] = -min(paid, quantity)
        paid += moved[line]
    return {line: float(quantity) for line, quantity in moved.items() if quantity}


def count_unused(
    unused: Mapping[Hashable, Mapping[Hashable, float]],
    sold: Mapping[Hashable, Mapping[Hashable, float]],
) -> dict[Hashable, dict[Hashable, float]]:
    """Return which sessions of a service count as not used, the last sold first (X7).

    Whichever line they stand on: of lines used one after the other, what is not used
    is of the last ones, as far as those were sold. What stays on a line stays where
    it is; what leaves it leaves its first cycles, what comes goes into its last ones.

    :param unused: {line: {cycle: sessions}}, lines in the order in which they count
        as used, cycles by sequence
    :param sold: the same of what each cycle sells of each line: at least as much
    :return: the same as ``unused``, with the same sum
    """
    left = sum((_total(cycles) for cycles in unused.values()), ZERO)
    counted = {}
    for line in reversed(unused):
        wanted = min(left, _total(sold[line]))
        left -= wanted
        counted[line] = _fill_up(
            _drop_first(unused[line], _total(unused[line]) - wanted),
            sold[line],
            wanted - _total(unused[line]),
        )
    return {line: counted[line] for line in unused}


def _total(cycles: Mapping[Hashable, float]) -> Decimal:
    return sum(map(_exact, cycles.values()), ZERO)


def _drop_first(cycles, surplus: Decimal) -> dict[Hashable, Decimal]:
    """Return the sessions of some cycles without the first ones, if too many."""
    kept = {}
    for cycle, quantity in cycles.items():
        dropped = min(_exact(quantity), max(ZERO, surplus))
        surplus -= dropped
        kept[cycle] = _exact(quantity) - dropped
    return kept


def _fill_up(cycles, sold, missing: Decimal) -> dict[Hashable, float]:
    """Return the sessions of some cycles and missing ones, from the last cycle on."""
    filled = dict(cycles)
    for cycle in reversed(sold):
        here = filled.get(cycle, ZERO)
        more = min(_exact(sold[cycle]) - here, max(ZERO, missing))
        missing -= more
        filled[cycle] = here + more
    return {cycle: float(filled[cycle]) for cycle in sold}


def _exact(number: float) -> Decimal:
    """Return the decimal number a float is written as, without its rounding error."""
    return Decimal(str(round(number, 6)))
