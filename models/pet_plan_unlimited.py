from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_compare

from ..lib import periods
from .counted import say_sessions
from .formats import format_day, format_sessions


class PetPlanTemplateLine(models.Model):
    _name = "pet.plan.template.line"
    _inherit = ["pet.plan.template.line", "pet.unlimited.mixin"]

    def _get_seller(self):
        self.ensure_one()
        return self.template_id

    @api.onchange("is_unlimited")
    def _onchange_is_unlimited(self):
        if self.is_unlimited:
            self.quantity = 1.0

    def _prepare_plan_line_vals(self, company, currency, animal):
        return {
            **super()._prepare_plan_line_vals(company, currency, animal),
            "is_unlimited": self.is_unlimited,
            "max_per_day": self.max_per_day,
        }


class PetPlanTemplate(models.Model):
    _inherit = "pet.plan.template"

    is_unlimited = fields.Boolean(
        string="Unlimited",
        compute="_compute_is_unlimited",
        help="A service of the offer may be used as often as one likes",
    )

    @api.constrains("kind")
    def _check_unlimited(self):
        self.line_ids._check_unlimited()

    @api.depends("line_ids.is_unlimited")
    def _compute_is_unlimited(self):
        for template in self:
            template.is_unlimited = any(template.line_ids.mapped("is_unlimited"))


class PetPlanLine(models.Model):
    _name = "pet.plan.line"
    _inherit = ["pet.plan.line", "pet.unlimited.mixin"]

    left_label = fields.Char(
        string="Left in Words",
        compute="_compute_left_label",
        help="How many sessions are not used yet, or that they are unlimited",
    )

    @api.depends("left", "is_unlimited")
    @api.depends_context("lang")
    def _compute_left_label(self):
        for line in self:
            line.left_label = (
                self.env._("unlimited")
                if line.is_unlimited
                else format_sessions(self.env, line.left)
            )

    def _get_seller(self):
        self.ensure_one()
        return self.plan_id

    def _get_sold_fields(self):
        return {*super()._get_sold_fields(), "is_unlimited", "max_per_day"}

    def _prepare_kept_vals(self):
        return {
            **super()._prepare_kept_vals(),
            "is_unlimited": self.is_unlimited,
            "max_per_day": self.max_per_day,
        }

    def _prepare_unlimited_grants(self, vals_list):
        """Return the grants that come with what visits take without limit (S11).

        And those that go again with what they give back.

        :param vals_list: list of dicts as of `_prepare_entry_vals`
        """
        lines = self.browse({vals["line_id"] for vals in vals_list}).grouped("id")
        return [
            {**vals, "kind": "grant", "quantity": -vals["quantity"]}
            for vals in vals_list
            if lines[vals["line_id"]].is_unlimited
        ]

    def _load_days(self, around=()):
        """Return what each pet has of unlimited services on each day (S11).

        :param around: naive UTC datetimes, whose local days are enough; else all days
        :return: defaultdict, line -> dict, (pet id, local day) -> sessions; of lines
            that have a limit per day
        """
        days = defaultdict(lambda: defaultdict(float))
        limited = self.filtered(lambda line: line.is_unlimited and line.max_per_day)
        if not limited:
            return days
        domain = Domain("plan_line_id", "in", limited.ids)
        domain &= Domain("appointment_id.holds_sessions", "=", True)
        if around:  # of one local day no moment is further away than a day
            day = timedelta(days=1)
            domain &= Domain("appointment_id.start", ">=", min(around) - day)
            domain &= Domain("appointment_id.start", "<=", max(around) + day)
        taken = self.env["pet.appointment.line"].search(domain)
        for service in taken:
            visit = service.appointment_id
            who = (visit.pet_id.id, visit._get_day())
            days[service.plan_line_id][who] += service.sessions
        return days

    def _get_day_limit(self, days):
        """Return what `lib.booking.Service` is told of the limit per day (S11).

        :param days: dict of `_load_days`
        """
        if not self.is_unlimited:
            return {}
        return {"per_day": self.max_per_day, "by_day": dict(days[self])}

    def _add_days_unused(self, unused, day):
        """Return what cycles billed and is not used, with the days of this line (S11).

        :param unused: dict, cycle -> dict, plan line -> sessions
        :param day: date; by default that of the plan's cancellation
        """
        self.ensure_one()
        day = day or self.plan_id.cancel_date
        found = dict(unused)
        for cycle in unused.keys() & set(self.plan_id.cycle_ids) if day else ():
            if part := self._get_days_unused(cycle, day):
                found[cycle] = {**unused[cycle], self: self.quantity * part}
        return found

    def _get_days_unused(self, cycle, day):
        """Return the part of a period that is not over on a day, from 0 to 1 (S11).

        Days on which the plan was, or is to be, paused count for nothing.

        :param cycle: `pet.cycle` record, a period of the plan
        :param day: date, the first one that is not used
        """
        self.ensure_one()
        pauses = [(pause.date_from, pause.date_to) for pause in self.plan_id.pause_ids]
        return periods.part_from(cycle.date_from, cycle.date_to, day, pauses)


