from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError

from .test_x2_drafts import ForfeitCommon
from .test_x7_credit_notes import CancelPlanCommon


class CarryCommon(ForfeitCommon):
    def use(self, plan, count, first="2026-01-02 13:00:00"):
        """Serve some visits on the day, an hour apart."""
        start = datetime.fromisoformat(first)
        visits = plan.book([start.replace(minute=n) for n in range(count)])
        visits.action_receive()
        visits.action_deliver()
        return visits

    def carry(self, plan, **values):
        renewal = super().carry(plan, **values)
        self.assert_cycles_add_up(renewal)
        return renewal

    def assert_cycles_add_up(self, plan):
        """S6: the cycles' amounts add up to the price sold."""
        self.assertAlmostEqual(
            sum(plan.cycle_ids.mapped("amount_untaxed")), plan.amount_total
        )

    def billed(self, *plans):
        """Return what is billed for plans: posted invoices, and drafts to come."""
        moves = self.env["pet.plan"].union(*plans).sudo().cycle_ids.move_ids
        return sum(
            moves.filtered(lambda move: move.state != "cancel").mapped("amount_total")
        )

    def amounts(self, plan):
        return self.invoices(plan).mapped("amount_total")

    def cycles(self, plan):
        """Return (room, price) of each cycle of a plan, in order."""
        return plan.cycle_ids.sorted("sequence").mapped(
            lambda cycle: (cycle.capacity, cycle.amount_untaxed)
        )


