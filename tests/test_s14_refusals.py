from datetime import date, datetime

from odoo.exceptions import AccessError, UserError

from .cashier import make_currency
from .changes import ChangeCase


class TestRefused(ChangeCase):
    """S14: what is not changed, each with its reason, and nothing done."""

    def refuse(self, plan, words, template=None, day="2026-01-02", **values):
        wizard = self.open_change(plan, template, day, **values)
        with self.assert_refused(UserError, words):
            wizard.action_apply()
        self.assertFalse(wizard.new_plan_id)

    def test_a_renewal_stands(self):
        plan = self.sell(self.four)
        plan.action_renew()
        self.refuse(plan, f"already renewed by {plan.renewed_by_id.name}")
        self.cancel_plans(plan.renewed_by_id)
        self.assertTrue(self.change(plan, day="2026-01-02"))

    def test_a_draft(self):
        plan = self.sell(self.four, confirm=False)
        self.refuse(plan, "is draft: only a plan that runs is changed")

    def test_an_expired_one(self):
        plan = self.sell(self.four)
        for job in (False, True):
            with self.subTest(job=job):
                self.clock.move_to("2026-04-01 12:00:00")
                if job:
                    self.update_plans()
                words = "is expired: only" if job else "is over: only"
                self.refuse(plan, words, day="2026-04-01")

    def test_a_cancelled_one(self):
        plan = self.sell(self.four)
        self.cancel_plans(plan)
        self.refuse(plan, "is already cancelled since Jan 2, 2026")
        plan = self.sell(self.four)
        self.cancel_plans(plan, date=date(2026, 1, 20))
        self.refuse(plan, "is cancelled from Jan 20, 2026 on: call that off first")

    def test_given_away(self):
        plan = self.sell(self.four)
        self.serve(plan.book([datetime(2026, 1, 2, 13)]))
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {
                "plan_id": plan.id,
                "partner_id": self.customer.id,
                "pet_id": self.rex.id,
                "reason": "Moves",
            }
        ).action_apply()
        self.refuse(plan, "was given away")

    def test_carried_over(self):
        action = (
            self.env["pet.carry.over"]
            .create(
                {
                    "pet_id": self.luna.id,
                    "product_id": self.bath.id,
                    "sessions_left": 3,
                    "reason": "Old system",
                }
            )
            .action_apply()
        )
        plan = self.env["pet.plan"].browse(action["res_id"])
        self.refuse(plan, "was carried over from another software")

    def test_the_same_offer(self):
        self.refuse(self.sell(self.four), "was sold from 4 baths a month", self.four)

    def test_an_offer_for_others(self):
        plan = self.sell(self.four)
        cats = self.make_monthly(4, 30.0, name="Cats", species_ids=self.cat.ids)
        self.refuse(plan, "Cats is not offered to Luna: it is for Test cat", cats)
        wizard = self.open_change(plan)
        self.assertIn(self.eight, wizard.available_template_ids)
        self.assertNotIn(cats, wizard.available_template_ids)
        self.assertNotIn(self.four, wizard.available_template_ids)

    def test_an_archived_offer_or_service(self):
        plan = self.sell(self.four)
        self.eight.with_user(self.manager).active = False
        self.refuse(plan, "8 baths a month is archived")
        nails = self.make_monthly(4, 45.0, (self.grooming, 1, 60.0), name="Nails too")
        self.grooming.sudo().active = False
        self.refuse(plan, "cannot be changed to Nails too: .* is archived", nails)

    def test_an_archived_offer_of_the_old(self):
        """X9 is about what is sold now: the old offer may be gone."""
        plan = self.sell(self.four)
        self.four.with_user(self.manager).active = False
        self.assertTrue(self.change(plan, day="2026-01-02"))

    def test_an_archived_pet(self):
        plan = self.sell(self.four)
        self.archive_in_silence(self.luna)
        self.refuse(plan, "Luna is archived: nothing is booked, sold or renewed")

    def test_what_is_not_for_sale(self):
        plan = self.sell(self.four)
        carried = self.env.ref("pet_plans.template_carry_over")
        self.refuse(plan, "is not for sale", carried)

    def test_after_the_end(self):
        plan = self.sell(self.four)
        self.refuse(plan, "ends on Mar 31, 2026: from Apr 1", day="2026-04-01")

    def test_dated_back(self):
        """X7: only by a manager, and what is over comes back to nobody."""
        plan = self.sell_used()
        self.clock.move_to("2026-01-12 12:00:00")
        wizard = self.open_change(plan, day="2026-01-10")
        with self.assert_refused(AccessError, "only a manager can date"):
            wizard.action_apply()
        new = self.change(plan, day="2026-01-10", user=self.manager)
        self.assertEqual(new.date_start, date(2026, 1, 10))

    def test_who_may(self):
        plan = self.sell_used()
        with self.assert_not_allowed("create", "pet.plan.change"):
            self.open_change(plan, user=self.accountant)
        with self.assert_refused(AccessError, "no access to what was chosen"):
            self.open_change(plan, user=self.other_staff)

    def test_the_button_opens_the_dialog(self):
        plan = self.sell(self.four)
        action = plan.action_open_change()
        self.assertEqual(action["res_model"], "pet.plan.change")
        self.assertEqual(action["context"]["default_plan_id"], plan.id)
        with self.assert_refused(AccessError, "modify"):
            plan.with_user(self.accountant).action_open_change()
        self.cancel_plans(plan)
        with self.assert_refused(UserError, "is already cancelled"):
            plan.action_open_change()


class TestElsewhere(ChangeCase):
    """S14: other companies, other currencies."""

    def test_a_template_of_another_company(self):
        plan = self.sell(self.four)
        theirs = self.eight.sudo().copy({"company_id": self.other_shop.id})
        both = self.shop + self.other_shop
        self.staff.sudo().company_ids = both
        wizards = self.env["pet.plan.change"].with_context(allowed_company_ids=both.ids)
        with self.assert_refused(UserError, "belongs to another company|Incompatible"):
            wizards.create({"plan_id": plan.id, "template_id": theirs.id})

    def test_in_the_other_company(self):
        """Its own journals, currency and customers' credit."""
        plan = self.sell_elsewhere()
        bill = self.invoices(plan)[0]
        bill.with_company(self.other_shop).action_post()
        offer = self.eight.sudo().copy({"company_id": self.other_shop.id})
        self.env["pet.plan.change"].with_user(self.other_staff).create(
            {"plan_id": plan.id, "template_id": offer.id}
        ).action_apply()
        note, new = self.credits(plan), plan.renewal_ids
        self.assertEqual(note.company_id, self.other_shop)
        self.assertEqual(new.company_id, self.other_shop)
        self.assertEqual(note.pet_credited_cycle_id, new.cycle_ids[0])

    def test_in_another_currency(self):
        """The new plan is sold in the currency of the old: one credit pays both."""
        gold = make_currency(self.env, "GLD", 2.0)
        plan = self.sell(self.four, currency_id=gold.id)
        self.assertEqual(plan.line_ids.price_unit, 90.0)
        self.pay(self.invoices(plan)[0])
        new = self.change(plan)
        self.assertEqual(new.currency_id, gold)
        self.assertEqual(self.first_bill(new).amount_total, 640.0)
        self.post(self.credits(plan))
        self.post(self.first_bill(new))
        self.assertEqual(self.first_bill(new).amount_residual, 280.0)
