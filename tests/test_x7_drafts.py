from datetime import datetime

from odoo import Command

from .test_x7_credit_notes import CancelPlanCommon


class TestDraftsThatStay(CancelPlanCommon):
    """X7: with a credit note, a draft that stays bills only the sessions used.

    `cancel` checks that the preview said so, cycle by cycle and in total.
    """

    def draft(self, plan):
        return self.invoices(plan)[0]

    def sell_served(self, *sessions, lines=None, **values):
        """Sell one cycle of four visits, of which one took some sessions."""
        values.setdefault("appointment_count", 4)
        plan = self.sell(self.make_template(lines or [(self.bath, 4, 45.0)], **values))
        self.serve_sessions(plan, *sessions or (1,))
        return plan

    def test_bills_the_sessions_used(self):
        plan, __ = self.sell_worked_example()
        self.serve(plan, "01-05", "01-12")
        self.assertFalse(self.cancel(plan, "2026-01-19"))
        draft = self.draft(plan)
        self.assertRecordValues(
            draft.invoice_line_ids, [{"quantity": 2.0, "price_unit": 45.0}]
        )
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.pet_cycle_id, plan.cycle_ids[0])
        self.assertFalse(draft.is_manually_modified)
        self.assertIn("instead of $&nbsp;180.00", self.bodies(draft)[-1])

    def test_stays_in_full_with_none(self):
        plan, __ = self.sell_worked_example()
        self.serve(plan, "01-05")
        self.cancel(plan, "2026-01-19", "none")
        self.assertEqual(self.draft(plan).amount_total, 180.0)

    def test_all_used_stays_as_it_is(self):
        plan = self.sell_served(4)
        self.cancel(plan, "2026-01-03")
        self.assertEqual(self.draft(plan).amount_total, 180.0)

    def test_total_of_several_plans(self):
        """`cancel` compares the totals: 45.00 billed, 180.00 credited."""
        one = self.sell_served(1)
        other = self.sell(self.make_template(appointment_count=4), pet=self.rex)
        self.pay(self.draft(other))
        self.assertEqual(
            self.cancel(one + other, "2026-01-03").mapped("amount_total"), [180.0]
        )
        self.assertEqual(self.draft(one).amount_total, 45.0)

    def test_half_days(self):
        plan = self.sell_served(0.5)
        self.cancel(plan, "2026-01-03")
        self.assertEqual(self.draft(plan).amount_total, 22.5)

    def test_two_services_and_a_discount(self):
        plan = self.sell_served(
            1, 1, lines=[(self.bath, 4, 45.0, 10.0), (self.grooming, 2, 60.0)]
        )
        self.cancel(plan, "2026-01-03")
        self.assertEqual(self.draft(plan).amount_total, 40.5 + 60.0)

    def test_a_service_not_used_goes(self):
        plan = self.sell_served(
            2, 0, lines=[(self.bath, 4, 45.0), (self.grooming, 2, 60.0)]
        )
        self.cancel(plan, "2026-01-03")
        self.assertEqual(self.draft(plan).invoice_line_ids.product_id, self.bath)
        self.assertEqual(self.draft(plan).amount_total, 90.0)

    def test_odd_cents(self):
        """100.00 for twelve: the third of four that is used bills a cent-exact part."""
        plan = self.sell(self.make_template([(self.bath, 12, 8.3333)]))
        self.serve_sessions(plan, 1)
        self.cancel(plan, "2026-01-03")
        self.assertEqual(self.draft(plan).amount_total, 8.33)

    def test_taxes(self):
        for included, total in (("tax_excluded", 54.45), ("tax_included", 45.0)):
            with self.subTest(included):
                self.bath.sudo().taxes_id = self.make_tax(included)
                plan = self.sell_served(1)
                self.cancel(plan, "2026-01-03")
                self.assertEqual(self.draft(plan).amount_total, total)

    def test_edits_of_a_person_keep_their_proportion(self):
        """Billed for 2 baths at 40.00 and a brush, less 20.00: one of 4 was used."""
        plan = self.sell_served(1)
        draft = self.draft(plan).with_user(self.accountant)
        draft.invoice_line_ids = [
            Command.update(
                draft.invoice_line_ids.id, {"quantity": 2, "price_unit": 40.0}
            ),
            Command.create({"name": "Brush", "quantity": 1, "price_unit": 20.0}),
            Command.create({"name": "Discount", "quantity": 1, "price_unit": -20.0}),
        ]
        self.cancel(plan, "2026-01-03")
        # 20.00 of 80.00 stay, and the brush: 40.00 of 100.00 so of the discount 8.00
        self.assertEqual(self.draft(plan).amount_total, 32.0)

    def test_lines_split_by_a_person(self):
        plan = self.sell_served(1)
        draft = self.draft(plan).with_user(self.accountant)
        draft.invoice_line_ids = [
            Command.update(draft.invoice_line_ids.id, {"quantity": 3}),
            Command.create(
                {"product_id": self.bath.id, "quantity": 1, "price_unit": 45.0}
            ),
        ]
        self.cancel(plan, "2026-01-03")
        self.assertEqual(self.draft(plan).amount_total, 45.0)

    def test_period_that_has_begun(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        plan.book([datetime(2026, 1, 2, 13)]).action_receive()
        self.cancel(plan, "2026-01-20")
        self.assertEqual(self.draft(plan).amount_total, 45.0)
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["draft", "cancel", "cancel"]
        )

    def test_period_that_has_begun_and_nothing_used(self):
        """Nothing to bill: no invoice of 0.00."""
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        self.cancel(plan, "2026-01-20")
        self.assertEqual(self.invoices(plan).mapped("state"), ["cancel"] * 3)

    def test_what_expired_is_billed(self):
        """The period is over: what was not used of it is nobody's."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", period_count=3, due_offset_days=60
            )
        )
        plan.book([datetime(2026, 1, 2, 13)]).action_receive()
        self.clock.move_to("2026-02-05 12:00:00")
        self.cancel(plan, "2026-02-05")
        self.assertEqual(self.draft(plan).amount_total, 180.0)

    def test_paid_in_part_as_a_draft(self):
        """Money matched with the draft stays matched."""
        plan = self.sell_served(1)
        draft = self.draft(plan)
        payment = (
            self.env["account.payment"]
            .with_user(self.accountant)
            .create(
                {
                    "partner_id": self.customer.id,
                    "amount": 30.0,
                    "payment_type": "inbound",
                    "journal_id": self.company_data["default_journal_bank"].id,
                }
            )
        )
        payment.action_post()
        lines = (payment.move_id.line_ids | draft.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.with_user(self.accountant).reconcile()
        self.assertEqual(draft.payment_state, "partial")
        self.cancel(plan, "2026-01-03")
        self.assertEqual(draft.amount_total, 45.0)
        self.assertEqual(draft.amount_residual, 15.0)
