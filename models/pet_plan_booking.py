from collections import defaultdict
from itertools import dropwhile, takewhile
from math import inf

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..lib import booking, dealing, opening, periods
from .formats import format_day
from .pet_appointment import UPCOMING_STATES
from .windows import open_window


class PetPlan(models.Model):
    """Visits: who may book when (B1-B3), and the deal into cycles (C2-C8)."""

    _inherit = "pet.plan"

    to_book = fields.Integer(
        string="Visits to Book",
        compute="_compute_to_book",
        help="Visits for which sessions are still to book",
    )
    visits_revision = fields.Integer(
        default=0,
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Technical: counts the changes of the plan's visits, see _bump_revision()",
    )

    @api.depends("state", "line_ids.remaining")
    def _compute_to_book(self):
        """Visits until the service with the most sessions left is used up."""
        for plan in self:
            services = plan.line_ids.grouped("product_id").values()
            most = max(
                (sum(lines.mapped("remaining")) for lines in services), default=0
            )
            plan.to_book = max(0, int(most)) if plan.state == "active" else 0

    def _has_to_book(self):
        """Tell whether there is something left to book, half a session too."""
        self.ensure_one()
        return self.state == "active" and (
            self.is_unlimited or self.sessions_remaining > 0
        )

    def _is_booked_out(self):
        """Tell whether a package is all booked, so that no visit is to come (S10)."""
        self.ensure_one()
        lines = self.line_ids
        return (
            self.kind == "package"
            and self.state in ("active", "expired")
            and not lines._is_some(sum(max(0.0, line.remaining) for line in lines))
            and any(self.appointment_ids.mapped("holds_sessions"))
        )

    def _date_empty_cycles(self):
        """Let the bills of cycles that no visit will enter be due with the last (S10).

        By what took the last session: later on only deals date them anew (C1).
        """
        packages = self.filtered(lambda plan: plan.kind == "package")
        packages.cycle_ids._filter_empty_for_good().filtered(
            lambda cycle: cycle.state == "waiting"
        )._follow_visits()

    def _describe_empty_cycles(self):
        """Return which bills become due once nothing is left to book: list of texts."""
        self.ensure_one()
        waiting = self.cycle_ids.filtered(
            lambda cycle: cycle.state == "waiting" and cycle.invoice_id
        )
        if self.kind != "package" or not any(
            self.appointment_ids.mapped("holds_sessions")
        ):
            return []
        last = self._get_last_day_used()
        dates = waiting._calculate_due_dates(
            lambda cycle, ahead: cycle._get_ordered_due_date([last], ahead)
        )
        return [cycle._describe_new_due_date(date) for cycle, date in dates.items()]

    def book(self, starts, **values):
        """Book visits on this plan (B1-B3).

        :param starts: list of naive UTC datetimes, or texts: "2026-01-05 09:00:00" in
            UTC, or ISO 8601 with its zone, "2026-01-05T06:00:00-03:00"
        :param values: more values of the visits, such as `user_id`, `duration`, or
            `pet_id`, which a shared plan needs
        :return: the new `pet.appointment` records, in the order of `starts`
        :raises UserError: naming the plan, the reason and the numbers (B3)
        """
        self.ensure_one()
        values["pet_id"] = values.get("pet_id") or self.pet_id.id
        if not values["pet_id"]:
            raise UserError(
                self.env._(
                    "%(plan)s cannot take visits without a pet: the plan is shared, "
                    "choose one of the pets of %(customer)s.",
                    plan=self.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        visits = self.env["pet.appointment"]
        return visits.create(
            [
                {**values, "plan_id": self.id, "start": visits._parse_start(at)}
                for at in starts
            ]
        )

    def _is_customers_pet(self, pet):
        """Tell whether a pet belongs to the customer or somebody of their household."""
        self.ensure_one()
        return (
            pet.partner_id.commercial_partner_id
            == self.partner_id.commercial_partner_id
        )

    def _covers(self, pet):
        """Tell whether the plan is for this pet: its own, or shared by its owner's."""
        self.ensure_one()
        return pet == self.pet_id if self.pet_id else self._is_customers_pet(pet)

    def _get_refusal(self, visit):
        """Return why a visit cannot be on this plan, as a sentence, or None (B3)."""
        self.ensure_one()
        if self.state in ("draft", "cancelled"):
            return self.env._(
                "the plan is %(state)s", state=self._get_state_label().lower()
            )
        if not self._covers(visit.pet_id):
            return self.env._(
                "it is for %(covered)s, not for %(pet)s",
                covered=self.pet_id.name
                or self.env._(
                    "the pets of %(customer)s", customer=self.partner_id.display_name
                ),
                pet=visit.pet_id.with_context(show_owner=True).display_name,
            )
        return self._get_day_refusal(visit._get_day())

    def _get_refusal_text(self, start, reason):
        """Return the sentence that refuses a visit (B3).

        :param start: naive UTC datetime
        :param reason: text, such as that of `_get_refusal`
        """
        self.ensure_one()
        return self.env._(
            "%(plan)s cannot take the visit of %(start)s: %(reason)s.",
            plan=self.display_name,
            start=self.company_id._format_pet_time(start),
            reason=reason,
        )

    def _get_day_refusal(self, day):
        """Return why nothing is booked on a local day, or None (B3, X8)."""
        self.ensure_one()
        if pause := self._get_pause(day):
            return self.env._(
                "it is paused from %(start)s to %(end)s",
                start=format_day(self.env, pause.date_from),
                end=format_day(self.env, pause.date_to),
            )
        if self.cancel_date and (self._is_cancelled() or day >= self.cancel_date):
            return self.env._(
                "it is cancelled from %(day)s",
                day=format_day(self.env, self.cancel_date),
            )
        if day < self.date_start:
            return self.env._(
                "%(day)s is before its start on %(start)s",
                day=format_day(self.env, day),
                start=format_day(self.env, self.date_start),
            )
        if self.date_end and day > self.date_end:
            return self.env._(
                "%(day)s is after its end on %(end)s",
                day=format_day(self.env, day),
                end=format_day(self.env, self.date_end),
            )
        return None

    def _get_allotments(self):
        """Return the cycles and balances of these plans, as new visits find them.

        :return: dict, plan -> `lib.booking.Allotment`, which knows cycles by their
            ids and services by those of the products; visits of days that are over
            find what expired since (X1)
        """
        cycles = self.cycle_ids
        booked = cycles._get_booked_units()
        taken = cycles._get_taken_sessions()
        balances = self.line_ids._load_balances_with_lapsed()
        days = self.line_ids._load_days()
        return {
            plan: plan._get_allotment(booked, taken, balances, days) for plan in self
        }

    def _get_allotment(self, booked, taken, balances, days):
        """Return the allotment of one plan from what was read for many.

        :param booked: dict of `pet.cycle._get_booked_units`
        :param taken: dict of `pet.cycle._get_taken_sessions`
        :param balances: dict of `pet.plan.line._load_balances`
        :param days: dict of `pet.plan.line._load_days`
        """
        self.ensure_one()
        cycles = self.cycle_ids.sorted("sequence")
        shares = self._get_shares(cycles.mapped("capacity"))
        lines_by_service = self.line_ids.sorted().grouped("product_id")
        return booking.Allotment(
            [
                booking.Slot(
                    id=cycle.id,
                    capacity=cycle.capacity,
                    open=cycle._takes_visits(),
                    booked=booked.get(cycle.id, 0.0),
                    first=cycle.date_from,
                    last=cycle.date_to,
                )
                for cycle in cycles
            ],
            {
                product.id: booking.Service(
                    balance=balances[lines[:1]],
                    shares=[
                        inf if lines[:1].is_unlimited else sum(parts)
                        for parts in zip(*(shares[line] for line in lines), strict=True)
                    ],
                    taken=[
                        sum(taken[cycle.id, line.id] for line in lines)
                        for cycle in cycles
                    ],
                    covers=lines._get_covers(),
                    **lines[:1]._get_day_limit(days),
                )
                for product, lines in lines_by_service.items()
            },
            by_period=self.kind == "plan",
        )

    def _get_visit_count(self, units, wanted=None):
        """Return how many visits of a weight the plan has sessions left for (B1a).

        :param units: float, 0.5 for half days
        :param wanted: dict, product id of a service of the plan -> sessions that each
            takes; by default its weight of the service with the most left
        """
        self.ensure_one()
        if self.is_unlimited:  # all that remain is every day to the end (S11)
            return (self.date_end - self.date_start).days + 1
        balances = self.line_ids._load_balances()
        if wanted:
            counts = [
                balances[line].left() / wanted[line.product_id.id]
                for line in self.line_ids
                if line.product_id.id in wanted
            ]
            return max(0, int(round(min(counts, default=0.0), 6)))
        left = max((balance.left() for balance in balances.values()), default=0.0)
        return max(0, int(round(left / units, 6)))

    def _get_proposed(self, starts, units, count, pet, wanted=None):
        """Return those of some dates that the plan will take, for a preview (B1a, S15).

        :param starts: iterable of naive UTC datetimes, in order, without end perhaps
        :param units: float, the weight of each visit
        :param count: int, how many are wanted
        :param pet: `pet.pet` record, who comes; may be empty
        :param wanted: see `_get_visit_count`
        :return: `lib.opening.Proposal`, with the dates on which the plan or the shop
            rests
        """
        self.ensure_one()
        return self._propose(
            self._get_allotments()[self],
            starts,
            units,
            count,
            pet,
            may_owe=count > self._get_visit_count(units, wanted),
            wanted=wanted,
        )

    def _propose(self, allotment, starts, units, count, pet, may_owe, wanted=None):
        """Return those of some dates that an allotment of the plan takes.

        :param allotment: `lib.booking.Allotment`, which takes them
        :param may_owe: whether the overdraft is used
        :return: see `_get_proposed`, as the other arguments
        """
        self.ensure_one()
        end = self.date_end
        days = ((at, periods.local_day(at, self.company_id.pet_tz)) for at in starts)
        running = takewhile(lambda start: not end or start[1] <= end, days)
        passing = opening.Passing(
            self._say_paused, self.company_id._read_closed_days().find
        )
        proposed = allotment.propose(
            passing.sift(dropwhile(lambda start: start[1] < self.date_start, running)),
            units,
            count,
            may_owe=may_owe,
            refuses=lambda day: bool(self._get_day_refusal(day)),
            pet=pet._origin.id,
            wanted=wanted,
        )
        return opening.Proposal.of(proposed, count, passing)

    def _say_paused(self, day):
        """Return in a word that the plan rests on a local day, or None (X8)."""
        return self.env._("paused") if self._get_pause(day) else None

    def action_open_book(self):
        """Open the booking wizard (B1)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_book",
            {
                "default_plan_id": self.id,
                "dialog_size": "extra-large",
            },
        )

    def action_recycle(self):
        """Deal the visits of packages into their cycles again (C2).

        :return: True
        """
        self.check_access("write")
        # Cycles and invoices are not the user's to write; a deal touches only those
        # of these plans, by the table of C6.
        self._sudo_clean()._recycle()
        return True

    def _bump_revision(self):
        """Make whoever deals with the visits of these plans at the same time wait.

        Where visits sit and when cycles are due follows from all visits together,
        which no constraint of the database can tell. So each change of them updates
        the plan's row: of two at once the second is tried again, on what the first
        left.
        """
        if self:
            self.env.execute_query(
                SQL(
                    "UPDATE pet_plan "
                    "SET visits_revision = COALESCE(visits_revision, 0) + 1 "
                    "WHERE id IN %s RETURNING id",
                    tuple(sorted(self.ids)),
                )
            )
            self.invalidate_recordset(["visits_revision"], flush=False)

    def _get_dealt_visits(self):
        """Return the visits that take up room in the cycles of these plans."""
        return self.env["pet.appointment"].search(
            [("plan_id", "in", self.ids), ("holds_sessions", "=", True)]
        )

    def _is_dealt(self):
        """Tell whether the visits of the plan are dealt into its cycles (C2, C8)."""
        self.ensure_one()
        return self.kind == "package" and self.state in ("active", "expired")

    def _deal(self, visits, pinned, entering=None):
        """Return where a deal puts the visits of this package (C2, C4, C6).

        In their cycle stay those that took place, those of a closed cycle (an
        accountant's correction moves no visit), and those of a paid one where the
        company freezes them.

        :param visits: `pet.appointment` records of this plan, all that hold sessions
        :param pinned: those of them that stay in their cycle besides
        :param entering: dict, visit -> cycle, of those of them that are booked first
        :return: dict, visit id -> cycle id
        """
        self.ensure_one()
        entering = entering or {}
        shut = self.cycle_ids._filter_frozen() | self.cycle_ids._filter_closed()
        return dealing.deal(
            [
                dealing.Visit(
                    id=visit.id,
                    start=visit.start,
                    units=visit.units,
                    cycle=entering.get(visit, visit.cycle_id).id or None,
                    pinned=entering.get(visit, visit.cycle_id) in shut
                    or (visit not in entering and visit._is_pinned())
                    or visit in pinned,
                )
                for visit in visits
            ],
            [
                dealing.Cycle(
                    id=cycle.id,
                    capacity=cycle.capacity,
                    open=cycle not in shut,
                )
                for cycle in self.cycle_ids.sorted("sequence")
            ],
        )

    def _preview_deal(self, staying, leaving, kept):
        """Return what a cancellation would do to cycles, by the deal itself (C7).

        :param staying: visits of the plan that hold sessions afterwards too
        :param leaving: visits of the plan that are cancelled and leave their cycles
        :param kept: visits that are cancelled with their sessions used: they stay
        :return: tuple, {visit id: cycle id} without those that leave, and
            {cycle: due date or False}
        """
        self.ensure_one()
        if leaving.filtered("holds_sessions") and self._is_dealt():
            cycles = self._deal(staying, pinned=kept)
            return cycles, self.cycle_ids._preview_due_dates(leaving, cycles)
        return (
            {visit.id: visit.cycle_id.id for visit in staying},
            {cycle: cycle._get_current_due_date() for cycle in self.cycle_ids},
        )

    def _recycle(self):
        """Deal again, write the changed cycles, re-date their invoices (C2, C5, C6)."""
        packages = self.filtered(lambda plan: plan._is_dealt())
        visits_by_plan = packages._get_dealt_visits().grouped("plan_id")
        moves = defaultdict(lambda: self.env["pet.appointment"])
        notes = {}
        for plan in packages:
            visits = visits_by_plan.get(plan, self.env["pet.appointment"])
            cycles = plan._deal(visits, pinned=visits.browse())
            moved = visits.filtered(
                lambda visit, cycles=cycles: cycles[visit.id] != visit.cycle_id.id
            )
            for visit in moved:
                moves[cycles[visit.id]] += visit
            if moved:
                notes[plan.id] = plan._get_deal_note(moved, cycles)
        for cycle_id, visits in moves.items():
            visits._unguarded().write({"cycle_id": cycle_id})
        packages.cycle_ids._follow_deal()
        packages._bump_revision()
        if notes:
            self.browse(notes)._message_log_batch(bodies=notes)

    def _get_deal_note(self, moved, cycles):
        """Return the chatter note of a deal: which visits changed their cycle."""
        self.ensure_one()
        names = {cycle.id: cycle.sequence for cycle in self.cycle_ids}
        rows = Markup().join(
            Markup("<li>%s</li>")
            % self.env._(
                "%(start)s: cycle %(old)s → %(new)s",
                start=self.company_id._format_pet_time(visit.start),
                old=visit.cycle_id.sequence or "–",
                new=names[cycles[visit.id]],
            )
            for visit in moved.sorted("start")
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("Visits were dealt into the cycles again."),
            rows,
        )

    def _get_visits_from(self, day):
        """Return the visits still to come, from a local day on (X7, X8)."""
        return self.appointment_ids.filtered(
            lambda visit: visit.state in UPCOMING_STATES and visit._get_day() >= day
        )

    def _get_visits_between(self, first, last):
        """Return the visits still to come within some local days (X8)."""
        return self._get_visits_from(first).filtered(
            lambda visit: visit._get_day() <= last
        )
