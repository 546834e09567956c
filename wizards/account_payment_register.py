from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    post_pet_drafts = fields.Boolean(
        help="Drafts of cycles and visits are posted together with the payment"
    )
    pet_draft_count = fields.Integer(compute="_compute_pet_draft_count")

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
