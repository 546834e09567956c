from datetime import datetime

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import PetPlansCommon


class AppointmentCase(PetPlansCommon):
    def make_visit(self, **values):
        return self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-05 09:00:00", **values}
        )

    def times(self, visit):
        return (str(visit.start), str(visit.stop), visit.duration)


class TestTimes(AppointmentCase):
    """Start, stop and duration, whichever two of them are given."""

    def test_an_hour_by_default(self):
        self.assertEqual(
            self.times(self.make_visit()),
            ("2026-01-05 09:00:00", "2026-01-05 10:00:00", 1.0),
        )

    def test_stop_from_duration(self):
        self.assertEqual(
            self.times(self.make_visit(duration=1.25)),
            ("2026-01-05 09:00:00", "2026-01-05 10:15:00", 1.25),
        )

    def test_a_third_of_an_hour_is_20_minutes(self):
        self.assertEqual(
            str(self.make_visit(duration=1 / 3).stop), "2026-01-05 09:20:00"
        )

    def test_duration_from_stop(self):
        self.assertEqual(
            self.times(self.make_visit(stop="2026-01-05 10:30:00")),
            ("2026-01-05 09:00:00", "2026-01-05 10:30:00", 1.5),
        )

    def test_start_moves_stop(self):
        visit = self.make_visit(duration=2)
        visit.start = datetime(2026, 1, 6, 14)
        self.assertEqual(
            self.times(visit), ("2026-01-06 14:00:00", "2026-01-06 16:00:00", 2.0)
        )

    def test_drag_in_the_calendar(self):
        """The calendar writes start and stop of the new place together."""
        visit = self.make_visit(duration=1.5)
        visit.write({"start": "2026-01-06 14:00:00", "stop": "2026-01-06 15:30:00"})
        self.env.flush_all()
        self.assertEqual(
            self.times(visit), ("2026-01-06 14:00:00", "2026-01-06 15:30:00", 1.5)
        )

    def test_resize_in_the_calendar(self):
        visit = self.make_visit()
        visit.write({"start": "2026-01-05 09:00:00", "stop": "2026-01-05 12:00:00"})
        self.env.flush_all()
        self.assertEqual(
            self.times(visit), ("2026-01-05 09:00:00", "2026-01-05 12:00:00", 3.0)
        )

    def test_drag_of_a_booked_visit_is_a_reschedule(self):
        plan, visits = self.sell_worked_example()
        visits[2].write({"start": "2026-01-21 09:00:00", "stop": "2026-01-21 10:00:00"})
        self.assertEqual(self.days(plan)[0], ["01-05", "01-12", "01-21", "01-26"])
        self.assertEqual(visits[2].duration, 1.0)

    def test_form(self):
        with Form(self.make_visit()) as form:
            form.duration = 0.5
        self.assertEqual(str(form.record.stop), "2026-01-05 09:30:00")
        with Form(form.record) as form:
            form.start = datetime(2026, 1, 5, 11)
        self.assertEqual(
            self.times(form.record), ("2026-01-05 11:00:00", "2026-01-05 11:30:00", 0.5)
        )

    @mute_logger("odoo.sql_db")
    def test_ends_after_it_starts(self):
        for values in (
            {"duration": 0},
            {"duration": -1},
            {"stop": "2026-01-05 09:00:00"},
            {"stop": "2026-01-05 08:00:00"},
        ):
            with self.subTest(values), self.assertRaises(CheckViolation):
                self.make_visit(**values)

    @mute_logger("odoo.sql_db")
    def test_weighs_1_or_a_half(self):
        for units in (0, -1):
            with self.subTest(units=units), self.assertRaises(CheckViolation):
                self.make_visit(units=units)
        for units in (2, 0.3):
            with (
                self.subTest(units=units),
                self.assert_refused(ValidationError, f"cannot weigh {units} in its"),
            ):
                self.make_visit(units=units)

    def test_name(self):
        visit = self.make_visit(
            line_ids=[
                Command.create({"product_id": product.id})
                for product in (self.bath, self.grooming)
            ]
        )
        self.assertEqual(visit.name, "Luna – Bath, Grooming")
        self.assertEqual(self.make_visit().name, "Luna")

    def test_customer_is_the_owner(self):
        self.assertEqual(self.make_visit().partner_id, self.customer)


