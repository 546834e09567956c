from datetime import datetime, time, timedelta

from odoo import fields
from odoo.tests import tagged

from .tours import TourCase, on_a_computer_in


@tagged("post_install", "-at_install", "is_tour")
class TestFirstWalk(TourCase):
    """What a new user would trip over: hidden, in the wrong order, or not said."""

    def test_bills_in_words(self):
        """S7, C5: how many visits an invoice releases, and until when it waits."""
        plan, __ = self.sell_in_2099(5, date_end="2099-12-31")
        self.start_tour(
            f"/odoo/pet-plans/{plan.id}",
            "pet_plans_bills_in_words",
            login="pet_accountant",
        )

    def test_overdue_cycles(self):
        start = fields.Date.today() - timedelta(60)
        plan = self.sell(date_start=start)
        plan.book([datetime.combine(start + timedelta(7 * n), time(9)) for n in (1, 2)])
        self.post(self.invoices(plan)[0])
        self.sell_in_2099(pet=self.rex)
        self.start_tour(
            "/odoo/action-pet_plans.action_pet_cycle",
            "pet_plans_overdue_cycles",
            login="pet_accountant",
        )

    def test_refused_and_paused(self):
        """S1, X8: what cannot be is said as a person would, what moves is shown."""
        plan = self.sell(date_start="2099-01-01", date_end="2099-12-31")
        self.start_tour(
            f"/odoo/pet-plans/{plan.id}",
            "pet_plans_refused_and_paused",
            login="pet_staff",
        )
        self.assertEqual(plan.pause_ids.reason, "Holidays")
        self.assertEqual(str(plan.date_end), "2100-01-07")

    def test_another_clock(self):
        """B1: whose clock it is; today's visits, the next first."""
        today = fields.Date.today()
        for days, pet in ((-7, self.mimi), (9, self.rex), (1, self.luna)):
            plan = self.sell(pet=pet, date_start=today - timedelta(9))
            plan.book([datetime.combine(today + timedelta(days), time(9))])
        with on_a_computer_in("Asia/Tokyo"):
            self.start_tour(
                "/odoo/pet-visits", "pet_plans_another_clock", login="pet_staff"
            )
