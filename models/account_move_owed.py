from odoo import api, fields, models

from .pet_cycle import SETTLED_STATES
from .windows import open_window


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

    @api.model
    def _open_pet_invoices(self, domain):
        """Return Odoo's window of some invoices, with what is owed at the foot.

        :param domain: list, which invoices and credit notes it lists
        """
        action = open_window(
            self.env,
            "account.action_move_out_invoice",
            # Odoo's list shows customer, date and the payment of several by the type.
            {"create": False, "default_move_type": "out_invoice"},
            domain,
        )
        own = self.env.ref("pet_plans.view_pet_invoice_list").id
        action["views"] = [
            (own if kind == "list" else view_id, kind)
            for view_id, kind in action["views"]
        ]
        return action

    def _get_waiting_pet_credits(self):
        """Return the drafts that will credit what is left to pay of invoices (X7)."""
        return self.reversal_move_ids.filtered(lambda move: move.state == "draft")
