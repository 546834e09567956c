from datetime import date, timedelta

from lxml import etree

from odoo.fields import Domain
from odoo.tools import SQL

from .common import PetPlansCommon


class TestWhatComesFirst(PetPlansCommon):
    """P1, P2, X3: lists open on today and what comes, and not on the far end."""

    def list_order(self, xmlid):
        """Return the order in which a window of the addon opens its list."""
        window = self.env.ref(xmlid).sudo()
        views = self.env[window.res_model].get_views(window.views)["views"]
        return etree.fromstring(views["list"]["arch"]).get("default_order")

    def page(self, records, limit=80, offset=0, order="is_past ASC"):
        """Return the page of a list as the web client asks for it."""
        found = self.env[records._name].web_search_read(
            [("id", "in", records.ids)],
            {"display_name": {}},
            limit=limit,
            offset=offset,
            order=order,
        )
        return [row["id"] for row in found["records"]]

    def sell_ending(self, *ends):
        """Sell one plan per end date, in that order; return them."""
        plans = self.env["pet.plan"]
        for end in ends:
            plans |= self.sell(date_start="2025-01-01")
            plans[-1:]._unguarded().date_end = end
        return plans

    # --- Visits ------------------------------------------------------------------

    def book_around_today(self):
        """Return visits of yesterday, today, tomorrow and the day before yesterday."""
        days = ("01-01 09:00", "01-02 08:00", "01-03 09:00", "01-02 23:30")
        return self.env["pet.appointment"].create(
            [
                {
                    "pet_id": self.rex.id,
                    "start": f"2026-{day}:00",
                    "line_ids": [(0, 0, {"product_id": self.grooming.id})],
                }
                for day in (*days, "01-01 08:00")
            ]
        )

    def test_visits_open_on_today(self):
        yesterday, morning, tomorrow, evening, earlier = self.book_around_today()
        visits = yesterday + morning + tomorrow + evening + earlier
        expected = (morning + evening + tomorrow + yesterday + earlier).ids
        self.assertEqual(self.page(visits), expected)
        for xmlid in ("action_pet_appointment", "action_pet_appointment_list"):
            self.assertEqual(self.list_order(f"pet_plans.{xmlid}"), "is_past")

    def test_today_is_the_shops(self):
        """At noon in London it is past midnight in Auckland."""
        self.shop.sudo().pet_tz = "Pacific/Auckland"
        visits = self.book_around_today()
        # In Auckland the third began at 22:00, the fourth at 12:30 of its own day.
        self.assertEqual(visits.filtered("is_past"), visits[0] + visits[1] + visits[4])
        self.assertEqual(self.page(visits)[:2], (visits[3] + visits[2]).ids)

    def test_the_visits_of_a_plan_too(self):
        plan = self.sell(date_start="2025-12-01")
        plan.book(self.weekly(4, "2025-12-22 09:00:00"))
        spec = {"appointment_ids": {"fields": {"start": {}}, "order": "is_past ASC"}}
        rows = plan.web_read(spec)[0]["appointment_ids"]
        self.assertEqual(
            [row["start"].strftime("%m-%d") for row in rows],
            ["01-05", "01-12", "12-29", "12-22"],
        )
        arch = etree.fromstring(self.env["pet.plan"].get_view(view_type="form")["arch"])
        node = arch.xpath("//field[@name='appointment_ids']/list")[0]
        self.assertEqual(node.get("default_order"), "is_past")

    # --- Plans -------------------------------------------------------------------

    def test_plans_open_by_end_soonest_first(self):
        """Those that never end behind them, those that are over last."""
        later, never, soon, today, over, long_over = plans = self.sell_ending(
            "2026-06-30",
            False,
            "2026-01-10",
            "2026-01-02",
            "2026-01-01",
            "2025-06-30",
        )
        self.assertEqual(
            self.page(plans), (today + soon + later + never + over + long_over).ids
        )
        self.assertEqual(plans.filtered("is_past"), over + long_over)
        self.assertEqual(self.list_order("pet_plans.action_pet_plan"), "is_past")

    def test_pages_are_those_of_the_whole(self):
        """Whatever the size of a page, and the part it begins in, none is missing."""
        ends = [date(2026, 1, 2) + timedelta(days=day) for day in (-9, -1, 0, 3, 3, -1)]
        plans = self.sell_ending(*ends, False, False)
        whole = self.page(plans, limit=False)
        self.assertEqual(len(whole), 8)
        for size in (1, 2, 3, 5, 8, 20):
            pages = [
                self.page(plans, limit=size, offset=offset)
                for offset in range(0, 8, size)
            ]
            with self.subTest(size=size):
                self.assertEqual(sum(pages, []), whole)
        self.assertFalse(self.page(plans, limit=5, offset=8))

    def test_behind_another_order_it_counts_too(self):
        plans = self.sell_ending("2026-06-30", "2026-01-01", "2026-01-10")
        self.assertEqual(
            self.page(plans, order="state ASC, is_past ASC"),
            (plans[2] + plans[0] + plans[1]).ids,
        )

    def test_in_groups_too(self):
        plans = self.sell_ending("2026-06-30", "2026-01-01", "2026-01-10")
        groups = self.env["pet.plan"].web_read_group(
            [("id", "in", plans.ids)],
            ["partner_id"],
            ["__count"],
            order="is_past ASC",
            auto_unfold=True,
            unfold_read_specification={"display_name": {}},
        )["groups"]
        rows = [row["id"] for row in groups[0].get("__records", ())]
        if rows:  # groups that the client opens read a page of their own
            self.assertEqual(rows, (plans[2] + plans[0] + plans[1]).ids)

    def test_a_page_is_read_by_an_index(self):
        """14: the Plans screen sorts no table, whatever it holds."""
        plans = self.env["pet.plan"].sudo()
        self.env.flush_all()
        # The tables of a test are so small that it would read and sort them all.
        for step in ("seqscan", "bitmapscan", "sort"):
            self.env.cr.execute(SQL("SET LOCAL %s = off", SQL("enable_" + step)))
        for domain, order in plans._get_parts_by_day():
            if order == "id":
                continue
            query = plans._search(domain, limit=80, order=order)
            self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
            steps = "\n".join(row[0] for row in self.env.cr.fetchall())
            with self.subTest(order=order):
                self.assertIn("pet_plan_by_end", steps)
                self.assertNotIn("Sort", steps)

    # --- Customers, ledger -------------------------------------------------------

    def test_customers_by_name(self):
        """Odoo puts first whoever was invoiced most often."""
        self.neighbour.sudo().customer_rank = 9
        window = self.env.ref("pet_plans.action_pet_customers").sudo()
        both = self.customer + self.neighbour
        order = self.list_order("pet_plans.action_pet_customers")
        found = (
            self.env["res.partner"]
            .with_context(res_partner_search_mode="customer")
            .search(Domain("id", "in", both.ids), order=order)
        )
        self.assertEqual(found, both)
        views = self.env["res.partner"].get_views(window.views)["views"]
        kanban = etree.fromstring(views["kanban"]["arch"])
        self.assertEqual(kanban.get("default_order"), order)

    def test_the_ledger_shows_its_plan(self):
        arch = self.env["pet.plan.entry"].get_view(view_type="list")["arch"]
        node = etree.fromstring(arch).xpath("//field[@name='plan_id']")[0]
        self.assertEqual(node.get("optional"), "show")
