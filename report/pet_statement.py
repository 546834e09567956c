from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount

from ..models.plan_rows import PlanRows

COUNTERS = {
    "total": "total",
    "used": "used",
    "booked": "booked",
    "to_book": "remaining",
    "expired": "expired",
    "left": "left",
}
# Whose something of a plan is
OWNERS = {
    "pet.appointment": "partner_id",
    "pet.cycle": "invoice_id.partner_id",
    "pet.plan.entry": "appointment_id.partner_id",
}


class Statement(PlanRows):
    """What is printed of plans, and of their cycles, for customers of one language.

    All that it tells is text, by the clock of the shop and in the language of its
    environment. Of a plan that was given away before it was used, what its owner of
    then cancelled or pays is left out, as in the portal.
    """

    def __init__(self, plans):
        """Read some plans, whose customers all get them in the environment's language.

        :param plans: `pet.plan` records
        """
        super().__init__(plans.env)
        self._read(plans)
        numbered = self.env["pet.appointment"].union(*self.visits.values())
        self.shown_visits = self._number(numbered)
        self._read_dues(plans)

    def _read_dues(self, plans):
        """Read what is left to pay of posted invoices, less what was credited."""
        # The counter prints what a customer owes of a plan that it may see, without
        # the right to see the invoices.
        moves = self.env["account.move"].sudo()
        self.dues = moves.search(
            Domain("pet_plan_id", "in", plans.ids)
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & moves._get_pet_unpaid_domain()
        ).filtered(
            lambda move: (
                move.commercial_partner_id
                == move.pet_plan_id.partner_id.commercial_partner_id
            )
        )
        self.dues_of_cycles = self.dues.grouped("pet_cycle_id")
        self.dues_of_plans = self.dues.grouped("pet_plan_id")

    def get_plan(self, plan):
        """Return the statement of a plan: counters, visits, ledger, invoices, due.

        :param plan: one of the `pet.plan` records that were read
        """
        visits = self.shown_visits.get(plan, self.env["pet.appointment"])
        return {
            **self._get_top(plan),
            "name": plan.name,
            "lines": self._get_counters(plan),
            "has_expired": any(plan.line_ids.mapped("expired")),
            "cycles": self._get_bills(self.cycles.get(plan, ())),
            "visits": self._get_visits(visits),
            "entries": self._get_ledger(plan),
            "due": self._format_due(plan, self.dues_of_plans.get(plan, ())),
        }

    def get_cycle(self, cycle):
        """Return the statement of a cycle: what it entitles to, visits, invoice, due.

        :param cycle: `pet.cycle` record, of one of the plans that were read
        """
        return {
            **self._get_top(cycle.plan_id),
            "name": cycle.display_name,
            "services": self._get_entitled(cycle),
            "cycles": self._get_bills(cycle),
            "visits": self._get_visits(self.visits_of_cycles[cycle]),
            "due": self._format_due(cycle, self.dues_of_cycles.get(cycle, ())),
        }

    # --- Whose is what -------------------------------------------------------------

    def _select(self, records):
        if records._name != "pet.appointment":
            return records  # they count in balances and numbers, whosever they are
        return records.filtered(self._is_own)

    @staticmethod
    def _is_own(record):
        """Tell whether something of a plan is the plan's owner's, or nobody's."""
        # A customer may not see what is others', but whose it is has to be read.
        record = record.sudo()
        owners = record.mapped(OWNERS[record._name]).commercial_partner_id
        return owners <= record.plan_id.partner_id.commercial_partner_id

    # --- What is shown ---------------------------------------------------------------

    def _get_top(self, plan):
        """Return what stands on top of both statements."""
        shop = plan.company_id
        kinds = dict(plan._fields["kind"]._description_selection(self.env))
        return {
            "lang": self.env.lang,
            "shop": {"name": shop.name, "phone": shop.phone, "email": shop.email},
            "day": self._format(shop._get_pet_today()),
            "kind": kinds[plan.kind],
            "title": plan.title or plan.name,
            "pet": plan.pet_id.name or self.env._("All pets"),
            "state": self._get_state_label(plan),
            "end": self._get_end(plan),
        }

    def _get_counters(self, plan):
        """Return the counters of each service: its lines are one balance (S12)."""
        return [
            {
                "service": self._get_services(product),
                **{
                    name: self._format_sessions(sum(lines.mapped(field)))
                    for name, field in COUNTERS.items()
                },
                **plan._say_unlimited(lines),
            }
            for product, lines in plan.line_ids.grouped("product_id").items()
        ]

    def _get_ledger(self, plan):
        """Return the entries of a plan, each with what was left of its service."""
        rows, balances = [], defaultdict(float)
        for entry in reversed(self.entries.get(plan, self.env["pet.plan.entry"])):
            balances[entry.product_id] += entry.quantity
            if self._is_own(entry) and entry._is_told():
                balance = entry._format_balance(balances[entry.product_id])
                rows.append({**self._get_entry(entry), "balance": balance})
        return rows

    def _get_bills(self, cycles):
        return [self._get_cycle(cycle) for cycle in cycles if self._is_own(cycle)]

    def _get_visits(self, visits):
        return [self._get_visit(visit) for visit in reversed(visits)]

    def _get_cycle(self, cycle):
        row = super()._get_cycle(cycle)
        return {
            **row,
            "place": self.env._(
                "%(number)s of %(count)s",
                number=cycle.sequence,
                count=len(self.cycles[cycle.plan_id]),
            ),
            "period": self._get_period(cycle),
            "status": self.env._("Overdue") if row["is_overdue"] else row["status"],
            "left": self._format_due(cycle, self.dues_of_cycles.get(cycle, ())),
        }

    def _get_period(self, cycle):
        if not cycle.date_from:
            return ""
        return self.env._(
            "%(first)s to %(last)s",
            first=self._format(cycle.date_from),
            last=self._format(cycle.date_to),
        )

    def _get_entitled(self, cycle):
        """Return the sessions of each service that a cycle entitles to (S4, S5)."""
        siblings = self.cycles[cycle.plan_id]
        place = siblings.ids.index(cycle.id)
        return [
            {
                "service": self._get_services(line.product_id),
                "sessions": line.left_label
                if line.is_unlimited
                else self._format_sessions(shares[place]),
            }
            for line, shares in cycle.plan_id._get_shares(
                siblings.mapped("capacity")
            ).items()
            if shares[place]
        ]

    def _format_due(self, record, moves):
        """Return what is left to pay, in the currency of each invoice.

        :param record: plan or cycle, in whose currency nothing is 0
        :param moves: open invoices and credit notes
        """
        amounts = defaultdict(float)
        for move in moves:
            amounts[move.currency_id] -= move.direction_sign * move.amount_residual
        return " + ".join(
            format_amount(self.env, amount, currency)
            for currency, amount in (amounts or {record.currency_id: 0.0}).items()
        )


