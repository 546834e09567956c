from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestTwoInvoices(PetPlansCommon):
    """I3: by no door two open invoices meet on a cycle; who tries is told which."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.old = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def invoice_anew(self):
        self.cycle.with_user(self.accountant).action_create_invoice()
        new = self.cycle.sudo().invoice_id.with_user(self.accountant)
        self.assertNotEqual(new, self.old)
        return new

    def assert_still_billed_by(self, new):
        self.assertEqual(self.cycle.sudo().invoice_id, new)
        self.assertEqual(
            self.cycle.sudo().move_ids.filtered("bills_pet_cycle"), new.sudo()
        )

    def assert_names_both(self, new):
        return self.assert_refused(
            UserError,
            rf"{self.cycle.display_name} is billed by the draft invoice "
            rf"\(ID {new.id}\): .* cannot bill it too",
        )

    # --- The old one comes back --------------------------------------------------

    def test_a_cancelled_one_is_reset(self):
        self.old.button_cancel()
        new = self.invoice_anew()
        with self.assert_names_both(new):
            self.old.button_draft()
        self.assert_still_billed_by(new)

    def test_the_message_names_the_old_one_too(self):
        self.post(self.old)
        self.old.button_cancel()
        new = self.invoice_anew()
        with self.assertRaisesRegex(UserError, self.old.name) as refusal:
            self.old.button_draft()
        self.assertIn(str(new.id), str(refusal.exception))

    def test_a_credited_one_is_reset(self):
        self.post(self.old)
        self.credit(self.old)
        new = self.invoice_anew()
        with self.assert_names_both(new):
            self.old.button_draft()
        self.assert_still_billed_by(new)

    def test_its_credit_note_is_taken_off(self):
        self.post(self.old)
        self.credit(self.old)
        new = self.invoice_anew()
        with self.assert_names_both(new):
            self.old.line_ids.remove_move_reconcile()
        self.assert_still_billed_by(new)

    def test_its_credit_note_is_reset_or_cancelled(self):
        self.post(self.old)
        credit_note = self.credit(self.old)
        new = self.invoice_anew()
        for door in ("button_draft", "button_cancel"):
            with self.subTest(door), self.assert_names_both(new):
                getattr(credit_note.with_user(self.accountant), door)()
        self.assert_still_billed_by(new)

    def test_its_credit_note_is_reversed_for_a_better_one(self):
        self.post(self.old)
        credit_note = self.credit(self.old)
        new = self.invoice_anew()
        with self.assert_names_both(new):
            self.reverse(credit_note).modify_moves()
        self.assert_still_billed_by(new)

    def test_it_was_made_a_credit_note_for_a_while(self):
        self.old.action_switch_move_type()
        self.assertEqual(self.cycle.state, "closed")
        new = self.invoice_anew()
        with self.assert_names_both(new):
            self.old.action_switch_move_type()
        self.assert_still_billed_by(new)

    def test_in_a_script(self):
        """No raw message of the database, even where only the flush comes by."""
        self.old.button_cancel()
        new = self.invoice_anew()
        with self.assert_names_both(new):
            self.old.sudo().state = "draft"
            self.env.flush_all()
        self.assert_still_billed_by(new)

    # --- What may be done with the old one ---------------------------------------

    def test_a_credited_one_is_cancelled_beside_the_new_one(self):
        self.post(self.old)
        self.credit(self.old)
        new = self.invoice_anew()
        self.old.button_cancel()
        self.assertEqual(self.old.state, "cancel")
        self.assertEqual(self.old.pet_cycle_id, self.cycle)
        self.assert_still_billed_by(new)

    def test_a_credited_one_that_is_cancelled_keeps_its_dates(self):
        """S7: no payment term of the customer comes in on the way."""
        self.post(self.old)
        self.credit(self.old)
        self.invoice_anew()
        self.customer.property_payment_term_id = self.pay_terms_b
        self.old.button_cancel()
        self.env.flush_all()
        self.assertFalse(self.old.invoice_payment_term_id)
        self.assertEqual(self.old.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(self.receivable_dates(self.old), [date(2026, 2, 2)])
        self.assertEqual(self.old.pet_plan_id, self.plan)

    def test_a_cancelled_one_is_deleted_beside_the_new_one(self):
        self.old.button_cancel()
        new = self.invoice_anew()
        self.old.unlink()
        self.assert_still_billed_by(new)

    def test_the_new_one_goes_and_the_old_one_comes_back(self):
        self.old.button_cancel()
        self.invoice_anew().button_cancel()
        self.old.button_draft()
        self.assert_still_billed_by(self.old)

    # --- A credited one that is reset, without another ---------------------------

    def reset_credited(self):
        self.post(self.old)
        self.credit(self.old)
        self.old.button_draft()
        self.assertEqual(self.cycle.state, "scheduled")

    def test_a_credited_one_that_is_reset_is_not_made_a_second_time(self):
        self.reset_credited()
        with self.assert_refused(UserError, "only a closed cycle"):
            self.cycle.with_user(self.accountant).action_create_invoice()
        self.assert_still_billed_by(self.old)

    def test_a_credited_one_that_is_reset_is_edited(self):
        self.reset_credited()
        self.old.invoice_line_ids.price_unit = 50.0
        self.env.flush_all()
        self.assertEqual(self.old.amount_total, 200.0)
        self.assertEqual(self.old.payment_state, "not_paid")
        self.post(self.old)
        self.assertEqual(self.cycle.state, "billed")

    def test_a_credited_one_that_is_reset_is_cancelled(self):
        self.reset_credited()
        self.old.button_cancel()
        self.assertEqual(self.cycle.state, "closed")
        self.assert_still_billed_by(self.invoice_anew())

    def test_a_credited_one_that_is_reset_is_deleted(self):
        self.reset_credited()
        self.old.with_context(force_delete=True).unlink()
        self.assertEqual(self.cycle.state, "closed")
        self.assert_still_billed_by(self.invoice_anew())

    def test_a_credited_one_that_is_reset_follows_its_visits(self):
        """Its own credit note is no payment, though it is matched with the draft."""
        self.reset_credited()
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(self.old.invoice_date_due, date(2026, 2, 9))

    # --- Reverse and Create Invoice ----------------------------------------------

    def reverse(self, invoices, **values):
        return (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"journal_id": invoices.journal_id.id, **values})
        )

    def test_reverse_and_create_on_a_day_to_come(self):
        self.post(self.old)
        tomorrow = fields.Date.today() + timedelta(days=1)
        with self.assert_refused(UserError, "cannot be replaced on"):
            self.reverse(self.old, date=tomorrow).modify_moves()
        self.assertEqual(self.cycle.state, "billed")
        self.assert_still_billed_by(self.old)

    def test_reverse_on_a_day_to_come(self):
        """Without a new invoice: closed on the day the credit note is posted."""
        self.post(self.old)
        tomorrow = fields.Date.today() + timedelta(days=1)
        self.reverse(self.old, date=tomorrow).refund_moves()
        self.assertEqual(self.cycle.state, "billed")
        self.clock.move_to(f"{tomorrow} 12:00:00")
        credit_note = self.old.reversal_move_ids
        self.assertEqual(credit_note.auto_post, "at_date")
        credit_note.sudo()._post()
        self.assertEqual(self.cycle.state, "closed")

    def test_reverse_and_create_of_several(self):
        """Each new one bills the cycle of the one it replaces; ordinary ones none."""
        ordinary = self.old.copy()
        bills = self.invoices(self.plan)
        self.post(bills | ordinary)
        wizard = self.reverse(bills.with_user(self.accountant) | ordinary)
        wizard.modify_moves()
        self.assertEqual(len(wizard.new_move_ids), 4)
        for cycle, bill in zip(
            self.plan.cycle_ids.sorted("sequence"), bills, strict=True
        ):
            new = cycle.sudo().invoice_id
            self.assertNotEqual(new, bill)
            self.assertEqual(new.state, "draft")
            self.assertEqual(new.invoice_line_ids.name, bill.invoice_line_ids.name)
        self.assertEqual(self.plan.cycle_ids.mapped("state"), ["scheduled"] * 3)

    def test_reverse_and_create_of_an_old_one(self):
        """One that was credited before, and has a successor, gets no second one."""
        self.post(self.old)
        self.credit(self.old)
        new = self.invoice_anew()
        wizard = self.reverse(self.old)
        with self.assert_names_both(new):
            wizard.modify_moves()
        self.assert_still_billed_by(new)
