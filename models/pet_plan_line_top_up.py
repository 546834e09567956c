from odoo import models


class PetPlanLine(models.Model):
    """A service that a package was topped up with (S13)."""

    _inherit = "pet.plan.line"

    def _is_top_up(self):
        """Tell whether the line was sold with a top-up, not with the package (S13)."""
        self.ensure_one()
        return bool(self.cycle_ids) and not self.carried_from_id

    def _prepare_top_up_vals(self, quantity, price_unit):
        """Return the values of the line that tops this service up (S13).

        :param quantity: float, sessions
        :param price_unit: float, of a session
        """
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "quantity": quantity,
            "price_unit": price_unit,
        }

    def _get_price_of_top_up(self):
        """Return the price of a session as the plan was sold (S13).

        Of a service that was topped up before, that of the package itself.
        """
        self.ensure_one()
        line = self
        if self._is_top_up():
            offer = self.plan_id._get_offer_lines()
            line = offer.filtered(lambda one: one.product_id == self.product_id)[:1]
        return line._get_net_price(line.price_sold, line.discount_sold)

    def _get_price_of_catalogue(self):
        """Return the price of a session by the template of today (S9, S13).

        :return: float, or None where the template does not have the service any more
        """
        self.ensure_one()
        plan, is_present = self.plan_id, not self._get_price_of_top_up()
        offered = plan.template_id.line_ids.filtered(
            lambda line: line.product_id == self.product_id
        )
        prices = [
            self._get_net_price(
                line._get_price_for(
                    plan.company_id, plan.currency_id, plan.pet_id._get_animal()
                ),
                line.discount,
            )
            for line in offered
        ]
        # What is sold is not topped up at the price of a present.
        return next((price for price in prices if bool(price) != is_present), None)

    def _get_net_price(self, price_unit, discount):
        return round(price_unit * (1 - discount / 100), 6)
