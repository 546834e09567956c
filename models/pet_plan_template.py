from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .counted import say_plans
from .windows import open_window


class PetPlanTemplate(models.Model):
    _name = "pet.plan.template"
    _description = "Plan or Package Template"
    _inherit = [
        "pet.priced.mixin",
        "pet.copy.mixin",
        "pet.reference.mixin",
        "pet.plan.terms.mixin",
        "mail.thread",
    ]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        default=lambda self: self._default_company_id(),
        help="Empty: offered by every company",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    species_ids = fields.Many2many(
        "pet.species", help="Pets it is offered to; empty: all"
    )
    breed_ids = fields.Many2many(
        "pet.breed", string="Breeds", help="Breeds it is offered to; empty: all"
    )
    kind = fields.Selection(default="package")
    appointment_count = fields.Integer(default=1)
    interval = fields.Integer(default=1)
    interval_unit = fields.Selection(default="month")
    period_count = fields.Integer(default=1)
    validity_unit = fields.Selection(default="month")
    due_basis = fields.Selection(default="first")
    post_lead_days = fields.Integer(default=lambda self: self._default_post_lead_days())
    late_cancel_hours = fields.Integer(
        default=lambda self: self._default_late_cancel_hours()
    )
    no_show_policy = fields.Selection(default="consume")
    line_ids = fields.One2many(
        "pet.plan.template.line", "template_id", string="Services", copy=True
    )
    appointments_per_cycle = fields.Integer(
        compute="_compute_appointments_per_cycle",
        store=True,
        readonly=False,
        precompute=True,
    )
    duration = fields.Char(compute="_compute_duration")
    cover_ids = fields.One2many(
        "pet.plan.template.cover", "template_id", string="Also Good For"
    )
    amount_total = fields.Monetary(
        string="Price",
        compute="_compute_amount_total",
        help="Price of the whole package, or of all periods of the plan",
    )
    plan_ids = fields.One2many("pet.plan", "template_id", string="Sold")
    plan_count = fields.Integer(string="Number Sold", compute="_compute_plan_count")

    def _default_company_id(self):
        return self.env.company

    def _default_post_lead_days(self):
        return self.env.company.pet_post_lead_days

    def _default_late_cancel_hours(self):
        return self.env.company.pet_late_cancel_hours

    @api.depends("company_id.currency_id")
    def _compute_currency_id(self):
        """An offer of all companies has one price: as Odoo's products have it."""
        main = self.env["res.company"]._get_main_company()
        for template in self:
            # A currency, which is no secret of another company.
            company = template.company_id.sudo() or main
            template.currency_id = company.currency_id

    @api.depends("appointment_count")
    def _compute_appointments_per_cycle(self):
        """One invoice for the whole package, unless somebody says otherwise.

        A form starts with one visit, whose one per cycle nobody has said.
        """
        for template in self:
            said = template.appointments_per_cycle
            if said == 1 and not template._origin:
                said = 0
            template.appointments_per_cycle = said or template.appointment_count

    @api.depends(lambda self: self._get_term_fields())
    def _compute_duration(self):
        for template in self:
            template.duration = template._get_duration_label()

    @api.depends(
        "kind",
        "period_count",
        "line_ids.price_subtotal",
        "line_ids.price_ids.price_unit",
        "currency_id",
    )
    @api.depends_context("price_pet_id", "price_size", "price_coat")
    def _compute_amount_total(self):
        """The services' own prices; in a list that a sale opens, those of its pet."""
        animal = self._get_animal_in_context()
        for template in self:
            template.amount_total = template._get_price_for(
                template.company_id or self.env.company, template.currency_id, animal
            )

    def _get_price_for(self, company, currency, animal):
        """Return the price of the offer as a company sells it to a pet (S1, S9).

        :param company: `res.company` record, by whose rate of today
        :param currency: `res.currency` record, in which it is sold
        :param animal: `lib.prices.Animal`, the pet that it is sold for
        :return: float: the price that a plan sold from it has
        """
        self.ensure_one()
        prices = [
            line._get_subtotal(line._get_price_for(company, currency, animal), currency)
            for line in self.line_ids
        ]
        return sum(prices) * self._get_times_sold()

    @api.depends("plan_ids")
    def _compute_plan_count(self):
        counts = dict(
            self.env["pet.plan"]._read_group(
                [("template_id", "in", self.ids), ("state", "!=", "draft")],
                ["template_id"],
                ["__count"],
            )
        )
        for template in self:
            template.plan_count = counts.get(template._origin, 0)

    @api.constrains("breed_ids", "species_ids")
    def _check_breeds(self):
        for template in self:
            strangers = template.breed_ids.filtered(
                lambda breed, species=template.species_ids: (
                    species and breed.species_id not in species
                )
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(template)s is offered to %(species)s, so not to the "
                        "breeds %(breeds)s.",
                        template=template.name,
                        species=", ".join(template.species_ids.mapped("name")),
                        breeds=", ".join(strangers.mapped("name")),
                    )
                )

    @api.constrains("name", "line_ids")
    def _check_has_services(self):
        """Refuse an offer of nothing: at the counter it could not be sold (S1)."""
        for template in self:
            if not template.line_ids:
                raise ValidationError(
                    self.env._(
                        "%(template)s has no service: add what is sold with it.",
                        template=template.name,
                    )
                )

    @api.constrains("company_id")
    def _check_company_moved(self):
        """Leave no plan of another company behind, and take no such service along."""
        self.line_ids._check_company()
        # Plans of all companies count, whether the manager sees them or not.
        for template in self.sudo().filtered("company_id"):
            strangers = template.plan_ids.filtered(
                lambda plan, company=template.company_id: plan.company_id != company
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(template)s cannot belong to %(company)s alone: other "
                        "companies have sold %(plans)s from it.",
                        template=template.name,
                        company=template.company_id.name,
                        plans=say_plans(self.env, len(strangers)),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        # Plans of all companies count, whether the manager sees them or not.
        plans = self.sudo().plan_ids
        if plans:
            raise UserError(
                self.env._(
                    "%(templates)s cannot be deleted: it was sold as %(plans)s. "
                    "Archive it instead.",
                    templates=", ".join(plans.template_id.mapped("name")),
                    plans=say_plans(self.env, len(plans)),
                )
            )

    def _fits(self, pet):
        """Tell whether this template is offered to a pet (S1).

        :param pet: record of `pet.pet`; an empty one (a plan shared by all the
            customer's pets) fits every template
        """
        self.ensure_one()
        return not pet or (
            (not self.species_ids or pet.species_id in self.species_ids)
            and (not self.breed_ids or pet.breed_id in self.breed_ids)
        )

    @api.model
    def _get_fitting_domain(self, pet):
        """Return the domain of the templates offered to a pet (S1).

        :param pet: record of `pet.pet`, or an empty one for a shared plan
        """
        if not pet:
            return Domain.TRUE
        return Domain("species_ids", "in", [False, *pet.species_id.ids]) & Domain(
            "breed_ids", "in", [False, *pet.breed_id.ids]
        )

    @api.model
    def get_import_templates(self):
        """Offer a file to begin with where records are imported with Odoo's own."""
        return [
            {
                "label": self.env._("Import Template for Plan Templates"),
                "template": "/pet_plans/static/import/templates.csv",
            }
        ]

    def action_view_plans(self):
        """Open the plans sold from these templates."""
        return open_window(
            self.env,
            "pet_plans.action_pet_plan",
            {"default_template_id": self.id if len(self) == 1 else False},
            [("template_id", "in", self.ids)],
        )
