"""The balance of a service against a naive model that keeps every session by name."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.balances import Balance, Part

LINES = ("paid", "free")
PERIODS = ("jan", "feb", "mar")
quantities = st.integers(1, 400).map(lambda number: number / 100)


def exact(number):
    return Decimal(str(round(number, 6)))


def totals(parts):
    """Return the sums of some parts: dict, (line, period) -> sessions."""
    sums = {}
    for part in parts:
        key = part.line, part.period
        sums[key] = sums.get(key, Decimal(0)) + exact(part.quantity)
    return sums


class Naive:
    """The same rules, said again without any saved sum: slow and plain."""

    def __init__(self, periods, rollover, overdraft):
        self.periods, self.rollover = periods, rollover
        self.overdraft = exact(overdraft)
        self.rows = []

    def at(self, *periods):
        return sum((q for __, period, q in self.rows if period in periods), Decimal(0))

    def problems(self):
        """Return by how much each period breaks the rule: more is owed than may be."""
        if not self.periods:
            return {None: -self.at(None) - self.overdraft}
        if self.rollover:
            return {
                period: max(
                    -self.at(None, *self.periods[: later + 1]) - self.overdraft
                    for later in range(self.periods.index(period), len(self.periods))
                )
                for period in self.periods
            }
        taken = sum(max(Decimal(0), -self.at(period)) for period in self.periods)
        return dict.fromkeys(self.periods, taken - self.at(None) - self.overdraft)

    def allows(self, quantity, period):
        """Tell whether a taking keeps the rule."""
        self.rows.append(("?", period, -exact(quantity)))
        allowed = self.problems()[period] <= 0
        self.rows.pop()
        return allowed


class Histories(RuleBasedStateMachine):
    """Grants, gifts, takings, returns and expiry, in any order."""

    @initialize(
        lines=st.integers(1, 2),
        periods=st.integers(0, 3),
        rollover=st.booleans(),
        overdraft=st.sampled_from((0.0, 0.5, 2.0)),
    )
    def start(self, lines, periods, rollover, overdraft):
        self.lines = LINES[:lines]
        self.periods = PERIODS[:periods]
        self.balance = Balance(
            self.lines, self.periods, rollover=rollover, overdraft=overdraft
        )
        self.naive = Naive(self.periods, rollover, overdraft)
        self.held = []

    def period(self, number):
        return self.periods[number % len(self.periods)] if self.periods else None

    def line(self, number):
        return self.lines[number % len(self.lines)]

    def follow(self, parts, sign=-1):
        self.naive.rows += [
            (part.line, part.period, sign * exact(part.quantity)) for part in parts
        ]

    @rule(quantity=quantities, line=st.integers(0, 1), period=st.integers(0, 2))
    def grant(self, quantity, line, period):
        self.balance.move(quantity, self.line(line), self.period(period))
        self.follow([Part(self.line(line), self.period(period), quantity)], sign=1)

    @rule(quantity=quantities, line=st.integers(0, 1))
    def give_a_present(self, quantity, line):
        self.balance.move(quantity, self.line(line))
        self.follow([Part(self.line(line), None, quantity)], sign=1)

    @rule(quantity=quantities, period=st.integers(0, 2))
    def take(self, quantity, period):
        period = self.period(period)
        left = self.balance.left(period)
        allowed = self.naive.allows(quantity, period)
        parts = self.balance.take(quantity, period)
        assert sum(exact(part.quantity) for part in parts) == exact(quantity)
        assert {part.period for part in parts} == {period}
        assert (self.balance.lacking(period) == 0) == allowed, (left, parts)
        if allowed:
            self.follow(parts)
            self.held.append(parts)
        else:
            for part in parts:
                self.balance.move(part.quantity, part.line, part.period)

    @rule(number=st.integers(0, 9))
    def give_back(self, number):
        if self.held:
            parts = self.held.pop(number % len(self.held))
            for part in parts:
                self.balance.move(part.quantity, part.line, part.period)
            self.follow(parts, sign=1)

    @rule(quantity=quantities, line=st.integers(0, 1))
    def take_away(self, quantity, line):
        line = self.line(line)
        had = sum(exact(part.quantity) for part in self.balance.parts(line))
        parts = self.balance.withdraw(quantity, line)
        taken = sum(exact(part.quantity) for part in parts)
        assert taken == min(had, exact(quantity))
        assert {part.line for part in parts} <= {line}
        self.follow(parts)

    @rule(count=st.integers(0, 3))
    def expire(self, count):
        """Periods end from the first on; with the last one the plan is over."""
        over = self.periods[:count]
        is_last = count >= len(self.periods)
        parts = self.balance.expire(None if is_last else over)
        self.follow(parts)
        assert not self.balance.expire(None if is_last else over)
        if is_last:
            assert not self.balance.parts()

    @invariant()
    def sums_agree(self):
        for period in (None, *self.periods):
            assert exact(self.balance.total_of([period])) == self.naive.at(period)
        everything = self.naive.at(None, *self.periods)
        assert exact(self.balance.left()) == everything

    @invariant()
    def what_is_left_is_what_there_is(self):
        parts = self.balance.parts()
        assert all(part.quantity > 0 for part in parts)
        assert totals(parts).keys() <= {
            (line, period) for line in self.lines for period in (None, *self.periods)
        }
        left = sum((exact(part.quantity) for part in parts), Decimal(0))
        # What is owed beyond the sessions of no period lies with other periods.
        owed = max(self.naive.problems().values()) + self.naive.overdraft
        if self.naive.rollover or not self.periods:
            assert left == max(Decimal(0), exact(self.balance.left()))
        else:
            assert left - max(Decimal(0), owed) == exact(self.balance.left())

    @invariant()
    def all_that_can_be_used_can_be_taken(self):
        for period in self.periods or (None,):
            left = exact(self.balance.left(period))
            usable = self.balance.parts_usable(period)
            assert sum(exact(part.quantity) for part in usable) <= max(left, Decimal(0))
            if left > 0 and max(self.naive.problems().values()) <= 0:
                assert self.naive.allows(left, period)
                assert self.balance.has(float(left), period)


@tagged("post_install", "-at_install")
class TestBalances(BaseCase):
    """B3, C8, S12: what may be taken, from where, and what is left."""

    def test_any_history(self):
        run_state_machine_as_test(
            Histories,
            settings=settings(
                derandomize=True,
                deadline=None,
                database=None,
                max_examples=150,
                stateful_step_count=25,
            ),
        )

    def monthly(self, rollover=False, overdraft=0.0, months=3, present=0.0):
        """Return 2 baths a month."""
        months = [f"m{number}" for number in range(1, months + 1)]
        grants = [("baths", month, 2.0) for month in months]
        return Balance(
            ["baths"],
            months,
            [*grants, ("baths", None, present)],
            rollover=rollover,
            overdraft=overdraft,
        )

    def test_rollover_takes_what_earlier_periods_left(self):
        balance = self.monthly(rollover=True)
        self.assertEqual([balance.left(m) for m in ("m1", "m2", "m3")], [2, 4, 6])
        balance.take(2, "m1")
        self.assertEqual([balance.left(m) for m in ("m1", "m2", "m3")], [0, 2, 4])
        balance.take(4, "m2")
        self.assertEqual(balance.lacking("m2"), 2.0)

    def test_rollover_does_not_take_what_a_later_period_has_taken(self):
        balance = self.monthly(rollover=True)
        balance.take(4, "m2")
        self.assertEqual(balance.left("m1"), 0)
        self.assertEqual(balance.left("m3"), 2)

    def test_a_present_is_spent_once(self):
        balance = self.monthly(present=1.0)
        self.assertEqual([balance.left(m) for m in ("m1", "m2")], [3, 3])
        balance.take(3, "m1")
        self.assertEqual(balance.lacking("m1"), 0)
        self.assertEqual(balance.left("m2"), 2)
        balance.take(3, "m2")
        self.assertEqual(balance.lacking("m2"), 1)

    def test_an_overdraft_is_spent_once(self):
        balance = self.monthly(overdraft=1.0)
        balance.take(3, "m1")
        self.assertEqual(balance.lacking("m1"), 0)
        balance.take(3, "m2")
        self.assertEqual(balance.lacking("m2"), 1)

    def test_paid_sessions_go_before_presents(self):
        balance = Balance(LINES, (), [("paid", None, 1.5), ("free", None, 2.0)])
        self.assertEqual(balance.take(1), [Part("paid", None, 1.0)])
        self.assertEqual(
            balance.take(1), [Part("paid", None, 0.5), Part("free", None, 0.5)]
        )
        self.assertEqual(balance.left(), 1.5)

    def test_what_is_owed(self):
        """By a period: the sessions of no period pay it, those of others do not."""
        entries = [("bath", "jan", -2), ("bath", "feb", 4)]
        for more, rollover, owed in (
            ([], False, 2),
            ([("bath", None, 1)], False, 1),
            ([("bath", None, 3)], False, 0),
            ([], True, 0),
            ([("bath", "mar", -5)], True, 3),
        ):
            balance = Balance(
                ["bath"], ["jan", "feb", "mar"], entries + more, rollover=rollover
            )
            with self.subTest(more=more, rollover=rollover):
                self.assertEqual(balance.owed(), owed)
        self.assertEqual(Balance(["bath"], (), [("bath", None, -3)]).owed(), 3)

    def test_what_is_owed_comes_off_what_another_line_has(self):
        balance = Balance(LINES, (), [("paid", None, -3.0), ("free", None, 5.0)])
        self.assertEqual(balance.parts(), [Part("free", None, 2.0)])
        self.assertFalse(balance.has(2.01))

    def test_what_is_left_by_period(self):
        balance = self.monthly(present=1.0)
        balance.take(2.5, "m2")
        self.assertEqual(
            balance.parts(),
            [
                Part("baths", None, 0.5),
                Part("baths", "m1", 2.0),
                Part("baths", "m3", 2.0),
            ],
        )
        self.assertEqual(
            balance.parts_usable("m1"),
            [Part("baths", None, 0.5), Part("baths", "m1", 2.0)],
        )

    def test_steps_of_a_hundredth_add_up(self):
        balance = Balance(["days"], (), [("days", None, 1.0)])
        for __ in range(100):
            balance.take(0.01)
        self.assertEqual(balance.left(), 0.0)
        self.assertFalse(balance.has(0.01))

    def test_sessions_that_other_periods_overdrew_are_not_available(self):
        balance = self.monthly(present=1.0)
        balance.take(3, "m1")
        self.assertEqual(balance.available(["m2", "m3"]), 4.0)
