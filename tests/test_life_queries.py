from odoo import Command

from .common import PetPlansCommon


class TestLifeQueries(PetPlansCommon):
    """14: a job or a button takes as many queries for many plans as for a few.

    The plans have no price and so no invoices, whose queries are Odoo's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template([(cls.bath, 12, 0.0)], validity=1)

    def sell_many(self, count):
        plans = self.make_drafts(count)
        plans.action_confirm()
        return plans

    def assert_constant(self, action, prepare=None):
        """Check that an action on 10 plans takes as many queries as one on 2.

        :param action: function of plans
        :param prepare: function that makes a number of plans ready for it
        """
        prepare = prepare or self.sell_many
        warm, few, many = prepare(1), prepare(2), prepare(10)
        self.count_queries(lambda: action(warm))  # fills what stays cached for good
        counts = [
            self.count_queries(lambda plans=plans: action(plans))
            for plans in (few, many)
        ]
        self.assertEqual(counts[1], counts[0])

    def test_expiring(self):
        def prepare(count):
            plans = self.sell_many(count)
            self.clock.move_to("2026-02-10 12:00:00")
            return plans

        self.assert_constant(lambda plans: plans.sudo()._update_isolated(), prepare)

    def test_expiring_with_drafts(self):
        """X2: the drafts of what nobody used are cancelled."""
        template = self.make_template(validity=1, appointments_per_cycle=12)

        def prepare(count):
            plans = self.make_drafts(count, template)
            plans.action_confirm()
            self.clock.move_to("2026-02-10 12:00:00")
            return plans

        def expire(plans):
            plans.sudo()._update_isolated()
            self.assertTrue(all(plans.cycle_ids.mapped("is_forfeited")))

        self.assert_constant(expire, prepare)

    def test_reinstating(self):
        def prepare(count):
            plans = self.sell_many(count)
            self.clock.move_to("2026-02-10 12:00:00")
            plans.sudo()._update_isolated()
            return plans.with_user(self.manager)

        def extend(plans):
            plans.date_end = "2026-03-01"

        self.assert_constant(extend, prepare)

    def test_renewing(self):
        def prepare(count):
            plans = self.sell_many(count)
            plans.sudo()._schedule_renewal_talks()
            return plans

        self.assert_constant(lambda plans: plans.action_renew(), prepare)

    def test_cancelling(self):
        def prepare(count):
            plans = self.sell_many(count)
            for plan in plans:
                plan.book(self.weekly(4))
            return plans

        self.assert_constant(self.cancel_plans, prepare)

    def test_letting_go(self):
        self.assert_constant(lambda plans: plans._let_go(plans.non_renewal_reason_id))

    def test_reminding(self):
        def prepare(count):
            plans = self.sell_many(count)
            for plan in plans:
                plan.partner_id.sudo().email = f"{plan.name}@example.com"
            return plans.with_user(self.env.ref("base.user_root"))

        self.assert_constant(lambda plans: plans._remind_of_renewal(), prepare)

    def test_listing(self):
        specification = {
            name: {}
            for name in (
                *("name", "kind", "duration", "title", "date_end", "state", "to_book"),
                *("sessions_remaining", "sessions_total", "days_left", "is_renewed"),
                *("expiry_bucket", "is_paused", "is_used_up"),
            )
        } | {"partner_id": {"fields": {"display_name": {}}}}

        def read(plans):
            plans.web_read(specification)

        self.assert_constant(read)

    def test_checking_walk_ins_in(self):
        def prepare(count):
            plans = self.sell_many(count)
            return self.env["pet.appointment"].create(
                [
                    {
                        "pet_id": plan.pet_id.id,
                        "start": "2026-01-02 12:00:00",
                        "line_ids": [Command.create({"product_id": self.bath.id})],
                    }
                    for plan in plans
                ]
            )

        def check_in(visits):
            visits.action_receive()
            self.assertEqual(len(visits.plan_id), len(visits))

        self.assert_constant(check_in, prepare)
