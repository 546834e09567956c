from odoo import Command, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from .windows import open_window


class PetPlan(models.Model):
    """Cancelling a plan, for good; posted invoices stay (X7)."""

    _inherit = "pet.plan"

    cancel_date = fields.Date(string="Cancelled From", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False, groups="base.group_user")

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
        self._refuse_all(
            lambda plan: (
                plan.state == "cancelled"
                and self.env._(
                    "%(plan)s is already cancelled since %(day)s.",
                    plan=plan.display_name,
                    day=format_date(self.env, plan.cancel_date),
                )
            )
        )

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
                    day=format_date(self.env, day),
                    today=format_date(
                        self.env, backdated[0].company_id._get_pet_today()
                    ),
                )
            )

    def _cancel_from(self, day, reason):
        """Cancel the plans: visits to come, sessions left, drafts not served (X7).

        Visits go together, without a deal: nothing is left to deal into. A cancelled
        plan stays cancelled. Posted invoices are not touched.

        :param day: date, the first day without the plan
        :param reason: text
        """
        self.check_access("write")
        self._check_cancellable()
        self._check_cancel_date(day)
        self._bump_revision()
        self._get_visits_from(day)._cancel_with_plan(reason)
        # Ledger, cycles and drafts are not the user's to write; only those of the
        # plans the user just cancelled are.
        plans = self._sudo_clean()
        lines = plans.line_ids
        lines._post_entries(
            [
                line._prepare_entry_vals("expire", -left, cycle=cycle, reason=reason)
                for line, cycle, left in lines._get_left(lines._load_balances())
            ]
        )
        plans.cycle_ids._get_unserved(day)._cancel_drafts()
        plans.cycle_ids._follow_visits()  # of those that stay
        plans._unguarded().write(
            {"state": "cancelled", "cancel_date": day, "cancel_reason": reason}
        )
        plans._message_log_batch(
            bodies={
                plan.id: self.env._(
                    "Cancelled from %(day)s: %(reason)s",
                    day=format_date(self.env, day),
                    reason=reason,
                )
                for plan in plans
            }
        )
        self._close_renewal_talks()
