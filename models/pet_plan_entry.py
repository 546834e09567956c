from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..lib import periods
from .formats import format_day, format_sessions


class PetPlanEntry(models.Model):
    """One row of the session ledger: a fact, never changed, never deleted (L1)."""

    _name = "pet.plan.entry"
    _description = "Session Ledger Entry"
    _inherit = ["pet.guard.mixin"]
    _order = "id desc"
    _rec_name = "kind"
    _guarded_fields = frozenset(
        {
            "line_id",
            "cycle_id",
            "appointment_id",
            "kind",
            "quantity",
            "balance",
            "reason",
            "user_id",
            "date",
        }
    )

    line_id = fields.Many2one(
        "pet.plan.line",
        string="Service Line",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    # Not related to the line's: precomputed, a new entry would show twice in a plan
    # whose entries are in the cache.
    plan_id = fields.Many2one(
        "pet.plan", required=True, index=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="line_id.company_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(related="line_id.product_id", string="Service")
    cycle_id = fields.Many2one(
        "pet.cycle",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The cycle at the time; a deal may move the visit later",
    )
    appointment_id = fields.Many2one(
        "pet.appointment",
        string="Visit",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    pet_id = fields.Many2one(related="appointment_id.pet_id")
    kind = fields.Selection(
        [
            ("grant", "Granted"),
            ("book", "Booked"),
            ("release", "Released"),
            ("adjust", "Adjusted"),
            ("expire", "Expired"),
            ("reinstate", "Reinstated"),
            ("carry_over", "Carried over"),
            ("transfer", "Transferred"),
        ],
        required=True,
        readonly=True,
    )
    quantity = fields.Float(
        string="Sessions",
        digits="Product Unit",
        required=True,
        readonly=True,
        help="Negative when sessions leave the balance",
    )
    balance = fields.Float(
        digits="Product Unit",
        required=True,
        readonly=True,
        aggregator=None,
        help="Sessions of this service to book after this entry",
    )
    reason = fields.Char(readonly=True, groups="base.group_user")
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self._default_user_id(),
        groups="base.group_user",
    )
    date = fields.Datetime(
        required=True, readonly=True, default=lambda self: self._default_date()
    )

    def _default_user_id(self):
        return self.env.user

    def _default_date(self):
        return fields.Datetime.now()

    def _get_portal_rows(self):
        """Return what a customer sees of the ledger: list of dicts of texts (P3)."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return [
            {
                "date": format_day(
                    self.env, periods.local_day(entry.date, entry.company_id.pet_tz)
                ),
                "kind": kinds[entry.kind],
                "visit": entry.appointment_id
                and entry.company_id._format_pet_time(entry.appointment_id.start),
                "pet": entry.appointment_id.pet_id.name,
                "service": entry.line_id.display_name,
                "quantity": format_sessions(self.env, entry.quantity, "%+g"),
                "balance": entry._format_balance(entry.balance),
            }
            for entry in self
        ]

    @api.model
    def _get_bounds(self):
        # Facts, however large: what leads to them has bounds.
        return {}

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unguarded():
            self._raise_immutable()
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        self._raise_immutable()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._raise_immutable()

    def _raise_immutable(self):
        raise AccessError(
            self.env._(
                "The session ledger is append-only: its entries come from booking, "
                "cancelling and counter edits, and are never changed or deleted."
            )
        )
