from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import Form

from .test_b4_walk_in import WalkInCase


class BookedCase(WalkInCase):
    """Luna comes on 2 January at noon, and somebody opens a visit for her."""

    def offer(self, visit):
        """Return the dialog that checking a visit in opens, as the web client does."""
        action = visit.action_check_in()
        self.assertEqual(visit.state, "scheduled")
        wizards = self.env[action["res_model"]].with_context(**action["context"])
        with Form(wizards) as form:
            self.assertTrue(form.offer)
        return form.record

    def assert_not_offered(self, visit):
        self.assertIs(visit.action_check_in(), True)
        self.assertEqual(visit.state, "received")


class TestBookedToday(BookedCase):
    """U1: a pet with a visit booked that day is offered that visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.booked = cls.plan.book([datetime(2026, 1, 2, 15)])

    def test_offered_in_words(self):
        wizard = self.offer(self.walk_in(self.bath))
        self.assertEqual(wizard.booked_id, self.booked)
        self.assertFalse(wizard.is_ahead)
        self.assertEqual(
            wizard.offer,
            "Luna is booked for Jan 2, 2026, 3:00\u202fPM: Bath, on "
            f"{self.plan.display_name}.",
        )

    def test_checked_in_instead(self):
        visit = self.walk_in(self.bath, note="Came early")
        action = self.offer(visit).action_apply()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("pet.appointment", self.booked.id)
        )
        self.assertFalse(visit.exists())
        self.assertEqual(self.booked.state, "received")
        self.assertEqual(self.booked.start, datetime(2026, 1, 2, 15))
        self.assertEqual(self.booked.note, "Came early")
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_a_visit_of_its_own_all_the_same(self):
        visit = self.walk_in(self.bath)
        self.offer(visit).action_check_in_another()
        self.assertEqual((visit.state, visit.plan_id), ("received", self.plan))
        self.assertEqual(self.booked.state, "scheduled")
        self.assertEqual(self.plan.sessions_remaining, 10.0)

    def test_also_where_nothing_was_asked_for(self):
        self.assertEqual(self.offer(self.walk_in()).booked_id, self.booked)

    def test_also_one_without_plan(self):
        self.booked.action_cancel()
        other = self.walk_in(self.bath, start=datetime(2026, 1, 2, 17))
        wizard = self.offer(self.walk_in(self.bath))
        self.assertEqual(wizard.booked_id, other)
        self.assertEqual(
            wizard.offer, "Luna is booked for Jan 2, 2026, 5:00\u202fPM: Bath."
        )

    def test_also_where_staff_are_asked_for_the_plan(self):
        self.shop.sudo().pet_plan_selection = "ask"
        self.assertEqual(self.offer(self.walk_in(self.bath)).booked_id, self.booked)

    def test_not_for_another_service(self):
        self.assert_not_offered(self.walk_in(self.grooming))

    def test_not_for_more_than_it_has(self):
        self.assert_not_offered(self.walk_in(self.bath, self.grooming))

    def test_not_to_another_pet(self):
        self.assert_not_offered(self.walk_in(self.bath, pet=self.rex))

    def test_not_one_of_another_day(self):
        self.booked.reschedule(datetime(2026, 1, 3, 15))
        self.assert_not_offered(self.walk_in(self.bath))

    def test_the_day_is_that_of_the_shop(self):
        """At eight in the evening in Sao Paulo it is the 3rd in Greenwich."""
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.booked.reschedule(datetime(2026, 1, 2, 23))
        late = self.walk_in(self.bath, start=datetime(2026, 1, 3, 1))
        self.assertEqual(self.offer(late).booked_id, self.booked)

    def test_not_one_that_is_not_to_come(self):
        self.booked.action_no_show()
        self.assert_not_offered(self.walk_in(self.bath))

    def test_not_where_staff_chose_the_plan(self):
        visit = self.walk_in(self.bath)
        visit.plan_id = self.plan
        self.assert_not_offered(visit)

    def test_not_for_several_at_once(self):
        visits = self.walk_in(self.bath) + self.walk_in(self.bath, pet=self.rex)
        self.assertIs(visits.action_check_in(), True)
        self.assertEqual(visits.mapped("state"), ["received", "received"])
        self.assertEqual(self.booked.state, "scheduled")

    def test_somebody_else_was_first(self):
        wizard = self.offer(self.walk_in(self.bath))
        self.booked.action_cancel()
        with self.assert_refused(UserError, "Luna was booked for is not to come"):
            wizard.action_apply()

    def test_somebody_else_was_first_and_another_is_booked(self):
        """Not one that nobody has seen in the dialog."""
        later = self.plan.book([datetime(2026, 1, 2, 17)])
        wizard = self.offer(self.walk_in(self.bath))
        self.booked.action_cancel()
        with self.assert_refused(UserError, "Luna was booked for is not to come"):
            wizard.action_apply()
        self.assertEqual(later.state, "scheduled")


class TestBroughtForward(BookedCase):
    """U1: where all sessions are booked, the next visit is offered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.visits = cls.plan.book(cls.weekly(12, "2026-01-09 10:00:00"))

    def test_offered_in_words(self):
        wizard = self.offer(self.walk_in(self.bath))
        self.assertEqual(wizard.booked_id, self.visits[0])
        self.assertTrue(wizard.is_ahead)
        self.assertEqual(
            wizard.offer,
            "All sessions of Luna are booked. The next visit, Bath, is on "
            "Jan 9, 2026, 10:00\u202fAM: bring it forward?",
        )

    def test_brought_forward_and_checked_in(self):
        visit = self.walk_in(self.bath)
        others = {other: (other.start, other.cycle_id) for other in self.visits[1:]}
        cycle = self.visits[0].cycle_id
        self.offer(visit).action_apply()
        self.assertFalse(visit.exists())
        first = self.visits[0]
        self.assertEqual((first.state, first.cycle_id), ("received", cycle))
        self.assertEqual(first.start, datetime(2026, 1, 2, 12))
        for other, before in others.items():
            self.assertEqual((other.start, other.cycle_id), before)
        self.assertEqual(self.plan.sessions_left, 11.0)

    def test_without_plan_all_the_same(self):
        visit = self.walk_in(self.bath)
        self.offer(visit).action_check_in_another()
        self.assertEqual((visit.state, visit.to_invoice), ("received", True))
        self.assertFalse(visit.plan_id)

    def test_before_one_is_owed(self):
        owing = self.sell(self.make_template(overdraft_limit=2))
        owing.book(self.weekly(12, "2026-01-08 10:00:00"))
        wizard = self.offer(self.walk_in(self.bath))
        self.assertEqual(wizard.booked_id.plan_id, owing)

    def test_not_while_another_plan_has_sessions(self):
        other = self.sell()
        visit = self.walk_in(self.bath)
        self.assert_not_offered(visit)
        self.assertEqual(visit.plan_id, other)

    def test_not_into_a_pause(self):
        self.pause(self.plan, "2026-01-02", "2026-01-04")
        self.assert_not_offered(self.walk_in(self.bath))

    def test_not_to_another_service(self):
        self.assert_not_offered(self.walk_in(self.grooming))

    def test_not_that_of_another_pet(self):
        for visit in self.visits:
            visit.action_cancel()
        self.cancel_plans(self.plan)
        shared = self.sell(pet_id=False, partner_id=self.customer.id)
        shared.book(self.weekly(12, "2026-01-09 10:00:00"), pet_id=self.rex.id)
        self.assert_not_offered(self.walk_in(self.bath))


