import json
from collections import defaultdict
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..lib import deferral
from .formats import format_day
from .windows import open_window


class PetLiability(models.Model):
    """Deferring the revenue of a period's end by a journal entry (P8).

    As Odoo's own "manually and grouped" deferral does it: one entry on the last day
    takes what is not earned from the income accounts to the account of the settings,
    and its reversal gives it back the next day. At each month's end that account holds
    the liability, and over the life of a plan the entries add up to zero.
    """

    _inherit = "pet.liability"

    deferral_move_ids = fields.One2many(
        "account.move",
        "pet_liability_id",
        string="Deferral Entries",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The entries that defer this liability, with their reversals",
    )
    # How many and how far is no secret to managers, who may not read entries.
    deferral_count = fields.Integer(
        string="Number of Deferral Entries",
        compute="_compute_deferral",
        compute_sudo=True,
    )
    deferral_status = fields.Char(
        string="Deferral",
        compute="_compute_deferral",
        compute_sudo=True,
        help="How far the entry and its reversal are, such as: 1 posted, 1 draft",
    )

    @api.depends("deferral_move_ids.state", "deferral_move_ids.reversal_move_ids.state")
    def _compute_deferral(self):
        labels = dict(
            self.env["account.move"]._fields["state"]._description_selection(self.env)
        )
        for liability in self:
            standing = liability._get_standing_deferrals()
            by_state = standing.grouped("state")
            liability.deferral_count = len(liability.deferral_move_ids)
            liability.deferral_status = ", ".join(
                self.env._(
                    "%(count)s %(state)s",
                    count=len(by_state[state]),
                    state=labels[state].lower(),
                )
                for state in ("posted", "draft")
                if state in by_state
            )

    # --- What stands ---------------------------------------------------------

    def _get_standing_deferrals(self):
        """Return the entries and reversals that are neither cancelled nor undone."""
        return self.deferral_move_ids.filtered(
            lambda move: move._is_standing_pet_deferral()
        ).sorted(lambda move: (move.date, move.id))

    def _is_deferred(self):
        """Tell whether a posted entry defers this liability, and is not undone."""
        self.ensure_one()
        entries = self._get_standing_deferrals()._get_pet_deferrals()
        return "posted" in entries.mapped("state")

    def _check_may_refresh(self):
        """Keep the numbers that an entry was made of, as long as it stands (P8).

        :raises UserError: naming the entry
        """
        # Managers may change reports, and learn by which entry one is held.
        for liability in self.sudo():
            standing = liability._get_standing_deferrals()
            if standing:
                raise UserError(
                    self.env._(
                        "The numbers of %(period)s are those of %(moves)s. To "
                        "compute them again, delete, cancel or reverse them first.",
                        period=liability.display_name,
                        moves=", ".join(standing.mapped("display_name")),
                    )
                )
        return super()._check_may_refresh()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_deferred(self):
        """Keep what entries were made of; the database would not say which (P8)."""
        # As above: managers may delete reports.
        for liability in self.sudo():
            if liability.deferral_move_ids:
                raise UserError(
                    self.env._(
                        "%(period)s cannot be deleted: %(moves)s were made of it.",
                        period=liability.display_name,
                        moves=", ".join(
                            liability.deferral_move_ids.mapped("display_name")
                        ),
                    )
                )

    # --- May it be deferred? -------------------------------------------------

    def _check_deferrable(self):
        """Refuse what cannot be deferred, before anything is written (P8).

        :raises AccessError: for who may not make entries
        :raises UserError: without settings, before the period is over, in a locked
            period, or the second time
        """
        self.env["account.move"].check_access("create")
        for liability in self:
            liability._check_deferral_settings()
            liability._check_deferral_day()
            liability._check_deferred_once()

    def _check_deferral_settings(self):
        self.ensure_one()
        if not all(self.company_id._get_pet_deferral_settings()):
            raise UserError(
                self.env._(
                    "%(company)s defers no revenue yet: choose the account and the "
                    "journal for it in Pet Plans > Configuration > Settings > Deferred "
                    "Revenue.",
                    company=self.company_id.name,
                )
            )

    def _check_deferral_day(self):
        self.ensure_one()
        if self.date_to > self.company_id._get_pet_today():
            raise UserError(
                self.env._(
                    "%(period)s is not over: until %(day)s sessions may still be used.",
                    period=self.display_name,
                    day=format_day(self.env, self.date_to),
                )
            )
        __, journal = self.company_id._get_pet_deferral_settings()
        locks = self.company_id._get_violated_lock_dates(self.date_to, False, journal)
        if locks:
            self.company_id._refuse_pet_locked_day(self._get_deferral_label(), locks)

    def _check_deferred_once(self):
        """Refuse to defer days that are deferred already.

        Whoever defers them at the same time sees nothing of it yet. But the numbers
        are taken next, and of two who do so one is tried again: `_claim`.
        """
        self.ensure_one()
        overlapping = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_from", "<=", self.date_to),
                ("date_to", ">=", self.date_from),
            ]
        )
        for liability in overlapping:
            standing = liability._get_standing_deferrals()
            if standing:
                raise UserError(
                    self.env._(
                        "%(period)s is deferred already, by %(moves)s. Delete, cancel "
                        "or reverse them to defer it again.",
                        period=liability.display_name,
                        moves=", ".join(standing.mapped("display_name")),
                    )
                )

    def _check_deferral_is_current(self):
        """Refuse to post a deferral whose numbers are not those of today (P8).

        Between the draft and its posting somebody may have served a visit of the
        period, or posted an invoice: once it is posted, that counts later.

        :raises UserError: naming the period and both amounts
        """
        for liability in self:
            before, total = liability._get_deferrable(), liability.liability_total
            liability._take_numbers()
            if liability._get_deferrable() != before:
                raise UserError(
                    self.env._(
                        "%(period)s has changed since this entry was made, from "
                        "%(before)s to %(now)s: delete the entry, and defer the period "
                        "again.",
                        period=liability.display_name,
                        before=liability.currency_id.format(total),
                        now=liability.currency_id.format(liability.liability_total),
                    )
                )

    # --- What is deferred ----------------------------------------------------

    def _get_deferrable(self):
        """Return what is prepaid at the end of the period and not earned.

        Revenue that is not billed yet and what was carried over stay out (P7).

        :return: dict, (`pet.plan` record, `product.product` record) -> amount
        """
        self.ensure_one()
        return {
            (plan, product): closing
            for plan, product, closing in self.env["pet.liability.line"]._read_group(
                [
                    ("liability_id", "=", self.id),
                    ("section", "=", "prepaid"),
                    ("closing", ">", 0),
                ],
                ["plan_id", "product_id"],
                ["closing:sum"],
            )
        }

    def _propose_deferral(self):
        """Return the lines of the entry: income accounts against the deferred one (P8).

        :return: list of dicts: `account_id`, `name`, `analytic_distribution` (dict or
            False), `balance` in the currency of the company; empty if nothing is left
        """
        self.ensure_one()
        amounts, counts = self._sum_by_income_account()
        total = self.currency_id.round(sum(amounts.values()))
        if not total:
            return []
        account, __ = self.company_id._get_pet_deferral_settings()
        codes = {
            income.id: income.code or ""
            for income in self.env["account.account"].browse(key[0] for key in amounts)
        }
        return [
            *(
                {
                    "account_id": key[0],
                    "name": self._get_deferral_line_label(counts[key]),
                    "analytic_distribution": bool(key[1]) and json.loads(key[1]),
                    "balance": amounts[key],
                }
                for key in sorted(amounts, key=lambda key: (codes[key[0]], *key))
            ),
            {
                "account_id": account.id,
                "name": self._get_deferral_label(),
                "analytic_distribution": False,
                "balance": -total,
            },
        ]

    def _sum_by_income_account(self):
        """Return what is deferred by income account and analytic distribution.

        :return: dict, (account id, analytic distribution as JSON) -> amount, and dict,
            the same -> number of plans
        """
        deferrable = self._get_deferrable()
        shares = self._get_income_shares(deferrable)
        amounts, plans = defaultdict(float), defaultdict(set)
        for (plan, product), closing in deferrable.items():
            parts = deferral.divide(
                closing, shares[plan, product], self.currency_id.rounding
            )
            for key, part in parts.items():
                amounts[key] += part
                plans[key].add(plan)
        return (
            {key: self.currency_id.round(amount) for key, amount in amounts.items()},
            {key: len(of_key) for key, of_key in plans.items()},
        )

    def _get_income_shares(self, services):
        """Return by which accounts each service was billed, and how much by each.

        Of a plan that bills nothing of it itself those of the plan count whose sessions
        it has; without any the account that the service has today.

        :param services: iterable of (`pet.plan` record, `product.product` record)
        :return: dict, the same -> dict, (account id, analytic distribution as JSON) ->
            what was billed less what was refunded
        """
        shares, missing = {}, {service: service[0] for service in services}
        while missing:
            billed = self._read_billed(self.env["pet.plan"].union(*missing.values()))
            behind = {}
            for service, plan in missing.items():
                product = service[1]
                if deferral.can_carry(billed[plan.id, product.id].values()):
                    shares[service] = billed[plan.id, product.id]
                elif giver := plan.transferred_from_id or plan.renewal_of_id:
                    behind[service] = giver
                else:
                    shares[service] = {(self._get_income_account(product), ""): 1.0}
            missing = behind
        return shares

    def _read_billed(self, plans):
        """Return what the invoices of plans book on which accounts, in one query.

        Posted ones through the end of the period, less their credit notes, before tax
        and in the currency of the company: an invoice in another currency counts by
        the rate of its day, as in the books.

        :param plans: `pet.plan` records
        :return: defaultdict, (plan id, product id) -> dict, (account id, analytic
            distribution as JSON) -> amount
        """
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model(["pet_plan_id", "reversed_entry_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(move.pet_plan_id, origin.pet_plan_id),
                       line.product_id,
                       line.account_id,
                       COALESCE(line.analytic_distribution::text, ''),
                       SUM(-line.balance)
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
             LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
                 WHERE COALESCE(move.pet_plan_id, origin.pet_plan_id) IN %(plans)s
                   AND line.display_type = 'product'
                   AND line.parent_state = 'posted'
                   AND line.date <= %(date_to)s
              GROUP BY 1, 2, 3, 4
                """,
                plans=tuple(plans.ids),
                date_to=self.date_to,
            )
        )
        billed = defaultdict(dict)
        for plan_id, product_id, account_id, analytic, amount in rows:
            billed[plan_id, product_id][account_id, analytic] = self.currency_id.round(
                amount
            )
        return billed

    def _get_income_account(self, product):
        """Return the id of the income account that a service has today.

        :raises UserError: naming the service, when it has none
        """
        product = product.with_company(self.company_id)
        self.env["account.move"].with_company(
            self.company_id
        )._check_pet_income_accounts(product)
        return product._get_product_accounts()["income"].id

    # --- The entries ---------------------------------------------------------

    def action_open_deferral(self):
        """Open the dialog that shows the entry before it is made (P8).

        :return: the action that opens it
        :raises AccessError, UserError: see `_check_deferrable`
        """
        self.ensure_one()
        self._check_deferrable()
        self.action_refresh()
        return open_window(
            self.env,
            "pet_plans.action_pet_liability_defer",
            {"default_liability_id": self.id},
        )

    def action_defer(self):
        """Make the draft entries that defer these liabilities, with reversals (P8).

        The numbers are computed anew first. Nothing is posted.

        :return: the action that lists the entries
        :raises AccessError, UserError: see `_check_deferrable`; and when there is
            nothing to defer
        """
        for liability in self:
            liability._check_deferrable()
            liability.action_refresh()
            liability._create_deferral()
        return self.action_view_deferral_entries()

    def action_view_deferral_entries(self):
        """Open the entries and reversals of these liabilities (P8)."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "domain": [("id", "in", self.deferral_move_ids.ids)],
            "views": [
                (self.env.ref("account.view_move_tree").id, "list"),
                (False, "form"),
            ],
            # After the tuples, whose first text Odoo would export as a term too
            "name": self.env._("Deferral Entries"),
            "context": {"create": False},
        }

    def _create_deferral(self):
        """Create the entry and its reversal, in draft.

        :raises UserError: when there is nothing to defer
        """
        self.ensure_one()
        lines = self._propose_deferral()
        if not lines:
            raise UserError(
                self.env._(
                    "%(period)s: there is nothing to defer, no plan has prepaid "
                    "sessions left on %(day)s.",
                    period=self.display_name,
                    day=format_day(self.env, self.date_to),
                )
            )
        moves = self.env["account.move"]._with_clean_context()._unguarded()
        entry = moves.create(self._prepare_deferral_vals(lines))
        entry._reverse_moves([self._prepare_deferral_reversal_vals()])

    def _prepare_deferral_vals(self, lines):
        """Return the values of the entry, in the currency of the company.

        :param lines: list of dicts, of `_propose_deferral`
        """
        __, journal = self.company_id._get_pet_deferral_settings()
        return {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": journal.id,
            "currency_id": self.currency_id.id,
            "date": self.date_to,
            "ref": self._get_deferral_label(),
            "pet_liability_id": self.id,
            "line_ids": [
                Command.create(
                    {
                        **line,
                        "currency_id": self.currency_id.id,
                        "amount_currency": line["balance"],
                        # The taxes of an account are those of what is sold.
                        "tax_ids": [Command.clear()],
                    }
                )
                for line in lines
            ],
        }

    def _prepare_deferral_reversal_vals(self):
        """Return what the reversal has of its own."""
        return {
            "date": self.date_to + timedelta(days=1),
            "ref": self.env._("Reversal of: %(ref)s", ref=self._get_deferral_label()),
            "pet_liability_id": self.id,
        }

    def _get_deferral_label(self):
        """Return what the entry is for, in words."""
        self.ensure_one()
        return self.env._(
            "Deferred revenue of pet plans, %(period)s", period=self.display_name
        )

    def _get_deferral_line_label(self, count):
        """Return what a line of the entry is for, in words.

        :param count: number of plans
        """
        if count == 1:
            return self.env._("%(label)s: 1 plan", label=self._get_deferral_label())
        return self.env._(
            "%(label)s: %(count)s plans", label=self._get_deferral_label(), count=count
        )
