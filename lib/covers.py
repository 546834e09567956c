"""What one session of a service is good for besides its own (S10).

A service of a plan may cover others, each for a number of its sessions: a daycare day
half a session, a boarding night two. That number is the weight of the cover.
"""

from collections.abc import Hashable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

# Counters are kept in hundredths: no cover weighs less, and no visit takes less.
STEP = Decimal("0.01")


def weigh(quantity: float, weight: float) -> float:
    """Return the sessions that a quantity of a covered service takes.

    In steps of 0.01, halves up, and never less than one step: nothing is for free. What
    weighs 1 is taken as it is.

    :param quantity: of the service as it is priced, more than 0
    :param weight: sessions for one of it, more than 0
    """
    if weight == 1:
        return quantity
    sessions = Decimal(str(quantity)) * Decimal(str(weight))
    return float(max(STEP, sessions.quantize(STEP, ROUND_HALF_UP)))


def find_covering(
    wanted: Hashable, offered: Iterable[tuple[Hashable, Mapping[Hashable, float]]]
) -> list[tuple[Hashable, float]]:
    """Return the services that may pay for a wanted one, with its weight on each.

    Its own one comes first, then those that cover it, in their order.

    :param wanted: name of the service
    :param offered: (service, {covered service: weight}) in the order of the plan
    """
    offered = list(offered)
    own = [(name, 1.0) for name, __ in offered if name == wanted]
    return own + [
        (name, covers[wanted])
        for name, covers in offered
        if name != wanted and wanted in covers
    ]
