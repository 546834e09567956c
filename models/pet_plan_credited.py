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
        """Return how much is credited, and of a changed plan where it goes (S14)."""
        values = {
            "amount": note.currency_id.format(note.amount_total),
            "note": note.name,
            "new": note.pet_credited_cycle_id.plan_id.name,
        }
        if note.state == "draft":
            if values["new"]:
                return self.env._(
                    "%(amount)s, still a draft, to be set against %(new)s", **values
                )
            return self.env._("%(amount)s, still a draft", **values)
        paid = note._get_pet_receivable_lines().matched_debit_ids.debit_move_id.move_id
        if values["new"] and paid:
            return self.env._(
                "%(amount)s by %(note)s, set against %(bills)s",
                bills=", ".join(paid.sorted("id").mapped("name")),
                **values,
            )
        return self.env._("%(amount)s by %(note)s", **values)
