"""Give new visits of one plan their place in a cycle and the sessions they take.

What `dealing` does to visits that exist, this does to visits that are being booked:
nothing that was booked before moves (B2).
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from . import dealing
from .balances import Balance, Part, Unlimited
from .covers import find_covering, weigh


def find_overlaps(
    spans: Mapping[Hashable, tuple[datetime, datetime]],
    others: Mapping[Hashable, tuple[datetime, datetime]],
) -> dict[Hashable, list[Hashable]]:
    """Return which of some other spans of time each span overlaps (B1).

    Sorted once, so that a list twice as long takes little more than twice as long.
    Spans that only touch do not overlap.

    :param spans: {name: (start, stop)}
    :param others: the same, of what may be in the way
    :return: {name: names of the others, by start} with every name
    """
    ordered = sorted(others.items(), key=lambda item: item[1])
    starts = [start for __, (start, __) in ordered]
    longest = max((stop - start for start, stop in others.values()), default=None)

    def overlapped(start: datetime, stop: datetime) -> Iterator[Hashable]:
        for name, span in ordered[
            bisect_left(starts, start - longest) : bisect_left(starts, stop)
        ]:
            if span[1] > start:
                yield name

    if longest is None:
        return {name: [] for name in spans}
    return {name: list(overlapped(*span)) for name, span in spans.items()}


@dataclass
class Slot:
    """One cycle as a new visit finds it.

    ``booked`` are the units in it, ``first`` and ``last`` the days of a plan's period.
    A slot that is not ``open`` takes no visit (C6).
    """

    id: Hashable
    capacity: float
    open: bool
    booked: float = 0.0
    first: date | None = None
    last: date | None = None


@dataclass
class Service:
    """One service of the plan: its balance, and what each cycle is to have of it.

    ``shares`` are the sessions each cycle entitles to, ``taken`` what its visits took;
    both by slot (S4, B2). ``covers`` are the other services it is good for, with the
    sessions that one of them takes (S10). Of a service without limit a pet has no more
    than ``per_day`` on one day (0: as often as it likes), ``by_day`` is what each has
    (S11).
    """

    balance: Balance | Unlimited
    shares: Sequence[float]
    taken: list[float]
    covers: Mapping[Hashable, float] = field(default_factory=dict)
    per_day: float = 0.0
    by_day: dict[Hashable, float] = field(default_factory=dict)

    def fits_day(self, quantity: float, who: Hashable | None) -> bool:
        """Tell whether a pet may have so many sessions more on a day (S11).

        :param who: the pet and the day
        """
        if not self.per_day:
            return True
        return round(self.by_day.get(who, 0.0) + quantity - self.per_day, 6) <= 0


@dataclass(frozen=True)
class Asked:
    """Some of a service that a visit asks for.

    ``first`` is the one to pay, if it can; ``who`` names the pet and the day (S11).
    """

    service: Hashable
    quantity: float
    first: Hashable | None = None
    who: Hashable | None = None


@dataclass
class Place:
    """The cycle of a visit, and the sessions it takes of each service."""

    slot: Slot
    parts: dict[Hashable, list[Part]] = field(default_factory=dict)


class Allotment:
    """A plan's cycles and balances, while visits are booked one after the other."""

    def __init__(
        self,
        slots: Sequence[Slot],
        services: Mapping[Hashable, Service],
        by_period: bool,
    ):
        """Take the state of the plan over; `enter` changes it.

        :param slots: all cycles, by sequence
        :param services: in the order in which the plan sells them
        :param by_period: whether the day of a visit decides on its cycle (a plan),
            or the room that cycles have (a package)
        """
        self.slots = list(slots)
        self.services = dict(services)
        self.by_period = by_period
        self._position = {slot.id: at for at, slot in enumerate(self.slots)}

    def find_slot(self, day: date, units: float) -> Slot | None:
        """Return the cycle that a visit of a day and a weight enters (B2), or None."""
        if self.by_period:
            return next(
                (
                    slot
                    for slot in self.slots
                    if slot.open and slot.first <= day <= slot.last
                ),
                None,
            )
        found = dealing.first_with_room(
            self.slots, {slot.id: slot.booked for slot in self.slots}, units
        )
        return None if found is None else self.slots[self._position[found]]

    def enter(
        self,
        day: date,
        units: float,
        wanted: Mapping[Hashable, float] | None = None,
        pet: Hashable | None = None,
    ) -> Place | None:
        """Book one visit: it enters a cycle and takes its sessions.

        It takes what was asked for, also where that is not there: whoever posts the
        sessions asks the ledger.

        :param day: the visit's local date
        :param units: its weight in the cycle, and the sessions it takes by default
        :param wanted: {service: sessions}; by default those of `get_default`
        :param pet: whose visit it is
        :return: None if no cycle is open to it
        """
        slot = self.find_slot(day, units)
        if slot is None:
            return None
        who = (pet, day)
        if wanted is None:
            wanted = self.get_default(slot, units, who)
        slot.booked += units
        place = Place(slot)
        for name, quantity in wanted.items():
            service = self.services[name]
            service.taken[self._position[slot.id]] += quantity
            service.by_day[who] = service.by_day.get(who, 0.0) + quantity
            place.parts[name] = service.balance.take(quantity, self._period(slot))
        return place

    def get_default(
        self, slot: Slot, units: float, who: Hashable | None = None
    ) -> dict[Hashable, float]:
        """Return the sessions a visit takes unless staff choose otherwise (B2).

        One session (as many as the visit weighs) of each service of which the cycle's
        share is not used up; where less than that is left of one service, that beside
        the whole of another. Sessions beyond the shares, which a counter edit or an
        earlier period may have left, come from the first service that has some.

        :param slot: the cycle the visit enters
        :param units: the visit's weight
        :param who: the pet and the day, see `Service.fits_day`
        :return: {service: sessions}, of at least one service the whole weight
        """
        at, period = self._position[slot.id], self._period(slot)
        rooms = {
            name: min(
                service.shares[at] - service.taken[at], service.balance.left(period)
            )
            for name, service in self.services.items()
            if service.fits_day(units, who)
        }
        wanted = {
            name: min(units, round(room, 6)) for name, room in rooms.items() if room > 0
        }
        if units in wanted.values():
            return wanted
        # What was asked for is booked or refused, never made smaller in silence.
        spare = (
            name
            for name, service in self.services.items()
            if name in rooms and service.balance.has(units, period)
        )
        first = next(spare, next(iter(wanted or self.services)))
        return {**wanted, first: units}

    def list_payers(self, asked: Asked) -> list[tuple[Hashable, float]]:
        """Return what might pay for something, with the sessions it would take (S10).

        Its own service first, then those that cover it by the order of the plan; what
        was chosen before all.
        """
        offered = ((name, service.covers) for name, service in self.services.items())
        payers = [
            (name, weigh(asked.quantity, weight))
            for name, weight in find_covering(asked.service, offered)
        ]
        return sorted(payers, key=lambda payer: payer[0] != asked.first)

    def find_payer(
        self,
        asked: Asked,
        slot: Slot,
        taken: Mapping[Hashable, float],
        finds: Callable[["Allotment", Hashable, float, Slot], bool],
    ) -> tuple[Hashable, float] | None:
        """Return the service that pays for what a visit asks for, and how much (S10).

        The first one of `list_payers` that has as many.

        :param asked: a service and a quantity of it
        :param slot: the cycle of the visit
        :param taken: {service: sessions} that the same visit takes already
        :param finds: `has`, or `may_take` of what may be owed
        :return: (service, sessions), or None where none has enough
        """
        for name, sessions in self.list_payers(asked):
            total = taken.get(name, 0.0) + sessions
            if self.services[name].fits_day(total, asked.who) and finds(
                self, name, total, slot
            ):
                return name, sessions
        return None

    def pays_for(self, service: Hashable) -> bool:
        """Tell whether the plan covers a service, whatever is left of it."""
        return bool(self.list_payers(Asked(service, 1.0)))

    def choose_payer(
        self, asked: Asked, slot: Slot, taken: Mapping[Hashable, float]
    ) -> tuple[Hashable, float]:
        """Return what pays for something that the plan covers, and how much (S10).

        Where nobody has enough, who may owe it, or the first: whoever posts the
        sessions asks the ledger.

        :param asked, slot, taken: as of `find_payer`
        :return: (service, sessions)
        """
        return (
            self.find_payer(asked, slot, taken, Allotment.has)
            or self.find_payer(asked, slot, taken, Allotment.may_take)
            or self.list_payers(asked)[0]
        )

    def has(self, name: Hashable, quantity: float, slot: Slot) -> bool:
        """Tell whether a visit of a cycle finds so many sessions of a service."""
        service = self.services.get(name)
        return bool(service) and service.balance.has(quantity, self._period(slot))

    def may_take(self, name: Hashable, quantity: float, slot: Slot) -> bool:
        """Tell whether a visit of a cycle may take so many, into the overdraft too."""
        service = self.services.get(name)
        return bool(service) and service.balance.may_take(quantity, self._period(slot))

    def count_sessions(self, slot: Slot) -> float:
        """Return the sessions that visits of a cycle find, of all services (U1)."""
        period = self._period(slot)
        return sum(
            max(0.0, service.balance.left(period)) for service in self.services.values()
        )

    def propose(
        self,
        starts: Iterable[tuple[datetime, date]],
        units: float,
        count: int,
        may_owe: bool,
        refuses: Callable[[date], bool],
        pet: Hashable | None = None,
        wanted: Mapping[Hashable, float] | None = None,
    ) -> list[datetime]:
        """Return those of some dates that will not be refused (B1, B1a); books them.

        Days the plan cannot take are passed over, and so are those for which a period
        has no session left: of four baths a month the fifth Friday is not one.

        :param starts: moments with their local days, in order, possibly without end
        :param units: the weight of each visit
        :param count: how many are wanted
        :param may_owe: whether the overdraft is used: who asked for more than remain
        :param refuses: tells whether the plan takes no visit on a day
        :param pet: whose visits they are
        :param wanted: {service: sessions} of each; by default what `enter` takes
        :return: at most ``count`` of the moments
        """
        last = self._last_day()
        proposed = []
        for start, day in starts:
            if len(proposed) == count or (last and day > last):
                break
            if refuses(day):
                continue
            if self.can_enter(day, units, may_owe, pet, wanted):
                self.enter(day, units, wanted, pet)
                proposed.append(start)
            elif not self.by_period:
                break  # a package has one balance: no later day finds more
        return proposed

    def _last_day(self):
        return max((slot.last for slot in self.slots if slot.last), default=None)

    def can_enter(
        self,
        day: date,
        units: float,
        may_owe: bool = False,
        pet: Hashable | None = None,
        wanted: Mapping[Hashable, float] | None = None,
    ) -> bool:
        """Tell whether a visit of a day finds a cycle and its sessions.

        :param day: the visit's local date
        :param units: its weight
        :param may_owe: whether what may be owed counts as there
        :param pet: whose visit it is
        :param wanted: {service: sessions}, all of which it is to find; by default its
            weight of any service
        """
        slot = self.find_slot(day, units)
        if slot is None:
            return False
        period = self._period(slot)

        def finds(name, quantity):
            service = self.services[name]
            return service.fits_day(quantity, (pet, day)) and (
                service.balance.has(quantity, period)
                or (may_owe and service.balance.may_take(quantity, period))
            )

        if wanted:
            return all(finds(name, quantity) for name, quantity in wanted.items())
        return any(finds(name, units) for name in self.services)

    def _period(self, slot):
        return slot.id if self.by_period else None
