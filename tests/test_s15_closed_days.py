from datetime import date, datetime

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon

WEEKDAYS = range(5)


class OpeningCase(PetPlansCommon):
    """A shop that works from Monday to Friday, and is closed at Christmas."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.make_calendar()
        cls.shop.sudo().pet_calendar_id = cls.calendar
        cls.make_holiday("Christmas", "2026-12-25")

    @classmethod
    def make_calendar(cls, weekdays=WEEKDAYS, hours=((9, 18),), **values):
        """Create a working time of some weekdays, each with the same hours."""
        return (
            cls.env["resource.calendar"]
            .sudo()
            .create(
                {
                    "name": "Shop hours",
                    "company_id": cls.shop.id,
                    "tz": "UTC",
                    "attendance_ids": [
                        Command.clear(),
                        *(
                            Command.create(
                                {
                                    "name": "Open",
                                    "dayofweek": str(weekday),
                                    "hour_from": start,
                                    "hour_to": stop,
                                    "day_period": "morning",
                                }
                            )
                            for weekday in weekdays
                            for start, stop in hours
                        ),
                    ],
                    **values,
                }
            )
        )

    @classmethod
    def make_holiday(cls, name, first, last=None, calendar=None, **values):
        """Create a public holiday, of whole days by UTC unless told otherwise."""
        return (
            cls.env["resource.calendar.leaves"]
            .sudo()
            .create(
                {
                    "name": name,
                    "calendar_id": (calendar or cls.calendar).id,
                    "date_from": f"{first} 00:00:00",
                    "date_to": f"{last or first} 23:59:59",
                    **values,
                }
            )
        )

    def list_days(self, visits):
        """Return the days of the month of some visits, in order."""
        return [visit.start.day for visit in visits.sorted("start")]

    def find_closed(self, first, last, company=None):
        """Return the closed days as {"MM-DD": name}."""
        closed = (company or self.shop)._find_closed_days(
            date.fromisoformat(first), date.fromisoformat(last)
        )
        return {day.strftime("%m-%d"): name for day, name in closed.items()}

    def sell_monthly(self, quantity=4, **terms):
        terms.setdefault("period_count", 3)
        return self.sell(
            self.make_template([(self.bath, quantity, 45.0)], kind="plan", **terms)
        )

    def make_wizard(self, plan, **values):
        values.setdefault("first_start", "2026-12-11 09:00:00")
        return self.env["pet.plan.book"].create({"plan_id": plan.id, **values})


class TestClosedDays(OpeningCase):
    """S15: a day without working time in the shop's calendar is closed."""

    def test_no_calendar_is_never_closed(self):
        self.shop.sudo().pet_calendar_id = False
        self.assertEqual(self.find_closed("2026-01-01", "2026-12-31"), {})

    def test_days_off_and_holidays(self):
        self.assertEqual(
            self.find_closed("2026-12-21", "2026-12-28"),
            {"12-25": "Christmas", "12-26": "", "12-27": ""},
        )

    def test_half_closed_is_open(self):
        self.make_holiday("Eve", "2026-12-24", date_from="2026-12-24 12:00:00")
        self.assertNotIn("12-24", self.find_closed("2026-12-21", "2026-12-28"))

    def test_open_around_the_clock(self):
        """A holiday until 23:59:59 leaves no working time of a day of 24 hours."""
        self.shop.sudo().pet_calendar_id = calendar = self.make_calendar(
            range(7), hours=((0, 12), (12, 24))
        )
        self.make_holiday("Christmas", "2026-12-25", calendar=calendar)
        self.assertEqual(
            self.find_closed("2026-12-21", "2026-12-28"), {"12-25": "Christmas"}
        )

    def test_lunch_is_no_working_time(self):
        calendar = self.make_calendar([0])
        calendar.write(
            {
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Lunch",
                            "dayofweek": "1",
                            "hour_from": 12,
                            "hour_to": 13,
                            "day_period": "lunch",
                        }
                    )
                ]
            }
        )
        self.shop.sudo().pet_calendar_id = calendar
        self.assertEqual(list(self.find_closed("2026-01-05", "2026-01-06")), ["01-06"])

    def test_two_weeks(self):
        calendar = self.make_calendar([])
        calendar.switch_calendar_type()
        calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Saturday",
                    "dayofweek": "5",
                    "hour_from": 9,
                    "hour_to": 12,
                    "week_type": "1",
                    "day_period": "morning",
                    "sequence": 26,
                }
            )
        ]
        self.shop.sudo().pet_calendar_id = calendar
        closed = self.find_closed("2026-01-01", "2026-01-31")
        saturdays = [f"01-{day:02}" for day in (3, 10, 17, 24, 31)]
        found = [day in closed for day in saturdays]
        self.assertIn(found, ([True, False] * 2 + [True], [False, True] * 2 + [False]))

    def test_flexible_hours_are_closed_on_holidays_only(self):
        self.calendar.schedule_type = "flexible"
        self.make_holiday("Eve", "2026-12-24", date_from="2026-12-24 12:00:00")
        self.assertEqual(
            self.find_closed("2026-12-21", "2026-12-28"), {"12-25": "Christmas"}
        )

    def test_time_off_of_a_person_closes_nothing(self):
        person = (
            self.env["resource.resource"]
            .sudo()
            .create({"name": "Groomer", "calendar_id": self.calendar.id})
        )
        self.make_holiday("Vacation", "2026-12-23", resource_id=person.id)
        self.make_holiday("Course", "2026-12-22", time_type="other")
        self.assertEqual(list(self.find_closed("2026-12-21", "2026-12-25")), ["12-25"])

    def test_a_calendar_of_another_time_zone(self):
        """Its hours are those on the wall of the shop; holidays are moments."""
        self.calendar.tz = "Asia/Tokyo"
        self.assertEqual(
            list(self.find_closed("2026-01-05", "2026-01-12")), ["01-10", "01-11"]
        )
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.make_holiday(
            "Carnival",
            "2026-02-17",
            date_from="2026-02-17 03:00:00",
            date_to="2026-02-18 02:59:59",
        )
        self.assertEqual(
            self.find_closed("2026-02-16", "2026-02-20"), {"02-17": "Carnival"}
        )

    def test_the_day_the_clocks_change(self):
        self.shop.sudo().pet_tz = "Europe/Brussels"
        self.assertEqual(
            list(self.find_closed("2026-03-27", "2026-03-31")), ["03-28", "03-29"]
        )

    def test_two_companies(self):
        """Each has its calendar; a holiday of no calendar is that of its company."""
        everywhere = {"calendar_id": False, "company_id": self.shop.id}
        self.make_holiday("Founding Day", "2026-12-22", **everywhere)
        calendar = self.make_calendar(range(6), company_id=self.other_shop.id)
        self.other_shop.sudo().pet_calendar_id = calendar
        self.assertEqual(
            self.find_closed("2026-12-21", "2026-12-27", self.other_shop),
            {"12-27": ""},
        )
        self.assertEqual(
            self.find_closed("2026-12-21", "2026-12-27"),
            {"12-22": "Founding Day", "12-25": "Christmas", "12-26": "", "12-27": ""},
        )

    def test_the_calendar_of_another_company_is_refused(self):
        with self.assertRaisesRegex(
            ValidationError, "the working time Shop hours is that of"
        ):
            self.other_shop.sudo().pet_calendar_id = self.calendar

    def test_a_calendar_for_all_companies(self):
        self.calendar.company_id = False
        self.other_shop.sudo().pet_calendar_id = self.calendar
        self.assertIn(
            "12-25", self.find_closed("2026-12-21", "2026-12-27", self.other_shop)
        )

    def test_queries_do_not_grow_with_days(self):
        def look(last):
            return self.count_queries(
                lambda: self.find_closed("2026-01-01", f"{last}-12-31")
            )

        look(2026)
        self.assertEqual(look(2026), look(2035))


