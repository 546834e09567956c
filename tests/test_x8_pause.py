from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon


class TestPause(PetPlansCommon):
    """X8: no booking inside, the end moves by the paused days, drafts wait."""

    def test_package(self):
        plan = self.sell(self.make_template(validity=3))
        plan.book(self.weekly(12))
        self.pause(plan, "2026-01-10", "2026-01-20")
        self.assertEqual(plan.date_end, date(2026, 4, 12))
        self.assertEqual(
            self.days(plan),
            [
                ["01-05", "01-26", "02-02", "02-09"],
                ["02-16", "02-23", "03-02", "03-09"],
                ["03-16", "03-23"],
            ],
        )
        with self.assertRaisesRegex(UserError, "paused"):
            plan.book(self.weekly(1, "2026-01-20 09:00:00"))
        plan.book(self.weekly(1, "2026-01-21 09:00:00"))

    def test_a_visit_is_not_rescheduled_into_it(self):
        """By no door: neither the API, nor a form or the calendar, which write."""
        for terms in ({"validity": 3}, {"kind": "plan", "period_count": 3}):
            plan = self.sell(self.make_template(**terms))
            visit = plan.book([datetime(2026, 1, 5, 9)])
            self.pause(plan, "2026-01-10", "2026-01-20")
            message = (
                f"{plan.name}.* cannot take the visit of {{day}}.*: it is paused from "
                "Jan 10, 2026 to Jan 20, 2026"
            )
            for day, move in (
                ("Jan 10, 2026", lambda one: one.reschedule("2026-01-10 00:00:00")),
                (
                    "Jan 20, 2026",
                    lambda one: one.write({"start": "2026-01-20 23:00:00"}),
                ),
                ("Jan 15, 2026", self.reschedule_in_the_form),
            ):
                with (
                    self.subTest(terms=terms, day=day),
                    self.assert_refused(UserError, message.format(day=day)),
                ):
                    move(visit)
                self.assertEqual(visit.start, datetime(2026, 1, 5, 9))
            for day in ("2026-01-09 23:00:00", "2026-01-21 00:00:00"):
                visit.reschedule(day)
                self.assertEqual(str(visit.start), day)

    def reschedule_in_the_form(self, visit):
        with Form(visit) as form:
            form.start = datetime(2026, 1, 15, 9)

    def test_nor_by_the_clock_of_the_shop(self):
        """22:00 in Sao Paulo on the last day of the pause is the next day in UTC."""
        self.shop.pet_tz = "America/Sao_Paulo"
        plan = self.sell(self.make_template(validity=3))
        visit = plan.book([datetime(2026, 1, 5, 12)])
        self.pause(plan, "2026-01-10", "2026-01-20")
        with self.assert_refused(UserError, "it is paused"):
            visit.reschedule("2026-01-21 01:00:00")
        visit.reschedule("2026-01-10 02:00:00")  # the 9th, 23:00

    def test_drafts_wait(self):
        plan = self.sell()
        plan.book(self.weekly(4, "2026-01-02 15:00:00"))
        self.pause(plan, "2026-01-03", "2026-01-31")
        self.clock.move_to("2026-01-15 12:00:00")
        self.assertTrue(plan.is_paused)
        self.assertIn(plan, self.env["pet.plan"].search([("is_paused", "=", True)]))
        self.run_posting_job()
        self.assertEqual(self.invoices(plan)[0].state, "draft")

    def test_periods_move(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.pause(plan, "2026-01-11", "2026-01-20")
        self.assertEqual(
            plan.cycle_ids.sorted("sequence").mapped(
                lambda cycle: (str(cycle.date_from), str(cycle.date_to))
            ),
            [
                ("2026-01-01", "2026-02-10"),
                ("2026-02-11", "2026-03-10"),
                ("2026-03-11", "2026-04-10"),
            ],
        )
        self.assertEqual(self.due_dates(plan), ["01-01", "02-11", "03-11"])
        self.assertEqual(plan.date_end, date(2026, 4, 10))

    def test_resume_early(self):
        plan = self.sell(self.make_template(validity=3))
        self.pause(plan, "2026-01-03", "2026-01-31")
        self.assertEqual(plan.date_end, date(2026, 4, 30))
        self.clock.move_to("2026-01-11 12:00:00")
        plan.action_resume()
        self.assertFalse(plan.is_paused)
        self.assertEqual(plan.date_end, date(2026, 4, 9))
        with self.assertRaisesRegex(UserError, "not paused"):
            plan.action_resume()

    def test_a_pause_to_come_is_called_off(self):
        plan = self.sell(self.make_template(validity=3))
        self.pause(plan, "2026-02-01", "2026-02-10")
        self.pause(plan, "2026-01-10", "2026-01-14")
        self.assertEqual(plan.date_end, date(2026, 4, 16))
        self.assertEqual(plan.next_pause_id.date_from, date(2026, 1, 10))
        plan.action_resume()
        self.assertEqual(plan.date_end, date(2026, 4, 11))
        self.assertEqual(plan.pause_ids.date_from, date(2026, 2, 1))
        self.assertTrue(plan.book([datetime(2026, 1, 12, 9)]))
        self.assertIn("5 days saved", self.bodies(plan)[-1])

    def test_periods_move_back_when_it_is_called_off(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        periods = plan.cycle_ids.mapped(lambda cycle: (cycle.date_from, cycle.date_to))
        self.pause(plan, "2026-01-20", "2026-02-05")
        plan.action_resume()
        self.assertEqual(
            plan.cycle_ids.mapped(lambda cycle: (cycle.date_from, cycle.date_to)),
            periods,
        )

    def test_overlap_is_refused(self):
        plan = self.sell(self.make_template(validity=3))
        self.pause(plan, "2026-01-10", "2026-01-20")
        with self.assertRaisesRegex(ValidationError, "already paused"):
            self.pause(plan, "2026-01-15", "2026-01-25")
        self.assertEqual(plan.date_end, date(2026, 4, 12))

    def test_outside_the_plan_is_refused(self):
        plan = self.sell(self.make_template(validity=1))
        with self.assertRaisesRegex(UserError, "cannot be paused"):
            self.pause(plan, "2026-03-01", "2026-03-10")
        with self.assertRaisesRegex(UserError, "ends on or after"):
            self.pause(plan, "2026-01-20", "2026-01-10")

    # --- The edges ---------------------------------------------------------------

    def test_from_today_is_not_dated_back(self):
        plan = self.sell(self.make_template(validity=3))
        self.pause(plan, "2026-01-02", "2026-01-02")
        self.assertTrue(plan.is_paused)
        self.assertEqual(plan.date_end, date(2026, 4, 2))

    def test_from_yesterday_is_a_managers(self):
        plan = self.sell(self.make_template(validity=3))
        with self.assert_refused(AccessError, "only a manager can enter it"):
            self.pause(plan, "2026-01-01", "2026-01-02")
        self.pause(plan.with_user(self.manager), "2026-01-01", "2026-01-02")
        self.assertEqual(plan.date_end, date(2026, 4, 3))

    def test_what_is_over_is_no_pause(self):
        plan = self.sell(self.make_template(validity=3)).with_user(self.manager)
        with self.assert_refused(UserError, "cannot be paused .* today is Jan 2, 2026"):
            self.pause(plan, "2026-01-01", "2026-01-01")

    def test_on_the_first_and_the_last_day_of_the_plan(self):
        plan = self.sell(self.make_template(validity=1), date_start=date(2026, 1, 5))
        self.assertEqual(plan.date_end, date(2026, 2, 5))
        for first, last in (("2026-01-04", "2026-01-06"), ("2026-02-06", "2026-02-07")):
            with self.assert_refused(UserError, "cannot be paused"):
                self.pause(plan, first, last)
        self.pause(plan, "2026-02-05", "2026-02-06")
        self.assertEqual(plan.date_end, date(2026, 2, 7))
        self.pause(plan, "2026-01-05", "2026-01-05")
        self.assertEqual(plan.date_end, date(2026, 2, 8))

    def test_resumed_on_its_last_day(self):
        """That day is saved, it is usable again."""
        plan = self.sell(self.make_template(validity=3))
        self.pause(plan, "2026-01-03", "2026-01-10")
        self.clock.move_to("2026-01-10 12:00:00")
        self.assertTrue(plan.is_paused)
        plan.action_resume()
        self.assertFalse(plan.is_paused)
        self.assertEqual(plan.pause_ids.date_to, date(2026, 1, 9))
        self.assertEqual(plan.date_end, date(2026, 4, 8))
        self.assertTrue(plan.book([datetime(2026, 1, 10, 15)]))

    def test_two_that_touch(self):
        plan = self.sell(self.make_template(validity=3))
        self.pause(plan, "2026-01-10", "2026-01-20")
        with self.assert_refused(ValidationError, "already paused"):
            self.pause(plan, "2026-01-20", "2026-01-25")
        self.pause(plan, "2026-01-21", "2026-01-25")
        self.assertEqual(plan.date_end, date(2026, 4, 17))
