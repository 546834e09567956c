from .carry_over import CarryOverCommon


class TestContradictions(CarryOverCommon):
    """K3: columns that contradict each other, or the shop, mean nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"ref": "C-7", "phone": "+55 (11) 91234-5678"})
        cls.neighbour.write({"ref": "C-8", "email": "bruno@example.com"})
        cls.ok = "Row 2: Luna: 5 × Bath until May 4, 2026."

    def refuse(self, text, **row):
        line = self.check_row("error", f"Row 2: {text}.", **row)
        self.assertFalse(line.partner_id)

    # --- Two customers ---------------------------------------------------------------

    def test_reference_of_one_and_address_of_another(self):
        self.refuse(
            "Email “bruno@example.com”: belongs to Bruno Lima, but “C-7” to Ana Souza",
            customer="C-7",
            email="bruno@example.com",
        )

    def test_reference_of_one_and_name_of_another(self):
        self.refuse(
            "Owner “Bruno Lima”: belongs to Bruno Lima, but “C-7” to Ana Souza",
            customer="C-7",
            owner="Bruno Lima",
        )

    def test_address_of_one_and_telephone_of_another(self):
        self.refuse(
            "Phone “11 91234-5678”: belongs to Ana Souza, but “bruno@example.com” to "
            "Bruno Lima",
            email="bruno@example.com",
            phone="11 91234-5678",
            owner="",
        )

    def test_namesakes_are_told_apart(self):
        self.neighbour.name = "Ana Souza"
        self.refuse(
            "Email “bruno@example.com”: belongs to Ana Souza (C-8), but “C-7” to Ana "
            "Souza (C-7)",
            customer="C-7",
            email="bruno@example.com",
        )

    # --- Another than the customer has -----------------------------------------------

    def test_another_address(self):
        for how in ({}, {"phone": "11 91234-5678"}):
            self.refuse(
                "Email “souza@example.com”: Ana Souza has another address here: "
                "ana@example.com",
                email="souza@example.com",
                **how,
            )

    def test_another_telephone(self):
        self.refuse(
            "Phone “11 98888-7777”: Ana Souza has another telephone here: +55 (11) "
            "91234-5678",
            phone="11 98888-7777",
        )

    def test_addresses_and_telephones_change(self):
        """Where the name and something surer mean one customer, they are told."""
        for how in ({"customer": "C-7"}, {"email": "ana@example.com"}):
            self.check_row(
                "warning",
                f"{self.ok[:-1]}; Ana Souza has another telephone here: +55 (11) "
                "91234-5678.",
                phone="11 98888-7777",
                **how,
            )
        self.check_row(
            "warning",
            f"{self.ok[:-1]}; Ana Souza has another address here: ana@example.com.",
            email="souza@example.com",
            customer="C-7",
        )

    def test_another_name_and_another_telephone_is_somebody_else(self):
        """A number of the old software may be somebody else's reference here."""
        self.refuse(
            "Phone “11 98888-7777”: Ana Souza has another telephone here: +55 (11) "
            "91234-5678",
            phone="11 98888-7777",
            owner="Caio Lima",
            customer="C-7",
        )

    def test_what_is_no_address_contradicts_none(self):
        self.check_row("ok", self.ok, email="none", phone="n/a")

    def test_another_reference(self):
        """The old software numbers in its own way, but a name alone has many."""
        self.refuse(
            "Owner Ref “1001”: Ana Souza has another reference here: C-7",
            customer="1001",
        )
        self.check_row(
            "warning",
            f"{self.ok[:-1]}; Ana Souza has another reference here: C-7.",
            customer="1001",
            email="ana@example.com",
        )

    def test_a_telephone_alone_and_another_name(self):
        """Families share one."""
        self.refuse(
            "Phone “11 91234-5678”: belongs to Ana Souza here, but the row names “Caio "
            "Souza”",
            phone="11 91234-5678",
            owner="Caio Souza",
        )

    def test_another_name_with_a_reference_or_address(self):
        """People marry."""
        for how in ({"customer": "C-7"}, {"email": "ana@example.com"}):
            line = self.check_row(
                "warning",
                f"{self.ok[:-1]}; “A. Lima” is called Ana Souza here.",
                owner="A. Lima",
                **how,
            )
            self.assertEqual(line.partner_id, self.customer)

    def test_words_in_another_order_are_the_same_name(self):
        for how in ({"customer": "C-7"}, {"phone": "11 91234-5678"}):
            self.check_row("ok", self.ok, owner="SOUZA, Ana", **how)

    # --- Telephones ------------------------------------------------------------------

    def test_more_than_the_last_digits_are_compared(self):
        """Codes may be missing in front, but are the same where both have them."""
        for phone in ("91234-5678", "011 91234-5678", "0055 11 91234 5678"):
            self.check_row("ok", self.ok, owner="", phone=phone)
        for phone in ("21 91234-5678", "+351 11 91234 5678"):
            self.refuse(
                f"Phone “{phone}”: there is no such customer", owner="", phone=phone
            )

    def test_two_told_apart_by_the_codes(self):
        self.neighbour.phone = "+55 21 91234-5678"
        line = self.check_row("ok", self.ok, owner="", phone="11 91234-5678")
        self.assertEqual(line.partner_id, self.customer)
        self.refuse(
            "Phone “1234-5678”: 2 customers fit: Ana Souza (C-7), Bruno Lima (C-8)",
            owner="",
            phone="1234-5678",
        )

    def test_a_zero_that_is_dialled_at_home(self):
        self.customer.phone = "+44 (0)20 7946 0958"
        for phone in ("020 7946 0958", "+442079460958", "+44 (0) 20 7946 0958"):
            self.check_row("ok", self.ok, owner="", phone=phone)

    # --- Archived --------------------------------------------------------------------

    def test_an_archived_customer(self):
        """No double is made of them."""
        self.customer.active = False
        for row in (
            {"customer": "C-7", "owner": ""},
            {"email": "ana@example.com", "owner": ""},
            {"phone": "11 91234-5678", "owner": ""},
            {},
        ):
            line = self.check(row, create_missing=True)
            self.assertIn(
                "Ana Souza is archived here: unarchive them, or choose another "
                "customer in the row",
                line.message,
            )
            self.assertFalse(line.new_names)
        line.partner_id = self.neighbour
        self.assertNotIn("archived", line.message)

    def test_an_archived_namesake(self):
        """Somebody else: another address, or somebody who is here."""
        namesake = self.env["res.partner"].create(
            {"name": "Ana Souza", "email": "other@example.com", "active": False}
        )
        line = self.check_row("ok", self.ok)
        self.assertEqual(line.partner_id, self.customer)
        namesake.name = "Caio Reis"
        line = self.check(
            {"owner": "Caio Reis", "email": "caio@example.com"}, create_missing=True
        )
        self.assertEqual(line.status, "ok", line.message)

    def test_a_reference_of_an_archived_customer(self):
        """A weaker column does not outvote it."""
        self.env["res.partner"].create(
            {"name": "Ana Reis", "ref": "C-9", "active": False}
        )
        self.refuse(
            "Owner Ref “C-9”: Ana Reis is archived here: unarchive them, or choose "
            "another customer in the row",
            customer="C-9",
        )

    def test_an_archived_pet(self):
        self.luna.active = False
        for pet in ("Luna", "Luna, Rex"):
            line = self.check({"pet": pet}, create_missing=True)
            self.assertEqual(
                line.message,
                f"Row 2: Pet “{pet}”: Luna of Ana Souza is archived here: unarchive "
                "it, or choose another pet in the row.",
            )
        self._make_pet("Luna")
        self.check_row("ok", self.ok)