class TestProposal(OpeningCase):
    """S15, B1a: a series passes over closed days and makes them up at the end."""

    def test_a_package_over_christmas(self):
        """Fridays: Christmas and New Year's Day are passed over, five are found."""
        self.make_holiday("New Year", "2027-01-01")
        plan = self.sell(date_start=date(2026, 12, 1))
        wizard = self.make_wizard(plan, count=5)
        self.assertEqual(
            wizard.line_ids.mapped(lambda line: line.start.strftime("%m-%d %H")),
            ["12-11 09", "12-18 09", "01-08 09", "01-15 09", "01-22 09"],
        )
        self.assertEqual(
            wizard.passed_over,
            "2 dates passed over: Dec 25, 2026 (Christmas), Jan 1, 2027 (New Year).",
        )
        self.assertFalse(wizard.shortfall)
        wizard.action_apply()
        self.assertEqual(plan.sessions_booked, 5.0)

    def test_all_that_remain_of_both_kinds(self):
        """The first Fridays of a year, one of them closed: for both kinds alike."""
        self.make_holiday("Stocktaking", "2026-01-16")
        for plan in (self.sell_monthly(), self.sell()):
            with self.subTest(kind=plan.kind):
                wizard = self.make_wizard(plan, first_start="2026-01-02 09:00:00")
                self.assertEqual(wizard.count, 12)
                self.assertEqual(len(wizard.line_ids), 12)
                self.assertEqual(
                    wizard.passed_over,
                    "1 date passed over: Jan 16, 2026 (Stocktaking).",
                )
                wizard.action_apply()
                days = [visit.start.day for visit in plan.appointment_ids]
                self.assertNotIn(16, days[:4])
                self.assertEqual(plan.sessions_remaining, 0.0)

    def test_a_pause_is_told(self):
        plan = self.sell()
        plan._pause(date(2026, 1, 12), date(2026, 1, 18), "Ill")
        wizard = self.make_wizard(plan, first_start="2026-01-09 09:00:00", count=2)
        self.assertEqual(
            wizard.passed_over, "1 date passed over: Jan 16, 2026 (paused)."
        )

    def test_many_dates(self):
        """Every day of three weeks: the first six are named."""
        wizard = self.make_wizard(
            self.sell(
                self.make_template(appointment_count=20, appointments_per_cycle=4)
            ),
            first_start="2026-01-05 09:00:00",
            every_unit="day",
        )
        self.assertEqual(len(wizard.line_ids), 20)
        self.assertRegex(
            wizard.passed_over,
            r"^6 dates passed over: Jan 10, 2026 \(closed\).*Jan 25, 2026 \(closed\).$",
        )
        wizard.first_start = "2026-01-03 09:00:00"
        self.assertRegex(wizard.passed_over, r"^8 dates passed over: .* and 2 more\.$")

    def test_the_end_of_a_package(self):
        """What cannot be made up before the end is told, and refused in words."""
        plan = self.sell(
            self.make_template(validity=1, validity_unit="month"),
            date_start=date(2026, 12, 1),
        )
        wizard = self.make_wizard(plan, count=4)
        self.assertEqual(len(wizard.line_ids), 3)
        self.assertRegex(wizard.shortfall, "takes 3 of 4 visits on these days until")
        with self.assertRaisesRegex(
            UserError,
            r"takes 3 of 4 visits .* Jan 1, 2027\. 1 date passed over: Dec 25, 2026 "
            r"\(Christmas\)",
        ):
            wizard.action_apply()
        self.assertEqual(plan.sessions_booked, 0.0)

    def test_no_session_is_left(self):
        """What comes after the last session is not passed over."""
        plan = self.sell(date_start=date(2026, 12, 1))
        plan.book(self.weekly(11, first="2027-01-04 09:00:00"))
        wizard = self.make_wizard(plan, first_start="2026-12-18 09:00:00", count=2)
        self.assertEqual(self.list_days(wizard.line_ids), [18])
        self.assertRegex(wizard.shortfall, "has sessions left for 1 of 2 visits")
        self.assertFalse(wizard.passed_over)

    def test_on_the_day_off(self):
        """Every Sunday of a shop that is closed on Sundays: it ends, and says why."""
        plan = self.sell(self.make_template(validity=0))
        wizard = self.make_wizard(plan, first_start="2026-01-04 09:00:00")
        self.assertFalse(wizard.line_ids)
        self.assertRegex(
            wizard.passed_over,
            "is closed on all of these days from Jan 4, 2026 on, for more than 2 "
            "years.*working time Shop hours",
        )
        with self.assertRaisesRegex(UserError, "closed on all of these days"):
            wizard.action_apply()

    def test_closed_for_good(self):
        """No working time at all, or a holiday of years: it ends, and says why."""
        plan = self.sell(self.make_template(validity=0))
        self.make_holiday("Closed down", "2026-01-14", "2036-01-01")
        wizard = self.make_wizard(plan, first_start="2026-01-05 09:00:00")
        self.assertEqual(len(wizard.line_ids), 2)
        self.assertRegex(wizard.passed_over, "^[^0-9].* from Jan 19, 2026 on")
        self.calendar.attendance_ids.unlink()
        wizard = self.make_wizard(plan, first_start="2026-01-05 09:00:00")
        self.assertFalse(wizard.line_ids)
        self.assertRegex(wizard.passed_over, "from Jan 5, 2026 on")

    def test_before_the_start_nothing_is_passed_over(self):
        plan = self.sell(date_start=date(2026, 12, 21))
        wizard = self.make_wizard(plan, first_start="2026-11-02 09:00:00", count=2)
        self.assertEqual(
            wizard.line_ids.mapped("start"),
            [datetime(2026, 12, 21, 9), datetime(2026, 12, 28, 9)],
        )
        self.assertFalse(wizard.passed_over)

    def test_the_sale(self):
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.luna.id,
                "template_id": self.make_template().id,
                "date_start": "2026-12-01",
                "book_visits": True,
                "first_start": "2026-12-11 09:00:00",
                "count": 3,
            }
        )
        self.assertEqual(self.list_days(wizard.line_ids), [11, 18, 1])
        self.assertEqual(
            wizard.passed_over, "1 date passed over: Dec 25, 2026 (Christmas)."
        )
        wizard.action_apply()
        self.assertEqual(self.list_days(wizard.plan_id.appointment_ids), [11, 18, 1])

    def test_the_renewal(self):
        plan = self.sell(
            self.make_template(validity=11, validity_unit="month"),
            date_start=date(2026, 1, 1),
        )
        wizard = self.env["pet.plan.renew"].create(
            {
                "plan_id": plan.id,
                "date_start": "2026-12-02",
                "book_visits": True,
                "first_start": "2026-12-18 09:00:00",
                "count": 2,
            }
        )
        self.assertEqual(self.list_days(wizard.line_ids), [18, 1])
        self.assertEqual(
            wizard.passed_over, "1 date passed over: Dec 25, 2026 (Christmas)."
        )
        wizard.action_apply()
        self.assertEqual(self.list_days(plan.renewed_by_id.appointment_ids), [18, 1])

    def test_the_first_morning_is_one_of_work(self):
        """Sold on a Friday to a pet that never came: Monday is proposed."""
        with Form(
            self.env["pet.plan.sell"].with_context(default_pet_id=self.luna.id)
        ) as form:
            form.template_id = self.make_template()
            form.book_visits = True
            self.assertEqual(form.first_start, datetime(2026, 1, 5, 9))

    def test_queries_do_not_grow_with_visits(self):
        plan = self.sell(
            self.make_template(appointment_count=300, appointments_per_cycle=300)
        )
        wizard = self.make_wizard(plan, every_unit="day", count=5)

        def propose(count):
            wizard.count = count
            return self.count_queries(lambda: wizard._propose_visits(plan))

        propose(5)
        self.assertEqual(propose(5), propose(200))

    def test_pauses_and_ends_do_not_move(self):
        plan = self.sell(self.make_template(validity=1, validity_unit="month"))
        self.assertEqual(plan.date_end, date(2026, 2, 1))  # a Sunday
        plan._pause(date(2026, 1, 10), date(2026, 1, 11), "Away")
        self.assertEqual(plan.date_end, date(2026, 2, 3))


