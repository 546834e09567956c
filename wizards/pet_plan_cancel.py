from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class PetPlanCancel(models.TransientModel):
    """Cancel plans: when, why, and what happens to the money (X7)."""

    _name = "pet.plan.cancel"
    _description = "Cancel Plans"
    _inherit = ["pet.reference.mixin"]

    plan_ids = fields.Many2many("pet.plan", string="Plans")
    date = fields.Date(
        string="Cancelled From",
        required=True,
        default=lambda self: self._default_date(),
        help="Visits from this day on are cancelled",
    )
    reason = fields.Char(required=True)
    settlement = fields.Selection(
        [
            ("none", "Nothing: what was billed stays"),
            ("credit_note", "Credit note for the sessions billed and not used"),
        ],
        string="Money",
        required=True,
        default="none",
    )
    line_ids = fields.One2many(
        "pet.plan.cancel.line",
        "wizard_id",
        string="Preview",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=True,
    )

    def _default_date(self):
        return self.env.company._get_pet_today()

    @api.depends("plan_ids", "date", "settlement")
    def _compute_line_ids(self):
        """Show what would happen to each cycle, before anything is done (X7)."""
        for wizard in self:
            plans = wizard.plan_ids._origin if wizard.date else wizard.plan_ids.browse()
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(vals)
                    for vals in wizard._prepare_line_vals_list(plans)
                ),
            ]

    def _prepare_line_vals_list(self, plans):
        """Return the preview of each cycle of some plans (X7)."""
        self.ensure_one()
        plans.check_access("write")
        # Reads what becomes of the invoices of plans the user may cancel.
        cycles = plans.sudo().cycle_ids
        leaving = plans.sudo()._get_visits_from(self.date)
        credited = (
            cycles._get_creditable(self.date, leaving)
            if self.settlement == "credit_note"
            else {}
        )
        vals_list = []
        for cycle in cycles.sorted(lambda cycle: (cycle.plan_id.id, cycle.sequence)):
            cancelled = cycle.appointment_ids & leaving
            kept = (cycle.appointment_ids - cancelled).filtered("holds_sessions")
            vals_list.append(
                {
                    "cycle_id": cycle.id,
                    "visits_cancelled": len(cancelled),
                    "visits_kept": len(kept),
                    "effect": "credit"
                    if cycle in credited
                    else self._get_effect(cycle, kept),
                }
            )
        return vals_list

    def _get_effect(self, cycle, kept):
        """Return what happens to the invoice of a cycle that is not credited (X7)."""
        begun = cycle.date_from and cycle.date_from < self.date
        if cycle.state == "closed" or not cycle.invoice_id:
            return "none"
        if cycle.invoice_id.state == "draft":
            return "keep_draft" if kept or begun else "cancel_draft"
        return "keep_posted"

    def action_apply(self):
        """Cancel the plans (X7).

        :return: the action that closes the dialog
        :raises UserError: without reason, or when a plan is cancelled already
        """
        self.ensure_one()
        if not self.plan_ids:
            raise UserError(self.env._("Choose at least one plan to cancel."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason of this cancellation."))
        plans = self.plan_ids
        plans._cancel_from(self.date, self.reason)
        if self.settlement == "credit_note":
            # Staff have no invoicing rights: this prepares drafts that an accountant
            # checks and posts, for what the plans just cancelled leave unused.
            plans.sudo().cycle_ids._create_credit_notes(self.date, self.reason)
        return {"type": "ir.actions.act_window_close"}


class PetPlanCancelLine(models.TransientModel):
    _name = "pet.plan.cancel.line"
    _description = "Preview of a Cancelled Plan"
    _inherit = ["pet.reference.mixin"]

    wizard_id = fields.Many2one("pet.plan.cancel", required=True, ondelete="cascade")
    cycle_id = fields.Many2one("pet.cycle")
    plan_id = fields.Many2one(related="cycle_id.plan_id", related_sudo=False)
    currency_id = fields.Many2one(related="cycle_id.currency_id", related_sudo=False)
    amount_total = fields.Monetary(related="cycle_id.amount_total", related_sudo=False)
    cycle_state = fields.Selection(
        related="cycle_id.state", related_sudo=False, string="Cycle Status"
    )
    visits_cancelled = fields.Integer()
    visits_kept = fields.Integer()
    effect = fields.Selection(
        [
            ("none", "Nothing"),
            ("cancel_draft", "Draft is cancelled"),
            ("keep_draft", "Draft stays: visits were served, or the period has begun"),
            ("keep_posted", "Stays as billed"),
            ("credit", "Credit note for the sessions not used"),
        ],
        string="Invoice",
    )
