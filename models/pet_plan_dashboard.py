from ast import literal_eval
from contextlib import suppress
from datetime import date, timedelta

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class PetPlan(models.Model):
    """The Plans screen: in how many days plans end, and its cards (X3, X4)."""

    _inherit = "pet.plan"

    expiry_bucket = fields.Selection(
        [
            ("not_renewed", "Not renewed"),
            ("week_1", "Ends within 1 week"),
            ("week_2", "Ends in 1 to 2 weeks"),
            ("month_1", "Ends in 2 weeks to 1 month"),
            ("later", "Ends in more than 1 month"),
        ],
        string="Ending",
        compute="_compute_expiry_bucket",
        search="_search_expiry_bucket",
    )

    is_latest = fields.Boolean(
        readonly=True,
        copy=False,
        help="No other plan of the same customer and pet ends later: if it is over, "
        "it was not renewed",
    )

    _not_renewed = models.Index(
        "(company_id, date_end) "
        "WHERE is_latest IS TRUE AND state IN ('active', 'expired')"
    )

    def write(self, vals):
        if not {"state", "date_end", "partner_id", "pet_id"} & vals.keys():
            return super().write(vals)
        customers = self.partner_id
        result = super().write(vals)
        self._mark_latest(customers | self.partner_id)
        return result

    @api.model
    def _mark_latest(self, customers):
        """Note which plan of each pet of these customers ends last (X4).

        One that still runs ends later than one that is over, so that today need not
        be asked, and the card can count an index. Only what changes is written: the
        nightly job, which ends plans and changes no order, waits for nobody who is at
        another plan of the customer. Plans of other companies do not count.

        :param customers: `res.partner` records
        """
        # Whoever changes one plan need not see the others: only their ends count.
        plans = (
            self.env["pet.plan"]
            .sudo()
            .search_fetch(
                [("partner_id", "in", customers.ids), ("state", "!=", "draft")],
                [
                    "partner_id",
                    "pet_id",
                    "company_id",
                    "state",
                    "date_end",
                    "is_given_away",
                ],
            )
        )
        latest = {}
        for plan in plans:
            if plan.state in ("active", "expired") and not plan.is_given_away:
                key = plan._get_renewal_key()
                latest[key] = max(plan, latest.get(key, plan), key=self._get_end_order)
        for plan in plans:
            is_latest = latest.get(plan._get_renewal_key()) == plan
            if plan.is_latest != is_latest:
                plan._unguarded().is_latest = is_latest

    def _get_renewal_key(self):
        """Return what a plan has in common with those that renew it (X4)."""
        self.ensure_one()
        return self.partner_id.id, self.pet_id.id, self.company_id.id

    @api.model
    def _get_end_order(self, plan):
        """Return the sort key of plans by their end; one without end is last."""
        return plan.date_end or date.max, plan.id

    @api.depends(
        "state",
        "date_end",
        "cancel_date",
        "company_id.pet_tz",
        "is_latest",
        "is_given_away",
    )
    def _compute_expiry_bucket(self):
        """By how many days are left, judged by dates (X1, X3, X4)."""
        for plan in self:
            plan.expiry_bucket = plan._get_running_bucket() or (
                plan._is_not_renewed() and "not_renewed"
            )

    def _is_not_renewed(self):
        """Tell whether the plan ended, and the customer has none after it (X4).

        Carried over plans stay out of the figures of renewals (K6).
        """
        self.ensure_one()
        return (
            self.state in ("active", "expired")
            and self._is_over()
            and self.is_latest
            and not self.is_carry_over
        )

    def _get_running_bucket(self):
        """Return the bucket of a plan that still runs (X3), or None."""
        self.ensure_one()
        if self.state not in ("active", "expired") or self.is_given_away:
            return None
        if not self.date_end or self.days_left > 30:
            return "later"
        if self.cancel_date:
            return None
        for bucket, last in (("week_1", 7), ("week_2", 14), ("month_1", 30)):
            if 0 <= self.days_left <= last:
                return bucket
        return None

    def _search_expiry_bucket(self, operator, value):
        if operator != "in":
            return NotImplemented
        companies = self.env.companies
        known = [name for name, __ in self._fields["expiry_bucket"].selection]
        domains = {
            name: self._get_bucket_domain(name, companies)
            for name in known
            if name in value or False in value
        }
        found = Domain.OR(domains[name] for name in domains if name in value)
        return found | ~Domain.OR(domains.values()) if False in value else found

    @api.model
    def _get_bucket_domain(self, bucket, companies):
        """Return the domain of one card of the Plans screen (X3, X4).

        :param bucket: value of `expiry_bucket`
        :param companies: companies to look at, each by its own clock
        """
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("active", "expired"))
            & self._get_bucket_dates(bucket, company._get_pet_today())
            for company in companies
        )

    @api.model
    def _get_bucket_dates(self, bucket, today):
        """Return the condition on the dates of a bucket (X3, X4)."""
        if bucket == "not_renewed":
            # Carried over plans stay out of the figures of renewals (K6).
            return (
                Domain("date_end", "<", today)
                & Domain("is_carry_over", "=", False)
                & Domain("is_latest", "=", True)
            )
        first, last = {
            "week_1": (0, 7),
            "week_2": (8, 14),
            "month_1": (15, 30),
            "later": (31, None),
        }[bucket]
        ends = Domain("date_end", ">=", today + timedelta(days=first))
        if last is None:
            return ends | Domain("date_end", "=", False)
        # Of one that is cancelled ahead nobody is to be asked for a renewal (X7).
        ends &= Domain("cancel_date", "=", False)
        # One that was given away ended today at the earliest (X10).
        here = Domain("is_given_away", "=", False) if not first else Domain.TRUE
        return here & ends & Domain("date_end", "<=", today + timedelta(days=last))

    @api.model
    def retrieve_dashboard(self, domain=None):
        """Return the counts of the cards of the Plans screen (X3).

        The counts take the domains of the search view's own filters, so that a card
        never disagrees with the list that its click shows; one query for all of them.

        :param domain: list, what the screen is limited to, such as one customer's
        :return: dict, name of a filter of the search view -> number of plans
        :raises UserError: when the domain is none
        """
        self.browse().check_access("read")
        try:
            queries = {
                name: self._search(Domain(domain or []) & Domain(card))
                for name, card in self._get_card_domains().items()
            }
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("This is no domain of plans: %(domain)s", domain=domain)
            ) from error
        if not queries:
            return {}
        counts = SQL(", ").join(
            SQL("(%s) AS %s", query.select(SQL("COUNT(*)")), SQL.identifier(name))
            for name, query in queries.items()
        )
        [row] = self.env.execute_query_dict(SQL("SELECT %s", counts))
        return row

    @api.model
    def _get_cards(self):
        """Return the names of the search view's filters that are cards, in order."""
        return ("not_renewed", "week_1", "week_2", "month_1", "later", "active")

    @api.model
    def _get_card_domains(self):
        """Return the domain of each card, as the search view has it (X3).

        A filter that somebody removed from the view, or gave a domain that only the
        client can tell, has no card.
        """
        xmlid = "pet_plans.pet_plan_view_search"
        view_id = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        arch = etree.fromstring(self.get_view(view_id, "search")["arch"])
        domains = {}
        for name in self._get_cards():
            card = arch.find(f".//filter[@name='{name}']")
            if card is None:
                continue
            with suppress(SyntaxError, ValueError):
                domains[name] = literal_eval(card.get("domain") or "[]")
        return domains
