from datetime import datetime

from odoo.exceptions import AccessError, UserError

from .changes import ChangeCase


class TestCredit(ChangeCase):
    """S14: where the credit goes once its note is posted, and who waits for it."""

    def bills(self, plan):
        return self.invoices(plan)

    def test_posted_by_the_job_once_the_note_is(self):
        """I1: the first invoice waits for the draft; then 135.00 are set against it."""
        plan = self.sell_used()
        new = self.change(plan)
        note, first = self.credits(plan), self.first_bill(new)
        self.run_posting_job()
        self.assertEqual(first.state, "draft")
        self.post(note)
        self.assertEqual(note.amount_residual, 135.0)
        self.run_posting_job()
        self.assertEqual(first.state, "posted")
        self.assertEqual(first.amount_residual, 185.0)
        self.assertEqual(note.amount_residual, 0.0)

    def test_it_waits_no_more_once_the_note_is_gone(self):
        for doing in ("button_cancel", "unlink"):
            with self.subTest(doing), self.undoing():
                plan = self.sell_used()
                new = self.change(plan)
                getattr(self.credits(plan).with_user(self.accountant), doing)()
                self.run_posting_job()
                self.assertEqual(self.first_bill(new).state, "posted")
                self.assertEqual(self.first_bill(new).amount_residual, 320.0)

    def test_plan_and_cycle_say_that_it_waits(self):
        plan = self.sell_used()
        new = self.change(plan)
        cycles = new.cycle_ids.sorted("sequence")
        told = f"Waits for the credit note of {plan.name}, which is still a draft"
        self.assertIn(told, cycles[0].credit_text)
        self.assertIn("135.00 are taken off", cycles[0].credit_text)
        self.assertIn(told, new.credit_text)
        self.assertFalse(cycles[1].credit_text)
        self.post(self.credits(plan))
        self.assertNotIn("Waits", cycles[0].credit_text)
        self.assertIn("takes $\xa0135.00 off", cycles[0].credit_text)
        self.post(self.first_bill(new))
        self.assertFalse(cycles[0].credit_text)
        self.assertFalse(new.credit_text)

    def test_other_invoices_do_not_wait(self):
        plan = self.sell_used()
        new = self.change(plan)
        self.clock.move_to("2026-02-11 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.bills(new).mapped("state"), ["draft", "posted", "draft"])

    def test_its_own_invoice_first(self):
        """Posted and not paid: the credit pays that, and nothing of the new."""
        plan = self.sell(self.four)
        self.post(self.invoices(plan)[0])
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        self.clock.move_to("2026-01-10 12:00:00")
        wizard = self.open_change(plan)
        self.assertEqual(
            (wizard.amount_credited, wizard.amount_open, wizard.amount_difference),
            (135.0, 135.0, 320.0),
        )
        new = self.change(plan)
        self.assertFalse(new.cycle_ids[0].credit_to_come)
        self.post(self.first_bill(new))
        self.post(self.credits(plan))
        self.assertEqual(self.invoices(plan)[0].amount_residual, 45.0)
        self.assertEqual(self.first_bill(new).amount_residual, 320.0)

    def test_what_its_own_leaves_goes_on(self):
        """100.00 of 180.00 paid: 80.00 of the 135.00 are taken there, 55.00 here."""
        plan = self.sell(self.four)
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        self.pay(self.invoices(plan)[0], amount=100.0)
        new = self.change(plan)
        self.assertEqual(new.cycle_ids[0].credit_to_come, 55.0)
        self.post(self.first_bill(new))
        self.post(self.credits(plan))
        self.assertEqual(self.invoices(plan)[0].amount_residual, 0.0)
        self.assertEqual(self.first_bill(new).amount_residual, 265.0)

    def test_on_to_the_next_invoices_and_a_rest(self):
        """540.00 of credit against 180.00 a month: three months are paid, no rest."""
        plan = self.sell(self.eight)
        self.pay(self.invoices(plan)[:2])
        self.clock.move_to("2026-01-10 12:00:00")
        wizard = self.open_change(plan, self.four)
        self.assertEqual(wizard.amount_difference, 180.0 - 640.0)
        self.assertIn("460.00 of credit left", wizard.difference_text)
        new = self.change(plan, self.four)
        self.assertEqual(new.cycle_ids.mapped("credit_to_come"), [180.0] * 3)
        notes = self.credits(plan)
        self.assertEqual(notes.mapped("amount_total"), [320.0, 320.0])
        self.post(notes)
        for bill in self.bills(new):
            self.post(bill)
        self.assertEqual(self.bills(new).mapped("amount_residual"), [0.0] * 3)
        self.assertEqual(sum(notes.mapped("amount_residual")), 100.0)

    def test_in_order_whichever_is_posted_first(self):
        plan = self.sell(self.eight)
        self.pay(self.invoices(plan)[0])
        new = self.change(plan, self.four)
        self.post(self.bills(new)[::-1])
        self.post(self.credits(plan))
        self.assertEqual(self.bills(new).mapped("amount_residual"), [0.0, 40.0, 180.0])

    def test_reset_and_posted_again(self):
        plan = self.sell_used()
        new = self.change(plan)
        note, first = self.credits(plan), self.first_bill(new)
        self.post(note)
        self.post(first)
        note.with_user(self.accountant).button_draft()
        self.assertFalse(new.cycle_ids[0].credit_to_come)  # it stays matched
        self.post(note)
        self.assertEqual(first.amount_residual, 185.0)
        self.assertEqual(note.amount_residual, 0.0)

    def test_the_old_plan_says_where_it_went(self):
        plan = self.sell_used()
        new = self.change(plan)
        self.assertEqual(
            plan.credit_note_text,
            f"$\xa0135.00, still a draft, to be set against {new.name}",
        )
        note = self.post(self.credits(plan))
        first = self.post(self.first_bill(new))
        plan.invalidate_recordset(["credit_note_text"])
        self.assertEqual(
            plan.credit_note_text,
            f"$\xa0135.00 by {note.name}, set against {first.name}",
        )

    def test_not_a_bill_of_another_customer(self):
        """Given away since: what the new owner pays is no matter of the old one's."""
        plan = self.sell_used()
        new = self.change(plan)
        tom = self._make_pet("Tom", partner_id=self.neighbour.id)
        self.env["pet.plan.transfer"].create(
            {"plan_id": new.id, "pet_id": tom.id, "reason": "A gift"}
        ).action_apply()
        self.post(self.credits(plan))
        self.post(self.first_bill(new))
        self.assertEqual(self.first_bill(new).amount_residual, 320.0)
        self.assertEqual(self.credits(plan).amount_residual, 135.0)

    def test_what_was_carried_is_credited_where_it_was_billed(self):
        """X6: carried from a plan that billed it, and changed before it was used."""
        old = self.sell(
            self.make_template(
                name="4 baths", appointment_count=4, appointments_per_cycle=4
            )
        )
        self.pay(self.invoices(old))
        plan = self.carry(old)
        new = self.change(plan, self.eight, day="2026-01-05")
        note = self.credits(old)
        self.assertEqual(note.mapped("amount_total"), [180.0])
        self.assertEqual(note.pet_credited_cycle_id, new.cycle_ids[0])
        self.assertEqual(new.line_ids.mapped("quantity"), [8.0])
        self.post(note)
        self.post(self.first_bill(new))
        self.assertEqual(self.first_bill(new).amount_residual, 140.0)


class TestPay(ChangeCase):
    """S14, I2: *Pay* says what the credit takes off, and proposes the difference."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls._make_user("pet_cashier", "pet_plans.group_cashier")

    def open_register(self, cycles, user=None, **values):
        cycles = cycles.with_user(user or self.accountant)
        action = cycles.action_pay()
        wizards = self.env[action["res_model"]].with_user(cycles.env.user)
        return wizards.with_context(**action["context"]).create(values)

    def test_proposes_the_difference(self):
        plan = self.sell_used()
        new = self.change(plan)
        first = self.first_bill(new)
        register = self.open_register(new.cycle_ids[0])
        self.assertEqual(register.amount, 185.0)
        self.assertEqual(register.payment_difference, 0.0)
        self.assertIn("135.00 are taken off", register.pet_credit_text)
        register.action_create_payments()
        self.assertEqual(first.amount_residual, 135.0)
        self.post(self.credits(plan))
        self.assertEqual(first.amount_residual, 0.0)

    def test_of_a_posted_credit(self):
        """Posting takes it off, and the payment is no more than the rest."""
        plan = self.sell_used()
        new = self.change(plan)
        self.post(self.credits(plan))
        register = self.open_register(new.cycle_ids[0])
        self.assertEqual(register.amount, 185.0)
        register.action_create_payments()
        self.assertEqual(self.first_bill(new).amount_residual, 0.0)
        self.assertEqual(new.cycle_ids[0].state, "settled")

    def test_the_cashier(self):
        plan = self.sell_used()
        new = self.change(plan)
        cycle = new.cycle_ids[0]
        wizard = self.open_register(cycle, self.cashier)
        self.assertEqual((wizard.amount, wizard.amount_due), (185.0, 185.0))
        self.assertIn("135.00 are taken off", wizard.credit_text)
        wizard.amount = 200.0
        with self.assert_refused(UserError, "200.00 is more than the .*185.00"):
            wizard.action_apply()
        wizard.amount = 185.0
        wizard.action_apply()
        self.assertEqual(self.first_bill(new).sudo().amount_residual, 135.0)
        with self.assert_refused(UserError, "nothing to pay on"):
            self.open_register(cycle, self.cashier)

    def test_several_at_once(self):
        plan = self.sell_used()
        new = self.change(plan)
        register = self.open_register(new.cycle_ids[:2])
        self.assertEqual(register.amount, 640.0 - 135.0)

    def test_of_several_customers(self):
        plan = self.sell_used()
        new = self.change(plan)
        tom = self._make_pet("Tom", partner_id=self.neighbour.id)
        other = self.sell(pet=tom)
        bills = self.first_bill(new) | self.invoices(other)[0]
        register = self.open_register(new.cycle_ids[0] | other.cycle_ids[0])
        register.action_create_payments()
        payments = bills.matched_payment_ids.sorted("amount")
        self.assertEqual(payments.mapped("amount"), [180.0, 185.0])
        self.assertEqual(bills.mapped("amount_residual"), [135.0, 0.0])

    def test_covered_in_full(self):
        plan = self.sell(self.eight)
        self.pay(self.invoices(plan)[0])
        new = self.change(plan, self.four)
        with self.assert_refused(UserError, "nothing to pay on .*Waits for the credit"):
            self.open_register(new.cycle_ids[0])
        self.assertEqual(self.open_register(new.cycle_ids[1]).amount, 40.0)

    def test_who_takes_no_payment(self):
        plan = self.sell_used()
        new = self.change(plan)
        with self.assert_refused(AccessError, "account.move"):
            new.cycle_ids[0].with_user(self.staff).action_pay()
