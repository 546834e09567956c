from odoo.tests import Form

from .common import PetPlansCommon


class TemplateFormCommon(PetPlansCommon):
    """Types an offer into the form, as a manager."""

    def open_form(self, **values):
        form = Form(self.env["pet.plan.template"].with_user(self.manager))
        form.name = "Baths"
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def add(self, form, product, price, quantity=None):
        with form.line_ids.new() as line:
            line.product_id = product
            line.price_unit = price
            if quantity is not None:
                line.quantity = quantity
            return line.quantity

    def read_summary(self, form):
        """Return what the form says of the offer, by lines, without fixed spaces."""
        return form.offer_summary.replace("\xa0", "").split("\n")


class TestTemplateForm(TemplateFormCommon):
    """S4-S6: the form of a template says what its terms make, and what is odd."""

    def get_summary(self, form):
        return self.read_summary(form)[1]

    def test_a_new_service_of_a_package_takes_the_visits(self):
        form = self.open_form(appointment_count=12)
        self.assertEqual(self.add(form, self.bath, 45.0), 12.0)

    def test_a_new_service_of_a_plan_is_one_per_period(self):
        form = self.open_form(appointment_count=12, kind="plan")
        self.assertEqual(self.add(form, self.bath, 45.0), 1.0)

    def test_a_program_says_how_many(self):
        template = self.make_template([(self.bath, 3, 45.0)])
        self.assertEqual(template.line_ids.quantity, 3.0)

    def test_the_invoices_in_a_sentence(self):
        form = self.open_form(appointment_count=12, appointments_per_cycle=4)
        self.assertFalse(form.offer_summary)
        self.add(form, self.bath, 45.0)
        self.assertRegex(self.get_summary(form), r"^3 invoices of .*180.00.?$")
        form.appointments_per_cycle = 12
        self.assertRegex(self.get_summary(form), r"^1 invoice of .*540.00.?$")

    def test_invoices_that_differ(self):
        form = self.open_form(appointment_count=10, appointments_per_cycle=4)
        self.add(form, self.bath, 45.0)
        self.assertRegex(
            self.get_summary(form), r"^3 invoices: 2 of .*180.00.?, 1 of .*90.00.?$"
        )

    def test_invoices_of_a_plan(self):
        form = self.open_form(kind="plan", period_count=6)
        self.add(form, self.bath, 45.0, 4)
        self.assertRegex(self.get_summary(form), r"^6 invoices of .*180.00.?$")

    def test_what_costs_nothing(self):
        form = self.open_form(appointment_count=2)
        self.add(form, self.bath, 0.0)
        self.assertEqual(self.get_summary(form), "Nothing: it costs nothing")

    def test_terms_not_typed_yet(self):
        form = self.open_form(appointment_count=2)
        self.add(form, self.bath, 45.0)
        form.appointments_per_cycle = 0
        self.assertFalse(form.offer_summary)

    def test_the_sentence_comes_true(self):
        template = self.make_template(
            [(self.bath, 12, 45.0), (self.grooming, 3, 60.0)],
            appointments_per_cycle=5,
        )
        plan = self.sell(template)
        self.assertEqual(
            template._get_amounts_to_bill(),
            self.invoices(plan).mapped("amount_untaxed"),
        )

    def test_more_visits_than_sessions_is_told_not_refused(self):
        form = self.open_form(appointment_count=12)
        self.add(form, self.bath, 45.0, 1)
        self.assertRegex(
            form.visits_warning,
            "^12 visits are sold, but only 1 session of .*: there is nothing to book "
            "for 11 visits.$",
        )
        self.assertTrue(form.save())

    def test_the_service_with_most_sessions_counts(self):
        """Lines of one service are one (S12)."""
        form = self.open_form(appointment_count=12)
        self.add(form, self.grooming, 60.0, 3)
        self.add(form, self.bath, 45.0, 10)
        self.assertIn("only 10 sessions", form.visits_warning)
        self.add(form, self.bath, 0.0, 2)
        self.assertFalse(form.visits_warning)

    def test_a_plan_has_no_visits_to_compare(self):
        form = self.open_form(appointment_count=12, kind="plan")
        self.add(form, self.bath, 45.0, 1)
        self.assertFalse(form.visits_warning)
