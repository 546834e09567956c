from datetime import date, datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from .test_x2_extension import ExtensionCommon


class FollowCase(ExtensionCommon):
    """Luna's month through 1 February is renewed in time, from the 2nd on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(validity=1)
        cls.monthly = cls.make_template(
            [(cls.bath, 4, 45.0)], kind="plan", period_count=1
        )

    def sell_renewed(self, template=None):
        plan = self.sell(template or self.template)
        plan.action_renew()
        return plan, plan.renewed_by_id

    def move_end(self, plan, day):
        """Move the end as a manager does: by the counter edit."""
        wizard = (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": plan.id, "reason": "Agreed"})
        )
        wizard.date_end = date.fromisoformat(day)
        wizard.action_apply()


class TestRenewalFollows(FollowCase):
    """X6: a renewal not begun moves with its predecessor's end, by the same days."""

    def test_by_a_pause(self):
        plan, renewal = self.sell_renewed()
        self.pause(plan, "2026-01-10", "2026-01-23")
        self.assertEqual(plan.date_end, date(2026, 2, 15))
        self.assertEqual(renewal.date_start, date(2026, 2, 16))
        self.assertEqual(renewal.date_end, date(2026, 3, 16))

    def test_both_ways(self):
        plan, renewal = self.sell_renewed()
        before = renewal.date_start, renewal.date_end
        self.pause(plan, "2026-01-10", "2026-01-23")
        plan.action_resume()
        self.assertEqual((renewal.date_start, renewal.date_end), before)

    def test_by_the_counter_edit(self):
        plan, renewal = self.sell_renewed()
        self.move_end(plan, "2026-02-11")
        self.assertEqual(renewal.date_start, date(2026, 2, 12))
        self.move_end(plan, "2026-01-22")
        self.assertEqual(renewal.date_start, date(2026, 1, 23))

    def test_by_the_form(self):
        plan, renewal = self.sell_renewed()
        self.end_on(plan, "2026-02-11")
        self.assertEqual(renewal.date_start, date(2026, 2, 12))
        self.assertIn("10 day", self.bodies(renewal)[-1])

    def test_periods_and_bills_move(self):
        plan, renewal = self.sell_renewed(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2)
        )
        self.assertEqual(self.due_dates(renewal), ["03-01", "04-01"])
        self.pause(plan, "2026-01-10", "2026-01-23")
        self.assertEqual(self.bounds(renewal), [("03-15", "04-14"), ("04-15", "05-14")])
        self.assertEqual(self.due_dates(renewal), ["03-15", "04-15"])
        drafts = self.invoices(renewal)
        self.assertEqual(
            drafts.mapped("invoice_date_due"), [date(2026, 3, 15), date(2026, 4, 15)]
        )
        self.assertIn("Mar 15, 2026 to Apr 14, 2026", drafts[0].invoice_line_ids.name)

    def test_the_renewal_of_the_renewal_too(self):
        plan, renewal = self.sell_renewed()
        renewal.action_renew()
        third = renewal.renewed_by_id
        start = third.date_start
        self.move_end(plan, "2026-02-11")
        self.assertEqual((third.date_start - start).days, 10)

    def test_one_that_begins_later_keeps_its_distance(self):
        plan = self.sell(self.template)
        self.carry(plan, carry_remaining=False, date_start="2026-02-10")
        self.move_end(plan, "2026-02-03")
        self.assertEqual(plan.renewed_by_id.date_start, date(2026, 2, 12))

    def test_not_one_that_did_not_follow_the_end(self):
        """Used up, it was renewed at once: the pet comes on the renewal already."""
        plan = self.sell(self.template)
        self.carry(plan, carry_remaining=False, date_start="2026-01-02")
        self.move_end(plan, "2026-02-11")
        self.assertEqual(plan.renewed_by_id.date_start, date(2026, 1, 2))

    def test_not_before_today(self):
        plan, renewal = self.sell_renewed()
        self.clock.move_to("2026-01-20 12:00:00")
        self.move_end(plan, "2026-01-10")
        self.assertEqual(renewal.date_start, date(2026, 1, 20))

    def test_not_one_that_is_billed(self):
        plan, renewal = self.sell_renewed(self.monthly)
        self.post(self.invoices(renewal))
        self.pause(plan, "2026-01-10", "2026-01-23")
        self.assertEqual(renewal.date_start, date(2026, 2, 1))
        self.assertEqual(self.due_dates(renewal), ["02-01"])

    def test_nor_one_that_was_used(self):
        plan, renewal = self.sell_renewed()
        self.clock.move_to("2026-02-02 08:00:00")
        renewal.book([datetime(2026, 2, 2, 9)]).action_receive()
        self.end_on(plan, "2026-02-11")
        self.assertEqual(renewal.date_start, date(2026, 2, 2))

    def test_extended_beyond_the_renewal(self):
        """It moves, or, begun, runs on beside the old plan."""
        plan, renewal = self.sell_renewed()
        self.end_on(plan, "2026-06-01")
        self.assertEqual(renewal.date_start, date(2026, 6, 2))
        self.assertEqual((renewal.date_end - renewal.date_start).days, 28)
        plan, renewal = self.sell_renewed()
        self.post(self.invoices(renewal)[:1])
        self.end_on(plan, "2026-06-01")
        self.assertEqual(renewal.date_start, date(2026, 2, 2))

    def test_an_end_taken_away_moves_nothing(self):
        plan, renewal = self.sell_renewed()
        plan.with_user(self.manager).date_end = False
        self.assertEqual(renewal.date_start, date(2026, 2, 2))

    def test_not_a_cancelled_one(self):
        plan, renewal = self.sell_renewed()
        self.cancel_plans(renewal)
        self.end_on(plan, "2026-02-11")
        self.assertEqual(renewal.date_start, date(2026, 2, 2))


