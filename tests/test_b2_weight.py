from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestWeight(PetPlansCommon):
    """B2: `units` is the visit's weight in its cycle, and goes by the booking rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def test_half_a_session_left_is_not_a_whole_day(self):
        """What was asked for is booked or refused, never made smaller in silence."""
        self.plan.book(self.weekly(23), units=0.5)
        with self.assert_refused(UserError, "1 needed, 0.5 left"):
            self.plan.book([datetime(2026, 7, 1, 9)])
        half = self.plan.book([datetime(2026, 7, 1, 9)], units=0.5)
        self.assertEqual(half.line_ids.quantity, 0.5)

    def test_a_weight_that_was_asked_for_stays(self):
        visit = self.plan.book(
            self.weekly(1),
            units=1.0,
            line_ids=[Command.create({"product_id": self.bath.id, "quantity": 0.5})],
        )
        self.assertEqual(visit.units, 1.0)
        self.assertEqual(visit.cycle_id.booked, 1.0)

    def test_the_weight_of_a_booked_visit_is_not_typed(self):
        visit = self.plan.book(self.weekly(1))
        with self.assert_refused(UserError, "weight in the cycle goes by the sessions"):
            visit.units = 0.5
        self.assertEqual(visit.units, 1.0)

    def test_nor_that_of_one_that_is_over(self):
        for step in ("action_start", "action_cancel", "action_no_show"):
            visit = self.plan.book([datetime(2026, 1, 2, 13)], units=0.5)
            getattr(visit, step)()
            with self.subTest(step=step), self.assert_refused(UserError, "weight"):
                visit.units = 1.0
            self.assertEqual(visit.units, 0.5)

    def test_a_half_day_made_whole_needs_room(self):
        halves = self.plan.book(self.weekly(8), units=0.5)
        self.assertEqual(self.plan.cycle_ids[0].free, 0)
        with self.assert_refused(
            UserError, "would weigh 1 instead of 0.5, but cycle .* has room for 0 more"
        ):
            halves[0].line_ids.quantity = 1.0
        self.assertEqual(halves[0].units, 0.5)
        self.assertEqual(self.plan.cycle_ids[0].booked, 4)
        self.assertEqual(self.plan.sessions_remaining, 8)

    def test_a_half_day_made_whole_where_there_is_room(self):
        half = self.plan.book(self.weekly(1), units=0.5)
        half.line_ids.quantity = 1.0
        self.assertEqual([half.units, half.cycle_id.booked], [1.0, 1.0])
        self.assertEqual(self.plan.sessions_remaining, 11)

    def test_served_half_day_made_whole_by_a_manager(self):
        halves = self.plan.book([datetime(2026, 1, 2, hour) for hour in range(8, 16)])
        halves.action_cancel()
        halves = self.plan.book(
            [datetime(2026, 1, 2, hour) for hour in range(8, 16)], units=0.5
        )
        halves.action_start()
        with self.assert_refused(UserError, "has room for 0 more"):
            halves[0].with_user(self.manager).line_ids.quantity = 1.0

    def test_a_service_added_does_not_make_it_lighter(self):
        visit = self.plan.book(self.weekly(1))
        visit.line_ids = [
            Command.create({"product_id": self.grooming.id, "quantity": 0.5})
        ]
        self.assertEqual(visit.units, 1.0)
