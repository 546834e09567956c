from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..lib import liability, periods
from .liability_query import LiabilityQuery

# What takes sessions of a plan, whenever it was entered: visits
OF_VISITS = ("used", "no_show", "late")


class PetConsumption(models.Model):
    """What goes with sessions that another plan got: a transfer, a renewal (P7).

    What was billed of them, at the price sold, leaves one plan and enters the other.
    What was not is billed by the plan that got them, and is its own.
    """

    _inherit = "pet.consumption"

    @api.model
    def _hand_over(self, company, first):
        """Count what went to other plans and is not counted yet, in order.

        :param company: `res.company` record
        :param first: date, the first day whose books are open
        """
        entries = self._find_unhanded(company)
        if not entries:
            return
        givers = {entry["giver_id"] for entry in entries}
        pots = Pots(self.env, company, givers)
        rows = []
        for entry in entries:
            parts = pots.hand_on(entry)
            rows += self._prepare_handed(entry, parts, company, first)
            pots.receive(entry, parts)
        # The rows that follow from the ledger; nobody else writes any.
        self._sudo_clean()._unguarded().create(rows)

    @api.model
    def _find_unhanded(self, company):
        """Return the ledger entries by which plans got sessions, not counted yet.

        :return: list of dicts, in order
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT moved.*, giver.kind = 'plan' AND giver.rollover IS NOT TRUE
                       AS by_period,
                       giver.is_carry_over AS from_carry_over,
                       (
                           SELECT MIN(line.id) FROM pet_plan_line line
                            WHERE line.plan_id = moved.giver_id
                              AND line.product_id = moved.product_id
                       ) AS source_id
                  FROM (%(moved)s AND entry.company_id = %(company)s) AS moved
                  JOIN pet_plan giver ON giver.id = moved.giver_id
                 WHERE moved.is_received
                   AND NOT EXISTS (
                       SELECT FROM pet_consumption row
                        WHERE row.entry_id = moved.id AND row.kind = 'received'
                   )
                 ORDER BY moved.id
                """,
                moved=self._sql_moved(),
                company=company.id,
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _prepare_handed(self, entry, parts, company, first):
        """Return the rows of sessions that went from a plan to another.

        :param entry: dict, see `_find_unhanded`
        :param parts: list of (pot, `lib.liability.Segment`)
        """
        day = max(first, periods.local_day(entry["date"], company.pet_tz))
        common = {
            "company_id": company.id,
            "product_id": entry["product_id"],
            "entry_id": entry["id"],
            "date": day,
        }
        quantity = sum(part.quantity for __, part in parts)
        # From another software they came with a value, which no invoice stands behind.
        is_apart = entry["from_carry_over"] and not entry["is_carry_over"]
        amount = 0 if is_apart else sum(part.amount for __, part in parts)
        return [
            {
                **common,
                "plan_id": entry["plan_id"],
                "line_id": entry["line_id"],
                "cycle_id": entry["kind"] == "plan" and entry["cycle_id"],
                "kind": "received",
                "quantity": -float(quantity),
                "amount": -float(amount),
            },
            *(
                {
                    **common,
                    "plan_id": entry["giver_id"],
                    "line_id": entry["source_id"],
                    "cycle_id": pot,
                    "kind": "given",
                    "quantity": float(part.quantity),
                    "amount": float(part.amount),
                }
                for pot, part in parts
            ),
        ]


