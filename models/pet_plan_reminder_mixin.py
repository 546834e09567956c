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
            plans = self.with_company(company)
            if company.pet_renewal_reminder:
                plans._run_in_batches(
                    self._get_renewal_reminder_domain(company),
                    lambda plans: plans._remind_of_renewal(),
                )
            if company.pet_last_sessions_reminder:
                plans._run_in_batches(
                    self._get_last_sessions_domain(company),
                    lambda plans: plans._remind_of_last_sessions(),
                )
            if company.pet_visit_reminder:
                visits = plans.env["pet.appointment"]
                visits._run_in_batches(
                    visits._get_visit_reminder_domain(company),
                    lambda visits: visits._remind_of_visit(),
                )

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

    def _remind_of_renewal(self):
        """Tell customers, and the staff who sold the plan, that it is about to end."""
        mailed = self.filtered("partner_id.email")
        mailed._remind_isolated(
            "pet_plans.mail_template_renewal_reminder", "renewal_reminded"
        )
        (self - mailed)._unguarded().write({"renewal_reminded": True})
        self._run_isolated(
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
    def _get_last_sessions_domain(self, company):
        """Return the domain of the packages that may be nearly used up (P5).

        Looked at are those that were used in the last days: only they can have come
        near their end.
        """
        return Domain(
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
                        ("start", ">=", fields.Datetime.now() - timedelta(days=3)),
                        ("state", "in", ("finished", "delivered")),
                    ],
                ),
            ]
        )

    def _remind_of_last_sessions(self):
        """Tell customers who used up nearly all of a package (P5)."""
        self.filtered(
            lambda plan: (
                0
                < plan.sessions_total - plan.sessions_used
                <= plan.company_id.pet_last_sessions_count
            )
        )._remind_isolated(
            "pet_plans.mail_template_last_sessions", "last_sessions_reminded"
        )
