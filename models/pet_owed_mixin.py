from odoo import api, models

from .windows import open_record


class PetOwedMixin(models.AbstractModel):
    """Records that say what their customer owes, where money is taken (P1).

    The number is the one of the customer's page: that of the household, at the company
    of the record and in its currency. A model has the fields `amount_due` and
    `amount_overdue`, since each names the currency of its company in its own way.
    """

    _name = "pet.owed.mixin"
    _description = "What the Customer Owes"

    @api.depends("partner_id", "company_id")
    def _compute_owed(self):
        for company, records in self.grouped("company_id").items():
            # The counter may know what a customer owes, without seeing the invoices.
            customers = records.partner_id.sudo().with_company(company)
            amounts = {
                customer.id: (customer.pet_amount_due, customer.pet_amount_overdue)
                for customer in customers
            }
            for record in records:
                record.amount_due, record.amount_overdue = amounts.get(
                    record.partner_id.id, (0.0, 0.0)
                )

    def action_view_customer(self):
        """Open the customer, whose first page says what is owed, and why (P1)."""
        self.ensure_one()
        return open_record(self.partner_id)
