from datetime import datetime

from .cashier import make_currency
from .test_s13_top_up import TopUpCommon


class TestOwed(TopUpCommon):
    """S13: what was owed is taken from it first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(appointment_count=10, overdraft_limit=5.0)

    def sell_and_use(self, count, template=None):
        plan = self.sell(template or self.template)
        plan.book(self.weekly(count))
        return plan

    def test_ten_after_three_owed(self):
        plan = self.sell_and_use(13)
        old = plan.line_ids
        self.assertEqual(old.remaining, -3)
        new = self.top_up(plan, (old, 10))
        self.assertEqual((old.remaining, new.remaining), (0, 7))
        self.assertEqual(plan.sessions_remaining, 7)
        self.assertFalse(plan.is_overdrawn)
        self.assertEqual(
            [(entry.kind, entry.quantity) for entry in new.entry_ids.sorted("id")],
            [("grant", 10), ("transfer", -3)],
        )
        # Visits of before stay where they are, and the new ones enter its cycles.
        self.assertEqual([len(days) for days in self.days(plan)], [4, 4, 5, 0, 0, 0])
        plan.book(self.weekly(7, "2026-06-01 09:00:00"))
        self.assertEqual([len(days) for days in self.days(plan)], [4, 4, 5, 4, 3, 0])
        plan.book(self.weekly(5, "2026-09-07 09:00:00"))
        with self.assert_refused(Exception, "-5 left, and it may owe no more than 5"):
            plan.book(self.weekly(1, "2026-11-02 09:00:00"))

    def test_more_owed_than_comes(self):
        plan = self.sell_and_use(15)
        old = plan.line_ids
        new = self.top_up(plan, (old, 2))
        self.assertEqual((old.remaining, new.remaining), (-3, 0))
        new = self.top_up(plan, (old, 4))
        self.assertEqual((old.remaining, new.remaining), (0, 1))

    def test_of_two_lines(self):
        """S12: what the lines of a service owe together."""
        template = self.make_template(
            [(self.bath, 8, 45.0), (self.bath, 2, 0.0)],
            appointment_count=10,
            overdraft_limit=5.0,
        )
        plan = self.sell_and_use(13, template)
        plan.appointment_ids.sorted("start")[0].action_cancel()
        paid, present = plan.line_ids
        self.assertEqual((paid.remaining, present.remaining), (1, -3))
        new = self.top_up(plan, (paid, 5), (present, 1))
        self.assertEqual(plan.line_ids.mapped("remaining"), [0, 0, 3, 1])
        self.assertEqual(sum(new.mapped("remaining")), 4)

    def test_of_another_service(self):
        """Baths do not pay for groomings."""
        template = self.make_template(
            [(self.bath, 12, 45.0), (self.grooming, 1, 60.0)], overdraft_limit=1.0
        )
        plan = self.sell(template)
        self.serve_sessions(plan, 1, 2)
        bath, grooming = plan.line_ids
        self.top_up(plan, (bath, 4))
        self.assertEqual(grooming.remaining, -1)
        self.top_up(plan, (grooming, 1))
        self.assertEqual(plan.line_ids.mapped("remaining"), [11, 0, 4, 0])

    def test_what_was_owed_is_not_credited(self):
        """X7: of 10 billed, 3 were used before: 7 come back."""
        plan = self.sell_and_use(13)
        self.clock.move_to("2026-04-01 12:00:00")
        self.top_up(plan, (plan.line_ids, 10))
        self.pay(self.invoices(plan))
        self.cancel_plans(plan, settlement="credit_note")
        credit_notes = plan.sudo().cycle_ids.invoice_id.reversal_move_ids
        self.assertEqual(sum(credit_notes.mapped("amount_total")), 7 * 45.0)


class TestTopUpCredited(TopUpCommon):
    """X7: what was sold first counts as used first, a top-up last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.line = cls.plan.line_ids

    def serve(self, plan, count):
        visits = plan.book([datetime(2026, 1, 2, 13, n) for n in range(count)])
        visits.action_receive()
        return visits

    def cancel(self, plan):
        """Cancel with a credit note; return what each invoice is credited."""
        self.cancel_plans(plan, settlement="credit_note")
        return [
            sum(cycle.sudo().invoice_id.reversal_move_ids.mapped("amount_total"))
            for cycle in plan.cycle_ids.sorted("sequence")
        ]

    def test_the_top_up_is_not_used(self):
        self.top_up(self.plan, (self.line, 4, 40.0), user=self.manager)
        self.serve(self.plan, 12)
        self.pay(self.invoices(self.plan))
        self.assertEqual(self.cancel(self.plan), [0, 0, 0, 160.0])

    def test_whatever_line_they_stand_on(self):
        """12 of 16 used, one out of the top-up: the top-up comes back."""
        plan = self.plan
        new = self.top_up(plan, (self.line, 4, 40.0), user=self.manager)
        first, *__ = plan.book(self.weekly(12))
        self.serve(plan, 1)
        first.action_cancel()
        self.assertEqual((self.line.remaining, new.remaining), (1, 3))
        self.clock.move_to("2026-03-30 12:00:00")
        self.pay(self.invoices(plan))
        self.assertEqual(self.cancel(plan), [0, 0, 0, 160.0])

    def test_a_draft_that_was_not_used(self):
        """It is cancelled, and of the bills of before nothing comes back."""
        plan = self.plan
        self.top_up(plan, (self.line, 4), date_due="2026-05-01")
        first, *__ = plan.book(self.weekly(12))
        self.serve(plan, 1)
        first.action_cancel()
        self.clock.move_to("2026-03-30 12:00:00")
        self.pay(self.invoices(plan)[:3])
        self.assertEqual(self.cancel(plan), [0, 0, 0, 0])
        self.assertEqual(self.bills(plan), ["posted"] * 3 + ["cancel"])

    def test_after_presents(self):
        """10 paid, 2 free, 4 topped up: 11 used leave 4 of the top-up, a present."""
        plan = self.sell(
            self.make_template([(self.bath, 10, 45.0), (self.bath, 2, 0.0)])
        )
        paid, __ = plan.line_ids
        self.top_up(plan, (paid, 4, 40.0), user=self.manager)
        self.serve(plan, 11)
        self.pay(self.invoices(plan))
        self.assertEqual(self.cancel(plan), [0, 0, 0, 160.0])

    def test_paid_before_presents(self):
        """S12: one paid session came back, and counts as the present."""
        plan = self.sell(
            self.make_template([(self.bath, 10, 45.0), (self.bath, 2, 0.0)])
        )
        first, *__ = plan.book(self.weekly(12))
        first.action_cancel()
        self.assertEqual(plan.line_ids.mapped("remaining"), [1, 0])
        self.clock.move_to("2026-03-30 12:00:00")
        self.pay(self.invoices(plan))
        self.assertEqual(self.cancel(plan), [0, 0, 0])

    def test_the_last_top_up_first(self):
        plan = self.plan
        self.top_up(plan, (self.line, 2, 40.0), user=self.manager)
        self.top_up(plan, (self.line, 2, 30.0), user=self.manager)
        self.serve(plan, 13)
        self.pay(self.invoices(plan))
        self.assertEqual(self.cancel(plan), [0, 0, 0, 40.0, 60.0])

    def test_dated_ahead_and_called_off(self):
        """X7: its draft and sessions go, and come back, due as agreed on."""
        plan = self.plan
        self.top_up(plan, (self.line, 4), date_due="2026-02-01")
        self.serve(plan, 12)
        self.cancel_plans(plan, date="2026-01-10")
        self.assertEqual(self.bills(plan)[3], "cancel")
        self.assertEqual(plan.sessions_remaining, 0)
        plan.action_call_off_cancellation()
        self.assertEqual(self.bills(plan)[3], "draft")
        self.assertEqual(plan.sessions_remaining, 4)
        self.assertEqual(self.due_dates(plan)[3], "02-01")

    def test_dated_ahead_whatever_line_they_stand_on(self):
        """X7: with the draft go all four, one of them from the line of before."""
        plan = self.plan
        new = self.top_up(plan, (self.line, 4), date_due="2026-05-01")
        first, *__ = plan.book(self.weekly(13))
        first.action_cancel()
        self.assertEqual((self.line.remaining, new.remaining), (1, 3))
        self.cancel_plans(plan, date="2026-05-10")
        self.assertEqual(self.bills(plan), ["draft"] * 3 + ["cancel"])
        self.assertEqual((self.line.remaining, new.remaining), (0, 0))
        plan.action_call_off_cancellation()
        self.assertEqual((self.line.remaining, new.remaining), (1, 3))
        self.assert_ledger_adds_up(plan)


