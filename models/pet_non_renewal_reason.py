from odoo import fields, models


class PetNonRenewalReason(models.Model):
    """Why customers do not renew; a list of its own, so that it can be counted."""

    _name = "pet.non.renewal.reason"
    _description = "Reason for Not Renewing"
    _inherit = ["pet.copy.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "This reason exists already.")
