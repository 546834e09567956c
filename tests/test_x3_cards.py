from datetime import date, timedelta

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
