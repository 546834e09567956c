import json
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import new_test_user

from .race import RaceCase
from .shops import READY


class TestCreditRace(RaceCase):
    """I3: two people credit the invoice of one cycle at the same time."""

    def get_tables(self):
        return (
            "account_partial_reconcile",
            "account_full_reconcile",
            "account_move_line",
            "pet_plan_entry",
            "pet_appointment_line",
            "pet_appointment",
            "account_move",
            *super().get_tables(),
        )

    def delete_everything(self):
        with self.commit() as env:
            # Bill and cycle name each other.
            env.cr.execute(
                "UPDATE account_move SET pet_cycle_id = NULL WHERE id > %s",
                [self.last_ids["account_move"]],
            )
            env.cr.execute(
                "UPDATE pet_cycle SET invoice_id = NULL WHERE id > %s",
                [self.last_ids["pet_cycle"]],
            )
        return super().delete_everything()

    def setUp(self):
        super().setUp()
        with self.commit() as env:
            ready = json.loads(env["ir.config_parameter"].get_param(READY))
            shop = env["res.company"].browse(ready["records"]["shop"][1])
            self.staff_id = new_test_user(
                env,
                login="pet_race_accountant",
                groups="base.group_user,account.group_account_invoice,"
                "pet_plans.group_user",
                company_id=shop.id,
                company_ids=[Command.set(shop.ids)],
                context={"no_reset_password": True},
            ).id
        self.plan_id = self.sell(
            8, price=45.0, company_id=shop.id, appointments_per_cycle=4
        )
        with self.commit() as env:
            plan = env["pet.plan"].browse(self.plan_id)
            tomorrow = fields.Datetime.now() + timedelta(days=1)
            plan.book([tomorrow + timedelta(days=day) for day in range(4)])
            invoice = plan.cycle_ids.sorted("sequence")[0].invoice_id
            invoice.action_post()
            self.invoice_id = invoice.id

    def credit(self, env):
        """Credit all of the invoice, by Odoo's own dialog."""
        invoice = env["account.move"].browse(self.invoice_id)
        wizard = (
            env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        return wizard.new_move_ids.id

    def test_one_closes_it_the_other_is_owed(self):
        ids = self.run_at_once(self.credit, self.credit)
        self.assertEqual([type(found) for found in ids], [int, int], ids)
        with self.connect() as env:
            notes = env["account.move"].browse(ids)
            self.assertEqual(notes.mapped("state"), ["posted"] * 2)
            owed = notes[0].amount_total  # with the tax of the shop
            self.assertEqual(sorted(notes.mapped("amount_residual")), [0.0, owed])
            plan = env["pet.plan"].browse(self.plan_id)
            cycles = plan.cycle_ids.sorted("sequence")
            self.assertEqual(cycles.mapped("state"), ["closed", "waiting"])
            self.assertEqual(cycles[0].invoice_id.id, self.invoice_id)
