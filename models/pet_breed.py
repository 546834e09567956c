from odoo import api, fields, models
from odoo.exceptions import UserError

SIZES = [
    ("small", "Small"),
    ("medium", "Medium"),
    ("large", "Large"),
    ("giant", "Giant"),
]
COATS = [("short", "Short"), ("long", "Long")]


class PetBreed(models.Model):
    _name = "pet.breed"
    _description = "Pet Breed"
    _inherit = ["pet.copy.mixin"]
    _order = "species_id, name, id"

    name = fields.Char(required=True, translate=True)
    species_id = fields.Many2one(
        "pet.species", required=True, index=True, ondelete="restrict"
    )
    size = fields.Selection(
        SIZES, help="Usual size; a pet takes it over and may differ"
    )
    coat = fields.Selection(
        COATS, help="Usual coat; a pet takes it over and may differ"
    )
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_priced(self):
        """Leave no price by pet behind that is for nobody (S9)."""
        # Offers of all companies count, whether the manager sees them or not.
        priced = self.env["pet.plan.template.price"].sudo()
        priced = priced.search([("breed_ids", "in", self.ids)])
        if priced:
            raise UserError(
                self.env._(
                    "%(breeds)s cannot be deleted: %(templates)s has a price for it. "
                    "Archive it instead.",
                    breeds=", ".join((self & priced.breed_ids).mapped("name")),
                    templates=", ".join(priced.template_id.mapped("name")),
                )
            )
