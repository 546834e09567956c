from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestLateCancellation(PetPlansCommon):
    """C9: inside the window the wizard asks, and consumes by default."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example(late_cancel_hours=24)
        cls.late = cls.visit_on(cls.plan, "01-05")
        cls.early = cls.visit_on(cls.plan, "01-19")

    def setUp(self):
        super().setUp()
        self.clock.move_to("2026-01-04 09:00:01")  # 24 hours before, less a second

    def assert_consumed(self, visit):
        self.assertEqual(visit.state, "cancelled")
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assertNotIn(
            "release",
            self.plan.entry_ids.filtered(
                lambda entry: entry.appointment_id == visit
            ).mapped("kind"),
        )

    def test_the_window(self):
        self.assertTrue(self.late.is_late)
        self.clock.move_to("2026-01-04 09:00:00")
        self.late.invalidate_recordset(["is_late"])
        self.assertFalse(self.late.is_late)

    def test_no_window_is_never_late(self):
        plan = self.sell(self.make_template(late_cancel_hours=0), pet=self.rex)
        visit = plan.book(self.weekly(1))
        self.clock.move_to("2026-01-05 08:59:00")
        self.assertFalse(visit.is_late)

    def test_inside_it_consumes_by_default(self):
        wizard = self.open_cancel_wizard(self.late)
        self.assertRecordValues(wizard, [{"is_late": True, "sessions": "consume"}])
        wizard.action_apply()
        self.assert_consumed(self.late)
        self.assertRecordValues(
            self.plan.line_ids,
            [{"total": 12.0, "used": 1.0, "booked": 11.0, "remaining": 0.0}],
        )

    def test_consuming_deals_nothing(self):
        self.open_cancel_wizard(self.late).action_apply()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-12", "01-19", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])

    def test_inside_staff_can_return_it(self):
        """The shop's own cancellation always returns the session."""
        with Form(
            self.env["pet.appointment.cancel"].with_context(
                **self.late.action_open_cancel()["context"]
            )
        ) as form:
            form.sessions = "release"
        form.record.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.assertEqual(self.due_dates(self.plan), ["01-12", "02-09", "03-09"])

    def test_outside_it_releases_by_default(self):
        wizard = self.open_cancel_wizard(self.early)
        self.assertRecordValues(wizard, [{"is_late": False, "sessions": "release"}])
        wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_outside_staff_can_consume_it(self):
        self.open_cancel_wizard(self.early, sessions="consume").action_apply()
        self.assert_consumed(self.early)
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_of_a_mixed_choice_only_the_late_one_is_consumed(self):
        wizard = self.open_cancel_wizard(self.late | self.early)
        self.assertEqual(wizard.sessions, "consume")
        wizard.action_apply()
        self.assert_consumed(self.late)
        self.assertEqual(self.early.state, "cancelled")
        self.assertFalse(self.early.cycle_id)
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-12", "01-26", "02-02"],  # and the place of 01-05
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )

    def test_a_mixed_choice_can_be_returned_whole(self):
        self.open_cancel_wizard(
            self.late | self.early, sessions="release"
        ).action_apply()
        self.assertEqual(self.plan.sessions_remaining, 2.0)

    def test_the_api_returns_even_late(self):
        """`action_cancel()` cancels at once and releases, as the contract says."""
        self.late.action_cancel()
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_moved_away_inside_it_stays_late(self):
        """Moving it a month away and cancelling then is not free."""
        self.late.reschedule(datetime(2026, 2, 5, 9))
        self.assertTrue(self.late.is_late)
        wizard = self.open_cancel_wizard(self.late)
        self.assertEqual(wizard.sessions, "consume")
        wizard.action_apply()
        self.assert_consumed(self.late)

    def test_by_whatever_door(self):
        self.late.with_user(self.manager).write({"start": "2026-02-05 09:00:00"})
        self.late.reschedule(datetime(2026, 2, 6, 9))
        self.assertTrue(self.late.is_late)

    def test_moved_in_time_it_is_not(self):
        self.early.reschedule(datetime(2026, 1, 5, 8))
        self.assertTrue(self.early.is_late, "by the new time")
        self.early.reschedule(datetime(2026, 2, 5, 9))
        self.assertTrue(self.early.is_late)
        other = self.visit_on(self.plan, "03-02")
        other.reschedule(datetime(2026, 3, 5, 9))
        self.assertFalse(other.is_late)

    def test_the_shop_returns_it_all_the_same(self):
        self.late.reschedule(datetime(2026, 2, 5, 9))
        self.late.action_cancel()
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.assertFalse(self.late.is_late)

    def test_nobody_takes_it_back_by_hand(self):
        self.late.reschedule(datetime(2026, 2, 5, 9))
        with self.assert_refused(AccessError, "written directly"):
            self.late.with_user(self.manager).moved_late = False

    def test_a_visit_on_no_plan_or_without_window_is_never_late(self):
        plan = self.sell(self.make_template(late_cancel_hours=0), pet=self.rex)
        visit = plan.book([datetime(2026, 1, 4, 10)])
        visit.reschedule(datetime(2026, 2, 5, 9))
        self.assertFalse(visit.is_late)


