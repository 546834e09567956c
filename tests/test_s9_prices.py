from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon
from .prices import PricesCommon


class TestPrices(PricesCommon, PetPlansCommon):
    """S9: a service has prices by size, coat, both, or breed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_priced_template()
        cls.line = cls.template.line_ids

    def price_of(self, **values):
        """Return what a bath costs a pet with these values."""
        pet = self.make_pet(**values)
        return self.line._get_price_for(
            self.shop, self.shop.currency_id, pet._get_animal()
        )

    def test_the_most_specific_match_counts(self):
        """S9: breed, then size and coat, then size, then coat, then the own price."""
        for expected, values in (
            (80.0, {"breed_id": self.poodle.id, "size": "large", "coat": "long"}),
            (60.0, {"size": "large", "coat": "long"}),
            (55.0, {"size": "large", "coat": "short"}),
            (55.0, {"size": "large"}),
            (50.0, {"size": "small", "coat": "long"}),
            (45.0, {"size": "small", "coat": "short"}),
            (45.0, {}),
        ):
            with self.subTest(values=values):
                self.assertEqual(self.price_of(**values), expected)

    def test_a_shared_plan_has_the_own_price(self):
        """S9: no pet in particular."""
        plan = self.sell(self.template, pet=self.env["pet.pet"], confirm=False)
        self.assertEqual(plan.amount_total, 540.0)

    def test_a_draft_takes_the_price_for_its_pet_of_that_day(self):
        """S9, S2: what becomes of pet or template later changes no plan."""
        pet = self.make_pet(size="large", coat="long")
        draft = self.sell(self.template, pet=pet, confirm=False)
        self.assertEqual(draft.line_ids.price_unit, 60.0)
        pet.size = "small"
        self.template.price_ids.with_user(self.manager).price_unit = 1.0
        draft.action_confirm()
        self.assertEqual(draft.amount_total, 720.0)
        self.assertEqual(self.invoices(draft).mapped("amount_untaxed"), [240.0] * 3)

    def test_discount_and_currency_as_of_the_own_price(self):
        """S9, S6: the discount is off the price taken, cycles add up to the cent."""
        template = self.make_priced_template(
            [(self.bath, 10, 45.0, 12.5)], appointment_count=10
        )
        template.price_ids.filtered("coat").with_user(self.manager).price_unit = 33.33
        plan = self.sell(template, pet=self.make_pet(size="large", coat="long"))
        self.assertEqual(plan.amount_total, 291.64)
        self.assertEqual(
            sum(self.invoices(plan).mapped("amount_untaxed")), plan.amount_total
        )

    def test_another_company_sells_it_in_its_currency(self):
        """S9: rows are converted as the own price is."""
        self.template.sudo().company_id = False
        currency = self.env["res.currency"].sudo()
        currency = currency.create({"name": "TST", "symbol": "T", "rounding": 0.01})
        currency.rate_ids.create({"currency_id": currency.id, "rate": 3.0})
        price = self.line._get_price_for(
            self.shop, currency, self.make_pet(size="large")._get_animal()
        )
        rate = currency.rate / self.line.currency_id.rate
        self.assertAlmostEqual(price, 55.0 * rate, 6)

    def test_a_price_of_zero_is_one(self):
        """S9: 0 is a price; who types none has the own price."""
        row = self.add_price(self.line, size="small", price_unit=0.0)
        self.assertEqual(self.price_of(size="small"), 0.0)
        self.assertEqual(
            self.sell(self.template, pet=self.make_pet(size="small")).amount_total, 0.0
        )
        row.unlink()
        self.assertEqual(self.add_price(self.line, size="small").price_unit, 45.0)

    def test_an_archived_breed_keeps_its_price(self):
        """S9: it is no longer offered for new pets; those that are of it stay so."""
        pet = self.make_pet(breed_id=self.poodle.id)
        self.poodle.sudo().active = False
        self.env.invalidate_all()
        self.assertEqual(self.sell(self.template, pet=pet).amount_total, 960.0)
        self.template.with_user(self.manager).price_ids.price_unit = 70.0

    # --- A draft whose pet changes ---------------------------------------------------

    def test_another_pet_has_another_price(self):
        """S9: in code and in a form; a price that was agreed on stays."""
        large, small = self.make_pet(size="large"), self.make_pet(size="small")
        draft = self.sell(self.template, pet=small, confirm=False)
        draft.pet_id = large
        self.assertEqual(draft.line_ids.price_unit, 55.0)
        draft.pet_id = False
        self.assertEqual(draft.line_ids.price_unit, 45.0)
        draft.line_ids.price_unit = 48.0
        draft.pet_id = large
        self.assertEqual(draft.line_ids.price_unit, 48.0)

    def test_the_pet_chosen_after_the_template(self):
        with Form(self.env["pet.plan"]) as form:
            form.template_id = self.template
            form.partner_id = self.customer
            form.pet_id = self.make_pet(size="large")
        self.assertEqual(form.record.line_ids.price_unit, 55.0)

    def test_what_is_sold_follows_no_pet(self):
        """S2: also where the pet of a sold plan could be written."""
        plan = self.sell(self.template, pet=self.make_pet(size="small"))
        plan._unguarded().pet_id = self.make_pet(size="large")
        self.assertEqual(plan.line_ids.price_unit, 45.0)

    # --- Renewal ---------------------------------------------------------------------

    def test_a_renewal_takes_the_price_of_its_day_or_what_was_sold(self):
        """S9, X6: a kept price is the one sold."""
        pet = self.make_pet(size="small", coat="short")
        grown, kept = (self.sell(self.template, pet=pet) for __ in range(2))
        pet.size = "large"
        grown.action_renew()
        self.assertEqual(grown.renewed_by_id.amount_total, 660.0)
        wizard = self.env["pet.plan.renew"].create({"plan_id": kept.id})
        self.assertEqual((wizard.price, wizard.old_price), (660.0, 540.0))
        self.assertEqual(wizard.price_rows, "Large: $\xa055.00")
        wizard.keep_price = True
        self.assertEqual(wizard.price, 540.0)
        self.assertFalse(wizard.price_rows)
        wizard.action_apply()
        self.assertEqual(kept.renewed_by_id.line_ids.price_unit, 45.0)

    # --- Copies ----------------------------------------------------------------------

    def test_a_copy_has_the_prices(self):
        """S9: of its own, for its own services."""
        copy = self.template.with_user(self.manager).copy()
        self.assertEqual(copy.price_ids.line_id, copy.line_ids)
        self.assertEqual(
            [price._describe() for price in copy.price_ids],
            [price._describe() for price in self.template.price_ids],
        )
        copy.price_ids.price_unit = 1.0
        self.assertEqual(self.price_of(size="large"), 55.0)

    # --- Queries ---------------------------------------------------------------------

    def test_queries_do_not_grow_with_the_rows(self):
        """S9: neither of a draft, nor of a sale and the offers it shows."""
        pet = self.make_pet(size="large", coat="long")

        def count(template):
            def sell():
                wizard = self.env["pet.plan.sell"].create(
                    {"pet_id": pet.id, "template_id": template.id}
                )
                self.assertTrue(wizard.price_rows)
                offers = self.env["pet.plan.template"].with_context(price_pet_id=pet.id)
                offers.web_name_search(template.name, {"display_name": {}})
                wizard.action_apply()

            return self.count_queries(sell)

        count(self.template)
        few = self.make_priced_template(name="Few", rows=1)
        many = self.make_priced_template(name="Many")
        breeds = self.env["pet.breed"].sudo()
        for number in range(20):
            breed = breeds.create({"name": f"B{number}", "species_id": self.dog.id})
            self.add_price(many.line_ids, breed_ids=breed.ids)
        self.assertEqual(count(few), count(many))


class TestPricesRefused(PricesCommon, PetPlansCommon):
    """S9: rows that mean nothing, or too much, are refused in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_priced_template().with_user(cls.manager)
        cls.line = cls.template.line_ids
        cls.by_breed, cls.by_both, cls.by_size, cls.by_coat = cls.template.price_ids

    def test_a_row_of_nothing(self):
        pattern = "Weekly baths, .*: say whom the price .nothing.: .*45.00 is for"
        with self.assert_refused(ValidationError, pattern):
            self.add_price(self.line)
        with self.assert_refused(ValidationError, "say whom the price"):
            self.by_size.size = False
        with self.assert_refused(ValidationError, "say whom the price"):
            self.by_breed.breed_ids = False

    def test_a_row_of_breed_and_size(self):
        pattern = "Weekly baths, .*: the price Test poodle: .* is for breeds, so not"
        for values in ({"size": "large"}, {"coat": "long"}):
            with self.assert_refused(ValidationError, pattern):
                self.by_breed.write(values)

    def test_rows_that_match_equally(self):
        """S9: the message names template, service and both rows."""
        for values, row in (
            ({"size": "large", "coat": "long"}, "Large, long coat"),
            ({"size": "large"}, "Large"),
            ({"coat": "long"}, "Long coat"),
            ({"breed_ids": self.poodle.ids}, "Test poodle"),
        ):
            pattern = (
                f"Weekly baths, {self.bath.display_name}: the prices {row}: .* and "
                rf"{row}: .*99\.00 match the same pets"
            )
            with self.subTest(row=row), self.assert_refused(ValidationError, pattern):
                self.add_price(self.line, price_unit=99.0, **values)

    def test_a_breed_in_common(self):
        pug = self.poodle.sudo().copy({"name": "Test pug"})
        with self.assert_refused(ValidationError, "Test poodle, Test pug: .* match"):
            self.add_price(self.line, breed_ids=(self.poodle + pug).ids)
        self.add_price(self.line, breed_ids=pug.ids)

    def test_however_the_template_is_saved(self):
        twice = {"price_ids": [Command.create({"size": "small"}) for __ in range(2)]}
        with self.assert_refused(ValidationError, "Small: .* and Small"):
            self.template.line_ids = [Command.update(self.line.id, twice)]
        with self.assert_refused(ValidationError, "Large: .* and Large"):
            self.template.price_ids = [
                Command.update(self.by_both.id, {"coat": False, "price_unit": 3.0})
            ]
        with self.assert_refused(ValidationError, "Small: .* and Small"):
            self.make_template(
                line_ids=[Command.create({"product_id": self.bath.id, **twice})]
            )

    def test_rows_may_change_places_in_one_save(self):
        """What is equal only in between, one row after the other, is fine."""
        small = self.add_price(self.line, size="small", price_unit=40.0)
        self.template.price_ids = [
            Command.update(self.by_size.id, {"size": "small"}),
            Command.update(small.id, {"size": "large"}),
        ]
        self.assertEqual((self.by_size + small).mapped("size"), ["small", "large"])
        self.template.price_ids = [
            Command.update(self.by_size.id, {"size": "large"}),
            Command.delete(small.id),
        ]
        self.assertEqual(self.by_size.size, "large")

    def test_no_caller_can_say_that_it_is_checked_later(self):
        with self.assert_refused(ValidationError, "match the same pets"):
            self.by_both.with_context(pet_plans_prices=True).coat = False

    def test_lines_of_one_service_have_rows_of_their_own(self):
        """S12: ten paid and two free are two services here."""
        free = self.line.copy({"template_id": self.template.id, "price_unit": 0.0})
        self.assertEqual(len(free.price_ids), 4)

    def test_breeds_that_it_is_not_offered_to(self):
        """S9: whether the row comes first or the species."""
        persian = self.env["pet.breed"].sudo()
        persian = persian.create({"name": "Test persian", "species_id": self.cat.id})
        self.template.species_ids = self.dog
        pattern = "Weekly baths is offered to Test dog, so .* no price for Test persian"
        with self.assert_refused(ValidationError, pattern):
            self.add_price(self.line, breed_ids=persian.ids)
        with self.assert_refused(ValidationError, "offered to Test cat, so .*poodle"):
            self.template.species_ids = self.cat
        self.template.write(
            {
                "price_ids": [
                    Command.create({"line_id": self.line.id, "breed_ids": persian.ids})
                ],
                "species_ids": [Command.set((self.dog + self.cat).ids)],
            }
        )
        with self.assert_refused(ValidationError, "offered to Test persian, so"):
            self.template.breed_ids = persian

    def test_prices_that_nobody_means(self):
        with self.assert_refused(ValidationError, "cannot be 1000000000000"):
            self.by_size.price_unit = 1e12
        with self.assert_refused(ValidationError, "cannot be nan"):
            self.by_size.price_unit = float("nan")

    def test_the_template_of_a_row_is_its_services(self):
        other = self.make_template()
        with self.assert_refused(AccessError, "cannot be written directly"):
            self.by_size.template_id = other
        row = self.add_price(self.line, size="giant", template_id=other.id)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(row.template_id, self.template)
        row.line_id = other.line_ids
        self.assertEqual(row.template_id, other)
        self.assertEqual(other.price_ids, row)

    def test_a_breed_with_a_price_is_not_deleted(self):
        with self.assert_refused(UserError, "Test poodle cannot .* Weekly baths has"):
            self.poodle.with_user(self.manager).unlink()
        self.by_breed.unlink()
        self.env["pet.pet"].search([("breed_id", "=", self.poodle.id)]).breed_id = False
        self.poodle.with_user(self.manager).unlink()

    def test_staff_define_no_prices(self):
        with self.assertRaises(AccessError):
            self.by_size.with_user(self.staff).price_unit = 1.0
        with self.assertRaises(AccessError):
            self.line.with_user(self.staff).action_add_sizes()


class TestPricesTable(PricesCommon, PetPlansCommon):
    """S9: the table of a template's prices."""

    def test_all_sizes_and_coats_at_once(self):
        """At the own price of the service, beside what is there."""
        template = self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        template = template.with_user(self.manager)
        bath, grooming = template.line_ids
        self.add_price(bath, size="large", coat="long", price_unit=99.0)
        for message in ("7 prices added", "0 prices added"):
            action = bath.action_add_sizes_and_coats()
            self.assertIn(message, action["params"]["message"])
        self.assertEqual(
            sorted(bath.price_ids.mapped("price_unit")), [45.0] * 7 + [99.0]
        )
        grooming.action_add_sizes()
        self.assertEqual(grooming.price_ids.mapped("price_unit"), [60.0] * 4)
        self.assertEqual(len(template.price_ids), 12)

    def test_the_only_service_is_proposed(self):
        template = self.make_template().with_user(self.manager)
        with Form(template) as form, form.price_ids.new() as row:
            self.assertEqual(row.line_id, template.line_ids)
            self.assertEqual(row.price_unit, 45.0)
            row.size = "giant"
            row.price_unit = 90.0
        self.assertEqual(template.price_ids.mapped("display_name"), ["Giant"])
