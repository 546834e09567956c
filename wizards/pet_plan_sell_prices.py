from odoo import api, fields, models

from ..models.pet_breed import COATS, SIZES


class PetPlanSell(models.TransientModel):
    """The sale takes the price for the pet, and asks for what it depends on (S9)."""

    _inherit = "pet.plan.sell"

    pet_size = fields.Selection(
        SIZES,
        string="Size of the Pet",
        compute="_compute_pet_size",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Kept on the pet that has none",
    )
    pet_coat = fields.Selection(
        COATS,
        string="Coat of the Pet",
        compute="_compute_pet_coat",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Kept on the pet that has none",
    )
    asks_size = fields.Boolean(compute="_compute_asks")
    asks_coat = fields.Boolean(compute="_compute_asks")
    price_rows = fields.Text(
        string="Price by Pet",
        compute="_compute_price_rows",
        help="Which price of each service the pet has",
    )
    price_notice = fields.Text(compute="_compute_price_rows")

    @api.depends("pet_id")
    def _compute_pet_size(self):
        for wizard in self:
            wizard.pet_size = wizard.pet_id.size

    @api.depends("pet_id")
    def _compute_pet_coat(self):
        for wizard in self:
            wizard.pet_coat = wizard.pet_id.coat

    @api.depends("template_id", "pet_id", "pet_size", "pet_coat")
    def _compute_asks(self):
        """Ask for what the pet lacks and its price may depend on.

        What was answered stays to be seen, and to be changed.
        """
        for wizard in self:
            pet, template = wizard.pet_id, wizard.template_id
            unsized = pet._get_animal(coat=wizard.pet_coat)
            uncoated = pet._get_animal(size=wizard.pet_size)
            wizard.asks_size = bool(pet) and "size" in template._get_missing(unsized)
            wizard.asks_coat = bool(pet) and "coat" in template._get_missing(uncoated)

    @api.depends("template_id", "company_id", "pet_id", "pet_size", "pet_coat")
    def _compute_price_rows(self):
        for wizard in self:
            template, animal = wizard.template_id, wizard._get_animal()
            wizard.price_rows = template._describe_prices(
                animal, wizard.company_id, wizard.currency_id
            )
            wizard.price_notice = template._describe_missing(wizard.pet_id, animal)

    def _get_animal(self):
        """Return what the price goes by: the pet, and what was said of it here."""
        self.ensure_one()
        return self.pet_id._get_animal(self.pet_size, self.pet_coat)

    def _complete_pet(self):
        """Keep on the pet what was asked for: its next plan asks no more (S9).

        What somebody else has noted meanwhile stays.
        """
        self.ensure_one()
        answers = {
            name: answer
            for name, answer in (("size", self.pet_size), ("coat", self.pet_coat))
            if answer and not self.pet_id[name]
        }
        if self.pet_id and answers:
            self.pet_id.write(answers)
