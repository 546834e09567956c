from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .pet_appointment import CAME_STATES
from .windows import notify, open_record


class PetAppointment(models.Model):
    """Ordinary invoices of the services that no plan covers (B4)."""

    _inherit = "pet.appointment"

    invoice_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        compute="_compute_invoice_ids",
        compute_sudo=True,  # staff have no access to invoices, and need none to count
        groups="base.group_user",
        help="Ordinary invoices of the services no plan covers",
    )
    to_invoice = fields.Boolean(
        compute="_compute_to_invoice", search="_search_to_invoice"
    )

    @api.depends("line_ids.invoice_id")
    def _compute_invoice_ids(self):
        for visit in self:
            visit.invoice_ids = visit.line_ids.invoice_id

    @api.depends("state", "line_ids.plan_line_id", "line_ids.invoice_id.state")
    def _compute_to_invoice(self):
        for visit in self:
            visit.to_invoice = visit.state in CAME_STATES and bool(
                visit._get_unbilled_lines()
            )

    def _search_to_invoice(self, operator, value):
        if operator != "in":
            return NotImplemented
        unbilled = Domain("invoice_id", "=", False) | Domain(
            "invoice_id", "any!", [("state", "=", "cancel")]
        )
        return Domain("state", "in", CAME_STATES) & Domain(
            "line_ids", "any", Domain("plan_line_id", "=", False) & unbilled
        )

    def _is_billed_apart(self):
        """Tell whether an invoice of its own bills something of the visit (B4)."""
        self.ensure_one()
        return bool(self.line_ids._filter_billed())

    def _check_not_billed_apart(self):
        """Refuse to let a plan pay for what an invoice of its own bills (B4)."""
        billed = self.filtered(lambda visit: visit._is_billed_apart())
        if billed:
            raise UserError(
                self.env._(
                    "%(visits)s is billed by an invoice of its own: cancel that "
                    "before a plan pays for the visit.",
                    visits=", ".join(billed.mapped("display_name")),
                )
            )

    def _get_unbilled_lines(self):
        """Return the services that neither a plan nor an invoice pays for (B4)."""
        uncovered = self.line_ids.filtered(lambda line: not line.plan_line_id)
        return uncovered - uncovered._filter_billed()

    def _get_unbilled_note(self):
        """Return the sentence that names the services nobody pays for yet (B4)."""
        services = self._get_unbilled_lines().mapped("display_name")
        return self.env._("Not billed yet: %(services)s.", services=", ".join(services))

    def action_create_invoice(self):
        """Bill the services no plan covers by an ordinary draft invoice (B4).

        What was added since the last one is billed by a further one.

        :raises UserError: naming the visits that have nothing to bill
        """
        self.check_access("write")
        refused = self.filtered(lambda visit: not visit.to_invoice)
        if refused:
            raise UserError(
                self.env._(
                    "There is nothing to bill on %(visits)s: only services that no "
                    "plan covers and no invoice bills yet, of visits that took place.",
                    visits=", ".join(refused.mapped("display_name")),
                )
            )
        # Staff have no invoicing rights: this opens one draft with the services of
        # each visit, whose prices they may set anyway. The visit tells where a draft
        # comes from: a message and a follower on each would only be noise.
        moves = self.env["account.move"]._sudo_clean()
        moves = moves.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        for company, visits in self.grouped("company_id").items():
            moves.with_company(company)._check_pet_income_accounts(
                visits._get_unbilled_lines().product_id
            )
            drafts = moves.with_company(company).create(
                [visit._prepare_invoice_vals() for visit in visits]
            )
            for visit, draft in zip(visits, drafts, strict=True):
                lines = visit._get_unbilled_lines()
                lines._unguarded().write({"invoice_id": draft.id})
        return True

    def action_charge(self):
        """Bill at the counter what no plan covers, and offer to take the payment (B4).

        :return: the notice that says what was drafted
        :raises UserError: see `action_create_invoice`
        """
        self.action_create_invoice()
        # Who made the drafts may know what they come to.
        drafts = self._get_draft_invoice()
        message = "\n".join(
            self.env._(
                "%(customer)s: a draft invoice of %(amount)s for %(visits)s.",
                customer=draft.commercial_partner_id.display_name,
                amount=draft.currency_id.format(draft.amount_total),
                visits=draft.invoice_origin,
            )
            for draft in drafts
        )
        return notify(message, *self._get_payment_buttons())

    def _prepare_invoice_vals(self):
        """Return the values of the invoice of the services no plan covers (B4)."""
        self.ensure_one()
        address = self.partner_id.address_get(["invoice"])["invoice"]
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": address,
            "currency_id": self.currency_id.id,
            "pet_id": self.pet_id.id,
            "invoice_origin": self.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "name": f"{line._get_service_name()}\n{self.pet_id.name}",
                        "quantity": line.quantity,
                        "price_unit": line.price_unit,
                    }
                )
                for line in self._get_unbilled_lines()
            ],
        }

    def action_view_invoice(self):
        """Open the ordinary invoice of the visit, or the list of them."""
        self.ensure_one()
        if len(self.invoice_ids) == 1:
            return open_record(self.invoice_ids)
        return self.invoice_ids._open_pet_invoices([("id", "in", self.invoice_ids.ids)])
