from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .counted import say_hours
from .formats import format_day, format_sessions
from .pet_appointment import UPCOMING_STATES
from .pet_plan_reminders import RENEWAL_REQUEST
from .plan_rows import get_bar


class CustomerRefusal(UserError):
    """Why a customer cannot do something online, in the words meant for them."""


class PetPlan(models.Model):
    """What customers see of their plans, and may ask for, in the portal (P3).

    The pages show what `_get_portal_summaries` and the `_get_portal_rows` of visits,
    entries and cycles return, which are texts, and nothing else: notes, reasons and the
    names of staff do not come that far.
    """

    _name = "pet.plan"
    _inherit = ["pet.plan", "portal.mixin"]

    date_renewal_asked = fields.Date(
        string="Renewal Asked For On",
        readonly=True,
        copy=False,
        help="When the customer asked for the renewal in the portal",
    )

    # --- Links -----------------------------------------------------------------

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for plan in self:
            plan.access_url = f"/my/plans/{plan.id}"
        return result

    def _portal_ensure_token(self):
        # Who may read the plan may have its link; the token is nobody's to choose.
        return super(PetPlan, self._unguarded())._portal_ensure_token()

    def write(self, vals):
        if "partner_id" not in vals:
            return super().write(vals)
        before = {plan.id: plan.partner_id for plan in self}
        result = super().write(vals)
        # Links sent to who had the plan before lead nowhere now.
        given = self.filtered(
            lambda plan: plan.access_token and plan.partner_id != before[plan.id]
        )
        if given:
            given._unguarded().write({"access_token": False})
        return result

    # --- Whose is what ---------------------------------------------------------

    @api.model
    def _get_portal_domain(self, partner):
        """Return the domain of the plans of a customer's household (P3).

        :param partner: `res.partner` record
        """
        household = partner.commercial_partner_id
        return Domain("partner_id", "child_of", household.id) & Domain(
            "state", "!=", "draft"
        )

    def _get_portal_sections(self):
        """Return what the sections of the page of this plan list (P3).

        Of a plan that was given away before it was used, what others cancelled or paid
        is theirs to see, and left out.

        :return: dict, name of the section -> (name of the model, domain, order)
        """
        self.ensure_one()
        household = self.partner_id.commercial_partner_id
        of_plan = Domain("plan_id", "=", self.id)
        visits = of_plan & Domain("partner_id", "child_of", household.id)
        to_come = Domain("state", "in", UPCOMING_STATES)
        bills = Domain("state", "!=", "closed") & Domain(
            "invoice_id.commercial_partner_id", "=", household.id
        )
        entries = Domain("appointment_id", "=", False) | Domain(
            "appointment_id.partner_id", "child_of", household.id
        )
        return {
            "upcoming": ("pet.appointment", visits & to_come, "start, id"),
            "past": ("pet.appointment", visits & ~to_come, "start desc, id desc"),
            "invoices": ("pet.cycle", of_plan & bills, "sequence"),
            "history": (
                "pet.plan.entry",
                of_plan & entries & self.env["pet.plan.entry"]._get_told_domain(),
                "id desc",
            ),
        }

    # --- What is shown ---------------------------------------------------------

    def _get_portal_summaries(self):
        """Return what the list and the head of the page show of each plan.

        :return: list of dicts of texts, with the link of each
        """
        amounts = self._get_portal_amounts_due()
        return [
            {
                "url": plan.access_url,
                "reference": plan.name,
                "title": plan.title,
                "pet": plan.pet_id.name or self.env._("All your pets"),
                "state": plan.state,
                "state_label": plan._get_state_label(),
                "start": format_day(self.env, plan.date_start),
                "end": plan._get_portal_end(),
                "amount_due": ", ".join(amounts.get(plan, ())),
                "kind": plan.kind,
                "sessions": plan._get_portal_counters(plan._get_counted_lines()),
            }
            for plan in self
        ]

    def _get_portal_end(self):
        """Return the last day of the plan, and that it is cancelled, if it is (X7)."""
        self.ensure_one()
        if self.cancel_date:
            return self.env._(
                "%(day)s (cancelled)",
                day=format_day(self.env, self.cancel_date - timedelta(days=1)),
            )
        if not self.date_end:
            return self.env._("Never")
        return format_day(self.env, self.date_end)

    def _get_portal_services(self):
        """Return the counters of each service of this plan: list of dicts of texts."""
        self.ensure_one()
        return [
            {
                "name": lines[:1].display_name,
                "sessions": self._get_portal_counters(lines),
            }
            for lines in self.line_ids.sorted().grouped("product_id").values()
        ]

    @api.model
    def _get_portal_counters(self, lines):
        """Return the counters of some lines as texts, with the widths of the bar."""
        used, booked, to_book, total, expired = (
            sum(lines.mapped(name))
            for name in ("used", "booked", "remaining", "total", "expired")
        )
        counts = {
            "used": used,
            "booked": booked,
            "to_book": to_book,
            "left": booked + to_book,
            "total": total,
        }
        return {
            **{
                name: format_sessions(self.env, count) for name, count in counts.items()
            },
            **self._say_unlimited(lines),
            "is_unlimited": any(lines.mapped("is_unlimited")),
            "expired": format_sessions(self.env, expired) if expired > 0 else False,
            "widths": get_bar(total, used, booked, to_book),
        }

    def _get_portal_amounts_due(self):
        """Return what the customers have to pay: dict, plan -> list of texts.

        One text per currency, of posted invoices that are billed to their household.
        """
        moves = self.env["account.move"]
        rows = moves._read_group(
            Domain("pet_plan_id", "in", self.ids)
            & Domain("bills_pet_cycle", "=", True)
            & moves._get_pet_unpaid_domain(),
            ["pet_plan_id", "commercial_partner_id", "currency_id"],
            ["amount_residual:sum"],
        )
        due, plans = {}, self.grouped("id")
        for found, household, currency, amount in rows:
            plan = plans[found.id]  # read together with the others
            if household == plan.partner_id.commercial_partner_id:
                due.setdefault(plan, []).append(currency.format(amount))
        return due

    def _get_portal_late_rule(self):
        """Return what a late cancellation costs, as a sentence, or None (C9)."""
        self.ensure_one()
        hours = self._get_bounded("late_cancel_hours")
        if not hours:
            return None
        return self.env._(
            "A visit that is cancelled less than %(hours)s before it begins uses its "
            "session all the same.",
            hours=say_hours(self.env, hours),
        )

    def _get_portal_contact(self):
        """Return how to reach the shop: its name, with the phone if it has one."""
        self.ensure_one()
        company = self.company_id
        return ", ".join(filter(None, (company.name, company.phone)))

    # --- Asking to renew -------------------------------------------------------

    def _get_portal_renewal_refusal(self):
        """Return why the customer cannot ask to renew, as a sentence, or None (X6)."""
        self.ensure_one()
        if not self.company_id.pet_portal_changes:
            return self.env._(
                "Please ask %(shop)s for a renewal.", shop=self._get_portal_contact()
            )
        if self.is_renewed:
            return self.env._("This plan is renewed already.")
        if (
            self.state not in ("active", "expired")
            or self.cancel_date
            or (self.pet_id and not self.pet_id.active)
        ):
            return self.env._(
                "This plan cannot be renewed online. Please contact %(shop)s.",
                shop=self._get_portal_contact(),
            )
        return None

    def _portal_ask_renewal(self):
        """Give whoever sold the plan the task to renew it, once (P3).

        :raises CustomerRefusal: in the customer's words
        """
        self.ensure_one()
        if self.date_renewal_asked:
            return
        refusal = self._get_portal_renewal_refusal()
        if refusal:
            raise CustomerRefusal(refusal)
        # Customers write no plans. The controller has checked that this one is theirs;
        # it gets a date and a task, in the shop's words.
        plan = self.company_id._get_scoped(self._sudo_clean())
        today = self.company_id._get_pet_today()
        plan._unguarded().write({"date_renewal_asked": today})
        plan.with_context(mail_activity_quick_update=True).activity_schedule(
            RENEWAL_REQUEST, date_deadline=today, user_id=plan._get_seller().id
        )
        plan._message_log(body=plan.env._("The customer asks to renew, in the portal."))
