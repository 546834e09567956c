from datetime import datetime

from .changes import ChangeCase


class TestGiven(ChangeCase):
    """S14: sessions without a price move over, what is owed is taken (X6)."""

    def kinds(self, plan, kind="transfer"):
        entries = plan.entry_ids.filtered(lambda entry: entry.kind == kind)
        return entries.sorted("id").mapped("quantity")

    def test_presents_move_over(self):
        """4 paid and 2 free, one used: 3 are credited, 2 move over."""
        offer = self.make_monthly(4, 45.0, (self.bath, 2, 0.0), name="4 and 2 free")
        plan = self.sell(offer)
        self.pay(self.invoices(plan)[0])
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        self.clock.move_to("2026-01-10 12:00:00")
        self.assertRegex(
            self.open_change(plan).sessions_text,
            "Without a price, and moved to 8 baths a month: .*: 2 sessions",
        )
        new = self.change(plan)
        self.assertEqual(self.credits(plan).mapped("amount_total"), [135.0])
        self.assertEqual(self.kinds(plan), [-2.0])
        self.assertEqual(self.kinds(new), [2.0])
        self.assertEqual(new.sessions_remaining, 26.0)
        self.assertEqual(self.invoices(new).mapped("amount_total"), [320.0] * 3)

    def test_presents_are_there_for_the_visits(self):
        """What moves over is used first, and makes room for the visits to come."""
        presents = self.make_template(
            [(self.bath, 4, 45.0), (self.bath, 2, 0.0)],
            name="4 and 2 free",
            appointment_count=6,
            appointments_per_cycle=6,
        )
        plan = self.sell(presents)
        self.pay(self.invoices(plan))
        visits = plan.book(self.weekly(6, "2026-01-12 09:00:00"))
        three = self.make_template(
            [(self.bath, 3, 45.0)],
            name="3 baths",
            appointment_count=3,
            appointments_per_cycle=3,
        )
        new = self.change(plan, three)
        self.assertEqual(self.credits(plan).mapped("amount_total"), [180.0])
        self.assertEqual(
            visits.filtered(lambda visit: visit.plan_id == new), visits[:5]
        )
        self.assertEqual(
            self.days(new), [["01-12", "01-19"], ["01-26", "02-02", "02-09"]]
        )

    def test_presents_of_a_service_that_is_not_sold(self):
        offer = self.make_monthly(4, 45.0, (self.grooming, 1, 0.0), name="With nails")
        plan = self.sell(offer)
        self.assertRegex(
            self.open_change(plan, day="2026-01-02").sessions_text,
            "Lost, since 8 baths a month does not have .*: 1 session",
        )
        new = self.change(plan, day="2026-01-02")
        self.assertFalse(self.kinds(plan))
        self.assertEqual(new.sessions_remaining, 24.0)
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_what_an_edit_gave(self):
        """L2: of 4 paid baths and 2 given by hand, 4 are credited and 2 move over."""
        plan = self.sell(self.four)
        self.pay(self.invoices(plan)[0])
        self.adjust(plan, 14.0)
        new = self.change(plan, day="2026-01-02")
        self.assertEqual(self.credits(plan).mapped("amount_total"), [180.0])
        self.assertEqual(self.kinds(new), [2.0])

    def test_a_package_used_in_part_with_an_edit(self):
        """Unbilled cycles take their sessions along; only what was given moves."""
        plan, visits = self.sell_worked_example()
        self.pay(self.invoices(plan)[0])
        self.serve(visits[0])
        self.adjust(plan, 1.0)
        new = self.change(plan, self.eight)
        self.assertEqual(self.credits(plan).mapped("amount_total"), [135.0])
        self.assertEqual(self.kinds(new), [1.0])

    def test_an_offer_of_price_0(self):
        """Nothing is billed or credited: all that can be used now moves over."""
        free = self.make_monthly(4, 0.0, name="For colleagues")
        plan = self.sell(free)
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        new = self.change(plan)
        self.assertFalse(self.credits(plan))
        self.assertEqual(self.kinds(new), [3.0])

    def test_to_a_package(self):
        """They stand in a cycle of their own, ahead of the first that bills."""
        offer = self.make_monthly(4, 45.0, (self.bath, 2, 0.0), name="4 and 2 free")
        plan = self.sell(offer)
        new = self.change(plan, self.package, day="2026-01-02")
        cycles = new.cycle_ids.sorted("sequence")
        self.assertEqual(cycles.mapped("capacity"), [2.0, 5.0, 5.0])
        self.assertEqual(cycles.mapped("amount_untaxed"), [0.0, 210.0, 210.0])

    def test_moved_again_and_cancelled(self):
        """Nobody paid for a present: it is credited nowhere, also later."""
        offer = self.make_monthly(4, 45.0, (self.bath, 2, 0.0), name="4 and 2 free")
        plan = self.sell(offer)
        self.pay(self.invoices(plan)[0])
        new = self.change(plan, day="2026-01-02")
        self.cancel_plans(new, settlement="credit_note")
        self.assertEqual(self.credits(plan).mapped("amount_total"), [180.0])
        self.assertFalse(self.credits(new))

    def test_what_is_owed_is_taken(self):
        owing = self.make_monthly(4, 45.0, overdraft_limit=3.0, name="With overdraft")
        plan = self.sell(owing)
        self.pay(self.invoices(plan)[0])
        for hour in range(1, 7):
            self.serve(plan.book([datetime(2026, 1, 2, hour)]))
        self.assertRegex(
            self.open_change(plan, day="2026-01-02").sessions_text,
            "Owed, and taken from 8 baths a month: .*: 2 sessions",
        )
        new = self.change(plan, day="2026-01-02")
        self.assertFalse(self.credits(plan))
        self.assertEqual(new.sessions_remaining, 22.0)
        self.assertEqual(self.kinds(new), [-2.0])
        self.assertEqual(plan.sessions_remaining, 0.0)

    def test_no_more_than_there_is(self):
        owing = self.make_template(
            [(self.bath, 1, 45.0)],
            name="One",
            appointment_count=1,
            appointments_per_cycle=1,
            overdraft_limit=3.0,
        )
        one = self.make_template(
            [(self.bath, 2, 45.0)],
            name="Two",
            appointment_count=2,
            appointments_per_cycle=2,
        )
        plan = self.sell(owing)
        for hour in range(1, 5):
            self.serve(plan.book([datetime(2026, 1, 2, hour)]))
        self.assertRegex(
            self.open_change(plan, one, day="2026-01-02").sessions_text,
            r"taken from Two: .*: 2 sessions\.\n.*stays so on .*: 1 session",
        )
        new = self.change(plan, one, day="2026-01-02")
        self.assertEqual(new.sessions_remaining, 0.0)
        self.assertEqual(plan.sessions_remaining, -1.0)
