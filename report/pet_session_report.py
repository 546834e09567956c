from odoo import fields, models
from odoo.tools import SQL

from ..models.pet_appointment import UPCOMING_STATES
from .pet_report_mixin import DEPENDS_ON_PLANS


class PetSessionReport(models.Model):
    """What became of sessions: one row per fact, with its day, plan and pet (P4).

    A fact is an entry of the ledger (sold, expired, ...), or a service of a visit that
    took sessions. Bookings are no facts: what is booked may still be cancelled. So of
    each line of a plan, but of one without limit (S11), whose sessions are granted with
    each booking and sold by the period,

    - sold + given + carried over + adjusted + transferred is its `total`,

    and of every line used is its `used` and expired its `expired` (L1).
    """

    _name = "pet.session.report"
    _description = "Session Analysis"
    _inherit = ["pet.report.mixin"]
    _auto = False
    _depends = {
        **DEPENDS_ON_PLANS,
        "pet.plan.entry": ["line_id", "plan_id", "kind", "quantity", "date"],
        "pet.plan.line": ["product_id", "price_subtotal", "is_unlimited"],
        "pet.cycle": ["date_to"],
        "pet.appointment": [
            "pet_id",
            "start",
            "state",
            "holds_sessions",
            "user_id",
        ],
        "pet.appointment.line": ["appointment_id", "plan_line_id", "sessions"],
        "res.company": ["pet_tz"],
    }

    fact = fields.Selection(
        [
            ("sold", "Sold"),
            ("given", "Given free"),
            ("carried_over", "Carried over"),
            ("used", "Used"),
            ("no_show", "No-show"),
            ("late", "Cancelled late"),
            ("expired", "Expired"),
            ("adjusted", "Adjusted"),
            ("transferred", "Transferred"),
        ],
        string="What Happened",
        readonly=True,
    )
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        readonly=True,
        help="The service that was sold; a visit may use its sessions for another one",
    )
    appointment_id = fields.Many2one("pet.appointment", string="Visit", readonly=True)
    groomer_id = fields.Many2one(
        "res.users", readonly=True, help="Who served the visit"
    )
    is_carry_over = fields.Boolean(string="From Another Software", readonly=True)
    sold = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Sessions sold at a price, on the day of the sale. Those carried to a "
        "renewal or transferred were sold before, and services without limit are sold "
        "by the period: neither counts",
    )
    given = fields.Float(
        string="Given Free",
        readonly=True,
        digits="Product Unit",
        help="Sessions sold with others, or in a whole plan, at no price",
    )
    carried_over = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Sessions that were sold in another software",
    )
    used = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Sessions of visits that took place, and of no-shows and late "
        "cancellations that used them up, on the day of the visit",
    )
    no_show = fields.Float(
        string="No-shows",
        readonly=True,
        digits="Product Unit",
        help="Sessions of visits to which the pet did not come, whether that used "
        "them up or not",
    )
    late = fields.Float(
        string="Late Cancellations",
        readonly=True,
        digits="Product Unit",
        help="Sessions of cancelled visits that stayed used",
    )
    expired = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Sessions that nobody used, on the last day of their plan or period, or "
        "when the plan was cancelled. Those given back later count no more",
    )
    adjusted = fields.Float(
        readonly=True, digits="Product Unit", help="Sessions given or taken by an edit"
    )
    transferred = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Sessions that came from another plan, less those that went to one",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT happened.id,
                   -- What expired did so on its last day, however late the job came.
                   LEAST(
                       timezone(company.pet_tz, timezone('UTC', happened.moment))::date,
                       happened.last_day
                   ) AS date,
                   happened.fact,
                   happened.product_id,
                   happened.appointment_id,
                   happened.groomer_id,
                   plan.is_carry_over,
                   %(dimensions)s,
                   %(measures)s
              FROM (%(entries)s UNION ALL %(services)s) AS happened
              JOIN pet_plan plan ON plan.id = happened.plan_id
              JOIN res_company company ON company.id = plan.company_id
         LEFT JOIN pet_pet pet ON pet.id = happened.pet_id
            """,
            dimensions=self._select_dimensions(),
            measures=self._select_measures(),
            entries=self._select_entries(),
            services=self._select_services(),
        )

    def _select_measures(self):
        """Return a column for each fact: its sessions, 0 in rows of other facts.

        What no-shows and late cancellations took was used, too.
        """
        measures = [
            SQL(
                "CASE WHEN happened.fact = %s THEN happened.quantity ELSE 0 END AS %s",
                fact,
                SQL.identifier(fact),
            )
            for fact, __ in self._fields["fact"].selection
            if fact != "used"
        ]
        return SQL(", ").join([*measures, SQL("happened.used")])

    def _select_entries(self):
        """Return the facts that the ledger has, without what visits take and give.

        Grants come from sales only: renewals and transfers hand over by `transfer`.
        """
        return SQL(
            """
            SELECT entry.id * 2 AS id,
                   CASE
                       WHEN entry.kind IN ('expire', 'reinstate') THEN 'expired'
                       WHEN entry.kind = 'adjust' THEN 'adjusted'
                       WHEN entry.kind = 'transfer' THEN 'transferred'
                       WHEN entry.kind = 'carry_over' OR plan.is_carry_over
                       THEN 'carried_over'
                       WHEN line.price_subtotal = 0 THEN 'given'
                       ELSE 'sold'
                   END AS fact,
                   CASE WHEN entry.kind IN ('expire', 'reinstate')
                        THEN -entry.quantity
                        ELSE entry.quantity
                   END AS quantity,
                   0 AS used,
                   entry.date AS moment,
                   CASE
                       WHEN entry.kind NOT IN ('expire', 'reinstate') THEN NULL
                       WHEN plan.rollover THEN plan.date_end
                       ELSE LEAST(cycle.date_to, plan.date_end)
                   END AS last_day,
                   entry.plan_id,
                   line.product_id,
                   plan.pet_id,
                   NULL::integer AS appointment_id,
                   NULL::integer AS groomer_id
              FROM pet_plan_entry entry
              JOIN pet_plan_line line ON line.id = entry.line_id
              JOIN pet_plan plan ON plan.id = entry.plan_id
         LEFT JOIN pet_cycle cycle ON cycle.id = entry.cycle_id
             WHERE entry.kind NOT IN ('book', 'release')
               AND (line.is_unlimited IS NOT TRUE OR entry.kind != 'grant')
            """
        )

    def _select_services(self):
        """Return the services of visits whose sessions are used, or were not wanted."""
        return SQL(
            """
            SELECT taken.id * 2 + 1 AS id,
                   CASE visit.state
                       WHEN 'no_show' THEN 'no_show'
                       WHEN 'cancelled' THEN 'late'
                       ELSE 'used'
                   END AS fact,
                   taken.sessions AS quantity,
                   CASE WHEN visit.holds_sessions THEN taken.sessions ELSE 0 END
                       AS used,
                   visit.start AS moment,
                   NULL::date AS last_day,
                   line.plan_id,
                   line.product_id,
                   visit.pet_id,
                   visit.id AS appointment_id,
                   visit.user_id AS groomer_id
              FROM pet_appointment_line taken
              JOIN pet_appointment visit ON visit.id = taken.appointment_id
              JOIN pet_plan_line line ON line.id = taken.plan_line_id
             WHERE visit.state = 'no_show'
                OR visit.holds_sessions AND visit.state NOT IN %(upcoming)s
            """,
            upcoming=UPCOMING_STATES,
        )

    def _get_origin(self):
        return self.appointment_id or super()._get_origin()