class TestTaken(OpeningCase):
    """S15: who names a closed day is asked or told, and gets it."""

    SUNDAY = "2026-01-11 09:00:00"
    CLOSED = "is closed on Jan 11, 2026"

    def test_the_api_takes_it(self):
        plan = self.sell()
        visit = plan.book([self.SUNDAY])
        self.assertEqual(plan.sessions_booked, 1.0)
        self.assertIn(self.CLOSED, visit.closure)

    def test_typed_by_hand(self):
        """The preview marks the date, and books it if that is meant."""
        plan = self.sell()
        wizard = self.make_wizard(
            plan,
            mode="free",
            line_ids=[
                Command.create({"start": start})
                for start in (self.SUNDAY, "2026-12-25 09:00:00", "2026-12-24 09:00:00")
            ],
        )
        self.assertEqual(
            wizard.line_ids.sorted("start").mapped("clash"),
            ["closed", False, "closed: Christmas"],
        )
        self.assertFalse(wizard.passed_over)
        wizard.action_apply()
        self.assertEqual(plan.sessions_booked, 3.0)

    def test_queries_of_the_marks(self):
        plan = self.sell(
            self.make_template(appointment_count=60, appointments_per_cycle=60)
        )
        lines = self.make_wizard(
            plan, first_start="2026-01-05 09:00:00", every_unit="day"
        ).line_ids
        wizard, lines = lines.wizard_id, lines.browse(lines.ids)

        def mark(some):
            return self.count_queries(lambda: wizard._get_clashes(some))

        mark(lines[:3])
        self.assertLessEqual(mark(lines), mark(lines[:3]))

    def test_reschedule(self):
        plan = self.sell()
        visit = plan.book(["2026-01-08 09:00:00"])
        action = visit.action_open_reschedule()
        with Form(
            self.env[action["res_model"]].with_context(**action["context"])
        ) as form:
            self.assertFalse(form.closure)
            form.start = datetime.fromisoformat(self.SUNDAY)
            self.assertIn(self.CLOSED, form.closure)
            self.assertFalse(form.refusal)
        form.record.action_apply()
        self.assertEqual(visit.start, datetime.fromisoformat(self.SUNDAY))

    def test_drag(self):
        visit = self.sell().book(["2026-01-08 09:00:00"])
        [question] = visit.preview_move(self.SUNDAY)["questions"]
        self.assertIn(self.CLOSED, question)
        self.assertFalse(visit.preview_move("2026-01-09 09:00:00")["questions"])

    def test_dragged_within_a_closed_day(self):
        """Who moves it by an hour knows the day already."""
        visit = self.sell().book([self.SUNDAY])
        self.assertFalse(visit.preview_move("2026-01-11 15:00:00")["questions"])

    def test_check_in_on_a_closed_day(self):
        visit = self.sell().book(["2026-01-08 09:00:00"])
        self.clock.move_to("2026-01-04 12:00:00")
        wizard = self.env["pet.appointment.check.in"].create(
            {"appointment_id": visit.id}
        )
        self.assertIn("is closed on Jan 4, 2026", wizard.closure)
        wizard.action_bring()
        self.assertEqual(visit.state, "received")
        self.clock.move_to("2026-01-06 12:00:00")
        other = self.sell().book(["2026-01-09 09:00:00"])
        wizard = wizard.create({"appointment_id": other.id})
        self.assertFalse(wizard.closure)

    def test_move_to_another_plan(self):
        visits = self.sell().book([self.SUNDAY, "2026-01-12 09:00:00"])
        other = self.sell()
        wizard = self.env["pet.appointment.move"].create(
            {"appointment_ids": visits.ids, "plan_id": other.id}
        )
        self.assertIn(self.CLOSED, wizard.closure)
        self.assertNotIn("\n", wizard.closure)
        wizard.action_apply()
        self.assertEqual(visits.plan_id, other)

    def test_visits_of_many_days_in_few_queries(self):
        plan = self.sell()
        visits = plan.book(self.weekly(12))
        self.assertFalse(any(visits.mapped("closure")))

        def read(some):
            return self.count_queries(lambda: some.mapped("closure"))

        read(visits[:2])
        self.assertEqual(read(visits), read(visits[:2]))

    def test_the_calendar_shades_them(self):
        shaded = self.env["pet.appointment"].get_unusual_days(
            "2026-12-21 00:00:00", "2026-12-27 23:59:59"
        )
        self.assertLessEqual({"2026-12-25", "2026-12-26", "2026-12-27"}, set(shaded))
        self.assertNotIn("2026-12-24", shaded)

    def test_of_two_companies_what_both_close_is_shaded(self):
        self.staff.sudo().company_ids += self.other_shop
        visits = self.env["pet.appointment"].with_context(
            allowed_company_ids=(self.shop + self.other_shop).ids
        )
        span = "2026-12-21 00:00:00", "2026-12-24 23:59:59"
        self.assertFalse(visits.get_unusual_days(*span))  # never closed
        self.other_shop.sudo().pet_calendar_id = self.make_calendar(
            range(6), company_id=self.other_shop.id
        )
        self.assertEqual(list(visits.get_unusual_days(*span)), ["2026-12-20"])

    def test_the_day_board_says_so(self):
        company = self.env["res.company"]
        self.assertEqual(
            company.get_pet_closure("2026-12-25"),
            f"{self.shop.name} is closed on Dec 25, 2026: Christmas.",
        )
        self.assertEqual(company.get_pet_closure("2026-12-24"), "")
        with self.assertRaisesRegex(UserError, "tomorrow is no date and time"):
            company.get_pet_closure("tomorrow")

    def test_the_form_of_a_new_visit_asks(self):
        with Form(self.env["pet.appointment"]) as form:
            form.pet_id = self.luna
            form.start = datetime(2026, 1, 9, 9)
            self.assertFalse(form.closure)
            form.start = datetime.fromisoformat(self.SUNDAY)
            self.assertIn(self.CLOSED, form.closure)

    def test_a_calendar_beyond_all_bounds(self):
        days = self.env["pet.appointment"].get_unusual_days(
            "2026-01-01 00:00:00", "2926-12-31 00:00:00"
        )
        self.assertLess(len(days), 200)
