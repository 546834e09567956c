from odoo import Command
from odoo.exceptions import UserError

from .race import BilledRaceCase


class TestCounterRace(BilledRaceCase):
    """I2, B4: two clicks at the same time take a payment, or bill a visit, once."""

    def get_tables(self):
        return (
            "account_partial_reconcile",
            "account_full_reconcile",
            "account_move_line",
            "account_payment_register",
            "account_payment",
            "pet_take_payment",
            "pet_plan_entry",
            "pet_appointment_line",
            "pet_appointment",
            "account_move",
            *super().get_tables(),
        )

    def delete_everything(self):
        with self.commit() as env:
            # Bill and cycle name each other, as payment and entry do.
            for table, column in (
                ("account_move", "pet_cycle_id"),
                ("account_move", "origin_payment_id"),
                ("pet_cycle", "invoice_id"),
                ("pet_appointment_line", "invoice_id"),
            ):
                env.cr.execute(
                    f"UPDATE {table} SET {column} = NULL WHERE id > %s",
                    [self.last_ids[table]],
                )
        return super().delete_everything()

    def setUp(self):
        super().setUp()
        self.bill_in_the_shop("pet_race_cashier", "pet_plans.group_cashier")
        with self.commit() as env:
            invoice = env["account.move"].browse(self.invoice_id)
            self.total, shop = invoice.amount_total, invoice.company_id
            clipping = env["product.product"].create(
                {"name": "Race clipping", "type": "service"}
            )
            visit = env["pet.appointment"].create(
                {
                    "pet_id": self.pet_id,
                    "company_id": shop.id,
                    "line_ids": [
                        Command.create({"product_id": clipping.id, "price_unit": 60.0})
                    ],
                }
            )
            visit.action_receive()
            self.visit_id = visit.id

    def open_dialog(self, amount):
        """Commit the dialog that *Pay* opens; return its id."""
        with self.connect() as env:
            return (
                env["pet.take.payment"]
                .create({"cycle_ids": [Command.set([self.cycle_id])], "amount": amount})
                .id
            )

    def apply(self, dialog):
        """Return the work of taking a payment."""

        def work(env):
            return env["pet.take.payment"].browse(dialog).action_apply()["type"]

        return work

    def get_left(self):
        with self.commit() as env:
            return env["account.move"].browse(self.invoice_id).amount_residual

    def test_one_dialog(self):
        """A part of 50.00 is paid by two clicks: once."""
        dialog = self.open_dialog(50.0)
        outcomes = self.run_at_once(self.apply(dialog), self.apply(dialog))
        self.assertEqual(
            sorted(outcomes),
            ["ir.actions.act_window_close", "ir.actions.client"],
            outcomes,
        )
        self.assertEqual(self.get_left(), self.total - 50.0)

    def test_two_cashiers(self):
        """Each has the whole to take: one does, the other is told."""
        dialogs = [self.open_dialog(self.total) for __ in range(2)]
        outcomes = self.run_at_once(*map(self.apply, dialogs))
        refusals = [one for one in outcomes if isinstance(one, UserError)]
        self.assertEqual(len(refusals), 1, outcomes)
        self.assertRegex(str(refusals[0]), "nothing left to pay")
        self.assertEqual(self.get_left(), 0.0)

    def test_a_visit_is_billed_once(self):
        def charge(env):
            return env["pet.appointment"].browse(self.visit_id).action_charge()["type"]

        outcomes = self.run_at_once(charge, charge)
        refusals = [one for one in outcomes if isinstance(one, UserError)]
        self.assertEqual(len(refusals), 1, outcomes)
        self.assertRegex(str(refusals[0]), "nothing to bill")
        with self.commit() as env:
            visit = env["pet.appointment"].browse(self.visit_id)
            drafts = env["account.move"].search(
                [
                    ("partner_id", "=", visit.partner_id.id),
                    ("pet_cycle_id", "=", False),
                    ("move_type", "=", "out_invoice"),
                ]
            )
            self.assertEqual(drafts, visit.invoice_ids)
