from datetime import date, datetime

from odoo import fields

from odoo.addons.pet_plans.models.liability_query import LiabilityQuery

from .liability import LiabilityCommon


class TestWorkedExample(LiabilityCommon):
    """P7: the 12 baths of C10 at 45.00, billed and served month by month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def serve(self, *days):
        """Serve the visits of some days, each on its day."""
        for day in days:
            self.clock.move_to(f"2026-{day} 12:00:00")
            self.visit_on(self.plan, day).action_receive()

    def test_months(self):
        """Each cycle is billed in its month: what is not used stays a liability."""
        january, february, march = self.invoices(self.plan)
        self.clock.move_to("2026-01-05 12:00:00")
        self.post(january)
        self.serve("01-05", "01-12", "01-19")
        self.clock.move_to("2026-02-02 12:00:00")
        self.post(february)
        self.serve("02-02", "02-09", "02-16", "02-23", "03-02")
        self.post(march)
        self.serve("03-09", "03-16", "03-23")
        self.clock.move_to("2026-04-15 12:00:00")
        reports = self.close_months(4)
        self.assertEqual(
            [self.money(report, self.plan) for report in reports],
            [
                # opening, billed, used, expired, refunded, transferred, closing
                (0.0, 180.0, 135.0, 0.0, 0.0, 0.0, 45.0),
                (45.0, 180.0, 180.0, 0.0, 0.0, 0.0, 45.0),
                (45.0, 180.0, 180.0, 0.0, 0.0, 0.0, 45.0),
                (45.0, 0.0, 0.0, 0.0, 0.0, 0.0, 45.0),
            ],
        )
        self.assertEqual(
            self.sessions(reports[2], self.plan), (1.0, 4.0, 4.0, 0, 0, 0, 1.0)
        )
        # The visit of January was forgotten: once it is served, nothing is left.
        self.visit_on(self.plan, "01-26").action_receive()
        again = self.close("04-01", "04-30")
        self.assertFalse(again.line_ids)
        self.assertEqual(self.money(self.close("01-01", "01-31"), self.plan)[-1], 0.0)

    def test_sold_after_it_began(self):
        """What is billed from its first day on is not over before it was sold."""
        self.clock.move_to("2026-03-20 12:00:00")
        plan = self.sell(self.make_template(appointment_count=4))
        visits = plan.book(self.weekly(3))
        invoice = self.invoices(plan).with_user(self.accountant)
        invoice.invoice_date = "2026-01-05"
        self.post(invoice)
        visits.action_receive()
        self.assertEqual(
            self.money(self.close("01-01", "01-31"), plan),
            (0.0, 180.0, 135.0, 0.0, 0.0, 0.0, 45.0),
        )


class TestOver(LiabilityCommon):
    """P7: a plan that is over is in no line, but in what was billed to date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(appointment_count=4))
        visits = cls.plan.book(cls.weekly(4))
        cls.clock.move_to("2026-02-01 12:00:00")
        cls.invoice = cls.invoices(cls.plan).with_user(cls.accountant)
        cls.invoice.invoice_date = "2026-01-05"
        cls.post(cls.invoice)
        visits.action_receive()

    def test_used_up_and_billed(self):
        """It stands in no later report; the comparison with Invoicing counts it."""
        january, february = self.close("01-01", "01-31"), self.close("02-01", "02-28")
        self.assertEqual(
            self.money(january, self.plan), (0.0, 180.0, 180.0, 0.0, 0.0, 0.0, 0.0)
        )
        self.assertFalse(february.line_ids)
        self.assertEqual(february.billed_to_date, 180.0)
        days = [date(2026, 1, 31), date(2026, 2, 28)]
        rows = self.env.execute_query(LiabilityQuery(self.shop, days).balances())
        # Nothing of it is worked out: of all such plans there is one row a day.
        self.assertEqual([row[1:4] for row in rows], [(None, None, 180.0)] * 2)

    def test_credited_after_it_was_over(self):
        """A credit note takes back what was earned, in its own month."""
        self.clock.move_to("2026-03-10 12:00:00")
        credit = self.invoice._reverse_moves([{"date": "2026-03-10"}])
        credit.write({"invoice_date": "2026-03-10"})
        self.post(credit)
        self.assertFalse(self.close("02-01", "02-28").line_ids)
        march = self.close("03-01", "03-31")
        self.assertEqual(
            self.money(march, self.plan), (0.0, 0.0, -180.0, 0.0, 180.0, 0.0, 0.0)
        )
        self.assertEqual(march.billed_to_date, 0.0)
        self.assertFalse(self.close("04-01", "04-30").line_ids)


class TestYear(LiabilityCommon):
    """P7: a year closed month by month, each on the first day of the next one."""

    def test_twelve_closings(self):
        """What one closes with the next one opens with, and all comes to nothing."""
        package = self.sell(self.make_template(validity=6))
        package.book(self.weekly(10))
        monthly = self.sell(
            self.make_template(
                [(self.bath, 3, 33.33), (self.grooming, 1, 60.0)],
                kind="plan",
                period_count=11,
                no_show_policy="consume",
            ),
            pet=self.rex,
        )
        monthly.book(self.weekly(40, "2026-01-06 09:00:00")[::2])
        plans = package + monthly
        before, earned = {}, 0.0
        for month in range(1, 13):
            self.live_through(plans, month)
            report = self.close(*self.get_month(month))
            self.assertEqual(self.openings(report), before)
            before = self.closings(report)
            earned += report.used_total + report.expired_total
        self.assertFalse(before)
        posted = plans.sudo().cycle_ids.move_ids.filtered(
            lambda move: move.state == "posted"
        )
        self.assertAlmostEqual(earned, sum(posted.mapped("amount_untaxed")))
        self.assertGreater(earned, 1000.0)

    def get_month(self, month):
        """Return the first and the last day of a month, as "MM-DD"."""
        first = date(2026, month, 1)
        return f"{first:%m-%d}", f"{fields.Date.end_of(first, 'month'):%m-%d}"

    def live_through(self, plans, month):
        """Serve what is booked, let the jobs run, up to the first of the next month."""
        first = date(2026, month, 1)
        for day in (first, fields.Date.end_of(first, "month")):
            self.clock.move_to(f"{day} 20:00:00")
            self.run_posting_job()
            due = plans.appointment_ids.filtered(
                lambda visit: (
                    visit.state == "scheduled" and visit.start < datetime.now()
                )
            )
            due[:1].action_no_show()
            due[1:].action_receive()
        self.clock.move_to(f"{fields.Date.add(first, months=1)} 04:00:00")
        plans.sudo()._update_states()
