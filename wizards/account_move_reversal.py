from odoo import fields, models
from odoo.exceptions import UserError

from ..models.formats import format_day


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def modify_moves(self):
        """Let the invoice made anew bill the cycle of the one it replaces (I3)."""
        self._check_pet_cycles_modifiable()
        bills = self.move_ids.filtered("bills_pet_cycle")
        # The link is nobody's to write by hand; this is the same bill.
        wizard = self.with_env(self.move_ids._unguarded().env)
        action = super(AccountMoveReversal, wizard).modify_moves()
        # Cycles are not the accountant's to write: only their due dates follow, and
        # the new drafts age like others.
        cycles = bills.pet_cycle_id._sudo_clean()
        cycles.invoice_id._learn_pet_proposals()
        cycles._follow_visits()
        return action

    def _check_pet_cycles_modifiable(self):
        """Refuse a day to come: until then the cycle would have two invoices (I3).

        :raises UserError: naming the invoices and the day
        """
        bills = self.move_ids.filtered("bills_pet_cycle")
        if bills and self.date and self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(invoices)s cannot be replaced on %(date)s, since a cycle has "
                    "one open invoice at a time. Choose today or an earlier day, or "
                    "credit now and create the new invoice from the cycle.",
                    invoices=", ".join(bills.mapped("display_name")),
                    date=format_day(self.env, self.date),
                )
            )

    def _modify_default_reverse_values(self, origin_move):
        values = super()._modify_default_reverse_values(origin_move)
        # The origin is credited by now. If its cycle has no other bill, this is it.
        cycle = origin_move.pet_cycle_id
        if origin_move.move_type == "out_invoice" and cycle._lacks_bill():
            values["pet_cycle_id"] = cycle.id
            values["pet_id"] = origin_move.pet_id.id
            values["invoice_origin"] = origin_move.invoice_origin
        return values
