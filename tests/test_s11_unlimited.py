from odoo import Command
from odoo.exceptions import UserError, ValidationError

from .common import PetPlansCommon


class UnlimitedCase(PetPlansCommon):
    """Daycare as often as one likes, for 300.00 a month, three months from January."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daycare, cls.half = (
            cls.env["product.product"]
            .sudo()
            .create(
                [
                    {"name": "Daycare", "type": "service"},
                    {"name": "Half Day", "type": "service"},
                ]
            )
        )
        cls.offer = cls.make_unlimited()

    @classmethod
    def make_unlimited(cls, lines=(), max_per_day=1.0, **values):
        """Return a template of unlimited daycare, with other services beside it."""
        template = cls.make_template(
            [(cls.daycare, 1, 300.0), *lines],
            **{
                "name": "All-in Daycare",
                "kind": "plan",
                "interval": 1,
                "interval_unit": "month",
                "period_count": 3,
                **values,
            },
        )
        template.line_ids[0].with_user(cls.manager).write(
            {
                "is_unlimited": True,
                "max_per_day": max_per_day,
                "cover_ids": [
                    Command.create({"product_id": cls.half.id, "sessions": 0.5})
                ],
            }
        )
        return template

    def entries(self, plan):
        return [
            (entry.kind, entry.quantity, entry.balance)
            for entry in plan.entry_ids.sorted("id")
        ]

    def walk_in(self, product, start="2026-01-02 12:00:00", pet=None):
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": (pet or self.luna).id,
                "start": start,
                "line_ids": [Command.create({"product_id": product.id})],
            }
        )
        visit.action_receive()
        return visit


class TestOffer(UnlimitedCase):
    """S11: lines of plans, billed once per period."""

    def test_a_package_is_never_unlimited(self):
        template = self.make_template().with_user(self.manager)
        with self.assert_refused(ValidationError, "Bath cannot be unlimited: only a"):
            template.line_ids.write({"is_unlimited": True, "quantity": 1})

    def test_nor_becomes_a_plan_one(self):
        with self.assert_refused(ValidationError, "Daycare cannot be unlimited"):
            self.offer.with_user(self.manager).write(
                {
                    "kind": "package",
                    "appointment_count": 4,
                    "appointments_per_cycle": 4,
                }
            )

    def test_billed_once_per_period(self):
        with self.assert_refused(
            ValidationError, "billed once per period, not 4 times"
        ):
            self.offer.with_user(self.manager).line_ids.quantity = 4

    def test_not_beside_a_line_of_the_same_service(self):
        with self.assert_refused(ValidationError, "sold in another line as well"):
            self.offer.with_user(self.manager).line_ids = [
                Command.create({"product_id": self.daycare.id, "quantity": 2})
            ]

    def test_most_per_day_is_not_negative(self):
        with self.assert_refused(ValidationError, "Most per Day"):
            self.offer.with_user(self.manager).line_ids.max_per_day = -1

    def test_the_invoice_says_unlimited(self):
        """S7: in words, and one at its price, whatever is used."""
        plan = self.sell(self.offer)
        lines = self.invoices(plan).invoice_line_ids
        self.assertEqual(lines.mapped("quantity"), [1.0] * 3)
        self.assertEqual(lines.mapped("price_subtotal"), [300.0] * 3)
        self.assertIn("unlimited, Jan 1, 2026 to Jan 31, 2026", lines[0].name)

    def test_kept_by_the_plan(self):
        """S2."""
        plan = self.sell(self.offer)
        self.offer.with_user(self.manager).line_ids.is_unlimited = False
        self.assertTrue(plan.is_unlimited)
        with self.assert_refused(UserError, "its services cannot be changed"):
            plan.line_ids.with_user(self.manager).max_per_day = 0


class TestLedger(UnlimitedCase):
    """S11, L1: each booking brings its own grant, each release takes it back."""

    def test_nothing_is_granted_in_advance(self):
        plan = self.sell(self.offer)
        self.assertEqual(self.entries(plan), [])
        self.assertEqual(plan.line_ids.remaining, 0.0)
        self.assertEqual(
            (plan.left_label, plan.line_ids.left_label), ("unlimited",) * 2
        )

    def test_book_and_cancel(self):
        plan = self.sell(self.offer)
        visits = plan.book(self.weekly(2))
        visits[0].action_cancel()
        self.assertEqual(
            self.entries(plan),
            [
                ("grant", 1.0, 1.0),
                ("grant", 1.0, 2.0),
                ("book", -1.0, 1.0),
                ("book", -1.0, 0.0),
                ("release", 1.0, 1.0),
                ("grant", -1.0, 0.0),
            ],
        )
        self.assertEqual(plan.line_ids.remaining, 0.0)
        self.assert_ledger_adds_up(plan)

    def test_counters_say_used(self):
        plan = self.sell(self.offer)
        visits = plan.book([f"2026-01-{day:02} 09:00:00" for day in range(5, 12)])
        visits.action_start()
        self.assertEqual((plan.sessions_used, plan.sessions_total), (7.0, 7.0))
        self.assertEqual(visits[-1].session_label, "7, unlimited")
        self.assertFalse(visits[-1].is_near_end)
        self.assertFalse(plan.is_used_up)

    def test_summed_with_nothing(self):
        plan = self.sell(self.make_unlimited([(self.bath, 2, 40.0)]))
        plan.book(["2026-01-05 09:00:00"])
        self.assertEqual((plan.sessions_total, plan.sessions_booked), (6.0, 1.0))
        self.assertEqual(plan.left_label, "6 + unlimited")

    def test_nothing_expires(self):
        """X2."""
        plan = self.sell(self.offer)
        plan.book(["2026-01-05 09:00:00"]).action_start()
        self.update_plans("2026-05-01 03:00:00")
        self.assertEqual(plan.state, "expired")
        self.assertEqual(plan.line_ids.expired, 0.0)
        self.assert_ledger_adds_up(plan)

    def test_nothing_is_carried_nor_owed(self):
        """X6."""
        plan = self.sell(self.offer)
        plan.book(["2026-01-05 09:00:00"])
        renewal = self.carry(plan)
        self.assertTrue(renewal.is_unlimited)
        self.assertFalse(renewal.entry_ids)

    def test_nothing_is_carried_into_it(self):
        """X6: sessions have no place in what has no limit."""
        template = self.make_template(
            [(self.daycare, 5, 30.0)],
            kind="plan",
            interval=1,
            interval_unit="month",
            period_count=1,
        )
        plan = self.sell(template)
        template.with_user(self.manager).line_ids.write(
            {"is_unlimited": True, "quantity": 1.0}
        )
        renewal = self.carry(plan)
        self.assertFalse(renewal.entry_ids)
        self.assertEqual(renewal.line_ids.mapped("remaining"), [0.0])
        self.assertEqual(plan.line_ids.remaining, 5.0)

    def test_nothing_to_edit(self):
        """L2."""
        plan = self.sell(self.offer)
        edit = self.env["pet.plan.adjust"].with_user(self.manager)
        self.assertFalse(edit.create({"plan_id": plan.id, "reason": "x"}).line_ids)
        forged = edit.create(
            {
                "plan_id": plan.id,
                "reason": "x",
                "line_ids": [
                    Command.create({"line_id": plan.line_ids.id, "new_remaining": 5.0})
                ],
            }
        )
        with self.assert_refused(UserError, "not the counters of"):
            forged.action_apply()


class TestDays(UnlimitedCase):
    """S11: `max_per_day` sessions per pet and local day, two halves as one."""

    def only(self, product):
        return [Command.create({"product_id": product.id})]

    def test_one_a_day(self):
        plan = self.sell(self.offer)
        plan.book(["2026-01-05 09:00:00"])
        with self.assert_refused(
            UserError,
            "All-in Daycare covers 1 session of Daycare a day: Luna would have 2 on "
            "Jan 5, 2026",
        ):
            plan.book(["2026-01-05 15:00:00"])
        plan.book(["2026-01-06 09:00:00"])

    def test_two_halves_are_one(self):
        plan = self.sell(self.offer)
        for hour in ("09", "14"):
            plan.book([f"2026-01-05 {hour}:00:00"], line_ids=self.only(self.half))
        with self.assert_refused(UserError, "would have 1.5 on"):
            plan.book(["2026-01-05 18:00:00"], line_ids=self.only(self.half))

    def test_each_pet_of_a_shared_plan(self):
        plan = self.sell(self.offer, pet=self.env["pet.pet"])
        for pet in (self.luna, self.rex):
            plan.book(["2026-01-05 09:00:00"], pet_id=pet.id)
        self.assertEqual(plan.sessions_booked, 2.0)

    def test_by_the_clock_of_the_shop(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        plan = self.sell(self.offer)
        plan.book(["2026-01-06 01:00:00"])  # still the 5th there
        plan.book(["2026-01-06 12:00:00"])
        with self.assert_refused(UserError, "on Jan 5, 2026"):
            plan.book(["2026-01-05 12:00:00"])

    def test_no_limit(self):
        plan = self.sell(self.make_unlimited(max_per_day=0))
        plan.book([f"2026-01-05 {hour:02}:00:00" for hour in range(8, 18)])
        self.assertEqual(plan.sessions_booked, 10.0)

    def test_a_cancelled_visit_leaves_its_day(self):
        plan = self.sell(self.offer)
        plan.book(["2026-01-05 09:00:00"]).action_cancel()
        self.assertTrue(plan.book(["2026-01-05 15:00:00"]))

    def test_moved_onto_a_day_that_is_taken(self):
        """C1."""
        plan = self.sell(self.offer)
        visits = plan.book(["2026-01-05 09:00:00", "2026-01-06 09:00:00"])
        with self.assert_refused(UserError, "would have 2 on Jan 5, 2026"):
            visits[1].reschedule("2026-01-05 15:00:00")

    def test_more_of_it_on_one_visit(self):
        plan = self.sell(self.offer)
        visit = plan.book(["2026-01-05 09:00:00"])
        with self.assert_refused(UserError, "would have 2 on"):
            visit.line_ids.quantity = 2.0


class TestWhoPays(UnlimitedCase):
    """U1: an unlimited plan goes before the preference."""

    def test_before_the_one_that_ends_first(self):
        self.sell(
            self.make_template(
                [(self.daycare, 5, 30.0)],
                appointment_count=5,
                validity=1,
                validity_unit="week",
            )
        )
        plan = self.sell(self.offer)
        visit = self.walk_in(self.daycare)
        self.assertEqual((visit.plan_id, visit.plan_choice), (plan, "unlimited"))
        self.assertIn("It is unlimited.", visit.plan_explanation)

    def test_the_pets_own_goes_before_it(self):
        self.sell(self.offer, pet=self.env["pet.pet"])
        own = self.sell(
            self.make_template([(self.daycare, 5, 30.0)], appointment_count=5)
        )
        self.assertEqual(self.walk_in(self.daycare).plan_id, own)

    def test_a_second_visit_that_day_is_not_covered(self):
        plan = self.sell(self.offer)
        first = self.walk_in(self.daycare)
        first.action_deliver()
        second = self.walk_in(self.daycare, "2026-01-02 15:00:00")
        self.assertFalse(second.plan_id)
        self.assertIn(
            f"{plan.display_name}: Luna had its visit of Jan 2, 2026 already",
            second.plan_explanation,
        )
        self.assertTrue(second.to_invoice)


class TestProposal(UnlimitedCase):
    """B1: all that remain is every date to the plan's end."""

    def test_every_date_to_the_end(self):
        plan = self.sell(self.offer)
        wizard = self.env["pet.plan.book"].create(
            {
                "plan_id": plan.id,
                "first_start": "2026-01-05 09:00:00",
                "every": 1,
                "every_unit": "week",
            }
        )
        self.assertEqual(len(wizard.line_ids), 13)
        self.assertFalse(wizard.shortfall)
        wizard.action_apply()
        self.assertEqual(len(plan.appointment_ids), 13)

    def test_days_that_are_taken_are_passed_over(self):
        """B1a: the window never proposes what it will refuse."""
        plan = self.sell(self.offer)
        plan.book(["2026-01-12 15:00:00"])
        wizard = self.env["pet.plan.book"].create(
            {
                "plan_id": plan.id,
                "first_start": "2026-01-05 09:00:00",
                "every": 1,
                "every_unit": "week",
                "count": 3,
            }
        )
        self.assertEqual(
            [f"{line.start:%m-%d}" for line in wizard.line_ids],
            ["01-05", "01-19", "01-26"],
        )

    def test_in_the_sale(self):
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.luna.id,
                "template_id": self.offer.id,
                "date_start": "2026-01-01",
                "book_visits": True,
                "first_start": "2026-01-05 09:00:00",
                "every": 1,
                "every_unit": "week",
            }
        )
        wizard.action_apply()
        self.assertEqual(len(wizard.plan_id.appointment_ids), 13)


