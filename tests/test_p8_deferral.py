from datetime import date

from odoo import Command

from .cashier import make_currency
from .deferral import DeferralCommon


class TestDeferral(DeferralCommon):
    """P8: what is billed and not used at a month's end is set aside for a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 12 baths at 45.00: 4 in January, 4 in February, 4 in March
        cls.plan, cls.visits = cls.sell_worked_example()

    def bill_and_serve_january(self):
        self.post(self.invoices(self.plan))
        self.serve_on(self.plan, "01-05", "01-12", "01-19", "01-26")
        self.move_to("02-02")

    # --- The entries -------------------------------------------------------------

    def test_entry(self):
        self.bill_and_serve_january()
        liability = self.defer(1)
        entry = self.entry(liability)
        self.assertEqual(
            self.lines(entry), [(self.income, 360, 0), (self.deferred, 0, 360)]
        )
        self.assertEqual((entry.state, entry.move_type), ("draft", "entry"))
        self.assertEqual(entry.date, date(2026, 1, 31))
        self.assertEqual(
            (entry.journal_id, entry.company_id), (self.journal, self.shop)
        )
        self.assertEqual(entry.ref, "Deferred revenue of pet plans, January 2026")
        self.assertEqual(
            entry.line_ids.sorted("id").mapped("name"),
            [
                "Deferred revenue of pet plans, January 2026: 1 plan",
                "Deferred revenue of pet plans, January 2026",
            ],
        )

    def test_reversal(self):
        self.bill_and_serve_january()
        liability = self.defer(1)
        entry, reversal = self.entry(liability), self.reversal(liability)
        self.assertEqual(
            self.lines(reversal), [(self.income, 0, 360), (self.deferred, 360, 0)]
        )
        self.assertEqual((reversal.state, reversal.auto_post), ("draft", "no"))
        self.assertEqual(reversal.date, date(2026, 2, 1))
        self.assertEqual(reversal.reversed_entry_id, entry)
        self.assertEqual(
            reversal.ref, "Reversal of: Deferred revenue of pet plans, January 2026"
        )

    def test_it_opens_both(self):
        self.bill_and_serve_january()
        liability = self.report(1)
        action = liability.action_defer()
        found = self.env[action["res_model"]].sudo().search(action["domain"])
        self.assertEqual(found, liability.sudo().deferral_move_ids)
        self.assertEqual((liability.deferral_count, len(found)), (2, 2))

    def test_status(self):
        self.bill_and_serve_january()
        liability = self.report(1)
        self.assertFalse(liability.deferral_status)
        liability.action_defer()
        self.assertEqual(liability.deferral_status, "2 draft")
        self.entry(liability).action_post()
        self.assertEqual(liability.deferral_status, "1 posted, 1 draft")
        self.reversal(liability).action_post()
        self.assertEqual(liability.deferral_status, "2 posted")

    def test_it_takes_the_numbers_of_today(self):
        """A visit that was entered after the report counts all the same."""
        self.post(self.invoices(self.plan))
        self.serve_on(self.plan, "01-05", "01-12", "01-19")
        self.move_to("02-02")
        liability = self.report(1)
        self.assertEqual(liability.liability_total, 405)
        self.visit_on(self.plan, "01-26").action_receive()
        liability.action_defer()
        self.assertEqual(liability.liability_total, 360)
        self.assertEqual(sum(self.entry(liability).line_ids.mapped("debit")), 360)

    def test_what_is_not_billed_yet_stays_out(self):
        """Served ahead of its invoice: below zero, and shown apart (P7)."""
        self.post(self.invoices(self.plan))
        self.serve_sessions(self.sell(), 2)
        self.move_to("02-02")
        liability = self.defer(1)
        self.assertEqual(liability.unbilled_total, 90)
        self.assertEqual(sum(self.entry(liability).line_ids.mapped("debit")), 540)

    def test_what_was_carried_over_stays_out(self):
        """K6: nobody billed it here."""
        self.env["pet.carry.over"].create(
            {
                "pet_id": self.rex.id,
                "product_id": self.bath.id,
                "sessions_left": 5,
                "unit_value": 40.0,
                "reason": "Left over",
            }
        ).action_apply()
        self.bill_and_serve_january()
        liability = self.defer(1)
        self.assertEqual(liability.carried_over_total, 200)
        self.assertEqual(sum(self.entry(liability).line_ids.mapped("debit")), 360)

    # --- Month after month ---------------------------------------------------------

    def close(self, month):
        """Defer a month, post both entries; return the `pet.liability`."""
        liability = self.defer(month)
        liability.deferral_move_ids.action_post()
        return liability

    def test_a_life(self):
        """At each month's end the account holds the liability; at the end nothing."""
        first, second, third = self.invoices(self.plan)
        self.move_to("01-05")
        self.post(first + second)
        self.serve_on(self.plan, "01-05", "01-12", "01-19")
        self.move_to("02-02")
        liabilities = self.close(1)
        self.serve_on(self.plan, "02-02", "02-09")
        self.post(third)
        self.serve_on(self.plan, "02-16", "02-23")
        self.move_to("03-02")
        liabilities += self.close(2)
        self.serve_on(self.plan, "03-02", "03-09", "03-16")
        self.visit_on(self.plan, "01-26").action_no_show()
        self.move_to("03-23")
        self.visit_on(self.plan, "03-23").action_receive()
        totals = [225, 225]
        self.assertEqual(liabilities.mapped("liability_total"), totals)
        self.move_to("04-01")
        march = self.report(3)
        self.assertEqual(march.liability_total, 0)
        for liability, total in zip(liabilities, totals, strict=True):
            self.assertEqual(self.balance(self.deferred, liability.date_to), total)
        self.assertEqual(self.balance(self.deferred, date(2026, 4, 1)), 0)
        entries = liabilities.deferral_move_ids
        for account in (self.income, self.deferred):
            of_account = entries.line_ids.filtered(
                lambda line, account=account: line.account_id == account
            )
            self.assertEqual(sum(of_account.mapped("balance")), 0)

    # --- What the invoices are like ---------------------------------------------------

    def test_taxes_in_the_price(self):
        """121.00 with 21% in it: 100.00 are deferred, and no tax is booked."""
        tax = self.make_tax("tax_included")
        self.grooming.taxes_id = tax
        self.income.sudo().tax_ids = tax
        plan = self.sell(
            self.make_template(
                [(self.grooming, 2, 121.0)],
                appointment_count=2,
                appointments_per_cycle=2,
            )
        )
        self.post(self.invoices(plan))
        self.serve_sessions(plan, 1)
        self.move_to("02-02")
        liability = self.defer(1)
        for move in liability.deferral_move_ids:
            self.assertEqual(
                [abs(line.balance) for line in move.line_ids], [100.0, 100.0]
            )
            self.assertFalse(move.line_ids.tax_ids or move.line_ids.tax_tag_ids)

    def test_an_invoice_in_another_currency(self):
        """It counts by the rate of its day, whatever the rate is later.

        540.00 of the other plan, and 1,080.00 at two for one.
        """
        self.post(self.invoices(self.plan))
        currency = make_currency(self.env, "TSD", 2.0)
        plan = self.sell(pet=self.rex, currency_id=currency.id)
        invoices = self.post(self.invoices(plan))
        self.assertEqual(sum(invoices.mapped("amount_total")), 1080)
        currency.rate_ids = [Command.create({"name": "2026-01-20", "rate": 4.0})]
        self.move_to("02-02")
        entry = self.entry(self.defer(1))
        self.assertEqual(
            self.lines(entry), [(self.income, 1080, 0), (self.deferred, 0, 1080)]
        )
        self.assertEqual(
            (entry.currency_id | entry.line_ids.currency_id), self.shop.currency_id
        )

    def test_a_credit_note(self):
        first, *__ = self.post(self.invoices(self.plan))
        self.credit(first)
        self.move_to("02-02")
        entry = self.entry(self.defer(1))
        self.assertEqual(
            self.lines(entry), [(self.income, 360, 0), (self.deferred, 0, 360)]
        )