class TestNoShow(PetPlansCommon):
    """C9: a no-show follows the plan's policy and never deals."""

    def sell_with_policy(self, policy):
        plan, visits = self.sell_worked_example(no_show_policy=policy)
        self.cycles = {visit.id: visit.cycle_id.id for visit in visits}
        self.notes = self.bodies(plan)
        visit = self.visit_on(plan, "01-19")
        visit.action_no_show()
        return plan, visit

    def assert_not_dealt(self, plan):
        self.assertEqual(
            {visit.id: visit.cycle_id.id for visit in plan.appointment_ids},
            self.cycles,
        )
        self.assertEqual(self.due_dates(plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(self.bodies(plan), self.notes)

    def test_consume(self):
        plan, visit = self.sell_with_policy("consume")
        self.assertEqual(visit.state, "no_show")
        self.assertRecordValues(
            plan.line_ids, [{"used": 1.0, "booked": 11.0, "remaining": 0.0}]
        )
        self.assert_not_dealt(plan)

    def test_return(self):
        plan, visit = self.sell_with_policy("return")
        self.assertEqual(visit.state, "no_show")
        self.assertRecordValues(
            plan.line_ids, [{"used": 0.0, "booked": 11.0, "remaining": 1.0}]
        )
        self.assertRecordValues(
            plan.entry_ids.sorted("id")[-1],
            [{"kind": "release", "quantity": 1.0, "appointment_id": visit.id}],
        )
        self.assert_not_dealt(plan)

    def test_a_served_visit_is_no_no_show(self):
        plan, visit = self.sell_with_policy("consume")
        served = self.visit_on(plan, "01-26")
        served.action_receive()
        for other in (served, visit):
            with self.assertRaises(UserError) as refusal:
                other.action_no_show()
            self.assertIn(other.display_name, str(refusal.exception))

    def test_a_no_show_without_plan(self):
        visit = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-05 09:00:00"}
        )
        visit.action_no_show()
        self.assertEqual(visit.state, "no_show")


class TestCancelServed(PetPlansCommon):
    """C9: cancelling a served visit needs a manager and a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.served = cls.visit_on(cls.plan, "01-19")
        cls.served.action_receive()
        cls.served.action_finish()

    def assert_still_served(self):
        self.assertRecordValues(
            self.served, [{"state": "finished", "cancel_reason": False}]
        )
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_staff_are_refused(self):
        with self.assertRaises(AccessError) as refusal:
            self.served.action_cancel()
        self.assertIn(self.served.display_name, str(refusal.exception))
        self.assertIn("only a manager", str(refusal.exception))
        self.assert_still_served()

    def test_staff_with_a_reason_are_refused(self):
        wizard = self.open_cancel_wizard(self.served, reason="Wrong pet")
        with self.assertRaisesRegex(AccessError, "only a manager"):
            wizard.action_apply()
        self.assert_still_served()

    def test_a_manager_without_reason_is_refused(self):
        with self.assertRaises(UserError) as refusal:
            self.served.with_user(self.manager).action_cancel()
        self.assertIn("give a reason", str(refusal.exception))
        wizard = self.open_cancel_wizard(
            self.served.with_user(self.manager), reason="  "
        )
        with self.assertRaisesRegex(UserError, "give a reason"):
            wizard.action_apply()
        self.assert_still_served()

    def test_a_manager_with_a_reason(self):
        self.open_cancel_wizard(
            self.served.with_user(self.manager), reason="Wrong pet"
        ).action_apply()
        self.assertRecordValues(
            self.served, [{"state": "cancelled", "cancel_reason": "Wrong pet"}]
        )
        self.assertRecordValues(
            self.plan.entry_ids.sorted("id")[-1],
            [
                {
                    "kind": "release",
                    "quantity": 1.0,
                    "appointment_id": self.served.id,
                    "reason": "Wrong pet",
                    "user_id": self.manager.id,
                }
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_a_no_show_needs_the_manager_too(self):
        visit = self.visit_on(self.plan, "01-26")
        visit.action_no_show()
        with self.assertRaisesRegex(AccessError, "only a manager can cancel it"):
            visit.action_cancel()
        self.open_cancel_wizard(
            visit.with_user(self.manager), reason="Excused"
        ).action_apply()
        self.assertEqual(visit.state, "cancelled")
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_a_returned_no_show_gives_nothing_back_twice(self):
        plan, __ = self.sell_worked_example(no_show_policy="return")
        visit = self.visit_on(plan, "01-19")
        visit.action_no_show()
        self.assertEqual(plan.sessions_remaining, 1.0)
        self.open_cancel_wizard(
            visit.with_user(self.manager), reason="Was no mistake of theirs"
        ).action_apply()
        self.assertEqual(plan.sessions_remaining, 1.0)
        self.assertFalse(visit.cycle_id)

    def test_a_received_visit_is_not_served_yet(self):
        visit = self.visit_on(self.plan, "01-26")
        visit.action_receive()
        visit.action_cancel()
        self.assertEqual(visit.state, "cancelled")

    def test_one_served_visit_among_others_refuses_them_all(self):
        other = self.visit_on(self.plan, "02-02")
        with self.assertRaisesRegex(AccessError, "only a manager can cancel it"):
            (other | self.served).action_cancel()
        self.assertEqual(other.state, "scheduled")
        self.assert_still_served()


class TestServedSessions(PetPlansCommon):
    """C9: what was served comes back by a manager only, however one tries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.visit = cls.plan.book(cls.weekly(1))
        cls.visit.action_receive()
        cls.visit.action_start()

    def test_removing_the_service_is_refused(self):
        with self.assertRaisesRegex(AccessError, "only a manager"):
            self.visit.line_ids.unlink()
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_taking_the_plan_off_is_refused(self):
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            self.visit.plan_id = False
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_adding_a_service_is_allowed(self):
        self.visit.line_ids = [Command.create({"product_id": self.grooming.id})]
        self.assertEqual(self.plan.sessions_remaining, 11.0)
        self.assertTrue(self.visit.to_invoice)

    def test_a_manager_corrects_it(self):
        self.visit.with_user(self.manager).line_ids.unlink()
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_a_late_cancellation_kept_is_excused_by_a_manager(self):
        visit = self.plan.book(self.weekly(1, "2026-01-12 09:00:00"))
        visit._cancel(reason="Late", consumed=visit)
        self.assertEqual(self.plan.sessions_remaining, 10.0)
        with self.assertRaisesRegex(AccessError, "manager"):
            visit.action_cancel()
        visit.with_user(self.manager)._cancel(reason="Was ill")
        self.assertEqual(self.plan.sessions_remaining, 11.0)
        with self.assertRaisesRegex(UserError, "already cancelled"):
            visit.action_cancel()
