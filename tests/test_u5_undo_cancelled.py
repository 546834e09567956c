from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestUndoCancellation(PetPlansCommon):
    """U5: a cancellation is taken back by the rules of a booking, and dealt (C2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example(late_cancel_hours=24)
        cls.visit = cls.visit_on(cls.plan, "01-19")

    def open_undo(self, visit):
        action = visit.action_open_undo()
        return Form(
            self.env[action["res_model"]]
            .with_user(visit.env.user)
            .with_context(**action["context"])
        )

    def assert_as_sold(self):
        """Check that the plan is as before anything was cancelled (C10)."""
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-19", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(self.plan)

    # --- Sessions that went back ---------------------------------------------

    def test_it_takes_its_place_again(self):
        self.visit.action_cancel()
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.visit.action_undo()
        self.assertRecordValues(
            self.visit, [{"state": "scheduled", "cancel_reason": False}]
        )
        self.assert_as_sold()

    def test_back_to_what_it_was(self):
        for step, state in (("confirm", "confirmed"), ("receive", "received")):
            with self.undoing():
                getattr(self.visit, f"action_{step}")()
                self.open_cancel_wizard(self.visit, reason="Rain").action_apply()
                self.visit.action_undo()
                self.assertEqual(self.visit.state, state)
                self.assert_as_sold()

    def test_several_at_once(self):
        chosen = self.visits[1] | self.visits[2] | self.visits[7]
        chosen.action_cancel()
        chosen.action_undo()
        self.assert_as_sold()

    def test_the_dialog_shows_what_else_changes(self):
        """C7: it asks since other visits and due dates change."""
        self.visit.action_cancel()
        with self.open_undo(self.visit) as form:
            self.assertFalse(form.needs_reason)
            changes = form.changes.splitlines()
        self.assertEqual(len(changes), 4)
        self.assertRegex(changes[0], "visit of Feb 2.*from cycle 1 to cycle 2")
        self.assertRegex(changes[1], "visit of Mar 2.*from cycle 2 to cycle 3")
        self.assertRegex(changes[2], "is due on Feb 2, 2026 instead of Feb 9, 2026")
        form.record.action_apply()
        self.assert_as_sold()

    def test_the_dialog_warns_of_posted_invoices(self):
        self.visit.action_cancel()
        self.post(self.invoices(self.plan)[0])
        with self.open_undo(self.visit) as form:
            self.assertRegex(form.changes, "is posted: its due date can only move")

    def test_where_nothing_else_changes_nothing_is_asked(self):
        last = self.visits[-1]
        last.action_cancel()
        self.assertIs(last.action_open_undo(), True)
        self.assert_as_sold()

    def test_clashes_are_told(self):
        """B1: the same pet has another visit by now."""
        last = self.visits[-1]
        last.action_cancel()
        self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": last.start}
        )
        with self.open_undo(last) as form:
            self.assertIn("Luna: Luna at Mar 23", form.clash)
        form.record.action_apply()
        self.assert_as_sold()

    def test_its_session_was_booked_meanwhile(self):
        self.visit.action_cancel()
        self.plan.book([datetime(2026, 3, 30, 9)])
        with self.assert_refused(UserError, "1 needed, 0 left"):
            self.visit.action_undo()
        self.assertEqual(self.visit.state, "cancelled")

    def test_its_day_is_paused_by_now(self):
        """X8; and it is refused, too, where the session was kept."""
        other = self.visit_on(self.plan, "01-26")
        other._cancel(consumed=other)
        self.visit.action_cancel()
        self.pause(self.plan, "2026-01-19", "2026-01-26")
        for visit in (self.visit, other):
            with self.assert_refused(UserError, "it is paused from"):
                visit.action_undo()

    def test_its_plan_is_cancelled(self):
        self.visit.action_cancel()
        self.cancel_plans(self.plan)
        with self.assert_refused(UserError, "the plan is cancelled"):
            self.visit.action_undo()

    def test_a_visit_that_went_with_a_plan_to_be_cancelled(self):
        self.cancel_plans(self.plan, date="2026-01-15")
        with self.assert_refused(UserError, "it is cancelled from Jan 15"):
            self.visit.action_undo()
        self.plan.action_call_off_cancellation()
        self.assert_as_sold()
        self.visit.action_receive()
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")

    def test_a_period(self):
        """C8: nothing is dealt."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2),
            pet=self.rex,
        )
        visits = plan.book(self.weekly(4, "2026-01-05 15:00:00"))
        visits[1].action_cancel()
        self.assertIs(visits[1].action_open_undo(), True)
        self.assertEqual(visits.mapped("cycle_id.sequence"), [1])
        self.assert_ledger_adds_up(plan)
        visits[1].action_cancel()
        plan.book([datetime(2026, 1, 6, 9)])
        with self.assert_refused(UserError, "1 needed, 0 left"):
            visits[1].action_undo()

    def test_without_a_plan(self):
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.rex.id,
                "start": "2026-01-05 12:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        visit.action_cancel()
        visit.action_undo()
        self.assertEqual(visit.state, "scheduled")
        visit.action_cancel()
        self.archive_in_silence(self.rex)
        with self.assert_refused(UserError, "is archived"):
            visit.action_undo()

    # --- Sessions that were kept (C9) ----------------------------------------

    def test_kept_sessions_are_dealt_to_nobody(self):
        first = self.visits[0]
        self.clock.move_to("2026-01-05 07:00:00")
        self.open_cancel_wizard(first).action_apply()
        self.assertTrue(first.holds_sessions)
        entries, notes = len(self.plan.entry_ids), self.bodies(self.plan)
        self.assertIs(first.action_open_undo(), True)
        self.assert_as_sold()
        self.assertEqual(len(self.plan.entry_ids), entries)
        self.assertEqual(self.bodies(self.plan), notes)

    def test_an_excuse_is_taken_back_by_a_manager(self):
        """The session is used again; then the cancellation itself is anybody's."""
        self.visit._cancel(reason="Late", consumed=self.visit)
        manager_s = self.visit.with_user(self.manager)
        manager_s._cancel(reason="Was ill")
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        with self.assert_refused(AccessError, "only a manager"):
            self.visit.action_undo()
        manager_s.action_undo("Was not ill")
        self.assertRecordValues(
            self.visit, [{"state": "cancelled", "holds_sessions": True}]
        )
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.visit.action_undo()
        self.assert_as_sold()

    # --- After service (C9) --------------------------------------------------

    def test_cancelled_after_service(self):
        """It is revived by a manager with a reason, as served as it was."""
        self.visit.action_start()
        self.visit.action_finish()
        manager_s = self.visit.with_user(self.manager)
        manager_s._cancel(reason="Wrong dog")
        with self.assert_refused(AccessError, "only a manager takes that back"):
            self.visit.action_undo()
        with self.assert_refused(UserError, "give a reason"):
            manager_s.action_undo()
        manager_s.action_undo("It was the right dog")
        self.assertEqual(self.visit.state, "finished")
        self.assertEqual(self.plan.sessions_used, 1.0)
        self.assert_as_sold()
        entry = self.plan.entry_ids.sorted("id")[-1]
        self.assertRecordValues(
            entry,
            [
                {
                    "kind": "book",
                    "quantity": -1.0,
                    "reason": "It was the right dog",
                    "user_id": self.manager.id,
                }
            ],
        )

    def test_cancelled_after_its_service_was_taken_back(self):
        self.visit.action_start()
        self.visit.action_undo()
        manager_s = self.visit.with_user(self.manager)
        manager_s._cancel(reason="Wrong dog")
        with self.assert_refused(AccessError, "only a manager takes that back"):
            self.visit.action_undo()
        manager_s.action_undo("It was the right dog")
        self.assertEqual(self.visit.state, "scheduled")
        self.assert_as_sold()

    def test_cancelled_by_nobody_knows_whom(self):
        """Before steps were noted: it may have been served."""
        self.visit.action_cancel()
        self.visit.sudo()._unguarded().step_id = False
        with self.assert_refused(AccessError, "only a manager takes that back"):
            self.visit.action_undo()
        self.visit.with_user(self.manager).action_undo("Only moved")
        self.assert_as_sold()

    # --- Money (C6) ----------------------------------------------------------

    def test_a_paid_cycle_that_was_filled(self):
        """Where paid cycles are filled, the visit is dealt in again, by its date."""
        self.pay(self.invoices(self.plan)[0])
        self.visit.action_cancel()
        self.visit.action_undo()
        self.assertEqual(self.visit.cycle_id.sequence, 1)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(
            self.invoices(self.plan).mapped("amount_untaxed"), [180.0, 180.0, 180.0]
        )

    def test_a_paid_cycle_that_is_frozen(self):
        """Its free place is taken again."""
        self.shop.sudo().pet_paid_cycles = "freeze"
        self.pay(self.invoices(self.plan)[0])
        self.visit.action_cancel()
        self.assertEqual(self.visit_on(self.plan, "02-02").cycle_id.sequence, 2)
        self.assertIs(self.visit.action_open_undo(), True)
        self.assert_as_sold()

    def test_a_closed_cycle_receives_nothing(self):
        self.visit.action_cancel()
        self.invoices(self.plan)[0].with_user(self.accountant).button_cancel()
        self.visit.action_undo()
        self.assertEqual(self.visit.cycle_id.sequence, 2)
        self.assert_ledger_adds_up(self.plan)
