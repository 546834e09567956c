from odoo.exceptions import UserError

from .carry_over import CarryOverCommon


class TestMatching(CarryOverCommon):
    """K3: owners, pets and services are found, never guessed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"ref": "C-7", "phone": "+55 (11) 91234-5678"})
        cls.ok = "Row 2: Luna: 5 × Bath until May 4, 2026."

    def test_by_reference(self):
        line = self.check_row("ok", self.ok, customer="C-7")
        self.assertEqual(line.partner_id, self.customer)

    def test_by_email(self):
        self.check_row("ok", self.ok, owner="", email=" ANA@example.com ")

    def test_by_phone(self):
        """However it is written."""
        for phone in ("11 91234 5678", "(011) 912345678", "+5511912345678"):
            self.check_row("ok", self.ok, owner="", phone=phone)

    def test_by_exact_name(self):
        """Case and spaces do not matter."""
        self.check_row("ok", self.ok, owner="  ana   SOUZA")
        self.check_row(
            "error", "Row 2: Owner “Ana”: there is no such customer.", owner="Ana"
        )

    def test_accents_in_upper_case(self):
        self.customer.name = "Érica Muñoz"
        self.check_row("ok", self.ok, owner="ÉRICA MUÑOZ")

    def test_a_name_in_two_columns(self):
        columns = ["first", "last", "pet", "service", "left", "end"]
        self.check_row("ok", self.ok, columns=columns, first="Ana ", last="Souza")
        line = self.check_row(
            "error",
            "Row 2: Customer Name “Ana”: there is no such customer.",
            columns=columns,
            first="Ana",
        )
        self.assertEqual(line.said, "Ana · Luna · Bath")

    def test_two_of_one_name_told_apart_by_phone(self):
        self.env["res.partner"].create({"name": "Ana Souza"})
        line = self.check_row("ok", self.ok, phone="11 91234-5678")
        self.assertEqual(line.partner_id, self.customer)

    def test_the_household(self):
        """A pet of somebody of the household is found; the plan is the customer's."""
        child = self.env["res.partner"].create(
            {"name": "Caio Souza", "parent_id": self.customer.id}
        )
        line = self.check_row("ok", self.ok, owner="Caio Souza")
        self.assertEqual((line.partner_id, line.pet_id), (child, self.luna))

    def test_two_pets_told_apart_by_species(self):
        cat = self._make_pet("Luna", species_id=self.cat.id)
        line = self.check_row("ok", self.ok, species="Test cat")
        self.assertEqual(line.pet_id, cat)

    def test_a_service_by_its_code(self):
        self.bath.sudo().default_code = "BTH"
        self.check_row(
            "ok", "Row 2: Luna: 5 × [BTH] Bath until May 4, 2026.", service="bth"
        )

    def test_nobody_of_another_company(self):
        self.customer.sudo().company_id = False
        stranger = self.neighbour.sudo()
        stranger.company_id = self.other_shop
        self.check_row(
            "error",
            "Row 2: Owner “Bruno Lima”: there is no such customer.",
            owner="Bruno Lima",
        )

    # --- Columns -------------------------------------------------------------------

    def test_columns_are_shown_with_their_first_values(self):
        one = self.upload({"left": "1"}, {"left": "2"}, {"left": "3"}, {"left": "4"})
        column = one.column_ids.filtered(lambda c: c.field_name == "sessions_left")
        self.assertRecordValues(
            column, [{"heading": "Sessions Left", "sample": "1 · 2 · 3"}]
        )
        self.assertEqual(one.file_note, "Text (UTF-8), commas between columns, 4 rows")

    def test_what_a_person_says_of_a_column_is_remembered(self):
        one = self.upload({"note": "7"}, columns=["owner", "service", "note"])
        with self.assertRaisesRegex(UserError, "no column is the Sessions Left"):
            one.action_check()
        note = one.column_ids.filtered(lambda c: c.field_name == "package_note")
        note.field_name = "sessions_left"
        one.action_check()
        self.assertEqual(one.line_ids.sessions_left, 7.0)
        other = self.upload({"note": "8"}, columns=["owner", "service", "note"])
        other.action_check()
        self.assertEqual(other.line_ids.sessions_left, 8.0)
        theirs = other.with_user(self.other_staff).create(
            {"file": one.file, "filename": "theirs.csv"}
        )
        self.assertIn("package_note", theirs.column_ids.mapped("field_name"))

    def test_two_columns_for_one_thing(self):
        one = self.upload({"note": "7"})
        note = one.column_ids.filtered(lambda c: c.field_name == "package_note")
        note.field_name = "sessions_left"
        with self.assertRaisesRegex(
            UserError, "more than one column is the Sessions Left"
        ):
            one.action_check()

    # --- Missing ones --------------------------------------------------------------

    def test_missing_ones_are_made_where_that_is_asked_for(self):
        rows = [
            {"owner": "Caio Reis", "email": "caio@example.com", "pet": "Bolt"},
            {"owner": "Caio Reis", "pet": "Bolt", "service": "Grooming"},
            {"owner": "Caio Reis", "email": "caio.reis@example.com", "pet": "Nina"},
            {"pet": "Thor", "species": "Test dog"},
        ]
        one = self.upload(*rows, create_missing=True)
        one.action_check()
        self.assertEqual(
            one.line_ids[0].message,
            "Row 2: Bolt: 5 × Bath until May 4, 2026; new customer Caio Reis; new pet "
            "Bolt.",
        )
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Caio Reis")]))
        one.action_apply()
        caios = self.env["res.partner"].search([("name", "=", "Caio Reis")], order="id")
        self.assertEqual(
            caios.mapped("email"), ["caio@example.com", "caio.reis@example.com"]
        )
        self.assertEqual(caios[0].pet_ids.mapped("name"), ["Bolt"])
        self.assertEqual(len(caios[0].pet_plan_ids), 2)
        thor = self.customer.pet_ids.filtered(lambda pet: pet.name == "Thor")
        self.assertEqual(thor.species_id, self.dog)

    def test_no_customer_without_a_name(self):
        self.check_row(
            "error",
            "Row 2: Email “x@example.com”: there is no such customer, and no name to "
            "make one.",
            settings={"create_missing": True},
            owner="",
            email="x@example.com",
        )
