from odoo import Command

from .carry_over import CarryOverCommon
from .cashier import make_currency
from .liability import LiabilityCommon


class MoneyCommon(LiabilityCommon):
    """One package of 12 baths at 45.00 in cycles of 4, and what becomes of it."""

    def serve(self, plan, count, day="01-05"):
        """Serve some visits of a day, an hour apart."""
        self.clock.move_to(f"2026-{day} 08:00:00")
        visits = plan.book([f"2026-{day} {9 + n:02}:00:00" for n in range(count)])
        visits.action_receive()
        visits.action_deliver()
        return visits

    def post_on(self, day, invoices):
        self.clock.move_to(f"2026-{day} 08:00:00")
        return self.post(invoices)

    def change_draft(self, invoice, *commands):
        """Edit the lines of a draft, as the accountant may."""
        invoice.with_user(self.accountant).invoice_line_ids = list(commands)


class TestWhatEndsAPlan(MoneyCommon):
    """P7: a plan that is over comes to 0, whatever became of its money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def test_credit_note(self):
        """X7: as long as it is a draft the money is owed, and never earned."""
        self.serve(self.plan, 6)
        self.post(self.invoices(self.plan)[:2])
        self.clock.move_to("2026-02-10 12:00:00")
        self.cancel_plans(self.plan, settlement="credit_note")
        self.clock.move_to("2026-03-01 12:00:00")
        january, february = self.close_months(2)
        self.assertEqual(self.money(january, self.plan), (0, 360, 270, 0, 0, 0, 90))
        self.assertEqual(self.money(february, self.plan), (90, 0, 0, 0, 0, 0, 90))
        credit_note = self.plan.sudo().cycle_ids.move_ids.filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.post(credit_note)
        february = self.close("02-01", "02-28")
        self.assertEqual(self.money(february, self.plan), (90, 0, 0, 0, 90, 0, 0))
        self.assertEqual(self.sessions(february, self.plan), (2, 0, 0, 0, 2, 0, 0))

    def test_cancelled_and_kept(self):
        """X7 `none`: what was billed and is not used is earned that day."""
        self.serve(self.plan, 6)
        self.post(self.invoices(self.plan)[:2])
        self.clock.move_to("2026-02-10 12:00:00")
        self.cancel_plans(self.plan, settlement="none")
        self.clock.move_to("2026-03-01 12:00:00")
        february = self.close_months(2)[1]
        self.assertEqual(self.money(february, self.plan), (90, 0, 0, 90, 0, 0, 0))

    def test_expired(self):
        """X2: what was billed is earned, what was never billed nor used is not."""
        self.plan.with_user(self.manager).date_end = "2026-02-28"
        self.serve(self.plan, 3)
        self.post(self.invoices(self.plan)[0])
        self.update_plans("2026-03-09 04:00:00")
        reports = self.close_months(3)
        self.assertEqual(self.money(reports[1], self.plan), (45, 0, 0, 0, 0, 0, 45))
        # On the day after its last one, not on that of a late job
        report = self.close("03-01", "03-01")
        self.assertEqual(self.money(report, self.plan), (45, 0, 0, 45, 0, 0, 0))
        self.assertEqual(self.sessions(report, self.plan), (1, 0, 0, 1, 0, 0, 0))

    def test_taken_by_an_edit(self):
        """L2: what an edit takes is earned; a gift taken back is not."""
        self.post(self.invoices(self.plan))
        self.adjust(self.plan, 15.0)
        self.adjust(self.plan, 12.0)
        report = self.close("01-01", "01-31")
        self.assertEqual(self.moved(report, self.plan), {"billed": 540.0})
        self.adjust(self.plan, 10.0)
        report.action_refresh()
        self.assertEqual(
            self.moved(report, self.plan), {"billed": 540.0, "expired": 90.0}
        )

    def test_given_by_an_edit(self):
        """Sessions beyond those sold earn nothing."""
        self.post(self.invoices(self.plan))
        self.adjust(self.plan, 14.0)
        self.serve(self.plan, 10)
        self.serve(self.plan, 3, "02-02")
        reports = self.close_months(2)
        self.assertEqual(self.moved(reports[1], self.plan), {"used": 90.0})
        self.assertFalse(self.closings(reports[1]))

    def test_invoice_cancelled(self):
        """What is cancelled is billed by nobody, in the ledger and here."""
        self.serve(self.plan, 4)
        invoice = self.post(self.invoices(self.plan)[0])
        report = self.close("01-01", "01-31")
        invoice.with_user(self.accountant).button_draft()
        report.invalidate_recordset()
        self.assertEqual(report.ledger_difference, -180.0)
        self.assertIn("Differs from Invoicing by", report.agreement)
        invoice.with_user(self.accountant).button_cancel()
        report.action_refresh()
        self.assertEqual(report.agreement, "Agrees with Invoicing")
        self.assertEqual(self.money(report, self.plan)[1], 0.0)


class TestHandedOn(MoneyCommon):
    """P7: what goes to another plan takes its money along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bob = cls._make_pet("Bob", partner_id=cls.neighbour.id)
        cls.plan = cls.sell()

    def test_transfer(self):
        """Billed sessions go at the price sold; the others the new plan bills."""
        self.serve(self.plan, 2)
        self.post(self.invoices(self.plan)[0])
        self.clock.move_to("2026-02-03 12:00:00")
        action = (
            self.env["pet.plan.transfer"]
            .with_user(self.manager)
            .create(
                {"plan_id": self.plan.id, "pet_id": self.bob.id, "reason": "Sold on"}
            )
            .action_apply()
        )
        other = self.plan.browse(action["res_id"])
        reports = self.close_months(2)
        self.assertEqual(self.money(reports[1], self.plan), (90, 0, 0, 0, 0, -90, 0))
        self.assertEqual(self.money(reports[1], other), (0, 0, 0, 0, 0, 90, 90))
        self.assertEqual(self.sessions(reports[1], other), (0, 0, 0, 0, 0, 2, 2))
        visits = other.book([f"2026-02-03 {hour}:00:00" for hour in range(13, 23)])
        visits.action_receive()
        self.post(self.invoices(other))
        self.clock.move_to("2026-03-02 12:00:00")
        report = self.close("02-01", "02-28")
        self.assertEqual(self.money(report, other), (0, 360, 450, 0, 0, 90, 0))
        self.assertEqual(self.sessions(report, other), (0, 8, 10, 0, 0, 2, 0))

    def carry(self):
        self.serve(self.plan, 2)
        self.post(self.invoices(self.plan)[0])
        self.clock.move_to("2026-02-03 12:00:00")
        return super().carry(self.plan)

    def test_carried_to_a_renewal(self):
        """X6: what was billed goes along; what was not, the renewal bills."""
        renewal = self.carry()
        report = self.close_months(2)[1]
        self.assertEqual(self.money(report, self.plan), (90, 0, 0, 0, 0, -90, 0))
        self.assertEqual(self.money(report, renewal), (0, 0, 0, 0, 0, 90, 90))
        self.serve(renewal, 3, "02-04")
        self.assertEqual(
            self.moved(self.close("02-01", "02-28"), renewal),
            {"transferred": 90.0, "used": 135.0},
        )

    def test_credited_where_it_was_billed(self):
        """X6, X7: a renewal that is cancelled gives its money back to the old plan."""
        renewal = self.carry()
        self.close("02-01", "02-28")
        self.clock.move_to("2026-03-03 12:00:00")
        self.cancel_plans(renewal, settlement="credit_note")
        credit_note = self.plan.sudo().cycle_ids.move_ids.filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.assertEqual(credit_note.amount_total, 90.0)
        march = self.close("03-01", "03-31")
        self.assertEqual(self.money(march, renewal), (90, 0, 0, 0, 0, -90, 0))
        self.assertEqual(self.money(march, self.plan), (0, 0, 0, 0, 0, 90, 90))
        self.post(credit_note)
        march.action_refresh()
        self.assertEqual(self.money(march, self.plan), (0, 0, 0, 0, 90, 90, 0))


