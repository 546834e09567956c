import re
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .formats import format_day
from .pet_cycle import SETTLED_STATES
from .windows import open_record

# Only code of this process can hold this very object; see `pet.guard.mixin`.
_FOLLOWED = object()


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "pet.guard.mixin"]
    _guarded_fields = frozenset(
        {
            "pet_cycle_id",
            "pet_plan_id",
            "pet_credited_cycle_id",
            "bills_pet_cycle",
            "pet_proposals",
            "pet_liability_id",
        }
    )

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
    pet_due_note = fields.Char(
        string="Due Date of the Cycle", compute="_compute_pet_due_note"
    )
    bills_pet_cycle = fields.Boolean(
        compute="_compute_bills_pet_cycle",
        store=True,
        export_string_translation=False,
        help="Technical: the invoice is the open one of its cycle, see "
        "_is_open_for_pet_cycle()",
    )
    pet_id = fields.Many2one(
        "pet.pet", index="btree_not_null", ondelete="restrict", check_company=True
    )

    _pet_cycle_uniq = models.UniqueIndex(
        "(pet_cycle_id) WHERE bills_pet_cycle IS TRUE",
        lambda env, diagnostics: env["account.move"]._get_second_bill_refusal(
            diagnostics and diagnostics.message_detail
        ),
    )

    @api.model
    def _get_reference_names(self):
        # The rest of an invoice is Odoo's.
        return {"pet_id"}

    @api.depends("bills_pet_cycle", "state")
    def _compute_pet_due_note(self):
        """Show what the cycle says, as it stands when a screen asks (C5)."""
        for move in self:
            waits = move.state == "draft" and move.bills_pet_cycle
            # Who may read the invoice need not read plans.
            move.pet_due_note = waits and move.sudo().pet_cycle_id.due_note

    # --- What closes a cycle (C6, I3) -------------------------------------------

    @api.depends(
        "pet_cycle_id",
        "move_type",
        "state",
        "payment_state",
        "reversal_move_ids.state",
        "reversal_move_ids.reversal_move_ids.state",
    )
    def _compute_bills_pet_cycle(self):
        """Keep the one fact by which cycles, deals and the unique index go.

        What is posted counts, whose amounts change no more. That they are no
        dependencies is felt: Odoo would follow them at every change of any invoice.

        :raises UserError: when a cycle would be billed by two invoices; here and not
            by a constraint, since an invoice may also come back by what happens to its
            credit note or to their match, and before the database says it its way
        """
        of_cycles = self.filtered("pet_cycle_id")
        (self - of_cycles).bills_pet_cycle = False
        for move in of_cycles:
            move.bills_pet_cycle = move._is_open_for_pet_cycle()
        # In a form that is being filled in nothing is billed yet.
        bills = of_cycles.filtered(lambda move: move.id and move.bills_pet_cycle)
        bills._check_only_bill_of_cycle()

    def _is_open_for_pet_cycle(self):
        """Tell whether the invoice still bills its cycle (C6, I3).

        It does not once it is cancelled, or reversed by credit notes of its own. What
        Odoo calls reversed because of credits from elsewhere, or of a journal entry,
        is an invoice that was paid. A draft bills, whatever it is matched with.
        """
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state != "cancel"
            and not (self.state == "posted" and self._is_reversed_by_its_own())
        )

    def _is_reversed_by_its_own(self):
        """Tell whether credit notes of its own, in full, leave nothing to pay."""
        self.ensure_one()
        if self.payment_state != "reversed":
            return False
        matched = self.line_ids.matched_credit_ids.grouped(
            lambda partial: partial.credit_move_id.move_id
        )
        credited = sum(
            min(sum(partials.mapped("debit_amount_currency")), note._get_pet_standing())
            for note, partials in matched.items()
            if note in self.reversal_move_ids and note.state == "posted"
        )
        return self.currency_id.compare_amounts(credited, self.amount_total) >= 0

    def _get_pet_standing(self):
        """Return what of a credit note was not taken back by reversing it (I3).

        What was is still matched with the invoice, but credits it no more.
        """
        self.ensure_one()
        return self.amount_total - sum(self._get_pet_takebacks().mapped("amount_total"))

    def _get_pet_takebacks(self):
        """Return the posted invoices that reverse these credit notes."""
        return self.reversal_move_ids.filtered(lambda move: move.state == "posted")

    def _get_matched_credits(self):
        """Return the payments, credit notes and entries matched with an invoice."""
        return self.line_ids.matched_credit_ids.credit_move_id.move_id

    def _is_draft_matched_with_money(self):
        """Tell whether there is money behind what a draft is matched with (I3).

        Its own credit note, which a reset leaves matched with it, is none; neither is
        a payment that was reset to draft itself.
        """
        self.ensure_one()
        return any(
            move.state == "posted"
            for move in self._get_matched_credits() - self.reversal_move_ids
        )

    def _check_only_bill_of_cycle(self):
        """Refuse that a cycle is billed twice (I3).

        :raises UserError: naming the cycle and both its invoices
        """
        for move in self:
            cycle = move.pet_cycle_id
            others = (cycle.move_ids - move).filtered("bills_pet_cycle")
            if others:
                raise UserError(
                    self.env._(
                        "%(cycle)s is billed by %(other)s: %(invoice)s cannot bill it "
                        "too. Cancel or credit one of the two first.",
                        cycle=cycle.display_name,
                        other=others[:1]._get_pet_bill_name(),
                        invoice=move._get_pet_bill_name(),
                    )
                )

    @api.model
    def _get_second_bill_refusal(self, detail):
        """Return in words what the database refused: two people were at it (I3).

        :param detail: text of the database, which names the cycle by its id, or None
        """
        found = re.search(r"=\((\d+)\)", detail or "")
        # Who tried to bill a cycle is told its name.
        cycle = self.env["pet.cycle"].sudo().browse(found and int(found[1])).exists()
        if not cycle:
            return self.env._(
                "The cycle already has an open invoice: cancel or credit that one "
                "first."
            )
        return self.env._(
            "%(cycle)s is billed by %(invoice)s already: cancel or credit that one "
            "first.",
            cycle=cycle.display_name,
            invoice=cycle.invoice_id._get_pet_bill_name(),
        )

    # --- A cycle that is billed again (C2, I3) -----------------------------------

    @contextmanager
    def _following_pet_cycles(self):
        """Deal again, once, where a closed cycle is billed again by what is done here.

        And let a draft that was posted until now take its due date anew: its visits
        may have left since (C5).

        An invoice comes back when it is reset, or when its credit note is cancelled,
        reset, or taken off it. Odoo does these in several steps, each of which comes
        by here: what counts is the first before and the last after.

        :yield: the same records, by whose context the inner steps know
        """
        # Who may change invoices need not read plans; nothing is shown of them.
        cycles = (self | self.reversed_entry_id)._sudo_clean().pet_cycle_id
        if not cycles or self.env.context.get("pet_plans_followed") is _FOLLOWED:
            yield self
            return
        cycles._flush_bills()
        closed = cycles.filtered(lambda cycle: cycle.state == "closed")
        billed = cycles.filtered(lambda cycle: cycle.state in ("billed", "settled"))
        yield self.with_context(pet_plans_followed=_FOLLOWED)
        billed._follow_visits()  # of those that are drafts now
        reopened = closed.filtered(lambda cycle: cycle.state != "closed")
        if reopened:
            reopened._follow_reopening()

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        with self._following_pet_cycles() as moves:
            return super(AccountMove, moves).write(vals)

    def button_cancel(self):
        with self._following_pet_cycles() as moves:
            # On its way to cancelled Odoo makes a posted invoice a draft, if only for
            # a moment. One that was credited would bill its cycle again, perhaps
            # beside the invoice that was made since: it has no cycle meanwhile.
            credited = moves.filtered(
                lambda move: (
                    move.pet_cycle_id
                    and move.state == "posted"
                    and move.move_type == "out_invoice"
                    and not move.bills_pet_cycle
                )
            )
            cycles = {move: move.pet_cycle_id for move in credited}
            # Without cycle it would take the payment term of its customer (S7).
            with self.env.protecting(
                [self._fields["invoice_payment_term_id"]], credited
            ):
                credited._link_pet_cycles(dict.fromkeys(credited))
                result = super(AccountMove, moves).button_cancel()
                credited._link_pet_cycles(cycles)
        return result

    def _link_pet_cycles(self, cycles):
        """Write which cycle each invoice is one of.

        :param cycles: dict, invoice -> cycle, or None
        """
        moves = self.with_context(skip_is_manually_modified=True)._unguarded()
        for move in moves:
            move.pet_cycle_id = cycles[move]

    @api.depends("pet_cycle_id")
    def _compute_invoice_payment_term_id(self):
        """Keep the invoices of cycles without term: it would take their date (S7)."""
        of_cycles = self.filtered("pet_cycle_id")
        of_cycles.invoice_payment_term_id = False
        return super(AccountMove, self - of_cycles)._compute_invoice_payment_term_id()

    # --- Accounts -----------------------------------------------------------------

    @api.model
    def _check_pet_income_accounts(self, products):
        """Refuse to bill what the company of the environment books nowhere.

        Odoo leaves that to the database, whose message names neither.

        :param products: `product.product` records about to be billed
        :raises UserError: naming the products and the company
        """
        lacking = products.with_company(self.env.company).filtered(
            lambda product: not product._get_product_accounts()["income"]
        )
        if not lacking:
            return
        draft = self.new({"move_type": "out_invoice"})
        if not draft.journal_id.default_account_id:
            raise UserError(
                self.env._(
                    "%(products)s cannot be billed in %(company)s: there is no income "
                    "account. Set one on the product, its category, or the journal "
                    "%(journal)s.",
                    products=", ".join(lacking.mapped("display_name")),
                    company=self.env.company.display_name,
                    journal=draft.journal_id.display_name,
                )
            )

    # --- Dates (C5, C6) -----------------------------------------------------------

    @api.model
    def _set_pet_due_dates(self, dates):
        """Move due dates of invoices of cycles: header and receivable line (C5, C6).

        Without payment term there is one receivable line, and a date changes no
        amount: both are written as they are, without the synchronisation and the
        balance check of the whole entry, and leave no mark of a manual edit. The deal
        leaves its own message where one is due. An invoice to which an accountant
        gave a term has the dates of that term, and keeps them.

        Each is assigned on its own, and the ORM writes all of them together: as many
        queries for many different dates as for one. A draft's accounting date follows,
        unless it has an invoice date already.

        :param dates: dict, `account.move` record -> its due date
        """
        moves = self.union(*dates).filtered(
            lambda move: not move.invoice_payment_term_id
        )
        moves = moves._with_dates_as_they_are()
        moved = moves.filtered(lambda move: move.invoice_date_due != dates[move])
        for move in moved:
            move.invoice_date_due = dates[move]
        for line in moved._get_pet_receivable_lines():
            line.date_maturity = dates[line.move_id]
        # All are read before the first is written, on which those of cycles depend.
        days = {
            move: move.pet_cycle_id._get_accounting_date(dates[move])
            for move in moves
            if move.state == "draft" and not move.invoice_date
        }
        # As a compute does it: Odoo searches payments each time a date is written, so
        # what depends on it is told once. Drafts that were never dated have no number.
        names = [self._fields["date"], self._fields["name"]]
        dated = moves.filtered(lambda move: move.date != days.get(move, move.date))
        with self.env.protecting(names, dated):
            for move in dated:
                move.date = days[move]
            dated.modified(["date"])

    def _set_pet_accounting_date(self, date):
        """Move the accounting date of drafts of cycles (C5).

        :param date: the day they will be posted
        """
        self._with_dates_as_they_are().write({"date": date})

    def _with_dates_as_they_are(self):
        """Return the same invoices, to write dates that change nothing else."""
        return self.with_context(
            check_move_validity=False,
            skip_account_move_synchronization=True,
            skip_invoice_sync=True,
            skip_is_manually_modified=True,
            tracking_disable=True,
        )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Let a credit note know the cycle and the pet of what it credits (I3)."""
        defaults = default_values_list or [{} for __ in self]
        for move, values in zip(self, defaults, strict=True):
            if move.pet_cycle_id and move.move_type == "out_invoice":
                values["pet_cycle_id"] = move.pet_cycle_id.id
            # The reversal of a credit note is an invoice, but not the cycle's.
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
                name = line._get_pet_part_name(vals)
                commands.append(fields.Command.update(line.id, {**vals, "name": name}))
        if commands:
            # No mark of a manual edit: nobody edited it.
            draft = self.with_context(skip_is_manually_modified=True)
            with self._keeping_pet_money():
                draft.write({"invoice_line_ids": commands})

    @contextmanager
    def _keeping_pet_money(self):
        """Match a draft again with its money: Odoo takes that off where it changes."""
        self.ensure_one()
        matched = self._get_pet_matched_lines()
        yield
        if lost := matched - self._get_pet_matched_lines():
            (lost | self._get_pet_receivable_lines()).reconcile()

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
        totals = self.env["account.tax"]._get_tax_totals_summary(
            self._prepare_pet_base_lines(parts), self.currency_id, self.company_id
        )
        return totals["total_amount_currency"]

    def _get_pet_surplus(self, parts, limit):
        """Return by how much parts of the invoice's lines come to more than a limit.

        :param parts: dict, line of the invoice -> part from 0 to 1
        :param limit: float, in the currency of the invoice
        """
        return max(0.0, self.currency_id.round(self._get_pet_total(parts) - limit))

    def _prepare_pet_base_lines(self, parts):
        """Return what Odoo calculates taxes from, for parts of the invoice's lines.

        All of it in full has besides what an accountant's payment term adds to it.

        :param parts: dict, line of the invoice -> part from 0 to 1
        """
        self.ensure_one()
        billing = self.invoice_line_ids.filtered("price_total")
        if all(parts.get(line) == 1.0 for line in billing):
            return self._get_rounded_base_and_tax_lines(round_from_tax_lines=False)[0]
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
        return base_lines

    @api.model
    def _get_pet_unpaid_domain(self):
        """Return what is owed: posted, and not settled, also if it is blocked.

        The one answer for what a customer owes, on screen, paper and in the portal.
        """
        return Domain("state", "=", "posted") & Domain(
            "payment_state", "not in", SETTLED_STATES
        )

    def _get_pet_visit_days(self):
        """Return the days of the cycle's visits that take each service (P4).

        Of a service that is billed by several lines they stand under the first.

        :return: dict, id of an invoice line -> days, comma separated, by the clock of
            the shop and in the language of the environment
        """
        self.ensure_one()
        if not self.pet_cycle_id or self.move_type != "out_invoice":
            return {}
        # Who may print the invoice may see what it bills: days, and nothing else.
        visits = self.sudo().pet_cycle_id.appointment_ids.filtered("holds_sessions")
        days = {}
        lines = self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        for product, billed in lines.grouped("product_id").items():
            taking = visits.filtered(
                lambda visit, product=product: (
                    product and product in visit.line_ids.plan_line_id.product_id
                )
            ).sorted("start")
            if taking:
                days[billed[0].id] = "; ".join(
                    format_day(self.env, visit._get_day()) for visit in taking
                )
        return days

    def action_view_pet_cycle(self):
        """Open the billing cycle of the invoice (I2)."""
        self.ensure_one()
        if not self.pet_cycle_id:
            raise UserError(
                self.env._(
                    "%(invoice)s does not bill a cycle.", invoice=self.display_name
                )
            )
        return open_record(self.pet_cycle_id)
