import base64
from datetime import date

from odoo.fields import Command, Domain

from .common import PetPlansCommon
from .rpc import AddonModels

NONSENSE = "no such thing"
# Found by what else they are about, as no word of their name is stored
NAMED_BY_OTHERS = (
    "pet.plan.cover",
    "pet.plan.pause",
    "pet.plan.template.cover",
    "pet.plan.template.price",
)


class TestSearchOfRecords(AddonModels, PetPlansCommon):
    """P1: whatever is chosen by name is found by it, and nonsense finds nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = cls.make_template()
        template.with_user(cls.manager).line_ids.cover_ids = [
            Command.create({"product_id": cls.grooming.id})
        ]
        cls.plan = cls.sell(template)
        # A number without the digits that are searched for
        cls.plan.sudo()._unguarded().name = "PLN90001"
        cls.plan.book(cls.weekly(2))[0].action_confirm()
        cls.plan.template_id.with_user(cls.manager).line_ids.price_ids = [
            Command.create({"size": "large", "coat": "long", "price_unit": 60.0})
        ]
        cls.plan.with_user(cls.manager)._pause(
            date(2026, 5, 1), date(2026, 5, 10), "Holidays"
        )
        customer = cls.env["res.partner"].create({"name": "Carla Mendes"})
        pet = cls._make_pet("Thor", partner_id=customer.id)
        cls.sell(pet=pet, date_start="2025-12-01", date_end="2025-12-31")  # is over
        text = "Owner;Pet;Sessions Left;Color\nAna Souza;Luna;3;red\n"
        upload = cls.env["pet.carry.over.import"].create(
            {"file": base64.b64encode(text.encode()), "filename": "old.csv"}
        )
        upload.column_ids[-1].field_name = "package_note"
        upload.action_check()
        cls.plan.appointment_ids[:1].action_receive()
        cls.env["pet.liability"].with_user(cls.manager).create(
            {"date_from": "2026-01-01", "date_to": "2026-01-31"}
        )

    def records(self, name):
        """Return all records of a model, of all companies and users."""
        return self.env[name].sudo().with_context(active_test=False).search([])

    def find(self, model, text):
        return {record_id for record_id, __ in model.name_search(text, limit=None)}

    def test_nonsense_finds_nothing(self):
        for name in self.own_models():
            with self.subTest(name):
                model = self.env[name].sudo()
                if not model.is_transient():
                    self.assertTrue(self.records(name), "there is nothing to find")
                self.assertFalse(self.find(model, NONSENSE))
                domain = Domain("display_name", "ilike", NONSENSE)
                self.assertFalse(model.search(domain))
                self.assertEqual(model.search(~domain), model.search([]))

    def test_nonsense_finds_nothing_through_a_reference(self):
        """As a filter of invoices by *Billing Cycle contains* does."""
        for name in ("account.move", "res.partner", "product.product"):
            for field in self.env[name]._fields.values():
                if field.comodel_name not in self.own_models() or not field.store:
                    continue
                with self.subTest(str(field)):
                    domain = [(field.name, "ilike", NONSENSE)]
                    self.assertFalse(self.env[name].sudo().search(domain))

    def test_a_record_is_found_by_its_name(self):
        for name in self.own_models():
            if self.env[name].is_transient() or name in NAMED_BY_OTHERS:
                continue
            record = self.records(name)[:1]
            with self.subTest(name, record=record.display_name):
                found = self.find(self.env[name].sudo(), record.display_name)
                self.assertIn(record.id, found, f"{name} {record.display_name}")

    def test_a_cycle_is_found_by_its_plan_its_number_and_its_customer(self):
        second = self.plan.cycle_ids.sorted("sequence")[1]
        other = self.sell(pet=self.mimi).cycle_ids
        self.assertNotIn("2", self.plan.name)
        for text in (f"{self.plan.name} 2", f"{self.plan.name} / 2", "Luna 2", "Ana 2"):
            with self.subTest(text):
                self.assertEqual(self.find(self.env["pet.cycle"], text), {second.id})
        found = self.find(self.env["pet.cycle"], "Bruno")
        self.assertEqual(found, set(other.ids))

    def test_a_cycle_is_imported_by_its_whole_name(self):
        second = self.plan.cycle_ids.sorted("sequence")[1]
        for name, found in (
            (second.display_name, {second.id}),
            (self.plan.name, set()),
            (f"{self.plan.name} / x", set()),
            (f"{self.plan.name} / 99999999999", set()),
            ("", set()),
        ):
            with self.subTest(name):
                cycles = self.env["pet.cycle"].search([("display_name", "=", name)])
                self.assertEqual(set(cycles.ids), found)
