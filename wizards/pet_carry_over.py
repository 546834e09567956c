from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.counted import say_sessions
from ..models.formats import format_day
from ..models.pet_plan_legacy import ORDER_MODES
from ..models.windows import open_window


class PetCarryOver(models.TransientModel):
    """What one customer has left in the old software, in one step (K2)."""

    _name = "pet.carry.over"
    _description = "Carry Over a Package"
    _inherit = ["pet.reference.mixin"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id()
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        check_company=True,
    )
    pet_id = fields.Many2one(
        "pet.pet",
        check_company=True,
        help="Empty: shared by all the customer's pets",
    )
    template_id = fields.Many2one(
        "pet.plan.template",
        string="Kept As",
        required=True,
        check_company=True,
        default=lambda self: self._default_template_id(),
        domain="[('is_carry_over', '=', True), ('kind', '=', 'package')]",
        help="The template whose terms for late cancellations and no-shows hold",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        compute="_compute_product_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        check_company=True,
        domain="[('sale_ok', '=', True), ('type', '=', 'service')]",
    )
    sessions_left = fields.Float(required=True, digits="Product Unit")
    date_end = fields.Date(
        string="End Date",
        compute="_compute_date_end",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Last day of use; empty: never expires",
    )
    note = fields.Text(
        string="Package Note", help="Shown to staff wherever the package is used"
    )
    reason = fields.Char(required=True)
    unit_value = fields.Monetary(
        string="Value per Session",
        help="What a session was sold for in the other software",
    )
    order_mode = fields.Selection(
        ORDER_MODES,
        string="Order of 0",
        required=True,
        default="none",
        help="Whether Invoicing gets an order of 0 for the package",
    )
    legacy_system = fields.Char(
        string="Old Software", help="Where the package was sold, e.g. PetExec"
    )
    legacy_ref = fields.Char(
        string="Reference There",
        help="Its number in the old software; the same one is never carried over twice",
    )
    summary = fields.Char(compute="_compute_summary", compute_sudo=False)
    plan_id = fields.Many2one("pet.plan", string="Package Made", readonly=True)

    def _default_company_id(self):
        return self.env.company

    def _default_template_id(self):
        return self.env["pet.plan.template"]._get_default_carry_over()

    @api.depends("pet_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.pet_id.partner_id or wizard.partner_id

    @api.depends("template_id")
    def _compute_product_id(self):
        for wizard in self:
            service = wizard.template_id._get_carried_over_service()
            wizard.product_id = service or wizard.product_id

    @api.depends("template_id", "company_id")
    def _compute_date_end(self):
        for wizard in self:
            wizard.date_end = wizard.template_id._get_date_end_from(
                wizard.company_id._get_pet_today()
            )

    @api.depends(
        "partner_id",
        "pet_id",
        "product_id",
        "sessions_left",
        "date_end",
        "order_mode",
    )
    def _compute_summary(self):
        """Say what the button does, before it is pressed."""
        for wizard in self:
            is_complete = (
                wizard.partner_id and wizard.product_id and wizard.sessions_left > 0
            )
            wizard.summary = wizard._get_summary() if is_complete else False

    def _get_summary(self):
        self.ensure_one()
        package = self.env["pet.plan"]._describe_carry_over(
            self.pet_id.name
            or self.env._("All pets of %(customer)s", customer=self.partner_id.name),
            self.sessions_left,
            self.product_id,
            self.date_end and format_day(self.env, self.date_end),
        )
        order = {
            "none": self.env._("no charge, no order"),
            "draft": self.env._("no charge, an order of 0 to settle at checkout"),
            "posted": self.env._("no charge, an order of 0 settled at once"),
        }[self.order_mode]
        return self.env._("%(package)s; %(order)s", package=package, order=order)

    def action_apply(self):
        """Make the package, ready for the next check-in, and open it (K2).

        Applied again, by a second click or a request sent twice, it makes no other.

        :return: the action that opens the package
        :raises UserError: when what is given is no package that can be used
        """
        self.ensure_one()
        if not self.plan_id:
            self._check_package()
            plans = self.env["pet.plan"]
            self.plan_id = plans._carry_over(
                [self._prepare_plan_vals()], self.order_mode
            )
        return self.plan_id._get_opening_action()

    def action_apply_next(self):
        """Make the package and open an empty dialog for the next customer."""
        self.action_apply()
        kept = ("template_id", "product_id", "order_mode", "legacy_system", "reason")
        values = self._convert_to_write({name: self[name] for name in kept})
        return open_window(
            self.env,
            "pet_plans.action_pet_carry_over",
            {f"default_{name}": value for name, value in values.items()},
        )

    def _check_package(self):
        """Refuse what could not be used, or is no carry-over.

        :raises UserError: naming the customer or pet, and the numbers
        """
        self.ensure_one()
        who = self.pet_id.name or self.partner_id.display_name
        today = self.company_id._get_pet_today()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason of this carry-over."))
        if self.sessions_left <= 0:
            raise UserError(
                self.env._(
                    "%(who)s: there is nothing to carry over, %(left)s left.",
                    who=who,
                    left=say_sessions(self.env, self.sessions_left),
                )
            )
        if self.date_end and self.date_end < today:
            raise UserError(
                self.env._(
                    "%(who)s: the package ended on %(end)s, before today, %(today)s.",
                    who=who,
                    end=format_day(self.env, self.date_end),
                    today=format_day(self.env, today),
                )
            )
        self.template_id._check_carry_over()

    def _prepare_plan_vals(self):
        """Return the values of the package, see `pet.plan._carry_over`."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "pet_id": self.pet_id.id,
            "template_id": self.template_id.id,
            "date_start": self.company_id._get_pet_today(),
            "date_end": self.date_end,
            "note": self.note,
            "legacy_system": (self.legacy_system or "").strip() or False,
            "legacy_ref": (self.legacy_ref or "").strip() or False,
            "legacy_reason": self.reason.strip(),
            "product_id": self.product_id.id,
            "sessions_left": self.sessions_left,
            "unit_value": self.unit_value,
        }
