from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class CancelPlanCommon(PetPlansCommon):
    """Cancel plans through the wizard, as reception."""

    def open_wizard(
        self, plans, day="2026-01-20", settlement="credit_note", user=None, **values
    ):
        """Open the cancellation, as reception unless told otherwise.

        On that day, if it is still to come: dated ahead it would only be noted.
        """
        if date.fromisoformat(day) > date.today():
            self.clock.move_to(f"{day} 12:00:00")
        wizards = self.env["pet.plan.cancel"].with_user(user or self.env.user)
        return wizards.create(
            {
                "plan_ids": plans.ids,
                "date": date.fromisoformat(day),
                "reason": "Moves away",
                "settlement": settlement,
                **values,
            }
        )

    def cancel(self, plans, *args, **values):
        """Cancel plans and check that the preview told what happened.

        :return: the credit notes made, in the order of their cycles
        """
        wizard = self.open_wizard(plans, *args, **values)
        cycles = plans.sudo().cycle_ids
        before = cycles.move_ids
        foreseen = {row.cycle_id.sudo(): row.effect for row in wizard.line_ids}
        money = {
            row.cycle_id.sudo(): (row.amount_credited, row.amount_billed)
            for row in wizard.line_ids
        }
        states = {
            cycle: (cycle.invoice_id.state, cycle.amount_total) for cycle in cycles
        }
        wizard.action_apply()
        made = cycles.move_ids - before
        for cycle in cycles:
            self.assertEqual(
                foreseen[cycle], self.get_effect(cycle, states[cycle], made)
            )
            self.assertEqual(money[cycle], self.get_money(cycle, made))
        for at, total in enumerate((wizard.amount_credited, wizard.amount_billed)):
            made_in_all = sum(amounts[at] for amounts in money.values())
            self.assertEqual(round(total, 2), round(made_in_all, 2))
        for plan in plans:
            self.assert_ledger_adds_up(plan)
            self.assertEqual(plan.sessions_remaining, 0.0)
        self.assertEqual(made, made.filtered(lambda move: move.state == "draft"))
        return made.sorted(lambda move: (move.pet_cycle_id.plan_id.id, move.id))

    def get_effect(self, cycle, before, made):
        """Return what became of a cycle's invoice, in the words of the preview."""
        invoice = cycle.invoice_id
        state, amount = before
        if made & cycle.move_ids:
            return "credit"
        if state == "posted" and cycle.state != "closed":
            return "keep_posted"
        if state == "draft":
            if invoice.state != "draft":
                return "cancel_draft"
            same = invoice.amount_total == amount
            return "keep_draft" if same else "cut_draft"
        return "none"

    def get_money(self, cycle, made):
        """Return what was credited of a cycle, and what its draft bills now."""
        credited = sum((made & cycle.move_ids).mapped("amount_total"))
        draft = cycle.invoice_id.filtered(lambda move: move.state == "draft")
        return credited, draft.amount_total

    def serve(self, plan, *days):
        for day in days:
            visit = self.visit_on(plan, day)
            visit.action_receive()
            visit.action_deliver()