class PetPlan(models.Model):
    _inherit = "pet.plan"

    is_unlimited = fields.Boolean(
        string="Unlimited",
        compute="_compute_is_unlimited",
        help="A service of the plan may be used as often as one likes",
    )
    left_label = fields.Char(
        string="Left in Words",
        compute="_compute_left_label",
        help="How much is not used yet, or that it is unlimited",
    )

    @api.depends("line_ids.is_unlimited")
    def _compute_is_unlimited(self):
        for plan in self:
            plan.is_unlimited = any(plan.line_ids.mapped("is_unlimited"))

    @api.depends("sessions_left", "line_ids.is_unlimited")
    @api.depends_context("lang")
    def _compute_left_label(self):
        for plan in self:
            left = format_sessions(self.env, plan.sessions_left)
            if not plan.is_unlimited:
                plan.left_label = left
            elif plan._get_limited_lines():
                plan.left_label = self.env._("%(left)s + unlimited", left=left)
            else:
                plan.left_label = self.env._("unlimited")

    @api.model
    def _say_unlimited(self, lines):
        """Return the counters that have no number where a service has no limit (S11).

        :param lines: `pet.plan.line` records that are counted together
        :return: dict, name of a counter -> text
        """
        if not any(lines.mapped("is_unlimited")):
            return {}
        return dict.fromkeys(("total", "to_book", "left"), self.env._("unlimited"))

    def _get_summed_lines(self):
        """Return the lines whose counters are summed up (S11).

        What has no limit is summed with nothing, unless there is nothing else.
        """
        return self._get_limited_lines() or self.line_ids

    def _get_limited_lines(self):
        """Return the lines whose sessions are counted: not those without limit."""
        return self.line_ids.filtered(lambda line: not line.is_unlimited)

    def _prepare_grant_vals_list(self):
        """Grant nothing in advance of what has no limit: each visit brings its own."""
        unlimited = set(self.line_ids.filtered("is_unlimited").ids)
        return [
            vals
            for vals in super()._prepare_grant_vals_list()
            if vals["line_id"] not in unlimited
        ]


class PetPlanEntry(models.Model):
    _inherit = "pet.plan.entry"

    @api.model
    def _get_told_domain(self):
        """Return the domain of what customers are told of the ledger (S11).

        What comes and goes with each unlimited visit says nothing to them.
        """
        is_limited = Domain("line_id.is_unlimited", "=", False)
        return is_limited | Domain("kind", "!=", "grant")

    def _is_told(self):
        """Tell whether customers are told of the entry: see `_get_told_domain`."""
        self.ensure_one()
        return self.kind != "grant" or not self.line_id.is_unlimited

    def _format_balance(self, balance):
        """Return what was left after the entry, as a text; "" without limit (S11).

        :param balance: float
        """
        self.ensure_one()
        return "" if self.line_id.is_unlimited else format_sessions(self.env, balance)


class PetCycle(models.Model):
    _inherit = "pet.cycle"

    is_unlimited = fields.Boolean(
        related="plan_id.is_unlimited", help="Its visits have no number"
    )


class PetAppointment(models.Model):
    _inherit = "pet.appointment"

    def _get_who(self):
        """Return the pet and the local day of the visit, for `lib.booking` (S11)."""
        self.ensure_one()
        return (self.pet_id._origin.id, self.start and self._get_day())

    def _is_over_day_limit(self, allotment):
        """Tell whether the pet had all that the plan covers on the day (S11).

        :param allotment: `lib.booking.Allotment` of the plan
        """
        self.ensure_one()
        who = self._get_who()
        return any(
            not service.fits_day(self.units, who)
            for service in allotment.services.values()
        )

    def _check_days(self):
        """Refuse more of an unlimited service than a pet may have on a day (S11).

        :raises UserError: naming plan, pet, day and numbers
        """
        lines = self.filtered("holds_sessions").line_ids.plan_line_id
        refusals = []
        for line, days in lines._load_days(self.mapped("start")).items():
            for visit in self.filtered(
                lambda one, line=line: line in one.line_ids.plan_line_id
            ):
                sessions = days[visit.pet_id.id, visit._get_day()]
                if float_compare(sessions, line.max_per_day, precision_digits=6) > 0:
                    refusals.append(visit._get_day_limit_text(line, sessions))
        if refusals:
            raise UserError("\n".join(dict.fromkeys(refusals)))

    def _get_day_limit_text(self, line, sessions):
        """Return that a pet would have too much on one day, as a sentence (S11).

        :param line: `pet.plan.line` record without limit
        :param sessions: float, what the pet would have that day
        """
        self.ensure_one()
        return self.env._(
            "%(plan)s covers %(most)s of %(service)s a day: %(pet)s would have "
            "%(sessions)s on %(day)s.",
            plan=line.plan_id.display_name,
            most=say_sessions(self.env, line.max_per_day),
            service=line.display_name,
            pet=self.pet_id.name,
            sessions=format_sessions(self.env, sessions),
            day=format_day(self.env, self._get_day()),
        )
