from odoo import fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ..lib import periods


class ResCompany(models.Model):
    _inherit = "res.company"

    pet_tz = fields.Selection(
        _tz_get,
        string="Shop Time Zone",
        required=True,
        default=lambda self: self._default_pet_tz(),
        help="Visits, due dates and the ends of plans go by the clock of the shop",
    )
    pet_plan_selection = fields.Selection(
        [
            ("soonest_expiry", "The one that ends first"),
            ("oldest", "The oldest one"),
            ("fewest_left", "The one with the fewest sessions left"),
            ("ask", "None: staff choose"),
        ],
        string="Plan Used at Check-in",
        required=True,
        default="soonest_expiry",
        help="Which plan serves a pet that walks in without booking; "
        "the pet's own plan always goes before a shared one",
    )
    pet_paid_cycles = fields.Selection(
        [
            ("fill", "A later visit takes the freed slot"),
            ("freeze", "Its visits stay where they are"),
        ],
        string="Paid Cycles",
        required=True,
        default="fill",
        help="What happens to a paid cycle when one of its visits is cancelled",
    )

    def _default_pet_tz(self):
        return self.env.user.tz or "UTC"

    def _get_pet_today(self):
        """Return today's date by the clock of the shop (X1)."""
        self.ensure_one()
        return periods.local_day(fields.Datetime.now(), self.pet_tz)
