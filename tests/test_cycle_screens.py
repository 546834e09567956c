from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from .common import PetPlansCommon


class TestCycleScreens(PetPlansCommon):
    """C5, I2: plan and Invoicing say the same of a bill, and no more than is so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=3, validity_unit="month"))
        cls.plan.book(cls.weekly(5))
        cls.first, cls.second, cls.third = cls.plan.cycle_ids.sorted("sequence")

    def as_accountant(self, records):
        return records.with_user(self.accountant)

    def find_invoices(self, name):
        """Return what a filter of Invoicing finds among the plan's invoices."""
        view = self.env.ref("account.view_account_invoice_filter").sudo()
        node = view._get_combined_arch().xpath(f"//filter[@name='{name}']")[0]
        moves = self.as_accountant(self.env["account.move"])
        domain = node.get("domain")
        return moves.search(
            [
                *safe_eval(domain, {"uid": self.accountant.id}),
                ("pet_plan_id", "=", self.plan.id),
            ]
        )

    # --- One due date (C5) -------------------------------------------------------

    def test_invoicing_says_what_the_plan_says(self):
        draft = self.as_accountant(self.third.invoice_id)
        self.assertEqual(self.third.state, "waiting")
        self.assertEqual(
            self.third.due_note, "by Apr 1, 2026 at the latest, waiting for visits"
        )
        self.assertEqual(draft.pet_due_note, self.third.due_note)
        self.assertFalse(self.as_accountant(self.first.invoice_id).pet_due_note)

    def test_what_is_billed_or_cancelled_waits_no_more(self):
        draft = self.as_accountant(self.third.invoice_id)
        draft.button_cancel()
        self.assertFalse(draft.pet_due_note)
        self.post(self.second.invoice_id)
        self.assertFalse(self.second.invoice_id.pet_due_note)

    def test_invoicing_finds_what_waits(self):
        self.assertEqual(self.find_invoices("pet_waiting"), self.third.invoice_id)
        self.plan.book(self.weekly(4, "2026-02-09 09:00:00"))
        self.assertFalse(self.find_invoices("pet_waiting"))

    def test_what_waits_is_never_overdue(self):
        """Not even behind the day that its draft shows."""
        self.clock.move_to("2026-06-01 12:00:00")
        self.env.invalidate_all()
        draft = self.as_accountant(self.third.invoice_id)
        self.assertEqual(draft.invoice_date_due, date(2026, 4, 1))
        self.assertFalse(self.third.is_overdue)
        self.assertNotIn(self.third.invoice_id, self.find_invoices("late"))

    def test_lists_show_the_note_in_place_of_the_date(self):
        for model, field, note in (
            ("pet.cycle", "date_due", "due_note"),
            ("account.move", "invoice_date_due", "pet_due_note"),
        ):
            view = "account.view_out_invoice_tree" if "move" in model else False
            arch = self.as_accountant(self.env[model]).get_view(
                view and self.env.ref(view).id, "list"
            )["arch"]
            self.assertIn(f"'note_field': '{note}'", arch)
            self.assertIn(f'name="{field}"', arch)

    # --- Overdue -----------------------------------------------------------------

    def test_cycles_have_an_overdue_filter(self):
        self.post(self.first.invoice_id)
        self.clock.move_to("2026-01-06 12:00:00")
        self.env.invalidate_all()
        self.assertTrue(self.first.is_overdue)
        cycles = self.env["pet.cycle"].search([("is_overdue", "=", True)])
        self.assertEqual(cycles & self.plan.cycle_ids, self.first)
        arch = self.env["pet.cycle"].get_view(view_type="search")["arch"]
        self.assertIn('name="overdue"', arch)

    # --- What is closed ----------------------------------------------------------

    def test_closed_cycles_add_nothing(self):
        self.as_accountant(self.third.invoice_id).button_cancel()
        self.assertEqual(self.third.state, "closed")
        self.assertEqual(self.third.amount_total, 180.0)
        self.assertEqual(self.third.amount_billed, 0.0)
        total = self.env["pet.cycle"]._read_group(
            [("plan_id", "=", self.plan.id)], [], ["amount_billed:sum"]
        )
        self.assertEqual(total, [(360.0,)])
        self.as_accountant(self.third).action_create_invoice()
        self.assertEqual(self.third.amount_billed, 180.0)

    def test_what_was_cancelled_has_a_name(self):
        """Odoo leaves a cancelled draft without number unnamed."""
        invoice = self.as_accountant(self.third.invoice_id)
        invoice.button_cancel()
        self.assertEqual(invoice.display_name, "Cancelled Invoice")
        self.assertEqual(self.third.bill_label, "Cancelled")

    # --- What a credit note waits for (X7) ---------------------------------------

    def test_no_payment_while_a_credit_note_waits(self):
        self.post(self.first.invoice_id)
        self.assertFalse(self.first.awaits_credit)
        note = self.credit(self.first.invoice_id, post=False)
        self.assertTrue(self.first.awaits_credit)
        cycle = self.as_accountant(self.first)
        with self.assertRaisesRegex(UserError, "credit note waits.*PLN"):
            cycle.action_pay()
        self.assertEqual(cycle.action_view_credit_note()["res_id"], note.id)
        page = self.as_accountant(self.customer).get_pet_plans_page()
        row = page["blocks"][0]["plans"][0]["cycles"][0]
        self.assertFalse(row["can_pay"])
        self.assertEqual(row["status"], "Credit note waits")

    def test_a_deleted_credit_note_waits_no_more(self):
        self.post(self.first.invoice_id)
        self.as_accountant(self.credit(self.first.invoice_id, post=False)).unlink()
        self.assertFalse(self.first.awaits_credit)
        self.assertTrue(self.as_accountant(self.first).action_pay())
        with self.assertRaisesRegex(UserError, "No credit note waits"):
            self.as_accountant(self.first).action_view_credit_note()

    def test_a_posted_credit_note_leaves_the_rest_to_pay(self):
        self.post(self.first.invoice_id)
        self.credit(self.first.invoice_id, quantity=1)
        self.assertFalse(self.first.awaits_credit)
        self.assertEqual(self.first.state, "billed")
        self.assertTrue(self.as_accountant(self.first).action_pay())

    def test_staff_see_that_a_credit_note_waits(self):
        self.post(self.first.invoice_id)
        self.credit(self.first.invoice_id, post=False)
        cycle = self.first.with_user(self.staff)
        self.assertTrue(cycle.awaits_credit)
        with self.assertRaises(AccessError):
            cycle.action_view_credit_note()

    # --- Visits of a cycle -------------------------------------------------------

    def test_visits_booked_used_and_free(self):
        self.plan.appointment_ids.sorted("start")[0].action_receive()
        self.assertRecordValues(
            self.first + self.second,
            [
                {"capacity": 4, "booked": 4, "used": 1, "free": 0},
                {"capacity": 4, "booked": 1, "used": 0, "free": 3},
            ],
        )
        form = Form(self.as_accountant(self.second))
        self.assertEqual((form.booked, form.used, form.free), (1, 0, 3))
