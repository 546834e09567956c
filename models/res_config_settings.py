from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pet_tz = fields.Selection(related="company_id.pet_tz", readonly=False)
    pet_calendar_id = fields.Many2one(
        related="company_id.pet_calendar_id", readonly=False
    )
    pet_plan_selection = fields.Selection(
        related="company_id.pet_plan_selection", readonly=False
    )
    pet_paid_cycles = fields.Selection(
        related="company_id.pet_paid_cycles", readonly=False
    )
    pet_overdue_policy = fields.Selection(
        related="company_id.pet_overdue_policy", readonly=False
    )
    pet_post_lead_days = fields.Integer(
        related="company_id.pet_post_lead_days", readonly=False
    )
    pet_late_cancel_hours = fields.Integer(
        related="company_id.pet_late_cancel_hours", readonly=False
    )
    pet_renewal_reminder = fields.Boolean(
        related="company_id.pet_renewal_reminder", readonly=False
    )
    pet_renewal_reminder_days = fields.Integer(
        related="company_id.pet_renewal_reminder_days", readonly=False
    )
    pet_last_sessions_reminder = fields.Boolean(
        related="company_id.pet_last_sessions_reminder", readonly=False
    )
    pet_last_sessions_count = fields.Integer(
        related="company_id.pet_last_sessions_count", readonly=False
    )
    pet_visit_reminder = fields.Boolean(
        related="company_id.pet_visit_reminder", readonly=False
    )
    pet_visit_reminder_hours = fields.Integer(
        related="company_id.pet_visit_reminder_hours", readonly=False
    )
    pet_portal_changes = fields.Boolean(
        related="company_id.pet_portal_changes", readonly=False
    )
    pet_portal_notice_hours = fields.Integer(
        related="company_id.pet_portal_notice_hours", readonly=False
    )
    pet_deferred_account_id = fields.Many2one(
        related="company_id.pet_deferred_account_id",
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'liability_current'), "
        "('currency_id', 'in', (False, currency_id))]",
    )
    pet_deferred_journal_id = fields.Many2one(
        related="company_id.pet_deferred_journal_id",
        readonly=False,
        check_company=True,
        domain="[('type', '=', 'general'), "
        "('currency_id', 'in', (False, currency_id))]",
    )
