from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import PetPlansCommon


class TestBadInput(PetPlansCommon):
    """What cannot be sold is refused by name and numbers; nothing is left behind."""

    def assert_refused_by_database(self, name):
        """Check that a database constraint refuses what follows."""
        self.env.flush_all()
        return self.assertRaisesRegex(IntegrityError, name)

    # --- Terms -----------------------------------------------------------------

    def assert_terms_refused(self, pattern, **terms):
        """Check that neither a template nor a draft plan takes these terms."""
        lines = [(self.bath, 4, 45.0)]
        with self.assert_refused(ValidationError, f"Bad terms: {pattern}"):
            self.make_template(lines, name="Bad terms", **terms)
        draft = self.sell(
            self.make_template(lines, kind=terms.pop("kind", "package")), confirm=False
        )
        with self.assert_refused(ValidationError, f"{draft.name} .*: {pattern}"):
            draft.write(terms)
        self.assertEqual(draft.state, "draft")

    def test_package_without_visits(self):
        for count in (0, -1):
            with self.subTest(count=count):
                self.assert_terms_refused(
                    f"a package has at least one visit, not {count}",
                    appointment_count=count,
                )

    def test_cycle_without_visits(self):
        for count in (0, -4):
            with self.subTest(count=count):
                self.assert_terms_refused(
                    f"a cycle has at least one visit, not {count}",
                    appointments_per_cycle=count,
                )

    def test_cycle_larger_than_the_package(self):
        self.assert_terms_refused(
            "a cycle of 20 visits is larger than the package of 12 visits",
            appointments_per_cycle=20,
        )

    def test_plan_without_periods(self):
        for interval, count in ((1, 0), (1, -3), (0, 3), (-1, 3)):
            with self.subTest(interval=interval, count=count):
                self.assert_terms_refused(
                    f"a plan has at least one period .*, not {count} .* of {interval}",
                    kind="plan",
                    interval=interval,
                    period_count=count,
                )

    def test_negative_terms(self):
        for name in (
            "validity",
            "post_lead_days",
            "late_cancel_hours",
            "overdraft_limit",
        ):
            with self.subTest(name=name):
                self.assert_terms_refused(r".* cannot be negative \(-1", **{name: -1})

    def test_validity_beyond_the_calendar(self):
        draft = self.sell(confirm=False)
        with self.assert_refused(UserError, "9999 years"):
            draft.write({"validity": 9999, "validity_unit": "year"})

    # --- Services --------------------------------------------------------------

    def test_quantities_prices_and_discounts_out_of_range(self):
        template, draft = self.make_template(), self.sell(confirm=False)
        lines = {"template": template.sudo().line_ids, "plan": draft.line_ids}
        for owner, line in lines.items():
            for constraint, name, values in (
                ("quantity_positive", "quantity", (0.0, -1.0, 0.001)),
                ("price_not_negative", "price_unit", (-0.01,)),
                ("discount_range", "discount", (-1.0, 100.01)),
            ):
                for value in values:
                    with (
                        self.subTest(owner=owner, field=name, value=value),
                        mute_logger("odoo.sql_db"),
                        self.assert_refused_by_database(constraint),
                        self.cr.savepoint(),
                    ):
                        line[name] = value

    def test_template_of_products_of_another_company(self):
        foreign = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Theirs", "company_id": self.other_shop.id})
        )
        with self.assertRaisesRegex(
            UserError, "no access to what was chosen as Service;"
        ):
            self.sell(self.make_template([(foreign, 12, 45.0)]))

    # --- Pets, customers and companies -----------------------------------------

    def test_pet_that_does_not_fit(self):
        template = self.make_template(species_ids=self.cat.ids)
        with self.assert_refused(
            ValidationError,
            "Weekly baths is offered to Test cat; Luna is a Test dog .Test poodle.",
        ):
            self.sell(template, confirm=False)

    def test_draft_cannot_change_to_a_pet_that_does_not_fit(self):
        draft = self.sell(self.make_template(breed_ids=self.poodle.ids), confirm=False)
        with self.assert_refused(ValidationError, "offered to Test poodle; Rex"):
            draft.pet_id = self.rex
        self.assertEqual(draft.pet_id, self.luna)

    def test_somebody_elses_pet(self):
        with self.assert_refused(
            ValidationError, "is for Ana Souza, but Mimi belongs to Bruno Lima"
        ):
            self.sell(pet=self.mimi, partner_id=self.customer.id)

    def test_pet_of_the_same_household_is_fine(self):
        daughter = self.env["res.partner"].create(
            {"name": "Bia", "parent_id": self.customer.id}
        )
        self.assertEqual(self.sell(partner_id=daughter.id).state, "active")

    def test_records_of_another_company(self):
        foreign_template = self.make_template().sudo()
        foreign_template.company_id = self.other_shop
        stranger = (
            self.env["res.partner"]
            .sudo()
            .create({"name": "Stranger", "company_id": self.other_shop.id})
        )
        foreign_pet = (
            self.env["pet.pet"]
            .sudo()
            .create({"name": "Foreigner", "partner_id": stranger.id})
        )
        self.staff.company_ids |= self.other_shop  # may see both, and may not mix them
        values = {
            "template_id": self.make_template().id,
            "partner_id": self.customer.id,
            "date_start": "2026-01-01",
        }
        for named, mismatch in (
            ("Template", {"template_id": foreign_template.id}),
            ("Customer", {"partner_id": stranger.id}),
            ("Pet", {"partner_id": stranger.id, "pet_id": foreign_pet.id}),
            ("Template", {"company_id": self.other_shop.id}),
            ("Sold by", {"user_id": self.other_staff.id}),
        ):
            with (
                self.subTest(mismatch=mismatch),
                self.assertRaisesRegex(UserError, f"while “{named}” .*another company"),
            ):
                self.env["pet.plan"].with_context(
                    allowed_company_ids=(self.shop | self.other_shop).ids
                ).create({**values, **mismatch})

    # --- Dates and lines -------------------------------------------------------

    def test_end_before_start(self):
        draft = self.sell(confirm=False)
        with self.assert_refused(
            ValidationError,
            f"{draft.name}.* end on Dec 31, 2025, before it starts on Jan 1, 2026",
        ):
            draft.date_end = "2025-12-31"

    def test_offer_without_services(self):
        """Not when it is sold, but when it is saved."""
        template = self.make_template()
        for save in (
            lambda: self.make_template(line_ids=[]),
            lambda: template.with_user(self.manager).write(
                {"line_ids": [Command.clear()]}
            ),
        ):
            with self.assert_refused(ValidationError, "Weekly baths has no service"):
                save()
        self.assertTrue(template.line_ids)

    def test_a_sale_that_is_refused_names_no_plan_that_is_not_there(self):
        """Each try would tell another number (S1)."""
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.luna.id,
                "template_id": self.make_template().id,
                "book_visits": True,
                "first_start": "2025-12-30 09:00:00",
            }
        )
        for __ in range(2):
            with self.assert_refused(
                UserError, r"^Weekly baths cannot take the visit of Dec 30, 2025"
            ):
                wizard.action_apply()

    def test_wizard_without_template_or_customer(self):
        for values in (
            {"pet_id": self.luna.id},
            {"template_id": self.make_template().id},
        ):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.env["pet.plan.sell"].create(values)

    def test_numbers_that_only_the_plan_may_give_itself(self):
        for name, value, label in (
            ("state", "active", "Status"),
            ("name", "FORGED", "Reference"),
            ("cycle_ids", [Command.create({"sequence": 9})], "Cycle"),
        ):
            with (
                self.subTest(field=name),
                self.assertRaisesRegex(AccessError, f"{label} of .* written directly"),
            ):
                self.sell(confirm=False, **{name: value})
