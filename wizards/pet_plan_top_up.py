from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare, format_list

from ..models.formats import format_day, format_sessions
from ..models.pet_bounds_mixin import DAYS
from ..models.windows import notify

PRICE_DIGITS = 6  # far behind those of any price
MOST_SESSIONS = 9999  # as visits of a template


class PetPlanTopUp(models.TransientModel):
    """More sessions on a running package: what they cost and change, then do it."""

    _name = "pet.plan.top.up"
    _description = "Top Up a Package"
    _inherit = ["pet.reference.mixin", "pet.plan.end.mixin"]

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="plan_id.currency_id", related_sudo=False)
    line_ids = fields.One2many(
        "pet.plan.top.up.line",
        "wizard_id",
        string="Services",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    at_current_price = fields.Boolean(
        string="At Today's Price",
        help="At the price that the template has today, instead of that of the package",
    )
    has_current_price = fields.Boolean(compute="_compute_has_current_price")
    date_due = fields.Date(
        string="Due Date",
        compute="_compute_date_due",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="When an invoice is due as long as no visit is in its cycle",
    )
    reason = fields.Char(help="Kept in the ledger and in the chatter of the package")
    summary = fields.Text(
        string="What Happens", compute="_compute_summary", compute_sudo=False
    )
    may_decide = fields.Boolean(
        compute="_compute_may_decide",
        help="Another price, and an end that moves, are a manager's",
    )
    is_applied = fields.Boolean(readonly=True)

    @api.model
    def _get_bounds(self):
        return {**super()._get_bounds(), "date_due": DAYS}

    @api.depends("plan_id")
    def _compute_line_ids(self):
        """Offer the services that the package was sold with (S13)."""
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"line_id": line.id, "quantity": 0.0})
                    for line in wizard.plan_id._get_offer_lines()
                ),
            ]

    @api.depends("line_ids.line_id")
    def _compute_has_current_price(self):
        for wizard in self:
            wizard.has_current_price = any(
                row._has_current_price() for row in wizard.line_ids
            )

    @api.depends("plan_id")
    def _compute_date_due(self):
        for wizard in self:
            company = wizard.plan_id.company_id or self.env.company
            wizard.date_due = company._get_pet_today()

    @api.depends_context("uid")
    def _compute_may_decide(self):
        self.may_decide = self._may_decide()

    @api.depends(
        "plan_id", "date_due", "date_end", "line_ids.quantity", "line_ids.price_unit"
    )
    def _compute_summary(self):
        """Say in words what it costs, when that is due, and what it changes (S13)."""
        for wizard in self:
            rows = wizard.line_ids.filtered(lambda row: row.quantity > 0)
            wizard.summary = bool(rows) and "\n".join(
                [
                    *wizard.plan_id._describe_top_up(rows._get_sold(), wizard.date_due),
                    wizard._describe_end(),
                ]
            )

    def _describe_end(self):
        """Return until when the package can be used afterwards, as a sentence."""
        self.ensure_one()
        never = self.env._("never")
        values = {
            "old": format_day(self.env, self.old_date_end) or never,
            "new": format_day(self.env, self.date_end) or never,
        }
        if self._moves_end():
            return self.env._("The end moves from %(old)s to %(new)s.", **values)
        return self.env._("The end stays: %(old)s.", **values)

    def _moves_end(self):
        self.ensure_one()
        return self.date_end != self.old_date_end

    def _may_decide(self):
        return self.env.user.has_group("pet_plans.group_manager")

    def action_apply(self):
        """Top the package up, and move its end if asked to (S13).

        Applied again, by a second click or a request sent twice, it does nothing more:
        of two at once the second is tried again and finds it done.

        :return: the action that closes the dialog and tells what was done
        :raises UserError: naming the package that cannot be topped up, or the row or
            date that cannot be
        :raises AccessError: where a price or the end is a manager's to decide
        """
        self.ensure_one()
        plan = self.plan_id
        if self.is_applied:
            return {"type": "ir.actions.act_window_close"}
        plan.check_access("write")
        plan._check_top_up()
        rows = self._get_rows()
        rows._check_prices()
        self._check_date_due()
        self._check_date_end()
        summary = self.summary
        self.is_applied = True
        if self._moves_end():
            plan.write({"date_end": self.date_end})
        plan._top_up(
            rows._get_sold(), self.date_due, self.reason or self.env._("Top-up")
        )
        book = [(self.env._("Book"), plan.action_open_book())] if plan.to_book else []
        return notify(summary, *book)

    def _get_rows(self):
        """Return the rows that say something; refuse those that cannot be (S13)."""
        self.ensure_one()
        plan = self.plan_id
        if self.line_ids.line_id - plan.line_ids:
            raise UserError(
                self.env._(
                    "These are not the services of %(plan)s: open the top-up again.",
                    plan=plan.display_name,
                )
            )
        rows = self.line_ids.filtered("quantity")
        if not rows:
            raise UserError(
                self.env._(
                    "Nothing is added to %(plan)s: say how many sessions, more than 0.",
                    plan=plan.display_name,
                )
            )
        rows._check_numbers()
        return rows

    def _check_date_due(self):
        """Refuse a due date that is over: the customer would be late at once."""
        self.ensure_one()
        today = self.plan_id.company_id._get_pet_today()
        if self.date_due < today:
            raise UserError(
                self.env._(
                    "The top-up of %(plan)s cannot be due on %(due)s, before today, "
                    "%(today)s.",
                    plan=self.plan_id.display_name,
                    due=format_day(self.env, self.date_due),
                    today=format_day(self.env, today),
                )
            )

    def _check_date_end(self):
        """Refuse an end that is not later, or that a manager has to move (S13)."""
        self.ensure_one()
        if not self._moves_end():
            return
        plan = self.plan_id
        if not self._may_decide():
            raise AccessError(
                self.env._(
                    "Only a manager moves the end of %(plan)s: leave it at %(end)s.",
                    plan=plan.display_name,
                    end=format_day(self.env, self.old_date_end) or self.env._("no end"),
                )
            )
        if plan.date_end != self.old_date_end:
            raise UserError(
                self.env._(
                    "The end of %(plan)s was changed since you opened this window: "
                    "open it again.",
                    plan=plan.display_name,
                )
            )
        if not self.old_date_end or (
            self.date_end and self.date_end < self.old_date_end
        ):
            raise UserError(
                self.env._(
                    "A top-up moves the end of %(plan)s to a later day: not from "
                    "%(old)s to %(new)s.",
                    plan=plan.display_name,
                    old=format_day(self.env, self.old_date_end) or self.env._("no end"),
                    new=format_day(self.env, self.date_end),
                )
            )


