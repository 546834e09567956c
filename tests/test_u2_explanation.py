from datetime import datetime

from .common import PetPlansCommon


class TestPlanExplanation(PetPlansCommon):
    """U2a: which plan pays for a visit and why, or why none did."""

    def come(self, pet=None, products=None, start="2026-01-02 12:00:00"):
        """Return a visit of a pet that was not booked, for a bath by default."""
        products = self.bath if products is None else products
        return self.env["pet.appointment"].create(
            {
                "pet_id": (pet or self.luna).id,
                "start": start,
                "line_ids": [(0, 0, {"product_id": one.id}) for one in products],
            }
        )

    def explain(self, **values):
        return self.come(**values).plan_explanation

    def make_monthly(self, sessions=1):
        return self.make_template(
            [(self.bath, sessions, 45.0)],
            kind="plan",
            interval=1,
            interval_unit="month",
            period_count=3,
        )

    # --- Which one pays --------------------------------------------------------------

    def test_booked_on_it(self):
        plan = self.sell()
        visits = plan.book(self.weekly(3))
        self.assertEqual(
            visits[1].plan_explanation,
            f"{plan.display_name} pays: session 2 of 12. The visit was booked on it.",
        )

    def test_before_and_after_the_check_in(self):
        first = self.sell(self.make_template(validity=2))
        self.sell(self.make_template(validity=3))
        visit = self.come()
        self.assertEqual(
            visit.plan_explanation, f"{first.display_name} will pay. It ends first."
        )
        visit.action_receive()
        self.assertEqual(
            visit.plan_explanation,
            f"{first.display_name} pays: session 1 of 12. It ends first.",
        )

    def test_what_set_it_apart(self):
        self.sell(pet=self.env["pet.pet"])
        self.assertIn("No other plan fits.", self.explain())
        self.sell()
        self.assertIn("own plan goes before a shared one", self.explain())
        self.sell(self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)]))
        self.assertIn(
            "covers more of the services",
            self.explain(products=self.bath + self.grooming),
        )

    def test_by_each_rule_of_the_company(self):
        """U1: three candidates, of which each rule takes another one."""
        old = self.sell(date_start="2025-10-01")
        few = self.sell(
            self.make_template(
                [(self.bath, 2, 45.0)], appointment_count=2, appointments_per_cycle=2
            ),
            date_start="2025-12-01",
        )
        soon = self.sell(self.make_template(validity=2), date_start="2025-12-15")
        rules = {
            "soonest_expiry": (soon, "It ends first."),
            "oldest": (old, "It is the oldest."),
            "fewest_left": (few, "It has the fewest sessions left."),
        }
        for rule, (plan, reason) in rules.items():
            self.shop.sudo().pet_plan_selection = rule
            with self.subTest(rule=rule):
                self.assertEqual(
                    self.explain(), f"{plan.display_name} will pay. {reason}"
                )
        self.shop.sudo().pet_plan_selection = "ask"
        self.assertEqual(
            set(self.explain().split("\n")),
            {f"{plan.display_name} can pay: choose." for plan in old + few + soon},
        )

    def test_into_overdraft(self):
        plan = self.sell(self.make_template(overdraft_limit=1))
        plan.book(self.weekly(12))
        self.assertIn("this one may owe some", self.explain())

    def test_chosen_by_staff(self):
        plan = self.sell()
        visit = self.come()
        visit.plan_id = plan
        self.assertIn("Staff chose it.", visit.plan_explanation)

    # --- Why none does (U2) ----------------------------------------------------------

    def assert_reason(self, plan, reason, **values):
        self.assertIn(f"{plan.display_name}: {reason}.", self.explain(**values))

    def test_no_plan_at_all(self):
        self.assertEqual(
            self.explain(pet=self.mimi), "Bruno Lima has no plan or package."
        )

    def test_ended(self):
        plan = self.sell(
            self.make_template(validity=1, validity_unit="month"),
            date_start="2025-11-15",
        )
        self.assert_reason(plan, "ended on Dec 15, 2025")

    def test_nothing_left(self):
        plan = self.sell()
        plan.book(self.weekly(12, "2026-01-03 09:00:00"))
        self.assert_reason(plan, "0 left to book")

    def test_nothing_left_this_month(self):
        plan = self.sell(self.make_monthly())
        plan.book(["2026-01-20 09:00:00"])
        self.assert_reason(plan, "nothing left from Jan 1, 2026 to Jan 31, 2026")

    def test_for_another_pet(self):
        plan = self.sell(pet=self.rex)
        self.assert_reason(plan, "for Rex, not for Luna")

    def test_another_service(self):
        plan = self.sell()
        self.assert_reason(plan, "covers Bath only", products=self.grooming)

    def test_paused(self):
        plan = self.sell()
        self.pause(plan, "2026-01-02", "2026-01-05")
        self.assert_reason(plan, "it is paused from Jan 2, 2026 to Jan 5, 2026")

    def test_not_begun_and_not_confirmed(self):
        draft = self.sell(confirm=False)
        later = self.sell(date_start="2026-02-01")
        self.assert_reason(draft, "not confirmed yet")
        self.assert_reason(later, "Jan 2, 2026 is before its start on Feb 1, 2026")

    def test_cancelled(self):
        plan = self.sell()
        self.cancel_plans(plan)
        self.assert_reason(plan, "cancelled on Jan 2, 2026")

    def test_it_could_have(self):
        self.shop.sudo().pet_plan_selection = "ask"
        plan = self.sell()
        visit = self.come()
        visit.action_receive()
        self.assertTrue(visit.is_unpaid)
        self.assertEqual(
            visit.plan_explanation,
            f"{plan.display_name}: could pay, and was not chosen.",
        )

    def test_billed_by_an_invoice(self):
        visit = self.come(pet=self.mimi)
        visit.action_receive()
        self.assertTrue(visit.is_unpaid)
        visit.action_create_invoice()
        self.env.invalidate_all()
        self.assertFalse(visit.is_unpaid)
        self.assertIn("ordinary invoice", visit.plan_explanation)

    def test_plans_of_others_are_not_named(self):
        """Neither of another customer, nor of another company, nor of last year."""
        self.sell(pet=self.mimi)
        self.sell_elsewhere(pet_id=self.luna.id)
        self.sell(
            self.make_template(validity=1, validity_unit="month"),
            date_start="2024-06-01",
        )
        self.assertEqual(self.explain(), "Ana Souza has no plan or package.")

    def test_queries_do_not_grow_with_visits(self):
        for pet in self.luna + self.rex + self.mimi:
            self.sell(pet=pet).book(self.weekly(2))

        def count(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            visits.mapped("plan_explanation")
            return self.cr.sql_log_count - before

        def come_at(hours):
            return self.env["pet.appointment"].union(
                *(
                    self.come(pet=pet, start=datetime(2026, 1, 2, hour))
                    for pet in (self.luna, self.rex, self.mimi)
                    for hour in hours
                )
            )

        few, many = come_at([8]), come_at(range(8, 13))
        count(few)
        self.assertEqual(count(many), count(few))
