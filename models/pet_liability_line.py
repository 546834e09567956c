from odoo import api, fields, models

from .windows import open_window

# What happens between opening and closing: the first adds to what is owed, as the last
# one does; the others take off it.
MOVES = ("billed", "used", "expired", "refunded", "transferred")
MONEY = ("opening", *MOVES, "closing")
SESSIONS = tuple(f"{name}_sessions" for name in MONEY)


class PetLiabilityLine(models.Model):
    """What one service of one plan adds to the liability of a period (P7).

    Money in the currency of the company, and sessions beside it. On each line opening
    + billed - used - expired - refunded + transferred is closing, in both.
    """

    _name = "pet.liability.line"
    _description = "Unused Sessions Liability of a Plan"
    _inherit = ["pet.guard.mixin"]
    _order = "liability_id, section desc, partner_id, plan_id, product_id, id"
    _rec_name = "plan_id"

    liability_id = fields.Many2one(
        "pet.liability", required=True, index=True, readonly=True, ondelete="cascade"
    )
    section = fields.Selection(
        [("prepaid", "Sold"), ("carried_over", "Carried over")],
        required=True,
        readonly=True,
    )
    plan_id = fields.Many2one(
        "pet.plan", required=True, index=True, readonly=True, ondelete="restrict"
    )
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        readonly=True,
        ondelete="restrict",
        help="Empty: what an invoice bills without a product",
    )
    # As they were when the numbers were taken, so that a closing stays what it was.
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    template_id = fields.Many2one(
        "pet.plan.template", readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    opening = fields.Monetary(readonly=True, help="At the beginning of the period")
    billed = fields.Monetary(
        readonly=True,
        help="By invoices posted in the period, before taxes; carried over from "
        "another software: their value",
    )
    used = fields.Monetary(
        readonly=True, help="Earned by sessions served, or used up all the same"
    )
    expired = fields.Monetary(
        readonly=True, help="Earned by sessions that expired or that an edit took"
    )
    refunded = fields.Monetary(readonly=True, help="Credit notes posted in the period")
    transferred = fields.Monetary(
        readonly=True,
        help="Handed to the plan by another one, less what it handed on",
    )
    closing = fields.Monetary(
        readonly=True,
        help="At the end of the period: a liability above zero, revenue not billed yet "
        "below",
    )
    opening_sessions = fields.Float(digits="Product Unit", readonly=True)
    billed_sessions = fields.Float(digits="Product Unit", readonly=True)
    used_sessions = fields.Float(digits="Product Unit", readonly=True)
    expired_sessions = fields.Float(digits="Product Unit", readonly=True)
    refunded_sessions = fields.Float(digits="Product Unit", readonly=True)
    transferred_sessions = fields.Float(digits="Product Unit", readonly=True)
    closing_sessions = fields.Float(digits="Product Unit", readonly=True)

    _guarded_fields = frozenset(
        {
            "liability_id",
            "section",
            "plan_id",
            "product_id",
            "partner_id",
            "template_id",
            "company_id",
            *MONEY,
            *SESSIONS,
        }
    )

    # --- What is behind the numbers ------------------------------------------------

    def action_view_facts(self):
        """Open the sessions that the books counted in the period (P7)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_consumption",
            {"search_default_group_kind": 1},
            self._get_facts_domain(),
        )

    def _get_facts_domain(self):
        """Return the domain of the rows of consumed sessions behind the line."""
        self.ensure_one()
        return [
            ("plan_id", "=", self.plan_id.id),
            ("product_id", "=", self.product_id.id),
            ("date", ">=", self.liability_id.date_from),
            ("date", "<=", self.liability_id.date_to),
        ]

    def action_view_invoice_lines(self):
        """Open what the invoices and credit notes of the period bill of it (P7)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoice Lines"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": self._get_invoice_lines_domain(),
        }

    def _get_invoice_lines_domain(self):
        """Return the domain of the journal items behind billed and refunded."""
        self.ensure_one()
        return [
            "|",
            ("move_id.pet_plan_id", "=", self.plan_id.id),
            ("move_id.reversed_entry_id.pet_plan_id", "=", self.plan_id.id),
            ("parent_state", "=", "posted"),
            ("display_type", "in", ("product", "rounding")),
            ("tax_line_id", "=", False),
            ("product_id", "=", self.product_id.id),
            ("date", ">=", self.liability_id.date_from),
            ("date", "<=", self.liability_id.date_to),
        ]

    @api.model
    def _get_bounds(self):
        # Sums of facts, however large.
        return {}
