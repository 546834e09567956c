from odoo import fields, models


class PetSpecies(models.Model):
    _name = "pet.species"
    _description = "Pet Species"
    _inherit = ["pet.copy.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    breed_ids = fields.One2many("pet.breed", "species_id", string="Breeds")
