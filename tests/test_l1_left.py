from .common import PetPlansCommon


class TestLeft(PetPlansCommon):
    """L1, P1: what is left is what is not used yet, booked or not."""

    def test_booked_is_not_used(self):
        plan = self.sell()
        visits = plan.book(self.weekly(12))
        self.assertEqual((plan.sessions_left, plan.sessions_remaining), (12.0, 0.0))
        self.clock.move_to(visits[0].start)
        visits[0].action_receive()
        self.assertEqual(plan.sessions_left, 11.0)
        self.assertEqual(
            (plan.line_ids.used, plan.line_ids.booked, plan.line_ids.left),
            (1.0, 11.0, 11.0),
        )

    def test_of_a_package_it_is_visits(self):
        """12 baths with 3 groomings are 12 visits, not 15."""
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.assertEqual(plan.sessions_left, 12.0)

    def test_of_a_plan_it_is_sessions(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0), (self.grooming, 1, 60.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
            )
        )
        self.assertEqual(plan.sessions_left, 15.0)

    def test_what_is_owed_is_less_than_nothing(self):
        plan = self.sell(
            self.make_template(
                appointment_count=1, appointments_per_cycle=1, overdraft_limit=1.0
            )
        )
        for visit in plan.book(self.weekly(2)):
            self.clock.move_to(visit.start)
            visit.action_receive()
        self.assertEqual(plan.sessions_left, -1.0)
