from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon

JOB = "pet_plans.ir_cron_update_plans"
DAY = date(2026, 1, 20)


class AheadCase(PetPlansCommon):
    """Luna's baths are cancelled on 2 January, from the 20th on."""

    def sell_monthly(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", **{"period_count": 3, **terms}
            )
        )

    def cancel_ahead(self, plans, day=DAY, settlement="none"):
        return self.cancel_plans(plans, date=day, settlement=settlement)

    def update_on(self, moment):
        self.update_plans(f"{moment} 03:00:00")

    def credit_notes(self, plan):
        moves = plan.sudo().cycle_ids.move_ids
        return moves.filtered(lambda move: move.move_type == "out_refund").sorted("id")

    def kinds(self, plan):
        entries = plan.entry_ids.sorted("id")
        return entries.mapped(lambda entry: (entry.kind, entry.quantity))

    def facts(self, plan):
        self.assert_ledger_adds_up(plan)
        return [
            plan.state,
            plan.sessions_remaining,
            plan.sessions_booked,
            self.days(plan),
            self.due_dates(plan),
            self.invoices(plan).mapped("state"),
        ]


class TestDatedAhead(AheadCase):
    """X7: dated ahead, a plan stays active and usable through the day before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.pay(cls.invoices(cls.plan)[0])

    def test_stays_active(self):
        self.cancel_ahead(self.plan)
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.cancel_date, DAY)
        self.update_on("2026-01-19")
        self.assertEqual(self.plan.state, "active")

    def test_visits_and_drafts_from_it_on_go_at_once(self):
        self.cancel_ahead(self.plan)
        self.assertEqual(self.days(self.plan), [["01-05", "01-12", "01-19"], [], []])
        self.assertEqual(
            self.invoices(self.plan).mapped("state"), ["posted", "cancel", "cancel"]
        )

    def test_with_each_draft_the_sessions_only_it_bills(self):
        """Of 9 freed one is paid: 8 expire, each with its cycle."""
        self.cancel_ahead(self.plan)
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        self.assertEqual(self.kinds(self.plan)[-2:], [("expire", -4.0)] * 2)
        self.assertEqual(
            self.plan.entry_ids.sorted("id")[-2:].cycle_id, self.plan.cycle_ids[1:]
        )
        self.assert_ledger_adds_up(self.plan)

    def test_usable_through_the_day_before(self):
        self.cancel_ahead(self.plan)
        visit = self.plan.book([datetime(2026, 1, 14, 9)])
        self.assertEqual(visit.cycle_id.sequence, 1)
        visit.reschedule(datetime(2026, 1, 19, 15))
        with self.assert_refused(UserError, "it is cancelled from Jan 20, 2026"):
            visit.reschedule(datetime(2026, 1, 20, 9))
        with self.assert_refused(UserError, "1 needed, 0 left"):
            self.plan.book([datetime(2026, 1, 15, 9)])
        self.clock.move_to("2026-01-19 15:00:00")
        visit.action_receive()
        visit.action_deliver()
        self.update_on("2026-01-20")
        self.assertEqual(self.plan.sessions_used + self.plan.sessions_booked, 4)

    def test_no_visit_from_that_day_on(self):
        self.cancel_ahead(self.plan)
        with self.assert_refused(UserError, "it is cancelled from Jan 20, 2026"):
            self.plan.book([datetime(2026, 1, 20, 9)])

    def test_picked_at_the_counter_till_then(self):
        self.cancel_ahead(self.plan)
        for moment, plan in (("2026-01-14", self.plan), ("2026-01-20", None)):
            self.clock.move_to(f"{moment} 09:00:00")
            visit = self.env["pet.appointment"].create(
                {"pet_id": self.luna.id, "start": f"{moment} 09:00:00"}
            )
            visit.action_receive()
            self.assertEqual(visit.plan_id, plan or self.plan.browse())

    def test_the_rest_expires_on_the_day(self):
        self.cancel_ahead(self.plan)
        self.update_on("2026-01-20")
        self.assertEqual(self.plan.state, "cancelled")
        self.assertEqual(self.plan.cancel_reason, "Moves away")
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual(self.plan.line_ids.expired, 9.0)
        self.assert_ledger_adds_up(self.plan)

    def test_the_job_again_changes_nothing(self):
        self.cancel_ahead(self.plan, settlement="credit_note")
        for day in ("2026-01-05", "2026-01-06", "2026-01-20", "2026-01-21"):
            self.update_on(day)
            facts = self.facts(self.plan), self.kinds(self.plan)
            self.update_on(day)
            self.assertEqual((self.facts(self.plan), self.kinds(self.plan)), facts)
        self.assertEqual(len(self.credit_notes(self.plan)), 1)

    def test_the_credit_note_is_made_on_the_day(self):
        self.cancel_ahead(self.plan, settlement="credit_note")
        self.update_on("2026-01-19")
        self.assertFalse(self.credit_notes(self.plan))
        self.update_on("2026-01-20")
        credit_note = self.credit_notes(self.plan)
        self.assertEqual(credit_note.mapped("amount_total"), [45.0])
        self.assertEqual(credit_note.state, "draft")

    def test_for_what_is_unused_then(self):
        self.cancel_ahead(self.plan, settlement="credit_note")
        self.plan.book([datetime(2026, 1, 14, 9)])
        self.update_on("2026-01-20")
        self.assertFalse(self.credit_notes(self.plan))
        self.assertEqual(self.plan.state, "cancelled")

    def test_a_draft_that_stays_is_cut_on_the_day(self):
        plan = self.sell(self.make_template(due_basis="last"))
        plan.book(self.weekly(4))
        self.cancel_ahead(plan, settlement="credit_note")
        draft = self.invoices(plan)[0]
        self.assertEqual([draft.state, draft.amount_total], ["draft", 180.0])
        self.update_on("2026-01-20")
        self.assertEqual([draft.state, draft.amount_total], ["draft", 135.0])

    def test_not_posted_in_full_where_the_job_is_late(self):
        plan = self.sell(self.make_template(due_basis="last", due_offset_days=1))
        plan.book(self.weekly(3))
        self.cancel_ahead(plan, settlement="credit_note")
        draft = self.invoices(plan)[0]
        self.clock.move_to("2026-01-20 03:00:00")
        self.run_posting_job()
        self.assertEqual(draft.state, "draft")
        self.update_plans()
        self.run_posting_job()
        self.assertEqual([draft.state, draft.amount_total], ["posted", 135.0])

    def test_the_preview_says_at_most(self):
        wizard = self.env["pet.plan.cancel"].create(
            {
                "plan_ids": self.plan.ids,
                "reason": "Moves away",
                "date": DAY,
                "settlement": "credit_note",
            }
        )
        self.assertTrue(wizard.is_ahead)
        self.assertEqual(wizard.amount_credited, 45.0)
        self.assertEqual(
            wizard.line_ids.mapped("effect"),
            ["credit", "cancel_draft", "cancel_draft"],
        )
        wizard.date = date(2026, 1, 2)
        self.assertFalse(wizard.is_ahead)

    def test_a_late_job_changes_nothing(self):
        """Judged by the dates: on the day, and eleven days later."""
        found = []
        for day in ("2026-01-20", "2026-01-31"):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell(self.make_template(validity=24, validity_unit="day"))
            plan.book(self.weekly(3))
            self.post(self.invoices(plan)[0])
            self.cancel_ahead(plan, settlement="credit_note")
            self.clock.move_to(f"{day} 02:00:00")
            with self.assert_refused(UserError, "it is cancelled from Jan 20, 2026"):
                plan.book([datetime(2026, 1, 15, 9)])
            self.update_on(day)
            found.append(
                (self.facts(plan), self.credit_notes(plan).mapped("amount_total"))
            )
        self.assertEqual(*found)
        self.assertEqual(found[0][1], [45.0])

    def test_by_the_clock_of_the_shop(self):
        self.cancel_ahead(self.plan)
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.update_on("2026-01-20")  # midnight in the shop
        self.assertEqual(self.plan.state, "cancelled")

    def test_no_reminder_till_then(self):
        self.switch_on_reminders()
        plan = self.sell(self.make_template(validity=21, validity_unit="day"))
        self.cancel_ahead(plan)
        domain = self.env["pet.plan"]._get_reminder_domain(self.shop)
        self.assertNotIn(plan, self.env["pet.plan"].search(domain))

    def test_no_renewal_till_then(self):
        self.cancel_ahead(self.plan)
        with self.assert_refused(
            UserError, f"{self.plan.name}.* is cancelled from Jan 20, 2026 on"
        ):
            self.plan.action_renew()

    def test_in_no_card_of_what_ends(self):
        """Nobody is asked to call the customer about a renewal."""
        plan = self.sell(self.make_template(validity=21, validity_unit="day"))
        for bucket in ("month_1", False):
            found = self.env["pet.plan"].search([("expiry_bucket", "=", bucket)])
            self.assertEqual((plan.expiry_bucket, plan in found), (bucket, True))
            if bucket:
                self.cancel_ahead(plan)
        self.assertEqual(self.env["pet.plan"].retrieve_dashboard()["active"], 2)

    def test_said_where_the_customer_is_told_the_end(self):
        """On the page at the counter, on paper, and on the customer's own."""
        self.cancel_ahead(self.plan)
        (block, *__) = self.customer.get_pet_plans_page()["blocks"]
        self.assertEqual(
            [row["end"] for row in block["plans"]], ["cancelled from Jan 20, 2026"]
        )
        (summary,) = self.plan.sudo()._get_portal_summaries()
        self.assertEqual(summary["end"], "Jan 19, 2026 (cancelled)")

    def test_no_way_out_by_giving_it_away(self):
        self.cancel_ahead(self.plan)
        wizard = self.env["pet.plan.transfer"].create(
            {"plan_id": self.plan.id, "pet_id": self.rex.id, "reason": "Gift"}
        )
        with self.assert_refused(UserError, "is cancelled from Jan 20, 2026 on"):
            wizard.action_apply()

    def test_twice_is_refused(self):
        self.cancel_ahead(self.plan)
        with self.assert_refused(UserError, "call that off first"):
            self.cancel_ahead(self.plan, day=date(2026, 1, 2))
        self.update_on("2026-01-20")
        with self.assert_refused(UserError, "already cancelled since Jan 20, 2026"):
            self.cancel_plans(self.plan)

    def test_staff_write_none_of_it(self):
        for name, value in (("cancel_settlement", "none"), ("cancel_date", DAY)):
            with self.assert_refused(AccessError, "written directly"):
                self.plan.with_user(self.manager)[name] = value
        with self.assert_refused(AccessError, "written directly"):
            self.visits[0].is_withdrawn = True

    def test_one_ahead_and_one_at_once(self):
        """Two companies' days: in Auckland the 3rd has come."""
        other = self.sell_elsewhere()
        self.other_shop.pet_tz = "Pacific/Auckland"
        plans = (self.plan + other).with_user(self.manager).sudo()
        plans._cancel_from(date(2026, 1, 3), "Both")
        self.assertEqual(plans.mapped("state"), ["active", "cancelled"])


