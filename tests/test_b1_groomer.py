from datetime import datetime, timedelta

from odoo.tests import Form

from .common import PetPlansCommon


class TestGroomer(PetPlansCommon):
    """S1, P2: who sells and who serves are two people, and nobody serves by default."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def test_a_visit_is_nobodys_until_somebody_says(self):
        visit = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-05 09:00:00"}
        )
        self.assertFalse(visit.user_id)
        self.assertFalse(Form(self.env["pet.appointment"]).user_id)

    def test_reception_that_books_is_not_the_groomer(self):
        self.assertFalse(self.plan.book(self.weekly(1)).user_id)
        wizard = self.env["pet.plan.book"].create(
            {
                "plan_id": self.plan.id,
                "first_start": "2026-01-12 09:00:00",
                "count": 2,
            }
        )
        self.assertFalse(wizard.user_id)
        wizard.action_apply()
        self.assertFalse(self.plan.appointment_ids.user_id)

    def test_the_seller_sells_and_the_groomer_serves(self):
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.rex.id,
                "template_id": self.plan.template_id.id,
                "book_visits": True,
                "first_start": "2026-01-05 09:00:00",
                "groomer_id": self.manager.id,
            }
        )
        self.assertEqual(wizard.user_id, self.staff)
        plan = self.env["pet.plan"].browse(wizard.action_apply()["res_id"])
        self.assertEqual(plan.user_id, self.staff)
        self.assertEqual(plan.appointment_ids.user_id, self.manager)

    def test_a_sale_without_groomer_books_on_nobody(self):
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.rex.id,
                "template_id": self.plan.template_id.id,
                "book_visits": True,
                "first_start": "2026-01-05 09:00:00",
            }
        )
        plan = self.env["pet.plan"].browse(wizard.action_apply()["res_id"])
        self.assertFalse(plan.appointment_ids.user_id)

    def test_renewal_tasks_are_the_sellers(self):
        self.plan.user_id = self.manager
        self.plan.book(self.weekly(12), user_id=self.staff.id)
        self.plan._schedule_renewal_talks()
        self.assertEqual(self.plan.activity_ids.user_id, self.manager)

    def test_the_field_is_called_groomer(self):
        for model, name in (
            ("pet.appointment", "user_id"),
            ("pet.plan.book", "user_id"),
            ("pet.plan.renew", "user_id"),
            ("pet.plan.sell", "groomer_id"),
        ):
            label = self.env[model].fields_get([name])[name]["string"]
            self.assertEqual(label, "Groomer", model)
        label = self.env["pet.plan.sell"].fields_get(["user_id"])["user_id"]["string"]
        self.assertEqual(label, "Sold by")


class TestReplacement(PetPlansCommon):
    """B1: a booking is proposed as the pet comes, a replacement after the last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=4))
        starts = [datetime(2026, 1, 6, 15) + timedelta(weeks=n) for n in range(12)]
        cls.visits = cls.plan.book(starts, user_id=cls.manager.id, duration=1.5)

    def open_form(self, plan=None):
        action = (plan or self.plan).action_open_book()
        return Form(self.env["pet.plan.book"].with_context(**action["context"]))

    def test_one_interval_after_the_last(self):
        self.visits[3].action_cancel()
        form = self.open_form()
        self.assertEqual(form.count, 1)
        self.assertEqual(form.first_start, self.visits[-1].start + timedelta(weeks=1))
        self.assertEqual((form.user_id, form.duration), (self.manager, 1.5))
        self.assertEqual(len(form.line_ids), 1)
        form.save().action_apply()
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_never_after_the_end(self):
        """One that would be refused is not proposed."""
        self.visits[3].action_cancel()
        self.plan.with_user(self.manager).date_end = "2026-03-25"
        self.assertFalse(self.open_form().first_start)

    def test_the_first_visit_as_the_pet_came_before(self):
        form = self.open_form(self.sell())
        self.assertEqual(form.first_start, self.visits[-1].start + timedelta(weeks=1))
        self.assertEqual(form.user_id, self.manager)

    def test_of_a_shared_plan_by_the_pet_that_is_chosen(self):
        form = self.open_form(self.sell(pet=self.env["pet.pet"]))
        self.assertFalse(form.first_start)
        form.pet_id = self.luna
        self.assertEqual(form.first_start, self.visits[-1].start + timedelta(weeks=1))

    def test_a_pet_that_never_came(self):
        form = self.open_form(self.sell(pet=self.rex))
        self.assertFalse(form.first_start or form.user_id)

    def test_what_was_chosen_stays(self):
        action = self.plan.action_open_book()
        action["context"]["default_first_start"] = "2026-02-04 10:00:00"
        form = Form(self.env["pet.plan.book"].with_context(**action["context"]))
        self.assertEqual(form.first_start, datetime(2026, 2, 4, 10))

    def test_a_program_says_when(self):
        wizard = self.env["pet.plan.book"].create({"plan_id": self.plan.id})
        self.assertFalse(wizard.first_start or wizard.user_id)


