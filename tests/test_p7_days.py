from datetime import date

from odoo import fields

from .liability import LiabilityCommon


class TestDays(LiabilityCommon):
    """P7: on which day a session counts, and what a lock keeps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.post(cls.invoices(cls.plan))

    def serve(self, day, on=None):
        """Serve the visit of a day, on that day or on another one."""
        self.clock.move_to(f"2026-{on or day} 12:00:00")
        visit = self.visit_on(self.plan, day)
        visit.action_receive()
        return visit

    def lock(self, day, name="fiscalyear_lock_date"):
        self.shop.sudo()[name] = day

    def used(self, month):
        last = fields.Date.end_of(date(2026, month, 1), "month")
        report = self.close(f"{month:02}-01", f"{last:%m-%d}")
        return dict(zip(("used", "closing"), self._used(report), strict=True))["used"]

    def _used(self, report):
        money = self.money(report, self.plan)
        return money[2], money[-1]

    def test_the_day_of_the_visit(self):
        """Entered late it counts on its own day, by the clock of the shop."""
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        late = self.plan.appointment_ids.sorted("start")[0]
        late.reschedule("2026-02-01 01:00:00")  # the evening of 31 January
        self.clock.move_to("2026-02-05 12:00:00")
        self.assertFalse(late.date_consumed)
        late.action_receive()
        self.assertEqual(late.date_consumed, date(2026, 1, 31))
        self.assertEqual((self.used(1), self.used(2)), (45.0, 0.0))

    def test_entered_after_the_lock(self):
        for name in ("fiscalyear_lock_date", "hard_lock_date"):
            with self.subTest(name), self.undoing():
                self.clock.move_to("2026-02-05 12:00:00")
                self.lock("2026-01-31", name)
                visit = self.serve("01-26", on="02-05")
                self.assertEqual(visit.date_consumed, date(2026, 2, 1))
                self.assertEqual((self.used(1), self.used(2)), (0.0, 45.0))

    def test_an_exception_opens_no_day(self):
        """What one person may do is no reason to count in a locked period."""
        self.clock.move_to("2026-02-05 12:00:00")
        self.lock("2026-01-31")
        self.env["account.lock_exception"].sudo().create(
            {
                "company_id": self.shop.id,
                "user_id": self.staff.id,
                "fiscalyear_lock_date": False,
                "end_datetime": False,
            }
        )
        visit = self.serve("01-26", on="02-05")
        self.assertEqual(visit.date_consumed, date(2026, 2, 1))

    def test_a_lock_set_later_changes_nothing(self):
        visit = self.serve("01-26")
        self.lock("2026-01-31")
        self.clock.move_to("2026-02-05 12:00:00")
        visit.action_deliver()
        self.assertEqual(visit.date_consumed, date(2026, 1, 26))
        self.assertEqual((self.used(1), self.used(2)), (45.0, 0.0))

    def test_taken_back(self):
        """On the day it had counted on, and where that is locked on the first open."""
        for lock, expected in ((None, (0.0, 0.0)), ("2026-01-31", (45.0, -45.0))):
            with self.subTest(lock=lock), self.undoing():
                visit = self.serve("01-26")
                self.assertEqual(self.used(1), 45.0)
                self.lock(lock)
                self.clock.move_to("2026-02-05 12:00:00")
                visit.with_user(self.manager).action_undo()
                self.assertFalse(visit.date_consumed)
                self.assertEqual((self.used(1), self.used(2)), expected)

    def test_moved_to_another_plan(self):
        """U3: both plans are corrected on the day of the visit, or the first open."""
        other = self.sell()
        for lock, expected in ((None, (0.0, 0.0)), ("2026-01-31", (45.0, -45.0))):
            with self.subTest(lock=lock), self.undoing():
                visit = self.serve("01-26")
                self.assertEqual(self.used(1), 45.0)
                self.lock(lock)
                self.clock.move_to("2026-02-05 12:00:00")
                visit.with_user(self.manager)._move_to_plan(other, "Wrong one")
                self.assertEqual((self.used(1), self.used(2)), expected)
                day = date(2026, 2, 1) if lock else date(2026, 1, 26)
                self.assertEqual(visit.date_consumed, day)

    def test_missed_and_cancelled_late(self):
        """C9: what is kept is used, on the day of the visit."""
        self.plan.sudo()._unguarded().late_cancel_hours = 24
        self.clock.move_to("2026-01-12 08:00:00")
        missed, late = (self.visit_on(self.plan, day) for day in ("01-05", "01-12"))
        missed.action_no_show()
        wizard = self.open_cancel_wizard(late, sessions="consume")
        wizard.action_apply()
        self.assertEqual(missed.date_consumed, date(2026, 1, 5))
        self.assertEqual(late.date_consumed, date(2026, 1, 12))
        self.assertEqual(self.used(1), 90.0)
        rows = self.env["pet.consumption"].sudo().search([])
        self.assertEqual(sorted(rows.mapped("kind")), ["late", "no_show"])

    def test_reinstated(self):
        """X2: what expired comes back on the day on which it had expired."""
        for lock, expected in (
            (None, [0.0, 0.0]),
            ("2026-02-28", [540.0, -540.0]),
        ):
            with self.subTest(lock=lock), self.undoing():
                self.visits.action_cancel()
                self.plan.with_user(self.manager).date_end = "2026-01-31"
                self.update_plans("2026-02-01 04:00:00")
                self.close("02-01", "02-28")
                self.lock(lock)
                self.clock.move_to("2026-03-05 12:00:00")
                self.plan.with_user(self.manager).date_end = "2026-05-31"
                reports = self.close("02-01", "02-28"), self.close("03-01", "03-31")
                self.assertEqual(
                    [self.money(report, self.plan)[3] for report in reports], expected
                )

    def test_counted_once(self):
        """Run again nothing is added; what is counted is a copy of what is there."""
        self.serve("01-05")
        rows = self.env["pet.consumption"].sudo()
        rows._update(self.shop)
        before = rows.search([])
        self.assertEqual(before.mapped("quantity"), [1.0])
        self.run_job("pet_plans.ir_cron_count_sessions")
        self.assertEqual(rows.search([]), before)

    def test_a_service_added_after_the_lock(self):
        """What was counted stays; what comes on top counts on the first open day."""
        visit = self.serve("01-26")
        self.assertEqual(self.used(1), 45.0)
        self.lock("2026-01-31")
        self.clock.move_to("2026-02-05 12:00:00")
        self.visits[-1].action_cancel()
        visit.with_user(self.manager).line_ids.quantity = 2.0
        self.assertEqual((self.used(1), self.used(2)), (45.0, 45.0))
