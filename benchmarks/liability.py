"""The report of unused sessions (P7) in a shop with very many plans.

Every plan has three invoices, two of them posted, and twelve visits, eight of them
served.
"""

from datetime import timedelta

from measuring import Figure, measure, show
from shop import Shop

from odoo import fields
from odoo.tools import SQL

FEW = 1000


def run(env, plans):
    """Compare the report of many plans with that of a few, per plan."""
    shop = BilledShop(env)
    figures = []
    for name, count in (("few", FEW), ("many", plans)):
        shop.sell(count - shop.plans)
        first = measure(env, f"{name}: first report", make_report, runs=1)
        env["pet.consumption"].sudo()._update(env.company)
        env.cr.commit()  # pylint: disable=invalid-commit
        env.cr.execute("ANALYZE")
        again = measure(env, f"{name}: a report, all counted", make_report, runs=3)
        for figure in (first, again):
            figures.append(
                Figure(
                    f"{figure.name}, {shop.plans:,} plans",
                    figure.milliseconds,
                    figure.queries,
                )
            )
    show("Unused sessions", figures, figures[1])


def make_report(env):
    """Make the report of this month."""
    today = fields.Date.today()
    env["pet.liability"].create(
        {
            "date_from": fields.Date.start_of(today, "month"),
            "date_to": fields.Date.end_of(today, "month"),
        }
    )


class BilledShop(Shop):
    """A shop whose plans are billed, booked and partly served."""

    def __init__(self, env):
        super().__init__(env)
        bath = self.plan.line_ids.product_id
        template = self.plan.template_id
        template.line_ids.write({"price_unit": 45.0, "product_id": bath.id})
        self.plan = env["pet.plan"].create(
            {"template_id": template.id, "pet_id": self.pet.id}
        )
        self.plan.action_confirm()
        begin = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        visits = self.plan.book([begin + timedelta(days=day) for day in range(12)])
        visits[:8].action_receive()
        self.plan.cycle_ids.invoice_id[:2].action_post()
        visits.line_ids.plan_line_id.flush_recordset()
        env.flush_all()

    def sell(self, count):
        """Copy the plan with all that hangs on it."""
        plans = self.clone(
            "pet_plan", self.plan, count, name=SQL("'L' || (%s + number)", self.plans)
        )
        plan = SQL("%s + number", plans)
        lines = self.clone("pet_plan_line", self.plan.line_ids, count, plan_id=plan)
        line = SQL("%s + number", lines)
        for cycle in self.plan.cycle_ids:
            cycles = self.clone("pet_cycle", cycle, count, plan_id=plan)
            own = SQL("%s + number", cycles)
            self.bill(cycle.invoice_id, count, plan, own)
            for visit in cycle.appointment_ids:
                self.visit(visit, count, plan, own, line)
        for entry in self.plan.entry_ids.filtered(lambda one: not one.appointment_id):
            self.clone("pet_plan_entry", entry, count, plan_id=plan, line_id=line)
        self.plans += count
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.cr.execute("ANALYZE")
        self.env.invalidate_all()

    def bill(self, invoice, count, plan, cycle):
        """Copy an invoice and its journal items."""
        moves = self.clone(
            "account_move",
            invoice,
            count,
            pet_plan_id=plan,
            pet_cycle_id=cycle,
            name=SQL(
                "CASE WHEN original.state = 'posted' "
                "THEN 'L%s/' || (%s + number) ELSE original.name END",
                invoice.id,
                self.plans,
            ),
        )
        for item in invoice.line_ids:
            self.clone(
                "account_move_line", item, count, move_id=SQL("%s + number", moves)
            )

    def visit(self, visit, count, plan, cycle, line):
        """Copy a visit, what it takes, and its entry."""
        visits = self.clone(
            "pet_appointment", visit, count, plan_id=plan, cycle_id=cycle
        )
        own = SQL("%s + number", visits)
        self.clone(
            "pet_appointment_line",
            visit.line_ids,
            count,
            appointment_id=own,
            plan_line_id=line,
        )
        entry = self.plan.entry_ids.filtered(lambda one: one.appointment_id == visit)
        self.clone(
            "pet_plan_entry",
            entry,
            count,
            plan_id=plan,
            line_id=line,
            appointment_id=own,
            cycle_id=cycle,
        )
