"""Set a credit against bills, one after the other (S14)."""

from collections.abc import Sequence


def set_against(credit: float, bills: Sequence[float]) -> list[float]:
    """Return what a credit takes off each bill, the first ones first.

    Never more than there is of either: what no bill takes stays a credit.

    :param credit: what there is to set against them, 0 or more
    :param bills: what is left to pay of each, in the order in which they are set off
    :return: amounts, parallel to ``bills``
    """
    taken = []
    for bill in bills:
        part = round(max(0.0, min(credit, bill)), 6)
        credit = round(credit - part, 6)
        taken.append(part)
    return taken
