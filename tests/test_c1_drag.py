from .common import PetPlansCommon


class TestDrag(PetPlansCommon):
    """C1: who drags a visit in the calendar is told, and asked where it matters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.visits = cls.plan.book(cls.weekly(3), user_id=cls.staff.id)

    def test_what_happens_in_words(self):
        preview = self.visits[0].preview_move("2026-01-08 14:00:00")
        self.assertEqual(
            preview,
            {
                "message": "Luna – Bath: Jan 5, 2026, 9:00\u202fAM to "
                "Jan 8, 2026, 2:00\u202fPM.",
                "questions": [],
            },
        )

    def test_it_only_looks(self):
        before = self.visits[0].start
        self.visits[0].preview_move("2026-01-08 14:00:00")
        self.assertEqual(self.visits[0].start, before)

    def test_into_the_past(self):
        preview = self.visits[0].preview_move("2025-12-28 09:00:00")
        self.assertEqual(preview["questions"], ["That is in the past."])

    def test_onto_a_clash(self):
        other = self.sell(pet=self.rex)
        other.book(["2026-01-08 14:30:00"], user_id=self.staff.id)
        [question] = self.visits[0].preview_move("2026-01-08 14:00:00")["questions"]
        self.assertRegex(question, "Busy then: pet_staff.*Rex – Bath at Jan 8, 2026")
        self.assertFalse(
            self.visits[0].preview_move("2026-01-08 15:30:00")["questions"]
        )

    def test_made_longer_into_the_next_one(self):
        other = self.sell(pet=self.rex)
        other.book(["2026-01-05 10:30:00"], user_id=self.staff.id)
        preview = self.visits[0].preview_move(
            "2026-01-05 09:00:00", "2026-01-05 11:00:00"
        )
        self.assertIn("lasts longer or shorter", preview["message"])
        self.assertEqual(len(preview["questions"]), 1)
