from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError

from .common import PetPlansCommon


class WalkInCase(PetPlansCommon):
    """A pet that comes without booking, on Friday 2026-01-02 at noon."""

    def walk_in(self, *products, pet=None, **values):
        """Return a visit without plan, as reception opens it at the counter."""
        return self.env["pet.appointment"].create(
            {
                "pet_id": (pet or self.luna).id,
                "start": "2026-01-02 12:00:00",
                "line_ids": [
                    Command.create({"product_id": product.id}) for product in products
                ],
                **values,
            }
        )

    def receive(self, *products, **values):
        visit = self.walk_in(*products, **values)
        visit.action_receive()
        return visit

    def sell_two(self, baths=12, groomings=3, **values):
        return self.sell(
            self.make_template(
                [(self.bath, baths, 45.0), (self.grooming, groomings, 60.0)]
            ),
            **values,
        )


class TestCheckIn(WalkInCase):
    """B4: checking it in picks the plan and takes the session."""

    def test_takes_the_session(self):
        plan = self.sell()
        visit = self.receive(self.bath)
        self.assertEqual(visit.state, "received")
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assertEqual(visit.line_ids.plan_line_id, plan.line_ids)
        self.assertEqual(visit.line_ids.price_unit, 45.0)
        self.assertEqual(plan.sessions_used, 1.0)
        self.assertEqual(plan.sessions_remaining, 11.0)
        self.assertFalse(visit.to_invoice)
        entry = plan.entry_ids.filtered("appointment_id")
        self.assertEqual((entry.kind, entry.quantity), ("book", -1.0))
        self.assertEqual(entry.appointment_id, visit)

    def test_without_services_takes_the_default_ones(self):
        self.sell_two()
        visit = self.receive()
        self.assertEqual(visit.line_ids.product_id, self.bath + self.grooming)

    def test_before_check_in_nothing_is_taken(self):
        plan = self.sell()
        visit = self.walk_in(self.bath)
        visit.action_confirm()
        self.assertFalse(visit.plan_id)
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_started_without_check_in(self):
        plan = self.sell()
        visit = self.walk_in(self.bath)
        visit.action_start()
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(plan.sessions_used, 1.0)

    def test_booked_visit_keeps_its_plan(self):
        plan = self.sell(self.make_template(validity=30, validity_unit="day"))
        booked = self.sell()
        visit = booked.book([datetime(2026, 1, 2, 12)])
        visit.action_receive()
        self.assertEqual(visit.plan_id, booked)
        self.assertEqual(booked.sessions_remaining, 11.0)
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_several_pets_at_once(self):
        """Two dogs of one customer on one shared plan with a single session."""
        shared = self.sell(
            self.make_template(appointment_count=1, appointments_per_cycle=1),
            pet=self.env["pet.pet"],
        )
        visits = self.walk_in(self.bath) + self.walk_in(self.bath, pet=self.rex)
        visits.action_receive()
        self.assertEqual(visits.mapped("state"), ["received"] * 2)
        self.assertEqual(visits.plan_id, shared)
        self.assertEqual(visits.mapped("to_invoice"), [False, True])
        self.assertEqual(shared.sessions_remaining, 0.0)

    def test_no_plan(self):
        visit = self.receive(self.bath)
        self.assertEqual(visit.state, "received")
        self.assertFalse(visit.plan_id)
        self.assertTrue(visit.to_invoice)

    def test_staff_override(self):
        """U1: staff give the visit another plan after check-in."""
        picked, other = self.sell(), self.sell()
        visit = self.receive(self.bath)
        self.assertEqual(visit.plan_id, picked)
        visit.plan_id = other
        self.assertEqual(picked.sessions_remaining, 12.0)
        self.assertEqual(other.sessions_remaining, 11.0)
        self.assertEqual(visit.state, "received")

    def test_the_plan_of_a_cancelled_walk_in_gets_its_session_back(self):
        plan = self.sell()
        self.receive(self.bath).action_cancel()
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_cycle_with_room_and_due_date(self):
        """The walk-in comes first and so sets the due date of its cycle."""
        plan = self.sell()
        plan.book(self.weekly(3))
        visit = self.receive(self.bath)
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assertEqual(self.due_dates(plan)[0], "01-02")


