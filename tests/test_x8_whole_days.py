from datetime import date, datetime

from .test_x2_extension import ExtensionCommon


class TestFirstDay(ExtensionCommon):
    """X8: a period that would begin inside a pause, on its first day too, begins after.

    Each keeps its usable days, whatever pauses come before or after.
    """

    def dues(self, plan):
        return self.due_dates(plan), [
            day.strftime("%m-%d")
            for day in self.invoices(plan).mapped("invoice_date_due")
        ]

    def test_from_the_first_day_of_a_period(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-02-01", "2026-02-10")
        self.assertEqual(
            self.bounds(plan),
            [("01-01", "02-10"), ("02-11", "03-10"), ("03-11", "04-10")],
        )
        dues = ["01-01", "02-11", "03-11"]
        self.assertEqual(self.dues(plan), (dues, dues))
        self.assertEqual(plan.date_end, date(2026, 4, 10))

    def test_as_if_it_began_a_day_earlier(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-31", "2026-02-10")
        self.assertEqual(self.bounds(plan)[1], ("02-12", "03-11"))

    def test_from_the_first_day_of_the_plan(self):
        plan = self.sell_monthly("2026-01-10")
        self.pause(plan, "2026-01-10", "2026-01-14")
        self.assertEqual(self.bounds(plan)[0], ("01-15", "02-14"))
        self.assertEqual(self.due_dates(plan)[0], "01-15")
        plan.book([datetime(2026, 1, 15, 9)])

    def test_over_a_whole_period(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-02-01", "2026-02-28")
        self.assertEqual(
            self.bounds(plan),
            [("01-01", "02-28"), ("03-01", "03-28"), ("03-29", "04-28")],
        )

    def test_called_off_it_is_as_before(self):
        plan = self.sell_monthly()
        before = self.bounds(plan), self.dues(plan)
        self.pause(plan, "2026-02-01", "2026-02-10")
        plan.action_resume()
        self.assertEqual((self.bounds(plan), self.dues(plan)), before)

    def test_resumed_inside(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-02-01", "2026-02-10")
        self.clock.move_to("2026-02-05 12:00:00")
        plan.action_resume()
        self.assertEqual(
            self.bounds(plan)[1:], [("02-05", "03-04"), ("03-05", "04-04")]
        )

    def test_before_another_pause(self):
        """What it moves may come to begin inside the other: it begins after that."""
        plan = self.sell_monthly()
        self.pause(plan, "2026-02-03", "2026-02-12")
        self.pause(plan, "2026-01-05", "2026-01-09")
        self.assertEqual(
            self.bounds(plan),
            [("01-01", "02-15"), ("02-16", "03-15"), ("03-16", "04-15")],
        )
        self.assertEqual(plan.date_end, date(2026, 4, 15))
        self.assertEqual(
            plan.sudo().pause_ids.mapped("date_from"),
            [date(2026, 2, 3), date(2026, 1, 5)],
            "other pauses keep their days",
        )

    def test_a_typed_due_date_stays(self):
        plan = self.sell_monthly()
        self.invoices(plan)[1].with_user(
            self.accountant
        ).invoice_date_due = "2026-02-20"
        self.pause(plan, "2026-01-20", "2026-01-24")
        self.assertEqual(self.due_dates(plan), ["01-01", "02-20", "03-06"])

    def test_the_drafts_name_the_days(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-02-01", "2026-02-10")
        line = self.invoices(plan)[1].invoice_line_ids
        self.assertIn("Feb 11, 2026 to Mar 10, 2026", line.name)


class TestVisitsOfPeriods(ExtensionCommon):
    """X8: a visit to come belongs to the period that then contains it."""

    def sequences(self, visits):
        return [visit.cycle_id.sequence for visit in visits]

    def test_that_has_a_session(self):
        plan = self.sell_monthly()
        visits = plan.book([datetime(2026, 2, 5, 9), datetime(2026, 2, 20, 9)])
        self.pause(plan, "2026-01-10", "2026-01-19")  # January through 10 February
        self.assertEqual(self.sequences(visits), [1, 2])
        self.assertEqual(visits[0].start, datetime(2026, 2, 5, 9))
        self.assertEqual(
            [self.left(plan, number) for number in range(3)], [3.0, 3.0, 4.0]
        )
        self.assert_ledger_adds_up(plan)
        plan.action_resume()
        self.assertEqual(self.sequences(visits), [2, 2])
        self.assert_ledger_adds_up(plan)

    def left(self, plan, number):
        balance = plan.line_ids._load_balances()[plan.line_ids]
        return balance.left(plan.cycle_ids.sorted("sequence")[number].id)

    def test_else_it_keeps_its_own(self):
        plan = self.sell_monthly()
        plan.book([datetime(2026, 1, 3 + day, 9) for day in range(3)])
        visits = plan.book([datetime(2026, 2, 5, 9), datetime(2026, 2, 6, 9)])
        self.pause(plan, "2026-01-10", "2026-01-19")
        self.assertEqual(self.sequences(visits), [1, 2])
        self.assert_ledger_adds_up(plan)

    def test_a_served_one_stays(self):
        plan = self.sell_monthly()
        self.clock.move_to("2026-02-05 08:00:00")
        visit = plan.book([datetime(2026, 2, 5, 9)])
        visit.action_receive()
        self.pause(plan.with_user(self.manager), "2026-01-20", "2026-02-14")
        self.assertEqual(self.sequences(visit), [2])
