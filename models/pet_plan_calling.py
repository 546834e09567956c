from odoo import api, fields, models
from odoo.fields import Domain

from .counted import say_days
from .formats import format_day
from .pet_appointment import UPCOMING_STATES
from .windows import notify

CALL_BUCKETS = ("not_renewed", "week_1", "week_2", "month_1")


class PetPlan(models.Model):
    """Whom to call about a plan, why, and what to know before one does (X3, X5)."""

    _inherit = "pet.plan"

    phone = fields.Char(compute="_compute_phone", groups="base.group_user")
    last_visit = fields.Datetime(
        compute="_compute_visits_around",
        groups="base.group_user",
        help="When the pet, or one of those that share the plan, was here last",
    )
    next_visit = fields.Datetime(
        compute="_compute_visits_around",
        groups="base.group_user",
        help="When the pet, or one of those that share the plan, comes next",
    )
    date_called = fields.Date(
        string="Last Call",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When somebody noted a call to the customer",
    )
    expiry_reason = fields.Char(
        compute="_compute_expiry_reason",
        groups="base.group_user",
        help="Why the plan is on a card of those whom to call",
    )
    calendar_label = fields.Char(
        compute="_compute_calendar_label",
        export_string_translation=False,
        groups="base.group_user",
    )

    @api.depends("partner_id.phone", "partner_id.commercial_partner_id.phone")
    def _compute_phone(self):
        for plan in self:
            customer = plan.partner_id
            plan.phone = customer.phone or customer.commercial_partner_id.phone

    @api.depends("pet_id.name", "partner_id", "title")
    def _compute_calendar_label(self):
        """Name who is to be called: the pet, its owner and the plan."""
        for plan in self:
            parts = (plan.pet_id.name, plan.partner_id.name, plan.title)
            plan.calendar_label = ", ".join(filter(None, parts))

    # --- When the pet was here, and comes -------------------------------------------

    def _compute_visits_around(self):
        """Look at all visits of the pets, on whichever plan; cancelled ones are none.

        In as many queries for a page of the list as for one plan.
        """
        pets_by_plan = self._get_visiting_pets()
        pets = self.env["pet.pet"].union(*pets_by_plan.values())
        now = fields.Datetime.now()
        here = Domain("pet_id", "in", pets.ids)
        here &= Domain("company_id", "in", self.company_id.ids)
        past = Domain("start", "<=", now) & Domain(
            "state", "not in", ("cancelled", "no_show")
        )
        coming = Domain("start", ">", now) & Domain("state", "in", UPCOMING_STATES)
        last = self._read_visits(here & past, "start:max")
        upcoming = self._read_visits(here & coming, "start:min")
        for plan in self:
            keys = [(pet, plan.company_id) for pet in pets_by_plan[plan]]
            plan.last_visit = max(filter(None, map(last.get, keys)), default=False)
            plan.next_visit = min(filter(None, map(upcoming.get, keys)), default=False)

    def _get_visiting_pets(self):
        """Return the pets that come on these plans: dict, plan -> `pet.pet` records.

        Of a shared one those of the household, the archived too: they were here.
        """
        shared = self.filtered(lambda plan: not plan.pet_id)
        customers = shared.partner_id.commercial_partner_id
        households = (
            self.env["pet.pet"]
            .with_context(active_test=False)
            .search([("partner_id.commercial_partner_id", "in", customers.ids)])
            .grouped(lambda pet: pet.partner_id.commercial_partner_id)
            if shared
            else {}
        )
        nobody = self.env["pet.pet"]
        return {
            plan: plan.pet_id._origin
            or households.get(plan.partner_id.commercial_partner_id._origin, nobody)
            for plan in self
        }

    @api.model
    def _read_visits(self, domain, moment):
        """Return an aggregate of visits: dict, (pet, company) -> datetime."""
        return {
            (pet, company): start
            for pet, company, start in self.env["pet.appointment"]._read_group(
                domain, ["pet_id", "company_id"], [moment]
            )
        }

    # --- Why it is on its card --------------------------------------------------------

    @api.depends(
        "expiry_bucket", "date_end", "is_renewed", "renewed_by_id", "date_called"
    )
    def _compute_expiry_reason(self):
        for plan in self:
            plan.expiry_reason = (
                " ".join(filter(None, plan._get_expiry_sentences()))
                if plan.expiry_bucket in CALL_BUCKETS
                else False
            )

    def _get_expiry_sentences(self):
        """Return why the plan is on its card, as sentences (X3, X4)."""
        self.ensure_one()
        called = self.date_called and self.env._(
            "Last call: %(day)s.", day=format_day(self.env, self.date_called)
        )
        if self.expiry_bucket == "not_renewed":
            return [self._get_not_renewed_sentence(), called]
        return [self._get_ending_sentence(), self._get_renewal_sentence(), called]

    def _get_not_renewed_sentence(self):
        self.ensure_one()
        end = format_day(self.env, self.date_end)
        if self.pet_id:
            return self.env._(
                "Not renewed: ended on %(end)s, no other plan of %(pet)s.",
                end=end,
                pet=self.pet_id.name,
            )
        return self.env._(
            "Not renewed: ended on %(end)s, no other plan for all pets of "
            "%(customer)s.",
            end=end,
            customer=self.partner_id.name,
        )

    def _get_ending_sentence(self):
        self.ensure_one()
        end = format_day(self.env, self.date_end)
        if not self.days_left:
            return self.env._("Ends today, %(end)s.", end=end)
        return self.env._(
            "Ends on %(end)s, in %(days)s.",
            end=end,
            days=say_days(self.env, self.days_left),
        )

    def _get_renewal_sentence(self):
        self.ensure_one()
        if self.renewed_by_id:
            return self.env._(
                "Renewed by %(renewal)s.", renewal=self.renewed_by_id.display_name
            )
        return None if self.is_renewed else self.env._("Not renewed yet.")

    # --- The call ---------------------------------------------------------------------

    def action_log_call(self):
        """Note in the chatter of these plans that the customers were called today.

        :return: the action that tells so
        """
        self.check_access("write")
        bodies = {
            plan.id: plan.env._(
                "Called %(customer)s%(phone)s.",
                customer=plan.partner_id.name,
                phone=f" ({plan.phone})" if plan.phone else "",
            )
            for plan in self
        }
        for company, plans in self.grouped("company_id").items():
            plans._unguarded().write({"date_called": company._get_pet_today()})
        self._message_log_batch(bodies=bodies)
        return notify(" ".join(bodies.values()))
