from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare

from ..models.formats import format_day, format_sessions


class PetPlanAdjust(models.TransientModel):
    """The counter edit: what is left, the end, the package note, and why (L2)."""

    _name = "pet.plan.adjust"
    _description = "Edit the Counters of a Plan"
    _inherit = ["pet.reference.mixin", "pet.plan.end.mixin"]

    plan_id = fields.Many2one("pet.plan", required=True, ondelete="cascade")
    line_ids = fields.One2many(
        "pet.plan.adjust.line",
        "wizard_id",
        string="Services",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    old_note = fields.Text(  # not read-only: see `pet.plan.end.mixin`
        string="Package Note",
        compute="_compute_old_note",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    note = fields.Text(
        string="New Package Note",
        compute="_compute_note",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Char(required=True)
    due_note = fields.Text(
        compute="_compute_due_note",
        compute_sudo=False,
        help="Which invoices become due, since nothing is left to book",
    )

    @api.depends("plan_id", "line_ids.new_remaining")
    def _compute_due_note(self):
        for wizard in self:
            wizard.due_note = "\n".join(wizard._describe_dues()) or False

    def _describe_dues(self):
        """Return which invoices an edit that leaves nothing makes due (S10)."""
        self.ensure_one()
        plan, rows = self.plan_id, self.line_ids
        if not plan or any(row._differs(row.new_remaining, 0.0) for row in rows):
            return []
        # Due dates and numbers of the bills of a plan that the user is to edit.
        return plan.sudo()._describe_empty_cycles()

    @api.depends("plan_id")
    def _compute_old_note(self):
        """Keep the note as it is when the wizard opens (L2)."""
        for wizard in self:
            wizard.old_note = wizard.plan_id.note

    @api.depends("plan_id")
    def _compute_note(self):
        for wizard in self:
            wizard.note = wizard.plan_id.note

    @api.depends("plan_id")
    def _compute_line_ids(self):
        """Show each counter as it is when the wizard opens (L2)."""
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "line_id": line.id,
                            "old_remaining": line.remaining,
                            "new_remaining": line.remaining,
                        }
                    )
                    for line in wizard.plan_id._get_limited_lines()
                ),
            ]

    def action_apply(self):
        """Write the edit into the ledger and the chatter (L2).

        :return: the action that closes the dialog
        :raises UserError: without reason or change, on impossible numbers, or when
            somebody changed the plan since the wizard opened
        """
        self.ensure_one()
        if not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                self.env._("Only a manager can edit the counters of a plan.")
            )
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason of this edit."))
        plan = self.plan_id
        plan.check_access("write")
        if plan.state not in ("active", "expired"):
            raise UserError(
                self.env._(
                    "%(plan)s is %(state)s: its counters cannot be edited.",
                    plan=plan.display_name,
                    state=plan._get_state_label().lower(),
                )
            )
        self._check_rows()
        self._check_unchanged_since()
        changed = self.line_ids.filtered("is_changed")
        vals = self._get_plan_vals()
        if not changed and not vals:
            raise UserError(
                self.env._("Nothing was changed on %(plan)s.", plan=plan.display_name)
            )
        changed._check_possible()
        if vals:
            plan.write(vals)
        changed._check_usable()
        self._post_adjustments(changed)
        plan.message_post(body=self._get_summary(changed, vals))
        return {"type": "ir.actions.act_window_close"}

    def _check_rows(self):
        """Refuse counters of other plans, and two numbers for one counter (L2)."""
        lines = self.line_ids.line_id
        edited = self.plan_id._get_limited_lines()
        if len(lines) != len(self.line_ids) or lines - edited:
            raise UserError(
                self.env._(
                    "These are not the counters of %(plan)s, each of them once: open "
                    "the edit again.",
                    plan=self.plan_id.display_name,
                )
            )

    def _check_unchanged_since(self):
        """Refuse to overwrite what somebody else did since the wizard opened (L2)."""
        plan = self.plan_id
        for row in self.line_ids:
            if row._differs(row.line_id.remaining, row.old_remaining):
                raise UserError(
                    self.env._(
                        "%(service)s of %(plan)s had %(old)s to book when you opened "
                        "this window and has %(now)s now: open it again.",
                        service=row.product_id.display_name,
                        plan=plan.display_name,
                        old=format_sessions(self.env, row.old_remaining),
                        now=format_sessions(self.env, row.line_id.remaining),
                    )
                )
        if plan.date_end != self.old_date_end or (plan.note or "") != (
            self.old_note or ""
        ):
            raise UserError(
                self.env._(
                    "The end or the note of %(plan)s was changed since you opened "
                    "this window: open it again.",
                    plan=plan.display_name,
                )
            )

    def _get_plan_vals(self):
        """Return the values of the plan that the edit changes."""
        self.ensure_one()
        vals = {}
        if self.date_end != self.old_date_end:
            vals["date_end"] = self.date_end
        if (self.note or "") != (self.old_note or ""):
            vals["note"] = self.note
        return vals

    def _post_adjustments(self, rows):
        """Post what is missing to the new numbers.

        Moving the end may have given back or taken sessions already: the entries go
        by the balance as it is now.
        """
        # Counters are nobody's to write; the right to this edit, its reason and its
        # numbers were checked above.
        lines = self.plan_id.line_ids._sudo_clean()
        balances = lines._load_balances()
        lines._post_entries(
            [
                vals
                for row in rows
                if row._differs(row.new_remaining, row.line_id.remaining)
                for vals in lines.browse(row.line_id.id)._prepare_adjustments(
                    row.new_remaining - row.line_id.remaining, balances, self.reason
                )
            ]
        )
        lines.plan_id._date_empty_cycles()

    def _get_summary(self, rows, vals):
        """Return the chatter message: old and new of everything that changed (L2)."""
        self.ensure_one()
        parts = [
            self.env._(
                "%(service)s: %(old)s → %(new)s to book",
                service=row.product_id.display_name,
                old=format_sessions(self.env, row.old_remaining),
                new=format_sessions(self.env, row.new_remaining),
            )
            for row in rows
        ]
        if "date_end" in vals:
            never = self.env._("never")
            parts.append(
                self.env._(
                    "End: %(old)s → %(new)s",
                    old=format_day(self.env, self.old_date_end) or never,
                    new=format_day(self.env, self.date_end) or never,
                )
            )
        if "note" in vals:
            parts.append(self.env._("Package note changed"))
        return self.env._(
            "Counter edit (%(reason)s): %(changes)s",
            reason=self.reason,
            changes="; ".join(parts),
        )


