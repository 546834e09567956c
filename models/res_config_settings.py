from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pet_tz = fields.Selection(related="company_id.pet_tz", readonly=False)
    pet_plan_selection = fields.Selection(
        related="company_id.pet_plan_selection", readonly=False
    )
    pet_paid_cycles = fields.Selection(
        related="company_id.pet_paid_cycles", readonly=False
    )
