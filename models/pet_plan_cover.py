from odoo import api, fields, models

from ..lib.covers import find_covering, weigh


class PetPlanCover(models.Model):
    """A further service that a service of a sold plan is good for (S2, S10)."""

    _name = "pet.plan.cover"
    _description = "Covered Service of a Plan"
    _inherit = ["pet.cover.mixin", "pet.guard.mixin"]
    _order = "line_id, id"
    _rec_names_search = ["line_id.product_id.name"]
    _check_company_auto = True
    _guarded_fields = frozenset({"company_id"})

    line_id = fields.Many2one(
        "pet.plan.line", string="Service", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)

    def _get_service_lines(self):
        self.ensure_one()
        return self.line_id._get_service_lines()

    @api.model_create_multi
    def create(self, vals_list):
        covers = super().create(vals_list)
        covers.line_id._check_plan_is_draft()
        return covers

    def write(self, vals):
        self.line_id._check_plan_is_draft()
        result = super().write(vals)
        self.line_id._check_plan_is_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self.line_id._check_plan_is_draft()


class PetPlanLine(models.Model):
    """What the sessions of a line are good for (S10)."""

    _name = "pet.plan.line"
    _inherit = ["pet.plan.line", "pet.covering.mixin"]

    cover_ids = fields.One2many(
        "pet.plan.cover",
        "line_id",
        string="Also Good For",
        copy=True,
        groups="base.group_user",
        help="Further services its sessions may be used for",
    )

    def _get_covers(self):
        """Return what these lines of one service cover: dict, variant id -> sessions.

        They are one balance: what one of them covers, all do (S12).
        """
        # Who may see the plan, as its customer does, may know what it is good for.
        return self.sudo().cover_ids._get_weights()

    def _list_offered(self):
        """Return the services of one plan in order, each with what it covers.

        :return: list of (product id, {variant id: sessions}), for `lib.covers`
        """
        services = self.sorted().grouped("product_id")
        return [
            (product.id, lines._get_covers()) for product, lines in services.items()
        ]

    def _find_covering(self, product):
        """Return the first line that may pay for a service, or an empty record (S10).

        Of lines of one plan: one of the service itself, else one that covers it.

        :param product: `product.product` record
        """
        covering = find_covering(product._origin.id, self._list_offered())
        if not covering:
            return self.browse()
        name = covering[0][0]
        return self.sorted().filtered(lambda line: line.product_id._origin.id == name)[
            :1
        ]

    def _weigh(self, product, quantity):
        """Return the sessions of this line that some of a service take (S10).

        :param product: `product.product` record: its own service, or a covered one
        :param quantity: float, of that service
        """
        self.ensure_one()
        if product == self.product_id:
            return quantity
        covers = self._get_service_lines()._get_covers()
        return weigh(quantity, covers.get(product._origin.id, 1.0))

    def _is_good_for(self, product):
        """Tell whether the sessions of this line may be used for a service (S10)."""
        self.ensure_one()
        return (
            product == self.product_id
            or product._origin.id in self._get_service_lines()._get_covers()
        )

    def _get_good_for(self):
        """Return all services that the sessions of these lines may be used for."""
        covered = {
            product_id
            for lines in self.grouped(lambda line: line._get_service()).values()
            for product_id in lines._get_covers()
        }
        return self.product_id | self.product_id.browse(sorted(covered))


class PetPlan(models.Model):
    _inherit = "pet.plan"

    has_covers = fields.Boolean(
        compute="_compute_has_covers",
        help="A service of the plan may be used for others as well",
    )

    @api.depends("line_ids.cover_ids")
    def _compute_has_covers(self):
        for plan in self:
            # See `pet.plan.line._get_covers`.
            plan.has_covers = bool(plan.sudo().line_ids.cover_ids)
