from datetime import datetime

from .test_b4_walk_in import WalkInCase


class TestPlanSelection(WalkInCase):
    """U1: the company's preference chooses between several plans."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Each is first by exactly one of the rules.
        cls.old = cls.sell(
            cls.make_template(validity=3, validity_unit="year"),
            date_start="2025-06-01",
        )
        cls.short = cls.sell(cls.make_template(validity=1, validity_unit="month"))
        cls.few = cls.sell()
        cls.few.book(cls.weekly(10))

    def pick(self, rule, *products, **values):
        self.shop.sudo().pet_plan_selection = rule
        return self.receive(*(products or [self.bath]), **values).plan_id

    def test_default_is_soonest_expiry(self):
        self.assertEqual(
            self.env["res.company"].default_get(["pet_plan_selection"]),
            {"pet_plan_selection": "soonest_expiry"},
        )

    def test_soonest_expiry(self):
        self.assertEqual(self.pick("soonest_expiry"), self.short)

    def test_soonest_expiry_puts_never_last(self):
        self.cancel_plans(self.short)
        self.assertEqual(self.pick("soonest_expiry"), self.old)

    def test_oldest(self):
        self.assertEqual(self.pick("oldest"), self.old)

    def test_fewest_left(self):
        self.assertEqual(self.pick("fewest_left"), self.few)

    def test_ask_uses_none(self):
        self.assertFalse(self.pick("ask"))
        self.assertEqual(
            (self.old + self.short + self.few).mapped("sessions_remaining"), [12, 12, 2]
        )

    def test_ask_leaves_the_choice_to_staff(self):
        self.shop.sudo().pet_plan_selection = "ask"
        visit = self.receive(self.bath)
        visit.plan_id = self.few
        self.assertEqual(self.few.sessions_remaining, 1.0)
        self.assertEqual(visit.line_ids.plan_line_id, self.few.line_ids)

    def test_own_plan_before_a_shared_one(self):
        """Though by every rule the shared plan would come first."""
        shared = self.sell(
            self.make_template(validity=2, validity_unit="year"),
            pet=self.env["pet.pet"],
            date_start="2024-01-05",
        )
        shared.book([datetime(2026, 1, 2, 9)] * 11, pet_id=self.rex.id)
        for rule in ("soonest_expiry", "oldest", "fewest_left"):
            with self.subTest(rule):
                self.assertTrue(self.pick(rule).pet_id)
        self.assertEqual(self.pick("oldest", pet=self.rex), shared)

    def test_next_one_when_the_first_has_no_sessions(self):
        self.short.book(
            [datetime(2026, 1, day, 9) for day in range(3, 15)], user_id=False
        )
        self.assertEqual(self.pick("soonest_expiry"), self.old)

    def test_only_plans_with_the_service(self):
        groomings = self.sell(
            self.make_template(
                [(self.grooming, 3, 60.0)],
                appointment_count=3,
                appointments_per_cycle=3,
            )
        )
        self.assertEqual(self.pick("soonest_expiry", self.grooming), groomings)

    def test_earlier_sold_first_when_equal(self):
        twin = self.short.copy({"date_start": self.short.date_start})
        twin.action_confirm()
        self.assertEqual(self.pick("soonest_expiry"), self.short)

    def test_preference_of_the_visits_company(self):
        self.other_shop.pet_plan_selection = "ask"
        self.assertEqual(self.pick("oldest"), self.old)

    def test_a_paused_plan_is_passed_over(self):
        today = self.short.date_start.replace(day=2)
        self.short._pause(today, today, "Holidays")
        self.assertEqual(self.pick("soonest_expiry"), self.old)


class TestManyAtOnce(WalkInCase):
    """U1: pets checked in together are served as if one after the other."""

    def receive_together(self, *pets):
        visits = self.env["pet.appointment"].union(
            *(self.walk_in(self.bath, pet=pet) for pet in pets)
        )
        visits.action_receive()
        return visits

    def test_each_its_own_plan(self):
        plans = self.sell(), self.sell(pet=self.rex)
        visits = self.receive_together(self.luna, self.rex)
        self.assertEqual(visits.mapped("plan_id.id"), [plan.id for plan in plans])

    def test_the_last_session_of_a_shared_plan(self):
        template = self.make_template(
            [(self.bath, 1, 45.0)], appointment_count=1, appointments_per_cycle=1
        )
        shared = self.sell(template, pet=self.env["pet.pet"])
        first, second = self.receive_together(self.luna, self.rex)
        self.assertEqual(first.plan_id, shared)
        self.assertFalse(second.plan_id)
        self.assertEqual(second.state, "received")
        self.assertTrue(second.to_invoice)

    def test_the_second_goes_on_with_the_next_plan(self):
        template = self.make_template(
            [(self.bath, 1, 45.0)], appointment_count=1, appointments_per_cycle=1
        )
        first_plan = self.sell(template)
        second_plan = self.sell()
        visits = self.receive_together(self.luna, self.luna, self.luna)
        self.assertEqual(
            [visit.plan_id for visit in visits], [first_plan, second_plan, second_plan]
        )


class TestWhatLapsesFirst(WalkInCase):
    """U1: "expiry" and "left" are those of what can be used that day."""

    def sell_monthly(self, quantity=4, **values):
        terms = {"kind": "plan", "period_count": 12, "rollover": False}
        terms |= values.pop("terms", {})
        return self.sell(
            self.make_template([(self.bath, quantity, 45.0)], **terms), **values
        )

    def pick(self, rule, *products, **values):
        self.shop.sudo().pet_plan_selection = rule
        return self.receive(*(products or [self.bath]), **values).plan_id

    def test_of_a_plan_the_period_ends_first(self):
        """The month ends on 6 January, the package on 1 February."""
        monthly = self.sell_monthly(date_start="2025-12-07")
        self.sell(self.make_template(validity=1))
        self.assertEqual(self.pick("soonest_expiry"), monthly)

    def test_with_rollover_it_is_the_end_of_the_plan(self):
        """Nothing of it is lost with the month."""
        self.sell_monthly(date_start="2025-12-07", terms={"rollover": True})
        package = self.sell(self.make_template(validity=1))
        self.assertEqual(self.pick("soonest_expiry"), package)

    def test_the_sessions_of_the_period_are_what_is_left(self):
        """Two of 24 can be used this month, three of the package."""
        package = self.sell(
            self.make_template(
                [(self.bath, 3, 45.0)], appointment_count=3, appointments_per_cycle=3
            )
        )
        monthly = self.sell_monthly(quantity=2)
        self.assertGreater(monthly.sessions_remaining, package.sessions_remaining)
        self.assertEqual(self.pick("fewest_left"), monthly)

    def test_a_period_that_is_used_up_is_no_candidate(self):
        monthly = self.sell_monthly(quantity=1)
        monthly.book([datetime(2026, 1, 20, 9)])
        package = self.sell(self.make_template(validity=1, validity_unit="year"))
        self.assertEqual(self.pick("soonest_expiry"), package)


class TestCoversMore(WalkInCase):
    """U1: what covers more of the visit's services goes first, whatever else."""

    def sell_baths(self, **values):
        return self.sell(
            self.make_template(
                [(self.bath, 2, 45.0)], appointment_count=2, appointments_per_cycle=2
            ),
            **values,
        )

    def test_before_what_ends_sooner(self):
        baths = self.sell(self.make_template(validity=1))
        both = self.sell_two()
        visit = self.receive(self.bath, self.grooming)
        self.assertEqual(visit.plan_id, both)
        self.assertFalse(visit.to_invoice)
        self.assertEqual(self.receive(self.bath).plan_id, baths)

    def test_before_the_own_plan(self):
        """Shared by all pets, it pays for both; the pet's own for the bath only."""
        self.sell_baths()
        shared = self.sell_two(pet=self.env["pet.pet"])
        self.assertEqual(self.receive(self.bath, self.grooming).plan_id, shared)

    def test_what_is_used_up_is_not_covered(self):
        """One grooming is left for the two that the visit asks for."""
        self.sell_two(groomings=1)
        baths = self.sell(self.make_template(validity=1))
        visit = self.receive(self.bath, self.grooming, self.grooming)
        self.assertNotEqual(visit.plan_id, baths)
        self.assertEqual(sum(line.plan_line_id.id > 0 for line in visit.line_ids), 2)
        self.assertEqual(self.receive(self.bath, self.grooming).plan_id, baths)

    def test_as_much_by_the_preference(self):
        self.sell_two()
        short = self.sell(
            self.make_template(
                [(self.bath, 12, 45.0), (self.grooming, 3, 60.0)], validity=1
            )
        )
        self.assertEqual(self.receive(self.bath, self.grooming).plan_id, short)


