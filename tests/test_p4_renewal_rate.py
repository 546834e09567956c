from datetime import date

from .common import PetPlansCommon


class TestRenewalRate(PetPlansCommon):
    """P4: how many of the plans that ended were renewed."""

    def renewals(self, domain=(), user=None):
        report = self.env["pet.renewal.report"].with_user(user or self.manager)
        return report.search(list(domain))

    def rate(self, domain=()):
        """Return how many plans ended, how many were renewed, and the rate."""
        report = self.env["pet.renewal.report"].with_user(self.manager)
        [row] = report._read_group(
            list(domain), [], ["ended:sum", "renewed:sum", "renewal_rate:avg"]
        )
        return row

    def sell_ended(self, pet, day="2026-01-31", **values):
        return self.sell(self.template, pet=pet, date_end=day, **values)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template()

    def test_of_three_that_ended_one_was_renewed(self):
        renewed, *__ = (
            self.sell_ended(pet) for pet in (self.luna, self.rex, self.mimi)
        )
        renewed.action_renew()
        self.assertFalse(self.renewals(), "nothing has ended yet")
        self.clock.move_to("2026-02-01 12:00:00")
        ended, count, rate = self.rate()
        self.assertEqual((ended, count), (3, 1))
        self.assertAlmostEqual(rate, 100 / 3)

    def test_a_later_plan_renews_without_a_link(self):
        """X4: the same customer and pet have another plan, bought anew."""
        plan = self.sell_ended(self.luna)
        self.sell_ended(self.luna, "2026-02-28")
        self.clock.move_to("2026-02-10 12:00:00")
        self.assertRecordValues(
            self.renewals(),
            [
                {
                    "plan_id": plan.id,
                    "date": date(2026, 1, 31),
                    "renewed": 1,
                    "renewal_rate": 100.0,
                    "seller_id": self.staff.id,
                    "breed_id": self.poodle.id,
                }
            ],
        )

    def test_not_renewed_is_what_the_card_lists(self):
        for pet in (self.luna, self.rex, self.mimi):
            self.sell_ended(pet)
        self.sell_ended(self.luna, "2026-04-30")
        for day in ("2026-01-31 12:00:00", "2026-02-01 12:00:00"):
            self.clock.move_to(day)  # and the job has not run
            listed = self.env["pet.plan"].search(
                [("expiry_bucket", "=", "not_renewed")]
            )
            self.assertEqual(self.renewals([("renewed", "=", 0)]).plan_id, listed)

    def test_cancelled_plans_do_not_count(self):
        plan = self.sell_ended(self.luna)
        self.cancel_plans(plan, date="2026-01-02")
        self.clock.move_to("2026-02-10 12:00:00")
        self.assertFalse(self.renewals())

    def test_plans_given_away_do_not_count(self):
        """X10: its sessions go on elsewhere."""
        plan = self.sell(self.template)
        plan.book(self.weekly(1, "2026-01-02 10:00:00")).action_receive()
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {"plan_id": plan.id, "pet_id": self.mimi.id, "reason": "Moves"}
        ).action_apply()
        self.clock.move_to("2026-02-10 12:00:00")
        self.assertFalse(self.renewals())

    def test_carried_over_plans_do_not_count(self):
        """K6: they stay out of renewal figures."""
        carried = self.make_template(is_carry_over=True)
        self.sell(carried, date_end="2026-01-31")
        self.clock.move_to("2026-02-10 12:00:00")
        self.assertFalse(self.renewals())

    def test_each_company_ends_its_plans_by_its_own_clock(self):
        """X1: it is tomorrow in Auckland already."""
        self.other_shop.sudo().pet_tz = "Pacific/Auckland"
        self.sell_ended(self.luna)
        theirs = self.sell_elsewhere(date_end="2026-01-31")
        self.clock.move_to("2026-01-31 12:00:00")
        companies = self.shop + self.other_shop
        self.manager.sudo().company_ids = companies
        report = self.env["pet.renewal.report"].with_user(self.manager)
        both = report.with_context(allowed_company_ids=companies.ids)
        self.assertEqual(both.search([]).plan_id.ids, theirs.ids)
        self.assertFalse(
            report.with_context(allowed_company_ids=self.shop.ids).search([])
        )

    def test_a_row_opens_its_plan(self):
        plan = self.sell_ended(self.luna)
        self.clock.move_to("2026-02-10 12:00:00")
        action = self.renewals().action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("pet.plan", plan.id))
