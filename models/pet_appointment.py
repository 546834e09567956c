from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare

from ..lib import periods
from .formats import format_sessions
from .windows import open_record, open_window

UPCOMING_STATES = ("scheduled", "confirmed")
IN_SHOP_STATES = ("received", "in_service", "finished")
CAME_STATES = (*IN_SHOP_STATES, "delivered")
SERVED_STATES = ("in_service", "finished", "delivered", "no_show")


class PetAppointment(models.Model):
    """One coming of one pet; on a plan it takes sessions and a place in a cycle."""

    _name = "pet.appointment"
    _description = "Visit"
    _inherit = [
        "pet.search.mixin",
        "pet.guard.mixin",
        "pet.reminder.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start desc, id desc"
    _rec_names_search = ["name", "pet_id.microchip", "plan_id.name"]
    _check_company_auto = True
    _guarded_fields = frozenset(
        {
            "partner_id",
            "state",
            "board_stage",
            "cycle_id",
            "plan_choice",
            "holds_sessions",
            "date_consumed",
            "is_withdrawn",
            "moved_late",
            "was_served",
            "step_id",
            "together_id",
            "cancel_reason",
            "overdue_reason",
            "reminded",
        }
    )

    # Not stored: a pet that gets another name would rewrite all its visits.
    name = fields.Char(compute="_compute_name", search="_search_name")
    pet_id = fields.Many2one(
        "pet.pet",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        index=True,
        help="Owner of the pet when the visit was made",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    start = fields.Datetime(
        required=True, index=True, default=lambda self: self._default_start()
    )
    duration = fields.Float(default=1.0, help="In hours")
    stop = fields.Datetime(
        compute="_compute_stop",
        inverse="_inverse_stop",
        store=True,
        readonly=False,
        precompute=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Groomer",
        index="btree_not_null",
        check_company=True,
        groups="base.group_user",
        help="Who serves the visit; empty until somebody decides",
    )
    plan_id = fields.Many2one(
        "pet.plan",
        string="Plan or Package",
        copy=False,  # nobody takes another session by duplicating a visit
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    cycle_id = fields.Many2one(
        "pet.cycle",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    line_ids = fields.One2many(
        "pet.appointment.line", "appointment_id", string="Services", copy=True
    )
    units = fields.Float(
        compute="_compute_units",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
        help="Weight of the visit in its cycle: 1, 0.5 for a half day, or the most it "
        "takes of a service of its plan",
    )
    holds_sessions = fields.Boolean(
        readonly=True,
        copy=False,
        help="The visit takes sessions of its plan and room in its cycle",
    )
    state = fields.Selection(
        [
            ("scheduled", "Scheduled"),
            ("confirmed", "Confirmed"),
            ("received", "Received"),
            ("in_service", "In Service"),
            ("finished", "Finished"),
            ("delivered", "Delivered"),
            ("no_show", "No-show"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="scheduled",
        index=True,
        group_expand=True,
    )
    is_editable = fields.Boolean(
        compute="_compute_is_editable",
        help="It is still to come, or its service has not begun: time, pet and plan "
        "may change",
    )
    step_id = fields.Many2one(
        "pet.appointment.step",
        string="Last Step",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The last step that was not taken back",
    )
    was_served = fields.Boolean(
        readonly=True,
        copy=False,
        help="A service that had begun, or a no-show, was taken back: what it used "
        "comes back by a manager only",
    )
    cancel_reason = fields.Char(readonly=True, copy=False, groups="base.group_user")
    is_withdrawn = fields.Boolean(
        readonly=True,
        copy=False,
        help="Cancelled since its plan will be; it comes back if that is called off",
    )
    reminded = fields.Boolean(
        readonly=True, copy=False, help="The customer was reminded of this time"
    )
    note = fields.Text(groups="base.group_user")
    # Not through sudo: grouping by a related field that is reads it for whoever asks.
    pet_note = fields.Text(
        related="pet_id.note",
        related_sudo=False,
        string="Care Note",
        groups="base.group_user",
    )
    plan_note = fields.Text(
        related="plan_id.note",
        related_sudo=False,
        string="Package Note",
        groups="base.group_user",
    )
    session_label = fields.Char(string="Session", compute="_compute_session_label")
    is_near_end = fields.Boolean(
        compute="_compute_session_label",
        help="One of the last two visits of its package, or of its period",
    )
    is_late = fields.Boolean(
        compute="_compute_is_late", help="Cancelling now would be a late cancellation"
    )
    moved_late = fields.Boolean(
        readonly=True,
        copy=False,
        help="It was moved when it was too late to cancel: it stays late",
    )
    _units_positive = models.Constraint(
        "CHECK(units > 0)", "A visit weighs more than 0 in its cycle."
    )
    _duration_positive = models.Constraint(
        "CHECK(duration > 0)", "A visit lasts longer than 0 minutes."
    )

    # --- Defaults and computes -------------------------------------------------

    def _default_start(self):
        return fields.Datetime.now().replace(minute=0, second=0) + timedelta(hours=1)

    @api.depends("pet_id.name", "line_ids.product_id")
    def _compute_name(self):
        for visit in self:
            # A customer reads what they booked, but has no access to the catalogue.
            services = ", ".join(visit.line_ids.product_id.sudo().mapped("name"))
            visit.name = " – ".join(filter(None, (visit.pet_id.name, services)))

    @api.model
    def _search_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        # What can be read in the name can be searched: of services no more than it.
        service = Domain("product_id", "any!", [("name", operator, value)])
        return Domain("pet_id.name", operator, value) | Domain(
            "line_ids", "any", service
        )

    @api.depends("name", "start", "company_id.pet_tz")
    @api.depends_context("show_start", "lang")
    def _compute_display_name(self):
        """With `show_start` in the context, tell visits of one pet apart by time."""
        show_start = self.env.context.get("show_start")
        for visit in self:
            parts = [visit.name]
            if show_start and visit.start:
                parts.append(visit.company_id._format_pet_time(visit.start))
            visit.display_name = ", ".join(filter(None, parts))

    @api.depends("pet_id")
    def _compute_partner_id(self):
        for visit in self:
            visit.partner_id = visit.pet_id.partner_id

    @api.depends("plan_id")
    def _compute_company_id(self):
        for visit in self:
            visit.company_id = (
                visit.plan_id.company_id or visit.company_id or self.env.company
            )

    @api.depends("start", "duration")
    def _compute_stop(self):
        for visit in self:
            visit.stop = visit.start and visit.start + timedelta(
                minutes=round((visit.duration or 1.0) * 60)
            )

    def _inverse_stop(self):
        for visit in self:
            if visit.start and visit.stop:
                visit.duration = (visit.stop - visit.start).total_seconds() / 3600

    @api.depends("line_ids.quantity", "line_ids.sessions")
    def _compute_units(self):
        """Propose the weight of a new visit; later on it follows by the rules (B2)."""
        for visit in self:
            visit.units = (visit._origin and visit.units) or visit._get_weight()

    def _get_weight(self):
        """Return the weight in its cycle that the services of the visit make (B2).

        On a plan the most it takes of one of its services (S10, S12), else half a day
        or one.
        """
        self.ensure_one()
        quantities = defaultdict(float)
        for line in self.line_ids.filtered("plan_line_id"):
            quantities[line.plan_line_id.product_id] += line.sessions
        if quantities:
            return max(quantities.values())
        for line in self.line_ids:
            quantities[line.product_id] += line.quantity
        return 0.5 if quantities and max(quantities.values()) <= 0.5 else 1.0

    @api.depends(
        "start",
        "holds_sessions",
        "plan_id.appointment_count",
        "plan_id.top_up_visits",
        "plan_id.appointment_ids.holds_sessions",
        "plan_id.appointment_ids.start",
        "plan_id.appointment_ids.units",
    )
    @api.depends_context("lang")
    def _compute_session_label(self):
        """Number the visits of each package, or of each period of a plan.

        By their weight, so that two half days are one (S10).
        """
        ranks = self._get_ranks()
        for visit in self:
            rank, plan = ranks.get(visit._origin.id), visit.plan_id
            total = (
                visit.cycle_id.capacity
                if plan.kind == "plan"
                else plan.appointment_count + plan.top_up_visits
            )
            visit.session_label = rank and self.env._(
                "%(rank)s of %(total)s",
                rank=format_sessions(self.env, rank),
                total=format_sessions(self.env, max(total, rank)),
            )
            visit.is_near_end = bool(rank) and rank + 1 >= total
            if rank and plan.is_unlimited and not plan._get_limited_lines():
                visit.session_label = self.env._(
                    "%(rank)s, unlimited", rank=format_sessions(self.env, rank)
                )
                visit.is_near_end = False

    def _get_ranks(self):
        """Return how far each of these goes into its package, or into its period.

        Counted by the database: a screen of visits need not load all the others of
        their plans.

        :return: dict, id -> units through the visit, of those that hold sessions
        """
        if not self._origin.plan_id:
            return {}
        self.flush_model(["plan_id", "cycle_id", "start", "holds_sessions", "units"])
        return {
            visit_id: float(rank)
            for visit_id, rank in self.env.execute_query(
                SQL(
                    """
                    SELECT id, rank
                      FROM (SELECT visit.id,
                                   SUM(visit.units) OVER (
                                       PARTITION BY visit.plan_id,
                                           CASE plan.kind
                                               WHEN 'plan' THEN visit.cycle_id
                                           END
                                       ORDER BY visit.start, visit.id
                                   ) AS rank
                              FROM pet_appointment visit
                              JOIN pet_plan plan ON plan.id = visit.plan_id
                             WHERE visit.plan_id IN %(plans)s
                               AND visit.holds_sessions IS TRUE) AS ranked
                     WHERE id IN %(visits)s
                    """,
                    plans=self._origin.plan_id._ids,
                    visits=self._origin._ids,
                )
            )
        }

    @api.depends("start", "state", "moved_late", "plan_id.late_cancel_hours")
    def _compute_is_late(self):
        """Inside the window of the plan; moved inside it, a visit stays late (C9)."""
        now = fields.Datetime.now()
        for visit in self:
            plan = visit.plan_id
            hours = plan and plan._get_bounded("late_cancel_hours")
            visit.is_late = bool(
                hours
                and visit.start
                and visit.state in UPCOMING_STATES
                and (visit.moved_late or now > visit.start - timedelta(hours=hours))
            )

    @api.depends("state")
    def _compute_is_editable(self):
        """Say in one place until when a visit may change; screens ask it, too."""
        for visit in self:
            visit.is_editable = visit.state not in (*SERVED_STATES, "cancelled")

    # --- Constraints -----------------------------------------------------------

    @api.constrains("pet_id")
    def _check_pet_not_archived(self):
        """Nothing is booked for an archived pet (X9)."""
        to_come = self.filtered(lambda visit: visit.state in UPCOMING_STATES)
        to_come.pet_id._check_not_archived()

    @api.constrains("cycle_id", "plan_id")
    def _check_cycle_of_plan(self):
        for visit in self:
            if visit.cycle_id and visit.cycle_id.plan_id != visit.plan_id:
                raise ValidationError(
                    self.env._(
                        "The cycle %(cycle)s is not one of %(plan)s.",
                        cycle=visit.cycle_id.display_name,
                        plan=visit.plan_id.display_name
                        or self.env._("a visit without plan"),
                    )
                )

    # --- Create, write, delete -------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        for visit, vals in zip(visits, vals_list, strict=True):
            # The services that came along proposed a weight; this one was asked for.
            if vals.get("units"):
                if visit.units != vals["units"]:
                    visit._unguarded().units = vals["units"]
                visit._check_asked_weight()
        booked = visits.filtered("plan_id")
        booked._unguarded().write({"plan_choice": "booked"})
        booked._book()
        return visits

    def write(self, vals):
        if self._is_unguarded():
            return super().write(vals)
        self._check_guarded(vals)
        # Before the visit leaves its plan:
        self._check_references([vals])
        self._check_bounds(vals)
        self._check_editable(vals)
        replanned = self._get_replanned(vals)
        rescheduled = self._get_rescheduled(vals)
        old_starts = {visit.id: visit.start for visit in rescheduled}
        late = rescheduled.filtered("is_late")
        replanned._leave_plan()
        weighed = replanned.browse() if "units" in vals else replanned
        with weighed._keeping_weight():
            result = super().write(vals)
        if "units" in vals:
            self._check_asked_weight()
        if rescheduled:
            rescheduled._after_reschedule(old_starts)
            late._unguarded().write({"moved_late": True})
        if "pet_id" in vals:
            kept = (self - replanned).filtered("holds_sessions")
            kept._check_allowed()
        chosen = replanned.filtered("plan_id")
        chosen._unguarded().write({"plan_choice": "hand"})
        chosen._book()
        return result

    def _check_editable(self, vals):
        """Refuse what would change a visit that has taken place or was cancelled."""
        self._check_weight_kept(vals)
        if vals.keys().isdisjoint({"start", "plan_id", "pet_id", "company_id"}):
            return
        if vals.get("plan_id"):
            self._check_not_billed_apart()
        done = self.filtered(lambda visit: not visit.is_editable)
        if done:
            raise UserError(
                self.env._(
                    "%(visits)s: the visit is %(state)s and cannot be moved any more.",
                    visits=", ".join(done.mapped("display_name")),
                    state=", ".join(sorted(set(done._get_state_labels()))).lower(),
                )
            )
        self._get_replanned(vals)._check_may_leave_plan()

    def _check_weight_kept(self, vals):
        """Refuse another weight for a visit that is in a cycle, or is over (B2)."""
        if "units" not in vals:
            return
        fixed = self.filtered(
            lambda visit: (
                visit.units != vals["units"]
                and (visit.holds_sessions or visit.state not in UPCOMING_STATES)
            )
        )
        if fixed:
            raise UserError(
                self.env._(
                    "%(visits)s: the weight in the cycle goes by the sessions of its "
                    "services: change those, while the visit is still to come.",
                    visits=", ".join(fixed.mapped("display_name")),
                )
            )

    def _check_asked_weight(self):
        """Refuse a weight that is neither of a day, of half of one, nor S10's (B2)."""
        for visit in self:
            weight = visit._get_weight()
            if visit.units in (0.5, 1) or not float_compare(
                visit.units, weight, precision_digits=6
            ):
                continue
            raise ValidationError(
                self.env._(
                    "%(visit)s cannot weigh %(units)s in its cycle: 1, 0.5 for a half "
                    "day, or what its services take of the plan (%(weight)s).",
                    visit=visit.display_name,
                    units=format_sessions(self.env, visit.units),
                    weight=format_sessions(self.env, weight),
                )
            )

    def _follow_weight(self):
        """Let the weight follow an edit of services, as far as cycles have room (B2).

        :raises UserError: naming visit, cycle and numbers where there is none
        """
        for visit in self:
            weight = visit._get_weight()
            # One heavier than 1 enters where there is room for 1 (S10).
            more = min(weight, 1) - min(visit.units, 1)
            cycle = visit.cycle_id
            if (
                more > 0
                and visit.holds_sessions
                and visit.plan_id.kind == "package"
                and float_compare(more, cycle.free, precision_digits=6) > 0
            ):
                raise UserError(
                    self.env._(
                        "%(visit)s would weigh %(new)s instead of %(old)s, but cycle "
                        "%(cycle)s has room for %(free)s more. Cancel the visit and "
                        "book another one.",
                        visit=visit.display_name,
                        new=format_sessions(self.env, weight),
                        old=format_sessions(self.env, visit.units),
                        cycle=cycle.display_name,
                        free=format_sessions(self.env, cycle.free),
                    )
                )
            if weight != visit.units:
                visit._unguarded().write({"units": weight})

    def _get_replanned(self, vals):
        """Return the visits that these values give another plan, or none."""
        if "plan_id" not in vals:
            return self.browse()
        return self.filtered(
            lambda visit: (vals["plan_id"] or False) != (visit.plan_id.id or False)
        )

    def _get_rescheduled(self, vals):
        """Return the visits whose start these values change."""
        if not vals.get("start"):
            return self.browse()  # an empty one is refused as a required field
        start = fields.Datetime.to_datetime(vals["start"])
        return self.filtered(lambda visit: visit.start != start)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_plan(self):
        booked = self.filtered(lambda visit: visit.plan_id or visit.invoice_ids)
        booked |= (
            self.env["pet.plan.entry"]
            .search([("appointment_id", "in", self.ids)])
            .appointment_id
        )
        if booked:
            raise UserError(
                self.env._(
                    "%(visits)s cannot be deleted: sessions or an invoice hang on it. "
                    "Cancel it instead.",
                    visits=", ".join(booked.mapped("display_name")),
                )
            )

    def _get_day(self):
        """Return the local date of the visit in the shop's time zone."""
        self.ensure_one()
        return periods.local_day(self.start, self.company_id.pet_tz)

    def _get_state_labels(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [labels[visit.state] for visit in self]

    def _is_pinned(self):
        """Tell whether a deal must leave the visit in its cycle (C4)."""
        self.ensure_one()
        return self.state not in UPCOMING_STATES

    # --- Rescheduling (C1) -----------------------------------------------------

    def reschedule(self, start):
        """Move the visit to another time: this visit only, same cycle (C1).

        :param start: naive UTC datetime, or a text as `pet.plan.book` takes it
        :raises UserError: when the plan does not run on that day, or the visit has
            taken place
        """
        self.ensure_one()
        self.write({"start": self._parse_start(start)})
        return True

    def action_open_reschedule(self):
        """Open the dialog that moves the visit, with what is in the way (C1).

        :raises UserError: when the visit has taken place or was cancelled
        """
        self.ensure_one()
        self.check_access("write")
        self._check_editable({"start": False})
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_reschedule",
            {"default_appointment_id": self.id, "dialog_size": "large"},
        )

    def preview_move(self, start, stop=None):
        """Return what moving the visit would mean, for whoever drags it (C1).

        :param start: naive UTC datetime, or a text as `pet.plan.book` takes it
        :param stop: the same, of the end; by default as long after the start as now
        :return: dict, "message": the move in words, "questions": list of texts, what
            is to be asked before
        """
        self.ensure_one()
        self.check_access("read")
        start = self._parse_start(start)
        stop = self._parse_start(stop) if stop else start + (self.stop - self.start)
        company = self.company_id
        values = {
            "visit": self.display_name,
            "old": company._format_pet_time(self.start),
            "new": company._format_pet_time(start),
        }
        if start == self.start:
            message = self.env._("%(visit)s: lasts longer or shorter now.", **values)
        else:
            message = self.env._("%(visit)s: %(old)s to %(new)s.", **values)
        together = self._with_together() - self
        if together and start != self.start:
            message = self.env._(
                "%(message)s Also %(visits)s.",
                message=message,
                visits=together._get_together_label(),
            )
        busy = self._find_busy(self.pet_id, self.user_id, start, stop)
        busy -= self | self._find_linked()
        questions = [
            self.env._(
                "Busy then: %(clash)s.",
                clash=other._get_clash_label(self.pet_id, self.user_id),
            )
            for other in busy.sorted("start")
        ]
        day = periods.local_day(start, company.pet_tz)
        if day != self._get_day() and (closure := company._get_closure(day)):
            questions.insert(0, closure)
        if start != self.start and start < fields.Datetime.now():
            questions.insert(0, self.env._("That is in the past."))
        return {"message": message, "questions": questions}

    @api.model
    def _parse_start(self, start):
        """Return a start as naive UTC datetime.

        :param start: naive UTC datetime, or a text as `pet.plan.book` takes it
        :raises UserError: when it is no date and time
        """
        try:
            if isinstance(start, str):
                return periods.parse_moment(start)
            return fields.Datetime.to_datetime(start)
        except (OverflowError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "%(start)s is no date and time of a visit: write it like "
                    "2026-01-31 09:00:00 (in UTC) or 2026-01-31T09:00:00-03:00.",
                    start=start,
                )
            ) from error

    def _after_reschedule(self, old_starts):
        """Check the new dates and let the own cycle's draft follow (C1).

        :param old_starts: dict, visit id -> start before
        """
        self.filtered("reminded")._unguarded().write({"reminded": False})
        on_plan = self.filtered("holds_sessions")
        on_plan._check_allowed()
        on_plan._check_days()
        on_plan.plan_id._bump_revision()
        # Only the due date of the own cycle's draft; see C1.
        on_plan.filtered(
            lambda visit: visit.plan_id.kind == "package"
        ).cycle_id._sudo_clean()._follow_visits()
        self._message_log_batch(
            bodies={
                visit.id: self.env._(
                    "Rescheduled from %(old)s to %(new)s.",
                    old=visit.company_id._format_pet_time(old_starts[visit.id]),
                    new=visit.company_id._format_pet_time(visit.start),
                )
                for visit in self
            }
        )

    # --- Status ----------------------------------------------------------------

    def _advance(self, state, allowed):
        """Move the visits on to another status.

        :param state: the new status
        :param allowed: the statuses from which one gets there
        :raises UserError: naming the visits that are elsewhere
        """
        self.check_access("write")
        stuck = self.filtered(lambda visit: visit.state not in allowed)
        if stuck:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                "\n".join(visit._get_stuck_sentence(state, labels) for visit in stuck)
            )
        if state in ("finished", "delivered"):
            self._check_has_services()
        self._set_state(state)

    def _get_stuck_sentence(self, state, labels):
        """Return why the visit does not become what was asked, as a sentence."""
        self.ensure_one()
        values = {
            "visit": self.display_name,
            "start": self.company_id._format_pet_time(self.start),
            "current": labels[self.state].lower(),
            "wanted": labels[state].lower(),
            # A name only, of a colleague perhaps of another company.
            "user": self.write_uid.sudo().name,
        }
        if self.state == state:  # a colleague was faster, or it was tapped twice
            return self.env._(
                "%(visit)s (%(start)s) is %(current)s already: %(user)s did it.",
                **values,
            )
        return self.env._(
            "%(visit)s (%(start)s) is %(current)s: it cannot become %(wanted)s.",
            **values,
        )

    def _set_state(self, state, reason=None):
        """Write the status and log it, in one batch.

        :param state: the new status
        :param reason: text, why, kept in the log
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        bodies = {
            visit.id: ": ".join(
                filter(None, (f"{labels[visit.state]} → {labels[state]}", reason))
            )
            for visit in self
        }
        self._note_steps(state)
        self._unguarded().write({"state": state})
        self._message_log_batch(bodies=bodies)

    def action_confirm(self):
        """The customer confirmed the visit."""
        self._advance("confirmed", ("scheduled",))
        return True

    def action_receive(self):
        """Check the pet in; without booking, pick its plan by U1 (B4)."""
        self._advance("received", UPCOMING_STATES)
        self._pick_plans()
        return True

    def action_start(self):
        """The service begins; a pet not checked in yet is on the way (B4)."""
        arriving = self.filtered(lambda visit: visit.state in UPCOMING_STATES)
        self._advance("in_service", (*UPCOMING_STATES, "received"))
        # Who was checked in before has its plan, or staff decided on none.
        arriving._pick_plans()
        return True

    def _check_has_services(self):
        """Refuse to finish visits on which nothing was done (B4)."""
        empty = self.filtered(lambda visit: not visit.line_ids)
        if empty:
            raise UserError(
                "\n".join(
                    self.env._(
                        "The visit of %(pet)s of %(start)s has no service: add what "
                        "is done before it is finished or delivered.",
                        pet=visit.pet_id.with_context(show_owner=True).display_name,
                        start=visit.company_id._format_pet_time(visit.start),
                    )
                    for visit in empty
                )
            )

    def action_finish(self):
        """The service is done.

        :raises UserError: naming the visits that have no service
        """
        self._advance("finished", ("received", "in_service"))
        return True

    def action_deliver(self):
        """The pet is back with its owner.

        :raises UserError: naming the visits that have no service
        """
        self._advance("delivered", IN_SHOP_STATES)
        return True

    def action_no_show(self):
        """The pet did not come: its session goes by the plan's policy (C9).

        A no-show never deals; the visit keeps its cycle.
        """
        self._advance("no_show", UPCOMING_STATES)
        returned = self.filtered(
            lambda visit: (
                visit.holds_sessions and visit.plan_id.no_show_policy == "return"
            )
        )
        returned._unguarded().write({"holds_sessions": False})
        returned._sync_sessions(reason=self.env._("No-show"))
        return True

    # --- Reminders (P5) --------------------------------------------------------

    @api.model
    def _get_visit_reminder_domain(self, company):
        """Return the domain of the visits customers are to be reminded of now (P5)."""
        now = fields.Datetime.now()
        hours = company._get_bounded("pet_visit_reminder_hours")
        until = now + timedelta(hours=hours)
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "in", UPCOMING_STATES),
                ("reminded", "=", False),
                ("pet_id.active", "=", True),
                ("partner_id.email", "!=", False),
                ("start", ">", now),
                ("start", "<=", until),
            ]
        )

    def _remind_of_visit(self):
        """Remind customers of their visits, once per visit and time (P5)."""
        self._remind(
            "pet_plans.mail_template_visit_reminder",
            lambda visits: visits._unguarded().write({"reminded": True}),
        )

    def action_view_plan(self):
        """Open the plan of the visit."""
        self.ensure_one()
        return open_record(self.plan_id)

    def action_view_cycle(self):
        """Open the billing cycle of the visit."""
        self.ensure_one()
        return open_record(self.cycle_id)
