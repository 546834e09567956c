from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from .common import PetPlansCommon


class TestCancelQueries(PetPlansCommon):
    """14: a deal takes as many queries for a long package as for a short one.

    Writing the due dates of the invoices that change is left out: it grows with
    their number, and has its own test.
    """

    def sell_package(self, count, pet=None):
        plan = self.sell(
            self.make_template(appointment_count=count, appointments_per_cycle=4),
            pet=pet,
        )
        plan.book(self.weekly(count))
        return plan

    @contextmanager
    def no_due_dates(self):
        """Leave the due dates where they are."""
        model = type(self.env["pet.cycle"])
        with patch.object(model, "_set_due_dates", lambda cycles, dates: None):
            yield

    def second_visits(self, plans):
        """Return the second visit of each plan: cancelling it moves one per cycle."""
        visits = self.env["pet.appointment"]
        for plan in plans:
            visits |= plan.appointment_ids.sorted("start")[1]
        return visits

    def test_a_long_package_takes_no_more_than_a_short_one(self):
        packages = [self.sell_package(count) for count in (12, 12, 52)]
        with self.no_due_dates():
            warm_up, short, long = (
                self.count_queries(self.second_visits([plan]).action_cancel)
                for plan in packages
            )
        self.assertEqual(long, short, f"warm up: {warm_up}, 12: {short}, 52: {long}")

    def test_many_packages_take_no_more_than_a_few(self):
        groups = [
            [self.sell_package(12) for __ in range(count)] for count in (1, 3, 10)
        ]
        with self.no_due_dates():
            warm_up, few, many = (
                self.count_queries(self.second_visits(plans).action_cancel)
                for plans in groups
            )
        self.assertEqual(many, few, f"1 plan: {warm_up}, 3: {few}, 10: {many}")

    def test_many_visits_of_one_package(self):
        """From one cycle that waits for visits afterwards to five of them."""
        packages = [self.sell_package(52) for __ in range(3)]
        with self.no_due_dates():
            warm_up, few, many = (
                self.count_queries(
                    plan.appointment_ids.sorted("start")[1 : 1 + count].action_cancel
                )
                for plan, count in zip(packages, (4, 4, 20), strict=True)
            )
        self.assertEqual(many, few, f"warm up: {warm_up}, 4: {few}, 20: {many}")

    def test_due_dates_of_many_packages(self):
        groups = [
            [self.sell_package(12) for __ in range(count)] for count in (1, 3, 10)
        ]
        warm_up, few, many = (
            self.count_queries(self.second_visits(plans).action_cancel)
            for plans in groups
        )
        self.assertEqual(self.due_dates(groups[-1][-1]), ["01-05", "02-09", "03-09"])
        self.assertEqual(many, few, f"1 plan: {warm_up}, 3: {few}, 10: {many}")

    def test_due_dates_of_a_long_package(self):
        """65 invoices get as many dates, in as many queries as 3 of them."""
        plans = [self.sell_package(count) for count in (8, 12, 260)]
        warm_up, short, long = (
            self.count_queries(self.second_visits([plan]).action_cancel)
            for plan in plans
        )
        last = self.invoices(plans[-1])[-2]
        self.assertEqual(last.invoice_date_due, date(2030, 11, 11))
        self.assertEqual(self.receivable_dates(last), [last.invoice_date_due])
        self.assertEqual(long, short, f"8: {warm_up}, 12: {short}, 260: {long}")

    def test_due_dates_of_posted_invoices(self):
        """A posted one moves too, to a later date, with a note on it (C6)."""
        plans = [self.sell_package(count) for count in (8, 12, 60)]
        for plan in plans:
            self.post(self.invoices(plan)[1:])
        warm_up, short, long = (
            self.count_queries(self.second_visits([plan]).action_cancel)
            for plan in plans
        )
        self.assertEqual(self.due_dates(plans[1]), ["01-05", "02-09", "03-09"])
        self.assertEqual(long, short, f"8: {warm_up}, 12: {short}, 60: {long}")

    def test_the_preview_of_a_long_package(self):
        packages = [self.sell_package(count) for count in (4, 12, 52)]
        warm_up, short, long = (
            self.count_queries(
                lambda plan=plan: self.open_cancel_wizard(
                    self.second_visits([plan])
                ).line_ids.mapped("warning")
            )
            for plan in packages
        )
        self.assertEqual(long, short, f"4 visits: {warm_up}, 12: {short}, 52: {long}")

    def test_rescheduling_takes_the_same_in_a_long_package(self):
        packages = [self.sell_package(count) for count in (4, 12, 52)]
        warm_up, short, long = (
            self.count_queries(
                lambda plan=plan: self.second_visits([plan]).write(
                    {"start": "2026-01-13 09:00:00"}
                )
            )
            for plan in packages
        )
        self.assertEqual(long, short, f"4 visits: {warm_up}, 12: {short}, 52: {long}")
