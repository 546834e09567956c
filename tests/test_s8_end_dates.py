from datetime import datetime

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestEndDates(PetPlansCommon):
    """S8: through which day a plan can be used, that day included."""

    def sell_from(self, day, **terms):
        lines = [(self.bath, 4, 45.0)] if terms.get("kind") == "plan" else None
        return self.sell(self.make_template(lines, **terms), date_start=day)

    def test_package_ends_on_its_start_plus_validity(self):
        for start, validity, unit, end in (
            ("2026-05-15", 3, "month", "2026-08-15"),
            ("2026-01-31", 1, "month", "2026-02-28"),
            ("2028-01-31", 1, "month", "2028-02-29"),
            ("2026-01-01", 10, "day", "2026-01-11"),
            ("2026-01-01", 2, "week", "2026-01-15"),
            ("2028-02-29", 1, "year", "2029-02-28"),
        ):
            with self.subTest(start=start, validity=validity, unit=unit):
                plan = self.sell_from(start, validity=validity, validity_unit=unit)
                self.assertEqual(str(plan.date_end), end)

    def test_package_without_validity_never_ends(self):
        plan = self.sell_from("2026-01-01", validity=0)
        self.assertFalse(plan.date_end)
        self.assertEqual(plan.duration, "Never expires")
        visit = plan.book([datetime(2036, 1, 7, 9)])
        self.assertEqual(visit.state, "scheduled")

    def test_plan_ends_on_the_last_day_of_its_last_period(self):
        for start, unit, count, end in (
            ("2026-01-01", "month", 3, "2026-03-31"),
            ("2026-01-31", "month", 3, "2026-04-29"),
            ("2026-01-05", "week", 2, "2026-01-18"),
            ("2026-01-01", "year", 1, "2026-12-31"),
        ):
            with self.subTest(start=start, unit=unit, count=count):
                plan = self.sell_from(
                    start, kind="plan", interval_unit=unit, period_count=count
                )
                self.assertEqual(str(plan.date_end), end)
                last = plan.cycle_ids.sorted("sequence")[-1]
                self.assertEqual(last.date_to, plan.date_end)

    def test_last_day_is_included(self):
        plan = self.sell_from("2026-01-01", validity=1)
        plan.book([datetime(2026, 2, 1, 23, 30)])
        with self.assert_refused(
            UserError, "Feb 2, 2026 is after its end on Feb 1, 2026"
        ):
            plan.book([datetime(2026, 2, 2, 0, 0)])
        self.assertEqual(plan.sessions_remaining, 11.0)

    def test_duration_in_words(self):
        for terms, words in (
            ({"validity": 3}, "3 months"),
            ({"validity": 1, "validity_unit": "year"}, "1 year"),
            ({"kind": "plan", "interval": 2, "period_count": 6}, "12 months"),
            (
                {"kind": "plan", "interval_unit": "week", "period_count": 1},
                "1 week",
            ),
        ):
            with self.subTest(words=words):
                self.assertEqual(self.sell_from("2026-01-01", **terms).duration, words)

    def test_end_of_a_draft_follows_its_start(self):
        draft = self.sell(self.make_template(validity=3), confirm=False)
        draft.date_start = "2026-05-15"
        self.assertEqual(str(draft.date_end), "2026-08-15")

    def test_end_agreed_on_is_kept(self):
        plan = self.sell(
            self.make_template(validity=3), date_end="2026-12-24", confirm=False
        )
        plan.action_confirm()
        self.assertEqual(str(plan.date_end), "2026-12-24")
