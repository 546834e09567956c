from odoo.tests import tagged

from .test_p4_analysis import AnalysisCommon
from .tours import TourCase


class TestManagerDashboard(AnalysisCommon):
    """P4: each number of the dashboard is what its click lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template()
        plan = cls.sell(cls.template, date_end="2026-02-23")
        cls.sell(cls.template, pet=cls.rex, date_end="2026-01-31")
        cls.sell(cls.template, pet=cls.mimi, date_end="2026-01-31").action_renew()
        visits = plan.book(cls.weekly(8))
        cls.post(cls.invoices(plan)[0])
        visits[:2].action_receive()
        cls.clock.move_to("2026-02-16 12:00:00")
        visits[4].action_no_show()
        visits[5:7].action_receive()

    def setUp(self):
        super().setUp()
        self.update_plans("2026-02-16 12:00:00")

    def tiles(self, user=None):
        """Return the tiles of the dashboard by their names."""
        report = self.env["pet.session.report"].with_user(user or self.manager)
        return {
            tile["name"]: tile
            for section in report.retrieve_dashboard()
            for tile in section["tiles"]
        }

    def listed(self, action):
        """Return what the list of an action shows."""
        self.assertEqual(action["views"][0][1], "list")
        model = self.env[action["res_model"]].with_user(self.manager)
        return model.search(action["domain"])

    def test_the_numbers(self):
        self.assertEqual(
            {name: tile["value"] for name, tile in self.tiles().items()},
            {
                "sold": "0",
                "used": "3",
                "expired": "0",
                "no_show": "1",
                "late": "0",
                "renewal_rate": "50%",
                "week_1": "1",
                "not_renewed": "1",
                "overdue": "1",
            },
        )

    def test_the_month_before(self):
        self.assertEqual(
            {
                name: tile["before"]["label"]
                for name, tile in self.tiles().items()
                if tile["before"]
            },
            {
                "sold": "Last month: 48",
                "used": "Last month: 2",
                "expired": "Last month: 24",
                "no_show": "Last month: 0",
                "late": "Last month: 0",
            },
        )

    def test_each_number_is_what_its_click_lists(self):
        for name, tile in self.tiles().items():
            found = self.listed(tile["action"])
            if name == "renewal_rate":
                rates = found.mapped("renewal_rate")
                number = f"{sum(rates) / len(rates):.0f}%"
            elif found._name == "pet.session.report":
                number = f"{sum(found.mapped(name)):g}"
                before = self.listed(tile["before"]["action"])
                label = f"Last month: {sum(before.mapped(name)):g}"
                self.assertEqual(tile["before"]["label"], label, name)
                self.assertNotIn(0, (found + before).mapped(name))
            else:
                number = str(len(found))
            self.assertEqual(tile["value"], number, name)

    def test_before_anything_ended_there_is_no_rate(self):
        self.clock.move_to("2026-01-02 12:00:00")
        self.assertEqual(self.tiles()["renewal_rate"]["value"], "–")

    def test_months_go_by_the_clock_of_the_shop(self):
        self.clock.move_to("2026-03-01 02:00:00")
        self.assertEqual(self.tiles()["used"]["before"]["label"], "Last month: 3")
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.assertEqual(self.tiles()["used"]["value"], "3")

    def test_who_sees_it(self):
        self.assertEqual(self.tiles(self.accountant).keys(), self.tiles().keys())

    def test_queries_do_not_grow(self):
        def retrieve():
            self.tiles()

        few = self.count_queries(retrieve)
        for pet in (self.luna, self.rex, self.mimi):
            self.sell(self.template, pet=pet).book(self.weekly(3)).action_receive()
        self.assertLessEqual(self.count_queries(retrieve), few)


@tagged("post_install", "-at_install", "is_tour")
class TestManagerDashboardTour(TourCase):
    """P4: from the menu to a number, and to the list behind it."""

    def test_dashboard(self):
        self.sell(date_end="2099-01-31")
        self.start_tour(
            "/odoo/pet-dashboard", "pet_plans_manager_dashboard", login="pet_manager"
        )
