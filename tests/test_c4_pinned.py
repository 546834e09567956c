from datetime import datetime

from .common import PetPlansCommon


class TestPinned(PetPlansCommon):
    """C4: received, served and no-show visits keep their cycle and fill it first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.pinned = cls.visit_on(cls.plan, "02-02")  # the first of cycle 2

    def assert_stays_when_an_earlier_visit_is_cancelled(self):
        """Without pin 02-02 would go into cycle 1; with it, 02-09 takes the place."""
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-09"],
                ["02-02", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-09"])

    def test_received(self):
        self.pinned.action_receive()
        self.assert_stays_when_an_earlier_visit_is_cancelled()

    def test_in_service(self):
        self.pinned.action_receive()
        self.pinned.action_start()
        self.assert_stays_when_an_earlier_visit_is_cancelled()

    def test_finished(self):
        self.pinned.action_receive()
        self.pinned.action_finish()
        self.assert_stays_when_an_earlier_visit_is_cancelled()

    def test_delivered(self):
        self.pinned.action_receive()
        self.pinned.action_deliver()
        self.assert_stays_when_an_earlier_visit_is_cancelled()

    def test_no_show(self):
        self.pinned.action_no_show()
        self.assert_stays_when_an_earlier_visit_is_cancelled()

    def test_late_cancellation_that_used_its_session(self):
        """C9: the session is used, so its place in the cycle is used too."""
        self.open_cancel_wizard(self.pinned, sessions="consume").action_apply()
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-09"],
                ["02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.pinned.cycle_id.sequence, 2)
        self.assertEqual(self.plan.cycle_ids.mapped("free"), [0.0, 0.0, 1.0])

    def test_confirmed_is_not_pinned(self):
        self.pinned.action_confirm()
        self.visit_on(self.plan, "01-19").action_cancel()
        self.assertEqual(self.pinned.cycle_id.sequence, 1)

    def test_pinned_visits_fill_the_capacity_first(self):
        """A pinned visit is in its cycle before any earlier one is dealt into it."""
        last = self.visit_on(self.plan, "01-26")
        last.reschedule(datetime(2026, 3, 25, 9))
        last.action_receive()
        self.visit_on(self.plan, "03-23").action_cancel()
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-19", "03-25"],
                ["02-02", "02-09", "02-16", "02-23"],
                ["03-02", "03-09", "03-16"],
            ],
        )

    def test_a_full_cycle_of_served_visits_takes_no_other(self):
        for day in ("01-05", "01-12", "01-19", "01-26"):
            visit = self.visit_on(self.plan, day)
            visit.action_receive()
            visit.action_deliver()
        self.visit_on(self.plan, "02-02").action_cancel()
        self.assertEqual(self.days(self.plan)[0], ["01-05", "01-12", "01-19", "01-26"])
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])

    def test_recycling_leaves_them_too(self):
        self.pinned.action_receive()
        self.visit_on(self.plan, "01-19").reschedule(datetime(2026, 3, 10, 9))
        self.plan.action_recycle()
        self.assertEqual(self.pinned.cycle_id.sequence, 2)

    def test_counters_of_a_served_visit(self):
        self.pinned.action_receive()
        self.pinned.action_deliver()
        self.assertRecordValues(
            self.plan.line_ids,
            [{"total": 12.0, "used": 1.0, "booked": 11.0, "remaining": 0.0}],
        )
