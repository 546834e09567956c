from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def modify_moves(self):
        """Let the invoice made anew bill the cycle of the one it replaces (I3)."""
        credited = self.move_ids.filtered("pet_cycle_id")
        action = super().modify_moves()
        made = self.new_move_ids.filtered(lambda move: move.move_type == "out_invoice")
        if credited and len(made) == len(self.move_ids):
            for origin, invoice in zip(self.move_ids, made, strict=True):
                if origin in credited:
                    # The link is nobody's to write by hand; this is the same bill.
                    invoice._unguarded().write(
                        {
                            "pet_cycle_id": origin.pet_cycle_id.id,
                            "pet_id": origin.pet_id.id,
                            "invoice_origin": origin.invoice_origin,
                        }
                    )
            # Cycles are not the accountant's to write: only their due dates follow.
            credited.pet_cycle_id.sudo()._follow_visits()
        return action
