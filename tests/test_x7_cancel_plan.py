from datetime import date

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestCancelPlan(PetPlansCommon):
    """X7: visits to come go, drafts of unserved cycles go, posted invoices stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def open_wizard(self, day="2026-01-20", settlement="none"):
        self.clock.move_to(f"{day} 12:00:00")
        return self.env["pet.plan.cancel"].create(
            {
                "plan_ids": self.plan.ids,
                "date": date.fromisoformat(day),
                "reason": "Moves away",
                "settlement": settlement,
            }
        )

    def cancel(self, **values):
        self.open_wizard(**values).action_apply()

    def serve(self, *days):
        for day in days:
            visit = self.visit_on(self.plan, day)
            visit.action_receive()
            visit.action_deliver()

    def pay(self, cycle):
        cycle = cycle.with_user(self.accountant)
        action = cycle.action_pay()
        self.env[action["res_model"]].with_user(self.accountant).with_context(
            **action["context"]
        ).create({}).action_create_payments()

    def test_button_opens_the_wizard(self):
        action = self.plan.action_cancel()
        self.assertEqual(action["res_model"], "pet.plan.cancel")
        model = self.env["pet.plan.cancel"]
        self.assertEqual(
            model.get_views(action["views"])["views"]["form"]["id"],
            self.env.ref("pet_plans.pet_plan_cancel_view_form").id,
        )

    def test_visits_and_drafts(self):
        self.serve("01-05", "01-12")
        self.cancel()
        self.assertEqual(self.plan.state, "cancelled")
        self.assertEqual(self.plan.cancel_reason, "Moves away")
        self.assertEqual(self.days(self.plan), [["01-05", "01-12", "01-19"], [], []])
        self.assertEqual(
            self.invoices(self.plan).mapped("state"), ["draft", "cancel", "cancel"]
        )
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual(self.plan.line_ids.expired, 9.0)

    def test_the_preview_says_what_happens(self):
        self.serve("01-05", "01-12")
        wizard = self.open_wizard()
        self.assertEqual(
            wizard.line_ids.mapped(
                lambda row: (row.visits_kept, row.visits_cancelled, row.effect)
            ),
            [(3, 1, "keep_draft"), (0, 4, "cancel_draft"), (0, 4, "cancel_draft")],
        )

    def test_posted_stays_by_default(self):
        self.invoices(self.plan)[0].action_post()
        self.cancel()
        self.assertEqual(self.invoices(self.plan)[0].state, "posted")
        self.assertEqual(self.invoices(self.plan)[0].amount_residual, 180.0)

    def test_credit_note_for_paid_sessions_not_used(self):
        self.serve("01-05", "01-12")
        self.pay(self.plan.cycle_ids[0])
        self.cancel(settlement="credit_note")
        credit_note = (
            self.plan.sudo()
            .cycle_ids[0]
            .move_ids.filtered(lambda move: move.move_type == "out_refund")
        )
        self.assertEqual(credit_note.state, "draft")
        # 01-19 is before the date and still booked: of four, one is not used.
        self.assertEqual(credit_note.amount_untaxed, 45.0)
        self.assertEqual(self.plan.sudo().cycle_ids[0].payment_state, "paid")

    def test_twice_is_refused(self):
        self.cancel()
        with self.assertRaisesRegex(UserError, "already cancelled"):
            self.cancel()

    def test_reason_is_required(self):
        wizard = self.env["pet.plan.cancel"].create(
            {"plan_ids": self.plan.ids, "reason": "  "}
        )
        with self.assertRaisesRegex(UserError, "reason"):
            wizard.action_apply()
        self.assertEqual(self.plan.state, "active")

    def test_stays_cancelled(self):
        self.cancel()
        self.plan.with_user(self.manager).date_end = date(2027, 1, 1)
        self.assertEqual(self.plan.state, "cancelled")
        with self.assertRaisesRegex(UserError, "cancelled"):
            self.plan.book(self.weekly(1, "2026-02-02 09:00:00"))

    def test_staff_have_no_invoicing_rights(self):
        self.cancel()
        with self.assert_not_allowed("access", "account.move"):
            self.env["account.move"].search([]).check_access("write")
