from odoo import fields, models


class PetCycle(models.Model):
    """The cycles of a top-up: due on a day that was agreed on (S13)."""

    _inherit = "pet.cycle"

    date_due_agreed = fields.Date(
        string="Agreed Due Date",
        readonly=True,
        copy=False,
        help="Of a top-up: when its invoice is due as long as no visit is in the cycle",
    )

    def _is_due_as_agreed(self, days):
        """Tell whether the cycle is due on the day agreed on: it has no visit (S13).

        :param days: list of the local dates of its visits
        """
        self.ensure_one()
        return bool(self.date_due_agreed) and not days
