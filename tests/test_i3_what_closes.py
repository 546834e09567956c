from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import PetPlansCommon


class WhatClosesCommon(PetPlansCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.invoice = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def credit_elsewhere(self, amount):
        """Return a posted credit note of the customer that credits no invoice."""
        credit_note = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_refund",
                    "partner_id": self.customer.id,
                    "invoice_line_ids": [
                        Command.create(
                            {"product_id": self.grooming.id, "price_unit": amount}
                        )
                    ],
                }
            )
        )
        return self.post(credit_note)

    def make_entry(self, amount):
        """Return a posted journal entry that owes the customer an amount."""
        receivable = self.company_data["default_account_receivable"]
        entry = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "entry",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": receivable.id,
                                "partner_id": self.customer.id,
                                "credit": amount,
                            }
                        ),
                        Command.create(
                            {
                                "account_id": self.company_data[
                                    "default_account_expense"
                                ].id,
                                "debit": amount,
                            }
                        ),
                    ],
                }
            )
        )
        return self.post(entry)

    def match(self, move):
        """Match the open credit of a move with the invoice, as its widget does."""
        line = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.invoice.js_assign_outstanding_line(line.id)

    def cancel(self, day):
        self.visit_on(self.plan, day).action_cancel()


class TestWhatCloses(WhatClosesCommon):
    """C6, I3: only what happens to a cycle's own invoice closes the cycle."""

    def test_credits_from_elsewhere_pay_it(self):
        self.post(self.invoice)
        self.match(self.credit_elsewhere(180.0))
        self.assertEqual(self.invoice.payment_state, "reversed")  # Odoo's word for it
        self.assertEqual(self.cycle.state, "settled")
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan)[1], ["02-09", "02-16", "02-23", "03-02"])
        self.assertEqual(self.cycle.date_due, date(2026, 2, 2))

    def test_a_journal_entry_pays_it(self):
        self.post(self.invoice)
        self.match(self.make_entry(180.0))
        self.assertEqual(self.cycle.state, "settled")

    def test_an_entry_and_credits_from_elsewhere_pay_it(self):
        self.post(self.invoice)
        self.match(self.make_entry(80.0))
        self.assertEqual(self.cycle.state, "billed")
        self.match(self.credit_elsewhere(100.0))
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.cycle.state, "settled")

    def test_credits_from_elsewhere_freeze_it(self):
        self.shop.pet_paid_cycles = "freeze"
        self.post(self.invoice)
        self.match(self.credit_elsewhere(180.0))
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan)[1], ["02-02", "02-09", "02-16", "02-23"])

    def test_credits_from_elsewhere_are_credited_with_the_plan(self):
        """X7: what they paid is money like any other."""
        self.post(self.invoice)
        self.match(self.credit_elsewhere(180.0))
        creditable = self.cycle.sudo()._get_creditable(leaving=self.visits)
        self.assertEqual(list(creditable), [self.cycle])

    def test_part_by_its_own_credit_note_and_part_from_elsewhere(self):
        self.post(self.invoice)
        self.credit(self.invoice, quantity=1)
        self.match(self.credit_elsewhere(135.0))
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.cycle.state, "settled")

    def test_its_own_credit_note_closes_it(self):
        self.post(self.invoice)
        credit_note = self.credit(self.invoice, post=False)
        self.assertEqual(self.cycle.state, "billed")
        self.post(credit_note)
        self.assertEqual(self.cycle.state, "closed")

    def test_two_credit_notes_of_its_own_close_it(self):
        self.post(self.invoice)
        self.credit(self.invoice, quantity=1)
        self.assertEqual(self.cycle.state, "billed")
        self.credit(self.invoice, quantity=3)
        self.assertEqual(self.cycle.state, "closed")

    def test_a_paid_one_that_is_credited_in_full(self):
        """It stays paid: the credit note is owed to the customer (X7)."""
        self.pay(self.invoice)
        self.credit(self.invoice)
        self.assertEqual(self.cycle.state, "settled")

    def test_its_own_credit_note_pays_another_invoice(self):
        """What reverses it then came from elsewhere: it was paid."""
        self.post(self.invoice)
        credit_note = self.credit(self.invoice)
        self.invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.cycle.state, "billed")
        self.match(self.credit_elsewhere(180.0))
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.cycle.state, "settled")
        self.assertEqual(credit_note.payment_state, "not_paid")

    def test_in_a_form(self):
        """While an invoice is edited it is not compared with itself."""
        with Form(self.invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.price_unit = 40.0
        self.assertEqual(self.cycle.amount_total, 160.0)
        self.assertTrue(self.invoice.bills_pet_cycle)

    def test_the_credit_note_is_reversed(self):
        """The reversal is an invoice, but none of the cycle's."""
        self.post(self.invoice)
        credit_note = self.credit(self.invoice)
        again = self.credit(credit_note)
        self.assertEqual(again.move_type, "out_invoice")
        self.assertFalse(again.pet_cycle_id)
        self.assertEqual(again.pet_id, self.luna)
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)
        self.assertEqual(
            self.cycle.sudo().move_ids.filtered(lambda m: m.state != "draft"),
            self.invoice | credit_note,
        )

    def test_a_reversed_credit_note_closes_nothing(self):
        """What was credited is owed again: it is not billed a second time."""
        self.post(self.invoice)
        credit_note = self.credit(self.invoice)
        self.assertEqual(self.cycle.state, "closed")
        again = self.credit(credit_note, post=False)
        self.assertEqual(self.cycle.state, "closed")
        self.post(again)
        self.assertEqual(self.cycle.state, "settled")
        with self.assert_refused(UserError, "only a closed cycle"):
            self.cycle.with_user(self.accountant).action_create_invoice()
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan)[1], ["02-09", "02-16", "02-23", "03-02"])

    def test_a_credit_note_that_is_reversed_in_part_does_not_close(self):
        self.post(self.invoice)
        credit_note = self.credit(self.invoice)
        self.credit(credit_note, quantity=1)
        self.assertEqual(self.cycle.state, "settled")

    def test_one_of_four_is_credited_by_mistake(self):
        """The cycle keeps its invoice, of which all four can be credited again."""
        self.post(self.invoice)
        credit_note = self.credit(self.invoice, quantity=1)
        again = self.credit(credit_note)
        self.assertEqual(again.amount_total, 45.0)
        self.assertFalse(again.pet_cycle_id)
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)
        self.assertEqual(self.cycle.state, "billed")
        self.assertEqual(self.invoice.amount_residual, 135.0)
        creditable = self.cycle.sudo()._get_creditable(leaving=self.visits)
        self.assertEqual(creditable, {self.cycle: {self.invoice.invoice_line_ids: 1.0}})

    def test_a_credit_note_of_two_cycles(self):
        """Of each invoice counts what is matched with it, not the whole note."""
        first = self.invoices(self.plan)[0].with_user(self.accountant)
        self.post(self.invoice)
        self.match(self.credit_elsewhere(135.0))  # 45.00 are left of it
        credit_note = self.credit(self.invoice)  # takes those, and 135.00 are free
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.cycle.state, "settled")
        self.post(first)
        self.invoice = first
        self.match(credit_note)
        self.assertEqual(first.amount_residual, 45.0)
        self.assertEqual(first.pet_cycle_id.state, "billed")
        self.match(self.credit_elsewhere(45.0))
        self.assertEqual(first.payment_state, "reversed")
        self.assertEqual(first.pet_cycle_id.state, "settled")

    def test_a_hand_made_credit_note_of_two_cycles(self):
        """It reverses neither: both were paid."""
        bills = self.invoices(self.plan)[:2].with_user(self.accountant)
        self.post(bills)
        credit_note = self.credit_elsewhere(360.0)
        for self.invoice in bills:
            self.match(credit_note)
        self.assertEqual(bills.mapped("payment_state"), ["reversed"] * 2)
        self.assertEqual(bills.pet_cycle_id.mapped("state"), ["settled"] * 2)

    def test_two_people_credit_it_at_once(self):
        """Each prepares one for all of it: the second is owed to the customer."""
        self.post(self.invoice)
        notes = self.credit(self.invoice, post=False)
        notes |= self.credit(self.invoice, post=False)
        self.post(notes[0])
        self.post(notes[1])
        self.assertEqual(self.cycle.state, "closed")
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)
        self.assertEqual(notes.mapped("amount_residual"), [0.0, 180.0])
        self.assertFalse(self.cycle.sudo()._get_creditable(leaving=self.visits))
        self.cycle.with_user(self.accountant).action_create_invoice()
        self.assertEqual(self.cycle.state, "scheduled")

    def test_the_goodwill_and_the_cash_book(self):
        """A goodwill credit of 45.00, and the rest by an entry: paid, not closed."""
        self.post(self.invoice)
        self.match(self.credit_elsewhere(45.0))
        self.match(self.make_entry(135.0))
        self.assertEqual(self.cycle.state, "settled")
        with self.assert_refused(UserError, "only a closed cycle"):
            self.cycle.with_user(self.accountant).action_create_invoice()
        creditable = self.cycle.sudo()._get_creditable(leaving=self.visits)
        self.assertEqual(list(creditable), [self.cycle])

    def test_the_credit_note_is_reversed_for_a_better_one(self):
        self.post(self.invoice)
        credit_note = self.credit(self.invoice)
        self.env["account.move.reversal"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=credit_note.ids
        ).create({"journal_id": credit_note.journal_id.id}).modify_moves()
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)
        self.assertEqual(self.invoice.payment_state, "not_paid")

    def test_the_database_refuses_a_second_bill(self):
        """What a concurrent session might do, which no method here can see."""
        self.env.flush_all()
        bills = self.invoices(self.plan)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "pet_cycle_uniq") as refusal,
        ):
            self.env.cr.execute(
                "UPDATE account_move SET pet_cycle_id = %s WHERE id = %s",
                (self.cycle.id, bills[0].id),
            )
        moves = self.env["account.move"].with_user(self.accountant)
        self.assertEqual(
            moves._sql_error_to_message(refusal.exception),
            f"{self.cycle.display_name} is billed by "
            f"{self.cycle.invoice_id._get_pet_bill_name()} already: cancel or credit "
            "that one first.",
        )


