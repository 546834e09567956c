from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestAccountant(PetPlansCommon):
    """I3: the accountant works as always; the cycle shows what became of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.invoice = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def assert_state(self, state):
        self.cycle.invalidate_recordset()
        self.assertEqual(self.cycle.state, state)

    def test_posts(self):
        self.invoice.action_post()
        self.assert_state("billed")

    def test_cancels_a_draft(self):
        self.invoice.button_cancel()
        self.assert_state("closed")
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)

    def test_deletes_a_draft(self):
        self.invoice.unlink()
        self.assert_state("closed")
        self.assertFalse(self.cycle.sudo().invoice_id)

    def test_resets_to_draft(self):
        self.invoice.action_post()
        self.invoice.button_draft()
        self.assert_state("scheduled")
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))

    def test_resets_a_cancelled_one(self):
        self.invoice.button_cancel()
        self.invoice.button_draft()
        self.assert_state("scheduled")

    def test_credits(self):
        self.invoice.action_post()
        credit_note = self.credit(self.invoice)
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assert_state("closed")
        self.assertEqual(credit_note.pet_cycle_id, self.cycle)
        self.assertEqual(credit_note.pet_plan_id, self.plan)
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)

    def test_credits_and_invoices_anew(self):
        """Odoo's "Reverse and Create Invoice": the new one bills the cycle."""
        self.invoice.action_post()
        self.env["account.move.reversal"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({"journal_id": self.invoice.journal_id.id}).modify_moves()
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assert_state("scheduled")
        self.assertNotEqual(self.cycle.invoice_id, self.invoice)
        self.assertEqual(self.cycle.invoice_id.amount_untaxed, 180.0)
        self.assertEqual(self.cycle.invoice_id.invoice_origin, self.plan.name)
        self.assertEqual(self.cycle.invoice_id.invoice_date_due, self.cycle.date_due)

    def test_takes_a_credit_note_off_the_invoice(self):
        self.invoice.action_post()
        self.credit(self.invoice)
        self.invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assert_state("billed")

    def test_pays_and_takes_the_payment_off(self):
        self.pay(self.invoice)
        self.assert_state("settled")
        self.invoice.line_ids.remove_move_reconcile()
        self.assert_state("billed")

    def test_edits_a_line(self):
        self.invoice.invoice_line_ids.with_user(self.accountant).price_unit = 40.0
        self.assertEqual(self.cycle.amount_total, 160.0)
        self.assertEqual(self.cycle.amount_untaxed, 180.0)  # what was sold
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(self.invoice.amount_total, 160.0)
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 9))

    def test_adds_a_line(self):
        self.invoice.invoice_line_ids = [
            Command.create({"product_id": self.grooming.id, "price_unit": 60.0})
        ]
        self.assertEqual(self.cycle.amount_total, 240.0)
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(self.invoice.amount_total, 240.0)

    def test_a_copy_bills_no_cycle(self):
        copy = self.invoice.copy()
        self.assertFalse(copy.pet_cycle_id)
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)

    def test_the_link_cannot_be_written(self):
        stranger = self.env["account.move"].with_user(self.accountant)
        with self.assertRaisesRegex(
            AccessError, "Billing Cycle of .* cannot be written directly"
        ):
            stranger.create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "pet_cycle_id": self.cycle.id,
                }
            )
        with self.assertRaisesRegex(
            AccessError, "Billing Cycle of .* cannot be written directly"
        ):
            self.invoice.pet_cycle_id = self.plan.cycle_ids[0]

    # --- Lock dates: Odoo's own refusals, and the cycle stays as it was -----------

    def lock(self):
        self.shop.sudo().fiscalyear_lock_date = "2026-01-31"

    def test_reset_under_a_lock_date(self):
        self.invoice.action_post()
        self.lock()
        with self.assertRaisesRegex(UserError, "prior to and inclusive of"):
            self.invoice.button_draft()
        self.assert_state("billed")

    def test_cancel_under_a_lock_date(self):
        self.invoice.action_post()
        self.lock()
        with self.assertRaisesRegex(UserError, "prior to and inclusive of"):
            self.invoice.button_cancel()
        self.assert_state("billed")

    def test_delete_a_posted_one(self):
        self.invoice.action_post()
        with self.assertRaisesRegex(UserError, "can't delete a posted journal item"):
            self.invoice.unlink()
        self.assert_state("billed")
        self.assertEqual(self.cycle.sudo().invoice_id, self.invoice)

    def test_post_under_a_lock_date(self):
        self.lock()
        with self.assertRaisesRegex(UserError, "prior to and inclusive of"):
            self.invoice.action_post()
        self.assertEqual(self.invoice.state, "draft")
        self.assert_state("scheduled")

    def test_post_that_fails_leaves_the_cycle(self):
        self.invoice.invoice_line_ids.unlink()
        with self.assertRaisesRegex(UserError, "can't post nothing"):
            self.invoice.action_post()
        self.assert_state("scheduled")


