from datetime import datetime
from unittest.mock import patch

from odoo.tools import mute_logger

from .common import PetPlansCommon


class TestReminders(PetPlansCommon):
    """P5: each reminder is switched on by company, sent once, logged in the chatter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.switch_on_reminders()

    def remind(self):
        """Run the job; return the mails it made for the customer."""
        before = self.env["mail.mail"].sudo().search([])
        self.run_job("pet_plans.ir_cron_send_reminders")
        mails = self.env["mail.mail"].sudo().search([]) - before
        return mails.filtered(lambda mail: self.customer in mail.recipient_ids)

    def sell_one_month(self, **values):
        return self.sell(self.make_template(validity=1), **values)

    def test_renewal(self):
        plan = self.sell_one_month()  # to 1 February
        self.clock.move_to("2026-01-24 12:00:00")
        self.assertFalse(self.remind())
        self.clock.move_to("2026-01-25 12:00:00")
        mail = self.remind()
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("Feb 1, 2026", mail.subject)
        self.assertIn("12", mail.body_html)
        self.assertIn("ana@example.com", plan.message_ids[0].body)
        self.assertEqual(plan.activity_ids.user_id, self.staff)
        self.assertFalse(self.remind())
        self.assertEqual(len(plan.activity_ids), 1)

    def test_a_moved_end_is_a_new_one(self):
        plan = self.sell_one_month()
        self.clock.move_to("2026-01-25 12:00:00")
        self.remind()
        plan.with_user(self.manager).date_end = "2026-02-03"
        self.clock.move_to("2026-01-28 12:00:00")
        self.assertIn("Feb 3, 2026", self.remind().subject)

    def test_not_for_the_renewed(self):
        self.sell_one_month().action_renew()
        self.clock.move_to("2026-01-25 12:00:00")
        self.assertFalse(self.remind())

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"].sudo()._activate_lang("es_ES")
        template = self.env.ref("pet_plans.mail_template_renewal_reminder").sudo()
        template.with_context(lang="es_ES").subject = "{{ object.title }} termina"
        self.customer.sudo().lang = "es_ES"
        self.sell_one_month()
        self.clock.move_to("2026-01-25 12:00:00")
        self.assertEqual(self.remind().subject, "Weekly baths termina")

    def test_last_sessions(self):
        plan = self.sell(
            self.make_template(appointment_count=2, appointments_per_cycle=2)
        )
        first, last = plan.book(
            [datetime(2026, 1, 2, 9), datetime(2026, 1, 2, 10)],
        )
        self.assertFalse(self.remind())
        first.action_receive()
        first.action_finish()
        self.assertIn("nearly used up", self.remind().subject)
        self.assertFalse(self.remind())
        last.action_receive()
        last.action_finish()
        self.assertFalse(self.remind())

    def test_visit(self):
        visit = self.sell().book([datetime(2026, 1, 5, 9)])
        self.clock.move_to("2026-01-04 08:59:00")
        self.assertFalse(self.remind())
        self.clock.move_to("2026-01-04 09:01:00")
        mail = self.remind()
        self.assertIn("Luna", mail.subject)
        self.assertFalse(self.remind())
        visit.reschedule(datetime(2026, 1, 4, 20))
        self.assertEqual(len(self.remind()), 1)

    def test_not_for_cancelled_visits(self):
        self.sell().book([datetime(2026, 1, 5, 9)]).action_cancel()
        self.clock.move_to("2026-01-04 10:00:00")
        self.assertFalse(self.remind())

    def test_switched_off(self):
        self.shop.sudo().pet_visit_reminder = False
        self.sell().book([datetime(2026, 1, 5, 9)])
        self.clock.move_to("2026-01-04 10:00:00")
        self.assertFalse(self.remind())

    def test_without_address(self):
        self.customer.sudo().email = False
        plan = self.sell_one_month()
        self.clock.move_to("2026-01-25 12:00:00")
        self.assertFalse(self.remind())
        self.assertEqual(len(plan.activity_ids), 1)
        self.remind()
        self.assertEqual(len(plan.activity_ids), 1)

    def test_sold_by_somebody_who_left(self):
        plan = self.sell_one_month()
        self.staff.sudo().active = False
        self.clock.move_to("2026-01-25 12:00:00")
        self.remind()
        self.assertEqual(len(plan.activity_ids), 1)
        self.assertFalse(plan.activity_ids.user_id, "whoever looks at the plan")

    def test_tasks_that_fail_do_not_stop_the_mails(self):
        plan, other = self.sell_one_month(), self.sell_one_month(pet=self.rex)
        model = type(self.env["mail.activity"])
        create = model.create

        def fail_for_one(records, vals_list):
            if any(vals["res_id"] == plan.id for vals in vals_list):
                raise ValueError("no task")
            return create(records, vals_list)

        self.clock.move_to("2026-01-25 12:00:00")
        with patch.object(model, "create", fail_for_one):
            self.assertEqual(len(self.remind()), 2)
        self.assertFalse(plan.activity_ids)
        self.assertEqual(len(other.activity_ids), 1)
        self.assertIn("no task", self.bodies(plan)[-1])

    # --- What must not fill mailboxes and chatters -------------------------------

    def template(self, name="renewal_reminder"):
        return self.env.ref(f"pet_plans.mail_template_{name}").sudo()

    def test_broken_template_is_noted_once(self):
        plan = self.sell_one_month()

        def fail(records, template):
            raise ValueError("cannot be rendered")

        self.patch(self.env.registry["pet.plan"], "_send_reminder", fail)
        self.clock.move_to("2026-01-25 12:00:00")
        for __ in range(2):
            with mute_logger("odoo.addons"):
                self.assertFalse(self.remind())
        notes = [body for body in self.bodies(plan) if "could not be sent" in body]
        self.assertEqual(len(notes), 1)
        self.assertEqual(len(plan.activity_ids), 1)

    def test_deleted_template_leaves_the_task(self):
        plan = self.sell_one_month()
        self.template().unlink()
        self.clock.move_to("2026-01-25 12:00:00")
        for __ in range(2):
            self.assertFalse(self.remind())
        self.assertEqual(len(plan.activity_ids), 1)

    def test_an_end_that_comes_back_is_not_a_new_one(self):
        plan = self.sell_one_month()
        self.clock.move_to("2026-01-25 12:00:00")
        self.assertTrue(self.remind())
        today = plan.date_end.replace(month=1, day=25)
        plan._pause(today, today, "Holidays")
        plan.action_resume()
        self.assertFalse(self.remind())

    def test_the_task_moves_with_the_end(self):
        plan = self.sell_one_month()
        self.clock.move_to("2026-01-25 12:00:00")
        self.remind()
        plan.with_user(self.manager).date_end = "2026-02-03"
        self.clock.move_to("2026-01-28 12:00:00")
        self.remind()
        self.assertEqual(plan.activity_ids.date_deadline, plan.date_end)

    def test_no_mail_to_the_seller_for_each_task(self):
        self.sell_one_month()
        self.sell_one_month(pet=self.rex)
        self.clock.move_to("2026-01-25 12:00:00")
        before = self.env["mail.mail"].sudo().search([])
        self.remind()
        mails = self.env["mail.mail"].sudo().search([]) - before
        self.assertFalse(self.staff.partner_id & mails.recipient_ids)

    def test_not_about_a_pet_that_is_no_longer_there(self):
        plan = self.sell_one_month()
        plan.book(self.weekly(4))
        self.archive_in_silence(self.luna)
        self.clock.move_to("2026-01-25 12:00:00")
        self.assertFalse(self.remind())

    def use_up(self):
        """Sell two visits of which one is used and the last one is not."""
        template = self.make_template(appointment_count=2, appointments_per_cycle=2)
        plan = self.sell(template)
        visit = plan.book([datetime(2026, 1, 5, 9)])
        self.clock.move_to("2026-01-05 12:00:00")
        return plan, visit

    def test_last_sessions_after_a_no_show(self):
        __, visit = self.use_up()
        visit.action_no_show()
        self.assertEqual(len(self.remind()), 1)

    def test_last_sessions_not_for_who_was_let_go_or_renewed(self):
        for end in ("_let_go", "action_renew"):
            with self.subTest(end), self.env.cr.savepoint() as savepoint:
                plan, visit = self.use_up()
                visit.action_no_show()
                if end == "_let_go":
                    plan._let_go(plan.non_renewal_reason_id)
                else:
                    plan.action_renew()
                self.assertFalse(self.remind())
                savepoint.rollback()
