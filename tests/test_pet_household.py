from odoo.exceptions import ValidationError

from .common import PetPlansCommon


class TestHousehold(PetPlansCommon):
    """13: whoever has plans or visits to come stays with household and shop."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contacts = cls.env["res.partner"].sudo()
        cls.kennel = contacts.create({"name": "Kennel Ltd.", "is_company": True})
        cls.contact = contacts.create({"name": "Carla", "parent_id": cls.kennel.id})
        cls.rocky = cls.env["pet.pet"].create(
            {"name": "Rocky", "partner_id": cls.contact.id, "species_id": cls.dog.id}
        )

    def test_nothing_runs(self):
        self.contact.parent_id = False
        self.assertEqual(self.contact.commercial_partner_id, self.contact)

    def test_a_contact_leaves_the_company_that_pays(self):
        plan = self.sell(pet=self.rocky, partner_id=self.kennel.id)
        with self.assert_refused(
            ValidationError,
            f"(?s)^Carla cannot move from Kennel Ltd. to Carla yet.*- {plan.name}",
        ):
            self.contact.parent_id = False
        self.assertEqual(self.contact.parent_id, self.kennel)

    def test_a_contact_becomes_a_company_of_its_own(self):
        self.sell(pet=self.rocky, partner_id=self.kennel.id)
        with self.assert_refused(ValidationError, "Carla cannot move"):
            self.contact.is_company = True

    def test_a_customer_joins_another_household(self):
        plan = self.sell()
        with self.assert_refused(
            ValidationError,
            f"(?s)Ana Souza cannot move from Ana Souza to Kennel.*- {plan.name}",
        ):
            self.customer.sudo().parent_id = self.kennel

    def test_with_those_below(self):
        """What a contact's contacts have moves with it."""
        holding = self.kennel.copy({"name": "Holding"})
        self.kennel.is_company = False
        plan = self.sell(pet=self.rocky, partner_id=self.contact.id)
        with self.assert_refused(ValidationError, f"(?s)Carla.*- {plan.name}"):
            self.kennel.parent_id = holding

    def test_a_visit_to_come_of_a_pet(self):
        shared = self.sell(pet=self.env["pet.pet"], partner_id=self.kennel.id)
        visit = shared.book(self.weekly(1), pet_id=self.rocky.id)
        with self.assert_refused(ValidationError, f"Carla(?s:.*){shared.name}"):
            self.contact.parent_id = False
        visit.action_cancel()
        self.contact.parent_id = False

    def test_a_customer_is_given_to_another_company(self):
        plan = self.sell()
        visits = plan.book(self.weekly(1))
        with self.assert_refused(
            ValidationError,
            f"(?s)Ana Souza cannot move from all companies to .*{self.other_shop.name}"
            f" yet.*- {plan.name}",
        ):
            self.customer.sudo().company_id = self.other_shop
        visits.reschedule("2026-01-06 10:00:00")

    def test_a_customer_is_given_to_the_company_of_the_plan(self):
        plan = self.sell()
        self.customer.sudo().company_id = self.shop
        self.assertEqual(plan.book(self.weekly(1)).pet_id.company_id, self.shop)

    def test_afterwards(self):
        plan = self.sell()
        plan._cancel_from(plan.date_start.replace(day=2), "Moves")
        self.customer.sudo().write({"parent_id": self.kennel.id})
        self.assertEqual(self.customer.commercial_partner_id, self.kennel)

    def test_what_is_not_seen_is_counted(self):
        plan = self.sell_elsewhere(pet_id=self.luna.id)
        with self.assert_refused(
            ValidationError, f"(?s)^(?!.*{plan.name} ).*plans 1, visits 0$"
        ):
            self.customer.with_user(self.staff).parent_id = self.kennel

    def test_the_same_values_change_nothing(self):
        self.sell()
        self.customer.sudo().write(
            {"parent_id": False, "company_id": False, "is_company": False}
        )

    def test_contacts_are_merged(self):
        """Odoo's merging moves what runs, and both are of one household after it."""
        plan = self.sell()
        double = self.env["res.partner"].sudo().create({"name": "Ana Sousa"})
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.customer + double).ids, double
        )
        self.assertEqual(plan.partner_id, double)
        self.assertEqual(self.luna.partner_id, double)
        self.assertTrue(plan.book(self.weekly(1)))

    def test_several_at_once(self):
        plans = self.sell() + self.sell(pet=self.mimi, partner_id=self.neighbour.id)
        customers = (self.customer + self.neighbour).sudo()
        with self.assert_refused(
            ValidationError, f"(?s)Ana.*{plans[0].name}.*Bruno.*{plans[1].name}"
        ):
            customers.write({"parent_id": self.kennel.id})
