from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .cashier import CashierCommon


class OverdueCommon(CashierCommon):
    """Luna's second cycle, while the invoice of the first is overdue (13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.cycles = cls.plan.cycle_ids.sorted("sequence")
        cls.bill = cls.post(cls.invoices(cls.plan)[0])  # due on 5 Jan
        cls.visit = cls.visit_on(cls.plan, "02-02")
        cls.early = cls.visit_on(cls.plan, "01-12")
        cls.others = cls.env["pet.appointment"].create(
            {"pet_id": cls.rex.id, "start": "2026-02-02 09:00:00"}
        )

    def setUp(self):
        super().setUp()
        self.clock.move_to("2026-02-02 09:00:00")

    def refuse(self):
        self.shop.sudo().pet_overdue_policy = "refuse"

    def assert_refused_by(self, call, visit=None):
        """Check that a step is refused, in so many words, and leaves nothing."""
        visit = visit or self.visit
        before = visit.state
        words = (
            rf"{self.plan.name}.*cycle 1: {self.bill.sudo().name} was due on "
            r"Jan 5, 2026, and .*180\.00 is not paid"
        )
        with self.assertRaisesRegex(UserError, words):
            call()
        self.assertEqual(visit.state, before)


class TestWarn(OverdueCommon):
    """13: the shop is told that an earlier cycle is overdue, and goes on."""

    def test_it_is_the_default(self):
        self.assertEqual(self.shop.pet_overdue_policy, "warn")

    def test_the_setting(self):
        settings = self.env["res.config.settings"].sudo().with_company(self.shop)
        settings.create({"pet_overdue_policy": "refuse"})
        self.assertEqual(self.shop.pet_overdue_policy, "refuse")
        self.assertEqual(self.other_shop.pet_overdue_policy, "warn")

    def test_check_in_says_so(self):
        notice = self.visit.action_check_in()
        self.assertEqual(notice["tag"], "pet_plans_notice")
        self.assertIn("was due on Jan 5, 2026", notice["params"]["message"])
        self.assertFalse(notice["params"]["buttons"])
        self.assertEqual(self.visit.state, "received")

    def test_a_cashier_is_offered_the_payment(self):
        notice = self.as_cashier(self.visit).action_check_in()
        wizard = self.open_payment(notice["params"]["buttons"][0]["action"])
        self.assertEqual(wizard.amount, 180.0)

    def test_programs_are_not_stopped(self):
        for step in ("receive", "start", "finish", "deliver"):
            self.assertIs(getattr(self.visit, f"action_{step}")(), True)

    def test_delivery_says_so(self):
        self.visit.action_receive()
        notice = self.visit.action_check_out()
        self.assertIn("was due on Jan 5, 2026", notice["params"]["message"])
        self.assertEqual(self.visit.state, "delivered")

    def test_the_own_cycle_is_not_an_earlier_one(self):
        self.clock.move_to("2026-01-12 09:00:00")
        self.assertIs(self.early.action_check_in(), True)

    def test_what_is_not_overdue_is_not_told(self):
        self.assertIs(self.others.action_check_in(), True)
        self.pay(self.bill, amount=80.0)
        note = self.visit._get_overdue_note()
        self.assertRegex(note, r"100\.00 is not paid")
        self.pay(self.bill)
        self.assertIs(self.visit.action_check_in(), True)

    def test_what_is_credited_is_not_overdue(self):
        self.credit(self.bill)
        self.assertIs(self.visit.action_check_in(), True)

    def test_due_today_is_not_overdue(self):
        self.clock.move_to("2026-01-05 09:00:00")
        self.assertFalse(self.visit._get_overdue_note())

    def test_the_offer_of_a_booked_visit_says_so(self):
        walk_in = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-02-02 10:00:00"}
        )
        action = walk_in.action_check_in()
        dialog = Form(
            self.env[action["res_model"]].with_context(**action["context"])
        ).save()
        self.assertEqual(dialog.booked_id, self.visit)
        self.assertIn("was due on", dialog.overdue)


class TestRefuse(OverdueCommon):
    """13: the shop refuses to serve while an earlier cycle is overdue."""

    def setUp(self):
        super().setUp()
        self.refuse()

    def test_check_in(self):
        for call in (
            self.visit.action_check_in,
            self.visit.action_receive,
            self.visit.action_start,
        ):
            self.assert_refused_by(call)

    def test_delivery(self):
        self.shop.sudo().pet_overdue_policy = "warn"
        self.visit.action_receive()
        self.refuse()
        self.visit.action_start()  # it is here already
        for call in (self.visit.action_deliver, self.visit.action_check_out):
            self.assert_refused_by(call)

    def test_a_walk_in_on_the_plan(self):
        self.visit.action_cancel()
        walk_in = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-02-02 08:00:00"}
        )
        self.assert_refused_by(walk_in.action_receive, walk_in)
        self.assertFalse(walk_in.plan_id)

    def test_others_go_on(self):
        (self.early + self.others).action_receive()
        self.assertEqual(set((self.early + self.others).mapped("state")), {"received"})

    def test_another_company_has_its_own_setting(self):
        self.shop.sudo().pet_overdue_policy = "warn"
        self.other_shop.sudo().pet_overdue_policy = "refuse"
        self.visit.action_receive()
        self.assertEqual(self.visit.state, "received")

    # --- The manager's reason ------------------------------------------------------

    def open_reason(self, action, **values):
        self.assertEqual(action["res_model"], "pet.appointment.overdue")
        return (
            self.env["pet.appointment.overdue"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create(values)
        )

    def test_a_manager_says_why(self):
        visit = self.visit.with_user(self.manager)
        action = visit.action_check_in()
        self.assertEqual(visit.state, "scheduled")
        wizard = self.open_reason(action, reason="Pays on Friday")
        self.assertIn("was due on Jan 5, 2026", wizard.overdue)
        wizard.action_apply()
        self.assertEqual(
            (visit.state, visit.overdue_reason), ("received", "Pays on Friday")
        )
        told = [body for body in self.bodies(visit) if "Pays on Friday" in body]
        self.assertEqual(len(told), 1)
        self.assertIn(self.bill.sudo().name, told[0])
        self.visit.action_deliver()  # as staff: the reason holds for the visit

    def test_a_manager_delivers(self):
        self.shop.sudo().pet_overdue_policy = "warn"
        self.visit.action_receive()
        self.refuse()
        action = self.visit.with_user(self.manager).action_check_out()
        self.open_reason(action, reason="Regular").action_apply()
        self.assertEqual(self.visit.state, "delivered")

    def test_a_walk_in_with_a_reason(self):
        self.visit.action_cancel()
        walk_in = (
            self.env["pet.appointment"]
            .with_user(self.manager)
            .create({"pet_id": self.luna.id, "start": "2026-02-02 08:00:00"})
        )
        self.open_reason(walk_in.action_check_in(), reason="Regular").action_apply()
        self.assertEqual((walk_in.state, walk_in.plan_id), ("received", self.plan))

    def test_a_reason_is_required(self):
        visit = self.visit.with_user(self.manager)
        for reason in ("", "  ", False):
            with self.assertRaisesRegex(UserError, "Say why"):
                visit.allow_overdue(reason)

    def test_staff_have_no_say(self):
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            self.visit.allow_overdue("Because")
        with self.assert_not_allowed("create", "pet.appointment.overdue"):
            self.env["pet.appointment.overdue"].create(
                {
                    "appointment_ids": [Command.set(self.visit.ids)],
                    "step": "action_check_in",
                    "reason": "Because",
                }
            )
        with self.assertRaises(AccessError):
            self.visit.overdue_reason = "Because"

    def test_other_refusals_open_no_dialog(self):
        self.visit.sudo()._unguarded().state = "delivered"
        with self.assertRaisesRegex(UserError, "is delivered"):
            self.visit.with_user(self.manager).action_check_in()
