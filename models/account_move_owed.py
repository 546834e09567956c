from odoo import api, fields, models

from .pet_cycle import SETTLED_STATES


class AccountMove(models.Model):
    """What is owed of an invoice, and what is only drafted, each in a column (P1).

    Lists add up their columns: so their foot says what the page of the customer says,
    whatever else they show, cancelled invoices or paid ones.
    """

    _inherit = "account.move"

    pet_amount_due = fields.Monetary(
        string="Due",
        compute="_compute_pet_owed",
        currency_field="company_currency_id",
        help="Left to pay, if it is posted; of a credit note less than nothing",
    )
    pet_amount_drafted = fields.Monetary(
        string="For Later",
        compute="_compute_pet_owed",
        currency_field="company_currency_id",
        help="Drafted and not billed yet",
    )

    @api.depends(
        "state", "payment_state", "amount_residual_signed", "amount_total_signed"
    )
    def _compute_pet_owed(self):
        """Split as `_get_pet_unpaid_domain` does."""
        for move in self:
            is_owed = (
                move.state == "posted" and move.payment_state not in SETTLED_STATES
            )
            move.pet_amount_due = move.amount_residual_signed if is_owed else 0.0
            is_draft = move.state == "draft"
            move.pet_amount_drafted = move.amount_total_signed if is_draft else 0.0

    def _get_waiting_pet_credits(self):
        """Return the drafts that will credit what is left to pay of invoices (X7)."""
        return self.reversal_move_ids.filtered(lambda move: move.state == "draft")
