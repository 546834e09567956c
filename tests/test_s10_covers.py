from odoo import Command
from odoo.exceptions import UserError, ValidationError

from .common import PetPlansCommon


class CoverCase(PetPlansCommon):
    """A package of ten full days, also good for half days and boarding nights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day, cls.half, cls.night = (
            cls.env["product.product"]
            .sudo()
            .create(
                [
                    {"name": name, "type": "service", "list_price": price}
                    for name, price in (
                        ("Full Day", 30.0),
                        ("Half Day", 18.0),
                        ("Boarding Night", 50.0),
                    )
                ]
            )
        )
        cls.offer = cls.make_template(
            [(cls.day, 10, 27.0)],
            name="10 Days",
            appointment_count=10,
            appointments_per_cycle=5,
        )
        cls.cover(cls.offer.line_ids, cls.half, 0.5)
        cls.cover(cls.offer.line_ids, cls.night, 2.0)

    @classmethod
    def cover(cls, line, service, sessions):
        """Let a service of a template be good for another one."""
        name = "product_id" if service._name == "product.product" else "product_tmpl_id"
        return (
            cls.env["pet.plan.template.cover"]
            .with_user(cls.manager)
            .create({"line_id": line.id, name: service.id, "sessions": sessions})
        )

    def only(self, product, quantity=1.0):
        return [Command.create({"product_id": product.id, "quantity": quantity})]

    def book(self, plan, product, start="2026-01-05 09:00:00", **values):
        return plan.book([start], line_ids=self.only(product), **values)

    def walk_in(self, *products, pet=None):
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": (pet or self.luna).id,
                "start": "2026-01-02 12:00:00",
                "line_ids": [
                    Command.create({"product_id": product.id}) for product in products
                ],
            }
        )
        visit.action_receive()
        return visit


class TestTemplate(CoverCase):
    """S10: what a service of an offer is good for, and what makes no sense."""

    def test_at_one_glance(self):
        self.assertEqual(
            self.offer.line_ids.good_for, "0.5: Half Day; 2: Boarding Night"
        )

    def test_faults(self):
        line = self.offer.line_ids
        covers = self.env["pet.plan.template.cover"].with_user(self.manager)
        for values, message in (
            ({"product_id": self.day.id}, "covers itself, for one session"),
            ({"product_id": self.half.id}, "listed twice"),
            ({}, "also good for nothing: name one service, or a product"),
            (
                {
                    "product_id": self.bath.id,
                    "product_tmpl_id": self.bath.product_tmpl_id.id,
                },
                "name one service, or a product",
            ),
            ({"product_id": self.bath.id, "sessions": 0.0}, "takes 0 sessions"),
            ({"product_id": self.bath.id, "sessions": 0.001}, "not between 0.01 and"),
            ({"product_id": self.bath.id, "sessions": -1.0}, "takes -1 sessions"),
        ):
            with (
                self.subTest(values=values),
                self.assert_refused(ValidationError, f"Full Day.*{message}"),
            ):
                covers.create({"line_id": line.id, **values})

    def test_two_weights_on_two_lines_of_one_service(self):
        """S12: they are one balance, so good for the same."""
        self.offer.with_user(self.manager).line_ids = [
            Command.create({"product_id": self.day.id, "quantity": 2, "price_unit": 0})
        ]
        free = self.offer.line_ids[1]
        self.cover(free, self.half, 0.5)
        with self.assert_refused(ValidationError, "Full Day.*Boarding Night.*twice"):
            self.cover(free, self.night, 3.0)

    def test_two_services_cover_the_same(self):
        """Allowed: the first one that has enough pays."""
        self.offer.with_user(self.manager).line_ids = [
            Command.create({"product_id": self.bath.id, "quantity": 5})
        ]
        self.cover(self.offer.line_ids[1], self.half, 1.0)
        self.assertEqual(self.offer.line_ids[1].good_for, "1: Half Day")

    def test_staff_do_not_change_the_catalogue(self):
        with self.assert_not_allowed("create", "pet.plan.template.cover"):
            self.env["pet.plan.template.cover"].create(
                {"line_id": self.offer.line_ids.id, "product_id": self.bath.id}
            )


class TestSnapshot(CoverCase):
    """S2, S10: the sold plan keeps what it is good for."""

    def test_a_change_of_the_template_reaches_no_sold_plan(self):
        plan = self.sell(self.offer)
        self.offer.line_ids.cover_ids.with_user(self.manager).unlink()
        self.assertEqual(plan.line_ids.good_for, "0.5: Half Day; 2: Boarding Night")
        self.assertEqual(self.book(plan, self.night).line_ids.sessions, 2.0)

    def test_nobody_changes_it(self):
        plan = self.sell(self.offer)
        cover = plan.line_ids.cover_ids[0]
        message = "is sold: its services cannot be changed"
        for user in (self.staff, self.manager):
            with self.subTest(user=user.login):
                with self.assert_refused(UserError, message):
                    cover.with_user(user).sessions = 0.1
                with self.assert_refused(UserError, message):
                    cover.with_user(user).unlink()
                with self.assert_refused(UserError, message):
                    cover.with_user(user).create(
                        {"line_id": plan.line_ids.id, "product_id": self.bath.id}
                    )

    def test_handed_on(self):
        """Renewals that keep the price, and transfers, are good for the same."""
        plan = self.sell(self.offer)
        self.offer.line_ids.cover_ids.with_user(self.manager).unlink()
        wizard = self.env["pet.plan.renew"].create(
            {"plan_id": plan.id, "keep_price": True}
        )
        wizard.action_apply()
        self.assertEqual(plan.renewed_by_id.line_ids.good_for, plan.line_ids.good_for)
        self.serve_sessions(plan, 1.0)
        wizard = (
            self.env["pet.plan.transfer"]
            .with_user(self.manager)
            .create(
                {
                    "plan_id": plan.id,
                    "partner_id": self.neighbour.id,
                    "pet_id": self.mimi.id,
                    "reason": "A present",
                }
            )
        )
        wizard.action_apply()
        given = plan.transferred_to_ids
        self.assertEqual(given.line_ids.good_for, plan.line_ids.good_for)

    def test_carried_over(self):
        """K2: what the offer is good for, its sessions of before are too."""
        offer = self.make_template(
            [(self.day, 1, 0.0)],
            appointment_count=1,
            appointments_per_cycle=1,
            is_carry_over=True,
        )
        self.cover(offer.line_ids, self.half, 0.5)
        self.cover(offer.line_ids, self.night, 2.0)
        wizard = self.env["pet.carry.over"].create(
            {
                "pet_id": self.luna.id,
                "template_id": offer.id,
                "product_id": self.day.id,
                "sessions_left": 4,
                "reason": "From the old software",
            }
        )
        wizard.action_apply()
        self.assertEqual(
            wizard.plan_id.line_ids.good_for, "0.5: Half Day; 2: Boarding Night"
        )


class TestBooking(CoverCase):
    """S10: a visit for a covered service takes that many sessions of the line."""

    def setUp(self):
        super().setUp()
        self.plan = self.sell(self.offer)

    def test_half_day(self):
        visit = self.book(self.plan, self.half)
        self.assertRecordValues(
            visit.line_ids,
            [
                {
                    "product_id": self.half.id,
                    "plan_line_id": self.plan.line_ids.id,
                    "quantity": 1.0,
                    "sessions": 0.5,
                }
            ],
        )
        self.assertEqual((visit.units, visit.cycle_id.booked), (0.5, 0.5))
        self.assertEqual(
            (self.plan.sessions_booked, self.plan.sessions_remaining), (0.5, 9.5)
        )
        self.assertEqual(self.plan.sessions_left, 10.0)

    def test_night(self):
        visit = self.book(self.plan, self.night)
        self.assertEqual((visit.line_ids.sessions, visit.units), (2.0, 2.0))
        self.assertEqual(self.plan.sessions_remaining, 8.0)
        self.assertEqual(visit.session_label, "2 of 10")

    def test_labels_count_by_weight(self):
        visits = self.book(self.plan, self.half)
        visits += self.book(self.plan, self.half, "2026-01-06 09:00:00")
        visits += self.book(self.plan, self.night, "2026-01-07 09:00:00")
        self.assertEqual(
            visits.mapped("session_label"), ["0.5 of 10", "1 of 10", "3 of 10"]
        )

    def test_cancelled_it_gives_all_back(self):
        self.book(self.plan, self.night).action_cancel()
        self.assertEqual(self.plan.sessions_remaining, 10.0)
        entries = self.plan.entry_ids.sorted("id")
        self.assertEqual(
            [(entry.kind, entry.quantity, entry.balance) for entry in entries],
            [("grant", 10.0, 10.0), ("book", -2.0, 8.0), ("release", 2.0, 10.0)],
        )

    def test_too_few_sessions(self):
        for day in range(5, 14):
            self.book(self.plan, self.day, f"2026-01-{day:02} 09:00:00")
        with self.assert_refused(UserError, "Full Day: 2 needed, 1 left"):
            self.book(self.plan, self.night, "2026-01-15 09:00:00")
        self.book(self.plan, self.half, "2026-01-15 09:00:00")
        self.assertEqual(self.plan.sessions_remaining, 0.5)

    def test_another_service_is_billed_apart(self):
        visit = self.book(self.plan, self.bath)
        self.assertFalse(visit.line_ids.plan_line_id)
        self.assertEqual(visit.line_ids.sessions, 0.0)

    def test_a_service_edited(self):
        visit = self.book(self.plan, self.half)
        visit.line_ids.product_id = self.night
        self.assertEqual((visit.line_ids.sessions, visit.units), (2.0, 2.0))
        self.assertEqual(self.plan.sessions_remaining, 8.0)
        visit.line_ids.quantity = 2.0
        self.assertEqual(self.plan.sessions_remaining, 6.0)
        self.env.invalidate_all()
        self.assert_ledger_adds_up(self.plan)

    def test_services_together_weigh_the_most(self):
        """A visit weighs the most it takes of a line."""
        plan = self.sell(
            self.make_template([(self.day, 10, 27.0), (self.bath, 3, 45.0)])
        )
        visit = plan.book(
            ["2026-01-05 09:00:00"],
            line_ids=[
                Command.create({"product_id": self.day.id, "quantity": 2.0}),
                Command.create({"product_id": self.bath.id}),
            ],
        )
        self.assertEqual(visit.units, 2.0)

    def test_a_cover_of_all_variants(self):
        size = self.env["product.attribute"].sudo().create({"name": "Size"})
        values = size.value_ids.create(
            [{"name": name, "attribute_id": size.id} for name in ("S", "L")]
        )
        product = (
            self.env["product.template"]
            .sudo()
            .create(
                {
                    "name": "Wash",
                    "type": "service",
                    "attribute_line_ids": [
                        Command.create(
                            {
                                "attribute_id": size.id,
                                "value_ids": [Command.set(values.ids)],
                            }
                        )
                    ],
                }
            )
        )
        small, large = product.product_variant_ids
        self.cover(self.offer.line_ids, product, 1.0)
        self.cover(self.offer.line_ids, large, 1.5)
        plan = self.sell(self.offer)
        self.assertEqual(self.book(plan, small).line_ids.sessions, 1.0)
        large_one = self.book(plan, large, "2026-01-06 09:00:00")
        self.assertEqual(large_one.line_ids.sessions, 1.5)

    def test_queries_do_not_grow_with_covers(self):
        products = (
            self.env["product.product"]
            .sudo()
            .create([{"name": f"Walk {n}", "type": "service"} for n in range(20)])
        )
        many = self.make_template([(self.day, 10, 27.0)], appointment_count=10)
        few = self.make_template([(self.day, 10, 27.0)], appointment_count=10)
        for product in products:
            self.cover(many.line_ids, product, 0.5)
        self.cover(few.line_ids, products[0], 0.5)
        plans = [self.sell(offer) for offer in (few, few, many)]
        __, *counts = [  # what is read once is read by the first
            self.count_queries(lambda plan=plan: self.book(plan, products[0]))
            for plan in plans
        ]
        self.assertEqual(*counts)


class TestWhoPays(CoverCase):
    """S10: its own line before a covering one, then by the order of the lines."""

    def sell_mixed(self, days=3, halves=2):
        offer = self.make_template(
            [(self.day, days, 27.0), (self.half, halves, 16.0), (self.bath, 3, 45.0)],
            appointment_count=8,
        )
        self.cover(offer.line_ids[0], self.half, 0.5)
        self.cover(offer.line_ids[2], self.half, 1.0)
        return self.sell(offer)

    def paid_by(self, visit):
        return visit.line_ids.plan_line_id.product_id

    def test_own_line_first(self):
        plan = self.sell_mixed()
        self.assertEqual(self.paid_by(self.book(plan, self.half)), self.half)

    def test_then_the_first_that_has_enough(self):
        plan = self.sell_mixed(days=1, halves=1)
        paid = [
            self.paid_by(self.book(plan, self.half, f"2026-01-{day:02} 09:00:00"))
            for day in range(5, 9)
        ]
        self.assertEqual(paid, [self.half, self.day, self.day, self.bath])

    def test_one_more_than_all_have_is_refused(self):
        plan = self.sell_mixed(days=1, halves=1)
        for day in range(5, 11):
            self.book(plan, self.half, f"2026-01-{day:02} 09:00:00")
        with self.assert_refused(UserError, "Half Day: 1 needed, 0 left"):
            self.book(plan, self.half, "2026-01-12 09:00:00")

    def test_staff_choose_otherwise(self):
        plan = self.sell_mixed()
        visit = plan.book(
            ["2026-01-05 09:00:00"],
            line_ids=[
                Command.create(
                    {"product_id": self.half.id, "plan_line_id": plan.line_ids[0].id}
                )
            ],
        )
        self.assertEqual(self.paid_by(visit), self.day)
        self.assertEqual(visit.line_ids.sessions, 0.5)

    def test_a_line_that_is_not_good_for_it_is_refused(self):
        plan = self.sell(self.offer)
        with self.assert_refused(ValidationError, "Bath .* cannot be covered by Full"):
            plan.book(
                ["2026-01-05 09:00:00"],
                line_ids=[
                    Command.create(
                        {
                            "product_id": self.bath.id,
                            "plan_line_id": plan.line_ids.id,
                        }
                    )
                ],
            )

    def test_over_two_lines_of_one_service(self):
        """S12: a night takes the last paid day and a present."""
        offer = self.make_template(
            [(self.day, 1, 27.0), (self.day, 2, 0.0)],
            appointment_count=3,
            appointments_per_cycle=3,
        )
        self.cover(offer.line_ids[0], self.night, 2.0)
        plan = self.sell(offer)
        visit = self.book(plan, self.night)
        self.assertRecordValues(
            visit.line_ids.sorted("id"),
            [
                {"plan_line_id": plan.line_ids[0].id, "sessions": 1, "quantity": 0.5},
                {"plan_line_id": plan.line_ids[1].id, "sessions": 1, "quantity": 0.5},
            ],
        )
        self.assertEqual((visit.units, plan.sessions_remaining), (2.0, 1.0))

    def test_a_line_gives_no_more_than_it_has(self):
        """S12: a quarter of a day is an eighth of a night, which is rounded, not it."""
        offer = self.make_template(
            [(self.day, 1.25, 27.0), (self.day, 3, 0.0)],
            appointment_count=4,
            appointments_per_cycle=4,
        )
        self.cover(offer.line_ids[0], self.night, 2.0)
        plan = self.sell(offer)
        self.book(plan, self.day)
        visit = self.book(plan, self.night, "2026-01-06 09:00:00")
        self.assertRecordValues(
            visit.line_ids.sorted("id"),
            [
                {"sessions": 0.25, "quantity": 0.13},
                {"sessions": 1.75, "quantity": 0.87},
            ],
        )
        self.assertEqual(plan.line_ids.mapped("remaining"), [0, 1.25])

    def test_moved_it_takes_what_the_whole_takes(self):
        """U3: a third and two thirds of a night are a night again on another plan."""
        offer = self.make_template(
            [(self.day, 0.5, 27.0), (self.day, 3, 0.0)],
            appointment_count=3,
            appointments_per_cycle=3,
        )
        self.cover(offer.line_ids[0], self.night, 1.5)
        plan = self.sell(offer)
        visit = self.book(plan, self.night)
        self.assertEqual(visit.line_ids.mapped("sessions"), [0.5, 1.0])
        other = self.make_template(
            [(self.day, 1.5, 27.0)], appointment_count=1, appointments_per_cycle=1
        )
        self.cover(other.line_ids, self.night, 1.5)
        new = self.sell(other)
        self.assertEqual(
            visit._describe_move_cost(new)[1],
            f"1.5 sessions from {new.display_name}, which has 1.5 sessions to book.",
        )
        visit.plan_id = new
        self.assertRecordValues(visit.line_ids, [{"quantity": 1.0, "sessions": 1.5}])
        self.assertEqual((visit.units, new.sessions_remaining), (1.5, 0.0))

    def test_a_no_show_that_is_undone_is_whole_again(self):
        """C9, S12: booked anew it asks as the whole, not as what its parts weigh."""
        offer = self.make_template(
            [(self.day, 0.5, 27.0), (self.day, 3, 0.0)],
            appointment_count=3,
            appointments_per_cycle=1,
            no_show_policy="return",
        )
        self.cover(offer.line_ids[0], self.night, 1.5)
        plan = self.sell(offer)
        visit = self.book(plan, self.night)
        self.assertEqual(visit.line_ids.mapped("sessions"), [0.5, 1.0])
        visit.action_no_show()
        self.book(plan, self.day, "2026-01-04 09:00:00")  # in its cycle
        visit.action_undo()
        self.assertRecordValues(visit.line_ids, [{"quantity": 1.0, "sessions": 1.5}])
        self.assertEqual(plan.sessions_remaining, 1.0)


class TestWalkIn(CoverCase):
    """U1, B4: a pet that walks in for a covered service."""

    def test_the_plan_pays_by_weight(self):
        plan = self.sell(self.offer)
        visit = self.walk_in(self.half)
        self.assertEqual((visit.plan_id, visit.units), (plan, 0.5))
        self.assertEqual(plan.sessions_used, 0.5)

    def test_a_plan_with_too_little_left_is_none(self):
        plan = self.sell(self.offer)
        for day in range(5, 14):
            self.book(plan, self.day, f"2026-01-{day:02} 09:00:00")
        visit = self.walk_in(self.night)
        self.assertFalse(visit.plan_id)
        self.assertTrue(visit.to_invoice)
        self.assertIn("1 left to book", visit.plan_explanation)

    def test_no_plan_for_it(self):
        self.sell(self.offer)
        visit = self.walk_in(self.bath)
        self.assertIn(
            "covers Full Day, Half Day, Boarding Night only", visit.plan_explanation
        )

    def test_undone_it_weighs_as_before(self):
        plan = self.sell(self.offer)
        visit = self.walk_in(self.half)
        visit.action_undo()
        self.assertFalse(visit.plan_id)
        self.assertEqual((visit.units, plan.sessions_remaining), (1.0, 10.0))

    def test_moved_to_another_plan(self):
        """U3: there it may weigh something else."""
        self.sell(self.offer)
        visit = self.walk_in(self.night)
        other = self.sell(self.make_template([(self.night, 4, 45.0)]))
        wizard = self.env["pet.appointment.move"].create(
            {
                "appointment_ids": [Command.set(visit.ids)],
                "plan_id": other.id,
                "reason": "Prepaid",
            }
        )
        wizard.action_apply()
        self.assertEqual((visit.plan_id, visit.units), (other, 1.0))
        self.assertEqual(other.sessions_used, 1.0)


class TestCycles(CoverCase):
    """S10, C5: heavy visits, and cycles that no visit will enter any more."""

    def setUp(self):
        super().setUp()
        self.plan = self.sell(self.offer)

    def book_days(self, count, first=5):
        return self.plan.book(
            [f"2026-01-{day:02} 09:00:00" for day in range(first, first + count)]
        )

    def test_enters_where_there_is_room_for_one(self):
        self.book_days(4)
        night = self.book(self.plan, self.night, "2026-01-12 09:00:00")
        self.assertEqual(night.cycle_id.sequence, 1)
        self.assertEqual(night.cycle_id.booked, 6.0)
        later = self.book_days(1, first=14)
        self.assertEqual(later.cycle_id.sequence, 2)

    def test_an_edit_fits_to_the_hundredth(self):
        """B2: from 0.5 to 0.8 it needs 0.3, where floats would need a bit more."""
        offer = self.make_template(
            [(self.day, 1, 27.0)], appointment_count=1, appointments_per_cycle=1
        )
        for service, sessions in (
            (self.half, 0.5),
            (self.bath, 0.2),
            (self.night, 0.8),
        ):
            self.cover(offer.line_ids, service, sessions)
        plan = self.sell(offer)
        visit = self.book(plan, self.half)
        self.book(plan, self.bath, "2026-01-06 09:00:00")
        visit.line_ids.product_id = self.night
        self.assertEqual((visit.units, plan.cycle_ids.free), (0.8, 0.0))

    def test_a_deal_does_the_same(self):
        days = self.book_days(5)
        night = self.book(self.plan, self.night, "2026-01-09 15:00:00")
        self.assertEqual(night.cycle_id.sequence, 2)
        days[0].action_cancel()
        self.assertEqual(night.cycle_id.sequence, 1)
        self.assertEqual(self.plan.cycle_ids.mapped("booked"), [6.0, 0.0])

    def book_nights(self):
        """Use ten sessions up by five nights: 2, 2, 2 and 2, 2 would be two cycles."""
        offer = self.make_template(
            [(self.day, 10, 27.0)], appointment_count=10, appointments_per_cycle=3
        )
        self.cover(offer.line_ids, self.night, 2.0)
        self.plan = self.sell(offer)
        return [
            self.book(self.plan, self.night, f"2026-02-{day:02} 09:00:00")
            for day in range(2, 7)
        ]

    def test_a_cycle_that_stays_empty_is_due_with_the_last_visit(self):
        nights = self.book_nights()
        self.assertEqual(self.plan.sessions_remaining, 0.0)
        self.assertEqual([night.cycle_id.sequence for night in nights], [1, 1, 2, 2, 3])
        self.assertEqual(
            self.due_dates(self.plan), ["02-02", "02-04", "02-06", "02-06"]
        )
        self.assertEqual(self.plan.cycle_ids.mapped("state"), ["scheduled"] * 4)
        last = self.invoices(self.plan)[3]
        self.assertEqual(f"{last.invoice_date_due:%m-%d}", "02-06")

    def test_it_is_posted_as_the_others(self):
        """I1."""
        self.book_nights()
        self.clock.move_to("2026-02-06 12:00:00")
        self.run_posting_job()
        self.assertEqual(self.plan.cycle_ids.mapped("state"), ["billed"] * 4)

    def test_a_reschedule_leaves_it(self):
        """C1: no other invoice's due date changes."""
        nights = self.book_nights()
        nights[-1].reschedule("2026-02-20 09:00:00")
        self.assertEqual(self.due_dates(self.plan)[2:], ["02-20", "02-06"])

    def test_a_deal_dates_it_anew(self):
        nights = self.book_nights()
        wizard = self.open_cancel_wizard(nights[0])
        self.assertIn("waits until visits are booked", wizard.summary)
        nights[0].action_cancel()
        self.assertEqual(self.plan.cycle_ids[3].state, "waiting")
        self.assertFalse(self.plan.cycle_ids[3].date_due)
        self.book(self.plan, self.night, "2026-02-27 09:00:00")
        self.assertEqual(self.due_dates(self.plan)[3], "02-27")

    def test_an_edit_that_leaves_none_says_what_becomes_due(self):
        """L2: before it is done."""
        self.book_days(3)
        wizard = (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": self.plan.id, "reason": "Agreed"})
        )
        self.assertFalse(wizard.due_note)
        wizard.line_ids.new_remaining = 0.0
        self.assertIn(f"{self.plan.name} / 2 is due on Jan 7, 2026", wizard.due_note)
        wizard.action_apply()
        self.assertEqual(self.due_dates(self.plan), ["01-05", "01-07"])


