from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..lib import prices
from .counted import say_plans, say_visits
from .customer_page import FINISHED_STATES, CustomerPage
from .pet_appointment import UPCOMING_STATES
from .pet_breed import COATS, SIZES
from .running import RUNNING_STATES, describe_running
from .windows import open_record, open_window


class PetPet(models.Model):
    _name = "pet.pet"
    _description = "Pet"
    _inherit = [
        "pet.copy.mixin",
        "pet.search.mixin",
        "pet.guard.mixin",
        "image.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, id"
    _rec_names_search = ["name", "microchip"]
    _check_company_auto = True
    _guarded_fields = frozenset({"company_id"})

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Owner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    company_id = fields.Many2one(
        related="partner_id.company_id",
        store=True,
        index="btree_not_null",
        help="The owner's company; empty when the owner is shared by all companies",
    )
    species_id = fields.Many2one("pet.species", index="btree_not_null")
    breed_id = fields.Many2one(
        "pet.breed",
        index="btree_not_null",
        domain="[('species_id', '=?', species_id)]",
    )
    size = fields.Selection(
        SIZES, compute="_compute_size", store=True, readonly=False, precompute=True
    )
    coat = fields.Selection(
        COATS, compute="_compute_coat", store=True, readonly=False, precompute=True
    )
    sex = fields.Selection([("female", "Female"), ("male", "Male")])
    birth_date = fields.Date()
    age = fields.Char(compute="_compute_age")
    weight = fields.Float(digits=(6, 2), help="In kilograms")
    microchip = fields.Char(index="btree_not_null", copy=False)
    note = fields.Text(
        string="Care Note",
        groups="base.group_user",
        help="What whoever handles the pet must know: allergies, fears, habits",
    )
    plan_ids = fields.One2many("pet.plan", "pet_id", string="Plans & Packages")
    appointment_ids = fields.One2many("pet.appointment", "pet_id", string="Visits")
    plan_count = fields.Integer(compute="_compute_plan_count")
    appointment_count = fields.Integer(
        string="Number of Visits", compute="_compute_appointment_count"
    )

    _microchip_uniq = models.UniqueIndex(
        "(microchip, COALESCE(company_id, 0)) WHERE microchip != ''",
        "Another pet already has this microchip number.",
    )

    @api.depends("breed_id")
    def _compute_size(self):
        for pet in self:
            pet.size = pet.breed_id.size or pet.size

    @api.depends("breed_id")
    def _compute_coat(self):
        for pet in self:
            pet.coat = pet.breed_id.coat or pet.coat

    @api.depends("birth_date")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for pet in self:
            pet.age = False
            if pet.birth_date and pet.birth_date <= today:
                age = relativedelta(today, pet.birth_date)
                pet.age = (
                    self.env._("%(years)s years", years=age.years)
                    if age.years >= 2
                    else self.env._(
                        "%(months)s months", months=age.years * 12 + age.months
                    )
                )

    @api.depends("plan_ids")
    def _compute_plan_count(self):
        counts = dict(
            self.env["pet.plan"]._read_group(
                [("pet_id", "in", self.ids)], ["pet_id"], ["__count"]
            )
        )
        for pet in self:
            pet.plan_count = counts.get(pet._origin, 0)

    @api.depends("appointment_ids")
    def _compute_appointment_count(self):
        counts = dict(
            self.env["pet.appointment"]._read_group(
                [("pet_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["pet_id"],
                ["__count"],
            )
        )
        for pet in self:
            pet.appointment_count = counts.get(pet._origin, 0)

    @api.depends("name", "partner_id.name")
    @api.depends_context("show_owner")
    def _compute_display_name(self):
        show_owner = self.env.context.get("show_owner")
        for pet in self:
            pet.display_name = (
                f"{pet.name} ({pet.partner_id.name})"
                if show_owner and pet.partner_id
                else pet.name
            )

    @api.model
    @api.readonly
    def web_name_search(
        self, name, specification, domain=None, operator="ilike", limit=100
    ):
        """Return what a field offers; pets of one name are told apart by owner (P1).

        Odoo formats one name after the other, each with a query for its owner.
        """
        rows = super().web_name_search(name, specification, domain, operator, limit)
        pets = self.with_context(show_owner=False).browse(row["id"] for row in rows)
        for row, pet in zip(rows, pets, strict=True):
            if "__formatted_display_name" in row:
                owner = pet.partner_id
                row["__formatted_display_name"] = pet.display_name + owner._get_muted(
                    owner.name, owner.phone
                )
        return rows

    def _get_animal(self, size=None, coat=None):
        """Return what prices go by (S9).

        :param size: what is said of a pet that has none, as in the sale
        :param coat: so
        :return: `lib.prices.Animal`; of no pet (a shared plan) nothing is known
        """
        return prices.Animal(
            breed=self.breed_id.id or None,
            size=(self.size or (self and size)) or None,
            coat=(self.coat or (self and coat)) or None,
        )

    @api.constrains("breed_id", "species_id")
    def _check_breed_species(self):
        for pet in self:
            species = pet.breed_id.species_id
            if species and pet.species_id and species != pet.species_id:
                raise ValidationError(
                    self.env._(
                        "%(pet)s is a %(species)s, but the breed %(breed)s is one "
                        "of %(breed_species)s.",
                        pet=pet.name,
                        species=pet.species_id.name,
                        breed=pet.breed_id.name,
                        breed_species=species.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known(self):
        # Those of all companies count, whether the manager sees them or not.
        pets = self.sudo()
        plans, visits = pets.plan_ids, pets.appointment_ids
        if plans or visits:
            raise UserError(
                self.env._(
                    "%(pets)s cannot be deleted: %(plans)s and %(visits)s are theirs. "
                    "Archive the pet instead.",
                    pets=", ".join((plans.pet_id | visits.pet_id).mapped("name")),
                    plans=say_plans(self.env, len(plans)),
                    visits=say_visits(self.env, len(visits)),
                )
            )

    @api.constrains("partner_id")
    def _check_owner_of_plans(self):
        """A pet that changes owner leaves no plan and no visit behind at the old one.

        What runs in other companies counts too, but is named only to who may see it.
        """
        refusals = [
            self.env._(
                "%(pet)s cannot belong to %(owner)s yet. Transfer, move or cancel "
                "first:\n%(obstacles)s",
                pet=pet.name,
                owner=pet.partner_id.display_name,
                obstacles="\n".join(f"- {text}" for text in obstacles),
            )
            for pet in self
            if (obstacles := pet._get_owner_obstacles())
        ]
        if refusals:
            raise ValidationError("\n".join(refusals))

    def _get_owner_obstacles(self):
        """Return what runs on the pet and is not its owner's, in words.

        :return: list of texts
        """
        self.ensure_one()
        plans, visits = (
            records.filtered(lambda record: not self._fits_owner(record))
            for records in self._get_running()
        )
        return describe_running(plans, visits)

    def _fits_owner(self, record):
        """Tell whether a plan or visit of the pet can be its owner's.

        :param record: `pet.plan`, or `pet.appointment`, whose plan decides
        """
        self.ensure_one()
        owner = self.partner_id
        customer = record.plan_id if record._name == "pet.appointment" else record
        household = customer.partner_id.commercial_partner_id
        return (not household or household == owner.commercial_partner_id) and (
            not owner.company_id or owner.company_id in record.company_id.parent_ids
        )

    def _get_running(self):
        """Return what runs on these pets: plans not over yet, and visits to come.

        With all rights and of all companies, to be counted or described.
        """
        # See `describe_running`: no more than its reader may see is shown of it.
        pets = self.sudo()
        plans = pets.plan_ids.filtered(lambda plan: plan.state in RUNNING_STATES)
        return plans, pets._get_visits_to_come()

    def _get_visits_to_come(self):
        return self.appointment_ids.filtered(
            lambda visit: visit.state in UPCOMING_STATES
        )

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            # Whose visit it is follows the pet; those in the way were refused. Only
            # the visits to come of these pets, in whatever company.
            visits = self._sudo_clean()._get_visits_to_come()
            visits.filtered(lambda visit: not visit.invoice_ids)._unguarded().write(
                {"partner_id": vals["partner_id"]}
            )
        return result

    @api.onchange("breed_id")
    def _onchange_breed_id(self):
        if self.breed_id and not self.species_id:
            self.species_id = self.breed_id.species_id

    def action_view_plans(self):
        """Open the plans and packages of these pets, shared ones of the owner too."""
        return open_window(
            self.env,
            "pet_plans.action_pet_plan",
            {
                "default_pet_id": self.id if len(self) == 1 else False,
                "default_partner_id": self.partner_id.id if len(self) == 1 else False,
            },
            [
                "|",
                ("pet_id", "in", self.ids),
                "&",
                ("pet_id", "=", False),
                ("partner_id", "child_of", self.partner_id.commercial_partner_id.ids),
            ],
        )

    def action_view_appointments(self):
        """Open the visits of these pets."""
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_list",
            {"default_pet_id": self.id if len(self) == 1 else False},
            [("pet_id", "in", self.ids)],
        )

    @api.model
    def get_import_templates(self):
        """Offer a file to begin with where records are imported with Odoo's own."""
        return [
            {
                "label": self.env._("Import Template for Pets"),
                "template": "/pet_plans/static/import/pets.csv",
            }
        ]

    def action_carry_over_plan(self):
        """Open the carry-over of what this pet has left elsewhere (K2)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_carry_over",
            {
                "default_partner_id": self.partner_id.id,
                "default_pet_id": self.id,
            },
        )

    def get_pet_plans_page(self):
        """Return the page of the pet, as its customer's is (P1)."""
        self.ensure_one()
        self.check_access("read")
        return CustomerPage(self.partner_id, self).get_data()

    def get_finished_pet_plans(self):
        """Return the plans of the pet that are over, as on the page (P1)."""
        self.ensure_one()
        self.check_access("read")
        return CustomerPage(self.partner_id, self).get_blocks(FINISHED_STATES)

    def action_book_pet_visit(self):
        """Open a new visit of the pet."""
        return self._get_booking_action()

    def action_check_in_pets(self):
        """Open the walk-in of this pet (U4)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_walk_in",
            {"default_pet_ids": self.ids, "dialog_size": "large"},
        )

    def action_take_pet_payment(self):
        """Open the payment of what the pet's household owes (I2)."""
        self.ensure_one()
        return self.partner_id.action_take_pet_payment()

    def _get_booking_action(self):
        """Return a new visit, of the pet if it is only one."""
        return open_record(
            self.env["pet.appointment"],
            name=self.env._("New Visit"),
            target="new",
            context={"default_pet_id": self.id if len(self) == 1 else False},
        )

    def action_sell_plan(self):
        """Open the sale wizard for this pet (S1)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_sell",
            {
                "default_partner_id": self.partner_id.id,
                "default_pet_id": self.id,
                "dialog_size": "extra-large",
            },
        )