class TestPeriodsAhead(AheadCase):
    """X7: of a plan billed by periods, dated ahead."""

    def test_the_paid_month_stays_usable(self):
        plan = self.sell_monthly()
        self.pay(self.invoices(plan)[0])
        self.cancel_ahead(plan, date(2026, 2, 1), "credit_note")
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "cancel", "cancel"]
        )
        self.assertEqual(plan.sessions_remaining, 4.0)
        plan.book([datetime(2026, 1, 31, 9)] * 4)
        self.update_on("2026-02-01")
        self.assertFalse(self.credit_notes(plan))
        self.assertEqual(plan.state, "cancelled")
        self.assert_ledger_adds_up(plan)

    def test_a_period_that_is_over_by_then_is_not_credited(self):
        """January ends before the plan does: what is left of it is gone."""
        plan = self.sell_monthly()
        self.pay(self.invoices(plan))
        wizard = self.env["pet.plan.cancel"].create(
            {
                "plan_ids": plan.ids,
                "reason": "Moves away",
                "date": date(2026, 2, 1),
                "settlement": "credit_note",
            }
        )
        self.assertEqual(wizard.amount_credited, 360.0)
        wizard.action_apply()
        self.update_on("2026-02-01")
        self.assertEqual(self.credit_notes(plan).mapped("amount_total"), [180.0] * 2)

    def test_the_running_period_is_credited_on_the_day(self):
        """Also where the job comes when it is over."""
        for day in ("2026-01-20", "2026-02-03"):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell_monthly()
            plan.book([datetime(2026, 1, 5, 9)])
            self.post(self.invoices(plan)[0])
            self.cancel_ahead(plan, settlement="credit_note")
            self.update_on(day)
            with self.subTest(day=day):
                self.assertEqual(
                    self.credit_notes(plan).mapped("amount_total"), [135.0]
                )

    def test_with_rollover(self):
        plan = self.sell_monthly(rollover=True)
        before = self.facts(plan)
        self.cancel_ahead(plan, date(2026, 2, 1))
        self.assertEqual(plan.sessions_remaining, 4.0)
        self.update_on("2026-01-20")
        self.assertEqual(plan.sessions_remaining, 4.0)
        plan.action_call_off_cancellation()
        self.assertEqual(self.facts(plan), before)

    def test_money_matched_with_a_draft_keeps_it(self):
        plan = self.sell(self.make_template([(self.bath, 4, 0.0)], kind="plan"))
        self.cancel_ahead(plan)
        self.assertEqual(plan.sessions_remaining, plan.sessions_total)
        self.update_on("2026-01-20")
        self.assertEqual(plan.sessions_remaining, 0)


