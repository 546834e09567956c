from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import PetPlansCommon


class BookWizardCase(PetPlansCommon):
    """What the tests of the booking wizard share: it on Luna's 12 baths."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def open_form(self, plan=None):
        plan = plan or self.plan
        return Form(self.env["pet.plan.book"].with_context(default_plan_id=plan.id))

    def make_wizard(self, plan=None, **values):
        return self.env["pet.plan.book"].create(
            {"plan_id": (plan or self.plan).id, **values}
        )

    def starts(self, visits):
        return [str(start) for start in visits.sorted("start").mapped("start")]


class TestFixedTime(BookWizardCase):
    """B1: first date and time, every k days or weeks, weekdays, count."""

    def test_count_is_all_that_remain(self):
        self.assertEqual(self.make_wizard().count, 12)
        self.plan.book(self.weekly(5))
        self.assertEqual(self.make_wizard().count, 7)

    def test_form_books_all_that_remain(self):
        with self.open_form() as form:
            form.first_start = datetime(2026, 1, 5, 9)
            self.assertEqual(len(form.line_ids), 12)
        form.save().action_apply()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-19", "01-26"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_create_books_what_was_previewed(self):
        wizard = self.make_wizard(first_start="2026-01-05 09:00:00", count=3)
        wizard.action_preview()
        previewed = self.starts(wizard.line_ids)
        wizard.action_apply()
        self.assertEqual(self.starts(self.plan.appointment_ids), previewed)
        self.assertEqual(
            previewed,
            ["2026-01-05 09:00:00", "2026-01-12 09:00:00", "2026-01-19 09:00:00"],
        )

    def test_create_books_without_preview(self):
        self.make_wizard(first_start="2026-01-05 09:00:00", count=2).action_apply()
        self.assertEqual(len(self.plan.appointment_ids), 2)

    def test_preview_books_nothing(self):
        wizard = self.make_wizard(first_start="2026-01-05 09:00:00")
        action = wizard.action_preview()
        self.assertEqual(action["res_model"], "pet.plan.book")
        self.assertEqual(action["res_id"], wizard.id)
        self.assertFalse(self.plan.appointment_ids)
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_every_10_days(self):
        self.make_wizard(
            first_start="2026-01-05 09:00:00", every=10, every_unit="day", count=3
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-05 09:00:00", "2026-01-15 09:00:00", "2026-01-25 09:00:00"],
        )

    def test_every_second_week(self):
        self.make_wizard(
            first_start="2026-01-05 09:00:00", every=2, count=3
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-05 09:00:00", "2026-01-19 09:00:00", "2026-02-02 09:00:00"],
        )

    def test_weekdays(self):
        self.make_wizard(
            first_start="2026-01-06 09:00:00", mon=True, thu=True, count=4
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            [
                "2026-01-08 09:00:00",
                "2026-01-12 09:00:00",
                "2026-01-15 09:00:00",
                "2026-01-19 09:00:00",
            ],
        )

    def test_weekdays_every_second_week(self):
        self.make_wizard(
            first_start="2026-01-05 09:00:00", every=2, mon=True, fri=True, count=4
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            [
                "2026-01-05 09:00:00",
                "2026-01-09 09:00:00",
                "2026-01-19 09:00:00",
                "2026-01-23 09:00:00",
            ],
        )

    def test_weekdays_are_those_of_the_shop(self):
        """Monday 20:00 in New York is Tuesday in UTC."""
        self.shop.pet_tz = "America/New_York"
        self.make_wizard(
            first_start="2026-01-06 01:00:00", mon=True, count=2
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-06 01:00:00", "2026-01-13 01:00:00"],
        )

    def test_weekdays_do_not_count_for_days(self):
        self.make_wizard(
            first_start="2026-01-06 09:00:00", every_unit="day", mon=True, count=2
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-06 09:00:00", "2026-01-07 09:00:00"],
        )

    def test_visits_get_groomer_and_duration(self):
        self.make_wizard(
            first_start="2026-01-05 09:00:00",
            count=2,
            user_id=self.manager.id,
            duration=1.5,
        ).action_apply()
        visits = self.plan.appointment_ids
        self.assertEqual(visits.user_id, self.manager)
        self.assertEqual(visits.mapped("duration"), [1.5, 1.5])

    def test_row_removed_from_the_preview_is_not_booked(self):
        with self.open_form() as form:
            form.first_start = datetime(2026, 1, 5, 9)
            form.count = 3
            form.line_ids.remove(1)
        form.save().action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-05 09:00:00", "2026-01-19 09:00:00"],
        )

    def test_row_moved_in_the_preview_is_booked_there(self):
        with self.open_form() as form:
            form.first_start = datetime(2026, 1, 5, 9)
            form.count = 2
            with form.line_ids.edit(1) as line:
                line.start = datetime(2026, 1, 13, 10)
        form.save().action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-05 09:00:00", "2026-01-13 10:00:00"],
        )

    def test_refuses_no_visits(self):
        for values in ({"count": 0}, {"every": 0}, {"count": -1}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "at least 1"):
                self.make_wizard(
                    first_start="2026-01-05 09:00:00", **values
                ).action_apply()
        self.assertFalse(self.plan.appointment_ids)

    def test_refuses_no_first_date(self):
        with self.assertRaisesRegex(UserError, "first visit"):
            self.make_wizard().action_apply()


class TestFreeDates(BookWizardCase):
    """B1: any list of dates."""

    def test_form(self):
        with self.open_form() as form:
            form.mode = "free"
            for day in (20, 7):
                with form.line_ids.new() as line:
                    line.start = datetime(2026, 1, day, 15, 30)
        form.save().action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-07 15:30:00", "2026-01-20 15:30:00"],
        )

    def test_create(self):
        self.make_wizard(
            mode="free",
            line_ids=[
                Command.create({"start": "2026-01-20 15:30:00"}),
                Command.create({"start": "2026-01-07 08:00:00"}),
            ],
        ).action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-07 08:00:00", "2026-01-20 15:30:00"],
        )

    def test_fixed_times_can_be_made_free_and_added_to(self):
        with self.open_form() as form:
            form.first_start = datetime(2026, 1, 5, 9)
            form.count = 2
            form.mode = "free"
            with form.line_ids.new() as line:
                line.start = datetime(2026, 1, 30, 15)
        form.save().action_apply()
        self.assertEqual(
            self.starts(self.plan.appointment_ids),
            ["2026-01-05 09:00:00", "2026-01-12 09:00:00", "2026-01-30 15:00:00"],
        )

    def test_refuses_no_date(self):
        with self.assertRaisesRegex(UserError, self.plan.name):
            self.make_wizard(mode="free").action_apply()


class TestPreview(BookWizardCase):
    """B1: the preview shows each visit, its cycle, and clashes."""

    def preview(self, plan=None, **values):
        values.setdefault("first_start", "2026-01-05 09:00:00")
        wizard = self.make_wizard(plan, **values)
        wizard.action_preview()
        return wizard.line_ids.sorted("start")

    def test_cycles_as_they_fill_up(self):
        lines = self.preview(count=6)
        self.assertEqual(lines.cycle_id, self.plan.cycle_ids[:2])
        self.assertEqual([line.cycle_id.sequence for line in lines], [1, 1, 1, 1, 2, 2])

    def test_cycles_after_what_is_booked(self):
        self.plan.book(self.weekly(3))
        lines = self.preview(first_start="2026-02-02 09:00:00", count=3)
        self.assertEqual([line.cycle_id.sequence for line in lines], [1, 2, 2])

    def test_cycles_in_the_form_before_saving(self):
        form = self.open_form()
        form.first_start = datetime(2026, 1, 5, 9)
        form.count = 5
        rows = [form.line_ids.edit(row) for row in range(5)]
        self.assertEqual(
            [row.cycle_id.sequence for row in rows],
            [1, 1, 1, 1, 2],
        )

    def test_preview_tells_the_cycles_that_booking_gives(self):
        self.plan.book(self.weekly(2, "2026-02-02 09:00:00"))
        wizard = self.make_wizard(first_start="2026-01-05 09:00:00", count=4)
        wizard.action_preview()
        previewed = {line.start: line.cycle_id for line in wizard.line_ids}
        wizard.action_apply()
        visits = self.plan.appointment_ids.filtered(
            lambda visit: visit.start in previewed
        )
        self.assertEqual({visit.start: visit.cycle_id for visit in visits}, previewed)

    def test_period_of_a_plan(self):
        plan = self.sell(
            self.make_template(
                kind="plan", interval=1, interval_unit="month", period_count=2
            )
        )
        lines = self.preview(plan, first_start="2026-01-26 09:00:00", count=3)
        self.assertEqual([line.cycle_id.sequence for line in lines], [1, 2, 2])

    def test_no_clash(self):
        self.assertEqual(self.preview(count=3).mapped("clash"), [False] * 3)

    def test_same_pet(self):
        """Another plan of Luna's, with other staff, at an overlapping time."""
        other = self.sell()
        other.book([datetime(2026, 1, 12, 9, 30)], user_id=self.manager.id)
        clashes = self.preview(count=2).mapped("clash")
        self.assertFalse(clashes[0])
        self.assertIn("Luna", clashes[1])
        self.assertIn("9:30", clashes[1])

    def test_same_staff(self):
        """Another pet with the same groomer."""
        self.sell(pet=self.rex).book(
            [datetime(2026, 1, 12, 8, 30)], user_id=self.staff.id
        )
        clashes = self.preview(count=2, user_id=self.staff.id).mapped("clash")
        self.assertFalse(clashes[0])
        self.assertIn(self.staff.name, clashes[1])
        self.assertIn("Rex", clashes[1])

    def test_other_pet_with_other_staff_is_no_clash(self):
        self.sell(pet=self.rex).book([datetime(2026, 1, 5, 9)], user_id=self.manager.id)
        self.assertFalse(self.preview(count=1, user_id=self.staff.id).clash)

    def test_without_a_groomer_only_the_pet_clashes(self):
        """B1: nobody serves two visits that nobody is named for."""
        self.sell(pet=self.rex).book([datetime(2026, 1, 5, 9)])
        self.assertFalse(self.preview(count=1).clash)

    def test_back_to_back_is_no_clash(self):
        self.sell(pet=self.rex).book(
            [datetime(2026, 1, 5, 8), datetime(2026, 1, 5, 10)], user_id=self.staff.id
        )
        self.assertFalse(self.preview(count=1, user_id=self.staff.id).clash)

    def test_longer_visits_clash_with_the_next(self):
        self.sell(pet=self.rex).book([datetime(2026, 1, 5, 10)], user_id=self.staff.id)
        lines = self.preview(count=1, duration=1.5, user_id=self.staff.id)
        self.assertIn("Rex", lines.clash)

    def test_cancelled_visits_and_no_shows_are_no_clash(self):
        visits = self.sell(pet=self.rex).book(
            [datetime(2026, 1, 5, 9), datetime(2026, 1, 5, 9)], user_id=self.staff.id
        )
        visits[0].action_cancel()
        visits[1].action_no_show()
        self.assertFalse(self.preview(count=1, user_id=self.staff.id).clash)

    def test_visits_of_other_companies_are_no_clash(self):
        self.manager.sudo().company_ids += self.other_shop
        self.env["pet.appointment"].sudo().create(
            {
                "pet_id": self.rex.id,
                "start": "2026-01-05 09:00:00",
                "user_id": self.manager.id,
                "company_id": self.other_shop.id,
            }
        )
        lines = self.preview(count=1, user_id=self.manager.id)
        self.assertFalse(lines.clash)

    def test_inside_the_list(self):
        wizard = self.make_wizard(
            mode="free",
            line_ids=[
                Command.create({"start": start})
                for start in (
                    "2026-01-05 09:00:00",
                    "2026-01-05 09:30:00",
                    "2026-01-06 09:00:00",
                )
            ],
        )
        self.assertEqual(
            [bool(line.clash) for line in wizard.line_ids.sorted("start")],
            [True, True, False],
        )

    def test_clash_does_not_stop_the_booking(self):
        """It is a warning: two pets may share a groomer."""
        self.sell(pet=self.rex).book([datetime(2026, 1, 5, 9)], user_id=self.staff.id)
        self.make_wizard(
            first_start="2026-01-05 09:00:00", count=1, user_id=self.staff.id
        ).action_apply()
        self.assertEqual(len(self.plan.appointment_ids), 1)

    def test_queries_do_not_grow_with_the_list(self):
        plan = self.sell(
            self.make_template(appointment_count=48, appointments_per_cycle=4)
        )
        for pet in (self.rex, self.luna):
            self.sell(pet=pet).book(self.weekly(12))

        def count_queries(visits):
            wizard = self.make_wizard(
                plan, first_start="2026-01-05 09:00:00", count=visits
            )
            wizard.action_preview()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertTrue(any(wizard.line_ids.mapped("clash")))
            self.assertTrue(all(wizard.line_ids.mapped("cycle_id")))
            return self.cr.sql_log_count - before

        count_queries(4)
        self.assertEqual(count_queries(4), count_queries(48))