class TestPrices(MoneyCommon):
    """P7: sessions earn what the invoices have them at, before taxes."""

    def test_presents(self):
        """S12: those paid for are used first."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 50.0), (self.bath, 2, 0.0)],
                appointment_count=6,
                appointments_per_cycle=6,
            )
        )
        self.post(self.invoices(plan))
        self.serve(plan, 3)
        self.serve(plan, 2, "02-02")
        reports = self.close_months(2)
        self.assertEqual(self.money(reports[0], plan), (0, 200, 150, 0, 0, 0, 50))
        self.assertEqual(self.sessions(reports[0], plan), (0, 6, 3, 0, 0, 0, 3))
        self.assertEqual(self.money(reports[1], plan), (50, 0, 50, 0, 0, 0, 0))
        self.assertEqual(self.sessions(reports[1], plan), (3, 0, 2, 0, 0, 0, 1))

    def test_cents(self):
        """S6: what the cycles bill is earned to the cent."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 3, 33.335)], appointment_count=3, appointments_per_cycle=3
            )
        )
        self.post(self.invoices(plan))
        total = sum(self.invoices(plan).mapped("amount_untaxed"))
        self.serve(plan, 2)
        january = self.close("01-01", "01-31")
        self.assertAlmostEqual(self.money(january, plan)[2], round(total * 2 / 3, 2))
        self.serve(plan, 1, "02-02")
        self.assertEqual(self.money(self.close("02-01", "02-28"), plan)[-1], 0.0)

    def test_price_with_tax_included(self):
        self.bath.sudo().taxes_id = self.make_tax("tax_included", 25.0)
        plan = self.sell()
        self.post(self.invoices(plan)[0])
        self.serve(plan, 1)
        report = self.close("01-01", "01-31")
        self.assertEqual(self.money(report, plan), (0, 144, 36, 0, 0, 0, 108))

    def test_discount_on_the_whole(self):
        """What an accountant takes off an invoice is shared; what is added, is not."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 40.0), (self.grooming, 4, 60.0)])
        )
        invoice = self.invoices(plan)[0]
        before = invoice.amount_untaxed
        self.change_draft(
            invoice,
            Command.create({"name": "Discount", "quantity": 1, "price_unit": -10.0}),
            Command.create({"name": "Shampoo", "quantity": 1, "price_unit": 7.0}),
        )
        self.post(invoice)
        report = self.close("01-01", "01-31")
        self.assertEqual(
            self.money(report, plan), (0, before - 3, 7, 0, 0, 0, before - 10)
        )

    def test_foreign_currency(self):
        """In the money of the company: 22.50 a bath, of which 0.50 are worth 1.00."""
        currency = make_currency(self.env, "EUX", 0.5)
        plan = self.sell(currency_id=currency.id)
        self.post(self.invoices(plan)[0])
        self.assertEqual(self.invoices(plan)[0].amount_untaxed, 90.0)
        self.serve(plan, 5)
        report = self.close("01-01", "01-31")
        self.assertEqual(self.money(report, plan), (0, 180, 225, 0, 0, 0, -45))

    def test_billed_later(self):
        """What is used before it is billed is revenue not billed yet."""
        plan = self.sell()
        self.serve(plan, 5)
        self.post_on("02-02", self.invoices(plan)[0])
        january, february = self.close_months(2)
        self.assertEqual(self.money(january, plan), (0, 0, 225, 0, 0, 0, -225))
        self.assertEqual(january.unbilled_total, 225.0)
        self.assertEqual(january.liability_total, 0.0)
        self.assertEqual(self.money(february, plan), (-225, 180, 0, 0, 0, 0, -45))
        self.post(self.invoices(plan)[1])
        february.action_refresh()
        self.assertEqual(february.liability_total, 135.0)

    def test_top_up(self):
        """S13: used after what was there, at its own price."""
        plan = self.sell()
        wizard = (
            self.env["pet.plan.top.up"]
            .with_user(self.manager)
            .create({"plan_id": plan.id, "reason": "More", "date_due": "2026-01-10"})
        )
        wizard.line_ids.write({"quantity": 2, "price_unit": 60.0})
        wizard.action_apply()
        self.post(self.invoices(plan))
        self.serve(plan, 12)
        self.serve(plan, 1, "02-02")
        january, february = self.close_months(2)
        self.assertEqual(self.money(january, plan), (0, 660, 540, 0, 0, 0, 120))
        self.assertEqual(self.money(february, plan), (120, 0, 60, 0, 0, 0, 60))

    def test_periods(self):
        """S5: the sessions of a period earn its price, what is left expires with it."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2)
        )
        self.post(self.invoices(plan))
        self.serve(plan, 3)
        self.update_plans("2026-02-01 04:00:00")
        january = self.close("01-01", "01-31")
        self.assertEqual(self.money(january, plan), (0, 360, 135, 0, 0, 0, 225))
        february = self.close("02-01", "02-28")
        self.assertEqual(self.money(february, plan), (225, 0, 0, 45, 0, 0, 180))


