from odoo import fields, models


class PetPlanTemplateCover(models.Model):
    """A further service that a service of an offer is good for (S10)."""

    _name = "pet.plan.template.cover"
    _description = "Covered Service of a Template"
    _inherit = ["pet.cover.mixin", "pet.guard.mixin"]
    _order = "line_id, id"
    _rec_names_search = ["line_id.product_id.name"]
    _check_company_auto = True
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

    def _default_line_id(self):
        """Propose the service where there is only one."""
        return self.env["pet.plan.template.price"]._default_line_id()

    def _get_service_lines(self):
        self.ensure_one()
        return self.template_id.line_ids.filtered(
            lambda line: line.product_id == self.line_id.product_id
        )


class PetPlanTemplate(models.Model):
    _inherit = "pet.plan.template"

    def _prepare_covers_of(self, product):
        """Return the commands that give a sold line the covers of a service (S10).

        :param product: `product.product` record
        """
        lines = self.line_ids.filtered(lambda line: line.product_id == product)
        return lines._prepare_covers()