class TestSharedPlan(BookWizardCase):
    """A plan without pet: the wizard asks which one comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls.sell(pet=cls.env["pet.pet"])

    def test_asks_which_of_two_pets(self):
        self.assertFalse(self.make_wizard(self.shared).pet_id)

    def test_proposes_the_only_pet(self):
        plan = self.sell(pet=self.env["pet.pet"], partner_id=self.neighbour.id)
        self.assertEqual(self.make_wizard(plan).pet_id, self.mimi)

    def test_books_the_pet_chosen(self):
        with self.open_form(self.shared) as form:
            form.pet_id = self.rex
            form.first_start = datetime(2026, 1, 5, 9)
            form.count = 2
        form.save().action_apply()
        self.assertEqual(self.shared.appointment_ids.pet_id, self.rex)

    def test_refuses_to_book_no_pet(self):
        wizard = self.make_wizard(
            self.shared, first_start="2026-01-05 09:00:00", count=2
        )
        with self.assertRaisesRegex(UserError, f"{self.shared.name}.*shared"):
            wizard.action_apply()
        self.assertFalse(self.shared.appointment_ids)


class TestDaylightSaving(BookWizardCase):
    """B1: a weekly 09:00 stays 09:00 local time when the clocks change."""

    def book_weekly(self, tz, first, count):
        self.shop.pet_tz = tz
        self.make_wizard(first_start=first, count=count).action_apply()
        return self.starts(self.plan.appointment_ids)

    def test_spring_in_new_york(self):
        """The clocks change on Sunday 2026-03-08: 14:00 UTC becomes 13:00 UTC."""
        self.assertEqual(
            self.book_weekly("America/New_York", "2026-03-02 14:00:00", 3),
            ["2026-03-02 14:00:00", "2026-03-09 13:00:00", "2026-03-16 13:00:00"],
        )

    def test_autumn_in_new_york(self):
        """The clocks change on Sunday 2026-11-01."""
        self.assertEqual(
            self.book_weekly("America/New_York", "2026-10-26 13:00:00", 3),
            ["2026-10-26 13:00:00", "2026-11-02 14:00:00", "2026-11-09 14:00:00"],
        )

    def test_spring_in_lisbon(self):
        """The clocks change on Sunday 2026-03-29."""
        self.assertEqual(
            self.book_weekly("Europe/Lisbon", "2026-03-23 09:00:00", 3),
            ["2026-03-23 09:00:00", "2026-03-30 08:00:00", "2026-04-06 08:00:00"],
        )

    def test_zone_of_the_shop_not_of_the_user(self):
        self.staff.sudo().tz = "Asia/Tokyo"
        self.assertEqual(
            self.book_weekly("America/New_York", "2026-03-02 14:00:00", 2),
            ["2026-03-02 14:00:00", "2026-03-09 13:00:00"],
        )


class TestBookMethod(BookWizardCase):
    """`plan.book(starts, **values)`: what scripts and the external API call."""

    def test_datetimes(self):
        visits = self.plan.book(self.weekly(2))
        self.assertEqual(visits.mapped("start"), self.weekly(2))
        self.assertEqual(visits.pet_id, self.luna)
        self.assertEqual(visits.partner_id, self.customer)
        self.assertEqual(visits.company_id, self.shop)
        self.assertEqual(visits.mapped("state"), ["scheduled"] * 2)

    def test_strings(self):
        visits = self.plan.book(["2026-01-05 09:00:00", "2026-01-12 09:00:00"])
        self.assertEqual(visits.mapped("start"), self.weekly(2))

    def test_in_the_order_asked(self):
        starts = list(reversed(self.weekly(5)))
        visits = self.plan.book(starts)
        self.assertEqual(visits.mapped("start"), starts)
        self.assertEqual([visit.cycle_id.sequence for visit in visits], [2, 1, 1, 1, 1])

    def test_nothing(self):
        self.assertFalse(self.plan.book([]))

    def test_values(self):
        visits = self.plan.book(
            self.weekly(2), user_id=self.manager.id, duration=0.5, units=0.5
        )
        self.assertEqual(visits.user_id, self.manager)
        self.assertEqual(visits.mapped("units"), [0.5, 0.5])
        self.assertEqual(visits[0].stop - visits[0].start, timedelta(minutes=30))

    def test_pet_of_a_shared_plan(self):
        shared = self.sell(pet=self.env["pet.pet"])
        self.assertEqual(
            shared.book(self.weekly(1), pet_id=self.rex.id).pet_id, self.rex
        )

    def test_guarded_values_are_refused(self):
        for label, values in (
            ("Status", {"state": "delivered"}),
            ("Cycle", {"cycle_id": self.plan.cycle_ids[2].id}),
            ("Holds Sessions", {"holds_sessions": False}),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(AccessError, f"{label} of .* written directly"),
            ):
                self.plan.book(self.weekly(1), **values)
        self.assertFalse(self.plan.appointment_ids)
