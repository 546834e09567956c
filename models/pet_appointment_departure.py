from odoo import models

from .pet_appointment import UPCOMING_STATES
from .windows import notify


class PetAppointment(models.Model):
    """A pet that goes home, and what the counter asks its owner then (B4)."""

    _inherit = "pet.appointment"

    def action_check_out(self):
        """Deliver pets as somebody at the counter does, and ask what comes next (B4).

        Whether to bill what no plan covers, book the next visit, and take the payment,
        where there is something to. `action_deliver` asks nothing.

        :return: True when there is nothing to ask or say, a notice with buttons, or for
            a manager the dialog that asks why something overdue does not matter
        :raises UserError: see `action_deliver`
        """
        result = self._run_despite_overdue("action_check_out", self.action_deliver)
        return self._ask_what_next() if result is True else result

    def _ask_what_next(self):
        """Return the notice that asks what there is to do, or True for nothing."""
        asked = [*self._ask_to_charge(), *self._ask_to_book(), *self._ask_to_pay()]
        sentences = [sentence for sentence, __ in asked]
        if overdue := self._get_overdue_note():
            sentences.insert(0, overdue)
        if not sentences:
            return True
        return notify(" ".join(sentences), *(button for __, button in asked))

    def _ask_to_charge(self):
        """Return question and button to bill what no plan covers, in a list."""
        visits = self.filtered("to_invoice")
        if not visits:
            return []
        question = visits._get_unbilled_note()
        action = {
            **self.env["ir.actions.actions"]._for_xml_id(
                "pet_plans.action_server_charge_appointments"
            ),
            "context": {
                "active_model": self._name,
                "active_ids": visits.ids,
                "active_id": visits[:1].id,
            },
        }
        return [(question, (self.env._("Create Invoice"), action))]

    def _ask_to_book(self):
        """Return question and button to book on, in a list.

        Of plans that have something to book, and no visit to come.
        """
        to_come = self.search(
            [("plan_id", "in", self.plan_id.ids), ("state", "in", UPCOMING_STATES)]
        )
        plans = (self.plan_id - to_come.plan_id).filtered(
            lambda plan: plan._has_to_book()
        )
        if not plans:
            return []
        return [(self.env._("Book the next?"), self._get_book_button(plans))]

    def _ask_to_pay(self):
        """Return question and button to take what is to be paid, in a list."""
        buttons = self._get_payment_buttons()
        if not buttons:
            return []
        visit = self[:1]
        question = self.env._("Take payment?")
        if visit.currency_id.compare_amounts(visit.amount_due, 0) > 0:
            question = self.env._(
                "%(amount)s is due from %(customer)s. Take payment?",
                amount=visit.currency_id.format(visit.amount_due),
                customer=visit.partner_id.display_name,
            )
        return [(question, button) for button in buttons]
