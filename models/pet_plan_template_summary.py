from collections import Counter
from math import ceil

from odoo import Command, api, fields, models

from .counted import say_invoices, say_sessions, say_visits


class PetPlanTemplate(models.Model):
    """What the form of a template says of its terms in words (S4-S6)."""

    _inherit = "pet.plan.template"

    invoices_summary = fields.Char(
        string="Billed In",
        compute="_compute_invoices_summary",
        help="The invoices that a sale makes, before the taxes that come on top",
    )
    visits_warning = fields.Char(compute="_compute_visits_warning")

    @api.depends(
        lambda self: (
            *self._get_term_fields(),
            "currency_id",
            "line_ids.product_id",
            "line_ids.quantity",
            "line_ids.price_subtotal",
        )
    )
    def _compute_invoices_summary(self):
        for template in self:
            template.invoices_summary = (
                template._say_invoices(template._get_amounts_to_bill())
                if template.line_ids and template._has_cycles()
                else False
            )

    def _has_cycles(self):
        """Tell whether the terms of a form are far enough to have cycles."""
        self.ensure_one()
        if self.kind == "plan":
            return self.interval > 0 and self.period_count > 0
        return self.appointment_count > 0 and self.appointments_per_cycle > 0

    def _get_amounts_to_bill(self):
        """Return the amounts of the invoices that a sale makes, in order (S6)."""
        self.ensure_one()
        company = self.company_id or self.env.company
        plan = self.env["pet.plan"].new(
            {
                **{name: self[name] for name in self._get_term_fields()},
                "company_id": company.id,
                "currency_id": self.currency_id.id,
                "date_start": company._get_pet_today(),
                "line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "quantity": line.quantity,
                            "price_unit": line.price_unit,
                            "discount": line.discount,
                        }
                    )
                    for line in self.line_ids
                ],
            }
        )
        return [amount for __, __, __, amount, __ in plan._get_bills_to_come({})]

    def _say_invoices(self, amounts):
        """Return how many invoices of what amount, such as "3 invoices of 180.00"."""
        self.ensure_one()
        invoices = say_invoices(self.env, len(amounts))
        counts = Counter(amounts)
        if not counts:
            return self.env._("Nothing: it costs nothing")
        if len(counts) == 1:
            return self.env._(
                "%(invoices)s of %(amount)s",
                invoices=invoices,
                amount=self.currency_id.format(amounts[0]),
            )
        return self.env._(
            "%(invoices)s: %(amounts)s",
            invoices=invoices,
            amounts=", ".join(
                self.env._(
                    "%(count)s of %(amount)s",
                    count=count,
                    amount=self.currency_id.format(amount),
                )
                for amount, count in counts.items()
            ),
        )

    @api.depends(
        "kind", "appointment_count", "line_ids.product_id", "line_ids.quantity"
    )
    def _compute_visits_warning(self):
        """Warn of more visits than sessions: a typing error more often than not."""
        for template in self:
            template.visits_warning = (
                template.kind == "package" and template._get_visits_warning()
            )

    def _get_visits_warning(self):
        """Return that visits find no session of any service, or None."""
        self.ensure_one()
        sessions = {
            product: sum(lines.mapped("quantity"))
            for product, lines in self.line_ids.grouped("product_id").items()
            if product
        }
        most = max(sessions, key=sessions.get, default=None)
        if most is None or sessions[most] >= self.appointment_count:
            return None
        return self.env._(
            "%(visits)s are sold, but only %(sessions)s of %(service)s: there is "
            "nothing to book for %(short)s.",
            visits=say_visits(self.env, self.appointment_count),
            sessions=say_sessions(self.env, sessions[most]),
            service=most.display_name,
            short=say_visits(
                self.env, ceil(round(self.appointment_count - sessions[most], 6))
            ),
        )
