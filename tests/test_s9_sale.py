from odoo.tests import Form

from .common import PetPlansCommon
from .prices import PricesCommon


class TestSaleByPet(PricesCommon, PetPlansCommon):
    """S9, S1: the sale shows the price for the pet, and asks for what it depends on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_priced_template()

    def open_sale(self, template=None, **values):
        """Return the form of the sale of the template to a new pet, or to none."""
        form = Form(self.env["pet.plan.sell"])
        form.partner_id = self.customer
        if values:
            form.pet_id = self.make_pet(**values)
        form.template_id = template or self.template
        return form

    def sell_by_form(self, form):
        wizard = form.save()
        action = wizard.action_apply()
        return self.env["pet.plan"].browse(action["res_id"])

    # --- The price -------------------------------------------------------------------

    def test_the_price_and_the_row_it_comes_from(self):
        """S9: "Large, long coat: 60.00"."""
        for price, text, values in (
            (720.0, "Large, long coat: $\xa060.00", {"size": "large", "coat": "long"}),
            (960.0, "Test poodle: $\xa080.00", {"breed_id": self.poodle.id}),
            (540.0, "Own price: $\xa045.00", {"size": "small", "coat": "short"}),
            (540.0, "Own price: $\xa045.00", {}),
        ):
            with self.subTest(values=values):
                form = self.open_sale(**values)
                self.assertEqual((form.price, form.price_rows), (price, text))
                self.assertEqual(self.sell_by_form(form).amount_total, price)

    def test_each_service_says_its_own(self):
        template = self.make_priced_template(
            [(self.bath, 12, 45.0), (self.grooming, 3, 60.0)]
        )
        self.add_price(template.line_ids[1], coat="short", price_unit=58.0)
        form = self.open_sale(template, size="large", coat="short")
        self.assertEqual(
            form.price_rows,
            f"{self.bath.display_name} (Large): $\xa055.00\n"
            f"{self.grooming.display_name} (Short coat): $\xa058.00",
        )
        self.assertEqual(form.price, 12 * 55.0 + 3 * 58.0)

    def test_an_offer_of_one_price_says_nothing(self):
        form = self.open_sale(self.make_template(), size="large")
        self.assertFalse(form.price_rows)
        self.assertFalse(form.price_notice)

    def test_a_price_agreed_on_goes_before(self):
        """S1: and another pet brings its own."""
        form = self.open_sale(size="large", coat="long")
        form.price = 600.0
        self.assertEqual(self.sell_by_form(form).amount_total, 600.0)
        form = self.open_sale(size="large", coat="long")
        form.price = 600.0
        form.pet_id = self.make_pet(breed_id=self.poodle.id)
        self.assertEqual(form.price, 960.0)

    # --- The offers ------------------------------------------------------------------

    def find_offer(self, **context):
        [offer] = (
            self.env["pet.plan.template"]
            .with_context(**context)
            .web_name_search(
                self.template.name,
                {"display_name": {}},
                [("id", "=", self.template.id)],
            )
        )
        return offer

    def test_the_offers_show_their_prices_for_the_pet(self):
        """S9: in the choices, and in the list behind *Search more*."""
        pet = self.make_pet(size="large")
        for price, context in (
            (660.0, {"price_pet_id": pet.id}),
            (720.0, {"price_pet_id": pet.id, "price_coat": "long"}),
            (540.0, {"price_pet_id": False, "price_size": "large"}),
        ):
            with self.subTest(context=context):
                offer = self.find_offer(**context)
                self.assertEqual(offer["display_name"], self.template.name)
                self.assertEqual(
                    offer["__formatted_display_name"],
                    f"{self.template.name} \t --$\xa0{price:.2f}--",
                )
                listed = self.template.with_context(**context)
                self.assertEqual(listed.amount_total, price)
        self.assertNotIn("$", self.find_offer()["__formatted_display_name"])
        self.assertEqual(self.template.amount_total, 540.0)

    def test_a_pet_that_is_not_the_readers_tells_nothing(self):
        """A context is anybody's to say."""
        pet = self.make_pet(size="large")
        pet.partner_id.sudo().company_id = self.shop
        offers = self.template.sudo()
        offers.company_id = False
        listed = offers.with_user(self.other_staff).with_context(price_pet_id=pet.id)
        self.assertEqual(listed.amount_total, 540.0)

    # --- What is missing --------------------------------------------------------------

    def test_the_size_is_asked_for_and_kept(self):
        """S9: never the own price in silence."""
        form = self.open_sale(coat="long", breed_id=self.make_breed().id)
        pet = form.pet_id
        self.assertTrue(form.asks_size)
        self.assertFalse(form.asks_coat)
        self.assertEqual(
            form.price_notice,
            "The price depends on the size of Bidu, which is not known.",
        )
        form.pet_size = "large"
        self.assertTrue(form.asks_size, "the answer can be changed")
        self.assertFalse(form.price_notice)
        self.assertEqual(form.price, 720.0)
        plan = self.sell_by_form(form)
        self.assertEqual(plan.line_ids.price_unit, 60.0)
        self.assertEqual((pet.size, pet.coat), ("large", "long"))
        self.assertFalse(self.open_sale_again(pet).asks_size)

    def make_breed(self):
        return (
            self.env["pet.breed"]
            .sudo()
            .create({"name": "Test mixed", "species_id": self.dog.id})
        )

    def open_sale_again(self, pet):
        form = Form(self.env["pet.plan.sell"].with_context(default_pet_id=pet.id))
        form.template_id = self.template
        return form

    def test_only_what_may_change_the_price_is_asked_for(self):
        self.template.with_user(self.manager).price_ids.filtered(
            lambda price: price.coat and not price.size
        ).unlink()
        form = self.open_sale(size="small")
        self.assertFalse(form.asks_size or form.asks_coat)
        form = self.open_sale(breed_id=self.poodle.id)
        self.assertFalse(form.asks_size or form.asks_coat or form.price_notice)
        form = self.open_sale(name="Bidu")
        self.assertTrue(form.asks_size)
        self.assertEqual(len(form.price_notice.splitlines()), 3)
        form.pet_size = "large"
        self.assertTrue(form.asks_coat)
        form.pet_size = "small"
        self.assertFalse(form.asks_coat)

    def test_another_pet_is_not_what_was_said_of_the_last(self):
        form = self.open_sale(name="Bidu")
        form.pet_size = "large"
        form.pet_id = self.make_pet(name="Nina")
        self.assertFalse(form.pet_size)
        self.assertEqual(form.price, 540.0)

    def test_without_an_answer_it_is_sold_at_the_own_price(self):
        """Who sells by API is not stopped; on screen the notice stood there."""
        pet = self.make_pet()
        wizard = self.env["pet.plan.sell"].create(
            {"pet_id": pet.id, "template_id": self.template.id}
        )
        self.assertTrue(wizard.price_notice)
        wizard.action_apply()
        self.assertEqual(wizard.plan_id.amount_total, 540.0)
        self.assertFalse(pet.size)

    def test_what_is_known_of_the_pet_goes_before_what_is_said(self):
        pet = self.make_pet(size="large", coat="short")
        wizard = self.env["pet.plan.sell"].create(
            {"pet_id": pet.id, "template_id": self.template.id, "pet_size": "small"}
        )
        self.assertEqual(wizard.price, 660.0)
        wizard.action_apply()
        self.assertEqual(pet.size, "large")

    def test_a_shared_plan_asks_for_nothing(self):
        form = self.open_sale()
        self.assertFalse(form.asks_size or form.asks_coat or form.price_notice)
        self.assertEqual(form.price, 540.0)
