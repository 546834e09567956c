from ast import literal_eval

from odoo import Command
from odoo.tools.safe_eval import safe_eval

from .common import PetPlansCommon


class TestDraftsAhead(PetPlansCommon):
    """I1, C5: plan drafts whose day is to come are kept out of daily work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls.env["account.move"].with_user(cls.accountant)
        cls.plan, __ = cls.sell_worked_example()
        cls.first, cls.second, cls.third = cls.invoices(cls.plan)
        waiting = cls.sell(cls.make_template(appointment_count=4), pet=cls.rex)
        cls.waiting = cls.invoices(waiting)
        cls.ordinary = cls.moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_line_ids": [Command.create({"product_id": cls.bath.id})],
            }
        )
        cls.all = cls.first + cls.second + cls.third + cls.waiting + cls.ordinary

    def get_filter(self, name):
        """Return domain and context of a filter of Invoicing."""
        view = self.env.ref("account.view_account_invoice_filter").sudo()
        (node,) = view._get_combined_arch().xpath(f"//filter[@name='{name}']")
        domain = safe_eval(node.get("domain"), {"uid": self.accountant.id})
        return domain, literal_eval(node.get("context") or "{}")

    def find(self, *names):
        """Return what some filters find together, as the screen asks for it."""
        domains, context = [], {}
        for name in names:
            domain, keys = self.get_filter(name)
            domains += domain
            context |= keys
        moves = self.moves.with_context(**context)
        return moves.search([*domains, ("id", "in", self.all.ids)])

    def assert_daily(self, moves):
        self.env.invalidate_all()
        self.assertEqual(self.find("pet_without_drafts_ahead"), moves)
        ahead = self.all.filtered("is_pet_draft_ahead")
        self.assertEqual(ahead, self.all - moves)

    def test_both_lists_of_odoo_begin_with_it(self):
        """With the context that they had."""
        for name in ("action_move_out_invoice_type", "action_move_out_invoice"):
            with self.subTest(name):
                context = literal_eval(self.env.ref(f"account.{name}").sudo().context)
                self.assertTrue(context["search_default_pet_without_drafts_ahead"])
                self.assertEqual(context["default_move_type"], "out_invoice")
        self.assertTrue(context["search_default_out_invoice"])
        self.assertTrue(context["search_default_out_receipt"])

    def test_what_is_to_come_or_waits_is_left_out(self):
        """And nothing else: not what has no plan, nor what is posted or cancelled."""
        self.assert_daily(self.ordinary)
        self.post(self.second)
        self.third.with_user(self.accountant).button_cancel()
        self.assert_daily(self.second + self.third + self.ordinary)

    def test_on_its_day_it_is_there(self):
        self.clock.move_to("2026-01-05 00:30:00")
        self.assert_daily(self.first + self.ordinary)

    def test_by_the_day_of_the_shop(self):
        self.shop.sudo().pet_tz = "Pacific/Auckland"
        self.clock.move_to("2026-01-04 12:30:00")
        self.assert_daily(self.first + self.ordinary)

    def test_what_an_accountant_has_in_hand_is_there(self):
        """I3: the job does not post what was reset."""
        self.post(self.third)
        self.third.with_user(self.accountant).button_draft()
        self.assert_daily(self.third + self.ordinary)

    def test_who_asks_for_what_waits_gets_it(self):
        """Although the default filter, which leaves them out, is still on."""
        default = "pet_without_drafts_ahead"
        self.assertEqual(self.find(default, "pet_waiting"), self.waiting)
        self.assertFalse(self.find(default, "pet_plans"))
        drafts = self.first + self.second + self.third + self.waiting
        self.assertEqual(self.find("pet_plans"), drafts)

    def test_the_list_of_a_plan_has_them_all(self):
        action = self.plan.with_user(self.accountant).action_view_invoices()
        self.assertNotIn("search_default_pet_without_drafts_ahead", action["context"])

    def test_the_card_of_the_journal_counts_what_its_click_lists(self):
        """*To Validate*: the drafts that a person has to look at."""
        journal = self.first.journal_id.with_user(self.accountant)
        for day, count in (("2026-01-01", 1), ("2026-02-02", 3)):
            self.clock.move_to(f"{day} 12:00:00")
            self.env.invalidate_all()
            card = journal._get_journal_dashboard_data_batched()[journal.id]
            action = journal.with_context(search_default_draft="1").open_action()
            names = [
                key.removeprefix("search_default_")
                for key, value in action["context"].items()
                if key.startswith("search_default_") and value
            ]
            listed = self.find(*names)
            self.assertEqual(len(listed), count)
            everything = self.moves.search(
                [("state", "=", "draft"), ("journal_id", "=", journal.id)]
            )
            others = everything - self.all
            self.assertEqual(card["number_draft"] - len(others), count)
