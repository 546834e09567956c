from odoo import Command
from odoo.tests import Form

from .common import PetPlansCommon


class TestCoverage(PetPlansCommon):
    """B4: of a service that a plan covers the visit says so, in place of a price."""

    def test_covered(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        self.env.invalidate_all()
        self.assertEqual(visit.line_ids.coverage, f"on {plan.name}")

    def test_billed_apart(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        visit.line_ids = [Command.create({"product_id": self.grooming.id})]
        apart = visit.line_ids.filtered(lambda line: line.product_id == self.grooming)
        self.assertFalse(apart.coverage)
        self.assertEqual(apart.price_unit, 60.0)

    def test_only_what_is_billed_has_a_price_to_edit(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        self.env.invalidate_all()
        with Form(visit) as form:
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.coverage, f"on {plan.name}")
                with self.assertRaisesRegex(AssertionError, "readonly"):
                    line.price_unit = 1.0
            with form.line_ids.new() as line:
                line.product_id = self.grooming
                self.assertFalse(line.coverage)
                line.price_unit = 50.0
        self.assertEqual(sorted(visit.line_ids.mapped("price_unit")), [45.0, 50.0])

    def test_taken_off_the_plan_it_is_priced_again(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1))
        with Form(visit) as form, form.line_ids.edit(0) as line:
            line.plan_line_id = self.env["pet.plan.line"]
            self.assertFalse(line.coverage)
            line.price_unit = 40.0
        self.assertEqual(visit.line_ids.price_unit, 40.0)
        self.assertEqual(plan.sessions_remaining, 12.0)
