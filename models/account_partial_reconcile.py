from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Let a cycle be dealt into again whose credit note is taken off (I3)."""
        moves = (self.debit_move_id | self.credit_move_id).move_id
        with moves._following_pet_cycles() as followed:
            return super(AccountPartialReconcile, self.with_env(followed.env)).unlink()
