from datetime import date, datetime

from odoo.exceptions import UserError

from .changes import ChangeCase

DAY = "2026-01-20"


class AheadCase(ChangeCase):
    """Luna's 4 baths a month are changed on 2 January, from the 20th on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.four)
        cls.pay(cls.invoices(cls.plan)[0])
        cls.before = cls.plan.book([datetime(2026, 1, 12, 9)])
        cls.after = cls.plan.book([datetime(2026, 1, 21, 9), datetime(2026, 2, 2, 9)])

    def change_ahead(self, template=None):
        return self.change(self.plan, template, day=DAY, ahead=True)


class TestAhead(AheadCase):
    """S14, X7: dated ahead, credited on that day for what is unused then."""

    def test_visits_move_at_once_money_on_the_day(self):
        wizard = self.open_change(self.plan, day=DAY)
        self.assertTrue(wizard.is_ahead)
        self.assertEqual(wizard.amount_credited, 135.0)  # at most
        new = self.change_ahead()
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.cancel_date, date(2026, 1, 20))
        self.assertEqual(self.after.plan_id, new)
        self.assertEqual(self.before.plan_id, self.plan)
        self.assertFalse(self.credits(self.plan))
        self.assertEqual(new.date_start, date(2026, 1, 20))
        self.assertEqual(new.renewal_of_id, self.plan)

    def test_usable_through_the_day_before(self):
        new = self.change_ahead()
        self.plan.book([datetime(2026, 1, 19, 9)])
        with self.assert_refused(UserError, "it is cancelled from Jan 20, 2026"):
            self.plan.book([datetime(2026, 1, 20, 9)])
        self.update_plans(f"{DAY} 03:00:00")
        self.assertEqual(self.plan.state, "cancelled")
        self.assertEqual(self.credits(self.plan).mapped("amount_total"), [90.0])
        self.assertEqual(
            self.credits(self.plan).pet_credited_cycle_id, new.cycle_ids[0]
        )

    def test_the_invoice_waits_for_the_day_and_for_the_note(self):
        self.eight.with_user(self.manager).post_lead_days = 10
        new = self.change_ahead()
        first = self.first_bill(new)
        self.clock.move_to("2026-01-12 12:00:00")
        self.run_posting_job()
        self.assertEqual(first.state, "draft")
        self.assertIn(
            f"Waits until {self.plan.display_name} is cancelled on Jan 20, 2026",
            new.credit_text,
        )
        self.update_plans(f"{DAY} 03:00:00")
        self.run_posting_job()
        self.assertEqual(first.state, "draft")
        self.assertIn("Waits for the credit note", new.credit_text)
        self.post(self.credits(self.plan))
        self.run_posting_job()
        self.assertEqual(first.amount_residual, 320.0 - 135.0)

    def test_nothing_to_credit_on_the_day(self):
        new = self.change_ahead()
        for hour in (9, 10, 11):
            self.plan.book([datetime(2026, 1, 19, hour)])
        self.update_plans(f"{DAY} 03:00:00")
        self.run_posting_job()
        self.assertEqual(self.first_bill(new).state, "posted")

    def test_presents_move_on_the_day(self):
        offer = self.make_monthly(4, 45.0, (self.bath, 2, 0.0), name="4 and 2 free")
        plan = self.sell(offer, pet=self.rex)
        new = self.change(plan, day=DAY, ahead=True)
        self.assertEqual(new.sessions_remaining, 24.0)
        self.update_plans(f"{DAY} 03:00:00")
        self.assertEqual(new.sessions_remaining, 26.0)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(new)
        self.assert_ledger_adds_up(plan)

    def test_what_an_edit_gave_moves_on_the_day(self):
        """The sessions that only drafts would bill are gone; the given one is not."""
        plan = self.sell(pet=self.rex)
        self.pay(self.invoices(plan)[0])
        self.adjust(plan, 13.0)
        new = self.change(plan, day=DAY, ahead=True)
        self.assertEqual(plan.sessions_remaining, 5.0)
        self.update_plans(f"{DAY} 03:00:00")
        self.assertEqual(new.sessions_remaining, 25.0)
        self.assertEqual(self.credits(plan).mapped("amount_total"), [180.0])

    def test_the_job_again_changes_nothing(self):
        new = self.change_ahead()
        self.update_plans(f"{DAY} 03:00:00")
        facts = new.entry_ids, self.plan.entry_ids, self.credits(self.plan)
        self.update_plans("2026-01-21 03:00:00")
        self.assertEqual(
            (new.entry_ids, self.plan.entry_ids, self.credits(self.plan)), facts
        )


class TestCalledOff(AheadCase):
    """S14, X7: a change to come is called off with the cancellation."""

    def test_all_comes_back(self):
        entries = {line: (line.remaining, line.booked) for line in self.plan.line_ids}
        drafts = self.invoices(self.plan).mapped("state")
        new = self.change_ahead()
        self.plan.action_call_off_cancellation()
        self.assertFalse(self.plan.cancel_date)
        self.assertEqual(self.after.plan_id, self.plan)
        self.assertEqual(set(self.after.mapped("state")), {"scheduled"})
        self.assertEqual(self.invoices(self.plan).mapped("state"), drafts)
        self.assertEqual(
            {line: (line.remaining, line.booked) for line in self.plan.line_ids},
            entries,
        )
        self.assertEqual(new.state, "cancelled")
        self.assertEqual(self.invoices(new).mapped("state"), ["cancel"] * 3)
        self.assertFalse(self.plan.is_renewed)
        for plan in self.plan + new:
            self.assert_ledger_adds_up(plan)
            body = "".join(plan.sudo().message_ids.mapped("body"))
            self.assertIn("The change is called off: 2 visits came back", body)
        self.assertTrue(self.change(self.plan, day="2026-01-12"))

    def test_those_that_were_cancelled_are_booked_again(self):
        one = self.make_monthly(1, 45.0, name="One bath")
        extra = self.plan.book([datetime(2026, 1, 22, 9)])
        self.change_ahead(one)
        self.assertEqual(extra.state, "cancelled")
        self.plan.action_call_off_cancellation()
        self.assertEqual(extra.state, "scheduled")
        self.assertEqual(extra.plan_id, self.plan)

    def test_what_was_booked_since_goes_with_the_new_plan(self):
        new = self.change_ahead()
        more = new.book([datetime(2026, 1, 22, hour) for hour in range(1, 6)])
        self.plan.action_call_off_cancellation()
        kept = more.filtered(lambda visit: visit.plan_id == self.plan)
        self.assertEqual(len(kept), 2)
        self.assertEqual(set((more - kept).mapped("state")), {"cancelled"})
        body = "".join(self.plan.sudo().message_ids.mapped("body"))
        self.assertIn("Cancelled with it: ", body)

    def test_not_once_it_has_begun(self):
        new = self.change_ahead()
        self.post(self.first_bill(new))
        with self.assert_refused(UserError, f"changed to {new.name} .*has begun"):
            self.plan.action_call_off_cancellation()
        self.assertTrue(self.plan.cancel_date)
        self.assertEqual(self.after.plan_id, new)

    def test_the_new_plan_cancelled_alone(self):
        """Then the customer has none from that day on; that may be called off too."""
        new = self.change_ahead()
        self.cancel_plans(new)
        self.plan.action_call_off_cancellation()
        self.assertFalse(self.plan.cancel_date)
        self.assertEqual(self.plan.state, "active")

    def test_nothing_is_carried_over(self):
        self.change_ahead()
        with self.assert_refused(UserError, "what is not used is credited"):
            self.plan.action_carry_over()
