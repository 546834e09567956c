from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .pet_appointment import UPCOMING_STATES

RENEWAL_TALK = "pet_plans.mail_activity_type_renewal"
RENEWAL_REQUEST = "pet_plans.mail_activity_type_renewal_request"


class PetPlan(models.Model):
    """The reminders of plans to customers and staff, each sent once (P5)."""

    _name = "pet.plan"
    _inherit = ["pet.plan", "pet.reminder.mixin"]

    renewal_reminded_for = fields.Date(
        readonly=True, copy=False, help="The end that the customer was told about"
    )
    last_sessions_reminded = fields.Boolean(readonly=True, copy=False)

    @api.model
    def _cron_send_reminders(self):
        """Hourly job: renewal, last sessions, visits; each switched on by company."""
        for company in self.env["res.company"]._get_pet_shops():
            plans = company._get_scoped(self)
            visits = company._get_scoped(self.env["pet.appointment"])
            for is_on, records, domain, remind in (
                (
                    company.pet_renewal_reminder,
                    plans,
                    plans._get_renewal_reminder_domain(company),
                    lambda plans: plans._remind_of_renewal(),
                ),
                (
                    company.pet_last_sessions_reminder,
                    plans,
                    plans._get_last_sessions_domain(company),
                    lambda plans: plans._remind_of_last_sessions(),
                ),
                (
                    company.pet_visit_reminder,
                    visits,
                    visits._get_visit_reminder_domain(company),
                    lambda visits: visits._remind_of_visit(),
                ),
            ):
                if is_on and not records._run_in_batches(domain, remind):
                    return

    @api.model
    def _get_reminder_domain(self, company):
        """Return the domain of the plans whose customers hear of them at all (P5)."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("is_renewed", "=", False),
                ("date_let_go", "=", False),
                ("cancel_date", "=", False),
            ]
        ) & (Domain("pet_id", "=", False) | Domain("pet_id.active", "=", True))

    @api.model
    def _get_renewal_reminder_domain(self, company):
        """Return the domain of the plans whose end customers are told about (P5)."""
        today = company._get_pet_today()
        days = company._get_bounded("pet_renewal_reminder_days")
        until = today + timedelta(days=days)
        return (
            self._get_reminder_domain(company)
            & Domain("is_carry_over", "=", False)
            & Domain("date_end", ">=", today)
            & Domain("date_end", "<=", until)
            & Domain.custom(
                to_sql=lambda model, alias, query: SQL(
                    "%s IS DISTINCT FROM %s",
                    SQL.identifier(alias, "renewal_reminded_for"),
                    SQL.identifier(alias, "date_end"),
                ),
                predicate=lambda plan: plan.renewal_reminded_for != plan.date_end,
            )
        )

    def _remind_of_renewal(self):
        """Tell customers, and the staff who sold the plan, that it is about to end."""

        def mark(plans):
            for day, ending in plans.grouped("date_end").items():
                ending._unguarded().write({"renewal_reminded_for": day})

        self._remind("pet_plans.mail_template_renewal_reminder", mark)
        self._run_isolated(
            lambda plans: plans._schedule_renewal_talks(),
            lambda plan, error: plan._message_log(body=error),
        )

    @api.model
    def _get_last_sessions_domain(self, company):
        """Return the domain of the packages that may be nearly used up (P5).

        Looked at are those that were used in the last week: only they can have come
        near their end.
        """
        since = fields.Datetime.now() - timedelta(days=7)
        return (
            self._get_reminder_domain(company)
            & Domain("kind", "=", "package")
            & Domain("last_sessions_reminded", "=", False)
            & Domain(
                "appointment_ids",
                "any",
                [
                    ("start", ">=", since),
                    ("holds_sessions", "=", True),
                    ("state", "not in", UPCOMING_STATES),
                ],
            )
        )

    def _remind_of_last_sessions(self):
        """Tell customers who used up nearly all of a package (P5)."""
        self.filtered(
            lambda plan: (
                not plan.is_unlimited
                and 0 < plan.sessions_left <= plan.company_id.pet_last_sessions_count
            )
        )._remind(
            "pet_plans.mail_template_last_sessions",
            lambda plans: plans._unguarded().write({"last_sessions_reminded": True}),
        )

    # --- Tasks of the staff ----------------------------------------------------

    def _schedule_renewal_talks(self):
        """Give whoever sold each plan the task to talk about its renewal (P5).

        Where that was done before and the end has moved since, the task moves too.
        """
        busy = self.browse(self.activity_search([RENEWAL_TALK]).mapped("res_id"))
        for day, plans in busy.grouped("date_end").items():
            plans.activity_reschedule([RENEWAL_TALK], date_deadline=day)
        free = (self - busy).grouped(lambda plan: (plan._get_seller(), plan.date_end))
        for (seller, day), plans in free.items():
            # No mail per task: they are in the list of activities, and on the plans.
            plans.with_context(mail_activity_quick_update=True).activity_schedule(
                RENEWAL_TALK, date_deadline=day, user_id=seller.id
            )

    def _get_seller(self):
        """Return who sold the plan, or nobody when they have left."""
        self.ensure_one()
        return self.user_id.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )

    def _close_renewal_talks(self):
        """Take the tasks to talk about the renewal away: there is nothing to say."""
        # The task may be a colleague's; the user just did what it asked for.
        self.sudo().activity_unlink([RENEWAL_TALK, RENEWAL_REQUEST])
