from datetime import date, datetime

from .changes import ChangeCase


class TestChange(ChangeCase):
    """S14: another offer from a day on, in one step."""

    def test_four_baths_to_eight(self):
        """3 of 4 paid baths come back, 135.00, against 320.00: 185.00 to pay."""
        plan = self.sell_used()
        self.clock.move_to("2026-01-10 12:00:00")
        wizard = self.open_change(plan)
        self.assertEqual(wizard.amount_credited, 135.0)
        self.assertEqual(wizard.amount_open, 0.0)
        self.assertEqual(wizard.amount_first, 320.0)
        self.assertEqual(wizard.date_first, date(2026, 1, 10))
        self.assertEqual(wizard.amount_difference, 185.0)
        self.assertIn("185.00 of the first invoice to pay", wizard.difference_text)
        new = self.change(plan)
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(plan.cancel_date, date(2026, 1, 10))
        self.assertEqual(self.credits(plan).mapped("amount_total"), [135.0])
        self.assertEqual(self.credits(plan).state, "draft")
        self.assertEqual(new.date_start, date(2026, 1, 10))
        self.assertEqual(self.invoices(new).mapped("amount_total"), [320.0] * 3)
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "cancel", "cancel"]
        )

    def test_nothing_is_told_before_an_offer_is_chosen(self):
        wizard = self.env["pet.plan.change"].new({"plan_id": self.sell_used().id})
        self.assertFalse(wizard.price_rows)
        self.assertFalse(wizard.price_notice)
        self.assertEqual(wizard.price, 0.0)

    def test_linked_both_ways_as_a_renewal(self):
        plan = self.sell_used()
        new = self.change(plan)
        self.assertEqual(new.renewal_of_id, plan)
        self.assertEqual(plan.renewed_by_id, new)
        self.assertTrue(plan.is_renewed)
        self.assertTrue(new.is_change)
        self.assertEqual(new.partner_id, plan.partner_id)
        self.assertEqual(new.pet_id, self.luna)

    def test_notes_with_links(self):
        plan = self.sell_used()
        new = self.change(plan)
        for one, other in ((plan, new), (new, plan)):
            bodies = "".join(one.sudo().message_ids.mapped("body"))
            self.assertIn(f'data-oe-id="{other.id}"', bodies)

    def test_visits_to_come_move_over(self):
        plan = self.sell_used()
        visits = plan.book(self.weekly(3, "2026-01-12 09:00:00"))
        visits[0].action_confirm()
        new = self.change(plan)
        self.assertEqual(visits.plan_id, new)
        self.assertEqual(visits.cycle_id, new.cycle_ids[0])
        self.assertEqual(visits[0].state, "confirmed")
        self.assertEqual(new.sessions_booked, 3.0)
        self.assertEqual(plan.sessions_booked, 0.0)
        self.assertEqual(self.credits(plan).mapped("amount_total"), [135.0])

    def test_visits_without_room_are_listed_and_cancelled(self):
        plan = self.sell(self.eight)
        self.pay(self.invoices(plan)[0])
        visits = plan.book([datetime(2026, 1, day, 9) for day in range(11, 17)])
        new = self.change(plan, self.four)
        self.assertEqual(visits.filtered(lambda v: v.plan_id == new), visits[:4])
        self.assertEqual(set(visits[4:].mapped("state")), {"cancelled"})
        self.assertEqual(visits[4:].plan_id, plan)
        body = "".join(plan.sudo().message_ids.mapped("body"))
        self.assertIn("Cancelled with the old plan", body)

    def test_visits_of_a_service_that_is_not_sold(self):
        nails = self.make_monthly(4, 20.0, (self.grooming, 2, 60.0))
        plan = self.sell(nails)
        visit = plan.book([datetime(2026, 1, 12, 9)])
        self.assertEqual(visit.line_ids.product_id, self.bath + self.grooming)
        self.change(plan)
        self.assertEqual(visit.state, "cancelled")

    def test_plan_to_package(self):
        plan = self.sell_used()
        visits = plan.book(self.weekly(2, "2026-01-12 09:00:00"))
        new = self.change(plan, self.package)
        self.assertEqual(visits.cycle_id, new.cycle_ids[0])
        self.assertEqual(self.due_dates(new), ["01-12", None])
        self.assertEqual(self.first_bill(new).amount_total, 210.0)

    def test_visits_that_moved_over_are_moved_on(self):
        """U3: the dialog that moves them once more knows only the plan they are on."""
        plan, visits = self.sell_worked_example()
        new = self.change(plan, self.package, day="2026-01-02")
        moved = visits.filtered(lambda visit: visit.plan_id == new)
        other = self.sell()
        wizard = self.env["pet.appointment.move"].create(
            {"appointment_ids": moved[:2].ids, "plan_id": other.id}
        )
        self.assertIn("2 sessions back to", wizard.cost)
        self.assertTrue(wizard.changes)
        wizard.action_apply()
        self.assertEqual(moved[:2].plan_id, other)

    def test_package_to_plan(self):
        plan, visits = self.sell_worked_example()
        self.pay(self.invoices(plan)[0])
        self.serve(visits[0])
        new = self.change(plan, self.eight)
        # 3 of the 4 paid baths; what is not billed is not billed any more
        self.assertEqual(self.credits(plan).mapped("amount_total"), [135.0])
        self.assertEqual(
            self.invoices(plan).mapped("state"), ["posted", "cancel", "cancel"]
        )
        self.assertEqual(visits[1:].plan_id, new)

    def test_draft_bills_what_was_used(self):
        plan = self.sell(self.four)
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        new = self.change(plan)
        self.assertFalse(self.credits(plan))
        self.assertEqual(self.invoices(plan)[0].amount_total, 45.0)
        self.assertEqual(new.renewal_of_id, plan)

    def test_cheaper_after_most_was_used(self):
        """The credit is what is unused, never below 0."""
        plan = self.sell(self.eight)
        self.pay(self.invoices(plan)[0])
        self.serve(plan.book([datetime(2026, 1, 2, 13)] * 1))
        for hour in range(1, 8):
            self.serve(plan.book([datetime(2026, 1, 2, hour)]))
        self.change(plan, self.four)
        self.assertFalse(self.credits(plan))

    def test_on_the_last_day(self):
        plan = self.sell_used()
        new = self.change(plan, day="2026-03-31")
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(new.date_start, date(2026, 3, 31))

    def test_applied_twice(self):
        plan = self.sell_used()
        self.clock.move_to("2026-01-10 12:00:00")
        wizard = self.open_change(plan)
        first, second = wizard.action_apply(), wizard.action_apply()
        self.assertEqual(first["res_id"], second["res_id"])
        self.assertEqual(len(plan.renewal_ids), 1)
        self.assertEqual(len(self.credits(plan)), 1)

    def test_not_among_the_not_renewed(self):
        plan = self.sell_used()
        self.change(plan)
        self.assertFalse(plan.expiry_bucket)
        self.assertNotIn(
            plan, self.env["pet.plan"].search([("expiry_bucket", "=", "not_renewed")])
        )

    def test_nothing_half_done(self):
        """Whatever part fails, also the last: nothing of it is left."""
        plan = self.sell_used()
        visits = plan.book(self.weekly(2, "2026-01-12 09:00:00"))
        self.clock.move_to("2026-01-10 12:00:00")
        wizard = self.open_change(plan)
        entries, moves = plan.entry_ids, self.credits(plan)

        def fail(*args):
            raise ValueError("The journal is closed")

        self.patch(self.env.registry["pet.cycle"], "_cut_drafts", fail)
        try:
            wizard.action_apply()
        except ValueError as error:
            self.assertEqual(str(error), "The journal is closed")
        else:
            self.fail("it was changed")
        self.assertEqual(plan.state, "active")
        self.assertFalse(plan.cancel_date)
        self.assertEqual(plan.entry_ids, entries)
        self.assertEqual(self.credits(plan), moves)
        self.assertFalse(plan.renewal_ids)
        self.assertEqual(visits.plan_id, plan)
        self.assertEqual(set(visits.mapped("state")), {"scheduled"})
        self.assertFalse(wizard.new_plan_id)
