"""What the page of a customer, or of a pet, tells at one look (P1)."""

from odoo import fields
from odoo.exceptions import AccessError

from .formats import format_day_of_year
from .pet_appointment import UPCOMING_STATES
from .plan_rows import PlanRows, get_bar

OPEN_STATES = ("draft", "active")
FINISHED_STATES = ("expired", "cancelled")
MOST_ROWS = 40  # visits, and entries, that are shown of a plan; the rest in their list


class CustomerPage(PlanRows):
    """The plans of a household, or of one of its pets, as staff see them.

    Read with the rights of who looks: what they may not see is left out.
    """

    def __init__(self, customer, pet=None):
        """Take a customer, whose whole household is meant.

        :param customer: `res.partner` record
        :param pet: `pet.pet` record, or None for all pets of the household
        :raises AccessError: for customers, who have pages of their own (P3)
        """
        super().__init__(customer.env)
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._("This page is for who works here: yours is /my/plans.")
            )
        self.head = customer.commercial_partner_id
        self.pet = pet
        moves = self.env["account.move"]
        self.sees_invoices = moves.has_access("read")
        self.takes_payments = moves._may_take_pet_payments()
        self.sells = self.env["pet.plan"].has_access("create")

    def get_data(self):
        """Return the page: see `get_blocks`, and what stands on top of them."""
        blocks = self.get_blocks(OPEN_STATES)
        return {
            "can_sell": self.sells,
            "can_pay": self.takes_payments,
            "amounts": self.head._get_pet_amount_labels(),
            "next_visit": self._get_next_visit(),
            "blocks": blocks,
            "finished_count": self.env["pet.plan"].search_count(
                [*self._get_domain(), ("state", "in", FINISHED_STATES)]
            ),
        }

    def get_blocks(self, states):
        """Return the plans in some states: one block per pet, one for shared plans.

        :return: list of dicts with `pet` (dict or False), and `plans`
        """
        self._load(states)
        pets = self.pet or self.head._get_household_pets()
        by_pet = self.plans.grouped("pet_id")
        blocks = [
            {
                "pet": self._get_pet(pet),
                "plans": [self._get_plan(plan) for plan in by_pet.get(pet, ())],
            }
            for pet in pets | self.plans.pet_id
        ]
        if shared := by_pet.get(self.env["pet.pet"]):
            blocks.append(
                {"pet": False, "plans": [self._get_plan(plan) for plan in shared]}
            )
        return blocks

    # --- What is read, at once for all plans ---------------------------------------

    def _get_domain(self):
        domain = [("partner_id.commercial_partner_id", "=", self.head.id)]
        if self.pet:
            domain.append(("pet_id", "in", (self.pet.id, False)))
        return domain

    def _load(self, states):
        """Read the plans and all that belongs to them."""
        self.plans = self.env["pet.plan"].search(
            [*self._get_domain(), ("state", "in", states)],
            order="date_end, date_start, id",
        )
        self._read(self.plans)
        first = [visits[:MOST_ROWS] for visits in self.visits.values()]
        self.shown_visits = self._number(self.env["pet.appointment"].union(*first))

    def _get_next_visit(self):
        domain = [
            ("pet_id", "=", self.pet.id)
            if self.pet
            else ("partner_id.commercial_partner_id", "=", self.head.id),
            ("state", "in", UPCOMING_STATES),
            ("start", ">=", fields.Datetime.now()),
        ]
        visit = self.env["pet.appointment"].search(domain, order="start, id", limit=1)
        if not visit:
            return False
        return {
            "id": visit.id,
            "when": self._format_time(visit),
            "pet": visit.pet_id.name,
        }

    # --- What is shown ---------------------------------------------------------------

    def _get_pet(self, pet):
        return {
            "id": pet.id,
            "name": pet.name,
            "about": ", ".join(
                filter(None, ((pet.breed_id or pet.species_id).name, pet.age))
            ),
            "note": pet.note or "",
            "has_image": bool(pet.with_context(bin_size=True).image_128),
        }

    def _get_plan(self, plan):
        cycles = self.cycles.get(plan, self.env["pet.cycle"])
        visits = self.visits.get(plan, self.env["pet.appointment"])
        entries = self.entries.get(plan, self.env["pet.plan.entry"])
        return {
            "id": plan.id,
            "name": plan.name,
            "title": plan.title,
            "state": "paused" if self._rests(plan) else plan.state,
            "state_label": self._get_state_label(plan),
            "end": self._get_end(plan),
            "note": plan.note or "",
            "can_book": self.sells and plan._has_to_book(),
            "can_top_up": self.sells and not plan._get_top_up_refusal(),
            "can_renew": self.sells and not plan._get_renewal_refusal(),
            "can_change": self.sells and not plan._get_change_refusal(),
            "can_cancel": (
                self.sells
                and plan.state in ("active", "expired")
                and not plan.cancel_date
            ),
            "lines": [self._get_line(line) for line in plan.line_ids],
            "cycles": [self._get_cycle(cycle) for cycle in cycles],
            "visits": [
                self._get_visit(visit) for visit in self.shown_visits.get(plan, ())
            ],
            "visit_count": len(visits),
            "entries": [self._get_entry(entry) for entry in entries[:MOST_ROWS]],
            "entry_count": len(entries),
        }

    def _get_line(self, line):
        bar = get_bar(line.total, line.used, line.booked, line.remaining)
        return {**super()._get_line(line), "bar": bar}

    def _get_cycle(self, cycle):
        visits = self.visits_of_cycles[cycle].filtered("holds_sessions")
        return {
            **super()._get_cycle(cycle),
            "state": cycle.state,
            "visits": ", ".join(
                format_day_of_year(self.env, visit._get_day())
                for visit in visits.sorted("start")
            ),
            "can_view": self.sees_invoices and cycle._has_bill(),
            "can_pay": (
                self.takes_payments
                and cycle._has_bill()
                and cycle.state not in ("settled", "closed")
                and not cycle.awaits_credit
            ),
            "awaits_credit": cycle.awaits_credit,
            "is_draft": cycle.invoice_state == "draft",
        }

    def _get_visit(self, visit):
        return {**super()._get_visit(visit), "staff": visit.user_id.name or ""}

    def _get_entry(self, entry):
        return {
            **super()._get_entry(entry),
            "who": entry.user_id.name,
            "why": entry.reason or "",
        }
