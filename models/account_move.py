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

    @api.model
    def _get_reference_names(self):
        # The rest of an invoice is Odoo's.
        return {"pet_id"}

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

    def _set_pet_due_date(self, date):
        """Move the due date of invoices of cycles: header and receivable line (C5, C6).

        Without payment term there is one receivable line, and a date changes no
        amount: both are written as they are, without the synchronisation of the
        whole entry, and leave no mark of a manual edit. The deal leaves its own
        message where one is due. An invoice to which an accountant gave a term has
        the dates of that term, and keeps them.

        :param date: the new due date, the same for all
        """
        moves = self.filtered(lambda move: not move.invoice_payment_term_id)
        moves = moves.with_context(
            skip_invoice_sync=True,
            skip_is_manually_modified=True,
            tracking_disable=True,
        )
        moves.write({"invoice_date_due": date})
        moves.line_ids.filtered(lambda line: line.display_type == "payment_term").write(
            {"date_maturity": date}
        )

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
        commands = []
        for billed, line in pairs:
            part = parts.get(billed, 0.0)
            if not part:
                commands.append(fields.Command.delete(line.id))
            elif part != 1.0:
                vals = billed._prepare_pet_part_vals(part)
                commands.append(fields.Command.update(line.id, vals))
        if commands:
            self.write({"invoice_line_ids": commands})

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
