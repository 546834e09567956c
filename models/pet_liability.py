from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, float_is_zero

from .formats import format_day, format_month
from .liability_query import LiabilityQuery
from .pet_liability_line import MONEY, MOVES, SESSIONS
from .windows import open_window

# What the numbers depend on: another period, or another company, has others.
SCOPE = {"date_from", "date_to", "company_id"}


def total_of(string):
    """Return the field of the sum of a column: of what was sold, not carried over."""
    return fields.Monetary(string=string, compute="_compute_totals")


class PetLiability(models.Model):
    """What a shop owes in unused sessions, from one day to another (P7).

    The numbers are taken when the record is made, when its period or its company is
    changed, and by `action_refresh`. All of them are sums of dated facts, so the
    closing of a period is the opening of the next.
    """

    _name = "pet.liability"
    _description = "Unused Sessions Liability"
    _inherit = ["pet.guard.mixin"]
    _order = "date_to desc, id desc"
    _guarded_fields = frozenset(
        {"name", "line_ids", "refresh_date", "billed_to_date", "deferral_move_ids"}
    )

    # Kept in the language of who made it, so that it is found by it.
    name = fields.Char(compute="_compute_name", store=True)
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._default_date_to()
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "pet.liability.line", "liability_id", string="Plans", readonly=True, copy=False
    )
    refresh_date = fields.Datetime(string="Numbers Of", readonly=True, copy=False)
    billed_to_date = fields.Monetary(
        readonly=True,
        copy=False,
        help="What plans have billed through the last day, less credit notes",
    )
    opening_total = total_of("Opening")
    billed_total = total_of("Billed")
    used_total = total_of("Used")
    expired_total = total_of("Expired")
    refunded_total = total_of("Refunded")
    transferred_total = total_of("Transferred")
    closing_total = total_of("Closing")
    liability_total = fields.Monetary(
        string="Liability",
        compute="_compute_totals",
        help="Of what is billed, the part not used yet: the lines above zero",
    )
    unbilled_total = fields.Monetary(
        string="Revenue Not Billed Yet",
        compute="_compute_totals",
        help="Of what is used, the part not billed yet: the lines below zero",
    )
    carried_over_total = fields.Monetary(
        string="Carried Over",
        compute="_compute_totals",
        help="Value of the sessions left of packages of another software: in none of "
        "the other totals",
    )
    ledger_difference = fields.Monetary(
        string="Difference from Invoicing",
        compute="_compute_ledger_difference",
        compute_sudo=True,  # sums of invoices, for who may not open each
        help="What the invoices of plans have in Odoo's own ledger, less what is "
        "billed and refunded here; of the period, or through its last day",
    )
    agreement = fields.Char(
        compute="_compute_ledger_difference",
        compute_sudo=True,
        string="Agrees with Invoicing",
    )

    _period_in_order = models.Constraint(
        "CHECK(date_from <= date_to)",
        "The first day of a period cannot be after its last.",
    )

    def _default_company_id(self):
        return self.env.company

    def _default_date_from(self):
        return fields.Date.start_of(self._default_date_to(), "month")

    def _default_date_to(self):
        """Return the last day of last month, by the clock of the shop."""
        today = self.env.company._get_pet_today()
        return fields.Date.subtract(fields.Date.start_of(today, "month"), days=1)

    # --- Name and totals ---------------------------------------------------------

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for liability in self:
            liability.name = liability._get_period_label()

    def _get_period_label(self):
        """Return the period in words: a month by its name, else its days."""
        self.ensure_one()
        first, last = self.date_from, self.date_to
        if not first or not last:
            return ""
        if first == fields.Date.start_of(first, "month") and last == (
            fields.Date.end_of(first, "month")
        ):
            return format_month(self.env, first)
        return f"{format_day(self.env, first)} - {format_day(self.env, last)}"

    @api.depends("line_ids.closing", "line_ids.section")
    def _compute_totals(self):
        """Add up the lines in the database: there may be very many."""
        columns = self._sum_lines([("section", "=", "prepaid")], *MONEY)
        above = self._sum_lines([("section", "=", "prepaid"), ("closing", ">", 0)])
        below = self._sum_lines([("section", "=", "prepaid"), ("closing", "<", 0)])
        apart = self._sum_lines([("section", "=", "carried_over")])
        for liability in self:
            own = liability._origin.id
            for name in MONEY:
                liability[f"{name}_total"] = columns[own, name]
            liability.liability_total = above[own, "closing"]
            liability.unbilled_total = -below[own, "closing"]
            liability.carried_over_total = apart[own, "closing"]

    @api.depends("line_ids.billed", "line_ids.refunded", "billed_to_date")
    @api.depends_context("lang")
    def _compute_ledger_difference(self):
        """Compare with Odoo's ledger as it is now, whenever somebody looks (P7)."""
        sums = self._get_ledger_sums()
        for liability in self:
            movement, balance = sums.get(liability._origin.id, (0.0, 0.0))
            found = (
                balance - liability.billed_to_date,
                movement - liability.billed_total + liability.refunded_total,
            )
            liability.ledger_difference = next(
                (one for one in found if not float_is_zero(one, precision_digits=4)),
                0.0,
            )
            liability.agreement = liability._get_agreement()

    def _get_agreement(self):
        """Return whether the report agrees with Odoo's ledger, as a sentence."""
        self.ensure_one()
        if not self.ledger_difference:
            return self.env._("Agrees with Invoicing")
        return self.env._(
            "Differs from Invoicing by %(amount)s",
            amount=self.currency_id.format(self.ledger_difference),
        )

    def _get_ledger_sums(self):
        """Return what the invoices of plans come to in Odoo's own ledger, untaxed.

        From the journal items of posted entries and nothing else, so that it can tell
        when the report is wrong.

        :return: dict, id -> amounts: of the period, and through its last day
        """
        saved = self._origin
        if not saved:
            return {}
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        saved.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                WITH billed AS (
                    SELECT item.company_id, item.date, SUM(-item.balance) AS amount
                      FROM account_move_line item
                      JOIN account_move move ON move.id = item.move_id
                 LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
                      JOIN pet_plan plan
                        ON plan.id = COALESCE(move.pet_plan_id, origin.pet_plan_id)
                     WHERE item.parent_state = 'posted'
                       AND item.tax_line_id IS NULL
                       AND item.display_type NOT IN ('payment_term', 'tax')
                       AND plan.is_carry_over IS NOT TRUE
                     GROUP BY item.company_id, item.date
                )
                SELECT report.id,
                       COALESCE(SUM(billed.amount) FILTER (
                           WHERE billed.date >= report.date_from), 0)::float,
                       COALESCE(SUM(billed.amount), 0)::float
                  FROM pet_liability report
                  JOIN billed
                    ON billed.company_id = report.company_id
                   AND billed.date <= report.date_to
                 WHERE report.id IN %s
                 GROUP BY report.id
                """,
                saved._ids,
            )
        )
        return {report_id: (movement, balance) for report_id, movement, balance in rows}

    def _sum_lines(self, domain, *names):
        """Return the sums of some columns of the lines.

        :param domain: which lines
        :param names: of the columns; the closing by default
        :return: defaultdict, (id of the liability, name) -> amount
        """
        names = names or ("closing",)
        sums = defaultdict(float)
        for liability, *amounts in self.env["pet.liability.line"]._read_group(
            Domain("liability_id", "in", self.ids) & Domain(domain),
            ["liability_id"],
            [f"{name}:sum" for name in names],
        ):
            for name, amount in zip(names, amounts, strict=True):
                sums[liability.id, name] = amount
        return sums

    # --- The numbers -------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        liabilities = super().create(vals_list)
        liabilities._take_numbers()
        return liabilities

    def write(self, vals):
        changed = self.browse() if SCOPE.isdisjoint(vals) else self
        changed._check_may_refresh()
        result = super().write(vals)
        changed._take_numbers()
        return result

    def action_refresh(self):
        """Take the numbers anew, from what stands in the books now (P7).

        :return: True
        :raises UserError: when a deferral of these numbers was posted (P8)
        """
        self.check_access("write")
        self._check_may_refresh()
        self._take_numbers()
        return True

    def action_view_lines(self):
        """Open the plans of the period: a list to group, a pivot, an export."""
        self.ensure_one()
        return open_window(
            self.env,
            "pet_plans.action_pet_liability_line",
            {"search_default_group_template": 1},
            [("liability_id", "=", self.id)],
        )

    def _check_may_refresh(self):
        """Refuse to take numbers anew on which something stands; a hook (P8).

        :raises UserError: naming the records
        """

    def _take_numbers(self):
        """Fill the lines from what stands in the books now, in one pass each (P7)."""
        # Who may make the report need not read all it is made from: a sum per service.
        for liability in self._sudo_clean():
            company = liability.company_id
            self.env["pet.consumption"]._sudo_clean()._update(company)
            query = LiabilityQuery(
                company,
                [fields.Date.subtract(liability.date_from, days=1), liability.date_to],
            )
            [[billed]] = self.env.execute_query(liability._sql_lines(query.balances()))
            liability._unguarded().write(
                {"refresh_date": fields.Datetime.now(), "billed_to_date": billed}
            )
        self.invalidate_recordset()
        self.env["pet.liability.line"].invalidate_model()

    def _sql_lines(self, balances):
        """Return the statement that puts lines in the place of those there are.

        A column is the difference of two balances, so each line adds up to the cent.
        The statement returns what was billed through the last day, less credits.

        :param balances: `SQL` of `LiabilityQuery.balances`
        """
        self.ensure_one()
        sums = [
            SQL("SUM(%s) FILTER (WHERE n = 0)", self._sql_closing("")),
            *(self._sql_change(name) for name in MOVES),
            SQL("SUM(%s) FILTER (WHERE n = 1)", self._sql_closing("")),
            SQL("SUM(%s) FILTER (WHERE n = 0)", self._sql_closing("_sessions")),
            *(self._sql_change(f"{name}_sessions") for name in MOVES),
            SQL("SUM(%s) FILTER (WHERE n = 1)", self._sql_closing("_sessions")),
        ]
        columns = [*MONEY, *SESSIONS]
        return SQL(
            """
            WITH cleared AS (
                DELETE FROM pet_liability_line WHERE liability_id = %(id)s
            ), found AS (
                SELECT plan_id, NULLIF(product_id, 0) AS product_id, %(sums)s,
                       SUM(billed - refunded) FILTER (WHERE n = 1) AS billed_to_date
                  FROM (%(balances)s) AS balances
                 GROUP BY plan_id, product_id
            ), added AS (
                INSERT INTO pet_liability_line (
                    liability_id, company_id, section, plan_id, product_id, partner_id,
                    template_id, %(columns)s,
                    create_uid, write_uid, create_date, write_date
                )
                SELECT %(id)s, plan.company_id,
                       CASE WHEN plan.is_carry_over THEN 'carried_over' ELSE 'prepaid'
                       END,
                       plan.id, found.product_id, plan.partner_id, plan.template_id,
                       %(columns)s, %(user)s, %(user)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM found
                  JOIN pet_plan plan ON plan.id = found.plan_id
                 WHERE (%(columns)s) != (%(nothing)s)
                 ORDER BY plan.id
            )
            SELECT COALESCE(SUM(found.billed_to_date), 0)::float
              FROM found
         LEFT JOIN pet_plan plan ON plan.id = found.plan_id
             WHERE plan.is_carry_over IS NOT TRUE
            """,
            id=self.id,
            user=self.env.uid,
            balances=balances,
            sums=SQL(", ").join(
                SQL("%s AS %s", total, SQL.identifier(column))
                for total, column in zip(sums, columns, strict=True)
            ),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            nothing=SQL(", ").join([SQL("0")] * len(columns)),
        )

    @api.model
    def _sql_closing(self, suffix):
        """Return what is left of a row of balances.

        :param suffix: of its columns: "" for money, "_sessions"
        """
        names = [SQL.identifier(f"{name}{suffix}") for name in MOVES]
        return SQL("%s - %s - %s - %s + %s", *names)

    @api.model
    def _sql_change(self, name):
        """Return by how much a column of the balances grew in the period."""
        column = SQL.identifier(name)
        return SQL("SUM(CASE n WHEN 1 THEN %s ELSE -%s END)", column, column)
