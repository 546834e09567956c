from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class RefusalCase(PetPlansCommon):
    def assert_not_booked(self, plan, starts, *parts, **values):
        """Booking is refused, tells the plan and each part, and leaves nothing."""
        before = self.get_facts(plan)
        with self.assertRaises(UserError) as caught:
            plan.book(starts, **values)
        for part in (plan.name, *parts):
            self.assertIn(part, str(caught.exception))
        self.assertEqual(self.get_facts(plan), before)

    def get_facts(self, plan):
        """Return all that a booking could have changed."""
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            plan.appointment_ids.ids,
            plan.entry_ids.ids,
            plan.line_ids.mapped("remaining"),
            plan.sessions_booked,
            self.due_dates(plan),
            plan.cycle_ids.mapped("state"),
            self.invoices(plan).mapped("invoice_date_due"),
            self.env["pet.appointment.line"].search_count([]),
            len(plan.message_ids),
        )


class TestStateOfThePlan(RefusalCase):
    """B3: the plan is not active."""

    def test_draft(self):
        self.assert_not_booked(self.sell(confirm=False), self.weekly(1), "draft")

    def test_cancelled(self):
        plan = self.sell()
        self.cancel_plans(plan)
        self.assert_not_booked(plan, self.weekly(1), "cancelled", "Jan 5, 2026")


class TestDates(RefusalCase):
    """B3: before the start, after the end; the end day is included (S8, X1)."""

    def sell_january(self):
        """From 5 January through 19 January."""
        return self.sell(
            self.make_template(validity=2, validity_unit="week"),
            date_start="2026-01-05",
        )

    def test_before_the_start(self):
        plan = self.sell_january()
        self.assertEqual(str(plan.date_end), "2026-01-19")
        self.assert_not_booked(
            plan,
            [datetime(2026, 1, 4, 23)],
            "Jan 4, 2026 is before its start on Jan 5, 2026",
        )

    def test_after_the_end(self):
        self.assert_not_booked(
            self.sell_january(),
            [datetime(2026, 1, 20, 0)],
            "Jan 20, 2026 is after its end on Jan 19, 2026",
        )

    def test_first_and_last_day(self):
        plan = self.sell_january()
        visits = plan.book([datetime(2026, 1, 5, 0), datetime(2026, 1, 19, 23, 59)])
        self.assertEqual(len(visits), 2)

    def test_no_end(self):
        self.assertTrue(self.sell().book([datetime(2046, 1, 1, 9)]))

    def test_first_and_last_day_west_of_greenwich(self):
        """23:30 on the last day in Sao Paulo is the next day in UTC."""
        self.shop.pet_tz = "America/Sao_Paulo"
        plan = self.sell_january()
        visits = plan.book([datetime(2026, 1, 5, 3), datetime(2026, 1, 20, 2, 30)])
        self.assertEqual(len(visits), 2)
        self.assert_not_booked(
            plan, [datetime(2026, 1, 20, 3)], "Jan 20, 2026 is after"
        )
        self.assert_not_booked(
            plan, [datetime(2026, 1, 5, 2, 59)], "Jan 4, 2026 is before"
        )

    def test_first_and_last_day_east_of_greenwich(self):
        """00:30 on the first day in Tokyo is the day before in UTC."""
        self.shop.pet_tz = "Asia/Tokyo"
        plan = self.sell_january()
        self.assertTrue(plan.book([datetime(2026, 1, 4, 15, 30)]))
        self.assert_not_booked(
            plan, [datetime(2026, 1, 19, 15)], "Jan 20, 2026 is after"
        )

    def test_one_bad_date_refuses_all_and_names_it(self):
        plan = self.sell_january()
        self.assert_not_booked(plan, self.weekly(4), "Jan 26, 2026 is after its end")

    def test_every_bad_date_is_named(self):
        plan = self.sell_january()
        self.assert_not_booked(
            plan, self.weekly(5), "of Jan 26, 2026, 9:00", "of Feb 2, 2026, 9:00"
        )

    def test_stored_status_does_not_decide(self):
        """X1: the nightly job is late; the other way round in `test_x1_status`."""
        ended = self.sell_january()
        self.clock.move_to("2026-02-10 12:00:00")
        self.assertEqual(ended.state, "active")
        self.assert_not_booked(ended, [datetime(2026, 2, 11, 9)], "after its end")

    def test_by_the_wizard(self):
        plan = self.sell_january()
        wizard = self.env["pet.plan.book"].create(
            {"plan_id": plan.id, "first_start": "2026-01-05 09:00:00"}
        )
        # B1a: it proposes nothing that it will refuse, and says why it is less.
        self.assertIn("takes 3 of 12 visits", wizard.shortfall)
        wizard.action_apply()
        self.assertEqual(self.days(plan)[0], ["01-05", "01-12", "01-19"])

    def test_so_many_in_so_many_words_by_the_wizard(self):
        plan = self.sell_january()
        wizard = self.env["pet.plan.book"].create(
            {"plan_id": plan.id, "first_start": "2026-01-05 09:00:00", "count": 4}
        )
        with self.assertRaisesRegex(
            UserError, f"{plan.name}.*takes 3 of 4 visits.*end on Jan 19, 2026"
        ):
            wizard.action_apply()
        self.assertFalse(plan.appointment_ids)

    def test_by_the_form_of_a_visit(self):
        plan = self.sell_january()
        form = Form(self.env["pet.appointment"])
        form.pet_id = self.luna
        form.plan_id = plan
        form.start = datetime(2026, 1, 20, 9)
        with self.assertRaisesRegex(UserError, f"{plan.name}.*Jan 20, 2026 is after"):
            form.save()
        self.assertFalse(plan.appointment_ids)


