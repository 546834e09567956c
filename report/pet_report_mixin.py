from odoo import fields, models
from odoo.tools import SQL

from ..models.pet_breed import COATS, SIZES
from ..models.windows import open_record

# What every row is told apart by: fields of the plan, and of the pet it was for.
DEPENDS_ON_PLANS = {
    "pet.plan": [
        "template_id",
        "kind",
        "state",
        "partner_id",
        "pet_id",
        "user_id",
        "company_id",
        "date_end",
        "is_carry_over",
    ],
    "pet.pet": ["species_id", "breed_id", "size", "coat"],
}


class PetReportMixin(models.AbstractModel):
    """What the analyses of plans have in common: who bought what, for which pet (P4).

    An analysis is a query over facts, each with its plan and its pet; it stores
    nothing, so it is never behind. The pet is looked at as it is today.
    """

    _name = "pet.report.mixin"
    _description = "Analysis of Plans"
    _inherit = ["pet.reference.mixin"]
    _auto = False
    _rec_name = "plan_id"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True, help="By the clock of the shop")
    plan_id = fields.Many2one("pet.plan", string="Plan or Package", readonly=True)
    template_id = fields.Many2one("pet.plan.template", readonly=True)
    kind = fields.Selection(
        [("plan", "Plan"), ("package", "Package")], string="Type", readonly=True
    )
    plan_state = fields.Selection(
        selection=lambda self: self._get_plan_states(),
        string="Status of the Plan",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    pet_id = fields.Many2one("pet.pet", readonly=True)
    species_id = fields.Many2one("pet.species", readonly=True)
    breed_id = fields.Many2one("pet.breed", readonly=True)
    size = fields.Selection(SIZES, readonly=True)
    coat = fields.Selection(COATS, readonly=True)
    seller_id = fields.Many2one("res.users", string="Sold by", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    def _get_plan_states(self):
        return self.env["pet.plan"]._fields["state"]._description_selection(self.env)

    def _select_dimensions(self):
        """Return the columns of the fields above, of a `plan` and a `pet`."""
        return SQL(
            """
            plan.id AS plan_id,
            plan.template_id,
            plan.kind,
            plan.state AS plan_state,
            plan.partner_id,
            pet.id AS pet_id,
            pet.species_id,
            pet.breed_id,
            pet.size,
            pet.coat,
            plan.user_id AS seller_id,
            plan.company_id
            """
        )

    def action_open(self):
        """Open what the row is about."""
        self.ensure_one()
        self.check_access("read")
        return open_record(self._get_origin())

    def _get_origin(self):
        """Return the record that the row is about."""
        return self.plan_id
