from odoo import Command
from odoo.tests import Form

from .cashier import make_currency
from .test_x7_credit_notes import CancelPlanCommon


class TestEditedAmount(CancelPlanCommon):
    """I3, S6: who edits a plan's invoice is told what the plan comes to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.first, cls.second, cls.third = cls.invoices(cls.plan).with_user(
            cls.accountant
        )

    def save(self):
        """Do what a request does at its end; return what it told the plan."""
        before = self.plan.sudo().message_ids
        self.env.flush_all()
        self.env.cr.precommit.run()
        new = self.plan.sudo().message_ids - before
        return [
            line.replace("\xa0", " ").replace("&nbsp;", " ")
            for body in new.mapped("body")
            for line in str(body).removeprefix("<p>").removesuffix("</p>").split("\n")
        ]

    def note(self, invoice):
        self.env.invalidate_all()
        return (invoice.pet_amount_note or "").replace("\xa0", " ")

    def test_while_it_is_edited(self):
        with Form(self.second) as form:
            self.assertFalse(form.pet_amount_note)
            with form.invoice_line_ids.edit(0) as line:
                line.price_unit = 42.5
            self.assertEqual(
                form.pet_amount_note.replace("\xa0", " "),
                f"{self.plan.name} / 2 was sold for $ 180.00; this invoice bills "
                "$ 170.00: the plan comes to $ 530.00 instead of $ 540.00.",
            )
        (text,) = self.save()
        self.assertEqual(
            text,
            f"The invoice of {self.plan.name} / 2 was changed from $ 180.00 to "
            f"$ 170.00. {self.note(self.second)}",
        )

    def test_once_whatever_is_edited(self):
        """One message per change of amount, not per line; none without a change."""
        (line,) = self.second.invoice_line_ids
        line.quantity = 2
        line.price_unit = 80.0
        self.second.invoice_line_ids = [
            Command.create({"product_id": self.bath.id, "price_unit": 10.0})
        ]
        (text,) = self.save()
        self.assertIn("changed from $ 180.00 to $ 170.00", text)
        self.second.invoice_line_ids[1].unlink()
        line.price_unit = 85.0
        line.name = "Two baths"
        self.assertFalse(self.save())

    def test_back_to_what_was_sold(self):
        self.second.invoice_line_ids.price_unit = 40.0
        self.save()
        self.second.invoice_line_ids.price_unit = 45.0
        (text,) = self.save()
        self.assertIn("from $ 160.00 to $ 180.00. That is what it was sold for", text)
        self.assertFalse(self.note(self.second))

    def test_the_others_as_they_stand(self):
        self.first.button_cancel()
        self.third.invoice_line_ids.price_unit = 50.0
        self.second.invoice_line_ids.price_unit = 40.0
        self.assertIn("comes to $ 360.00 instead of $ 380.00", self.note(self.second))
        self.assertEqual(len(self.save()), 2)

    def test_posted(self):
        self.second.invoice_line_ids.price_unit = 40.0
        self.save()
        self.post(self.second)
        self.assertIn("bills $ 160.00", self.note(self.second))
        self.assertFalse(self.save())

    def test_without_an_edit_nothing_is_said(self):
        self.post(self.first)
        self.second.invoice_date_due = "2026-02-20"
        self.assertFalse(self.save())
        self.assertFalse(self.note(self.first))

    def test_taxes_on_top(self):
        self.second.invoice_line_ids.tax_ids = self.make_tax("tax_excluded")
        self.assertFalse(self.note(self.second))
        self.assertFalse(self.save())
        self.second.invoice_line_ids.price_unit = 40.0
        self.assertTrue(self.note(self.second).endswith(" Taxes come on top."))

    def test_an_included_tax_that_is_taken_away(self):
        """I4: the price is adapted, and is what was sold."""
        tax = self.make_tax("tax_included")
        self.bath.sudo().taxes_id = tax
        plan = self.sell()
        invoice = self.invoices(plan)[0].with_user(self.accountant)
        other = self.make_tax("tax_excluded", amount=0.0)
        position = self.env["account.fiscal.position"].sudo()
        position = position.create({"name": "Abroad", "company_id": self.shop.id})
        other.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(tax.id)],
            }
        )
        self.customer.sudo().with_company(
            self.shop
        ).property_account_position_id = position
        self.post(invoice)
        self.assertLess(invoice.amount_total, 180.0)
        self.assertFalse(self.note(invoice))

    def test_in_another_currency(self):
        self.second.currency_id = make_currency(self.env, "TST", 2.0)
        self.assertIn("in another currency", self.note(self.second))
        self.assertNotIn("the plan comes to", self.note(self.second))

    def test_what_the_plan_cuts_itself_is_no_edit(self):
        """X7: the cancellation has told what the draft bills."""
        self.serve(self.plan, "01-05")
        self.save()
        self.cancel(self.plan, "2026-01-12")
        self.assertEqual(self.first.amount_total, 45.0)
        self.assertFalse([text for text in self.save() if "was changed" in text])
        self.assertFalse(self.note(self.first))