class TestGuard(AppointmentCase):
    """What only the buttons may change; see also the tests through RPC."""

    def test_state_is_not_written(self):
        visit = self.make_visit()
        for user in (self.staff, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError) as caught:
                visit.with_user(user).write({"state": "delivered"})
            self.assertIn("Status", str(caught.exception))
        self.assertEqual(visit.state, "scheduled")

    def test_state_is_not_created(self):
        with self.assertRaisesRegex(
            AccessError, "Status of .* cannot be written directly"
        ):
            self.make_visit(state="delivered")

    def test_default_in_the_context_is_dropped(self):
        visit = (
            self.env["pet.appointment"]
            .with_context(default_state="delivered", default_holds_sessions=True)
            .create({"pet_id": self.luna.id, "start": "2026-01-05 09:00:00"})
        )
        self.assertEqual(visit.state, "scheduled")
        self.assertFalse(visit.holds_sessions)

    def test_cycle_is_not_chosen_by_hand(self):
        plan, visits = self.sell_worked_example()
        with self.assertRaisesRegex(
            AccessError, "Cycle of .* cannot be written directly"
        ):
            visits[0].cycle_id = plan.cycle_ids[1]
        self.assertEqual(visits[0].cycle_id, plan.cycle_ids[0])

    def test_hand_written_guard_in_the_context_opens_nothing(self):
        visit = self.make_visit()
        with self.assertRaisesRegex(
            AccessError, "Status of .* cannot be written directly"
        ):
            visit.with_context(pet_plans_guard=True).write({"state": "delivered"})

    def test_readers_push_no_button(self):
        visit = self.make_visit().with_user(self.accountant)
        for action in ("confirm", "receive", "start", "no_show", "cancel"):
            with (
                self.subTest(action),
                self.assert_not_allowed("modify", "pet.appointment"),
            ):
                getattr(visit, f"action_{action}")()
        self.assertEqual(visit.state, "scheduled")


class TestStatus(AppointmentCase):
    def make_visit(self, **values):
        services = [Command.create({"product_id": self.bath.id})]
        return super().make_visit(**{"line_ids": services, **values})

    def test_the_way_of_a_visit(self):
        visit = self.make_visit()
        for action, state in (
            ("confirm", "confirmed"),
            ("receive", "received"),
            ("start", "in_service"),
            ("finish", "finished"),
            ("deliver", "delivered"),
        ):
            getattr(visit, f"action_{action}")()
            self.assertEqual(visit.state, state)

    def test_no_way_back_and_no_short_cut(self):
        for action, state, way in (
            ("finish", "scheduled", ()),
            ("deliver", "scheduled", ()),
            ("confirm", "received", ("receive",)),
            ("receive", "delivered", ("receive", "deliver")),
            ("no_show", "received", ("receive",)),
            ("start", "cancelled", ("cancel",)),
        ):
            visit = self.make_visit()
            for step in way:
                getattr(visit, f"action_{step}")()
            self.assertEqual(visit.state, state)
            with (
                self.subTest(action=action, state=state),
                self.assertRaisesRegex(
                    UserError, rf"Luna.*\(Jan 5, 2026.* is {state}: it cannot become"
                ),
            ):
                getattr(visit, f"action_{action}")()
            self.assertEqual(visit.state, state)

    def test_without_a_service_it_is_not_finished(self):
        """B4: or the pet goes through the day without an invoice or a word."""
        bath, nothing = self.make_visit(), self.make_visit(line_ids=False)
        for visit in (bath, nothing):
            visit.action_receive()
        for step in ("finish", "deliver"):
            with self.assertRaisesRegex(
                UserError, r"The visit of Luna.* of Jan 5, 2026.* has no service"
            ):
                getattr(bath + nothing, f"action_{step}")()
        self.assertEqual((bath + nothing).mapped("state"), ["received", "received"])
        nothing.line_ids = [Command.create({"product_id": self.bath.id})]
        (bath + nothing).action_finish()

    def test_one_stuck_visit_stops_the_batch(self):
        visits = self.make_visit() + self.make_visit()
        visits[1].action_cancel()
        with self.assertRaisesRegex(UserError, "it cannot become"):
            visits.action_receive()
        self.assertEqual(visits.mapped("state"), ["scheduled", "cancelled"])


class TestDeletion(AppointmentCase):
    """A visit with history is cancelled, not deleted."""

    def test_plain_visit_can_be_deleted(self):
        visit = self.make_visit()
        visit.unlink()
        self.assertFalse(visit.exists())

    def assert_kept(self, visit):
        with self.assertRaisesRegex(UserError, "Luna.*cannot be deleted"):
            visit.with_user(self.manager).unlink()
        self.assertTrue(visit.exists())

    def test_booked_visit(self):
        self.assert_kept(self.sell().book(self.weekly(1)))

    def test_cancelled_visit_of_a_plan(self):
        visit = self.sell().book(self.weekly(1))
        visit.action_cancel()
        self.assert_kept(visit)

    def test_visit_taken_off_its_plan(self):
        """The ledger of the plan names it: booked and released."""
        visit = self.sell().book(self.weekly(1))
        visit.plan_id = False
        self.assertFalse(visit.cycle_id)
        self.assert_kept(visit)

    def test_visit_with_an_invoice_of_its_own(self):
        visit = self.make_visit(line_ids=[Command.create({"product_id": self.bath.id})])
        visit.action_receive()
        visit.action_create_invoice()
        self.assert_kept(visit)

    def test_visit_that_once_held_a_session(self):
        visit = self.sell().book(self.weekly(1))
        visit.plan_id = False
        self.assert_kept(visit)

    def test_invoiced_visit(self):
        visit = self.make_visit(line_ids=[Command.create({"product_id": self.bath.id})])
        visit.action_receive()
        visit.action_create_invoice()
        self.assert_kept(visit)


