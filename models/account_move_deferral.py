from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The entries that defer the revenue of plans, and their reversals (P8).

    Both are drafts that a person posts, and afterwards entries like any other: they
    are reset, cancelled, deleted or reversed. But the reversal is nothing without its
    entry: what resets, cancels or deletes the entry does so with the reversal, and
    alone the reversal is neither posted before the entry nor taken away from it.
    """

    _inherit = "account.move"

    pet_liability_id = fields.Many2one(
        "pet.liability",
        string="Liability of Pet Plans",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The statement whose prepaid sessions this entry defers, or whose "
        "deferral it takes back the next day",
    )

    # Entries reach the sets below only where somebody handles one: all others leave
    # at the first field.

    def _get_pet_deferrals(self):
        """Return those of these moves that defer revenue, without the reversals."""
        return self.filtered(
            lambda move: move.pet_liability_id and not move._is_pet_deferral_reversal()
        )

    def _get_pet_deferral_reversals(self):
        """Return the reversals that were made with these entries."""
        deferring = self.filtered("pet_liability_id")
        return deferring.reversal_move_ids.filtered("pet_liability_id")

    def _is_pet_deferral_reversal(self):
        """Tell whether the move was made to reverse a deferral the next day."""
        self.ensure_one()
        return bool(self.pet_liability_id and self.reversed_entry_id)

    def _is_standing_pet_deferral(self):
        """Tell whether the move counts, or may: a draft, or posted and not undone.

        What was posted is undone by a reversal of no later day. One of a later day
        leaves it in its period.
        """
        self.ensure_one()
        return self.state != "cancel" and not any(
            move.state == "posted" and not move.pet_liability_id
            for move in self.reversal_move_ids
            if move.date <= self.date
        )

    # --- Posting -------------------------------------------------------------

    def _post(self, soft=True):
        # Who may not even read entries is refused by Odoo, in its own words.
        deferring = self._filtered_access("read").filtered("pet_liability_id")
        if deferring:
            deferring._check_pet_deferral_order()
            deferring._check_pet_deferral_locks()
            deferring._get_pet_deferrals().pet_liability_id._check_deferral_is_current()
        return super()._post(soft=soft)

    def _check_pet_deferral_order(self):
        """Refuse to post the reversal of what is not posted, nor is with it.

        :raises UserError: naming both
        """
        for move in self.filtered(lambda move: move._is_pet_deferral_reversal()):
            entry = move.reversed_entry_id
            if entry.state != "posted" and entry not in self:
                raise UserError(
                    self.env._(
                        "%(reversal)s takes back what %(entry)s defers, which is not "
                        "posted: post that one first, or both together.",
                        reversal=move.display_name,
                        entry=entry.display_name,
                    )
                )

    def _check_pet_deferral_locks(self):
        """Refuse to post into a locked period (P8).

        Odoo would post on another day, where the entry means something else.

        :raises UserError: naming the entry and the lock dates
        """
        for move in self:
            locks = move._get_violated_lock_dates(move.date, False)
            if locks:
                move.company_id._refuse_pet_locked_day(move.display_name, locks)

    # --- What happens to both ------------------------------------------------

    def button_draft(self):
        reversals = self._get_pet_deferral_reversals().filtered(
            lambda move: move.state in ("posted", "cancel")
        )
        return super(AccountMove, self | reversals).button_draft()

    def button_cancel(self):
        self._check_pet_deferral_whole()
        reversals = self._get_pet_deferral_reversals().filtered(
            lambda move: move.state in ("draft", "posted")
        )
        return super(AccountMove, self | reversals).button_cancel()

    def unlink(self):
        return super(AccountMove, self | self._get_pet_deferral_reversals()).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_pet_deferral_reversal(self):
        self._check_pet_deferral_whole()

    def _check_pet_deferral_whole(self):
        """Refuse to take a reversal away from an entry that stays (P8).

        :raises UserError: naming both
        """
        for move in self.filtered(lambda move: move._is_pet_deferral_reversal()):
            entry = move.reversed_entry_id
            if entry.state != "cancel" and entry not in self:
                raise UserError(
                    self.env._(
                        "%(reversal)s takes back what %(entry)s defers. Cancel or "
                        "delete that one: its reversal goes with it.",
                        reversal=move.display_name,
                        entry=entry.display_name,
                    )
                )