class TestMoneyOnADraft(WhatClosesCommon):
    """C6, I3: money matched with a draft counts as payment."""

    def test_the_due_date_never_moves(self):
        self.match(self.make_entry(180.0))
        self.assertEqual(self.invoice.state, "draft")
        self.assertEqual(self.cycle.payment_state, "paid")
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan)[1], ["02-09", "02-16", "02-23", "03-02"])
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(self.cycle.date_due, date(2026, 2, 2))

    def test_a_part_of_it_is_enough(self):
        self.match(self.make_entry(50.0))
        self.assertEqual(self.cycle.payment_state, "partial")
        self.cancel("01-19")
        self.assertEqual(self.cycle.date_due, date(2026, 2, 2))

    def test_a_reschedule_does_not_move_it_either(self):
        self.match(self.make_entry(180.0))
        self.visit_on(self.plan, "02-02").reschedule(datetime(2026, 2, 4, 9))
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))

    def test_freeze_pins_its_visits(self):
        self.shop.pet_paid_cycles = "freeze"
        self.match(self.make_entry(180.0))
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan)[1], ["02-02", "02-09", "02-16", "02-23"])

    def test_the_preview_tells(self):
        self.match(self.make_entry(180.0))
        self.assertIn("is paid", self.cycle.sudo()._get_invoice_warning())

    def test_the_job_posts_it(self):
        self.match(self.make_entry(180.0))
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(self.cycle.state, "settled")

    def test_the_job_posts_it_without_visits_too(self):
        """Paid in advance: the draft waits for no visit, and shows its due date."""
        plan = self.sell(self.make_template(validity=3), pet=self.rex)
        cycle = plan.cycle_ids.sorted("sequence")[1]
        self.invoice = self.invoices(plan)[1].with_user(self.accountant)
        self.assertEqual(cycle.state, "waiting")
        self.match(self.make_entry(180.0))
        self.assertEqual(cycle.state, "scheduled")
        self.assertEqual(cycle.date_due, date(2026, 4, 1))  # the plan's last day
        self.clock.move_to("2026-04-01 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(cycle.state, "settled")

    def test_taken_off_again_it_follows(self):
        self.match(self.make_entry(180.0))
        self.invoice.line_ids.remove_move_reconcile()
        self.cancel("01-19")
        self.assertEqual(self.cycle.date_due, date(2026, 2, 9))


class TestDueDateShown(WhatClosesCommon):
    """C5: the cycle shows the due date of its invoice, whoever gave it."""

    def test_a_waiting_cycle_that_is_paid(self):
        plan = self.sell(self.make_template(validity=3), pet=self.rex)
        cycle, invoice = plan.cycle_ids[0], self.invoices(plan)[0]
        self.assertFalse(cycle.date_due)
        self.pay(invoice)
        self.assertEqual(cycle.state, "settled")
        self.assertEqual(cycle.date_due, invoice.invoice_date_due)

    def test_the_accountant_moves_it_on_a_posted_one(self):
        self.post(self.invoice)
        self.invoice.invoice_date_due = "2026-02-20"
        self.assertEqual(self.cycle.date_due, date(2026, 2, 20))

    def test_an_accountants_term_on_a_draft(self):
        """The dates are those of the term and stay; the cycle shows them."""
        self.invoice.invoice_payment_term_id = self.pay_terms_b
        self.env.flush_all()
        due = self.invoice.invoice_date_due
        self.assertNotEqual(due, date(2026, 2, 2))
        self.assertEqual(self.cycle.date_due, due)
        maturities = self.receivable_dates(self.invoice)
        self.assertEqual(len(maturities), 2)
        self.cancel("01-19")
        self.assertEqual(self.invoice.invoice_payment_term_id, self.pay_terms_b)
        self.assertEqual(self.invoice.invoice_date_due, due)
        self.assertEqual(self.receivable_dates(self.invoice), maturities)
        self.assertEqual(self.cycle.date_due, due)
        self.assertEqual(self.invoice.date, date(2026, 2, 2))
        self.assertEqual(self.cycle.date_post, date(2026, 2, 2))

    def test_the_job_posts_it_on_the_day_from_which_the_term_counts(self):
        """So the dates that the draft shows are those it gets."""
        self.invoice.invoice_payment_term_id = self.pay_terms_b
        self.env.flush_all()
        maturities = self.receivable_dates(self.invoice)
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(self.receivable_dates(self.invoice), maturities)
        self.assertEqual(self.cycle.date_due, self.invoice.invoice_date_due)
