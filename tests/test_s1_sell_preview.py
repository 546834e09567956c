from datetime import datetime

from odoo.tests import Form

from .common import PetPlansCommon


class TestSellPreview(PetPlansCommon):
    """S1, B1: the sale shows its dates, clashes and invoices before it is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template()

    def open_sale(self, template=None, **values):
        form = Form(self.env["pet.plan.sell"])
        form.pet_id = self.luna
        form.template_id = template or self.template
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def open_booking(self, template=None, **values):
        """Open a sale that books from Monday the 5th, at nine, once a week."""
        return self.open_sale(
            template,
            book_visits=True,
            first_start=datetime(2026, 1, 5, 9),
            **values,
        )

    def get_rows(self, field):
        return [dict(row) for row in field._records]

    def get_bills(self, form):
        return [
            (row["number"], row["content"], str(row["date_due"] or ""), row["amount"])
            for row in form.invoice_ids._records
        ]

    def apply(self, form):
        action = form.save().action_apply()
        return self.env["pet.plan"].browse(action["res_id"])

    def assert_comes_true(self, form):
        """Sell, and compare what was made with what was shown."""
        visits = [(row["start"], row["cycle"]) for row in form.line_ids._records]
        bills = [
            (row["number"], str(row["date_due"] or ""), row["amount"])
            for row in form.invoice_ids._records
        ]
        plan = self.apply(form)
        count = len(plan.cycle_ids)
        self.assertEqual(
            [
                (str(visit.start), f"{visit.cycle_id.sequence} of {count}")
                for visit in plan.appointment_ids.sorted("start")
            ],
            [(str(start), cycle) for start, cycle in visits],
        )
        billed = plan.sudo().cycle_ids.sorted("sequence").filtered("invoice_id")
        self.assertEqual(
            [
                (
                    cycle.sequence,
                    str(cycle.date_due or "") if cycle.state != "waiting" else "",
                    cycle.invoice_id.amount_untaxed,
                )
                for cycle in billed
            ],
            bills,
        )

    def test_visits_and_invoices(self):
        """The worked example: three invoices of 180.00 on their first visits."""
        form = self.open_booking()
        self.assertEqual(len(form.line_ids), 12)
        self.assertEqual(
            self.get_bills(form),
            [
                (1, "4 visits", "2026-01-05", 180.0),
                (2, "4 visits", "2026-02-02", 180.0),
                (3, "4 visits", "2026-03-02", 180.0),
            ],
        )
        self.assert_comes_true(form)

    def test_without_visits_a_package_waits(self):
        form = self.open_sale()
        self.assertFalse(form.line_ids)
        rows = form.invoice_ids._records
        self.assertEqual([row["date_due"] for row in rows], [False] * 3)
        self.assertEqual({row["note"] for row in rows}, {"waiting for visits"})
        self.assert_comes_true(form)

    def test_fewer_visits_than_sold(self):
        """A cycle that none of them enters waits."""
        form = self.open_booking(count=5)
        self.assertEqual(
            [bill[2] for bill in self.get_bills(form)], ["2026-01-05", "2026-02-02", ""]
        )
        self.assert_comes_true(form)

    def test_due_by_the_terms(self):
        template = self.make_template(due_basis="last", due_offset_days=3)
        form = self.open_booking(template)
        self.assertEqual(self.get_bills(form)[0][2], "2026-01-29")
        self.assert_comes_true(form)

    def test_a_plan_is_billed_by_periods(self):
        template = self.make_template(
            [(self.bath, 2, 45.0)], kind="plan", period_count=2
        )
        form = self.open_booking(template, date_start="2026-01-05")
        self.assertEqual(
            self.get_bills(form),
            [
                (1, "Jan 5, 2026 to Feb 4, 2026", "2026-01-05", 90.0),
                (2, "Feb 5, 2026 to Mar 4, 2026", "2026-02-05", 90.0),
            ],
        )
        self.assert_comes_true(form)

    def test_the_price_agreed_on(self):
        form = self.open_booking(price=500.0)
        self.assertEqual(sum(bill[3] for bill in self.get_bills(form)), 500.0)
        self.assert_comes_true(form)

    def test_what_costs_nothing_makes_no_invoice(self):
        form = self.open_booking(price=0.0)
        self.assertFalse(form.invoice_ids)
        self.assert_comes_true(form)

    def test_clashes_of_pet_and_groomer(self):
        self.sell().book([datetime(2026, 1, 12, 9, 30)])
        self.sell(pet=self.rex).book(
            [datetime(2026, 1, 19, 9)], user_id=self.manager.id
        )
        form = self.open_booking()
        self.assertEqual(
            [bool(row["clash"]) for row in form.line_ids._records[:3]],
            [False, True, False],
        )
        self.assertIn("Luna", form.line_ids._records[1]["clash"])
        form.groomer_id = self.manager
        self.assertIn(self.manager.name, form.line_ids._records[2]["clash"])

    def test_more_visits_than_sessions(self):
        """B1a: never without a word."""
        form = self.open_booking(count=14)
        self.assertEqual(len(form.line_ids), 12)
        self.assertEqual(
            form.shortfall, "Weekly baths has sessions left for 12 of 14 visits."
        )

    def test_fewer_days_than_visits(self):
        form = self.open_booking(self.make_template(validity=1))
        self.assertEqual(len(form.line_ids), 5)
        self.assertEqual(
            form.shortfall, "Weekly baths takes 5 of 12 visits on these days."
        )

    def test_an_offer_not_chosen_yet(self):
        form = Form(self.env["pet.plan.sell"])
        form.pet_id = self.luna
        form.book_visits = True
        self.assertFalse(form.shortfall or form.line_ids or form.invoice_ids)

    def test_nothing_is_sold_by_looking(self):
        self.open_booking().save()
        self.assertFalse(
            self.env["pet.plan"].search([("template_id", "=", self.template.id)])
        )

    def test_queries_do_not_grow_with_the_visits(self):
        def count(visits):
            wizard = self.env["pet.plan.sell"].create(
                {
                    "pet_id": self.luna.id,
                    "template_id": self.make_template(
                        appointment_count=visits, appointments_per_cycle=4
                    ).id,
                    "book_visits": True,
                    "first_start": "2026-01-05 09:00:00",
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            return self.count_queries(wizard._compute_preview)

        count(4)
        self.assertEqual(count(4), count(48))
