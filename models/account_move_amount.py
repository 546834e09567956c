from collections import defaultdict

from odoo import api, fields, models

_REMEMBERED = "pet_plans.amounts"  # what drafts billed before they were edited


class AccountMove(models.Model):
    """What an edited invoice does to the price of its plan (I3, S6).

    Said above the invoice while it is edited, and in the chatter of the plan once it is
    saved. Amounts are compared as they are typed, as the price sold is (S6): a tax that
    comes on top is in neither.
    """

    _inherit = "account.move"

    pet_amount_note = fields.Char(
        string="Total of the Plan", compute="_compute_pet_amount_note"
    )

    @api.depends(
        "bills_pet_cycle",
        "currency_id",
        "invoice_line_ids.quantity",
        "invoice_line_ids.price_unit",
        "invoice_line_ids.discount",
    )
    @api.depends_context("lang")
    def _compute_pet_amount_note(self):
        """Tell what was sold, what is billed, and what the plan comes to with it."""
        for move in self:
            move.pet_amount_note = move._get_pet_amount_note()

    def _get_pet_amount_note(self):
        """Return the sentences for an invoice that bills what was not sold, or False.

        Of a cancelled plan its cancellation said what is billed (X7).
        """
        self.ensure_one()
        # Who edits the invoice need not read plans: amounts of its own plan are told.
        cycle = self.sudo().pet_cycle_id
        if not self.bills_pet_cycle or cycle.plan_id.state == "cancelled":
            return False
        sold, billed = cycle.amount_untaxed, self._get_pet_typed_amount()
        currency = cycle.currency_id
        values = {
            "cycle": cycle.display_name,
            "sold": currency.format(sold),
            "billed": self.currency_id.format(billed),
        }
        if self.currency_id != currency:
            return self.env._(
                "%(cycle)s was sold for %(sold)s; this invoice bills %(billed)s, in "
                "another currency.",
                **values,
            )
        if not currency.compare_amounts(sold, billed):
            return False
        others = (cycle.plan_id.cycle_ids - cycle)._get_typed_amount()
        text = self.env._(
            "%(cycle)s was sold for %(sold)s; this invoice bills %(billed)s: the plan "
            "comes to %(after)s instead of %(before)s.",
            before=currency.format(others + sold),
            after=currency.format(others + billed),
            **values,
        )
        if self.invoice_line_ids.tax_ids.filtered(lambda tax: not tax.price_include):
            return self.env._("%(text)s Taxes come on top.", text=text)
        return text

    def _get_pet_typed_amount(self):
        """Return what the lines come to, as their prices were typed (S6, I4)."""
        self.ensure_one()
        return self.currency_id.round(
            sum(
                self.currency_id.round(line._get_pet_typed_amount())
                for line in self.invoice_line_ids
                if line.display_type == "product"
            )
        )

    # --- Told to the plan ----------------------------------------------------------

    def _get_sync_stack(self, container):
        """Remember what drafts bill before their lines change: all ways pass here.

        What the addon changes itself is no edit, and is told where it is done.
        """
        if not self.env.context.get("skip_is_manually_modified"):
            container["records"]._remember_pet_amounts()
        return super()._get_sync_stack(container)

    def _remember_pet_amounts(self):
        """Keep what drafts of cycles bill now, to tell their plans what changes.

        Once per transaction, whatever number of lines is edited.
        """
        drafts = self.filtered(
            lambda move: move.state == "draft" and move.bills_pet_cycle
        )
        if not drafts:
            return
        precommit = self.env.cr.precommit
        if _REMEMBERED not in precommit.data:
            precommit.add(self.env["account.move"]._note_pet_amounts)
        before = precommit.data.setdefault(_REMEMBERED, {})
        for draft in drafts.filtered(lambda move: move.id not in before):
            before[draft.id] = draft.currency_id, draft._get_pet_typed_amount()

    @api.model
    def _note_pet_amounts(self):
        """Tell plans whose invoices were edited what that does to their total (I3)."""
        before = self.env.cr.precommit.data.pop(_REMEMBERED, {})
        # Who edits invoices need not read plans: the note is what they did.
        moves = self.browse(before)._sudo_clean().exists()
        notes = defaultdict(list)
        for move in moves.filtered("bills_pet_cycle"):
            currency, amount = before[move.id]
            billed = move._get_pet_typed_amount()
            if currency == move.currency_id and not currency.compare_amounts(
                amount, billed
            ):
                continue
            notes[move.pet_plan_id].append(
                self.env._(
                    "The invoice of %(cycle)s was changed from %(before)s to "
                    "%(after)s. %(text)s",
                    cycle=move.pet_cycle_id.display_name,
                    before=currency.format(amount),
                    after=move.currency_id.format(billed),
                    text=move.pet_amount_note or move._say_pet_sold_so(billed),
                ).rstrip()
            )
        for plan, texts in notes.items():
            plan._message_log(body="\n".join(texts))

    def _say_pet_sold_so(self, billed):
        """Return that the invoice bills again what was sold, or nothing.

        :param billed: float
        """
        self.ensure_one()
        cycle = self.pet_cycle_id
        if self.currency_id.compare_amounts(billed, cycle.amount_untaxed):
            return ""  # of a cancelled plan
        return self.env._("That is what it was sold for.")
