from .liability import LiabilityCommon
from .test_s11_unlimited import UnlimitedCase


class TestUnlimited(LiabilityCommon, UnlimitedCase):
    """S11, P7: what has no limit is earned by the days of its period."""

    def sell_daycare(self, **values):
        plan = self.sell(self.offer, **values)
        self.post(self.invoices(plan))
        return plan

    def test_by_days(self):
        """300.00 for January: 31 days, whatever is used."""
        plan = self.sell_daycare()
        report = self.close("01-01", "01-10")
        self.assertEqual(self.money(report, plan)[1:3], (900.0, 96.77))
        january, february, march = self.close_months(3)
        self.assertEqual(self.money(january, plan), (0, 900, 300, 0, 0, 0, 600))
        self.assertEqual(self.sessions(january, plan), (0, 3, 1, 0, 0, 0, 2))
        self.assertEqual(self.money(february, plan), (600, 0, 300, 0, 0, 0, 300))
        self.assertEqual(self.money(march, plan), (300, 0, 300, 0, 0, 0, 0))

    def test_paused_days_are_left_out(self):
        plan = self.sell_daycare()
        self.pause(plan, "2026-01-11", "2026-01-20")
        reports = [
            self.close("01-01", day) for day in ("01-10", "01-20", "01-21", "02-10")
        ]
        used = [self.money(report, plan)[2] for report in reports]
        self.assertEqual(used, [96.77, 96.77, 106.45, 300.0])

    def test_cancelled_with_a_credit_note(self):
        """X7: the days that are credited are never earned."""
        plan = self.sell_daycare()
        self.clock.move_to("2026-02-15 12:00:00")
        self.cancel_plans(plan, settlement="credit_note")
        before = self.close("02-01", "02-14")
        self.assertEqual(self.money(before, plan)[2], 150.0)
        self.assertEqual(self.money(before, plan)[-1], 450.0)
        after = self.close("02-01", "02-28")
        self.assertEqual(self.money(after, plan)[2], 150.0)
        self.post(
            plan.sudo().cycle_ids.move_ids.filtered(lambda move: move.state == "draft")
        )
        after.action_refresh()
        self.assertEqual(self.money(after, plan), (600, 0, 150, 0, 450, 0, 0))

    def test_cancelled_and_kept(self):
        """What stays billed is earned on the day of the cancellation."""
        plan = self.sell_daycare()
        self.clock.move_to("2026-02-15 12:00:00")
        self.cancel_plans(plan, settlement="none")
        self.assertEqual(self.money(self.close("02-01", "02-14"), plan)[2], 150.0)
        report = self.close("02-15", "02-15")
        self.assertEqual(self.money(report, plan), (450, 0, 450, 0, 0, 0, 0))

    def test_beside_sessions(self):
        """The sessions sold with it earn by themselves."""
        offer = self.make_unlimited([(self.bath, 2, 40.0)], period_count=1)
        plan = self.sell(offer)
        self.post(self.invoices(plan))
        self.serve_sessions(plan, 0, 1)
        report = self.close("01-01", "01-31")
        self.assertEqual(self.money(report, plan)[1:3], (380.0, 340.0))
