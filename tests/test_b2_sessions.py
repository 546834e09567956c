from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon


class SessionsCase(PetPlansCommon):
    """12 visits by 4 with 12 baths and 3 groomings: 4+1 in each cycle (S4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(
            cls.make_template([(cls.bath, 12, 45.0), (cls.grooming, 3, 60.0)])
        )
        cls.baths, cls.groomings = cls.plan.line_ids

    def services(self, visits):
        """Return the services of each visit as initials: "BG", "B", ..."""
        return [
            "".join(name[0] for name in visit.line_ids.product_id.mapped("name"))
            for visit in visits
        ]

    def ledger(self, line):
        """Return the entries of a line, oldest first, without the grant."""
        return [
            (entry.kind, entry.quantity, entry.balance)
            for entry in line.entry_ids.sorted("id")
            if entry.kind != "grant"
        ]

    def only(self, *products):
        return [Command.create({"product_id": product.id}) for product in products]

    def assert_counters(self, line, **counters):
        """Check the counters of a line, and that they add up (L1)."""
        self.assertEqual({name: line[name] for name in counters}, counters)
        self.assertEqual(line.total, line.used + line.booked + line.remaining)
        self.assertEqual(line.remaining, sum(line.entry_ids.mapped("quantity")))


class TestDefaultSessions(SessionsCase):
    """B2: by default one session of each service the cycle's share has left."""

    def test_groomings_on_the_first_visit_of_each_cycle(self):
        visits = self.plan.book(self.weekly(12))
        self.assertEqual(self.services(visits), ["BG", "B", "B", "B"] * 3)
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_one_by_one_as_all_at_once(self):
        visits = [self.plan.book([start]) for start in self.weekly(12)]
        self.assertEqual(self.services(visits), ["BG", "B", "B", "B"] * 3)

    def test_first_by_date_whatever_the_order_asked(self):
        visits = self.plan.book(reversed(self.weekly(4)))
        self.assertEqual(self.services(visits), ["B", "B", "B", "BG"])

    def test_share_used_up_by_a_chosen_visit(self):
        self.plan.book(self.weekly(1), line_ids=self.only(self.grooming))
        visits = self.plan.book(self.weekly(3, "2026-01-12 09:00:00"))
        self.assertEqual(self.services(visits), ["B", "B", "B"])

    def test_share_given_back_is_taken_by_the_next(self):
        visits = self.plan.book(self.weekly(3))
        visits[0].action_cancel()
        again = self.plan.book([datetime(2026, 2, 2, 9)])
        self.assertEqual(self.services(again), ["BG"])

    def test_half_day_takes_half_a_session_of_each(self):
        visit = self.plan.book(self.weekly(1), units=0.5)
        self.assertEqual(visit.line_ids.mapped("quantity"), [0.5, 0.5])
        self.assertEqual(visit.units, 0.5)
        self.assert_counters(self.baths, booked=0.5, remaining=11.5)

    def test_two_half_days_use_up_a_share(self):
        visits = self.plan.book(self.weekly(3), units=0.5)
        self.assertEqual(self.services(visits), ["BG", "BG", "B"])

    def test_price_is_the_one_sold(self):
        visit = self.plan.book(self.weekly(1))
        self.assertEqual(visit.line_ids.mapped("price_unit"), [45.0, 60.0])


class TestBookingTakesSessions(SessionsCase):
    """B3: an entry `book`, and what remains goes down."""

    def test_entries(self):
        visit = self.plan.book(self.weekly(1))
        entry = self.baths.entry_ids.filtered(lambda entry: entry.kind == "book")
        self.assertRecordValues(
            entry,
            [
                {
                    "plan_id": self.plan.id,
                    "line_id": self.baths.id,
                    "cycle_id": visit.cycle_id.id,
                    "appointment_id": visit.id,
                    "quantity": -1.0,
                    "balance": 11.0,
                    "user_id": self.staff.id,
                    "date": datetime(2026, 1, 2, 12),
                }
            ],
        )

    def test_running_balance_of_a_batch(self):
        self.plan.book(self.weekly(3))
        self.assertEqual(
            self.ledger(self.baths),
            [("book", -1.0, 11.0), ("book", -1.0, 10.0), ("book", -1.0, 9.0)],
        )
        self.assertEqual(self.ledger(self.groomings), [("book", -1.0, 2.0)])

    def test_counters(self):
        self.plan.book(self.weekly(3))
        self.assert_counters(self.baths, total=12, used=0, booked=3, remaining=9)
        self.assert_counters(self.groomings, total=3, used=0, booked=1, remaining=2)
        self.assertEqual(self.plan.sessions_total, 15.0)
        self.assertEqual(self.plan.sessions_booked, 4.0)
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_served_sessions_are_used(self):
        visits = self.plan.book(self.weekly(2))
        visits[0].action_receive()
        self.assert_counters(self.baths, total=12, used=1, booked=1, remaining=10)

    def test_plan_form_books_and_counts(self):
        """As reception does it in the form of a visit."""
        with Form(self.env["pet.appointment"]) as form:
            form.pet_id = self.luna
            form.plan_id = self.plan
            form.start = datetime(2026, 1, 5, 9)
        visit = form.record
        self.assertEqual(self.services(visit), ["BG"])
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assert_counters(self.baths, booked=1, remaining=11)

    def test_form_with_services_chosen(self):
        with Form(self.env["pet.appointment"]) as form:
            form.pet_id = self.luna
            form.plan_id = self.plan
            form.start = datetime(2026, 1, 5, 9)
            with form.line_ids.new() as line:
                line.product_id = self.grooming
                self.assertEqual(line.plan_line_id, self.groomings)
        self.assertEqual(self.services(form.record), ["G"])
        self.assert_counters(self.baths, booked=0, remaining=12)
        self.assert_counters(self.groomings, booked=1, remaining=2)


