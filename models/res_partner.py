from odoo import api, fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

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
        """Set the number of records of each partner; 0 for who may not see them."""
        counts = {}
        if self.env[model].has_access("read"):
            counts = dict(
                self.env[model]._read_group(
                    [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
                )
            )
        for partner in self:
            partner[field] = counts.get(partner._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_pet_owner(self):
        # Whoever deletes contacts need not see pets: only their number is told.
        customers = self.sudo().with_context(active_test=False)
        pets, plans = customers.pet_ids, customers.pet_plan_ids
        if pets or plans:
            raise UserError(
                self.env._(
                    "%(customers)s cannot be deleted: %(pets)s pet(s) and %(plans)s "
                    "plan(s) or package(s) are theirs. Archive the contact instead.",
                    customers=", ".join(
                        (pets.partner_id | plans.partner_id).mapped("display_name")
                    ),
                    pets=len(pets),
                    plans=len(plans),
                )
            )

    def _get_pet_window(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("partner_id", "in", self.ids)]
        action["context"] = {"default_partner_id": self.id if len(self) == 1 else False}
        return action

    def action_view_pets(self):
        """Open the pets of these customers."""
        return self._get_pet_window("pet_plans.action_pet_pet")

    def action_view_pet_plans(self):
        """Open the plans and packages of these customers."""
        return self._get_pet_window("pet_plans.action_pet_plan")

    def action_view_pet_appointments(self):
        """Open the visits of these customers' pets."""
        return self._get_pet_window("pet_plans.action_pet_appointment_list")

    def action_sell_pet_plan(self):
        """Open the sale wizard for this customer (S1)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pet_plans.action_pet_plan_sell"
        )
        action["context"] = {
            "default_partner_id": self.id,
            "default_pet_id": self.pet_ids.id if len(self.pet_ids) == 1 else False,
        }
        return action