class PetPlanTopUpLine(models.TransientModel):
    _name = "pet.plan.top.up.line"
    _description = "Service to Top Up"
    _inherit = ["pet.reference.mixin"]

    wizard_id = fields.Many2one("pet.plan.top.up", required=True, ondelete="cascade")
    line_id = fields.Many2one("pet.plan.line", string="Service", required=True)
    product_id = fields.Many2one(
        related="line_id.product_id", related_sudo=False, string="Product"
    )
    remaining = fields.Float(related="line_id.remaining", related_sudo=False)
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    quantity = fields.Float(string="Sessions More", digits="Product Unit")
    price_unit = fields.Float(
        string="Price per Session",
        compute="_compute_price_unit",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
        help="Before the taxes that come on top",
    )
    amount = fields.Monetary(compute="_compute_amount", compute_sudo=False)

    @api.model
    def _get_bounds(self):
        return {**super()._get_bounds(), "quantity": (None, MOST_SESSIONS)}

    @api.depends("line_id", "wizard_id.at_current_price")
    def _compute_price_unit(self):
        for row in self:
            current = None
            if row.line_id and row.wizard_id.at_current_price:
                current = row.line_id._get_price_of_catalogue()
            sold = row.line_id and row.line_id._get_price_of_top_up()
            row.price_unit = sold if current is None else current

    @api.depends("quantity", "price_unit", "currency_id")
    def _compute_amount(self):
        for row in self:
            row.amount = row.quantity * row.price_unit

    def _has_current_price(self):
        """Tell whether the template sells the service at another price today."""
        self.ensure_one()
        if not self.line_id:
            return False
        current = self.line_id._get_price_of_catalogue()
        return current is not None and self._differs(
            current, self.line_id._get_price_of_top_up()
        )

    def _differs(self, one, other):
        return bool(float_compare(one, other, precision_digits=PRICE_DIGITS))

    def _get_sold(self):
        """Return what the rows sell, see `pet.plan._top_up`."""
        return [(row.line_id, row.quantity, row.price_unit) for row in self]

    def _check_numbers(self):
        """Refuse numbers of sessions, and prices, that nobody can mean (S13)."""
        for row in self:
            values = {
                "plan": row.line_id.plan_id.display_name,
                "service": row.product_id.display_name,
                "quantity": format_sessions(self.env, row.quantity),
                "price": format_sessions(self.env, row.price_unit),
            }
            if row.quantity < 0:
                raise UserError(
                    self.env._(
                        "%(plan)s is topped up with more than 0 sessions of "
                        "%(service)s, not with %(quantity)s.",
                        **values,
                    )
                )
            if row.price_unit < 0:
                raise UserError(
                    self.env._(
                        "%(service)s for %(plan)s cannot have a negative price "
                        "(%(price)s).",
                        **values,
                    )
                )

    def _check_prices(self):
        """Refuse prices that are a manager's to decide (S13, 13)."""
        if self.wizard_id._may_decide():
            return
        for row in self:
            prices = row._get_own_prices()
            if any(not row._differs(price, row.price_unit) for price in prices):
                continue
            currency = row.currency_id
            raise AccessError(
                self.env._(
                    "Only a manager sells %(service)s for %(plan)s at %(price)s: its "
                    "price is %(prices)s.",
                    service=row.product_id.display_name,
                    plan=row.line_id.plan_id.display_name,
                    price=currency.format(row.price_unit),
                    prices=format_list(
                        self.env, list(map(currency.format, prices)), "or"
                    ),
                )
            )

    def _get_own_prices(self):
        """Return at which prices anybody may sell it: the plan's, the template's."""
        self.ensure_one()
        prices = (
            self.line_id._get_price_of_top_up(),
            self.line_id._get_price_of_catalogue(),
        )
        return list(dict.fromkeys(price for price in prices if price is not None))
