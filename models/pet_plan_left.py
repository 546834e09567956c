from odoo import api, fields, models

from .counted import say_sessions, say_visits
from .formats import format_sessions


class PetPlan(models.Model):
    """What is used, booked, to book and left, in the words of all screens (L1).

    *Left* is what is not used yet: booked, or to book. Of a package all four are
    counted in visits, by the service with the most sessions left: a visit takes a
    session of several services, so that their sum says nothing to who wants to know how
    often the pet may still come. Of a plan they are its sessions.
    """

    _inherit = "pet.plan"

    counted_total = fields.Float(
        string="Sold", compute="_compute_counted", digits="Product Unit"
    )
    counted_used = fields.Float(
        string="Used", compute="_compute_counted", digits="Product Unit"
    )
    counted_booked = fields.Float(
        string="Booked", compute="_compute_counted", digits="Product Unit"
    )
    counted_to_book = fields.Float(
        string="Left to Book", compute="_compute_counted", digits="Product Unit"
    )

    @api.depends(
        "line_ids.total",
        "line_ids.used",
        "line_ids.booked",
        "line_ids.remaining",
        "line_ids.left",
        "line_ids.product_id",
        "kind",
    )
    def _compute_counted(self):
        for plan in self:
            lines = plan._get_counted_lines()
            plan.counted_total = sum(lines.mapped("total"))
            plan.counted_used = sum(lines.mapped("used"))
            plan.counted_booked = sum(lines.mapped("booked"))
            plan.counted_to_book = sum(lines.mapped("remaining"))

    def _get_counted_lines(self):
        """Return the lines that tell how much of the plan is used and left (L1)."""
        self.ensure_one()
        if self.kind != "package":
            return self._get_summed_lines()
        return max(
            self.line_ids.grouped("product_id").values(),
            key=lambda lines: (sum(lines.mapped("left")), sum(lines.mapped("total"))),
            default=self.line_ids,
        )

    def _get_sessions_left(self):
        """Return what is not used yet: visits of a package, sessions of a plan."""
        self.ensure_one()
        return sum(self._get_counted_lines().mapped("left"))

    def _say_left(self):
        """Return what is left, for mails: "9 visits", of a plan "9 sessions"."""
        self.ensure_one()
        say = say_visits if self.kind == "package" else say_sessions
        return say(self.env, self.sessions_left)

    def _say_to_book(self):
        """Return how much of that is still to book, for mails: "9", "2.5"."""
        self.ensure_one()
        return format_sessions(self.env, self.counted_to_book)
