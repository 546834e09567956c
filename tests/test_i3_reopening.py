from datetime import date, datetime
from unittest.mock import patch

from .common import PetPlansCommon


class TestReopening(PetPlansCommon):
    """C2, I3: a cycle that is billed again is dealt into again, by whatever door.

    Cycle 2 is closed, and a deal comes by meanwhile, which passes it over. When it is
    opened again its visits and its due date are those of a deal on that day.
    """

    DEALT = [
        ["01-05", "01-12", "01-26", "02-02"],
        ["02-09", "02-16", "02-23", "03-02"],
        ["03-09", "03-16", "03-23"],
    ]
    DUE = ["01-05", "02-09", "03-09"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.old = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def cancel_a_visit(self):
        """Cancel a visit of cycle 1, whose place no other visit takes meanwhile."""
        self.assertEqual(self.cycle.state, "closed")
        self.visit_on(self.plan, "01-19").action_cancel()

    def assert_dealt(self, state="scheduled"):
        self.assertEqual(self.cycle.state, state)
        self.assertEqual(self.days(self.plan), self.DEALT)
        self.assertEqual(self.due_dates(self.plan), self.DUE)
        invoice = self.cycle.sudo().invoice_id
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 9))
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 2, 9)])

    def test_create_invoice_of_a_cancelled_one(self):
        self.old.button_cancel()
        self.cancel_a_visit()
        self.cycle.with_user(self.accountant).action_create_invoice()
        self.assert_dealt()

    def test_create_invoice_of_a_deleted_one(self):
        self.old.unlink()
        self.cancel_a_visit()
        self.cycle.with_user(self.accountant).action_create_invoice()
        self.assert_dealt()

    def test_create_invoice_of_a_credited_one(self):
        self.post(self.old)
        self.credit(self.old)
        self.cancel_a_visit()
        self.cycle.with_user(self.accountant).action_create_invoice()
        self.assert_dealt()

    def test_a_cancelled_draft_is_reset(self):
        self.old.button_cancel()
        self.cancel_a_visit()
        self.old.button_draft()
        self.assert_dealt()

    def test_a_credited_one_is_reset(self):
        self.post(self.old)
        self.credit(self.old)
        self.cancel_a_visit()
        self.old.button_draft()
        self.assert_dealt()

    def test_its_credit_note_is_cancelled(self):
        self.post(self.old)
        credit_note = self.credit(self.old)
        self.cancel_a_visit()
        credit_note.with_user(self.accountant).button_cancel()
        self.assert_dealt("billed")

    def test_its_credit_note_is_taken_off(self):
        self.post(self.old)
        self.credit(self.old)
        self.cancel_a_visit()
        self.old.line_ids.remove_move_reconcile()
        self.assert_dealt("billed")

    def test_in_a_script(self):
        self.old.button_cancel()
        self.cancel_a_visit()
        self.old.sudo().write({"state": "draft"})
        self.assert_dealt()

    def count_deals(self):
        recycle = type(self.env["pet.plan"])._recycle
        dealt = []

        def count(plans):
            dealt.append(plans)
            return recycle(plans)

        return dealt, patch.object(type(self.env["pet.plan"]), "_recycle", count)

    def test_several_are_dealt_once(self):
        bills = self.invoices(self.plan).with_user(self.accountant)
        bills.button_cancel()
        dealt, counting = self.count_deals()
        with counting:
            bills.button_draft()
        self.assertEqual(dealt, [self.plan])

    def test_several_steps_of_odoo_are_one_deal(self):
        """A posted credit note is reset and taken off before it is cancelled."""
        self.post(self.old)
        credit_note = self.credit(self.old)
        dealt, counting = self.count_deals()
        with counting:
            credit_note.with_user(self.accountant).button_cancel()
        self.assertEqual(dealt, [self.plan])

    def test_closing_deals_nothing(self):
        dealt, counting = self.count_deals()
        with counting:
            self.old.button_cancel()
            first = self.post(self.invoices(self.plan)[0])
            self.credit(first)
            self.invoices(self.plan)[2].with_user(self.accountant).unlink()
        self.assertEqual(self.plan.cycle_ids.mapped("state"), ["closed"] * 3)
        self.assertEqual(dealt, [])

    def test_other_plans_are_left_alone(self):
        other = self.sell(pet=self.rex)
        other.book([datetime(2026, 1, 6, 9)])
        self.old.button_cancel()
        dealt, counting = self.count_deals()
        with counting:
            self.old.button_draft()
        self.assertNotIn(other, dealt[0])

    def test_a_period_takes_its_due_date_anew(self):
        """C8: nothing is dealt; the draft has the first day of its period again."""
        plan = self.sell(
            self.make_template(kind="plan", interval_unit="month", period_count=3),
            pet=self.rex,
        )
        invoice = self.invoices(plan)[1].with_user(self.accountant)
        invoice.button_cancel()
        invoice.sudo().invoice_date_due = "2026-05-01"
        invoice.button_draft()
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 1))

    def test_a_cancelled_plan_is_not_dealt(self):
        """X7: its visits are over, whatever an accountant does with an old draft."""
        self.plan.sudo()._cancel_from(date(2026, 1, 2), "moved away")
        self.assertEqual(self.cycle.state, "closed")
        self.old.button_draft()
        self.assertEqual(self.plan.state, "cancelled")
        self.assertFalse(self.cycle.appointment_ids.filtered("holds_sessions"))


class TestResetWhileOpen(PetPlansCommon):
    """C5, I3: a posted invoice that is reset is dated by its visits again."""

    def test_its_visits_have_left(self):
        """The visit was cancelled while the invoice was posted: the draft waits."""
        plan = self.sell(
            self.make_template(appointment_count=1, appointments_per_cycle=1)
        )
        visit = plan.book([datetime(2026, 1, 5, 9)])
        invoice = self.post(self.invoices(plan))
        visit.action_cancel()
        self.assertEqual(self.due_dates(plan), ["01-05"])
        invoice.with_user(self.accountant).button_draft()
        self.assertEqual(self.due_dates(plan), [None])
        self.assertEqual(plan.cycle_ids.state, "waiting")

    def test_a_visit_has_moved(self):
        plan, visits = self.sell_worked_example()
        invoice = self.post(self.invoices(plan)[0])
        visits[0].reschedule(datetime(2026, 1, 7, 9))
        self.assertEqual(self.due_dates(plan)[0], "01-05")
        invoice.with_user(self.accountant).button_draft()
        self.assertEqual(self.due_dates(plan), ["01-07", "02-02", "03-02"])
        self.assertEqual(invoice.invoice_date_due, date(2026, 1, 7))
