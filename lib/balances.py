"""What is left of a service: by period, and by the lines it was sold in.

A service of a plan may be sold in several lines (ten paid, two free): they are one
balance, used in their order (S12). Its sessions belong to billing periods, or to none:
the grant of a plan belongs to its period, a counter edit to no period, all of a
package to none. What is left of a period ends with it, unless the plan rolls over.

Quantities come in and go out as floats, because that is what the records hold;
between the two everything is computed with exact decimals.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """Some sessions of one line in one period (None: of no period)."""

    line: Hashable
    period: Hashable | None
    quantity: float


class Balance:
    """The sessions left of one service of one plan.

    Without periods (a package) there is one number. With them, what a visit may take
    depends on its period:

    - Without ``rollover`` it takes its period's own sessions, then those of no period.
      What several periods took beyond their own comes from the same sessions of no
      period, and beyond these from the same overdraft.
    - With ``rollover`` it takes what is left of all periods up to its own, as far as
      later periods have not taken it already.
    """

    def __init__(
        self,
        lines: Sequence[Hashable],
        periods: Sequence[Hashable] = (),
        entries: Iterable[tuple[Hashable, Hashable | None, float]] = (),
        rollover: bool = False,
        overdraft: float = 0.0,
    ):
        """Add the entries of a ledger up.

        :param lines: the lines of the service, in the order in which they are used
        :param periods: the billing periods of a plan by time; none for a package
        :param entries: (line, period, signed sessions); what names no period of
            ``periods`` belongs to none
        :param rollover: whether sessions outlive their period
        :param overdraft: sessions that may be taken beyond what there is
        """
        self._periods = list(periods)
        self._position = {period: at for at, period in enumerate(self._periods)}
        self._overdraft = _exact(overdraft)
        self._rollover = rollover
        self._lines = {
            line: _Cells(len(self._periods), rollover=rollover) for line in lines
        }
        self._whole = _Cells(len(self._periods), rollover=rollover)
        for line, period, quantity in entries:
            self._add(line, self._position.get(period), _exact(quantity))

    # --- Reading -----------------------------------------------------------------

    def left(self, period: Hashable | None = None) -> float:
        """Return the sessions that a visit of a period may take, overdraft aside.

        Negative where more was taken than there was.

        :param period: None for the sum of all periods, and for a package
        """
        return float(self._whole.usable(self._position.get(period)))

    def has(self, quantity: float, period: Hashable | None = None) -> bool:
        """Tell whether a visit of a period finds so many sessions, overdraft aside."""
        return self._whole.usable(self._position.get(period)) >= _exact(quantity)

    def lacking(self, period: Hashable | None = None) -> float:
        """Return what was taken in a period beyond the overdraft allowed; 0 is fine."""
        at = self._position.get(period)
        allowed = self._overdraft - self._whole.borrowed_elsewhere(at)
        return float(max(ZERO, -allowed - self._whole.usable(at)))

    def may_take(self, quantity: float, period: Hashable | None = None) -> bool:
        """Tell whether a visit may take so many sessions, into the overdraft too."""
        at = self._position.get(period)
        allowed = self._overdraft - self._whole.borrowed_elsewhere(at)
        return self._whole.usable(at) + allowed >= _exact(quantity)

    def owed(self) -> float:
        """Return what was taken beyond all that may pay for it (X6).

        What a period took beyond its own is paid by the sessions of no period, not by
        those of other periods, unless the plan rolls over.
        """
        if self._rollover or not self._periods:
            return float(max(ZERO, -self._whole.total))
        return float(max(ZERO, self._whole.overdrawn - self._whole.common))

    def total_of(self, periods: Collection[Hashable | None]) -> float:
        """Return the sum of what stands in some periods (None: in no period)."""
        return float(self._sum_at({self._position.get(period) for period in periods}))

    def available(self, periods: Collection[Hashable]) -> float:
        """Return what some periods and no period hold, less what others overdrew."""
        chosen = {self._position[period] for period in periods}
        overdrawn = sum(
            (min(ZERO, own) for at, own in self._whole.numbered() if at not in chosen),
            ZERO,
        )
        return float(overdrawn + self._sum_at({None, *chosen}))

    def parts(self, line: Hashable | None = None) -> list[Part]:
        """Return what is left, each session where it belongs.

        Sessions of no period come first, less what periods took of them; then those
        of each period in order. Where nothing belongs to a period (a package, a plan
        that rolls over), all is of no period. What one line is owed comes off what
        the others have, the first ones first (S12).

        :param line: of this line only; by default of all
        """
        if self._rollover or not self._periods:
            whole, shares = (
                self._whole.total,
                [(name, cells.total) for name, cells in self._lines.items()],
            )
            found = _net(None, whole, shares)
        else:
            spare = self._whole.common - self._whole.overdrawn
            shares = [(name, cells.common) for name, cells in self._lines.items()]
            found = _net(None, spare, shares)
            for at, own in self._whole.numbered():
                shares = [(name, cells.get(at)) for name, cells in self._lines.items()]
                found += _net(self._periods[at], own, shares)
        return [part for part in found if line is None or part.line == line]

    def parts_usable(self, period: Hashable | None) -> list[Part]:
        """Return what is left and can be used in a period: not that of other periods.

        With rollover that of earlier periods can, but not what later ones borrowed.

        :param period: None for a package, and for a plan in no period of its own
        """
        parts = self.parts()
        if not self._periods:
            return parts
        if not self._rollover:
            return [part for part in parts if part.period in (None, period)]
        usable = self._whole.usable(self._position[period]) if period else ZERO
        return _limit(parts, usable)

    # --- Moving ------------------------------------------------------------------

    def take(self, quantity: float, period: Hashable | None = None) -> list[Part]:
        """Take sessions for a visit of a period, from the first line that has some.

        Over several lines if need be. It never refuses: what nobody has is owed by the
        last line, and `lacking` tells whether that is too much.

        :param quantity: sessions, positive
        :return: the parts that were taken, by line
        """
        at = self._position.get(period)
        wanted, parts = _exact(quantity), []
        for line, cells in self._lines.items():
            part = min(wanted, max(ZERO, cells.usable(at)))
            if part:
                parts.append([line, part])
                wanted -= part
        if wanted:
            last = next(reversed(self._lines))
            if parts and parts[-1][0] == last:
                parts[-1][1] += wanted
            else:
                parts.append([last, wanted])
        for line, part in parts:
            self._add(line, at, -part)
        return [Part(line, period, float(part)) for line, part in parts]

    def move(self, quantity: float, line: Hashable, period: Hashable | None = None):
        """Add signed sessions to one line, such as an entry of the ledger."""
        self._add(line, self._position.get(period), _exact(quantity))

    def withdraw(self, quantity: float, line: Hashable) -> list[Part]:
        """Take sessions off a line for good, from what is left of it (L2).

        Of no period first, then from the periods in order.

        :param quantity: sessions, positive; what is not there is not taken
        """
        return self._remove(_limit(self.parts(line), _exact(quantity)))

    def expire(self, periods: Collection[Hashable] | None = None) -> list[Part]:
        """Take out what is left of some periods that are over (X2); None: of all."""
        parts = self.parts()
        if periods is not None:
            parts = [part for part in parts if part.period in periods]
        return self._remove(parts)

    # --- Inside ------------------------------------------------------------------

    def _sum_at(self, chosen):
        return sum((self._whole.get(at) for at in chosen), ZERO)

    def _add(self, line, at, quantity):
        self._lines[line].add(at, quantity)
        self._whole.add(at, quantity)

    def _remove(self, parts):
        for part in parts:
            self.move(-part.quantity, part.line, part.period)
        return parts


class _Cells:
    """What stands in each period and in none, with the sums that rules ask for."""

    def __init__(self, count: int, rollover: bool):
        self._own = [ZERO] * count
        self._rollover = rollover
        self._running = None  # running totals, from the first question on
        self.common = ZERO  # of no period
        self.overdrawn = ZERO  # what periods took beyond their own
        self.total = ZERO

    def add(self, at: int | None, quantity: Decimal) -> None:
        self.total += quantity
        if at is None:
            self.common += quantity
            return
        before = self._own[at]
        self._own[at] = before + quantity
        self.overdrawn += min(ZERO, before) - min(ZERO, self._own[at])
        if self._running:
            self._running[at:] = [total + quantity for total in self._running[at:]]

    def get(self, at: int | None) -> Decimal:
        return self.common if at is None else self._own[at]

    def numbered(self) -> Iterable[tuple[int, Decimal]]:
        return enumerate(self._own)

    def usable(self, at: int | None) -> Decimal:
        if at is None:
            return self.total
        if self._rollover:
            if self._running is None:
                self._running = list(accumulate(self._own))
            return self.common + min(self._running[at:])
        spare = self.common - self._overdrawn_elsewhere(at)
        return self._own[at] + max(ZERO, spare)

    def borrowed_elsewhere(self, at: int | None) -> Decimal:
        """Return the part of the overdraft that other periods use already."""
        if at is None or self._rollover:
            return ZERO  # running totals carry it from period to period
        return max(ZERO, self._overdrawn_elsewhere(at) - self.common)

    def _overdrawn_elsewhere(self, at: int) -> Decimal:
        return self.overdrawn + min(ZERO, self._own[at])


def _exact(number: float) -> Decimal:
    """Return the decimal number a float is written as, without its rounding error."""
    return Decimal(str(round(number, 6)))


def _net(
    period: Hashable | None, whole: Decimal, shares: list[tuple[Hashable, Decimal]]
) -> list[Part]:
    """Return what each line has of a whole, when some lines owe what others have."""
    if whole <= 0:
        return []
    owed = sum((share for __, share in shares if share > 0), ZERO) - whole
    parts = []
    for line, share in shares:
        if share <= 0:
            continue
        paid = min(owed, share)
        owed -= paid
        if share > paid:
            parts.append(Part(line, period, float(share - paid)))
    return parts


def _limit(parts: list[Part], most: Decimal) -> list[Part]:
    """Return the first of some parts, as many as make a number of sessions."""
    limited = []
    for part in parts:
        quantity = min(_exact(part.quantity), most)
        if quantity <= 0:
            break
        most -= quantity
        limited.append(Part(part.line, part.period, float(quantity)))
    return limited