class TestOverdraft(WalkInCase):
    """U1: without a candidate that has sessions, one with overdraft to spare."""

    def sell_one(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 1, 45.0)],
                appointment_count=1,
                appointments_per_cycle=1,
                **terms,
            )
        )

    def test_only_when_none_has_sessions(self):
        owing = self.sell_one(overdraft_limit=2, validity=1)
        plan = self.sell_one()
        picked = [self.receive(self.bath).plan_id for __ in range(5)]
        self.assertEqual(picked, [owing, plan, owing, owing, owing.browse()])
        self.assertEqual(owing.sessions_remaining, -2)
        self.assert_ledger_adds_up(owing)

    def test_without_services_too(self):
        owing = self.sell_one(overdraft_limit=1)
        self.assertEqual(
            [self.receive().plan_id for __ in range(3)],
            [owing, owing, owing.browse()],
        )

    def test_of_the_period(self):
        monthly = self.sell(
            self.make_template([(self.bath, 1, 45.0)], kind="plan", overdraft_limit=1)
        )
        self.assertEqual(
            [self.receive(self.bath).plan_id for __ in range(3)],
            [monthly, monthly, monthly.browse()],
        )

    def test_the_rest_of_a_visit_is_billed_not_owed(self):
        plan = self.sell_two(groomings=1)
        plan.with_user(self.manager).sudo()._unguarded().overdraft_limit = 2
        first = self.receive(self.grooming)
        second = self.receive(self.bath, self.grooming)
        self.assertEqual((first + second).plan_id, plan)
        self.assertTrue(second.to_invoice)
        self.assertEqual(min(plan.line_ids.mapped("remaining")), 0)
