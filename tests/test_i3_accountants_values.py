from odoo import Command
from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestCurrency(PetPlansCommon):
    """I3: the cycle's total is the invoice's, in the currency of the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env.ref("base.EUR").sudo()
        cls.foreign.active = True
        cls.plan, __ = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.invoice = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def assert_total(self, amount, currency):
        self.assertEqual(self.cycle.amount_total, amount)
        self.assertEqual(self.cycle.invoice_currency_id, currency)
        field = self.cycle._fields["amount_total"]
        self.assertEqual(field.get_currency_field(self.cycle), "invoice_currency_id")

    def test_as_sold(self):
        self.assert_total(180.0, self.plan.currency_id)

    def test_the_accountant_changes_it(self):
        self.invoice.currency_id = self.foreign
        self.invoice.invoice_line_ids.price_unit = 40.0
        self.assert_total(160.0, self.foreign)
        self.assertEqual(self.cycle.currency_id, self.plan.currency_id)
        self.assertEqual(self.cycle.amount_untaxed, 180.0)  # what was sold

    def test_the_invoice_is_deleted(self):
        self.invoice.currency_id = self.foreign
        self.invoice.unlink()
        self.assert_total(180.0, self.plan.currency_id)

    def test_views_show_it_in_that_currency(self):
        """A monetary field needs its currency in the same view."""
        for model, view_type in (("pet.cycle", "list"), ("pet.cycle", "form")):
            arch = self.env[model].get_view(view_type=view_type)["arch"]
            self.assertIn('name="invoice_currency_id"', arch)
        arch = self.env["pet.plan"].get_view(view_type="form")["arch"]
        self.assertIn('name="invoice_currency_id"', arch)


class TestIncomeAccount(PetPlansCommon):
    """S3: without an income account the sale says which product and which company."""

    def lack_income_accounts(self):
        self.shop.sudo().income_account_id = False
        self.company_data["default_journal_sale"].sudo().default_account_id = False
        self.bath.sudo().with_company(self.shop).write(
            {"property_account_income_id": False}
        )
        self.bath.sudo().categ_id = False

    def test_sale(self):
        self.lack_income_accounts()
        plan = self.sell(confirm=False)
        with self.assert_refused(
            UserError, rf"Bath cannot be billed in {self.shop.name}"
        ):
            plan.action_confirm()
        self.assertEqual(plan.state, "draft")

    def test_a_journal_with_an_account_is_enough(self):
        self.lack_income_accounts()
        account = self.company_data["default_account_revenue"]
        self.company_data["default_journal_sale"].sudo().default_account_id = account
        plan = self.sell()
        self.assertEqual(self.invoices(plan).invoice_line_ids.account_id, account)

    def test_a_cycle_of_price_0_needs_none(self):
        self.lack_income_accounts()
        plan = self.sell(self.make_template([(self.bath, 12, 0.0)]))
        self.assertEqual(plan.state, "active")

    def test_a_visit_without_plan(self):
        """B4: its ordinary invoice says the same."""
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-02 13:00:00",
                "line_ids": [
                    Command.create({"product_id": self.bath.id, "price_unit": 45.0})
                ],
            }
        )
        visit.action_receive()
        self.lack_income_accounts()
        with self.assert_refused(UserError, "Bath cannot be billed in"):
            visit.action_create_invoice()
        self.assertFalse(visit.sudo().invoice_ids)
