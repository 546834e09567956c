from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .formats import format_day
from .pet_appointment import UPCOMING_STATES
from .windows import notify, open_window


class PetAppointment(models.Model):
    """Coming and going while an earlier cycle of the plan is overdue (13).

    The shop says in `pet_overdue_policy` whether that is told or refused. A visit for
    which a manager gave a reason comes and goes as if nothing were overdue.
    """

    _inherit = "pet.appointment"

    overdue_reason = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Why the visit takes place though an earlier invoice is overdue",
    )

    # --- Programs: told nothing, refused what the shop refuses ---------------------

    def action_receive(self):
        """Check in, see `PetAppointment.action_receive`.

        :raises UserError: naming plan, cycle, invoice, amount and due date, where
            the shop refuses that
        """
        result = super().action_receive()
        # Which plan pays is known now. A refusal takes all of it back.
        self._check_overdue()
        return result

    def action_start(self):
        """Start, see `PetAppointment.action_start`.

        :raises UserError: as `action_receive` does, for a pet that arrives just now
        """
        arriving = self.filtered(lambda visit: visit.state in UPCOMING_STATES)
        result = super().action_start()
        arriving._check_overdue()
        return result

    def action_deliver(self):
        """Deliver, see `PetAppointment.action_deliver`.

        :raises UserError: as `action_receive` does
        """
        self._check_overdue()
        return super().action_deliver()

    # --- People at the counter -----------------------------------------------------

    def action_check_in(self):
        """Check in as somebody at the counter does; say what is overdue, or ask why.

        :return: True, a notice, or a dialog: with the booked visit, or for a manager
            with the reason
        """
        result = self._run_despite_overdue("action_check_in", super().action_check_in)
        note = result is True and self._get_overdue_note()
        return self._tell_overdue(note) if note else result

    def _run_despite_overdue(self, step, run):
        """Run a step of the counter; where it is refused, ask a manager for a reason.

        :param step: name of the method that the dialog runs once there is a reason
        :param run: function without arguments
        :return: what that returned, or the dialog
        """
        if not self.env.user.has_group("pet_plans.group_manager"):
            return run()
        try:
            with self.env.cr.savepoint():
                return run()
        except UserError as error:
            overdue = getattr(error, "pet_overdue", False)
            if not overdue:
                raise
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_overdue",
            {
                "default_appointment_ids": [fields.Command.set(self.ids)],
                "default_step": step,
                "default_overdue": overdue,
            },
        )

    def _tell_overdue(self, note):
        """Return the notice that something is overdue, with what may be done about it.

        :param note: text, of `_get_overdue_note`
        """
        return notify(note, *self._get_payment_buttons())

    def _get_payment_buttons(self):
        """Return the button of a notice that takes what is to be paid, if anything."""
        visit = self[:1]
        if len(self.partner_id.commercial_partner_id) != 1:
            return []
        if not visit._may_take_payment():
            return []
        return [(self.env._("Take Payment"), visit.action_take_payment())]

    # --- What is overdue -----------------------------------------------------------

    def _find_overdue(self):
        """Return the overdue cycles ahead of those of visits: dict, visit -> cycles.

        Of visits for which a manager gave a reason there are none.
        """
        visits = self.filtered(lambda visit: not visit.overdue_reason)
        cycles = self.env["pet.cycle"].search(
            [("plan_id", "in", visits.plan_id.ids), ("is_overdue", "=", True)],
            order="plan_id, sequence",
        )
        by_plan = cycles.grouped("plan_id")
        found = {}
        for visit in visits:
            ahead = by_plan.get(visit.plan_id, cycles.browse())
            if own := visit.cycle_id:
                ahead = ahead.filtered(
                    lambda cycle, own=own: cycle.sequence < own.sequence
                )
            if ahead:
                found[visit] = ahead
        return found

    def _check_overdue(self):
        """Refuse what the shop refuses while an earlier cycle is overdue.

        :raises UserError: naming plan, cycle, invoice, amount and due date
        """
        refusing = self.filtered(
            lambda visit: visit.company_id.pet_overdue_policy == "refuse"
        )
        if note := refusing._get_overdue_note():
            error = UserError(
                self.env._(
                    "%(overdue)s\nTake the payment first, or let a manager go on with "
                    "a reason.",
                    overdue=note,
                )
            )
            # Not a class of its own: the web client knows Odoo's by name.
            error.pet_overdue = note
            raise error

    def _get_overdue_note(self):
        """Return what of the plans of visits is overdue, a line each; else ""."""
        cycles = self.env["pet.cycle"].union(*self._find_overdue().values())
        return "\n".join(cycle._get_overdue_text() for cycle in cycles)

    # --- The manager's reason ------------------------------------------------------

    def allow_overdue(self, reason):
        """Let visits come and go though an earlier cycle of their plan is overdue.

        :param reason: text, kept on the visit and in its chatter
        :raises AccessError: for who is no manager
        :raises UserError: without a reason
        """
        self.check_access("write")
        if not self.env.user.has_group("pet_plans.group_manager"):
            raise AccessError(
                self.env._(
                    "Only a manager lets a visit take place while an invoice is "
                    "overdue."
                )
            )
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._("Say why the visit takes place though something is overdue.")
            )
        told = self.env._("Goes on with something overdue: %(reason)s", reason=reason)
        notes = {
            visit.id: "\n".join(filter(None, (told, visit._get_overdue_note())))
            for visit in self
        }
        self._unguarded().write({"overdue_reason": reason})
        self._message_log_batch(bodies=notes)
        return True


class PetCycle(models.Model):
    _inherit = "pet.cycle"

    def _get_overdue_text(self):
        """Return the sentence that the bill of the cycle is overdue, and since when."""
        self.ensure_one()
        # The counter may know number and amount, without seeing the invoice.
        invoice = self.sudo().invoice_id
        return self.env._(
            "%(plan)s, cycle %(cycle)s: %(invoice)s was due on %(date)s, and "
            "%(amount)s is not paid.",
            plan=self.plan_id.display_name,
            cycle=self.sequence,
            invoice=invoice.name,
            date=format_day(self.env, self.date_due),
            amount=invoice.currency_id.format(invoice.amount_residual),
        )
