from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class PetPlanReminderMixin(models.AbstractModel):
    """The reminders of plans to customers and staff, each sent once (P5)."""

    _name = "pet.plan.reminder.mixin"
    _description = "Reminders of Plans"
    _inherit = ["pet.reminder.mixin"]

    renewal_reminded = fields.Boolean(readonly=True, copy=False)
    last_sessions_reminded = fields.Boolean(readonly=True, copy=False)

    @api.model
    def _cron_send_reminders(self):
        """Hourly job: renewal, last sessions, visits; each switched on by company."""
        for company in self.env["res.company"].search([("id", "!=", False)]):
            scoped = self.with_company(company)
            if company.pet_renewal_reminder:
                scoped._remind_of_renewal(company)
            if company.pet_last_sessions_reminder:
                scoped._remind_of_last_sessions(company)
            if company.pet_visit_reminder:
                scoped.env["pet.appointment"]._remind_of_visits(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _get_renewal_reminder_domain(self, company):
        """Return the domain of the plans whose end customers are told about (P5)."""
        today = company._get_pet_today()
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("is_carry_over", "=", False),
                ("is_renewed", "=", False),
                ("date_let_go", "=", False),
                ("renewal_reminded", "=", False),
                ("date_end", ">=", today),
                (
                    "date_end",
                    "<=",
                    today + timedelta(days=company.pet_renewal_reminder_days),
                ),
            ]
        )

    @api.model
    def _remind_of_renewal(self, company):
        """Tell customers, and the staff who sold the plan, that it is about to end."""
        plans = self._lock_for_reminder(self._get_renewal_reminder_domain(company))
        mailed = plans.filtered("partner_id.email")
        mailed._remind_isolated(
            "pet_plans.mail_template_renewal_reminder", "renewal_reminded"
        )
        (plans - mailed)._unguarded().write({"renewal_reminded": True})
        plans._run_isolated(
            lambda plans: plans._schedule_renewal_talks(),
            lambda plan, error: plan._message_log(body=error),
        )

    def _schedule_renewal_talks(self):
        """Give whoever sold each plan the task to talk about its renewal (P5)."""
        groups = self.grouped(lambda plan: (plan._get_seller(), plan.date_end))
        for (seller, day), plans in groups.items():
            plans.activity_schedule(
                "pet_plans.mail_activity_type_renewal",
                date_deadline=day,
                user_id=seller.id,
            )

    def _get_seller(self):
        """Return who looks after the plan: who sold it, unless they left."""
        self.ensure_one()
        seller = self.user_id
        if seller.active and self.company_id in seller.company_ids:
            return seller
        return self.env.user

    def _finish_renewal_talks(self, feedback):
        """Mark the tasks to talk about the renewal as done.

        :param feedback: text, what came of it
        """
        # The task may be a colleague's; the user just did what it asked for.
        self.sudo().activity_feedback(
            ["pet_plans.mail_activity_type_renewal"], feedback=feedback
        )

    @api.model
    def _remind_of_last_sessions(self, company):
        """Tell customers who used up nearly all of a package (P5).

        Looked at are the packages that were used in the last days: only those can
        have come near their end.
        """
        since = fields.Datetime.now() - timedelta(days=3)
        plans = self._lock_for_reminder(
            Domain(
                [
                    ("company_id", "=", company.id),
                    ("kind", "=", "package"),
                    ("state", "=", "active"),
                    ("last_sessions_reminded", "=", False),
                    ("partner_id.email", "!=", False),
                    (
                        "appointment_ids",
                        "any",
                        [
                            ("start", ">=", since),
                            ("state", "in", ("finished", "delivered")),
                        ],
                    ),
                ]
            )
        )
        plans.filtered(
            lambda plan: (
                0
                < plan.sessions_total - plan.sessions_used
                <= company.pet_last_sessions_count
            )
        )._remind_isolated(
            "pet_plans.mail_template_last_sessions", "last_sessions_reminded"
        )

    @api.model
    def _lock_for_reminder(self, domain):
        """Return the records of a domain that no other worker reminds right now."""
        return (
            self.search(domain)
            .try_lock_for_update(allow_referencing=True)
            .filtered_domain(domain)
        )
