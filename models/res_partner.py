from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .counted import say_pets, say_plans
from .windows import open_window


class ResPartner(models.Model):
    """Customers have pets and plans; the counter makes and edits them, no accounts.

    The addon's own access lets its staff write contacts, which Odoo keeps for those
    with rights on contacts. Who writes by that access alone gives names, addresses and
    the like: nothing of accounting, and nobody who is no customer.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "pet.reference.mixin"]

    pet_ids = fields.One2many("pet.pet", "partner_id", string="Pets")
    pet_plan_ids = fields.One2many(
        "pet.plan", "partner_id", string="Pet Plans & Packages"
    )
    pet_count = fields.Integer(string="Number of Pets", compute="_compute_pet_count")
    pet_plan_count = fields.Integer(
        string="Number of Pet Plans", compute="_compute_pet_plan_count"
    )

    @api.depends("pet_ids")
    def _compute_pet_count(self):
        self._count_for_pets("pet.pet", "pet_count")

    @api.depends("pet_plan_ids")
    def _compute_pet_plan_count(self):
        self._count_for_pets("pet.plan", "pet_plan_count")

    def _count_for_pets(self, model, field):
        """Set the number of records of each household; 0 for who may not see them."""
        counts = {}
        if self.env[model].has_access("read"):
            counts = dict(
                self.env[model]._read_group(
                    [
                        (
                            "partner_id.commercial_partner_id",
                            "in",
                            self.commercial_partner_id.ids,
                        )
                    ],
                    ["partner_id.commercial_partner_id"],
                    ["__count"],
                )
            )
        for partner in self:
            partner[field] = counts.get(partner.commercial_partner_id._origin, 0)

    # --- What the counter may write (13) ---------------------------------------

    @api.model
    def _get_reference_names(self):
        # The rest of a contact is Odoo's.
        return {"pet_ids", "pet_plan_ids"}

    @api.model
    def _is_written_by_counter(self):
        """Tell whether the user writes contacts by this addon's access alone."""
        user = self.env.user
        if self.env.su or not user.has_group("pet_plans.group_user"):
            return False
        if user.has_group("account.group_account_invoice"):
            return False
        own_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "pet_plans.access_res_partner_user"
        )
        # Which groups have access is nobody's secret; it decides no more than this.
        accesses = self.env["ir.model.access"].sudo()
        return not accesses.search_count(
            [
                ("id", "!=", own_id),
                ("model_id.model", "=", self._name),
                ("perm_write", "=", True),
                ("group_id", "in", user.all_group_ids.ids),
            ],
            limit=1,
        )

    @api.model
    def _get_accounting_names(self):
        """Return the names of the fields that decide how a customer is billed.

        What Odoo keeps per company (accounts, terms, fiscal position, credit limit),
        whatever accounting adds, and bank accounts.
        """
        return {
            name
            for name, field in self._fields.items()
            if not field.readonly
            and (
                name == "bank_ids"
                or (field.company_dependent and name != "barcode")
                or self._is_accounting_alone(field)
            )
        }

    @api.model
    def _is_accounting_alone(self, field):
        """Tell whether a field is there because of accounting alone."""
        modules = field._modules
        return bool(modules) and all(name.startswith("account") for name in modules)

    def _get_billing(self, names):
        """Return what some fields say now: dict, (partner, field name) -> value."""
        # Only to compare: whoever writes a field need not be shown it.
        return {
            (partner, name): partner[name] for partner in self.sudo() for name in names
        }

    def _check_billing(self, before):
        """Refuse that the counter changed how customers are billed.

        What a contact takes over from its household or company is not a change.

        :param before: dict of `_get_billing`, or one with the values of a new contact
        """
        changed = set()
        for (partner, name), old in before.items():
            head = partner.commercial_partner_id - partner
            if partner[name] != old and not (head and partner[name] == head[name]):
                changed.add(name)
        if changed:
            raise AccessError(
                self.env._(
                    "%(fields)s of a customer are set by accounting, not at the "
                    "counter.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        for name in sorted(changed)
                    ),
                )
            )

    def _check_customers(self):
        """Refuse to edit who is no customer: companies of this shop and its staff."""
        # Only whether there is such a user or company, of whatever company.
        partners = self.sudo().with_context(active_test=False)
        others = partners.filtered(
            lambda partner: (
                partner.ref_company_ids
                or partner.user_ids.filtered(lambda user: user._is_internal())
            )
        )
        if others:
            raise AccessError(
                self.env._(
                    "%(partners)s: the contacts of companies and colleagues are not "
                    "edited at the counter.",
                    partners=", ".join(others.mapped("display_name")),
                )
            )

    def _check_counter_links(self, vals_list):
        """Refuse companies and households that the user cannot see."""
        for name in ("company_id", "parent_id"):
            ids = {vals[name] for vals in vals_list if vals.get(name)}
            linked = self.env[self._fields[name].comodel_name].browse(ids)
            if linked - linked._filtered_access("read"):
                self._refuse_references({name: ids})

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_written_by_counter():
            return super().create(vals_list)
        self._check_counter_links(vals_list)
        partners = super().create(vals_list)
        names = self._get_accounting_names()
        # As a contact is made that nobody says anything of, in a context or a form.
        blank = self.with_env(self.env(su=True, context={}))
        blank = blank.with_company(self.env.company).new()
        partners._check_billing(
            {
                (partner, name): blank[name]
                for partner in partners.sudo()
                for name in names
            }
        )
        return partners

    def write(self, vals):
        if not self._is_written_by_counter():
            return super().write(vals)
        self._check_customers()
        self._check_counter_links([vals])
        names = self._get_accounting_names().intersection(vals)
        before = self._get_billing(names)
        result = super().write(vals)
        self._check_billing(before)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_pet_owner(self):
        # Whoever deletes contacts need not see pets: only their number is told.
        customers = self.sudo().with_context(active_test=False)
        pets, plans = customers.pet_ids, customers.pet_plan_ids
        if pets or plans:
            raise UserError(
                self.env._(
                    "%(customers)s cannot be deleted: %(pets)s and %(plans)s are "
                    "theirs. Archive the contact instead.",
                    customers=", ".join(
                        (pets.partner_id | plans.partner_id).mapped("display_name")
                    ),
                    pets=say_pets(self.env, len(pets)),
                    plans=say_plans(self.env, len(plans)),
                )
            )

    def _get_pet_window(self, xmlid):
        return open_window(
            self.env,
            xmlid,
            {"default_partner_id": self.id if len(self) == 1 else False},
            [
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    self.commercial_partner_id.ids,
                )
            ],
        )

    def action_view_pets(self):
        """Open the pets of these customers."""
        return self._get_pet_window("pet_plans.action_pet_pet")

    def action_view_pet_plans(self):
        """Open the plans and packages of these customers."""
        return self._get_pet_window("pet_plans.action_pet_plan")

    def action_view_pet_appointments(self):
        """Open the visits of these customers' pets."""
        return self._get_pet_window("pet_plans.action_pet_appointment_list")

    def action_carry_over_pet_plan(self):
        """Open the carry-over of what this customer has left elsewhere (K2)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_carry_over",
            {
                "default_partner_id": self.id,
                "default_pet_id": self.pet_ids.id if len(self.pet_ids) == 1 else False,
            },
        )

    def action_sell_pet_plan(self):
        """Open the sale wizard for this customer (S1)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_sell",
            {
                "default_partner_id": self.id,
                "default_pet_id": self.pet_ids.id if len(self.pet_ids) == 1 else False,
                "dialog_size": "extra-large",
            },
        )
