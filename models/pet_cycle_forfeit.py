from collections import defaultdict

from markupsafe import Markup

from odoo import fields, models

from .formats import format_day
from .pet_plan_line import EXPIRED_KINDS, TOTAL_KINDS


class PetCycle(models.Model):
    """Not billing what never comes or was never used, when a plan ends (X2)."""

    _inherit = "pet.cycle"

    is_forfeited = fields.Boolean(
        readonly=True,
        copy=False,
        help="Its draft was cancelled because of the end of the plan; "
        "a later end brings it back",
    )
    is_withdrawn = fields.Boolean(
        readonly=True,
        copy=False,
        help="Its draft was cancelled, since the plan will be; "
        "it comes back if that is called off",
    )

    def _follow_plan_end(self):
        """Cancel the drafts of what is never used; a later end brings them back (X2).

        What a draft that stays bills was used, or is paid: once the package is over
        it is due with the last visit, until then it shows the end (C5). Called again
        it changes nothing.

        :param self: all cycles of some plans
        """
        live = self.filtered(lambda cycle: cycle.plan_id.state in ("active", "expired"))
        never = live._filter_behind_end() | live._filter_unused()
        forfeited = live.filtered("is_forfeited")
        (never - forfeited)._forfeit_drafts()
        (forfeited - never)._restore_drafts()
        waiting = live.filtered(
            lambda cycle: cycle.plan_id.kind == "package" and not cycle.appointment_ids
        )
        # What is paid as a draft, too: only what is posted keeps its date (C6).
        over = waiting.filtered(
            lambda cycle: (
                cycle.plan_id.state == "expired" and cycle.invoice_id.state == "draft"
            )
        )
        over._set_due_dates(over._get_due_dates())
        (waiting - over)._follow_visits()

    def _filter_behind_end(self):
        """Return the periods that begin behind the end of their plan."""
        return self.filtered(
            lambda cycle: (
                cycle.date_from
                and cycle.plan_id.date_end
                and cycle.date_from > cycle.plan_id.date_end
                and cycle._is_forfeitable()
            )
        )

    def _filter_unused(self):
        """Return the cycles of expired packages that nobody used nor was billed for.

        From the last one back, as far as the sessions sold and not used cover them.
        Other cycles may have used more than their share.
        """
        over = self.filtered(
            lambda cycle: (
                cycle.plan_id.kind == "package" and cycle.plan_id.state == "expired"
            )
        )
        unused = self.browse()
        if not over.filtered(lambda cycle: cycle._is_forfeitable()):
            return unused
        taken = defaultdict(float)
        for (__, line_id), sessions in over._get_taken_sessions().items():
            taken[line_id] += sessions
        granted = defaultdict(float)
        lines = over.plan_id.line_ids
        for (line, __), sessions in lines._sum_entries(TOTAL_KINDS).items():
            granted[line] += sessions
        for plan, cycles in over.grouped("plan_id").items():
            unused |= cycles._filter_covered(plan._get_sold_unused(granted, taken))
        return unused

    def _filter_covered(self, left):
        """Return the cycles of one package whose sessions are all among those unused.

        :param left: dict, plan line -> sessions sold and not used; what is covered
            is taken off it
        """
        cycles = self.sorted("sequence")
        shares = self.plan_id._get_shares(cycles.mapped("capacity"))
        covered = self.browse()
        for index in reversed(range(len(cycles))):
            cycle = cycles[index]
            is_closed = cycle.state == "closed" and not cycle.is_forfeited
            if not (is_closed or cycle._is_forfeitable()):
                continue
            for line, sold in shares.items():
                left[line] -= sold[index]
            if is_closed:
                continue  # not billed either: nobody pays for its sessions
            if any(line._is_some(-rest) for line, rest in left.items()):
                break
            covered |= cycle
        return covered

    def _is_forfeitable(self):
        """Tell whether the cycle's draft may go, or went, with the end of its plan.

        Not when somebody paid for it, has it in hand (it was posted before), or when
        a visit took its sessions. One that went stays where it is, unless a visit was
        entered late (X1), and what a person made of it since is theirs.
        """
        self.ensure_one()
        return (
            self.is_forfeited or self._is_unbilled()
        ) and not self.appointment_ids.filtered("holds_sessions")

    def _is_unbilled(self):
        """Tell whether nobody is, or ever was, asked to pay for the cycle.

        It has a draft that nobody paid for, or had one until the plan ended (X2).
        """
        self.ensure_one()
        invoice = self.invoice_id
        if invoice.state == "cancel":
            return self.is_forfeited
        return (
            invoice.state == "draft"
            and not invoice.posted_before
            and not self._is_paid()
        )

    def _forfeit_drafts(self):
        """Cancel the drafts of these cycles, with a note on invoice and plan (X2)."""
        if not self:
            return
        self._cancel_drafts()
        self._unguarded().write({"is_forfeited": True})
        self._note_on_invoice_and_plan(
            lambda cycle, values: (
                self.env._(
                    "The draft of %(amount)s for %(cycle)s is cancelled: %(plan)s ends "
                    "on %(end)s, before the period begins.",
                    **values,
                )
                if cycle.date_from
                else self.env._(
                    "The draft of %(amount)s for %(cycle)s is cancelled: %(plan)s "
                    "ended on %(end)s and its sessions were not used.",
                    **values,
                )
            )
        )

    def _restore_drafts(self):
        """Make the cancelled drafts of these cycles drafts again (X2).

        One that somebody replaced or reset by hand is theirs.
        """
        self._unguarded().write({"is_forfeited": False})
        self._reset_drafts()._note_on_invoice_and_plan(
            lambda cycle, values: self.env._(
                "The invoice of %(amount)s for %(cycle)s is a draft again: %(plan)s "
                "ends on %(end)s now.",
                **values,
            )
        )

    def _reset_drafts(self):
        """Make cancelled drafts of these cycles drafts again, due by their visits.

        :return: the cycles of which one was cancelled still
        """
        back = self.filtered(lambda cycle: cycle.invoice_id.state == "cancel")
        if back:
            invoices = back.invoice_id._fetch_pet_taxes()
            invoices.with_context(tracking_disable=True).button_draft()
            back._follow_visits()
        return back

    # --- Withdrawn until a cancellation takes effect (X7) ------------------------

    def _withdraw_drafts(self, reason):
        """Cancel the drafts of these cycles, and the sessions only they would bill.

        Until their plans are cancelled it can be called off. Of what is paid as a
        draft, the sessions can be used till then.

        :param reason: text, on the entries
        """
        drafts = self.filtered(
            lambda cycle: cycle.invoice_id.state == "draft" and not cycle._is_paid()
        )
        lines = drafts.plan_id.line_ids
        left = {line: max(0.0, line.remaining) for line in lines}
        entries = []
        for cycle, sessions in drafts._get_unused_sessions().items():
            for line, quantity in sessions.items():
                rest = quantity
                # They may stand on another line of the service (S12).
                for one in line | line._get_service_lines():
                    part = min(rest, left[one])
                    left[one] -= part
                    rest -= part
                    if one._is_some(part):
                        entries.append(
                            one._prepare_entry_vals(
                                "expire", -part, cycle=cycle, reason=reason
                            )
                        )
        lines._post_entries(entries)
        drafts._cancel_drafts()
        drafts._unguarded().write({"is_withdrawn": True})

    def _bring_drafts_back(self, reason):
        """Make the withdrawn drafts of these cycles drafts again, with their sessions.

        :param reason: text, on the entries
        """
        back = self.filtered("is_withdrawn")
        lines = back.plan_id.line_ids
        lines._post_entries(
            [
                line._prepare_entry_vals(
                    "reinstate", -balance, cycle=cycle, reason=reason
                )
                for (line, cycle), balance in lines._sum_entries(EXPIRED_KINDS).items()
                if cycle in back and line._is_some(-balance)
            ]
        )
        back._unguarded().write({"is_withdrawn": False})
        back._reset_drafts()

    def _note_on_invoice_and_plan(self, get_text):
        """Write a note about each cycle on its invoice, and all of them on the plan.

        :param get_text: function of a cycle and the values of the text
        """
        invoice_notes, plan_notes = {}, defaultdict(Markup)
        for cycle in self.sorted(lambda one: (one.plan_id.id, one.sequence)):
            plan = cycle.plan_id
            text = get_text(
                cycle,
                {
                    "amount": cycle.invoice_id.currency_id.format(cycle.amount_total),
                    "cycle": cycle.display_name,
                    "plan": plan.display_name,
                    "end": format_day(self.env, plan.date_end)
                    if plan.date_end
                    else self.env._("no day"),
                },
            )
            invoice_notes[cycle.invoice_id.id] = text
            plan_notes[plan.id] += Markup("<p>%s</p>") % text
        self.env["account.move"].browse(invoice_notes)._message_log_batch(
            bodies=invoice_notes
        )
        self.env["pet.plan"].browse(plan_notes)._message_log_batch(
            bodies=dict(plan_notes)
        )
