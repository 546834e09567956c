from odoo import api, fields, models

from ..lib import prices


class PetPlanTemplate(models.Model):
    """Prices by pet: one table for all services of an offer (S9)."""

    _inherit = "pet.plan.template"
    _priced_by = frozenset({"line_ids", "price_ids", "species_ids", "breed_ids"})

    price_ids = fields.One2many(
        "pet.plan.template.price", "template_id", string="Prices by Pet"
    )

    def _get_priced_lines(self):
        return self.line_ids

    # --- What the sale shows -------------------------------------------------------

    @api.model
    def _get_animal_in_context(self):
        """Return whom prices are shown for: the pet that a sale is about, if any."""
        context = self.env.context
        pet_id = context.get("price_pet_id")
        pet = self.env["pet.pet"].browse(pet_id if type(pet_id) is int else None)
        # No more than its reader may see: a context is anybody's to say.
        return pet._filtered_access("read")._get_animal(
            context.get("price_size"), context.get("price_coat")
        )

    @api.model
    @api.readonly
    def web_name_search(
        self, name, specification, domain=None, operator="ilike", limit=100
    ):
        """Return what a field offers; in a sale each with its price for the pet (S9).

        Odoo formats one name after the other: the prices are read for all at once.
        """
        rows = super().web_name_search(name, specification, domain, operator, limit)
        if "price_pet_id" not in self.env.context:
            return rows
        animal, company = self._get_animal_in_context(), self.env.company
        currency = company.currency_id
        templates = self.browse(row["id"] for row in rows)
        for row, template in zip(rows, templates, strict=True):
            if "__formatted_display_name" in row:
                price = template._get_price_for(company, currency, animal)
                row["__formatted_display_name"] += f" \t --{currency.format(price)}--"
        return rows

    def _describe_prices(self, animal, company, currency):
        """Return which rows the prices of a pet come from, a line each (S9).

        :param animal: `lib.prices.Animal`
        :param company: `res.company` record, which sells the plan
        :param currency: `res.currency` record of the plan
        :return: text; "" where no service has prices by pet
        """
        return "\n".join(
            line._describe_price(animal, company, currency)
            for line in self.line_ids
            if line.price_ids
        )

    def _describe_missing(self, pet, animal):
        """Return what is not known of a pet though its price may depend on it (S9).

        :param pet: `pet.pet` record; an empty one, of a shared plan, lacks nothing
        :param animal: `lib.prices.Animal`, what is known of it
        :return: text; "" where nothing is missing
        """
        missing = self._get_missing(animal) if pet else set()
        sentences = (
            "size" in missing
            and self.env._(
                "The price depends on the size of %(pet)s, which is not known.",
                pet=pet.name,
            ),
            "coat" in missing
            and self.env._(
                "The price depends on the coat of %(pet)s, which is not known.",
                pet=pet.name,
            ),
            "breed" in missing
            and self.env._(
                "The price depends on the breed of %(pet)s, which is not known.",
                pet=pet.name,
            ),
        )
        return "\n".join(filter(None, sentences))

    def _get_missing(self, animal):
        """Return what is not known of a pet, and might change its price (S9).

        :param animal: `lib.prices.Animal`
        :return: set of "breed", "size" and "coat"
        """
        return {
            name
            for line in self.line_ids
            for name in prices.find_missing(line._get_rows(), animal)
        }

    def _filter_strangers(self, breeds):
        """Return those of some breeds to whose pets this is not offered (S1).

        :param breeds: `pet.breed` records, archived ones too
        """
        self.ensure_one()
        species = self.species_ids
        offered = self.with_context(active_test=False).breed_ids
        return breeds.filtered(
            lambda breed: (
                (species and breed.species_id not in species)
                or (offered and breed not in offered)
            )
        )
