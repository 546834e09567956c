from .liability import LiabilityCommon


class TestWorkedExample(LiabilityCommon):
    """P7: the 12 baths of C10 at 45.00, billed and served month by month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def serve(self, *days):
        """Serve the visits of some days, each on its day."""
        for day in days:
            self.clock.move_to(f"2026-{day} 12:00:00")
            self.visit_on(self.plan, day).action_receive()

    def test_months(self):
        """Each cycle is billed in its month: what is not used stays a liability."""
        january, february, march = self.invoices(self.plan)
        self.clock.move_to("2026-01-05 12:00:00")
        self.post(january)
        self.serve("01-05", "01-12", "01-19")
        self.clock.move_to("2026-02-02 12:00:00")
        self.post(february)
        self.serve("02-02", "02-09", "02-16", "02-23", "03-02")
        self.post(march)
        self.serve("03-09", "03-16", "03-23")
        self.clock.move_to("2026-04-15 12:00:00")
        reports = self.close_months(4)
        self.assertEqual(
            [self.money(report, self.plan) for report in reports],
            [
                # opening, billed, used, expired, refunded, transferred, closing
                (0.0, 180.0, 135.0, 0.0, 0.0, 0.0, 45.0),
                (45.0, 180.0, 180.0, 0.0, 0.0, 0.0, 45.0),
                (45.0, 180.0, 180.0, 0.0, 0.0, 0.0, 45.0),
                (45.0, 0.0, 0.0, 0.0, 0.0, 0.0, 45.0),
            ],
        )
        self.assertEqual(
            self.sessions(reports[2], self.plan), (1.0, 4.0, 4.0, 0, 0, 0, 1.0)
        )
        # The visit of January was forgotten: once it is served, nothing is left.
        self.visit_on(self.plan, "01-26").action_receive()
        again = self.close("04-01", "04-30")
        self.assertFalse(again.line_ids)
        self.assertEqual(self.money(self.close("01-01", "01-31"), self.plan)[-1], 0.0)
