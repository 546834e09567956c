from odoo import api, fields, models


class AccountMove(models.Model):
    """How the invoices of cycles are called while they have no number (I3)."""

    _inherit = "account.move"

    pet_name_note = fields.Char(string="Called", compute="_compute_pet_name_note")

    @api.depends("name", "state", "move_type", "pet_cycle_id")
    @api.depends_context("lang")
    def _compute_pet_name_note(self):
        """Say in lists, where Odoo writes "/", what an invoice of a cycle is."""
        for move in self:
            is_called = move.pet_cycle_id and (not move.name or move.name == "/")
            move.pet_name_note = is_called and move._get_move_display_name() or False

    def _get_move_display_name(self, show_ref=False):
        """Name what was cancelled before it had a number: Odoo leaves that unnamed."""
        name = super()._get_move_display_name(show_ref)
        if name or self.state != "cancel" or not self.pet_cycle_id:
            return name
        if self.move_type == "out_refund":
            return self.env._("Cancelled Credit Note")
        return self.env._("Cancelled Invoice")

    def _get_pet_bill_name(self):
        """Return how messages call an invoice: drafts have no number yet."""
        self.ensure_one()
        if self.name and self.name != "/":
            return self.name
        return self.env._("the draft invoice (ID %(id)s)", id=self.id)
