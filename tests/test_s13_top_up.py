from datetime import date, datetime

from odoo import Command

from .common import PetPlansCommon


class TopUpCommon(PetPlansCommon):
    """What the tests of top-ups do, by its dialog."""

    def open_top_up(self, plan, *sold, user=None, **values):
        """Return the dialog of a top-up, as staff or another user.

        :param sold: tuples of (plan line, sessions), with a price where it is another
        """
        return (
            self.env["pet.plan.top.up"]
            .with_user(user or self.env.user)
            .create(
                {
                    "plan_id": plan.id,
                    "line_ids": [
                        Command.create(
                            {
                                "line_id": line.id,
                                "quantity": quantity,
                                **({"price_unit": price[0]} if price else {}),
                            }
                        )
                        for line, quantity, *price in sold
                    ],
                    "reason": "Comes more often",
                    **values,
                }
            )
        )

    def top_up(self, plan, *sold, **values):
        """Top a plan up; return its new lines."""
        before = plan.line_ids
        self.open_top_up(plan, *sold, **values).action_apply()
        self.env.flush_all()
        self.assert_ledger_adds_up(plan)
        self.assertAlmostEqual(
            sum(plan.cycle_ids.mapped("amount_untaxed")), plan.amount_total
        )
        return plan.line_ids - before

    def cycles(self, plan):
        """Return (room, price) of each cycle of a plan, in order."""
        return plan.cycle_ids.sorted("sequence").mapped(
            lambda cycle: (cycle.capacity, cycle.amount_untaxed)
        )

    def states(self, plan):
        return plan.cycle_ids.sorted("sequence").mapped("state")

    def bills(self, plan):
        """Return the status of the invoice of each cycle, in order."""
        return [
            cycle.sudo().invoice_id.state for cycle in plan.cycle_ids.sorted("sequence")
        ]


