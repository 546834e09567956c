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
        selection=lambda self: self._get_settlements(),
        string="Money",
        required=True,
        default="none",
    )
    is_ahead = fields.Boolean(
        compute="_compute_is_ahead", help="The day is still to come"
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
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_amounts",
        help="Empty when the plans were sold in several currencies",
    )
    amount_posted = fields.Monetary(string="Billed", compute="_compute_amounts")
    amount_credited_before = fields.Monetary(
        string="Credited Before", compute="_compute_amounts"
    )
    amount_credited = fields.Monetary(
        string="Credited in Total", compute="_compute_amounts"
    )
    amount_billed = fields.Monetary(
        string="Drafts Will Bill", compute="_compute_amounts"
    )
    amount_final = fields.Monetary(
        string="Comes To",
        compute="_compute_amounts",
        help="What is billed, less what is credited, and what drafts will bill",
    )
    amounts_text = fields.Text(
        string="In Several Currencies",
        compute="_compute_amounts",
        help="The same of plans that were sold in several currencies",
    )

    def _default_date(self):
        return self.env.company._get_pet_today()

    @api.model
    def _get_settlements(self):
        plans = self.env["pet.plan"]
        return plans._fields["cancel_settlement"]._description_selection(self.env)

    @api.depends("plan_ids", "date")
    def _compute_is_ahead(self):
        for wizard in self:
            wizard.is_ahead = any(
                wizard.date and wizard.date > company._get_pet_today()
                for company in wizard.plan_ids.company_id
            )

    def _get_lapsed(self, cycles):
        """Return the cycles whose sessions will be over when the plans go (X7)."""
        self.ensure_one()
        return cycles._filter_lapsed_on(
            lambda plan: max(self.date, plan.company_id._get_pet_today())
        )

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

    @api.depends("line_ids")
    def _compute_amounts(self):
        """Add up the preview; amounts of several currencies are told apart."""
        for wizard in self:
            lines = wizard.line_ids
            currency = lines.currency_id
            wizard.currency_id = currency if len(currency) == 1 else False
            for name, amount in lines._sum_amounts().items():
                wizard[name] = amount
            wizard.amounts_text = len(currency) > 1 and "\n".join(
                rows._say_amounts() for rows in lines.grouped("currency_id").values()
            )

    def _prepare_line_vals_list(self, plans):
        """Return the preview of each cycle of some plans (X7).

        By the methods that `action_apply` goes by, so that it tells what happens. Of a
        day to come it is what happens if nothing is used till then: at most.
        """
        self.ensure_one()
        plans.check_access("write")
        # Reads what becomes of the invoices of plans the user may cancel.
        cycles = plans.sudo().cycle_ids
        leaving = plans.sudo()._get_visits_from(self.date)
        kept = cycles - cycles._get_unserved(self.date, leaving)
        settled = {
            cycle: self._prepare_unsettled_vals(cycle, cycle in kept)
            for cycle in cycles
        }
        if self.settlement == "credit_note":
            settled |= self._prepare_settled_vals(cycles, leaving, kept)
        # With those of a renewed plan that billed what was carried (X6).
        shown = cycles.union(*settled)
        used = shown._say_used(leaving)
        return [
            {
                "cycle_id": cycle.id,
                "used": used[cycle],
                "visits_cancelled": len(cycle.appointment_ids & leaving),
                "visits_kept": len(cycle._get_visits_that_stay(leaving)),
                **self._prepare_posted_vals(cycle),
                **settled[cycle],
            }
            for cycle in shown.sorted(lambda one: (one.plan_id.id, one.sequence))
        ]

    @api.model
    def _prepare_posted_vals(self, cycle):
        """Return what a cycle has billed, and what of it was credited before."""
        if cycle.state not in ("billed", "settled"):
            return {"amount_posted": 0.0, "amount_credited_before": 0.0}
        invoice = cycle.invoice_id
        # Drafts of credit notes count, as they do for what is credited now.
        notes = invoice.reversal_move_ids.filtered(lambda move: move.state != "cancel")
        return {
            "amount_posted": invoice.amount_total,
            "amount_credited_before": sum(note._get_pet_standing() for note in notes),
        }

    def _prepare_unsettled_vals(self, cycle, is_kept):
        """Return what happens to the invoice of a cycle without settlement (X7).

        :param is_kept: whether the cycle was served or has begun
        """
        effect = self._get_effect(cycle, is_kept)
        is_billed = effect == "keep_draft"
        return {
            "effect": effect,
            "amount_credited": 0.0,
            "amount_billed": cycle.invoice_id.amount_total if is_billed else 0.0,
        }

    def _prepare_settled_vals(self, cycles, leaving, kept):
        """Return what a settlement by credit notes changes (X7).

        :param cycles: those of the plans
        :param leaving: visits that go with the plans
        :param kept: the cycles that were served or have begun
        :return: dict, cycle -> values; of those too that renewed plans billed (X6)
        """
        self.ensure_one()
        lapsed = self._get_lapsed(cycles)
        settled = {
            cycle: {
                "effect": "credit",
                "amount_credited": cycle.invoice_id._get_pet_total(parts),
                "amount_billed": 0.0,
            }
            for cycle, parts in cycles._get_creditable(
                leaving, lapsed, self.date
            ).items()
        }
        drafts = kept._get_draft_parts(leaving, lapsed, self.date)
        for cycle, parts in drafts.items():
            if all(part == 1.0 for part in parts.values()):
                continue
            billed = cycle.invoice_id._get_pet_total(parts)
            is_nothing = cycle.invoice_id.currency_id.is_zero(billed)
            settled[cycle] = {
                "effect": "cancel_draft" if is_nothing else "cut_draft",
                "amount_credited": 0.0,
                "amount_billed": billed,
            }
        return settled

    def _get_effect(self, cycle, kept):
        """Return what happens to the invoice of a cycle without settlement (X7).

        :param kept: whether the cycle was served or has begun
        """
        if cycle.state == "closed" or not cycle.invoice_id:
            return "none"
        if cycle.invoice_id.state == "draft":
            return "keep_draft" if kept else "cancel_draft"
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
        self.plan_ids._cancel_from(self.date, self.reason, self.settlement)
        return {"type": "ir.actions.act_window_close"}


