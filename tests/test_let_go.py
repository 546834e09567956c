from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestLetGo(PetPlansCommon):
    """A plan is let go: nobody asks to renew it any more; why is kept, if known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("pet_plans.pet_non_renewal_reason_moved")
        cls.template = cls.make_template(validity=1)
        cls.plan = cls.sell(cls.template)  # to 1 February

    def let_go(self, plans, reason=None):
        action = plans.action_open_let_go()
        wizard = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"reason_id": reason.id if reason else False})
        )
        wizard.action_apply()

    def expire(self):
        self.clock.move_to("2026-02-02 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")

    def search(self, *domain):
        return self.env["pet.plan"].search([("id", "in", self.plan.ids), *domain])

    def test_many_with_one_reason(self):
        plans = self.plan | self.sell(self.template, pet=self.rex)
        self.let_go(plans, self.reason)
        self.assertEqual(plans.non_renewal_reason_id, self.reason)
        self.assertEqual(
            [str(day) for day in plans.mapped("date_let_go")], ["2026-01-02"] * 2
        )
        for plan in plans:
            self.assertIn("Let go: Moved away", self.bodies(plan)[-1])

    def test_the_reason_is_optional(self):
        self.let_go(self.plan)
        self.assertTrue(self.plan.date_let_go)
        self.assertFalse(self.plan.non_renewal_reason_id)

    def test_it_stays_among_the_not_renewed(self):
        """X4 counts what is so, whatever staff think about it."""
        self.expire()
        self.let_go(self.plan, self.reason)
        self.assertEqual(self.plan.expiry_bucket, "not_renewed")
        self.assertEqual(self.search(("expiry_bucket", "=", "not_renewed")), self.plan)

    def test_no_reminder_and_no_task(self):
        self.shop.sudo().pet_renewal_reminder = True
        self.customer.sudo().email = "ana@example.com"
        self.let_go(self.plan, self.reason)
        self.clock.move_to("2026-01-25 12:00:00")
        self.run_job("pet_plans.ir_cron_send_reminders")
        self.assertFalse(self.plan.activity_ids)
        self.assertFalse(self.plan.renewal_reminded_for)

    def test_the_task_is_done(self):
        self.shop.sudo().pet_renewal_reminder = True
        self.clock.move_to("2026-01-25 12:00:00")
        self.run_job("pet_plans.ir_cron_send_reminders")
        self.assertEqual(len(self.plan.activity_ids), 1)
        self.let_go(self.plan.with_user(self.manager), self.reason)
        self.assertFalse(self.plan.activity_ids)

    def test_who_comes_back_is_renewed(self):
        self.let_go(self.plan, self.reason)
        self.plan.action_renew()
        self.assertTrue(self.plan.is_renewed)
        self.assertFalse(self.plan.date_let_go)
        self.assertFalse(self.plan.non_renewal_reason_id)

    def test_renewed_is_refused(self):
        self.plan.action_renew()
        with self.assert_refused(UserError, f"{self.plan.name}.* is renewed"):
            self.plan.action_open_let_go()

    def test_draft_is_refused(self):
        draft = self.sell(self.template, confirm=False)
        with self.assert_refused(UserError, f"{draft.name}.* is draft"):
            draft.action_open_let_go()

    def test_the_day_is_not_written_by_hand(self):
        with self.assert_refused(AccessError, "Let Go On"):
            self.plan.date_let_go = "2026-01-01"

    def test_staff_do_not_edit_the_list_of_reasons(self):
        with self.assert_not_allowed("modify", "pet.non.renewal.reason"):
            self.reason.with_user(self.staff).name = "Other"
