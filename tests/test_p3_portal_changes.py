from datetime import datetime

from odoo.exceptions import UserError

from .portal import PortalCase

LATE = "the session of this visit stays used"
IN_TIME = "the session goes back to your plan"


class TestChanges(PortalCase):
    """P3: customers reschedule and cancel by C1-C9, and are refused in their words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.allow_changes()
        cls.plan, cls.visits = cls.sell_worked_example(validity=4)
        cls.path = f"/my/plans/{cls.plan.id}"

    def path_of(self, day, change):
        return f"{self.path}/visits/{self.visit_on(self.plan, day).id}/{change}"

    def cancel(self, day, user=None, **values):
        return self.send(self.path_of(day, "cancel"), user or self.ana, **values)

    def move(self, day, start, user=None, **values):
        path = self.path_of(day, "reschedule")
        return self.send(path, user or self.ana, start=start, **values)

    def assert_refused_in_words(self, page, words, name="error"):
        """Check that nothing happened, and that the page says why."""
        self.assertEqual(page.status, 200)
        self.assertIn(words, " ".join(page.get(name)))
        self.assertNotIn("Traceback", page.text)
        self.assertEqual(self.days(self.plan)[0], ["01-05", "01-12", "01-19", "01-26"])
        self.assertEqual(self.plan.sessions_booked, 12.0)

    # --- Cancel ------------------------------------------------------------------

    def test_cancel(self):
        """The worked example of C10, by the customer herself."""
        page = self.cancel("01-19")
        self.assertEqual(page.path, self.path)
        self.assertEqual(page.get("message"), ["Your visit is cancelled."])
        self.assertEqual(
            self.days(self.plan),
            [
                ["01-05", "01-12", "01-26", "02-02"],
                ["02-09", "02-16", "02-23", "03-02"],
                ["03-09", "03-16", "03-23"],
            ],
        )
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-09", "03-09"])
        self.assertEqual(self.plan.sessions_remaining, 1.0)
        visit = self.visit_on(self.plan, "01-19")
        self.assertEqual(visit.cancel_reason, "By the customer, in the portal")
        entry = self.plan.entry_ids.filtered(lambda entry: entry.kind == "release")
        self.assertEqual(entry.user_id, self.ana)
        self.assert_ledger_adds_up(self.plan)

    def test_looking_changes_nothing(self):
        """Programs that look at mails follow links (GET)."""
        for change in ("cancel", "reschedule"):
            page = self.open(self.path_of("01-19", change), self.ana)
            self.assertEqual(page.status, 200)
        self.assertEqual(self.open(f"{self.path}/renew", self.ana).status, 405)
        self.assertEqual(self.plan.sessions_booked, 12.0)
        self.assertFalse(self.plan.date_renewal_asked)

    def test_a_form_of_another_site(self):
        for path in (
            self.path_of("01-19", "cancel"),
            self.path_of("01-19", "reschedule"),
            f"{self.path}/renew",
        ):
            page = self.send(path, self.ana, csrf=False, start="2026-01-21T09:00")
            self.assertEqual(page.status, 400)
        self.assertEqual(self.plan.sessions_booked, 12.0)
        self.assertTrue(self.visit_on(self.plan, "01-19"))
        self.assertFalse(self.plan.date_renewal_asked)

    def test_cancel_twice(self):
        self.cancel("01-19")
        page = self.cancel("01-19")
        self.assertEqual(page.get("refusal"), ["This visit is cancelled already."])
        self.assertEqual(self.plan.sessions_remaining, 1.0)

    def test_cancelled_meanwhile(self):
        """Staff were faster; the customer's page is an old one."""
        visit = self.visit_on(self.plan, "01-19")
        visit.action_cancel()
        for change, values in (
            ("cancel", {}),
            ("reschedule", {"start": "2026-01-21T09:00"}),
        ):
            page = self.send(self.path_of("01-19", change), self.ana, **values)
            self.assertEqual(page.get("refusal"), ["This visit is cancelled already."])
        self.assertEqual(visit.start, datetime(2026, 1, 19, 9))

    def test_served_meanwhile(self):
        visit = self.visit_on(self.plan, "01-05")
        visit.action_receive()
        visit.action_start()
        page = self.cancel("01-05")
        self.assertIn("it is in service", page.get("refusal")[0])
        self.assertEqual(visit.state, "in_service")

    def test_by_the_link(self):
        """Without account, by the link of a mail."""
        token = self.token(self.plan)
        page = self.cancel("01-19", access_token=token)
        self.assertEqual(page.path, self.path)
        page = self.send(
            self.path_of("01-26", "reschedule"),
            None,
            access_token=token,
            start="2026-01-27T10:00",
        )
        self.assertEqual(page.get("message"), ["Your visit is moved."])
        self.assertTrue(self.visit_on(self.plan, "01-27"))
        visit = self.visit_on(self.plan, "02-02")
        for wrong in (None, "x"):
            values = {"access_token": wrong} if wrong else {}
            self.send(f"{self.path}/visits/{visit.id}/cancel", None, **values)
        self.assertEqual(visit.state, "scheduled")

    def test_not_by_another(self):
        for path in ("cancel", "reschedule"):
            page = self.send(
                self.path_of("01-19", path), self.bruno, start="2026-01-21T09:00"
            )
            self.assertEqual(page.path, "/my/plans")
        self.send(f"{self.path}/renew", self.bruno)
        self.assertEqual(self.plan.sessions_booked, 12.0)
        self.assertTrue(self.visit_on(self.plan, "01-19"))
        self.assertFalse(self.plan.date_renewal_asked)

    def test_switched_off(self):
        self.shop.sudo().pet_portal_changes = False
        words = "Visits are not changed online"
        self.assert_refused_in_words(self.cancel("01-19"), words, "refusal")
        page = self.move("01-19", "2026-01-21T09:00")
        self.assert_refused_in_words(page, words, "refusal")
        page = self.send(f"{self.path}/renew", self.ana)
        self.assert_refused_in_words(page, "Please ask")

    def test_notice(self):
        """Until so many hours before: at the very hour it is too late."""
        self.allow_changes(pet_portal_notice_hours=48)
        self.clock.move_to("2026-01-03 08:59:59")
        self.assertEqual(
            self.open(self.path_of("01-05", "cancel"), self.ana).get("refusal"), []
        )
        self.clock.move_to("2026-01-03 09:00:00")
        words = "until 48 hours before"
        self.assert_refused_in_words(self.cancel("01-05"), words, "refusal")
        page = self.move("01-05", "2026-01-21T09:00")
        self.assert_refused_in_words(page, words, "refusal")
        self.assertFalse(
            self.open(self.path, self.ana).links(
                f"/visits/{self.visit_on(self.plan, '01-05').id}/"
            )
        )

    def test_a_visit_that_is_over(self):
        self.clock.move_to("2026-01-05 09:30:00")
        page = self.cancel("01-05")
        self.assert_refused_in_words(page, "it has begun", "refusal")

    # --- Late (C9) ---------------------------------------------------------------

    def test_late_is_said_first(self):
        self.plan.sudo()._unguarded().late_cancel_hours = 24
        self.clock.move_to("2026-01-04 09:00:00")
        page = self.open(self.path_of("01-05", "cancel"), self.ana)
        self.assertIn(IN_TIME, page.words())
        self.clock.move_to("2026-01-04 09:00:01")
        page = self.open(self.path_of("01-05", "cancel"), self.ana)
        self.assertIn(LATE, page.words())
        self.assertIn("less than 24 hours", page.words())
        self.cancel("01-05", is_late=page.hidden("is_late"))
        visit = self.visit_on(self.plan, "01-05")
        self.assertEqual(visit.state, "cancelled")
        self.assertTrue(visit.holds_sessions)
        self.assertEqual(self.plan.sessions_used, 1.0)
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_it_became_late_meanwhile(self):
        """Whoever opened the page in time is told, and asked again."""
        self.plan.sudo()._unguarded().late_cancel_hours = 24
        self.clock.move_to("2026-01-04 09:00:01")
        page = self.cancel("01-05")
        self.assertEqual(self.visit_on(self.plan, "01-05").state, "scheduled")
        self.assertIn(LATE, page.words())
        self.cancel("01-05", is_late="1")
        self.assertEqual(self.visit_on(self.plan, "01-05").state, "cancelled")

    def test_a_late_visit_is_not_moved_away(self):
        """Moved a month away and cancelled there it would be free."""
        self.plan.sudo()._unguarded().late_cancel_hours = 24
        self.clock.move_to("2026-01-04 10:00:00")
        page = self.move("01-05", "2026-02-05T09:00")
        self.assert_refused_in_words(page, "less than 24 hours", "refusal")

    # --- Reschedule (C1) ---------------------------------------------------------

    def test_reschedule(self):
        """C1: this visit only, in its cycle, on its invoice."""
        before = self.days(self.plan)
        page = self.move("01-19", "2026-01-21T10:30")
        self.assertEqual(page.path, self.path)
        self.assertEqual(page.get("message"), ["Your visit is moved."])
        visit = self.visit_on(self.plan, "01-21")
        self.assertEqual(visit.start, datetime(2026, 1, 21, 10, 30))
        before[0][2] = "01-21"
        self.assertEqual(self.days(self.plan), before)
        self.assertEqual(self.due_dates(self.plan), ["01-05", "02-02", "03-02"])
        self.assertIn("Moved by the customer", " ".join(self.bodies(visit)))

    def test_reschedule_twice(self):
        """The same form again: it is where it should be."""
        visit = self.visit_on(self.plan, "01-19")
        path = self.path_of("01-19", "reschedule")
        for __ in range(2):
            page = self.send(path, self.ana, start="2026-01-21T10:30")
            self.assertEqual(page.get("message"), ["Your visit is moved."])
        notes = [body for body in self.bodies(visit) if "Rescheduled" in body]
        self.assertEqual(len(notes), 1)

    def test_by_the_clock_of_the_shop(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        page = self.open(self.path_of("01-19", "reschedule"), self.ana)
        field = page.tree.get_element_by_id("pet_start")
        self.assertEqual(field.get("value"), "2026-01-19T06:00")
        self.assertEqual(field.get("min"), "2026-01-02T09:00")
        self.assertEqual(field.get("max"), "2026-05-01T23:59")
        self.move("01-19", "2026-01-21T22:30")
        visit = self.visit_on(self.plan, "01-22")
        self.assertEqual(visit.start, datetime(2026, 1, 22, 1, 30))

    def test_no_time_at_all(self):
        words = "Please give the new day and time."
        for start in (
            *("", "soon", "2026-02-30T09:00", "2026-01-21", "2026-01-21T09:00-03:00"),
            *("9999-12-31T23:59", "0001-01-01T00:00", "é", "2026-01-21T09:00\x00"),
        ):
            with self.subTest(start):
                page = self.move("01-19", start)
                expected = {"0001-01-01T00:00": "hours from now"}.get(start, words)
                self.assert_refused_in_words(page, expected)

    def test_too_soon(self):
        self.allow_changes(pet_portal_notice_hours=48)
        for start in ("2026-01-04T12:00", "2026-01-01T09:00"):
            page = self.move("01-19", start)
            self.assert_refused_in_words(page, "at least 48 hours from now")
        self.move("01-19", "2026-01-04T12:01")
        self.assertTrue(self.visit_on(self.plan, "01-04"))

    def test_after_the_end(self):
        page = self.move("01-19", "2026-05-02T09:00")
        self.assert_refused_in_words(page, "after its end on May 1, 2026")
        self.assertEqual(
            page.tree.get_element_by_id("pet_start").get("value"), "2026-05-02T09:00"
        )

    def test_a_pause(self):
        plan = self.sell(validity=4)
        visit = plan.book([datetime(2026, 1, 6, 9)])
        self.pause(plan, "2026-01-10", "2026-01-20")
        path = f"/my/plans/{plan.id}/visits/{visit.id}/reschedule"
        page = self.send(path, self.ana, start="2026-01-15T09:00")
        self.assertIn("paused from Jan 10, 2026 to Jan 20, 2026", page.get("error")[0])
        self.assertNotIn("Holidays", page.text)

    def test_taken(self):
        """The groomer, or the pet itself, has something else then."""
        self.visits.sudo().user_id = self.staff
        rex = self.sell(pet=self.rex).book(
            [datetime(2026, 1, 21, 9)], user_id=self.staff.id
        )
        for start in ("2026-01-21T09:30", "2026-01-21T08:30", "2026-01-26T09:00"):
            page = self.move("01-19", start)
            self.assert_refused_in_words(page, "This time is taken")
            self.assertNotIn("Rex", page.words())
            self.assertNotIn(self.staff.name, page.text)
        rex.action_cancel()
        self.move("01-19", "2026-01-21T09:30")
        self.assertTrue(self.visit_on(self.plan, "01-21"))

    def test_next_to_another(self):
        self.sell(pet=self.rex).book([datetime(2026, 1, 21, 9)], user_id=self.staff.id)
        self.move("01-19", "2026-01-21T10:00")
        self.assertTrue(self.visit_on(self.plan, "01-21"))

    def test_archived_pet(self):
        self.archive_in_silence(self.luna)
        page = self.move("01-19", "2026-01-21T09:00")
        self.assert_refused_in_words(page, "is not moved online", "refusal")
        self.cancel("01-19")
        self.assertEqual(self.visit_on(self.plan, "01-19").state, "cancelled")

    def test_refused_in_words_for_staff(self):
        """What is not said for customers is not shown to them."""
        visit = self.visit_on(self.plan, "01-19")
        model = type(self.env["pet.appointment"])
        inside = "INTERNAL: ask Paula"

        def refuse(*args, **kwargs):
            raise UserError(inside)

        self.patch(model, "reschedule", refuse)
        page = self.move("01-19", "2026-01-21T09:00")
        self.assert_refused_in_words(page, "This cannot be done online")
        self.assertNotIn(inside, page.text)
        self.assertEqual(visit.start, datetime(2026, 1, 19, 9))

    # --- Ask to renew ------------------------------------------------------------

    def ask(self, user=None):
        return self.send(f"{self.path}/renew", user or self.ana)

    def requests(self):
        request = self.env.ref("pet_plans.mail_activity_type_renewal_request")
        return self.plan.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == request
        )

    def test_ask_to_renew(self):
        page = self.open(self.path, self.ana)
        self.assertIn("Ask to renew", page.words())
        page = self.ask()
        self.assertEqual(page.get("message"), ["We have got your wish to renew."])
        self.assertEqual(page.get("renewal_asked"), ["Jan 2, 2026"])
        self.assertNotIn("Ask to renew", page.words())
        self.assertEqual(self.requests().user_id, self.staff)
        self.assertFalse(self.plan.is_renewed, "nothing is sold without a person")

    def test_ask_twice(self):
        self.ask()
        self.clock.move_to("2026-01-04 12:00:00")
        page = self.ask()
        self.assertEqual(page.get("renewal_asked"), ["Jan 2, 2026"])
        self.assertEqual(len(self.requests()), 1)

    def test_the_task_goes_with_the_renewal(self):
        self.ask()
        self.plan.action_renew()
        self.assertFalse(self.requests())
        self.assertNotIn("Ask to renew", self.open(self.path, self.ana).words())
        renewal = self.open(f"/my/plans/{self.plan.renewed_by_id.id}", self.ana)
        self.assertIn("Ask to renew", renewal.words())

    def test_renewed_already(self):
        self.plan.action_renew()
        self.assert_refused_in_words(self.ask(), "renewed already")

    def test_seller_has_left(self):
        self.staff.sudo().active = False
        self.ask()
        self.assertEqual(len(self.requests()), 1)
        self.assertFalse(self.requests().user_id)

    def test_cancelled_plan(self):
        self.cancel_plans(self.plan)
        page = self.open(self.path, self.ana)
        self.assertEqual(page.get("state"), ["Cancelled"])
        self.assertNotIn("Moves away", page.text)
        self.assertIn("cannot be renewed online", self.ask().get("error")[0])
