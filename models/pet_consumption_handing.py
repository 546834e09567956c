from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

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

    # --- What is credited where it was billed (X6, X7) -------------------------------

    @api.model
    def _take_back(self, company, first):
        """Bring back what was handed on, where its invoice was credited since.

        Carried sessions that a renewal gives up are credited on the invoices they came
        from: the money that went with them is that of the old plan again.
        """
        credited = self._find_credited(company)
        pots = Pots(self.env, company, {row["plan_id"] for row in credited})
        rows = []
        for row in credited:
            pot = row["plan_id"], row["product_id"], row["cycle_id"] or 0
            handed = liability.Segment(
                *map(liability.exact, (row["quantity"], row["amount"]))
            )
            back = pots.get_overdrawn(pot, handed)
            if back.amount:
                rows += self._prepare_taken_back(row, back, company, first)
                pots.take_back(pot, row["entry_id"], back)
        # See `_hand_over`.
        self._sudo_clean()._unguarded().create(rows)

    @api.model
    def _find_credited(self, company):
        """Return what plans handed on of which an invoice was credited.

        :return: list of dicts, the last ones first
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT given.plan_id, given.product_id, given.cycle_id, given.entry_id,
                       MIN(given.line_id) AS line_id,
                       received.plan_id AS other_id, received.line_id AS other_line_id,
                       received.cycle_id AS other_cycle_id,
                       SUM(given.quantity) AS quantity, SUM(given.amount) AS amount,
                       MAX(credited.day) AS day
                  FROM pet_consumption given
                  JOIN (
                      SELECT pet_plan_id, MAX(LEAST(
                                 COALESCE(invoice_date, date), date
                             )) AS day
                        FROM account_move
                       WHERE company_id = %(company)s AND move_type = 'out_refund'
                         AND state != 'cancel' AND pet_plan_id IS NOT NULL
                       GROUP BY pet_plan_id
                  ) AS credited ON credited.pet_plan_id = given.plan_id
                  JOIN (
                      SELECT DISTINCT ON (entry_id)
                             entry_id, plan_id, line_id, cycle_id
                        FROM pet_consumption
                       WHERE kind = 'received'
                       ORDER BY entry_id, id
                  ) AS received ON received.entry_id = given.entry_id
                 WHERE given.company_id = %(company)s AND given.kind = 'given'
                 GROUP BY given.plan_id, given.product_id, given.cycle_id,
                          given.entry_id, received.plan_id, received.line_id,
                          received.cycle_id
                HAVING SUM(given.amount) > 0
                 ORDER BY given.entry_id DESC
                """,
                company=company.id,
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _prepare_taken_back(self, row, back, company, first):
        """Return the rows by which a plan has again what it had handed on.

        :param row: dict, see `_find_credited`
        :param back: `lib.liability.Segment`
        """
        common = {
            "company_id": company.id,
            "product_id": row["product_id"],
            "entry_id": row["entry_id"],
            "date": max(first, row["day"]),
        }
        return [
            {
                **common,
                "plan_id": row["plan_id"],
                "line_id": row["line_id"],
                "cycle_id": row["cycle_id"],
                "kind": "given",
                "quantity": -float(back.quantity),
                "amount": -float(back.amount),
            },
            {
                **common,
                "plan_id": row["other_id"],
                "line_id": row["other_line_id"],
                "cycle_id": row["other_cycle_id"],
                "kind": "received",
                "quantity": float(back.quantity),
                "amount": float(back.amount),
            },
        ]


class Taken(NamedTuple):
    """What a row of the table takes of a pot."""

    kind: str
    entry_id: int
    quantity: Decimal
    amount: Decimal


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
        self.rounding = liability.exact(company.currency_id.rounding)
        # All that is known by now, whatever day it is of.
        query = LiabilityQuery(company, [date.max], plan_ids)
        self.segments = defaultdict(list)
        for *pot, quantity, amount in env.execute_query(query.segments()):
            segment = liability.Segment(*map(liability.exact, (quantity, amount)))
            self.segments[tuple(pot)].append(segment)
        self.taken = defaultdict(list)
        for plan, product, pot, kind, entry, *taken in env.execute_query(
            SQL(
                """
                SELECT row.plan_id, row.product_id,
                       CASE WHEN plan.kind = 'plan' AND plan.rollover IS NOT TRUE
                            THEN COALESCE(row.cycle_id, 0) ELSE 0 END,
                       row.kind, COALESCE(row.entry_id, 0), row.quantity,
                       COALESCE(row.amount, 0)
                  FROM pet_consumption row
                  JOIN pet_plan plan ON plan.id = row.plan_id
                 WHERE row.plan_id IN %s AND row.kind != 'received'
                """,
                tuple(plan_ids) or (0,),
            )
        ):
            self.taken[plan, product, pot].append(
                Taken(kind, entry, *map(liability.exact, taken))
            )

    def hand_on(self, entry):
        """Return what the plan hands on with the sessions of an entry of another.

        :param entry: dict, see `pet.consumption._find_unhanded`
        :return: list of (pot, `lib.liability.Segment`)
        """
        plan, product = entry["giver_id"], entry["product_id"]
        quantity = liability.exact(entry["quantity"])
        if entry["from_carry_over"]:
            value = liability.exact(entry["unit_value"] or 0.0)
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
            self.taken[plan, product, pot].append(Taken("given", entry["id"], *part))
        return [(pot, part) for pot, part in parts if any(part)]

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

    def get_overdrawn(self, pot, handed):
        """Return what of the sessions handed on is not covered by invoices any more.

        :param pot: tuple of plan, service and period
        :param handed: `lib.liability.Segment`, one part of what was handed on
        """
        segments = self.segments[pot]
        consumed = [row for row in self.taken[pot] if row.kind != "given"]
        given = sum(row.amount for row in self.taken[pot] if row.kind == "given")
        kept = liability.earn(self._sum(consumed), segments, self.rounding)
        whole = sum(segment.amount for segment in segments)
        return handed.take(kept + given - whole)

    def take_back(self, pot, entry_id, back):
        """Note that some of what was handed on is the plan's again."""
        self.taken[pot].append(Taken("given", entry_id, -back.quantity, -back.amount))

    def _count_taken(self, pot, entry_id):
        """Return what was taken of a pot when an entry was posted.

        What expired afterwards is no reason to hand less on; visits are entered late.
        """
        return self._sum(
            row
            for row in self.taken[pot]
            if row.kind in OF_VISITS or row.entry_id <= entry_id
        )

    @staticmethod
    def _sum(rows):
        """Return how many sessions some rows take; edits are netted (L2)."""
        taken, edited = liability.ZERO, liability.ZERO
        for row in rows:
            if row.kind == "edit":
                edited += row.quantity
            else:
                taken += row.quantity
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
            for number in (row.entry_id for row in rows if row.kind == "given")
            if number < entry["id"]
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
            part = min(liability.exact(part), quantity)
            quantity -= part
            parts.append((pot, part))
        return parts
