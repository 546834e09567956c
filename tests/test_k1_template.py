from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestCarryOverTemplate(PetPlansCommon):
    """K1: the template that packages of another software are kept as."""

    def test_it_comes_with_the_addon(self):
        template = self.env.ref("pet_plans.template_carry_over")
        self.assertRecordValues(
            template,
            [
                {
                    "kind": "package",
                    "amount_total": 0.0,
                    "validity": 999,
                    "validity_unit": "day",
                    "is_carry_over": True,
                    "company_id": False,
                }
            ],
        )
        self.assertEqual(template.line_ids.quantity, 1.0)

    def test_every_company_carries_over_with_it(self):
        template = self.env.ref("pet_plans.template_carry_over")
        for staff in (self.staff, self.other_staff):
            self.assertTrue(template.with_user(staff)._filtered_access("read"))

    def test_it_is_not_offered_for_sale(self):
        """K6: what is sold would stay out of the sales figures."""
        template = self.env.ref("pet_plans.template_carry_over")
        sale = self.env["pet.plan.sell"].new({"pet_id": self.luna.id})
        self.assertNotIn(template, sale.available_template_ids)

    def test_a_shop_has_its_own(self):
        """Its service is proposed, and its terms hold."""
        template = self.make_template(
            [(self.grooming, 1, 0.0)],
            name="From PetExec",
            is_carry_over=True,
            appointment_count=1,
            appointments_per_cycle=1,
            validity=60,
            validity_unit="day",
            no_show_policy="return",
        )
        wizard = self.env["pet.carry.over"].create(
            {
                "pet_id": self.luna.id,
                "template_id": template.id,
                "sessions_left": 2,
                "reason": "Left over",
            }
        )
        self.assertEqual(wizard.product_id, self.grooming)
        self.assertEqual(str(wizard.date_end), "2026-03-03")
        wizard.action_apply()
        self.assertEqual(wizard.plan_id.no_show_policy, "return")

    def test_another_template_is_refused(self):
        wizard = self.env["pet.carry.over"].create(
            {
                "pet_id": self.luna.id,
                "template_id": self.make_template().id,
                "sessions_left": 2,
                "reason": "Left over",
            }
        )
        with self.assertRaisesRegex(UserError, "Weekly baths is not for carry-overs"):
            wizard.action_apply()
