from .common import PetPlansCommon


class TestFigures(PetPlansCommon):
    """K6: carried over is not sold, and is not renewed."""

    def carry_over(self, **values):
        return self.env["pet.plan"]._carry_over(
            [
                {
                    "company_id": self.shop.id,
                    "partner_id": self.customer.id,
                    "pet_id": self.luna.id,
                    "template_id": self.env.ref("pet_plans.template_carry_over").id,
                    "product_id": self.bath.id,
                    "sessions_left": 5.0,
                    "date_start": "2026-01-02",
                    "date_end": "2026-01-31",
                    "unit_value": 40.0,
                    **values,
                }
            ]
        )

    def test_not_in_the_renewal_figures(self):
        plan = self.carry_over()
        self.clock.move_to("2026-02-03 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertEqual(plan.state, "expired")
        self.assertFalse(plan.expiry_bucket)

    def test_the_value_is_kept(self):
        self.assertEqual(self.carry_over().line_ids.unit_value, 40.0)

    def test_the_value_goes_with_a_transfer(self):
        plan = self.carry_over()
        plan.book(["2026-01-02 13:00:00"]).action_receive()
        wizard = (
            self.env["pet.plan.transfer"]
            .with_user(self.manager)
            .create({"plan_id": plan.id, "pet_id": self.rex.id, "reason": "Moved"})
        )
        wizard.action_apply()
        other = self.rex.plan_ids
        self.assertEqual(other.line_ids.unit_value, 40.0)
        self.assertEqual(other.entry_ids.kind, "transfer")
