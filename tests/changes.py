from datetime import date, datetime

from .common import PetPlansCommon


class ChangeCase(PetPlansCommon):
    """Luna's 4 baths a month are changed to 8 on 10 January."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.four = cls.make_monthly(4, 45.0, name="4 baths a month")
        cls.eight = cls.make_monthly(8, 40.0, name="8 baths a month")
        cls.package = cls.make_template(
            [(cls.bath, 10, 42.0)],
            name="10 baths",
            appointment_count=10,
            appointments_per_cycle=5,
        )

    @classmethod
    def make_monthly(cls, count, price, *more, **values):
        return cls.make_template(
            [(cls.bath, count, price), *more], kind="plan", period_count=3, **values
        )

    def open_change(self, plan, template=None, day="2026-01-10", user=None):
        """Open the dialog as reception, on that day if it is still to come."""
        wizards = self.env["pet.plan.change"].with_user(user or self.env.user)
        return wizards.create(
            {
                "plan_id": plan.id,
                "template_id": (template or self.eight).id,
                "date": date.fromisoformat(day),
            }
        )

    def change(self, plan, template=None, day="2026-01-10", ahead=False, **values):
        """Change a plan on a day, and check that the preview told what happened.

        :return: the new plan
        """
        if not ahead and date.fromisoformat(day) > date.today():
            self.clock.move_to(f"{day} 12:00:00")
        wizard = self.open_change(plan, template, day, **values)
        told = {row.start: row.outcome == "move" for row in wizard.visit_ids}
        visits = plan._get_visits_from(wizard.date)
        money = wizard.amount_credited, wizard.amount_first, wizard.amount_billed
        wizard.action_apply()
        new = wizard.new_plan_id
        self.env.flush_all()
        for one in plan + new:
            self.assert_ledger_adds_up(one)
        self.assertEqual(told, {visit.start: visit.plan_id == new for visit in visits})
        if not ahead:
            sold = plan | plan.line_ids.carried_from_id.plan_id
            drafts = self.invoices(plan).filtered(lambda move: move.state == "draft")
            self.assertEqual(
                money,
                (
                    # What was carried into it is credited where it was billed (X6).
                    sum(self.credits(sold).mapped("amount_total")),
                    self.first_bill(new).amount_total,
                    sum(drafts.mapped("amount_total")),
                ),
            )
        return new

    def credits(self, plan):
        moves = plan.sudo().cycle_ids.move_ids
        return moves.filtered(lambda move: move.move_type == "out_refund").sorted("id")

    def first_bill(self, plan):
        return plan.sudo().cycle_ids.sorted("sequence").invoice_id[:1]

    def serve(self, visits):
        for visit in visits:
            visit.action_receive()
            visit.action_deliver()

    def sell_used(self):
        """Sell 4 baths a month, pay January, serve one of its baths."""
        plan = self.sell(self.four)
        self.pay(self.invoices(plan)[0])
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        return plan
