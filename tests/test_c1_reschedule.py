from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestReschedule(PetPlansCommon):
    """C1: a reschedule changes that visit's date only, whoever changes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.visit = cls.visit_on(cls.plan, "01-19")

    def facts(self):
        """Return everything but the dates of the visits that a move could change."""
        return {
            "cycles": {visit.id: visit.cycle_id.id for visit in self.visits},
            "due dates": self.due_dates(self.plan),
            "invoices": [
                (move.id, move.state, move.invoice_date_due, move.amount_total)
                for move in self.invoices(self.plan)
            ],
            "remaining": self.plan.sessions_remaining,
            "entries": sorted(self.plan.entry_ids.ids),
        }

    def assert_only_the_date_moved(self, move):
        """Check that a way of moving 01-19 to 01-21 changes its start, nothing else."""
        before = self.facts()
        others = {v.id: (v.start, v.stop) for v in self.visits - self.visit}
        move(self.visit)
        self.assertEqual(self.visit.start, datetime(2026, 1, 21, 9))
        self.assertEqual(self.visit.stop, datetime(2026, 1, 21, 10))
        self.assertEqual(self.visit.state, "scheduled")
        self.assertEqual(self.facts(), before)
        self.assertEqual(
            {v.id: (v.start, v.stop) for v in self.visits - self.visit}, others
        )

    # --- Every way gives the same -------------------------------------------------

    def test_by_method(self):
        self.assert_only_the_date_moved(
            lambda visit: visit.reschedule(datetime(2026, 1, 21, 9))
        )

    def test_by_method_with_a_string_as_the_api_sends_it(self):
        self.assert_only_the_date_moved(
            lambda visit: visit.reschedule("2026-01-21 09:00:00")
        )

    def test_by_writing_the_start(self):
        self.assert_only_the_date_moved(
            lambda visit: visit.write({"start": "2026-01-21 09:00:00"})
        )

    def test_by_dragging_in_the_calendar(self):
        self.assert_only_the_date_moved(
            lambda visit: visit.write(
                {"start": "2026-01-21 09:00:00", "stop": "2026-01-21 10:00:00"}
            )
        )

    def test_by_form(self):
        def by_form(visit):
            with Form(visit) as form:
                form.start = datetime(2026, 1, 21, 9)

        self.assert_only_the_date_moved(by_form)

    def test_a_drag_over_another_length_keeps_start_and_stop(self):
        self.visit.write(
            {"start": "2026-01-21 09:00:00", "stop": "2026-01-21 11:30:00"}
        )
        self.assertEqual(self.visit.stop, datetime(2026, 1, 21, 11, 30))
        self.assertEqual(self.visit.duration, 2.5)

    def test_several_visits_written_at_once(self):
        moved = self.visits[:2]
        cycles = moved.mapped("cycle_id")
        moved.write({"start": "2026-01-08 09:00:00"})
        self.assertEqual(moved.mapped("start"), [datetime(2026, 1, 8, 9)] * 2)
        self.assertEqual(moved.cycle_id, cycles)
        self.assertEqual(self.due_dates(self.plan), ["01-08", "02-02", "03-02"])

    # --- Cycles and due dates ------------------------------------------------------

    def test_past_the_visits_of_a_later_cycle_it_stays_in_its_own(self):
        self.visit.reschedule(datetime(2026, 3, 10, 9))
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "03-10"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])

    def test_own_due_date_follows_while_the_invoice_is_a_draft(self):
        self.visit_on(self.plan, "02-02").reschedule(datetime(2026, 2, 5, 9))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-05", "03-02"])
        invoice = self.invoices(self.plan)[1]
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 5))
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 2, 5)])

    def test_own_due_date_goes_to_the_visit_that_is_first_now(self):
        self.visit_on(self.plan, "02-02").reschedule(datetime(2026, 2, 12, 9))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-02"])

    def test_own_due_date_follows_to_an_earlier_date(self):
        self.visit_on(self.plan, "02-16").reschedule(datetime(2026, 1, 30, 9))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "01-30", "03-02"])

    def test_own_due_date_stays_once_posted(self):
        invoice = self.post(self.invoices(self.plan)[1])
        self.visit_on(self.plan, "02-02").reschedule(datetime(2026, 2, 12, 9))
        self.visit_on(self.plan, "02-23").reschedule(datetime(2026, 1, 30, 9))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 2, 2)])

    def test_own_due_date_stays_once_paid(self):
        invoice = self.invoices(self.plan)[1]
        self.pay(invoice)
        self.visit_on(self.plan, "02-02").reschedule(datetime(2026, 2, 12, 9))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 2))

    def test_a_draft_of_another_plan_never_moves(self):
        other = self.sell(pet=self.rex)
        other.book(self.weekly(12))
        self.visit_on(self.plan, "01-05").reschedule(datetime(2026, 1, 7, 9))
        self.assertEqual(self.due_dates(other), ["01-05", "02-02", "03-02"])

    # --- Messages ---------------------------------------------------------------------

    def test_the_visit_tells_old_and_new_date_once(self):
        before = len(self.bodies(self.visit))
        self.visit.reschedule(datetime(2026, 1, 21, 9))
        added = self.bodies(self.visit)[before:]
        self.assertEqual(len(added), 1)
        self.assertIn("Jan 19, 2026", added[0])
        self.assertIn("Jan 21, 2026", added[0])

    def test_the_message_is_in_the_time_of_the_shop(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        self.visit.reschedule(datetime(2026, 1, 22, 1))
        self.assertIn("Jan 21, 2026", self.bodies(self.visit)[-1])

    def test_the_same_date_written_again_says_nothing(self):
        before = self.bodies(self.visit)
        self.visit.write({"start": "2026-01-19 09:00:00", "duration": 2.0})
        self.assertEqual(self.bodies(self.visit), before)

    def test_the_plan_gets_no_message(self):
        before = self.bodies(self.plan)
        self.visit.reschedule(datetime(2026, 1, 21, 9))
        self.assertEqual(self.bodies(self.plan), before)


class TestRescheduleRefused(PetPlansCommon):
    """C1, B3: a visit stays inside its plan, and what took place stays put."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = cls.make_template(validity=3, validity_unit="month")
        cls.plan = cls.sell(template)  # through 2026-04-01
        cls.visits = cls.plan.book(cls.weekly(12))
        cls.visit = cls.visits[2]

    def assert_refused(self, start, *parts):
        with self.assertRaises(UserError) as refusal:
            self.visit.reschedule(start)
        for part in (self.plan.name, *parts):
            self.assertIn(part, str(refusal.exception))
        self.assertEqual(self.visit.start, datetime(2026, 1, 19, 9))

    def test_past_the_end(self):
        self.assert_refused(
            datetime(2026, 4, 2, 9), "Apr 2, 2026", "after its end on Apr 1, 2026"
        )

    def test_before_the_start(self):
        self.assert_refused(
            datetime(2025, 12, 31, 9), "before its start on Jan 1, 2026"
        )

    def test_the_whole_last_day_is_inside(self):
        self.visit.reschedule(datetime(2026, 4, 1, 23, 59))
        self.assertEqual(self.visit.start, datetime(2026, 4, 1, 23, 59))

    def test_the_last_day_is_the_shops(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        self.visit.reschedule(datetime(2026, 4, 2, 2))  # 23:00 on 1 April there
        with self.assertRaisesRegex(UserError, "after its end on Apr 1, 2026"):
            self.visit.reschedule(datetime(2026, 4, 2, 3))

    def assert_stuck(self, state):
        self.assertEqual(self.visit.state, state)
        with self.assertRaises(UserError) as refusal:
            self.visit.reschedule(datetime(2026, 1, 21, 9))
        self.assertIn(self.visit.display_name, str(refusal.exception))
        self.assertEqual(self.visit.start, datetime(2026, 1, 19, 9))

    def test_a_finished_visit(self):
        self.visit.action_receive()
        self.visit.action_start()
        self.visit.action_finish()
        self.assert_stuck("finished")

    def test_a_delivered_visit(self):
        self.visit.action_receive()
        self.visit.action_deliver()
        self.assert_stuck("delivered")

    def test_a_no_show(self):
        self.visit.action_no_show()
        self.assert_stuck("no_show")

    def test_a_cancelled_visit(self):
        self.visit.action_cancel()
        self.assert_stuck("cancelled")

    def test_the_cycle_cannot_be_written_along(self):
        with self.assertRaisesRegex(
            AccessError, "Cycle of .* cannot be written directly"
        ):
            self.visit.write(
                {
                    "start": "2026-01-21 09:00:00",
                    "cycle_id": self.plan.cycle_ids[-1].id,
                }
            )

    def test_an_accountant_cannot_reschedule(self):
        with self.assert_not_allowed("modify", "pet.appointment"):
            self.visit.with_user(self.accountant).reschedule(datetime(2026, 1, 21, 9))


class TestReschedulePlanKind(PetPlansCommon):
    """C1 for a plan: the visit keeps the period, the invoice and the session."""

    def test_into_another_period(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
            )
        )
        visit = plan.book(self.weekly(1))
        visit.reschedule(datetime(2026, 2, 3, 9))
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assertEqual(self.due_dates(plan), ["01-01", "02-01", "03-01"])
        self.assertEqual(plan.sessions_remaining, 11.0)

    def test_a_visit_without_plan_moves_freely(self):
        visit = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-05 09:00:00"}
        )
        visit.reschedule(datetime(2031, 1, 5, 9))
        self.assertEqual(visit.start, datetime(2031, 1, 5, 9))
