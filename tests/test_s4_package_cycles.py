from odoo.tests import Form

from .common import PetPlansCommon


class TestPackageCycles(PetPlansCommon):
    """S4: capacities, and the sessions that each cycle entitles to."""

    def sell_package(self, count, per_cycle, *lines):
        """Sell a package of (product, sessions) lines."""
        return self.sell(
            self.make_template(
                [(product, quantity, 10.0) for product, quantity in lines],
                appointment_count=count,
                appointments_per_cycle=per_cycle,
            )
        )

    def sold(self, plan, product):
        """Return how many sessions of a service each cycle's invoice sells."""
        return [
            sum(
                cycle.sudo()
                .invoice_id.invoice_line_ids.filtered(
                    lambda line: line.product_id == product
                )
                .mapped("quantity")
            )
            for cycle in plan.cycle_ids.sorted("sequence")
        ]

    def test_last_cycle_takes_the_remainder(self):
        for count, per_cycle, expected in (
            (10, 4, [4, 4, 2]),
            (12, 4, [4, 4, 4]),
            (5, 5, [5]),
            (3, 1, [1, 1, 1]),
            (7, 6, [6, 1]),
        ):
            with self.subTest(count=count, per_cycle=per_cycle):
                plan = self.sell_package(count, per_cycle, (self.bath, count))
                cycles = plan.cycle_ids.sorted("sequence")
                self.assertEqual(cycles.mapped("capacity"), expected)
                self.assertEqual(cycles.mapped("free"), expected)
                self.assertEqual(self.sold(plan, self.bath), expected)

    def test_12_baths_and_3_groomings_are_4_and_1_in_each_cycle(self):
        plan = self.sell_package(12, 4, (self.bath, 12), (self.grooming, 3))
        self.assertEqual(self.sold(plan, self.bath), [4.0, 4.0, 4.0])
        self.assertEqual(self.sold(plan, self.grooming), [1.0, 1.0, 1.0])

    def test_odd_quantities_are_spread_by_rounded_running_totals(self):
        for quantity, expected in (
            (1, [0, 1, 0]),  # 0.33, 0.67, 1
            (2, [1, 0, 1]),  # 0.67, 1.33, 2
            (4, [1, 2, 1]),  # 1.33, 2.67, 4
            (5, [2, 1, 2]),  # 1.67, 3.33, 5
            (24, [8, 8, 8]),
            (2.5, [1, 0.5, 1]),  # half days: 0.83, 1.67, 2.5
        ):
            with self.subTest(quantity=quantity):
                plan = self.sell_package(12, 4, (self.grooming, quantity))
                self.assertEqual(self.sold(plan, self.grooming), expected)
                self.assertEqual(plan.sessions_total, quantity)

    def test_halves_round_up(self):
        plan = self.sell_package(4, 2, (self.grooming, 1))
        self.assertEqual(self.sold(plan, self.grooming), [1.0, 0.0])

    def test_service_without_a_share_is_not_on_the_invoice(self):
        plan = self.sell_package(12, 4, (self.bath, 12), (self.grooming, 1))
        services = [
            invoice.invoice_line_ids.product_id for invoice in self.invoices(plan)
        ]
        self.assertEqual(services, [self.bath, self.bath | self.grooming, self.bath])

    def test_cycle_that_sells_nothing_has_no_invoice_and_stays_open(self):
        plan = self.sell_package(12, 4, (self.grooming, 1))
        cycles = plan.cycle_ids.sorted("sequence")
        self.assertEqual(
            [bool(cycle.sudo().invoice_id) for cycle in cycles], [False, True, False]
        )
        self.assertEqual(cycles.mapped("state"), ["waiting"] * 3)
        visit = plan.book(self.weekly(1))
        self.assertEqual(visit.cycle_id.sequence, 1)
        self.assertEqual(cycles[0].state, "scheduled")

    def test_one_invoice_for_all_visits_unless_said_otherwise(self):
        templates = self.env["pet.plan.template"].with_user(self.manager)
        with Form(templates) as form:
            form.name = "Five baths"
            form.appointment_count = 5
            with form.line_ids.new() as line:
                line.product_id = self.bath
                line.quantity = 5
        template = form.record
        self.assertEqual(template.appointments_per_cycle, 5)
        with Form(template) as form:
            form.appointments_per_cycle = 1
            form.appointment_count = 6
        self.assertEqual(template.appointments_per_cycle, 1, "somebody has said so")