class TestTopUpRenewed(TopUpCommon):
    """X6: what was topped up is carried as the rest, and is no part of the offer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.line = cls.plan.line_ids

    def test_the_renewal_has_none_of_it(self):
        self.top_up(self.plan, (self.line, 4))
        for keep_price in (True, False):
            with self.undoing():
                renewal = self.carry(
                    self.plan, keep_price=keep_price, carry_remaining=False
                )
                self.assertEqual(renewal.sessions_total, 12)
                self.assertEqual(renewal.amount_total, 540.0)
                self.assertEqual(self.cycles(renewal), [(4, 180.0)] * 3)

    def test_what_is_left_is_carried(self):
        """Billed for nothing, not billed at its price, with the draft."""
        plan = self.plan
        self.top_up(plan, (self.line, 8, 40.0), user=self.manager)
        plan.book([datetime(2026, 1, 2, 13, n) for n in range(12)]).action_receive()
        self.post(self.invoices(plan)[:4])
        renewal = self.carry(plan)
        self.assertEqual(
            self.cycles(renewal), [(4, 0.0), (4, 160.0)] + [(4, 180.0)] * 3
        )
        self.assertEqual(self.bills(plan), ["posted"] * 4 + ["cancel"])
        self.assertEqual(plan.sessions_remaining, 0)
        self.assertEqual(renewal.sessions_remaining, 20)

    def test_carried_into_one_that_was_topped_up(self):
        """Ahead of its first cycle that is not billed, though the top-up is."""
        plan = self.plan
        renewal = self.carry(plan, carry_remaining=False)
        self.top_up(renewal, (renewal.line_ids, 4))
        self.post(self.invoices(renewal)[3])
        plan.action_carry_over()
        self.assertEqual(
            [bool(cycle.carried_from_id) for cycle in renewal.cycle_ids],
            [True] * 3 + [False] * 4,
        )
        self.assertEqual(renewal.line_ids.mapped("quantity"), [4, 4, 4, 12, 4])

    def test_given_away(self):
        """What is left goes over with its price; the new plan is whole."""
        plan = self.plan
        self.top_up(plan, (self.line, 4, 40.0), user=self.manager)
        plan.book([datetime(2026, 1, 2, 13)]).action_receive()
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {"plan_id": plan.id, "pet_id": self.rex.id, "reason": "Moved"}
        ).action_apply()
        other = plan.transferred_to_ids
        self.assertEqual(other.sessions_remaining, 15)
        self.assertEqual(other.amount_total, 8 * 45.0 + 4 * 40.0)
        self.assertEqual(sum(other.cycle_ids.mapped("capacity")), 15)
        # The price that is left is bookkeeping: it is topped up at the price sold.
        self.top_up(other, (other.line_ids[0], 1))
        self.assertEqual(other.line_ids[-1].price_unit, 45.0)


class TestTopUpInvoices(TopUpCommon):
    """S6, S7: its invoices are as those of the package."""

    def test_taxes_and_address(self):
        self.bath.sudo().taxes_id = self.make_tax("tax_excluded", 15.0)
        billing = self.env["res.partner"].create(
            {"name": "Billing", "type": "invoice", "parent_id": self.customer.id}
        )
        plan = self.sell()
        self.top_up(plan, (plan.line_ids, 4))
        first, *__, last = self.invoices(plan)
        self.assertEqual(last.amount_total, 207.0)
        self.assertEqual(last.partner_id, billing)
        for name in ("partner_id", "invoice_origin", "pet_id", "invoice_user_id"):
            self.assertEqual(first[name], last[name], name)

    def test_odd_cents(self):
        """S6: 10 at 33.333 in cycles of 4, 4, 2 add up to 333.33."""
        plan = self.sell()
        self.top_up(plan, (plan.line_ids, 10, 33.333), user=self.manager)
        amounts = [amount for __, amount in self.cycles(plan)[3:]]
        self.assertEqual(amounts, [133.33, 133.33, 66.67])
        self.assertEqual(self.invoices(plan)[3:].mapped("amount_untaxed"), amounts)

    def test_foreign_currency(self):
        """In the currency of the package, at today's rate of the catalogue."""
        currency = make_currency(self.env, "EUX", 2.0)
        template = self.make_template()
        plan = self.sell(template, confirm=False, currency_id=currency.id)
        plan.line_ids.price_unit = 80.0
        plan.action_confirm()
        wizard = self.open_top_up(plan, (plan.line_ids, 4))
        self.assertEqual(wizard.line_ids.price_unit, 80.0)
        wizard.at_current_price = True
        self.assertEqual(wizard.line_ids.price_unit, 90.0)
        wizard.action_apply()
        invoice = self.invoices(plan)[3]
        self.assertEqual((invoice.currency_id, invoice.amount_total), (currency, 360))

    def test_second_company(self):
        plan = self.sell_elsewhere()
        self.env["pet.plan.top.up"].with_user(self.other_staff).create(
            {
                "plan_id": plan.id,
                "line_ids": [(0, 0, {"line_id": plan.line_ids.id, "quantity": 4})],
            }
        ).action_apply()
        invoice = self.invoices(plan)[3]
        self.assertEqual(invoice.company_id, self.other_shop)
        self.assertEqual(plan.cycle_ids.company_id, self.other_shop)
        self.assertEqual(plan.sessions_remaining, 16)
        self.assertEqual(plan.line_ids[1].entry_ids.reason, "Top-up")
