from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class ResCompany(models.Model):
    """What a new shop does first, in that order, until it has sold something."""

    _inherit = "res.company"

    pet_tz_checked = fields.Boolean(
        string="Time Zone Checked",
        help="Somebody said that the time zone is right, which was only guessed",
    )

    @api.model
    def get_pet_first_steps(self):
        """Return what a new shop has done and what comes next.

        :return: list of dicts, in their order: "name", "label", "is_done", "action" (of
            an external id or None, for whom it is not theirs to do); empty once a plan
            was sold
        """
        company = self.env.company
        if self._has_pet_record("pet.plan", Domain("company_id", "=", company.id)):
            return []
        is_manager = self.env.user.has_group("pet_plans.group_manager")
        mine = Domain("company_id", "in", (False, company.id))
        offers = mine & Domain("is_carry_over", "=", False)
        services = mine & Domain("type", "=", "service") & Domain("sale_ok", "=", True)
        steps = [
            (
                "time_zone",
                self.env._(
                    "The shop's clock: %(place)s", place=company._get_pet_place()
                ),
                company.pet_tz_checked,
                "pet_plans.action_pet_plans_settings"
                if self.env.user.has_group("base.group_system")
                else None,
            ),
            (
                "service",
                self.env._("A service, such as a bath"),
                self._has_pet_record("product.template", services),
                is_manager and "pet_plans.action_pet_services",
            ),
            (
                "template",
                self.env._("A plan or package to sell"),
                self._has_pet_record("pet.plan.template", offers),
                is_manager and "pet_plans.action_pet_plan_template",
            ),
            (
                "customer",
                self.env._("A customer and a pet"),
                self._has_pet_record("pet.pet", mine),
                "pet_plans.action_pet_customers",
            ),
            (
                "sale",
                self.env._("The first sale"),
                False,
                "pet_plans.action_pet_plan_sell",
            ),
        ]
        return [
            {"name": name, "label": label, "is_done": is_done, "action": action or None}
            for name, label, is_done, action in steps
        ]

    @api.model
    def _has_pet_record(self, model, domain):
        return bool(self.env[model].search(domain, limit=1))

    def action_confirm_pet_tz(self):
        """Note that the time zone of the shop is right.

        :raises AccessError: for whoever is no manager
        """
        if not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                self.env._("Only a manager says what the shop's clock is.")
            )
        # One flag of the own company, which managers of pet plans may set.
        self.env.company.sudo().pet_tz_checked = True
        return True
