"""Templates with prices by pet, and pets to have them."""

from odoo import Command


class PricesCommon:
    """Builders for the tests of prices by pet (S9)."""

    @classmethod
    def make_priced_template(cls, lines=None, rows=4, **values):
        """Create a template whose first service has prices by pet.

        12 baths at 45.00 unless told otherwise; a poodle's are 80.00, large and long
        60.00, large 55.00, long 50.00.

        :param rows: how many of these, the first ones
        """
        template = cls.make_template(lines, **values)
        for row in (
            {"breed_ids": [Command.set(cls.poodle.ids)], "price_unit": 80.0},
            {"size": "large", "coat": "long", "price_unit": 60.0},
            {"size": "large", "price_unit": 55.0},
            {"coat": "long", "price_unit": 50.0},
        )[:rows]:
            cls.add_price(template.line_ids[0], **row)
        return template

    @classmethod
    def add_price(cls, line, **values):
        """Add a price by pet to a service of a template, as the manager."""
        return (
            cls.env["pet.plan.template.price"]
            .with_user(cls.manager)
            .create({"line_id": line.id, **values})
        )

    @classmethod
    def make_pet(cls, **values):
        """Create a dog of Ana Souza, of which no more is known than what is said."""
        return cls.env["pet.pet"].create(
            {
                "name": "Bidu",
                "partner_id": cls.customer.id,
                "species_id": cls.dog.id,
                **values,
            }
        )