class TestCandidates(WalkInCase):
    """U1: active on that date, covers pet and service, has sessions."""

    def assert_not_used(self, plan, *products, **values):
        left = plan.sessions_remaining
        visit = self.receive(*(products or [self.bath]), **values)
        self.assertEqual(visit.state, "received")
        self.assertFalse(visit.plan_id)
        self.assertEqual(plan.sessions_remaining, left)

    def sell_january(self):
        return self.sell(
            self.make_template(validity=1, validity_unit="week"),
            date_start="2026-01-05",
        )

    def test_draft(self):
        self.assert_not_used(self.sell(confirm=False))

    def test_cancelled(self):
        plan = self.sell()
        self.cancel_plans(plan)
        self.assert_not_used(plan)

    def test_not_started(self):
        self.assert_not_used(self.sell_january())

    def test_first_and_last_day(self):
        for day in ("2026-01-05 00:00:00", "2026-01-12 23:59:59"):
            plan = self.sell_january()
            visit = self.receive(self.bath, start=day)
            self.assertEqual(visit.plan_id, plan)
            visit.action_cancel()
            self.cancel_plans(plan)

    def test_ended_though_still_stored_as_active(self):
        """X1: the nightly job did not run."""
        plan = self.sell_january()
        self.clock.move_to("2026-01-13 09:00:00")
        self.assertEqual(plan.state, "active")
        self.assert_not_used(plan, start="2026-01-13 09:00:00")

    def test_stored_as_expired_though_by_the_clock_of_the_shop_it_runs(self):
        """X1: over in Tokyo, the shop's clock until now; in Sao Paulo it runs."""
        self.shop.pet_tz = "Asia/Tokyo"
        plan = self.sell_january()
        self.clock.move_to("2026-01-12 16:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertEqual(plan.state, "expired")
        self.shop.pet_tz = "America/Sao_Paulo"
        visit = self.receive(self.bath, start="2026-01-12 16:00:00")
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(plan.sessions_remaining, 11.0)

    def test_late_at_night_on_the_last_day(self):
        """22:30 in Sao Paulo on 12 January is 13 January in UTC."""
        self.shop.pet_tz = "America/Sao_Paulo"
        plan = self.sell_january()
        visit = self.receive(self.bath, start="2026-01-13 01:30:00")
        self.assertEqual(visit.plan_id, plan)

    def test_late_at_night_before_the_first_day(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        self.assert_not_used(self.sell_january(), start="2026-01-05 01:30:00")

    def test_early_in_the_morning_after_the_last_day(self):
        """00:30 in Tokyo on 13 January is still 12 January in UTC."""
        self.shop.pet_tz = "Asia/Tokyo"
        self.assert_not_used(self.sell_january(), start="2026-01-12 15:30:00")

    def test_another_pet(self):
        self.assert_not_used(self.sell(), pet=self.rex)

    def test_shared_plan_of_another_customer(self):
        self.assert_not_used(self.sell(pet=self.env["pet.pet"]), pet=self.mimi)

    def test_shared_plan_of_the_household(self):
        child = self.env["res.partner"].create(
            {"name": "Bia Souza", "parent_id": self.customer.id}
        )
        pet = self._make_pet("Nina", partner_id=child.id)
        shared = self.sell(pet=self.env["pet.pet"])
        self.assertEqual(self.receive(self.bath, pet=pet).plan_id, shared)

    def test_another_service(self):
        self.assert_not_used(self.sell(), self.grooming)

    def test_no_sessions_left(self):
        plan = self.sell()
        plan.book(self.weekly(12))
        self.assert_not_used(plan)

    def test_no_sessions_left_in_the_period(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 1, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
            )
        )
        plan.book([datetime(2026, 1, 20, 9)])
        self.assertEqual(plan.sessions_remaining, 2.0)
        self.assert_not_used(plan)

    def test_sessions_left_in_the_period(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 1, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
            )
        )
        plan.book([datetime(2026, 2, 20, 9)])
        visit = self.receive(self.bath)
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(visit.cycle_id.sequence, 1)

    def test_every_cycle_closed(self):
        """Its invoices are cancelled: the pet is served all the same, and billed."""
        plan = self.sell()
        self.invoices(plan).button_cancel()
        self.assert_not_used(plan)

    def test_plan_of_another_company(self):
        template = self.make_template(company_id=False)
        plan = (
            self.sell(template, confirm=False)
            .sudo()
            .copy(
                {
                    "company_id": self.other_shop.id,
                    "date_start": "2026-01-01",
                    "user_id": self.other_staff.id,
                }
            )
        )
        plan.action_confirm()
        self.assert_not_used(plan)

    def test_half_day_on_the_last_half_session(self):
        plan = self.sell()
        plan.book(self.weekly(11))
        plan.book([datetime(2026, 4, 6, 9)], units=0.5)
        self.assert_not_used(plan)
        visit = self.receive(units=0.5)
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(plan.sessions_remaining, 0.0)


