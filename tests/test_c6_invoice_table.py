from datetime import date, datetime
from unittest.mock import patch

from odoo.addons.account.models.account_move import AccountMove

from .common import PetPlansCommon

CANCELLED_0119 = [
    ["01-05", "01-12", "01-26", "02-02"],
    ["02-09", "02-16", "02-23", "03-02"],
    ["03-09", "03-16", "03-23"],
]


class InvoiceTableCommon(PetPlansCommon):
    """The worked example of C10; the cell under test is the invoice of cycle 2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.invoice = cls.invoices(cls.plan)[1]

    def cancel(self, *days):
        self.visits.filtered(
            lambda visit: visit.start.strftime("%m-%d") in days
        ).action_cancel()

    def money(self):
        """Return what a deal never changes on the invoice."""
        return [
            (line.id, line.name, line.quantity, line.price_unit, line.balance)
            for line in self.invoice.line_ids.sorted("id")
        ]

    def assert_due(self, day):
        """Check header, receivable line and cycle, which always agree."""
        self.invoice.invalidate_recordset()
        self.assertEqual(self.invoice.invoice_date_due, day)
        self.assertEqual(self.receivable_dates(self.invoice), [day])
        self.assertEqual(self.cycle.date_due, day)

    def deal_to_an_earlier_date(self):
        """Deal so that cycle 2 starts earlier than its invoice is due.

        01-05 is cancelled, so cycle 2 starts on 02-09; then it is booked again, goes
        into cycle 3, and a new deal brings 02-02 back into cycle 2.
        """
        self.plan.book([datetime(2026, 1, 6, 9)])
        self.plan.action_recycle()
        self.assertEqual(self.days(self.plan)[1][0], "02-02")


class TestDraft(InvoiceTableCommon):
    """C6, draft: visits in and out, due date recalculated both ways."""

    def test_visits_and_due_date(self):
        money = self.money()
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan), CANCELLED_0119)
        self.assert_due(date(2026, 2, 9))
        self.assertEqual(self.money(), money)
        self.assertEqual(self.invoice.state, "draft")

    def test_to_an_earlier_date(self):
        self.cancel("01-05")
        self.assert_due(date(2026, 2, 9))
        self.deal_to_an_earlier_date()
        self.assert_due(date(2026, 2, 2))

    def test_due_date_survives_posting(self):
        self.cancel("01-19")
        self.clock.move_to("2026-02-20 12:00:00")  # later than it is due
        self.post(self.invoice)
        self.assert_due(date(2026, 2, 9))

    def test_no_message_on_a_draft(self):
        before = self.bodies(self.invoice)
        self.cancel("01-19")
        self.assertEqual(self.bodies(self.invoice), before)

    def test_a_draft_is_not_marked_as_edited_by_hand(self):
        self.cancel("01-19")
        self.assertFalse(self.invoice.is_manually_modified)

    def test_another_customer_on_the_draft_keeps_the_due_date(self):
        """I3, S7: no payment term comes in with the new customer."""
        self.neighbour.property_payment_term_id = self.pay_terms_b
        self.invoice.with_user(self.accountant).partner_id = self.neighbour
        self.assertFalse(self.invoice.invoice_payment_term_id)
        self.assert_due(date(2026, 2, 2))
        self.cancel("01-19")
        self.assert_due(date(2026, 2, 9))


class TestPosted(InvoiceTableCommon):
    """C6, posted and unpaid: to a later date only, and told to everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post(cls.invoice)

    def test_visits_and_later_due_date(self):
        money = self.money()
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan), CANCELLED_0119)
        self.assert_due(date(2026, 2, 9))
        self.assertEqual(self.money(), money)
        self.assertRecordValues(
            self.invoice,
            [
                {
                    "state": "posted",
                    "amount_residual": 180.0,
                    "payment_state": "not_paid",
                }
            ],
        )

    def test_message_on_invoice_and_plan(self):
        invoice_before = len(self.bodies(self.invoice))
        plan_before = len(self.bodies(self.plan))
        self.cancel("01-19")
        for record, before in (
            (self.invoice, invoice_before),
            (self.plan, plan_before),
        ):
            notes = [
                body for body in self.bodies(record)[before:] if "moved from" in body
            ]
            self.assertEqual(len(notes), 1)
            self.assertIn(self.invoice.name, notes[0])
            self.assertIn("from Feb 2, 2026 to Feb 9, 2026", notes[0])

    def test_never_to_an_earlier_date(self):
        self.cancel("01-05")
        self.assert_due(date(2026, 2, 9))
        before = self.bodies(self.invoice)
        self.deal_to_an_earlier_date()
        self.assert_due(date(2026, 2, 9))
        self.assertEqual(self.bodies(self.invoice), before)

    def test_without_any_visit_left_it_stays(self):
        self.cancel(*(day for cycle in self.days(self.plan)[1:] for day in cycle))
        self.assertEqual(self.days(self.plan)[1:], [[], []])
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(self.cycle.state, "billed")

    def test_a_date_the_accountant_gave_later_still_stays(self):
        """Only to a later date than the invoice has, whoever gave it that one."""
        self.invoice.with_user(self.accountant).invoice_date_due = "2026-02-20"
        self.cancel("01-19")
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 20))

    def test_not_marked_as_edited_by_hand(self):
        before = self.invoice.is_manually_modified
        self.cancel("01-19")
        self.assertEqual(self.invoice.is_manually_modified, before)

    def test_due_date_survives_a_partial_payment(self):
        self.cancel("01-19")
        self.pay(self.invoice, amount=50.0)
        self.assertEqual(self.invoice.payment_state, "partial")
        self.assert_due(date(2026, 2, 9))

    def test_due_date_survives_a_reset_to_draft(self):
        self.cancel("01-19")
        self.invoice.with_user(self.accountant).button_draft()
        self.post(self.invoice)
        self.assert_due(date(2026, 2, 9))

    def test_fiscal_year_lock(self):
        """A due date is none of the locked facts: Odoo itself lets it move."""
        self.shop.sudo().fiscalyear_lock_date = "2026-01-31"
        money = self.money()
        self.cancel("01-19")
        self.assert_due(date(2026, 2, 9))
        self.assertEqual(self.money(), money)

    def test_hard_lock(self):
        self.post(self.invoices(self.plan) - self.invoice)  # Odoo locks no drafts in
        self.shop.sudo().hard_lock_date = "2026-01-31"
        self.cancel("01-19")
        self.assert_due(date(2026, 2, 9))