class TestSettlement(UnlimitedCase):
    """S11, X7: credited by the days of the period that are not used."""

    def setUp(self):
        super().setUp()
        self.plan = self.sell(self.offer)
        self.plan.book(["2026-01-05 09:00:00"]).action_start()

    def test_the_days_from_the_cancellation_on(self):
        self.post(self.invoices(self.plan)[0])
        self.clock.move_to("2026-01-11 12:00:00")
        wizard = self.env["pet.plan.cancel"].create(
            {
                "plan_ids": self.plan.ids,
                "date": "2026-01-11",
                "reason": "Moved away",
                "settlement": "credit_note",
            }
        )
        # 21 of 31 days
        self.assertAlmostEqual(wizard.amount_credited, 233.71)  # with 15 % tax
        wizard.action_apply()
        note = self.invoices(self.plan)[0].reversal_move_ids
        self.assertEqual((note.state, note.amount_untaxed), ("draft", 203.23))
        self.assertEqual(self.invoices(self.plan).mapped("state")[1:], ["cancel"] * 2)

    def test_a_draft_bills_the_days_before(self):
        self.clock.move_to("2026-01-11 12:00:00")
        self.cancel_plans(self.plan, settlement="credit_note")
        draft = self.invoices(self.plan)[0]
        self.assertEqual((draft.state, draft.amount_untaxed), ("draft", 96.77))

    def test_paused_days_left_out(self):
        """X8: a period of 31 days with ten paused is billed for 31 usable ones."""
        self.pause(self.plan, "2026-01-12", "2026-01-21")
        self.post(self.invoices(self.plan)[0])
        self.clock.move_to("2026-01-26 12:00:00")
        self.cancel_plans(self.plan, settlement="credit_note")
        # Used: 1 to 11 and 22 to 25 January, 15 of 31 days
        note = self.invoices(self.plan)[0].reversal_move_ids
        self.assertAlmostEqual(note.amount_untaxed, 300.0 * 16 / 31, places=2)

    def test_none_stays_in_full(self):
        self.clock.move_to("2026-01-11 12:00:00")
        self.cancel_plans(self.plan, settlement="none")
        self.assertEqual(self.invoices(self.plan)[0].amount_untaxed, 300.0)


