from datetime import date

from .common import PetPlansCommon


class TestNotRenewed(PetPlansCommon):
    """X4: expired, and the same customer and pet have no other active or later plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(validity=1)
        cls.plan = cls.sell(cls.template)  # through 1 February

    def setUp(self):
        super().setUp()
        self.clock.move_to("2026-02-10 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")

    def assert_listed(self, *plans):
        """Check who is not renewed: by the card, its search and each plan alike."""
        self.env.invalidate_all()  # on another day it is another request
        every = self.env["pet.plan"].search([("company_id", "=", self.shop.id)])
        listed = self.env["pet.plan"].union(*plans)
        found = every.search([("expiry_bucket", "=", "not_renewed")])
        self.assertEqual(found, listed.sorted(lambda plan: found.ids.index(plan.id)))
        self.assertEqual(
            every.filtered(lambda plan: plan.expiry_bucket == "not_renewed"), found
        )
        self.assertEqual(every.retrieve_dashboard()["not_renewed"], len(listed))

    def renew(self, plan):
        plan.action_renew()
        return plan.renewed_by_id

    def test_without_a_successor(self):
        self.assert_listed(self.plan)

    def test_renewed(self):
        self.renew(self.plan)
        self.assert_listed()

    def test_the_renewal_is_cancelled(self):
        renewal = self.renew(self.plan)
        self.cancel_plans(renewal)
        self.assert_listed(self.plan)

    def test_the_renewal_is_cancelled_and_another_one_sold(self):
        self.cancel_plans(self.renew(self.plan))
        self.renew(self.plan)
        self.assert_listed()

    def test_the_renewal_is_over_too(self):
        """The one that ended last is asked about, not both."""
        renewal = self.renew(self.plan)  # through 10 March
        self.clock.move_to("2026-03-20 12:00:00")
        self.assert_listed(renewal)
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assert_listed(renewal)

    def test_the_second_renewal_of_three_is_cancelled(self):
        renewal = self.renew(self.plan)
        self.clock.move_to("2026-03-20 12:00:00")
        third = self.renew(renewal)
        self.assert_listed()
        self.cancel_plans(third)
        self.assert_listed(renewal)

    def test_the_first_renewal_of_two_is_cancelled(self):
        """The customer has the second one: nobody is to be asked."""
        renewal = self.renew(self.plan)
        second = self.renew(renewal)
        self.cancel_plans(renewal)
        self.assertEqual(second.state, "active")
        self.assert_listed()

    def test_a_chain_of_two_renewals(self):
        second = self.renew(self.renew(self.plan))
        self.assertEqual(second.date_end, date(2026, 4, 11))
        self.assert_listed()
        self.clock.move_to("2026-04-12 12:00:00")
        self.assert_listed(second)

    def test_a_successor_that_is_a_draft(self):
        """Nothing is sold yet."""
        draft = self.sell(self.template, date_start=date(2026, 2, 10), confirm=False)
        self.assert_listed(self.plan)
        draft.action_confirm()
        self.assert_listed()

    def test_a_draft_that_is_deleted(self):
        self.sell(self.template, date_start=date(2026, 2, 10), confirm=False).unlink()
        self.assert_listed(self.plan)

    def test_a_successor_that_rests(self):
        """It is on hold, and goes on."""
        renewal = self.renew(self.plan)
        self.pause(renewal, "2026-02-10", "2026-05-10")
        self.assertTrue(renewal.is_paused)
        self.assert_listed()
        self.clock.move_to("2026-05-01 12:00:00")
        self.assert_listed()

    def test_a_successor_that_has_not_begun(self):
        self.sell(self.template, date_start=date(2026, 6, 1))
        self.assert_listed()

    def test_a_successor_without_end(self):
        self.sell(date_start=date(2026, 2, 10))
        self.clock.move_to("2036-02-10 12:00:00")
        self.assert_listed()

    def test_an_earlier_plan_that_still_runs(self):
        """It was sold first and ends last."""
        self.sell(self.make_template(validity=1, validity_unit="year"))
        self.assert_listed()

    def test_one_of_two_that_end_on_one_day(self):
        """One customer is asked once."""
        twin = self.sell(self.template)
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertEqual(twin.date_end, self.plan.date_end)
        self.assert_listed(twin)

    def test_the_end_is_moved_behind_the_renewals(self):
        renewal = self.renew(self.plan)
        self.post(self.invoices(renewal)[0])  # it has begun, and stays where it is
        self.plan.with_user(self.manager).date_end = date(2026, 4, 30)
        self.clock.move_to("2026-03-20 12:00:00")
        self.assert_listed()  # the renewal is over, the old plan runs again
        self.clock.move_to("2026-05-01 12:00:00")
        self.assertEqual(renewal.date_end, date(2026, 3, 10))
        self.assert_listed(self.plan)

    def test_of_another_pet(self):
        self.sell(self.template, pet=self.rex, date_start=date(2026, 2, 10))
        self.assert_listed(self.plan)

    def test_shared_is_not_the_pets_own(self):
        """The pet's plan was not renewed by one for all pets, nor the other way."""
        none = self.env["pet.pet"]
        shared = self.sell(self.template, pet=none, date_start=date(2026, 2, 10))
        self.assert_listed(self.plan)
        self.clock.move_to("2026-03-20 12:00:00")
        self.assert_listed(self.plan, shared)
        self.renew(shared)
        self.assert_listed(self.plan)

    def test_in_another_company(self):
        """Companies never see each other's records: each asks for itself (13)."""
        theirs = self.sell_elsewhere(
            pet_id=self.luna.id, date_start="2026-02-10", date_end="2026-03-10"
        )
        self.assert_listed(self.plan)
        self.clock.move_to("2026-03-20 12:00:00")
        self.renew(self.plan)
        self.assertEqual(theirs.expiry_bucket, "not_renewed")

    def test_the_plan_itself_is_cancelled(self):
        """Nobody is asked about a plan that was cancelled; the one before counts."""
        renewal = self.renew(self.plan)
        self.cancel_plans(renewal)
        self.cancel_plans(self.plan)
        self.assert_listed()
