from datetime import date, datetime

from .test_x2_extension import ExtensionCommon


class ForfeitCommon(ExtensionCommon):
    def states(self, plan):
        return self.invoices(plan).mapped("state")

    def match(self, draft, amount):
        """Match money with a draft, as the accountant may."""
        payment = (
            self.env["account.payment"]
            .with_user(self.accountant)
            .create(
                {
                    "partner_id": draft.partner_id.id,
                    "amount": amount,
                    "payment_type": "inbound",
                    "journal_id": self.company_data["default_journal_bank"].id,
                }
            )
        )
        payment.action_post()
        lines = (payment.move_id.line_ids | draft.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.with_user(self.accountant).reconcile()


class TestPeriodsBehindTheEnd(ForfeitCommon):
    """X2: drafts of periods behind an earlier end go, and come back with the end."""

    def test_cancelled_with_a_note(self):
        plan = self.sell_monthly()
        self.end_on(plan, "2026-02-10")
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])
        note = "ends on Feb 10, 2026, before the period begins"
        self.assertIn(note, self.bodies(self.invoices(plan)[2])[-1])
        self.assertIn(note, self.bodies(plan)[-1])

    def test_back_with_the_end(self):
        plan = self.sell_monthly(period_count=6)
        before = self.invoices(plan)
        self.end_on(plan, "2026-02-10")
        self.end_on(plan, "2026-04-30")
        self.assertEqual(self.states(plan), ["draft"] * 4 + ["cancel"] * 2)
        self.assertIn("is a draft again", self.bodies(plan)[-1])
        self.end_on(plan, "2026-06-30")
        self.assertEqual(self.states(plan), ["draft"] * 6)
        self.assertEqual(self.invoices(plan), before)
        self.assertFalse(any(plan.cycle_ids.mapped("is_forfeited")))

    def test_back_with_their_due_dates_anew(self):
        """A pause moved the periods meanwhile."""
        plan = self.sell_monthly()
        self.end_on(plan, "2026-02-10")
        plan._pause(date(2026, 1, 10), date(2026, 1, 14), "Holidays")
        self.end_on(plan, "2026-04-05")
        self.assertEqual(self.invoices(plan)[2].invoice_date_due, date(2026, 3, 6))
        self.assertEqual(
            self.receivable_dates(self.invoices(plan)[2]), [date(2026, 3, 6)]
        )

    def test_a_pause_and_its_end_change_nothing(self):
        plan = self.sell_monthly()
        self.end_on(plan, "2026-02-10")
        plan._pause(date(2026, 1, 10), date(2026, 1, 14), "Holidays")
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])
        plan.action_resume()
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])
        self.assertEqual(plan.date_end, date(2026, 2, 10))

    def test_moved_in_the_wizard(self):
        plan = self.sell_monthly()
        self.env["pet.plan.adjust"].with_user(self.manager).create(
            {"plan_id": plan.id, "reason": "Moves", "date_end": date(2026, 1, 20)}
        ).action_apply()
        self.assertEqual(self.states(plan), ["draft", "cancel", "cancel"])

    def test_posted_and_reset_ones_stay(self):
        plan = self.sell_monthly(period_count=4)
        self.post(self.invoices(plan)[1:3])
        self.invoices(plan)[2].with_user(self.accountant).button_draft()
        self.end_on(plan, "2026-01-20")
        self.assertEqual(self.states(plan), ["draft", "posted", "draft", "cancel"])

    def test_what_is_paid_as_a_draft_stays_and_is_posted(self):
        plan = self.sell_monthly()
        self.match(self.invoices(plan)[2], 180.0)
        self.end_on(plan, "2026-02-10")
        self.assertEqual(self.states(plan), ["draft", "draft", "draft"])
        self.clock.move_to("2026-03-05 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.states(plan), ["posted"] * 3)

    def test_what_the_accountant_cancelled_stays_so(self):
        plan = self.sell_monthly()
        self.invoices(plan)[2].with_user(self.accountant).button_cancel()
        self.end_on(plan, "2026-01-20")
        self.end_on(plan, "2026-03-31")
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])

    def test_what_the_accountant_made_again_is_theirs(self):
        plan = self.sell_monthly()
        self.end_on(plan, "2026-02-10")
        plan.cycle_ids[2].with_user(self.accountant).action_create_invoice()
        again = self.invoices(plan)[2]
        self.end_on(plan, "2026-02-15")
        self.assertEqual(again.state, "draft")
        self.end_on(plan, "2026-03-31")
        self.assertEqual(self.invoices(plan)[2], again)
        self.assertEqual(self.states(plan), ["draft"] * 3)

    def test_a_cancelled_plan_stays_so(self):
        plan = self.sell_monthly()
        self.clock.move_to("2026-01-20 12:00:00")
        plan._cancel_from(date(2026, 1, 20), "Moves away")
        self.end_on(plan, "2026-06-30")
        self.assertEqual(self.states(plan), ["draft", "cancel", "cancel"])

    def test_sessions_behind_the_end_are_not_given_away(self):
        for rollover in (False, True):
            with self.subTest(rollover=rollover):
                plan = self.sell_monthly(rollover=rollover)
                plan.book([datetime(2026, 1, 2, 13)]).action_receive()
                self.end_on(plan, "2026-02-10")
                left = plan._get_transferable()
                self.assertEqual(sum(left.values()), 7.0)


