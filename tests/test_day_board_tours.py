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

    def test_deliver_and_take_payment(self):
        self._make_user("pet_cashier", "pet_plans.group_cashier")
        visit = self.book_today(self.luna)
        invoice = self.post(self.invoices(visit.plan_id)[0])
        visit.action_receive()
        visit.action_finish()
        self.start_tour(
            "/odoo/pet-day-board", "pet_plans_deliver_and_pay", login="pet_cashier"
        )
        self.assertEqual(visit.state, "delivered")
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
