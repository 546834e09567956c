from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .windows import notify, open_record


class PetAppointment(models.Model):
    """Ordinary invoices of the services that no plan covers (B4)."""

    _inherit = "pet.appointment"

    invoice_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Ordinary invoice of the services no plan covers",
    )
    to_invoice = fields.Boolean(
        compute="_compute_to_invoice", search="_search_to_invoice"
    )

    @api.depends("state", "invoice_id.state", "line_ids.plan_line_id")
    def _compute_to_invoice(self):
        for visit in self:
            visit.to_invoice = (
                visit.state in ("received", "in_service", "finished", "delivered")
                and not visit._is_billed_apart()
                and bool(visit._get_uncovered_lines())
            )

    def _search_to_invoice(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "in", ("received", "in_service", "finished", "delivered")),
            "|",
            ("invoice_id", "=", False),
            ("invoice_id", "any!", [("state", "=", "cancel")]),
            ("line_ids", "any", [("plan_line_id", "=", False)]),
        ]

    def _is_billed_apart(self):
        """Tell whether an invoice of its own bills the visit (B4)."""
        self.ensure_one()
        # Only whether it stands: staff have no access to invoices.
        invoice = self.sudo().invoice_id
        return bool(invoice) and invoice.state != "cancel"

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

    def _get_uncovered_lines(self):
        return self.line_ids.filtered(lambda line: not line.plan_line_id)

    def action_create_invoice(self):
        """Bill the services no plan covers by an ordinary draft invoice (B4).

        :raises UserError: naming the visits that have nothing to bill
        """
        self.check_access("write")
        refused = self.filtered(lambda visit: not visit.to_invoice)
        if refused:
            raise UserError(
                self.env._(
                    "There is nothing to bill on %(visits)s: only services that no "
                    "plan covers, of visits that took place and have no invoice yet.",
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
                visits._get_uncovered_lines().product_id
            )
            drafts = moves.with_company(company).create(
                [visit._prepare_invoice_vals() for visit in visits]
            )
            for visit, draft in zip(visits, drafts, strict=True):
                visit._unguarded().write({"invoice_id": draft.id})
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
                for line in self._get_uncovered_lines()
            ],
        }

    def action_view_invoice(self):
        """Open the ordinary invoice of the visit."""
        self.ensure_one()
        return open_record(self.invoice_id)
