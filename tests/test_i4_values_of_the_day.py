from datetime import date

from odoo import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import PetPlansCommon


class ValuesOfTheDayCommon(PetPlansCommon):
    """A package sold and booked on 2 January; its second invoice is due on 2 February.

    Its price holds 21% of tax.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.make_tax("tax_included")
        cls.bath.sudo().taxes_id = cls.tax
        cls.old_bank = cls.make_bank("OLD-1")
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.invoice = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    @classmethod
    def make_bank(cls, number):
        return (
            cls.env["res.partner.bank"]
            .sudo()
            .create(
                {
                    "acc_number": number,
                    "partner_id": cls.shop.partner_id.id,
                    "allow_out_payment": True,
                }
            )
        )

    def replace_bank(self):
        """Archive the bank account of the shop; return its new one."""
        self.old_bank.active = False
        return self.make_bank("NEW-2")

    def replace_tax(self, included="tax_included", amount=23.0):
        """Archive the tax of baths; return the one they have instead."""
        tax = self.make_tax(included, amount=amount)
        self.bath.sudo().taxes_id = tax
        self.tax.active = False
        return tax

    def add_invoice_address(self, **values):
        """Return a new invoice address of the customer."""
        return self.customer.sudo().create(
            {
                "name": "Accounts",
                "type": "invoice",
                "parent_id": self.customer.id,
                **values,
            }
        )

    def make_position(self, tax):
        """Return the position of the customer from now on: there is another tax."""
        position = (
            self.env["account.fiscal.position"]
            .sudo()
            .create({"name": "Abroad", "company_id": self.shop.id})
        )
        tax.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.set(self.bath.sudo().taxes_id.ids)],
            }
        )
        self.customer.sudo().with_company(
            self.shop
        ).property_account_position_id = position
        return position

    def run_on_the_day(self):
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.invoice.state, "posted", self.plan.billing_error)

    @property
    def line(self):
        return self.invoice.invoice_line_ids


class TestValuesOfTheDay(ValuesOfTheDayCommon):
    """I4: what belongs to the day of posting is taken on that day."""

    def test_the_bank_account(self):
        self.assertEqual(self.invoices(self.plan).partner_bank_id, self.old_bank)
        bank = self.replace_bank()
        self.run_on_the_day()
        self.assertEqual(self.invoices(self.plan)[:2].partner_bank_id, bank)

    def test_the_invoice_address(self):
        self.assertEqual(self.invoice.partner_id, self.customer)
        address = self.add_invoice_address()
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_id, address)
        self.assertFalse(self.invoice.invoice_payment_term_id)
        self.assertEqual(self.invoice.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(self.receivable_dates(self.invoice), [date(2026, 2, 2)])

    def test_the_delivery_address(self):
        address = self.add_invoice_address(type="delivery")
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_id, self.customer)
        self.assertEqual(self.invoice.partner_shipping_id, address)

    def test_a_tax_that_was_replaced(self):
        tax = self.replace_tax()
        self.run_on_the_day()
        self.assertEqual(self.line.tax_ids, tax)
        self.assertEqual(self.line.price_unit, 45.0)
        self.assertEqual(self.invoice.amount_total, 180.0)
        self.assertEqual(self.invoice.amount_tax, 33.66)

    def test_a_tax_replaced_by_one_on_top(self):
        """The tax changes, never the price sold."""
        tax = self.replace_tax("tax_excluded", amount=10.0)
        self.run_on_the_day()
        self.assertEqual(self.line.tax_ids, tax)
        self.assertEqual(self.line.price_unit, 45.0)
        self.assertEqual(self.invoice.amount_total, 198.0)

    def test_a_tax_that_was_archived(self):
        self.tax.active = False
        self.run_on_the_day()
        self.assertFalse(self.line.tax_ids)
        self.assertEqual(self.invoice.amount_total, 180.0)

    def test_a_fiscal_position_that_takes_an_included_tax_away(self):
        """The price is adapted as Odoo does it on an invoice."""
        free = self.make_tax("tax_excluded", amount=0.0)
        position = self.make_position(free)
        self.run_on_the_day()
        self.assertEqual(self.invoice.fiscal_position_id, position)
        self.assertEqual(self.line.tax_ids, free)
        self.assertAlmostEqual(self.line.price_unit, 45.0 / 1.21)
        self.assertEqual(self.invoice.amount_total, 148.76)
        self.assertEqual(self.cycle.amount_untaxed, 180.0)  # sold is sold

    def test_as_odoos_own_button_on_an_invoice(self):
        """The same as *Update Taxes and Accounts* makes of it."""
        self.make_position(self.make_tax("tax_excluded", amount=0.0))
        twin = self.invoice.copy()
        twin.write({"fiscal_position_id": self.customer.property_account_position_id})
        twin.action_update_fpos_values()
        self.run_on_the_day()
        self.assertEqual(self.line.price_unit, twin.invoice_line_ids.price_unit)
        self.assertEqual(self.invoice.amount_total, twin.amount_total)

    def test_a_fiscal_position_with_another_included_tax(self):
        six = self.make_tax("tax_included", amount=6.0)
        self.make_position(six)
        self.run_on_the_day()
        self.assertEqual(self.line.tax_ids, six)
        self.assertAlmostEqual(self.line.price_unit, 45.0 / 1.21 * 1.06, 2)

    def test_a_fiscal_position_that_the_draft_had_already(self):
        """The price was typed for it: it is not adapted a second time."""
        self.make_position(self.make_tax("tax_excluded", amount=0.0))
        plan, __ = self.sell_worked_example()
        before = self.invoices(plan).mapped("amount_total")
        self.clock.move_to("2026-03-02 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.invoices(plan).mapped("state"), ["posted"] * 3)
        self.assertEqual(self.invoices(plan).mapped("amount_total"), before)

    def test_a_fiscal_position_that_was_changed_itself(self):
        """It has a tax for baths since."""
        position = self.make_position(self.make_tax("tax_excluded", amount=7.0))
        position.tax_ids.original_tax_ids = False
        plan, __ = self.sell_worked_example()
        self.assertEqual(self.invoices(plan).invoice_line_ids.tax_ids, self.tax)
        free = self.make_tax("tax_excluded", amount=0.0)
        free.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.set(self.tax.ids)],
            }
        )
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_posting_job()
        line = self.invoices(plan)[1].invoice_line_ids
        self.assertEqual(line.tax_ids, free)
        self.assertAlmostEqual(line.price_unit, 45.0 / 1.21)

    def test_an_income_account_that_was_replaced(self):
        old = self.line.account_id
        new = old.sudo().copy()
        self.bath.sudo().with_company(self.shop).property_account_income_id = new
        old.sudo().active = False
        self.run_on_the_day()
        self.assertEqual(self.line.account_id, new)

    def test_a_receivable_account_that_was_replaced(self):
        lines = self.invoice.line_ids
        term = lines.filtered(lambda line: line.display_type == "payment_term")
        new = term.account_id.sudo().copy()
        self.customer.sudo().with_company(
            self.shop
        ).property_account_receivable_id = new
        term.account_id.sudo().active = False
        self.run_on_the_day()
        self.assertEqual(term.account_id, new)

    def test_lines_pet_and_cycle_stay_as_sold(self):
        self.replace_tax()
        self.replace_bank()
        self.add_invoice_address()
        lines, names = self.line, self.line.mapped("name")
        self.bath.sudo().write({"name": "Shampoo", "list_price": 99.0})
        self.customer.sudo().lang = "en_US"
        self.run_on_the_day()
        self.assertEqual(self.line, lines)
        self.assertEqual(self.line.mapped("name"), names)
        self.assertEqual(self.line.mapped("price_unit"), [45.0])
        self.assertEqual(self.invoice.pet_id, self.luna)
        self.assertEqual(self.invoice.pet_cycle_id, self.cycle)
        self.assertEqual(self.invoice.invoice_origin, self.plan.name)
        self.assertFalse(self.invoice.is_manually_modified)

    def test_nothing_changed(self):
        before = self.invoice.read(
            ["partner_id", "partner_bank_id", "fiscal_position_id", "amount_total"]
        )
        self.run_on_the_day()
        self.assertEqual(
            self.invoice.read(
                ["partner_id", "partner_bank_id", "fiscal_position_id", "amount_total"]
            ),
            before,
        )


class TestDoors(ValuesOfTheDayCommon):
    """I4: by whichever door a draft is posted."""

    def change_all(self):
        return self.replace_bank(), self.replace_tax(), self.add_invoice_address()

    def assert_taken(self, invoice, bank, tax, address):
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.partner_bank_id, bank)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
        self.assertEqual(invoice.partner_id, address)

    def test_odoos_own_button(self):
        changes = self.change_all()
        self.invoice.action_post()
        self.assert_taken(self.invoice, *changes)

    def test_post_and_pay(self):
        """The dialog asks for what the invoice will come to."""
        bank, address = self.replace_bank(), self.add_invoice_address()
        tax = self.replace_tax("tax_excluded", amount=10.0)
        action = self.cycle.with_user(self.accountant).action_pay()
        dialog = Form(
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        self.assertEqual(dialog.amount, 198.0)
        self.assertEqual(self.invoice.state, "draft")
        dialog.save().action_create_payments()
        self.assert_taken(self.invoice, bank, tax, address)
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_a_dialog_that_was_discarded_leaves_nothing_for_good(self):
        """The position that was taken is taken back: the price is as typed again."""
        free = self.make_tax("tax_excluded", amount=0.0)
        self.make_position(free)
        self.cycle.with_user(self.accountant).action_pay()
        self.assertAlmostEqual(self.line.price_unit, 45.0 / 1.21)
        self.customer.sudo().with_company(
            self.shop
        ).property_account_position_id = False
        self.run_on_the_day()
        self.assertEqual(self.line.tax_ids, self.tax)
        self.assertEqual(self.line.price_unit, 45.0)

    def test_several_by_odoos_list(self):
        changes = self.change_all()
        bills = self.invoices(self.plan).with_user(self.accountant)
        bills.action_post()
        for bill in bills:
            self.assert_taken(bill, *changes)

    @mute_logger("odoo.addons.pet_plans.models.pet_cycle")
    def test_one_that_fails_does_not_stop_the_others(self):
        """I1: what a person chose and archived is theirs to mend."""
        bank = self.make_bank("CHOSEN-3")
        self.invoices(self.plan)[0].with_user(self.accountant).partner_bank_id = bank
        bank.active = False
        changes = self.change_all()
        self.run_on_the_day()
        self.assert_taken(self.invoice, *changes)
        self.assertEqual(self.invoices(self.plan)[0].state, "draft")
        self.assertIn("archived", self.plan.billing_error)

    def test_money_on_a_draft_stays_on_it(self):
        """C6: a part was paid; the tax changes the total."""
        action = self.invoice.action_force_register_payment()
        self.env[action["res_model"]].with_user(self.accountant).with_context(
            **action["context"]
        ).create({"amount": 100.0}).action_create_payments()
        self.assertEqual(self.invoice.state, "draft")
        tax = self.replace_tax("tax_excluded", amount=10.0)
        self.run_on_the_day()
        self.assertEqual(self.line.tax_ids, tax)
        self.assertEqual(self.invoice.amount_residual, 98.0)
        self.assertEqual(self.invoice.payment_state, "partial")

    def test_an_invoice_of_no_cycle_is_odoos(self):
        other = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_line_ids": [
                        Command.create({"product_id": self.bath.id, "price_unit": 45.0})
                    ],
                }
            )
        )
        self.replace_tax()
        other.action_post()
        self.assertEqual(other.invoice_line_ids.tax_ids, self.tax)

    def test_what_was_posted_before_is_a_correction(self):
        """I1: what an accountant reset is theirs: it keeps the values of its day."""
        self.invoice.action_post()
        self.invoice.button_draft()
        self.replace_tax()
        self.add_invoice_address()
        self.invoice.action_post()
        self.assertEqual(self.line.tax_ids, self.tax)
        self.assertEqual(self.invoice.partner_id, self.customer)

    def test_drafts_that_were_made_again(self):
        """I3: *Create invoice*, and Odoo's *Reverse and Create Invoice*."""
        self.invoice.button_cancel()
        self.cycle.with_user(self.accountant).action_create_invoice()
        bills = self.cycle.sudo().invoice_id
        first = self.invoices(self.plan)[0].with_user(self.accountant)
        self.post(first)
        self.env["account.move.reversal"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=first.ids
        ).create({"journal_id": first.journal_id.id}).modify_moves()
        bills |= self.plan.cycle_ids.sorted("sequence")[0].sudo().invoice_id
        self.assertEqual(bills.mapped("state"), ["draft"] * 2)
        changes = self.change_all()
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_posting_job()
        for bill in bills:
            self.assert_taken(bill, *changes)

    def test_what_was_carried_into_a_period(self):
        """X6: the line that came later ages like the others."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=1)
        )
        renewal = self.carry(plan)
        bill = self.invoices(renewal)[0]
        self.assertEqual(len(bill.invoice_line_ids), 2)
        tax = self.replace_tax()
        self.post(bill)
        self.assertEqual([line.tax_ids for line in bill.invoice_line_ids], [tax] * 2)


class TestWhatAPersonEdited(ValuesOfTheDayCommon):
    """I4: what a person has edited stays."""

    def test_the_bank_account(self):
        chosen = self.make_bank("CHOSEN-3")
        self.invoice.partner_bank_id = chosen
        self.replace_bank()
        address = self.add_invoice_address()
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_bank_id, chosen)
        self.assertEqual(self.invoice.partner_id, address)

    def test_the_customer(self):
        self.invoice.partner_id = self.neighbour
        self.add_invoice_address()
        bank = self.replace_bank()
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_id, self.neighbour)
        self.assertEqual(self.invoice.partner_bank_id, bank)

    def test_the_position_of_the_customer_a_person_chose(self):
        """It is proposed by Odoo, not chosen: it ages too."""
        with Form(self.invoice) as form:
            form.partner_id = self.neighbour
        free = self.make_tax("tax_excluded", amount=0.0)
        position = self.make_position(free)
        self.customer.sudo().property_account_position_id = False
        self.neighbour.sudo().with_company(
            self.shop
        ).property_account_position_id = position
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_id, self.neighbour)
        self.assertEqual(self.invoice.fiscal_position_id, position)
        self.assertEqual(self.line.tax_ids, free)

    def test_the_fiscal_position(self):
        chosen = (
            self.env["account.fiscal.position"]
            .sudo()
            .create({"name": "Chosen", "company_id": self.shop.id})
        )
        self.invoice.fiscal_position_id = chosen
        self.make_position(self.make_tax("tax_excluded", amount=0.0))
        self.run_on_the_day()
        self.assertEqual(self.invoice.fiscal_position_id, chosen)
        self.assertFalse(self.line.tax_ids)  # as a position without taxes has it

    def test_the_tax_of_a_line(self):
        chosen = self.make_tax("tax_excluded", amount=5.0)
        self.invoice.write(
            {
                "invoice_line_ids": [
                    Command.update(self.line.id, {"tax_ids": [Command.set(chosen.ids)]})
                ]
            }
        )
        self.replace_tax()
        self.run_on_the_day()
        self.assertEqual(self.line.tax_ids, chosen)
        self.assertEqual(self.line.price_unit, 45.0)

    def test_the_price(self):
        with Form(self.invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.price_unit = 40.0
        tax = self.replace_tax()
        self.run_on_the_day()
        self.assertEqual(self.line.price_unit, 40.0)
        self.assertEqual(self.line.tax_ids, tax)

    def test_the_price_is_adapted_where_an_included_tax_is_taken_away(self):
        with Form(self.invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.price_unit = 40.0
        self.make_position(self.make_tax("tax_excluded", amount=0.0))
        self.run_on_the_day()
        self.assertAlmostEqual(self.line.price_unit, 40.0 / 1.21)

    def test_a_line_of_theirs(self):
        chosen = self.make_tax("tax_excluded", amount=5.0)
        self.invoice.write(
            {
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.bath.id,
                            "name": "A bow",
                            "price_unit": 10.0,
                            "tax_ids": [Command.set(chosen.ids)],
                        }
                    )
                ]
            }
        )
        tax = self.replace_tax()
        self.run_on_the_day()
        bow = self.line.filtered(lambda line: line.name == "A bow")
        self.assertEqual(bow.tax_ids, chosen)
        self.assertEqual((self.line - bow).tax_ids, tax)

    def test_the_note_to_the_customer(self):
        self.invoice.narration = "Thank you"
        self.add_invoice_address()
        self.run_on_the_day()
        self.assertIn("Thank you", self.invoice.narration)


class TestOlderDrafts(ValuesOfTheDayCommon):
    """I4: of drafts from before this version nobody knows what Odoo proposed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE account_move SET pet_proposals = NULL")
        cls.env.invalidate_all()

    def test_nobody_edited_it(self):
        bank, tax, address = (
            self.replace_bank(),
            self.replace_tax(),
            self.add_invoice_address(),
        )
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_bank_id, bank)
        self.assertEqual(self.invoice.partner_id, address)
        self.assertEqual(self.line.tax_ids, tax)

    def test_somebody_edited_it(self):
        """All stays, but an archived account, which nobody can have wanted."""
        self.invoice.ref = "PO 7"
        bank = self.replace_bank()
        self.replace_tax()
        self.add_invoice_address()
        self.run_on_the_day()
        self.assertEqual(self.invoice.partner_bank_id, bank)
        self.assertEqual(self.invoice.partner_id, self.customer)
        self.assertEqual(self.line.tax_ids, self.tax)
