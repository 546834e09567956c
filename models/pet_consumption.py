from odoo import api, fields, models


class PetConsumption(models.Model):
    """Sessions used up, by the day on which the books count them (P7).

    A copy of what visits and ledger say, made by `_update_consumption` alone: what is
    missing is added, what is not so any more is taken back by a row of its own. No row
    is ever changed, so what a closed period has counted stays.
    """

    _name = "pet.consumption"
    _description = "Consumed Sessions"
    _inherit = ["pet.guard.mixin"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(
        "pet.plan", required=True, index=True, readonly=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "pet.plan.line",
        string="Service Line",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    cycle_id = fields.Many2one(
        "pet.cycle",
        string="Period",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Of a plan that is billed per period",
    )
    appointment_id = fields.Many2one(
        "pet.appointment",
        string="Visit",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    entry_id = fields.Many2one(
        "pet.plan.entry",
        string="Ledger Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    kind = fields.Selection(
        [
            ("used", "Used"),
            ("no_show", "No-show"),
            ("late", "Cancelled late"),
            ("expired", "Expired"),
            ("edit", "Edited"),
            ("debt", "Owed before"),
            ("given", "Handed on"),
            ("received", "Handed over"),
        ],
        required=True,
        readonly=True,
    )
    quantity = fields.Float(
        string="Sessions",
        digits="Product Unit",
        readonly=True,
        help="Negative when they come back, or in",
    )
    date = fields.Date(required=True, readonly=True)
    date_consumed = fields.Date(
        string="Visit Counts On",
        readonly=True,
        help="The day that the visit counted on when the row was made",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        readonly=True,
        help="What went with sessions that another plan got: at the price sold, as far "
        "as they were billed",
    )

    _by_day = models.Index("(company_id, date)")

    _guarded_fields = frozenset(
        {
            "company_id",
            "plan_id",
            "line_id",
            "product_id",
            "cycle_id",
            "appointment_id",
            "entry_id",
            "kind",
            "quantity",
            "date",
            "date_consumed",
            "amount",
        }
    )

    @api.model
    def _get_bounds(self):
        # Facts, however large: what leads to them has bounds.
        return {}
