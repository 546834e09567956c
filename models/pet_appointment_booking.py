from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .pet_bounds_mixin import LONGEST_VISIT_HOURS


class PetAppointment(models.Model):
    """Taking the place in a cycle and the sessions of a plan (B1-B4)."""

    _inherit = "pet.appointment"

    @api.model
    def _find_busy(self, pets, staff, first, last):
        """Return the visits that keep some pets or staff busy within a time.

        :param first, last: naive UTC datetimes
        """
        # None that began before can still be there: the index finds the others.
        longest = timedelta(hours=LONGEST_VISIT_HOURS)
        return self.search(
            [
                ("state", "not in", ("cancelled", "no_show")),
                ("start", ">", first - longest),
                ("start", "<", last),
                ("stop", ">", first),
                "|",
                ("pet_id", "in", pets.ids),
                ("user_id", "in", staff.ids),
            ]
        )

    def _get_clash_label(self, pet, staff):
        """Return whom this visit keeps busy, and when (B1).

        :param pet: `pet.pet` record, the one that is to be booked; may be empty
        :param staff: `res.users` record, who is to serve it; may be empty
        """
        self.ensure_one()
        return self.env._(
            "%(who)s: %(visit)s at %(start)s",
            who=(self.pet_id & pet).name or staff.name,
            visit=self.display_name,
            start=self.company_id._format_pet_time(self.start),
        )

    def _check_allowed(self):
        """Refuse visits outside what their plan allows, all in one message (B3).

        :raises UserError: one line per refused visit
        """
        refusals = [
            visit.plan_id._get_refusal_text(visit.start, reason)
            for visit in self
            if (reason := visit.plan_id._get_refusal(visit))
        ]
        if refusals:
            raise UserError("\n".join(refusals))

    def _book(self, reason=None):
        """Give visits of plans their cycle and services, take the sessions (B2, B3).

        :param reason: text kept on the entries
        :raises UserError: naming the plan, the reason and the numbers
        """
        visits = self.sorted(lambda visit: (visit.start, visit.id))
        visits._check_allowed()
        places = visits._get_places()
        visits._write_services({visit: place.parts for visit, place in places.items()})
        entering = visits.grouped(lambda visit: places[visit].slot.id)
        for cycle_id, group in entering.items():
            group._unguarded().write({"cycle_id": cycle_id, "holds_sessions": True})
        visits._check_days()
        # Due dates are written on cycles and draft invoices, which are not the
        # user's to write: only those the visits have just entered follow.
        visits.cycle_id._sudo_clean()._follow_visits()
        visits.plan_id._bump_revision()
        visits._sync_sessions(reason)
        visits._bring_drafts_back()

    def _bring_drafts_back(self):
        """Of the drafts that an end cancelled, bring back those used since (X1, X2)."""
        # Cycles and drafts are not the user's to write: those of these plans follow
        # what their visits, entered late, have used.
        ended = self.plan_id.filtered(lambda plan: plan.state == "expired")
        ended._sudo_clean().cycle_ids._follow_plan_end()

    def _get_places(self):
        """Return where each visit goes, one after the other: cycle and sessions (B2).

        :return: dict, visit -> `lib.booking.Place`
        :raises UserError: naming the plan that has no open cycle
        """
        allotments = self.plan_id._get_allotments()
        places = {}
        for visit in self:
            visit._choose_payers(allotments[visit.plan_id])
            place = allotments[visit.plan_id].enter(
                visit._get_day(),
                visit.units,
                visit._get_wanted_sessions() if visit.line_ids else None,
                visit.pet_id.id,
            )
            if place is None:
                reason = self.env._(
                    "no open cycle is left of its %(count)s",
                    count=len(visit.plan_id.cycle_ids),
                )
                raise UserError(visit.plan_id._get_refusal_text(visit.start, reason))
            places[visit] = place
        return places

    def _get_wanted_sessions(self):
        """Return what the services of the visit take of its plan.

        :return: dict, product id of the service of the plan -> sessions
        """
        self.ensure_one()
        wanted = defaultdict(float)
        for line in self.line_ids.filtered("plan_line_id"):
            wanted[line.plan_line_id.product_id.id] += line.sessions
        return dict(wanted)

    def _get_demand(self, services, allotment):
        """Return what those of some services that a plan covers would take of it (S10).

        :param services: `pet.appointment.line` records of this visit
        :param allotment: `lib.booking.Allotment` of the plan, which stays as it is
        :return: dict, product id of the service of the plan -> sessions
        """
        self.ensure_one()
        slot, wanted = allotment.find_slot(self._get_day(), self.units), {}
        for parts in services._group_parts() if slot else ():
            asked = parts._ask()
            if allotment.pays_for(asked.service):
                service, sessions = allotment.choose_payer(asked, slot, wanted)
                wanted[service] = wanted.get(service, 0.0) + sessions
        return wanted

    def _choose_payers(self, allotment):
        """Let services of the plan that have enough pay for those of the visit (S10).

        Its own, or one that is good for it: where the first has too few, the next.

        :param allotment: `lib.booking.Allotment` of the plan of the visit
        """
        self.ensure_one()
        slot = allotment.find_slot(self._get_day(), self.units)
        if slot is None:
            return
        sold, wanted = self.plan_id.line_ids.sorted(), defaultdict(float)
        with self._keeping_weight():
            for line in self.line_ids.filtered("plan_line_id"):
                asked = line._ask()
                service, sessions = allotment.choose_payer(asked, slot, wanted)
                wanted[service] += sessions
                if service != asked.first:
                    line._unguarded().plan_line_id = sold.filtered(
                        lambda one, service=service: one.product_id.id == service
                    )[:1]

    @contextmanager
    def _keeping_weight(self):
        """Let the weight follow what the services take of a plan chosen inside (S10).

        One that was asked for stays: that is told by it not being that of the services.
        """
        typical = self.filtered(lambda visit: visit.units == visit._get_weight())
        yield
        for visit in typical:
            weight = visit._get_weight()
            if visit.units != weight:
                visit._unguarded().write({"units": weight})

    def _write_services(self, parts_by_visit):
        """Let the services of visits say of which lines of the plan they take (S12).

        :param parts_by_visit: dict, visit -> dict, product id of the service of the
            plan -> list of `lib.balances.Part`
        """
        new_lines = []
        for visit, by_service in parts_by_visit.items():
            covered = visit._get_covered_by_service()
            for service, lines in covered.items():
                if service.id in by_service:
                    new_lines += lines._cover(by_service[service.id])
            new_lines += [
                visit._prepare_covered_vals(part)
                for service_id, parts in by_service.items()
                if service_id not in {service.id for service in covered}
                for part in parts
            ]
        # The visit settles its sessions as a whole, not line by line.
        created = self.env["pet.appointment.line"]._unguarded().create(new_lines)
        for line, vals in zip(created, new_lines, strict=True):
            line._take(vals.get("sessions", line.sessions))

    def _get_covered_by_service(self):
        """Return the services on the plan: dict, product of its line -> services."""
        covered = self.line_ids.filtered("plan_line_id")
        return covered.grouped(lambda line: line.plan_line_id.product_id)

    def _prepare_covered_vals(self, part):
        """Return the values of a service of this visit that a line of its plan covers.

        :param part: `lib.balances.Part`
        """
        self.ensure_one()
        sold = self.env["pet.plan.line"].browse(part.line)
        return {
            "appointment_id": self.id,
            "product_id": sold.product_id.id,
            "plan_line_id": sold.id,
            "quantity": part.quantity,
            "price_unit": sold.price_sold,
        }

    def _sync_sessions(self, reason=None):
        """Bring the ledger in line with what the visits hold now (L1, B3).

        The facts are the services of the visits and whether they hold sessions; the
        entries are what is missing between those and what the ledger says. So every
        way of changing a visit (booking, cancelling, editing its services, giving it
        another plan) is written down by this one method.

        :param reason: text kept on the entries
        :raises UserError: when too few sessions are left (B3)
        """
        # Staff may not write counters or entries; the callers have checked the visits,
        # and this moves exactly their sessions.
        lines = self.env["pet.plan.line"]._sudo_clean()
        missing = self._sudo_clean()._get_missing_entries(reason)
        given_back = lines._prepare_given_back_vals_list(missing)
        grants = lines._prepare_unlimited_grants(missing)
        lines._post_entries(
            given_back
            + [vals for vals in grants if vals["quantity"] > 0]
            + missing
            + [vals for vals in grants if vals["quantity"] < 0]
        )
        if missing:
            # Drafts of these very plans, which have nothing left to book now.
            self.plan_id._sudo_clean()._date_empty_cycles()

    def _get_missing_entries(self, reason=None):
        """Return the entries between what the visits hold and what the ledger says.

        :param reason: text kept on the entries
        :return: list of value dicts of `pet.plan.entry`; what comes back is first, so
            that an exchange needs no session to spare
        """
        deltas = defaultdict(float)
        for key, held in self._get_held_sessions().items():
            deltas[key] -= held
        for line in self.line_ids:
            visit = line.appointment_id
            if visit.holds_sessions and line.plan_line_id:
                deltas[visit, line.plan_line_id] += line.sessions
        vals_list = [
            line._prepare_entry_vals(
                "book" if missing > 0 else "release",
                -missing,
                cycle=visit.cycle_id,
                visit=visit,
                reason=reason,
            )
            for (visit, line), missing in deltas.items()
            if round(missing, 6)
        ]
        return sorted(vals_list, key=lambda vals: vals["kind"], reverse=True)

    def _get_held_sessions(self):
        """Return what visits hold by the ledger: dict, (visit, line) -> sessions."""
        visits = self.grouped("id")
        return {
            (visits[visit.id], line): -quantity
            for visit, line, quantity in self.env["pet.plan.entry"]._read_group(
                [
                    ("appointment_id", "in", self.ids),
                    ("kind", "in", ("book", "release")),
                ],
                ["appointment_id", "line_id"],
                ["quantity:sum"],
            )
        }

    def _move_sessions(self, balances, cycle):
        """Try whether the visit would find its sessions in another period (X8).

        :param balances: dict of `pet.plan.line._load_balances`; if it does, they
            change as by the move
        :param cycle: `pet.cycle` record of its plan
        :return: whether it finds them all
        """
        self.ensure_one()
        services = [
            (balances[lines[0].plan_line_id], lines, sum(lines.mapped("sessions")))
            for lines in self._get_covered_by_service().values()
        ]
        for balance, lines, __ in services:
            for line in lines:
                balance.move(line.sessions, line.plan_line_id.id, self.cycle_id.id)
        found = all(balance.has(total, cycle.id) for balance, __, total in services)
        for balance, lines, total in services:
            if found:
                balance.take(total, cycle.id)
                continue
            for line in lines:
                balance.move(-line.sessions, line.plan_line_id.id, self.cycle_id.id)
        return found

    def _settle_edit(self):
        """Take or give back the sessions that an edit of services changed (B2, C9).

        :raises AccessError: when staff would take back a session that was served
        """
        self._cover_edited()
        self._check_days()
        reason = self.env._("Services of the visit edited")
        served = self._filter_served()
        if served and not self.env.user.has_group("pet_plans.group_manager"):
            # Reads the ledger only to see whether something would come back.
            returned = defaultdict(float)
            for vals in served.sudo()._get_missing_entries():
                line = self.env["pet.plan.line"].browse(vals["line_id"])
                returned[vals["appointment_id"], line.product_id] += vals["quantity"]
            if any(round(quantity, 6) > 0 for quantity in returned.values()):
                raise AccessError(
                    self.env._(
                        "%(visits)s took place: only a manager takes its sessions "
                        "back.",
                        visits=", ".join(served.mapped("display_name")),
                    )
                )
        self._sync_sessions(reason)

    def _cover_edited(self):
        """Choose the plan's lines anew for services whose sessions changed (S12)."""
        held = self._get_held_sessions()
        balances = self.plan_id.line_ids._load_balances_with_lapsed()
        parts = {}
        for visit in self:
            parts[visit] = {}
            for service, lines in visit._get_covered_by_service().items():
                mine = {
                    line: quantity
                    for (other, line), quantity in held.items()
                    if other == visit and line.product_id == service
                }
                asked = defaultdict(float)
                for line in lines:
                    asked[line.plan_line_id] += line.sessions
                if {k: q for k, q in mine.items() if round(q, 6)} == asked:
                    continue
                balance, period = balances[lines.plan_line_id[:1]], visit.cycle_id.id
                for line, quantity in mine.items():
                    balance.move(quantity, line.id, period)
                parts[visit][service.id] = balance.take(sum(asked.values()), period)
        self._write_services(parts)
