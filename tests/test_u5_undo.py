from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestUndo(PetPlansCommon):
    """U5: the last step is taken back, by whom, and to where it came from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(no_show_policy="return"))
        cls.visit, cls.next = cls.plan.book(cls.weekly(2, "2026-01-02 13:00:00"))

    def assert_counters(self, **counters):
        self.assertRecordValues(self.plan.line_ids, [counters])
        self.assert_ledger_adds_up(self.plan)

    def undo_by_dialog(self, visit, **values):
        action = visit.action_open_undo()
        wizard = (
            self.env[action["res_model"]]
            .with_user(visit.env.user)
            .with_context(**action["context"])
            .create(values)
        )
        wizard.action_apply()
        return wizard

    # --- One after the other -------------------------------------------------

    def test_each_step_to_where_it_came_from(self):
        self.visit.action_confirm()
        for step in ("receive", "start", "finish", "deliver"):
            getattr(self.visit, f"action_{step}")()
        for state in ("finished", "in_service", "received", "confirmed"):
            self.assertTrue(self.visit.action_undo())
            self.assertEqual(self.visit.state, state)
        self.assert_counters(used=0.0, booked=2.0, remaining=10.0)

    def test_steps_that_were_skipped_stay_skipped(self):
        self.visit.action_start()
        self.visit.action_deliver()
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "in_service")
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")

    def test_done_again_after_it(self):
        self.visit.action_receive()
        self.visit.action_undo()
        self.visit.action_start()
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")

    def test_nothing_to_take_back(self):
        self.visit.action_confirm()
        for visit in (self.visit, self.next):
            with self.assert_refused(UserError, "there is no step to take back"):
                visit.action_undo()

    def test_several_at_once_or_none(self):
        self.visit.action_receive()
        with self.assert_refused(UserError, "no step to take back"):
            (self.visit | self.next).action_undo()
        self.assertEqual(self.visit.state, "received")
        self.next.action_start()
        (self.visit | self.next).action_undo()
        self.assertEqual(
            (self.visit | self.next).mapped("state"), ["scheduled", "scheduled"]
        )

    def test_the_log_says_so(self):
        self.visit.action_receive()
        self.visit.action_undo()
        self.assertIn("Taken back: Received → Scheduled", self.bodies(self.visit)[-1])

    # --- Who may -------------------------------------------------------------

    def test_one_s_own_step_of_the_day_alone(self):
        """A served one too, in no need of a reason."""
        self.visit.action_start()
        self.visit.action_open_undo()
        self.assertEqual(self.visit.state, "scheduled")

    def test_a_check_in_of_somebody_else_or_of_another_day(self):
        """It is no service yet."""
        self.visit.with_user(self.manager).action_receive()
        self.visit.action_undo()
        self.visit.action_receive()
        self.clock.move_to("2026-01-03 12:00:00")
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")

    def test_a_service_of_somebody_else(self):
        for before, step in (
            ((), "start"),
            (("receive",), "finish"),
            (("receive",), "deliver"),
            ((), "no_show"),
        ):
            with self.subTest(step), self.undoing():
                for one in (*before, step):
                    getattr(self.visit.with_user(self.manager), f"action_{one}")()
                state = self.visit.state
                for method in (self.visit.action_undo, self.visit.action_open_undo):
                    with self.assert_refused(AccessError, "only a manager takes that"):
                        method()
                with self.assert_refused(AccessError, "same day"):
                    self.visit.action_undo("I have a reason")
                self.assertEqual(self.visit.state, state)

    def test_one_s_own_service_of_yesterday(self):
        self.visit.action_start()
        self.clock.move_to("2026-01-02 23:59:59")
        with self.undoing():
            self.visit.action_undo()
        self.clock.move_to("2026-01-03 00:00:00")
        with self.assert_refused(AccessError, "only a manager"):
            self.visit.action_undo()

    def test_the_day_is_that_of_the_shop(self):
        """21:30 of the second of January in Sao Paulo is the third in UTC."""
        self.shop.pet_tz = "America/Sao_Paulo"
        self.visit.action_start()
        self.clock.move_to("2026-01-03 00:30:00")
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")

    def test_a_manager_with_a_reason(self):
        self.visit.action_start()
        visit = self.visit.with_user(self.manager)
        for reason in (None, "  "):
            with self.assert_refused(UserError, "give a reason to take that back"):
                visit.action_undo(reason)
        visit.action_undo("Wrong dog")
        self.assertEqual(visit.state, "scheduled")
        self.assertIn("Wrong dog", self.bodies(visit)[-1])

    def test_a_manager_in_the_dialog(self):
        self.visit.action_start()
        visit = self.visit.with_user(self.manager)
        action = visit.action_open_undo()
        with Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        ) as form:
            self.assertIn("In Service → Scheduled", form.summary)
            self.assertFalse(form.changes)
            form.reason = "Wrong dog"
        form.record.action_apply()
        self.assertEqual(visit.state, "scheduled")

    def test_the_dialog_without_its_reason(self):
        self.visit.action_start()
        with self.assert_refused(UserError, "give a reason"):
            self.undo_by_dialog(self.visit.with_user(self.manager), reason=" ")

    def test_accountants_and_other_companies_take_nothing_back(self):
        self.visit.action_receive()
        for user in (self.accountant, self.other_staff):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.visit.with_user(user).action_undo()
        self.assertEqual(self.visit.state, "received")

    def test_a_step_nobody_noted(self):
        """Of before the update: back by the usual way, a service by a manager."""
        self.visit.action_start()
        self.visit.sudo()._unguarded().step_id = False
        with self.assert_refused(AccessError, "only a manager"):
            self.visit.action_undo()
        self.visit.with_user(self.manager).action_undo("Wrong dog")
        self.assertEqual(self.visit.state, "received")
        self.visit.action_undo()
        self.assertEqual(self.visit.state, "scheduled")

    # --- What was served stays a manager's (C9) ------------------------------

    def test_it_is_cancelled_by_a_manager_with_a_reason(self):
        self.visit.action_start()
        self.visit.action_undo()
        with self.assert_refused(AccessError, "scheduled again.*only a manager can"):
            self.visit.action_cancel()
        with self.assert_refused(UserError, "give a reason"):
            self.visit.with_user(self.manager).action_cancel()
        wizard = self.open_cancel_wizard(
            self.visit.with_user(self.manager), reason="Wrong dog"
        )
        self.assertTrue(wizard.needs_reason)
        wizard.action_apply()
        self.assertEqual(self.visit.state, "cancelled")
        self.assert_counters(used=0.0, booked=1.0, remaining=11.0)

    def test_nor_does_a_no_show_open_a_way(self):
        self.visit.action_no_show()
        self.visit.action_undo()
        with self.assert_refused(AccessError, "only a manager"):
            self.visit.action_cancel()

    def test_its_session_comes_back_by_no_other_door(self):
        other = self.sell()
        self.visit.action_start()
        self.visit.action_undo()
        with self.assert_refused(AccessError, "only a manager takes its sessions"):
            self.visit.line_ids.unlink()
        for plan in (other, other.browse()):
            with self.assert_refused(AccessError, "only a manager changes its plan"):
                self.visit.plan_id = plan
        self.visit.with_user(self.manager).plan_id = other
        self.assert_counters(used=0.0, booked=1.0, remaining=11.0)

    def test_a_check_in_taken_back_is_cancelled_by_staff(self):
        self.visit.action_receive()
        self.visit.action_undo()
        self.visit.action_cancel()
        self.assertEqual(self.visit.state, "cancelled")

    # --- No-shows ------------------------------------------------------------

    def test_a_no_show_takes_its_session_again(self):
        due_dates = self.due_dates(self.plan)
        cycle = self.visit.cycle_id
        self.visit.action_no_show()
        self.assert_counters(used=0.0, booked=1.0, remaining=11.0)
        self.visit.action_undo()
        self.assertRecordValues(
            self.visit,
            [{"state": "scheduled", "holds_sessions": True, "cycle_id": cycle.id}],
        )
        self.assert_counters(used=0.0, booked=2.0, remaining=10.0)
        self.assertEqual(self.due_dates(self.plan), due_dates)

    def test_a_no_show_whose_place_was_taken(self):
        """It enters the first cycle with room; nothing is dealt (C9, B2)."""
        self.plan.book(self.weekly(2, "2026-01-16 13:00:00"))
        self.visit.action_no_show()
        other = self.plan.book(self.weekly(1, "2026-01-30 13:00:00"))
        self.assertEqual(other.cycle_id.sequence, 1)
        self.visit.action_undo()
        self.assertEqual(self.visit.cycle_id.sequence, 2)
        self.assertEqual(other.cycle_id.sequence, 1)
        self.assert_counters(used=0.0, booked=5.0, remaining=7.0)

    def test_a_no_show_whose_session_was_booked(self):
        self.visit.action_no_show()
        self.plan.book(self.weekly(11, "2026-01-16 13:00:00"))
        with self.assert_refused(UserError, "1 needed, 0 left"):
            self.visit.action_undo()
        self.assertEqual(self.visit.state, "no_show")
        self.assert_counters(used=0.0, booked=12.0, remaining=0.0)

    def test_a_no_show_that_used_its_session(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        visit.action_no_show()
        visit.action_undo()
        self.assertRecordValues(
            plan.line_ids, [{"used": 0.0, "booked": 1.0, "remaining": 11.0}]
        )
        self.assertEqual(len(plan.entry_ids), 2, "its grant and the booking")

    def test_a_no_show_of_a_period(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 1, 45.0)],
                kind="plan",
                period_count=2,
                no_show_policy="return",
            )
        )
        visit = plan.book(self.weekly(1))
        visit.action_no_show()
        with self.undoing():
            visit.action_undo()
            self.assertEqual(visit.cycle_id.sequence, 1)
            self.assert_ledger_adds_up(plan)
        plan.book(self.weekly(1, "2026-01-12 09:00:00"))
        with self.assert_refused(UserError, "1 needed, 0 left"):
            visit.action_undo()

    # --- What stands in the way of a visit to come ---------------------------

    def test_no_visit_is_put_into_a_pause(self):
        self.visit.action_receive()
        self.pause(self.plan, "2026-01-02", "2026-01-04")
        with self.assert_refused(UserError, "it is paused from"):
            self.visit.action_undo()

    def test_none_to_come_for_an_archived_pet(self):
        walk_in = self.env["pet.appointment"].create(
            {"pet_id": self.rex.id, "start": "2026-01-02 13:00:00"}
        )
        walk_in.action_receive()
        self.rex.active = False
        with self.assert_refused(UserError, "Rex.*is archived"):
            walk_in.action_undo()

    def test_a_visit_with_a_bill_of_its_own(self):
        walk_in = self.env["pet.appointment"].create(
            {
                "pet_id": self.rex.id,
                "start": "2026-01-02 13:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        walk_in.action_receive()
        walk_in.action_create_invoice()
        with self.assert_refused(UserError, "billed by an invoice of its own"):
            walk_in.action_undo()
        walk_in.sudo().invoice_ids.button_cancel()
        walk_in.action_undo()
        self.assertEqual(walk_in.state, "scheduled")

    # --- Two people ----------------------------------------------------------

    def test_a_second_tap(self):
        """It comes from a screen that shows the step before."""
        self.visit.action_start()
        self.visit.action_finish()
        seen = self.visit.with_context(seen_step_id=self.visit.step_id.id)
        seen.action_open_undo()
        with self.assert_refused(UserError, "in service by now: somebody else"):
            seen.action_open_undo()
        self.assertEqual(self.visit.state, "in_service")

    def test_the_dialog_of_a_step_that_is_taken_back(self):
        self.visit.action_start()
        self.visit.action_finish()
        visit = self.visit.with_user(self.manager)
        context = visit.action_open_undo()["context"]
        wizard = (
            self.env["pet.appointment.undo"]
            .with_user(self.manager)
            .with_context(**context)
            .create({"reason": "Wrong dog"})
        )
        self.visit.action_undo()
        with self.assert_refused(UserError, "somebody else has changed it"):
            wizard.action_apply()
        self.assertEqual(self.visit.state, "in_service")

    def test_queries_do_not_grow_with_the_visits(self):
        plan = self.sell(self.make_template(no_show_policy="return"))
        visits = plan.book(self.weekly(12, "2026-01-02 15:00:00"))
        visits.action_no_show()
        few = self.count_queries(visits[:2].action_undo)
        many = self.count_queries(visits[2:].action_undo)
        self.assertLessEqual(many, few + 2)


class TestUndoOfAWalkIn(PetPlansCommon):
    """U5: a check-in whose plan U1 picked gives the session and the plan back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.plan.book(cls.weekly(2))

    def walk_in(self, *products):
        return self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-02 12:00:00",
                "line_ids": [
                    Command.create({"product_id": product.id}) for product in products
                ],
            }
        )

    def assert_untouched(self, visit):
        self.assertRecordValues(
            visit,
            [
                {
                    "state": "scheduled",
                    "plan_id": False,
                    "cycle_id": False,
                    "holds_sessions": False,
                }
            ],
        )
        self.assertEqual(self.plan.sessions_remaining, 10.0)
        self.assertEqual(self.due_dates(self.plan)[0], "01-05")
        self.assert_ledger_adds_up(self.plan)

    def test_the_plan_goes_too(self):
        for step in ("receive", "start"):
            with self.subTest(step), self.undoing():
                visit = self.walk_in(self.bath)
                getattr(visit, f"action_{step}")()
                self.assertEqual(self.due_dates(self.plan)[0], "01-02")
                visit.action_undo()
                self.assert_untouched(visit)
                self.assertRecordValues(
                    visit.line_ids, [{"plan_line_id": False, "price_unit": 45.0}]
                )

    def test_services_the_plan_gave_go_with_it(self):
        visit = self.walk_in()
        visit.action_receive()
        self.assertEqual(visit.line_ids.product_id, self.bath)
        visit.line_ids = [Command.create({"product_id": self.grooming.id})]
        visit.action_undo()
        self.assertEqual(visit.line_ids.product_id, self.grooming)
        self.assert_untouched(visit)

    def test_started_later_it_stays_with_the_check_in(self):
        visit = self.walk_in(self.bath)
        visit.action_receive()
        visit.action_start()
        visit.action_undo()
        self.assertEqual(visit.plan_id, self.plan)
        visit.action_undo()
        self.assert_untouched(visit)

    def test_a_plan_somebody_chose_stays(self):
        visit = self.walk_in(self.bath)
        visit.action_receive()
        other = self.sell()
        visit.plan_id = other
        visit.action_undo()
        self.assertRecordValues(visit, [{"state": "scheduled", "plan_id": other.id}])
        self.assertEqual(other.sessions_booked, 1.0)

    def test_it_asks_where_due_dates_change(self):
        """C7: the due date of the first cycle followed the walk-in."""
        visit = self.walk_in(self.bath)
        visit.action_receive()
        action = visit.action_open_undo()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard = wizard.create({})
        self.assertIn("is due on Jan 5, 2026 instead of Jan 2, 2026", wizard.changes)
        self.assertFalse(wizard.needs_reason)
        wizard.action_apply()
        self.assert_untouched(visit)

    def test_checked_in_again_it_picks_again(self):
        visit = self.walk_in(self.bath)
        visit.action_receive()
        visit.action_undo()
        visit.action_receive()
        self.assertEqual(visit.plan_id, self.plan)
