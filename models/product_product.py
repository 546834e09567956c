from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_pet_price(self, company, currency):
        """Return the list price, as Odoo proposes it on an invoice of a company.

        Products of all companies have their price in the currency of the main one.

        :param company: `res.company` record that sells the service
        :param currency: `res.currency` record to have the price in
        :return: float, not rounded; 0 without a product
        """
        if not self:
            return 0.0
        company = company or self.env.company
        return self._get_tax_included_unit_price(
            company,
            currency or company.currency_id,
            company._get_pet_today(),
            "sale",
            product_taxes=self.env["account.tax"],  # which apply tells the invoice
        )
