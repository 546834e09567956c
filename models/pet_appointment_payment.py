from odoo import api, fields, models


class PetAppointment(models.Model):
    """What is to be paid when a pet comes, or goes (I2, P1)."""

    _name = "pet.appointment"
    _inherit = ["pet.appointment", "pet.owed.mixin"]

    amount_due = fields.Monetary(
        string="Due",
        compute="_compute_owed",
        groups="base.group_user",
        help="Left to pay of the posted invoices of the household, less credit notes",
    )
    amount_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_owed",
        groups="base.group_user",
        help="Left to pay of invoices of the household that were due before today",
    )
    has_draft_invoice = fields.Boolean(
        compute="_compute_has_draft_invoice",
        groups="base.group_user",
        help="An ordinary invoice of the visit is posted with its payment",
    )

    @api.depends("line_ids.invoice_id.state")
    def _compute_has_draft_invoice(self):
        for visit in self:
            visit.has_draft_invoice = bool(visit._get_draft_invoice())

    def _get_draft_invoice(self):
        """Return the ordinary invoices of visits that are drafts yet, with all rights.

        Who takes a payment has them posted with it.
        """
        # Staff have no access to invoices; who may pay them is asked by the payment.
        return self.sudo().invoice_ids.filtered(lambda move: move.state == "draft")

    def action_take_payment(self):
        """Open the payment of what the customer owes (I2).

        That is what is left to pay of the household's invoices, and the draft of the
        visit, which is posted with the payment.

        :return: Odoo's payment wizard, or for a cashier their own
        :raises UserError: when nothing is to be paid
        :raises AccessError: for who may not take payments
        """
        self.ensure_one()
        self.check_access("read")
        customer = self.partner_id.with_company(self.company_id)
        return customer._get_payment_action(self._get_draft_invoice())

    def _may_take_payment(self):
        """Tell whether there is something that the user may take the payment of."""
        self.ensure_one()
        customer = self.partner_id.with_company(self.company_id)
        return customer._has_pet_payables(self._get_draft_invoice())
