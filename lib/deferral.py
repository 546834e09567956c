"""Divide deferred revenue by the accounts that were billed (P8).

What of a plan is not earned yet was billed through one or more income accounts, each
with an analytic distribution or none. It goes back to them in the proportion of what
they were billed, less what was refunded, exact to the smallest unit of the currency.
"""

from collections.abc import Hashable, Iterable, Mapping

from .dealing import spread_amount


def divide(
    amount: float, billed: Mapping[Hashable, float], rounding: float
) -> dict[Hashable, float]:
    """Return the part of an amount that belongs to each account.

    An account that was refunded as much as it was billed, or more, gets nothing.

    :param amount: what is deferred, not negative
    :param billed: {account: what was billed less what was refunded}
    :param rounding: smallest unit of the currency: 0.01, 0.05, 1
    :return: {account: part}, without parts of 0; the parts add up to the amount as the
        currency rounds it
    :raise ValueError: if nothing stands billed that could carry the amount
    """
    bearing = {key: value for key, value in billed.items() if value > 0}
    parts = spread_amount(amount, bearing.values(), rounding)
    return {key: part for key, part in zip(bearing, parts, strict=True) if part}


def can_carry(billed: Iterable[float]) -> bool:
    """Tell whether something of what was billed stands, so that it can be divided by.

    :param billed: what was billed less what was refunded, by account
    """
    return any(value > 0 for value in billed)
