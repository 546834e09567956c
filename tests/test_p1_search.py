from lxml import etree

from odoo import Command
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from odoo.addons.pet_plans.lib.phones import PhonePattern

from .common import PetPlansCommon

NONSENSE = ("Xyzzy", "555-9999", "+9 (999) 999", "Ana Mimi", "Bruno Luna", "nobody@")
BY_CUSTOMER = (
    "souza",
    "Ana Souza",
    "Souza Ana",
    "555-0104",
    "5550104",
    "555 0104",
    "+1 (555) 010-4",
    "0015550104",
    "0104",
    "Ana 555 0104",
    "ana@",
    "ana@example.com",
    "C-7",
)
BY_PET = ("Luna", "luna", "Ana Luna", "Luna 5550104")
LISTS = (
    ("res.partner", "pet_plans.action_pet_customers"),
    ("pet.pet", "pet_plans.action_pet_pet"),
    ("pet.plan", "pet_plans.action_pet_plan"),
    ("pet.appointment", "pet_plans.action_pet_appointment_list"),
)


class TestSearch(PetPlansCommon):
    """P1: name, pet, telephone, email and reference find who is meant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.sudo().write(
            {"phone": "555-0104", "email": "ana@example.com", "ref": "C-7"}
        )
        cls.neighbour.sudo().phone = "+1 555 0177"
        cls.plan = cls.sell()
        cls.visit = cls.plan.book(cls.weekly(1))
        cls.others = cls.sell(pet=cls.mimi)
        cls.others.book(cls.weekly(1, first="2026-01-06 09:00:00"))
        cls.found = {
            "res.partner": cls.customer,
            "pet.pet": cls.luna,
            "pet.plan": cls.plan,
            "pet.appointment": cls.visit,
        }

    def find(self, model, text, operator="ilike", **context):
        """Return what a field of the addon offers for a text."""
        records = self.env[model].with_context(pet_search=True, **context)
        found = records.web_name_search(text, {"display_name": {}}, [], operator)
        return self.env[model].browse(row["id"] for row in found)

    def list(self, model, xmlid, text):
        """Return what the window of a model lists when Enter is pressed on a text."""
        window = self.env.ref(xmlid).sudo()
        views = [(window.search_view_id.id, "search")]
        arch = self.env[model].get_views(views)["views"]["search"]["arch"]
        first = etree.fromstring(arch).find("field")
        domain = safe_eval(first.get("filter_domain"), {"self": text})
        context = safe_eval(window.context, {"uid": self.env.uid})
        rows = (
            self.env[model]
            .with_context(**context)
            .web_search_read(domain, {"display_name": {}})
        )
        return self.env[model].browse(row["id"] for row in rows["records"])

    def test_by_customer(self):
        household = {**self.found, "pet.pet": self.luna + self.rex}
        for model, xmlid in LISTS:
            for text in BY_CUSTOMER:
                with self.subTest(model=model, text=text):
                    self.assertEqual(self.find(model, text), household[model])
                    self.assertEqual(self.list(model, xmlid, text), household[model])

    def test_by_pet(self):
        for model, xmlid in LISTS:
            for text in BY_PET:
                with self.subTest(model=model, text=text):
                    self.assertEqual(self.find(model, text), self.found[model])
                    self.assertEqual(self.list(model, xmlid, text), self.found[model])

    def test_by_microchip_and_number(self):
        self.luna.microchip = "985112003"
        for model in ("pet.pet", "pet.plan", "pet.appointment"):
            self.assertEqual(self.find(model, "985112003"), self.found[model], model)
        for model in ("pet.plan", "pet.appointment"):
            self.assertEqual(self.find(model, self.plan.name), self.found[model], model)
        self.assertEqual(self.find("pet.plan", "Luna Weekly"), self.plan)

    def test_nonsense(self):
        for model, xmlid in LISTS:
            for text in NONSENSE:
                with self.subTest(model=model, text=text):
                    self.assertFalse(self.find(model, text))
                    self.assertFalse(self.list(model, xmlid, text))

    def test_the_opposite(self):
        """What is not found is the rest: whoever has no telephone belongs to it."""
        self.env["res.partner"].create({"name": "Carla"})
        for model, record in self.found.items():
            for text in ("5550104", "Luna", "Ana Luna", "Xyzzy"):
                with self.subTest(model=model, text=text):
                    records = self.env[model].with_context(pet_search=True)
                    found, rest = (
                        records.search([("display_name", operator, text)])
                        for operator in ("ilike", "not ilike")
                    )
                    self.assertEqual(record in found, text != "Xyzzy")
                    self.assertFalse(found & rest)
                    self.assertEqual(found | rest, records.search(Domain.TRUE))

    def test_exactly(self):
        """An exact name is a name: what matches files by it finds nothing else."""
        for operator in ("=", "in"):
            for model, text in (("res.partner", "Ana Souza"), ("pet.pet", "Luna")):
                value = [text] if operator == "in" else text
                found = self.find(model, value, operator)
                self.assertEqual(found, self.found[model])
        self.assertFalse(self.find("res.partner", "Luna", "="))

    def test_nothing_typed(self):
        for model in self.found:
            count = self.env[model].search_count(Domain.TRUE)
            self.assertEqual(len(self.find(model, "")), min(count, 100), model)

    def test_elsewhere(self):
        """Odoo's other screens find whole numbers, and nothing else than before."""
        partners = self.env["res.partner"]
        for text in ("5550104", "555-0104", "+1 (555) 010-4"):
            self.assertEqual(
                partners.search([("display_name", "ilike", text)]), self.customer
            )
            self.assertNotIn(
                self.customer, partners.search([("display_name", "not ilike", text)])
            )
        for text in ("0104", "Luna", "Ana Luna"):
            self.assertFalse(partners.search([("display_name", "ilike", text)]), text)

    def test_household(self):
        """Whoever of a household is named, its pets and plans are found."""
        husband = self.env["res.partner"].create(
            {"name": "Davi", "parent_id": self.customer.id, "phone": "(81) 98888-7777"}
        )
        nala = self._make_pet("Nala", partner_id=husband.id)
        for text in ("8198888", "Davi", "ana@"):
            self.assertEqual(self.find("pet.pet", text), self.luna + nala + self.rex)
            self.assertEqual(self.find("pet.plan", text), self.plan)
        self.assertEqual(self.find("res.partner", "98888 7777"), husband)

    def test_what_all_pets_share(self):
        """A shared plan is found by each pet; another pet's plan is not."""
        shared = self.sell(pet=self.env["pet.pet"])
        self.assertEqual(self.find("pet.plan", "Rex"), shared)
        self.assertEqual(self.find("pet.plan", "Luna"), shared + self.plan)
        self.assertEqual(self.find("pet.plan", "Mimi"), self.others)

    def test_archived(self):
        """A pet whose owner is archived is still found by them."""
        self.customer.sudo().active = False
        self.assertEqual(self.find("pet.pet", "5550104"), self.luna + self.rex)
        self.assertFalse(self.find("res.partner", "5550104"))

    def test_other_company(self):
        """Nobody else's customers are found, by whatever is typed."""
        theirs = (
            self.env(user=self.other_staff)["res.partner"]
            .create(
                {
                    "name": "Zoe",
                    "phone": "777-0001",
                    "company_id": self.other_shop.id,
                    "pet_ids": [Command.create({"name": "Zorro"})],
                }
            )
            .with_env(self.env)
        )
        self.sell_elsewhere(partner_id=theirs.id)
        for model in self.found:
            for text in ("Zoe", "7770001", "Zorro"):
                self.assertFalse(self.find(model, text), (model, text))
        found = self.env(user=self.other_staff)["res.partner"].search(
            [("display_name", "ilike", "777 0001")]
        )
        self.assertEqual(found, theirs.with_env(found.env))

    def test_namesakes(self):
        """The choices tell who is who; what was chosen is the name alone."""
        self.env["res.partner"].create(
            {"name": "Ana Souza", "email": "second@a.example"}
        )
        self.assertCountEqual(
            self.get_choices("res.partner", "Ana Souza"),
            [
                ("Ana Souza", "Ana Souza \t --555-0104--"),
                ("Ana Souza", "Ana Souza \t --second@a.example--"),
            ],
        )
        self.assertEqual(
            self.get_choices("pet.pet", "Luna"),
            [("Luna", "Luna \t --Ana Souza, 555-0104--")],
        )

    def get_choices(self, model, text):
        records = self.env[model].with_context(pet_search=True)
        return [
            (row["display_name"], row["__formatted_display_name"])
            for row in records.web_name_search(text, {"display_name": {}})
        ]

    def test_nobody_is_called_a_number(self):
        """In the addon's own dialogs no customer or pet is made of a text alone."""
        views = self.env["ir.ui.view"].sudo()
        views = views.search(
            [("model", "=like", "pet.%"), ("type", "in", ("form", "list"))]
        )
        chosen = 0
        for view in views:
            arch = etree.fromstring(view.arch)
            for node in arch.xpath("//field[@name='partner_id' or @name='pet_id']"):
                if node.get("widget") != "pet_many2one":
                    continue
                chosen += 1
                options = safe_eval(node.get("options") or "{}")
                with self.subTest(view=view.name, field=node.get("name")):
                    self.assertTrue(
                        options.get("no_quick_create") or options.get("no_create")
                    )
                    if node.get("name") == "partner_id":
                        self.assertIn("'pet_search': True", node.get("context"))
        self.assertGreaterEqual(chosen, 10)

    def count_finding(self):
        """Return the queries of each search, by model and text."""
        counts = {}
        for model in self.found:
            for text in ("5550104", "Ana", "Luna"):
                self.find(model, text)  # what Odoo keeps for all
                counts[model, text] = self.count_queries(
                    lambda model=model, text=text: self.find(model, text)
                )
        return counts

    def test_queries(self):
        """As many queries for one as for many."""
        few = self.count_finding()
        for number in range(5):
            owner = self.env["res.partner"].create(
                {"name": f"Ana {number}", "phone": f"1{number} 555 0104"}
            )
            pet = self._make_pet(f"Luna {number}", partner_id=owner.id)
            plan = self.sell(self.plan.template_id, pet=pet)
            plan.book(self.weekly(1, first=f"2026-01-0{number + 3} 15:00:00"))
        self.assertEqual(self.count_finding(), few)
        self.assertEqual(len(self.find("pet.plan", "Luna 0104")), 6)

    def test_database_and_python_agree(self):
        """What a number finds is the same wherever it is compared."""
        numbers = (False, "", "555-0104", "+1 (555) 010-4", "0555.0104", "(0)5550104")
        partners = self.env["res.partner"].create(
            [{"name": f"Nr {phone}", "phone": phone} for phone in numbers]
        )
        for typed in ("5550104", "+1 555 0104", "0104", "00 44 5550104", "15550104"):
            found = self.env["res.partner"]._search_phone(PhonePattern.parse(typed, 4))
            with self.subTest(typed=typed):
                expected = partners.filtered_domain(found)
                self.assertTrue(expected)
                self.assertEqual(
                    partners.search(found & Domain("id", "in", partners.ids)), expected
                )
