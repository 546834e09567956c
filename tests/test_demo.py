from freezegun import freeze_time

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file, mute_logger

from ..models.pet_cycle import SETTLED_STATES
from .shortcuts import take_shortcuts


def load_demo(env):
    """Load the files of the demo shop as an installation with demo data does."""
    for path in Manifest.for_addon("pet_plans")["demo"]:
        convert_file(env, "pet_plans", path, {}, mode="init", noupdate=True)
        # What the tests before rolled back makes PostgreSQL think that the tables stay
        # empty: then it looks through all of them for each payment.
        env.flush_all()
        env.cr.execute("ANALYZE account_move, account_move_line, account_payment")


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo shop loads on any day, and what it shows keeps the rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        take_shortcuts(cls)
        cls.shop = cls.env.ref("base.main_company")
        cls.is_demo_database = bool(
            cls.env.ref("pet_plans.plan_luna", raise_if_not_found=False)
        )

    def load(self, now, tz):
        """Load the demo shop at that moment and check it."""
        if self.is_demo_database:
            self.skipTest("the demo shop of the day of installation is here")
        self.startPatcher(freeze_time(now))
        self.shop.pet_tz = tz
        with self.assertNoLogs(level="WARNING"), mute_logger("odoo.models.unlink"):
            load_demo(self.env)
        self.plans = self.env["pet.plan"].search(
            [("user_id", "=", self.env.ref("pet_plans.user_reception").id)]
        )
        self.check()

    def check(self):
        """Check what the shop shows."""
        self.check_variety()
        self.check_ledger()
        self.check_cycles()
        self.check_nothing_is_overdue_for_the_jobs()

    def check_variety(self):
        self.assertEqual(
            set(self.plans.mapped("state")), {"draft", "active", "expired"}
        )
        self.assertEqual(
            set(self.plans.cycle_ids.mapped("state")),
            {"waiting", "scheduled", "billed", "settled"},
        )
        visits = self.plans.partner_id.pet_ids.appointment_ids
        self.assertLessEqual({"no_show", "cancelled"}, set(visits.mapped("state")))
        today = self.shop._get_pet_today()
        self.assertEqual(
            set(
                visits.filtered(lambda visit: visit._get_day() == today).mapped("state")
            ),
            {
                "scheduled",
                "confirmed",
                "received",
                "in_service",
                "finished",
                "delivered",
            },
        )

    def check_ledger(self):
        for line in self.plans.line_ids:
            entries = line.entry_ids.sorted("id")
            self.assertEqual(line.remaining, sum(entries.mapped("quantity")))
            self.assertEqual(line.remaining, entries[-1:].balance)
            self.assertEqual(
                line.total, line.used + line.booked + line.expired + line.remaining
            )
            self.assertGreaterEqual(line.remaining, 0.0)

    def check_cycles(self):
        for plan in self.plans.filtered(lambda plan: plan.state != "draft"):
            self.assertEqual(
                sum(plan.cycle_ids.invoice_id.mapped("amount_untaxed")),
                plan.amount_total,
            )
            for cycle in plan.cycle_ids:
                if not plan.is_unlimited:
                    self.assertLessEqual(cycle.booked, cycle.capacity)
                invoice = cycle.invoice_id
                if cycle.date_due:
                    self.assertEqual(invoice.invoice_date_due, cycle.date_due)
                self.assertEqual(
                    cycle.state == "settled", invoice.payment_state in SETTLED_STATES
                )

    def check_nothing_is_overdue_for_the_jobs(self):
        """The nightly jobs of the first night do not change what the demo shows."""
        Cycle, Plan = self.env["pet.cycle"], self.env["pet.plan"]
        self.assertFalse(Cycle.search(Cycle._get_cycles_to_post_domain(self.shop)))
        self.assertFalse(Plan.search(Plan._get_plans_to_update_domain(self.shop)))

    def test_the_day_the_clocks_change(self):
        self.load("2027-03-28 12:00:00", "Europe/Brussels")
        luna = self.env.ref("pet_plans.plan_luna")
        self.assertEqual(luna.cycle_ids.mapped("booked"), [4.0, 4.0, 3.0])
        self.assertEqual(luna.to_book, 1)

    def test_late_on_the_last_day_of_a_leap_february(self):
        self.load("2028-02-29 23:30:00", "America/Sao_Paulo")

    def test_the_shop_is_already_in_the_next_year(self):
        self.load("2026-12-31 22:00:00", "Asia/Tokyo")
