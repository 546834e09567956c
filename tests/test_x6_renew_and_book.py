from datetime import date, datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class RenewAndBookCase(PetPlansCommon):
    """Twelve Monday baths of Luna until 23 March; the package ends on 1 April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(validity=3, validity_unit="month")
        cls.plan = cls.sell(cls.template)
        cls.visits = cls.plan.book(cls.weekly(12), user_id=cls.manager.id)

    def open(self, plan=None):
        """Open the renewal from the row of the list, as a form."""
        action = (plan or self.plan).action_open_renew()
        self.env.invalidate_all()
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def rows(self, form):
        """Return the visits that a dialog shows: list of (start, cycle, clash)."""
        return [
            (fields.Datetime.to_datetime(row["start"]), row["cycle"], row["clash"])
            for row in form.line_ids._records
        ]

    def apply(self, form):
        form.save().action_apply()
        return form.record.plan_id.renewed_by_id

    def assert_preview_comes_true(self, form):
        """Check that the visits booked are those shown, in the cycles shown."""
        wizard = form.save()
        shown = [(row.start, row.cycle) for row in wizard.line_ids]
        wizard.action_apply()
        renewal = wizard.plan_id.renewed_by_id
        own = renewal.cycle_ids.filtered(lambda cycle: not cycle.line_ids)
        names = {
            cycle: f"{number} of {len(own)}"
            for number, cycle in enumerate(own.sorted("sequence"), 1)
        }
        self.assertTrue(shown)
        self.assertEqual(
            [
                (visit.start, names.get(visit.cycle_id, "Carried over"))
                for visit in renewal.appointment_ids.sorted("start")
            ],
            shown,
        )
        self.assert_ledger_adds_up(renewal)
        return renewal


class TestRenewAndBook(RenewAndBookCase):
    """X6, B1: who came regularly is offered the same weekday, time and groomer."""

    def test_the_button_offers_it(self):
        form = self.open()
        self.assertTrue(form.book_visits)
        self.assertEqual(form.date_start, date(2026, 4, 2))
        self.assertEqual(form.first_start, datetime(2026, 4, 6, 9))
        self.assertEqual((form.every, form.every_unit, form.count), (1, "week", 12))
        self.assertEqual(form.user_id, self.manager)
        self.assertTrue(form.mon, "the weekday of the first visit")

    def test_renewed_and_booked_at_once(self):
        renewal = self.assert_preview_comes_true(self.open())
        self.assertEqual(renewal.sessions_remaining, 0.0)
        self.assertEqual(renewal.appointment_ids.user_id, self.manager)
        self.assertEqual(renewal.appointment_ids.pet_id, self.luna)
        self.assertEqual(
            self.days(renewal),
            [
                ["04-06", "04-13", "04-20", "04-27"],
                ["05-04", "05-11", "05-18", "05-25"],
                ["06-01", "06-08", "06-15", "06-22"],
            ],
        )
        self.assertEqual(self.due_dates(renewal), ["04-06", "05-04", "06-01"])

    def test_it_can_be_left(self):
        form = self.open()
        form.book_visits = False
        self.assertFalse(form.line_ids)
        renewal = self.apply(form)
        self.assertFalse(renewal.appointment_ids)
        self.assertEqual(renewal.sessions_remaining, 12.0)

    def test_an_api_call_that_does_not_ask_books_nothing(self):
        self.env["pet.plan.renew"].create({"plan_id": self.plan.id}).action_apply()
        self.assertFalse(self.plan.renewed_by_id.appointment_ids)

    def test_an_api_call_that_asks_books_as_the_dialog_does(self):
        self.env["pet.plan.renew"].create(
            {"plan_id": self.plan.id, "book_visits": True}
        ).action_apply()
        self.assertEqual(len(self.plan.renewed_by_id.appointment_ids), 12)

    def test_in_one_click_nothing_is_booked(self):
        """Its booking, afterwards, is offered the old times as well."""
        self.plan.action_renew()
        renewal = self.plan.renewed_by_id
        self.assertFalse(renewal.appointment_ids)
        context = renewal.action_open_book()["context"]
        form = Form(self.env["pet.plan.book"].with_context(**context))
        self.assertEqual(form.first_start, datetime(2026, 4, 6, 9))
        self.assertEqual(form.user_id, self.manager)
        form.save().action_apply()
        self.assertEqual(renewal.sessions_remaining, 0.0)

    # --- When ---------------------------------------------------------------------

    def test_not_before_the_new_start(self):
        form = self.open()
        form.date_start = date(2026, 5, 6)
        self.assertEqual(form.first_start, datetime(2026, 5, 11, 9))
        self.assertEqual(self.rows(form)[0][0], datetime(2026, 5, 11, 9))

    def test_not_at_a_time_that_is_over(self):
        """Renewed at noon of a Monday, it goes on the next one at nine."""
        self.clock.move_to("2026-04-06 08:00:00")
        self.assertEqual(self.open().first_start, datetime(2026, 4, 6, 9))
        self.clock.move_to("2026-04-06 12:00:00")
        self.assertEqual(self.open().first_start, datetime(2026, 4, 13, 9))

    def test_another_weekday_is_one_edit(self):
        form = self.open()
        form.first_start = datetime(2026, 4, 9, 14)
        renewal = self.assert_preview_comes_true(form)
        self.assertEqual(self.days(renewal)[0], ["04-09", "04-16", "04-23", "04-30"])

    def test_half_days_and_hours_as_before(self):
        plan = self.sell(self.template, pet=self.rex)
        plan.book(self.weekly(5), units=0.5, duration=4.0)
        form = self.open(plan)
        self.assertTrue(form.is_half_day)
        self.assertEqual((form.duration, form.count), (4.0, 24))

    def test_two_days_a_week(self):
        plan = self.sell(self.template, pet=self.rex)
        plan.book(self.weekly(4) + self.weekly(4, "2026-01-08 09:00:00"))
        form = self.open(plan)
        self.assertTrue(form.mon and form.thu)
        self.assertFalse(form.tue or form.sun)
        renewal = self.assert_preview_comes_true(form)
        self.assertEqual(self.days(renewal)[0], ["04-02", "04-06", "04-09", "04-13"])

    def test_the_shops_clock_counts(self):
        """09:00 stays 09:00 where the clocks changed since."""
        self.shop.sudo().pet_tz = "Europe/Lisbon"
        plan = self.sell(self.template, pet=self.rex)
        plan.book(self.weekly(11))  # all of them in winter time
        form = self.open(plan)
        self.assertEqual(form.first_start, datetime(2026, 4, 6, 8))

    def test_as_it_suits_nothing_is_offered(self):
        plan = self.sell(self.template, pet=self.rex)
        days = ("01-05", "01-09", "01-20", "02-14", "03-01")
        plan.book([f"2026-{day} 09:00:00" for day in days])
        form = self.open(plan)
        self.assertFalse(form.book_visits or form.first_start)
        self.assertEqual(self.apply(form).sessions_remaining, 12.0)

    def test_never_booked_nothing_is_offered(self):
        self.assertFalse(self.open(self.sell(self.template, pet=self.rex)).book_visits)

    def test_cancelled_visits_do_not_count(self):
        self.visits[2:].action_cancel()
        extra = self.plan.book(["2026-01-29 15:00:00", "2026-02-03 11:00:00"])
        self.assertFalse(self.open().book_visits)
        extra.action_cancel()
        self.assertTrue(self.open().book_visits)

    # --- What is in the way -------------------------------------------------------

    def test_clashes_are_shown(self):
        self.env["pet.appointment"].create(
            {
                "pet_id": self.rex.id,
                "start": "2026-04-13 09:30:00",
                "user_id": self.manager.id,
            }
        )
        rows = self.rows(self.open())
        self.assertIn(self.manager.name, rows[1][2])
        self.assertFalse(rows[0][2] or rows[2][2])

    def test_what_does_not_fit_before_the_end_is_said(self):
        """All that remain are booked as far as the plan and these days go (B1a)."""
        plan = self.sell(
            self.make_template(validity=1, validity_unit="month"), pet=self.rex
        )
        plan.book(self.weekly(4))
        form = self.open(plan)
        self.assertEqual(len(form.line_ids), 5)
        self.assertIn("takes 5 of 12 visits", form.shortfall)
        renewal = self.assert_preview_comes_true(form)
        self.assertEqual(renewal.sessions_remaining, 7.0)

    def test_too_many_in_so_many_words_are_refused(self):
        form = self.open()
        form.count = 13
        self.assertTrue(form.shortfall)
        with self.assertRaisesRegex(UserError, "for 12 of 13 visits"):
            self.apply(form)

    # --- Other plans --------------------------------------------------------------

    def test_periods_of_a_plan(self):
        """Four baths a month: of five Mondays the last is passed over."""
        template = self.make_template(
            kind="plan", period_count=3, interval=1, interval_unit="month"
        )
        plan = self.sell(template, pet=self.rex)
        plan.book(self.weekly(4))
        form = self.open(plan)
        self.assertEqual(form.first_start, datetime(2026, 4, 6, 9))
        self.assertEqual(form.count, 12)
        renewal = self.assert_preview_comes_true(form)
        self.assertEqual(renewal.sessions_remaining, 0.0)

    def test_with_what_is_carried_over(self):
        """Carried sessions are used first, in cycles of their own (X6)."""
        self.visits[9:].action_cancel()
        form = self.open()
        form.carry_remaining = True
        self.assertEqual(form.count, 15)
        rows = self.rows(form)
        self.assertEqual(
            [row[1] for row in rows[:4]], ["Carried over"] * 3 + ["1 of 3"]
        )
        renewal = self.apply(form)
        self.assertEqual(len(renewal.appointment_ids), len(rows))
        self.assertEqual(
            renewal.appointment_ids.sorted("start").mapped("start"),
            [row[0] for row in rows],
        )
        self.assert_ledger_adds_up(renewal)

    def test_kept_terms_are_previewed(self):
        self.template.with_user(self.manager).appointments_per_cycle = 6
        form = self.open()
        self.assertEqual(self.rows(form)[4][1], "1 of 2")
        form.keep_price = True
        self.assertEqual(self.rows(form)[4][1], "2 of 3")
        self.assert_preview_comes_true(form)

    def test_a_shared_plan_of_one_pet(self):
        plan = self.sell(self.template, pet=self.env["pet.pet"])
        plan.book(self.weekly(4), pet_id=self.luna.id)
        renewal = self.assert_preview_comes_true(self.open(plan))
        self.assertEqual(renewal.appointment_ids.pet_id, self.luna)
        self.assertFalse(renewal.pet_id)

    def test_a_shared_plan_of_two_pets(self):
        milo = self.luna.copy({"name": "Milo"})
        plan = self.sell(self.template, pet=self.env["pet.pet"])
        plan.book(self.weekly(4), pet_id=self.luna.id)
        plan.book(self.weekly(4, "2026-01-06 09:00:00"), pet_id=milo.id)
        self.assertFalse(self.open(plan).book_visits)
        wizard = self.env["pet.plan.renew"].create(
            {
                "plan_id": plan.id,
                "book_visits": True,
                "first_start": "2026-04-06 09:00:00",
            }
        )
        with self.assertRaisesRegex(UserError, "Several pets share"):
            wizard.action_apply()
        self.assertFalse(plan.is_renewed)
