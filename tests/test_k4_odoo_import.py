from odoo.tools.misc import file_open

from .common import PetPlansCommon


class TestOdooImport(PetPlansCommon):
    """Odoo's own import takes pets, templates and plans, from the files it offers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.name = "Ana Souza"
        (cls.luna + cls.rex).sudo().active = False

    def import_template(self, model, user):
        """Import the file that is offered for a model; return what was made."""
        [template] = self.env[model].get_import_templates()
        with file_open(template["template"].removeprefix("/"), "rb") as stream:
            return self.import_file(model, user, stream.read())

    def import_file(self, model, user, content):
        """Import a CSV file, its columns as they are recognised."""
        wizard = (
            self.env["base_import.import"]
            .with_user(user)
            .create(
                {
                    "res_model": model,
                    "file": content,
                    "file_name": "records.csv",
                    "file_type": "text/csv",
                }
            )
        )
        options = {
            "has_headers": True,
            "quoting": '"',
            "separator": ",",
            "date_format": "%Y-%m-%d",
        }
        preview = wizard.parse_preview(options)
        headings = preview["headers"]
        fields = ["/".join(preview["matches"][at]) for at in range(len(headings))]
        result = wizard.execute_import(fields, headings, preview["options"])
        self.assertFalse(result["messages"])
        return self.env[model].browse(result["ids"])

    def test_pets_templates_and_plans(self):
        pets = self.import_template("pet.pet", self.staff)
        self.assertEqual(pets.mapped("name"), ["Luna", "Rex"])
        self.assertEqual(pets.partner_id, self.customer)
        template = self.import_template("pet.plan.template", self.manager)
        self.assertRecordValues(
            template,
            [{"appointment_count": 12, "appointments_per_cycle": 4, "validity": 3}],
        )
        self.assertEqual(template.line_ids.mapped("quantity"), [12.0, 3.0])
        plan = self.import_template("pet.plan", self.staff)
        self.assertRecordValues(
            plan, [{"state": "draft", "pet_id": pets[0].id, "amount_total": 720.0}]
        )
        plan.action_confirm()
        self.assertEqual(len(plan.cycle_ids), 3)

    def test_a_template_with_prices_by_pet(self):
        """S9: with their services, or added to those that are there."""
        template = self.import_file(
            "pet.plan.template",
            self.manager,
            b"Name,Type,Visits Sold,Services/Service,Services/Sessions,"
            b"Services/Price per Session,Services/Prices by Pet/Size,"
            b"Services/Prices by Pet/Coat,Services/Prices by Pet/Breeds,"
            b"Services/Prices by Pet/Price per Session\n"
            b"4 baths,Package,4,Bath,4,45,Large,Long,,60\n"
            b",,,,,,Small,,,40\n"
            b",,,,,,,,Test poodle,75\n",
        )
        self.assertEqual(
            [
                (price.display_name, price.price_unit)
                for price in template.line_ids.price_ids
            ],
            [("Large, long coat", 60.0), ("Small", 40.0), ("Test poodle", 75.0)],
        )
        self.assertEqual(template.price_ids, template.line_ids.price_ids)
