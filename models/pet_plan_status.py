from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .counted import say_visits
from .formats import format_day
from .pet_appointment import UPCOMING_STATES
from .pet_plan_line import EXPIRED_KINDS


class PetPlan(models.Model):
    """Status and expiry by dates: the clock and the ledger decide (X1, X2)."""

    _inherit = "pet.plan"

    status_error = fields.Text(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Why the nightly job could not update the plan",
    )
    is_used_up = fields.Boolean(
        compute="_compute_is_used_up", search="_search_is_used_up"
    )
    is_overdrawn = fields.Boolean(
        compute="_compute_is_used_up", search="_search_is_overdrawn"
    )

    @api.depends("state", "is_unlimited", "line_ids.remaining", "line_ids.booked")
    def _compute_is_used_up(self):
        """Used up: nothing is left to book, and nothing booked is still to come."""
        for plan in self:
            left = plan.line_ids.mapped("remaining")
            plan.is_used_up = (
                plan.state == "active"
                and not plan.is_unlimited
                and max(left, default=1) <= 0
                and not plan.sessions_booked
            )
            plan.is_overdrawn = min(left, default=0) < 0

    def _search_is_used_up(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "=", "active"),
            ("line_ids", "!=", False),
            ("line_ids", "not any", [("remaining", ">", 0)]),
            ("line_ids", "not any", [("is_unlimited", "=", True)]),
            (
                "appointment_ids",
                "not any",
                [
                    ("holds_sessions", "=", True),
                    ("state", "in", UPCOMING_STATES),
                ],
            ),
        ]

    def _search_is_overdrawn(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("line_ids", "any", [("remaining", "<", 0)])]

    def _check_end_after_visits(self):
        """Refuse an end before visits that are still to come."""
        for plan in self.filtered("date_end"):
            beyond = plan._get_visits_from(plan.date_end + timedelta(days=1))
            if beyond:
                raise UserError(
                    self.env._(
                        "%(plan)s cannot end on %(end)s: it has %(visits)s after "
                        "that day, the first on %(first)s. Move or cancel what is "
                        "booked then.",
                        plan=plan.display_name,
                        end=format_day(self.env, plan.date_end),
                        visits=say_visits(self.env, len(beyond)),
                        first=plan.company_id._format_pet_time(
                            min(beyond.mapped("start"))
                        ),
                    )
                )

    def _follow_end(self):
        """Let periods, status, sessions and drafts follow the end (X1, X2)."""
        self._check_end_after_visits()
        for plan in self.filtered(lambda plan: plan.kind == "plan"):
            last = plan.cycle_ids.sorted("sequence")[-1:]
            if last and plan.date_end and last.date_to != plan.date_end:
                last._unguarded().write(
                    {
                        "date_to": max(plan.date_end, last.date_from),
                        "sessions_expired": False,
                    }
                )
        self._update_states()

    def _get_state_label(self):
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _is_live(self, day):
        """Tell whether the plan can be used on a local day, by its dates (X1).

        The stored status only follows; a late nightly job neither lets an expired
        plan be used nor blocks one whose end was moved.
        """
        self.ensure_one()
        return (
            self.state in ("active", "expired")
            and not self._is_cancelled()
            and self.date_start <= day
            and (not (last := self._get_last_day()) or day <= last)
        )

    def _get_last_day(self):
        """Return the last day of use, or None: the end, or before a cancellation."""
        self.ensure_one()
        before = self.cancel_date and self.cancel_date - timedelta(days=1)
        return min(filter(None, (self.date_end, before)), default=None)

    def _is_over(self):
        """Tell whether what is left of the plan can be used no more (X1, X7)."""
        self.ensure_one()
        if self._is_cancelled() or self.is_given_away:
            return True
        today = self.company_id._get_pet_today()
        return bool(self.date_end) and self.date_end < today

    def _update_states(self):
        """Bring status and sessions of sold plans in line with their dates (X1, X2).

        Safe to run late, twice, or after days: what is done is read from the ledger
        and the dates, not from when the job last ran.
        """
        ended, running = self._finish_cancellations(), self.browse()
        for plan in (self - ended).filtered(lambda plan: plan.state != "draft"):
            if plan._is_over():
                ended += plan
            else:
                running += plan
        revived = running.filtered(lambda plan: plan.state == "expired")
        ended.filtered(lambda plan: plan.state == "active")._set_state("expired")
        revived._set_state("active")
        # Of plans that ran all the time too: a pause entered late may bring back a
        # period that was over.
        running._reinstate_sessions()
        (ended + running)._expire_sessions()
        (ended + running).cycle_ids._follow_plan_end()

    def _get_last_day_used(self):
        """Return the local day of the last visit, of a plan never used its end (X2)."""
        self.ensure_one()
        visits = self.appointment_ids.filtered("holds_sessions")
        return max((visit._get_day() for visit in visits), default=self.date_end)

    def _set_state(self, state):
        """Write the status and log it, in one batch."""
        if not self:
            return
        self._unguarded().write({"state": state})
        self._message_log_batch(
            bodies={
                plan.id: self.env._(
                    "Now %(state)s: the last day is %(end)s.",
                    state=plan._get_state_label().lower(),
                    end=format_day(self.env, plan.date_end)
                    if plan.date_end
                    else self.env._("open"),
                )
                for plan in self
            }
        )

    def _expire_sessions(self):
        """Let the sessions expire that can be used no more (X2).

        Those of a plan that ended; and of a plan without `rollover` those of each
        period that ended. Visits already booked keep theirs.
        """
        lines = self.line_ids
        lines._post_entries(
            [
                line._prepare_entry_vals(
                    "expire",
                    -quantity,
                    cycle=cycle,
                    reason=self.env._(
                        "Ended on %(day)s", day=format_day(self.env, day)
                    ),
                )
                for line, cycle, quantity, day in lines._get_expired(
                    lines._load_balances()
                )
            ]
        )
        self.cycle_ids._filter_ended()._unguarded().write({"sessions_expired": True})

    def _reinstate_sessions(self):
        """Give back what expired when the plan ended, since its end was moved (X2)."""
        self.line_ids._post_entries(
            [
                line._prepare_entry_vals(
                    "reinstate",
                    quantity,
                    cycle=cycle,
                    reason=self.env._(
                        "End moved to %(day)s",
                        day=format_day(self.env, line.plan_id.date_end),
                    )
                    if line.plan_id.date_end
                    else self.env._("Never expires now"),
                )
                for line, cycle, quantity in self._get_reinstatable()
            ]
        )

    def _get_reinstatable(self):
        """Return what expired and does not belong to a period that is over (X2).

        What a cancellation dated ahead withdrew comes back if that is called off (X7).

        :return: list of (line, cycle, sessions)
        """
        expired = self.line_ids._sum_entries(EXPIRED_KINDS)
        ended = self.cycle_ids._filter_ended()
        return [
            (line, cycle, -balance)
            for (line, cycle), balance in expired.items()
            if balance < 0 and cycle not in ended and not cycle.is_withdrawn
        ]

    def _get_lapsed(self):
        """Return what expired and is there for visits of days that are over (X1).

        Until the nightly job takes it, they find it anyway: what is booked late does
        not depend on when it ran.

        :return: dict, (line, cycle) -> sessions
        """
        sold = self.filtered(lambda plan: plan.state in ("active", "expired"))
        over = sold.filtered(lambda plan: plan._is_over())
        ended = sold.cycle_ids._filter_ended()
        expired = (over | ended.plan_id).line_ids._sum_entries(EXPIRED_KINDS)
        return {
            (line, cycle): -balance
            for (line, cycle), balance in expired.items()
            if line._is_some(-balance)
            and (cycle in ended or line.plan_id in over)
            and not cycle.is_withdrawn
        }

    @api.model
    def _get_plans_to_update_domain(self, company):
        """Return the domain of the plans that are behind their dates (X1, X2)."""
        today = company._get_pet_today()
        ended = Domain("date_end", "<", today)
        running = Domain("date_end", "=", False) | Domain("date_end", ">=", today)
        left_over = Domain("line_ids", "any", [("remaining", ">", 0)])
        ended_period = Domain("kind", "=", "plan") & Domain(
            "cycle_ids",
            "any",
            [("date_to", "<", today), ("sessions_expired", "=", False)],
        )
        # A package whose drafts still wait for visits that never come.
        waiting = Domain("kind", "=", "package") & Domain(
            "cycle_ids",
            "any",
            [("state", "=", "waiting"), ("invoice_id.state", "=", "draft")],
        )
        return Domain("company_id", "=", company.id) & (
            (Domain("state", "=", "active") & (ended | ended_period))
            | (
                Domain("state", "=", "expired")
                & (
                    (running & Domain("is_given_away", "=", False))
                    | left_over
                    | waiting
                )
            )
            | (
                Domain("state", "in", ("active", "expired"))
                & Domain("cancel_date", "<=", today)
            )
            # Of a visit that was to stay, and was cancelled after its plan.
            | (Domain("state", "=", "cancelled") & left_over)
        )

    @api.model
    def _cron_update_plans(self, batch_size=500):
        """Nightly job: status, expiry and reinstatement by dates (X1, X2).

        A plan that fails is noted and left for the next night.
        """
        for company in self.env["res.company"]._get_pet_shops():
            plans = company._get_scoped(self)
            if not plans._run_in_batches(
                self._get_plans_to_update_domain(company),
                lambda plans: plans._update_isolated(),
                batch_size,
            ):
                return

    def _update_isolated(self):
        """Update each plan even if another one fails; note failures on the plan."""
        updated = self._run_isolated(
            lambda plans: plans._update_states(),
            lambda plan, error: plan._note_status_error(error),
        )
        failed_before = updated.filtered("status_error")
        failed_before._unguarded().write({"status_error": False})

    def _note_status_error(self, error):
        self.ensure_one()
        if self.status_error != error:
            self._unguarded().write({"status_error": error})
