from datetime import date, datetime

from odoo.exceptions import AccessError, UserError

from .test_x2_extension import ExtensionCommon


class TestPausePeriods(ExtensionCommon):
    """X8: the periods of a plan move with its pauses, day by day."""

    def test_over_a_period_boundary(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-20", "2026-02-10")  # 22 days
        self.assertEqual(
            self.bounds(plan),
            [("01-01", "02-22"), ("02-23", "03-22"), ("03-23", "04-22")],
        )
        self.assertEqual(self.due_dates(plan), ["01-01", "02-23", "03-23"])
        self.assertEqual(plan.date_end, date(2026, 4, 22))

    def test_drafts_are_due_after_it(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-20", "2026-02-10")
        invoices = self.invoices(plan)
        self.assertEqual(invoices[1].invoice_date_due, date(2026, 2, 23))
        self.clock.move_to("2026-02-22 12:00:00")
        self.run_posting_job()
        self.assertEqual(invoices.mapped("state"), ["posted", "draft", "draft"])
        self.clock.move_to("2026-02-23 12:00:00")
        self.run_posting_job()
        self.assertEqual(invoices.mapped("state"), ["posted", "posted", "draft"])
        self.assertEqual(invoices[1].invoice_date_due, date(2026, 2, 23))

    def test_posted_inside_keeps_its_due_date(self):
        plan = self.sell_monthly()
        invoice = self.post(self.invoices(plan)[1])
        self.pause(plan, "2026-01-20", "2026-02-10")
        self.assertEqual(invoice.invoice_date_due, date(2026, 2, 1))
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 180.0)

    def test_month_ends_do_not_drift(self):
        plan = self.sell_monthly("2026-01-31", period_count=4)
        before = [
            ("01-31", "02-27"),
            ("02-28", "03-30"),
            ("03-31", "04-29"),
            ("04-30", "05-30"),
        ]
        self.assertEqual(self.bounds(plan), before)
        self.pause(plan, "2026-03-05", "2026-03-09")
        self.assertEqual(
            self.bounds(plan),
            [
                ("01-31", "02-27"),
                ("02-28", "04-04"),
                ("04-05", "05-04"),
                ("05-05", "06-04"),
            ],
        )
        self.clock.move_to("2026-03-05 12:00:00")
        plan.action_resume()
        self.assertEqual(self.bounds(plan), before)
        self.assertEqual(plan.date_end, date(2026, 5, 30))
        self.assertEqual(self.due_dates(plan), ["01-31", "02-28", "03-31", "04-30"])

    def test_two_pauses(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-10", "2026-01-14")
        self.pause(plan, "2026-01-20", "2026-01-24")
        self.assertEqual(self.bounds(plan)[0], ("01-01", "02-10"))
        self.assertEqual(plan.date_end, date(2026, 4, 10))
        self.clock.move_to("2026-01-22 12:00:00")
        plan.action_resume()
        self.assertEqual(self.bounds(plan)[0], ("01-01", "02-07"))
        self.assertEqual(plan.date_end, date(2026, 4, 7))
        with self.assert_refused(UserError, "not paused"):
            plan.action_resume()

    def test_resume_over_a_boundary(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-20", "2026-02-10")
        self.clock.move_to("2026-02-05 12:00:00")
        plan.action_resume()  # 16 days rested
        self.assertEqual(
            self.bounds(plan),
            [("01-01", "02-16"), ("02-17", "03-16"), ("03-17", "04-16")],
        )
        plan.book([datetime(2026, 2, 5, 15)])

    def test_entered_late_gives_back_what_expired_meanwhile(self):
        plan = self.sell_monthly()
        self.update_plans("2026-02-01 12:00:00")
        self.assertEqual(plan.sessions_remaining, 8.0)
        self.clock.move_to("2026-02-05 12:00:00")
        self.pause(plan.with_user(self.manager), "2026-01-20", "2026-02-10")
        self.assertEqual(self.bounds(plan)[0], ("01-01", "02-22"))
        self.assertEqual(plan.sessions_remaining, 12.0)
        plan.book([datetime(2026, 2, 11 + day, 9) for day in range(4)])
        self.assert_ledger_adds_up(plan)
        self.update_plans("2026-02-23 12:00:00")
        self.assertEqual(plan.sessions_remaining, 8.0)

    def test_resumed_into_a_period_that_is_over(self):
        """Nothing expires twice, nor comes back twice, around a pause."""
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-30", "2026-02-10")  # January through 12 February
        self.clock.move_to("2026-02-01 12:00:00")
        plan.action_resume()  # January through 2 February
        self.assertEqual(self.bounds(plan)[0], ("01-01", "02-02"))
        for day in ("2026-02-02", "2026-02-03", "2026-02-04"):
            self.update_plans(f"{day} 12:00:00")
        self.assertEqual(plan.sessions_remaining, 8.0)
        self.assertEqual(self.kinds(plan)[3:], [("expire", -4.0)])

    def test_sessions_of_the_paused_period_stay(self):
        plan = self.sell_monthly()
        self.pause(plan, "2026-01-20", "2026-02-10")
        self.update_plans("2026-02-22 12:00:00")
        self.assertEqual(plan.sessions_remaining, 12.0)
        self.update_plans("2026-02-23 12:00:00")
        self.assertEqual(plan.sessions_remaining, 8.0)


class TestPausePackage(ExtensionCommon):
    """X8: packages, with and without end; what stands in the way of a pause."""

    def test_never_expires(self):
        plan = self.sell()
        visits = plan.book(self.weekly(3))
        self.pause(plan, "2026-01-10", "2026-01-20")
        self.assertFalse(plan.date_end)
        self.assertEqual(visits.mapped("state")[:2], ["scheduled", "cancelled"])
        self.clock.move_to("2026-01-15 12:00:00")
        plan.action_resume()
        self.assertFalse(plan.date_end)
        plan.book([datetime(2026, 1, 16, 9)])

    def test_due_dates_of_packages_follow_the_deal(self):
        plan = self.sell(self.make_template(validity=6))
        plan.book(self.weekly(12))
        posted = self.post(self.invoices(plan)[0])
        self.pause(plan, "2026-01-05", "2026-01-18")
        self.assertEqual(posted.invoice_date_due, date(2026, 1, 19))
        self.assertEqual(self.due_dates(plan), ["01-19", "02-16", "03-16"])
        self.assertEqual(plan.sessions_remaining, 2.0)
        self.assert_ledger_adds_up(plan)

    def test_served_visits_inside_stay(self):
        plan = self.sell(self.make_template(validity=6))
        visits = plan.book(self.weekly(3))
        visits[0].action_receive()
        self.clock.move_to("2026-01-06 12:00:00")
        with self.assert_refused(AccessError, "only a manager"):
            self.pause(plan, "2026-01-04", "2026-01-15")
        self.pause(plan.with_user(self.manager), "2026-01-04", "2026-01-15")
        self.assertEqual(visits.mapped("state"), ["received", "cancelled", "scheduled"])

    def test_then_cancelled(self):
        plan = self.sell(self.make_template(validity=6))
        self.pause(plan, "2026-01-05", "2026-01-18")
        self.clock.move_to("2026-01-10 12:00:00")
        plan._cancel_from(date(2026, 1, 10), "Moves away")
        end = plan.date_end
        with self.assert_refused(UserError, "cancelled"):
            plan.action_resume()
        self.assertEqual(plan.date_end, end)
        with self.assert_refused(UserError, "cannot be paused"):
            self.pause(plan, "2026-02-01", "2026-02-10")

    def test_resume_with_visits_after_the_earlier_end(self):
        plan = self.sell(self.make_template(validity=1))  # through 1 February
        self.pause(plan, "2026-01-05", "2026-01-18")  # through 15 February
        plan.book([datetime(2026, 2, 14, 9)])
        self.clock.move_to("2026-01-06 12:00:00")
        with self.assert_refused(UserError, "1 visit"):
            plan.action_resume()
        self.assertTrue(plan.is_paused)
        self.assertEqual(plan.date_end, date(2026, 2, 15))

    def test_longer_than_what_is_left(self):
        plan = self.sell(self.make_template(validity=1))
        self.pause(plan, "2026-01-23", "2026-02-28")  # ten days were left
        self.assertEqual(plan.date_end, date(2026, 3, 10))
        self.update_plans("2026-03-01 12:00:00")
        self.assertEqual(plan.days_left, 9)
        self.assertEqual(plan.state, "active")

    def test_staff_may_but_not_by_hand(self):
        plan = self.sell(self.make_template(validity=1))
        self.pause(plan, "2026-01-10", "2026-01-11")
        self.assertEqual(plan.sudo().pause_ids.user_id, self.staff)
        with self.assert_refused(UserError, "is sold"):
            plan.with_user(self.staff).date_end = date(2026, 3, 1)
        with self.assert_refused(AccessError, "To of .* written directly"):
            plan.with_user(self.manager).pause_ids.date_to = date(2026, 1, 31)

    def test_not_by_another_company(self):
        plan = self.sell(self.make_template(validity=1))
        with self.assert_refused(AccessError, "no access to what was chosen as Plan"):
            self.pause(plan.with_user(self.other_staff), "2026-01-10", "2026-01-11")
        with self.assert_refused(AccessError, r"'write'.*\n.*[(]pet.plan[)]"):
            plan.with_user(self.other_staff).action_resume()
