from odoo import models

from .formats import format_day


class PetCycle(models.Model):
    """What customers see of what they pay in the portal (P3)."""

    _inherit = "pet.cycle"

    def _get_portal_rows(self):
        """Return what the page shows of each bill: list of dicts of texts.

        A draft is the shop's: of what is not billed yet only day and amount are told.
        """
        return [cycle._get_portal_row() for cycle in self]

    def _get_portal_row(self):
        self.ensure_one()
        is_billed = self.state in ("billed", "settled")
        invoice = self.invoice_id if is_billed else self.env["account.move"]
        status, label = self._get_portal_status()
        return {
            "url": invoice.access_url if invoice else False,
            "number": invoice.name if invoice else False,
            "status": status,
            "status_label": label,
            "due": self.date_due and format_day(self.env, self.date_due),
            "due_note": self.due_note,
            "amount": self._format_portal_amount(self.amount_total),
            "to_pay": self._format_portal_amount(invoice.amount_residual)
            if status == "to_pay"
            else False,
        }

    def _get_portal_status(self):
        """Return the status of the bill: its technical name, and in plain words."""
        self.ensure_one()
        status = {"billed": "to_pay", "settled": "paid"}.get(self.state, "not_billed")
        if self.awaits_credit:
            status = "not_to_pay"
        return status, self._get_status_label()

    def _format_portal_amount(self, amount):
        return (self.invoice_currency_id or self.currency_id).format(amount)
