from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ..lib.booking import Allotment


class PetAppointment(models.Model):
    """Picking the plan of a pet that walks in (B4, U1)."""

    _inherit = "pet.appointment"

    def _pick_plans(self):
        """Take the sessions of walk-ins from the plan the company's rule picks (U1).

        In rounds of one visit per plan: the next one sees what the first has left.
        """
        waiting = self.filtered(
            lambda visit: (
                not visit.plan_id
                and visit.company_id.pet_plan_selection != "ask"
                and not visit._is_billed_apart()
            )
        )
        while chosen := waiting._choose_plans():
            picked, later = self.browse(), self.browse()
            taken = self.env["pet.plan"]
            for visit, (plan, choice) in chosen.items():
                if plan in taken:
                    later += visit
                else:
                    visit._note_picked(plan)
                    with visit._keeping_weight():
                        visit._unguarded().write(
                            {"plan_id": plan.id, "plan_choice": choice}
                        )
                    picked += visit
                    taken += plan
            with picked._keeping_weight():
                picked._get_short_lines()._unguarded().write({"plan_line_id": False})
            picked._book()
            waiting = later

    def _choose_plans(self):
        """Return the best plan of each visit that has one, and why (U1).

        :return: dict, visit -> (plan, value of `plan_choice`)
        """
        plans = self._find_plans()
        allotments = plans._get_allotments()
        chosen = {}
        for visit in self:
            covered = visit._get_candidates(plans, allotments)
            if covered:
                chosen[visit] = visit._choose_plan(covered, allotments)
        return chosen

    def _choose_plan(self, covered, allotments):
        """Return the best of the plans that can pay for the visit, and why (U1).

        :param covered: dict of `_get_candidates`
        :param allotments: dict of `pet.plan._get_allotments`
        :return: (plan, value of `plan_choice`): what sets it apart from the next best
        """
        self.ensure_one()
        keys = {
            plan: (-count, *self._get_plan_order(plan, allotments[plan]))
            for plan, count in covered.items()
        }
        plan, *others = sorted(covered, key=keys.get)
        if not self._count_covered(allotments[plan], Allotment.has):
            return plan, "overdraft"
        if not others:
            return plan, "only"
        rule = self.company_id.pet_plan_selection
        preference = "oldest" if rule == "ask" else rule
        reasons = ("services", "own", "unlimited", preference, "oldest")
        pairs = zip(reasons, keys[plan], keys[others[0]], strict=False)
        return plan, next(
            (reason for reason, mine, other in pairs if mine != other), "oldest"
        )

    def _find_plans(self):
        """Return the plans of the pets of these visits and of their owners."""
        days = [visit._get_day() for visit in self]
        if not days:
            return self.env["pet.plan"]
        return self.env["pet.plan"].search(
            Domain("company_id", "in", self.company_id.ids)
            & Domain("state", "in", ("active", "expired"))
            & Domain("date_start", "<=", max(days))
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", min(days)))
            & (
                Domain("pet_id", "in", self.pet_id.ids)
                | (
                    Domain("pet_id", "=", False)
                    & Domain(
                        "partner_id",
                        "child_of",
                        self.pet_id.partner_id.commercial_partner_id.ids,
                    )
                )
            )
        )

    def _get_candidates(self, plans, allotments):
        """Return the plans that can pay for the visit, if only for a part of it (U1).

        Those that have sessions, or, where none has, those that may owe some.

        :param plans: `pet.plan` records, of this pet or others
        :param allotments: dict of `pet.plan._get_allotments`
        :return: dict, plan -> how many of the services it covers
        """
        self.ensure_one()
        running = plans.filtered(lambda plan: self._is_open_to(plan))
        for finds in (Allotment.has, Allotment.may_take):
            covered = {
                plan: count
                for plan in running
                if (count := self._count_covered(allotments[plan], finds))
            }
            if covered:
                return covered
        return {}

    def _is_open_to(self, plan):
        """Tell whether a plan runs on the day of the visit and covers the pet (U1)."""
        self.ensure_one()
        return (
            plan.company_id == self.company_id
            and plan._covers(self.pet_id)
            and not plan._get_day_refusal(self._get_day())
        )

    def _count_covered(self, allotment, finds):
        """Return how many services of the visit a plan has sessions of (U1).

        :param allotment: `lib.booking.Allotment` of the plan
        :param finds: see `_get_covered_lines`
        """
        self.ensure_one()
        if self.line_ids:
            return len(self._get_covered_lines(allotment, finds))
        # It takes what the plan gives: one service at least.
        slot = allotment.find_slot(self._get_day(), self.units)
        return int(
            slot is not None
            and any(
                service.fits_day(self.units, self._get_who())
                and finds(allotment, name, self.units, slot)
                for name, service in allotment.services.items()
            )
        )

    def _get_covered_lines(self, allotment, finds):
        """Return the services of the visit of which a plan has sessions, one by one.

        :param allotment: `lib.booking.Allotment` of the plan
        :param finds: `Allotment.has`, or `Allotment.may_take` of what may be owed
        """
        self.ensure_one()
        covered, wanted = self.line_ids.browse(), defaultdict(float)
        slot = allotment.find_slot(self._get_day(), self.units)
        if slot is None:
            return covered
        for line in self.line_ids:
            if payer := allotment.find_payer(line._ask(), slot, wanted, finds):
                service, sessions = payer
                wanted[service] += sessions
                covered += line
        return covered

    def _get_short_lines(self):
        """Return the services of which the plan has too few sessions: billed apart.

        A plan that was taken since it may owe some has none of any service.
        """
        allotments = self.plan_id._get_allotments()
        short = self.env["pet.appointment.line"]
        for visit in self:
            allotment = allotments[visit.plan_id]
            short |= visit.line_ids - (
                visit._get_covered_lines(allotment, Allotment.has)
                or visit._get_covered_lines(allotment, Allotment.may_take)
            )
        return short

    def _get_plan_order(self, plan, allotment):
        """Return the sort key of a candidate plan: own before shared, then U1.

        :param allotment: `lib.booking.Allotment` of the plan, for what can be used on
            the day of the visit
        """
        self.ensure_one()
        slot = allotment.find_slot(self._get_day(), self.units)
        # With rollover nothing is lost with the period.
        lapses = (not plan.rollover and slot.last) or plan.date_end
        by_rule = {
            "soonest_expiry": lapses or fields.Date.to_date("9999-12-31"),
            "oldest": plan.date_start,
            "fewest_left": allotment.count_sessions(slot),
        }
        rule = self.company_id.pet_plan_selection
        return (
            not plan.pet_id,
            not plan.is_unlimited,
            by_rule.get(rule, plan.date_start),
            plan.date_start,
            plan.id,
        )
