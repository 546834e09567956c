from .common import PetPlansCommon


class TestPlanPeriods(PetPlansCommon):
    """S5: one cycle per billing period, counted from the start of the plan."""

    def sell_plan(self, date_start, **terms):
        terms.setdefault("period_count", 3)
        template = self.make_template([(self.bath, 4, 45.0)], kind="plan", **terms)
        return self.sell(template, date_start=date_start)

    def periods(self, plan):
        return [
            f"{cycle.date_from:%m-%d} {cycle.date_to:%m-%d}"
            for cycle in plan.cycle_ids.sorted("sequence")
        ]

    def invoice_due_dates(self, plan):
        return [str(day) for day in self.invoices(plan).mapped("invoice_date_due")]

    def test_months_count_from_the_start_date(self):
        plan = self.sell_plan("2026-01-31")
        self.assertEqual(
            self.periods(plan), ["01-31 02-27", "02-28 03-30", "03-31 04-29"]
        )
        self.assertEqual(
            self.invoice_due_dates(plan), ["2026-01-31", "2026-02-28", "2026-03-31"]
        )

    def test_leap_year(self):
        plan = self.sell_plan("2028-01-31")
        self.assertEqual(
            self.periods(plan), ["01-31 02-28", "02-29 03-30", "03-31 04-29"]
        )

    def test_intervals(self):
        for unit, interval, expected in (
            ("day", 10, ["01-05 01-14", "01-15 01-24", "01-25 02-03"]),
            ("week", 2, ["01-05 01-18", "01-19 02-01", "02-02 02-15"]),
            ("month", 2, ["01-05 03-04", "03-05 05-04", "05-05 07-04"]),
            ("year", 1, ["01-05 01-04", "01-05 01-04", "01-05 01-04"]),
        ):
            with self.subTest(unit=unit):
                plan = self.sell_plan(
                    "2026-01-05", interval=interval, interval_unit=unit
                )
                self.assertEqual(self.periods(plan), expected)

    def test_due_on_the_first_day_plus_the_offset(self):
        for offset, expected in (
            (0, ["01-05", "02-05", "03-05"]),
            (10, ["01-15", "02-15", "03-15"]),
            (-5, ["12-31", "01-31", "02-28"]),
        ):
            for basis in ("first", "last"):
                with self.subTest(offset=offset, basis=basis):
                    plan = self.sell_plan(
                        "2026-01-05", due_offset_days=offset, due_basis=basis
                    )
                    self.assertEqual(self.due_dates(plan), expected)
                    self.assertEqual(
                        [day[5:] for day in self.invoice_due_dates(plan)], expected
                    )

    def test_booking_does_not_move_the_due_date(self):
        plan = self.sell_plan("2026-01-05")
        plan.book(["2026-01-20 09:00:00"])
        self.assertEqual(self.due_dates(plan), ["01-05", "02-05", "03-05"])

    def test_quantity_and_price_are_per_period(self):
        plan = self.sell_plan("2026-01-05")
        self.assertEqual(plan.amount_total, 540.0)
        self.assertEqual(plan.cycle_ids.mapped("capacity"), [4.0] * 3)
        self.assertEqual(plan.cycle_ids.mapped("amount_untaxed"), [180.0] * 3)
        self.assertEqual(self.invoices(plan).mapped("amount_untaxed"), [180.0] * 3)
        self.assertEqual(
            self.invoices(plan).invoice_line_ids.mapped("quantity"), [4.0] * 3
        )

    def test_capacity_is_that_of_the_largest_service(self):
        template = self.make_template(
            [(self.grooming, 1, 60.0), (self.bath, 4, 45.0)], kind="plan"
        )
        self.assertEqual(self.sell(template).cycle_ids.capacity, 4.0)

    def test_cycles_are_scheduled_without_visits(self):
        plan = self.sell_plan("2026-01-05")
        self.assertEqual(set(plan.cycle_ids.mapped("state")), {"scheduled"})
