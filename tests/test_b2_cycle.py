from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestCycleOfAPackage(PetPlansCommon):
    """B2: a visit enters the first cycle with room; nothing else moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def test_cycles_fill_up_in_order(self):
        visits = self.plan.book(self.weekly(9))
        self.assertEqual(
            [visit.cycle_id.sequence for visit in visits], [1, 1, 1, 1, 2, 2, 2, 2, 3]
        )

    def test_one_by_one_as_all_at_once(self):
        for start in self.weekly(5):
            self.plan.book([start])
        self.assertEqual(
            self.days(self.plan)[:2],
            [["01-05", "01-12", "01-19", "01-26"], ["02-02"]],
        )

    def test_earlier_visit_does_not_push_others_out(self):
        """Booked last, it comes first, and still enters the second cycle."""
        self.plan.book(self.weekly(4, "2026-02-02 09:00:00"))
        early = self.plan.book([datetime(2026, 1, 5, 9)])
        self.assertEqual(early.cycle_id.sequence, 2)
        self.assertEqual(
            self.days(self.plan)[:2],
            [["02-02", "02-09", "02-16", "02-23"], ["01-05"]],
        )
        # Nor is its bill due before the one ahead of it (C5).
        self.assertEqual(self.due_dates(self.plan), ["02-02", "02-02", None])

    def test_free_place_in_the_middle_is_taken_first(self):
        """A late cancellation keeps its place, so make room by a no-show returned."""
        self.plan = self.sell(self.make_template(no_show_policy="return"))
        self.plan.book(self.weekly(6))
        self.visit_on(self.plan, "01-12").action_no_show()
        self.assertEqual(self.plan.book([datetime(2026, 3, 2, 9)]).cycle_id.sequence, 1)

    def test_due_dates_of_its_own_cycle_only(self):
        self.plan.book(self.weekly(4))
        due = self.due_dates(self.plan)
        self.plan.book([datetime(2026, 2, 10, 9)])
        self.assertEqual(self.due_dates(self.plan), [due[0], "02-10", None])

    def test_half_days_share_a_place(self):
        visits = self.plan.book(self.weekly(8), units=0.5)
        self.assertEqual(visits.cycle_id.sequence, 1)
        self.assertEqual(visits.cycle_id.booked, 4.0)
        self.assertEqual(visits.cycle_id.free, 0.0)

    def test_whole_day_does_not_fit_half_a_place(self):
        self.plan.book(self.weekly(7), units=0.5)
        whole = self.plan.book([datetime(2026, 3, 2, 9)])
        self.assertEqual(whole.cycle_id.sequence, 2)
        half = self.plan.book([datetime(2026, 3, 3, 9)], units=0.5)
        self.assertEqual(half.cycle_id.sequence, 1)

    def test_visits_of_several_plans_at_once(self):
        other = self.sell(pet=self.rex)
        visits = self.env["pet.appointment"].create(
            [
                {"plan_id": plan.id, "pet_id": plan.pet_id.id, "start": start}
                for start in self.weekly(5)
                for plan in (self.plan, other)
            ]
        )
        for plan in (self.plan, other):
            own = visits.filtered(lambda visit, plan=plan: visit.plan_id == plan)
            self.assertEqual(
                [visit.cycle_id.sequence for visit in own], [1, 1, 1, 1, 2]
            )
            self.assertEqual(plan.sessions_remaining, 7.0)

    def test_closed_cycle_is_passed_over(self):
        self.invoices(self.plan)[0].button_cancel()
        visits = self.plan.book(self.weekly(5))
        self.assertEqual([visit.cycle_id.sequence for visit in visits], [2, 2, 2, 2, 3])

    def test_refused_when_every_cycle_is_closed(self):
        self.invoices(self.plan).button_cancel()
        with self.assertRaisesRegex(UserError, rf"{self.plan.name}.*no open cycle.*3"):
            self.plan.book(self.weekly(1))
        self.assertFalse(self.plan.appointment_ids)

    def test_beyond_the_last_cycle(self):
        """Overdrawn visits stay in the last cycle, over its capacity."""
        plan = self.sell(self.make_template(overdraft_limit=1.0))
        visits = plan.book(self.weekly(13))
        self.assertEqual(visits[-1].cycle_id.sequence, 3)
        self.assertEqual(plan.cycle_ids[2].booked, 5.0)
        self.assertEqual(plan.cycle_ids[2].free, 0.0)


class TestPeriodOfAPlan(PetPlansCommon):
    """B2: a visit of a plan enters the period that contains its day."""

    def sell_months(self, quantity=4, lines=None, **terms):
        return self.sell(
            self.make_template(
                lines or [(self.bath, quantity, 45.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
                **terms,
            )
        )

    def used(self, plan):
        """Return the sessions booked in each period."""
        return [
            sum(c.appointment_ids.line_ids.mapped("quantity")) for c in plan.cycle_ids
        ]

    def test_first_and_last_day_of_a_period(self):
        visits = self.sell_months().book(
            [
                datetime(2026, 1, 1, 0),
                datetime(2026, 1, 31, 23),
                datetime(2026, 2, 1, 0),
                datetime(2026, 3, 31, 23),
            ]
        )
        self.assertEqual([visit.cycle_id.sequence for visit in visits], [1, 1, 2, 3])

    def test_day_by_the_clock_of_the_shop(self):
        """22:30 on 31 January in Sao Paulo is 1 February in UTC."""
        self.shop.pet_tz = "America/Sao_Paulo"
        visit = self.sell_months().book([datetime(2026, 2, 1, 1, 30)])
        self.assertEqual(visit.cycle_id.sequence, 1)

    def test_due_date_is_the_periods_own(self):
        plan = self.sell_months(due_offset_days=4)
        plan.book([datetime(2026, 1, 20, 9), datetime(2026, 2, 20, 9)])
        self.assertEqual(self.due_dates(plan), ["01-05", "02-05", "03-05"])

    def test_sessions_of_a_period_run_out_while_others_have_some(self):
        plan = self.sell_months(2)
        plan.book([datetime(2026, 1, 5, 9), datetime(2026, 1, 12, 9)])
        with self.assertRaisesRegex(
            UserError, rf"{plan.name}.*sessions of Bath: 1 needed, 0 left"
        ):
            plan.book([datetime(2026, 1, 19, 9)])
        self.assertEqual(len(plan.appointment_ids), 2)
        self.assertEqual(plan.sessions_remaining, 4.0)
        plan.book([datetime(2026, 2, 2, 9)])
        self.assertEqual(self.used(plan), [2.0, 1.0, 0.0])

    def test_too_many_of_one_period_at_once_book_nothing(self):
        plan = self.sell_months(2)
        with self.assertRaisesRegex(UserError, r"3 needed, 2 left"):
            plan.book([datetime(2026, 1, day, 9) for day in (5, 12, 19)])
        self.assertFalse(plan.appointment_ids)
        self.assertEqual(plan.sessions_remaining, 6.0)

    def test_cancelled_session_returns_to_its_period(self):
        plan = self.sell_months(1)
        plan.book([datetime(2026, 1, 5, 9)]).action_cancel()
        visit = plan.book([datetime(2026, 1, 20, 9)])
        self.assertEqual(visit.cycle_id.sequence, 1)
        with self.assertRaisesRegex(UserError, ", 0 left"):
            plan.book([datetime(2026, 1, 21, 9)])

    def test_rollover_brings_what_earlier_periods_left(self):
        plan = self.sell_months(2, rollover=True)
        plan.book([datetime(2026, 1, 5, 9)])
        plan.book([datetime(2026, 2, day, 9) for day in (2, 9, 16)])
        self.assertEqual(self.used(plan), [1.0, 3.0, 0.0])
        with self.assertRaisesRegex(UserError, r"1 needed, 0 left"):
            plan.book([datetime(2026, 2, 23, 9)])
        plan.book([datetime(2026, 3, 2, 9), datetime(2026, 3, 9, 9)])
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_rollover_never_lends_from_later_periods(self):
        plan = self.sell_months(2, rollover=True)
        with self.assertRaisesRegex(UserError, ", 2 left"):
            plan.book([datetime(2026, 1, day, 9) for day in (5, 12, 19)])

    def test_rollover_booked_ahead_is_not_sold_twice(self):
        """All six taken in March: January and February have nothing left."""
        plan = self.sell_months(2, rollover=True)
        plan.book([datetime(2026, 3, day, 9) for day in (2, 3, 4, 5, 6, 9)])
        with self.assertRaisesRegex(UserError, ", 0 left"):
            plan.book([datetime(2026, 1, 5, 9)])

    def test_no_rollover_of_another_service(self):
        """A visit whose default would be the bath, of which the period has none."""
        plan = self.sell_months(lines=[(self.bath, 1, 45.0), (self.grooming, 1, 60.0)])
        first, second = plan.book([datetime(2026, 1, 5, 9), datetime(2026, 2, 2, 9)])
        self.assertEqual(first.line_ids.product_id, self.bath + self.grooming)
        self.assertEqual(second.line_ids.product_id, self.bath + self.grooming)

    def test_staff_choose_the_service_that_is_left_in_the_period(self):
        plan = self.sell_months(lines=[(self.bath, 1, 45.0), (self.grooming, 2, 60.0)])
        plan.book([datetime(2026, 1, 5, 9)])
        visit = plan.book([datetime(2026, 1, 6, 9)])
        self.assertEqual(visit.line_ids.product_id, self.grooming)
        with self.assertRaisesRegex(UserError, "Bath"):
            plan.book(
                [datetime(2026, 1, 7, 9)],
                line_ids=[Command.create({"product_id": self.bath.id})],
            )