class TestUnusedPackage(ForfeitCommon):
    """X2: at expiry what was never billed nor used is forfeited, not charged."""

    def sell_booked(self, count, **terms):
        terms.setdefault("validity", 2)  # through 1 March
        plan = self.sell(self.make_template(**terms))
        visits = plan.book(self.weekly(count))
        return plan, visits

    def expire(self):
        self.update_plans("2026-03-02 12:00:00")

    def test_cycles_without_a_visit_go(self):
        plan, __ = self.sell_booked(5)
        self.expire()
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])
        note = "its sessions were not used"
        self.assertIn(note, self.bodies(self.invoices(plan)[2])[-1])
        self.assertIn(note, "".join(self.bodies(plan)))
        self.assertEqual(plan.cycle_ids.mapped("state")[2], "closed")

    def test_never_used(self):
        plan, __ = self.sell_booked(0)
        self.expire()
        self.assertEqual(self.states(plan), ["cancel"] * 3)

    def test_billed_ones_stay(self):
        plan, __ = self.sell_booked(1)
        self.post(self.invoices(plan)[1])
        self.expire()
        self.assertEqual(self.states(plan), ["draft", "posted", "cancel"])

    def test_undone_when_the_end_is_moved(self):
        plan, __ = self.sell_booked(5)
        self.expire()
        self.end_on(plan, "2026-03-20")
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.assertEqual(plan.sessions_remaining, 7.0)
        self.assertEqual(plan.cycle_ids.mapped("state")[2], "waiting")
        self.assertEqual(self.invoices(plan)[2].invoice_date_due, date(2026, 3, 20))
        self.update_plans("2026-03-21 12:00:00")
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])

    def test_moved_to_a_day_that_is_over_too(self):
        plan, __ = self.sell_booked(5)
        self.expire()
        self.end_on(plan, "2026-02-20")
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])

    def test_sessions_that_were_used_are_billed_with_the_last_visit(self):
        """Twelve sessions on four visits: the third cycle has no visit."""
        plan = self.sell(self.make_template(validity=2))
        for day in range(7, 11):
            start = f"2026-01-{day:02} 09:00:00"
            self.clock.move_to(start)
            self.serve_sessions(plan, 3, start=start)
        # Nothing is left to book: no visit will enter it (S10).
        self.assertEqual(self.due_dates(plan)[2], "01-10")
        self.expire()
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.assertEqual(plan.cycle_ids.mapped("state")[2], "scheduled")
        self.assertEqual(self.due_dates(plan)[2], "01-10")
        self.run_posting_job()
        self.assertEqual(self.states(plan), ["posted"] * 3)
        self.assertEqual(self.invoices(plan)[2].invoice_date_due, date(2026, 1, 10))

    def test_as_far_as_unused_sessions_cover_them(self):
        """Five of twelve used on two visits: one of the two waiting cycles goes."""
        plan = self.sell(self.make_template(validity=2))
        self.serve_sessions(plan, 3)
        self.serve_sessions(plan, 2)
        self.expire()
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])

    def test_a_service_used_early_is_billed(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 8, 45.0), (self.grooming, 2, 60.0)],
                appointment_count=8,
                validity=2,
            )
        )
        self.serve_sessions(plan, 1, 2)
        self.expire()
        self.assertEqual(self.states(plan), ["draft", "draft"])

    def test_what_a_manager_took_is_billed(self):
        plan, __ = self.sell_booked(4)
        self.adjust(plan, 0.0)
        self.expire()
        self.assertEqual(self.states(plan), ["draft"] * 3)
        self.assertEqual(self.due_dates(plan), ["01-05", "01-26", "01-26"])

    def test_a_present_covers_nothing(self):
        plan = self.sell(self.make_template(validity=2))
        self.adjust(plan, 20.0)
        self.serve_sessions(plan, 10)
        self.expire()
        self.assertEqual(self.states(plan), ["draft"] * 3)

    def test_what_an_accountant_credited_is_not_billed_twice(self):
        """Five used, the last cycle credited: the second one pays for the fifth."""
        plan = self.sell(self.make_template(validity=2))
        self.serve_sessions(plan, 5)
        self.credit(self.post(self.invoices(plan)[2]))
        self.expire()
        self.assertEqual(plan.cycle_ids.mapped("state")[2], "closed")
        self.assertEqual(self.states(plan)[:2], ["draft", "draft"])

    def test_money_matched_stays(self):
        plan, __ = self.sell_booked(4)
        self.match(self.invoices(plan)[1], 50.0)
        self.expire()
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])
        self.run_posting_job()
        self.assertEqual(self.states(plan), ["posted", "posted", "cancel"])
        self.assertEqual(self.invoices(plan)[1].invoice_date_due, date(2026, 1, 26))

    def test_an_old_waiting_draft_is_closed(self):
        """As 19.0.1.0.0 left a package that had expired: it had no such rule."""
        plan, __ = self.sell_booked(4)
        self.expire()
        cycles = plan.sudo().cycle_ids
        self.invoices(plan)[1:].button_draft()
        cycles[1:]._unguarded().write({"is_forfeited": False, "date_due": False})
        self.assertEqual(cycles.mapped("state")[1:], ["waiting"] * 2)
        self.update_plans()
        self.assertEqual(self.states(plan), ["draft", "cancel", "cancel"])

    def test_twice_is_once(self):
        plan, __ = self.sell_booked(4)
        self.expire()
        before = self.bodies(plan)
        plan.sudo()._update_states()
        self.assertEqual(self.bodies(plan), before)

    def test_a_no_show_whose_session_came_back_used_nothing(self):
        """The ninth visit alone is in the third cycle, and nobody came."""
        plan, visits = self.sell_booked(9, no_show_policy="return", validity=3)
        visits[8].action_no_show()
        self.assertEqual(visits[8].cycle_id, plan.cycle_ids[2])
        self.update_plans("2026-04-02 12:00:00")
        self.assertEqual(self.states(plan), ["draft", "draft", "cancel"])

    def test_the_first_visit_cancelled_afterwards(self):
        """The others are dealt again, also after the end (C2): four in one cycle."""
        plan, visits = self.sell_booked(5)
        self.expire()
        visits[0].action_cancel()
        self.assertEqual(
            self.days(plan), [["01-12", "01-19", "01-26", "02-02"], [], []]
        )
        self.assertEqual(self.due_dates(plan)[0], "01-12")
        self.update_plans()
        self.assertEqual(self.states(plan), ["draft", "cancel", "cancel"])

    def test_a_visit_cancelled_afterwards(self):
        plan, visits = self.sell_booked(5)
        self.expire()
        visits[4].action_cancel()
        self.update_plans()
        self.assertEqual(self.states(plan), ["draft", "cancel", "cancel"])
