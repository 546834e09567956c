from odoo.tools import html2plaintext

from .common import PetPlansCommon


class TestLeft(PetPlansCommon):
    """L1, P1: what is left is what is not used yet, booked or not."""

    def test_booked_is_not_used(self):
        plan = self.sell()
        visits = plan.book(self.weekly(12))
        self.assertEqual((plan.sessions_left, plan.sessions_remaining), (12.0, 0.0))
        self.clock.move_to(visits[0].start)
        visits[0].action_receive()
        self.assertEqual(plan.sessions_left, 11.0)
        self.assertEqual(
            (plan.line_ids.used, plan.line_ids.booked, plan.line_ids.left),
            (1.0, 11.0, 11.0),
        )

    def test_of_a_package_it_is_visits(self):
        """12 baths with 3 groomings are 12 visits, not 15."""
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.assertEqual(plan.sessions_left, 12.0)

    def test_left_is_booked_and_to_book(self):
        """Counted in visits, whatever else the visits take."""
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        visits = plan.book(self.weekly(5))
        self.clock.move_to(visits[0].start)
        visits[0].action_receive()
        self.assertEqual(
            (
                plan.counted_total,
                plan.counted_used,
                plan.counted_booked,
                plan.counted_to_book,
                plan.sessions_left,
            ),
            (12.0, 1.0, 4.0, 7.0, 11.0),
        )
        summary = plan._get_portal_counters(plan._get_counted_lines())
        self.assertEqual(
            {name: summary[name] for name in ("used", "booked", "to_book", "left")},
            {"used": "1", "booked": "4", "to_book": "7", "left": "11"},
        )

    def test_screens_count_alike(self):
        """No list or card beside *Left* shows what is counted otherwise."""
        for kind in ("list", "kanban"):
            view = self.env.ref(f"pet_plans.pet_plan_view_{kind}")
            arch = self.env["pet.plan"].get_view(view.id, kind)["arch"]
            self.assertIn('"left_label"', arch)  # in words where it has no limit
            self.assertIn('"counted_to_book"', arch)
            self.assertNotIn('"sessions_remaining"', arch)

    def test_mails_say_the_same(self):
        """Of a package visits, also where each takes more than one session."""
        self.switch_on_reminders()
        plan = self.sell(
            self.make_template(
                [(self.bath, 12, 45.0), (self.grooming, 3, 60.0)], validity=3
            )
        )
        plan.book(self.weekly(9))
        for name, text in (
            ("renewal_reminder", "Left of it: 12 visits, of which 3 to book."),
            ("last_sessions", "has 12 visits left."),
        ):
            template = self.env.ref(f"pet_plans.mail_template_{name}").sudo()
            template.reset_template()  # a database may have an older text
            body = template._render_field("body_html", plan.ids)[plan.id]
            self.assertIn(text, " ".join(html2plaintext(body).replace("*", "").split()))

    def test_one_visit_is_one(self):
        plan = self.sell(
            self.make_template(appointment_count=1, appointments_per_cycle=1)
        )
        self.assertEqual(plan._say_left(), "1 visit")

    def test_last_visits_are_counted_as_left(self):
        """P5: 12 baths with 3 groomings are nearly used up with 2 visits left."""
        self.switch_on_reminders()
        self.shop.sudo().pet_last_sessions_count = 2
        plan = self.sell(
            self.make_template(
                [(self.bath, 3, 45.0), (self.grooming, 3, 60.0)],
                appointment_count=3,
                appointments_per_cycle=3,
            )
        )
        [visit] = plan.book(["2026-01-02 09:00:00"])
        visit.action_receive()
        plan._remind_of_last_sessions()
        self.assertTrue(plan.last_sessions_reminded)

    def test_of_a_plan_it_is_sessions(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0), (self.grooming, 1, 60.0)],
                kind="plan",
                interval=1,
                interval_unit="month",
                period_count=3,
            )
        )
        self.assertEqual(plan.sessions_left, 15.0)

    def test_what_is_owed_is_less_than_nothing(self):
        plan = self.sell(
            self.make_template(
                appointment_count=1, appointments_per_cycle=1, overdraft_limit=1.0
            )
        )
        for visit in plan.book(self.weekly(2)):
            self.clock.move_to(visit.start)
            visit.action_receive()
        self.assertEqual(plan.sessions_left, -1.0)
