"""A shop with as many plans as a benchmark asks for.

One plan is sold by the addon itself; the others are copies of its rows, made by SQL,
which takes seconds for what would take the ORM hours.
"""

from odoo import Command
from odoo.tools import SQL

DAYS = 1000  # plans started on that many days, the last of them today
VALIDITY = 120


class Shop:
    """A company whose sold plans can be multiplied."""

    def __init__(self, env):
        """Sell the one plan that the others are copies of."""
        self.env = env
        self.plans = 0
        customer = env["res.partner"].create({"name": "Customer"})
        self.pet = env["pet.pet"].create({"name": "Pet", "partner_id": customer.id})
        bath = env["product.product"].create({"name": "Bath", "type": "service"})
        template = env["pet.plan.template"].create(
            {
                "name": "Baths",
                "kind": "package",
                "appointment_count": 12,
                "appointments_per_cycle": 4,
                "line_ids": [Command.create({"product_id": bath.id, "quantity": 12})],
            }
        )
        template.line_ids.price_unit = 0.0
        self.plan = env["pet.plan"].create(
            {"template_id": template.id, "pet_id": self.pet.id}
        )
        self.plan.action_confirm()
        env.flush_all()

    def sell(self, count):
        """Add plans: as many start on each of the last days, and each ran its time.

        Every second customer has one plan only; each plan has one line, three cycles
        and ten ledger entries.
        """
        customers = self.clone("res_partner", self.pet.partner_id, count // 2 or 1)
        owner = SQL("%s + number %% %s", customers, count // 2 or 1)
        pets = self.clone("pet_pet", self.pet, count, partner_id=owner)
        start = SQL("CURRENT_DATE - (number %% %s)::int", DAYS)
        end = SQL("%s + %s", start, VALIDITY)
        plans = self.clone(
            "pet_plan",
            self.plan,
            count,
            partner_id=owner,
            pet_id=SQL("%s + number", pets),
            name=SQL("'B' || (%s + number)", self.plans),
            date_start=start,
            date_end=end,
            state=SQL(
                "CASE WHEN %s >= CURRENT_DATE THEN 'active' ELSE 'expired' END", end
            ),
        )
        plan = SQL("%s + number", plans)
        lines = self.clone(
            "pet_plan_line",
            self.plan.line_ids,
            count,
            plan_id=plan,
            remaining=SQL("CASE WHEN %s >= CURRENT_DATE THEN 3 ELSE 0 END", end),
        )
        for sequence in (1, 2, 3):
            self.clone(
                "pet_cycle",
                self.plan.cycle_ids[0],
                count,
                plan_id=plan,
                sequence=SQL("%s", sequence),
            )
        tenth = SQL("(number / 10)")
        self.clone(
            "pet_plan_entry",
            self.plan.entry_ids[0],
            count * 10,
            plan_id=SQL("%s + %s", plans, tenth),
            line_id=SQL("%s + %s", lines, tenth),
        )
        self.plans += count
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.cr.execute("ANALYZE")
        self.env.invalidate_all()
        return self.env["pet.plan"].browse(range(plans, plans + count))

    def clone(self, table, record, count, **columns):
        """Copy a row; return the first id of the copies.

        :param columns: SQL of the columns that differ, of `number` from 0 on
        """
        env = self.env
        names = [
            name
            for [name] in env.execute_query(
                SQL(
                    "SELECT column_name FROM information_schema.columns "
                    "WHERE table_schema = 'public' AND table_name = %s",
                    table,
                )
            )
        ]
        [[first]] = env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) + 1 FROM %s", SQL.identifier(table))
        )
        columns["id"] = SQL("%s + number", first)
        env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s AS original, "
                "generate_series(0, %s) AS number WHERE original.id = %s",
                SQL.identifier(table),
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL(", ").join(
                    columns.get(name, SQL.identifier("original", name))
                    for name in names
                ),
                SQL.identifier(table),
                count - 1,
                record.id,
            )
        )
        env.cr.execute(
            SQL(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                table,
                first + count,
            )
        )
        return first
