from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js

from .common import PetPlansCommon


class TestCards(PetPlansCommon):
    """X3: the counts of the cards are what their click lists."""

    def count_as_listed(self):
        domains = self.env["pet.plan"]._get_card_domains()
        return {
            name: self.env["pet.plan"].search_count(domain)
            for name, domain in domains.items()
        }

    def test_counts_are_what_the_filters_list(self):
        for days in (-3, 0, 7, 8, 20, 31):
            plan = self.sell(date_start=date(2025, 12, 1))
            plan.with_user(self.manager).date_end = date(2026, 1, 2) + timedelta(days)
        self.sell(confirm=False)
        counts = self.env["pet.plan"].retrieve_dashboard()
        self.assertEqual(counts, self.count_as_listed())
        self.assertEqual(list(counts), list(self.env["pet.plan"]._get_cards()))
        self.assertEqual(
            (counts["week_1"], counts["week_2"], counts["month_1"], counts["later"]),
            (2, 1, 1, 1),
        )

    def test_one_query(self):
        self.sell()
        self.env["pet.plan"].retrieve_dashboard()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.env["pet.plan"].retrieve_dashboard()

    def test_within_a_domain(self):
        self.sell()
        self.sell(pet=self.rex)
        counts = self.env["pet.plan"].retrieve_dashboard([("pet_id", "=", self.rex.id)])
        self.assertEqual(counts["active"], 1)

    def change_filter(self, arch):
        """Change a card's filter, as somebody's own view does."""
        self.env["ir.ui.view"].sudo().create(
            {
                "name": "Our own search",
                "model": "pet.plan",
                "type": "search",
                "inherit_id": self.env.ref("pet_plans.pet_plan_view_search").id,
                "arch": arch,
            }
        )

    def test_without_a_filter_there_is_no_card(self):
        for change in (
            "<filter name='week_1' position='replace'/>",
            "<filter name='week_1' position='attributes'>"
            "<attribute name='domain'>[('user_id', '=', uid)]</attribute></filter>",
        ):
            with self.subTest(change=change), self.cr.savepoint() as savepoint:
                self.change_filter(change)
                counts = self.env["pet.plan"].retrieve_dashboard()
                self.assertNotIn("week_1", counts)
                self.assertEqual(counts, self.count_as_listed())
                savepoint.rollback()
                self.env.invalidate_all()
                self.env.registry.clear_cache("templates")

    def test_without_any_filter_there_are_no_cards(self):
        for name in self.env["pet.plan"]._get_cards():
            self.change_filter(f"<filter name='{name}' position='replace'/>")
        self.assertEqual(self.env["pet.plan"].retrieve_dashboard(), {})

    def test_what_is_no_domain_is_refused(self):
        for domain in (
            [("no_such_field", "=", 1)],
            [("state", "no such operator", "active")],
            ["&"],
            ["&", ("state", "=", "active")],
            "state",
            [1, 2],
            [("state", "=")],
            5,
            {"state": "active"},
            [("date_end", "<", "tomorrowish")],
        ):
            with (
                self.subTest(domain=domain),
                self.assert_refused(UserError, "no domain of plans"),
            ):
                self.env["pet.plan"].retrieve_dashboard(domain)

    def test_other_companies_do_not_count(self):
        self.sell()
        counts = self.env["pet.plan"].with_user(self.other_staff).retrieve_dashboard()
        self.assertFalse(any(counts.values()))


@tagged("post_install", "-at_install")
class TestCardsHoot(HttpCase):
    """The cards' own tests, in the browser."""

    def test_hoot(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@pet_plans")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
