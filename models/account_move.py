from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "pet.guard.mixin"]
    _guarded_fields = frozenset({"pet_cycle_id", "pet_plan_id"})

    pet_cycle_id = fields.Many2one(
        "pet.cycle",
        string="Billing Cycle",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The cycle of a pet plan or package that this invoice bills",
    )
    pet_plan_id = fields.Many2one(
        related="pet_cycle_id.plan_id",
        string="Pet Plan",
        store=True,
        index="btree_not_null",
    )
    pet_id = fields.Many2one(
        "pet.pet", index="btree_not_null", ondelete="restrict", check_company=True
    )

    _pet_cycle_uniq = models.UniqueIndex(
        "(pet_cycle_id) WHERE pet_cycle_id IS NOT NULL "
        "AND move_type = 'out_invoice' AND state != 'cancel' "
        "AND payment_state != 'reversed'",
        "The cycle already has an open invoice: cancel or credit that one first.",
    )

    @api.depends("pet_cycle_id")
    def _compute_invoice_payment_term_id(self):
        """Keep the invoices of cycles without term: it would take their date (S7)."""
        of_cycles = self.filtered("pet_cycle_id")
        of_cycles.invoice_payment_term_id = False
        return super(AccountMove, self - of_cycles)._compute_invoice_payment_term_id()

    def _is_open_for_pet_cycle(self):
        """Tell whether the invoice still bills its cycle."""
        self.ensure_one()
        return self.state != "cancel" and self.payment_state != "reversed"

    @api.model
    def _set_pet_due_dates(self, dates):
        """Move due dates of invoices of cycles: header and receivable line (C5, C6).

        Without payment term there is one receivable line, and a date changes no
        amount: both are written as they are, without the synchronisation and the
        balance check of the whole entry, and leave no mark of a manual edit. The deal
        leaves its own message where one is due. An invoice to which an accountant
        gave a term has the dates of that term, and keeps them.

        Each is assigned on its own, and the ORM writes all of them together: as many
        queries for many different dates as for one.

        :param dates: dict, `account.move` record -> its due date
        """
        moves = self.union(*dates).with_context(
            check_move_validity=False,
            skip_account_move_synchronization=True,
            skip_invoice_sync=True,
            skip_is_manually_modified=True,
            tracking_disable=True,
        )
        moved = moves.filtered(
            lambda move: (
                not move.invoice_payment_term_id
                and move.invoice_date_due != dates[move]
            )
        )
        for move in moved:
            move.invoice_date_due = dates[move]
        for line in moved._get_pet_receivable_lines():
            line.date_maturity = dates[line.move_id]

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Let a credit note know the cycle and the pet of what it credits (I3)."""
        defaults = default_values_list or [{} for __ in self]
        for move, values in zip(self, defaults, strict=True):
            if move.pet_cycle_id:
                values["pet_cycle_id"] = move.pet_cycle_id.id
                values["pet_id"] = move.pet_id.id
        reversals = super(AccountMove, self._unguarded())._reverse_moves(
            defaults, cancel=cancel
        )
        return reversals.with_env(self.env)

    def _reduce_pet_credit(self, parts):
        """Reduce a draft reversal of a whole invoice to parts of its lines (X7).

        :param parts: dict, line of the reversed invoice -> part from 0 to 1
        """
        self.ensure_one()
        # Odoo copies the lines of a reversal in the order of their ids.
        pairs = zip(
            self.reversed_entry_id.invoice_line_ids.sorted("id"),
            self.invoice_line_ids.sorted("id"),
            strict=True,
        )
        self._set_pet_parts({line: parts.get(billed, 0.0) for billed, line in pairs})

    def _set_pet_parts(self, parts):
        """Let the lines of a draft bill a part of what they do (X7).

        :param parts: dict, line of this move -> part from 0 to 1; others stay
        """
        self.ensure_one()
        commands = []
        for line, part in parts.items():
            if not part:
                commands.append(fields.Command.delete(line.id))
            elif part != 1.0:
                vals = line._prepare_pet_part_vals(part)
                commands.append(fields.Command.update(line.id, vals))
        if commands:
            # Odoo takes the money off a draft whose amount changes.
            matched = self._get_pet_matched_lines()
            # No mark of a manual edit: nobody edited it.
            draft = self.with_context(skip_is_manually_modified=True)
            draft.write({"invoice_line_ids": commands})
            if matched:
                (matched | self._get_pet_receivable_lines()).reconcile()

    def _fetch_pet_taxes(self):
        """Read the taxes of all these invoices at once: Odoo asks for each of them.

        :return: the same invoices
        """
        self.line_ids.fetch(["tax_ids"])
        return self

    def _get_pet_receivable_lines(self):
        return self.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def _get_pet_matched_lines(self):
        """Return the journal items of others that pay this invoice, draft or not."""
        lines = self._get_pet_receivable_lines()
        return (
            lines.matched_debit_ids.debit_move_id
            | lines.matched_credit_ids.credit_move_id
        )

    def _get_pet_total(self, parts):
        """Return the total with taxes that parts of the invoice's lines come to (X7).

        By Odoo's own computation of taxes, and to the cent what `_set_pet_parts`
        makes of it.

        :param parts: dict, line of the invoice -> part from 0 to 1
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        base_lines = [
            {
                **self._prepare_product_base_line_for_taxes_computation(line),
                **line._prepare_pet_part_vals(part),
            }
            for line, part in parts.items()
            if part
        ]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        totals = taxes._get_tax_totals_summary(
            base_lines, self.currency_id, self.company_id
        )
        return totals["total_amount_currency"]

    def action_view_pet_cycle(self):
        """Open the billing cycle of the invoice (I2)."""
        self.ensure_one()
        if not self.pet_cycle_id:
            raise UserError(
                self.env._(
                    "%(invoice)s does not bill a cycle.", invoice=self.display_name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "pet.cycle",
            "res_id": self.pet_cycle_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
