from odoo import api, fields, models

# Those of Odoo's sums that are proposed, or compared with what is paid
AMOUNTS = (
    "amount_by_default",
    "full_amount",
    "amount_for_difference",
    "full_amount_for_difference",
)


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    post_pet_drafts = fields.Boolean(
        help="Drafts of cycles and visits are posted together with the payment"
    )
    pet_draft_count = fields.Integer(compute="_compute_pet_draft_count")
    pet_credit_text = fields.Text(compute="_compute_pet_credit_text")

    @api.depends("post_pet_drafts", "line_ids")
    def _compute_pet_draft_count(self):
        for wizard in self:
            wizard.pet_draft_count = len(wizard._get_pet_drafts())

    @api.depends("post_pet_drafts")
    def _compute_is_register_payment_on_draft(self):
        """Let a difference be written off where the draft will be posted (I2)."""
        posting = self.filtered("post_pet_drafts")
        posting.is_register_payment_on_draft = False
        return super(
            AccountPaymentRegister, self - posting
        )._compute_is_register_payment_on_draft()

    # --- What the credit for a changed plan takes off (S14) -----------------------

    @api.depends("line_ids")
    def _compute_pet_credit_text(self):
        """Say what a credit takes off: the rest is what is proposed (S14, I2)."""
        for wizard in self:
            cycles = wizard._get_pet_credits(wizard.line_ids)
            wizard.pet_credit_text = "\n".join(
                self.env._(
                    "%(cycle)s: %(credit)s",
                    cycle=cycle.display_name,
                    credit=cycle.credit_text,
                )
                for cycle in cycles
            )

    @api.model
    def _get_pet_credits(self, lines):
        """Return what credits will take off some invoices: dict, cycle -> amount.

        :param lines: `account.move.line` records, those that are paid
        """
        moves = lines.move_id._origin
        # Who takes a payment need not read plans: what is left to pay is shown.
        cycles = moves.sudo().pet_cycle_id
        cycles = cycles.filtered(lambda cycle: cycle.invoice_id.sudo(False) in moves)
        credits_to_come = cycles._get_credits_to_come()
        return {
            cycle: credits_to_come[cycle]
            for cycle in cycles
            if cycle in credits_to_come
        }

    def _get_pet_credit(self, lines, currency):
        """Return what credits will take off some invoices, in a currency.

        :param lines: `account.move.line` records, those that are paid
        :param currency: `res.currency` record
        """
        self.ensure_one()
        day = self.payment_date or fields.Date.context_today(self)
        return sum(
            cycle.invoice_id.currency_id._convert(
                amount, currency, cycle.company_id, day
            )
            for cycle, amount in self._get_pet_credits(lines).items()
        )

    def _get_total_amounts_to_pay(self, batch_results):
        """Leave out what a credit will pay (S14)."""
        totals = super()._get_total_amounts_to_pay(batch_results)
        lines = self.env["account.move.line"].union(
            *(batch["lines"] for batch in batch_results)
        )
        if self.currency_id and (
            credit := self._get_pet_credit(lines, self.currency_id)
        ):
            for name in AMOUNTS:
                totals[name] = max(0.0, self.currency_id.round(totals[name] - credit))
        return totals

    def _create_payment_vals_from_batch(self, batch_result):
        """Leave out what a credit will pay, of several customers at once too (S14)."""
        vals = super()._create_payment_vals_from_batch(batch_result)
        currency = self.env["res.currency"].browse(vals["currency_id"])
        credit = self._get_pet_credit(batch_result["lines"], currency)
        if credit:
            vals["amount"] = max(0.0, currency.round(vals["amount"] - credit))
        return vals

    # --- Drafts that are posted with the payment (I2) ------------------------------

    def _get_pet_drafts(self):
        """Return the drafts of cycles and visits that are posted with the payment."""
        if not self.post_pet_drafts:
            return self.env["account.move"]
        drafts = self.line_ids.move_id.filtered(lambda move: move.state == "draft")
        return drafts.filtered("bills_pet_cycle") | drafts._filter_pet_visit_bills()

    def _create_payments(self):
        """Post the drafts first: all in one transaction, or nothing (I2)."""
        drafts = self._get_pet_drafts()
        if drafts:
            self._post_pet_drafts(drafts)
        return super()._create_payments()

    def _post_pet_drafts(self, drafts):
        """Post drafts, and pay their lines as they are then, as it was asked for.

        Posting gives the invoice its number and its dates. With a payment term it may
        split what is due anew.

        :param drafts: `account.move` records
        """
        self.ensure_one()
        accounts = self.line_ids.account_id
        others = self.line_ids.filtered(lambda line: line.move_id not in drafts)
        # What the dialog proposes depends on the lines; what was chosen in it stays.
        chosen = self.read(self._get_choices(), load=None)[0]
        del chosen["id"]
        drafts.action_post()
        lines = drafts.line_ids.filtered(
            lambda line: line.account_id in accounts and not line.reconciled
        )
        # Drafts have no number to be called by yet.
        chosen["communication"] = self.communication or self._get_communication(lines)
        chosen["line_ids"] = [fields.Command.set((others | lines).ids)]
        self.write(chosen)

    @api.model
    def _get_choices(self):
        """Return the names of the fields that are proposed, and may be chosen."""
        return [
            name
            for name, field in self._fields.items()
            if field.compute and field.store and not field.readonly
        ]