class PetPlanAdjustLine(models.TransientModel):
    _name = "pet.plan.adjust.line"
    _description = "Counter to Edit"
    _inherit = ["pet.reference.mixin"]

    wizard_id = fields.Many2one("pet.plan.adjust", required=True, ondelete="cascade")
    line_id = fields.Many2one("pet.plan.line", string="Service", required=True)
    product_id = fields.Many2one(
        related="line_id.product_id", related_sudo=False, string="Product"
    )
    booked = fields.Float(related="line_id.booked", related_sudo=False)
    old_remaining = fields.Float(
        string="To Book Now", digits="Product Unit", readonly=True
    )
    new_remaining = fields.Float(string="To Book After", digits="Product Unit")
    is_changed = fields.Boolean(compute="_compute_is_changed")

    @api.depends("old_remaining", "new_remaining")
    def _compute_is_changed(self):
        for row in self:
            row.is_changed = row._differs(row.old_remaining, row.new_remaining)

    def _differs(self, one, other):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return bool(float_compare(one, other, precision_digits=digits))

    def _check_usable(self):
        """Refuse to give sessions to a plan that is over: they would expire (L2)."""
        for row in self:
            plan = row.line_id.plan_id
            if row.new_remaining > 0 and plan._is_over():
                raise UserError(
                    self.env._(
                        "%(service)s cannot have %(new)s sessions to book: %(plan)s "
                        "ended on %(end)s. Move its end too.",
                        service=row.product_id.display_name,
                        new=format_sessions(self.env, row.new_remaining),
                        plan=plan.display_name,
                        end=format_day(self.env, plan.date_end),
                    )
                )

    def _check_possible(self):
        """Refuse numbers a counter cannot have (L2)."""
        for row in self:
            if row.new_remaining < 0:
                raise UserError(
                    self.env._(
                        "%(service)s cannot have %(new)s sessions to book; it has "
                        "%(old)s now, and %(booked)s are booked: cancel visits to "
                        "free those.",
                        service=row.product_id.display_name,
                        new=format_sessions(self.env, row.new_remaining),
                        old=format_sessions(self.env, row.old_remaining),
                        booked=format_sessions(self.env, row.booked),
                    )
                )
