import threading
import time
from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

TIMEOUT = 60


@tagged("post_install", "-at_install")
class TestRace(BaseCase):
    """B3: two people can never book the same last session.

    Real connections and real commits, as requests make them: no test transaction
    could show what two of them do to each other. What is committed is deleted again.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # The thread that runs the tests may hold it: the others would wait for ever.
        self.patch(Registry, "_lock", DummyRLock())
        # What is lost to another transaction is logged as an error, then tried again.
        self.enterContext(mute_logger("odoo.sql_db"))
        self.addCleanup(self.delete_everything)
        with self.commit() as env:
            self.last_ids = {
                table: env.execute_query(
                    SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table))
                )[0][0]
                for table in self.get_tables()
            }
            company = env.ref("base.main_company")
            self.staff_id = new_test_user(
                env,
                login="pet_race_staff",
                groups="base.group_user,pet_plans.group_user",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
                context={"no_reset_password": True},
            ).id
            customer = env["res.partner"].create({"name": "Race customer"})
            pet = env["pet.pet"].create({"name": "Race pet", "partner_id": customer.id})
            bath = env["product.product"].create(
                {"name": "Race bath", "type": "service"}
            )
            self.pet_id, self.product_id = pet.id, bath.id

    # --- Committed data ----------------------------------------------------------

    @contextmanager
    def connect(self, uid=None):
        """Give an environment on a connection of its own."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, uid or self.staff_id, {})

    @contextmanager
    def commit(self):
        """Give an environment with all rights, and commit what is done in it."""
        with self.connect(SUPERUSER_ID) as env:
            yield env

    def get_tables(self):
        """Return what these tests fill, children before their parents."""
        return (
            "mail_message",
            "mail_followers",
            "pet_plan_entry",
            "pet_appointment_line",
            "pet_appointment",
            "pet_cycle",
            "pet_plan_line",
            "pet_plan",
            "pet_plan_template_line",
            "pet_plan_template",
            "pet_pet",
            "product_product",
            "product_template",
            "res_users",
            "res_partner",
        )

    def delete_everything(self):
        """Delete by SQL what was committed: the ledger refuses any other way."""
        with self.commit() as env:
            for table in self.get_tables():
                env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE id > %s",
                        SQL.identifier(table),
                        self.last_ids[table],
                    )
                )
            self.registry.clear_cache()

    def sell(self, sessions, **terms):
        """Commit a plan without price, and so without invoices; return its id."""
        with self.commit() as env:
            template = env["pet.plan.template"].create(
                {
                    "name": "Race",
                    "kind": "package",
                    "appointment_count": sessions,
                    "appointments_per_cycle": sessions,
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": self.product_id,
                                "quantity": sessions,
                                "price_unit": 0.0,
                            }
                        )
                    ],
                    **terms,
                }
            )
            plan = env["pet.plan"].create(
                {
                    "template_id": template.id,
                    "pet_id": self.pet_id,
                    "company_id": env.ref("base.main_company").id,
                }
            )
            plan.action_confirm()
            return plan.id

    def assert_sold(self, plan_id, sold, left):
        """Check visits, balance and ledger of a plan against each other."""
        with self.connect(SUPERUSER_ID) as env:
            plan = env["pet.plan"].browse(plan_id)
            self.assertEqual(len(plan.appointment_ids), sold)
            self.assertEqual(plan.line_ids.remaining, left)
            self.assertEqual(sum(plan.entry_ids.mapped("quantity")), left)
            taken = plan.entry_ids.filtered("appointment_id").sorted("id")
            self.assertEqual(len(taken), sold)
            self.assertEqual(plan.entry_ids.sorted("id")[-1].balance, left)
            self.assertEqual(len(set(taken.mapped("balance"))), sold)

    # --- People at work ----------------------------------------------------------

    def run_at_once(self, *works):
        """Run each work as a request of its own; all see the same data first.

        :param works: functions of an environment, tried again as requests are
        :return: list of what each returned, or the exception it ended with
        """
        barrier = threading.Barrier(len(works))
        outcomes = [None] * len(works)

        def request(number, work):
            try:
                with self.connect() as env:
                    outcomes[number] = retrying(self.after(barrier, env, work), env)
            except Exception as error:
                outcomes[number] = error

        threads = [
            threading.Thread(target=request, args=numbered)
            for numbered in enumerate(works)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        return outcomes

    def after(self, barrier, env, work):
        """Return the work, whose first attempt starts when all have seen the data."""
        attempts = iter((barrier.wait,))

        def attempt():
            env["pet.plan.line"].search([]).mapped("remaining")
            next(attempts, lambda timeout: None)(TIMEOUT)
            return work(env)

        return attempt

    def book(self, plan_id):
        """Return the work of booking one visit, tomorrow."""
        start = fields.Datetime.now() + timedelta(days=1)

        def work(env):
            return env["pet.plan"].browse(plan_id).book([start]).id

        return work

    def assert_told_why(self, outcomes, refused):
        """Check that so many were refused, each told the numbers and nothing else."""
        errors = [error for error in outcomes if isinstance(error, Exception)]
        self.assertEqual(len(errors), refused, outcomes)
        for error in errors:
            self.assertIs(type(error), UserError, error)
            self.assertRegex(
                str(error),
                r"Race: 1 session\(s\) of Race bath are needed, but 0 remain",
            )

    # --- The races -----------------------------------------------------------------

    def test_two_people_one_session(self):
        plan_id = self.sell(1)
        outcomes = self.run_at_once(*[self.book(plan_id)] * 2)
        self.assert_told_why(outcomes, refused=1)
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_eight_people_five_sessions(self):
        plan_id = self.sell(5)
        outcomes = self.run_at_once(*[self.book(plan_id)] * 8)
        self.assert_told_why(outcomes, refused=3)
        self.assert_sold(plan_id, sold=5, left=0.0)

    def test_three_people_one_session_and_one_overdraft(self):
        plan_id = self.sell(1, overdraft_limit=1.0)
        outcomes = self.run_at_once(*[self.book(plan_id)] * 3)
        errors = [error for error in outcomes if isinstance(error, Exception)]
        self.assertEqual(len(errors), 1, outcomes)
        self.assertIn("-1 remain (overdraft allowed: 1)", str(errors[0]))
        self.assert_sold(plan_id, sold=2, left=-1.0)

    def test_last_session_of_a_period(self):
        """The plan itself still has the session of its second period."""
        plan_id = self.sell(
            1, kind="plan", interval=1, interval_unit="month", period_count=2
        )
        outcomes = self.run_at_once(*[self.book(plan_id)] * 2)
        self.assert_told_why(outcomes, refused=1)
        self.assert_sold(plan_id, sold=1, left=1.0)

    def test_two_people_different_plans(self):
        """Nobody waits for somebody else's plan."""
        plan_ids = [self.sell(1), self.sell(1)]
        outcomes = self.run_at_once(*(self.book(plan_id) for plan_id in plan_ids))
        self.assert_told_why(outcomes, refused=0)
        for plan_id in plan_ids:
            self.assert_sold(plan_id, sold=1, left=0.0)

    def test_two_walk_ins_one_session(self):
        """Both pets are checked in; the second is served without plan (B4)."""
        plan_id = self.sell(1)

        def work(env):
            visit = env["pet.appointment"].create(
                {
                    "pet_id": self.pet_id,
                    "start": fields.Datetime.now(),
                    "line_ids": [Command.create({"product_id": self.product_id})],
                }
            )
            visit.action_receive()
            return bool(visit.plan_id)

        self.assertEqual(sorted(self.run_at_once(work, work)), [False, True])
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_the_second_waits_for_the_first(self):
        """The first has the session, uncommitted: the second is told once it is so."""
        plan_id = self.sell(1)
        outcomes = []
        with self.connect() as first:
            self.book(plan_id)(first)
            first.flush_all()
            second = threading.Thread(
                target=lambda: outcomes.extend(self.run_at_once(self.book(plan_id)))
            )
            second.start()
            self.wait_until_blocked()
            self.assertFalse(outcomes)
        second.join(TIMEOUT)
        self.assert_told_why(outcomes, refused=1)
        self.assert_sold(plan_id, sold=1, left=0.0)

    def test_the_first_gives_up(self):
        """The first has the session, and rolls back: the second gets it."""
        plan_id = self.sell(1)
        outcomes = []
        with self.connect() as first:
            self.book(plan_id)(first)
            first.flush_all()
            second = threading.Thread(
                target=lambda: outcomes.extend(self.run_at_once(self.book(plan_id)))
            )
            second.start()
            self.wait_until_blocked()
            first.cr.rollback()
        second.join(TIMEOUT)
        self.assert_told_why(outcomes, refused=0)
        self.assert_sold(plan_id, sold=1, left=0.0)

    def wait_until_blocked(self):
        """Wait until a connection to this database waits for a row of another."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            with self.connect(SUPERUSER_ID) as env:
                blocked = env.execute_query(
                    SQL(
                        "SELECT 1 FROM pg_stat_activity WHERE datname = %s"
                        " AND cardinality(pg_blocking_pids(pid)) > 0",
                        env.cr.dbname,
                    )
                )
            if blocked:
                return
            time.sleep(0.05)
        self.fail("Nobody waits: the second did not get as far as the session")

    def test_reschedule_and_cancel_at_once(self):
        """C1, C2: due dates fit the visits, whichever of the two was first."""
        plan_id = self.sell(8, appointments_per_cycle=4)
        start = fields.Datetime.now().replace(hour=12) + timedelta(days=1)
        with self.commit() as env:
            visits = (
                env["pet.plan"]
                .browse(plan_id)
                .book([start + timedelta(weeks=week) for week in range(8)])
            )
            second, sixth = visits[1].id, visits[5].id

        def reschedule(env):
            later = start + timedelta(weeks=6, days=1)
            return env["pet.appointment"].browse(sixth).reschedule(later)

        def cancel(env):
            return env["pet.appointment"].browse(second).action_cancel()

        self.assertEqual(self.run_at_once(reschedule, cancel), [True, True])
        with self.connect(SUPERUSER_ID) as env:
            for cycle in env["pet.plan"].browse(plan_id).cycle_ids:
                starts = cycle.appointment_ids.mapped("start")
                self.assertEqual(cycle.date_due, min(starts).date())
