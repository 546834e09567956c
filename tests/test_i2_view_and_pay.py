from datetime import date

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestViewAndPay(PetPlansCommon):
    """I2: View and Pay on a cycle, View cycle on its invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[0]
        cls.invoice = cls.invoices(cls.plan)[0]

    def as_accountant(self, record):
        return record.with_user(self.accountant)

    def complete_payment(self, action):
        """Do what the accountant does in the payment wizard that an action opens."""
        self.assertEqual(action["res_model"], "account.payment.register")
        return (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
            .create({})
            .action_create_payments()
        )

    def test_view_opens_the_invoice(self):
        action = self.as_accountant(self.cycle).action_view_invoice()
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual(action["res_id"], self.invoice.id)

    def test_view_without_invoice(self):
        plan = self.sell(self.make_template([(self.bath, 12, 0.0)]))
        with self.assertRaises(UserError) as refusal:
            plan.cycle_ids[0].action_view_invoice()
        self.assertIn(plan.cycle_ids[0].display_name, str(refusal.exception))

    def test_view_cycle_from_the_invoice(self):
        action = self.as_accountant(self.invoice).action_view_pet_cycle()
        self.assertEqual(action["res_model"], "pet.cycle")
        self.assertEqual(action["res_id"], self.cycle.id)

    def test_view_cycle_of_an_ordinary_invoice(self):
        invoice = self.as_accountant(self.env["account.move"]).create(
            {"move_type": "out_invoice", "partner_id": self.customer.id}
        )
        with self.assertRaisesRegex(UserError, "does not bill a cycle"):
            invoice.action_view_pet_cycle()

    def test_pay_posts_and_settles(self):
        """What a discarded dialog leaves is in `test_i2_post_and_pay`."""
        action = self.as_accountant(self.cycle).action_pay()
        self.complete_payment(action)
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 1, 5))
        self.assertIn(self.invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.cycle.state, "settled")
        self.assertEqual(self.cycle.payment_state, self.invoice.payment_state)

    def test_pay_a_posted_one(self):
        self.post(self.invoice)
        self.complete_payment(self.as_accountant(self.cycle).action_pay())
        self.assertEqual(self.cycle.state, "settled")

    def test_pay_the_rest(self):
        self.pay(self.invoice, amount=50.0)
        self.assertEqual(self.cycle.state, "billed")
        self.complete_payment(self.as_accountant(self.cycle).action_pay())
        self.assertEqual(self.cycle.state, "settled")
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_pay_several_at_once(self):
        cycles = self.plan.cycle_ids
        self.complete_payment(self.as_accountant(cycles).action_pay())
        self.assertEqual(cycles.mapped("state"), ["settled"] * 3)

    def test_pay_several_from_odoos_own_list(self):
        self.post(self.invoices(self.plan))
        action = self.as_accountant(self.invoices(self.plan)).action_register_payment()
        self.complete_payment(action)
        self.assertEqual(self.plan.cycle_ids.mapped("state"), ["settled"] * 3)

    def test_a_settled_cycle_cannot_be_paid_again(self):
        self.pay(self.invoice)
        with self.assertRaises(UserError) as refusal:
            self.as_accountant(self.cycle).action_pay()
        self.assertIn(self.cycle.display_name, str(refusal.exception))

    def test_a_closed_cycle_cannot_be_paid(self):
        self.as_accountant(self.invoice).button_cancel()
        with self.assertRaisesRegex(UserError, "nothing to pay"):
            self.as_accountant(self.cycle).action_pay()
        self.assertEqual(self.invoice.state, "cancel")

    def test_a_waiting_cycle_can_be_paid_in_advance(self):
        """The customer pays before booking: an accountant may always post by hand."""
        plan = self.sell(pet=self.rex)
        self.complete_payment(self.as_accountant(plan.cycle_ids[0]).action_pay())
        self.assertEqual(plan.cycle_ids[0].state, "settled")

    def test_staff_cannot_pay(self):
        with self.assert_not_allowed("modify", "account.move"):
            self.cycle.action_pay()
        self.assertEqual(self.invoice.state, "draft")
        self.assertEqual(self.cycle.state, "scheduled")

    def test_staff_cannot_pay_a_posted_one_either(self):
        self.post(self.invoice)
        with self.assert_not_allowed("modify", "account.move"):
            action = self.cycle.action_pay()
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(self.cycle.state, "billed")

    def test_a_manager_without_invoicing_rights_cannot_pay(self):
        with self.assert_not_allowed("modify", "account.move"):
            self.cycle.with_user(self.manager).action_pay()
        self.assertEqual(self.invoice.state, "draft")

    def test_staff_see_the_state_of_the_invoice(self):
        """Without invoicing rights the cycle still shows what became of it."""
        self.pay(self.invoice)
        cycle = self.cycle.with_user(self.staff)
        cycle.invalidate_recordset()
        self.assertEqual(cycle.state, "settled")
        self.assertEqual(cycle.invoice_state, "posted")
        self.assertEqual(cycle.amount_total, 180.0)
