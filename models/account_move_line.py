from odoo import models
from odoo.tools import float_round


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_pet_amount(self):
        """Return the amount of an invoice line as it is typed, before or with tax."""
        self.ensure_one()
        return self.quantity * self.price_unit * (1 - self.discount / 100)

    def _prepare_pet_part_vals(self, part):
        """Return what credits a part of this line: fewer sessions, else a lower price.

        :param part: float from 0 to 1
        """
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        exact = self.quantity * part
        quantity = float_round(exact, precision_digits=digits)
        if abs(quantity - exact) < 1e-9:
            return {"quantity": quantity}
        return {"price_unit": self.price_unit * part}
