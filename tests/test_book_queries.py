from datetime import datetime, timedelta
from functools import partial

from odoo import Command

from .common import PetPlansCommon


class TestBookQueries(PetPlansCommon):
    """Speed and scale: the number of queries does not grow with the visits."""

    def sell_large(self, **values):
        """Sell 96 baths and 24 groomings in 4 cycles."""
        return self.sell(
            self.make_template(
                [(self.bath, 96, 45.0), (self.grooming, 24, 60.0)],
                appointment_count=96,
                appointments_per_cycle=24,
            ),
            **values,
        )

    def make_monthly_template(self):
        return self.make_template(
            [(self.bath, 30, 5.0)],
            kind="plan",
            interval=1,
            interval_unit="month",
            period_count=4,
        )

    def starts(self, count, first=datetime(2026, 1, 5, 9)):
        """Return daily starts."""
        return [first + timedelta(days=day) for day in range(count)]

    def assert_same(self, first, few, many):
        """Check that an action costs the same for few records and for many.

        The first one is not counted: it learns what Odoo keeps between requests.
        """
        self.count_queries(first)
        self.assertEqual(self.count_queries(few), self.count_queries(many))

    def test_visits_of_one_plan(self):
        """All within the first cycle, so that no more invoices are dated."""
        self.assert_same(
            *(
                partial(self.sell_large().book, self.starts(count))
                for count in (1, 2, 24)
            )
        )

    def test_visits_of_several_cycles(self):
        """The drafts of three cycles are dated together, as those of two."""
        self.assert_same(
            *(
                partial(self.sell_large().book, self.starts(count))
                for count in (30, 30, 72)
            )
        )

    def test_visits_of_a_plan_by_periods(self):
        template = self.make_monthly_template()
        self.assert_same(
            *(
                partial(self.sell(template).book, self.starts(count)[::3])
                for count in (1, 6, 114)
            )
        )

    def test_visits_with_services_chosen(self):
        lines = [
            Command.create({"product_id": product.id})
            for product in (self.bath, self.grooming)
        ]
        self.assert_same(
            *(
                partial(self.sell_large().book, self.starts(count), line_ids=lines)
                for count in (1, 2, 20)
            )
        )

    def test_visits_of_a_plan_that_has_many(self):
        plans = [self.sell_large() for __ in range(3)]
        for plan, count in zip(plans, (1, 1, 80), strict=True):
            plan.book(self.starts(count))
        later = self.starts(2, first=datetime(2026, 6, 1, 9))
        self.assert_same(*(partial(plan.book, later) for plan in plans))

    def test_services_edited(self):
        visits = self.sell_large().book(self.starts(20))
        lines = self.env["pet.appointment.line"]
        self.assert_same(
            *(
                partial(lines.browse(some.line_ids.ids).write, {"quantity": 1.5})
                for some in (visits[0], visits[1:3], visits[3:])
            )
        )

    def test_services_edited_of_many_plans(self):
        template = self.make_monthly_template()
        lines = self.env["pet.appointment.line"]
        batches = [
            lines.union(
                *(self.sell(template).book(self.starts(1)).line_ids for __ in range(n))
            )
            for n in (1, 2, 10)
        ]
        self.assert_same(
            *(
                partial(lines.browse(batch.ids).write, {"quantity": 1.5})
                for batch in batches
            )
        )

    def test_visits_of_many_plans(self):
        template = self.make_monthly_template()
        batches = [
            [
                {
                    "plan_id": self.sell(template).id,
                    "pet_id": self.luna.id,
                    "start": "2026-01-05 09:00:00",
                }
                for __ in range(count)
            ]
            for count in (1, 2, 10)
        ]
        self.assert_same(
            *(partial(self.env["pet.appointment"].create, batch) for batch in batches)
        )

    def test_check_in_of_booked_visits(self):
        visits = self.sell_large().book(self.starts(24))
        self.assert_same(
            *(some.action_receive for some in (visits[0], visits[1:3], visits[3:]))
        )

    def test_labels(self):
        visits = self.sell_large().book(self.starts(24))
        self.assert_same(
            *(
                partial(some.mapped, "session_label")
                for some in (visits[0], visits[1:3], visits[3:])
            )
        )

    def test_invoices_of_many_visits(self):
        """Ten drafts more cost what Odoo takes for them, not one query each beside."""

        def receive(count):
            visits = self.env["pet.appointment"].create(
                [
                    {
                        "pet_id": self.rex.id,
                        "start": start,
                        "line_ids": [Command.create({"product_id": self.bath.id})],
                    }
                    for start in self.starts(count)
                ]
            )
            visits.action_receive()
            return visits

        moves = self.env["account.move"].sudo().with_company(self.shop)
        lean = moves.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        own, bare = [], []
        for count in (12, 2, 12):  # the first one is not counted
            visits = receive(count)
            bills = [
                {**visit._prepare_invoice_vals(), "pet_id": False} for visit in visits
            ]
            own.append(self.count_queries(visits.action_create_invoice))
            bare.append(self.count_queries(partial(lean.create, bills)))
        # Odoo's own caches differ by a query or two from run to run, either way.
        self.assertLess(own[2] - own[1], bare[2] - bare[1] + 5)
