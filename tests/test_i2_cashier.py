from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .cashier import CashierCommon, make_currency


class TestCashier(CashierCommon):
    """I2, 13: *Take Payments* is enough to take the payment of plans and visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.cycles = cls.plan.cycle_ids.sorted("sequence")
        cls.bills = cls.invoices(cls.plan)
        cls.visit = cls.env["pet.appointment"].create(
            {
                "pet_id": cls.rex.id,
                "start": "2026-01-02 10:00:00",
                "line_ids": [Command.create({"product_id": cls.grooming.id})],
            }
        )

    def pay_cycles(self, cycles, **values):
        wizard = self.open_payment(self.as_cashier(cycles).action_pay(), **values)
        wizard.action_apply()
        return wizard

    # --- A cycle -------------------------------------------------------------------

    def test_pay_a_posted_invoice(self):
        self.post(self.bills[0])
        action = self.as_cashier(self.cycles[0]).action_pay()
        model = self.env["pet.take.payment"].with_user(self.cashier)
        with Form(model.with_context(**action["context"])) as dialog:
            self.assertEqual((dialog.amount, dialog.amount_due), (180.0, 180.0))
            self.assertEqual(dialog.customer, "Ana Souza")
            self.assertIn(self.bills[0].name, dialog.bills)
            self.assertFalse(dialog.draft_count)
            dialog.journal = self.get_journal(self.shop)
            dialog.memo = "Receipt 7"
        notice = dialog.record.action_apply()
        self.assertIn("Ana Souza", notice["params"]["message"])
        self.assertEqual(self.cycles[0].state, "settled")
        payment = self.bills[0].sudo().matched_payment_ids
        self.assertEqual((payment.amount, payment.memo), (180.0, "Receipt 7"))
        self.assertEqual(payment.journal_id.type, "cash")
        self.assertEqual(payment.create_uid, self.cashier)

    def test_post_and_pay_discarded(self):
        """I2: *Pay* on a draft posts nothing until the payment is taken."""
        wizard = self.open_payment(self.as_cashier(self.cycles[0]).action_pay())
        self.assertEqual((wizard.draft_count, wizard.amount), (1, 180.0))
        self.assertEqual(self.bills.mapped("state"), ["draft"] * 3)
        self.assertFalse(any(self.bills.mapped("posted_before")))

    def test_post_and_pay(self):
        self.pay_cycles(self.cycles[0])
        self.assertEqual(self.bills[0].state, "posted")
        self.assertEqual(self.cycles[0].state, "settled")
        payment = self.bills[0].sudo().matched_payment_ids
        self.assertEqual(payment.memo, self.bills[0].sudo().payment_reference)

    def test_in_part(self):
        self.post(self.bills[0])
        self.pay_cycles(self.cycles[0], amount=50.0)
        self.assertEqual(self.bills[0].sudo().amount_residual, 130.0)
        wizard = self.open_payment(self.as_cashier(self.cycles[0]).action_pay())
        self.assertEqual(wizard.amount, 130.0)

    def test_typed_amount_survives_another_journal(self):
        self.post(self.bills[0])
        action = self.as_cashier(self.cycles[0]).action_pay()
        model = self.env["pet.take.payment"].with_user(self.cashier)
        with Form(model.with_context(**action["context"])) as dialog:
            dialog.amount = 50.0
            dialog.journal = self.get_journal(self.shop)
            self.assertEqual(dialog.amount, 50.0)
        dialog.record.action_apply()
        self.assertEqual(self.bills[0].sudo().amount_residual, 130.0)

    def test_more_than_is_due(self):
        self.post(self.bills[0])
        for amount, words in (
            (180.01, "180.01 is more than the .*180.00 that Ana Souza has to pay"),
            (0.0, "0.00 is no payment: Ana Souza has .*180.00 to pay"),
            (-5.0, "is no payment"),
        ):
            with self.subTest(amount=amount):
                action = self.as_cashier(self.cycles[0]).action_pay()
                wizard = self.open_payment(action)
                wizard.amount = amount
                with self.assertRaisesRegex(UserError, words):
                    wizard.action_apply()
        self.assertFalse(self.bills[0].sudo().matched_payment_ids)

    def test_twice(self):
        """A part that is paid by two clicks is paid once."""
        self.post(self.bills[0])
        wizard = self.pay_cycles(self.cycles[0], amount=50.0)
        wizard.action_apply()
        self.assertEqual(self.bills[0].sudo().amount_residual, 130.0)

    def test_somebody_else_was_faster(self):
        self.post(self.bills[0])
        wizard = self.open_payment(self.as_cashier(self.cycles[0]).action_pay())
        self.pay(self.bills[0])
        with self.assertRaisesRegex(UserError, "nothing left to pay"):
            wizard.action_apply()

    def test_a_credit_note_waits(self):
        self.post(self.bills[0])
        wizard = self.open_payment(self.as_cashier(self.cycles[0]).action_pay())
        self.credit(self.bills[0], post=False)
        for call in (wizard.action_apply, self.as_cashier(self.cycles[0]).action_pay):
            with self.assertRaisesRegex(UserError, "credit note waits"):
                call()

    def test_less_an_own_credit_note(self):
        self.post(self.bills[0])
        self.credit(self.bills[0], quantity=1)
        wizard = self.open_payment(self.as_cashier(self.cycles[0]).action_pay())
        self.assertEqual(wizard.amount, 135.0)
        wizard.action_apply()
        self.assertEqual(self.cycles[0].state, "settled")

    # --- Several at once -----------------------------------------------------------

    def test_the_household(self):
        """One payment for all of it, the oldest first."""
        self.post(self.bills[:2])
        action = self.as_cashier(self.customer).action_take_pet_payment()
        wizard = self.open_payment(action, amount=200.0)
        self.assertEqual(wizard.amount_due, 360.0)
        wizard.action_apply()
        self.assertEqual(self.bills[0].sudo().amount_residual, 0.0)
        self.assertEqual(self.bills[1].sudo().amount_residual, 160.0)

    def test_two_customers_in_full(self):
        other = self.sell(pet=self.mimi)
        cycles = self.cycles[0] | other.cycle_ids[0]
        wizard = self.pay_cycles(cycles)
        self.assertTrue(wizard.is_amount_fixed)
        self.assertEqual(cycles.mapped("state"), ["settled"] * 2)

    def test_the_page_of_the_customer(self):
        self.post(self.bills[0])
        page = self.as_cashier(self.customer).get_pet_plans_page()
        self.assertTrue(page["can_pay"])
        cycles = page["blocks"][0]["plans"][0]["cycles"]
        self.assertEqual([cycle["can_pay"] for cycle in cycles], [True] * 3)
        self.assertEqual([cycle["is_draft"] for cycle in cycles], [False, True, True])
        self.assertFalse(any(cycle["can_view"] for cycle in cycles))
        page = self.customer.with_user(self.staff).get_pet_plans_page()
        self.assertFalse(page["can_pay"])

    def test_the_buttons(self):
        """Where one pays, for a cashier as for Invoicing, and not for other staff."""
        for model, kind, button, count in (
            ("pet.cycle", "form", "action_pay", 2),
            ("pet.cycle", "list", "action_pay", 3),  # of several, too
            ("pet.plan", "form", "action_pay", 2),
            ("pet.appointment", "form", "action_take_payment", 2),
        ):
            for user, is_there in (
                (self.cashier, True),
                (self.accountant, True),
                (self.staff, False),
            ):
                with self.subTest(model=model, view=kind, user=user.login):
                    view = self.env[model].with_user(user).get_view(view_type=kind)
                    self.assertEqual(
                        view["arch"].count(f'name="{button}"'), count * is_there
                    )

    # --- A visit -------------------------------------------------------------------

    def test_a_visit_without_plan(self):
        """B4: its draft is posted with the payment, beside what else is due."""
        self.post(self.bills[0])
        visit = self.as_cashier(self.visit)
        visit.action_receive()
        visit.action_charge()
        self.assertTrue(visit.has_draft_invoice)
        wizard = self.open_payment(visit.action_take_payment())
        self.assertEqual((wizard.amount, wizard.draft_count), (240.0, 1))
        self.assertEqual(self.visit.sudo().invoice_ids.state, "draft")
        wizard.action_apply()
        self.assertEqual(self.visit.sudo().invoice_ids.state, "posted")
        self.assertEqual(self.visit.sudo().invoice_ids.amount_residual, 0.0)
        self.assertEqual(self.cycles[0].state, "settled")

    def test_the_accountant_pays_a_visit(self):
        """The same button opens Odoo's own wizard, and posts the draft with it."""
        self.visit.action_receive()
        self.visit.action_charge()
        visit = self.visit.with_user(self.accountant)
        action = visit.action_take_payment()
        self.assertEqual(action["res_model"], "account.payment.register")
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.pet_draft_count, 1)
        wizard.action_create_payments()
        self.assertEqual(visit.invoice_ids.state, "posted")
        self.assertEqual(visit.invoice_ids.amount_residual, 0.0)

    # --- Currencies and companies --------------------------------------------------

    def sell_abroad(self):
        """Sell Mimi 12 baths in a currency of which 2.00 are worth 1.00 here."""
        euro = make_currency(self.env, "EUX", 2.0)
        return self.sell(pet=self.mimi, currency_id=euro.id)

    def test_a_foreign_currency(self):
        """In the currency of the invoice, unless the journal has one of its own."""
        plan = self.sell_abroad()
        cycle = plan.cycle_ids.sorted("sequence")[0]
        wizard = self.open_payment(self.as_cashier(cycle).action_pay(), amount=80.0)
        self.assertEqual(wizard.currency_id, plan.currency_id)
        self.assertEqual(wizard.amount_due, 360.0)
        wizard.action_apply()
        self.assertEqual(self.invoices(plan)[0].amount_residual, 280.0)
        wizard = self.open_payment(self.as_cashier(cycle).action_pay(), amount=280.01)
        with self.assertRaisesRegex(UserError, "280.01.* is more than the .*280.00"):
            wizard.action_apply()
        wizard.amount = 280.0
        wizard.action_apply()
        self.assertEqual(cycle.state, "settled")

    def test_a_journal_in_another_currency(self):
        self.post(self.bills[0])
        euro = make_currency(self.env, "EUX", 2.0)
        journal = (
            self.env["account.journal"]
            .sudo()
            .create(
                {
                    "name": "Euro cash",
                    "type": "cash",
                    "code": "EUC",
                    "currency_id": euro.id,
                    "company_id": self.shop.id,
                }
            )
        )
        action = self.as_cashier(self.cycles[0]).action_pay()
        model = self.env["pet.take.payment"].with_user(self.cashier)
        with Form(model.with_context(**action["context"])) as dialog:
            dialog.amount = 50.0
            dialog.journal = str(journal.id)
            self.assertEqual((dialog.amount, dialog.amount_due), (360.0, 360.0))
            dialog.amount = 180.0
        dialog.record.action_apply()
        self.assertEqual(self.bills[0].sudo().amount_residual, 90.0)

    def test_two_companies(self):
        """Each takes its own payments, into journals of its own."""
        there = self.sell_elsewhere()
        action = self.as_cashier(self.cycles[0]).action_pay()
        names = dict(
            self.env["pet.take.payment"].with_user(self.cashier)._get_journals()
        )
        self.assertNotIn(self.get_journal(self.other_shop), names)
        with self.assertRaises(AccessError):
            self.open_payment(
                {
                    **action,
                    "context": {},
                },
                cycle_ids=[Command.set(there.cycle_ids[:1].ids)],
            )
        self.cashier.sudo().company_ids += self.other_shop
        cashier = {"allowed_company_ids": (self.shop + self.other_shop).ids}
        cycle = there.cycle_ids.sorted("sequence")[0]
        action = self.as_cashier(cycle).with_context(**cashier).action_pay()
        action["context"] |= cashier
        wizard = self.open_payment(action)
        journal = self.env["account.journal"].sudo().browse(int(wizard.journal))
        self.assertEqual(journal.company_id, self.other_shop)
        wizard.journal = self.get_journal(self.shop)
        with self.assertRaisesRegex(UserError, "compan"):
            wizard.action_apply()
        wizard.journal = str(journal.id)
        wizard.action_apply()
        self.assertEqual(cycle.sudo().state, "settled")

    # --- What is not theirs --------------------------------------------------------

    def make_other_invoice(self):
        """Return a posted invoice of the customer that no plan has to do with."""
        return self.post(
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Food", "price_unit": 30.0})
                    ],
                }
            )
        )

    def test_other_invoices_are_left_out(self):
        other = self.make_other_invoice()
        customer = self.as_cashier(self.customer)
        with self.assertRaisesRegex(UserError, "Ana Souza owes is of other invoices"):
            customer.action_take_pet_payment()
        self.post(self.bills[0])
        wizard = self.open_payment(customer.action_take_pet_payment())
        self.assertEqual(wizard.amount, 180.0)
        wizard.action_apply()
        self.assertEqual(other.amount_residual, 30.0)

    def test_nothing_is_owed(self):
        with self.assertRaisesRegex(UserError, "Ana Souza owes nothing"):
            self.as_cashier(self.customer).action_take_pet_payment()

    def test_staff_take_no_payment(self):
        self.post(self.bills[0])
        self.assertFalse(self.visit._may_take_payment())
        calls = (
            self.cycles[0].with_user(self.staff).action_pay,
            self.customer.with_user(self.staff).action_take_pet_payment,
            self.visit.with_user(self.staff).action_take_payment,
            self.visit.with_user(self.manager).action_take_payment,
        )
        for call in calls:
            with self.assert_not_allowed("modify", "account.move"):
                call()
        for user in (self.staff, self.manager):
            with self.assert_not_allowed("create", "pet.take.payment"):
                self.env["pet.take.payment"].with_user(user).create(
                    {"cycle_ids": [Command.set(self.cycles.ids)]}
                )

    def test_it_is_off_by_default(self):
        for user in (self.staff, self.manager, self.env.ref("base.user_admin")):
            self.assertFalse(user.has_group("pet_plans.group_cashier"), user.login)
        self.assertTrue(self.cashier.has_group("pet_plans.group_user"))
