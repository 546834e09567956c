from odoo import api, fields, models


class PetPlan(models.Model):
    """What a cancelled plan is credited, said where it is called cancelled (X7)."""

    _inherit = "pet.plan"

    credit_note_text = fields.Char(
        string="Credited",
        compute="_compute_credit_note_text",
        groups="base.group_user",
        help="The credit notes of its invoices, posted or still a draft",
    )

    @api.depends("cancel_date")
    @api.depends_context("lang")
    def _compute_credit_note_text(self):
        cancelled = self.filtered("cancel_date")
        # Staff see no invoices, but may tell a customer what they are credited.
        notes = self.env["account.move"].sudo()
        notes = notes.search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "!=", "cancel"),
                ("reversed_entry_id.pet_plan_id", "in", cancelled.ids),
            ],
            order="id",
        )
        by_plan = notes.grouped(lambda note: note.reversed_entry_id.pet_plan_id.id)
        for plan in self:
            found = by_plan.get(plan._origin.id, ())
            plan.credit_note_text = ", ".join(map(self._say_credit_note, found))

    @api.model
    def _say_credit_note(self, note):
        amount = note.currency_id.format(note.amount_total)
        if note.state == "draft":
            return self.env._("%(amount)s, still a draft", amount=amount)
        return self.env._("%(amount)s by %(note)s", amount=amount, note=note.name)
