from odoo import Command
from odoo.tests import Form

from .test_s4_template_form import TemplateFormCommon
from .test_s10_covers import CoverCase
from .test_s11_unlimited import UnlimitedCase


class TestOfferInWords(TemplateFormCommon):
    """S4, S5, S12: the form says what a customer gets and pays, as one types."""

    def test_a_package(self):
        form = self.open_form(
            appointment_count=12, appointments_per_cycle=4, validity=4
        )
        self.add(form, self.bath, 45.0)
        self.add(form, self.grooming, 60.0, 3)
        self.assertEqual(
            self.read_summary(form),
            [
                "12 visits, until 4 months after the start: 12 sessions of Bath, 3 "
                "sessions of Grooming",
                "3 invoices of $240.00",
            ],
        )
        form.validity = 0
        self.assertIn("12 visits, without an end: ", form.offer_summary)

    def test_a_plan(self):
        form = self.open_form(kind="plan", period_count=6)
        self.add(form, self.bath, 40.0, 4)
        self.assertEqual(
            self.read_summary(form),
            [
                "Each month for 6 months: 4 sessions of Bath",
                "6 invoices of $160.00",
                "What is not used in a period is lost",
            ],
        )
        form.rollover = True
        self.assertEqual(
            self.read_summary(form)[2], "What is not used in a period may be used later"
        )

    def test_periods_of_any_length(self):
        form = self.open_form(kind="plan", period_count=13, interval=28)
        self.add(form, self.bath, 40.0, 4)
        for unit, words in (
            ("day", "Every 28 days for 364 days: "),
            ("week", "Every 28 weeks for 364 weeks: "),
        ):
            form.interval_unit = unit
            self.assertTrue(form.offer_summary.startswith(words), form.offer_summary)
        form.interval = 1
        self.assertTrue(form.offer_summary.startswith("Each week for 13 weeks: "))
        form.period_count = 1
        self.assertEqual(
            self.read_summary(form),
            ["For 1 week: 4 sessions of Bath", "1 invoice of $160.00"],
        )

    def test_presents(self):
        form = self.open_form(appointment_count=12)
        self.add(form, self.bath, 45.0, 10)
        self.add(form, self.bath, 0.0, 2)
        self.assertIn(": 12 sessions of Bath (10 paid + 2 free)", form.offer_summary)
        self.add(form, self.grooming, 0.0, 1)
        self.assertIn(", 1 session of Grooming, free", form.offer_summary)

    def test_what_costs_nothing_is_no_present(self):
        form = self.open_form(appointment_count=2)
        self.add(form, self.bath, 0.0)
        self.assertNotIn("free", form.offer_summary)

    def test_prices_by_pet(self):
        """S9."""
        template = self.make_template()
        template.line_ids.with_user(self.manager).price_ids = [
            Command.create({"size": "small", "price_unit": 40.0}),
            Command.create({"size": "large", "price_unit": 60.0}),
        ]
        self.assertEqual(
            self.read_summary(template)[2:],
            ["By pet, a session of Bath is $40.00 to $60.00"],
        )

    def test_nothing_while_something_is_missing(self):
        form = self.open_form(appointment_count=12)
        self.assertFalse(form.offer_summary)


class TestCoversInWords(CoverCase):
    """S10."""

    def test_what_a_session_is_good_for(self):
        self.assertEqual(
            self.offer.offer_summary.split("\n")[2:],
            ["1 session: Full Day; 0.5: Half Day; 2: Boarding Night"],
        )

    def test_as_one_types(self):
        with Form(self.offer.with_user(self.manager)) as form:
            with form.cover_ids.edit(0) as cover:
                cover.sessions = 0.25
            self.assertIn("0.25: Half Day", form.offer_summary)

    def test_faults_are_told_where_they_are_typed(self):
        with Form(self.offer.with_user(self.manager)) as form:
            self.assertFalse(form.covers_fault)
            with form.cover_ids.edit(0) as cover:
                cover.sessions = 0.0
            self.assertIn("also good for Half Day: it takes 0", form.covers_fault)
            with form.cover_ids.edit(0) as cover:
                cover.sessions = 0.5
            self.assertFalse(form.covers_fault)


class TestUnlimitedInWords(UnlimitedCase):
    """S11."""

    def test_as_often_as_they_like(self):
        first = self.offer.offer_summary.split("\n")[0]
        self.assertEqual(
            first,
            "Each month for 3 months: Daycare as often as they like, at most 1 a day",
        )
        self.offer.line_ids.with_user(self.manager).max_per_day = 0
        self.assertTrue(
            self.offer.offer_summary.split("\n")[0].endswith("as often as they like")
        )
        self.assertNotIn("not used", self.offer.offer_summary)


class TestFaults(TemplateFormCommon):
    """S4-S12: what would be refused is told before, beside what is typed."""

    def test_terms(self):
        form = self.open_form(appointment_count=4)
        self.assertFalse(form.terms_fault)
        form.appointments_per_cycle = 5
        self.assertEqual(
            form.terms_fault,
            "Baths: a cycle of 5 visits is larger than the package of 4 visits.",
        )
        form.appointments_per_cycle = 0
        self.assertIn("a cycle has at least one visit", form.terms_fault)
        form.kind = "plan"
        self.assertFalse(form.terms_fault)
        form.period_count = 0
        self.assertIn("at least one period", form.terms_fault)

    def test_numbers_of_a_service(self):
        form = self.open_form(appointment_count=4)
        self.add(form, self.bath, 45.0)
        self.assertFalse(form.services_fault)
        for name, value, words in (
            ("quantity", 0, "Bath has more than 0 sessions, not 0."),
            ("price_unit", -1, "Bath: the price of a session cannot be negative."),
            ("discount", 101, "a discount is between 0 and 100 percent, not 101."),
        ):
            with self.subTest(field=name):
                with form.line_ids.edit(0) as line:
                    before = getattr(line, name)
                    setattr(line, name, value)
                self.assertIn(words, form.services_fault)
                with form.line_ids.edit(0) as line:
                    setattr(line, name, before)
        self.assertFalse(form.services_fault)

    def test_unlimited_beside_the_same_service(self):
        form = self.open_form(kind="plan")
        with form.line_ids.new() as line:
            line.product_id = self.bath
            line.is_unlimited = True
        self.add(form, self.bath, 45.0)
        self.assertIn("sold in another line as well", form.services_fault)

    def test_prices_that_match_equally(self):
        template = self.make_template().with_user(self.manager)
        template.line_ids.price_ids = [
            Command.create({"size": "small", "price_unit": 40.0})
        ]
        with Form(template) as form:
            with form.price_ids.new() as price:
                price.size = "small"
                price.price_unit = 41.0
            self.assertIn("match the same pets", form.prices_fault)
            form.price_ids.remove(1)
            self.assertFalse(form.prices_fault)