class TestStaffChooseServices(SessionsCase):
    """B2: staff can choose otherwise."""

    def test_product_alone_is_enough(self):
        visit = self.plan.book(self.weekly(1), line_ids=self.only(self.grooming))
        self.assertRecordValues(
            visit.line_ids,
            [
                {
                    "product_id": self.grooming.id,
                    "plan_line_id": self.groomings.id,
                    "quantity": 1.0,
                    "price_unit": 60.0,
                }
            ],
        )
        self.assert_counters(self.groomings, booked=1, remaining=2)
        self.assert_counters(self.baths, booked=0, remaining=12)

    def test_same_choice_for_every_visit(self):
        self.plan.book(self.weekly(3), line_ids=self.only(self.grooming))
        self.assert_counters(self.groomings, booked=3, remaining=0)

    def test_several_sessions_of_one_service(self):
        visit = self.plan.book(
            self.weekly(1),
            line_ids=[Command.create({"product_id": self.bath.id, "quantity": 3})],
        )
        self.assertEqual(visit.units, 3.0)
        self.assert_counters(self.baths, booked=3, remaining=9)

    def test_half_a_session_is_a_half_day(self):
        visit = self.plan.book(
            self.weekly(1),
            line_ids=[Command.create({"product_id": self.bath.id, "quantity": 0.5})],
        )
        self.assertEqual(visit.units, 0.5)
        self.assertEqual(visit.cycle_id.booked, 0.5)
        self.assert_counters(self.baths, booked=0.5, remaining=11.5)

    def test_service_the_plan_does_not_sell_takes_nothing(self):
        nails = self.env["product.product"].sudo().create({"name": "Nails"})
        visit = self.plan.book(self.weekly(1), line_ids=self.only(self.bath, nails))
        self.assertFalse(visit.line_ids[1].plan_line_id)
        self.assert_counters(self.baths, booked=1, remaining=11)

    def test_line_of_another_plan_is_refused(self):
        other = self.sell(pet=self.rex)
        with self.assertRaisesRegex(ValidationError, other.name):
            self.plan.book(
                self.weekly(1),
                line_ids=[
                    Command.create(
                        {
                            "product_id": self.bath.id,
                            "plan_line_id": other.line_ids.id,
                        }
                    )
                ],
            )
        self.assertFalse(self.plan.appointment_ids)

    def test_line_of_another_service_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be covered by"):
            self.plan.book(
                self.weekly(1),
                line_ids=[
                    Command.create(
                        {
                            "product_id": self.bath.id,
                            "plan_line_id": self.groomings.id,
                        }
                    )
                ],
            )


