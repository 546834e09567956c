from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount

from .customer_page import FINISHED_STATES, CustomerPage
from .windows import open_window

READERS = (
    "pet_plans.group_user,account.group_account_invoice,account.group_account_readonly"
)


class ResPartner(models.Model):
    """The page of a customer: what they have left, what they owe, and why (P1)."""

    _inherit = "res.partner"

    pet_amount_due = fields.Monetary(
        string="Due",
        compute="_compute_pet_amounts",
        groups=READERS,
        help="Left to pay of the posted invoices of the household, less credit notes",
    )
    pet_amount_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_pet_amounts",
        groups=READERS,
        help="Left to pay of invoices that were due before today",
    )
    pet_amount_drafted = fields.Monetary(
        string="For Later",
        compute="_compute_pet_amounts",
        groups=READERS,
        help="Of plans and packages, drafted and not billed yet",
    )

    @api.depends_context("company")
    def _compute_pet_amounts(self):
        """Say what a household owes here, the one number for all screens (P1)."""
        company = self.env.company
        posted = self._get_open_invoices_domain(company)
        overdue = posted & Domain("move_type", "=", "out_invoice")
        overdue &= Domain("invoice_date_due", "<", company._get_pet_today())
        drafted = self._get_drafts_domain(company)
        due, late, later = (
            self._sum_invoices(domain, field)
            for domain, field in (
                (posted, "amount_residual_signed"),
                (overdue, "amount_residual_signed"),
                (drafted, "amount_total_signed"),
            )
        )
        for partner in self:
            head = partner.commercial_partner_id._origin
            partner.pet_amount_due = due.get(head, 0.0)
            partner.pet_amount_overdue = late.get(head, 0.0)
            partner.pet_amount_drafted = later.get(head, 0.0)

    def _get_invoices_domain(self, company):
        """Return which invoices and credit notes are a household's, at a company."""
        return (
            Domain("commercial_partner_id", "in", self.commercial_partner_id.ids)
            & Domain("company_id", "=", company.id)
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
        )

    def _get_drafts_domain(self, company):
        """Return which of them bill plans and packages, and are drafts yet."""
        drafts = Domain("state", "=", "draft") & Domain("pet_cycle_id", "!=", False)
        return self._get_invoices_domain(company) & drafts

    def _get_open_invoices_domain(self, company):
        """Return which of them are posted and not settled."""
        unpaid = self.env["account.move"]._get_pet_unpaid_domain()
        return self._get_invoices_domain(company) & unpaid

    @api.model
    def _sum_invoices(self, domain, field):
        """Return the sum of a field of invoices, by household."""
        # The counter may know what its customers owe, without seeing their invoices.
        moves = self.env["account.move"].sudo()
        return dict(
            moves._read_group(domain, ["commercial_partner_id"], [f"{field}:sum"])
        )

    def _get_pet_amount_labels(self):
        """Return what a household owes, as texts; without what is 0."""
        self.ensure_one()
        currency = self.env.company.currency_id
        amounts = {
            "due": self.pet_amount_due,
            "overdue": self.pet_amount_overdue,
            "drafted": self.pet_amount_drafted,
        }
        return {
            name: format_amount(self.env, amount, currency)
            for name, amount in amounts.items()
            if not currency.is_zero(amount)
        }

    def get_pet_plans_page(self):
        """Return the page of the customer, see `CustomerPage` (P1)."""
        self.ensure_one()
        self.check_access("read")
        return CustomerPage(self).get_data()

    def get_finished_pet_plans(self):
        """Return the plans of the household that are over, as on the page (P1)."""
        self.ensure_one()
        self.check_access("read")
        return CustomerPage(self).get_blocks(FINISHED_STATES)

    def action_book_pet_visit(self):
        """Open a new visit of one of the household's pets."""
        self.ensure_one()
        return self._get_household_pets()._get_booking_action()

    def action_check_in_pets(self):
        """Open the walk-in of this customer (U4)."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_walk_in",
            {"default_partner_id": self.id, "dialog_size": "large"},
        )

    def _get_household_pets(self):
        """Return the pets of the household."""
        return self.env["pet.pet"].search(
            [("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)]
        )

    def action_take_pet_payment(self):
        """Open the payment of what the household owes (I2).

        :return: Odoo's payment wizard, or for a cashier their own
        :raises UserError: when nothing is to be paid
        :raises AccessError: for who may not take payments
        """
        self.ensure_one()
        return self._get_payment_action(self.env["account.move"])

    def _get_payment_action(self, drafts):
        """Open the payment of what the household owes, and of some drafts (I2).

        :param drafts: `account.move` records, posted with the payment
        """
        moves = self.env["account.move"]
        moves._with_payment_rights()
        owed = self._find_owed()
        payable = self._filter_payable(owed) | drafts._with_payment_rights()
        if payable:
            return payable._get_pet_payment_action()
        if not owed:
            raise UserError(
                self.env._("%(customer)s owes nothing.", customer=self.display_name)
            )
        if not owed._with_payment_rights():
            raise UserError(
                self.env._(
                    "What %(customer)s owes is of other invoices than those of plans "
                    "and visits: who has rights in Invoicing takes that.",
                    customer=self.display_name,
                )
            )
        raise UserError(
            self.env._(
                "A credit note waits to be posted or deleted: what %(customer)s "
                "has left to pay is known then.",
                customer=self.display_name,
            )
        )

    def _has_pet_payables(self, drafts):
        """Tell whether there is something that the user may take the payment of.

        :param drafts: `account.move` records, posted with the payment
        """
        if not self.env["account.move"]._may_take_pet_payments():
            return False
        return bool(drafts or self._filter_payable(self._find_owed()))

    def _find_owed(self):
        """Return the invoices of which the household has something left to pay."""
        moves = self.env["account.move"]
        if moves._is_pet_cashier():
            # What of them may be paid is asked next; none is shown.
            moves = moves._sudo_clean()
        return moves.search(
            self._get_open_invoices_domain(self.env.company)
            & Domain("move_type", "=", "out_invoice"),
            order="invoice_date_due, id",
        )

    @api.model
    def _filter_payable(self, owed):
        """Return what the user may take the payment of, of what is owed.

        What a drafted credit note takes away is not asked for (X7).

        :param owed: `account.move` records
        """
        return owed._with_payment_rights().filtered(
            lambda move: not move._get_waiting_pet_credits()
        )

    def action_view_pet_dues(self):
        """Open what the household owes: invoices and credit notes that are open."""
        domain = self._get_open_invoices_domain(self.env.company)
        return self.env["account.move"]._open_pet_invoices(list(domain))

    def action_view_pet_drafts(self):
        """Open what is drafted for later, of plans and packages of the household."""
        domain = self._get_drafts_domain(self.env.company)
        return self.env["account.move"]._open_pet_invoices(list(domain))
