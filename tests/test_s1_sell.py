from datetime import datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date
from odoo.tests import Form

from .common import PetPlansCommon


class TestSell(PetPlansCommon):
    """S1: one wizard sells from a customer, a pet, or the Plans menu."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template()

    def open_wizard(self, **context):
        return Form(self.env["pet.plan.sell"].with_context(**context))

    def make_wizard(self, **values):
        values.setdefault("template_id", self.template.id)
        if "partner_id" not in values:
            values.setdefault("pet_id", self.luna.id)
        return self.env["pet.plan.sell"].create(values)

    def apply(self, wizard):
        """Press "Sell"; return the plan that opens."""
        action = wizard.action_apply()
        self.assertEqual(action["res_model"], "pet.plan")
        return self.env["pet.plan"].browse(action["res_id"])

    def assert_nothing_sold(self):
        self.assertFalse(
            self.env["pet.plan"].search([("template_id", "=", self.template.id)])
        )

    # --- Where from ------------------------------------------------------------

    def test_from_the_customer(self):
        action = self.customer.with_env(self.env).action_sell_pet_plan()
        wizard = self.open_wizard(**action["context"])
        self.assertEqual(wizard.partner_id, self.customer)
        self.assertFalse(wizard.pet_id, "two pets: staff choose")

    def test_from_a_customer_with_one_pet(self):
        action = self.neighbour.with_env(self.env).action_sell_pet_plan()
        wizard = self.open_wizard(**action["context"])
        self.assertEqual(wizard.pet_id, self.mimi)

    def test_from_the_pet(self):
        wizard = self.open_wizard(**self.luna.action_sell_plan()["context"])
        self.assertEqual(wizard.partner_id, self.customer)
        self.assertEqual(wizard.pet_id, self.luna)
        wizard.template_id = self.template
        plan = self.apply(wizard.save())
        self.assertEqual(plan.pet_id, self.luna)

    def test_from_the_menu_the_pet_brings_its_owner(self):
        wizard = self.open_wizard()
        wizard.pet_id = self.mimi
        self.assertEqual(wizard.partner_id, self.neighbour)

    # --- What is sold ----------------------------------------------------------

    def test_sells_what_was_entered(self):
        plan = self.apply(
            self.make_wizard(
                date_start="2026-02-10",
                user_id=self.manager.id,
                note="Hypoallergenic shampoo",
            )
        )
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "partner_id": self.customer.id,
                    "pet_id": self.luna.id,
                    "template_id": self.template.id,
                    "title": "Weekly baths",
                    "date_start": Date.to_date("2026-02-10"),
                    "user_id": self.manager.id,
                    "note": "Hypoallergenic shampoo",
                    "company_id": self.shop.id,
                    "amount_total": 540.0,
                    "sessions_remaining": 12.0,
                }
            ],
        )
        self.assertFalse(plan.appointment_ids, "nobody asked to book")

    def test_starts_today_by_the_shops_clock(self):
        self.shop.sudo().pet_tz = "Pacific/Kiritimati"  # already tomorrow there
        self.clock.move_to("2026-01-02 12:00:00")
        self.assertEqual(self.make_wizard().date_start, Date.to_date("2026-01-03"))

    def test_without_a_pet_all_the_customers_pets_share_it(self):
        plan = self.apply(self.make_wizard(partner_id=self.customer.id))
        self.assertFalse(plan.pet_id)
        self.assertEqual(plan.partner_id, self.customer)
        self.assertTrue(plan._covers(self.luna))
        self.assertTrue(plan._covers(self.rex))
        self.assertFalse(plan._covers(self.mimi))

    def test_confirming_a_draft_does_the_same(self):
        def facts(plan):
            return [
                plan.state,
                plan.date_end,
                plan.cycle_ids.sorted("sequence").mapped("capacity"),
                self.invoices(plan).mapped("amount_untaxed"),
                plan.entry_ids.mapped("quantity"),
            ]

        sold = self.apply(self.make_wizard(date_start="2026-01-01"))
        draft = self.sell(self.template, confirm=False)
        self.assertNotEqual(facts(sold), facts(draft))
        draft.action_confirm()
        self.assertEqual(facts(sold), facts(draft))

    # --- Which templates -------------------------------------------------------

    def test_offers_only_templates_that_fit_the_pet(self):
        for_dogs = self.make_template(species_ids=self.dog.ids)
        for_poodles = self.make_template(breed_ids=self.poodle.ids)
        for_cats = self.make_template(species_ids=self.cat.ids)
        archived = self.make_template(active=False)
        elsewhere = self.make_template().sudo()
        elsewhere.company_id = self.other_shop
        ours = self.template | for_dogs | for_poodles | for_cats
        offered = {
            self.luna: self.template | for_dogs | for_poodles,
            self.rex: self.template | for_dogs,
            self.mimi: self.template | for_cats,
            self.env["pet.pet"]: ours,
        }
        for pet, expected in offered.items():
            with self.subTest(pet=pet.name):
                wizard = self.open_wizard(default_pet_id=pet.id)
                available = wizard.available_template_ids[:]
                self.assertEqual(available & (ours | archived | elsewhere), expected)

    def test_pet_of_unknown_species_is_offered_what_is_for_all(self):
        for_dogs = self.make_template(species_ids=self.dog.ids)
        stray = self._make_pet("Stray", species_id=False)
        available = self.open_wizard(default_pet_id=stray.id).available_template_ids
        self.assertIn(self.template, available[:])
        self.assertNotIn(for_dogs, available[:])

    def test_refuses_a_template_for_another_species(self):
        self.template.with_user(self.manager).species_ids = self.cat
        wizard = self.make_wizard()
        with self.assert_refused(
            ValidationError, "Weekly baths is offered to Test cat; Luna is a Test dog"
        ):
            wizard.action_apply()
        self.assert_nothing_sold()

    def test_refuses_a_template_for_another_breed(self):
        self.template.with_user(self.manager).breed_ids = self.poodle
        wizard = self.make_wizard(pet_id=self.rex.id)
        with self.assert_refused(ValidationError, "offered to Test poodle; Rex"):
            wizard.action_apply()
        self.assert_nothing_sold()

    def test_refuses_somebody_elses_pet(self):
        wizard = self.make_wizard(partner_id=self.customer.id, pet_id=self.mimi.id)
        with self.assert_refused(
            ValidationError, "is for Ana Souza, but Mimi belongs to Bruno Lima"
        ):
            wizard.action_apply()
        self.assert_nothing_sold()

    # --- Booking at once -------------------------------------------------------

    def test_books_the_visits_at_once(self):
        plan = self.apply(
            self.make_wizard(
                book_visits=True,
                first_start="2026-01-05 09:00:00",
                groomer_id=self.manager.id,
                duration=1.5,
            )
        )
        self.assertEqual(
            plan.appointment_ids.sorted("start").mapped("start"), self.weekly(12)
        )
        self.assertEqual(self.due_dates(plan), ["01-05", "02-02", "03-02"])
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(plan.appointment_ids.user_id, self.manager)
        self.assertEqual(set(plan.appointment_ids.mapped("duration")), {1.5})

    def test_books_fewer_visits_than_sold_on_chosen_weekdays(self):
        plan = self.apply(
            self.make_wizard(
                book_visits=True,
                first_start="2026-01-05 09:00:00",
                mon=True,
                thu=True,
                count=3,
            )
        )
        self.assertEqual(
            plan.appointment_ids.sorted("start").mapped("start"),
            [datetime(2026, 1, day, 9) for day in (5, 8, 12)],
        )
        self.assertEqual(plan.sessions_remaining, 9.0)

    def test_books_every_period_of_a_plan(self):
        template = self.make_template(
            [(self.bath, 2, 50.0)], kind="plan", interval_unit="week", period_count=3
        )
        plan = self.apply(
            self.make_wizard(
                template_id=template.id,
                date_start="2026-01-05",
                book_visits=True,
                first_start="2026-01-05 09:00:00",
                mon=True,
                wed=True,
            )
        )
        self.assertEqual(
            self.days(plan),
            [["01-05", "01-07"], ["01-12", "01-14"], ["01-19", "01-21"]],
        )

    def test_sells_nothing_when_a_visit_cannot_be_booked(self):
        wizard = self.make_wizard(
            date_start="2026-01-10", book_visits=True, first_start="2026-01-05 09:00:00"
        )
        with self.assert_refused(UserError, "before its start on Jan 10, 2026"):
            wizard.action_apply()
        self.assert_nothing_sold()

    def test_shared_plan_of_several_pets_is_booked_from_the_plan(self):
        wizard = self.make_wizard(
            partner_id=self.customer.id,
            book_visits=True,
            first_start="2026-01-05 09:00:00",
        )
        with self.assert_refused(UserError, "Ana Souza has 2 pets"):
            wizard.action_apply()
        self.assert_nothing_sold()

    # --- A price agreed on -----------------------------------------------------

    def assert_costs(self, plan, price):
        self.assertEqual(plan.amount_total, price)
        self.assertEqual(round(sum(plan.cycle_ids.mapped("amount_untaxed")), 2), price)
        self.assertEqual(
            round(sum(self.invoices(plan).mapped("amount_untaxed")), 2), price
        )

    def test_price_is_the_templates(self):
        wizard = self.open_wizard(default_pet_id=self.luna.id)
        wizard.template_id = self.template
        self.assertEqual(wizard.price, 540.0)

    def test_price_agreed_on_is_split_exactly(self):
        self.template = self.make_template(
            [(self.bath, 12, 45.0, 10.0), (self.grooming, 5, 60.0)]
        )
        for price in (500.0, 499.99, 0.07, 1234.57):
            with self.subTest(price=price):
                plan = self.apply(self.make_wizard(price=price))
                self.assert_costs(plan, price)

    def test_price_agreed_on_of_many_services_never_turns_one_negative(self):
        products = self.bath.sudo().create(
            [{"name": f"Extra {number}", "type": "service"} for number in range(5)]
        )
        template = self.make_template([(product, 12, 45.0) for product in products])
        plan = self.apply(self.make_wizard(template_id=template.id, price=0.03))
        self.assertGreaterEqual(min(plan.line_ids.mapped("price_subtotal")), 0.0)
        self.assert_costs(plan, 0.03)

    def test_price_left_alone_keeps_prices_and_discounts(self):
        template = self.make_template([(self.bath, 12, 45.0, 10.0)])
        plan = self.apply(self.make_wizard(template_id=template.id))
        self.assertRecordValues(
            plan.line_ids, [{"price_unit": 45.0, "discount": 10.0, "quantity": 12.0}]
        )
        self.assert_costs(plan, 486.0)

    def test_price_for_what_the_template_gives_away(self):
        template = self.make_template([(self.bath, 12, 0.0), (self.grooming, 3, 0.0)])
        plan = self.apply(self.make_wizard(template_id=template.id, price=100.0))
        self.assert_costs(plan, 100.0)

    def test_price_0_is_a_gift(self):
        plan = self.apply(self.make_wizard(price=0.0))
        self.assertEqual(plan.amount_total, 0.0)
        self.assertFalse(self.invoices(plan))
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_negative_price_is_refused(self):
        wizard = self.make_wizard(price=-1.0)
        with self.assert_refused(UserError, "Weekly baths cannot be negative.*1.00"):
            wizard.action_apply()
        self.assert_nothing_sold()

    def test_price_of_a_plan_is_that_of_all_periods(self):
        self.template = self.make_template(
            [(self.bath, 4, 45.0)], kind="plan", period_count=3
        )
        plan = self.apply(self.make_wizard(price=450.0))
        self.assertEqual(self.invoices(plan).mapped("amount_untaxed"), [150.0] * 3)
        self.assert_costs(plan, 450.0)

    def test_price_that_no_equal_periods_make_is_refused(self):
        self.template = self.make_template(
            [(self.bath, 4, 45.0)], kind="plan", period_count=3
        )
        wizard = self.make_wizard(price=100.0)
        with self.assert_refused(UserError, "100.00.*3 periods.*nearest.*99.99"):
            wizard.action_apply()
        self.assert_nothing_sold()


class TestProposedVisits(PetPlansCommon):
    """B1: the sale proposes when the pet is used to come."""

    def open_sale(self, **values):
        form = Form(self.env["pet.plan.sell"])
        form.pet_id = values.pop("pet", self.luna)
        for name, value in values.items():
            setattr(form, name, value)
        form.book_visits = True
        return form

    def test_as_it_came_till_now(self):
        """Every other Tuesday at three, with whoever sells as seller."""
        self.sell().book(
            [datetime(2026, 1, 6, 15) + timedelta(weeks=2 * n) for n in range(4)],
            user_id=self.manager.id,
            duration=1.5,
        )
        form = self.open_sale()
        self.assertEqual(form.first_start, datetime(2026, 3, 3, 15))
        self.assertEqual((form.every, form.every_unit), (2, "week"))
        self.assertEqual((form.duration, form.user_id), (1.5, self.staff))
        self.assertEqual(form.groomer_id, self.manager)

    def test_a_pet_that_never_came(self):
        """The first morning of the plan, by the clock of the shop."""
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.assertEqual(self.open_sale().first_start, datetime(2026, 1, 3, 12))
        form = self.open_sale(date_start=Date.to_date("2026-02-10"))
        self.assertEqual(form.first_start, datetime(2026, 2, 10, 12))

    def test_what_was_chosen_stays(self):
        form = self.open_sale()
        form.first_start = datetime(2026, 1, 8, 10)
        form.date_start = Date.to_date("2026-01-05")
        self.assertEqual(form.first_start, datetime(2026, 1, 8, 10))

    def test_a_program_says_when(self):
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.luna.id,
                "template_id": self.make_template().id,
                "book_visits": True,
            }
        )
        with self.assert_refused(UserError, "time of the first visit"):
            wizard.action_apply()
