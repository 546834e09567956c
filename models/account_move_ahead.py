from odoo import api, fields, models
from odoo.fields import Domain


class AccountMove(models.Model):
    """Plan drafts that are nobody's work yet are kept out of the way (I1, C5).

    A plan has all its drafts from the day it is sold, a plan of five years sixty of
    them. The nightly job posts each on its day. Until then the daily lists of Invoicing
    leave them out, by a filter that a person can lift; what the job does not post (its
    day has come, or an accountant has reset it) is there.
    """

    _inherit = "account.move"

    is_pet_draft_ahead = fields.Boolean(
        string="Plan Draft Not Yet Due",
        compute="_compute_is_pet_draft_ahead",
        search="_search_is_pet_draft_ahead",
        help="The draft of a cycle that waits for visits, or whose day is to come",
    )

    @api.depends("state", "bills_pet_cycle", "posted_before", "date")
    def _compute_is_pet_draft_ahead(self):
        # Who may read the invoice need not read plans: a yes or no.
        for move in self.sudo():
            move.is_pet_draft_ahead = (
                move.state == "draft"
                and move.bills_pet_cycle
                and not move.posted_before
                and (
                    move.pet_cycle_id.state == "waiting"
                    or move.date > move.company_id._get_pet_today()
                )
            )

    @api.model
    def _search_is_pet_draft_ahead(self, operator, value):
        """Find these drafts, or all but them.

        The default filter, which leaves them out, gives way to a filter that means some
        of them and says so in the context: together they would find nothing.
        """
        if operator == "in":
            return self._get_pet_drafts_ahead_domain()
        if self.env.context.get("pet_drafts_ahead"):
            return Domain.TRUE
        return ~self._get_pet_drafts_ahead_domain()

    @api.model
    def _get_pet_drafts_ahead_domain(self):
        """Return the domain of the drafts of cycles whose day is to come.

        A draft's accounting date is the day on which it will be posted, by the clock
        of its company (C5).
        """
        today = self.env.companies.grouped(lambda company: company._get_pet_today())
        to_come = Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("date", ">", day)
            for day, companies in today.items()
        )
        # "any!": who may read invoices need not read plans; a yes or no.
        waiting = Domain("pet_cycle_id", "any!", Domain("state", "=", "waiting"))
        return (
            Domain("state", "=", "draft")
            & Domain("bills_pet_cycle", "=", True)
            & Domain("posted_before", "=", False)
            & (waiting | to_come)
        )
