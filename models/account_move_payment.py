from odoo import Command, api, models

from .windows import open_window


class AccountMove(models.Model):
    """Whose payment is taken at the counter, and by what right (I2, 13).

    With rights in Invoicing one pays any invoice, by Odoo's own dialog. The right *Take
    Payments* is for what plans and visits bill, by a dialog that names cycles and
    visits and nothing else: a cashier gets to no record of Accounting.
    """

    _inherit = "account.move"

    @api.model
    def _is_pet_cashier(self):
        """Tell whether the user takes payments by *Take Payments* alone (13)."""
        user = self.env.user
        return user.has_group("pet_plans.group_cashier") and not user.has_group(
            "account.group_account_invoice"
        )

    @api.model
    def _may_take_pet_payments(self):
        """Tell whether the user takes payments at all, by one right or the other."""
        return self._is_pet_cashier() or self.has_access("write")

    def _with_payment_rights(self):
        """Return those of these invoices that the user may take the payment of (I2).

        :return: the invoices; for a cashier those of plans and visits, with the rights
            to work out what is to be paid
        :raises AccessError: for who may not take payments
        """
        if self._is_pet_cashier():
            # What is shown of them is for the dialog of the cashier to choose.
            return self._sudo_clean()._filter_pet_bills()
        self.check_access("write")
        return self

    def _filter_pet_bills(self):
        """Return the invoices that bill a cycle of a plan, or a visit."""
        return (
            self.filtered(
                lambda move: (
                    move.move_type == "out_invoice" and move._is_pet_cycle_bill()
                )
            )
            | self._filter_pet_visit_bills()
        )

    def _is_pet_cycle_bill(self):
        """Tell whether it is the invoice of its cycle, of several the last."""
        self.ensure_one()
        return bool(self.pet_cycle_id) and self.pet_cycle_id.invoice_id == self

    def _filter_pet_visit_bills(self):
        """Return the ordinary invoices of visits among these (B4)."""
        return self & self._find_billed_visits().invoice_ids

    def _find_billed_visits(self):
        """Return the visits that these invoices bill, with all rights (B4)."""
        # Who takes a payment need not see the visits; none is shown.
        visits = self.env["pet.appointment"]._sudo_clean()
        return visits.search([("line_ids.invoice_id", "in", self.ids)], order="id")

    def _get_pet_payment_action(self):
        """Return the payment of these invoices; drafts are posted with it (I2).

        :return: Odoo's payment wizard, or for a cashier their own
        """
        if self._is_pet_cashier():
            return self._get_pet_cashier_action()
        action = self.action_force_register_payment()
        # Afterwards back to where one was, as Odoo's own button on the invoice does.
        action["context"] = {
            **action["context"],
            "default_post_pet_drafts": True,
            # Who pays several cycles at once pays once.
            "default_group_payment": True,
            "dont_redirect_to_payments": True,
            "display_account_trust": True,
        }
        return action

    def _get_pet_cashier_action(self):
        """Return the dialog of a cashier, with the cycles and visits that are paid."""
        visits = self._find_billed_visits()
        cycles = self.pet_cycle_id.filtered(lambda cycle: cycle.invoice_id in self)
        return open_window(
            self.env,
            "pet_plans.action_pet_take_payment",
            {
                "default_cycle_ids": [Command.set(cycles.ids)],
                "default_appointment_ids": [Command.set(visits.ids)],
            },
        )