class TestSomeServicesCovered(WalkInCase):
    """B4: only services with enough sessions; the others are billed."""

    def test_service_the_plan_does_not_sell(self):
        plan = self.sell()
        visit = self.receive(self.bath, self.grooming)
        self.assertEqual(visit.plan_id, plan)
        self.assertRecordValues(
            visit.line_ids,
            [
                {"plan_line_id": plan.line_ids.id, "price_unit": 45.0},
                {"plan_line_id": False, "price_unit": 60.0},
            ],
        )
        self.assertTrue(visit.to_invoice)

    def test_service_with_no_session_left(self):
        plan = self.sell_two()
        plan.book(
            self.weekly(3),
            line_ids=[Command.create({"product_id": self.grooming.id})],
        )
        visit = self.receive(self.bath, self.grooming)
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(
            visit.line_ids.mapped(lambda line: bool(line.plan_line_id)), [True, False]
        )
        self.assertEqual(plan.line_ids.mapped("remaining"), [11.0, 0.0])

    def test_same_service_twice_with_one_session_left(self):
        plan = self.sell()
        plan.book(self.weekly(11))
        visit = self.receive(self.bath, self.bath)
        self.assertEqual(
            visit.line_ids.mapped(lambda line: bool(line.plan_line_id)), [True, False]
        )
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_more_sessions_than_left(self):
        """Nothing is covered in part: three baths wanted, two left."""
        plan = self.sell()
        plan.book(self.weekly(10))
        visit = self.walk_in(self.bath)
        visit.line_ids.quantity = 3.0
        visit.action_receive()
        self.assertFalse(visit.plan_id)
        self.assertEqual(plan.sessions_remaining, 2.0)


class TestInvoiceOfAVisit(WalkInCase):
    """B4: services no plan covers are billed by an ordinary invoice."""

    def test_draft_of_the_uncovered_services(self):
        self.sell()
        visit = self.receive(self.bath, self.grooming)
        visit.action_create_invoice()
        invoice = visit.sudo().invoice_ids
        self.assertRecordValues(
            invoice,
            [
                {
                    "move_type": "out_invoice",
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "company_id": self.shop.id,
                    "pet_id": self.luna.id,
                    "pet_cycle_id": False,
                    "amount_untaxed": 60.0,
                }
            ],
        )
        line = invoice.invoice_line_ids
        self.assertEqual(line.product_id, self.grooming)
        self.assertIn("Luna", line.name)
        self.assertFalse(visit.to_invoice)

    def test_staff_have_no_accounting_rights(self):
        """The builder's user makes the invoice without being able to read it."""
        self.assertFalse(self.env["account.move"].has_access("create"))
        visit = self.receive(self.bath)
        visit.action_create_invoice()
        with self.assert_not_allowed("access", "account.move"):
            self.env["account.move"].browse(visit.invoice_ids.id).amount_total  # noqa: B018

    def test_invoice_address_tax_and_quantity(self):
        address = self.env["res.partner"].create(
            {"name": "Books", "type": "invoice", "parent_id": self.customer.id}
        )
        self.bath.sudo().taxes_id = self.tax_sale_a
        visit = self.walk_in(self.bath)
        visit.line_ids.write({"quantity": 2.0, "price_unit": 40.0})
        visit.action_receive()
        visit.action_create_invoice()
        invoice = visit.sudo().invoice_ids
        self.assertEqual(invoice.partner_id, address)
        self.assertEqual(invoice.amount_untaxed, 80.0)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax_sale_a)

    def test_several_visits_one_invoice_each(self):
        visits = self.receive(self.bath) + self.receive(self.bath, pet=self.mimi)
        visits.action_create_invoice()
        self.assertEqual(
            visits.sudo().invoice_ids.partner_id, self.customer + self.neighbour
        )

    def test_found_by_the_to_invoice_filter(self):
        covered, uncovered = self.sell(), self.receive(self.bath, pet=self.rex)
        visit = self.receive(self.bath)
        self.assertEqual(visit.plan_id, covered)
        found = self.env["pet.appointment"].search([("to_invoice", "=", True)])
        self.assertEqual(found, uncovered)
        found = self.env["pet.appointment"].search([("to_invoice", "=", False)])
        self.assertIn(visit, found)
        self.assertNotIn(uncovered, found)

    def assert_not_billed(self, visit):
        invoice = visit.invoice_ids
        with self.assertRaisesRegex(UserError, "Luna"):
            visit.action_create_invoice()
        self.assertEqual(visit.invoice_ids, invoice)

    def test_twice_is_refused(self):
        visit = self.receive(self.bath)
        visit.action_create_invoice()
        self.assert_not_billed(visit)

    def test_covered_visit_is_refused(self):
        self.sell()
        self.assert_not_billed(self.receive(self.bath))

    def test_visit_that_did_not_take_place_is_refused(self):
        self.assert_not_billed(self.walk_in(self.bath))
        cancelled = self.walk_in(self.bath)
        cancelled.action_cancel()
        self.assert_not_billed(cancelled)

    def test_reader_is_refused(self):
        visit = self.receive(self.bath)
        with self.assert_not_allowed("modify", "pet.appointment"):
            visit.with_user(self.accountant).action_create_invoice()
