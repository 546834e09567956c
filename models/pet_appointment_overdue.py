from odoo import api, fields, models
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
        return self.env["pet.cycle"]._find_overdue_ahead(self._get_places_taken())

    def _foresee_overdue(self):
        """Return what will be overdue ahead once visits are checked in.

        Those without a plan are asked about the one that U1 picks.

        :return: dict of `_find_overdue`
        """
        walk_ins = self.filtered(
            lambda visit: (
                not visit.plan_id
                and visit.state in UPCOMING_STATES
                and visit.company_id.pet_plan_selection != "ask"
                and not visit._is_billed_apart()
            )
        )
        return self.env["pet.cycle"]._find_overdue_ahead(
            {**self._get_places_taken(), **walk_ins._foresee_places()}
        )

    def _foresee_overdue_of_shares(self, start):
        """Return what is overdue of further plans that would pay for services (U1a).

        :param start: naive UTC datetime, when the pet is here
        :return: dict, plan -> cycles
        """
        self.ensure_one()
        shares = self._find_shares(start)
        plans = self.env["pet.plan"].union(*shares)
        allotments = plans._get_allotments()
        places = {
            plan: (
                plan,
                self._imagine(services, start)._get_cycle_ahead(allotments[plan]),
            )
            for plan, (__, services) in shares.items()
        }
        return self.env["pet.cycle"]._find_overdue_ahead(places)

    def _get_places_taken(self):
        """Return where these visits stand: dict, visit -> (plan, cycle if any).

        But for those for which a manager gave a reason.
        """
        return {
            visit: (visit.plan_id, visit.cycle_id)
            for visit in self
            if visit.plan_id and not visit.overdue_reason
        }

    def _foresee_places(self):
        """Return where U1 would put these visits: dict, visit -> (plan, cycle)."""
        chosen = self._choose_plans()
        plans = self.env["pet.plan"].union(*(plan for plan, __ in chosen.values()))
        allotments = plans._get_allotments()
        return {
            visit: (plan, visit._get_cycle_ahead(allotments[plan]))
            for visit, (plan, __) in chosen.items()
            if not visit.overdue_reason
        }

    def _get_cycle_ahead(self, allotment):
        """Return the cycle of a plan that the visit would enter, if any (B2).

        :param allotment: `lib.booking.Allotment` of the plan
        """
        self.ensure_one()
        slot = allotment.find_slot(self._get_day(), self.units)
        return self.env["pet.cycle"].browse(slot and slot.id or ())

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
        return self.env["pet.cycle"]._say_overdue(self._find_overdue())

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
        overdue = self._foresee_overdue()
        notes = {
            visit.id: "\n".join(
                [told, *(cycle._get_overdue_text() for cycle in overdue.get(visit, ()))]
            )
            for visit in self
        }
        self._unguarded().write({"overdue_reason": reason})
        self._message_log_batch(bodies=notes)
        return True


class PetCycle(models.Model):
    _inherit = "pet.cycle"

    @api.model
    def _find_overdue_ahead(self, places):
        """Return the overdue cycles ahead of places in plans.

        :param places: dict, anything -> (`pet.plan` record, its `pet.cycle` if known)
        :return: dict, the same -> cycles, of what has some
        """
        plans = self.env["pet.plan"].union(*(plan for plan, __ in places.values()))
        overdue = self.search(
            [("plan_id", "in", plans.ids), ("is_overdue", "=", True)],
            order="plan_id, sequence",
        ).grouped("plan_id")
        found = {}
        for key, (plan, own) in places.items():
            ahead = overdue.get(plan, self.browse())
            if own:
                ahead = ahead.filtered(
                    lambda cycle, own=own: cycle.sequence < own.sequence
                )
            if ahead:
                found[key] = ahead
        return found

    @api.model
    def _say_overdue(self, found):
        """Return in words what is overdue, a line for each cycle; else "".

        :param found: dict of `_find_overdue_ahead`
        """
        return "\n".join(
            cycle._get_overdue_text() for cycle in self.union(*found.values())
        )

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
