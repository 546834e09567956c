from datetime import date, datetime

from odoo.tests import Form

from .changes import ChangeCase


class TestMoney(ChangeCase):
    """S14: one preview in money, to the cent what is made of it."""

    def open_form(self, plan):
        model = self.env["pet.plan.change"].with_context(default_plan_id=plan.id)
        return Form(model)

    def test_taxes_on_top_and_included(self):
        for kind, first in (("tax_excluded", 387.2), ("tax_included", 320.0)):
            with self.subTest(kind), self.undoing():
                self.bath.sudo().taxes_id = self.make_tax(kind)
                plan = self.sell_used()
                self.clock.move_to("2026-01-10 12:00:00")
                wizard = self.open_change(plan)
                self.assertEqual(wizard.amount_first, first)
                self.assertEqual(
                    wizard.amount_credited,
                    163.35 if kind == "tax_excluded" else 135.0,
                )
                self.change(plan)

    def test_the_fiscal_position_of_the_customer(self):
        tax = self.make_tax("tax_excluded")
        self.bath.sudo().taxes_id = tax
        position = (
            self.env["account.fiscal.position"]
            .sudo()
            .create({"name": "Abroad", "company_id": self.shop.id})
        )
        other = self.make_tax("tax_excluded", amount=5.0)
        other.write({"fiscal_position_ids": position.ids, "original_tax_ids": tax.ids})
        customer = self.customer.sudo().with_company(self.shop)
        customer.property_account_position_id = position
        plan = self.sell(self.four)
        self.assertEqual(self.invoices(plan)[0].amount_total, 189.0)
        wizard = self.open_change(plan, day="2026-01-02")
        self.assertEqual(wizard.amount_first, 336.0)
        self.change(plan, day="2026-01-02")

    def test_price_of_the_pet_today(self):
        """S9: by its size, and said which row it took."""
        self.eight.with_user(self.manager).line_ids.price_ids = [
            (0, 0, {"size": "large", "price_unit": 50.0})
        ]
        self.luna.size = "large"
        plan = self.sell_used()
        self.clock.move_to("2026-01-10 12:00:00")
        wizard = self.open_change(plan)
        self.assertEqual(wizard.price, 1200.0)
        self.assertEqual(wizard.old_price, 540.0)
        self.assertIn("Large", wizard.price_rows)
        new = self.change(plan)
        self.assertEqual(new.amount_total, 1200.0)

    def test_the_dialog(self):
        """What reception sees before it chose, and once it has."""
        plan = self.sell_used()
        plan.book([datetime(2026, 1, 12, 9)])
        self.clock.move_to("2026-01-10 12:00:00")
        form = self.open_form(plan)
        self.assertEqual(form.date, date(2026, 1, 10))
        self.assertFalse(form.difference_text)
        form.template_id = self.eight
        self.assertEqual(form.amount_difference, 185.0)
        self.assertEqual(len(form.visit_ids), 1)
        self.assertFalse(form.is_ahead)
        form.date = date(2026, 1, 20)
        self.assertTrue(form.is_ahead)
        self.assertEqual(len(form.visit_ids), 0)
        form.date = date(2026, 1, 10)
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(plan.renewed_by_id.cycle_ids[0].booked, 1.0)

    def test_a_plan_to_begin_is_changed_from_its_start(self):
        plan = self.sell(self.four, date_start="2026-01-20")
        form = self.open_form(plan)
        self.assertEqual(form.date, date(2026, 1, 20))

    def test_invoices_of_the_old_as_in_a_cancellation(self):
        plan = self.sell_used()
        self.clock.move_to("2026-01-10 12:00:00")
        rows = self.open_change(plan).line_ids
        self.assertEqual(
            rows.mapped("effect"), ["credit", "cancel_draft", "cancel_draft"]
        )
        self.assertEqual(rows.mapped("amount_credited"), [135.0, 0.0, 0.0])

    def test_nothing_to_pay(self):
        plan = self.sell(self.four)
        self.pay(self.invoices(plan)[0])
        same = self.make_monthly(4, 45.0, name="The same for 6 months")
        wizard = self.open_change(plan, same, day="2026-01-02")
        self.assertEqual(wizard.amount_difference, 0.0)
        self.assertEqual(wizard.difference_text, "Nothing to pay of the first invoice")

    def test_an_offer_of_price_0(self):
        """The credit is the customer's: no invoice waits for it."""
        plan = self.sell_used()
        free = self.make_monthly(4, 0.0, name="Free")
        new = self.change(plan, free)
        self.assertFalse(self.credits(plan).pet_credited_cycle_id)
        self.assertFalse(new.credit_text)

    def test_of_many_visits_no_more_queries(self):
        counts = []
        for count in (2, 8):
            with self.undoing():
                plan = self.sell(self.eight)
                self.pay(self.invoices(plan)[0])
                plan.book(self.weekly(1, "2026-01-12 09:00:00"))
                plan.book([datetime(2026, 1, 13, hour) for hour in range(1, count)])
                wizard = self.open_change(plan, self.package, day="2026-01-02")
                counts.append(self.count_queries(wizard.action_apply))
        self.assertLessEqual(counts[1], counts[0] + 2)
