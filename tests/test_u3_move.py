from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestMove(PetPlansCommon):
    """U3: visits go to another plan, with both ledgers corrected."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.other = cls.sell(
            cls.make_template(appointment_count=4, appointments_per_cycle=2)
        )
        cls.first = cls.visits[0]
        cls.visit = cls.visit_on(cls.plan, "01-19")

    def open_move(self, visits):
        action = visits.action_open_move()
        return Form(
            self.env[action["res_model"]]
            .with_user(visits.env.user)
            .with_context(**action["context"])
        )

    def move(self, visits, plan=None, reason=None):
        wizard = (
            self.env["pet.appointment.move"]
            .with_user(visits.env.user)
            .create(
                {
                    "appointment_ids": visits.ids,
                    "plan_id": (plan or self.other).id,
                    "reason": reason,
                }
            )
        )
        wizard.action_apply()
        for one in self.plan | self.other:
            self.assert_ledger_adds_up(one)
        return wizard

    def serve(self, visit):
        for step in ("receive", "start", "finish"):
            getattr(visit, f"action_{step}")()
        return visit.with_user(self.manager)

    # --- Still to come -------------------------------------------------------

    def test_staff_move_a_visit_to_come(self):
        """The old package is dealt again; on the new one nothing moves (C2, B2)."""
        self.move(self.visit)
        self.assertRecordValues(
            self.visit, [{"state": "scheduled", "plan_id": self.other.id}]
        )
        self.assertEqual(self.visit.cycle_id, self.other.cycle_ids[0])
        self.assertEqual(self.visit.line_ids.plan_line_id, self.other.line_ids)
        self.assertRecordValues(
            self.plan.line_ids | self.other.line_ids,
            [{"booked": 11.0, "remaining": 1.0}, {"booked": 1.0, "remaining": 3.0}],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(self.due_dates(self.other), ["01-19", None])

    def test_several_of_one_package_make_one_deal(self):
        notes = len(self.bodies(self.plan))
        self.move(self.visits[1] | self.visits[2])
        self.assertEqual(len(self.bodies(self.plan)), notes + 1)
        self.assertEqual(self.other.sessions_booked, 2.0)

    def test_from_no_plan_to_one(self):
        walk_in = self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-02 13:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        self.move(walk_in)
        self.assertEqual(walk_in.plan_id, self.other)
        self.assertEqual(self.other.sessions_booked, 1.0)

    # --- Served --------------------------------------------------------------

    def test_a_manager_moves_a_served_visit_with_a_reason(self):
        served = self.serve(self.visit)
        self.move(served, reason="Paid by the other one")
        self.assertRecordValues(
            served,
            [
                {
                    "state": "finished",
                    "plan_id": self.other.id,
                    "cycle_id": self.other.cycle_ids[0].id,
                    "holds_sessions": True,
                }
            ],
        )
        self.assertRecordValues(
            self.plan.line_ids | self.other.line_ids,
            [{"used": 0.0, "remaining": 1.0}, {"used": 1.0, "remaining": 3.0}],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        entries = (self.plan | self.other).entry_ids.filtered("reason").sorted("id")
        self.assertRecordValues(
            entries,
            [
                {
                    "kind": kind,
                    "quantity": quantity,
                    "plan_id": plan.id,
                    "appointment_id": served.id,
                    "reason": "Paid by the other one",
                    "user_id": self.manager.id,
                }
                for kind, quantity, plan in (
                    ("release", 1.0, self.plan),
                    ("book", -1.0, self.other),
                )
            ],
        )
        self.assertRegex(self.bodies(served)[-1], "Moved from .*: Paid by the other")

    def test_staff_move_no_served_visit(self):
        self.serve(self.visit)
        with self.assert_refused(AccessError, "is finished: only a manager moves it"):
            self.move(self.visit, reason="Paid by the other one")
        self.assertEqual(self.visit.plan_id, self.plan)

    def test_nor_one_whose_service_was_taken_back(self):
        self.visit.action_start()
        self.visit.action_undo()
        with self.assert_refused(AccessError, "scheduled again.*only a manager moves"):
            self.move(self.visit, reason="Paid by the other one")

    def test_a_manager_needs_a_reason(self):
        served = self.serve(self.visit)
        with self.assert_refused(UserError, "give a reason to move it"):
            self.move(served, reason=" ")

    def test_what_is_over_keeps_its_cycle(self):
        """C4: served visits of the old package stay; later ones take the place."""
        served = self.serve(self.first)
        self.serve(self.visits[1])
        self.move(served, reason="Paid by the other one")
        self.assertEqual(self.days(self.plan)[0], ["01-12", "01-19", "01-26", "02-02"])
        self.assertEqual(self.visits[1].cycle_id.sequence, 1)

    def test_a_no_show_that_used_its_session(self):
        self.visit.action_no_show()
        self.move(self.visit.with_user(self.manager), reason="On the other one")
        self.assertRecordValues(
            self.visit, [{"state": "no_show", "plan_id": self.other.id}]
        )
        self.assertEqual(self.other.sessions_used, 1.0)

    # --- Money (C6) ----------------------------------------------------------

    def test_out_of_a_paid_cycle(self):
        """Its place goes to a later visit; amounts and due date stay."""
        self.pay(self.invoices(self.plan)[0])
        self.move(self.serve(self.visit), reason="Paid by the other one")
        self.assertEqual(self.visit_on(self.plan, "02-02").cycle_id.sequence, 1)
        self.assertEqual(
            self.invoices(self.plan).mapped("amount_untaxed"), [180.0, 180.0, 180.0]
        )
        self.assertEqual(self.due_dates(self.plan)[0], "01-05")

    def test_out_of_a_frozen_cycle(self):
        """Its place stays free."""
        self.shop.sudo().pet_paid_cycles = "freeze"
        self.pay(self.invoices(self.plan)[0])
        self.move(self.serve(self.visit), reason="Paid by the other one")
        self.assertEqual(self.days(self.plan)[0], ["01-05", "01-12", "01-26"])
        self.assertEqual(self.plan.cycle_ids[0].free, 1.0)

    def test_out_of_a_closed_cycle(self):
        """An accountant's correction moves no other visit."""
        self.invoices(self.plan)[0].with_user(self.accountant).button_cancel()
        self.move(self.serve(self.visit), reason="Paid by the other one")
        self.assertEqual(self.days(self.plan)[0], ["01-05", "01-12", "01-26"])
        self.assertEqual(self.days(self.plan)[1][0], "02-02")

    def test_not_into_a_closed_cycle(self):
        self.invoices(self.other)[0].with_user(self.accountant).button_cancel()
        self.move(self.visit)
        self.assertEqual(self.visit.cycle_id, self.other.cycle_ids[1])

    def test_what_is_billed_apart_is_not_moved(self):
        """B4: cancel its invoice first."""
        walk_in = self.env["pet.appointment"].create(
            {
                "pet_id": self.rex.id,
                "start": "2026-01-02 13:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        walk_in.action_receive()
        walk_in.action_create_invoice()
        plan = self.sell(pet=self.rex)
        for move in (walk_in.action_open_move, lambda: self.move(walk_in, plan)):
            with self.assert_refused(UserError, "billed by an invoice of its own"):
                move()

    # --- What is refused -----------------------------------------------------

    def test_cancelled_visits_and_returned_no_shows(self):
        plan = self.sell(self.make_template(no_show_policy="return"))
        cancelled, missed = plan.book(self.weekly(2))
        cancelled.action_cancel()
        missed.action_no_show()
        for visit in (cancelled, missed):
            with self.assert_refused(UserError, "it is not moved to another plan"):
                visit.action_open_move()

    def test_its_own_plan(self):
        with self.assert_refused(UserError, "is on .* already"):
            self.move(self.visit, self.plan)

    def test_a_plan_without_the_service(self):
        plan = self.sell(self.make_template([(self.grooming, 12, 60.0)]))
        with self.assert_refused(UserError, "has none of the services of .*: Bath"):
            self.move(self.visit, plan)

    def test_by_the_rules_of_a_booking(self):
        """B3: another pet, another day, no session."""
        served = self.serve(self.visit)
        rex_s = self.sell(pet=self.rex)
        late = self.sell(date_start="2026-03-01")
        full = self.sell(
            self.make_template(appointment_count=1, appointments_per_cycle=1)
        )
        full.book([datetime(2026, 1, 6, 9)])
        for plan, pattern in (
            (rex_s, "it is for Rex, not for Luna"),
            (late, "is before its start"),
            (full, "1 needed, 0 left"),
        ):
            with self.subTest(pattern), self.assert_refused(UserError, pattern):
                self.move(served, plan, reason="Paid by the other one")
        self.assertEqual(served.plan_id, self.plan)

    # --- The dialog ----------------------------------------------------------

    def test_it_says_what_it_costs_and_changes(self):
        with self.open_move(self.visit) as form:
            self.assertFalse(form.needs_reason)
            self.assertFalse(form.cost)
            self.assertIn(self.other, form.fitting_plan_ids[:])
            self.assertNotIn(self.plan, form.fitting_plan_ids[:])
            form.plan_id = self.other
            self.assertEqual(
                form.cost.splitlines(),
                [
                    f"1 session back to {self.plan.display_name}.",
                    f"1 session from {self.other.display_name}, which has "
                    "4 sessions to book.",
                ],
            )
            self.assertRegex(form.changes, "visit of Feb 2.*from cycle 2 to cycle 1")
            self.assertRegex(form.changes, "is due on Feb 9, 2026 instead of Feb 2")
            self.assertRegex(form.changes, "is due on Jan 19, 2026")
        form.record.action_apply()
        self.assertEqual(self.due_dates(self.other), ["01-19", None])

    def test_it_says_which_services_are_billed_apart(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 12, 60.0)])
        )
        visit = plan.book([datetime(2026, 1, 6, 9)])
        with self.open_move(visit) as form:
            form.plan_id = self.other
            self.assertRegex(form.cost, "on an ordinary invoice: Grooming")
        form.record.action_apply()
        self.assertRecordValues(
            visit.line_ids,
            [{"plan_line_id": self.other.line_ids.id}, {"plan_line_id": False}],
        )

    def test_from_the_action_menu(self):
        action = self.run_server_action(
            "pet_plans.action_server_move_appointments", self.visits[:2]
        )
        self.assertEqual(action["res_model"], "pet.appointment.move")

    def test_queries_do_not_grow_with_the_visits(self):
        few = self.count_queries(lambda: self.visits[:1]._move_to_plan(self.other))
        many = self.count_queries(lambda: self.visits[1:4]._move_to_plan(self.other))
        self.assertLessEqual(many, few + 4)


class TestIsEditable(PetPlansCommon):
    """C1, C9: one answer to whether a visit may still change, on screens and in RPC."""

    def test_until_the_service_begins(self):
        visit = self.sell().book(self.weekly(1))
        for step, editable in (
            ("confirm", True),
            ("receive", True),
            ("start", False),
            ("finish", False),
            ("deliver", False),
        ):
            getattr(visit, f"action_{step}")()
            self.assertEqual(visit.is_editable, editable, step)
        for step in ("cancel", "no_show"):
            visit = self.sell().book(self.weekly(1))
            getattr(visit, f"action_{step}")()
            self.assertFalse(visit.is_editable, step)

    def test_the_form_shows_what_the_model_refuses(self):
        visit = self.sell().book(self.weekly(1))
        visit.action_start()
        with Form(visit) as form:
            for field, value in (
                ("start", "2026-01-06 09:00:00"),
                ("plan_id", self.sell()),
                ("pet_id", self.rex),
            ):
                with self.assertRaisesRegex(AssertionError, "can't write on readonly"):
                    setattr(form, field, value)
