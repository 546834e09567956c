from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .formats import format_day


class PetPlanPause(models.Model):
    """A time in which a plan rests: nothing is booked, its end moved by it (X8)."""

    _name = "pet.plan.pause"
    _description = "Pause of a Plan"
    _inherit = ["pet.guard.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["plan_id", "reason"]
    _guarded_fields = frozenset(
        {"plan_id", "company_id", "date_from", "date_to", "reason", "user_id"}
    )

    plan_id = fields.Many2one("pet.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    days = fields.Integer(compute="_compute_days")
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        default=lambda self: self._default_user_id(),
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)", "A pause ends on or after the day it starts."
    )

    def _default_user_id(self):
        return self.env.user

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for pause in self:
            first, last = (
                day and format_day(self.env, day)
                for day in (pause.date_from, pause.date_to)
            )
            pause.display_name = f"{first} – {last}"

    @api.depends("date_from", "date_to")
    def _compute_days(self):
        for pause in self:
            complete = pause.date_from and pause.date_to
            pause.days = complete and (pause.date_to - pause.date_from).days + 1

    @api.constrains("plan_id", "date_from", "date_to")
    def _check_overlap(self):
        for pause in self:
            others = pause.plan_id.pause_ids.filtered(
                lambda other, pause=pause: (
                    other != pause
                    and other.date_from <= pause.date_to
                    and other.date_to >= pause.date_from
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(plan)s is already paused from %(start)s to %(end)s.",
                        plan=pause.plan_id.display_name,
                        start=format_day(self.env, others[0].date_from),
                        end=format_day(self.env, others[0].date_to),
                    )
                )