class TestPeriodsForward(BookedCase):
    """U1: what a month pays for is not brought into the month before."""

    def test_of_the_same_month_only(self):
        plan = self.sell(
            self.make_template([(self.bath, 1, 45.0)], kind="plan", period_count=2)
        )
        january, february = (
            plan.book([datetime(2026, month, 20, 10)]) for month in (1, 2)
        )
        wizard = self.offer(self.walk_in(self.bath))
        self.assertEqual(wizard.booked_id, january)
        wizard.action_apply()
        january.action_deliver()
        self.assertEqual(february.state, "scheduled")
        self.assert_not_offered(self.walk_in(self.bath))


class TestInTheShop(BookedCase):
    """U1: a pet already in the shop for the same service is told, not served twice."""

    def setUp(self):
        super().setUp()
        self.plan = self.sell()
        self.there = self.receive(self.bath)

    def assert_told(self, visit):
        with self.assert_refused(
            UserError,
            r"Luna \(Ana Souza\) is in the shop already: the visit Luna – Bath of "
            "Jan 2, 2026, 12:00.PM is",
        ):
            visit.action_check_in()
        self.assertEqual(visit.state, "scheduled")
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_a_program_knows_what_it_does(self):
        visit = self.walk_in(self.bath)
        visit.action_receive()
        self.assertEqual(self.plan.sessions_remaining, 10.0)

    def test_told_at_every_step(self):
        visit = self.walk_in(self.bath)
        for step in ("action_start", "action_finish"):
            self.assert_told(visit)
            getattr(self.there, step)()
        self.assert_told(visit)

    def test_once_it_is_gone_it_may_come_again(self):
        self.there.action_deliver()
        self.assert_not_offered(self.walk_in(self.bath))

    def test_for_another_service(self):
        self.assert_not_offered(self.walk_in(self.grooming))

    def test_another_pet(self):
        self.assert_not_offered(self.walk_in(self.bath, pet=self.rex))

    def test_one_that_was_forgotten_in_the_shop(self):
        """Yesterday's visit that nobody delivered is in nobody's way."""
        self.clock.move_to(datetime(2026, 1, 3, 9))
        self.assert_not_offered(self.walk_in(self.bath, start="2026-01-03 09:00:00"))

    def test_twice_at_once(self):
        visits = self.walk_in(self.bath, pet=self.rex)
        visits += self.walk_in(self.bath, pet=self.rex)
        with self.assert_refused(UserError, "Rex .* is in the shop already"):
            visits.action_check_in()
        self.assertEqual(visits.mapped("state"), ["scheduled", "scheduled"])
