from .portal import PortalCase
from .test_s15_closed_days import OpeningCase


class TestClosedToCustomers(OpeningCase, PortalCase):
    """S15, P3: customers move no visit to a closed day; they read why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.allow_changes()
        cls.plan, cls.visits = cls.sell_worked_example(validity=4)

    def move(self, start):
        visit = self.visit_on(self.plan, "01-19")
        path = f"/my/plans/{self.plan.id}/visits/{visit.id}/reschedule"
        return self.send(path, self.ana, start=start)

    def test_a_closed_day(self):
        """As a customer, who may not read the calendar of the shop."""
        page = self.move("2026-01-18T09:00")
        self.assertEqual(page.status, 200)
        self.assertIn(
            f"Please choose another day. {self.shop.name} is closed on Jan 18, 2026.",
            " ".join(page.get("error")),
        )
        self.assertTrue(self.visit_on(self.plan, "01-19"))

    def test_a_holiday(self):
        self.make_holiday("Stocktaking", "2026-01-21")
        page = self.move("2026-01-21T09:00")
        self.assertIn("is closed on Jan 21, 2026: Stocktaking.", page.words())
        self.move("2026-01-22T09:00")
        self.assertTrue(self.visit_on(self.plan, "01-22"))
