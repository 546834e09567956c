from datetime import date, timedelta
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.balances import Balance, Unlimited
from odoo.addons.pet_plans.lib.booking import Allotment, Asked, Service, Slot
from odoo.addons.pet_plans.lib.covers import weigh

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=150)
hundredths = st.integers(1, 400).map(lambda number: number / 100)
SERVICES = "abc"


def package(sold, covers, count=4):
    """Return the allotment of a package of some services in cycles of 4 visits.

    :param sold: {service: sessions}
    :param covers: {service: {other: weight}}
    """
    slots = [Slot(number, 4, open=True) for number in range(count)]
    services = {
        name: Service(
            Balance([name], entries=[(name, None, quantity)]),
            [quantity / count] * count,
            [0.0] * count,
            covers.get(name, {}),
        )
        for name, quantity in sold.items()
    }
    return Allotment(slots, services, by_period=False)


@tagged("post_install", "-at_install")
class TestMixedWeights(BaseCase):
    """S10: what is left, whatever is booked at whatever weight, exact to 0.01."""

    @repeatable
    @given(
        st.fixed_dictionaries({name: hundredths for name in SERVICES}),
        st.fixed_dictionaries(
            {
                name: st.dictionaries(st.sampled_from("abcd"), hundredths)
                for name in SERVICES
            }
        ),
        st.lists(st.tuples(st.sampled_from("abcd"), hundredths), max_size=25),
    )
    def test_as_a_naive_model_counts(self, sold, covers, visits):
        """In whole hundredths, service by service, the first one that has enough."""
        allotment = package(sold, covers)
        left = {name: round(quantity * 100) for name, quantity in sold.items()}
        day = date(2026, 1, 5)
        for wanted, quantity in visits:
            slot = allotment.find_slot(day, 1.0)
            found = allotment.find_payer(
                Asked(wanted, quantity), slot, {}, Allotment.has
            )
            naive = None
            order = [wanted] * (wanted in sold) + [
                name for name in sold if name != wanted and wanted in covers[name]
            ]
            for name in order:
                weight = 1 if name == wanted else covers[name][wanted]
                sessions = weigh(quantity, weight)
                if left[name] >= round(sessions * 100):
                    naive = (name, sessions)
                    break
            self.assertEqual(found, naive)
            if found:
                name, sessions = found
                allotment.enter(day, sessions, {name: sessions})
                left[name] -= round(sessions * 100)
        for name, service in allotment.services.items():
            self.assertEqual(round(service.balance.left() * 100), left[name])

    def test_what_was_chosen_goes_before_its_own(self):
        allotment = package({"a": 4, "b": 4}, {"b": {"a": 0.5}})
        asked = Asked("a", 1.0, first="b")
        self.assertEqual(allotment.list_payers(asked), [("b", 0.5), ("a", 1.0)])

    def test_one_visit_takes_no_session_twice(self):
        """Two services of one visit meet what the first has taken."""
        allotment = package({"a": 1}, {"a": {"b": 1}})
        slot = allotment.find_slot(date(2026, 1, 5), 1.0)
        self.assertIsNone(
            allotment.find_payer(Asked("b", 1.0), slot, {"a": 1.0}, Allotment.has)
        )

    def test_who_owes_goes_before_who_refuses(self):
        allotment = package({"a": 0, "b": 0}, {"b": {"a": 1}})
        allotment.services["b"].balance = Balance(["b"], overdraft=2.0)
        slot = allotment.find_slot(date(2026, 1, 5), 1.0)
        self.assertEqual(allotment.choose_payer(Asked("a", 1.0), slot, {}), ("b", 1.0))

    def test_heavy_visits_enter_where_there_is_room_for_one(self):
        allotment = package({"a": 40}, {})
        places = [allotment.enter(date(2026, 1, 5), 3.0).slot.id for __ in range(5)]
        self.assertEqual(places, [0, 0, 1, 1, 2])

    def test_a_chosen_service_is_proposed_as_far_as_it_goes(self):
        allotment = package({"a": 5, "b": 50}, {})
        days = [date(2026, 1, 5) + timedelta(days=number) for number in range(9)]
        proposed = allotment.propose(
            [(day, day) for day in days],
            2.0,
            9,
            False,
            lambda day: False,
            None,
            {"a": 2},
        )
        self.assertEqual(proposed, days[:2])


@tagged("post_install", "-at_install")
class TestUnlimited(BaseCase):
    """S11: there are always enough, but no more than the limit of a day."""

    def setUp(self):
        super().setUp()
        self.day = date(2026, 1, 5)
        self.service = Service(Unlimited(["a"]), [inf], [0.0], per_day=1.0)
        slot = Slot(1, 1, open=True, first=self.day, last=date(2026, 2, 4))
        self.allotment = Allotment([slot], {"a": self.service}, by_period=True)

    def test_nothing_is_ever_left_over(self):
        balance = self.service.balance
        balance.take(700.0)
        self.assertTrue(balance.has(1e6))
        self.assertEqual(
            (balance.owed(), balance.lacking(), balance.parts()), (0, 0, [])
        )
        self.assertEqual((balance.expire(), balance.withdraw(3, "a")), ([], []))

    def test_one_a_day_for_each_pet(self):
        self.assertTrue(self.allotment.can_enter(self.day, 1.0, pet="Luna"))
        self.allotment.enter(self.day, 1.0, pet="Luna")
        self.assertFalse(self.allotment.can_enter(self.day, 0.5, pet="Luna"))
        self.assertTrue(self.allotment.can_enter(self.day, 1.0, pet="Rex"))
        following = self.day + timedelta(days=1)
        self.assertTrue(self.allotment.can_enter(following, 1.0, pet="Luna"))

    def test_two_halves_are_one(self):
        for __ in range(2):
            self.assertTrue(self.allotment.can_enter(self.day, 0.5, pet="Luna"))
            self.allotment.enter(self.day, 0.5, pet="Luna")
        self.assertFalse(self.allotment.can_enter(self.day, 0.5, pet="Luna"))

    def test_the_limit_of_a_day_does_not_pay(self):
        self.allotment.enter(self.day, 1.0, pet="Luna")
        asked = Asked("a", 1.0, who=("Luna", self.day))
        slot = self.allotment.slots[0]
        self.assertIsNone(self.allotment.find_payer(asked, slot, {}, Allotment.has))

    def test_no_limit(self):
        self.service.per_day = 0.0
        for __ in range(9):
            self.allotment.enter(self.day, 1.0, pet="Luna")
        self.assertTrue(self.allotment.can_enter(self.day, 1.0, pet="Luna"))
