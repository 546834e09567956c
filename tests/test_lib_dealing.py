from collections import Counter
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib import dealing, periods
from odoo.addons.pet_plans.lib.dealing import Cycle, Visit

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)
MONDAY = datetime(2026, 1, 5, 9)


def visit(number, units=1, cycle=None, pinned=False, start=None):
    """Return a visit of that id, in that week if nothing else is said."""
    start = start or MONDAY + timedelta(weeks=number - 1)
    return Visit(number, start, units, cycle, pinned)


def cycles(*capacities, closed=()):
    """Return cycles with the ids "c1", "c2", ... and these capacities."""
    names = [f"c{number}" for number, _ in enumerate(capacities, start=1)]
    return [
        Cycle(name, capacity, name not in closed)
        for name, capacity in zip(names, capacities, strict=True)
    ]


def in_order(visits):
    """Return the visits a deal may move, in the order it takes them."""
    return sorted((v for v in visits if not v.pinned), key=lambda v: (v.start, v.id))


def units_by_cycle(visits, dealt):
    units = Counter()
    for v in visits:
        units[dealt[v.id]] += v.units
    return units


@st.composite
def packages(draw):
    """Draw (visits, cycles): half days, same starts, pinned visits, closed cycles."""
    halves = st.integers(0, 8).map(lambda number: number / 2)
    drawn = draw(st.lists(st.tuples(halves, st.booleans()), min_size=1, max_size=5))
    package_cycles = [
        Cycle(f"c{number}", capacity, is_open)
        for number, (capacity, is_open) in enumerate(drawn)
    ]
    visits = st.builds(
        Visit,
        id=st.integers(1, 99),
        start=st.integers(0, 9).map(lambda days: MONDAY + timedelta(days)),
        units=st.sampled_from((1, 0.5)),
        cycle=st.sampled_from([None, *(cycle.id for cycle in package_cycles)]),
        pinned=st.booleans(),
    )
    return draw(st.lists(visits, max_size=14, unique_by=lambda v: v.id)), package_cycles


