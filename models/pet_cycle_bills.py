from odoo import api, fields, models


class PetCycle(models.Model):
    """What became of the invoices of a cycle, in words (I3)."""

    _inherit = "pet.cycle"

    bill_note = fields.Char(
        string="What Became of the Invoice",
        compute="_compute_bill_note",
        compute_sudo=True,  # staff are told so, without Invoicing rights
    )

    @api.depends(
        "state",
        "invoice_id",
        "is_forfeited",
        "is_withdrawn",
        "plan_id.state",
        "carried_to_ids",
        "move_ids.state",
        "move_ids.posted_before",
        "move_ids.reversal_move_ids.state",
    )
    @api.depends_context("lang")
    def _compute_bill_note(self):
        for cycle in self:
            if cycle.state == "closed":
                cycle.bill_note = cycle._get_closed_note()
            else:
                cycle.bill_note = cycle._get_reset_note() or cycle._get_credited_note()

    def _get_closed_note(self):
        """Return why nothing bills the cycle, as a sentence."""
        self.ensure_one()
        invoice = self.invoice_id
        if self.carried_to_ids:
            return self.env._(
                "What was left of it is billed by %(renewal)s.",
                renewal=self.carried_to_ids.plan_id[:1].display_name,
            )
        if not invoice:
            return self.env._("Its invoice was deleted.")
        if self.is_withdrawn or self.plan_id.state == "cancelled":
            if invoice.state == "cancel":
                return self.env._("Its draft was cancelled with the plan.")
        elif self.is_forfeited:
            return self.env._("Its draft was cancelled at the end of the plan.")
        values = {
            "invoice": invoice.name,
            "notes": ", ".join(self._get_credit_notes().mapped("name")),
        }
        if invoice.state != "cancel":
            return self.env._("%(invoice)s was credited by %(notes)s.", **values)
        if invoice.posted_before:
            return self.env._("%(invoice)s was cancelled.", **values)
        return self.env._("Its draft was cancelled.")

    def _get_reset_note(self):
        """Return that an accountant has the invoice in hand, or False (I1, I3)."""
        self.ensure_one()
        invoice = self.invoice_id
        if invoice.state != "draft" or not invoice.posted_before:
            return False
        return self.env._(
            "%(invoice)s was reset to draft: a person posts it again, the nightly job "
            "leaves it alone.",
            invoice=invoice.name,
        )

    def _get_credited_note(self):
        """Return what of the invoice was credited, or False."""
        self.ensure_one()
        notes = self._get_credit_notes()
        if not notes:
            return False
        return self.env._(
            "%(notes)s credit %(amount)s of %(invoice)s.",
            notes=", ".join(notes.mapped("name")),
            amount=notes[0].currency_id.format(sum(notes.mapped("amount_total"))),
            invoice=self.invoice_id.name,
        )

    def _get_credit_notes(self):
        """Return the posted credit notes of the invoice of the cycle, in order."""
        self.ensure_one()
        return self.invoice_id.reversal_move_ids.filtered(
            lambda move: move.state == "posted"
        ).sorted("id")

    def _get_typed_amount(self):
        """Return what these cycles bill, as prices were typed (S6, I3).

        One that is closed bills nothing.
        """
        return sum(
            cycle.invoice_id._get_pet_typed_amount()
            for cycle in self.filtered(lambda cycle: cycle.state != "closed")
            if cycle.invoice_id
        )
