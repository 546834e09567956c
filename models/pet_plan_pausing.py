from collections import defaultdict
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..lib import periods
from .counted import say_days
from .formats import format_day
from .pet_appointment import UPCOMING_STATES
from .windows import open_window


class PetPlan(models.Model):
    """Pauses: nothing is booked inside, the end moves by their days (X8)."""

    _inherit = "pet.plan"

    pause_ids = fields.One2many(
        "pet.plan.pause", "plan_id", string="Pauses", groups="base.group_user"
    )
    # By sudo: customers see that a plan rests, not the pauses with their reasons.
    is_paused = fields.Boolean(
        compute="_compute_is_paused", compute_sudo=True, search="_search_is_paused"
    )

    next_pause_id = fields.Many2one(
        "pet.plan.pause",
        compute="_compute_next_pause_id",
        groups="base.group_user",
        help="The pause that runs, or the next one to come",
    )

    @api.depends("pause_ids.date_from", "pause_ids.date_to", "company_id.pet_tz")
    def _compute_next_pause_id(self):
        for plan in self:
            today = plan.company_id._get_pet_today()
            to_come = plan.pause_ids.filtered_domain([("date_to", ">=", today)])
            plan.next_pause_id = to_come.sorted("date_from")[:1]

    @api.depends("pause_ids.date_from", "pause_ids.date_to", "company_id.pet_tz")
    def _compute_is_paused(self):
        for plan in self:
            plan.is_paused = bool(plan._get_pause(plan.company_id._get_pet_today()))

    def _search_is_paused(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "pause_ids",
                "any",
                self._get_pause_domain(company._get_pet_today()),
            )
            for company in self.env.companies
        )

    def action_open_pause(self):
        """Open the pause wizard (X8)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_pause_start",
            {"default_plan_id": self.id, "dialog_size": "extra-large"},
        )

    def action_resume(self):
        """End the pause that runs, or call the next one off (X8).

        The end moves back by the days saved.
        """
        self.check_access("write")
        for plan in self:
            pause = plan.next_pause_id
            if not pause:
                raise UserError(
                    self.env._("%(plan)s is not paused.", plan=plan.display_name)
                )
            if plan.state not in ("active", "expired"):
                raise UserError(
                    self.env._(
                        "%(plan)s is %(state)s: there is nothing to go on with.",
                        plan=plan.display_name,
                        state=plan._get_state_label().lower(),
                    )
                )
            day = max(pause.date_from, plan.company_id._get_pet_today())
            saved = (pause.date_to - day).days + 1
            body = self.env._(
                "The pause %(pause)s ends: %(days)s saved.",
                pause=pause.display_name,
                days=say_days(self.env, saved),
            )
            before = plan._get_pause_spans()
            # Pauses and periods are not the user's to write; see `_pause`.
            if pause.date_from == day:
                pause._sudo_clean().unlink()
            else:
                pause._sudo_clean()._unguarded().date_to = day - timedelta(days=1)
            plan._sudo_clean()._follow_pauses(before)
            plan._message_log(body=body)
        return True

    @api.model
    def _get_pause_domain(self, day):
        return [("date_from", "<=", day), ("date_to", ">=", day)]

    def _get_pause(self, day):
        """Return the pause in which a local day falls, or an empty record (X8)."""
        return self.pause_ids.filtered_domain(self._get_pause_domain(day))[:1]

    def _pause(self, date_from, date_to, reason):
        """Pause the plan: nothing is booked inside and its end moves (X8).

        Visits inside are cancelled, in one deal; drafts wait, since the posting job
        passes over paused plans.

        :param date_from, date_to: first and last day of the pause
        :param reason: text
        """
        self.ensure_one()
        self.check_access("write")
        today = self.company_id._get_pet_today()
        if not self._is_live(date_from) or date_to < today:
            raise UserError(
                self.env._(
                    "%(plan)s cannot be paused from %(start)s to %(end)s: it runs "
                    "from %(first)s to %(last)s, and today is %(today)s.",
                    plan=self.display_name,
                    start=format_day(self.env, date_from),
                    end=format_day(self.env, date_to),
                    first=format_day(self.env, self.date_start),
                    last=format_day(self.env, last)
                    if (last := self._get_last_day())
                    else self.env._("no end"),
                    today=format_day(self.env, today),
                )
            )
        if date_from < today and not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                self.env._(
                    "A pause from %(start)s, before today, makes %(plan)s longer after "
                    "the fact: only a manager can enter it.",
                    start=format_day(self.env, date_from),
                    plan=self.display_name,
                )
            )
        self._bump_revision()
        self._get_visits_between(date_from, date_to)._cancel(reason=reason)
        # Pauses and periods are not the user's to write: this one, of a plan the
        # user may write, is checked above.
        plan = self._sudo_clean()
        before = plan._get_pause_spans()
        plan.env["pet.plan.pause"]._unguarded().create(
            {
                "plan_id": plan.id,
                "date_from": date_from,
                "date_to": date_to,
                "reason": reason,
            }
        )
        plan._follow_pauses(before)
        plan._message_log(
            body=self.env._(
                "Paused from %(start)s to %(end)s: %(reason)s",
                start=format_day(self.env, date_from),
                end=format_day(self.env, date_to),
                reason=reason,
            )
        )

    def _preview_pause(self, date_from, date_to):
        """Return the due dates that a pause would move, without doing it (X8).

        Of a package by the deal, since visits leave it and some of its renewal's may
        come to it; of a plan with its periods. And those of a renewal that has not
        begun (X6).

        :param date_from, date_to: first and last day of the pause
        :return: dict, cycle -> date, or False for one that waits for visits again
        """
        self.ensure_one()
        end = self.date_end
        end = end and end + timedelta(days=(date_to - date_from).days + 1)
        moved = self._get_moved_start(self.date_end, end)
        renewal = self._get_renewal() if moved else self.browse()
        early = renewal._get_visits_to_come_before(moved)
        if self.kind == "package":
            pause = {"date_from": date_from, "date_to": date_to}
            paused = self.new(
                {"date_end": end, "pause_ids": [Command.create(pause)]}, origin=self
            )
            leaving = self._get_visits_between(date_from, date_to)
            dates = paused._preview_visits(leaving, early)
        else:
            before = self._get_pause_spans()
            bounds = self.cycle_ids._get_bounds_after_pauses(
                before, [*before, (date_from, date_to)]
            )
            dates = self.cycle_ids.filtered("date_from")._preview_periods(bounds)
        if renewal:
            cycles = renewal.cycle_ids.filtered("date_from")
            bounds = cycles._get_bounds_moved(moved - renewal.date_start)
            dates |= cycles._preview_periods(bounds)
            if renewal.kind == "package":
                dates |= renewal._preview_visits(early, early.browse())
        return {
            cycle: date
            for cycle, date in dates.items()
            if cycle.state != "closed" and date != cycle.date_due
        }

    def _preview_visits(self, leaving, trying):
        """Return the due dates of a package that visits leave and others enter (C7).

        :param leaving: its `pet.appointment` records that leave it
        :param trying: records of another plan, which it takes as far as it has days
            and sessions for them
        :return: dict, cycle -> date, or False for one that waits for visits again
        """
        self.ensure_one()
        plan = self._origin
        leaving = leaving.filtered("holds_sessions")
        if not plan._is_dealt() or not (leaving or trying):
            return {}
        staying = plan._get_dealt_visits() - leaving
        cycles, dates = plan._preview_deal(staying, leaving, kept=leaving.browse())
        joining = trying.browse()
        if trying:
            places = self._find_places(
                trying, plan._get_allotment_after(leaving, cycles)
            )
            cycles |= {visit.id: place.slot.id for visit, place in places.items()}
            joining = trying.browse(visit.id for visit in places)
        if not joining:
            return dates if leaving else {}
        return plan.cycle_ids._preview_due_dates(leaving, cycles, joining)

    def _get_allotment_after(self, leaving, cycles):
        """Return the allotment of a package as new visits find it after a deal.

        :param leaving: `pet.appointment` records that give their sessions back
        :param cycles: dict, visit id -> cycle id, of all that stay
        """
        self.ensure_one()
        booked = defaultdict(float)
        for visit in leaving.browse(cycles):
            booked[cycles[visit.id]] += visit.units
        balances = self.line_ids._load_balances_with_lapsed()
        for (__, line), quantity in leaving._get_held_sessions().items():
            if line in balances:  # on a plan they were on before they hold nothing
                balances[line].move(quantity, line.id)
        taken = self.cycle_ids._get_taken_sessions()
        days = self.line_ids._load_days()
        return self._get_allotment(booked, taken, balances, days)

    def _get_pause_spans(self):
        """Return the first and last day of each pause, as list of tuples (X8)."""
        self.ensure_one()
        return [(pause.date_from, pause.date_to) for pause in self.pause_ids]

    def _follow_pauses(self, before):
        """Move the end, the periods and their visits, since pauses changed (X8).

        :param before: list of `_get_pause_spans`, from before they changed
        """
        self.ensure_one()
        after = self._get_pause_spans()
        days = periods.count_days(after) - periods.count_days(before)
        self.cycle_ids._follow_pauses(before, after)
        self._follow_periods()
        if self.date_end:
            self._unguarded().write({"date_end": self.date_end + timedelta(days=days)})

    def _follow_periods(self):
        """Let visits to come follow the periods, since these moved (X8).

        A visit belongs to the period that contains it while that has a session, else
        it keeps its own.
        """
        self.ensure_one()
        if self.kind != "plan":
            return
        balances = self.line_ids._load_balances()
        moving = self.env["pet.appointment"]
        visits = self.appointment_ids.filtered(
            lambda visit: visit.holds_sessions and visit.state in UPCOMING_STATES
        )
        for visit in visits.sorted(lambda visit: (visit.start, visit.id)):
            cycle = self._get_period(visit._get_day())
            if (
                cycle
                and cycle != visit.cycle_id
                and cycle._takes_visits()
                and visit._move_sessions(balances, cycle)
            ):
                moving += visit
        if moving:
            moving._release(self.env._("The periods of the plan moved"))
            moving._book()

    def _get_period(self, day):
        """Return the billing period that contains a local day, or an empty record."""
        self.ensure_one()
        return self.cycle_ids.filtered(
            lambda cycle: cycle.date_from and cycle.date_from <= day <= cycle.date_to
        )[:1]
