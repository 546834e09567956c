from odoo.exceptions import AccessError
from odoo.tests import Form

from .test_transfer_money import TransferCommon


class TestPriceSold(TransferCommon):
    """X6: a price that is only bookkeeping is never a kept price.

    Sessions that were transferred keep the price they were sold at for every later
    use; that of their new plan is what of them is not billed yet.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(
            [(cls.bath, 4, 45.0)], appointment_count=4, appointments_per_cycle=2
        )

    def sell_used(self, billed=2, template=None):
        """Sell a package of 4, one of them used, of which some cycles are billed."""
        plan = self.sell(template or self.template)
        self.serve_sessions(plan, *[1] * len(plan.line_ids))
        self.post(self.invoices(plan)[:billed])
        return plan

    def renew_keeping(self, plan):
        """Renew a plan at the price kept, as staff, by the dialog; return it."""
        with Form(
            self.env["pet.plan.renew"].with_context(default_plan_id=plan.id)
        ) as dialog:
            dialog.keep_price = True
        wizard = dialog.save()
        wizard.action_apply()
        renewal = plan.renewed_by_id
        self.assertEqual(wizard.price, renewal.amount_total)
        self.assertEqual(wizard.old_price, wizard.price)
        return renewal

    def test_all_was_billed(self):
        other = self.transfer(self.sell_used(), pet_id=self.bob.id)
        self.assertEqual(other.line_ids.price_unit, 0.0)  # nothing left to bill
        self.assertEqual(other.line_ids.price_sold, 45.0)
        renewal = self.renew_keeping(other)
        self.assertEqual(renewal.line_ids.quantity, 3.0)
        self.assertEqual(renewal.line_ids.price_unit, 45.0)
        self.assertEqual(renewal.amount_total, 135.0)
        self.assertEqual(sum(self.invoices(renewal).mapped("amount_total")), 135.0)

    def test_half_was_billed(self):
        other = self.transfer(self.sell_used(billed=1), pet_id=self.bob.id)
        self.assertEqual(other.line_ids.price_unit, 30.0)  # 90.00 for 3
        self.assertEqual(self.renew_keeping(other).line_ids.price_unit, 45.0)

    def test_twice_given_away(self):
        other = self.transfer(self.sell_used(), pet_id=self.bob.id)
        visit = self.env["pet.appointment"].create(
            {
                "plan_id": other.id,
                "pet_id": self.bob.id,
                "start": "2026-01-02 15:00:00",
            }
        )
        visit.action_receive()
        third = self.transfer(other, pet_id=self.rex.id)
        renewal = self.renew_keeping(third)
        self.assertEqual(renewal.line_ids.quantity, 2.0)
        self.assertEqual(renewal.line_ids.price_unit, 45.0)

    def test_a_discount_is_kept(self):
        template = self.make_template([(self.bath, 4, 50.0, 10.0)], appointment_count=4)
        other = self.transfer(self.sell_used(template=template), pet_id=self.bob.id)
        line = self.renew_keeping(other).line_ids
        self.assertEqual((line.price_unit, line.discount), (50.0, 10.0))

    def test_two_lines_of_one_service(self):
        """S12: each at its own price, presents too."""
        template = self.make_template(
            [(self.bath, 3, 45.0), (self.bath, 2, 0.0)], appointment_count=5
        )
        plan = self.sell(template)
        self.serve_sessions(plan, 1, 0)
        other = self.transfer(plan, pet_id=self.bob.id)
        self.assertEqual(other.line_ids.mapped("price_sold"), [45.0, 0.0])
        renewal = self.renew_keeping(other)
        self.assertEqual(renewal.line_ids.mapped("price_unit"), [45.0, 0.0])

    def test_what_was_carried_over_before(self):
        """Its lines of price 0 are bookkeeping as well."""
        plan = self.sell_used()
        renewal = self.carry(plan)
        carried = renewal.line_ids.filtered("carried_from_id")
        self.assertEqual(carried.price_unit, 0.0)
        self.assertEqual(carried.price_sold, 45.0)
        self.serve_sessions(renewal, *[1, 0], start="2026-01-02 16:00:00")
        other = self.transfer(renewal, pet_id=self.bob.id)
        prices = set(self.renew_keeping(other).line_ids.mapped("price_unit"))
        self.assertEqual(prices, {45.0})

    def test_a_visit_tells_the_price_sold(self):
        other = self.transfer(self.sell_used(), pet_id=self.bob.id)
        visit = other.book(self.weekly(1))
        self.assertEqual(visit.line_ids.price_unit, 45.0)

    def test_without_keeping_it_is_the_price_of_today(self):
        other = self.transfer(self.sell_used(), pet_id=self.bob.id)
        other.action_renew()
        self.assertEqual(other.renewed_by_id.amount_total, 180.0)

    def test_a_package_nobody_transferred(self):
        plan = self.sell(self.template)
        line = plan.line_ids
        self.assertEqual((line.price_sold, line.discount_sold), (45.0, 0.0))
        self.template.with_user(self.manager).line_ids.price_unit = 60.0
        self.assertEqual(self.renew_keeping(plan).amount_total, 180.0)

    def test_transfers_of_before(self):
        """The lines did not tell where they came from."""
        other = self.transfer(self.sell_used(), pet_id=self.bob.id)
        line = other.line_ids
        line.sudo()._unguarded().transferred_from_id = False
        self.env.add_to_compute(line._fields["price_sold"], line)
        self.assertEqual(line.price_sold, 45.0)

    def test_nobody_writes_it(self):
        line = self.sell(self.template, confirm=False).line_ids
        for values in (
            {"price_sold": 1.0},
            {"discount_sold": 99.0},
            {"transferred_from_id": line.id},
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(AccessError, "cannot be written directly"),
            ):
                line.with_user(self.manager).write(values)

    def test_carried_over_packages_are_not_renewed(self):
        """K6: their price of 0 is bookkeeping; a new plan is sold instead."""
        carried = (
            self.env["pet.plan"]
            .with_user(self.staff)
            ._carry_over(
                [
                    {
                        "template_id": self.env.ref("pet_plans.template_carry_over").id,
                        "company_id": self.shop.id,
                        "partner_id": self.customer.id,
                        "pet_id": self.luna.id,
                        "date_start": "2026-01-01",
                        "product_id": self.bath.id,
                        "sessions_left": 3.0,
                        "unit_value": 40.0,
                    }
                ]
            )
        )
        self.assertIn("carried over", carried._get_renewal_refusal())
        self.serve_sessions(carried, 1)
        other = self.transfer(carried, pet_id=self.bob.id)
        self.assertIn("carried over", other._get_renewal_refusal())
