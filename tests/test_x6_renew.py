from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestRenew(PetPlansCommon):
    """X6: renewal in one click, linked both ways, twice refused."""

    def setUp(self):
        super().setUp()
        self.template = self.make_template(validity=1)
        self.plan = self.sell(self.template)  # 1 January to 1 February

    def renewal(self):
        return self.plan.renewed_by_id

    def test_one_click_before_the_end(self):
        action = self.plan.action_renew()
        self.assertEqual(action["res_id"], self.renewal().id)
        self.assertEqual(self.renewal().renewal_of_id, self.plan)
        self.assertTrue(self.plan.is_renewed)
        self.assertEqual(self.renewal().date_start, date(2026, 2, 2))
        self.assertEqual(self.renewal().state, "active")
        self.assertEqual(self.invoices(self.renewal()).mapped("state"), ["draft"] * 3)

    def test_after_the_end_it_starts_today(self):
        self.clock.move_to("2026-03-10 12:00:00")
        self.plan.action_renew()
        self.assertEqual(self.renewal().date_start, date(2026, 3, 10))

    def test_used_up_it_starts_today(self):
        self.plan.book(self.weekly(4))
        self.plan.with_user(self.manager).date_end = False
        self.plan.action_renew()
        self.assertEqual(self.renewal().date_start, date(2026, 1, 2))

    def test_twice_is_refused(self):
        self.plan.action_renew()
        with self.assertRaisesRegex(UserError, self.renewal().name):
            self.plan.action_renew()
        self.assertEqual(len(self.plan.renewal_ids), 1)

    def test_draft_is_refused(self):
        with self.assertRaisesRegex(UserError, "draft"):
            self.sell(confirm=False).action_renew()

    def test_many_at_once(self):
        other = self.sell(self.template, pet=self.rex)
        action = (self.plan + other).action_renew()
        self.assertEqual(
            self.env["pet.plan"].search(action["domain"]).renewal_of_id,
            self.plan + other,
        )

    def test_current_price_unless_kept(self):
        self.template.with_user(self.manager).line_ids.price_unit = 50.0
        wizard = Form(
            self.env["pet.plan.renew"].with_context(default_plan_id=self.plan.id)
        ).save()
        self.assertEqual(wizard.price, 600.0)
        wizard.keep_price = True
        self.assertEqual(wizard.price, 540.0)
        wizard.action_apply()
        self.assertEqual(self.renewal().amount_total, 540.0)

    def test_carries_what_is_left(self):
        self.plan.book(self.weekly(3))
        self.env["pet.plan.renew"].create(
            {"plan_id": self.plan.id, "carry_remaining": True}
        ).action_apply()
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual(self.renewal().sessions_remaining, 21.0)
        self.assertEqual(
            (self.plan + self.renewal())
            .entry_ids.filtered(lambda entry: entry.kind == "transfer")
            .sorted("id")
            .mapped("quantity"),
            [-9.0, 9.0],
        )

    def test_the_renewed_plan_is_not_listed_as_not_renewed(self):
        self.clock.move_to("2026-03-10 12:00:00")
        self.assertEqual(self.plan.expiry_bucket, "not_renewed")
        self.plan.action_renew()
        self.assertFalse(self.plan.expiry_bucket)