class TestBookWizard(CoverCase):
    """B1, S10: the dialog books any service that the plan is good for."""

    def open(self, product, **values):
        return self.env["pet.plan.book"].create(
            {
                "plan_id": self.sell(self.offer).id,
                "product_id": product.id,
                "first_start": "2026-01-05 09:00:00",
                "every": 1,
                "every_unit": "week",
                **values,
            }
        )

    def test_all_that_remain_by_weight(self):
        """B1a: 20 half days, or 5 nights, of 10 sessions."""
        for product, count in ((self.half, 20), (self.night, 5), (self.day, 10)):
            with self.subTest(product.name):
                wizard = self.open(product)
                self.assertEqual((wizard.count, len(wizard.line_ids)), (count, count))

    def test_booked(self):
        wizard = self.open(self.night, count=2)
        self.assertEqual(wizard.good_for_ids, self.day + self.half + self.night)
        wizard.action_apply()
        visits = wizard.plan_id.appointment_ids
        self.assertEqual(visits.line_ids.mapped("sessions"), [2.0, 2.0])
        self.assertEqual(visits.line_ids.product_id, self.night)

    def test_more_than_there_is(self):
        wizard = self.open(self.night, count=6)
        self.assertIn("has sessions left for 5 of 6 visits", wizard.shortfall)
        with self.assert_refused(UserError, "has sessions left for 5 of 6 visits"):
            wizard.action_apply()

    def test_free_dates_that_find_nothing(self):
        wizard = self.open(self.night, mode="free")
        wizard.line_ids = [
            Command.create({"start": f"2026-02-{day:02} 09:00:00"})
            for day in range(2, 8)
        ]
        self.assertEqual(wizard.line_ids.mapped("is_short"), [False] * 5 + [True])