class TestEditingServices(SessionsCase):
    """Editing the services of a booked visit moves the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visits = cls.plan.book(cls.weekly(2))
        cls.first, cls.second = cls.visits

    def test_service_added(self):
        self.second.write({"line_ids": self.only(self.grooming)})
        self.assertEqual(
            self.ledger(self.groomings), [("book", -1.0, 2.0), ("book", -1.0, 1.0)]
        )
        self.assert_counters(self.groomings, booked=2, remaining=1)

    def test_service_added_as_a_line_of_its_own(self):
        self.env["pet.appointment.line"].create(
            {"appointment_id": self.second.id, "product_id": self.grooming.id}
        )
        self.assert_counters(self.groomings, booked=2, remaining=1)

    def test_service_removed(self):
        self.first.line_ids[1].unlink()
        self.assertEqual(
            self.ledger(self.groomings), [("book", -1.0, 2.0), ("release", 1.0, 3.0)]
        )
        self.assert_counters(self.groomings, booked=0, remaining=3)

    def test_quantity_up_and_down(self):
        self.second.line_ids.quantity = 2.0
        self.assert_counters(self.baths, booked=3, remaining=9)
        self.second.line_ids.quantity = 0.5
        self.assert_counters(self.baths, booked=1.5, remaining=10.5)
        self.assertEqual(self.second.units, 0.5)
        self.assertEqual(
            self.ledger(self.baths)[2:], [("book", -1.0, 9.0), ("release", 1.5, 10.5)]
        )

    def test_service_exchanged(self):
        self.second.line_ids.product_id = self.grooming
        self.assertEqual(self.second.line_ids.plan_line_id, self.groomings)
        self.assert_counters(self.baths, booked=1, remaining=11)
        self.assert_counters(self.groomings, booked=2, remaining=1)

    def test_form(self):
        with Form(self.first) as form:
            form.line_ids.remove(1)
            with form.line_ids.edit(0) as line:
                line.quantity = 2
        self.assert_counters(self.baths, booked=3, remaining=9)
        self.assert_counters(self.groomings, booked=0, remaining=3)

    def test_replacing_the_last_session_needs_none_to_spare(self):
        self.plan.book(
            self.weekly(2, "2026-02-02 09:00:00"), line_ids=self.only(self.grooming)
        )
        self.assert_counters(self.groomings, booked=3, remaining=0)
        self.first.write({"line_ids": [Command.clear(), *self.only(self.grooming)]})
        self.assert_counters(self.groomings, booked=3, remaining=0)

    def test_more_than_remains_is_refused(self):
        with self.assertRaisesRegex(
            UserError, rf"{self.plan.name}.*Bath: 11 needed, 10 left"
        ):
            self.second.line_ids.quantity = 12.0
        self.assertEqual(self.second.line_ids.quantity, 1.0)
        self.assert_counters(self.baths, booked=2, remaining=10)

    def test_nothing_entered_for_what_is_no_session(self):
        entries = self.plan.entry_ids
        self.first.line_ids.price_unit = 50.0
        self.first.note = "Short cut"
        self.assertEqual(self.plan.entry_ids, entries)

    def test_covered_by_nothing_gives_the_session_back(self):
        """Staff decide that this one is billed apart."""
        self.second.line_ids.plan_line_id = False
        self.assert_counters(self.baths, booked=1, remaining=11)

    def test_cancelled_visit_is_refused(self):
        self.first.action_cancel()
        with self.assertRaisesRegex(UserError, "Luna.*cancelled"):
            self.first.line_ids[0].quantity = 2.0
        self.assert_counters(self.baths, booked=1, remaining=11)


class TestChangingThePlan(SessionsCase):
    """Giving a booked visit another plan, or another pet."""

    def test_put_on_a_plan_later(self):
        visit = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-05 09:00:00"}
        )
        self.assertFalse(visit.holds_sessions)
        visit.plan_id = self.plan
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assert_counters(self.baths, booked=1, remaining=11)

    def test_moved_to_another_plan(self):
        other = self.sell()
        visit = self.plan.book(self.weekly(1), line_ids=self.only(self.bath))
        visit.plan_id = other
        self.assertEqual(visit.cycle_id.plan_id, other)
        self.assertEqual(visit.line_ids.plan_line_id, other.line_ids)
        self.assert_counters(self.baths, booked=0, remaining=12)
        self.assert_counters(other.line_ids, booked=1, remaining=11)

    def test_taken_off_its_plan(self):
        visit = self.plan.book(self.weekly(1), line_ids=self.only(self.bath))
        visit.plan_id = False
        self.assertFalse(visit.cycle_id)
        self.assertFalse(visit.line_ids.plan_line_id)
        self.assert_counters(self.baths, booked=0, remaining=12)
        self.assertEqual(self.due_dates(self.plan), [None] * 3)

    def test_refused_plan_leaves_the_visit_where_it_is(self):
        visit = self.plan.book(self.weekly(1))
        other = self.sell(pet=self.rex)
        with self.assertRaisesRegex(UserError, f"{other.name}.*Rex.*Luna"):
            visit.plan_id = other
        self.assertEqual(visit.plan_id, self.plan)
        self.assert_counters(self.baths, booked=1, remaining=11)

    def test_pet_the_plan_does_not_cover(self):
        visit = self.plan.book(self.weekly(1))
        with self.assertRaisesRegex(UserError, f"{self.plan.name}.*Luna.*Rex"):
            visit.pet_id = self.rex
        self.assertEqual(visit.pet_id, self.luna)
        self.assert_counters(self.baths, booked=1, remaining=11)


class TestFractions(PetPlansCommon):
    """Sessions are decimal numbers: what is left can be taken to the last tenth."""

    def test_all_that_is_left_can_be_booked(self):
        plan = self.sell(
            self.make_template([(self.bath, 0.7, 45.0)], kind="plan", period_count=1)
        )
        self.adjust(plan, 0.8)
        line = Command.create({"product_id": self.bath.id, "quantity": 0.8})
        visit = plan.book([datetime(2026, 1, 5, 9)], line_ids=[line])
        self.assertEqual(plan.sessions_remaining, 0.0)
        visit.action_cancel()
        self.assertTrue(plan._is_unused())
