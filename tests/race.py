import json
import re
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from .shops import READY

TIMEOUT = 60
# The comment of the databases that `dev/test` makes (dev/workshop/databases.py)
SCRATCH = "pet_plans: made by dev/test, to be thrown away"


@tagged("post_install", "-at_install")
class RaceCase(BaseCase):
    """People, or jobs, at work on the same records at the same time.

    Real connections and real commits, as requests make them: no test transaction
    could show what two of them do to each other. What is committed is deleted again,
    and the jobs take whatever they find: so they run only in databases that were made
    for tests.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            self.require_scratch_database(cr)
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

    def require_scratch_database(self, cr):
        """Skip the test unless the database was made to be thrown away.

        The copies that pytest works in side by side have no comment; the database
        they are copies of has.
        """
        cr.execute(
            SQL(
                "SELECT 1 FROM pg_database WHERE datname = %s"
                " AND shobj_description(oid, 'pg_database') = %s",
                re.sub(r"-gw\d+$", "", cr.dbname),
                SCRATCH,
            )
        )
        if not cr.fetchone():
            self.skipTest(
                f"it commits and deletes records, and the database {cr.dbname} was not"
                " made by dev/test to be thrown away"
            )

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
            "mail_activity",
            "mail_message",
            "mail_followers",
            "pet_liability_line",
            "pet_liability",
            "pet_consumption",
            "pet_plan_pause",
            "pet_plan_entry",
            "pet_appointment_line",
            "pet_appointment_step",
            "pet_appointment",
            "pet_cycle",
            "pet_plan_cover",
            "pet_plan_line",
            "pet_plan",
            "pet_plan_template_cover",
            "pet_plan_template_price",
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

    def sell(self, sessions, confirm=True, price=0.0, company_id=None, **terms):
        """Commit a plan; return its id.

        :param price: of a session; without one there are no invoices
        :param company_id: by default the main company
        """
        with self.commit() as env:
            company_id = company_id or env.ref("base.main_company").id
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
                                "price_unit": price,
                            }
                        )
                    ],
                    "company_id": company_id,
                    **terms,
                }
            )
            plan = env["pet.plan"].create(
                {
                    "template_id": template.id,
                    "pet_id": self.pet_id,
                    "company_id": company_id,
                }
            )
            if confirm:
                plan.action_confirm()
            return plan.id

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


class BilledRaceCase(RaceCase):
    """Races about the bills of a plan, in the tests' shop."""

    def get_tables(self):
        return (
            "account_partial_reconcile",
            "account_full_reconcile",
            "account_move_line",
            "pet_consumption",
            "pet_plan_entry",
            "pet_appointment_line",
            "pet_appointment",
            "account_move",
            *super().get_tables(),
        )

    def delete_everything(self):
        with self.commit() as env:
            # Bill and cycle name each other.
            for table, column in (
                ("account_move", "pet_cycle_id"),
                ("pet_cycle", "invoice_id"),
            ):
                env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = NULL WHERE id > %s",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        self.last_ids[table],
                    )
                )
        return super().delete_everything()

    def bill_in_the_shop(self, login, groups):
        """Commit a user of the tests' shop, and a plan of two bills, the first posted.

        Sets `staff_id`, `plan_id`, `cycle_id`, `invoice_id`; four visits are to come.

        :param groups: of the user, besides the employees'
        """
        with self.commit() as env:
            ready = json.loads(env["ir.config_parameter"].get_param(READY))
            shop = env["res.company"].browse(ready["records"]["shop"][1])
            self.staff_id = new_test_user(
                env,
                login=login,
                groups=f"base.group_user,{groups}",
                company_id=shop.id,
                company_ids=[Command.set(shop.ids)],
                context={"no_reset_password": True},
            ).id
        self.plan_id = self.sell(
            8, price=45.0, company_id=shop.id, appointments_per_cycle=4
        )
        with self.commit() as env:
            plan = env["pet.plan"].browse(self.plan_id)
            tomorrow = fields.Datetime.now() + timedelta(days=1)
            plan.book([tomorrow + timedelta(days=day) for day in range(4)])
            cycle = plan.cycle_ids.sorted("sequence")[0]
            cycle.invoice_id.action_post()
            self.cycle_id, self.invoice_id = cycle.id, cycle.invoice_id.id
