from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields

from .race import RaceCase


class Killed(BaseException):
    """What ends a worker: nothing in the program catches it."""


class TestJobs(RaceCase):
    """X1, X2, I1: jobs that are killed, go on later, or run in several workers."""

    def sell_ended(self, count):
        """Commit plans of 3 sessions that ended a week ago; return their ids."""
        plan_ids = [self.sell(3) for __ in range(count)]
        today = fields.Date.today()
        with self.commit() as env:
            # What the job finds after days of downtime: the end came and went.
            env.cr.execute(
                "UPDATE pet_plan SET date_start = %s, date_end = %s WHERE id IN %s",
                (
                    today - timedelta(days=40),
                    today - timedelta(days=7),
                    tuple(plan_ids),
                ),
            )
        return plan_ids

    def update(self, env):
        """Run the nightly job, two plans per commit."""
        env["pet.plan"]._cron_update_plans(batch_size=2)

    def get_done(self, plan_ids):
        """Return the plans that are expired; each has lost its sessions once."""
        with self.connect(SUPERUSER_ID) as env:
            plans = env["pet.plan"].browse(plan_ids)
            expired = plans.filtered(lambda plan: plan.state == "expired")
            for plan in plans:
                kinds = plan.entry_ids.sorted("id").mapped("kind")
                done = plan in expired
                self.assertEqual(kinds, ["grant", "expire"] if done else ["grant"])
                self.assertEqual(plan.line_ids.remaining, 0.0 if done else 3.0)
            return expired.ids

    def test_killed_in_the_middle(self):
        """What was committed stays, what was begun is undone; the rest comes later."""
        plan_ids = self.sell_ended(6)
        with self.connect(SUPERUSER_ID) as env:
            model = self.registry["pet.plan"]
            expire = model._expire_sessions

            def expire_or_die(plans):
                expire(plans)
                if plan_ids[3] in plans.ids:
                    raise Killed

            with (
                patch.object(model, "_expire_sessions", expire_or_die),
                self.assertRaises(Killed),
            ):
                self.update(env)
            env.cr.rollback()
        self.assertEqual(self.get_done(plan_ids), plan_ids[:2])
        with self.connect(SUPERUSER_ID) as env:
            self.update(env)
        self.assertEqual(self.get_done(plan_ids), plan_ids)

    def test_out_of_time(self):
        """A job whose time is over stops between two batches, and says what is left."""
        plan_ids = self.sell_ended(5)
        steps = []

        def commit_progress(cron, processed=0, *, remaining=None):
            cron.env.cr.commit()
            steps.append((processed, remaining))
            return 0

        with (
            self.connect(SUPERUSER_ID) as env,
            patch.object(self.registry["ir.cron"], "_commit_progress", commit_progress),
        ):
            self.update(env)
            self.assertEqual(self.get_done(plan_ids), plan_ids[:2])
            self.update(env)
        self.assertEqual(self.get_done(plan_ids), plan_ids[:4])
        self.assertEqual(steps, [(2, 3), (2, 1)])

    def test_several_workers(self):
        """Four workers see the same plans; each plan is updated by one of them."""
        plan_ids = self.sell_ended(8)
        outcomes = self.run_at_once(*[self.as_job(self.update)] * 4)
        self.assertEqual(outcomes, [None] * 4)
        self.assertEqual(self.get_done(plan_ids), plan_ids)

    def as_job(self, work):
        """Return the work as the scheduler's user does it."""
        return lambda env: work(env(user=SUPERUSER_ID))

    def test_a_plan_somebody_is_at_waits(self):
        """The job passes over it; its next run takes it."""
        plan_ids = self.sell_ended(3)
        with self.connect(SUPERUSER_ID) as somebody:
            somebody["pet.plan"].browse(plan_ids[1]).lock_for_update()
            with self.connect(SUPERUSER_ID) as env:
                self.update(env)
            self.assertEqual(self.get_done(plan_ids), [plan_ids[0], plan_ids[2]])
        with self.connect(SUPERUSER_ID) as env:
            self.update(env)
        self.assertEqual(self.get_done(plan_ids), plan_ids)

    def test_a_plan_just_changed_is_taken(self):
        """Changed after the job looked: it looks again, and finds nothing to do."""
        plan_ids = self.sell_ended(2)
        with self.connect(SUPERUSER_ID) as env:
            plans = env["pet.plan"].browse(plan_ids)
            plans.mapped("state")  # what the job has seen
            with self.commit() as somebody:
                somebody["pet.plan"].browse(plan_ids[0]).date_end = False
            self.update(env)
        self.assertEqual(self.get_done(plan_ids), plan_ids[1:])

    def test_reminded_once_by_several_workers(self):
        plan_id = self.sell(3)
        with self.commit() as env:
            plan = env["pet.plan"].browse(plan_id)
            plan.date_end = fields.Date.today() + timedelta(days=3)
            plan.partner_id.email = "race@example.com"
            plan.company_id.pet_renewal_reminder = True

        def switch_off():
            with self.commit() as env:
                env.ref("base.main_company").pet_renewal_reminder = False
                env["mail.mail"].search([("model", "=", "pet.plan")]).unlink()
                env["mail.activity"].search([("res_model", "=", "pet.plan")]).unlink()

        self.addCleanup(switch_off)
        remind = self.as_job(lambda env: env["pet.plan"]._cron_send_reminders())
        outcomes = self.run_at_once(*[remind] * 3)
        self.assertEqual(outcomes, [None] * 3)
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(plan_id)
            self.assertEqual(len(plan.activity_ids), 1)
            mails = env["mail.mail"].search([("model", "=", "pet.plan")])
            self.assertEqual(mails.mapped("res_id"), [plan_id])


