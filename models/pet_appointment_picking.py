from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain


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
        while plans := waiting._choose_plans():
            picked, later = self.browse(), self.browse()
            taken = self.env["pet.plan"]
            for visit, plan in plans.items():
                if plan in taken:
                    later += visit
                else:
                    visit._unguarded().write({"plan_id": plan.id})
                    picked += visit
                    taken += plan
            picked._get_short_lines()._unguarded().write({"plan_line_id": False})
            picked._book()
            waiting = later

    def _choose_plans(self):
        """Return the best plan of each visit that has one: dict, visit -> plan."""
        plans = self._find_plans()
        allotments = plans._get_allotments()
        chosen = {}
        for visit in self:
            candidates = plans.filtered(
                lambda plan, visit=visit: visit._is_served_by(plan, allotments[plan])
            )
            if candidates:
                # The order reads counters: those of all plans at once.
                candidates = candidates.with_prefetch(plans._prefetch_ids)
                chosen[visit] = min(candidates, key=visit._get_plan_order)
        return chosen

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

    def _is_served_by(self, plan, allotment):
        """Tell whether a plan runs, covers the pet and has sessions left (U1).

        :param allotment: `lib.booking.Allotment` of the plan
        """
        self.ensure_one()
        day = self._get_day()
        if (
            plan.company_id != self.company_id
            or not plan._covers(self.pet_id)
            or plan._get_day_refusal(day)
        ):
            return False
        slot = allotment.find_slot(day, self.units)
        if slot is None:
            return False
        if not self.line_ids:
            return any(
                allotment.has(product_id, self.units, slot)
                for product_id in allotment.services
            )
        return any(
            allotment.has(line.product_id.id, line.quantity, slot)
            for line in self.line_ids
        )

    def _get_short_lines(self):
        """Return the services of which the plan has too few sessions: billed apart."""
        allotments = self.plan_id._get_allotments()
        short = self.env["pet.appointment.line"]
        for visit in self:
            allotment = allotments[visit.plan_id]
            slot = allotment.find_slot(visit._get_day(), visit.units)
            wanted = defaultdict(float)
            for line in visit.line_ids.filtered("plan_line_id"):
                product_id = line.product_id.id
                quantity = wanted[product_id] + line.quantity
                if allotment.has(product_id, quantity, slot):
                    wanted[product_id] = quantity
                else:
                    short |= line
        return short

    def _get_plan_order(self, plan):
        """Return the sort key of a candidate plan: own before shared, then U1."""
        by_rule = {
            "soonest_expiry": plan.date_end or fields.Date.to_date("9999-12-31"),
            "oldest": plan.date_start,
            "fewest_left": plan.sessions_remaining,
        }
        rule = self.company_id.pet_plan_selection
        return (not plan.pet_id, by_rule.get(rule, plan.date_start), plan.id)
