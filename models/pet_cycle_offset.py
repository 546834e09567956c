from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..lib.offsets import set_against
from .formats import format_day


class PetCycle(models.Model):
    """What the credit of a changed plan takes off the invoices of the new one (S14)."""

    _inherit = "pet.cycle"

    credit_ids = fields.One2many(
        "account.move",
        "pet_credited_cycle_id",
        string="Credits Set Against It",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    credit_to_come = fields.Monetary(
        compute="_compute_credit_to_come",
        compute_sudo=True,  # staff see how much, without Invoicing rights
        currency_field="invoice_currency_id",
        groups="base.group_user",
        help="What the credit for a changed plan will take off the invoice",
    )
    credit_text = fields.Char(
        string="Credit Expected",
        compute="_compute_credit_text",
        compute_sudo=True,  # as above
        groups="base.group_user",
    )

    # --- How much --------------------------------------------------------------

    @api.depends("state", "invoice_id", "credit_ids.state")
    def _compute_credit_to_come(self):
        amounts = self._get_credits_to_come()
        for cycle in self:
            cycle.credit_to_come = amounts.get(cycle._origin, 0.0)

    def _get_credits_to_come(self):
        """Return what credits will take off the invoices of these cycles, in order.

        :return: dict, cycle -> amount; only where there is one
        """
        changed = self.plan_id._origin.filtered("is_change")
        found = {}
        for plan, notes in changed._find_credits().items():
            cycles = plan.cycle_ids.sorted("sequence")._filter_creditable(notes)
            left = cycles.invoice_id.mapped("amount_residual")
            credit = sum(note._get_pet_credit_left() for note in notes)
            for cycle, amount in zip(cycles, set_against(credit, left), strict=True):
                if amount:
                    found[cycle] = amount
        return found

    def _filter_creditable(self, notes):
        """Return the cycles whose invoices some credit notes are set against (S14).

        What is open, in their currency, of the same customer.

        :param notes: `account.move` records, credit notes of one plan
        """
        return self.filtered(
            lambda cycle: (
                cycle.state in ("waiting", "scheduled", "billed")
                and cycle.invoice_id
                and cycle.invoice_id.currency_id in notes.currency_id
                and cycle.invoice_id.commercial_partner_id
                in notes.commercial_partner_id
            )
        )

    # --- In words ----------------------------------------------------------------

    @api.depends("credit_to_come")
    @api.depends_context("lang")
    def _compute_credit_text(self):
        notes = self.plan_id._origin.filtered("is_change")._find_credits()
        for cycle in self:
            cycle.credit_text = cycle._get_credit_text(
                notes.get(cycle.plan_id._origin, self.env["account.move"])
            )

    def _get_credit_text(self, notes):
        """Return what is taken off the invoice, and whether it waits for that (I1).

        :param notes: `account.move` records, credit notes of its plan
        """
        self.ensure_one()
        if self._awaits_settlement():
            old = self.plan_id.renewal_of_id
            return self.env._(
                "Waits until %(plan)s is cancelled on %(day)s: what is credited then "
                "is set against it.",
                plan=old.display_name,
                day=format_day(self.env, old.cancel_date),
            )
        if not self.credit_to_come:
            return False
        values = {
            "amount": self.invoice_currency_id.format(self.credit_to_come),
            "plan": ", ".join(notes.reversed_entry_id.pet_plan_id.mapped("name")),
        }
        if self._is_first_credited(notes) and self.invoice_id.state == "draft":
            return self.env._(
                "Waits for the credit note of %(plan)s, which is still a draft: once "
                "that is posted, %(amount)s are taken off.",
                **values,
            )
        return self.env._(
            "The credit for %(plan)s takes %(amount)s off this invoice.", **values
        )

    def _is_first_credited(self, notes):
        """Tell whether the invoice waits for one of these to be posted (I1)."""
        self.ensure_one()
        return any(
            note.state == "draft" and note.pet_credited_cycle_id == self._origin
            for note in notes
        )

    def _awaits_settlement(self):
        """Tell whether the plan before is still to be cancelled, and credited (X7)."""
        self.ensure_one()
        plan = self.plan_id
        old = plan.renewal_of_id
        return (
            plan.is_change
            and plan.state == "active"
            and bool(old.cancel_date)
            and old.state != "cancelled"
            and self.state in ("waiting", "scheduled")
            and bool(self.invoice_id)
        )

    # --- Posting and paying (I1, I2) ---------------------------------------------

    @api.model
    def _get_cycles_to_post_domain(self, company):
        """Leave the first invoice alone as long as the credit for it waits (S14)."""
        waiting = Domain("credit_ids", "any", [("state", "=", "draft")])
        unsettled = Domain("plan_id.is_change", "=", True) & Domain(
            "plan_id.renewal_of_id.state", "!=", "cancelled"
        )
        return super()._get_cycles_to_post_domain(company) & ~waiting & ~unsettled

    def action_pay(self):
        self._check_not_covered()
        return super().action_pay()

    def _check_not_covered(self):
        """Refuse to ask for money where a credit pays it all (S14, I2).

        :raises UserError: naming the cycles and the credit
        """
        # Staff may know it without seeing the invoices: what is said below.
        covered = self.sudo().filtered(
            lambda cycle: (
                cycle.credit_to_come
                and cycle.invoice_currency_id.compare_amounts(
                    cycle.credit_to_come, cycle.invoice_id.amount_residual
                )
                >= 0
            )
        )
        if covered:
            raise UserError(
                "\n".join(
                    self.env._(
                        "There is nothing to pay on %(cycle)s. %(credit)s",
                        cycle=cycle.display_name,
                        credit=cycle.credit_text,
                    )
                    for cycle in covered
                )
            )

    # --- The credit notes (X7) -----------------------------------------------------

    def _create_credit_notes(self, reason, lapsed):
        """Let credit notes of changed plans know what they are set against (S14)."""
        notes = super()._create_credit_notes(reason, lapsed)
        by_source = self._get_changed_sources()
        links = defaultdict(lambda: self.env["account.move"])
        for note in notes:
            new = by_source.get(note.reversed_entry_id.pet_plan_id)
            if new:
                links[new.cycle_ids._get_first_bill()] |= note
        for cycle, credits_of_it in links.items():
            if cycle:
                credits_of_it._unguarded().with_context(
                    skip_is_manually_modified=True
                ).pet_credited_cycle_id = cycle
        return notes

    def _get_changed_sources(self):
        """Return which plan takes what is credited on the invoices of another.

        What was carried over is credited where it was billed, by the plan before (X6).

        :return: dict, plan that billed -> the plan that the cancelled one became
        """
        sources = {}
        for plan in self.plan_id:
            new = plan._get_change()
            for source in plan.line_ids.carried_from_id.plan_id | plan:
                if new:
                    sources[source] = new
        return sources

    def _get_first_bill(self):
        """Return the first of these cycles that bills something, or none."""
        return self.sorted("sequence").filtered(
            lambda cycle: not cycle.currency_id.is_zero(cycle.amount_untaxed)
        )[:1]


class PetPlan(models.Model):
    _inherit = "pet.plan"

    credit_text = fields.Char(
        string="Credit Expected",
        compute="_compute_credit_text",
        groups="base.group_user",
    )

    @api.depends("cycle_ids.credit_text")
    @api.depends_context("lang")
    def _compute_credit_text(self):
        """Say once what the first of its invoices says (I1)."""
        for plan in self:
            texts = plan.cycle_ids.sorted("sequence").mapped("credit_text")
            plan.credit_text = next(filter(None, texts), False)

    def _find_credits(self):
        """Return the credit notes that are set against the invoices of these plans.

        Drafts, and what is left of posted ones (S14).

        :return: dict, plan -> `account.move` records in the order in which they count
        """
        if not self:
            return {}
        # How much it is may be known to who reads the plan.
        notes = self.env["account.move"].sudo()
        notes = notes.search(
            [
                ("pet_credited_cycle_id.plan_id", "in", self.ids),
                "|",
                ("state", "=", "draft"),
                "&",
                ("state", "=", "posted"),
                ("payment_state", "not in", ("paid", "reversed", "in_payment")),
            ],
            order="id",
        )
        return notes.grouped(lambda note: note.pet_credited_cycle_id.plan_id)
