from odoo import api, fields, models


class PetPlanRenew(models.TransientModel):
    """A renewal says which price the pet has today, unless the old one is kept (S9)."""

    _inherit = "pet.plan.renew"

    price_rows = fields.Text(
        string="Price by Pet",
        compute="_compute_price_rows",
        help="Which price of each service the pet has",
    )
    price_notice = fields.Text(compute="_compute_price_rows")

    @api.depends("plan_id", "keep_price")
    def _compute_price_rows(self):
        for wizard in self:
            plan = wizard.plan_id
            offer = plan.template_id if not wizard.keep_price else None
            pet, company = plan.pet_id, plan.company_id
            animal = pet._get_animal()
            wizard.price_rows = offer and offer._describe_prices(
                animal, company, company.currency_id
            )
            wizard.price_notice = offer and offer._describe_missing(pet, animal)
