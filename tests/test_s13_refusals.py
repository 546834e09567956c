from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .test_s13_top_up import TopUpCommon


class TestTopUpRefused(TopUpCommon):
    """S13: what is not topped up, and why, with nothing left behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=3))

    def assert_top_up_refused(self, plan, pattern, *sold, error=UserError, **values):
        before = plan.line_ids, plan.cycle_ids, plan.sessions_remaining, plan.date_end
        sold = sold or [(plan.line_ids[:1], 2)]
        with self.assert_refused(error, pattern):
            self.open_top_up(plan, *sold, **values).action_apply()
        self.env.invalidate_all()
        self.assertEqual(
            before,
            (plan.line_ids, plan.cycle_ids, plan.sessions_remaining, plan.date_end),
        )

    def assert_not_offered(self, plan, pattern):
        """Refused by the button as by the dialog."""
        with self.assert_refused(UserError, pattern):
            plan.action_open_top_up()
        self.assert_top_up_refused(plan, pattern)

    def test_a_plan(self):
        """S14: it is changed instead."""
        plan = self.sell(self.make_template(kind="plan", period_count=3))
        self.assert_not_offered(
            plan, f"{plan.name} .*is changed to another plan instead of topped up"
        )

    def test_a_carried_over_package(self):
        self.env["pet.carry.over"].create(
            {
                "partner_id": self.customer.id,
                "pet_id": self.luna.id,
                "product_id": self.bath.id,
                "sessions_left": 5,
                "reason": "Old software",
            }
        ).action_apply()
        plan = self.luna.plan_ids.filtered("is_carry_over")
        self.assert_not_offered(plan, f"{plan.name} .*sell a new one instead")

    def test_a_draft(self):
        draft = self.sell(confirm=False)
        self.assert_not_offered(draft, "is draft: only a package that runs")

    def test_an_expired_one(self):
        """X1: by the dates, before and after the job."""
        self.clock.move_to("2026-04-02 12:00:00")
        self.assertEqual(self.plan.state, "active")
        self.assert_not_offered(self.plan, "is expired: only a package that runs")
        self.update_plans()
        self.assertEqual(self.plan.state, "expired")
        self.assert_not_offered(self.plan, "is expired: only a package that runs")

    def test_a_cancelled_one(self):
        self.cancel_plans(self.plan)
        self.assert_not_offered(self.plan, "is already cancelled since Jan 2, 2026")

    def test_one_that_will_be_cancelled(self):
        self.cancel_plans(self.plan, date="2026-01-20")
        self.assert_not_offered(
            self.plan, "is cancelled from Jan 20, 2026 on: call that off first"
        )

    def test_one_that_was_given_away(self):
        self.plan.book(self.weekly(1, "2026-01-02 13:00:00")).action_receive()
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {"plan_id": self.plan.id, "pet_id": self.rex.id, "reason": "Moved"}
        ).action_apply()
        self.assert_not_offered(self.plan, "was given away, with all that was left")

    def test_an_archived_pet(self):
        """X9"""
        self.archive_in_silence(self.luna)
        self.assert_not_offered(self.plan, "Luna.* is archived")

    def test_an_archived_service(self):
        """X9, X6: others of the package can be topped up still."""
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        bath, grooming = plan.line_ids
        self.bath.sudo().active = False
        self.assert_top_up_refused(
            plan, "cannot be topped up with Bath, which is archived", (bath, 1)
        )
        self.top_up(plan, (grooming, 1))

    def test_numbers_that_nobody_means(self):
        line = self.plan.line_ids
        for quantity in (0, -2):
            self.assert_top_up_refused(
                self.plan, "more than 0", (line, quantity), user=self.manager
            )
        self.assert_top_up_refused(
            self.plan, "negative price .-1", (line, 2, -1.0), user=self.manager
        )
        self.assert_top_up_refused(
            self.plan, "more than 9999", (line, 10000), user=self.manager
        )
        with self.assert_refused(UserError, "Nothing is added"):
            self.env["pet.plan.top.up"].create({"plan_id": self.plan.id}).action_apply()

    def test_services_of_another_package(self):
        other = self.sell(pet=self.rex)
        self.assert_top_up_refused(
            self.plan, "are not the services of", (other.line_ids, 2)
        )

    def test_due_before_today(self):
        self.assert_top_up_refused(
            self.plan,
            "due on Jan 1, 2026, before today, Jan 2, 2026",
            date_due="2026-01-01",
        )
        self.assert_top_up_refused(self.plan, "between", date_due="3500-01-01")


class TestTopUpRoles(TopUpCommon):
    """13: what is staff's, and what is a manager's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(validity=3)
        cls.plan = cls.sell(cls.template)
        cls.line = cls.plan.line_ids

    def test_another_price(self):
        with self.assert_refused(
            AccessError, "Only a manager sells Bath .*40.00: its price is .*45.00"
        ):
            self.top_up(self.plan, (self.line, 2, 40.0))
        self.top_up(self.plan, (self.line, 2, 40.0), user=self.manager)
        # What a manager gave once is no price of the package.
        new = self.plan.line_ids[-1]
        with self.assert_refused(AccessError, "its price is .*45.00"):
            self.top_up(self.plan, (new, 2, 40.0))
        self.assertEqual(self.top_up(self.plan, (new, 2)).price_unit, 45.0)

    def test_the_price_of_the_catalogue(self):
        """S9: by the size of the pet."""
        line = self.template.line_ids.with_user(self.manager)
        line.price_unit = 50.0
        line.price_ids = [Command.create({"size": "large", "price_unit": 60.0})]
        self.luna.size = "large"
        with self.assert_refused(AccessError, "its price is .*45.00 or .*60.00"):
            self.top_up(self.plan, (self.line, 2, 50.0))
        self.top_up(self.plan, (self.line, 2, 60.0))
        self.top_up(self.plan, (self.line, 2, 45.0))

    def test_a_discount_is_in_the_price(self):
        plan = self.sell(self.make_template([(self.bath, 12, 50.0, 10.0)]))
        with self.assert_refused(AccessError, "its price is .*45.00"):
            self.top_up(plan, (plan.line_ids, 2, 50.0))
        new = self.top_up(plan, (plan.line_ids, 2, 45.0))
        self.assertEqual(new.price_subtotal, 90.0)

    def test_no_present_of_what_is_sold(self):
        """S12: presents at their own price, which is none, the others at theirs."""
        plan = self.sell(
            self.make_template([(self.bath, 10, 45.0), (self.bath, 2, 0.0)])
        )
        paid, present = plan.line_ids
        with self.assert_refused(AccessError, "its price is .*45.00"):
            self.top_up(plan, (paid, 2, 0.0))
        self.top_up(plan, (present, 2))

    def test_a_later_end(self):
        """With the sessions, in one step; visits may be booked until it."""
        wizard = self.open_top_up(
            self.plan, (self.line, 2), user=self.manager, date_end="2026-06-30"
        )
        self.assertIn("from Apr 1, 2026 to Jun 30, 2026", wizard.summary)
        wizard.action_apply()
        self.assertEqual(self.plan.date_end, date(2026, 6, 30))
        self.plan.book(self.weekly(14, "2026-03-24 09:00:00"))

    def test_never_ends(self):
        self.top_up(self.plan, (self.line, 2), user=self.manager, date_end=False)
        self.assertFalse(self.plan.date_end)

    def test_the_renewal_moves_along(self):
        """X6: as by any other change of the end."""
        renewal = self.carry(self.plan, carry_remaining=False)
        self.assertEqual(renewal.date_start, date(2026, 4, 2))
        self.top_up(self.plan, (self.line, 2), user=self.manager, date_end="2026-04-11")
        self.assertEqual(renewal.date_start, date(2026, 4, 12))

    def test_an_end_that_staff_move(self):
        with self.assert_refused(
            AccessError, "Only a manager moves the end of .*: leave it at Apr 1, 2026"
        ):
            self.top_up(self.plan, (self.line, 2), date_end="2026-06-30")
        self.top_up(self.plan, (self.line, 2), date_end="2026-04-01")  # as it is

    def test_an_earlier_end(self):
        with self.assert_refused(UserError, "not from Apr 1, 2026 to Mar 31, 2026"):
            self.top_up(
                self.plan, (self.line, 2), user=self.manager, date_end="2026-03-31"
            )
        forever = self.sell(self.make_template())
        with self.assert_refused(UserError, "not from no end to Mar 31, 2026"):
            self.top_up(
                forever,
                (forever.line_ids, 2),
                user=self.manager,
                date_end="2026-03-31",
            )

    def test_an_end_moved_meanwhile(self):
        wizard = self.open_top_up(
            self.plan, (self.line, 2), user=self.manager, date_end="2026-06-30"
        )
        self.plan.with_user(self.manager).date_end = "2026-05-31"
        with self.assert_refused(UserError, "was changed since you opened"):
            wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 12)

    def test_nobody_else(self):
        """Neither the accountant, nor staff of another company."""
        with self.assert_not_allowed("create", "pet.plan.top.up"):
            self.open_top_up(self.plan, (self.line, 2), user=self.accountant)
        with self.assertRaises(AccessError):
            self.open_top_up(self.plan, (self.line, 2), user=self.other_staff)
