from odoo import api, fields, models
from odoo.tools import float_compare

from .formats import format_sessions


class PetPlanTemplate(models.Model):
    """What is wrong with an offer, told where it is typed, before it is refused."""

    _inherit = "pet.plan.template"

    terms_fault = fields.Text(compute="_compute_terms_fault")
    services_fault = fields.Text(compute="_compute_services_fault")
    prices_fault = fields.Text(compute="_compute_prices_fault")
    covers_fault = fields.Text(compute="_compute_covers_fault")

    @api.depends(
        *("name", "kind", "appointment_count", "appointments_per_cycle"),
        *("interval", "period_count"),
    )
    def _compute_terms_fault(self):
        for template in self:
            template.terms_fault = (
                template._get_periods_fault()
                if template.kind == "plan"
                else template._get_visits_fault()
            )

    @api.depends(
        *("name", "kind", "line_ids.product_id", "line_ids.quantity"),
        *("line_ids.price_unit", "line_ids.discount", "line_ids.is_unlimited"),
    )
    def _compute_services_fault(self):
        for template in self:
            template.services_fault = self._join_faults(
                fault
                for line in template.line_ids.filtered("product_id")
                for fault in line._list_faults()
            )

    @api.depends(
        *("name", "species_ids", "breed_ids", "line_ids.product_id"),
        *("price_ids.line_id", "price_ids.size", "price_ids.coat"),
        *("price_ids.breed_ids", "price_ids.price_unit"),
    )
    def _compute_prices_fault(self):
        for template in self:
            # Of no service yet: saving asks for it.
            priced = template.price_ids.filtered("line_id")
            template.prices_fault = self._join_faults(
                fault
                for line, rows in priced.grouped("line_id").items()
                for fault in line._list_price_faults(rows)
            )

    @api.depends(
        *("cover_ids.line_id", "cover_ids.product_id"),
        *("cover_ids.product_tmpl_id", "cover_ids.sessions"),
    )
    def _compute_covers_fault(self):
        for template in self:
            # A row that is not filled yet is no fault: saving asks for what is missing.
            typed = template.cover_ids.filtered(
                lambda cover: cover.line_id and cover._get_covered()
            )
            template.covers_fault = self._join_faults(
                cover._get_refusal() for cover in typed
            )

    @api.model
    def _join_faults(self, faults):
        """Return sentences a line each, or False; None is none."""
        return "\n".join(dict.fromkeys(filter(None, faults))) or False


class PetPlanTemplateLine(models.Model):
    _inherit = "pet.plan.template.line"

    def _list_faults(self):
        """Return what is wrong with the service, as sentences."""
        self.ensure_one()
        return [
            *self._list_number_faults(),
            *filter(None, [self.is_unlimited and self._get_unlimited_refusal()]),
        ]

    def _list_number_faults(self):
        """Yield which numbers the service cannot have, as sentences."""
        self.ensure_one()
        name = self.product_id.display_name
        if float_compare(self.quantity, 0.0, precision_digits=6) <= 0:
            yield self.env._(
                "%(service)s has more than 0 sessions, not %(quantity)s.",
                service=name,
                quantity=format_sessions(self.env, self.quantity),
            )
        if self.price_unit < 0:
            yield self.env._(
                "%(service)s: the price of a session cannot be negative.", service=name
            )
        if not 0 <= self.discount <= 100:
            yield self.env._(
                "%(service)s: a discount is between 0 and 100 percent, not "
                "%(discount)s.",
                service=name,
                discount=format_sessions(self.env, self.discount),
            )

    def _list_price_faults(self, rows):
        """Return what is wrong with prices by pet of the service, as sentences (S9).

        :param rows: its `pet.plan.template.price` records, as they are typed
        """
        # Rows of nothing yet are no fault: saving asks for whom they are.
        typed = rows.filtered(lambda price: price._get_row().kind)
        sound = typed.filtered(lambda price: price._get_row().is_sound)
        return [
            *filter(None, (price._get_fault() for price in typed)),
            *self._get_price_rivals(sound),
            *self._get_price_strangers(sound),
        ]