class TestCarryMoney(CarryCommon):
    """X6: no session given away, nothing left behind, at any stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def check(self, plan, used, price=540.0, sessions=12.0):
        """Renew a plan with what is left and compare before and after."""
        before = self.billed(plan)
        left = plan.sessions_remaining
        renewal = self.carry(plan)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(plan.sessions_used, used)
        self.assertEqual(renewal.sessions_remaining, sessions + left)
        self.assertAlmostEqual(self.billed(plan, renewal), before + price)
        # Nothing waits for ever: what is left of the old plan is posted or has visits.
        for cycle in plan.cycle_ids:
            self.assertNotEqual(
                (cycle.state, cycle.sudo().invoice_id.state), ("waiting", "draft")
            )
        # What was not billed costs what it was sold for, and what was billed nothing.
        unbilled = sum(
            cycle.amount_untaxed for cycle in renewal.cycle_ids if cycle.carried_from_id
        )
        self.assertAlmostEqual(renewal.amount_total, price + unbilled)
        return renewal

    def post_one_by_one(self, plan, most):
        """Post no invoice of a plan, then one more each time, up to some.

        What is done at each stage is undone before the next one.

        :yield: how many are posted
        """
        for billed in range(most + 1):
            self.post(self.invoices(plan)[:billed][-1:])
            with self.undoing():
                yield billed

    def test_any_stage_of_a_package(self):
        template = self.make_template()
        for used in (0, 1, 4, 5, 8, 11):
            plan = self.sell(template)
            self.use(plan, used)
            for billed in self.post_one_by_one(plan, 3):
                with self.subTest(billed=billed, used=used):
                    renewal = self.check(plan, used)
                    # Both together bill each session sold once.
                    self.assertEqual(self.billed(plan, renewal), 1080.0)

    def test_any_stage_of_use_and_odd_prices(self):
        """10 by 4 with two services, odd cents, a discount, half days, tax included."""
        self.bath.sudo().taxes_id = self.make_tax("tax_included")
        template = self.make_template(
            [(self.bath, 10, 33.33, 5.0), (self.grooming, 3, 16.67)],
            appointment_count=10,
        )
        for taken in ((1, 1), (0.5, 0), (4, 2), (7, 1), (9.5, 3)):
            plan = self.sell(template)
            self.serve_sessions(plan, *taken)
            for billed in self.post_one_by_one(plan, 2):
                with self.subTest(billed=billed, taken=taken):
                    before = self.billed(plan)
                    renewal = self.carry(plan)
                    self.assertEqual(plan.sessions_remaining, 0.0)
                    self.assertEqual(renewal.sessions_remaining, 2 * 13.0 - sum(taken))
                    self.assertAlmostEqual(
                        self.billed(plan, renewal), before + plan.amount_total, 2
                    )

    def test_one_billed_and_one_used(self):
        """The example that gave 24 baths for 720.00."""
        plan = self.plan
        self.use(plan, 1)
        self.post(self.invoices(plan)[0])
        renewal = self.check(plan, 1)
        self.assertEqual(
            self.cycles(renewal),
            [(3.0, 0.0), (4.0, 180.0), (4.0, 180.0)] + [(4.0, 180.0)] * 3,
        )
        self.assertEqual(
            renewal.cycle_ids.sorted("sequence").carried_from_id, plan.cycle_ids[1:]
        )
        self.assertEqual(self.states(plan), ["posted", "cancel", "cancel"])
        self.assertFalse(renewal.cycle_ids[0].sudo().invoice_id)

    def test_a_draft_partly_used_keeps_what_was_used(self):
        plan = self.plan
        self.use(plan, 5)
        self.post(self.invoices(plan)[0])
        renewal = self.check(plan, 5)
        self.assertEqual(
            self.cycles(renewal)[:3], [(3.0, 135.0), (4.0, 180.0), (4.0, 180.0)]
        )
        self.assertEqual(self.amounts(plan)[:2], [180.0, 45.0])
        self.assertEqual(self.states(plan), ["posted", "draft", "cancel"])

    def test_visits_still_booked_stay_with_the_old_plan(self):
        plan = self.plan
        plan.book(self.weekly(5))
        renewal = self.carry(plan)
        self.assertEqual(self.days(plan)[1], ["02-02"])
        self.assertEqual(self.amounts(plan)[:2], [180.0, 45.0])
        self.assertEqual(self.cycles(renewal)[0], (3.0, 135.0))

    def test_used_first_and_at_its_price(self):
        plan = self.plan
        self.use(plan, 9)
        self.post(self.invoices(plan)[0])
        plan.template_id.with_user(self.manager).line_ids.price_unit = 50.0
        renewal = self.carry(plan)
        visits = renewal.book([datetime(2026, 4, 2 + day, 9) for day in range(4)])
        self.assertEqual(visits.cycle_id.mapped("sequence"), [1, 2])
        self.assertEqual([len(cycle) for cycle in self.days(renewal)], [3, 1, 0, 0])
        self.assertEqual(self.amounts(renewal), [135.0, 200.0, 200.0, 200.0])
        self.assertEqual(
            visits[:3].line_ids.plan_line_id.carried_from_id, plan.line_ids
        )

    def test_names_of_the_drafts(self):
        plan = self.plan
        self.use(plan, 9)
        renewal = self.carry(plan)
        names = self.invoices(renewal).invoice_line_ids.mapped("name")
        for number, name in enumerate(names, 1):
            self.assertIn(f"cycle {number} of 4", name)

    def test_after_the_end(self):
        """What X2 cancelled counts as unbilled, and does not come back to the old."""
        for job in (False, True):
            with self.subTest(job=job):
                self.clock.move_to("2026-01-02 12:00:00")
                plan = self.sell(self.make_template(validity=1))
                self.use(plan, 1)
                self.post(self.invoices(plan)[0])
                self.clock.move_to("2026-02-10 12:00:00")
                if job:
                    self.run_job("pet_plans.ir_cron_update_plans")
                renewal = self.carry(plan)
                self.assertEqual(
                    self.cycles(renewal)[:3], [(3.0, 0.0), (4.0, 180.0), (4.0, 180.0)]
                )
                self.assertEqual(self.billed(plan, renewal), 180.0 + 360.0 + 540.0)
                self.end_on(plan, "2026-03-10")
                self.assertEqual(self.states(plan), ["posted", "cancel", "cancel"])
                self.assertEqual(plan.sessions_remaining, 0.0)

    def test_what_is_owed(self):
        plan = self.sell(self.make_template(overdraft_limit=5.0))
        self.serve_sessions(plan, 15)
        self.assertEqual(plan.sessions_remaining, -3.0)
        wizard = self.env["pet.plan.renew"].create({"plan_id": plan.id})
        self.assertEqual(wizard.carryable, -3.0)
        renewal = self.carry(plan)
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(renewal.sessions_remaining, 9.0)
        self.assertEqual(self.billed(renewal), 540.0)

    def test_a_present_is_carried_for_nothing(self):
        plan = self.plan
        self.use(plan, 1)
        self.adjust(plan, 13.0)
        renewal = self.carry(plan)
        self.assertEqual(
            self.cycles(renewal)[:4],
            [(2.0, 0.0), (3.0, 135.0), (4.0, 180.0), (4.0, 180.0)],
        )

    def test_paid_as_a_draft_is_billed(self):
        plan = self.plan
        self.use(plan, 1)
        self.match(self.invoices(plan)[0], 180.0)
        renewal = self.carry(plan)
        self.assertEqual(self.cycles(renewal)[0], (3.0, 0.0))
        self.assertEqual(self.amounts(plan)[0], 180.0)

    def test_a_price_that_a_person_changed(self):
        plan = self.plan
        draft = self.invoices(plan)[0].with_user(self.accountant)
        draft.invoice_line_ids.price_unit = 40.0
        self.use(plan, 1)
        renewal = self.carry(plan)
        self.assertEqual(self.amounts(plan)[0], 40.0)
        self.assertEqual(self.cycles(renewal)[0], (3.0, 120.0))

    def test_the_old_cycle_is_not_billed_again(self):
        plan = self.plan
        self.use(plan, 4)
        self.carry(plan)
        with self.assert_refused(UserError, "only a closed cycle"):
            plan.cycle_ids[1].with_user(self.accountant).action_create_invoice()

    def test_kept_price_is_that_of_the_offer(self):
        plan = self.plan
        self.use(plan, 4)
        renewal = self.carry(plan)
        again = self.carry(renewal, keep_price=True)
        self.assertEqual(again.amount_total, 540.0 + 540.0 + 360.0)
        self.assertEqual(self.billed(plan, renewal, again), 3 * 540.0)
        self.assertEqual(again.sessions_remaining, 12.0 + 12.0 + 8.0)

    def test_another_currency_is_refused(self):
        foreign = self.env.ref("base.USD").sudo() + self.env.ref("base.EUR").sudo()
        foreign.active = True
        foreign = (foreign - self.shop.currency_id)[:1]
        plan = self.sell(currency_id=foreign.id)
        with self.assert_refused(UserError, f"was sold in {foreign.name}"):
            self.carry(plan)
        self.carry(plan, keep_price=True)

    def test_into_a_plan_by_periods(self):
        """The first period bills what was not, on top of its own."""
        package = self.make_template()
        plan = self.sell(package)
        self.use(plan, 5)
        self.post(self.invoices(plan)[0])
        package.with_user(self.manager).write(
            {
                "kind": "plan",
                "period_count": 2,
                "line_ids": [Command.update(package.line_ids.id, {"quantity": 4})],
            }
        )
        renewal = self.carry(plan)
        self.assertEqual(self.amounts(renewal), [180.0 + 315.0, 180.0])
        self.assertEqual(renewal.sessions_remaining, 8.0 + 7.0)
        self.assertEqual(self.billed(plan, renewal), 180.0 + 45.0 + 675.0)

    def test_posted_ones_of_the_renewal_stay_ahead(self):
        """Carried over into a renewal of which the first cycle is billed."""
        plan = self.plan
        self.use(plan, 4)
        plan.action_renew()
        renewal = plan.renewed_by_id
        self.post(self.invoices(renewal)[0])
        plan.action_carry_over()
        self.assertEqual(self.states(renewal), ["posted"] + ["draft"] * 4)
        self.assertEqual(
            renewal.cycle_ids.sorted("sequence").mapped("carried_from_id"),
            plan.cycle_ids[1:],
        )
        self.assertFalse(renewal.cycle_ids.sorted("sequence")[0].carried_from_id)
        self.assert_cycles_add_up(renewal)

    def test_afterwards_there_must_be_something(self):
        plan = self.plan
        with self.assert_refused(UserError, "is not renewed yet"):
            plan.action_carry_over()
        plan.action_renew()
        plan.action_carry_over()
        with self.assert_refused(UserError, "nothing to carry over.* 0 session"):
            plan.action_carry_over()

    def test_told_on_both_plans(self):
        plan = self.plan
        self.use(plan, 4)
        renewal = self.carry(plan)
        for one in plan + renewal:
            self.assertIn("8 sessions carried over", "".join(self.bodies(one)))

    def test_paid_and_free_sessions_of_one_service(self):
        """S12: lines of one service, used one after the other."""
        template = self.make_template(
            [(self.bath, 10, 45.0), (self.bath, 2, 0.0)], appointment_count=12
        )
        for used in (1, 5, 9, 11):
            plan = self.sell(template)
            self.use(plan, used)
            for billed in self.post_one_by_one(plan, 2):
                with self.subTest(billed=billed, used=used):
                    before = self.billed(plan)
                    renewal = self.carry(plan)
                    self.assertEqual(plan.sessions_remaining, 0.0)
                    self.assertEqual(renewal.sessions_remaining, 24.0 - used)
                    self.assertEqual(self.billed(plan, renewal), before + 450.0)


class TestCarryCredited(CarryCommon, CancelPlanCommon):
    """X6, X7: what was billed by the old plan is credited on its invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()

    def test_on_the_invoices_it_came_from(self):
        plan = self.plan
        self.use(plan, 1)
        self.pay(self.invoices(plan)[:2])
        renewal = self.carry(plan)
        wizard = self.open_wizard(renewal, "2026-01-03")
        self.assertEqual(wizard.amount_credited, 7 * 45.0)
        wizard.action_apply()
        notes = (
            plan.sudo()
            .cycle_ids.move_ids.filtered(lambda move: move.move_type == "out_refund")
            .sorted("id")
        )
        self.assertEqual(notes.mapped("amount_total"), [135.0, 180.0])
        self.assertEqual(notes.reversed_entry_id, self.invoices(plan)[:2])
        self.assertFalse(
            renewal.sudo().cycle_ids.move_ids.filtered(
                lambda move: move.state != "cancel"
            )
        )

    def test_not_what_was_used_of_it(self):
        plan = self.plan
        self.use(plan, 1)
        self.pay(self.invoices(plan))
        renewal = self.carry(plan)
        self.use(renewal, 6, "2026-01-02 15:00:00")
        wizard = self.open_wizard(renewal, "2026-01-03")
        self.assertEqual(wizard.amount_credited, 5 * 45.0)
        wizard.action_apply()

    def test_the_old_plan_credits_none_of_it(self):
        plan = self.plan
        self.use(plan, 1)
        self.pay(self.invoices(plan)[:2])
        self.carry(plan)
        self.assertFalse(self.cancel(plan, "2026-01-03"))

    def test_carried_twice(self):
        plan = self.plan
        self.use(plan, 1)
        self.pay(self.invoices(plan))
        renewal = self.carry(self.carry(plan))
        wizard = self.open_wizard(renewal, "2026-01-03")
        self.assertEqual(wizard.amount_credited, 11 * 45.0)
