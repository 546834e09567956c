from datetime import date, timedelta

from .common import PetPlansCommon


class TestExpiryBucket(PetPlansCommon):
    """X3, X4: the buckets by days left, and who counts as not renewed."""

    today = date(2026, 1, 2)

    def sell_ending(self, days, pet=None):
        plan = self.sell(pet=pet)
        plan.with_user(self.manager).date_end = (
            days is not None and self.today + timedelta(days=days)
        )
        return plan

    def assertBucket(self, plan, bucket):
        self.assertEqual(plan.expiry_bucket, bucket)
        for name in ("not_renewed", "week_1", "week_2", "month_1", "later"):
            found = self.env["pet.plan"].search([("expiry_bucket", "=", name)])
            self.assertEqual(plan in found, name == bucket, name)

    def test_edges(self):
        for days, bucket in (
            (0, "week_1"),
            (7, "week_1"),
            (8, "week_2"),
            (14, "week_2"),
            (15, "month_1"),
            (30, "month_1"),
            (31, "later"),
            (None, "later"),
        ):
            with self.subTest(days=days):
                self.assertBucket(self.sell_ending(days), bucket)

    def test_draft_has_none(self):
        self.assertBucket(self.sell(confirm=False), False)

    def test_ended_is_not_renewed(self):
        self.assertBucket(self.sell_ending(-1), "not_renewed")

    def test_ended_but_followed_by_a_later_plan(self):
        plan = self.sell_ending(-1)
        self.sell(date_start=date(2026, 3, 1))
        self.assertBucket(plan, False)

    def test_followed_for_one_pet_only(self):
        luna, rex = self.sell_ending(-1), self.sell_ending(-1, pet=self.rex)
        self.sell_ending(40, pet=self.rex)
        self.assertBucket(luna, "not_renewed")
        self.assertBucket(rex, False)

    def test_ended_by_the_clock_of_the_shop(self):
        plan = self.sell_ending(0)
        self.clock.move_to("2026-01-03 02:00:00")
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        plan.invalidate_recordset()
        self.assertBucket(plan, "week_1")
        self.shop.sudo().pet_tz = "UTC"
        self.assertBucket(plan, "not_renewed")