class TestCalledOff(AheadCase):
    """X7: until then a person may call it off, and all comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.post(cls.invoices(cls.plan)[0])

    def setUp(self):
        super().setUp()
        self.before = self.facts(self.plan)

    def test_drafts_sessions_and_visits_come_back(self):
        self.cancel_ahead(self.plan)
        self.plan.action_call_off_cancellation()
        self.assertEqual(self.facts(self.plan), self.before)
        self.assertEqual(set(self.visits.mapped("state")), {"scheduled"})
        self.assertFalse(self.plan.cancel_date or self.plan.cancel_reason)
        self.assertFalse(any(self.visits.mapped("cancel_reason")))
        self.update_on("2026-01-20")
        self.assertEqual(self.plan.state, "active")
        self.assertFalse(self.credit_notes(self.plan))

    def test_after_the_job_ran_meanwhile(self):
        self.cancel_ahead(self.plan)
        self.update_on("2026-01-04")
        self.plan.action_call_off_cancellation()
        self.assertEqual(self.facts(self.plan), self.before)

    def test_of_periods(self):
        plan = self.sell_monthly()
        plan.book(self.weekly(4) + self.weekly(2, "2026-02-02 09:00:00"))
        before = self.facts(plan)
        self.cancel_ahead(plan)
        self.assertEqual(plan.sessions_remaining, 1.0, "January's, of the 26th")
        plan.action_call_off_cancellation()
        self.assertEqual(self.facts(plan), before)

    def test_what_was_cancelled_for_itself_stays_so(self):
        self.visits[-1].action_cancel()
        self.cancel_ahead(self.plan)
        self.plan.action_call_off_cancellation()
        self.assertEqual(self.visits[-1].state, "cancelled")
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_a_visit_that_finds_no_place_is_named(self):
        self.cancel_ahead(self.plan)
        self.plan._pause(date(2026, 1, 19), date(2026, 1, 26), "Shop closed")
        self.plan.action_call_off_cancellation()
        self.assertEqual(self.visits[3].state, "cancelled")
        self.assertIn("Not booked again: Jan 26, 2026", self.bodies(self.plan)[-1])

    def test_by_the_button(self):
        self.cancel_ahead(self.plan)
        with Form(self.plan) as form:
            self.assertEqual(form.cancel_date, str(DAY))
        self.plan.action_call_off_cancellation()
        self.cancel_ahead(self.plan)
        self.assertEqual(self.plan.cancel_date, DAY, "and cancelled again")

    def test_not_once_the_day_has_come(self):
        self.cancel_ahead(self.plan)
        self.clock.move_to("2026-01-20 02:00:00")
        with self.assert_refused(UserError, "already cancelled since Jan 20, 2026"):
            self.plan.action_call_off_cancellation()

    def test_not_what_is_not_cancelled(self):
        with self.assert_refused(UserError, f"{self.plan.name}.* is not cancelled"):
            self.plan.action_call_off_cancellation()

    def test_not_by_others(self):
        self.cancel_ahead(self.plan)
        for user in (self.accountant, self.other_staff):
            with self.assert_refused(AccessError, "pet.plan"):
                self.plan.with_user(user).action_call_off_cancellation()


class TestPausedAndCancelledAhead(AheadCase):
    """X7, X8: paused and cancelled ahead on the same day."""

    def test_cancelled_then_paused(self):
        plan = self.sell_monthly()
        self.cancel_ahead(plan)
        with self.assert_refused(UserError, "it runs from Jan 1, 2026 to Jan 19, 2026"):
            self.pause(plan, "2026-01-20", "2026-02-03")
        self.assertEqual(plan.date_end, date(2026, 3, 31))

    def test_paused_then_cancelled(self):
        plan = self.sell_monthly()
        self.pay(self.invoices(plan)[0])
        self.pause(plan, "2026-01-20", "2026-02-03")
        before = self.facts(plan)
        self.cancel_ahead(plan, settlement="credit_note")
        plan.action_call_off_cancellation()
        self.assertEqual(self.facts(plan), before)
        self.cancel_ahead(plan, settlement="credit_note")
        self.update_on("2026-01-20")
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(self.credit_notes(plan).mapped("amount_total"), [180.0])
        self.assert_ledger_adds_up(plan)
