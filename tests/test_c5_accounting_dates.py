from datetime import date, datetime

from odoo.exceptions import RedirectWarning

from .common import PetPlansCommon


class TestAccountingDates(PetPlansCommon):
    """C5: a draft's accounting date is the day it will be posted, not the sale's."""

    def sell_periods(self, count=60, **terms):
        return self.sell(
            self.make_template(
                kind="plan", interval_unit="month", period_count=count, **terms
            )
        )

    def dates(self, plan):
        return self.invoices(plan).mapped("date")

    def test_periods(self):
        plan = self.sell_periods(3)
        self.assertEqual(
            self.dates(plan), [date(2026, 1, 2), date(2026, 2, 1), date(2026, 3, 1)]
        )
        self.assertFalse(any(self.invoices(plan).mapped("invoice_date")))

    def test_journal_items_stand_in_their_month(self):
        plan = self.sell_periods(60)
        months = dict(
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("move_id", "in", self.invoices(plan).ids)],
                ["date:month"],
                ["__count"],
            )
        )
        self.assertEqual(len(months), 60)
        self.assertEqual(set(months.values()), {2})
        self.assertEqual(min(months), date(2026, 1, 1))
        self.assertEqual(max(months), date(2030, 12, 1))

    def test_the_year_can_be_hard_locked(self):
        """60 periods sold in 2026: the twelve of 2026 are posted, 2026 is locked."""
        plan = self.sell_periods(60)
        self.clock.move_to("2027-01-10 12:00:00")
        with self.assertRaises(RedirectWarning):  # what is due must be posted first
            self.shop.sudo().hard_lock_date = "2026-12-31"
        self.run_posting_job()
        self.assertEqual(self.invoices(plan).mapped("state").count("posted"), 13)
        self.shop.sudo().hard_lock_date = "2026-12-31"
        self.assertEqual(self.shop.hard_lock_date, date(2026, 12, 31))

    def test_lead_days(self):
        """Due on 2 February, posted on 26 January: an item of January."""
        plan, __ = self.sell_worked_example(post_lead_days=7)
        self.assertEqual(
            self.dates(plan), [date(2026, 1, 2), date(2026, 1, 26), date(2026, 2, 23)]
        )

    def test_without_visits(self):
        """The plan's last day, as the due date that the draft shows."""
        plan = self.sell(self.make_template(validity=3))
        self.assertEqual(self.dates(plan), [date(2026, 4, 1)] * 3)

    def test_of_the_past(self):
        """Never a day that is over: such a draft is posted today at the earliest."""
        self.clock.move_to("2026-02-10 12:00:00")
        plan = self.sell_periods(3)
        self.assertEqual(
            self.dates(plan), [date(2026, 2, 10), date(2026, 2, 10), date(2026, 3, 1)]
        )

    def test_a_package_that_never_expires_locks_no_year_open(self):
        """Nobody knows the day of what waits for visits: it gets out of the way."""
        plan = self.sell(self.make_template(validity=0))
        plan.book([datetime(2026, 1, 5, 9)])
        self.clock.move_to("2027-01-10 12:00:00")
        self.run_posting_job()
        self.shop.sudo().hard_lock_date = "2026-12-31"
        self.assertEqual(self.shop.hard_lock_date, date(2026, 12, 31))
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "draft", "draft"]
        )
        self.assertEqual(self.dates(plan)[1:], [date(2027, 1, 1)] * 2)

    def test_nor_one_that_was_sold_on_the_last_day_locked(self):
        self.clock.move_to("2026-12-31 12:00:00")
        plan = self.sell(self.make_template(validity=0), date_start=date(2026, 12, 31))
        self.assertEqual(self.dates(plan), [date(2026, 12, 31)] * 3)
        self.clock.move_to("2027-01-10 12:00:00")
        self.shop.sudo().hard_lock_date = "2026-12-31"
        self.assertEqual(self.dates(plan), [date(2027, 1, 1)] * 3)

    def test_what_is_due_is_posted_before_the_year_is_locked(self):
        plan, __ = self.sell_worked_example()
        with self.assertRaisesRegex(RedirectWarning, "still draft entries"):
            self.shop.sudo().hard_lock_date = "2026-01-31"
        self.assertEqual(self.dates(plan)[0], date(2026, 1, 5))

    # --- It follows the due date ---------------------------------------------------

    def test_booking(self):
        plan = self.sell(self.make_template(validity=12))
        plan.book([datetime(2026, 5, 4, 9)])
        self.assertEqual(self.dates(plan)[0], date(2026, 5, 4))
        self.assertEqual(
            set(self.invoices(plan)[0].line_ids.mapped("date")), {date(2026, 5, 4)}
        )

    def test_reschedule(self):
        plan, __ = self.sell_worked_example()
        self.visit_on(plan, "02-02").reschedule(datetime(2026, 2, 5, 9))
        self.assertEqual(self.dates(plan)[1], date(2026, 2, 5))

    def test_deal(self):
        plan, __ = self.sell_worked_example()
        self.visit_on(plan, "01-19").action_cancel()
        self.assertEqual(
            self.dates(plan), [date(2026, 1, 5), date(2026, 2, 9), date(2026, 3, 9)]
        )

    def test_no_message_says_so(self):
        plan, __ = self.sell_worked_example()
        invoice = self.invoices(plan)[1]
        before = self.bodies(invoice)
        self.visit_on(plan, "01-19").action_cancel()
        self.env.flush_all()
        self.cr.precommit.run()
        self.assertEqual(self.bodies(invoice), before)
        self.assertFalse(invoice.is_manually_modified)

    # --- Posting -------------------------------------------------------------------

    def test_posting_gives_the_day_of_posting(self):
        plan, __ = self.sell_worked_example()
        invoice = self.invoices(plan)[1]
        self.clock.move_to("2026-01-20 12:00:00")
        self.post(invoice)
        self.assertEqual(invoice.state, "posted")  # not "at the accounting date"
        self.assertEqual(invoice.date, date(2026, 1, 20))
        self.assertEqual(invoice.invoice_date, date(2026, 1, 20))
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 2))
        self.assertEqual(set(invoice.line_ids.mapped("date")), {date(2026, 1, 20)})

    def test_the_number_is_of_the_day_of_posting(self):
        plan = self.sell_periods(14)
        invoice = self.invoices(plan)[13]
        self.assertEqual(invoice.date, date(2027, 2, 1))
        self.post(invoice)
        self.assertIn("/2026/", invoice.name)

    def test_odoos_list_posts_it_at_once_too(self):
        """Its Post Entries keeps for later only what has an invoice date to come."""
        plan, __ = self.sell_worked_example()
        invoice = self.invoices(plan)[1]
        self.env["validate.account.move"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).validate_move()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.date, date(2026, 1, 2))

    def test_under_a_lock_date(self):
        """What is posted in an open period is not held by where the draft stood."""
        self.clock.move_to("2026-01-20 12:00:00")
        plan, __ = self.sell_worked_example()
        self.shop.sudo().fiscalyear_lock_date = "2026-01-31"
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_posting_job()
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "posted", "draft"]
        )
        self.assertEqual(self.dates(plan)[:2], [date(2026, 2, 2)] * 2)

    def test_the_job_posts_late(self):
        plan, __ = self.sell_worked_example()
        self.clock.move_to("2026-02-05 12:00:00")
        self.run_posting_job()
        invoice = self.invoices(plan)[1]
        self.assertEqual(invoice.date, date(2026, 2, 5))
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 2))

    def test_a_posted_one_keeps_its_date(self):
        plan, __ = self.sell_worked_example()
        invoice = self.invoices(plan)[1]
        self.post(invoice)
        self.visit_on(plan, "01-19").action_cancel()
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 9))
        self.assertEqual(invoice.date, date(2026, 1, 2))

    def test_an_invoice_date_of_the_accountant_stays(self):
        plan, __ = self.sell_worked_example()
        invoice = self.invoices(plan)[1].with_user(self.accountant)
        invoice.invoice_date = "2026-01-15"
        self.visit_on(plan, "01-19").action_cancel()
        self.assertEqual(invoice.invoice_date, date(2026, 1, 15))
        self.assertEqual(invoice.date, date(2026, 1, 15))
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 9))


class TestWaitingNote(PetPlansCommon):
    """C5: plan and invoice say the same about a cycle without visits."""

    def test_until_the_plans_end(self):
        plan = self.sell(self.make_template(validity=3))
        cycle, draft = plan.cycle_ids[0], self.invoices(plan)[0]
        self.assertFalse(cycle.date_due)
        self.assertEqual(draft.invoice_date_due, plan.date_end)
        self.assertEqual(
            cycle.due_note, "by Apr 1, 2026 at the latest, waiting for visits"
        )
        self.assertEqual(draft.with_user(self.accountant).pet_due_note, cycle.due_note)

    def test_without_end(self):
        plan = self.sell(self.make_template(validity=0))
        self.assertEqual(plan.cycle_ids[0].due_note, "waiting for visits")

    def test_with_visits(self):
        plan, __ = self.sell_worked_example()
        self.assertFalse(any(plan.cycle_ids.mapped("due_note")))
        self.assertFalse(any(self.invoices(plan).mapped("pet_due_note")))