class TestTopUp(TopUpCommon):
    """S13: more sessions on a running package, in cycles of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.line = cls.plan.line_ids

    def test_ten_by_four(self):
        """S4: 10 more are cycles of 4, 4 and 2, with an invoice each."""
        new = self.top_up(self.plan, (self.line, 10))
        self.assertEqual(
            self.cycles(self.plan),
            [(4, 180.0)] * 3 + [(4, 180.0), (4, 180.0), (2, 90.0)],
        )
        self.assertEqual(
            self.invoices(self.plan).mapped("amount_untaxed"), [180.0] * 5 + [90.0]
        )
        self.assertEqual(self.plan.amount_total, 990.0)
        self.assertEqual((new.quantity, new.remaining, new.price_unit), (10, 10, 45))
        self.assertEqual(new.product_id, self.bath)
        self.assertEqual(self.plan.to_book, 10)

    def test_what_was_there_stays(self):
        """Cycles, shares, visits and due dates of before; drafts count anew."""
        plan = self.plan
        self.post(self.invoices(plan)[0])
        cycles, invoices = plan.cycle_ids, self.invoices(plan)
        taken = self.visits.line_ids.plan_line_id
        before = (
            self.days(plan),
            self.due_dates(plan),
            invoices.mapped("amount_total"),
            invoices.mapped("state"),
            invoices.mapped("invoice_line_ids.quantity"),
        )
        self.top_up(plan, (self.line, 4), date_due="2026-01-02")
        self.assertEqual(plan.cycle_ids[:3], cycles)
        self.assertEqual(self.invoices(plan)[:3], invoices)
        self.assertEqual(
            before,
            (
                self.days(plan)[:3],
                self.due_dates(plan)[:3],
                invoices.mapped("amount_total"),
                invoices.mapped("state"),
                invoices.mapped("invoice_line_ids.quantity"),
            ),
        )
        self.assertEqual(self.visits.line_ids.plan_line_id, taken)
        self.assertEqual(plan.appointment_count, 12)
        names = self.invoices(plan).invoice_line_ids.mapped("name")
        self.assertIn("cycle 1 of 3", names[0])  # it is posted
        self.assertIn("cycle 2 of 4", names[1])
        self.assertIn("4 sessions, cycle 4 of 4", names[3])

    def test_used_after_the_older_ones(self):
        plan = self.sell()
        new = self.top_up(plan, (plan.line_ids, 4))
        old = plan.line_ids - new
        visits = plan.book(self.weekly(14))
        self.assertEqual(
            [visit.line_ids.plan_line_id for visit in visits], [old] * 12 + [new] * 2
        )
        self.assertEqual([len(days) for days in self.days(plan)], [4, 4, 4, 2])

    def test_one_after_the_other(self):
        """Each top-up has its own price, cycles and invoices, behind all others."""
        first = self.top_up(self.plan, (self.line, 5))
        second = self.top_up(
            self.plan, (self.line, 3, 40.0), user=self.manager, date_due="2026-01-10"
        )
        self.assertEqual(
            self.cycles(self.plan)[3:], [(4, 180.0), (1, 45.0), (3, 120.0)]
        )
        visits = self.plan.book(self.weekly(8, "2026-04-06 09:00:00"))
        self.assertEqual(
            [visit.line_ids.plan_line_id for visit in visits],
            [first] * 5 + [second] * 3,
        )
        self.assertEqual(self.plan.sessions_remaining, 0)
        with self.assert_refused(Exception, "1 needed, 0 left"):
            self.plan.book(self.weekly(1, "2026-06-15 09:00:00"))

    def test_several_services_at_once(self):
        """S4: the service with the most sessions tells the visits: 6 by 4."""
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        bath, grooming = plan.line_ids
        new = self.top_up(plan, (grooming, 2), (bath, 6))
        self.assertEqual(self.cycles(plan)[3:], [(4, 240.0), (2, 150.0)])
        self.assertEqual(new.mapped("quantity"), [2, 6])
        bills = self.invoices(plan)[3:]
        self.assertEqual(
            [
                sorted(
                    (line.product_id.name, line.quantity, line.price_subtotal)
                    for line in bill.invoice_line_ids
                )
                for bill in bills
            ],
            [
                [("Bath", 4, 180.0), ("Grooming", 1, 60.0)],
                [("Bath", 2, 90.0), ("Grooming", 1, 60.0)],
            ],
        )
        # B2: each cycle's visits get their share of it.
        visits = plan.book(self.weekly(18))
        shared = [len(visit.line_ids.product_id) for visit in visits]
        self.assertEqual(shared, [2, 1, 1, 1] * 4 + [2, 1])

    def test_two_paid_and_a_present(self):
        """S12: lines of one service are one number of visits; the paid go first."""
        plan = self.sell(
            self.make_template([(self.bath, 10, 45.0), (self.bath, 2, 0.0)])
        )
        paid, present = plan.line_ids
        new = self.top_up(plan, (present, 1), (paid, 5))
        self.assertEqual(new.mapped("price_unit"), [45.0, 0.0])
        self.assertEqual([capacity for capacity, __ in self.cycles(plan)[3:]], [4, 2])
        self.assertEqual(sum(price for __, price in self.cycles(plan)[3:]), 225.0)

    def test_a_present_has_no_invoice(self):
        self.top_up(self.plan, (self.line, 2, 0.0), user=self.manager)
        cycle = self.plan.cycle_ids[-1]
        self.assertEqual((cycle.capacity, cycle.amount_untaxed), (2, 0.0))
        self.assertFalse(cycle.sudo().move_ids)
        self.assertEqual(self.plan.amount_total, 540.0)
        self.assertEqual(self.plan.sessions_remaining, 2)
        self.clock.move_to("2026-01-04 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.bills(self.plan), ["draft"] * 3 + [False])

    def test_half_a_session(self):
        self.top_up(self.plan, (self.line, 4.5))
        self.assertEqual(self.cycles(self.plan)[3:], [(4, 180.0), (0.5, 22.5)])

    def test_ledger_and_chatter(self):
        """The grant and the note keep the reason, who did it, and the price."""
        new = self.top_up(self.plan, (self.line, 5), date_due="2026-02-01")
        entry = new.entry_ids
        self.assertRecordValues(
            entry,
            [
                {
                    "kind": "grant",
                    "quantity": 5.0,
                    "balance": 5.0,
                    "reason": "Comes more often",
                    "user_id": self.env.uid,
                }
            ],
        )
        note = self.bodies(self.plan)[-1]
        for text in ("Comes more often", "5 sessions of Bath", "225.00", "Feb 1, 2026"):
            self.assertIn(text, note)

    def test_the_visits_are_numbered_through(self):
        """The label counts what was topped up: 13 of 16."""
        self.top_up(self.plan, (self.line, 4))
        [visit] = self.plan.book(self.weekly(1, "2026-04-06 09:00:00"))
        self.assertEqual(visit.session_label, "13 of 16")
        self.assertEqual(self.visits[0].session_label, "1 of 16")

    def test_applied_twice(self):
        """A second click does nothing more."""
        wizard = self.open_top_up(self.plan, (self.line, 4))
        wizard.action_apply()
        wizard.action_apply()
        self.assertEqual(len(self.plan.cycle_ids), 4)
        self.assertEqual(self.plan.sessions_remaining, 4)

    def test_whoever_is_at_the_plan_waits(self):
        """Of two changes at once the second is tried again, on what the first left."""
        revision = self.plan.visits_revision
        self.top_up(self.plan, (self.line, 4))
        self.assertGreater(self.plan.visits_revision, revision)

    def test_the_last_sessions_are_told_of_once_more(self):
        """P5: but not at once, while as few as that are left."""
        self.plan._unguarded().last_sessions_reminded = True
        self.shop.sudo().pet_last_sessions_count = 14
        self.top_up(self.plan, (self.line, 2))
        self.assertTrue(self.plan.last_sessions_reminded)
        self.top_up(self.plan, (self.line, 2))
        self.assertFalse(self.plan.last_sessions_reminded)

    def test_queries(self):
        """For 4 cycles more two each, which Odoo takes for an invoice."""

        def count(sessions):
            plan = self.sell()
            wizard = self.open_top_up(plan, (plan.line_ids, sessions))
            return self.count_queries(wizard.action_apply)

        count(4)
        self.assertLessEqual(count(24), count(8) + 4 * 2)


class TestTopUpDialog(TopUpCommon):
    """S13: the dialog says what will happen, in words, before it does."""

    def test_what_it_says(self):
        plan = self.sell(self.make_template(validity=3, overdraft_limit=3.0))
        plan.book(self.weekly(15)[:13])
        wizard = self.open_top_up(plan, (plan.line_ids, 5), date_due="2026-02-01")
        for text in (
            "5 sessions of Bath more, at $ 45.00 each: $ 225.00.",
            "Billed in 2 invoices ($ 180.00 + $ 45.00",
            "due on Feb 1, 2026",
            "1 owed of Bath so far are taken from it first: 4 to book afterwards.",
            "The end stays: Apr 1, 2026.",
        ):
            self.assertIn(text, wizard.summary.replace("\N{NO-BREAK SPACE}", " "))

    def test_proposed(self):
        """The services sold with the package, at its price, due today by the shop."""
        self.shop.sudo().pet_tz = "Pacific/Auckland"
        self.clock.move_to("2026-01-02 20:00:00")
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0, 10.0), (self.grooming, 3, 60.0)])
        )
        self.top_up(plan, (plan.line_ids[0], 2))
        action = plan.action_open_top_up()
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        self.assertEqual(wizard.date_due, date(2026, 1, 3))
        self.assertEqual(wizard.line_ids.line_id, plan._get_offer_lines())
        self.assertEqual(wizard.line_ids.mapped("price_unit"), [40.5, 60.0])
        self.assertFalse(wizard.summary)

    def test_todays_price(self):
        """S9: that of the template for the pet, offered where it is another."""
        template = self.make_template()
        plan = self.sell(template)
        wizard = self.open_top_up(plan, (plan.line_ids, 2))
        self.assertFalse(wizard.has_current_price)
        line = template.line_ids.with_user(self.manager)
        line.price_unit = 50.0
        line.price_ids = [Command.create({"size": "large", "price_unit": 60.0})]
        self.luna.size = "large"
        wizard = self.open_top_up(plan, (plan.line_ids, 2))
        self.assertTrue(wizard.has_current_price)
        self.assertEqual(wizard.line_ids.price_unit, 45.0)
        wizard.at_current_price = True
        self.assertEqual(wizard.line_ids.price_unit, 60.0)
        wizard.action_apply()
        self.assertEqual(self.cycles(plan)[3:], [(2, 120.0)])

    def test_from_the_visit_that_nothing_pays_for(self):
        """U2: a package that ran out is topped up from the visit."""
        plan = self.sell(
            self.make_template(appointment_count=1, appointments_per_cycle=1)
        )
        plan.book(self.weekly(1))
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": datetime(2026, 1, 2, 13),
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        visit.action_receive()
        self.assertTrue(visit.is_unpaid)
        self.assertEqual(visit.top_up_plan_id, plan)
        action = visit.action_top_up_plan()
        self.assertEqual(action["context"]["default_plan_id"], plan.id)

    def test_from_the_card_of_one_of_the_last_visits(self):
        """P2: the board offers it where the package comes to its end."""
        plan = self.sell(
            self.make_template(appointment_count=4, appointments_per_cycle=4)
        )
        visits = plan.book(self.weekly(4))
        self.assertEqual(visits.mapped("can_top_up"), [False, False, True, True])
        action = visits[3].action_top_up_plan()
        self.assertEqual(action["context"]["default_plan_id"], plan.id)
        self.cancel_plans(plan)
        self.env.invalidate_all()
        self.assertFalse(any(visits.mapped("can_top_up")))
