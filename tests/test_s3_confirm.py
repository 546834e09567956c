from datetime import datetime

from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestConfirm(PetPlansCommon):
    """S3: confirming makes cycles, one draft invoice each, and grants the sessions."""

    def test_package_has_its_cycles_and_one_draft_invoice_each(self):
        plan = self.sell()
        self.assertEqual(plan.state, "active")
        self.assertEqual(
            plan.cycle_ids.sorted("sequence").mapped("sequence"), [1, 2, 3]
        )
        invoices = self.invoices(plan)
        self.assertEqual(len(invoices), 3)
        self.assertEqual(plan.sudo().invoice_ids, invoices)
        self.assertEqual(invoices.mapped("state"), ["draft"] * 3)
        self.assertEqual(invoices.mapped("move_type"), ["out_invoice"] * 3)
        self.assertEqual(invoices.mapped("amount_untaxed"), [180.0] * 3)

    def test_package_without_visits_waits_and_shows_its_end(self):
        plan = self.sell(self.make_template(validity=3))
        self.assertEqual(set(plan.cycle_ids.mapped("state")), {"waiting"})
        self.assertEqual(self.due_dates(plan), [None, None, None])
        self.assertEqual(
            {str(day) for day in self.invoices(plan).mapped("invoice_date_due")},
            {"2026-04-01"},
        )

    def test_package_grants_each_service_once(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.assertRecordValues(
            plan.entry_ids.sorted("id"),
            [
                {
                    "product_id": product.id,
                    "kind": "grant",
                    "quantity": quantity,
                    "balance": quantity,
                    "cycle_id": False,
                    "user_id": self.staff.id,
                    "date": datetime(2026, 1, 2, 12),
                }
                for product, quantity in ((self.bath, 12.0), (self.grooming, 3.0))
            ],
        )
        self.assertEqual(plan.sessions_total, 15.0)
        self.assertEqual(plan.sessions_remaining, 15.0)

    def test_plan_grants_period_by_period(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=3)
        )
        entries = plan.entry_ids.sorted("id")
        self.assertEqual(entries.cycle_id.sorted("sequence"), plan.cycle_ids)
        self.assertEqual(entries.mapped("balance"), [4.0, 8.0, 12.0])
        self.assertEqual(plan.sessions_total, 12.0)

    def test_several_at_once(self):
        template = self.make_template()
        drafts = self.sell(template, confirm=False)
        drafts |= self.sell(template, pet=self.rex, confirm=False)
        drafts |= self.sell(
            self.make_template([(self.bath, 2, 50.0)], kind="plan", period_count=2),
            pet=self.mimi,
            confirm=False,
        )
        drafts.action_confirm()
        self.assertEqual(drafts.mapped("state"), ["active"] * 3)
        self.assertEqual([len(plan.cycle_ids) for plan in drafts], [3, 3, 2])
        for plan in drafts:
            self.assertEqual(len(self.invoices(plan)), len(plan.cycle_ids))
            self.assertEqual(self.invoices(plan).commercial_partner_id, plan.partner_id)
            self.assert_ledger_adds_up(plan)

    def test_draft_has_nothing_yet(self):
        draft = self.sell(confirm=False)
        self.assertEqual(draft.state, "draft")
        self.assertFalse(draft.cycle_ids or draft.entry_ids)
        self.assertEqual(draft.sessions_remaining, 0.0)

    def test_confirming_twice_is_refused_and_changes_nothing(self):
        plan = self.sell()
        with self.assert_refused(
            UserError, f"{plan.name}.* is already sold, and is active"
        ):
            plan.action_confirm()
        self.assertEqual(len(plan.cycle_ids), 3)
        self.assertEqual(len(self.invoices(plan)), 3)
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_one_that_is_sold_stops_all_the_others(self):
        sold, draft = self.sell(), self.sell(confirm=False)
        with self.assert_refused(UserError, sold.name):
            (draft | sold).action_confirm()
        self.assertEqual(draft.state, "draft")
        self.assertFalse(draft.cycle_ids)

    def test_plan_without_lines_is_refused(self):
        draft = self.sell(confirm=False)
        draft.line_ids.unlink()
        with self.assert_refused(UserError, f"{draft.name}.* sells no service"):
            draft.action_confirm()
        self.assertEqual(draft.state, "draft")
        self.assertFalse(draft.cycle_ids)

    def test_accountant_does_not_sell(self):
        draft = self.sell(confirm=False)
        with self.assert_not_allowed("modify", "pet.plan"):
            draft.with_user(self.accountant).action_confirm()
        self.assertEqual(draft.state, "draft")

    def test_staff_of_another_company_does_not_sell(self):
        draft = self.sell(confirm=False)
        with self.assertRaisesRegex(
            AccessError, r"'write' access to:\s+- Pet Plan or Package"
        ):
            draft.with_user(self.other_staff).action_confirm()
        self.assertEqual(draft.state, "draft")

    def test_staff_sells_without_invoicing_rights(self):
        self.assertFalse(self.env["account.move"].has_access("read"))
        self.assertEqual(self.sell().cycle_count, 3)

    def test_sold_plan_cannot_be_deleted(self):
        plan = self.sell()
        for user in (self.staff, self.manager):
            with self.assert_refused(UserError, f"{plan.name}.* cannot be deleted"):
                plan.with_user(user).unlink()
        with self.assert_refused(UserError, "it is sold"):
            plan.sudo().unlink()
        self.assertTrue(plan.exists())
        self.assertEqual(plan.sessions_remaining, 12.0)

    def test_draft_can_be_deleted(self):
        draft = self.sell(confirm=False)
        draft.unlink()
        self.assertFalse(draft.exists())