@tagged("post_install", "-at_install")
class TestDealExamples(BaseCase):
    """C2, C4 by example."""

    def test_worked_example(self):
        """C10: cancel the third of twelve weekly visits, then book another one."""
        package = cycles(4, 4, 4)
        names = [cycle.id for cycle in package]
        visits = [visit(number) for number in range(1, 13)]
        dealt = dealing.deal(visits, package)
        self.assertEqual(list(dealt.values()), sorted(names * 4))

        left = [v for v in visits if v.id != 3]
        dealt = dealing.deal(left, package)
        days = {
            name: [v.start.date() for v in left if dealt[v.id] == name]
            for name in names
        }
        self.assertEqual(
            [[f"{day:%m-%d}" for day in days[name]] for name in names],
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(
            [periods.due_date(days[name], "first", 0) for name in names],
            [date(2026, 1, 5), date(2026, 2, 9), date(2026, 3, 9)],
        )
        booked = units_by_cycle(left, dealt)
        self.assertEqual(dealing.first_with_room(package, booked, 1), "c3")

    def test_the_date_decides_and_then_the_id(self):
        visits = [
            visit(5, start=MONDAY),
            visit(9, start=MONDAY - timedelta(days=1)),
            visit(4, start=MONDAY),
        ]
        dealt = dealing.deal(visits, cycles(2, 2))
        self.assertEqual(dealt, {9: "c1", 4: "c1", 5: "c2"})

    def test_two_half_days_share_a_place(self):
        visits = [visit(1, 0.5), visit(2, 0.5), visit(3)]
        dealt = dealing.deal(visits, cycles(1, 1))
        self.assertEqual(dealt, {1: "c1", 2: "c1", 3: "c2"})

    def test_a_half_day_does_not_go_back(self):
        visits = [visit(1), visit(2, 0.5), visit(3), visit(4, 0.5)]
        dealt = dealing.deal(visits, cycles(2, 2))
        self.assertEqual(dealt, {1: "c1", 2: "c1", 3: "c2", 4: "c2"})

    def test_places_are_counted_in_decimals(self):
        """S10: five of 0.6 fill three places, as a booking says, whatever floats do."""
        visits = [visit(number, 0.6) for number in range(1, 7)]
        dealt = dealing.deal(visits, cycles(3, 3))
        self.assertEqual([dealt[v.id] for v in visits], ["c1"] * 5 + ["c2"])
        found = dealing.first_with_room(cycles(4, 4), {"c1": 3.2}, 0.8)
        self.assertEqual(found, "c1")

    def test_a_full_cycle_is_passed_over(self):
        served = visit(9, cycle="c2", pinned=True)
        dealt = dealing.deal([visit(1), visit(2), served], cycles(1, 1, 1))
        self.assertEqual(dealt, {1: "c1", 2: "c3", 9: "c2"})

    def test_pinned_visits_fill_their_cycle_first(self):
        late = visit(9, cycle="c1", pinned=True)
        dealt = dealing.deal([visit(1), visit(2), visit(3), late], cycles(2, 2))
        self.assertEqual(dealt, {1: "c1", 2: "c2", 3: "c2", 9: "c1"})

    def test_a_pinned_half_day_leaves_half_a_place(self):
        served = visit(9, 0.5, cycle="c1", pinned=True)
        dealt = dealing.deal([visit(1), visit(2, 0.5), served], cycles(1, 2))
        self.assertEqual(dealt, {1: "c2", 2: "c2", 9: "c1"})
        dealt = dealing.deal([visit(1, 0.5), visit(2), served], cycles(1, 2))
        self.assertEqual(dealt, {1: "c1", 2: "c2", 9: "c1"})

    def test_what_fits_nowhere_lands_in_the_last_open_cycle(self):
        visits = [visit(number) for number in range(1, 6)]
        dealt = dealing.deal(visits, cycles(1, 1, 1, closed=["c3"]))
        self.assertEqual(dealt, {1: "c1", 2: "c2", 3: "c2", 4: "c2", 5: "c2"})

    def test_a_closed_cycle_gives_its_visits_away(self):
        served = visit(2, cycle="c1", pinned=True)
        visits = [visit(1, cycle="c1"), served, visit(3, cycle="c2")]
        dealt = dealing.deal(visits, cycles(4, 1, 1, closed=["c1"]))
        self.assertEqual(dealt, {1: "c2", 2: "c1", 3: "c3"})

    def test_without_open_cycle_nothing_moves(self):
        visits = [visit(1, cycle="c2"), visit(2), visit(3, cycle="c1", pinned=True)]
        closed = cycles(4, 4, closed=["c1", "c2"])
        self.assertEqual(dealing.deal(visits, closed), {1: "c2", 2: None, 3: "c1"})
        self.assertEqual(dealing.deal(visits, []), {1: "c2", 2: None, 3: "c1"})

    def test_without_visits_there_is_nothing_to_deal(self):
        self.assertEqual(dealing.deal([], cycles(4, 4)), {})


@tagged("post_install", "-at_install")
class TestDealProperties(BaseCase):
    """C2, C4, C6 for any package."""

    @repeatable
    @given(packages())
    def test_nobody_is_lost(self, package):
        visits, package_cycles = package
        dealt = dealing.deal(visits, package_cycles)
        self.assertEqual(set(dealt), {v.id for v in visits})

    @repeatable
    @given(packages())
    def test_pinned_visits_never_move(self, package):
        visits, package_cycles = package
        dealt = dealing.deal(visits, package_cycles)
        for v in visits:
            if v.pinned:
                self.assertEqual(dealt[v.id], v.cycle)

    @repeatable
    @given(packages())
    def test_only_open_cycles_receive_visits(self, package):
        visits, package_cycles = package
        open_ids = [cycle.id for cycle in package_cycles if cycle.open]
        dealt = dealing.deal(visits, package_cycles)
        for v in in_order(visits):
            if open_ids:
                self.assertIn(dealt[v.id], open_ids)
            else:
                self.assertEqual(dealt[v.id], v.cycle)

    @repeatable
    @given(packages())
    def test_only_the_last_open_cycle_is_overfilled(self, package):
        visits, package_cycles = package
        dealt = dealing.deal(visits, package_cycles)
        booked = units_by_cycle(visits, dealt)
        served = units_by_cycle([v for v in visits if v.pinned], dealt)
        for cycle in [cycle for cycle in package_cycles if cycle.open][:-1]:
            self.assertLessEqual(
                booked[cycle.id], max(cycle.capacity, served[cycle.id])
            )

    @repeatable
    @given(packages())
    def test_no_visit_goes_back(self, package):
        visits, package_cycles = package
        open_ids = [cycle.id for cycle in package_cycles if cycle.open]
        if not open_ids:
            return
        dealt = dealing.deal(visits, package_cycles)
        positions = [open_ids.index(dealt[v.id]) for v in in_order(visits)]
        self.assertEqual(positions, sorted(positions))

    @repeatable
    @given(packages())
    def test_a_visit_opens_the_next_cycle_only_if_it_does_not_fit(self, package):
        visits, package_cycles = package
        open_cycles = [cycle for cycle in package_cycles if cycle.open]
        if not open_cycles:
            return
        dealt = dealing.deal(visits, package_cycles)
        booked = units_by_cycle([v for v in visits if v.pinned], dealt)
        current = 0
        for v in in_order(visits):
            while open_cycles[current].id != dealt[v.id]:
                passed = open_cycles[current]
                self.assertGreater(booked[passed.id] + v.units, passed.capacity)
                current += 1
            booked[dealt[v.id]] += v.units

    @repeatable
    @given(packages())
    def test_dealing_twice_changes_nothing(self, package):
        visits, package_cycles = package
        dealt = dealing.deal(visits, package_cycles)
        again = [Visit(v.id, v.start, v.units, dealt[v.id], v.pinned) for v in visits]
        self.assertEqual(dealing.deal(again, package_cycles), dealt)

    @repeatable
    @given(packages(), st.integers(0, 9))
    def test_the_order_of_the_records_does_not_matter(self, package, seed):
        visits, package_cycles = package
        shuffled = Random(seed).sample(visits, len(visits))
        self.assertEqual(
            dealing.deal(shuffled, package_cycles), dealing.deal(visits, package_cycles)
        )

    @repeatable
    @given(st.data())
    def test_the_free_slot_ends_up_in_the_last_cycle(self, data):
        count = data.draw(st.integers(1, 20))
        sizes = dealing.capacities(count, data.draw(st.integers(1, count)))
        cancelled = data.draw(st.integers(1, count))
        left = [visit(number) for number in range(1, count + 1) if number != cancelled]
        package = cycles(*sizes)
        booked = units_by_cycle(left, dealing.deal(left, package))
        free = [cycle.capacity - booked[cycle.id] for cycle in package]
        self.assertEqual(free, [0] * (len(sizes) - 1) + [1])


@tagged("post_install", "-at_install")
class TestFirstWithRoom(BaseCase):
    """B2: where a newly booked visit goes."""

    def test_first_gap_is_taken(self):
        booked = {"c1": 4, "c2": 3, "c3": 1}
        self.assertEqual(dealing.first_with_room(cycles(4, 4, 4), booked, 1), "c2")

    def test_a_half_day_takes_half_a_place(self):
        booked = {"c1": 3.5, "c2": 3}
        self.assertEqual(dealing.first_with_room(cycles(4, 4), booked, 1), "c2")
        self.assertEqual(dealing.first_with_room(cycles(4, 4), booked, 0.5), "c1")

    def test_a_cycle_that_is_not_named_is_empty(self):
        self.assertEqual(dealing.first_with_room(cycles(1, 1), {"c1": 1}, 1), "c2")

    def test_closed_cycles_are_passed_over(self):
        package = cycles(4, 4, 4, closed=["c1", "c3"])
        self.assertEqual(dealing.first_with_room(package, {}, 1), "c2")

    def test_without_room_it_is_the_last_open_cycle(self):
        package = cycles(1, 1, 4, closed=["c3"])
        self.assertEqual(dealing.first_with_room(package, {"c1": 1, "c2": 5}, 1), "c2")

    def test_without_open_cycle_there_is_none(self):
        self.assertIsNone(dealing.first_with_room(cycles(4, closed=["c1"]), {}, 1))
        self.assertIsNone(dealing.first_with_room([], {}, 1))


@tagged("post_install", "-at_install")
class TestCapacities(BaseCase):
    """S4: the cycles of a package."""

    def test_the_last_cycle_takes_the_remainder(self):
        self.assertEqual(dealing.capacities(10, 4), [4, 4, 2])
        self.assertEqual(dealing.capacities(12, 4), [4, 4, 4])
        self.assertEqual(dealing.capacities(4, 4), [4])
        self.assertEqual(dealing.capacities(1, 1), [1])

    @repeatable
    @given(st.data())
    def test_every_visit_has_a_place(self, data):
        count = data.draw(st.integers(1, 400))
        per_cycle = data.draw(st.integers(1, count))
        *full, last = dealing.capacities(count, per_cycle)
        self.assertEqual(sum(full) + last, count)
        self.assertEqual(set(full) - {per_cycle}, set())
        self.assertTrue(0 < last <= per_cycle)

    def test_impossible_sizes_are_refused(self):
        for count, per_cycle in [(0, 1), (-1, 1), (4, 0), (4, -1), (4, 5)]:
            with self.subTest(count=count, per_cycle=per_cycle):
                with self.assertRaises(ValueError):
                    dealing.capacities(count, per_cycle)
