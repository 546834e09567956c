from odoo import api, fields, models

from .pet_appointment import UPCOMING_STATES


class PetAppointment(models.Model):
    """On which day the books count the sessions of a visit as used (P7)."""

    _inherit = "pet.appointment"

    date_consumed = fields.Date(
        string="Counts On",
        compute="_compute_date_consumed",
        store=True,
        index="btree_not_null",
        copy=False,
        help="The day on which its sessions count as used: that of the visit, or the "
        "first one that was not locked; empty as long as nothing is used up",
    )

    @api.depends("state", "holds_sessions")
    def _compute_date_consumed(self):
        """Date what is used up once, and keep it: a lock set later changes nothing."""
        consumed = self.filtered(lambda visit: visit._is_consumed())
        (self - consumed).date_consumed = False
        for company, visits in consumed.grouped("company_id").items():
            first = company._get_pet_first_open_day()
            for visit in visits:
                visit.date_consumed = visit.date_consumed or max(
                    visit._get_day(), first
                )

    def _is_consumed(self):
        """Tell whether sessions of the visit are used: it came, or lost them (C9)."""
        self.ensure_one()
        return self.holds_sessions and self.state not in UPCOMING_STATES
