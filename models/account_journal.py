from odoo import models
from odoo.tools import SQL


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_draft_sales_purchases_query(self):
        """Count as *To Validate* what a click on it lists.

        Plan drafts whose day is to come are the nightly job's, and not counted (I1).
        """
        query = super()._get_draft_sales_purchases_query()
        moves = self.env["account.move"]
        # As Odoo's own query: the card counts, it shows no invoice.
        ahead = moves._search(moves._get_pet_drafts_ahead_domain(), bypass_access=True)
        query.add_where(
            SQL(
                "%s NOT IN %s",
                moves._field_to_sql(query.table, "id", query),
                ahead.subselect(),
            )
        )
        return query