class TestPet(RefusalCase):
    """B3: the pet is not covered."""

    def test_another_pet_of_the_customer(self):
        self.assert_not_booked(
            self.sell(), self.weekly(1), "Luna", "Rex", pet_id=self.rex.id
        )

    def test_shared_plan_without_pet(self):
        shared = self.sell(pet=self.env["pet.pet"])
        self.assert_not_booked(shared, self.weekly(1), "shared", "Ana Souza")

    def test_shared_plan_with_a_strangers_pet(self):
        shared = self.sell(pet=self.env["pet.pet"])
        self.assert_not_booked(
            shared,
            self.weekly(1),
            "Ana Souza",
            "Mimi (Bruno Lima)",
            pet_id=self.mimi.id,
        )

    def test_shared_plan_with_each_pet_of_the_customer(self):
        shared = self.sell(pet=self.env["pet.pet"])
        for pet in (self.luna, self.rex):
            self.assertTrue(shared.book(self.weekly(1), pet_id=pet.id))

    def test_shared_plan_with_a_pet_of_the_household(self):
        child = self.env["res.partner"].create(
            {"name": "Bia Souza", "parent_id": self.customer.id}
        )
        pet = self._make_pet("Nina", partner_id=child.id)
        shared = self.sell(pet=self.env["pet.pet"])
        self.assertTrue(shared.book(self.weekly(1), pet_id=pet.id))

    def test_plan_of_another_company(self):
        """A visit never takes the sessions of another company's plan."""
        plan = self.sell()
        with self.assertRaisesRegex(UserError, "no access to what was chosen as Plan"):
            self.env["pet.appointment"].with_user(self.other_staff).create(
                {
                    "pet_id": self.luna.id,
                    "plan_id": plan.id,
                    "start": "2026-01-05 09:00:00",
                }
            )
        self.assertEqual(plan.sessions_remaining, 12.0)


