from odoo import Command, fields, models
from odoo.exceptions import AccessError

from .counted import say_visits
from .formats import format_day
from .windows import open_window


class PetPlan(models.Model):
    """Cancelling a plan, at once or from a day to come (X7).

    Dated ahead, a plan stays active, with its `cancel_date`, and usable through the
    day before: what follows is withdrawn at once, and on the day, judged by the dates,
    the nightly job does the rest. Until then it can be called off.
    """

    _inherit = "pet.plan"

    cancel_date = fields.Date(string="Cancelled From", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False, groups="base.group_user")
    cancel_settlement = fields.Selection(
        [
            ("none", "Nothing: what was billed stays"),
            (
                "credit_note",
                "Credit note for the sessions billed and not used; "
                "drafts bill the sessions used",
            ),
        ],
        string="Money on Cancellation",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    def action_cancel(self):
        """Open the cancellation of these plans, with its preview and reason (X7)."""
        self.check_access("write")
        self._check_cancellable()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_cancel",
            {
                "default_plan_ids": [Command.set(self.ids)],
                "dialog_size": "extra-large",
            },
        )

    def _check_cancellable(self):
        """Refuse plans that are cancelled already, all in one message (X7)."""
        self._refuse_all(lambda plan: plan._get_cancelled_refusal())

    def _get_cancelled_refusal(self):
        """Return that the plan is cancelled, as a sentence, or None (X7)."""
        self.ensure_one()
        if not self.cancel_date:
            return None
        values = {
            "plan": self.display_name,
            "day": format_day(self.env, self.cancel_date),
        }
        if self._is_cancelled():
            return self.env._("%(plan)s is already cancelled since %(day)s.", **values)
        return self.env._(
            "%(plan)s is cancelled from %(day)s on: call that off first.", **values
        )

    def _is_cancelled(self):
        """Tell whether the plan is cancelled by today, by its dates (X7).

        The stored status only follows: a late nightly job changes nothing.
        """
        self.ensure_one()
        today = self.company_id._get_pet_today()
        return self.state == "cancelled" or (
            bool(self.cancel_date) and self.cancel_date <= today
        )

    def _is_cancelled_ahead(self):
        """Tell whether the plan runs, and will be cancelled on a day to come (X7)."""
        self.ensure_one()
        return bool(self.cancel_date) and not self._is_cancelled()

    def _check_cancel_date(self, day):
        """Refuse to let anybody but a manager date a cancellation back (X7).

        Visits that were missed come back with it, as with a backdated pause.

        :param day: date, the first day without the plan
        :raises AccessError: naming the plans and the day
        """
        if self.env.user.has_group("pet_plans.group_manager"):
            return
        backdated = self.filtered(lambda plan: day < plan.company_id._get_pet_today())
        if backdated:
            raise AccessError(
                self.env._(
                    "%(plans)s cannot be cancelled from %(day)s, before today, "
                    "%(today)s: what is over by then comes back to nobody, and only "
                    "a manager can date a cancellation back.",
                    plans=", ".join(backdated.mapped("display_name")),
                    day=format_day(self.env, day),
                    today=format_day(
                        self.env, backdated[0].company_id._get_pet_today()
                    ),
                )
            )

    def _cancel_from(self, day, reason, settlement="none"):
        """Cancel the plans: visits to come, sessions left, drafts not served (X7).

        Visits go together, without a deal: nothing is left to deal into. A cancelled
        plan stays cancelled. Posted invoices are not touched.

        :param day: date, the first day without the plan
        :param reason: text
        :param settlement: value of `cancel_settlement`
        """
        self.check_access("write")
        self._check_cancellable()
        self._check_cancel_date(day)
        self._bump_revision()
        # Ledger, cycles and drafts are not the user's to write; only those of the
        # plans the user just cancelled are.
        plans = self._sudo_clean()
        plans._unguarded().write(
            {
                "cancel_date": day,
                "cancel_reason": reason,
                "cancel_settlement": settlement,
            }
        )
        ahead = self.filtered(lambda plan: plan._is_cancelled_ahead())
        (self - ahead)._get_visits_from(day)._cancel_with_plan(reason)
        at_once = plans - ahead
        at_once._settle_cancellation(at_once.cycle_ids._filter_lapsed())
        ahead._withdraw(day, reason)
        self._close_renewal_talks()

    def _settle_cancellation(self, lapsed):
        """Let what is left of the plans go, and settle what was billed (X7).

        :param lapsed: cycles whose sessions were over: they come back to nobody
        """
        if not self:
            return
        lines = self.line_ids
        lines._post_entries(
            [
                line._prepare_entry_vals(
                    "expire", -left, cycle=cycle, reason=line.plan_id.cancel_reason
                )
                for line, cycle, left in lines._get_left(lines._load_balances())
            ]
        )
        for day, plans in self.grouped("cancel_date").items():
            plans.cycle_ids._get_unserved(day)._cancel_drafts()
        self.cycle_ids._follow_visits()  # of those that stay
        self._unguarded().write({"state": "cancelled"})
        self._message_log_batch(
            bodies={
                plan.id: self.env._(
                    "Cancelled from %(day)s: %(reason)s",
                    day=format_day(self.env, plan.cancel_date),
                    reason=plan.cancel_reason,
                )
                for plan in self
            }
        )
        # Staff have no invoicing rights: this prepares drafts that an accountant
        # checks and posts, and reduces those there are.
        credited = self.filtered(lambda plan: plan.cancel_settlement == "credit_note")
        for reason, plans in credited.grouped("cancel_reason").items():
            plans.cycle_ids._create_credit_notes(reason, lapsed)
        credited.cycle_ids._cut_drafts(lapsed)

    # --- Dated ahead -----------------------------------------------------------

    def _withdraw(self, day, reason):
        """Take out what follows the day from which the plans will be cancelled (X7).

        Its visits, its drafts, and the sessions that only these would have billed.

        :param day: date, the first day without the plans
        :param reason: text
        """
        if not self:
            return
        visits = self._get_visits_from(day)
        visits._unguarded().write({"is_withdrawn": True})
        visits._cancel_with_plan(reason)
        plans = self._sudo_clean()  # see `_cancel_from`
        plans.cycle_ids._get_unserved(day)._withdraw_drafts(reason)
        plans.cycle_ids._follow_visits()
        plans._message_log_batch(
            bodies={
                plan.id: self.env._(
                    "Will be cancelled from %(day)s: %(reason)s. Cancelled from that "
                    "day on: %(visits)s.",
                    day=format_day(self.env, day),
                    reason=reason,
                    visits=say_visits(self.env, len(visits & plan.appointment_ids)),
                )
                for plan in plans
            }
        )

    def action_call_off_cancellation(self):
        """Let plans go on that were to be cancelled: all comes back (X7).

        Drafts, sessions, and the visits that were cancelled with them, which are
        booked again.

        :return: True
        :raises UserError: naming the plans that are not cancelled ahead
        """
        self.check_access("write")
        self._refuse_all(
            lambda plan: (
                not plan._is_cancelled_ahead()
                and (
                    plan._get_cancelled_refusal()
                    or self.env._("%(plan)s is not cancelled.", plan=plan.display_name)
                )
            )
        )
        self._bump_revision()
        # See `_cancel_from`: what it took from these plans comes back.
        plans = self._sudo_clean()
        reason = self.env._("Cancellation called off")
        plans._unguarded().write(
            {"cancel_date": False, "cancel_reason": False, "cancel_settlement": False}
        )
        plans.cycle_ids._bring_drafts_back(reason)
        refused = self.appointment_ids._book_again(reason)
        self._message_log_batch(
            bodies={
                plan.id: plan._get_called_off_note(refused & plan.appointment_ids)
                for plan in self
            }
        )
        return True

    def _get_called_off_note(self, refused):
        """Return that the plan goes on, as a sentence.

        :param refused: its visits that could not be booked again
        """
        self.ensure_one()
        if not refused:
            return self.env._("The cancellation is called off.")
        return self.env._(
            "The cancellation is called off. Not booked again: %(visits)s.",
            visits=", ".join(
                self.company_id._format_pet_time(visit.start)
                for visit in refused.sorted("start")
            ),
        )

    def _finish_cancellations(self):
        """Cancel the plans whose day has come, for what is unused on it (X7).

        Called late it does the same: what was over on the day is judged by it.
        """
        due = self.filtered(
            lambda plan: plan.state in ("active", "expired") and plan._is_cancelled()
        )
        due._settle_cancellation(
            due.cycle_ids._filter_lapsed_on(lambda plan: plan.cancel_date)
        )
        return due
