from odoo import fields, models


class PetPlan(models.Model):
    """What the customer of a plan owes, whatever currency that was sold in (P1)."""

    _name = "pet.plan"
    _inherit = ["pet.plan", "pet.owed.mixin"]

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_due = fields.Monetary(
        string="Due",
        compute="_compute_owed",
        currency_field="company_currency_id",
        groups="base.group_user",
        help="Left to pay of the posted invoices of the household, less credit notes",
    )
    amount_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_owed",
        currency_field="company_currency_id",
        groups="base.group_user",
        help="Left to pay of invoices of the household that were due before today",
    )