class TestCreditOfPackage(CancelPlanCommon):
    """X7: of each cycle exactly what was billed and not used comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.invoice = cls.invoices(cls.plan)[0]

    def amounts(self, credit_notes):
        return credit_notes.mapped("amount_total")

    def test_posted_and_not_paid(self):
        self.serve(self.plan, "01-05", "01-12")
        self.post(self.invoice)
        credit_note = self.cancel(self.plan)
        self.assertEqual(self.amounts(credit_note), [45.0])
        self.assertEqual(credit_note.reversed_entry_id, self.invoice)
        self.assertEqual(credit_note.pet_cycle_id, self.plan.cycle_ids[0])
        self.assertEqual(credit_note.pet_id, self.luna)
        self.assertIn("Moves away", credit_note.ref)
        self.post(credit_note)
        self.assertEqual(self.invoice.amount_residual, 135.0)

    def test_partly_paid(self):
        self.serve(self.plan, "01-05", "01-12")
        self.pay(self.invoice, amount=100.0)
        self.assertEqual(self.plan.cycle_ids[0].payment_state, "partial")
        credit_note = self.cancel(self.plan, "2026-01-13")
        self.assertEqual(self.amounts(credit_note), [90.0])

    def test_paid(self):
        self.pay(self.invoice)
        self.assertEqual(self.plan.cycle_ids[0].state, "settled")
        credit_note = self.cancel(self.plan, "2026-01-05")
        self.assertEqual(self.amounts(credit_note), [180.0])
        self.assertEqual(self.invoice.state, "posted")

    def test_draft_is_never_credited(self):
        self.serve(self.plan, "01-05")
        self.assertFalse(self.cancel(self.plan))
        self.assertEqual(self.invoice.state, "draft")

    def test_reset_to_draft(self):
        self.post(self.invoice)
        self.invoice.with_user(self.accountant).button_draft()
        self.assertFalse(self.cancel(self.plan, "2026-01-05"))
        self.assertEqual(self.invoice.state, "cancel")
        self.assertTrue(self.invoice.exists())

    def test_cancelled_by_the_accountant(self):
        self.invoice.with_user(self.accountant).button_cancel()
        self.assertFalse(self.cancel(self.plan, "2026-01-05"))

    def test_deleted_draft(self):
        self.invoice.with_user(self.accountant).unlink()
        self.assertFalse(self.cancel(self.plan, "2026-01-05"))

    def test_credited_in_full_before(self):
        self.post(self.invoice)
        self.credit(self.invoice)
        self.assertEqual(self.plan.cycle_ids[0].state, "closed")
        self.assertFalse(self.cancel(self.plan, "2026-01-05"))

    def test_paid_and_credited_in_full_before(self):
        """A paid invoice stays paid when it is credited: the money is owed twice."""
        self.pay(self.invoice)
        self.credit(self.invoice)
        self.assertEqual(self.plan.cycle_ids[0].state, "settled")
        self.assertFalse(self.cancel(self.plan, "2026-01-05"))

    def test_sessions_credited_before_are_not_credited_again(self):
        self.serve(self.plan, "01-05", "01-12")
        self.pay(self.invoice)
        self.credit(self.invoice, quantity=1)
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-13")), [45.0])

    def test_draft_credit_notes_count_as_credited(self):
        self.serve(self.plan, "01-05", "01-12")
        self.post(self.invoice)
        self.credit(self.invoice, quantity=2, post=False)
        self.assertFalse(self.cancel(self.plan, "2026-01-13"))

    def test_cancelled_credit_notes_do_not(self):
        self.serve(self.plan, "01-05", "01-12")
        self.post(self.invoice)
        credit_note = self.credit(self.invoice, quantity=2, post=False)
        credit_note.with_user(self.accountant).button_cancel()
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-13")), [90.0])

    def test_amount_credited_before(self):
        """20.00 were given back for a scratch: they are not given back again."""
        self.serve(self.plan, "01-05", "01-12")
        self.pay(self.invoice)
        self.credit(self.invoice, quantity=1, price_unit=20.0)
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-13")), [70.0])

    def credit_without_service(self, amount):
        """Credit an amount of the first invoice that names no service, as a person."""
        credit_note = self.credit(self.invoice, post=False)
        credit_note.with_user(self.accountant).invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Our fault", "quantity": 1, "price_unit": amount}),
        ]
        self.post(credit_note)

    def test_credited_before_without_naming_the_service(self):
        """Of 180.00 they had 120.00 back: 60.00 are left to give."""
        self.pay(self.invoice)
        self.credit_without_service(120.0)
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-05")), [60.0])

    def test_all_credited_before_without_naming_the_service(self):
        self.pay(self.invoice)
        self.credit_without_service(180.0)
        self.assertFalse(self.cancel(self.plan, "2026-01-05"))

    def test_a_compensation_of_what_was_used_is_not_taken_off(self):
        """One was served and paid back: the other three are credited in full."""
        self.serve(self.plan, "01-05")
        self.pay(self.invoice)
        self.credit_without_service(45.0)
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-12")), [135.0])

    def test_billed_anew_after_a_credit(self):
        """The credit of the first invoice is not one of the second."""
        self.post(self.invoice)
        self.env["account.move.reversal"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({"journal_id": self.invoice.journal_id.id}).modify_moves()
        again = self.invoices(self.plan)[0]
        self.assertNotEqual(again, self.invoice)
        self.post(again)
        credit_note = self.cancel(self.plan, "2026-01-05")
        self.assertEqual(self.amounts(credit_note), [180.0])
        self.assertEqual(credit_note.reversed_entry_id, again)

    def test_everything_served_makes_none(self):
        self.serve(self.plan, "01-05", "01-12", "01-19", "01-26")
        self.pay(self.invoice)
        self.assertFalse(self.cancel(self.plan, "2026-02-01"))

    def test_discount_of_the_accountant(self):
        """Billed 180.00 less 80.00: each of the four sessions cost 25.00."""
        self.invoice.with_user(self.accountant).invoice_line_ids = [
            Command.create({"name": "Discount", "quantity": 1, "price_unit": -80.0})
        ]
        self.pay(self.invoice)
        self.assertEqual(self.invoice.amount_total, 100.0)
        self.serve(self.plan, "01-05")
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-12")), [75.0])

    def test_price_changed_by_the_accountant(self):
        line = self.invoice.invoice_line_ids
        self.invoice.with_user(self.accountant).invoice_line_ids = [
            Command.update(line.id, {"price_unit": 40.0}),
            Command.create({"product_id": self.grooming.id, "quantity": 1}),
        ]
        self.pay(self.invoice)
        self.serve(self.plan, "01-05")
        self.assertEqual(self.amounts(self.cancel(self.plan, "2026-01-12")), [120.0])

    def test_each_cycle_has_its_own(self):
        self.pay(self.invoices(self.plan)[:2])
        self.serve(self.plan, "01-05", "01-12")
        credit_notes = self.cancel(self.plan)
        self.assertEqual(self.amounts(credit_notes), [45.0, 180.0])
        self.assertEqual(credit_notes.reversed_entry_id, self.invoices(self.plan)[:2])
        self.assertEqual(self.invoices(self.plan)[2].state, "cancel")

    def test_none_is_made_without_asking(self):
        self.pay(self.invoice)
        self.assertFalse(self.cancel(self.plan, settlement="none"))

    def test_before_the_start(self):
        self.pay(self.invoice)
        credit_note = self.cancel(self.plan, "2025-12-01", user=self.manager)
        self.assertEqual(self.amounts(credit_note), [180.0])
        self.assertEqual(self.days(self.plan), [[], [], []])

    def test_in_the_future_keeps_what_is_booked_until_then(self):
        self.pay(self.invoices(self.plan)[:2])
        credit_notes = self.cancel(self.plan, "2026-02-10")
        self.assertEqual(self.amounts(credit_notes), [90.0])
        self.assertEqual(self.plan.sessions_booked, 6.0)

    def test_late_cancellations_are_used(self):
        self.visits[0]._cancel(consumed=self.visits[0])
        self.pay(self.invoice)
        credit_note = self.cancel(self.plan, "2026-01-03")
        self.assertEqual(self.amounts(credit_note), [135.0])

    def test_sessions_a_manager_took_away_are_not_credited(self):
        self.pay(self.invoice)
        plan = self.sell_paid()
        self.adjust(plan, 10.0)
        credit_notes = self.cancel(plan, "2026-01-05")
        self.assertEqual(sum(self.amounts(credit_notes)), 450.0)

    def test_a_present_is_not_credited(self):
        plan = self.sell_paid()
        self.adjust(plan, 14.0)
        self.assertEqual(sum(self.amounts(self.cancel(plan, "2026-01-05"))), 540.0)

    def sell_paid(self):
        plan = self.sell(pet=self.rex)
        self.pay(self.invoices(plan))
        return plan

    def test_sessions_that_went_to_the_renewal_are_not_credited(self):
        plan = self.sell_paid()
        plan.book(self.weekly(2))
        self.carry(plan)
        credit_notes = self.cancel(plan, "2026-01-06")
        self.assertEqual(sum(self.amounts(credit_notes)), 45.0)

    def test_sessions_given_to_another_pet_are_not_credited(self):
        plan = self.sell_paid()
        plan.book(self.weekly(1)).action_receive()
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {"plan_id": plan.id, "pet_id": self.luna.id, "reason": "Wrong pet"}
        ).action_apply()
        self.assertFalse(self.cancel(plan, "2026-01-06"))

    def test_what_expired_is_not_credited(self):
        plan = self.sell(self.make_template(validity=1), pet=self.rex)
        self.pay(self.invoices(plan))
        self.clock.move_to("2026-02-05 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertFalse(self.cancel(plan, "2026-02-05"))


class TestCreditOfServices(CancelPlanCommon):
    """X7: several services, discounts and taxes."""

    def sell_paid(self, lines, **values):
        values.setdefault("appointment_count", 4)
        values.setdefault("appointments_per_cycle", 4)
        plan = self.sell(self.make_template(lines, **values))
        self.pay(self.invoices(plan))
        return plan

    def test_two_services(self):
        plan = self.sell_paid([(self.bath, 4, 45.0), (self.grooming, 2, 60.0)])
        self.serve_sessions(plan, 1, 1)
        credit_note = self.cancel(plan, "2026-01-03")
        self.assertRecordValues(
            credit_note.invoice_line_ids,
            [
                {"product_id": self.bath.id, "quantity": 3.0, "price_unit": 45.0},
                {"product_id": self.grooming.id, "quantity": 1.0, "price_unit": 60.0},
            ],
        )

    def test_a_free_service_is_no_credit_note(self):
        plan = self.sell_paid([(self.bath, 1, 45.0), (self.grooming, 2, 0.0)])
        self.serve_sessions(plan, 1, 1)
        self.assertFalse(self.cancel(plan, "2026-01-03"))

    def test_one_service_at_two_prices(self):
        """The paid baths are used, the free one is not: nothing comes back."""
        plan = self.sell_paid([(self.bath, 4, 45.0), (self.bath, 1, 0.0)])
        self.serve_sessions(plan, 4, 0)
        self.assertFalse(self.cancel(plan, "2026-01-03"))

    def test_price_0(self):
        plan = self.sell(self.make_template([(self.bath, 12, 0.0)]))
        self.assertFalse(self.cancel(plan, "2026-01-03"))
        self.assertFalse(plan.sudo().cycle_ids.move_ids)

    def test_half_days(self):
        plan = self.sell_paid([(self.bath, 4, 45.0)])
        self.serve_sessions(plan, 0.5)
        self.assertEqual(self.cancel(plan, "2026-01-03").amount_total, 157.5)

    def test_discount(self):
        plan = self.sell_paid([(self.bath, 4, 45.0, 10.0)])
        self.serve_sessions(plan, 1)
        self.assertEqual(self.cancel(plan, "2026-01-03").amount_total, 121.5)

    def test_odd_cents(self):
        """100.00 in three cycles; a whole cycle gives back what it billed."""
        plan = self.sell_paid(
            [(self.bath, 12, 8.3333)], appointment_count=12, appointments_per_cycle=4
        )
        billed = self.invoices(plan).mapped("amount_total")
        self.assertEqual(sum(billed), 100.0)
        self.assertEqual(self.cancel(plan, "2026-01-03").mapped("amount_total"), billed)

    def test_tax_on_top(self):
        self.bath.sudo().taxes_id = self.make_tax("tax_excluded")
        plan = self.sell_paid([(self.bath, 4, 45.0)])
        self.serve_sessions(plan, 3)
        credit_note = self.cancel(plan, "2026-01-03")
        self.assertEqual(credit_note.amount_untaxed, 45.0)
        self.assertEqual(credit_note.amount_tax, 9.45)

    def test_tax_included(self):
        self.bath.sudo().taxes_id = self.make_tax("tax_included")
        plan = self.sell_paid([(self.bath, 4, 45.0)])
        self.assertEqual(self.invoices(plan).amount_total, 180.0)
        self.serve_sessions(plan, 3)
        credit_note = self.cancel(plan, "2026-01-03")
        self.assertEqual(credit_note.amount_total, 45.0)
        self.assertEqual(credit_note.amount_tax, 7.81)

    def test_more_of_a_service_early(self):
        """Both groomings of two cycles on the first visit: none of them comes back."""
        plan = self.sell_paid(
            [(self.bath, 8, 45.0), (self.grooming, 2, 60.0)], appointment_count=8
        )
        self.serve_sessions(plan, 1, 2)
        credit_notes = self.cancel(plan, "2026-01-03")
        self.assertEqual(credit_notes.mapped("amount_total"), [135.0, 180.0])


class TestCreditOfPeriods(CancelPlanCommon):
    """X7, kind plan: within and after a period; with and without rollover."""

    def sell_monthly(self, **terms):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", period_count=3, **terms
            )
        )
        self.pay(self.invoices(plan)[:2])
        plan.book([datetime(2026, 1, 2, 13)]).action_receive()
        return plan

    def test_after_a_period(self):
        """What was left of January expired with it, whether the job ran or not."""
        for job in (False, True):
            self.clock.move_to("2026-01-02 12:00:00")
            plan = self.sell_monthly()
            self.clock.move_to("2026-02-01 12:00:00")
            if job:
                self.run_job("pet_plans.ir_cron_update_plans")
            credit_notes = self.cancel(plan, "2026-02-01")
            self.assertEqual(credit_notes.mapped("amount_total"), [180.0])

    def test_within_a_period(self):
        plan = self.sell_monthly()
        credit_notes = self.cancel(plan, "2026-01-20")
        self.assertEqual(credit_notes.mapped("amount_total"), [135.0, 180.0])

    def test_rollover_keeps_earlier_periods(self):
        plan = self.sell_monthly(rollover=True)
        self.clock.move_to("2026-02-01 12:00:00")
        credit_notes = self.cancel(plan, "2026-02-01")
        self.assertEqual(credit_notes.mapped("amount_total"), [135.0, 180.0])

    def test_rolled_over_and_used_in_the_next_period(self):
        plan = self.sell_monthly(rollover=True)
        self.clock.move_to("2026-02-02 08:00:00")
        visits = plan.book([datetime(2026, 2, 2, hour) for hour in range(9, 14)])
        visits.action_receive()
        credit_notes = self.cancel(plan, "2026-02-03")
        # 8 billed in two months, 6 used
        self.assertEqual(sum(credit_notes.mapped("amount_total")), 90.0)

    def test_draft_of_a_period_that_began_stays(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.assertFalse(self.cancel(plan, "2026-01-20", "none"))
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["draft", "cancel", "cancel"]
        )

    def test_before_the_plan_starts(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2)
        )
        self.cancel(plan, "2026-01-01", user=self.manager)
        self.assertEqual(self.invoices(plan).mapped("state"), ["cancel"] * 2)


class TestCancelSeveral(CancelPlanCommon):
    """X7: plans of several customers in one go."""

    def test_each_customer_gets_their_own(self):
        cat = self._make_pet("Tom", partner_id=self.neighbour.id)
        mine, theirs = self.sell(), self.sell(pet=cat)
        self.pay(self.invoices(mine)[0])
        self.pay(self.invoices(theirs)[1])
        credit_notes = self.cancel(mine + theirs, "2026-01-03")
        self.assertEqual(credit_notes.mapped("amount_total"), [180.0, 180.0])
        self.assertEqual(
            credit_notes.mapped("partner_id"), self.customer + self.neighbour
        )
        self.assertEqual((mine + theirs).mapped("state"), ["cancelled"] * 2)

    def test_of_two_companies(self):
        """By somebody who works in both, in the journals of each."""
        both = self.shop + self.other_shop
        self.staff.sudo().company_ids = both
        here = self.sell(pet=self.rex)
        there = (
            self.sell_elsewhere()
            .with_user(self.staff)
            .with_context(allowed_company_ids=both.ids)
        )
        plans = there + here.with_env(there.env)
        for plan in plans:
            invoice = self.invoices(plan)[0]
            invoice.with_company(plan.company_id).action_post()
        wizard = self.open_wizard(self.env["pet.plan"], "2026-01-03").with_env(
            plans.env
        )
        wizard.plan_ids = plans
        wizard.action_apply()
        notes = plans.sudo().cycle_ids.move_ids.filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.assertEqual(notes.company_id, both)
        self.assertEqual(notes.mapped("amount_total"), [180.0, 180.0])
        for note in notes:
            self.assertEqual(note.company_id, note.pet_cycle_id.company_id)
            self.assertEqual(note.journal_id, note.reversed_entry_id.journal_id)

    def test_another_company_sees_no_preview(self):
        plan = self.sell()
        with self.assert_refused(AccessError, "no access to what was chosen as Plans"):
            self.env["pet.plan.cancel"].with_user(self.other_staff).create(
                {"plan_ids": plan.ids, "reason": "Mine now"}
            ).line_ids.mapped("effect")

    def test_a_draft_plan(self):
        plan = self.sell(confirm=False)
        self.assertFalse(self.cancel(plan))
        self.assertEqual(plan.state, "cancelled")
        with self.assert_refused(UserError, "is cancelled: only a draft"):
            plan.action_confirm()

    def test_one_cancelled_already_refuses_all(self):
        mine, other = self.sell(), self.sell(pet=self.rex)
        self.cancel(other)
        with self.assert_refused(UserError, other.name):
            self.open_wizard(mine + other).action_apply()
        self.assertEqual(mine.state, "active")