class Pots:
    """The sessions of plans that handed some on: what was sold, and what is gone.

    Kept up as one plan after the other hands on: what a plan got may be on its way to
    a third one.
    """

    def __init__(self, env, company, plan_ids):
        """Read them.

        :param company: `res.company` record
        :param plan_ids: of the plans that handed sessions on
        """
        self.env = env
        self.rounding = Decimal(str(company.currency_id.rounding))
        # All that is known by now, whatever day it is of.
        query = LiabilityQuery(company, [date.max], plan_ids)
        self.segments = defaultdict(list)
        for *pot, quantity, amount in env.execute_query(query.segments()):
            self.segments[tuple(pot)].append(liability.Segment(quantity, amount))
        self.taken = defaultdict(list)
        for plan, product, pot, kind, entry, quantity in env.execute_query(
            SQL(
                """
                SELECT row.plan_id, row.product_id,
                       CASE WHEN plan.kind = 'plan' AND plan.rollover IS NOT TRUE
                            THEN COALESCE(row.cycle_id, 0) ELSE 0 END,
                       row.kind, COALESCE(row.entry_id, 0), row.quantity
                  FROM pet_consumption row
                  JOIN pet_plan plan ON plan.id = row.plan_id
                 WHERE row.plan_id IN %s AND row.kind != 'received'
                """,
                tuple(plan_ids),
            )
        ):
            self.taken[plan, product, pot].append((kind, entry, quantity))

    def hand_on(self, entry):
        """Return what the plan hands on with the sessions of an entry of another.

        :param entry: dict, see `pet.consumption._find_unhanded`
        :return: list of (pot, `lib.liability.Segment`)
        """
        plan, product = entry["giver_id"], entry["product_id"]
        quantity = Decimal(str(entry["quantity"]))
        if entry["from_carry_over"]:
            value = Decimal(str(entry["unit_value"] or 0))
            amount = liability.round_to(quantity * value, self.rounding)
            parts = [(0, liability.Segment(quantity, amount))]
        elif entry["carried_from_id"] and entry["price_unit"]:
            parts = []  # in place of a draft: nothing was billed
        else:
            parts = [
                (
                    pot,
                    liability.hand_on(
                        self._count_taken((plan, product, pot), entry["id"]),
                        part,
                        self.segments[plan, product, pot],
                        self.rounding,
                    ),
                )
                for pot, part in self._split(entry, quantity)
            ]
        for pot, part in parts:
            self.taken[plan, product, pot].append(
                ("given", entry["id"], part.quantity)
            )
        return [(pot, part) for pot, part in parts if part.quantity or part.amount]

    def receive(self, entry, parts):
        """Note what the plan of an entry got: it may hand that on itself."""
        pot = (entry["kind"] == "plan" and entry["cycle_id"]) or 0
        segments = self.segments[entry["plan_id"], entry["product_id"], pot]
        segments.insert(
            0,
            liability.Segment(
                sum((part.quantity for __, part in parts), liability.ZERO),
                sum((part.amount for __, part in parts), liability.ZERO),
            ),
        )

    def _count_taken(self, pot, entry_id):
        """Return what was taken of a pot when an entry was posted.

        What expired afterwards is no reason to hand less on; visits are entered late.
        """
        taken, edited = liability.ZERO, liability.ZERO
        for kind, entry, quantity in self.taken[pot]:
            if kind not in OF_VISITS and entry > entry_id:
                continue
            if kind == "edit":
                edited += quantity
            else:
                taken += quantity
        return taken + max(liability.ZERO, edited)

    def _split(self, entry, quantity):
        """Return the pots that sessions leave: list of (pot, sessions).

        Of a plan whose periods stand apart the ledger says which periods that are.
        """
        if not entry["by_period"]:
            return [(0, quantity)]
        plan, product = entry["giver_id"], entry["product_id"]
        given = {
            number
            for (other, service, __), rows in self.taken.items()
            if (other, service) == (plan, product)
            for kind, number, __ in rows
            if kind == "given" and number < entry["id"]
        }
        found = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(entry.cycle_id, 0), -SUM(entry.quantity)
                  FROM pet_plan_entry entry
                  JOIN pet_plan_line line ON line.id = entry.line_id
             LEFT JOIN pet_cycle cycle ON cycle.id = entry.cycle_id
                 WHERE entry.plan_id = %s AND line.product_id = %s
                   AND entry.kind = 'transfer' AND entry.quantity < 0
                   AND entry.id BETWEEN %s AND %s
                 GROUP BY entry.cycle_id, cycle.sequence
                 ORDER BY cycle.sequence NULLS FIRST
                """,
                plan,
                product,
                max(given, default=0),
                entry["id"],
            )
        )
        parts = []
        for pot, part in found:
            part = min(part, quantity)
            quantity -= part
            parts.append((pot, part))
        return parts
