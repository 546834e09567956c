from datetime import date

from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TopUpCommon(PetPlansCommon):
    def top_up(self, plan, *sold, user=None, **values):
        """Top a plan up by its dialog, as staff or another user; return the dialog.

        :param sold: tuples of (plan line, sessions), with a price where it is another
        """
        wizard = (
            self.env["pet.plan.top.up"]
            .with_user(user or self.env.user)
            .create(
                {
                    "plan_id": plan.id,
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "line_id": line.id,
                                "quantity": quantity,
                                **({"price_unit": price[0]} if price else {}),
                            },
                        )
                        for line, quantity, *price in sold
                    ],
                    "reason": "Comes more often",
                    **values,
                }
            )
        )
        wizard.action_apply()
        self.env.flush_all()
        self.assert_ledger_adds_up(plan)
        return wizard

    def cycles(self, plan):
        """Return (room, price) of each cycle of a plan, in order."""
        return plan.cycle_ids.sorted("sequence").mapped(
            lambda cycle: (cycle.capacity, cycle.amount_untaxed)
        )

    def states(self, plan):
        return [invoice.state for invoice in self.invoices(plan)]


class TestTopUp(TopUpCommon):
    """S13: more sessions on a running package, in cycles of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.line = cls.plan.line_ids

    def test_ten_by_four(self):
        """S4, S6: 10 more are cycles of 4, 4 and 2 with an invoice each."""
        self.top_up(self.plan, (self.line, 10), date_due="2026-02-20")
        self.assertEqual(
            self.cycles(self.plan),
            [(4, 180.0)] * 3 + [(4, 180.0), (4, 180.0), (2, 90.0)],
        )
        invoices = self.invoices(self.plan)
        self.assertEqual(
            invoices.mapped("amount_untaxed"), [180.0] * 5 + [90.0], "one each"
        )
        self.assertEqual(self.plan.amount_total, 990.0)
        self.assertEqual(self.plan.sessions_remaining, 10.0)
