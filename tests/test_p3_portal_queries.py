from datetime import timedelta

from .portal import PortalCase


class TestQueries(PortalCase):
    """P3: pages of a customer with many plans and visits cost as much as with few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(
            [(cls.bath, 12, 45.0), (cls.grooming, 3, 60.0)],
            appointment_count=12,
            appointments_per_cycle=4,
        )

    def sell_many(self, count):
        plans = self.env["pet.plan"].create(
            [
                {
                    "template_id": self.template.id,
                    "pet_id": self.luna.id,
                    "partner_id": self.customer.id,
                    "date_start": "2026-01-01",
                }
                for __ in range(count)
            ]
        )
        plans.action_confirm()
        self.post(plans.sudo().cycle_ids.filtered(lambda c: c.sequence == 1).invoice_id)
        return plans

    def count(self, path, user=None):
        """Return the queries of a page, seen for the second time."""
        self.open(path, user)
        before = self.cr.sql_log_count
        page = self.open(path, user)
        self.assertEqual(page.status, 200)
        queries = self.cr.sql_log_count - before
        self.assertGreater(queries, 0)
        return queries

    def test_list(self):
        self.sell_many(2)
        few = self.count("/my/plans", self.ana)
        self.sell_many(25)
        self.assertEqual(self.count("/my/plans", self.ana), few)
        page = self.open("/my/plans", self.ana)
        self.assertEqual(len(page.get("reference")), 20)
        self.assertEqual(
            len(self.open("/my/plans/page/2", self.ana).get("reference")), 7
        )

    def test_plan(self):
        self.allow_changes()
        plan = self.sell_many(1)
        plan.book(self.weekly(3))
        paths = (f"/my/plans/{plan.id}", self.ana), (self.link(plan), None)
        few = [self.count(*path) for path in paths]
        plan.book(self.weekly(9, first="2026-02-02 09:00:00"))
        self.assertEqual([self.count(*path) for path in paths], few)

    def test_three_hundred_visits(self):
        self.allow_changes()
        template = self.make_template(appointment_count=300, appointments_per_cycle=10)
        plan = self.sell(template)
        first = self.weekly(1)[0]
        visits = plan.book([first + timedelta(days=day) for day in range(300)])
        visits[:100]._cancel()
        path = f"/my/plans/{plan.id}"
        page = self.open(path, self.ana)
        self.assertEqual(len(page.get("visit_start")), 40)
        self.assertEqual(len(page.get("entry_kind")), 20)
        self.assertEqual(len(page.get("invoice_status")), 20)
        seen = []
        for number in range(1, 11):
            page = self.open(f"{path}/upcoming/page/{number}", self.ana)
            seen += [link for link in page.links("/cancel")]
        self.assertEqual(
            seen,
            [f"{path}/visits/{visit.id}/cancel" for visit in visits[100:]],
        )
        rows = []
        for number in range(1, 22):
            page = self.open(f"{path}/history/page/{number}", self.ana)
            rows += page.get("entry_balance")
        self.assertEqual(len(rows), 401)
        self.assertEqual((rows[0], rows[-1]), ("100", "300"))

    def test_thousand_plans(self):
        """The list of a customer with 1,000 plans: the same page, the same cost."""
        self.sell_many(2)
        few = self.count("/my/plans", self.ana)
        values = {
            "template_id": self.template.id,
            "pet_id": self.luna.id,
            "partner_id": self.customer.id,
            "date_start": "2025-01-01",
        }
        plans = self.env["pet.plan"].create([values] * 1000)
        plans._unguarded().state = "active"  # sold, as far as the list looks
        self.assertEqual(self.count("/my/plans", self.ana), few)
        page = self.open("/my/plans/page/51", self.ana)
        self.assertEqual(len(page.get("reference")), 2)
        self.enter(self.ana)
        answer = self.opener.post(
            f"{self.base_url()}/my/counters",
            json={"params": {"counters": ["pet_plan_count"]}},
        ).json()
        self.assertEqual(answer["result"]["pet_plan_count"], 1002)
