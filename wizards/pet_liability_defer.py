from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class PetLiabilityDefer(models.TransientModel):
    """Show the entry that defers a liability, then make it (P8)."""

    _name = "pet.liability.defer"
    _description = "Defer Revenue"
    _inherit = ["pet.reference.mixin"]

    liability_id = fields.Many2one("pet.liability", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="liability_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    date = fields.Date(
        related="liability_id.date_to", related_sudo=False, string="Entry On"
    )
    date_reversal = fields.Date(string="Reversal On", compute="_compute_date_reversal")
    journal_id = fields.Many2one("account.journal", compute="_compute_journal_id")
    line_ids = fields.One2many(
        "pet.liability.defer.line",
        "wizard_id",
        string="Entry",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=True,
    )

    @api.depends("liability_id")
    def _compute_date_reversal(self):
        for wizard in self:
            date_to = wizard.liability_id.date_to
            wizard.date_reversal = date_to and date_to + timedelta(days=1)

    @api.depends("liability_id")
    def _compute_journal_id(self):
        for wizard in self:
            company = wizard.company_id
            __, wizard.journal_id = (
                company._get_pet_deferral_settings() if company else (None, False)
            )

    @api.depends("liability_id")
    def _compute_line_ids(self):
        """Show the lines of the entry, by the method that makes it."""
        for wizard in self:
            liability = wizard.liability_id._origin
            lines = liability._propose_deferral() if liability else []
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "account_id": line["account_id"],
                            "name": line["name"],
                            "analytic_distribution": line["analytic_distribution"],
                            "debit": max(line["balance"], 0.0),
                            "credit": max(-line["balance"], 0.0),
                        }
                    )
                    for line in lines
                ),
            ]

    def action_apply(self):
        """Make the entry and its reversal, in draft (P8).

        :return: the action that lists both
        :raises UserError: when the numbers are not those shown any more; and see
            `pet.liability.action_defer`
        """
        self.ensure_one()
        liability = self.liability_id
        action = liability.action_defer()
        if liability._propose_deferral() != self._get_shown():
            currency = liability.currency_id
            raise UserError(
                self.env._(
                    "%(period)s has changed since this was shown, from %(before)s to "
                    "%(now)s: look at it again.",
                    period=liability.display_name,
                    before=currency.format(sum(self.line_ids.mapped("debit"))),
                    now=currency.format(liability.liability_total),
                )
            )
        return action

    def _get_shown(self):
        """Return the lines that were shown, as `_propose_deferral` does."""
        return [
            {
                "account_id": line.account_id.id,
                "name": line.name,
                "analytic_distribution": line.analytic_distribution,
                "balance": line.debit - line.credit,
            }
            for line in self.line_ids
        ]


class PetLiabilityDeferLine(models.TransientModel):
    _name = "pet.liability.defer.line"
    _description = "Line of a Deferral to Come"
    _inherit = ["pet.reference.mixin"]
    _order = "id"

    wizard_id = fields.Many2one(
        "pet.liability.defer", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    account_id = fields.Many2one("account.account")
    name = fields.Char(string="Label")
    analytic_distribution = fields.Json()
    # For the widget of the distribution, as in Odoo's own mixin
    analytic_precision = fields.Integer(
        store=False, default=lambda self: self._default_analytic_precision()
    )
    debit = fields.Monetary()
    credit = fields.Monetary()

    def _default_analytic_precision(self):
        return self.env["decimal.precision"].precision_get("Percentage Analytic")
