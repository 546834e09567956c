from datetime import datetime, time, timedelta

from odoo import fields
from odoo.tests import tagged

from .tours import TourCase


@tagged("post_install", "-at_install", "is_tour")
class TestDayBoardTours(TourCase):
    """P2, U4: a day at the counter, as people click through it."""

    def book_today(self, pet, days=0):
        today = fields.Date.today()
        plan = self.sell(pet=pet, date_start=today)
        return plan.book([datetime.combine(today + timedelta(days), time(9))])

    def test_from_walk_in_to_delivery(self):
        self.luna.note = "Bites when wet"
        visit = self.book_today(self.luna)
        plan = self.sell(pet=self.mimi, date_start=fields.Date.today())
        self.start_tour("/odoo/pet-day-board", "pet_plans_day_board", login="pet_staff")
        self.assertEqual(visit.state, "delivered")
        self.assertEqual(plan.sessions_used, 1)

    def test_by_keyboard(self):
        self.book_today(self.luna)
        self.book_today(self.rex, days=1)
        self.start_tour(
            "/odoo/pet-day-board", "pet_plans_day_board_keys", login="pet_staff"
        )
        self.assertEqual(self.luna.appointment_ids.state, "received")