class TestCarriedOver(MoneyCommon):
    """K6: packages of another software stand apart, with their value."""

    def test_apart(self):
        wizard = self.env["pet.carry.over"].create(
            {
                "partner_id": self.customer.id,
                "pet_id": self.luna.id,
                "product_id": self.bath.id,
                "sessions_left": 5,
                "unit_value": 30.0,
                "reason": "From the old software",
                "order_mode": "posted",
            }
        )
        wizard.action_apply()
        plan = self.env["pet.plan"].search([("is_carry_over", "=", True)])
        self.serve(plan, 2)
        report = self.close("01-01", "01-31")
        self.assertEqual(report.line_ids.mapped("section"), ["carried_over"])
        self.assertEqual(self.money(report, plan), (0, 150, 60, 0, 0, 0, 90))
        self.assertEqual(report.carried_over_total, 90.0)
        self.assertEqual(report.closing_total, 0.0)
        self.assertEqual(report.liability_total, 0.0)
        self.assertEqual(report.billed_total, 0.0)


class TestCarriedOverLate(MoneyCommon, CarryOverCommon):
    """K6: a package that was bought, and used, before it came to these books."""

    def test_used_up_before_it_came(self):
        """Its value comes and goes in the month in which it was entered."""
        self.clock.move_to("2026-03-03 12:00:00")
        upload = self.upload({"left": "2", "sold": "2026-01-10", "value": "20"})
        upload.action_check()
        upload.action_apply()
        plan = self.env["pet.plan"].search([("is_carry_over", "=", True)])
        visits = plan.book(["2026-02-26 09:00:00", "2026-02-27 09:00:00"])
        visits.action_receive()
        self.assertFalse(self.close("02-01", "02-28").line_ids)
        march = self.close("03-01", "03-31")
        self.assertEqual(self.money(march, plan), (0, 40, 40, 0, 0, 0, 0))
        self.assertFalse(self.close("04-01", "04-30").line_ids)


