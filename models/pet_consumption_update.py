from odoo import api, models
from odoo.tools import SQL


class PetConsumption(models.Model):
    """What is missing between what visits and ledger say and what was counted (P7).

    Each statement compares the records with the rows there are, and adds the
    difference: run again it adds nothing. So nobody who changes a visit need think of
    it, and a shop's counter pays nothing for it.
    """

    _inherit = "pet.consumption"

    @api.model
    def _cron_update(self):
        """Nightly job: count what was consumed, company by company (P7)."""
        for company in self.env["res.company"]._get_pet_shops():
            if not company._get_scoped(self)._run_alone(company):
                return

    @api.model
    def _run_alone(self, company):
        """Count one company, commit; return whether there is time for the next."""
        self._update(company)
        return bool(self.env["ir.cron"]._commit_progress(1))

    @api.model
    def _update(self, company):
        """Add what is missing, on days whose books are open.

        :param company: `res.company` record
        """
        self._count(company, company._get_pet_first_open_day())

    @api.model
    def _count(self, company, first):
        """Add what is missing: visits, the ledger, and what went to other plans.

        :param company: `res.company` record
        :param first: date, the first day on which something may be counted
        """
        self.env.flush_all()
        self._claim(company)
        for statement in (
            self._sql_visits(company, first),
            self._sql_ledger(company, first),
            self._sql_reinstated(company, first),
            self._sql_debts(company, first),
        ):
            self.env.cr.execute(statement)
        self._hand_over(company, first)
        self.env.flush_all()
        self._take_back(company, first)
        self.env.flush_all()
        self.invalidate_model()

    def _claim(self, company):
        """Let of two who count at once one wait, and be tried again on what is there.

        A lock would not do: the second would still look at its old picture and add
        every row once more. A change of a row is noticed (see `_move_balances`).
        """
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET write_date = write_date WHERE id = %s",
                company.id,
            )
        )

    @api.model
    def _sql_insert(self, columns, query):
        """Return the statement that adds the rows of a query.

        :param columns: names of the columns that the query selects
        :param query: `SQL` of a SELECT, with its WITH if it has one
        """
        return SQL(
            """
            INSERT INTO pet_consumption (
                %s, create_uid, write_uid, create_date, write_date
            )
            SELECT found.*, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM (%s) AS found
            """,
            SQL(", ").join(map(SQL.identifier, columns)),
            self.env.uid,
            self.env.uid,
            query,
        )

    # --- Visits --------------------------------------------------------------------

    def _sql_visits(self, company, first):
        """Return the statement that counts visits: served, missed, cancelled late.

        On the day that the visit says. What a visit takes back, or more of it than was
        counted, counts on its old day too, unless that is locked by now.
        """
        return self._sql_insert(
            (
                "company_id",
                "plan_id",
                "line_id",
                "product_id",
                "cycle_id",
                "appointment_id",
                "kind",
                "date_consumed",
                "quantity",
                "date",
            ),
            SQL(
                """
                WITH said AS (
                    SELECT visit.id AS appointment_id,
                           line.id AS line_id,
                           CASE WHEN plan.kind = 'plan' THEN visit.cycle_id
                           END AS cycle_id,
                           CASE visit.state
                               WHEN 'no_show' THEN 'no_show'
                               WHEN 'cancelled' THEN 'late'
                               ELSE 'used'
                           END AS kind,
                           visit.date_consumed,
                           service.sessions AS quantity
                      FROM pet_appointment visit
                      JOIN pet_appointment_line service
                        ON service.appointment_id = visit.id
                      JOIN pet_plan_line line ON line.id = service.plan_line_id
                      JOIN pet_plan plan ON plan.id = line.plan_id
                     WHERE visit.company_id = %(company)s
                       AND visit.date_consumed IS NOT NULL
                       AND line.is_unlimited IS NOT TRUE
                ), missing AS (
                    SELECT appointment_id, line_id, cycle_id, kind, date_consumed,
                           SUM(quantity) AS quantity
                      FROM (
                          SELECT * FROM said
                          UNION ALL
                          SELECT appointment_id, line_id, cycle_id, kind,
                                 date_consumed, -quantity
                            FROM pet_consumption
                           WHERE company_id = %(company)s
                             AND appointment_id IS NOT NULL
                      ) AS both_sides
                     GROUP BY appointment_id, line_id, cycle_id, kind, date_consumed
                    HAVING SUM(quantity) <> 0
                )
                SELECT line.company_id, line.plan_id, line.id, line.product_id,
                       missing.cycle_id, missing.appointment_id, missing.kind,
                       missing.date_consumed, missing.quantity,
                       CASE
                           WHEN missing.quantity > 0 AND NOT EXISTS (
                               SELECT FROM pet_consumption counted
                                WHERE counted.appointment_id = missing.appointment_id
                                  AND counted.date_consumed = missing.date_consumed
                           )
                           THEN missing.date_consumed
                           ELSE GREATEST(missing.date_consumed, %(first)s)
                       END
                  FROM missing
                  JOIN pet_plan_line line ON line.id = missing.line_id
                 ORDER BY missing.date_consumed, missing.appointment_id
                """,
                company=company.id,
                first=first,
            ),
        )

    # --- The ledger ----------------------------------------------------------------

    def _sql_entries(self, company, kinds, kind, day):
        """Return the statement that counts ledger entries which are not yet.

        :param kinds: of the entries
        :param kind: of the rows
        :param day: `SQL` of the day they count on
        """
        return self._sql_insert(
            (
                "company_id",
                "plan_id",
                "line_id",
                "product_id",
                "cycle_id",
                "entry_id",
                "kind",
                "quantity",
                "date",
            ),
            SQL(
                """
                SELECT entry.company_id, entry.plan_id, entry.line_id, line.product_id,
                       CASE WHEN plan.kind = 'plan' THEN entry.cycle_id END,
                       entry.id, %(kind)s, -entry.quantity, %(day)s
                  FROM pet_plan_entry entry
                  JOIN pet_plan_line line ON line.id = entry.line_id
                  JOIN pet_plan plan ON plan.id = entry.plan_id
             LEFT JOIN pet_cycle cycle ON cycle.id = entry.cycle_id
                 WHERE entry.company_id = %(company)s
                   AND entry.kind IN %(kinds)s
                   AND NOT EXISTS (
                       SELECT FROM pet_consumption row WHERE row.entry_id = entry.id
                   )
                 ORDER BY entry.id
                """,
                company=company.id,
                kinds=kinds,
                kind=kind,
                day=day,
            ),
        )

    def _sql_ledger(self, company, first):
        """Return the statement that counts what expired, and what edits took or gave.

        What expires does so on the day after the last one of use, however late the
        nightly job came; in a cancellation on the day of that.
        """
        return self._sql_entries(
            company,
            ("expire", "adjust"),
            SQL("CASE entry.kind WHEN 'adjust' THEN 'edit' ELSE 'expired' END"),
            SQL(
                """
                GREATEST(%(first)s, CASE entry.kind
                    WHEN 'adjust' THEN %(day)s
                    ELSE LEAST(
                        %(day)s,
                        CASE WHEN plan.state = 'cancelled' THEN plan.cancel_date END,
                        CASE
                            WHEN cycle.date_to IS NOT NULL
                                 AND plan.rollover IS NOT TRUE
                            THEN cycle.date_to
                            ELSE plan.date_end
                        END + 1
                    )
                END)
                """,
                first=first,
                day=company._sql_pet_day(SQL("entry.date")),
            ),
        )

    def _sql_reinstated(self, company, first):
        """Return the statement that counts what came back after it had expired.

        On the day on which it had expired, unless that is locked by now.
        """
        return self._sql_entries(
            company,
            ("reinstate",),
            SQL("'expired'"),
            SQL(
                """
                GREATEST(%(first)s, COALESCE(
                    (
                        SELECT expired.date
                          FROM pet_consumption expired
                         WHERE expired.plan_id = entry.plan_id
                           AND expired.line_id = entry.line_id
                           AND expired.cycle_id IS NOT DISTINCT FROM (
                               CASE WHEN plan.kind = 'plan' THEN entry.cycle_id END
                           )
                           AND expired.kind = 'expired'
                           AND expired.quantity > 0
                           AND expired.entry_id < entry.id
                         ORDER BY expired.entry_id DESC
                         LIMIT 1
                    ),
                    %(day)s
                ))
                """,
                first=first,
                day=company._sql_pet_day(SQL("entry.date")),
            ),
        )

    def _sql_moved(self):
        """Return the query of the sessions that went from plan to plan.

        What a plan got stands on lines of its own, as the first entry of each; all
        else is what it handed on, and what was owed before and is paid by another.
        """
        return SQL(
            """
            SELECT entry.id, entry.company_id, entry.plan_id, entry.line_id,
                   entry.cycle_id, entry.quantity, entry.date, line.product_id,
                   plan.kind, plan.is_carry_over, line.carried_from_id,
                   line.price_unit, line.unit_value,
                   CASE
                       WHEN line.carried_from_id IS NOT NULL THEN plan.renewal_of_id
                       ELSE plan.transferred_from_id
                   END AS giver_id,
                   entry.quantity > 0
                   AND (line.carried_from_id IS NOT NULL
                        OR plan.transferred_from_id IS NOT NULL)
                   AND entry.id = MIN(entry.id) OVER (PARTITION BY entry.line_id)
                   AS is_received
              FROM pet_plan_entry entry
              JOIN pet_plan_line line ON line.id = entry.line_id
              JOIN pet_plan plan ON plan.id = entry.plan_id
             WHERE entry.kind = 'transfer'
            """
        )

    def _sql_debts(self, company, first):
        """Return the statement that counts what a plan paid that another one owed (X6).

        Those sessions were served long ago, and not sold by the plan that served them.
        """
        return self._sql_insert(
            (
                "company_id",
                "plan_id",
                "line_id",
                "product_id",
                "cycle_id",
                "kind",
                "quantity",
                "date",
            ),
            SQL(
                """
                WITH moved AS (%(moved)s AND entry.company_id = %(company)s),
                owed AS (
                    SELECT plan_id, product_id, SUM(quantity) AS quantity
                      FROM (
                          SELECT plan_id, product_id, -quantity AS quantity
                            FROM moved WHERE NOT is_received
                          UNION ALL
                          SELECT giver_id, product_id, -quantity
                            FROM moved WHERE is_received
                          UNION ALL
                          SELECT plan_id, product_id, -quantity
                            FROM pet_consumption
                           WHERE company_id = %(company)s AND kind = 'debt'
                      ) AS sides
                     GROUP BY plan_id, product_id
                    HAVING SUM(quantity) <> 0
                )
                SELECT last.company_id, last.plan_id, last.line_id, last.product_id,
                       CASE WHEN last.kind = 'plan' THEN last.cycle_id END,
                       'debt', owed.quantity, GREATEST(%(first)s, last.day)
                  FROM owed
                  JOIN LATERAL (
                      SELECT entry.*, %(day)s AS day
                        FROM moved AS entry
                       WHERE entry.plan_id = owed.plan_id
                         AND entry.product_id = owed.product_id
                         AND NOT entry.is_received
                       ORDER BY entry.quantity * owed.quantity > 0, entry.id DESC
                       LIMIT 1
                  ) AS last ON TRUE
                """,
                moved=self._sql_moved(),
                company=company.id,
                first=first,
                day=company._sql_pet_day(SQL("entry.date")),
            ),
        )
