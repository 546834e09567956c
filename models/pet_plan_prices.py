from odoo import api, models
from odoo.tools import float_compare

EXACTLY = 6  # digits, far behind those of any price


class PetPlan(models.Model):
    """A draft has the prices for its pet, also once that is another one (S9)."""

    _inherit = "pet.plan"

    @api.onchange("pet_id")
    def _onchange_pet_id(self):
        """Show the prices for the pet as soon as it is chosen (S9)."""
        self._follow_pet()

    def write(self, vals):
        result = super().write(vals)
        # A form sends the prices that it shows along with the pet.
        if "pet_id" in vals and "line_ids" not in vals:
            self._follow_pet()
        return result

    def _follow_pet(self):
        """Give the services of drafts the prices for the pet they are for (S9).

        A price that was agreed on is none of the template's, and stays.
        """
        for plan in self:
            if not (plan._is_draft() and plan.template_id.price_ids):
                continue
            animal = plan.pet_id._get_animal()
            for line in plan.line_ids:
                offered = plan._get_offered_line(line)
                if offered:
                    line.price_unit = offered._get_price_for(
                        plan.company_id, plan.currency_id, animal
                    )

    def _get_offered_line(self, line):
        """Return the service of the template that a line has its price from, if any.

        :param line: `pet.plan.line` record of this plan
        :return: `pet.plan.template.line` record, or an empty one
        """
        self.ensure_one()
        return self.template_id.line_ids.filtered(
            lambda offered: (
                offered.product_id == line.product_id
                and any(
                    not float_compare(price, line.price_unit, precision_digits=EXACTLY)
                    for price in offered._list_prices(self.company_id, self.currency_id)
                )
            )
        )[:1]
