from odoo import fields, models
from odoo.tools import SQL

from .pet_report_mixin import DEPENDS_ON_PLANS


class PetRenewalReport(models.Model):
    """Which plans that ended were renewed: one row per plan, on its last day (P4).

    Renewed is what the card *Not renewed* does not count (X4): the same customer and
    pet have another plan that runs, or ended later. Left out are plans carried over
    from another software (K6), those given away (X10), whose sessions go on elsewhere,
    and cancelled ones, which nobody could renew (X7).
    """

    _name = "pet.renewal.report"
    _description = "Renewal Analysis"
    _inherit = ["pet.report.mixin"]
    _auto = False
    _depends = {
        **DEPENDS_ON_PLANS,
        "pet.plan": [
            *DEPENDS_ON_PLANS["pet.plan"],
            "is_latest",
            "is_given_away",
            "non_renewal_reason_id",
        ],
        "res.company": ["pet_tz"],
    }

    date = fields.Date(string="Last Day")
    non_renewal_reason_id = fields.Many2one(
        "pet.non.renewal.reason", string="Why Not Renewed", readonly=True
    )
    ended = fields.Integer(
        string="Plans Ended",
        readonly=True,
        help="Plans and packages whose last day is over; cancelled ones, those given "
        "away and those from another software are left out",
    )
    renewed = fields.Integer(
        readonly=True,
        help="The same customer and pet have another plan that runs, or ended later",
    )
    renewal_rate = fields.Float(
        string="Renewal Rate (%)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="How many of a hundred plans that ended were renewed",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT plan.id,
                   plan.date_end AS date,
                   plan.non_renewal_reason_id,
                   1 AS ended,
                   CASE WHEN plan.is_latest THEN 0 ELSE 1 END AS renewed,
                   CASE WHEN plan.is_latest THEN 0.0 ELSE 100.0 END AS renewal_rate,
                   %(dimensions)s
              FROM pet_plan plan
              JOIN res_company company ON company.id = plan.company_id
         LEFT JOIN pet_pet pet ON pet.id = plan.pet_id
             WHERE plan.state IN ('active', 'expired')
               -- By the clock of each shop, not by whether the job has run (X1).
               AND plan.date_end
                   < timezone(company.pet_tz, timezone('UTC', %(now)s::timestamp))::date
               AND plan.is_carry_over IS NOT TRUE
               AND plan.is_given_away IS NOT TRUE
            """,
            dimensions=self._select_dimensions(),
            now=fields.Datetime.now(),
        )
