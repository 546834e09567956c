from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ResCompany(models.Model):
    """Where the revenue goes that plans have not earned yet (P8)."""

    _inherit = "res.company"

    pet_deferred_account_id = fields.Many2one(
        "account.account",
        string="Deferred Revenue Account",
        ondelete="restrict",
        help="The liability account that holds what is billed for sessions not used "
        "yet, from the end of a period to the next day",
    )
    pet_deferred_journal_id = fields.Many2one(
        "account.journal",
        string="Deferred Revenue Journal",
        ondelete="restrict",
        help="The journal of the entries that defer revenue, and of their reversals",
    )

    @api.constrains("pet_deferred_account_id")
    def _check_pet_deferred_account_id(self):
        # Compares owners, which may be companies that the user does not see.
        for company in self.sudo().filtered("pet_deferred_account_id"):
            account = company.pet_deferred_account_id
            if account.account_type != "liability_current":
                raise ValidationError(
                    self.env._(
                        "%(company)s: deferred revenue needs an account of the type "
                        "Current Liabilities, which %(account)s is not.",
                        company=company.name,
                        account=account.display_name,
                    )
                )
            if not account.company_ids & company.parent_ids:
                raise ValidationError(
                    company._get_pet_foreign_refusal(account, account.company_ids)
                )

    @api.constrains("pet_deferred_journal_id")
    def _check_pet_deferred_journal_id(self):
        # As above
        for company in self.sudo().filtered("pet_deferred_journal_id"):
            journal = company.pet_deferred_journal_id
            if journal.type != "general":
                raise ValidationError(
                    self.env._(
                        "%(company)s: deferred revenue needs a journal of the type "
                        "Miscellaneous, which %(journal)s is not.",
                        company=company.name,
                        journal=journal.display_name,
                    )
                )
            if journal.company_id not in company.parent_ids:
                raise ValidationError(
                    company._get_pet_foreign_refusal(journal, journal.company_id)
                )

    def _get_pet_foreign_refusal(self, record, owners):
        """Return why a record of another company is refused, in words."""
        self.ensure_one()
        return self.env._(
            "%(company)s: %(record)s is of %(owner)s.",
            company=self.name,
            record=record.display_name,
            owner=", ".join(owners.mapped("name")),
        )

    def _get_pet_deferral_settings(self):
        """Return account and journal of the deferral, or two empty records (P8).

        A branch without settings of its own goes by those of its headquarters.

        :return: `account.account` record, `account.journal` record
        """
        self.ensure_one()
        # Who works in a branch need not see the settings of its headquarters, whose
        # accounts and journals Odoo lets a branch use.
        for company in self.sudo().parent_ids[::-1]:
            account = company.pet_deferred_account_id
            journal = company.pet_deferred_journal_id
            if account and journal:
                return account.with_env(self.env), journal.with_env(self.env)
        return self.env["account.account"], self.env["account.journal"]

    def _refuse_pet_locked_day(self, what, locks):
        """Raise the message for an entry in a locked period (P8).

        :param what: text, what should be booked there
        :param locks: of Odoo's `_get_violated_lock_dates`
        """
        raise UserError(
            self.env._(
                "%(what)s cannot be booked in a period that is locked: %(locks)s.",
                what=what,
                locks=self._format_lock_dates(locks),
            )
        )

    def _get_pet_closed_until(self):
        """Return the last day of what is deferred already, too (P8)."""
        days = [super()._get_pet_closed_until(), self._get_pet_deferred_until()]
        return max(filter(None, days), default=None)

    def _get_pet_deferred_until(self):
        """Return the last day of the periods with a posted deferral; None without."""
        self.ensure_one()
        # Whoever serves a pet may learn on which day its sessions count.
        deferred = (
            self.env["pet.liability"]
            ._sudo_clean()
            .search(
                [
                    ("company_id", "=", self.id),
                    ("deferral_move_ids.state", "=", "posted"),
                ],
                order="date_to DESC",
            )
        )
        return next((one.date_to for one in deferred if one._is_deferred()), None)