class TestManagers(RaceCase):
    """X6, X8, L2: what managers decide while others are at work on the same plan."""

    def test_pause_and_book_at_once(self):
        """Nothing is booked inside a pause, whichever of the two was first."""
        plan_id = self.sell(3)
        start = fields.Datetime.now() + timedelta(days=2)
        day = start.date()

        def pause(env):
            env["pet.plan"].browse(plan_id)._pause(day, day, "Holidays")
            return True

        def book(env):
            return len(env["pet.plan"].browse(plan_id).book([start]))

        outcomes = self.run_at_once(pause, book)
        self.assertIn(True, outcomes)
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(plan_id)
            self.assertEqual(len(plan.pause_ids), 1)
            self.assertFalse(
                plan.appointment_ids.filtered(lambda visit: visit.state == "scheduled")
            )
            self.assertEqual(plan.line_ids.remaining, 3.0)

    def test_two_renewals_at_once(self):
        plan_id = self.sell(1)

        def renew(env):
            return env["pet.plan"].browse(plan_id).action_renew()["res_id"]

        outcomes = self.run_at_once(renew, renew)
        renewals = [outcome for outcome in outcomes if isinstance(outcome, int)]
        [error] = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        self.assertIn("renewed", str(error))
        with self.connect(SUPERUSER_ID) as env:
            self.assertEqual(env["pet.plan"].browse(plan_id).renewal_ids.ids, renewals)

    def test_counter_edit_and_booking_at_once(self):
        """The edit that did not know of the booking is refused, or comes first."""
        plan_id = self.sell(3)
        with self.commit() as env:
            env["res.users"].browse(self.staff_id).group_ids += env.ref(
                "pet_plans.group_manager"
            )
            wizard = env(user=self.staff_id)["pet.plan.adjust"].create(
                {"plan_id": plan_id, "reason": "Gift"}
            )
            wizard.line_ids.new_remaining = 5.0
            wizard_id = wizard.id

        def adjust(env):
            env["pet.plan.adjust"].browse(wizard_id).action_apply()
            return "adjusted"

        def book(env):
            env["pet.plan"].browse(plan_id).book(
                [fields.Datetime.now() + timedelta(days=1)]
            )
            return "booked"

        outcomes = self.run_at_once(adjust, book)
        self.assertEqual(outcomes[1], "booked")
        adjusted = outcomes[0] == "adjusted"
        if not adjusted:
            self.assertIn("2", str(outcomes[0]))
        with self.connect(SUPERUSER_ID) as env:
            line = env["pet.plan"].browse(plan_id).line_ids
            self.assertEqual(line.remaining, 4.0 if adjusted else 2.0)
            self.assertEqual(sum(line.entry_ids.mapped("quantity")), line.remaining)
