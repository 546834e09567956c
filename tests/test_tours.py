from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .prices import PricesCommon
from .tours import TourCase


@tagged("post_install", "-at_install", "is_tour")
class TestTours(PricesCommon, TourCase):
    """The screens, as people click through them."""

    def test_sell_plan(self):
        self.make_template()
        self.start_tour("/odoo/pet-customers", "pet_plans_sell_plan", login="pet_staff")
        plan = self.luna.plan_ids
        self.assertEqual(self.days(plan)[0], ["01-05", "01-12", "01-19", "01-26"])
        self.assertEqual(self.due_dates(plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(
            [str(date) for date in self.invoices(plan).mapped("invoice_date_due")],
            ["2099-01-05", "2099-02-02", "2099-03-02"],
        )

    def test_sell_by_pet(self):
        """S9: the offers show their prices, and what is missing is asked for."""
        self.make_priced_template(rows=3)
        pet = self.make_pet(breed_id=self.poodle.sudo().copy({"size": False}).id)
        self.start_tour(
            f"/odoo/pet.pet/{pet.id}", "pet_plans_sell_by_pet", login="pet_staff"
        )
        self.assertEqual(pet.size, "large")
        self.assertEqual(pet.plan_ids.amount_total, 720.0)

    def test_change_plan(self):
        """S14: one dialog, which says first what is credited, billed and moved."""
        four, eight = (
            self.make_template(
                [(self.bath, count, price)],
                name=f"{count} baths a month",
                kind="plan",
                period_count=3,
            )
            for count, price in ((4, 45.0), (8, 40.0))
        )
        plan = self.sell(four, date_start="2099-01-01")
        self.pay(self.invoices(plan)[0])
        visit = plan.book(self.weekly(1, first="2099-01-05 09:00:00"))
        self.start_tour(
            f"/odoo/pet.plan/{plan.id}", "pet_plans_change_plan", login="pet_staff"
        )
        self.assertEqual(plan.renewed_by_id.template_id, eight)
        self.assertEqual(visit.plan_id, plan.renewed_by_id)

    def test_customer_page(self):
        """P1: one click each to an invoice, its cycle, a payment, the records."""
        self.luna.note = "Bites when wet"
        plan, __ = self.sell_in_2099()
        self.post(self.invoices(plan)[0])
        self.start_tour(
            "/odoo/pet-customers", "pet_plans_customer_page", login="pet_accountant"
        )
        self.assertEqual(self.invoices(plan)[0].payment_state, "paid")

    def test_find_customer(self):
        self.customer.sudo().phone = "555-0104"
        self.start_tour(
            "/odoo/action-pet_plans.action_pet_plan_sell",
            "pet_plans_find_customer",
            login="pet_staff",
        )

    def test_carry_over_one(self):
        self.start_tour(
            "/odoo/pet-customers", "pet_plans_carry_over", login="pet_staff"
        )
        self.assertEqual(self.luna.plan_ids.sessions_remaining, 5.0)

    def test_import_packages(self):
        self.start_tour(
            "/odoo/action-pet_plans.action_pet_carry_over_import",
            "pet_plans_import_packages",
            login="pet_staff",
        )
        plans = self.env["pet.plan"].search([("is_carry_over", "=", True)])
        self.assertEqual(plans.mapped("state"), ["cancelled"] * 2)
        self.assertEqual(plans.pet_id, self.luna + self.rex)

    def test_cancel_visit_and_book_another(self):
        plan, __ = self.sell_in_2099()
        visit = self.visit_on(plan, "01-19")
        self.start_tour(
            f"/odoo/pet-visits/{visit.id}", "pet_plans_cancel_visit", login="pet_staff"
        )
        self.assertEqual(visit.state, "cancelled")
        self.assertEqual(visit.cancel_reason, "Luna has a cold")
        self.assertEqual(
            self.days(plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23", "03-30"],
            ],
        )
        self.assertEqual(self.due_dates(plan), ["01-05", "02-09", "03-09"])

    def test_cancel_visits_from_the_list(self):
        plan, __ = self.sell_in_2099()
        self.start_tour(
            "/odoo/pet-visits", "pet_plans_cancel_visits", login="pet_staff"
        )
        self.assertEqual(
            self.days(plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-23", "03-02", "03-09"],
                ["03-16", "03-23"],
            ],
        )

    def test_move_visit_and_undo_its_steps(self):
        """U3, U5: a manager corrects what staff have done."""
        plan, visits = self.sell_in_2099()
        other = self.sell(
            self.make_template(name="Other card"), date_start="2099-01-01"
        )
        visits[0].action_receive()
        visits[0].action_finish()
        self.start_tour(
            f"/odoo/pet-visits/{visits[0].id}",
            "pet_plans_undo_visit",
            login="pet_manager",
        )
        self.assertRecordValues(
            visits[0], [{"state": "scheduled", "plan_id": other.id}]
        )
        self.assertEqual(plan.sessions_remaining, 1.0)
        self.assertEqual(other.sessions_booked, 1.0)

    def test_reschedule_visit_in_the_calendar(self):
        day = fields.Date.today() + timedelta(7)
        plan = self.sell(date_start=fields.Date.today())
        visit = plan.book([datetime.combine(day, time(9))], user_id=self.staff.id)
        self.start_tour(
            "/odoo/pet-visits", "pet_plans_reschedule_visit", login="pet_staff"
        )
        self.assertEqual(visit.start, datetime.combine(day, time(14)))
        self.assertEqual(visit.cycle_id, plan.cycle_ids[0])

    def test_drag_onto_a_clash(self):
        """C1: who drags a visit where somebody is busy is asked first."""
        today = fields.Date.today()
        visits = [
            self.sell(pet=pet, date_start=today).book(
                [datetime.combine(today, time(hour))], user_id=self.staff.id
            )
            for pet, hour in ((self.luna, 9), (self.rex, 14))
        ]
        self.start_tour(
            "/odoo/pet-visits", "pet_plans_drag_onto_a_clash", login="pet_staff"
        )
        self.assertEqual(visits[0].start, visits[1].start)

    def test_calendar_of_visits(self):
        """P2, C1: whose visit it is stands first; what can be done is at hand."""
        today = fields.Date.today()
        plan = self.sell(date_start=today)
        plan.book([datetime.combine(today, time(9))], user_id=self.staff.id)
        self.start_tour(
            "/odoo/pet-visits", "pet_plans_visits_calendar", login="pet_staff"
        )

    def test_reschedule_visit_from_its_plan(self):
        """C1: what one sees on the plan is moved there, in four clicks."""
        plan, __ = self.sell_in_2099()
        self.start_tour(
            f"/odoo/pet-plans/{plan.id}",
            "pet_plans_reschedule_from_plan",
            login="pet_staff",
        )
        self.assertEqual(self.days(plan)[0], ["01-05", "01-12", "01-21", "01-28"])
        self.assertEqual(self.due_dates(plan), ["01-05", "02-02", "03-02"])

    def test_pay_cycle(self):
        plan, __ = self.sell_in_2099()
        invoice = self.invoices(plan)[0]
        self.start_tour(
            f"/odoo/customer-invoices/{invoice.id}",
            "pet_plans_pay_cycle",
            login="pet_accountant",
        )
        self.assertEqual(plan.cycle_ids[0].state, "settled")
        self.assertEqual(str(invoice.invoice_date_due), "2099-01-05")

    def test_take_payment(self):
        """I2, B4: a cashier delivers, bills what no plan covers, and is paid."""
        self._make_user("pet_cashier", "pet_plans.group_cashier")
        self.post(self.invoices(self.sell_in_2099()[0])[0])
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.rex.id,
                "line_ids": [Command.create({"product_id": self.grooming.id})],
            }
        )
        visit.action_receive()
        visit.action_finish()
        self.start_tour(
            f"/odoo/pet-visits/{visit.id}",
            "pet_plans_take_payment",
            login="pet_cashier",
        )
        self.assertEqual(visit.state, "delivered")
        self.assertEqual(visit.sudo().invoice_ids.state, "posted")

    def test_cards_of_the_plans_screen(self):
        today = fields.Date.today()
        template = self.make_template()
        endings = {
            "not_renewed": [-1, -20, -40],
            "week_1": [0, 7],
            "week_2": [14],
            "month_1": [15, 20, 25, 30],
            "later": [31, 50, 90, 365, None],
        }
        for days in (days for ends in endings.values() for days in ends):
            # A pet each: a plan is not renewed while its pet has no other plan.
            plan = self.sell(
                template,
                pet=self._make_pet(f"Pet {days}"),
                date_start=today - timedelta(60),
            )
            if days is not None:
                plan.with_user(self.manager).date_end = today + timedelta(days)
        self.sell(template, pet=self.env["pet.pet"], date_start=today, confirm=False)
        counts = {name: len(ends) for name, ends in endings.items()} | {"active": 12}
        self.assertEqual(
            self.env["pet.plan"].with_user(self.staff).retrieve_dashboard(), counts
        )
        self.start_tour("/odoo/pet-plans", "pet_plans_cards", login="pet_staff")

    def sell_for_the_list(self, date_start="2099-01-01"):
        """Sell a plan each to Luna and Rex, to be found by its title."""
        template = self.make_template(validity=3)
        return [
            self.sell(
                template, pet=pet, title=f"Baths of {pet.name}", date_start=date_start
            )
            for pet in (self.luna, self.rex)
        ]

    def test_renew_from_the_list(self):
        plans = self.sell_for_the_list()
        self.start_tour("/odoo/pet-plans", "pet_plans_renew_many", login="pet_staff")
        for plan in plans:
            self.assertEqual(str(plan.renewed_by_id.date_start), "2099-04-02")

    def test_renew_and_book_from_the_list(self):
        """X6: in two clicks the customer comes on as before."""
        luna, __ = self.sell_for_the_list()
        luna.book(self.weekly(12, first="2099-01-05 09:00:00"))
        self.start_tour(
            "/odoo/pet-plans", "pet_plans_renew_and_book", login="pet_staff"
        )
        self.assertEqual(
            self.days(luna.renewed_by_id)[0], ["04-06", "04-13", "04-20", "04-27"]
        )

    def test_a_paused_plan_looks_paused(self):
        """X8: on the list and on its card."""
        today = fields.Date.today()
        luna, __ = self.sell_for_the_list(date_start=today)
        self.pause(luna, today, today + timedelta(7))
        self.start_tour("/odoo/pet-plans", "pet_plans_paused", login="pet_staff")

    def test_top_up(self):
        """S13: from the form, by staff, at the package's price."""
        template = self.make_template(validity=6, overdraft_limit=1.0)
        plan = self.sell(template, date_start="2099-01-01")
        plan.book(self.weekly(13, first="2099-01-05 09:00:00"))
        self.start_tour(
            f"/odoo/pet-plans/{plan.id}", "pet_plans_top_up", login="pet_staff"
        )
        self.assertEqual(plan.sessions_remaining, 4)
        self.assertEqual(
            self.invoices(plan)[3:].mapped("amount_untaxed"), [180.0, 45.0]
        )

    def test_let_go_from_the_list(self):
        luna, rex = self.sell_for_the_list()
        self.start_tour("/odoo/pet-plans", "pet_plans_let_go", login="pet_staff")
        self.assertEqual(luna.non_renewal_reason_id.name, "Moved away")
        self.assertFalse(rex.date_let_go)

    def test_cancel_from_the_list(self):
        luna, rex = self.sell_for_the_list()
        self.start_tour("/odoo/pet-plans", "pet_plans_cancel_plan", login="pet_staff")
        self.assertEqual(luna.state, "cancelled")
        self.assertEqual(luna.cancel_reason, "The family moves away")
        self.assertEqual(self.invoices(luna).mapped("state"), ["cancel"] * 3)
        self.assertEqual(rex.state, "active")

    def test_portal(self):
        """A customer moves and cancels a visit, asks to renew, and goes to pay."""
        self.shop.sudo().pet_portal_changes = True
        plan, __ = self.sell_in_2099()
        self.post(self.invoices(plan)[0])
        ana = self.make_portal_user("pet_ana", self.customer)
        self.start_tour("/my", "pet_plans_portal", login=ana.login)
        self.assertEqual(self.days(plan)[0], ["01-05", "01-12", "01-26", "02-02"])
        self.assertTrue(plan.date_renewal_asked)