class TestWhatCustomersRead(UnlimitedCase):
    """S11, P3, P4: no number where it would mislead."""

    def setUp(self):
        super().setUp()
        self.plan = self.sell(self.offer)
        self.visits = self.plan.book(self.weekly(3))

    def test_portal(self):
        (summary,) = self.plan.sudo()._get_portal_summaries()
        self.assertEqual(
            {
                name: summary["sessions"][name]
                for name in ("left", "to_book", "used", "booked", "is_unlimited")
            },
            {
                "left": "unlimited",
                "to_book": "unlimited",
                "used": "0",
                "booked": "3",
                "is_unlimited": True,
            },
        )

    def test_history_without_what_comes_with_each_visit(self):
        model, domain, order = self.plan._get_portal_sections()["history"]
        self.visits[0].action_cancel()
        rows = self.env[model].search(domain, order=order)._get_portal_rows()
        self.assertEqual(
            [(row["quantity"], row["balance"]) for row in rows],
            [("+1", ""), *[("-1", "")] * 3],
        )

    def test_statement(self):
        html, __ = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_html("pet_plans.action_report_plan_statement", self.plan.ids)
        )
        self.assertIn(b"unlimited", html)
        self.assertNotIn(b"Granted", html)

    def test_cycle(self):
        self.assertTrue(self.plan.cycle_ids[0].is_unlimited)
        html, __ = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_html(
                "pet_plans.action_report_cycle_statement", self.plan.cycle_ids[:1].ids
            )
        )
        self.assertIn(b"unlimited", html)

    def test_a_limited_service_beside_it_keeps_its_history(self):
        plan = self.sell(self.make_unlimited([(self.bath, 2, 40.0)]))
        model, domain, order = plan._get_portal_sections()["history"]
        rows = self.env[model].search(domain, order=order)._get_portal_rows()
        self.assertEqual(
            [(row["service"], row["quantity"]) for row in rows], [("Bath", "+2")] * 3
        )