class TestWeekdays(PetPlansCommon):
    """B1: the boxes of the weekdays follow the first visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def setUp(self):
        super().setUp()
        self.form = Form(
            self.env["pet.plan.book"].with_context(default_plan_id=self.plan.id)
        )

    def get_ticked(self):
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return [name for name in names if self.form[name]]

    def test_a_tuesday_ticks_tuesday(self):
        self.form.first_start = datetime(2026, 1, 6, 9)
        self.assertEqual(self.get_ticked(), ["tue"])
        self.form.first_start = datetime(2026, 1, 8, 9)
        self.assertEqual(self.get_ticked(), ["thu"])

    def test_by_the_clock_of_the_shop(self):
        """Monday 20:00 in New York is Tuesday in UTC."""
        self.shop.sudo().pet_tz = "America/New_York"
        self.form.first_start = datetime(2026, 1, 6, 1)
        self.assertEqual(self.get_ticked(), ["mon"])

    def test_of_several_each_stays(self):
        self.form.first_start = datetime(2026, 1, 6, 9)
        self.form.fri = True
        self.form.first_start = datetime(2026, 1, 7, 9)
        self.assertEqual(self.get_ticked(), ["tue", "wed", "fri"])

    def test_not_where_days_are_counted(self):
        self.form.every_unit = "day"
        self.form.first_start = datetime(2026, 1, 6, 9)
        self.assertEqual(self.get_ticked(), [])
        self.form.every_unit = "week"
        self.assertEqual(self.get_ticked(), ["tue"])

    def test_in_the_sale_as_well(self):
        self.form = Form(self.env["pet.plan.sell"])
        self.form.pet_id = self.luna
        self.form.book_visits = True
        self.assertEqual(self.get_ticked(), ["sat"], "tomorrow morning")
        self.form.first_start = datetime(2026, 1, 6, 9)
        self.assertEqual(self.get_ticked(), ["tue"])


class TestTooFewSessions(PetPlansCommon):
    """B1a: no preview shows more visits than sessions without a word."""

    def open_form(self, plan, count):
        form = Form(self.env["pet.plan.book"].with_context(default_plan_id=plan.id))
        form.first_start = datetime(2026, 1, 5, 9)
        form.count = count
        return form

    def test_fixed_time(self):
        form = self.open_form(self.sell(), 14)
        self.assertEqual(len(form.line_ids), 12)
        self.assertIn("sessions left for 12 of 14 visits", form.shortfall)

    def test_overdraft(self):
        form = self.open_form(self.sell(self.make_template(overdraft_limit=2)), 14)
        self.assertEqual(len(form.line_ids), 14)
        self.assertIn("sessions left for 12 of 14 visits", form.shortfall)
        told = [form.line_ids.edit(row).clash for row in (11, 12, 13)]
        owed = "no session is left for it, it would be owed"
        self.assertEqual(told, [False, owed, owed])

    def test_free_dates(self):
        plan = self.sell(
            self.make_template(appointment_count=2, appointments_per_cycle=2)
        )
        form = self.open_form(plan, 2)
        self.assertFalse(form.shortfall)
        form.mode = "free"
        with form.line_ids.new() as line:
            line.start = datetime(2026, 1, 30, 9)
        self.assertIn("sessions left for 2 of 3 visits", form.shortfall)
        self.assertEqual(form.line_ids.edit(2).clash, "no session is left for it")

    def test_a_period_that_has_none_left(self):
        plan = self.sell(
            self.make_template([(self.bath, 1, 45.0)], kind="plan", period_count=2)
        )
        form = self.open_form(plan, 2)
        form.mode = "free"
        with form.line_ids.edit(1) as line:
            line.start = datetime(2026, 1, 12, 9)
        self.assertEqual(form.line_ids.edit(1).clash, "no session is left for it")
