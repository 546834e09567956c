from .carry_over import CarryOverCommon


class TestChosen(CarryOverCommon):
    """K3: a pet that is chosen by hand is the customer's, or the row is wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt = cls.env["pet.pet"].create(
            {"name": "Bolt", "partner_id": cls.neighbour.id}
        )

    def choose(self, row, **choices):
        """Check a row, and choose in it; return it."""
        line = self.check(row)
        line.write(choices)
        return line

    def test_the_pet_tells_the_customer(self):
        line = self.choose({"owner": "Nobody"}, pet_id=self.bolt.id)
        self.assertEqual(
            (line.partner_id, line.message),
            (self.neighbour, "Row 2: Bolt: 5 × Bath until May 4, 2026."),
        )

    def test_the_pet_tells_which_namesake(self):
        self.neighbour.name = "Ana Souza"
        line = self.choose({}, pet_id=self.bolt.id)
        self.assertEqual((line.status, line.partner_id), ("ok", self.neighbour))

    def test_a_pet_of_somebody_else(self):
        message = "Row 2: Bolt belongs to Bruno Lima, not to Ana Souza."
        line = self.choose({}, pet_id=self.bolt.id)
        self.assertEqual((line.status, line.message), ("error", message))
        line = self.choose(
            {"owner": "Nobody"}, partner_id=self.customer.id, pet_id=self.bolt.id
        )
        self.assertEqual((line.status, line.message), ("error", message))

    def test_a_pet_of_the_household(self):
        child = self.env["res.partner"].create(
            {"name": "Caio Souza", "parent_id": self.customer.id}
        )
        line = self.choose({"owner": "Caio Souza"}, pet_id=self.luna.id)
        self.assertEqual((line.status, line.partner_id), ("ok", child))

    def test_what_was_chosen_is_gone(self):
        """Nothing else takes its place, and no package for all pets is made."""
        one = self.choose({}, pet_id=self.luna.id).import_id
        self.luna.sudo().unlink()
        one.action_check()
        self.assertEqual(
            one.line_ids.message,
            "Row 2: the Pet that was chosen is gone, or not yours to see: choose "
            "again.",
        )

    def test_what_was_chosen_is_not_to_be_seen(self):
        stranger = self.env["res.partner"].create({"name": "Caio Reis"})
        one = self.choose({"owner": "Nobody"}, partner_id=stranger.id).import_id
        stranger.sudo().company_id = self.other_shop
        self.env.invalidate_all()
        one.action_check()
        self.assertEqual(one.line_ids.status, "error")
        self.assertIn("the Customer that was chosen is gone", one.line_ids.message)

    def test_queries(self):
        """Many choices take as many queries as one."""
        counts = []
        for count in (1, 1, 6):
            one = self.check(*[{"owner": "Nobody"}] * count).import_id
            one.line_ids.write({"pet_id": self.luna.id})
            self.env.flush_all()
            self.env.invalidate_all()
            counts.append(self.count_queries(one.action_check))
            self.assertEqual(set(one.line_ids.mapped("status")), {"ok"})
        self.assertEqual(counts[1], counts[2])
