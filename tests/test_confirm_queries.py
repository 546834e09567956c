from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.sql_db import Cursor

from .common import PetPlansCommon


class TestConfirmQueries(PetPlansCommon):
    """Confirming many plans costs per invoice what Odoo takes for it, and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(
            [(cls.bath, 12, 45.0), (cls.grooming, 3, 60.0)], validity=3
        )

    @contextmanager
    def capture_queries(self):
        """Collect the texts of the queries sent meanwhile."""
        queries = []
        execute = Cursor.execute

        def remember(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", remember):
            yield queries

    def count_confirm(self, plans):
        return self.count_queries(plans.action_confirm)

    def count_floor(self, plans):
        """Return the queries of bare Odoo for the invoices of these plans again."""
        names = ("move_type", "invoice_origin", "invoice_date_due")
        line_names = ("name", "quantity", "price_unit", "discount")
        vals_list = [
            {
                **{name: invoice[name] for name in names},
                "partner_id": invoice.partner_id.id,
                "currency_id": invoice.currency_id.id,
                "invoice_user_id": invoice.invoice_user_id.id,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            **{name: line[name] for name in line_names},
                        }
                    )
                    for line in invoice.invoice_line_ids
                ],
            }
            for plan in plans
            for invoice in self.invoices(plan)
        ]
        moves = self.env["account.move"].sudo().with_company(self.shop)
        lean = moves.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        return self.count_queries(lambda: lean.create(vals_list))

    def count_own(self, plans):
        """Return how often confirming these plans asks tables of ours."""
        self.env.flush_all()
        self.env.invalidate_all()
        with self.capture_queries() as queries:
            plans.action_confirm()
            self.env.flush_all()
        return len([query for query in queries if '"pet_' in query])

    def test_queries_do_not_grow_with_the_number_of_plans(self):
        self.make_drafts(10).action_confirm()  # fills what stays cached for good
        few, many = self.make_drafts(2), self.make_drafts(10)
        self.assertEqual(self.count_own(few), self.count_own(many))

    def test_invoices_take_what_bare_odoo_takes(self):
        """The ORM writes a hundred items at once, so batches differ by a few."""
        self.count_confirm(self.make_drafts(1))
        few, many = self.make_drafts(2), self.make_drafts(20)
        confirm = [self.count_confirm(plans) for plans in (few, many)]
        floor = [self.count_floor(plans) for plans in (few, many)]
        invoices = len(self.invoices(many)) - len(self.invoices(few))
        self.assertEqual(invoices, 54)
        own_growth = (confirm[1] - confirm[0]) - (floor[1] - floor[0])
        self.assertLess(own_growth, 5, f"confirm {confirm}, bare invoices {floor}")
        # Odoo takes one for each line's analytic account, one for the journal and one
        # for each customer: with two lines and three invoices per customer 3.3.
        self.assertLess((floor[1] - floor[0]) / invoices, 4.0)

    def test_other_invoices_cost_nothing(self):
        """Ours depend on what becomes of invoices; nobody else's may pay for that."""
        self.sell(self.template)
        self.env.flush_all()
        with self.capture_queries() as queries:
            invoice = (
                self.env["account.move"]
                .with_user(self.accountant)
                .create(
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.customer.id,
                        "invoice_line_ids": [
                            Command.create({"product_id": self.bath.id})
                        ],
                    }
                )
            )
            invoice.invoice_date_due = "2026-03-01"
            invoice.action_post()
            self.env.flush_all()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual([query for query in queries if 'FROM "pet_' in query], [])