class StatementReportMixin(models.AbstractModel):
    """How statements are printed: each in the language of its customer (P4)."""

    _name = "pet.statement.report.mixin"
    _description = "Statements to Customers"
    _statement_model = None

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env[self._statement_model].browse(docids)
        statements = {}
        for lang, some in docs.grouped(
            lambda doc: doc.partner_id.lang or self.env.lang
        ).items():
            statements |= self._get_statements(some.with_context(lang=lang))
        return {
            "doc_ids": docids,
            "doc_model": docs._name,
            "docs": docs,
            "statements": statements,
        }

    def _get_statements(self, docs):
        """Return the statement of each record, see `Statement`, by its id.

        :param docs: records of the report's model, in the language to print them in
        """
        raise NotImplementedError


class PlanStatementReport(models.AbstractModel):
    """The statement of a plan (P4)."""

    _name = "report.pet_plans.report_plan_statement"
    _description = "Plan Statement"
    _inherit = ["pet.statement.report.mixin"]
    _statement_model = "pet.plan"

    def _get_statements(self, docs):
        statement = Statement(docs)
        return {plan.id: statement.get_plan(plan) for plan in docs}


class CycleStatementReport(models.AbstractModel):
    """The statement of a cycle (P4)."""

    _name = "report.pet_plans.report_cycle_statement"
    _description = "Cycle Statement"
    _inherit = ["pet.statement.report.mixin"]
    _statement_model = "pet.cycle"

    def _get_statements(self, docs):
        statement = Statement(docs.plan_id)
        return {cycle.id: statement.get_cycle(cycle) for cycle in docs}
