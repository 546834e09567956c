from odoo import api, fields, models


class PetPlanTemplateLine(models.Model):
    _name = "pet.plan.template.line"
    _description = "Service of a Plan Template"
    _inherit = ["pet.reference.mixin"]
    _order = "template_id, sequence, id"
    _rec_name = "product_id"
    _rec_names_search = ["product_id", "template_id"]
    _check_company_auto = True

    template_id = fields.Many2one(
        "pet.plan.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    quantity = fields.Float(
        string="Sessions",
        default=1.0,
        required=True,
        digits="Product Unit",
        help="Sessions of the whole package, or of each period of a plan",
    )
    price_unit = fields.Float(
        string="Price per Session",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        min_display_digits="Product Price",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    currency_id = fields.Many2one(related="template_id.currency_id")
    price_subtotal = fields.Monetary(
        string="Subtotal", compute="_compute_price_subtotal"
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A service of a template has more than 0 sessions."
    )
    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "The price of a session cannot be negative."
    )
    _discount_range = models.Constraint(
        "CHECK(discount BETWEEN 0 AND 100)", "A discount is between 0 and 100 percent."
    )

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line.product_id._get_pet_price(
                line.company_id, line.currency_id
            )

    @api.depends("quantity", "price_unit", "discount", "currency_id")
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line._get_subtotal(line.price_unit, line.currency_id)

    def _get_subtotal(self, price_unit, currency):
        """Return what the sessions of the service come to at a price.

        :param price_unit: float, of a session
        :param currency: `res.currency` record of that price
        """
        self.ensure_one()
        amount = self.quantity * price_unit * (1 - self.discount / 100)
        return currency.round(amount) if currency else amount

    def _prepare_plan_line_vals(self, company, currency):
        """Return the values of the plan line that copies this service (S2).

        :param company: `res.company` record that sells the plan
        :param currency: `res.currency` record of the plan
        """
        self.ensure_one()
        return {
            "sequence": self.sequence,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "price_unit": self._get_price_for(company, currency),
            "discount": self.discount,
        }

    def _get_price_for(self, company, currency):
        """Return the price of a session as a company sells it, in a currency.

        What all companies offer has its price in the currency of the main one.

        :param company: `res.company` record, by whose rate of today
        :param currency: `res.currency` record
        :return: float, not rounded, as Odoo does on an invoice
        """
        self.ensure_one()
        if not currency or currency == self.currency_id:
            return self.price_unit
        return self.currency_id._convert(
            self.price_unit, currency, company, company._get_pet_today(), round=False
        )
