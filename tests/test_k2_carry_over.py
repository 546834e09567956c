from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon


class TestCarryOver(PetPlansCommon):
    """K2: what one customer has left in the old software, in one step."""

    def carry_over(self, **values):
        """Carry 5 baths of Luna over as staff; return the package."""
        wizard = self.env["pet.carry.over"].create(
            {
                "partner_id": self.customer.id,
                "pet_id": self.luna.id,
                "product_id": self.bath.id,
                "sessions_left": 5,
                "date_end": "2026-05-04",
                "reason": "Left over in PetExec",
                **values,
            }
        )
        wizard.action_apply()
        return wizard.plan_id

    def test_the_three_steps_of_the_old_software_in_one(self):
        """The package is on the owner, as it was left, and served at the next visit."""
        dialog = Form(
            self.env["pet.carry.over"].with_context(default_partner_id=self.customer.id)
        )
        self.assertFalse(dialog.summary)
        dialog.pet_id = self.luna
        dialog.product_id = self.bath
        dialog.sessions_left = 5
        dialog.date_end = "2026-05-04"
        dialog.note = "Shares the kennel with Rex"
        dialog.reason = "Left over in PetExec"
        self.assertEqual(
            dialog.summary, "Luna: 5 × Bath until May 4, 2026; no charge, no order"
        )
        wizard = dialog.save()
        action = wizard.action_apply()
        plan = wizard.plan_id
        self.assertEqual((action["res_model"], action["res_id"]), (plan._name, plan.id))
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "partner_id": self.customer.id,
                    "pet_id": self.luna.id,
                    "title": "Carry Over Package",
                    "sessions_total": 5.0,
                    "sessions_remaining": 5.0,
                    "amount_total": 0.0,
                    "is_carry_over": True,
                    "date_start": fields.Date.to_date("2026-01-02"),
                    "date_end": fields.Date.to_date("2026-05-04"),
                    "duration": "until May 4, 2026",
                    "note": "Shares the kennel with Rex",
                }
            ],
        )
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-02 13:00:00",
                "line_ids": [fields.Command.create({"product_id": self.bath.id})],
            }
        )
        visit.action_receive()
        self.assertEqual(visit.plan_id, plan)
        self.assertEqual(visit.plan_note, "Shares the kennel with Rex")
        self.assertEqual(plan.sessions_remaining, 4.0)

    def test_an_empty_dialog_says_nothing_yet(self):
        self.assertFalse(Form(self.env["pet.carry.over"]).summary)

    def test_the_ledger_says_where_it_comes_from(self):
        plan = self.carry_over(legacy_system="PetExec", legacy_ref="P-17")
        self.assertRecordValues(
            plan.entry_ids,
            [
                {
                    "kind": "carry_over",
                    "quantity": 5.0,
                    "balance": 5.0,
                    "reason": "Left over in PetExec",
                    "user_id": self.staff.id,
                }
            ],
        )
        self.assertIn(
            "Carried over from PetExec P-17: 5 Bath. Left over in PetExec",
            plan.message_ids[0].body,
        )

    def test_one_cycle_of_the_sessions_left(self):
        """K6, and no invoice: it has no price (S7)."""
        plan = self.carry_over(sessions_left=2.5)
        self.assertRecordValues(plan.cycle_ids, [{"capacity": 2.5, "free": 2.5}])
        self.assertFalse(plan.sudo().invoice_ids)
        halves = plan.book(["2026-01-05 09:00:00", "2026-01-06 09:00:00"], units=0.5)
        whole = plan.book(["2026-01-07 09:00:00"])
        self.assertEqual((halves + whole).cycle_id, plan.cycle_ids)
        self.assertEqual(plan.sessions_remaining, 0.5)

    def test_shared_by_all_pets(self):
        plan = self.carry_over(pet_id=False)
        self.assertFalse(plan.pet_id)
        plan.book(["2026-01-05 09:00:00"], pet_id=self.rex.id)
        self.assertEqual(plan.sessions_booked, 1.0)

    def test_the_end_is_proposed_and_may_be_never(self):
        """K1: 999 days; emptied, it never ends."""
        dialog = self.env["pet.carry.over"].create(
            {
                "pet_id": self.luna.id,
                "product_id": self.bath.id,
                "sessions_left": 1,
                "reason": "-",
            }
        )
        self.assertEqual(str(dialog.date_end), "2028-09-27")
        dialog.date_end = False
        self.assertEqual(
            dialog.summary, "Luna: 1 × Bath, never expires; no charge, no order"
        )
        dialog.action_apply()
        self.assertFalse(dialog.plan_id.date_end)
        self.assertEqual(dialog.plan_id.duration, "Never expires")

    # --- The order of 0 ------------------------------------------------------------

    def test_an_order_in_draft(self):
        """ "Place in cart": it is there to be settled at checkout."""
        for product in (self.bath, self.grooming):
            plan = self.carry_over(order_mode="draft", product_id=product.id)
            invoice = plan.sudo().invoice_ids
            self.assertRecordValues(
                invoice,
                [{"state": "draft", "amount_total": 0.0, "pet_id": self.luna.id}],
            )
            self.assertEqual(invoice.pet_cycle_id, plan.cycle_ids)
            self.assertEqual(invoice.invoice_line_ids.product_id, product)
            self.assertIn(f"5 {product.name}. Left over in PetExec", invoice.narration)

    def test_a_draft_order_is_posted_once_the_package_is_used(self):
        plan = self.carry_over(order_mode="draft")
        self.assertEqual(plan.cycle_ids.state, "waiting")
        plan.book(["2026-01-05 09:00:00"])
        self.assertEqual(str(plan.cycle_ids.date_due), "2026-01-05")
        self.clock.move_to("2026-01-05 12:00:00")
        self.run_posting_job()
        self.assertEqual(plan.sudo().invoice_ids.state, "posted")
        self.assertEqual(plan.cycle_ids.state, "settled")

    def test_an_order_settled_at_once(self):
        """ "Checkout, no payment"."""
        for product in (self.bath, self.grooming):
            plan = self.carry_over(order_mode="posted", product_id=product.id)
            self.assertRecordValues(
                plan.sudo().invoice_ids,
                [
                    {
                        "state": "posted",
                        "amount_total": 0.0,
                        "payment_state": "paid",
                        "invoice_date": fields.Date.to_date("2026-01-02"),
                        "invoice_date_due": fields.Date.to_date("2026-01-02"),
                    }
                ],
            )
            self.assertEqual(plan.cycle_ids.state, "settled")
            plan.book(["2026-01-05 09:00:00"])
            self.assertEqual(plan.cycle_ids.booked, 1.0)

    # --- Refused -------------------------------------------------------------------

    def test_nothing_left(self):
        for left in (0, -1):
            with self.assertRaisesRegex(
                UserError, f"Luna: there is nothing to carry over, {left} session"
            ):
                self.carry_over(sessions_left=left)

    def test_ended_already(self):
        with self.assertRaisesRegex(
            UserError,
            "Luna: the package ended on Jan 1, 2026, before today, Jan 2, 2026",
        ):
            self.carry_over(date_end="2026-01-01")
        self.assertEqual(self.carry_over(date_end="2026-01-02").state, "active")

    def test_no_reason(self):
        with self.assertRaisesRegex(UserError, "Give the reason of this carry-over"):
            self.carry_over(reason="  ")

    def test_a_strangers_pet(self):
        with self.assertRaisesRegex(ValidationError, "Mimi belongs to Bruno Lima"):
            self.carry_over(partner_id=self.customer.id, pet_id=self.mimi.id)

    def test_the_same_reference_twice(self):
        self.carry_over(legacy_system="PetExec", legacy_ref="P-17")
        with self.assertRaisesRegex(
            UserError, "P-17 of PetExec was carried over already: .* of Luna"
        ):
            self.carry_over(legacy_system="PetExec", legacy_ref="P-17")
        self.carry_over(legacy_system="Gingr", legacy_ref="P-17")

    def test_a_reference_without_a_system(self):
        self.carry_over(legacy_ref="P-17")
        with self.assertRaisesRegex(UserError, "P-17 was carried over already"):
            self.carry_over(legacy_ref="P-17")

    def test_a_second_click(self):
        wizard = self.env["pet.carry.over"].create(
            {
                "pet_id": self.luna.id,
                "product_id": self.bath.id,
                "sessions_left": 5,
                "reason": "Left over",
            }
        )
        self.assertEqual(wizard.action_apply(), wizard.action_apply())
        self.assertEqual(len(self.luna.plan_ids), 1)

    def test_save_and_next(self):
        """The next dialog keeps what is the same for all, and no customer."""
        wizard = self.env["pet.carry.over"].create(
            {
                "pet_id": self.luna.id,
                "product_id": self.bath.id,
                "sessions_left": 5,
                "reason": "Left over",
                "legacy_system": "PetExec",
            }
        )
        action = wizard.action_apply_next()
        self.assertEqual(self.luna.plan_ids.sessions_remaining, 5.0)
        dialog = Form(self.env["pet.carry.over"].with_context(**action["context"]))
        self.assertEqual(dialog.product_id, self.bath)
        self.assertEqual(dialog.legacy_system, "PetExec")
        self.assertFalse(dialog.partner_id)

    def test_accountants_carry_nothing_over(self):
        with self.assertRaisesRegex(AccessError, "Carry Over a Package"):
            self.env["pet.carry.over"].with_user(self.accountant).create(
                {"pet_id": self.luna.id, "sessions_left": 5, "reason": "-"}
            )

    def test_from_customer_and_pet(self):
        for record, action in (
            (self.customer, "action_carry_over_pet_plan"),
            (self.luna, "action_carry_over_plan"),
        ):
            context = getattr(record, action)()["context"]
            dialog = Form(self.env["pet.carry.over"].with_context(**context))
            self.assertEqual(dialog.partner_id, self.customer)
