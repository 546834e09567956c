from odoo import fields, models


class AccountMove(models.Model):
    """The credit for a changed plan pays the invoices of the new one (S14).

    Odoo sets a credit note against its own invoice when it is posted. What is left of
    it goes to the invoices of the new plan in their order, as they are posted; the
    rest stays a credit of the customer.
    """

    _inherit = "account.move"

    pet_credited_cycle_id = fields.Many2one(
        "pet.cycle",
        string="Set Against",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The first cycle of the plan that the credited one was changed to: what "
        "its own invoice leaves of the credit pays this one, and those after it",
    )

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._set_pet_credits()
        return posted

    def _set_pet_credits(self):
        """Set credits for changed plans against the open invoices of the new (S14).

        :param self: moves just posted: such credit notes, or invoices they may pay
        """
        # Who posts need not read plans: only what belongs together is looked up.
        plans = self.sudo().pet_credited_cycle_id.plan_id
        plans |= self.sudo().pet_plan_id.filtered("is_change")
        for plan, notes in plans._find_credits().items():
            bills = plan.cycle_ids.sorted("sequence")._filter_creditable(notes)
            for bill in bills.invoice_id.filtered(lambda move: move.state == "posted"):
                for note in notes.filtered(lambda move: move.state == "posted"):
                    note._set_against(bill)

    def _set_against(self, bill):
        """Match what is left of a credit note with an invoice.

        :param bill: `account.move` record, posted
        """
        self.ensure_one()
        lines = (self + bill)._get_pet_receivable_lines()
        open_lines = lines.filtered(lambda line: not line.reconciled)
        accounts = open_lines.grouped(lambda line: (line.account_id, line.currency_id))
        for both in accounts.values():
            if len(both.move_id) == 2:
                both.reconcile()

    def _get_pet_credit_left(self):
        """Return what of a credit note its own invoice leaves for others (S14).

        Of a draft it is what will be left: of what stands open there it pays first,
        after the drafts before it.
        """
        self.ensure_one()
        if self.state == "posted":
            return self.amount_residual
        invoice, amount = self.reversed_entry_id, self.amount_total
        before = invoice._get_waiting_pet_credits().filtered(
            lambda move: move.id < self.id
        )
        left = amount - invoice._get_pet_credit_taken(amount, before)
        # One that was reset stays matched with what it has paid.
        return min(left, self.amount_residual)

    def _get_pet_credit_taken(self, amount, before=None):
        """Return what of a credit goes to what is open of this invoice (X7).

        :param amount: float, the credit
        :param before: draft credit notes that are set against it first, by default
            all there are
        """
        if self.state != "posted":
            return 0.0
        before = self._get_waiting_pet_credits() if before is None else before
        unpaid = self.amount_residual - sum(before.mapped("amount_total"))
        return max(0.0, min(amount, unpaid))