class TestCreateInvoice(PetPlansCommon):
    """I3: "Create invoice" makes a missing one again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.old = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def assert_made_again(self):
        before = self.cycle.sudo().move_ids
        action = self.cycle.with_user(self.accountant).action_create_invoice()
        invoice = self.cycle.sudo().invoice_id
        self.assertEqual(action["res_id"], invoice.id)
        self.assertEqual(self.cycle.sudo().move_ids - before, invoice)
        self.assertEqual(self.cycle.state, "scheduled")
        self.assertRecordValues(
            invoice,
            [
                {
                    "state": "draft",
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "amount_total": 180.0,
                    "invoice_date_due": date(2026, 2, 2),
                    "invoice_payment_term_id": False,
                    "pet_id": self.luna.id,
                    "invoice_origin": self.plan.name,
                }
            ],
        )
        self.assertEqual(self.receivable_dates(invoice), [date(2026, 2, 2)])
        self.assertRecordValues(
            invoice.invoice_line_ids,
            [{"product_id": self.bath.id, "quantity": 4.0, "price_unit": 45.0}],
        )

    def test_deleted(self):
        self.old.unlink()
        self.assert_made_again()

    def test_cancelled(self):
        self.old.button_cancel()
        self.assert_made_again()

    def test_reversed(self):
        self.post(self.old)
        self.credit(self.old)
        self.assert_made_again()

    def test_twice_is_refused(self):
        self.old.button_cancel()
        self.assert_made_again()
        with self.assertRaises(UserError) as refusal:
            self.cycle.with_user(self.accountant).action_create_invoice()
        self.assertIn(self.cycle.display_name, str(refusal.exception))
        self.assertEqual(len(self.cycle.sudo().move_ids), 2)

    def test_an_open_one_refuses(self):
        for state in ("draft", "posted", "paid"):
            with (
                self.subTest(state),
                self.assertRaisesRegex(UserError, "only a closed cycle"),
            ):
                if state == "posted":
                    self.post(self.old)
                if state == "paid":
                    self.pay(self.old)
                self.cycle.with_user(self.accountant).action_create_invoice()
        self.assertEqual(self.cycle.sudo().move_ids, self.old)

    def test_several_at_once(self):
        self.invoices(self.plan).with_user(self.accountant).button_cancel()
        self.plan.cycle_ids.with_user(self.accountant).action_create_invoice()
        self.assertEqual(self.plan.cycle_ids.mapped("state"), ["scheduled"] * 3)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])

    def test_one_open_among_them_refuses_them_all(self):
        self.old.button_cancel()
        with self.assertRaisesRegex(UserError, "only a closed cycle"):
            self.plan.cycle_ids.with_user(self.accountant).action_create_invoice()
        self.assertEqual(self.cycle.state, "closed")

    def test_a_cycle_of_price_0(self):
        plan = self.sell(self.make_template([(self.bath, 12, 0.0)]), pet=self.rex)
        with self.assertRaisesRegex(UserError, "sold for a price"):
            plan.cycle_ids[0].with_user(self.accountant).action_create_invoice()

    def test_the_package_is_dealt_again(self):
        """C2: as `test_i3_reopening` has it for every door."""
        self.old.button_cancel()
        self.visit_on(self.plan, "01-19").action_cancel()
        self.cycle.with_user(self.accountant).action_create_invoice()
        self.assertEqual(self.cycle.state, "scheduled")
        self.assertEqual(self.days(self.plan)[1], ["02-09", "02-16", "02-23", "03-02"])
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])

    def test_an_old_invoice_cannot_come_back_beside_the_new_one(self):
        self.old.button_cancel()
        self.cycle.with_user(self.accountant).action_create_invoice()
        with self.assertRaisesRegex(UserError, "is billed by the draft invoice"):
            self.old.button_draft()

    def test_staff_cannot(self):
        self.old.button_cancel()
        with self.assert_not_allowed("create", "account.move"):
            self.cycle.with_user(self.staff).action_create_invoice()
        self.assertEqual(self.cycle.sudo().move_ids, self.old)


class TestStaffWithoutInvoicing(PetPlansCommon):
    """13: staff need no invoicing rights to sell and cancel; they cannot do more."""

    def test_sell_book_and_cancel(self):
        self.assertFalse(self.env["account.move"].has_access("read"))
        plan, __ = self.sell_worked_example()
        self.post(self.invoices(plan)[1])
        self.pay(self.invoices(plan)[0])
        self.open_cancel_wizard(self.visit_on(plan, "01-19")).action_apply()
        self.assertEqual(self.due_dates(plan), ["01-05", "02-09", "03-09"])

    def test_the_invoice_itself_is_out_of_reach(self):
        plan, __ = self.sell_worked_example()
        invoice = self.invoices(plan)[0].with_user(self.staff)
        with self.assert_not_allowed("access", "account.move"):
            invoice.read(["amount_total"])
        with self.assertRaisesRegex(
            AccessError, "don't have the access rights to post an invoice"
        ):
            invoice.action_post()
        with self.assert_not_allowed("access", "account.move"):
            invoice.button_cancel()
        self.assertEqual(self.invoices(plan)[0].state, "draft")