class TestCopy(AppointmentCase):
    """A duplicate is a visit of its own that takes no session by itself."""

    def test_copy_takes_no_session(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1), duration=1.5)
        copy = visit.copy()
        self.assertFalse(copy.plan_id)
        self.assertFalse(copy.cycle_id)
        self.assertFalse(copy.holds_sessions)
        self.assertEqual(plan.sessions_remaining, 11.0)
        self.assertEqual(plan.appointment_ids, visit)
        self.assertEqual(copy.pet_id, self.luna)
        self.assertEqual(self.times(copy), self.times(visit))
        self.assertEqual(copy.company_id, self.shop)
        self.assertEqual(copy.line_ids.product_id, self.bath)
        self.assertFalse(copy.line_ids.plan_line_id)

    def test_copy_costs_what_the_service_costs_without_the_plan(self):
        plan = self.sell(self.make_template([(self.bath, 12, 30.0)]))
        copy = plan.book(self.weekly(1)).copy()
        self.assertEqual(copy.line_ids.price_unit, 45.0)

    def test_copy_put_on_the_plan_by_hand_takes_a_session(self):
        plan = self.sell()
        copy = plan.book(self.weekly(1)).copy()
        copy.plan_id = plan
        self.assertEqual(plan.sessions_remaining, 10.0)
        self.assertEqual(copy.cycle_id.sequence, 1)

    def test_copy_starts_anew(self):
        visit = self.sell().book(self.weekly(1))
        visit.action_receive()
        self.assertEqual(visit.copy().state, "scheduled")
        visit = self.make_visit()
        visit._cancel(reason="Ill")
        copy = visit.copy()
        self.assertEqual(copy.state, "scheduled")
        self.assertFalse(copy.cancel_reason)


class TestSessionLabel(AppointmentCase):
    """`session_label`: "3 of 12"."""

    def labels(self, visits):
        visits.invalidate_recordset(["session_label"])
        return visits.mapped("session_label")

    def test_of_a_package(self):
        __, visits = self.sell_worked_example()
        self.assertEqual(visits[2].session_label, "3 of 12")
        self.assertEqual(visits[11].session_label, "12 of 12")

    def test_by_date_not_by_booking(self):
        plan = self.sell()
        late = plan.book([datetime(2026, 2, 2, 9)])
        early = plan.book([datetime(2026, 1, 5, 9)])
        self.assertEqual(self.labels(early + late), ["1 of 12", "2 of 12"])

    def test_of_the_visits_of_a_list(self):
        __, visits = self.sell_worked_example()
        self.assertEqual(self.labels(visits[3] + visits[7]), ["4 of 12", "8 of 12"])

    def test_cancelled_visits_do_not_count(self):
        __, visits = self.sell_worked_example()
        visits[0].action_cancel()
        self.assertEqual(self.labels(visits[:2]), [False, "1 of 12"])

    def test_follows_a_reschedule(self):
        __, visits = self.sell_worked_example()
        self.assertEqual(visits[0].session_label, "1 of 12")
        visits[0].reschedule(datetime(2026, 1, 13, 9))
        self.assertEqual(visits[:2].mapped("session_label"), ["2 of 12", "1 of 12"])

    def test_of_the_period_of_a_plan(self):
        plan = self.sell(
            self.make_template(
                kind="plan", interval=1, interval_unit="month", period_count=2
            )
        )
        visits = plan.book(self.weekly(6, "2026-01-12 09:00:00"))
        self.assertEqual(
            visits.mapped("session_label"),
            ["1 of 4", "2 of 4", "3 of 4", "1 of 4", "2 of 4", "3 of 4"],
        )

    def test_overdrawn(self):
        plan = self.sell(self.make_template(overdraft_limit=1))
        visits = plan.book(self.weekly(13))
        self.assertEqual(visits[12].session_label, "13 of 13")

    def test_without_plan(self):
        self.assertFalse(self.make_visit().session_label)

    def test_in_the_form_before_saving(self):
        plan, visits = self.sell_worked_example()
        with Form(visits[2]) as form:
            self.assertEqual(form.session_label, "3 of 12")
            form.duration = 2.0
            self.assertEqual(form.session_label, "3 of 12")


class TestPlanOfAVisit(AppointmentCase):
    def test_company_of_the_plan(self):
        visit = self.sell().book(self.weekly(1))
        with self.assertRaisesRegex(UserError, "[(]plan_id: .* another company"):
            visit.sudo().company_id = self.other_shop
        self.assertEqual(visit.company_id, self.shop)

    def test_visits_of_another_company_are_not_seen(self):
        visit = self.make_visit()
        self.assertNotIn(
            visit, self.env["pet.appointment"].with_user(self.other_staff).search([])
        )
