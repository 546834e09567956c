from datetime import date, datetime

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestRescheduleDialog(PetPlansCommon):
    """C1: the dialog moves one visit, and says first what is in the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example(
            late_cancel_hours=24, validity=6, validity_unit="month"
        )
        cls.visit = cls.visit_on(cls.plan, "01-19")

    def open(self, visit):
        """Open the dialog as the button does, as a form."""
        action = visit.action_open_reschedule()
        self.env.invalidate_all()
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def test_it_proposes_the_time_it_has(self):
        form = self.open(self.visit)
        self.assertEqual(form.start, datetime(2026, 1, 19, 9))
        self.assertEqual(form.cycle_id, self.visit.cycle_id)
        self.assertFalse(form.clash or form.refusal or form.is_late)

    def test_it_moves_this_visit_only(self):
        before = self.due_dates(self.plan), self.plan.sessions_remaining
        others = {v: v.start for v in self.visits - self.visit}
        with self.open(self.visit) as form:
            form.start = datetime(2026, 1, 21, 9)
        action = form.record.action_apply()
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual(self.visit.start, datetime(2026, 1, 21, 9))
        self.assertEqual(
            (self.due_dates(self.plan), self.plan.sessions_remaining), before
        )
        self.assertEqual({v: v.start for v in self.visits - self.visit}, others)

    # --- What is in the way ------------------------------------------------------

    def test_another_visit_of_the_pet(self):
        form = self.open(self.visit)
        form.start = datetime(2026, 1, 26, 9, 30)
        self.assertIn("Luna: Luna – Bath at", form.clash)
        form.start = datetime(2026, 1, 26, 10)
        self.assertFalse(form.clash)

    def test_another_visit_of_the_staff_member(self):
        self.visit.user_id = self.staff
        other = self.env["pet.appointment"].create(
            {
                "pet_id": self.rex.id,
                "start": "2026-01-22 09:00:00",
                "user_id": self.visit.user_id.id,
            }
        )
        form = self.open(self.visit)
        form.start = datetime(2026, 1, 22, 8, 30)
        self.assertIn(f"{self.visit.user_id.name}: {other.display_name}", form.clash)
        other.action_cancel()
        form.start = datetime(2026, 1, 22, 8, 45)
        self.assertFalse(form.clash)

    def test_itself_is_not_in_its_way(self):
        form = self.open(self.visit)
        form.start = datetime(2026, 1, 19, 9, 30)
        self.assertFalse(form.clash)

    def test_a_clash_is_told_and_not_forbidden(self):
        with self.open(self.visit) as form:
            form.start = datetime(2026, 1, 26, 9)
        form.record.action_apply()
        self.assertEqual(self.visit.start, datetime(2026, 1, 26, 9))

    # --- The plan ----------------------------------------------------------------

    def test_a_day_that_the_plan_does_not_take(self):
        self.pause(self.plan, "2026-04-01", "2026-04-10")
        with self.open(self.visit) as form:
            form.start = datetime(2026, 4, 2, 9)
            self.assertIn("it is paused from", form.refusal)
        with self.assertRaisesRegex(UserError, "it is paused from"):
            form.record.action_apply()

    def test_a_day_after_its_end(self):
        form = self.open(self.visit)
        form.start = datetime(2026, 8, 1, 9)
        self.assertIn("is after its end on", form.refusal)

    def test_moved_inside_its_window_it_stays_late(self):
        """C9: the dialog says so before."""
        self.clock.move_to("2026-01-18 10:00:00")
        with self.open(self.visit) as form:
            self.assertTrue(form.is_late)
            form.start = datetime(2026, 3, 30, 9)
        form.record.action_apply()
        self.assertTrue(self.visit.is_late)

    # --- The own cycle's due date --------------------------------------------------

    def assert_due_date_comes_true(self, visit, start, expected):
        cycle = visit.sudo().cycle_id
        with self.open(visit) as form:
            form.start = start
            self.assertEqual(form.old_date_due, cycle._get_current_due_date())
            self.assertEqual(form.new_date_due, expected)
        form.record.action_apply()
        self.assertEqual(cycle._get_current_due_date(), expected)

    def test_the_draft_follows_its_first_visit(self):
        self.assert_due_date_comes_true(
            self.visit_on(self.plan, "02-02"),
            datetime(2026, 2, 5, 9),
            date(2026, 2, 5),
        )

    def test_the_draft_stays_for_a_later_visit(self):
        self.assert_due_date_comes_true(
            self.visit, datetime(2026, 1, 21, 9), date(2026, 1, 5)
        )

    def test_never_before_the_bill_ahead(self):
        self.assert_due_date_comes_true(
            self.visit_on(self.plan, "02-02"),
            datetime(2026, 1, 3, 9),
            date(2026, 1, 5),
        )

    def test_what_is_posted_stays(self):
        self.post(self.invoices(self.plan)[1])
        self.assert_due_date_comes_true(
            self.visit_on(self.plan, "02-02"),
            datetime(2026, 2, 5, 9),
            date(2026, 2, 2),
        )

    def test_a_period_stays(self):
        plan = self.sell(
            self.make_template(kind="plan", period_count=3, interval_unit="month"),
            pet=self.rex,
        )
        visit = plan.book(self.weekly(1))
        self.assert_due_date_comes_true(
            visit, datetime(2026, 1, 20, 9), date(2026, 1, 1)
        )

    # --- Who, and which ------------------------------------------------------------

    def test_a_visit_without_plan(self):
        visit = self.env["pet.appointment"].create({"pet_id": self.rex.id})
        with self.open(visit) as form:
            form.start = datetime(2026, 1, 20, 9)
            self.assertFalse(form.new_date_due or form.refusal)
        form.record.action_apply()
        self.assertEqual(visit.start, datetime(2026, 1, 20, 9))

    def test_what_is_over_is_refused_before_anything_is_typed(self):
        self.visit.action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled and cannot be moved"):
            self.visit.action_open_reschedule()
        visit = self.visit_on(self.plan, "01-05")
        visit.action_start()
        with self.assertRaisesRegex(UserError, "is in service and cannot be moved"):
            visit.action_open_reschedule()

    def test_it_is_where_cancel_is(self):
        """On the form, the rows of the lists, and the menu of the cards."""
        views = {
            "pet.appointment": ("form", "list", "kanban"),
            "pet.plan": ("form",),
        }
        for model, kinds in views.items():
            for kind in kinds:
                arch = etree.fromstring(
                    self.env[model].get_view(view_type=kind)["arch"]
                )
                cancel, move = (
                    arch.xpath(f"//*[@name='{name}']")
                    for name in ("action_open_cancel", "action_open_reschedule")
                )
                with self.subTest(model=model, view=kind):
                    self.assertTrue(cancel)
                    self.assertTrue(move)
