from datetime import date, datetime

from .common import PetPlansCommon


class TestDueDates(PetPlansCommon):
    """C5: first or last visit's local date, plus the offset."""

    def assert_due(self, plan, *expected):
        self.assertEqual(self.due_dates(plan), list(expected))
        for cycle in plan.sudo().cycle_ids.filtered("date_due"):
            self.assertEqual(cycle.invoice_id.invoice_date_due, cycle.date_due)
            self.assertEqual(self.receivable_dates(cycle.invoice_id), [cycle.date_due])

    def test_first_visit(self):
        plan, __ = self.sell_worked_example(due_basis="first")
        self.assert_due(plan, "01-05", "02-02", "03-02")

    def test_last_visit(self):
        plan, __ = self.sell_worked_example(due_basis="last")
        self.assert_due(plan, "01-26", "02-23", "03-23")

    def test_last_visit_after_a_cancellation(self):
        plan, __ = self.sell_worked_example(due_basis="last")
        self.visit_on(plan, "01-19").action_cancel()
        self.assert_due(plan, "02-02", "03-02", "03-23")

    def test_last_visit_follows_a_reschedule(self):
        plan, __ = self.sell_worked_example(due_basis="last")
        self.visit_on(plan, "01-26").reschedule(datetime(2026, 1, 28, 9))
        self.assert_due(plan, "01-28", "02-23", "03-23")

    def test_offset(self):
        plan, __ = self.sell_worked_example(due_offset_days=10)
        self.assert_due(plan, "01-15", "02-12", "03-12")

    def test_negative_offset(self):
        plan, __ = self.sell_worked_example(due_offset_days=-3)
        self.assert_due(plan, "01-02", "01-30", "02-27")

    def test_offset_after_a_cancellation(self):
        plan, __ = self.sell_worked_example(due_offset_days=10)
        self.visit_on(plan, "01-19").action_cancel()
        self.assert_due(plan, "01-15", "02-19", "03-19")

    def test_due_dates_arrive_as_visits_are_booked(self):
        plan = self.sell()
        self.assert_due(plan, None, None, None)
        plan.book(self.weekly(3))
        self.assert_due(plan, "01-05", None, None)
        plan.book(self.weekly(2, "2026-01-26 09:00:00"))
        self.assert_due(plan, "01-05", "02-02", None)

    def test_terms_of_the_sold_plan_count(self):
        """S2: the template changed since; the plan goes on by its own terms."""
        plan, __ = self.sell_worked_example()
        plan.template_id.with_user(self.manager).write(
            {"due_basis": "last", "due_offset_days": 30}
        )
        self.visit_on(plan, "01-19").action_cancel()
        self.assert_due(plan, "01-05", "02-09", "03-09")

    def test_a_late_cancellation_that_used_its_session_keeps_the_due_date(self):
        plan, __ = self.sell_worked_example()
        first = self.visit_on(plan, "01-05")
        self.open_cancel_wizard(first, sessions="consume").action_apply()
        self.assert_due(plan, "01-05", "02-02", "03-02")

    def test_a_no_show_keeps_the_due_date(self):
        plan, __ = self.sell_worked_example()
        self.visit_on(plan, "01-05").action_no_show()
        self.visit_on(plan, "01-26").reschedule(datetime(2026, 1, 27, 9))
        self.assert_due(plan, "01-05", "02-02", "03-02")

    # --- Never before the bill ahead -----------------------------------------------

    def test_a_replacement_for_an_early_day_keeps_the_order(self):
        """A visit cancelled by mistake and booked again comes into the last cycle."""
        plan, __ = self.sell_worked_example()
        self.visit_on(plan, "01-19").action_cancel()
        plan.book([datetime(2026, 1, 19, 9)])
        self.assertEqual(self.days(plan)[2], ["01-19", "03-09", "03-16", "03-23"])
        self.assert_due(plan, "01-05", "02-09", "02-09")

    def test_a_reschedule_counts_for_the_own_bill_only(self):
        """C1 goes first: bills may stand out of order until the next deal."""
        plan, __ = self.sell_worked_example()
        self.visit_on(plan, "02-02").reschedule(datetime(2026, 1, 3, 9))
        self.assert_due(plan, "01-05", "01-05", "03-02")
        for day in ("01-05", "01-12", "01-19", "01-26"):
            self.visit_on(plan, day).reschedule(datetime(2026, 3, 20, int(day[3:]) % 9))
        self.assert_due(plan, "03-20", "01-05", "03-02")
        self.visit_on(plan, "03-23").action_cancel()
        self.assert_due(plan, "01-03", "03-02", "03-20")

    def test_a_posted_bill_ahead_counts(self):
        plan, visits = self.sell_worked_example()
        self.post(self.invoices(plan)[1])
        visits[8].reschedule(datetime(2026, 1, 20, 9))
        self.assert_due(plan, "01-05", "02-02", "02-02")

    def test_a_closed_one_and_one_without_date_do_not(self):
        plan, visits = self.sell_worked_example()
        self.credit(self.post(self.invoices(plan)[1]))
        visits[8].reschedule(datetime(2026, 1, 20, 9))
        self.assertEqual(self.due_dates(plan)[2], "01-20")

    def test_the_preview_says_so(self):
        """C7: the dates that the deal will give."""
        plan, visits = self.sell_worked_example(due_offset_days=3)
        self.pay(self.invoices(plan)[0])
        self.invoices(plan)[0].with_user(
            self.accountant
        ).invoice_date_due = "2026-03-01"
        wizard = self.open_cancel_wizard(visits[1])
        row = wizard.line_ids.filtered(lambda row: row.appointment_id == visits[6])
        self.assertEqual(row.new_date_due, date(2026, 3, 1))
        wizard.action_apply()
        self.assert_due(plan, "03-01", "03-01", "03-12")

    # --- The shop's time zone ----------------------------------------------------

    def test_late_in_the_evening_it_is_still_the_same_day(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        plan = self.sell()
        visit = plan.book([datetime(2026, 1, 6, 2, 30)])  # 23:30 on the 5th there
        self.assert_due(plan, "01-05", None, None)
        visit.reschedule(datetime(2026, 1, 6, 3, 0))
        self.assert_due(plan, "01-06", None, None)

    def test_early_in_the_morning_it_is_the_next_day(self):
        self.shop.pet_tz = "Pacific/Auckland"
        plan = self.sell()
        plan.book([datetime(2026, 1, 4, 20)])  # 09:00 on the 5th there
        self.assert_due(plan, "01-05", None, None)

    def test_the_clock_of_the_user_does_not_count(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        self.staff.sudo().tz = "Asia/Tokyo"
        plan = self.sell()
        plan.with_context(tz="Asia/Tokyo").book([datetime(2026, 1, 6, 2, 30)])
        self.assert_due(plan, "01-05", None, None)

    def test_a_deal_goes_by_the_local_day(self):
        self.shop.pet_tz = "America/Sao_Paulo"
        plan = self.sell()
        plan.book(self.weekly(12, "2026-01-06 02:30:00"))
        self.visit_on(plan, "01-20").action_cancel()
        self.assert_due(plan, "01-05", "02-09", "03-09")

    # --- A cycle without visits --------------------------------------------------

    def test_without_visits_the_draft_shows_the_end_of_the_plan(self):
        plan = self.sell(self.make_template(validity=3, validity_unit="month"))
        self.assertEqual(plan.cycle_ids.mapped("state"), ["waiting"] * 3)
        self.assertEqual(plan.cycle_ids.mapped("date_due"), [False] * 3)
        self.assertEqual(
            self.invoices(plan).mapped("invoice_date_due"), [date(2026, 4, 1)] * 3
        )

    def test_without_visits_a_cycle_is_never_posted(self):
        plan = self.sell(self.make_template(validity=3, validity_unit="month"))
        plan.book(self.weekly(1))
        self.clock.move_to("2026-07-01 12:00:00")
        self.run_posting_job()
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "draft", "draft"]
        )
