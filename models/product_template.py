from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    pet_half_day = fields.Boolean(
        string="Half Days",
        help="The service may be taken as a half day: half a session of a plan",
    )
