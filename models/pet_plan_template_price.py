from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import prices
from .pet_breed import COATS, SIZES


class PetPlanTemplatePrice(models.Model):
    """The price of a service for some breeds, or for a size, a coat, or both (S9)."""

    _name = "pet.plan.template.price"
    _description = "Price by Pet"
    _inherit = ["pet.priced.mixin", "pet.guard.mixin"]
    _order = "line_id, id"
    _rec_names_search = ["line_id.product_id.name"]
    _priced_by = frozenset({"line_id", "size", "coat", "breed_ids"})
    _guarded_fields = frozenset({"template_id"})

    line_id = fields.Many2one(
        "pet.plan.template.line",
        string="Service",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_line_id(),
    )
    template_id = fields.Many2one(
        related="line_id.template_id",
        store=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="line_id.company_id")
    size = fields.Selection(SIZES)
    coat = fields.Selection(COATS)
    # A pet of a breed that is no longer offered for new pets keeps its price.
    breed_ids = fields.Many2many(
        "pet.breed",
        "pet_plan_template_price_breed_rel",
        "price_id",
        "breed_id",
        string="Breeds",
        context={"active_test": False},
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
    currency_id = fields.Many2one(related="line_id.currency_id")

    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "The price of a session cannot be negative."
    )

    def _default_line_id(self):
        """Propose the service where there is only one."""
        template_id = self.env.context.get("default_template_id")
        lines = self.env["pet.plan.template.line"]
        if isinstance(template_id, int):
            lines = lines.search([("template_id", "=", template_id)], limit=2)
        return lines if len(lines) == 1 else lines.browse()

    @api.depends("line_id")
    def _compute_price_unit(self):
        """Begin with the service's own price: nobody means 0 without saying so."""
        for price in self:
            price.price_unit = price.line_id.price_unit

    @api.depends("size", "coat", "breed_ids")
    def _compute_display_name(self):
        for price in self:
            price.display_name = price._get_label()

    def _get_label(self):
        """Return whom the price is for, in words: "Large, long coat"."""
        self.ensure_one()
        if self.breed_ids:
            return ", ".join(self.breed_ids.mapped("name"))
        size = dict(self._fields["size"]._description_selection(self.env)).get(
            self.size
        )
        if not size:
            return {
                "short": self.env._("Short coat"),
                "long": self.env._("Long coat"),
            }.get(self.coat, "")
        return {
            "short": self.env._("%(size)s, short coat", size=size),
            "long": self.env._("%(size)s, long coat", size=size),
        }.get(self.coat, size)

    def _describe(self):
        """Return whom the price is for, and what it is: "Large, long coat: $ 60.00"."""
        self.ensure_one()
        return self.env._(
            "%(row)s: %(price)s",
            row=self._get_label() or self.env._("(nothing)"),
            price=self.currency_id.format(self.price_unit),
        )

    def _get_row(self):
        """Return the price as the row that `lib.prices` looks at."""
        self.ensure_one()
        return prices.Row(
            key=self,
            breeds=frozenset(self.breed_ids.ids),
            size=self.size or None,
            coat=self.coat or None,
        )

    def _get_priced_lines(self):
        return self.line_id

    @api.constrains("line_id", "size", "coat", "breed_ids")
    def _check_whom_for(self):
        """Refuse a row of no pet in particular, and one that says too much."""
        for price in self:
            if fault := price._get_fault():
                raise ValidationError(fault)

    def _get_fault(self):
        """Return what is wrong with whom the row is for, as a sentence, or None."""
        self.ensure_one()
        if self._get_row().is_sound:
            return None
        values = {
            "template": self.template_id.name,
            "service": self.line_id.product_id.display_name,
            "row": self._describe(),
        }
        if self.breed_ids:
            return self.env._(
                "%(template)s, %(service)s: the price %(row)s is for breeds, "
                "so not for a size or a coat as well: make two of it.",
                **values,
            )
        return self.env._(
            "%(template)s, %(service)s: say whom the price %(row)s is for: "
            "breeds, or a size, a coat, or both.",
            **values,
        )