class PetPlanCancelLine(models.TransientModel):
    _name = "pet.plan.cancel.line"
    _description = "Preview of a Cancelled Plan"
    _inherit = ["pet.reference.mixin"]

    wizard_id = fields.Many2one("pet.plan.cancel", required=True, ondelete="cascade")
    cycle_id = fields.Many2one("pet.cycle")
    currency_id = fields.Many2one(
        related="cycle_id.invoice_currency_id", related_sudo=False
    )
    bill_label = fields.Char(related="cycle_id.bill_label", related_sudo=False)
    amount_total = fields.Monetary(related="cycle_id.amount_total", related_sudo=False)
    cycle_state = fields.Selection(
        related="cycle_id.state", related_sudo=False, string="Cycle Status"
    )
    used = fields.Char(help="Sessions that visits take, of those the cycle sells")
    visits_cancelled = fields.Integer()
    visits_kept = fields.Integer()
    effect = fields.Selection(
        [
            ("none", "Nothing"),
            ("cancel_draft", "Draft is cancelled"),
            ("keep_draft", "Draft stays: visits were served, or the period has begun"),
            ("cut_draft", "Draft bills the sessions used"),
            ("keep_posted", "Stays as billed"),
            ("credit", "Credit note for the sessions not used"),
        ],
        string="What Happens",
    )
    amount_posted = fields.Monetary(string="Billed")
    amount_credited_before = fields.Monetary(string="Credited Before")
    amount_credited = fields.Monetary(string="To Credit")
    amount_billed = fields.Monetary(string="Draft Will Bill")

    def _sum_amounts(self):
        """Return the totals of these rows: dict, field of the dialog -> amount."""
        currency = self.currency_id[:1]
        totals = {
            name: currency.round(sum(self.mapped(name))) if currency else 0.0
            for name in (
                "amount_posted",
                "amount_credited_before",
                "amount_credited",
                "amount_billed",
            )
        }
        credited = totals["amount_credited_before"] + totals["amount_credited"]
        final = totals["amount_posted"] - credited + totals["amount_billed"]
        return {**totals, "amount_final": currency.round(final) if currency else 0.0}

    def _say_amounts(self):
        """Return the totals of rows of one currency, as a sentence."""
        texts = {
            name: self.currency_id.format(amount)
            for name, amount in self._sum_amounts().items()
        }
        return self.env._(
            "Billed %(amount_posted)s, credited before %(amount_credited_before)s, to "
            "credit %(amount_credited)s, drafts will bill %(amount_billed)s: comes to "
            "%(amount_final)s.",
            **texts,
        )
