from datetime import datetime

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestOverPeriods(PetPlansCommon):
    """B3, C8: one call over several periods sells nothing twice."""

    def sell_monthly(self, **terms):
        return self.sell(
            self.make_template(
                [(self.bath, 2, 45.0)], kind="plan", period_count=3, **terms
            )
        )

    def starts(self, *counts):
        return [
            datetime(2026, month, 5 + number, 9)
            for month, count in enumerate(counts, 1)
            for number in range(count)
        ]

    def assert_refused_both_ways(self, plan, first, second, message):
        """One call is refused as two calls are."""
        with self.assert_refused(UserError, message):
            plan.book(self.starts(*first) + self.starts(*second))
        plan.book(self.starts(*first))
        with self.assert_refused(UserError, message):
            plan.book(self.starts(*second))

    def test_rollover(self):
        plan = self.sell_monthly(rollover=True)
        self.assert_refused_both_ways(plan, (2,), (0, 4), "4 needed, 2 left")

    def test_a_present_is_spent_once(self):
        plan = self.sell_monthly()
        self.adjust(plan, 7.0)  # one more
        self.assert_refused_both_ways(plan, (3,), (0, 3), "3 needed, 2 left")

    def test_an_overdraft_is_spent_once(self):
        plan = self.sell_monthly(overdraft_limit=1.0)
        self.assert_refused_both_ways(
            plan, (3,), (0, 3), "3 needed, 2 left, and it may owe no more than 1"
        )

    def test_all_that_there_is(self):
        for rollover in (False, True):
            plan = self.sell_monthly(rollover=rollover)
            self.adjust(plan, 7.0)  # one more
            with self.subTest(rollover=rollover):
                plan.book(self.starts(2, 3, 2))
                self.assertEqual(plan.sessions_remaining, 0)