class TestSessions(RefusalCase):
    """B3: too few sessions remain, beyond `overdraft_limit`."""

    def test_none_left(self):
        plan = self.sell()
        plan.book(self.weekly(12))
        self.assert_not_booked(
            plan,
            [datetime(2026, 4, 6, 9)],
            "too few sessions of Bath: 1 needed",
            "0 left",
        )

    def test_too_many_at_once(self):
        self.assert_not_booked(
            self.sell(), self.weekly(13), "sessions of Bath: 13 needed", "12 left"
        )

    def test_one_service_of_two(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.assert_not_booked(
            plan,
            self.weekly(4),
            "sessions of Grooming: 4 needed",
            "3 left",
            line_ids=[Command.create({"product_id": self.grooming.id})],
        )

    def test_both_services_are_named(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.assert_not_booked(
            plan,
            self.weekly(1),
            "sessions of Grooming: 20 needed",
            "sessions of Bath: 20 needed",
            line_ids=[
                Command.create({"product_id": product.id, "quantity": 20})
                for product in (self.bath, self.grooming)
            ],
        )

    def test_half_a_session(self):
        plan = self.sell()
        plan.book(self.weekly(11))
        plan.book([datetime(2026, 4, 6, 9)], units=0.5)
        self.assert_not_booked(
            plan,
            [datetime(2026, 4, 13, 9)],
            "1 needed",
            "0.5 left",
            line_ids=[Command.create({"product_id": self.bath.id})],
        )

    def test_cancelled_session_can_be_booked_again(self):
        plan = self.sell()
        plan.book(self.weekly(12))[0].action_cancel()
        plan.book([datetime(2026, 4, 6, 9)])
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_overdraft_allows_exactly_that_many_more(self):
        plan = self.sell(self.make_template(overdraft_limit=2.0))
        plan.book(self.weekly(14))
        self.assertEqual(plan.sessions_remaining, -2.0)
        self.assert_not_booked(
            plan,
            [datetime(2026, 6, 1, 9)],
            "1 needed",
            "-2 left",
            "no more than 2",
        )

    def test_overdraft_at_once(self):
        plan = self.sell(self.make_template(overdraft_limit=2.0))
        self.assert_not_booked(plan, self.weekly(15), "15 needed", "12 left")

    def test_overdraft_of_half_a_session(self):
        plan = self.sell(self.make_template(overdraft_limit=0.5))
        plan.book(self.weekly(12))
        plan.book([datetime(2026, 4, 6, 9)], units=0.5)
        self.assert_not_booked(plan, [datetime(2026, 4, 7, 9)], "-0.5 left", units=0.5)

    def test_overdraft_of_each_service(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 12, 45.0), (self.grooming, 3, 60.0)], overdraft_limit=1.0
            )
        )
        grooming = [Command.create({"product_id": self.grooming.id})]
        plan.book(self.weekly(4), line_ids=grooming)
        self.assert_not_booked(plan, self.weekly(1), "Grooming", line_ids=grooming)
        plan.book(self.weekly(1))

    def test_overdraft_of_a_period(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 2, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
                overdraft_limit=1.0,
            )
        )
        plan.book([datetime(2026, 1, day, 9) for day in (5, 12, 19)])
        self.assert_not_booked(
            plan,
            [datetime(2026, 1, 26, 9)],
            "1 needed",
            "-1 left",
            "no more than 1",
        )
        self.assertTrue(plan.book([datetime(2026, 2, 2, 9)]))

    def test_refusal_inside_a_batch_of_plans_books_none(self):
        plan, other = self.sell(), self.sell(pet=self.rex)
        other.book(self.weekly(12))
        before = self.get_facts(plan)
        with self.assertRaisesRegex(UserError, f"{other.name}.*0 left"):
            self.env["pet.appointment"].create(
                [
                    {
                        "plan_id": sold.id,
                        "pet_id": sold.pet_id.id,
                        "start": "2026-04-06 09:00:00",
                    }
                    for sold in (plan, other)
                ]
            )
        self.assertEqual(self.get_facts(plan), before)
