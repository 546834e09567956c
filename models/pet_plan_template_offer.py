from odoo import api, fields, models

from .counted import say_sessions, say_visits
from .formats import format_sessions


class PetPlanTemplate(models.Model):
    """What a customer gets and pays, in words: who types an offer reads it (S4-S12)."""

    _inherit = "pet.plan.template"

    offer_summary = fields.Text(
        string="In Words",
        compute="_compute_offer_summary",
        help="What a customer gets and pays, before the taxes that come on top",
    )

    @api.depends(
        "invoices_summary",
        "rollover",
        "line_ids.is_unlimited",
        "line_ids.max_per_day",
        "cover_ids.line_id",
        "cover_ids.display_name",
        "price_ids.line_id",
        "price_ids.price_unit",
    )
    def _compute_offer_summary(self):
        for template in self:
            template.offer_summary = template.invoices_summary and "\n".join(
                template._list_offer()
            )

    def _list_offer(self):
        """Return what the offer is, as sentences without a dot."""
        self.ensure_one()
        return [
            self._say_services(),
            self.invoices_summary,
            *filter(None, [self._say_rollover()]),
            *self._list_covers(),
            *self._list_prices_by_pet(),
        ]

    # --- Services ----------------------------------------------------------------

    def _say_services(self):
        """Return how long the offer runs and what is in it."""
        self.ensure_one()
        services = self.line_ids.filtered("product_id").grouped("product_id")
        return self.env._(
            "%(term)s: %(services)s",
            term=self._say_term(),
            services=", ".join(lines._say_service() for lines in services.values()),
        )

    def _say_term(self):
        """Return how long, and in which portions, the offer is used."""
        self.ensure_one()
        if self.kind == "plan":
            return self._say_periods()
        values = {
            "visits": say_visits(self.env, self.appointment_count),
            "duration": self._get_duration_label(),
        }
        if not self.validity:
            return self.env._("%(visits)s, without an end", **values)
        return self.env._("%(visits)s, until %(duration)s after the start", **values)

    def _say_periods(self):
        """Return the periods of a plan, such as "Each month for 6 months"."""
        self.ensure_one()
        duration = self._get_duration_label()
        if self.period_count == 1:
            return self.env._("For %(duration)s", duration=duration)
        if self.interval > 1:
            return self.env._(
                "Every %(period)s for %(duration)s",
                period=self._say_length(self.interval, self.interval_unit),
                duration=duration,
            )
        return {
            "day": self.env._("Each day for %(duration)s", duration=duration),
            "week": self.env._("Each week for %(duration)s", duration=duration),
            "month": self.env._("Each month for %(duration)s", duration=duration),
            "year": self.env._("Each year for %(duration)s", duration=duration),
        }[self.interval_unit]

    def _say_rollover(self):
        """Return what becomes of what is not used in a period, or None (X2)."""
        self.ensure_one()
        limited = self.line_ids.filtered(lambda line: not line.is_unlimited)
        if self.kind != "plan" or self.period_count == 1 or not limited:
            return None
        if self.rollover:
            return self.env._("What is not used in a period may be used later")
        return self.env._("What is not used in a period is lost")

    # --- What services are good for, and their prices ------------------------------

    def _list_covers(self):
        """Return what each service is good for besides itself, as sentences (S10)."""
        self.ensure_one()
        covers = self.cover_ids.filtered(lambda cover: cover._get_covered())
        return [
            self.env._(
                "1 session: %(service)s; %(covers)s",
                service=line.product_id.display_name,
                covers="; ".join(rows.mapped("display_name")),
            )
            for line, rows in covers.grouped("line_id").items()
        ]

    def _list_prices_by_pet(self):
        """Return between which prices each service costs, by pet, as sentences (S9)."""
        self.ensure_one()
        return [
            self.env._(
                "By pet, a session of %(service)s is %(least)s to %(most)s",
                service=line.product_id.display_name,
                least=self.currency_id.format(min(rows.mapped("price_unit"))),
                most=self.currency_id.format(max(rows.mapped("price_unit"))),
            )
            for line, rows in self.price_ids.grouped("line_id").items()
            if line
        ]


class PetPlanTemplateLine(models.Model):
    _inherit = "pet.plan.template.line"

    def _say_service(self):
        """Return what these lines of one service give: they are one balance (S12)."""
        name = self.product_id.display_name
        if any(self.mapped("is_unlimited")):
            return self._say_unlimited(name)
        sessions = self.env._(
            "%(sessions)s of %(service)s",
            sessions=say_sessions(self.env, sum(self.mapped("quantity"))),
            service=name,
        )
        free = self.filtered(lambda line: line._is_free())
        if not free or not self.template_id.amount_total:
            return sessions
        if free == self:
            return self.env._("%(sessions)s, free", sessions=sessions)
        return self.env._(
            "%(sessions)s (%(paid)s paid + %(free)s free)",
            sessions=sessions,
            paid=format_sessions(self.env, sum((self - free).mapped("quantity"))),
            free=format_sessions(self.env, sum(free.mapped("quantity"))),
        )

    def _say_unlimited(self, name):
        """Return that a service is used as often as one likes (S11).

        :param name: of the service
        """
        most = max(self.mapped("max_per_day"))
        if not most:
            return self.env._("%(service)s as often as they like", service=name)
        return self.env._(
            "%(service)s as often as they like, at most %(most)s a day",
            service=name,
            most=format_sessions(self.env, most),
        )

    def _is_free(self):
        """Tell whether the sessions are a present (S12)."""
        self.ensure_one()
        return self.currency_id.is_zero(self.price_subtotal)
