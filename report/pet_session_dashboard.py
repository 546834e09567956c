from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

from ..models.formats import format_sessions
from ..models.windows import open_window

MEASURES = ("sold", "used", "expired", "no_show", "late")
CARDS = ("week_1", "not_renewed")
RATE_DAYS = 90


class PetSessionReport(models.Model):
    """The dashboard of the manager: few numbers, each with the list behind it (P4).

    A tile takes its number from the domain that its click lists, so that the two
    cannot disagree. Months go by the clock of the company one works in.
    """

    _inherit = "pet.session.report"

    @api.model
    def retrieve_dashboard(self):
        """Return what the dashboard shows, under the rights of whoever asks.

        :return: list of sections, dicts of `name`, `label` and `tiles`; a tile is a
            dict of `name`, `label`, `value` (text), `action` (the list behind it) and
            `before` (None, or the same of the month before: `label` and `action`)
        """
        self.browse().check_access("read")
        return [
            {
                "name": "sessions",
                "label": self.env._("Sessions This Month"),
                "tiles": self._get_session_tiles(),
            },
            {
                "name": "plans",
                "label": self.env._("Plans & Packages"),
                "tiles": [
                    self._get_rate_tile(),
                    *self._get_card_tiles(),
                    self._get_overdue_tile(),
                ],
            },
        ]

    def _prepare_tile(self, name, label, value, action, before=None):
        """Return a tile, see `retrieve_dashboard`."""
        return {
            "name": name,
            "label": label,
            "value": value,
            "action": action,
            "before": before,
        }

    # --- Sessions ------------------------------------------------------------------

    def _get_session_tiles(self):
        """Return a tile for each measure: of this month, and of the one before."""
        first = self.env.company._get_pet_today().replace(day=1)
        this_month = self._get_month_domain(first)
        last_month = self._get_month_domain(first - relativedelta(months=1))
        now, before = self._sum_measures(this_month), self._sum_measures(last_month)
        labels = self.fields_get(MEASURES, ["string"])
        return [
            self._prepare_tile(
                name,
                labels[name]["string"],
                format_sessions(self.env, now[name]),
                self._open_sessions(name, this_month),
                {
                    "label": self.env._(
                        "Last month: %(count)s",
                        count=format_sessions(self.env, before[name]),
                    ),
                    "action": self._open_sessions(name, last_month),
                },
            )
            for name in MEASURES
        ]

    def _get_month_domain(self, first):
        """Return the domain of the facts of a month.

        :param first: date, its first day
        """
        after = first + relativedelta(months=1)
        return Domain("date", ">=", first) & Domain("date", "<", after)

    def _sum_measures(self, domain):
        """Return the sessions of the facts of a domain: dict, measure -> number."""
        sums = [f"{name}:sum" for name in MEASURES]
        [row] = self._read_group(domain, [], sums)
        return {name: number or 0.0 for name, number in zip(MEASURES, row, strict=True)}

    def _open_sessions(self, measure, domain):
        """Return the list of the facts that make up a measure."""
        return self._open_list(
            "pet_plans.action_pet_session_report", domain & Domain(measure, "!=", 0)
        )

    # --- Plans -----------------------------------------------------------------------

    def _get_rate_tile(self):
        """Return the tile of the share of plans renewed, of those that ended lately."""
        today = self.env.company._get_pet_today()
        domain = Domain("date", ">=", today - timedelta(days=RATE_DAYS))
        renewals = self.env["pet.renewal.report"]
        [(ended, rate)] = renewals._read_group(
            domain, [], ["__count", "renewal_rate:avg"]
        )
        return self._prepare_tile(
            "renewal_rate",
            self.env._("Renewal rate, last %(days)s days", days=RATE_DAYS),
            self.env._(
                "%(rate)s%%", rate=format_sessions(self.env, rate, pattern="%.0f")
            )
            if ended
            else "–",
            self._open_list("pet_plans.action_pet_renewal_report", domain),
        )

    def _get_card_tiles(self):
        """Return the tiles of cards of the Plans screen: counts and domains are theirs.

        A card that somebody took out of the screen's search view has no tile.
        """
        plans = self.env["pet.plan"]
        counts, domains = plans.retrieve_dashboard(), plans._get_card_domains()
        buckets = plans._fields["expiry_bucket"]._description_selection(self.env)
        labels = dict(buckets)
        return [
            self._prepare_tile(
                name,
                labels[name],
                str(counts[name]),
                self._open_list("pet_plans.action_pet_plan", Domain(domains[name])),
            )
            for name in CARDS
            if name in counts
        ]

    def _get_overdue_tile(self):
        """Return the tile of the cycles whose invoices are overdue.

        Cycles, since a manager need not see invoices.
        """
        domain = Domain("is_overdue", "=", True)
        return self._prepare_tile(
            "overdue",
            self.env._("Overdue Invoices"),
            str(self.env["pet.cycle"].search_count(domain)),
            self._open_list("pet_plans.action_pet_cycle", domain),
        )

    def _open_list(self, xmlid, domain):
        """Return a window that shows a list of exactly what a domain finds.

        :param xmlid: external id of the window
        """
        action = open_window(self.env, xmlid, {}, list(domain))
        # The list comes first, whatever the window opens with.
        action["views"].sort(key=lambda view: view[1] != "list")
        return action
