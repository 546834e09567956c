from itertools import product

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import prices
from .counted import say_prices
from .pet_breed import COATS, SIZES
from .windows import notify


class PetPlanTemplateLine(models.Model):
    _name = "pet.plan.template.line"
    _description = "Service of a Plan Template"
    _inherit = ["pet.priced.mixin", "pet.covering.mixin", "pet.reference.mixin"]
    _order = "template_id, sequence, id"
    _rec_name = "product_id"
    _rec_names_search = ["product_id", "template_id"]
    _check_company_auto = True
    _priced_by = frozenset({"template_id", "price_ids"})

    template_id = fields.Many2one(
        "pet.plan.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    quantity = fields.Float(
        string="Sessions",
        default=1.0,
        required=True,
        digits="Product Unit",
        help="Sessions of the whole package, or of each period of a plan",
    )
    price_unit = fields.Float(
        string="Price per Session",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        min_display_digits="Product Price",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    price_ids = fields.One2many(
        "pet.plan.template.price",
        "line_id",
        string="Prices by Pet",
        copy=True,
        help="For breeds, or for a size, a coat, or both: the most specific counts",
    )
    cover_ids = fields.One2many(
        "pet.plan.template.cover",
        "line_id",
        string="Also Good For",
        copy=True,
        help="Further services that its sessions may be used for",
    )
    currency_id = fields.Many2one(related="template_id.currency_id")
    price_subtotal = fields.Monetary(
        string="Subtotal", compute="_compute_price_subtotal"
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A service of a template has more than 0 sessions."
    )
    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "The price of a session cannot be negative."
    )
    _discount_range = models.Constraint(
        "CHECK(discount BETWEEN 0 AND 100)", "A discount is between 0 and 100 percent."
    )

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line.product_id._get_pet_price(
                line.company_id, line.currency_id
            )

    @api.depends("quantity", "price_unit", "discount", "currency_id")
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line._get_subtotal(line.price_unit, line.currency_id)

    def _get_subtotal(self, price_unit, currency):
        """Return what the sessions of the service come to at a price.

        :param price_unit: float, of a session
        :param currency: `res.currency` record of that price
        """
        self.ensure_one()
        amount = self.quantity * price_unit * (1 - self.discount / 100)
        return currency.round(amount) if currency else amount

    def _prepare_plan_line_vals(self, company, currency, animal):
        """Return the values of the plan line that copies this service (S2, S9).

        :param company: `res.company` record that sells the plan
        :param currency: `res.currency` record of the plan
        :param animal: `lib.prices.Animal`, the pet that it is sold for
        """
        self.ensure_one()
        return {
            "sequence": self.sequence,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "price_unit": self._get_price_for(company, currency, animal),
            "discount": self.discount,
            "cover_ids": self._prepare_covers(),
        }

    def _get_price_for(self, company, currency, animal):
        """Return the price of a session as a company sells it to a pet (S9).

        What all companies offer has its price in the currency of the main one.

        :param company: `res.company` record, by whose rate of today
        :param currency: `res.currency` record, in which it is sold
        :param animal: `lib.prices.Animal`; one that is not known has the own price
        :return: float, not rounded, as Odoo does on an invoice
        """
        self.ensure_one()
        price_unit = (self._find_price(animal) or self).price_unit
        return self._convert_price(price_unit, company, currency)

    def _list_prices(self, company, currency):
        """Return all prices of a session that some pet has, in a currency (S9).

        :param company: `res.company` record, by whose rate of today
        :param currency: `res.currency` record
        :return: list of floats
        """
        self.ensure_one()
        return [
            self._convert_price(price_unit, company, currency)
            for price_unit in (self.price_unit, *self.price_ids.mapped("price_unit"))
        ]

    def _convert_price(self, price_unit, company, currency):
        """Return a price of this service in the currency in which it is sold."""
        self.ensure_one()
        if not currency or currency == self.currency_id:
            return price_unit
        return self.currency_id._convert(
            price_unit, currency, company, company._get_pet_today(), round=False
        )

    # --- Prices by pet (S9) ----------------------------------------------------------

    def _get_priced_lines(self):
        return self

    def _get_rows(self):
        """Return the prices as the rows that `lib.prices` looks at."""
        return [price._get_row() for price in self.price_ids]

    def _find_price(self, animal):
        """Return the `pet.plan.template.price` for a pet, or an empty record (S9).

        :param animal: `lib.prices.Animal`
        """
        self.ensure_one()
        row = prices.find_row(self._get_rows(), animal)
        return row.key if row else self.price_ids.browse()

    def _describe_price(self, animal, company, currency):
        """Return the price for a pet with the row it comes from (S9).

        :return: text, such as "Large, long coat: $ 60.00"; where the offer has other
            services, with its own
        """
        self.ensure_one()
        price = self._find_price(animal)
        values = {
            "service": self.product_id.display_name,
            "row": price._get_label() if price else self.env._("Own price"),
            "price": currency.format(self._get_price_for(company, currency, animal)),
        }
        if len(self.template_id.line_ids) == 1:
            return self.env._("%(row)s: %(price)s", **values)
        return self.env._("%(service)s (%(row)s): %(price)s", **values)

    def action_add_sizes(self):
        """Add a price for each size to these services, at their own price (S9)."""
        return self._add_prices([{"size": size} for size, __ in SIZES])

    def action_add_sizes_and_coats(self):
        """Add a price for each size and coat to these services, at their own (S9)."""
        return self._add_prices(
            [
                {"size": size, "coat": coat}
                for (size, __), (coat, __) in product(SIZES, COATS)
            ]
        )

    def _add_prices(self, kinds):
        """Add the prices that are not there yet: how much is the manager's to say.

        :param kinds: list of dicts of `size` and `coat`
        :return: the action that tells how many
        """
        self.check_access("write")
        there = {
            (price.line_id, price.size, price.coat)
            for price in self.price_ids
            if not price.breed_ids
        }
        added = self.env["pet.plan.template.price"].create(
            [
                {"line_id": line.id, **kind}
                for line in self
                for kind in kinds
                if (line, kind["size"], kind.get("coat", False)) not in there
            ]
        )
        return notify(
            self.env._(
                "%(prices)s added, to be typed under Prices by Pet.",
                prices=say_prices(self.env, len(added)),
            )
        )

    def _check_prices(self):
        """Refuse prices that no pet has, or of which two match equally (S9).

        :raises ValidationError: naming template, service and rows, all at once
        """
        refusals = [
            refusal
            for line in self
            for refusal in (
                *line._get_price_rivals(line.price_ids),
                *line._get_price_strangers(line.price_ids),
            )
        ]
        if refusals:
            raise ValidationError("\n".join(refusals))

    def _get_price_rivals(self, rows):
        """Return which rows match equally, as sentences.

        :param rows: `pet.plan.template.price` records of the service
        """
        self.ensure_one()
        return [
            self.env._(
                "%(template)s, %(service)s: the prices %(one)s and %(other)s match "
                "the same pets. Keep one of them.",
                template=self.template_id.name,
                service=self.product_id.display_name,
                one=one.key._describe(),
                other=other.key._describe(),
            )
            for one, other in prices.find_rivals([row._get_row() for row in rows])
        ]

    def _get_price_strangers(self, rows):
        """Return which rows are for breeds that the offer is not for, as sentences.

        :param rows: `pet.plan.template.price` records of the service
        """
        self.ensure_one()
        template = self.template_id
        return [
            self.env._(
                "%(template)s is offered to %(offered)s, so %(service)s has no price "
                "for %(breeds)s.",
                template=template.name,
                offered=", ".join(
                    (template.breed_ids or template.species_ids).mapped("name")
                ),
                service=self.product_id.display_name,
                breeds=", ".join(strangers.mapped("name")),
            )
            for price in rows
            if (strangers := template._filter_strangers(price.breed_ids))
        ]
