"""The report of unused sessions (P7) in a shop with very many plans.

Every plan has three invoices and twelve visits. One in eight is open: two invoices are
posted, eight visits are served. The others were used up and paid a few months ago, as
most plans are of a shop that keeps its books here for years.
"""

from datetime import timedelta
from functools import partial

from measuring import Figure, measure, show
from shop import Shop

from odoo import fields
from odoo.tools import SQL

FEW = 1000
OPEN = 8  # one in so many plans is
DAYS_OVER = 90


def run(env, plans):
    """Compare the report of many plans with that of a few, per plan."""
    shop = BilledShop(env)
    figures = []
    for name, count in (("few", FEW), ("many", plans)):
        shop.sell(count)
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
    """A shop whose plans are billed, booked and served, most of them wholly."""

    def __init__(self, env):
        super().__init__(env)
        bath = self.plan.line_ids.product_id
        self.template = self.plan.template_id
        self.template.line_ids.write({"price_unit": 45.0, "product_id": bath.id})
        self.open = self.sell_one(served=8, posted=2)
        self.over = self.sell_one(served=12, posted=3)
        self.plans = 2
        env.flush_all()

    def sell_one(self, served, posted):
        """Sell a plan, book its visits, serve the first and post the first invoices."""
        plan = self.env["pet.plan"].create(
            {"template_id": self.template.id, "pet_id": self.pet.id}
        )
        plan.action_confirm()
        begin = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        visits = plan.book([begin + timedelta(days=day) for day in range(12)])
        visits[:served].action_receive()
        plan.cycle_ids.invoice_id[:posted].action_post()
        visits.line_ids.plan_line_id.flush_recordset()
        return plan

    def sell(self, count):
        """Copy the plans with all that hangs on them."""
        count -= self.plans
        self.copy(self.open, count // OPEN, days=0)
        self.copy(self.over, count - count // OPEN, days=DAYS_OVER)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.cr.execute("ANALYZE")
        self.env.invalidate_all()

    def copy(self, original, count, days):
        """Copy a plan as it was sold a number of days before."""
        earlier = partial(self.earlier, days)
        plans = self.clone(
            "pet_plan",
            original,
            count,
            name=SQL("'L' || (%s + number)", self.plans),
            **earlier("date_start"),
        )
        plan = SQL("%s + number", plans)
        lines = self.clone("pet_plan_line", original.line_ids, count, plan_id=plan)
        line = SQL("%s + number", lines)
        for cycle in original.cycle_ids:
            cycles = self.clone("pet_cycle", cycle, count, plan_id=plan)
            own = SQL("%s + number", cycles)
            self.bill(cycle.invoice_id, count, plan, own, earlier)
            for visit in cycle.appointment_ids:
                self.visit(visit, count, plan, own, line, earlier)
        for entry in original.entry_ids.filtered(lambda one: not one.appointment_id):
            self.clone(
                "pet_plan_entry",
                entry,
                count,
                plan_id=plan,
                line_id=line,
                **earlier("date"),
            )
        self.plans += count

    @staticmethod
    def earlier(days, *names):
        """Return the columns of dates, a number of days before the original's."""
        return {
            name: SQL(
                "%s - %s * interval '1 day'", SQL.identifier("original", name), days
            )
            for name in names
        }

    def bill(self, invoice, count, plan, cycle, earlier):
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
            **earlier("date", "invoice_date"),
        )
        for item in invoice.line_ids:
            self.clone(
                "account_move_line",
                item,
                count,
                move_id=SQL("%s + number", moves),
                **earlier("date"),
            )

    def visit(self, visit, count, plan, cycle, line, earlier):
        """Copy a visit, what it takes, and its entry."""
        visits = self.clone(
            "pet_appointment",
            visit,
            count,
            plan_id=plan,
            cycle_id=cycle,
            **earlier("start", "date_consumed"),
        )
        own = SQL("%s + number", visits)
        self.clone(
            "pet_appointment_line",
            visit.line_ids,
            count,
            appointment_id=own,
            plan_line_id=line,
        )
        entry = visit.plan_id.entry_ids.filtered(
            lambda one: one.appointment_id == visit
        )
        self.clone(
            "pet_plan_entry",
            entry,
            count,
            plan_id=plan,
            line_id=line,
            appointment_id=own,
            cycle_id=cycle,
            **earlier("date"),
        )
