from collections import defaultdict

from odoo import api, fields, models

from .pet_appointment import UPCOMING_STATES
from .windows import notify

GONE_STATES = ("cancelled", "no_show")


class PetAppointment(models.Model):
    """Visits of one coming, each on a plan of its own (U1a).

    Screens ask once for those that stand at the same time and in the same status, and
    do the same to them; the methods of the API touch what they are given. A visit that
    was moved away or went on alone stays linked, and belongs to the others again once
    it is back where they are.
    """

    _inherit = "pet.appointment"

    together_id = fields.Many2one(
        "pet.appointment",
        string="First of the Coming",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        groups="base.group_user",
        help="The same for all visits of one coming, each on a plan of its own",
    )
    together = fields.Char(
        string="Comes With",
        compute="_compute_together",
        groups="base.group_user",
        help="The other visits of one coming: their services and plans",
    )

    @api.depends("together_id", "pet_id", "start", "state")
    @api.depends_context("lang")
    def _compute_together(self):
        linked = self._find_linked()
        # Of all at once:
        linked.mapped("services")
        linked.plan_id.mapped("name")
        linked = linked.grouped("together_id")
        for visit in self:
            others = linked.get(visit.together_id, self.browse()).filtered(
                lambda other, visit=visit: (
                    other != visit._origin
                    and visit._is_at_time_of(other)
                    and (other.state == visit.state or other.state not in GONE_STATES)
                )
            )
            visit.together = others._get_together_label() or False

    def _get_together_label(self):
        """Return what these visits are for, and which plans pay, as a phrase."""
        return ", ".join(
            self.env._(
                "%(services)s on %(plan)s",
                services=visit.services,
                plan=visit.plan_id.name,
            )
            if visit.plan_id
            else visit.services or visit.display_name
            for visit in self
        )

    # --- Which visits --------------------------------------------------------------

    def _find_linked(self):
        """Return all visits that are linked with these, and these, if they are."""
        firsts = self.together_id
        if not firsts:
            return self.browse()
        return self.search([("together_id", "in", firsts.ids)], order="id")

    def _with_together(self):
        """Return these visits and those that a screen treats as one with them (U1a)."""
        mine = defaultdict(self.browse)
        for visit in self:
            mine[visit.together_id] |= visit
        return self | self._find_linked().filtered(
            lambda other: any(
                visit._goes_with(other) for visit in mine[other.together_id]
            )
        )

    def _goes_with(self, other):
        """Tell whether a linked visit is at the same time and in the same status."""
        self.ensure_one()
        return self._is_at_time_of(other) and (
            self.state == other.state
            or {self.state, other.state} <= set(UPCOMING_STATES)
        )

    def _is_at_time_of(self, other):
        self.ensure_one()
        return self.pet_id == other.pet_id and self.start == other.start

    def _is_linked_with(self, other):
        """Tell whether two visits are of one coming, wherever they stand now."""
        self.ensure_one()
        return bool(self.together_id) and self.together_id == other.together_id

    def _is_one_coming(self):
        """Tell whether these are one visit with all that a screen does with it."""
        return bool(self) and self == self[:1]._with_together()

    # --- Steps at the counter ------------------------------------------------------

    def action_check_in(self):
        """Check in what comes together, see `action_check_in` of one visit (U1a)."""
        visits = self._with_together()
        result = super(PetAppointment, visits).action_check_in()
        return self._tell_together(visits, result)

    def action_confirm_together(self):
        """Confirm what comes together, as a button does; see `action_confirm` (U1a).

        :return: True, or the notice that says which visits as well
        """
        visits = self._with_together()
        return self._tell_together(visits, visits.action_confirm())

    def action_start_together(self):
        """Start what comes together, as a button does; see `action_start` (U1a).

        :return: True, or the notice that says which visits as well
        """
        visits = self._with_together()
        return self._tell_together(visits, visits.action_start())

    def action_finish_together(self):
        """Finish what comes together, as a button does; see `action_finish` (U1a).

        :return: True, or the notice that says which visits as well
        """
        visits = self._with_together()
        return self._tell_together(visits, visits.action_finish())

    def action_check_out(self):
        """Deliver what came together, see `action_check_out` of one visit (U1a)."""
        visits = self._with_together()
        result = super(PetAppointment, visits).action_check_out()
        return self._tell_together(visits, result)

    def action_note_no_show(self):
        """Note that nothing of one coming took place, see that of one visit (U1a)."""
        return super(PetAppointment, self._with_together()).action_note_no_show()

    def action_open_cancel(self):
        """Open the cancellation of what comes together (U1a, C3)."""
        return super(PetAppointment, self._with_together()).action_open_cancel()

    def _tell_together(self, visits, result):
        """Return the result of a step, or the notice of what took it as well (U1a).

        :param visits: those that took the step with these
        :param result: what the step returned: True where there is nothing else to say
        """
        others = visits - self
        if result is not True or not others:
            return result
        return notify(
            self.env._("Also %(visits)s.", visits=others._get_together_label())
        )

    # --- Another time --------------------------------------------------------------

    def move_together(self, start, stop=None):
        """Move the visit, and what comes together with it, as a drag does (C1, U1a).

        :param start: naive UTC datetime, or a text as `pet.plan.book` takes it
        :param stop: the same, of the end of this visit; by default as long after the
            start as now
        :return: True
        :raises UserError: see `reschedule`
        """
        self.ensure_one()
        start = self._parse_start(start)
        others = self._with_together() - self if start != self.start else self.browse()
        vals = {"start": start}
        if stop:
            vals["stop"] = self._parse_start(stop)
        self.write(vals)
        others.write({"start": start})
        return True
