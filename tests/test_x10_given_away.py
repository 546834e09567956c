from odoo import fields
from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestGivenAway(PetPlansCommon):
    """X10: a plan whose sessions have all been transferred ends that day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock.move_to("2026-01-06 12:00:00")
        cls.today = fields.Date.to_date("2026-01-06")
        template = cls.make_template(validity=1, validity_unit="month")
        cls.plan = cls.sell(template)
        cls.visit = cls.plan.book(cls.weekly(1))
        cls.visit.action_receive()
        cls.before = cls.env["pet.plan"].retrieve_dashboard()
        action = (
            cls.env["pet.plan.transfer"]
            .with_user(cls.manager)
            .create({"plan_id": cls.plan.id, "pet_id": cls.mimi.id, "reason": "Moves"})
            .action_apply()
        )
        cls.other = cls.env["pet.plan"].browse(action["res_id"])

    def setUp(self):
        super().setUp()
        self.clock.move_to("2026-01-06 12:00:00")

    def listed(self):
        """Return in which cards the plan is listed."""
        plans = self.env["pet.plan"]
        return {
            name
            for name, domain in plans._get_card_domains().items()
            if self.plan in plans.search(domain)
        }

    def test_it_ends_that_day(self):
        self.assertEqual(self.plan.date_end, self.today)
        self.assertEqual(self.plan.state, "expired")
        self.assertEqual(self.other.state, "active")
        self.assertEqual(self.other.date_end, fields.Date.to_date("2026-02-01"))
        self.assertIn("Moves", self.plan.message_ids[0].body)

    def test_it_leaves_the_cards_at_once(self):
        self.assertEqual(self.listed(), set())
        self.assertFalse(self.plan.expiry_bucket)
        after = self.env["pet.plan"].retrieve_dashboard()
        self.assertEqual(after["active"], self.before["active"], "but for the other")

    def test_it_is_never_not_renewed(self):
        self.update_plans("2026-01-20 12:00:00")
        self.assertEqual(self.plan.state, "expired")
        self.assertEqual(self.listed(), set())

    def test_the_nightly_job_does_not_revive_it(self):
        self.update_plans("2026-01-06 23:00:00")
        self.assertEqual(self.plan.state, "expired")
        plans = self.plan.sudo()  # as the job looks for them
        domain = plans._get_plans_to_update_domain(self.shop)
        self.assertFalse(plans.search(domain) & plans)

    def test_nobody_is_reminded(self):
        domain = self.plan._get_reminder_domain(self.shop)
        self.assertFalse(self.plan.search(domain) & self.plan)

    def test_its_successor_counts_as_its_renewal(self):
        self.assertTrue(self.plan.is_renewed)
        self.assertEqual(self.plan.renewed_by_id, self.other)
        renewed = self.plan.search([("is_renewed", "=", True)])
        self.assertIn(self.plan, renewed)
        with self.assert_refused(UserError, f"{self.plan.name}.*was given away"):
            self.plan.action_renew()

    def test_nothing_of_it_is_carried_into_what_another_has(self):
        """What comes back stays with who gave: its successor is no renewal (X6)."""
        self.visit.with_user(self.manager)._cancel("Never came")
        with self.assert_refused(UserError, f"{self.plan.name}.* is not renewed yet"):
            self.plan.action_carry_over()
        self.assertEqual(self.other.sessions_remaining, 11.0)

    def test_whose_it_is_now_is_not_told_to_who_had_it(self):
        """A customer learns that it is over, not of the other customer's plan."""
        user = self.make_portal_user("ana", self.customer)
        plan = self.plan.with_user(user)
        self.assertTrue(plan.is_renewed)
        self.assertFalse(plan.renewed_by_id)

    def test_what_is_used_stays(self):
        self.assertEqual(self.plan.sessions_used, 1.0)
        self.assertEqual(self.visit.state, "received")
        self.visit.action_start()
        self.visit.action_finish()
        self.visit.action_deliver()

    def test_another_plan_of_the_pet_is_not_touched(self):
        again = self.sell()
        self.assertEqual(again.state, "active")
        self.assertTrue(again.is_latest)

    def test_a_plan_nobody_used_changes_hands_and_goes_on(self):
        plan = self.sell(pet=self.mimi, partner_id=self.neighbour.id)
        plan._transfer_unused(self.customer, self.rex, "A present")
        self.assertEqual(plan.state, "active")
        self.assertFalse(plan.is_given_away)
