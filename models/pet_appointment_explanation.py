from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.booking import Allotment
from .formats import format_day, format_sessions
from .pet_appointment import CAME_STATES, UPCOMING_STATES

# Plans that ended longer ago explain nothing any more
DAYS_EXPLAINED = 366
# Of each pet's plans that are over, the last ones tell why none pays
ENDED_EXPLAINED = 3


class PetAppointment(models.Model):
    """Which plan pays for a visit and why, or why none does (U2, U2a)."""

    _inherit = "pet.appointment"

    plan_choice = fields.Selection(
        [
            ("booked", "Booked on it"),
            ("hand", "Chosen by staff"),
            ("only", "The only one"),
            ("services", "Covers most services"),
            ("own", "The pet's own"),
            ("unlimited", "Unlimited"),
            ("soonest_expiry", "Ends first"),
            ("oldest", "The oldest"),
            ("fewest_left", "Fewest sessions left"),
            ("overdraft", "No plan has sessions left"),
        ],
        string="Why This Plan",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    plan_explanation = fields.Text(
        string="Who Pays",
        compute="_compute_plan_explanation",
        groups="base.group_user",
        help="Which plan pays for the visit and why, or why none does",
    )
    is_unpaid = fields.Boolean(
        string="No Plan Pays",
        compute="_compute_is_unpaid",
        groups="base.group_user",
        help="The pet is in the shop, and no plan and no invoice pays for it",
    )

    @api.depends("state", "plan_id", "to_invoice", "line_ids.invoice_id.state")
    def _compute_is_unpaid(self):
        for visit in self:
            visit.is_unpaid = (
                visit.state in CAME_STATES
                and not visit.plan_id
                and (visit.to_invoice or not visit._is_billed_apart())
            )

    @api.depends(
        "state",
        "start",
        "pet_id",
        "plan_id.name",
        "plan_choice",
        "session_label",
        "line_ids.product_id",
        "line_ids.quantity",
    )
    @api.depends_context("lang")
    def _compute_plan_explanation(self):
        unplanned = self.filtered(
            lambda visit: (
                visit.pet_id and visit.start and visit.company_id and not visit.plan_id
            )
        )
        found = unplanned._explain_candidates()
        for visit in self:
            if visit.plan_id:
                visit.plan_explanation = visit._explain_plan()
            else:
                visit.plan_explanation = "\n".join(found.get(visit, ())) or False

    def _explain_plan(self):
        """Return which plan pays, with which session, and why that one (U2a)."""
        self.ensure_one()
        plan = self.plan_id
        values = {"plan": plan.display_name, "session": self.session_label}
        if not self.session_label:
            return plan.display_name
        sentence = self.env._("%(plan)s pays: session %(session)s.", **values)
        return " ".join(
            filter(None, (sentence, self._explain_choice(self.plan_choice)))
        )

    @api.model
    def _explain_choice(self, choice):
        """Return why a plan pays, as a sentence, or None where nobody noted it.

        :param choice: a value of `plan_choice`
        """
        return {
            "booked": self.env._("The visit was booked on it."),
            "hand": self.env._("Staff chose it."),
            "only": self.env._("No other plan fits."),
            "services": self.env._("It covers more of the services than the others."),
            "own": self.env._("The pet's own plan goes before a shared one."),
            "unlimited": self.env._("It is unlimited."),
            "soonest_expiry": self.env._("It ends first."),
            "oldest": self.env._("It is the oldest."),
            "fewest_left": self.env._("It has the fewest sessions left."),
            "overdraft": self.env._(
                "No plan has sessions left: this one may owe some."
            ),
        }.get(choice)

    renewable_plan_id = fields.Many2one(
        "pet.plan",
        string="Plan to Renew",
        compute="_compute_renewable_plan_id",
        groups="base.group_user",
        help="The last one that covered the pet and the service",
    )
    top_up_plan_id = fields.Many2one(
        "pet.plan",
        string="Package to Top Up",
        compute="_compute_renewable_plan_id",
        groups="base.group_user",
        help="The last one that covers the pet and the service, and runs",
    )

    @api.depends("is_unpaid", "pet_id", "line_ids.product_id")
    def _compute_renewable_plan_id(self):
        self.renewable_plan_id = self.top_up_plan_id = False
        unpaid = self.filtered(lambda visit: visit.is_unpaid and visit.company_id)
        plans = unpaid._find_explained_plans()
        renewable = plans.filtered(lambda plan: not plan._get_renewal_refusal())
        top_up = plans.filtered(lambda plan: not plan._get_top_up_refusal())
        for visit in unpaid:
            wanted = visit.line_ids.product_id
            fitting = plans.filtered(
                lambda plan, visit=visit, wanted=wanted: (
                    plan.company_id == visit.company_id
                    and plan._covers(visit.pet_id)
                    and (not wanted or wanted & plan.line_ids._get_good_for())
                )
            )
            fitting = fitting.sorted("date_start")
            visit.renewable_plan_id = (fitting & renewable)[-1:]
            visit.top_up_plan_id = (fitting & top_up)[-1:]

    def action_renew_plan(self):
        """Open the renewal of the plan that could have paid for the visit (U2)."""
        self.ensure_one()
        return self.renewable_plan_id.action_open_renew()

    can_top_up = fields.Boolean(
        compute="_compute_can_top_up",
        groups="base.group_user",
        help="The package of the visit comes to its end, or could have paid for it",
    )

    @api.depends("is_near_end", "plan_id.state", "top_up_plan_id")
    def _compute_can_top_up(self):
        for visit in self:
            ending = visit.is_near_end and not visit.plan_id._get_top_up_refusal()
            visit.can_top_up = ending or bool(visit.top_up_plan_id)

    def action_top_up_plan(self):
        """Open the top-up of the package of the visit (S13).

        Of one that is on no plan, that of the package that could have paid for it.
        """
        self.ensure_one()
        return (self.plan_id or self.top_up_plan_id).action_open_top_up()

    # --- Without a plan ------------------------------------------------------------

    def _explain_candidates(self):
        """Return why no plan pays yet, or which one will (U2, U2a).

        :return: dict, visit -> list of sentences, one for each plan that might
        """
        plans = self._find_explained_plans()
        running = plans.filtered(lambda plan: plan.state in ("active", "expired"))
        allotments = running._get_allotments()
        return {
            visit: visit._explain_without_plan(
                plans.filtered(visit._is_of_household), allotments
            )
            for visit in self
        }

    def _find_explained_plans(self):
        """Return the plans of the households of these pets, without old ones."""
        if not self:
            return self.env["pet.plan"]
        today = min(self.company_id.mapped(lambda one: one._get_pet_today()))
        recent = fields.Date.subtract(today, days=DAYS_EXPLAINED)
        return self.env["pet.plan"].search(
            Domain("company_id", "in", self.company_id.ids)
            & (
                Domain("pet_id", "in", self.pet_id.ids)
                | Domain(
                    "partner_id",
                    "child_of",
                    self.pet_id.partner_id.commercial_partner_id.ids,
                )
            )
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", recent))
        )

    def _is_of_household(self, plan):
        """Tell whether a plan is for the pet, shared, or for another of its owner."""
        self.ensure_one()
        head = self.pet_id.partner_id.commercial_partner_id
        return plan.company_id == self.company_id and (
            plan.pet_id == self.pet_id or plan.partner_id.commercial_partner_id == head
        )

    def _explain_without_plan(self, plans, allotments):
        """Return the sentences on one visit without a plan.

        :param plans: `pet.plan` records of the household
        :param allotments: dict of `pet.plan._get_allotments`
        """
        self.ensure_one()
        if self._is_billed_apart():
            return self._explain_billed()
        running = plans.filtered(lambda plan: plan in allotments)
        covered = self._get_candidates(running, allotments)
        if covered and self.state in UPCOMING_STATES:
            return self._explain_fitting(covered, allotments)
        reasons = [
            self.env._("%(plan)s: %(reason)s.", plan=plan.display_name, reason=reason)
            for plan in self._sort_explained(plans, covered)
            for reason in [self._get_reason_against(plan, allotments)]
        ]
        return reasons or [
            self.env._(
                "%(owner)s has no plan or package.",
                owner=self.pet_id.partner_id.display_name,
            )
        ]

    def _explain_billed(self):
        """Return the sentences on a visit that an invoice of its own bills (B4)."""
        self.ensure_one()
        sentences = [self.env._("An ordinary invoice bills the visit.")]
        if self.to_invoice:
            sentences.append(self._get_unbilled_note())
        return sentences

    def _explain_fitting(self, covered, allotments):
        """Return which plan the check-in will take, and why (U1)."""
        if self.company_id.pet_plan_selection == "ask":
            return [
                self.env._("%(plan)s can pay: choose.", plan=plan.display_name)
                for plan in covered
            ]
        plan, choice = self._choose_plan(covered, allotments)
        sentence = self.env._("%(plan)s will pay.", plan=plan.display_name)
        plans = plan.browse().union(*allotments)
        shares = self._share_beside(plan, plans, allotments)
        return [
            " ".join(filter(None, (sentence, self._explain_choice(choice)))),
            *(
                self.env._(
                    "%(services)s: %(plan)s can pay, as a visit of its own.",
                    services=", ".join(services.mapped("name")),
                    plan=other.display_name,
                )
                for other, (__, services) in shares.items()
            ),
        ]

    def _sort_explained(self, plans, covered):
        """Return the plans to speak of: those that run first, the latest ended ones.

        Plans of other pets of the owner explain something only while they run.
        """
        self.ensure_one()

        def rank(plan):
            return (plan not in covered, not plan._covers(self.pet_id), plan.name)

        running = plans.filtered(lambda plan: plan.state in ("active", "draft"))
        ended = (plans - running).filtered(lambda plan: plan._covers(self.pet_id))
        ended = ended.sorted(
            lambda plan: plan.cancel_date or plan.date_end, reverse=True
        )
        return [*running.sorted(rank), *ended[:ENDED_EXPLAINED]]

    def _get_reason_against(self, plan, allotments):
        """Return why a plan does not pay for the visit, as a phrase (U2).

        :param allotments: dict of `pet.plan._get_allotments`
        """
        self.ensure_one()
        if not plan._covers(self.pet_id):
            return self.env._(
                "for %(covered)s, not for %(pet)s",
                covered=plan.pet_id.name,
                pet=self.pet_id.name,
            )
        if plan._is_cancelled():
            return self.env._(
                "cancelled on %(day)s", day=format_day(self.env, plan.cancel_date)
            )
        if plan.state == "draft":
            return self.env._("not confirmed yet")
        day = self._get_day()
        if plan.date_end and day > plan.date_end:
            return self.env._(
                "ended on %(day)s", day=format_day(self.env, plan.date_end)
            )
        if refusal := plan._get_day_refusal(day):
            return refusal
        return self._get_lack(plan, allotments[plan])

    def _get_lack(self, plan, allotment):
        """Return what a plan that runs lacks for the visit, as a phrase."""
        self.ensure_one()
        slot = allotment.find_slot(self._get_day(), self.units)
        if slot is None:
            return self.env._("no cycle is open to it")
        wanted = self.line_ids.product_id
        if wanted and not wanted.filtered(lambda one: allotment.pays_for(one.id)):
            return self.env._(
                "covers %(services)s only",
                services=", ".join(plan.line_ids._get_good_for().mapped("name")),
            )
        if self._count_covered(allotment, Allotment.has):
            return self.env._("could pay, and was not chosen")
        if plan.is_unlimited and self._is_over_day_limit(allotment):
            return self.env._(
                "%(pet)s had its visit of %(day)s already",
                pet=self.pet_id.name,
                day=format_day(self.env, self._get_day()),
            )
        if slot.last:
            return self.env._(
                "nothing left from %(start)s to %(end)s",
                start=format_day(self.env, slot.first),
                end=format_day(self.env, slot.last),
            )
        left = format_sessions(self.env, max(0.0, allotment.count_sessions(slot)))
        return self.env._("%(left)s left to book", left=left)