class TestVisitsBeforeTheNewStart(FollowCase):
    """X6: they go to the old plan while that has sessions, else they are cancelled."""

    def test_to_the_old_plan(self):
        plan, renewal = self.sell_renewed()
        visits = renewal.book(self.weekly(3, "2026-02-02 09:00:00"))
        self.pause(plan, "2026-01-10", "2026-01-23")  # the renewal begins on the 16th
        self.assertEqual([visit.plan_id for visit in visits], [plan, plan, renewal])
        self.assertEqual(set(visits.mapped("state")), {"scheduled"})
        self.assertEqual([plan.sessions_booked, renewal.sessions_booked], [2.0, 1.0])
        for one in plan + renewal:
            self.assert_ledger_adds_up(one)
            told = [body for body in self.bodies(one) if "Feb 9, 2026, 9:00" in body]
            self.assertRegex(told[0], f"14 day.*On {plan.name}")

    def test_else_listed_and_cancelled(self):
        plan, renewal = self.sell_renewed()
        plan.book([datetime(2026, 1, 5, 8)] * 11)
        visits = renewal.book(self.weekly(3, "2026-02-02 09:00:00"))
        self.end_on(plan, "2026-02-14")
        self.assertEqual(
            visits.mapped("state"), ["scheduled", "cancelled", "scheduled"]
        )
        self.assertEqual([visits[0].plan_id, visits[2].plan_id], [plan, renewal])
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(renewal.sessions_remaining, 11.0)
        self.assertRegex(self.bodies(renewal)[-1], "cancelled.*Feb 9, 2026, 9:00")
        self.assert_ledger_adds_up(renewal)

    def test_a_service_the_old_plan_has_not(self):
        plan = self.sell(self.template)
        self.carry(plan, carry_remaining=False)
        other = self.make_template(
            [(self.grooming, 3, 60.0)],
            appointment_count=3,
            appointments_per_cycle=3,
            validity=1,
        )
        renewal = plan.renewed_by_id
        self.cancel_plans(renewal)
        renewal = self.sell(other, date_start=date(2026, 2, 2), confirm=False)
        renewal.sudo()._unguarded().renewal_of_id = plan
        renewal.action_confirm()
        visit = renewal.book([datetime(2026, 2, 3, 9)])
        self.end_on(plan, "2026-02-10")
        self.assertEqual(visit.state, "cancelled")

    def test_into_a_period_of_the_old_plan(self):
        plan, renewal = self.sell_renewed(self.monthly)
        visits = renewal.book([datetime(2026, 2, 1 + day, 9) for day in range(4)])
        plan.book([datetime(2026, 1, 5, 9)] * 2)
        self.end_on(plan, "2026-02-28")
        self.assertEqual(
            visits.mapped("state"), ["scheduled", "scheduled", "cancelled", "cancelled"]
        )
        self.assertEqual(visits[:2].plan_id, plan)
        self.assertEqual(visits[:2].cycle_id, plan.cycle_ids)
        self.assert_ledger_adds_up(plan)

    def test_shown_before_the_pause(self):
        plan, renewal = self.sell_renewed()
        visits = renewal.book(self.weekly(3, "2026-02-02 09:00:00"))
        wizard = self.env["pet.plan.pause.start"].create(
            {
                "plan_id": plan.id,
                "date_from": "2026-01-10",
                "date_to": "2026-01-23",
                "reason": "Holidays",
            }
        )
        self.env.invalidate_all()  # what the test itself has read
        self.assertEqual(wizard.renewal_visit_ids, visits[:2])

    def test_shown_before_the_counter_edit(self):
        plan, renewal = self.sell_renewed()
        visits = renewal.book(self.weekly(3, "2026-02-02 09:00:00"))
        self.env.invalidate_all()  # what the test itself has read
        dialog = (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .with_context(default_plan_id=plan.id)
        )
        with Form(dialog) as form:
            self.assertFalse(form.renewal_visit_ids[:])
            form.date_end = date(2026, 2, 15)
            self.assertEqual(form.renewal_visit_ids[:], visits[:2])
            form.date_end = date(2026, 1, 20)
            self.assertFalse(form.renewal_visit_ids[:])
            form.reason = "As shown"

    def test_the_dialog_of_a_plan_that_is_not_renewed(self):
        """As the web client opens it: with an end, without one, still empty."""
        ending, endless = self.sell(self.template), self.sell()
        for plan in (ending, endless):
            dialog = self.env["pet.plan.pause.start"].with_context(
                default_plan_id=plan.id
            )
            with self.subTest(plan=plan.name), Form(dialog) as form:
                form.date_to = date(2026, 1, 23)
                form.reason = "Holidays"
                self.assertFalse(form.renewal_visit_ids[:])
            form.record.action_apply()

    def test_moved_back_before_visits_beyond_its_new_end(self):
        plan, renewal = self.sell_renewed()
        renewal.book([datetime(2026, 3, 1, 9)])
        with self.assert_refused(UserError, f"{renewal.name}.* 1 visit"):
            self.end_on(plan, "2026-01-20")
        self.assertEqual(plan.date_end, date(2026, 2, 1))

    def test_with_services_of_their_own(self):
        plan, renewal = self.sell_renewed()
        visit = renewal.book(
            [datetime(2026, 2, 3, 9)],
            units=0.5,
            line_ids=[Command.create({"product_id": self.bath.id, "quantity": 0.5})],
        )
        self.end_on(plan, "2026-02-10")
        self.assertEqual([visit.plan_id, visit.units], [plan, 0.5])
        self.assertEqual(plan.sessions_remaining, 11.5)