class TestCashRounding(MoneyCommon):
    """P7: what cash rounding takes off is not billed, unless it is taken off a tax."""

    def test_taken_off_the_tax(self):
        self.assertEqual(self.bill_rounded("biggest_tax"), 133.0)

    def test_a_line_of_its_own(self):
        self.assertEqual(self.bill_rounded("add_invoice_line"), 132.98)

    def bill_rounded(self, strategy):
        """Return what is billed of 133.00, and 10.77 of tax, rounded to 143.75."""
        income = self.bath.sudo().product_tmpl_id._get_product_accounts()["income"]
        rounding = (
            self.env["account.cash.rounding"]
            .sudo()
            .create(
                {
                    "name": "To 5 cents",
                    "rounding": 0.05,
                    "strategy": strategy,
                    "profit_account_id": income.id,
                    "loss_account_id": income.id,
                }
            )
        )
        template = self.make_template([(self.bath, 4, 33.25)], appointment_count=4)
        plan = self.sell(template)
        invoice = self.invoices(plan).with_user(self.accountant)
        invoice.invoice_line_ids.tax_ids = self.make_tax("tax_excluded", 8.1)
        invoice.invoice_cash_rounding_id = rounding
        self.post(invoice)
        self.assertEqual(invoice.amount_total, 143.75)
        return self.money(self.close("01-01", "01-31"), plan)[1]
