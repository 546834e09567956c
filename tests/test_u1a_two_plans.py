from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import Form

from .test_b4_walk_in import WalkInCase

TEN = datetime(2026, 1, 5, 10)


class TwoPlansCase(WalkInCase):
    """Luna's baths are prepaid in one package, her groomings in another (U1a)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.baths = cls.sell()
        cls.groomings = cls.sell_groomings()
        cls.nails = (
            cls.env["product.product"]
            .sudo()
            .create({"name": "Nail Trimming", "type": "service"})
            .with_env(cls.env)
        )

    @classmethod
    def sell_groomings(cls, count=4, **values):
        return cls.sell_of(cls.grooming, count, **values)

    @classmethod
    def sell_of(cls, product, count, **values):
        """Sell a package of one service; return the plan."""
        template = cls.make_template(
            [(product, count, 60.0)],
            name=product.name,
            appointment_count=count,
            appointments_per_cycle=count,
        )
        return cls.sell(template, **values)

    def ask(self, visit):
        """Check in as a person does; return the dialog as the web client fills it."""
        action = visit.action_check_in()
        self.assertEqual(action["res_model"], "pet.appointment.check.in")
        wizards = self.env[action["res_model"]].with_user(visit.env.user)
        return Form(wizards.with_context(**action["context"]))

    def open_walk_in(self, *products, pets=None):
        form = Form(self.env["pet.walk.in"])
        for pet in pets or self.luna:
            form.pet_ids.add(pet)
        for product in products:
            form.product_ids.add(product)
        return form

    def rows(self, form):
        """Return the rows of a walk-in: list of (pet, services, plan)."""
        lines = [form.line_ids.edit(at) for at in range(len(form.line_ids))]
        return [(line.pet_id, line.product_ids[:], line.plan_id) for line in lines]

    def visits_of(self, pet):
        """Return the visits of a pet from this year on, the first one first."""
        visits = pet.appointment_ids.filtered(lambda one: one.start.year == 2026)
        return visits.sorted("id")

    def receive_pair(self):
        """Check Luna in for a bath and a grooming; return her two visits."""
        self.open_walk_in(self.bath, self.grooming).save().action_apply()
        return self.visits_of(self.luna)

    def book_pair(self, start=TEN):
        """Return two visits of one coming that are still to come, one on each plan."""
        visits = self.receive_pair()
        visits.action_undo()
        visits.write({"start": start})
        for visit, plan in zip(visits, (self.baths, self.groomings), strict=True):
            visit.plan_id = plan
        return visits

    def states(self, visits):
        return visits.mapped("state")


class TestCheckIn(TwoPlansCase):
    """U1a: the check-in offers what another plan pays for as a visit of its own."""

    def test_offered_in_words(self):
        form = self.ask(self.walk_in(self.bath, self.grooming))
        self.assertIn(f"{self.baths.display_name} will pay.", form.offer)
        self.assertEqual(form.shares, f"Grooming on {self.groomings.display_name}")
        self.assertTrue(form.is_split)
        self.assertFalse(form.booked_id or form.is_another_day or form.overdue)

    def test_one_click_makes_two_visits_at_one_time(self):
        visit = self.walk_in(self.bath, self.grooming, user_id=self.staff.id)
        self.ask(visit).save().action_check_in_another()
        first, second = self.visits_of(self.luna)
        self.assertEqual(first, visit)
        self.assertEqual(self.states(first + second), ["received", "received"])
        self.assertEqual(second.start, first.start)
        self.assertEqual(second.user_id, self.staff)
        self.assertEqual(
            (first + second).mapped("plan_id"), self.baths + self.groomings
        )
        self.assertEqual(first.line_ids.product_id, self.bath)
        self.assertEqual(second.line_ids.product_id, self.grooming)
        self.assertFalse(first.to_invoice or second.to_invoice)

    def test_both_ledgers_and_cycles(self):
        self.ask(
            self.walk_in(self.bath, self.grooming)
        ).save().action_check_in_another()
        first, second = self.visits_of(self.luna)
        for visit, plan, left in (
            (first, self.baths, 11.0),
            (second, self.groomings, 3.0),
        ):
            self.assertEqual((plan.sessions_used, plan.sessions_remaining), (1.0, left))
            entry = plan.entry_ids.filtered("appointment_id")
            self.assertEqual(
                (entry.appointment_id, entry.kind, entry.quantity), (visit, "book", -1)
            )
            self.assertEqual(visit.cycle_id, plan.cycle_ids.sorted("sequence")[0])
            self.assertEqual(visit.cycle_id.booked, 1.0)
            self.assert_ledger_adds_up(plan)

    def test_each_says_its_plan(self):
        """U2a: also before."""
        visit = self.walk_in(self.bath, self.grooming)
        self.assertIn(
            f"Grooming: {self.groomings.display_name} can pay, as a visit of its own.",
            visit.plan_explanation,
        )
        self.ask(visit).save().action_check_in_another()
        first, second = self.visits_of(self.luna)
        self.assertIn(f"{self.baths.display_name} pays", first.plan_explanation)
        self.assertIn(f"{self.groomings.display_name} pays", second.plan_explanation)
        self.assertIn("session 1 of 4", second.plan_explanation)

    def test_a_service_without_plan_stays_on_the_first(self):
        visit = self.walk_in(self.bath, self.nails, self.grooming)
        self.ask(visit).save().action_check_in_another()
        first, second = self.visits_of(self.luna)
        self.assertEqual(first.line_ids.product_id, self.bath + self.nails)
        self.assertTrue(first.to_invoice)
        self.assertEqual(second.line_ids.product_id, self.grooming)

    def test_three_plans(self):
        nails = self.sell_of(self.nails, 2)
        visit = self.walk_in(self.bath, self.grooming, self.nails)
        form = self.ask(visit)
        self.assertEqual(len(form.shares.splitlines()), 2)
        form.save().action_check_in_another()
        visits = self.visits_of(self.luna)
        self.assertEqual(visits.plan_id, self.baths + self.groomings + nails)
        self.assertEqual(len(visits), 3)
        self.assertEqual(visits.together_id, visit)

    def test_the_plan_that_covers_more_of_the_rest(self):
        """U1 is asked again, not each service for itself."""
        both = self.sell(
            self.make_template([(self.grooming, 12, 60.0), (self.nails, 12, 9.0)])
        )
        visit = self.walk_in(self.bath, self.grooming, self.nails)
        self.ask(visit).save().action_check_in_another()
        # It covers two of the three, and so is the first, too.
        self.assertEqual(visit.plan_id, both)
        self.assertEqual(self.visits_of(self.luna).plan_id, both + self.baths)

    def test_a_shared_plan(self):
        self.cancel_plans(self.groomings)
        shared = self.sell_groomings(
            pet=self.env["pet.pet"], partner_id=self.customer.id
        )
        self.ask(
            self.walk_in(self.bath, self.grooming)
        ).save().action_check_in_another()
        self.assertEqual(self.visits_of(self.luna).plan_id, self.baths + shared)
        self.assertEqual(shared.sessions_remaining, 3.0)

    def test_one_service_is_not_split(self):
        """Two baths, of which one plan has one: the other stays on that visit."""
        self.cancel_plans(self.baths + self.groomings)
        one, other = self.sell_of(self.bath, 1), self.sell_of(self.bath, 1)
        visit = self.walk_in(self.bath, self.bath)
        self.assertIs(visit.action_check_in(), True)
        self.assertEqual(len(self.visits_of(self.luna)), 1)
        self.assertEqual((one + other).mapped("sessions_remaining"), [0.0, 1.0])
        self.assertTrue(visit.to_invoice)

    def test_nor_taken_by_halves_from_the_second(self):
        """Two groomings, of which the second plan has one: nothing to offer."""
        self.cancel_plans(self.groomings)
        self.sell_groomings(1)
        visit = self.walk_in(self.bath, self.grooming, self.grooming)
        self.assertIs(visit.action_check_in(), True)
        self.assertEqual(visit.line_ids.product_id, self.bath + self.grooming)

    def test_nobody_owes_a_session_for_it(self):
        self.cancel_plans(self.groomings)
        template = self.make_template(
            [(self.grooming, 1, 60.0)],
            appointment_count=1,
            appointments_per_cycle=1,
            overdraft_limit=2,
        )
        self.serve_sessions(self.sell(template), 1, start="2026-01-01 13:00:00")
        self.assertIs(self.walk_in(self.bath, self.grooming).action_check_in(), True)

    def test_all_on_one_plan_is_asked_nothing(self):
        self.sell_two()
        visit = self.walk_in(self.bath, self.grooming)
        self.assertIs(visit.action_check_in(), True)
        self.assertEqual(len(self.visits_of(self.luna)), 1)

    def test_on_one_plan_all_the_same(self):
        visit = self.walk_in(self.bath, self.grooming)
        form = self.ask(visit)
        form.is_split = False
        form.save().action_check_in_another()
        self.assertEqual(self.visits_of(self.luna), visit)
        self.assertEqual((visit.plan_id, visit.to_invoice), (self.baths, True))
        self.assertEqual(self.groomings.sessions_remaining, 4.0)

    def test_a_program_gets_what_it_asks_for(self):
        visit = self.walk_in(self.bath, self.grooming)
        visit.action_receive()
        self.assertEqual(self.visits_of(self.luna), visit)
        self.assertEqual(visit.plan_id, self.baths)

    def test_a_booked_visit_with_more_than_its_plan_has(self):
        booked = self.baths.book(["2026-01-02 12:00:00"])
        booked.line_ids = [(0, 0, {"product_id": self.grooming.id})]
        form = self.ask(booked)
        self.assertIn("The visit was booked on it.", form.offer)
        form.save().action_check_in_another()
        first, second = self.visits_of(self.luna)
        self.assertEqual((first, first.plan_choice), (booked, "booked"))
        self.assertEqual(second.plan_id, self.groomings)
        self.assertEqual(first.units, 1.0)

    def test_offered_with_the_booked_visit(self):
        booked = self.baths.book(["2026-01-02 15:00:00"])
        booked.line_ids = [(0, 0, {"product_id": self.grooming.id})]
        walk_in = self.walk_in(self.bath, note="Came early")
        form = self.ask(walk_in)
        self.assertEqual(form.booked_id, booked)
        self.assertIn("Grooming on", form.shares)
        form.save().action_apply()
        self.assertFalse(walk_in.exists())
        first, second = self.visits_of(self.luna)
        self.assertEqual((first, first.note), (booked, "Came early"))
        self.assertEqual((second.plan_id, second.start), (self.groomings, first.start))

    def test_brought_from_another_day(self):
        booked = self.baths.book([TEN])
        booked.line_ids = [(0, 0, {"product_id": self.grooming.id})]
        self.ask(booked).save().action_bring()
        first, second = self.visits_of(self.luna)
        self.assertEqual(str(first.start), "2026-01-02 12:00:00")
        self.assertEqual((second.start, second.plan_id), (first.start, self.groomings))

    def test_where_staff_are_asked_for_the_plan(self):
        """Of a visit whose plan they chose; the second one they choose by the click."""
        self.shop.sudo().pet_plan_selection = "ask"
        self.assertIs(self.walk_in(self.bath, self.grooming).action_check_in(), True)
        visit = self.walk_in(self.bath, self.grooming, pet=self.rex)
        self.assertFalse(visit._find_shares())
        self.cancel_plans(self.baths + self.groomings)
        baths, groomings = (
            self.sell_of(self.bath, 2, pet=self.rex),
            self.sell_groomings(pet=self.rex),
        )
        visit.plan_id = baths
        self.ask(visit).save().action_check_in_another()
        self.assertEqual(self.visits_of(self.rex).plan_id, baths + groomings)

    def test_billed_apart_is_offered_nothing(self):
        visit = self.walk_in(self.bath, self.grooming)
        visit.action_receive()
        visit.action_create_invoice()
        self.assertFalse(visit._find_shares())

    def test_weights_follow(self):
        """B2: half a bath and a whole grooming weigh half and whole."""
        self.bath.sudo().pet_half_day = True
        visit = self.walk_in(self.bath, self.grooming)
        visit.line_ids[0].quantity = 0.5
        self.ask(visit).save().action_check_in_another()
        self.assertEqual(self.visits_of(self.luna).mapped("units"), [0.5, 1.0])
        self.assertEqual(self.baths.cycle_ids[0].booked, 0.5)


class TestChangedMeanwhile(TwoPlansCase):
    """U1a: what was shown is done, or nothing is, and a message says why."""

    def assert_nothing_done(self, call, message):
        before = self.env["pet.appointment"].search_count([])
        with self.assert_refused(UserError, message):
            call()
        self.assertEqual(self.env["pet.appointment"].search_count([]), before)
        self.assertEqual(self.baths.sessions_remaining, 12.0)

    def test_the_second_plan_ran_out_before_the_click(self):
        visit = self.walk_in(self.bath, self.grooming)
        wizard = self.ask(visit).save()
        self.adjust(self.groomings, 0)
        self.assert_nothing_done(
            wizard.action_check_in_another, "is not what was shown: Grooming on PLN"
        )
        self.assertEqual(visit.state, "scheduled")
        self.assertEqual(visit.line_ids.product_id, self.bath + self.grooming)

    def test_another_plan_would_pay_now(self):
        wizard = self.ask(self.walk_in(self.bath, self.grooming)).save()
        self.cancel_plans(self.groomings)
        self.sell_groomings()
        self.assert_nothing_done(
            wizard.action_check_in_another, "is not what was shown"
        )

    def test_in_the_walk_in(self):
        wizard = self.open_walk_in(self.bath, self.grooming).save()
        self.adjust(self.groomings, 0)
        self.assert_nothing_done(
            wizard.action_apply,
            f"{self.groomings.display_name} does not pay for Grooming of Luna.*any "
            "more",
        )
        self.assertFalse(self.visits_of(self.luna))

    def test_the_services_of_the_booked_visit_were_changed(self):
        booked = self.baths.book(["2026-01-02 15:00:00"])
        booked.line_ids = [(0, 0, {"product_id": self.grooming.id})]
        wizard = self.open_walk_in().save()
        self.assertEqual(len(wizard.line_ids), 2)
        booked.line_ids[1].unlink()
        with self.assert_refused(UserError, "services of Luna.* have changed"):
            wizard.action_apply()
        self.assertEqual(booked.state, "scheduled")

    def test_not_twice_by_a_double_click(self):
        wizard = self.open_walk_in(self.bath, self.grooming).save()
        wizard.action_apply()
        with self.assert_refused(UserError, "in the shop already"):
            wizard.action_apply()
        self.assertEqual(len(self.visits_of(self.luna)), 2)


class TestWalkIn(TwoPlansCase):
    """U1a, U4: the walk-in has a row for each plan, and one click checks in."""

    def test_a_row_for_each_plan(self):
        form = self.open_walk_in(self.bath, self.grooming)
        self.assertEqual(
            self.rows(form),
            [
                (self.luna, self.bath, self.baths),
                (self.luna, self.grooming, self.groomings),
            ],
        )
        self.assertIn(
            "A visit of its own at the same time.", form.line_ids.edit(1).explanation
        )
        message = form.save().action_apply()["params"]["message"]
        self.assertEqual(
            message,
            f"Luna is here: session 1 of 12 of {self.baths.name}. "
            f"Luna is here: session 1 of 4 of {self.groomings.name}.",
        )
        first, second = self.visits_of(self.luna)
        self.assertEqual((first + second).plan_id, self.baths + self.groomings)
        self.assertEqual(first.start, second.start)
        self.assertEqual(second.together_id, first)

    def test_by_a_program(self):
        wizard = self.env["pet.walk.in"].create(
            {"pet_ids": self.luna.ids, "product_ids": (self.bath + self.grooming).ids}
        )
        wizard.action_apply()
        self.assertEqual(
            self.visits_of(self.luna).mapped("plan_id"), self.baths + self.groomings
        )

    def test_the_rest_stays_on_the_first(self):
        form = self.open_walk_in(self.bath, self.nails, self.grooming)
        self.assertEqual(self.rows(form)[0][1], self.bath + self.nails)
        form.save().action_apply()
        first, second = self.visits_of(self.luna)
        self.assertEqual(first.line_ids.product_id, self.bath + self.nails)
        self.assertEqual(second.line_ids.product_id, self.grooming)

    def test_what_the_plan_gives_next_is_of_one_plan(self):
        self.open_walk_in().save().action_apply()
        self.assertEqual(len(self.visits_of(self.luna)), 1)

    def test_two_pets_on_a_shared_second_plan(self):
        """The first takes the last session; the second keeps the service."""
        self.cancel_plans(self.groomings)
        shared = self.sell_groomings(
            1, pet=self.env["pet.pet"], partner_id=self.customer.id
        )
        rex = self.sell_of(self.bath, 2, pet=self.rex)
        form = self.open_walk_in(self.bath, self.grooming, pets=self.luna + self.rex)
        self.assertEqual(
            self.rows(form),
            [
                (self.luna, self.bath, self.baths),
                (self.luna, self.grooming, shared),
                (self.rex, self.bath + self.grooming, rex),
            ],
        )
        form.save().action_apply()
        self.assertEqual(shared.sessions_remaining, 0)
        self.assertTrue(self.visits_of(self.rex).to_invoice)

    def test_the_second_row_cleared_stays_on_the_first(self):
        form = self.open_walk_in(self.bath, self.grooming)
        with form.line_ids.edit(1) as line:
            line.plan_id = self.env["pet.plan"]
        form.save().action_apply()
        visit = self.visits_of(self.luna)
        self.assertEqual(len(visit), 1)
        self.assertEqual(visit.line_ids.product_id, self.bath + self.grooming)
        self.assertTrue(visit.to_invoice)

    def test_the_second_row_on_another_plan_by_hand(self):
        other = self.sell_groomings()
        form = self.open_walk_in(self.bath, self.grooming)
        with form.line_ids.edit(1) as line:
            other = (self.groomings + other) - line.plan_id
            line.plan_id = other
        form.save().action_apply()
        second = self.visits_of(self.luna)[1]
        self.assertEqual((second.plan_id, second.plan_choice), (other, "hand"))

    def test_the_first_row_on_no_plan_by_hand(self):
        form = self.open_walk_in(self.bath, self.grooming)
        with form.line_ids.edit(0) as line:
            line.plan_id = self.env["pet.plan"]
        form.save().action_apply()
        first, second = self.visits_of(self.luna)
        self.assertEqual(self.states(first + second), ["received", "received"])
        self.assertFalse(first.plan_id)
        self.assertEqual(second.plan_id, self.groomings)

    def test_half_days(self):
        """U4: each row halves what may be taken as a half day."""
        self.grooming.sudo().pet_half_day = True
        form = self.open_walk_in(self.bath, self.grooming)
        form.half_day = True
        form.save().action_apply()
        self.assertEqual(self.groomings.sessions_remaining, 3.5)
        self.assertEqual(self.baths.sessions_remaining, 11.0)

    def test_a_booked_visit_with_more_than_its_plan_has(self):
        booked = self.baths.book(["2026-01-02 15:00:00"])
        booked.line_ids = [(0, 0, {"product_id": self.grooming.id})]
        form = self.open_walk_in()
        self.assertEqual(
            self.rows(form),
            [
                (self.luna, self.bath, self.baths),
                (self.luna, self.grooming, self.groomings),
            ],
        )
        form.save().action_apply()
        first, second = self.visits_of(self.luna)
        self.assertEqual((first, first.state), (booked, "received"))
        self.assertEqual((second.state, second.plan_id), ("received", self.groomings))

    def test_booked_as_two_it_comes_for_both(self):
        first, second = self.book_pair("2026-01-02 15:00:00")
        form = self.open_walk_in(self.bath, self.grooming)
        [row] = self.rows(form)
        self.assertEqual(row, (self.luna, self.bath + self.grooming, self.baths))
        self.assertIn(
            f"Also Grooming on {self.groomings.name}.",
            form.line_ids.edit(0).explanation,
        )
        form.save().action_apply()
        self.assertEqual(self.visits_of(self.luna), first + second)
        self.assertEqual(self.states(first + second), ["received", "received"])


class TestOverdue(TwoPlansCase):
    """13: what is overdue of the second plan counts as well."""

    def setUp(self):
        super().setUp()
        self.cancel_plans(self.baths + self.groomings)
        self.sell(date_start="2025-11-01")  # the oldest is the first
        template = self.make_template(
            [(self.grooming, 4, 60.0)], appointment_count=4, appointments_per_cycle=1
        )
        self.owing = self.sell(template, date_start="2025-12-01")
        self.clock.move_to("2025-12-05 09:00:00")
        self.owing.book(["2025-12-05 09:00:00"]).action_receive()
        self.post(self.invoices(self.owing)[0])
        self.clock.move_to("2026-01-02 12:00:00")
        self.shop.sudo().pet_overdue_policy = "refuse"

    def as_manager(self, visit):
        form = self.ask(visit.with_user(self.manager))
        self.assertTrue(form.needs_overdue_reason)
        form.overdue_reason = "Regular"
        return form

    def test_staff_read_it_and_may_leave_it(self):
        visit = self.walk_in(self.bath, self.grooming)
        form = self.ask(visit)
        self.assertIn(f"{self.owing.name}", form.overdue)
        self.assertTrue(form.is_overdue_refused)
        wizard = form.save()
        with self.assert_refused(UserError, "let a manager go on with a reason"):
            wizard.action_check_in_another()
        self.assertEqual(self.visits_of(self.luna), visit)
        form.is_split = False
        self.assertFalse(form.overdue)

    def test_a_manager_says_why_once(self):
        visit = self.walk_in(self.bath, self.grooming)
        self.as_manager(visit).save().action_check_in_another()
        first, second = self.visits_of(self.luna)
        self.assertEqual((first + second).mapped("overdue_reason"), [False, "Regular"])
        self.assertEqual(second.plan_id, self.owing)

    def test_in_the_walk_in(self):
        form = Form(self.env["pet.walk.in"].with_user(self.manager))
        form.pet_ids.add(self.luna)
        for product in self.bath + self.grooming:
            form.product_ids.add(product)
        self.assertTrue(form.needs_overdue_reason)
        form.overdue_reason = "Regular"
        form.save().action_apply()
        self.assertEqual(
            self.visits_of(self.luna).mapped("overdue_reason"), [False, "Regular"]
        )


class TestScreensAskOnce(TwoPlansCase):
    """U1a: screens do to both what they are asked for one; the API does not."""

    def test_each_says_what_it_comes_with(self):
        first, second = self.receive_pair()
        self.assertEqual(first.together, f"Grooming on {self.groomings.name}")
        self.assertEqual(second.together, f"Bath on {self.baths.name}")

    def test_the_steps(self):
        first, second = self.receive_pair()
        notice = first.action_start_together()
        self.assertEqual(
            notice["params"]["message"], f"Also Grooming on {self.groomings.name}."
        )
        self.assertEqual(self.states(first + second), ["in_service"] * 2)
        second.action_finish_together()
        self.assertEqual(self.states(first + second), ["finished"] * 2)
        first.action_check_out()
        self.assertEqual(self.states(first + second), ["delivered"] * 2)

    def test_a_visit_alone_has_nothing_to_tell(self):
        visit = self.receive(self.bath)
        self.assertIs(visit.action_start_together(), True)
        self.assertIs(visit.action_finish_together(), True)
        self.assertFalse(visit.together)

    def test_the_api_touches_what_it_is_given(self):
        first, second = self.receive_pair()
        for step in ("start", "finish", "deliver"):
            getattr(first, f"action_{step}")()
        self.assertEqual(self.states(first + second), ["delivered", "received"])
        second.action_cancel()
        self.assertEqual(self.states(first + second), ["delivered", "cancelled"])
        self.assertEqual(self.baths.sessions_used, 1.0)
        self.assertEqual(self.groomings.sessions_remaining, 4.0)

    def test_what_went_on_alone_is_not_taken_along(self):
        first, second = self.receive_pair()
        second.action_start()
        second.action_finish_together()
        self.assertEqual(self.states(first + second), ["received", "finished"])
        first.action_start_together()
        self.assertEqual(self.states(first + second), ["in_service", "finished"])

    def test_undo_both(self):
        """U5: both ledgers have their session back."""
        first, second = self.receive_pair()
        seen = second.with_context(seen_step_id=second.step_id.id)
        action = seen.action_open_undo()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(len(form.summary.splitlines()), 2)
        form.save().action_apply()
        self.assertEqual(self.states(first + second), ["scheduled"] * 2)
        self.assertFalse((first + second).plan_id)
        for plan, total in ((self.baths, 12.0), (self.groomings, 4.0)):
            self.assertEqual(plan.sessions_remaining, total)
            self.assert_ledger_adds_up(plan)
        first.action_check_in()
        self.assertEqual(self.states(first + second), ["received"] * 2)
        self.assertEqual((first + second).plan_id, self.baths + self.groomings)

    def test_undo_one_by_the_api(self):
        first, second = self.receive_pair()
        second.action_undo()
        self.assertEqual(self.states(first + second), ["received", "scheduled"])

    def test_undo_of_a_step_somebody_else_has_taken(self):
        first, second = self.receive_pair()
        seen = first.step_id.id
        (first + second).action_start()
        with self.assert_refused(UserError, "by now: somebody else has"):
            first.with_context(seen_step_id=seen).action_open_undo()

    def test_check_in_and_confirm_both(self):
        first, second = self.book_pair("2026-01-02 15:00:00")
        second.action_confirm_together()
        self.assertEqual(self.states(first + second), ["confirmed"] * 2)
        first.action_check_in()
        self.assertEqual(self.states(first + second), ["received"] * 2)

    def test_no_show_of_both(self):
        first, second = self.book_pair()
        notice = first.action_note_no_show()
        self.assertEqual(self.states(first + second), ["no_show"] * 2)
        for plan in self.baths + self.groomings:
            self.assertIn(plan.name, notice["params"]["message"])

    def test_both_of_another_day_are_brought(self):
        first, second = self.book_pair()
        self.ask(second).save().action_bring()
        self.assertEqual(self.states(first + second), ["received"] * 2)
        self.assertEqual(
            [str(start) for start in (first + second).mapped("start")],
            ["2026-01-02 12:00:00"] * 2,
        )

    # --- Cancel --------------------------------------------------------------------

    def test_the_dialog_cancels_both(self):
        first, second = self.book_pair()
        wizard = self.open_cancel_wizard(second, reason="Ill")
        self.assertEqual(wizard.appointment_ids, first + second)
        self.assertIn("and what comes with it: ", wizard.summary)
        self.assertTrue(wizard.is_movable)
        wizard.action_apply()
        self.assertEqual(self.states(first + second), ["cancelled"] * 2)
        self.assertEqual(self.baths.sessions_remaining, 12.0)
        self.assertEqual(self.groomings.sessions_remaining, 4.0)
        second.action_open_undo()
        self.assertEqual(self.states(first + second), ["scheduled"] * 2)
        self.assertEqual(self.groomings.sessions_remaining, 3.0)

    def test_or_moves_them_instead(self):
        first, second = self.book_pair()
        wizard = self.open_cancel_wizard(first)
        action = wizard.action_reschedule()
        self.assertEqual(action["context"]["default_appointment_id"], first.id)

    def test_a_program_cancels_one(self):
        first, second = self.book_pair()
        first.action_cancel()
        self.assertEqual(self.states(first + second), ["cancelled", "scheduled"])
        self.assertFalse(second.together)
        self.assertEqual(self.open_cancel_wizard(second).appointment_ids, second)
        wizard = self.env["pet.appointment.cancel"].create(
            {"appointment_ids": second.ids}
        )
        self.assertNotIn("what comes with it", wizard.summary)

    # --- Another time --------------------------------------------------------------

    def test_the_dialog_moves_both(self):
        first, second = self.book_pair()
        action = first.action_open_reschedule()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(form.together, f"Grooming on {self.groomings.name}")
        form.start = datetime(2026, 1, 5, 10, 30)
        self.assertFalse(form.clash)  # they are not in each other's way
        form.start = datetime(2026, 1, 6, 10)
        form.save().action_apply()
        self.assertEqual(
            set((first + second).mapped("start")), {datetime(2026, 1, 6, 10)}
        )

    def test_what_the_second_plan_refuses_is_said(self):
        first, second = self.book_pair()
        self.pause(self.groomings, "2026-01-10", "2026-01-20")
        action = first.action_open_reschedule()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.start = datetime(2026, 1, 12, 10)
        self.assertIn(self.groomings.name, form.refusal)
        wizard = form.save()
        with self.assert_refused(UserError, "paused"):
            wizard.action_apply()
        self.assertEqual(set((first + second).mapped("start")), {TEN})

    def test_a_drag_moves_both(self):
        first, second = self.book_pair()
        first.duration = 2
        preview = second.preview_move("2026-01-06 14:00:00")
        self.assertIn(f"Also Bath on {self.baths.name}.", preview["message"])
        self.assertFalse(preview["questions"])
        second.move_together("2026-01-06 14:00:00", "2026-01-06 14:30:00")
        self.assertEqual(
            set((first + second).mapped("start")), {datetime(2026, 1, 6, 14)}
        )
        self.assertEqual((first.duration, second.duration), (2.0, 0.5))

    def test_made_longer_it_is_one(self):
        first, second = self.book_pair()
        preview = second.preview_move(TEN, "2026-01-05 12:00:00")
        self.assertNotIn("Also", preview["message"])
        second.move_together(TEN, "2026-01-05 12:00:00")
        self.assertEqual((first.duration, second.duration), (1.0, 2.0))

    def test_a_drag_is_done_in_one(self):
        first, second = self.book_pair()
        self.pause(self.groomings, "2026-01-10", "2026-01-20")
        with self.assert_refused(UserError, "paused"):
            first.move_together("2026-01-12 10:00:00")
        self.assertEqual(set((first + second).mapped("start")), {TEN})

    def test_a_program_moves_one(self):
        first, second = self.book_pair()
        second.reschedule("2026-01-06 10:00:00")
        self.assertEqual(first.start, TEN)
        self.assertFalse(first.together or second.together)
        first.action_note_no_show()
        self.assertEqual(self.states(first + second), ["no_show", "scheduled"])

    def test_back_at_one_time_they_are_one_again(self):
        first, second = self.book_pair()
        second.reschedule("2026-01-06 10:00:00")
        self.assertFalse(second.preview_move(TEN)["questions"])  # no clash
        second.reschedule(TEN)
        self.assertTrue(first.together)

    # --- In the shop ---------------------------------------------------------------

    def test_the_second_is_no_pet_in_the_shop_already(self):
        first, second = self.receive_pair()
        second.action_undo()
        second.line_ids.product_id = self.bath
        self.assertIs(second.action_check_in(), True)

    def test_a_board_costs_no_more_queries(self):
        self.receive_pair()
        for pet in (self.rex, self._make_pet("Nina")):
            self.sell_of(self.bath, 2, pet=pet)
            self.sell_groomings(pet=pet)
            self.open_walk_in(self.bath, self.grooming, pets=pet).save().action_apply()

        def read(visits):
            return self.count_queries(lambda: visits.mapped("together"))

        visits = self.env["pet.appointment"].search([], order="id")
        self.assertEqual(len(visits), 6)
        read(visits)
        self.assertEqual(read(visits), read(visits[:2]))
