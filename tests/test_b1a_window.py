from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class WindowCase(PetPlansCommon):
    """What the tests of the booking window's proposals share."""

    def make_wizard(self, plan, **values):
        values.setdefault("first_start", "2026-01-05 09:00:00")
        return self.env["pet.plan.book"].create({"plan_id": plan.id, **values})

    def sell_monthly(self, quantity=2, **terms):
        terms.setdefault("period_count", 3)
        return self.sell(
            self.make_template([(self.bath, quantity, 45.0)], kind="plan", **terms)
        )

    def by_month(self, plan):
        days = [visit.start for visit in plan.appointment_ids.sorted("start")]
        return [sum(day.month == month for day in days) for month in (1, 2, 3)]


class TestProposals(WindowCase):
    """B1a: the window never proposes what it will refuse."""

    def test_rollover_is_not_oversold_by_weekly_visits(self):
        for rollover in (False, True):
            plan = self.sell_monthly(rollover=rollover)
            wizard = self.make_wizard(plan)
            self.assertEqual(wizard.count, 6)
            with self.subTest(rollover=rollover):
                self.assertFalse(wizard.shortfall)
                wizard.action_apply()
                self.assertEqual(self.by_month(plan), [2, 2, 2])

    def test_half_days_are_counted_in_their_weight(self):
        wizard = self.make_wizard(self.sell(), is_half_day=True)
        self.assertEqual(wizard.count, 24)
        wizard.action_apply()
        self.assertEqual(wizard.plan_id.sessions_remaining, 0.0)
        self.assertEqual(len(wizard.plan_id.appointment_ids), 24)

    def test_half_days_in_the_form(self):
        with Form(
            self.env["pet.plan.book"].with_context(default_plan_id=self.sell().id)
        ) as form:
            form.first_start = datetime(2026, 1, 5, 9)
            form.is_half_day = True
            self.assertEqual(len(form.line_ids), 24)

    def test_half_days_in_the_sale(self):
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.luna.id,
                "template_id": self.make_template().id,
                "book_visits": True,
                "is_half_day": True,
                "first_start": "2026-01-05 09:00:00",
            }
        )
        wizard.action_apply()
        self.assertEqual(len(wizard.plan_id.appointment_ids), 24)

    def test_a_pause_is_passed_over(self):
        for plan in (self.sell(), self.sell_monthly(quantity=4)):
            with self.subTest(kind=plan.kind):
                plan._pause(
                    datetime(2026, 1, 12).date(), datetime(2026, 1, 18).date(), "Ill"
                )
                wizard = self.make_wizard(plan, count=3)
                wizard.action_apply()
                self.assertEqual(
                    [visit.start.day for visit in plan.appointment_ids.sorted("start")],
                    [5, 19, 26],
                )

    def test_the_end_of_a_package(self):
        plan = self.sell(self.make_template(validity=1, validity_unit="month"))
        wizard = self.make_wizard(plan)
        self.assertEqual(len(wizard.line_ids), 4)
        self.assertEqual(
            wizard.shortfall,
            f"{plan.display_name} takes 4 of 12 visits on these days until its end on "
            "Feb 1, 2026.",
        )
        wizard.action_apply()
        self.assertEqual(plan.sessions_booked, 4)

    def test_more_than_remain(self):
        plan = self.sell()
        plan.book(self.weekly(9))
        wizard = self.make_wizard(plan, first_start="2026-03-09 09:00:00", count=4)
        self.assertEqual(len(wizard.line_ids), 3)
        sentence = "has sessions left for 3 of 4 visits"
        self.assertRegex(wizard.shortfall, sentence)
        with self.assertRaisesRegex(UserError, sentence):
            wizard.action_apply()
        self.assertEqual(plan.sessions_booked, 9)

    def test_a_million(self):
        wizard = self.make_wizard(self.sell(), count=1_000_000)
        self.assertEqual(len(wizard.line_ids), 12)
        with self.assertRaisesRegex(UserError, "for 12 of 1000000 visits"):
            wizard.action_apply()

    def test_who_asks_for_more_is_given_from_the_overdraft(self):
        plan = self.sell(self.make_template(overdraft_limit=1.0))
        wizard = self.make_wizard(plan)
        self.assertEqual(wizard.count, 12)
        wizard.count = 13
        wizard.action_apply()
        self.assertEqual(plan.sessions_remaining, -1.0)

    def test_a_plan_without_end(self):
        plan = self.sell_monthly()
        plan.with_user(self.manager).date_end = False
        wizard = self.make_wizard(plan)
        wizard.action_apply()
        self.assertEqual(self.by_month(plan), [2, 2, 2])

    def test_a_package_without_end(self):
        plan = self.sell(self.make_template(validity=0))
        self.make_wizard(plan, first_start="2990-01-05 09:00:00").action_apply()
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_a_closed_period_takes_none(self):
        plan = self.sell_monthly()
        self.invoices(plan)[1].with_user(self.accountant).button_cancel()
        self.make_wizard(plan).action_apply()
        self.assertEqual(self.by_month(plan), [2, 0, 2])


class TestLongPreview(WindowCase):
    """The preview of many visits: each looks only at what is near it."""

    def test_two_thousand_visits(self):
        plan = self.sell(
            self.make_template(appointment_count=2000, appointments_per_cycle=2000)
        )
        busy = self.sell(pet=self.rex).book(
            [datetime(2026, 1, 12, 9)], user_id=self.staff.id
        )
        wizard = self.make_wizard(plan, every_unit="day", user_id=self.staff.id)
        looked_at = 0
        model = type(busy)
        label = model._get_clash_label

        def count(other, pet, staff):
            nonlocal looked_at
            looked_at += 1
            return label(other, pet, staff)

        self.patch(model, "_get_clash_label", count)
        lines = wizard.line_ids
        lines.invalidate_recordset(["clash"])
        clashes = lines.filtered("clash")
        self.assertEqual(len(lines), 2000)
        self.assertEqual(clashes.mapped("start"), busy.mapped("start"))
        self.assertEqual(looked_at, 1)

    def test_twins_are_told(self):
        plan = self.sell()
        start = datetime(2026, 1, 5, 9)
        wizard = self.env["pet.plan.book"].create(
            {
                "plan_id": plan.id,
                "mode": "free",
                "line_ids": [
                    Command.create({"start": start + timedelta(minutes=minutes)})
                    for minutes in (0, 30, 90)
                ],
            }
        )
        self.assertEqual(
            wizard.line_ids.sorted("start").mapped("clash"),
            ["Another visit of this list", "Another visit of this list", False],
        )
