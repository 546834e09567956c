from zoneinfo import available_timezones

from pytz import country_timezones

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import SQL, format_time

from odoo.addons.base.models.res_partner import _tz_get

from ..lib import periods
from .formats import format_day

# Odoo also offers old names of time zones, which it translates for `pytz` alone.
KNOWN_ZONES = available_timezones()


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "pet.bounds.mixin"]

    pet_tz = fields.Selection(
        selection=lambda self: self._get_pet_tz_selection(),
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
    pet_overdue_policy = fields.Selection(
        [
            ("warn", "Say so and go on"),
            ("refuse", "Refuse it, unless a manager says why not"),
        ],
        string="Overdue Invoices",
        required=True,
        default="warn",
        help="What happens at check-in and delivery while the invoice of an earlier "
        "cycle of the visit's plan is overdue",
    )

    pet_post_lead_days = fields.Integer(
        string="Post Invoices Before Due",
        help="Days before the due date, proposed on new templates",
    )
    pet_late_cancel_hours = fields.Integer(
        string="Late Cancellation Window",
        help="Hours before a visit, proposed on new templates",
    )
    pet_renewal_reminder = fields.Boolean(
        string="Renewal Reminder", help="Mail customers whose plan is about to end"
    )
    pet_renewal_reminder_days = fields.Integer(string="Days Before the End", default=7)
    pet_last_sessions_reminder = fields.Boolean(
        string="Last Sessions Reminder",
        help="Mail customers who have used nearly all of a package",
    )
    pet_last_sessions_count = fields.Integer(string="Sessions Left", default=1)
    pet_visit_reminder = fields.Boolean(
        string="Visit Reminder", help="Mail customers before each visit"
    )
    pet_visit_reminder_hours = fields.Integer(string="Hours Before", default=24)
    pet_portal_changes = fields.Boolean(
        string="Changes by Customers",
        help="Let customers reschedule and cancel their visits in the portal, and ask "
        "to renew",
    )
    pet_portal_notice_hours = fields.Integer(string="Notice", default=24)

    @api.model
    def _get_pet_tz_selection(self):
        """Return the time zones that Odoo offers and the system knows."""
        return [(name, label) for name, label in _tz_get(self) if name in KNOWN_ZONES]

    @api.model
    def _get_first_known_tz(self, *names):
        """Return the first of some names that is a time zone to choose, else UTC."""
        known = dict(self._get_pet_tz_selection())
        return next((name for name in names if name in known), "UTC")

    @api.constrains("pet_tz")
    def _check_pet_tz(self):
        # The ORM does not look at the values of a selection that a method lists.
        known = dict(self._get_pet_tz_selection())
        for company in self:
            if company.pet_tz not in known:
                raise ValidationError(
                    self.env._(
                        "%(company)s: the system does not know the time zone %(zone)s.",
                        company=company.name,
                        zone=company.pet_tz,
                    )
                )

    def _default_pet_tz(self):
        return self._get_first_known_tz(self.env.user.tz)

    def _guess_pet_tz(self):
        """Return the time zone a shop most likely keeps, where it says none itself.

        That of the company's address, of its country if that has only one, of its
        administrator, else UTC.
        """
        self.ensure_one()
        zones = country_timezones.get(self.country_id.code or "", [])
        return self._get_first_known_tz(
            self.partner_id.tz,
            zones[0] if len(zones) == 1 else False,
            self.env.ref("base.user_admin").tz,
        )

    def write(self, vals):
        drafts = self._get_pet_drafts_in_currency() if "currency_id" in vals else {}
        result = super().write(vals)
        if "pet_tz" in vals:
            self._revive_pet_plans()
        for company, plans in drafts.items():
            plans.currency_id = company.currency_id
        return result

    def _get_pet_drafts_in_currency(self):
        """Return the drafts of plans that are in the currency of their company.

        They follow it: Odoo leaves the numbers of prices as they are, those of the
        catalogue too. Where somebody chose another currency, that stays.

        :return: dict, company -> `pet.plan` records
        """
        # The currency is the administrator's to set; plans of all companies follow.
        plans = self.env["pet.plan"]._sudo_clean()
        drafts = plans.search([("company_id", "in", self.ids), ("state", "=", "draft")])
        return drafts.filtered(
            lambda plan: plan.currency_id == plan.company_id.currency_id
        ).grouped("company_id")

    def _revive_pet_plans(self):
        """Let the plans go on that ended by the clock the shop had until now (X1)."""
        # The clock is the administrator's to set; status and ledger only follow it.
        plans = self.env["pet.plan"]._sudo_clean()
        for company in self:
            plans.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "expired"),
                    ("date_end", ">=", company._get_pet_today()),
                ]
            )._update_isolated()

    def _validate_locks(self, values):
        """Let no draft that waits for visits keep a period from being locked (C5)."""
        hard_lock_date = fields.Date.to_date(values.get("hard_lock_date"))
        if hard_lock_date:
            # Odoo checks the right to lock. The drafts that move out of the way have
            # no day yet; nothing else of their cycles changes.
            cycles = self.env["pet.cycle"]._sudo_clean()
            cycles._leave_locked_period(self, hard_lock_date)
        return super()._validate_locks(values)

    @api.model
    def _get_pet_shops(self):
        """Return the companies that jobs serve one by one: all, as they are few."""
        return self.search([])  # pylint: disable=no-search-all

    def _get_scoped(self, records):
        """Return records as a job sees them: with this company's clock and language.

        :param records: recordset of any model
        """
        self.ensure_one()
        context = {"tz": self.pet_tz}
        if self.partner_id.lang:
            context["lang"] = self.partner_id.lang
        return records.with_company(self).with_context(**context)

    def _get_pet_today(self):
        """Return today's date by the clock of the shop (X1).

        A form without a company goes by the clock of the one its user works in.
        """
        company = self or self.env.company
        return periods.local_day(fields.Datetime.now(), company.pet_tz)

    def _sql_pet_day(self, moment):
        """Return the `SQL` of the local day of a moment, by the clock of the shop.

        :param moment: `SQL` of a naive UTC timestamp
        """
        self.ensure_one()
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, self.pet_tz)

    def _format_pet_time(self, moment):
        """Return date and time of day by the clock of the shop, in words.

        Screens show times by the clock of the computer. Where that is another one, the
        text beside them says whose time it is: "Jan 5, 2026, 9:00 AM, Sao Paulo".

        :param moment: naive UTC datetime
        """
        self.ensure_one()
        day = format_day(self.env, periods.local_day(moment, self.pet_tz))
        time = format_time(self.env, moment, tz=self.pet_tz, time_format="short")
        if self._is_read_by_its_clock(moment):
            return f"{day}, {time}"
        return f"{day}, {time}, {self._get_pet_place()}"

    def _get_pet_place(self):
        """Return by what its time zone is known: "Sao Paulo"."""
        self.ensure_one()
        return self.pet_tz.rpartition("/")[2].replace("_", " ")

    def _is_read_by_its_clock(self, moment):
        """Tell whether the computer that asks has the shop's time, as far as it says.

        Odoo's pages tell the server the time zone of the browser, which the user's
        preferences need not know of. Jobs have no computer.

        :param moment: naive UTC datetime
        """
        self.ensure_one()
        tz = request.cookies.get("tz") if request else None
        return tz not in KNOWN_ZONES or periods.is_same_clock(moment, self.pet_tz, tz)
