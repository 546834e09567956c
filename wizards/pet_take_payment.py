from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.windows import notify


class PetTakePayment(models.TransientModel):
    """The payment of plan and visit invoices, taken without rights in Invoicing (13).

    It names cycles and visits, which staff see, and so cannot name any other invoice.
    Odoo's own payment wizard does the work, with all rights and behind it: of that only
    journal, amount, date and memo are to be chosen here. No journal, invoice or payment
    is opened to its user.
    """

    _name = "pet.take.payment"
    _description = "Take Payment"
    _inherit = ["pet.guard.mixin"]
    _guarded_fields = frozenset({"is_applied"})

    cycle_ids = fields.Many2many("pet.cycle", string="Cycles")
    appointment_ids = fields.Many2many("pet.appointment", string="Visits")
    customer = fields.Char(compute="_compute_bills")
    bills = fields.Text(string="Invoices", compute="_compute_bills")
    draft_count = fields.Integer(compute="_compute_bills")
    credit_text = fields.Text(string="Credit Expected", compute="_compute_bills")
    journal = fields.Selection(
        selection=lambda self: self._get_journals(),
        string="Paid By",
        compute="_compute_journal",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Cash, or the account that the money goes to",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_left", compute_sudo=False, store=True
    )
    amount_due = fields.Monetary(
        string="To Pay", compute="_compute_left", compute_sudo=False, store=True
    )
    is_amount_fixed = fields.Boolean(
        compute="_compute_left",
        compute_sudo=False,
        store=True,
        help="Several customers or currencies are paid at once: each in full",
    )
    # Not read-only: the amount that was asked for is taken, or nothing.
    amount = fields.Monetary(
        compute="_compute_amount", compute_sudo=False, store=True, readonly=False
    )
    # What was proposed, by which a typed amount is told from it
    proposed_amount = fields.Float(
        compute="_compute_amount", compute_sudo=False, store=True
    )
    proposed_currency_id = fields.Many2one(
        "res.currency", compute="_compute_amount", compute_sudo=False, store=True
    )
    payment_date = fields.Date(
        required=True, default=lambda self: self._default_payment_date()
    )
    memo = fields.Char()
    is_applied = fields.Boolean(readonly=True)

    # --- Defaults and computes -----------------------------------------------------

    def _default_payment_date(self):
        return self.env.company._get_pet_today()

    @api.model
    def _get_journals(self):
        """Return where money may go, as choices: their names, and nothing of them."""
        companies = self.env.companies
        # A name to choose by.
        journals = self.env["account.journal"].sudo()
        found = journals.search(
            [
                *journals._check_company_domain(companies),
                ("type", "in", ("bank", "cash", "credit")),
                ("inbound_payment_method_line_ids", "!=", False),
            ]
        )
        return [
            (
                str(journal.id),
                f"{journal.name} ({journal.company_id.name})"
                if len(companies) > 1
                else journal.name,
            )
            for journal in found
        ]

    @api.depends("cycle_ids", "appointment_ids")
    def _compute_bills(self):
        """Say whose invoices are paid, and which."""
        for wizard in self:
            invoices = wizard._get_invoices()
            wizard.customer = ", ".join(
                invoices.commercial_partner_id.mapped("display_name")
            )
            wizard.bills = "\n".join(map(self._get_bill_text, invoices))
            wizard.draft_count = len(wizard._filter_drafts(invoices))
            texts = invoices.pet_cycle_id.mapped("credit_text")
            wizard.credit_text = "\n".join(filter(None, texts))

    @api.model
    def _get_bill_text(self, invoice):
        return self.env._(
            "%(invoice)s: %(amount)s",
            invoice=invoice.display_name,
            amount=invoice.currency_id.format(invoice.amount_residual),
        )

    @api.depends("cycle_ids", "appointment_ids")
    def _compute_journal(self):
        for wizard in self:
            register = wizard._open_register(journal=False)
            wizard.journal = register and str(register.journal_id.id or "") or False

    @api.depends("cycle_ids", "appointment_ids", "journal", "payment_date")
    def _compute_left(self):
        """Say what is left to pay, in the currency of the journal."""
        for wizard in self:
            register = wizard._open_register()
            wizard.currency_id = register.currency_id or self.env.company.currency_id
            wizard.amount_due = self._get_left(register) if register else 0.0
            wizard.is_amount_fixed = bool(register) and not register.can_edit_wizard

    @api.depends("cycle_ids", "appointment_ids", "journal", "payment_date")
    def _compute_amount(self):
        """Propose what Odoo's own wizard would; a typed amount stays.

        As long as the currency does.
        """
        for wizard in self:
            register = wizard._open_register()
            currency = wizard.currency_id
            is_typed = wizard.amount and wizard.amount != wizard.proposed_amount
            stays = is_typed and wizard.proposed_currency_id == currency
            wizard.amount = wizard.amount if stays else register.amount
            wizard.proposed_amount = register.amount
            wizard.proposed_currency_id = currency

    # --- What is paid --------------------------------------------------------------

    def _get_invoices(self):
        """Return the invoices of the cycles and visits, with all rights.

        Those that bill them, and have something left to pay.
        """
        self.ensure_one()
        # Cycles and visits are the user's to see; what is shown of their invoices is
        # number and amount.
        cycles, visits = self.cycle_ids._origin.sudo(), self.appointment_ids._origin
        invoices = cycles.invoice_id | visits.sudo().invoice_ids
        return invoices._filter_pet_bills().filtered(
            lambda move: move.state != "cancel" and move.amount_residual > 0
        )

    @api.model
    def _filter_drafts(self, invoices):
        return invoices.filtered(lambda move: move.state == "draft")

    def _open_register(self, **chosen):
        """Return Odoo's payment wizard as it would open, and nothing is written.

        :param chosen: `journal`, in place of the one that was chosen
        :return: a new record with all rights, empty when there is nothing to pay
        """
        self.ensure_one()
        invoices = self._get_invoices()
        registers = self._get_registers(invoices)
        if not invoices:
            return registers
        values = registers.default_get(["line_ids", "payment_date"])
        journal = chosen.get("journal", self.journal)
        return registers.new({**values, **self._get_choices(journal)})

    @api.model
    def _get_registers(self, invoices):
        """Return Odoo's payment wizard for some invoices, with all rights.

        :param invoices: `account.move` records that `_get_invoices` returned
        """
        # A payment of these invoices, and of no others, by whoever may take it; nothing
        # else of it is the caller's context's to say.
        return (
            self._sudo_clean()
            .env["account.payment.register"]
            .with_context(
                active_model="account.move",
                active_ids=invoices.ids,
                default_post_pet_drafts=True,
                dont_redirect_to_payments=True,
            )
        )

    def _get_choices(self, journal):
        """Return what is chosen here, as values of Odoo's wizard."""
        values = {"payment_date": self.payment_date, "group_payment": True}
        # The ORM does not look at the values of a selection that a method lists.
        if journal in dict(self._get_journals()):
            values["journal_id"] = int(journal)
        return values

    @api.model
    def _get_left(self, register):
        """Return all that is left to pay, in the currency of the payment."""
        amounts = register._get_total_amounts_to_pay(register.batches)
        return amounts["full_amount_for_difference"]

    # --- Applying ------------------------------------------------------------------

    def action_apply(self):
        """Take the payment; drafts among the invoices are posted with it (I2).

        :return: the notice that says what was taken, and what is left
        :raises UserError: when there is nothing to pay any more, a credit note waits,
            or the amount is none, or more than is left to pay
        :raises AccessError: for who may not take payments
        """
        self.ensure_one()
        self.check_access("write")
        if self.is_applied:
            return {"type": "ir.actions.act_window_close"}
        # Two clicks at the same time are two writes of one row: the second is tried
        # again, and finds it applied.
        self._unguarded().is_applied = True
        invoices = self._get_invoices()
        self._check_payable(invoices)
        left = sum(invoices.mapped("amount_residual_signed"))
        register = self._get_registers(invoices).create(self._prepare_register_vals())
        self._check_amount(register)
        register.action_create_payments()
        return self._tell_taken(invoices, left)

    def _check_payable(self, invoices):
        """Refuse where there is nothing to pay, or it is not known how much.

        :param invoices: `account.move` records, with all rights
        """
        waiting = invoices.filtered(lambda move: move._get_waiting_pet_credits())
        if waiting:
            raise UserError(
                self.env._(
                    "A credit note waits to be posted or deleted on %(invoices)s: what "
                    "is left to pay is known then.",
                    invoices=", ".join(waiting.mapped("display_name")),
                )
            )
        if not invoices:
            raise UserError(
                self.env._(
                    "There is nothing left to pay: somebody else has taken the "
                    "payment, or the invoice was cancelled."
                )
            )
        if self.journal not in dict(self._get_journals()):
            raise UserError(self.env._("Choose how it is paid."))

    def _prepare_register_vals(self):
        values = self._get_choices(self.journal)
        if self.memo:
            values["communication"] = self.memo
        if not self.is_amount_fixed:
            values["amount"] = self.amount
        return values

    def _check_amount(self, register):
        """Refuse to take nothing, or more than is left to pay.

        What is too much would be a credit of the customer, which is not a cashier's to
        give back.
        """
        currency, left = register.currency_id, self._get_left(register)
        if self.is_amount_fixed:
            return
        values = {
            "amount": currency.format(self.amount),
            "left": currency.format(left),
            "customer": self.customer,
        }
        if currency.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(amount)s is no payment: %(customer)s has %(left)s to pay.",
                    **values,
                )
            )
        if currency.compare_amounts(self.amount, left) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than the %(left)s that %(customer)s has to "
                    "pay: take that, and give change.",
                    **values,
                )
            )

    def _tell_taken(self, invoices, left):
        """Return the notice that says what was taken, and what is left to pay.

        :param left: float, what was left before, in the company's currency
        """
        currency = invoices.company_currency_id[:1]
        rest = sum(invoices.mapped("amount_residual_signed"))
        values = {
            "taken": currency.format(left - rest),
            "customer": self.customer,
            "bills": ", ".join(invoices.mapped("display_name")),
            "left": currency.format(rest),
        }
        if currency.is_zero(rest):
            return notify(
                self.env._("%(taken)s from %(customer)s: %(bills)s.", **values)
            )
        return notify(
            self.env._(
                "%(taken)s from %(customer)s: %(bills)s. Left to pay: %(left)s.",
                **values,
            )
        )
