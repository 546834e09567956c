from datetime import date, datetime

from odoo import Command

from .common import PetPlansCommon


class TestCancel(PetPlansCommon):
    """C2: the session goes back and the remaining visits are dealt again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def test_the_session_goes_back_by_an_entry(self):
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        self.assertRecordValues(
            visit,
            [{"state": "cancelled", "cycle_id": False, "holds_sessions": False}],
        )
        self.assertRecordValues(
            visit.plan_id.entry_ids.filtered(
                lambda entry: entry.appointment_id == visit
            ).sorted("id"),
            [
                {"kind": "book", "quantity": -1.0, "balance": 9.0},
                {"kind": "release", "quantity": 1.0, "balance": 1.0},
            ],
        )
        self.assertRecordValues(
            self.plan.line_ids,
            [{"total": 12.0, "used": 0.0, "booked": 11.0, "remaining": 1.0}],
        )

    def test_the_first(self):
        self.visit_on(self.plan, "01-05").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-12", "01-19", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-12", "02-09", "03-09"])

    def test_the_last_moves_nothing(self):
        before = self.bodies(self.plan)
        self.visit_on(self.plan, "03-23").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-19", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(self.bodies(self.plan), before)

    def test_one_after_another_is_one_place_after_another(self):
        for day in ("01-19", "02-09"):
            self.visit_on(self.plan, day).action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-16", "02-23", "03-02", "03-09"],
                ["03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-16", "03-16"])
        self.assertEqual(self.plan.sessions_remaining, 2.0)

    def test_a_confirmed_visit(self):
        visit = self.visit_on(self.plan, "01-19")
        visit.action_confirm()
        visit.action_cancel()
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])

    def test_amounts_and_lines_stay(self):
        def lines():
            return [
                (line.product_id.id, line.quantity, line.price_unit, line.name)
                for line in self.invoices(self.plan).invoice_line_ids
            ]

        before = lines()
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(lines(), before)
        self.assertEqual(self.plan.cycle_ids.mapped("amount_total"), [180.0] * 3)

    def test_header_and_receivable_line_are_redated_together(self):
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(
            [self.receivable_dates(move) for move in self.invoices(self.plan)],
            [[date(2026, 1, 5)], [date(2026, 2, 9)], [date(2026, 3, 9)]],
        )

    def test_another_plan_is_not_touched(self):
        other = self.sell(pet=self.rex)
        other.book(self.weekly(12))
        before = self.days(other)
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(self.days(other), before)
        self.assertEqual(self.due_dates(other), ["01-05", "02-02", "03-02"])

    def test_reschedule_then_cancel(self):
        """The moved visit is dealt by its new date, not by the cycle it was in."""
        self.visit_on(self.plan, "02-02").reschedule(datetime(2026, 2, 12, 9))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-02"])
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-09"],
                ["02-12", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-12", "03-09"])

    def test_a_replacement_does_not_deal(self):
        self.visit_on(self.plan, "01-19").action_cancel()
        self.plan.book([datetime(2026, 1, 20, 9)])
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["01-20", "03-09", "03-16", "03-23"],
            ],
        )
        # A calculated date is never before that of the cycle ahead (C5).
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "02-09"])

    def test_the_plan_tells_what_moved_in_one_note(self):
        before = len(self.bodies(self.plan))
        self.visit_on(self.plan, "01-19").action_cancel()
        added = self.bodies(self.plan)[before:]
        self.assertEqual(len(added), 1)
        self.assertEqual(added[0].count("<li>"), 2)  # 02-02 and 03-02
        self.assertRegex(added[0], "<li>Feb 2, 2026, [^<]*: cycle 2 → 1</li>")
        self.assertRegex(added[0], "<li>Mar 2, 2026, [^<]*: cycle 3 → 2</li>")

    def test_an_accountant_cannot_cancel(self):
        visit = self.visit_on(self.plan, "01-19")
        with self.assert_not_allowed("modify", "pet.appointment"):
            visit.with_user(self.accountant).action_cancel()
        self.assertEqual(visit.state, "scheduled")

    def test_a_visit_without_plan(self):
        visit = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-05 09:00:00"}
        )
        visit.action_cancel()
        self.assertEqual(visit.state, "cancelled")
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])

    def test_a_visit_of_an_expired_plan(self):
        """A late cancellation of the books: the end does not stop the deal."""
        plan = self.sell(
            self.make_template(validity=3, validity_unit="month"), pet=self.rex
        )
        plan.book(self.weekly(12))
        self.clock.move_to("2026-04-02 12:00:00")
        plan.sudo()._update_states()
        self.assertEqual(plan.state, "expired")
        self.visit_on(plan, "01-19").action_cancel()
        self.assertEqual(self.due_dates(plan), ["01-05", "02-09", "03-09"])


class TestCancelShapes(PetPlansCommon):
    """C2 with other packages: remainders, half days, partly booked, an empty cycle."""

    def sell_visits(self, count, per_cycle, booked=None, **terms):
        plan = self.sell(
            self.make_template(
                appointment_count=count, appointments_per_cycle=per_cycle, **terms
            )
        )
        plan.book(self.weekly(count if booked is None else booked))
        return plan

    def test_the_last_cycle_has_the_remainder(self):
        plan = self.sell_visits(10, 4)
        self.visit_on(plan, "02-02").action_cancel()
        self.assertEqual(
            self.days(plan),
            [
                ["01-05", "01-12", "01-19", "01-26"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09"],
            ],
        )
        self.assertEqual(self.due_dates(plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(plan.cycle_ids.mapped("free"), [0.0, 0.0, 1.0])

    def test_a_partly_booked_package(self):
        plan = self.sell_visits(12, 4, booked=6)
        self.visit_on(plan, "01-12").action_cancel()
        self.assertEqual(
            self.days(plan),
            [["01-05", "01-19", "01-26", "02-02"], ["02-09"], []],
        )
        self.assertEqual(self.due_dates(plan), ["01-05", "02-09", None])
        self.assertEqual(plan.sessions_remaining, 7.0)

    def test_the_last_cycle_becomes_empty(self):
        """C5: the session is still owed, so the cycle and its draft wait."""
        plan = self.sell_visits(5, 4, validity=3, validity_unit="month")
        last = plan.cycle_ids.sorted("sequence")[-1]
        invoice = last.sudo().invoice_id
        self.visit_on(plan, "01-05").action_cancel()
        self.assertEqual(self.days(plan), [["01-12", "01-19", "01-26", "02-02"], []])
        self.assertRecordValues(
            last,
            [
                {
                    "state": "waiting",
                    "date_due": False,
                    "date_post": False,
                    "invoice_id": invoice.id,
                    "amount_total": 45.0,
                }
            ],
        )
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(invoice.invoice_date_due, date(2026, 4, 1))
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 4, 1)])
        self.clock.move_to("2026-04-02 12:00:00")
        self.run_posting_job()
        self.assertEqual(invoice.state, "draft")

    def test_an_empty_cycle_of_a_plan_without_end_shows_the_last_known_date(self):
        plan = self.sell_visits(5, 4)
        last = plan.cycle_ids.sorted("sequence")[-1]
        self.visit_on(plan, "01-05").action_cancel()
        self.assertFalse(last.date_due)
        self.assertEqual(last.sudo().invoice_id.invoice_date_due, date(2026, 2, 2))

    def test_a_waiting_cycle_is_scheduled_again_by_a_replacement(self):
        plan = self.sell_visits(5, 4)
        self.visit_on(plan, "01-05").action_cancel()
        plan.book([datetime(2026, 2, 9, 9)])
        last = plan.cycle_ids.sorted("sequence")[-1]
        self.assertRecordValues(
            last, [{"state": "scheduled", "date_due": date(2026, 2, 9)}]
        )
        self.assertEqual(last.sudo().invoice_id.invoice_date_due, date(2026, 2, 9))

    def test_every_visit_cancelled(self):
        plan = self.sell_visits(5, 4, validity=3, validity_unit="month")
        plan.appointment_ids.action_cancel()
        self.assertEqual(self.days(plan), [[], []])
        self.assertEqual(plan.cycle_ids.mapped("state"), ["waiting"] * 2)
        self.assertEqual(
            self.invoices(plan).mapped("invoice_date_due"), [date(2026, 4, 1)] * 2
        )
        self.assertEqual(plan.sessions_remaining, 5.0)

    def half(self, plan, start):
        return plan.book(
            [start],
            line_ids=[
                Command.create({"product_id": self.bath.id, "quantity": 0.5}),
            ],
        )

    def test_half_days_do_not_go_back(self):
        """C2: a visit that does not fit opens the next cycle, no later one goes back.

        Cycles of 2 visits: half, half, whole / whole, half, half. With the first half
        cancelled, the second whole visit does not fit into half a place.
        """
        plan = self.sell_visits(4, 2, booked=0)
        first, *rest = self.weekly(6)
        half = self.half(plan, first)
        self.half(plan, rest[0])
        plan.book(rest[1:3])
        self.half(plan, rest[3])
        self.half(plan, rest[4])
        self.assertEqual(
            self.days(plan),
            [["01-05", "01-12", "01-19"], ["01-26", "02-02", "02-09"]],
        )
        half.action_cancel()
        self.assertEqual(
            self.days(plan), [["01-12", "01-19"], ["01-26", "02-02", "02-09"]]
        )
        self.assertEqual(plan.cycle_ids.mapped("free"), [0.5, 0.0])
        self.assertEqual(plan.sessions_remaining, 0.5)

    def test_two_half_days_make_room_for_a_whole_visit(self):
        plan = self.sell_visits(4, 2, booked=0)
        starts = self.weekly(5)
        halves = self.half(plan, starts[0]) | self.half(plan, starts[1])
        plan.book(starts[2:])
        self.assertEqual(
            self.days(plan), [["01-05", "01-12", "01-19"], ["01-26", "02-02"]]
        )
        halves.action_cancel()
        self.assertEqual(self.days(plan), [["01-19", "01-26"], ["02-02"]])
        self.assertEqual(plan.sessions_remaining, 1.0)

    def test_visits_of_one_time_are_dealt_by_id(self):
        plan = self.sell_visits(4, 2, booked=0)
        start = datetime(2026, 1, 5, 9)
        visits = plan.book([start] * 4)
        visits[1].action_cancel()
        self.assertEqual((visits - visits[1]).mapped("cycle_id.sequence"), [1, 2])
        self.assertEqual(visits[2].cycle_id.sequence, 1)
        self.assertEqual(visits[3].cycle_id.sequence, 2)

    def test_services_with_fewer_sessions_keep_theirs(self):
        """B2, C2: a visit keeps the sessions it took, in whatever cycle it ends up."""
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        plan.book(self.weekly(12))
        self.visit_on(plan, "01-05").action_cancel()  # a bath and a grooming
        self.assertEqual(plan.line_ids.mapped("remaining"), [1.0, 1.0])
        self.assertEqual(self.due_dates(plan), ["01-12", "02-09", "03-09"])


class TestRecycle(PetPlansCommon):
    """C2: `action_recycle` and its server action deal without a cancellation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def test_visits_that_were_moved_past_others_are_dealt_by_date(self):
        self.visit_on(self.plan, "01-19").reschedule(datetime(2026, 3, 10, 9))
        self.assertTrue(self.plan.action_recycle())
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-10", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])

    def test_twice_changes_nothing(self):
        self.visit_on(self.plan, "01-19").reschedule(datetime(2026, 3, 10, 9))
        self.plan.action_recycle()
        before = (self.days(self.plan), self.due_dates(self.plan))
        notes = self.bodies(self.plan)
        self.plan.action_recycle()
        self.assertEqual((self.days(self.plan), self.due_dates(self.plan)), before)
        self.assertEqual(self.bodies(self.plan), notes)

    def test_server_action_on_several_plans(self):
        other = self.sell(pet=self.rex)
        other.book(self.weekly(12))
        plans = self.plan | other
        for plan in plans:
            self.visit_on(plan, "01-19").reschedule(datetime(2026, 3, 10, 9))
        self.run_server_action("pet_plans.action_server_recycle_plans", plans)
        for plan in plans:
            self.assertEqual(self.due_dates(plan), ["01-05", "02-09", "03-09"])

    def test_no_session_is_touched(self):
        self.visit_on(self.plan, "01-19").reschedule(datetime(2026, 3, 10, 9))
        entries = len(self.plan.entry_ids)
        self.plan.action_recycle()
        self.assertEqual(len(self.plan.entry_ids), entries)
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_an_accountant_cannot(self):
        with self.assert_not_allowed("modify", "pet.plan"):
            self.plan.with_user(self.accountant).action_recycle()
