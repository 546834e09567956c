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
            line.price_unit = line.product_id.lst_price

    @api.depends("quantity", "price_unit", "discount", "currency_id")
    def _compute_price_subtotal(self):
        for line in self:
            amount = line.quantity * line.price_unit * (1 - line.discount / 100)
            currency = line.currency_id
            line.price_subtotal = currency.round(amount) if currency else amount

    def _prepare_plan_line_vals(self):
        """Return the values of the plan line that copies this service (S2)."""
        self.ensure_one()
        return {
            "sequence": self.sequence,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
        }
