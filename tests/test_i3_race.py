from .race import BilledRaceCase


class TestCreditRace(BilledRaceCase):
    """I3: two people credit the invoice of one cycle at the same time."""

    def setUp(self):
        super().setUp()
        self.bill_in_the_shop(
            "pet_race_accountant", "account.group_account_invoice,pet_plans.group_user"
        )

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
