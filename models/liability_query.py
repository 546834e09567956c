"""The one query of the liability report (P7): from the books to a line per service.

What it computes is said in plain Python by `lib.liability`; here it is done for all
plans of a company at once. Each method is one part of the query, a table of its own:

    days       the ends of the days asked for: before the period, and its last
    sold       the plans that were sold, and in which section they stand
    documents  their invoices, credit notes, and what takes those back
    sessions   how many of each service are left by each day
    unused     of which plans something can be used yet
    plans      those that are not over: only of these the rest is worked out
    moves      their documents
    services   what each sold, and whether by period, or without limit
    amounts    what the moves bill of each, before taxes, discounts shared out
    segments   which sessions were sold for what, in the order of use
    counts     which were consumed by each day
    shares     which part of each segment that is
    earned     what these have earned
    finished   of which plans nothing is left
    balances   what each service comes to

A pot is what is used up in one order: a service of a package, or of a period of a plan
whose sessions end with it.

In a shop of some years most plans are over: nothing is left of them on the first day,
and nothing happened to them since. All they billed is earned, so they are told from the
others by sums of sessions, and stand in one row.
"""

from odoo.tools import SQL

USED_KINDS = ("used", "no_show", "late", "debt")


class LiabilityQuery:
    """The query for one company, and for some days."""

    def __init__(self, company, days, plan_ids=None):
        """Take what is asked for.

        :param company: `res.company` record
        :param days: dates, at whose end balances are wanted
        :param plan_ids: only of these plans; by default of all
        """
        self.company = company
        self.days = days
        self.plan_ids = plan_ids
        self.digits = company.currency_id.decimal_places

    def balances(self):
        """Return the whole query: a row per service of a plan, and day.

        Columns: `n` (of the day), `plan_id`, `product_id`, and for money and sessions
        `billed`, `refunded`, `transferred`, `used`, `expired`. One row without a plan
        stands for all that were over before the first day.
        """
        return SQL(
            "WITH %s SELECT * FROM balances UNION ALL %s",
            self._with(*self._parts()),
            self._over(),
        )

    def segments(self):
        """Return the query of the segments alone, of the last day.

        Columns: `plan_id`, `product_id`, `pot` (id of the period, or 0), `quantity`,
        `amount`, in the order of use.
        """
        return SQL(
            """
            WITH %s
            SELECT plan_id, product_id, pot, quantity, amount
              FROM segments
             ORDER BY plan_id, product_id, pot, place
            """,
            self._with(
                ("days", self._days()),
                ("sold", self._sold()),
                ("documents", self._documents()),
                # Of plans that are over, too
                ("plans", SQL("SELECT * FROM sold")),
                *self._billed_parts(),
            ),
        )

    def _parts(self):
        return [
            ("days", self._days()),
            ("sold", self._sold()),
            ("documents", self._documents()),
            ("sessions", self._sessions()),
            ("unused", self._unused()),
            ("plans", self._plans()),
            *self._billed_parts(),
            ("counts", self._counts()),
            ("shares", self._shares()),
            ("earned", self._earned()),
            ("handed", self._handed()),
            ("booked", self._booked()),
            ("finished", self._finished()),
            ("balances", self._balances()),
        ]

    def _billed_parts(self):
        return [
            ("moves", self._moves()),
            ("services", self._services()),
            ("amounts", self._amounts()),
            ("segments", self._segments()),
        ]

    @staticmethod
    def _with(*parts):
        return SQL(", ").join(
            SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
            for name, query in parts
        )

    def _round(self, amount):
        return SQL("ROUND((%s)::numeric, %s)", amount, self.digits)

    # --- Who, and what -------------------------------------------------------

    def _days(self):
        return SQL(
            "SELECT * FROM (VALUES %s) AS asked(n, day)",
            SQL(", ").join(
                SQL("(%s, %s::date)", n, day) for n, day in enumerate(self.days)
            ),
        )

    def _sold(self):
        return SQL(
            """
            SELECT id AS plan_id, kind, rollover, state, date_start, cancel_date,
                   cancel_settlement IS NOT DISTINCT FROM 'credit_note' AS is_credited,
                   is_carry_over IS TRUE AS is_carry_over,
                   transferred_from_id IS NOT NULL AS is_transferred
              FROM pet_plan
             WHERE company_id = %s AND state != 'draft' AND %s
            """,
            self.company.id,
            SQL("TRUE")
            if self.plan_ids is None
            else SQL("id IN %s", tuple(self.plan_ids) or (0,)),
        )

    def _documents(self):
        """What bills plans (sign 1) or credits what they billed (sign -1).

        `bill_id` is the invoice that is meant: of a credit note the one it reverses,
        of what takes a credit note back that one's. A credit is known from the day it
        was made, posted or not.
        """
        return SQL(
            """
            SELECT move.id AS move_id, move.state, move.date,
                   LEAST(COALESCE(move.invoice_date, move.date), move.date) AS known,
                   COALESCE(move.pet_plan_id, origin.pet_plan_id) AS plan_id,
                   COALESCE(move.pet_cycle_id, origin.pet_cycle_id) AS cycle_id,
                   'out_refund' IN (
                       move.move_type, COALESCE(origin.move_type, '')
                   ) AS is_credit,
                   CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS sign,
                   CASE
                       WHEN move.move_type = 'out_refund' THEN move.reversed_entry_id
                       WHEN origin.move_type = 'out_refund'
                       THEN origin.reversed_entry_id
                       ELSE move.id
                   END AS bill_id,
                   move.amount_untaxed_signed AS untaxed
              FROM account_move move
         LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
              JOIN sold plan
                ON plan.plan_id = COALESCE(move.pet_plan_id, origin.pet_plan_id)
             WHERE move.company_id = %(company)s
               AND move.state != 'cancel'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND (move.pet_plan_id IS NOT NULL
                    OR move.reversed_entry_id IS NOT NULL)
               AND NOT plan.is_carry_over
            """,
            company=self.company.id,
        )

    # --- Which plans are over ------------------------------------------------

    def _sessions(self):
        """How many sessions of a service are left after each day.

        `is_moving` is whether any came, went or was entered after the first day: what
        is carried over has its value from the day on which it was entered.
        """
        return SQL(
            """
            SELECT plan_id, product_id, %(left)s,
                   bool_or(entered > %(first)s) AS is_moving
              FROM (
                  SELECT given.plan_id, line.product_id, given.quantity,
                         given.day AS date, given.entered
                    FROM (%(given)s) AS given
                    JOIN pet_plan_line line ON line.id = given.line_id
                   WHERE line.is_unlimited IS NOT TRUE
                  UNION ALL
                  SELECT plan_id, product_id, CASE
                             WHEN kind IN ('used', 'no_show', 'late', 'expired')
                             THEN -quantity ELSE 0
                         END, date, date
                    FROM pet_consumption
                   WHERE company_id = %(company)s
              ) AS moves_of_sessions
             GROUP BY plan_id, product_id
            """,
            left=SQL(", ").join(
                SQL(
                    "SUM(quantity) FILTER (WHERE date <= %s) AS %s",
                    day,
                    SQL.identifier(f"left_{n}"),
                )
                for n, day in enumerate(self.days)
            ),
            first=self.days[0],
            company=self.company.id,
            given=self._given(),
        )

    def _given(self):
        """The sessions that plans were given, or that went from them again, by day.

        A plan may be sold after its first day, and be used and billed since then: what
        the day of the sale gives is there from the first.
        """
        return SQL(
            """
            SELECT plan_id, line_id, quantity, entered,
                   CASE WHEN entered = MIN(entered) OVER (PARTITION BY plan_id)
                        THEN LEAST(entered, date_start) ELSE entered
                   END AS day
              FROM (
                  SELECT entry.plan_id, entry.line_id, entry.quantity,
                         plan.date_start, %s AS entered
                    FROM pet_plan_entry entry
                    JOIN sold plan ON plan.plan_id = entry.plan_id
                   WHERE entry.kind IN ('grant', 'carry_over', 'transfer', 'adjust')
              ) AS entries
            """,
            self.company._sql_pet_day(SQL("entry.date")),
        )

    def _unused(self):
        """The plans of which something can still be used after a day."""
        return SQL(
            """
            SELECT DISTINCT day.n, sessions.plan_id
              FROM sessions
        CROSS JOIN LATERAL (VALUES %(left)s) AS day(n, quantity)
             WHERE day.quantity > 0
            UNION
            SELECT day.n, plan.plan_id
              FROM days day
              JOIN sold plan
                ON NOT (plan.state = 'cancelled' AND plan.cancel_date <= day.day)
              JOIN pet_plan_line line
                ON line.plan_id = plan.plan_id AND line.is_unlimited
              JOIN pet_cycle cycle
                ON cycle.plan_id = plan.plan_id AND cycle.date_to > day.day
            """,
            left=SQL(", ").join(
                SQL("(%s, %s)", n, SQL.identifier("sessions", f"left_{n}"))
                for n in range(len(self.days))
            ),
        )

    def _plans(self):
        """The plans that were not over on the first day, or have moved since."""
        return SQL(
            """
            SELECT sold.*
              FROM sold
             WHERE plan_id IN (
                       SELECT plan_id FROM unused WHERE n = 0
                       UNION ALL
                       SELECT plan_id FROM sessions WHERE is_moving
                       UNION ALL
                       SELECT plan_id FROM documents
                        WHERE state = 'draft' OR date > %s
                   )
            """,
            self.days[0],
        )

    def _over(self):
        """What the plans that were over billed, and by that earned, in one row a day.

        Carried over: in none of the totals.
        """
        nothing = SQL(", ").join([SQL("0")] * 5)
        return SQL(
            """
            SELECT day.n, NULL, NULL, billed.amount, 0, 0, billed.amount, 0, %s
              FROM days day
        CROSS JOIN (
                  SELECT COALESCE(SUM(document.untaxed), 0) AS amount
                    FROM documents document
                   WHERE NOT EXISTS (
                             SELECT FROM plans WHERE plans.plan_id = document.plan_id
                         )
              ) AS billed
            """,
            nothing,
        )

    # --- What they sold ------------------------------------------------------

    def _services(self):
        """What a plan sells; lines of one service are one (S12)."""
        return SQL(
            """
            SELECT line.plan_id, line.product_id,
                   bool_or(line.is_unlimited IS TRUE) AS is_unlimited,
                   bool_or(plan.kind = 'plan' AND (
                       plan.rollover IS NOT TRUE OR line.is_unlimited
                   )) AS by_period,
                   bool_and(plan.is_carry_over) AS is_carry_over,
                   MAX(COALESCE(line.unit_value, 0)) AS unit_value
              FROM pet_plan_line line
              JOIN plans plan USING (plan_id)
             GROUP BY line.plan_id, line.product_id
            """
        )

    # --- Invoices ------------------------------------------------------------

    def _moves(self):
        return SQL("SELECT move.* FROM documents move JOIN plans USING (plan_id)")

    def _amounts(self):
        """What each of them bills of each service: sessions, and money before taxes.

        Positive on invoices and on credit notes. What is taken off an invoice as a
        whole is shared by its services, to the cent. What stands behind no session of
        the plan (`is_service` is false) has no part in that.
        """
        typed = self._typed()
        shared = SQL(
            """
            SELECT typed.*,
                   SUM(amount) FILTER (WHERE is_service AND amount > 0)
                       OVER move AS whole,
                   SUM(amount) FILTER (WHERE amount < 0) OVER move AS taken_off,
                   SUM(GREATEST(amount, 0)) FILTER (WHERE is_service)
                       OVER (PARTITION BY move_id ORDER BY product_id, place)
                       AS so_far
              FROM (%s) AS typed
            WINDOW move AS (PARTITION BY move_id)
            """,
            typed,
        )
        share = self._round(SQL("taken_off * so_far / whole"))
        share_before = self._round(SQL("taken_off * (so_far - amount) / whole"))
        return SQL(
            """
            SELECT move_id, product_id, is_service,
                   SUM(quantity) FILTER (WHERE amount > 0) AS paid,
                   SUM(quantity) FILTER (WHERE amount = 0) AS free,
                   SUM(amount + CASE
                       WHEN is_service AND amount > 0 AND whole > 0
                            AND taken_off IS NOT NULL
                       THEN %(share)s - %(share_before)s
                       ELSE 0
                   END) AS amount
              FROM (%(shared)s) AS shared
             WHERE amount >= 0 OR whole IS NULL
             GROUP BY move_id, product_id, is_service
            """,
            share=share,
            share_before=share_before,
            shared=shared,
        )

    def _typed(self):
        """The lines of the invoices as they were typed, in the company's currency."""
        return SQL(
            """
            SELECT move.move_id, line.product_id, line.id AS place,
                   service.plan_id IS NOT NULL AND line.balance * move.sign <= 0
                   AS is_service,
                   line.quantity, -line.balance * move.sign AS amount
              FROM moves move
              JOIN account_move_line line ON line.move_id = move.move_id
         LEFT JOIN services service
                ON service.plan_id = move.plan_id
               AND service.product_id = line.product_id
             WHERE line.display_type IN ('product', 'rounding')
               AND line.tax_line_id IS NULL  -- rounded to cash by the tax
            """
        )

    # --- What was sold, in the order of use ----------------------------------

    def _segments(self):
        """Sessions sold for one amount, at the end of a day, in the order of use.

        What another plan handed over is used first, then what was carried over and not
        billed before; presents after what was sold with them, a top-up after both. A
        credit note takes its sessions away, and where it credits all of them in part,
        of their price.
        """
        return SQL(
            """
            SELECT part.*,
                   COALESCE(SUM(part.quantity) OVER (
                       PARTITION BY n, plan_id, product_id, pot
                       ORDER BY rank, sequence, source
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ), 0) AS start,
                   ROW_NUMBER() OVER (
                       PARTITION BY n, plan_id, product_id, pot
                       ORDER BY rank, sequence, source
                   ) AS place
              FROM (%s UNION ALL %s UNION ALL %s) AS part
             WHERE part.quantity > 0 OR part.amount > 0
            """,
            self._billed_segments(),
            self._received_segments(),
            self._carried_over_segments(),
        )

    def _billed_segments(self):
        """What invoices sell, draft or not: whoever uses it owes it."""
        return SQL(
            """
            SELECT net.n, net.plan_id, net.product_id, net.pot, net.is_unlimited,
                   net.cycle_id, net.credited > 0 AS is_credited, kind.rank,
                   net.sequence, net.move_id AS source,
                   CASE WHEN kind.is_free THEN net.free ELSE net.paid END
                   * net.scale AS quantity,
                   CASE WHEN kind.is_free THEN 0 ELSE net.amount END AS whole,
                   CASE WHEN kind.is_free THEN 0 ELSE net.amount - net.credited END
                   AS amount
              FROM (
                  SELECT day.n, move.plan_id, bill.product_id, move.move_id,
                         move.cycle_id, service.is_unlimited,
                         CASE WHEN service.by_period THEN move.cycle_id ELSE 0
                         END AS pot,
                         cycle.sequence, cycle.date_due_agreed, cycle.carried_from_id,
                         COALESCE(scale.scale, 1) AS scale,
                         COALESCE(bill.free, 0) - COALESCE(credit.free, 0) AS free,
                         CASE
                             WHEN COALESCE(credit.amount, 0) >= bill.amount THEN 0
                             WHEN COALESCE(credit.paid, 0) >= bill.paid THEN bill.paid
                             ELSE COALESCE(bill.paid, 0) - COALESCE(credit.paid, 0)
                         END AS paid,
                         bill.amount,
                         LEAST(COALESCE(credit.amount, 0), bill.amount) AS credited
                    FROM days day
              CROSS JOIN moves move
                    JOIN amounts bill
                      ON bill.move_id = move.move_id AND bill.is_service
                    JOIN services service
                      ON service.plan_id = move.plan_id
                     AND service.product_id = bill.product_id
               LEFT JOIN pet_cycle cycle ON cycle.id = move.cycle_id
               LEFT JOIN (%(credits)s) AS credit
                      ON credit.n = day.n AND credit.bill_id = move.move_id
                     AND credit.product_id = bill.product_id
               LEFT JOIN (%(scales)s) AS scale
                      ON scale.plan_id = move.plan_id
                     AND scale.product_id = bill.product_id
                   WHERE NOT move.is_credit
              ) AS net
              JOIN LATERAL (VALUES
                  (FALSE, CASE
                      WHEN net.carried_from_id IS NOT NULL THEN 1
                      WHEN net.date_due_agreed IS NOT NULL THEN 4
                      ELSE 2
                  END),
                  (TRUE, CASE
                      WHEN net.date_due_agreed IS NOT NULL THEN 5 ELSE 3
                  END)
              ) AS kind(is_free, rank) ON TRUE
            """,
            credits=self._credits(),
            scales=self._scales(),
        )

    def _credits(self):
        """What credit notes take off the bills, by day: drafts too."""
        return SQL(
            """
            SELECT day.n, move.bill_id, credit.product_id,
                   SUM(-move.sign * credit.amount) AS amount,
                   SUM(-move.sign * credit.paid) AS paid,
                   SUM(-move.sign * credit.free) AS free
              FROM days day
              JOIN moves move ON move.is_credit AND move.known <= day.day
              JOIN amounts credit
                ON credit.move_id = move.move_id AND credit.is_service
             GROUP BY day.n, move.bill_id, credit.product_id
            """
        )

    def _scales(self):
        """Which part of the sessions that a plan got by a transfer it bills itself."""
        return SQL(
            """
            SELECT entry.plan_id, line.product_id,
                   GREATEST(0, 1 - COALESCE(MAX(paid.quantity), 0)
                       / NULLIF(SUM(entry.quantity), 0)) AS scale
              FROM plans plan
              JOIN pet_plan_entry entry
                ON entry.plan_id = plan.plan_id AND entry.kind = 'transfer'
               AND entry.quantity > 0
              JOIN pet_plan_line line ON line.id = entry.line_id
         LEFT JOIN (
                  SELECT plan_id, product_id, -SUM(quantity) AS quantity
                    FROM pet_consumption
                   WHERE company_id = %s AND kind = 'received'
                   GROUP BY plan_id, product_id
              ) AS paid
                ON paid.plan_id = entry.plan_id
               AND paid.product_id = line.product_id
             WHERE plan.is_transferred
             GROUP BY entry.plan_id, line.product_id
            """,
            self.company.id,
        )

    def _received_segments(self):
        return SQL(
            """
            SELECT day.n, row.plan_id, row.product_id,
                   CASE WHEN service.by_period THEN COALESCE(row.cycle_id, 0) ELSE 0
                   END AS pot,
                   FALSE AS is_unlimited, NULL::integer AS cycle_id,
                   FALSE AS is_credited, 0 AS rank, 0 AS sequence, 0 AS source,
                   -SUM(row.quantity) AS quantity,
                   -SUM(row.amount) AS whole, -SUM(row.amount) AS amount
              FROM days day
              JOIN pet_consumption row ON row.date <= day.day
              JOIN services service
                ON service.plan_id = row.plan_id
               AND service.product_id = row.product_id
             WHERE row.company_id = %s AND row.kind = 'received'
             GROUP BY 1, 2, 3, 4
            """,
            self.company.id,
        )

    def _carried_over_segments(self):
        """What was carried over from another software, at its value (K6)."""
        return SQL(
            """
            SELECT n, plan_id, product_id, 0 AS pot, FALSE AS is_unlimited,
                   NULL::integer AS cycle_id, FALSE AS is_credited, 2 AS rank,
                   0 AS sequence, 0 AS source, quantity, amount AS whole, amount
              FROM (%s) AS granted
            """,
            self._granted_over(),
        )

    def _granted_over(self):
        """What came with packages of another software, by day: sessions and value."""
        return SQL(
            """
            SELECT day.n, entry.plan_id, line.product_id,
                   SUM(entry.quantity) AS quantity,
                   %(value)s AS amount
              FROM days day
              JOIN services service ON service.is_carry_over
              JOIN pet_plan_line line
                ON line.plan_id = service.plan_id
               AND line.product_id = service.product_id
              JOIN pet_plan_entry entry
                ON entry.line_id = line.id AND entry.kind IN ('carry_over', 'grant')
               AND %(day)s <= day.day
             GROUP BY day.n, entry.plan_id, line.product_id
            """,
            value=self._round(
                SQL("SUM(entry.quantity * COALESCE(line.unit_value, 0))")
            ),
            day=self.company._sql_pet_day(SQL("entry.date")),
        )

    # --- What was consumed, and has earned -----------------------------------

    def _counts(self):
        """How many sessions of a pot were used, or went without use, by a day.

        Edits are netted: a gift taken back earns nothing, nor does a mistake put right.
        """
        return SQL(
            """
            SELECT n, plan_id, product_id, pot, used,
                   expired + GREATEST(0, edited) AS expired
              FROM (
                  SELECT day.n, row.plan_id, row.product_id,
                         CASE WHEN service.by_period THEN COALESCE(row.cycle_id, 0)
                              ELSE 0
                         END AS pot,
                         COALESCE(SUM(row.quantity) FILTER (
                             WHERE row.kind IN %(used)s
                         ), 0) AS used,
                         COALESCE(SUM(row.quantity) FILTER (
                             WHERE row.kind = 'expired'
                         ), 0) AS expired,
                         COALESCE(SUM(row.quantity) FILTER (
                             WHERE row.kind = 'edit'
                         ), 0) AS edited
                    FROM days day
                    JOIN pet_consumption row ON row.date <= day.day
                    JOIN services service
                      ON service.plan_id = row.plan_id
                     AND service.product_id = row.product_id
                   WHERE row.company_id = %(company)s
                   GROUP BY 1, 2, 3, 4
              ) AS summed
            """,
            company=self.company.id,
            used=USED_KINDS,
        )

    def _shares(self):
        """How far each segment is used up: by sessions, or by days (S11).

        `used` and `consumed` are counted from the first session of its pot; `part`, of
        what has no limit, goes from 0 to 1.
        """
        return SQL(
            """
            SELECT segments.*,
                   COALESCE(count.used, 0) AS used,
                   COALESCE(count.used + count.expired, 0) AS consumed,
                   %s AS part
              FROM segments
              JOIN days USING (n)
         LEFT JOIN counts count USING (n, plan_id, product_id, pot)
            """,
            self._days_used(),
        )

    def _earned(self):
        """What the sessions of a service have earned by a day, and how many that were.

        `by_use` is what those used have, the rest what those have that expired.
        """
        return SQL(
            """
            SELECT n, plan_id, product_id, SUM(by_use) AS by_use, SUM(amount) AS amount,
                   SUM(used) AS used, SUM(quantity) AS quantity
              FROM (
                  SELECT n, plan_id, product_id,
                         %(by_use)s AS by_use, %(amount)s AS amount,
                         SUM(%(used)s) AS used, SUM(%(consumed)s) AS quantity
                    FROM shares
                   GROUP BY n, plan_id, product_id, pot
              ) AS pots
             GROUP BY n, plan_id, product_id
            """,
            by_use=self._round(self._sum_earned(SQL("used"))),
            amount=self._round(self._sum_earned(SQL("consumed"))),
            used=self._taken(SQL("used")),
            consumed=self._taken(SQL("consumed")),
        )

    @staticmethod
    def _taken(count):
        """How many sessions of a segment a number of sessions uses up."""
        return SQL(
            """
            CASE WHEN is_unlimited THEN quantity * part
                 ELSE LEAST(quantity, GREATEST(0, %s - start))
            END
            """,
            count,
        )

    @staticmethod
    def _sum_earned(count):
        """What a number of sessions earns; what has no limit, by its days (S11)."""
        return SQL(
            """
            SUM(CASE
                WHEN is_unlimited THEN LEAST(amount, whole * part)
                WHEN %(count)s >= start + quantity THEN amount
                WHEN %(count)s <= start THEN 0
                ELSE amount * (%(count)s - start) / quantity
            END)
            """,
            count=count,
        )

    def _days_used(self):
        """Which part of its period an unlimited segment has used up by the day (S11).

        Without the days on which the plan was paused. Cancelled with a credit note it
        is used through the day before; a draft was cut down to that already.
        """
        usable = SQL(
            """
            (LEAST(cycle.date_to, %s) - cycle.date_from + 1 - COALESCE((
                SELECT SUM(LEAST(pause.date_to, cycle.date_to, %s)
                           - GREATEST(pause.date_from, cycle.date_from) + 1)
                  FROM pet_plan_pause pause
                 WHERE pause.plan_id = cycle.plan_id
                   AND pause.date_from <= LEAST(cycle.date_to, %s)
                   AND pause.date_to >= cycle.date_from
            ), 0))
            """,
            *[SQL("bounds.last")] * 3,
        )
        whole = SQL(
            """
            NULLIF(cycle.date_to - cycle.date_from + 1 - COALESCE((
                SELECT SUM(LEAST(pause.date_to, cycle.date_to)
                           - GREATEST(pause.date_from, cycle.date_from) + 1)
                  FROM pet_plan_pause pause
                 WHERE pause.plan_id = cycle.plan_id
                   AND pause.date_from <= cycle.date_to
                   AND pause.date_to >= cycle.date_from
            ), 0), 0)
            """
        )
        return SQL(
            """
            CASE WHEN segments.is_unlimited THEN (
                SELECT CASE
                           WHEN plan.state = 'cancelled'
                                AND plan.cancel_date <= days.day
                                AND plan.is_credited AND NOT segments.is_credited
                           THEN 1
                           WHEN bounds.last < cycle.date_from THEN 0
                           ELSE COALESCE(%(usable)s::numeric / %(whole)s, 1)
                       END
                  FROM pet_cycle cycle
                  JOIN plans plan ON plan.plan_id = cycle.plan_id
            CROSS JOIN LATERAL (
                       SELECT LEAST(days.day, CASE
                           WHEN plan.state = 'cancelled' THEN plan.cancel_date - 1
                       END) AS last
                   ) AS bounds
                 WHERE cycle.id = segments.cycle_id
            ) END
            """,
            usable=usable,
            whole=whole,
        )

    # --- What was billed, credited, handed over ------------------------------

    def _handed(self):
        """What a plan got from others, less what it handed on, by a day."""
        return SQL(
            """
            SELECT day.n, row.plan_id, row.product_id,
                   -SUM(row.quantity) AS quantity, -SUM(row.amount) AS amount
              FROM days day
              JOIN pet_consumption row ON row.date <= day.day
              JOIN plans USING (plan_id)
             WHERE row.company_id = %s AND row.kind IN ('given', 'received')
             GROUP BY day.n, row.plan_id, row.product_id
            """,
            self.company.id,
        )

    def _booked(self):
        """What is posted of each service by a day: billed and refunded.

        Of packages carried over: what they came with.
        """
        return SQL(
            """
            SELECT day.n, move.plan_id, COALESCE(amount.product_id, 0) AS product_id,
                   bool_or(amount.is_service) AS is_service,
                   COALESCE(SUM(amount.amount) FILTER (
                       WHERE NOT move.is_credit), 0) AS billed,
                   COALESCE(SUM(-move.sign * amount.amount) FILTER (
                       WHERE move.is_credit), 0) AS refunded,
                   ROUND(COALESCE(SUM(amount.sessions) FILTER (
                       WHERE NOT move.is_credit), 0), 2) AS billed_sessions,
                   ROUND(COALESCE(SUM(-move.sign * amount.sessions) FILTER (
                       WHERE move.is_credit), 0), 2) AS refunded_sessions
              FROM days day
              JOIN moves move ON move.state = 'posted' AND move.date <= day.day
              JOIN (
                  SELECT amounts.*, CASE WHEN is_service THEN
                             (COALESCE(paid, 0) + COALESCE(free, 0))
                             * COALESCE(scale.scale, 1)
                         ELSE 0 END AS sessions
                    FROM amounts
                    JOIN moves USING (move_id)
               LEFT JOIN (%(scales)s) AS scale
                      ON scale.plan_id = moves.plan_id
                     AND scale.product_id = amounts.product_id
              ) AS amount USING (move_id)
             GROUP BY day.n, move.plan_id, amount.product_id
            UNION ALL
            SELECT n, plan_id, product_id, TRUE, amount, 0, quantity, 0
              FROM (%(granted)s) AS granted
            """,
            scales=self._scales(),
            granted=self._granted_over(),
        )

    # --- Finished plans ------------------------------------------------------

    def _finished(self):
        """Plans of which, at the end of a day, nothing is left and no draft is open."""
        return SQL(
            """
            SELECT day.n, plan.plan_id
              FROM days day
        CROSS JOIN plans plan
             WHERE NOT EXISTS (
                       SELECT FROM unused
                        WHERE unused.n = day.n AND unused.plan_id = plan.plan_id
                   )
               AND NOT EXISTS (
                       SELECT FROM moves move
                        WHERE move.plan_id = plan.plan_id
                          AND (NOT move.is_credit OR move.known <= day.day)
                          AND (move.state = 'draft' OR move.date > day.day)
                   )
            """
        )

    # --- The whole -----------------------------------------------------------

    def _balances(self):
        """What each service of each plan comes to at the end of a day.

        Of a finished plan all is earned that was billed; the difference belongs to
        what expired, if anything did, else to what was used. What no session stands
        behind is earned when it is billed.
        """
        return SQL(
            """
            SELECT n, plan_id, product_id,
                   billed, refunded, transferred,
                   CASE
                       WHEN NOT is_service THEN whole
                       WHEN NOT is_finished THEN by_use
                       WHEN lapsed THEN LEAST(by_use, whole)
                       ELSE whole
                   END AS used,
                   CASE
                       WHEN NOT is_service THEN 0
                       WHEN NOT is_finished THEN earned - by_use
                       WHEN lapsed THEN whole - LEAST(by_use, whole)
                       ELSE 0
                   END AS expired,
                   billed_sessions, refunded_sessions, transferred_sessions,
                   CASE
                       WHEN NOT is_finished THEN used_sessions
                       WHEN lapsed THEN LEAST(used_sessions, whole_sessions)
                       ELSE whole_sessions
                   END AS used_sessions,
                   CASE
                       WHEN NOT is_finished THEN consumed_sessions - used_sessions
                       WHEN lapsed
                       THEN whole_sessions - LEAST(used_sessions, whole_sessions)
                       ELSE 0
                   END AS expired_sessions
              FROM (%s) AS known
            """,
            self._known(),
        )

    def _known(self):
        """All that is known of a service on a day, side by side."""
        return SQL(
            """
            SELECT keys.n, keys.plan_id, keys.product_id,
                   COALESCE(booked.is_service, TRUE) AS is_service,
                   finished.plan_id IS NOT NULL AS is_finished,
                   COALESCE(count.expired, 0) > 0 AS lapsed,
                   COALESCE(booked.billed, 0) AS billed,
                   COALESCE(booked.refunded, 0) AS refunded,
                   COALESCE(handed.amount, 0) AS transferred,
                   COALESCE(booked.billed, 0) - COALESCE(booked.refunded, 0)
                   + COALESCE(handed.amount, 0) AS whole,
                   COALESCE(earned.by_use, 0) AS by_use,
                   COALESCE(earned.amount, 0) AS earned,
                   COALESCE(booked.billed_sessions, 0) AS billed_sessions,
                   COALESCE(booked.refunded_sessions, 0) AS refunded_sessions,
                   COALESCE(handed.quantity, 0) AS transferred_sessions,
                   COALESCE(booked.billed_sessions, 0)
                   - COALESCE(booked.refunded_sessions, 0)
                   + COALESCE(handed.quantity, 0) AS whole_sessions,
                   COALESCE(earned.used, 0) AS used_sessions,
                   COALESCE(earned.quantity, 0) AS consumed_sessions
              FROM (
                  SELECT n, plan_id, product_id FROM booked
                  UNION SELECT n, plan_id, product_id FROM earned
                  UNION SELECT n, plan_id, product_id FROM handed
              ) AS keys
         LEFT JOIN booked
                ON booked.n = keys.n AND booked.plan_id = keys.plan_id
               AND booked.product_id = keys.product_id
         LEFT JOIN earned
                ON earned.n = keys.n AND earned.plan_id = keys.plan_id
               AND earned.product_id = keys.product_id
         LEFT JOIN handed
                ON handed.n = keys.n AND handed.plan_id = keys.plan_id
               AND handed.product_id = keys.product_id
         LEFT JOIN finished
                ON finished.n = keys.n AND finished.plan_id = keys.plan_id
         LEFT JOIN (
                  SELECT n, plan_id, product_id, SUM(expired) AS expired
                    FROM counts GROUP BY n, plan_id, product_id
              ) AS count
                ON count.n = keys.n AND count.plan_id = keys.plan_id
               AND count.product_id = keys.product_id
            """
        )