class TestPostedHashed(InvoiceTableCommon):
    """C6, posted in a journal whose entries are secured by a hash."""

    def test_later_due_date_and_the_hash_stays_valid(self):
        self.invoice.journal_id.restrict_mode_hash_table = True
        self.post(self.invoice)
        if not self.invoice.inalterable_hash:
            self.invoice.button_hash()
        sealed = self.invoice.inalterable_hash
        self.assertTrue(sealed)
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan), CANCELLED_0119)
        self.assert_due(date(2026, 2, 9))
        self.assertEqual(self.invoice.inalterable_hash, sealed)
        report = self.shop.sudo()._check_hash_integrity()
        self.assertNotIn(
            "corrupted", [result["status"] for result in report["results"]]
        )


class TestTwoInstalments(InvoiceTableCommon):
    """C6, S7: the customer has a term of two instalments; cycles do not use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.property_payment_term_id = cls.pay_terms_b

    def test_draft(self):
        self.assertFalse(self.invoice.invoice_payment_term_id)
        self.assert_due(date(2026, 2, 2))
        self.cancel("01-19")
        self.assert_due(date(2026, 2, 9))

    def test_posted(self):
        self.post(self.invoice)
        self.assert_due(date(2026, 2, 2))
        self.cancel("01-19")
        self.assert_due(date(2026, 2, 9))

    def test_survives_a_partial_payment(self):
        self.pay(self.invoice, amount=50.0)
        self.assert_due(date(2026, 2, 2))


class TestPaidFill(InvoiceTableCommon):
    """C6, paid in any degree: a later visit takes the place, the date never moves."""

    def assert_filled_and_untouched(self, state):
        money, payment_state = self.money(), self.invoice.payment_state
        messages = self.bodies(self.invoice)
        self.assertEqual(payment_state, state)
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan), CANCELLED_0119)
        self.assert_due(date(2026, 2, 2))
        self.assertEqual(self.money(), money)
        self.assertEqual(self.invoice.payment_state, payment_state)
        self.assertEqual(self.bodies(self.invoice), messages)

    def test_partly_paid(self):
        self.pay(self.invoice, amount=50.0)
        self.assert_filled_and_untouched("partial")
        self.assertEqual(self.invoice.amount_residual, 130.0)
        self.assertEqual(self.cycle.state, "billed")

    def test_in_payment(self):
        with patch.object(
            AccountMove, "_get_invoice_in_payment_state", lambda move: "in_payment"
        ):
            self.pay(self.invoice)
            self.assert_filled_and_untouched("in_payment")
            self.assertEqual(self.cycle.state, "settled")

    def test_fully_paid(self):
        self.pay(self.invoice)
        self.assert_filled_and_untouched("paid")
        self.assertEqual(self.cycle.state, "settled")

    def test_the_freed_place_of_a_paid_cycle_is_taken(self):
        """The customer paid 4 visits in cycle 1 and gets them: 02-02 moves in."""
        first = self.invoices(self.plan)[0]
        self.pay(first)
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan), CANCELLED_0119)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(first.amount_total, 180.0)

    def test_after_a_reset_it_follows_again(self):
        """I3: no longer posted, so it is a draft like any other."""
        self.pay(self.invoice)
        payment = self.invoice.reconciled_payment_ids
        payment.with_user(self.accountant).action_draft()
        self.invoice.with_user(self.accountant).button_draft()
        self.cancel("01-19")
        self.assert_due(date(2026, 2, 9))


class TestPaidFreeze(InvoiceTableCommon):
    """C6 with `freeze`: the visits of a paid cycle are pinned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.pet_paid_cycles = "freeze"

    def test_no_visit_enters_a_paid_cycle(self):
        self.pay(self.invoices(self.plan)[0])
        self.cancel("01-19")
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])

    def test_no_visit_leaves_a_paid_cycle(self):
        self.pay(self.invoice)
        self.cancel("01-19")
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "03-02"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assert_due(date(2026, 2, 2))
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-09"])

    def test_partly_paid_is_frozen_too(self):
        self.pay(self.invoice, amount=50.0)
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan)[1], ["02-02", "02-09", "02-16", "02-23"])

    def test_posted_unpaid_is_not_frozen(self):
        self.post(self.invoice)
        self.cancel("01-19")
        self.assertEqual(self.days(self.plan), CANCELLED_0119)

    def test_a_replacement_takes_the_place_in_the_frozen_cycle(self):
        self.pay(self.invoices(self.plan)[0])
        self.cancel("01-19")
        replacement = self.plan.book([datetime(2026, 3, 30, 9)])
        self.assertEqual(replacement.cycle_id.sequence, 1)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])


