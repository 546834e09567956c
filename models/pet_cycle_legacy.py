from odoo import models


class PetCycle(models.Model):
    """The order of 0 that a package carried over may leave in Invoicing (K2)."""

    _inherit = "pet.cycle"

    def _create_zero_orders(self, order_mode):
        """Create the orders of 0 of packages that were carried over.

        :param order_mode: "draft" leaves them to be settled at checkout, "posted"
            settles them at once: nothing is to pay
        :return: the new `account.move` records
        """
        moves = self._create_drafts()
        for move in moves:
            move.narration = move.pet_plan_id._get_carried_over_note()
        if order_mode == "posted":
            for company, posted in moves.grouped("company_id").items():
                today = company._get_pet_today()
                posted.write({"invoice_date": today, "invoice_date_due": today})
            moves._post(soft=False)
        return moves

    def _cancel_zero_orders(self):
        """Cancel the orders of 0 of packages that are taken back (K4)."""
        moves = self.invoice_id.filtered(
            lambda move: move.state == "posted" and not move.amount_total
        )
        moves.button_draft()
        moves.button_cancel()
