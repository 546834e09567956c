from collections import defaultdict

from odoo import api, models

from ..lib.balances import Balance
from .formats import format_sessions
from .pet_plan_line import TOTAL_KINDS


class PetCycle(models.Model):
    """Crediting, or not billing, what is not used when a plan is cancelled (X7)."""

    _inherit = "pet.cycle"

    # --- What is not used ------------------------------------------------------

    def _filter_lapsed(self):
        """Return the cycles whose sessions have expired by today (X2).

        Sessions that are over come back to nobody, whatever day a cancellation is
        dated (X7).
        """
        return self._filter_lapsed_on(lambda plan: plan.company_id._get_pet_today())

    def _filter_lapsed_on(self, get_day):
        """Return the cycles whose sessions have expired before a day (X2).

        Those of a plan that ended, and of a plan without `rollover` those of each
        period that ended.

        :param get_day: function of a plan, returns the day
        """
        lapsed = self.browse()
        for cycle in self:
            plan = cycle.plan_id
            day = get_day(plan)
            last = [plan.date_end, not plan.rollover and cycle.date_to]
            if any(end and end < day for end in last):
                lapsed += cycle
        return lapsed

    def _get_unused_sessions(self, leaving=None, lapsed=None, returned=None, day=None):
        """Return the sessions each cycle billed that the customer gives up (X7).

        Per cycle that is what it entitles to and no visit takes. But no session
        comes back twice: those that were used beyond the share of another cycle, took
        a counter edit away, or went to another plan are gone, from the first cycle
        on. What had expired before is gone too. What is not used of a service counts
        as that of its last lines (S12, S13).

        :param leaving: visits that go with the plan, if they are still in their cycle
        :param lapsed: cycles whose sessions are over; by default `_filter_lapsed`
        :param returned: dict, plan line -> sessions that a renewal gives back
        :param day: date from which what has no limit is not used; by default the day
            of the plan's cancellation (S11)
        :return: dict, cycle -> dict, plan line -> sessions; of what has no limit the
            part of the one it is billed as
        """
        plans = self.plan_id
        if lapsed is None:
            lapsed = plans.cycle_ids._filter_lapsed()
        taken = plans.cycle_ids._get_sessions_that_stay(leaving)
        granted = plans.line_ids._sum_entries(TOTAL_KINDS)
        for line, quantity in (returned or {}).items():
            granted[line, self.browse()] += quantity
        unused = {cycle: {} for cycle in self}
        for plan in plans:
            cycles = plan.cycle_ids.sorted("sequence")
            shares = plan._get_shares(cycles.mapped("capacity"))
            found, rooms = {}, {}
            for line, sold in shares.items():
                if line.is_unlimited:
                    unused = line._add_days_unused(unused, day)
                    continue
                live = (cycles - lapsed)._filter_not_carried(line)
                left = {
                    cycle: max(0.0, share - taken[cycle.id, line.id])
                    for cycle, share in zip(cycles, sold, strict=True)
                    if cycle in live
                }
                ledger = [
                    *(
                        (line.id, cycle.id or None, granted[line, cycle])
                        for cycle in (cycles.browse(), *cycles)
                    ),
                    *(
                        (line.id, cycle.id, -taken[cycle.id, line.id])
                        for cycle in cycles
                    ),
                ]
                balance = Balance([line.id], cycles.ids, ledger)
                gone = sum(left.values()) - balance.available(live.ids)
                found[line] = {}
                for cycle, quantity in left.items():
                    lost = min(quantity, max(0.0, gone))
                    gone -= lost
                    found[line][cycle] = quantity - lost
                rooms[line] = line._get_rooms(
                    dict(zip(cycles, sold, strict=True)), granted
                )
            for line, sessions in plan._count_unused(found, rooms).items():
                for cycle, quantity in sessions.items():
                    if cycle in unused and quantity > 0:
                        unused[cycle][line] = quantity
        return unused

    def _get_sessions_that_stay(self, leaving=None):
        """Return what visits take of each service once some have left.

        :param leaving: visits that go with the plan, if they are still in their cycle
        :return: defaultdict, (cycle id, plan line id) -> sessions
        """
        taken = self._get_taken_sessions()
        for row in leaving.line_ids if leaving else ():
            taken[row.appointment_id.cycle_id.id, row.plan_line_id.id] -= row.sessions
        return taken

    def _say_used(self, leaving=None):
        """Return how many of its sessions visits take of each cycle, in words (X7).

        :param leaving: see `_get_sessions_that_stay`
        :return: dict, cycle -> text such as "2 of 4", or "7, unlimited"
        """
        taken = self._get_sessions_that_stay(leaving)
        texts = {}
        for plan in self.plan_id:
            cycles = plan.cycle_ids.sorted("sequence")
            shares = plan._get_shares(cycles.mapped("capacity"))
            for number, cycle in enumerate(cycles):
                rows = [
                    (line.is_unlimited, taken[cycle.id, line.id], sold[number])
                    for line, sold in shares.items()
                    if sold[number] or taken[cycle.id, line.id]
                ]
                texts[cycle] = self._say_used_of(rows)
        return texts

    @api.model
    def _say_used_of(self, rows):
        """Return what is used of the services of one cycle, in words.

        :param rows: list of (whether it is unlimited, sessions used, sessions sold)
        """
        limited = [(used, sold) for is_free, used, sold in rows if not is_free]
        free = [used for is_free, used, __ in rows if is_free]
        texts = []
        if limited:
            used, sold = map(sum, zip(*limited, strict=True))
            texts.append(
                self.env._(
                    "%(used)s of %(sold)s",
                    used=format_sessions(self.env, used),
                    sold=format_sessions(self.env, sold),
                )
            )
        if free:
            texts.append(
                self.env._(
                    "%(used)s, unlimited", used=format_sessions(self.env, sum(free))
                )
            )
        return "; ".join(texts)

    def _filter_not_carried(self, line):
        """Return the cycles whose sessions of a service were not carried away (X6)."""
        return self.filtered(
            lambda cycle: line not in cycle.carried_to_ids.line_ids.carried_from_id
        )

    def _get_returned_sessions(self, leaving=None, lapsed=None):
        """Return what the renewed plans billed of the sessions given up here (X6).

        Carried sessions without a price were billed by the plan they came from.

        :param leaving, lapsed: see `_get_unused_sessions`
        :return: dict, billed cycle of a renewed plan -> dict, plan line -> sessions
        """
        returned = defaultdict(float)
        carrying = self.filtered("line_ids")
        for sessions in carrying._get_unused_sessions(leaving, lapsed).values():
            for line, quantity in sessions.items():
                if line.carried_from_id and not line.price_unit:
                    returned[line.carried_from_id] += quantity
        lines = self.env["pet.plan.line"].union(*returned)
        origin = lines.plan_id.cycle_ids.filtered(
            lambda cycle: cycle.state in ("billed", "settled")
        )
        none = self.browse()
        before = origin._get_unused_sessions(lapsed=none)
        after = origin._get_unused_sessions(lapsed=none, returned=returned)
        return {
            cycle: {
                line: quantity - before[cycle].get(line, 0.0)
                for line, quantity in sessions.items()
                if quantity > before[cycle].get(line, 0.0)
            }
            for cycle, sessions in after.items()
        }

    def _get_sold(self):
        """Return what the cycle sells: list of (plan line, sessions, amount) (S6)."""
        self.ensure_one()
        return self.plan_id._get_entitlements(
            self.plan_id.cycle_ids.sorted("sequence").mapped("capacity")
        )[self.sequence - 1]

    # --- What of it was billed ---------------------------------------------------

    def _get_creditable(self, leaving=None, lapsed=None, day=None):
        """Return the part of each invoice line that a cancelled plan credits (X7).

        :param leaving, lapsed, day: see `_get_unused_sessions`
        :return: dict, cycle -> dict, invoice line -> part from 0 to 1; only cycles of
            which something was billed, is not used and was not credited before; those
            of the renewed plan too, where they billed what was carried (X6)
        """
        billed = self.filtered(lambda cycle: cycle.state in ("billed", "settled"))
        unused = defaultdict(
            dict, billed._get_unused_sessions(leaving, lapsed, day=day)
        )
        returned = self._get_returned_sessions(leaving, lapsed)
        for cycle, sessions in returned.items():
            for line, quantity in sessions.items():
                unused[cycle][line] = unused[cycle].get(line, 0.0) + quantity
        parts = {
            cycle: cycle._get_credit_parts(sessions)
            for cycle, sessions in unused.items()
        }
        return {
            cycle: lines
            for cycle, lines in parts.items()
            if cycle.invoice_id.currency_id.compare_amounts(
                cycle.invoice_id._get_pet_total(lines), 0.0
            )
            > 0
        }

    def _get_credit_parts(self, unused):
        """Return the part of each line of the cycle's invoice that is credited.

        What was credited before counts against what is unused; a discount that the
        accountant gave on the whole invoice is shared by all its lines.

        :param unused: dict, plan line -> sessions
        :return: dict, invoice line -> part from 0 to 1
        """
        self.ensure_one()
        invoice = self.invoice_id
        earlier = invoice.reversal_move_ids.filtered(
            lambda move: move.state != "cancel"
        )
        credited = defaultdict(float)
        for line in earlier.invoice_line_ids:
            credited[line.product_id] += line._get_pet_amount()
        for line in earlier._get_pet_takebacks().invoice_line_ids:
            credited[line.product_id] -= line._get_pet_amount()
        parts = {}
        for line, quantity in self._match_invoice_lines(unused).items():
            amount = line._get_pet_amount()
            wanted = amount * quantity / line.quantity
            before = min(wanted, max(0.0, credited[line.product_id]))
            credited[line.product_id] -= before
            if wanted > before:
                parts[line] = (wanted - before) / amount
        return self._limit_credit_parts(parts, earlier)

    def _match_invoice_lines(self, unused):
        """Return the sessions not used of each line of the cycle's invoice.

        A service sold in two lines, at two prices, is matched one to one. If the
        accountant has split or joined lines, the cheapest are credited first.

        :param unused: dict, plan line -> sessions
        :return: dict, invoice line -> sessions, of lines that bill something
        """
        self.ensure_one()
        sold = self._get_sold()
        billing = self.invoice_id.invoice_line_ids.filtered(
            lambda line: line.quantity > 0 and line._get_pet_amount() > 0
        ).grouped("product_id")
        all_lines = self.invoice_id.invoice_line_ids.grouped("product_id")
        matched = {}
        for product, invoice_lines in billing.items():
            lines = [line for line, __, __ in sold if line.product_id == product]
            if len(lines) == len(all_lines[product]):
                pairs = zip(all_lines[product].sorted("id"), lines, strict=True)
                wanted = {
                    invoice_line: min(unused.get(line, 0.0), invoice_line.quantity)
                    for invoice_line, line in pairs
                    if invoice_line in invoice_lines
                }
            else:
                left = sum(unused.get(line, 0.0) for line in lines)
                wanted = {}
                for invoice_line in invoice_lines.sorted("price_unit"):
                    wanted[invoice_line] = min(left, invoice_line.quantity)
                    left -= wanted[invoice_line]
            matched |= {line: quantity for line, quantity in wanted.items() if quantity}
        return matched

    def _limit_credit_parts(self, parts, earlier):
        """Keep a credit note within what was billed and not credited before (X7).

        :param parts: dict, invoice line -> part from 0 to 1
        :param earlier: the credit notes the invoice has
        :return: the same, with the discounts on the whole invoice and within the limit
        """
        self.ensure_one()
        invoice = self.invoice_id
        amounts = {line: line._get_pet_amount() for line in invoice.invoice_line_ids}
        billed = sum(amount for amount in amounts.values() if amount > 0)
        credited = sum(amounts[line] * part for line, part in parts.items())
        if not credited:
            return {}
        parts = parts | {
            line: credited / billed for line, amount in amounts.items() if amount < 0
        }
        left = invoice.amount_total - sum(
            credit_note._get_pet_standing() for credit_note in earlier
        )
        return self._cut_credit_parts(parts, max(0.0, left))

    def _cut_credit_parts(self, parts, left):
        """Return parts of a credit note that come to no more than what is left (X7).

        By what Odoo makes of them, not by the sum of the lines: who rounds an invoice
        as a whole may come to less. And a lower price may be rounded up to the same
        cent again: then the largest line gives way.

        :param parts: dict, invoice line -> part from 0 to 1
        :param left: float, what was billed and not credited before
        """
        self.ensure_one()
        invoice = self.invoice_id
        total = invoice._get_pet_total(parts)
        if invoice.currency_id.compare_amounts(total, left) <= 0:
            return parts
        cut = {line: part * left / total for line, part in parts.items()}
        while over := invoice._get_pet_surplus(cut, left):
            amounts = {line: line.price_total * part for line, part in cut.items()}
            largest = max(amounts, key=amounts.get)
            cut[largest] *= max(0.0, 1.0 - over / amounts[largest])
        return cut

    # --- What of a draft is not used ---------------------------------------------

    def _get_draft_parts(self, leaving=None, lapsed=None, day=None):
        """Return the part of each line that a draft of these cycles bills on (X7).

        :param leaving, lapsed, day: see `_get_unused_sessions`
        :return: dict, cycle -> dict, invoice line -> part from 0 to 1; every cycle
            that has a draft
        """
        drafts = self.filtered(lambda cycle: cycle.invoice_id.state == "draft")
        unused = drafts._get_unused_sessions(leaving, lapsed, day=day)
        return {
            cycle: cycle._get_used_parts(sessions) for cycle, sessions in unused.items()
        }

    def _get_used_parts(self, unused):
        """Return the part of each line of the cycle's draft that was used.

        A part, not a number: what a person changed in a line keeps its proportion. A
        line that bills none of the services sold stays; a discount on the whole
        invoice gets smaller with it.

        :param unused: dict, plan line -> sessions
        :return: dict, invoice line -> part from 0 to 1
        """
        self.ensure_one()
        sold = self._get_sold()
        lines = self.invoice_id.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        parts = dict.fromkeys(lines, 1.0)
        for product, invoice_lines in lines.grouped("product_id").items():
            shares = [
                (share, unused.get(line, 0.0))
                for line, share, __ in sold
                if line.product_id == product
            ]
            if len(shares) != len(invoice_lines):  # split or joined by a person
                share, left = (
                    sum(column) for column in zip((0.0, 0.0), *shares, strict=True)
                )
                shares = [(share, left)] * len(invoice_lines)
            for line, (share, left) in zip(
                invoice_lines.sorted("id"), shares, strict=True
            ):
                parts[line] = 1.0 - left / share if share else 1.0
        amounts = {line: line._get_pet_amount() for line in lines}
        billed = sum(amount for amount in amounts.values() if amount > 0)
        stays = sum(
            amount * parts[line] for line, amount in amounts.items() if amount > 0
        )
        discounts = [line for line, amount in amounts.items() if amount < 0]
        return parts | dict.fromkeys(discounts, stays / billed if billed else 1.0)

    def _cut_drafts(self, lapsed):
        """Let the drafts of these cycles bill only the sessions used (X7).

        One that would bill nothing is cancelled. Told in the chatter of the invoice.

        :param lapsed: see `_get_unused_sessions`
        """
        notes = {}
        for cycle, parts in self._get_draft_parts(lapsed=lapsed).items():
            invoice = cycle.invoice_id
            if all(part == 1.0 for part in parts.values()):
                continue
            before = invoice.amount_total
            if invoice.currency_id.is_zero(invoice._get_pet_total(parts)):
                cycle._cancel_drafts()
            else:
                invoice._set_pet_parts(parts)
            notes[invoice.id] = self.env._(
                "The plan is cancelled: instead of %(before)s this bills the sessions "
                "used, %(after)s.",
                before=invoice.currency_id.format(before),
                after=invoice.currency_id.format(
                    invoice.amount_total if invoice.state == "draft" else 0.0
                ),
            )
        if notes:
            self.env["account.move"].browse(notes)._message_log_batch(bodies=notes)

    # --- The credit notes --------------------------------------------------------

    def _create_credit_notes(self, reason, lapsed):
        """Credit what was billed and not used, through Odoo's own reversal (X7).

        :param reason: text, on the credit notes
        :param lapsed: see `_get_unused_sessions`
        :return: draft `account.move` records, for the accountant to check and post
        """
        credit_notes = self.env["account.move"]
        parts = {
            cycle.invoice_id: lines
            for cycle, lines in self._get_creditable(lapsed=lapsed).items()
        }
        invoices = self.env["account.move"].union(*parts)
        for journal, billed in invoices.grouped("journal_id").items():
            reversal = (
                self.env["account.move.reversal"]
                .with_company(journal.company_id)
                .with_context(active_model="account.move", active_ids=billed.ids)
                .create({"reason": reason, "journal_id": journal.id})
            )
            reversal.refund_moves()
            credit_notes |= reversal.new_move_ids
        for credit_note in credit_notes:
            credit_note._reduce_pet_credit(parts[credit_note.reversed_entry_id])
        return credit_notes
