from datetime import datetime

from .test_s13_top_up import TopUpCommon


class TestTopUpDueDates(TopUpCommon):
    """S13, C5: due on the day agreed on, until visits are in the cycle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.line = cls.plan.line_ids

    def test_without_visits(self):
        """It waits for nothing: it is due on that day, as its invoice says."""
        self.top_up(self.plan, (self.line, 6), date_due="2026-01-20")
        cycles = self.plan.cycle_ids[3:]
        self.assertEqual(self.due_dates(self.plan)[3:], ["01-20", "01-20"])
        self.assertEqual(cycles.mapped("state"), ["scheduled"] * 2)
        self.assertEqual(cycles.mapped("due_note"), [False] * 2)
        for invoice in self.invoices(self.plan)[3:]:
            self.assertEqual(str(invoice.invoice_date_due), "2026-01-20")
            self.assertFalse(invoice.invoice_payment_term_id)
            self.assertEqual(
                [str(day) for day in self.receivable_dates(invoice)], ["2026-01-20"]
            )

    def test_no_order_holds_for_it(self):
        """Earlier than the bills ahead, and a deal leaves it there."""
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-02")
        due = ["01-05", "02-02", "03-02", "01-02"]
        self.assertEqual(self.due_dates(self.plan), due)
        self.plan.action_recycle()
        self.assertEqual(self.due_dates(self.plan), due)

    def test_the_job_posts_by_it(self):
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-04")
        self.run_posting_job()
        self.assertEqual(self.bills(self.plan), ["draft"] * 4)
        self.clock.move_to("2026-01-04 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.bills(self.plan), ["draft"] * 3 + ["posted"])
        invoice = self.invoices(self.plan)[3]
        self.assertEqual(str(invoice.invoice_date_due), "2026-01-04")

    def test_the_job_posts_before_it(self):
        """I1: by the lead days of the package."""
        plan = self.sell(self.make_template(post_lead_days=3))
        self.top_up(plan, (plan.line_ids, 4), date_due="2026-01-06")
        self.run_posting_job()
        self.assertEqual(self.bills(plan), ["draft"] * 4)
        self.clock.move_to("2026-01-03 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.bills(plan), ["draft"] * 3 + ["posted"])

    def test_it_waits_while_the_plan_is_paused(self):
        """X8: and keeps its day."""
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-02")
        self.pause(self.plan, "2026-01-02", "2026-01-03")
        self.run_posting_job()
        self.assertEqual(self.bills(self.plan), ["draft"] * 4)
        self.clock.move_to("2026-01-04 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.bills(self.plan), ["draft"] * 3 + ["posted"])

    def test_with_visits(self):
        """C5: due by its visits, and not before the bill ahead of it."""
        self.top_up(self.plan, (self.line, 6), date_due="2026-01-20")
        self.plan.book([datetime(2026, 4, 6, 9)])
        self.assertEqual(self.due_dates(self.plan)[3:], ["04-06", "01-20"])
        self.plan.book([datetime(2026, 2, 10, 9)])
        self.assertEqual(self.due_dates(self.plan)[3:], ["03-02", "01-20"])

    def test_visits_cancelled(self):
        """Back to the day agreed on; with it the draft."""
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-20")
        visits = self.plan.book(self.weekly(2, "2026-04-06 09:00:00"))
        self.assertEqual(self.due_dates(self.plan)[3], "04-06")
        visits.action_cancel()
        self.assertEqual(self.due_dates(self.plan)[3], "01-20")
        self.assertEqual(self.states(self.plan)[3], "scheduled")
        invoice = self.invoices(self.plan)[3]
        self.assertEqual(str(invoice.invoice_date_due), "2026-01-20")

    def test_preview_of_a_cancellation(self):
        """C7: the dialog shows the day it falls back to."""
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-20")
        [visit] = self.plan.book([datetime(2026, 4, 6, 9)])
        wizard = self.open_cancel_wizard(visit, reason="Rain")
        row = wizard.line_ids.filtered(lambda row: row.appointment_id == visit)
        self.assertEqual(str(row.old_date_due), "2026-04-06")
        texts = self.plan._describe_deal(visit, visit.browse())
        self.assertIn("is due on Jan 20, 2026 instead of Apr 6, 2026", str(texts))

    def test_posted_it_stays(self):
        """C6: what is posted moves to a later date only, by a deal."""
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-02")
        invoice = self.post(self.invoices(self.plan)[3])
        self.plan.book([datetime(2026, 4, 6, 9)])
        self.assertEqual(str(invoice.invoice_date_due), "2026-01-02")
        self.assertEqual(self.due_dates(self.plan)[3], "01-02")

    def test_a_deal_treats_it_as_any_other(self):
        """C2: the free slot of a visit cancelled ends up in its last cycle."""
        self.top_up(self.plan, (self.line, 2), date_due="2026-01-20")
        self.plan.book(self.weekly(2, "2026-03-30 09:00:00"))
        self.visits[2].action_cancel()
        self.assertEqual([len(days) for days in self.days(self.plan)], [4, 4, 4, 1])
        self.assertEqual(
            self.due_dates(self.plan), ["01-05", "02-09", "03-09", "04-06"]
        )

    def test_the_invoice_is_made_again(self):
        """I3: deleted and made again, it is due on that day."""
        self.top_up(self.plan, (self.line, 4), date_due="2026-01-20")
        cycle = self.plan.cycle_ids[3]
        cycle.sudo().invoice_id.with_user(self.accountant).unlink()
        self.assertEqual(cycle.state, "closed")
        cycle.with_user(self.accountant).action_create_invoice()
        self.assertEqual(cycle.state, "scheduled")
        invoice = cycle.sudo().invoice_id
        self.assertEqual(str(invoice.invoice_date_due), "2026-01-20")

    def test_nobody_writes_it(self):
        self.top_up(self.plan, (self.line, 4))
        for user in (self.staff, self.manager, self.accountant):
            with self.assert_refused(Exception, "cannot be written directly|not allow"):
                self.plan.cycle_ids[3].with_user(user).date_due_agreed = "2026-05-01"


class TestTopUpAtTheEnd(TopUpCommon):
    """S13, X2: what becomes of it when the package ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=2))
        cls.line = cls.plan.line_ids

    def use(self, count):
        visits = self.plan.book(
            [datetime(2026, 1, 2, 13, minute) for minute in range(count)]
        )
        visits.action_receive()
        return visits

    def test_never_used_nor_billed(self):
        """Its draft goes with the others; billed by its day, it stays."""
        self.use(8)
        self.top_up(self.plan, (self.line, 8), date_due="2026-03-20")
        self.update_plans("2026-03-02 12:00:00")
        self.assertEqual(self.bills(self.plan), ["draft"] * 2 + ["cancel"] * 3)
        self.assertEqual(self.plan.sessions_remaining, 0)
        # X2: a later end brings it back, due on the day agreed on.
        self.plan.with_user(self.manager).date_end = "2026-04-30"
        self.assertEqual(self.bills(self.plan), ["draft"] * 5)
        self.assertEqual(self.due_dates(self.plan)[3:], ["03-20", "03-20"])

    def test_used_beyond_the_cycles_of_before(self):
        """One of eight was used: one of two drafts is billed."""
        self.use(12)
        self.top_up(self.plan, (self.line, 8), date_due="2026-03-20")
        self.use(1)
        self.update_plans("2026-03-02 12:00:00")
        self.assertEqual(self.bills(self.plan), ["draft"] * 4 + ["cancel"])

    def test_a_visit_of_it_took_a_place_of_before(self):
        """12 of 12 + 4 were used, one out of the top-up: that is not billed."""
        self.plan.with_user(self.manager).date_end = "2026-03-29"
        visits = self.plan.book(self.weekly(12))
        self.top_up(self.plan, (self.line, 4), date_due="2026-03-30")
        self.plan.book([datetime(2026, 3, 27, 9)])
        visits[0].action_cancel()
        self.assertEqual([len(days) for days in self.days(self.plan)], [4, 4, 4, 0])
        self.assertEqual(self.plan.line_ids.mapped("remaining"), [1, 3])
        self.update_plans("2026-03-30 12:00:00")
        self.assertEqual(self.bills(self.plan), ["draft"] * 3 + ["cancel"])
