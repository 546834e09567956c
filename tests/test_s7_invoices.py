from datetime import date, datetime

from odoo import Command

from .common import PetPlansCommon


class TestInvoices(PetPlansCommon):
    """S7: the draft invoices are what an accountant expects of Odoo."""

    def first_invoice(self, plan):
        return self.invoices(plan)[:1].with_user(self.accountant)

    def make_partner(self, **values):
        return self.env["res.partner"].sudo().create(values)

    def sell_to(self, customer, lines=None, **terms):
        """Sell a package of which one visit is booked to a new pet of a customer."""
        pet = self._make_pet("Bolt", partner_id=customer.id)
        plan = self.sell(self.make_template(lines, **terms), pet=pet)
        plan.book(self.weekly(1))
        return plan

    def assert_due(self, invoice, day):
        """Check that header and receivable lines carry one and the same due date."""
        self.assertEqual(invoice.invoice_date_due, day)
        self.assertEqual(self.receivable_dates(invoice), [day])

    # --- Who and what ----------------------------------------------------------

    def test_invoice_says_where_it_comes_from(self):
        plan = self.sell(user_id=self.manager.id)
        invoice = self.first_invoice(plan)
        self.assertRecordValues(
            invoice,
            [
                {
                    "move_type": "out_invoice",
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "company_id": self.shop.id,
                    "invoice_origin": plan.name,
                    "pet_id": self.luna.id,
                    "pet_plan_id": plan.id,
                    "pet_cycle_id": plan.cycle_ids.sorted("sequence")[0].id,
                    "invoice_user_id": self.manager.id,
                }
            ],
        )
        self.assertEqual(invoice.journal_id.type, "sale")

    def test_goes_to_the_customers_invoice_address(self):
        office = self.make_partner(
            name="Ana's office", type="invoice", parent_id=self.customer.id
        )
        invoice = self.first_invoice(self.sell())
        self.assertEqual(invoice.partner_id, office)
        self.assertEqual(invoice.commercial_partner_id, self.customer)

    def test_lines_name_service_pet_plan_and_cycle(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        names = self.invoices(plan)[1].invoice_line_ids.mapped("name")
        cycle = f"cycle 2 of 3 of {plan.name} Weekly baths, for Luna"
        self.assertEqual(
            names,
            [
                f"{service}\n{sessions}, {cycle}"
                for service, sessions in (
                    ("Bath", "4 sessions"),
                    ("Grooming", "1 session"),
                )
            ],
        )

    def test_line_of_a_plan_names_its_period(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2)
        )
        self.assertEqual(
            self.invoices(plan)[1].invoice_line_ids.name,
            "Bath\n4 sessions, Feb 1, 2026 to Feb 28, 2026 (period 2 of 2) of "
            f"{plan.name} Weekly baths, for Luna",
        )

    def test_line_of_a_shared_plan_says_all_pets(self):
        plan = self.sell(pet=self.env["pet.pet"])
        invoice = self.first_invoice(plan)
        self.assertIn("all pets", invoice.invoice_line_ids.name)
        self.assertFalse(invoice.pet_id)

    def test_line_carries_the_sales_description_of_the_product(self):
        self.bath.sudo().description_sale = "With conditioner"
        name = self.first_invoice(self.sell()).invoice_line_ids.name
        self.assertRegex(name, "^Bath\nWith conditioner\n4 sessions, ")

    # --- Taxes, account, currency ------------------------------------------------

    def test_taxes_and_account_are_the_products(self):
        taxed = self.product_a.with_env(self.env)
        plan = self.sell(self.make_template([(taxed, 12, 100.0)]))
        line = self.first_invoice(plan).invoice_line_ids
        self.assertEqual(line.tax_ids, self.tax_sale_a)
        self.assertEqual(line.account_id, self.company_data["default_account_revenue"])
        cycle = plan.cycle_ids.sorted("sequence")[0]
        self.assertEqual(cycle.amount_untaxed, 400.0)
        self.assertEqual(cycle.amount_total, 460.0)

    def test_fiscal_position_of_the_customer_maps_taxes_and_account(self):
        taxed = self.product_a.with_env(self.env)
        plan = self.sell_to(self.partner_b, [(taxed, 12, 100.0)])
        invoice = self.first_invoice(plan)
        self.assertEqual(invoice.fiscal_position_id, self.fiscal_pos_a)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax_sale_b)
        self.assertEqual(
            invoice.invoice_line_ids.account_id,
            self.product_b.property_account_income_id,
        )
        self.assertEqual(invoice.amount_untaxed, 400.0)

    def test_currency_is_the_plans(self):
        crowns = self.env["res.currency"].sudo().create({"name": "CWN", "symbol": "c"})
        draft = self.sell(confirm=False)
        self.assertEqual(draft.currency_id, self.shop.currency_id)
        draft.currency_id = crowns
        draft.action_confirm()
        self.assertEqual(self.invoices(draft).currency_id, crowns)
        self.assertEqual(self.invoices(draft).mapped("amount_untaxed"), [180.0] * 3)

    # --- The due date is ours ------------------------------------------------------

    def test_customers_payment_term_does_not_take_the_due_date(self):
        for customer in (self.partner_a, self.partner_b):
            self.assertTrue(customer.property_payment_term_id)
            with self.subTest(term=customer.property_payment_term_id.name):
                plan = self.sell_to(customer, due_offset_days=3)
                invoice = self.first_invoice(plan)
                self.assertFalse(invoice.invoice_payment_term_id)
                self.assert_due(invoice, date(2026, 1, 8))

    def test_default_payment_term_does_not_take_the_due_date(self):
        """As an accountant sets it for all new invoices of the shop."""
        self.env["ir.default"].sudo().set(
            "account.move",
            "invoice_payment_term_id",
            self.pay_terms_b.id,
            company_id=self.shop.id,
        )
        invoice = self.first_invoice(self.sell_to(self.customer, due_offset_days=3))
        self.assertFalse(invoice.invoice_payment_term_id)
        self.assert_due(invoice, date(2026, 1, 8))
        invoice.button_cancel()
        invoice.pet_cycle_id.with_user(self.accountant).action_create_invoice()
        again = invoice.pet_cycle_id.invoice_id
        self.assertNotEqual(again, invoice)
        self.assertFalse(again.invoice_payment_term_id)

    def test_due_date_survives_posting(self):
        for moment in ("2026-01-01 12:00", "2026-01-08 12:00", "2026-02-20 12:00"):
            with self.subTest(posted=moment):
                plan = self.sell_to(self.partner_b, due_offset_days=3)
                invoice = self.first_invoice(plan)
                self.clock.move_to(moment)
                invoice.action_post()
                self.assertEqual(invoice.state, "posted")
                self.assertFalse(invoice.invoice_payment_term_id)
                self.assert_due(invoice, date(2026, 1, 8))

    def test_due_date_survives_another_partner_on_the_draft(self):
        invoice = self.first_invoice(self.sell_to(self.customer, due_offset_days=3))
        invoice.partner_id = self.partner_b
        self.assertFalse(invoice.invoice_payment_term_id)
        self.assert_due(invoice, date(2026, 1, 8))
        invoice.action_post()
        self.assert_due(invoice, date(2026, 1, 8))

    def test_due_date_survives_edited_lines_and_invoice_date(self):
        invoice = self.first_invoice(self.sell_to(self.partner_b, due_offset_days=3))
        invoice.invoice_date = "2026-01-20"
        invoice.write(
            {
                "invoice_line_ids": [
                    Command.update(invoice.invoice_line_ids.id, {"price_unit": 50.0})
                ]
            }
        )
        self.assert_due(invoice, date(2026, 1, 8))

    def test_due_date_survives_part_payment_and_reset_to_draft(self):
        invoice = self.first_invoice(self.sell_to(self.partner_b, due_offset_days=3))
        self.pay(invoice, amount=10.0)
        self.assertEqual(invoice.payment_state, "partial")
        self.assert_due(invoice, date(2026, 1, 8))
        invoice.button_draft()
        invoice.action_post()
        self.assert_due(invoice, date(2026, 1, 8))

    def test_term_of_other_invoices_is_left_alone(self):
        invoice = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create({"move_type": "out_invoice", "partner_id": self.partner_b.id})
        )
        self.assertEqual(invoice.invoice_payment_term_id, self.pay_terms_b)

    # --- Price 0 -------------------------------------------------------------------

    def test_plan_of_price_0_makes_no_invoice(self):
        gifts = {
            "price": self.make_template([(self.bath, 12, 0.0)]),
            "discount": self.make_template([(self.bath, 12, 45.0, 100.0)]),
            "plan": self.make_template([(self.bath, 4, 0.0)], kind="plan"),
        }
        for gift, template in gifts.items():
            with self.subTest(gift=gift):
                plan = self.sell(template)
                self.assertEqual(plan.amount_total, 0.0)
                self.assertFalse(plan.sudo().invoice_ids)
                self.assertNotIn("closed", plan.cycle_ids.mapped("state"))
                visit = plan.book([datetime(2026, 1, 5, 9)])
                self.assertEqual(visit.cycle_id.state, "scheduled")
