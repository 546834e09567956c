from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..lib import periods
from ..lib.booking import Allotment
from .pet_appointment import IN_SHOP_STATES, UPCOMING_STATES
from .windows import open_window


class PetAppointment(models.Model):
    """A pet at the counter that is booked already, or is in the shop (U1)."""

    _inherit = "pet.appointment"

    def action_check_in(self):
        """Check a pet in as somebody at the counter does (U1).

        What the pet is booked for is offered first, instead of a visit of its own; of a
        visit of another day it is asked which day is meant; what another plan pays for
        is offered as a visit of its own (U1a); one that is in the shop already is told.
        `action_receive` asks nothing.

        :return: True, or the dialog with the offer
        :raises UserError: naming the visit for which the pet is in the shop; and see
            `action_receive`
        """
        self.check_access("write")
        self._check_not_in_shop()
        if self._is_one_coming() and self[:1]._has_to_ask():
            return open_window(
                self.env,
                "pet_plans.action_pet_appointment_check_in",
                {"default_appointment_id": self[:1].id},
            )
        return self.action_receive()

    def _has_to_ask(self):
        """Tell whether a check-in asks first: which day, visit or plans (U1, U1a)."""
        self.ensure_one()
        return bool(
            self._is_of_another_day() or self._find_booked() or self._find_shares()
        )

    def _is_of_another_day(self):
        """Tell whether a visit that is to come is not of today."""
        self.ensure_one()
        today = self.company_id._get_pet_today()
        return self.state in UPCOMING_STATES and self._get_day() != today

    # --- In the shop already -------------------------------------------------------

    def _check_not_in_shop(self):
        """Refuse to serve a pet twice that is in the shop for the same service (U1).

        :raises UserError: naming the pets and the visits they are here for
        """
        found = self._find_in_shop()
        if found:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(pet)s is in the shop already: the visit %(visit)s of "
                        "%(start)s is %(state)s. Go on with that one, or deliver it "
                        "first.",
                        pet=visit.pet_id.with_context(show_owner=True).display_name,
                        visit=there.display_name,
                        start=there.company_id._format_pet_time(there.start),
                        state=there._get_state_labels()[0].lower(),
                    )
                    for visit, there in found.items()
                )
            )

    def _find_in_shop(self):
        """Return for which other visit of that day a pet is in the shop (U1).

        Those that are checked in together are there for one another.

        :return: dict, visit -> the visit of the same service that goes on
        """
        here, found = self._find_around(Domain("state", "in", IN_SHOP_STATES)), {}
        for visit in self:
            if same := here.filtered(visit._is_same_day_and_service):
                found[visit] = same[0]
            here |= visit
        return found

    def _find_around(self, domain):
        """Return visits of the pets of these visits, about the days of these."""
        if not self:
            return self
        day = timedelta(days=1)
        starts = self.mapped("start")
        return self.search(
            Domain("pet_id", "in", self.pet_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("start", ">=", min(starts) - day)
            & Domain("start", "<=", max(starts) + day)
            & domain,
            order="start, id",
        )

    def _is_same_day_and_service(self, other):
        """Tell whether another visit is of the same pet, day and service."""
        self.ensure_one()
        return (
            other != self
            and other.pet_id == self.pet_id
            and other.company_id == self.company_id
            and other._get_day() == self._get_day()
            and not self._is_linked_with(other)
            and self._shares_service(other)
        )

    def _shares_service(self, other):
        """Tell whether two visits have a service in common; one without has any."""
        mine, theirs = self.line_ids.product_id, other.line_ids.product_id
        return not mine or not theirs or bool(mine & theirs)

    # --- Booked --------------------------------------------------------------------

    def _find_booked(self):
        """Return the visit to offer instead of a walk-in, or an empty record (U1).

        The pet's visit of that day with all of the services; where all sessions are
        booked, the next one, to be brought forward.
        """
        self.ensure_one()
        if self.plan_id or self.state not in UPCOMING_STATES or self._is_billed_apart():
            return self.browse()
        booked = self._find_around(Domain("state", "in", UPCOMING_STATES)).filtered(
            lambda visit: (
                self._is_same_day_and_service(visit) and visit._serves_all_of(self)
            )
        )
        return booked[:1] or self._find_next()

    def _find_next(self):
        """Return the next visit of the pet, where all of its sessions are booked (U1).

        A visit of another period of a plan stays in that.
        """
        self.ensure_one()
        plans = self._find_plans().filtered(self._is_open_to)
        allotments = plans._get_allotments()
        if any(self._count_covered(allotments[plan], Allotment.has) for plan in plans):
            return self.browse()
        visits = self.search(
            [
                ("plan_id", "in", plans.ids),
                ("pet_id", "=", self.pet_id.id),
                ("state", "in", UPCOMING_STATES),
                ("holds_sessions", "=", True),
                ("start", ">", self.start),
            ],
            order="start, id",
        )
        return visits.filtered(
            lambda visit: (
                visit._serves_all_of(self) and visit._may_be_brought_to(self._get_day())
            )
        )[:1]

    def _serves_all_of(self, walk_in):
        """Tell whether the visit has all services that a walk-in asks for."""
        self.ensure_one()
        services = self._with_together().line_ids.product_id
        return walk_in.line_ids.product_id <= services

    def _may_be_brought_to(self, day):
        self.ensure_one()
        first, last = self.cycle_id.date_from, self.cycle_id.date_to
        return not first or first <= day <= last

    def _replace(self, walk_in):
        """Forget the walk-in instead of which this visit was checked in (U1).

        What was noted about it is kept.

        :param walk_in: a visit without plan of the same pet
        """
        self.ensure_one()
        note = walk_in.note
        walk_in.unlink()
        if note:
            self.note = "\n".join(filter(None, (self.note, note)))

    def _bring_to(self, start):
        """Bring this visit of another day forward, or back, to the pet's day (C1, U1).

        :param start: naive UTC datetime, when the pet is here
        """
        self.ensure_one()
        if self._get_day() != periods.local_day(start, self.company_id.pet_tz):
            self.move_together(start)

    def _get_arrival_sentence(self):
        """Return the sentence that a pet is here, and what pays for it (U2a)."""
        self.ensure_one()
        values = {
            "pet": self.pet_id.name,
            "session": self.session_label,
            "plan": self.plan_id.name,
            "services": ", ".join(self.line_ids.product_id.mapped("name")),
        }
        if self.session_label:
            return self.env._(
                "%(pet)s is here: session %(session)s of %(plan)s.", **values
            )
        return self.env._("%(pet)s is here for %(services)s: no plan pays.", **values)