class TestClosed(InvoiceTableCommon):
    """C6, reversed, cancelled or deleted: closed, and nothing is dealt into it."""

    def assert_closed(self):
        """Cancel 01-19: the place would be filled from cycle 2, and cycle 2 from 3."""
        self.assertEqual(self.cycle.state, "closed")
        first, closed, last = self.days(self.plan)
        due = self.cycle.date_due
        self.cancel("01-19")
        first.remove("01-19")
        # Its visits are pinned: the next cycle's first moves up past it.
        self.assertEqual(self.days(self.plan), [[*first, last[0]], closed, last[1:]])
        self.assertEqual(self.cycle.date_due, due)
        self.assertEqual(self.cycle.state, "closed")

    def test_reversed(self):
        self.post(self.invoice)
        self.credit(self.invoice)
        self.assertEqual(self.invoice.payment_state, "reversed")
        money = self.money()
        self.assert_closed()
        self.assertEqual(self.money(), money)
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))

    def test_cancelled(self):
        self.invoice.with_user(self.accountant).button_cancel()
        money = self.money()
        self.assert_closed()
        self.assertEqual(self.money(), money)
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))

    def test_deleted(self):
        self.invoice.with_user(self.accountant).unlink()
        self.assertFalse(self.cycle.sudo().invoice_id)
        self.assert_closed()

    def test_a_new_visit_passes_it_over(self):
        self.invoice.with_user(self.accountant).button_cancel()
        self.cancel("03-23")
        self.cancel("02-09")
        replacement = self.plan.book([datetime(2026, 2, 10, 9)])
        self.assertNotEqual(replacement.cycle_id, self.cycle)

    def test_a_partial_credit_does_not_close_it(self):
        self.post(self.invoice)
        action = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
            .refund_moves()
        )
        credit_note = self.invoice.browse(action["res_id"])
        credit_note.invoice_line_ids.quantity = 1
        self.post(credit_note)
        self.assertEqual(self.invoice.payment_state, "partial")
        self.assertEqual(self.cycle.state, "billed")

    def test_no_open_cycle_is_filled_over_its_capacity(self):
        """With every other cycle closed, their visits stay where they are."""
        for invoice in self.invoices(self.plan)[1:]:
            invoice.with_user(self.accountant).button_cancel()
        before = self.days(self.plan)
        self.cancel("01-19")
        before[0].remove("01-19")
        self.assertEqual(self.days(self.plan), before)

    def test_a_visit_of_a_closed_cycle_is_cancelled_alone(self):
        self.invoice.with_user(self.accountant).button_cancel()
        first, closed, last = self.days(self.plan)
        self.cancel("02-09")
        closed.remove("02-09")
        self.assertEqual(self.days(self.plan), [first, closed, last])

    def test_the_last_open_cycle_takes_what_finds_no_place(self):
        """The session of a closed cycle goes back, and is booked anew."""
        self.invoice.with_user(self.accountant).button_cancel()
        self.cancel("02-09")
        again = self.plan.book([datetime(2026, 3, 30, 9)])
        self.assertEqual(again.cycle_id.sequence, 3)
        self.assertEqual(self.plan.cycle_ids[2].booked, 5)

    def test_no_open_cycle_left_moves_nothing(self):
        self.invoices(self.plan).with_user(self.accountant).button_cancel()
        before = self.days(self.plan)
        self.cancel("01-19")
        before[0].remove("01-19")
        self.assertEqual(self.days(self.plan), before)
