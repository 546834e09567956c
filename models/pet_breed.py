from odoo import fields, models

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
