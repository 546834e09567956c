from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib import periods
from .formats import format_sessions

# The columns of the board, and which status stands in which
STAGES = {
    "scheduled": "expected",
    "confirmed": "expected",
    "received": "in_shop",
    "in_service": "in_shop",
    "finished": "ready",
    "delivered": "gone",
    "no_show": "no_show",
    "cancelled": "cancelled",
}
FOLDED_STAGES = ("no_show", "cancelled")
# What of a visit a board shows, of what changes during a day
SHOWN = frozenset(
    {"state", "start", "duration", "pet_id", "user_id", "plan_id", "line_ids", "note"}
)
TO_TELL = "pet_plans.changed_days"


class PetAppointment(models.Model):
    """The day board: one day's visits by what is to be done next (P2)."""

    _inherit = "pet.appointment"

    board_stage = fields.Selection(
        [
            ("expected", "Expected"),
            ("in_shop", "In the Shop"),
            ("ready", "Ready"),
            ("gone", "Gone"),
            ("no_show", "No-show"),
            ("cancelled", "Cancelled"),
        ],
        string="On the Board",
        compute="_compute_board_stage",
        store=True,
        precompute=True,
        group_expand=True,
    )
    day = fields.Date(
        compute="_compute_day",
        search="_search_day",
        help="By the clock of the shop",
    )
    pet_image = fields.Image(
        related="pet_id.image_128", related_sudo=False, string="Photo"
    )
    phone = fields.Char(related="partner_id.phone", related_sudo=False)
    services = fields.Char(
        string="Services in Words",
        compute="_compute_services",
        groups="base.group_user",
    )
    no_show_effect = fields.Char(
        compute="_compute_no_show_effect",
        groups="base.group_user",
        help="What becomes of the session if the pet does not come",
    )

    @api.depends("state")
    def _compute_board_stage(self):
        for visit in self:
            visit.board_stage = STAGES[visit.state]

    @api.depends("start", "company_id.pet_tz")
    def _compute_day(self):
        for visit in self:
            is_known = visit.start and visit.company_id
            visit.day = is_known and visit._get_day()

    @api.model
    def _search_day(self, operator, value):
        """Find the visits of a local day: of each company by its own clock."""
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("start", ">=", self._get_beginning(company, day))
            & Domain("start", "<", self._get_beginning(company, day, 1))
            for company in self.env.companies
            for day in map(fields.Date.to_date, value)
            if day
        )

    @api.model
    def _get_beginning(self, company, day, days=0):
        """Return when a local day begins, as naive UTC datetime.

        :param days: int, of so many days later
        """
        midnight = datetime.combine(day + timedelta(days=days), time.min)
        return periods.from_local(midnight, company.pet_tz)

    @api.depends("line_ids.product_id.name", "line_ids.quantity")
    @api.depends_context("lang")
    def _compute_services(self):
        for visit in self:
            visit.services = ", ".join(
                visit._get_service_in_words(line.product_id, line.quantity)
                for line in visit.line_ids.filtered("product_id")
            )

    def _get_service_in_words(self, product, quantity):
        """Return a service, with how many sessions of it unless that is one."""
        if quantity == 1:
            return product.name
        return f"{format_sessions(self.env, quantity)} × {product.name}"

    @api.depends("holds_sessions", "session_label", "plan_id.no_show_policy")
    @api.depends_context("lang")
    def _compute_no_show_effect(self):
        for visit in self:
            if not visit.holds_sessions:
                visit.no_show_effect = False
            elif visit.plan_id.no_show_policy == "return":
                visit.no_show_effect = self.env._("its session goes back")
            else:
                visit.no_show_effect = self.env._(
                    "uses session %(session)s", session=visit.session_label
                )

    def _web_read_group_format(self, groupby, aggregates, groups):
        """Fold the columns of those who did not come."""
        result = super()._web_read_group_format(groupby, aggregates, groups)
        if groupby[-1:] == ("board_stage",):
            for group in result:
                group["__fold"] = group["board_stage"] in FOLDED_STAGES
        return result

    # --- What a colleague does -------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits._note_changed_days()
        return visits

    def write(self, vals):
        is_shown = not SHOWN.isdisjoint(vals)
        if is_shown:
            self._note_changed_days()
        result = super().write(vals)
        if is_shown:
            self._note_changed_days()
        return result

    def unlink(self):
        self._note_changed_days()
        return super().unlink()

    def _note_changed_days(self):
        """Note that boards of these days are to be read again once this is saved."""
        if not self:
            return
        saving = self.env.cr.precommit
        if TO_TELL not in saving.data:
            saving.data[TO_TELL] = set()
            saving.add(self.env(su=True)["pet.appointment"]._tell_boards)
        saving.data[TO_TELL] |= {
            (visit.company_id.id, visit._get_day()) for visit in self if visit.start
        }

    @api.model
    def _tell_boards(self):
        """Tell the boards that are open which days changed: once per transaction.

        All staff hears of it, whoever may see the visits: no more than days is told.
        """
        changed = self.env.cr.precommit.data.pop(TO_TELL, ())
        if not changed:
            return
        days = [day for __, day in changed]
        self.env.ref("pet_plans.group_user")._bus_send(
            "pet_plans.visits_changed",
            {
                "company_ids": sorted({company_id for company_id, __ in changed}),
                "first_day": fields.Date.to_string(min(days)),
                "last_day": fields.Date.to_string(max(days)),
            },
        )
