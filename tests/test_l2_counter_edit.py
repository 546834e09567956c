from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import PetPlansCommon


class TestCounterEdit(PetPlansCommon):
    """L2: managers only, with a reason, old and new kept, nothing overwritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=3))

    def open_wizard(self, **values):
        return (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": self.plan.id, "reason": "A present", **values})
        )

    def test_more_left(self):
        wizard = self.open_wizard()
        self.assertEqual(wizard.line_ids.old_remaining, 12.0)
        wizard.line_ids.new_remaining = 14.0
        wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 14.0)
        entry = self.plan.entry_ids.sorted("id")[-1]
        self.assertEqual(
            (entry.kind, entry.quantity, entry.balance, entry.reason),
            ("adjust", 2.0, 14.0, "A present"),
        )
        self.assertEqual(entry.user_id, self.manager)
        note = self.plan.message_ids[0].body
        for part in ("12", "14", "A present"):
            self.assertIn(part, note)

    def test_end_and_note(self):
        wizard = self.open_wizard(date_end=date(2026, 6, 1), note="Uses shampoo X")
        wizard.action_apply()
        self.assertEqual(self.plan.date_end, date(2026, 6, 1))
        self.assertEqual(self.plan.note, "Uses shampoo X")

    def test_unchanged_is_refused(self):
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            self.open_wizard().action_apply()

    def test_reason_is_required(self):
        wizard = self.open_wizard(reason=" ")
        wizard.line_ids.new_remaining = 1.0
        with self.assertRaisesRegex(UserError, "reason"):
            wizard.action_apply()

    def test_negative_is_refused(self):
        wizard = self.open_wizard()
        wizard.line_ids.new_remaining = -1.0
        with self.assertRaisesRegex(UserError, "-1"):
            wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_changed_by_somebody_else_is_refused(self):
        wizard = self.open_wizard()
        wizard.line_ids.new_remaining = 14.0
        self.plan.book(self.weekly(1))
        with self.assertRaisesRegex(UserError, "12.*11"):
            wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 11.0)

    def test_staff_are_refused(self):
        with self.assert_not_allowed("create", "pet.plan.adjust"):
            self.env["pet.plan.adjust"].create(
                {"plan_id": self.plan.id, "reason": "A present"}
            )


class TestPeriods(PetPlansCommon):
    """L2 on a plan whose sessions belong to their period: no edit locks it up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(
            cls.make_template(
                [(cls.bath, 4, 45.0)], kind="plan", period_count=3, validity=0
            )
        )
        cls.line = cls.plan.line_ids

    def edit(self, left):
        wizard = (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": self.plan.id, "reason": "A present"})
        )
        wizard.line_ids.new_remaining = left
        wizard.action_apply()

    def end(self):
        self.clock.move_to("2026-04-05 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertFalse(self.plan.status_error)
        self.assertEqual(self.plan.state, "expired")
        self.assertEqual(self.line.remaining, 0.0)
        self.assert_ledger_adds_up(self.plan)

    def by_period(self):
        balances = self.line._sum_entries()
        cycles = self.plan.cycle_ids.sorted("sequence")
        return [
            *(balances[self.line, cycle] for cycle in cycles),
            balances[self.line, self.env["pet.cycle"]],
        ]

    def test_more_can_be_used_in_any_period(self):
        self.edit(14.0)
        self.assertEqual(self.by_period(), [4, 4, 4, 2])
        self.plan.book([datetime(2026, 1, day, 9) for day in range(5, 11)])
        self.assertEqual(self.by_period(), [-2, 4, 4, 2])
        self.end()

    def test_more_and_all_used_can_be_cancelled(self):
        self.edit(14.0)
        self.plan.book([datetime(2026, 1, day, 9) for day in range(5, 11)])
        self.clock.move_to("2026-01-20 12:00:00")
        self.plan._cancel_from(date(2026, 1, 20), "Moves away")
        self.assertEqual(self.line.remaining, 0.0)
        self.assert_ledger_adds_up(self.plan)

    def test_less_is_taken_from_the_first_period_that_has_some(self):
        self.edit(7.0)
        self.assertEqual(self.by_period(), [0, 3, 4, 0])
        self.plan.book([datetime(2026, 2, day, 9) for day in (5, 6, 7)])
        with self.assert_refused(UserError, "sessions of Bath: 1 needed, 0 left"):
            self.plan.book([datetime(2026, 2, 8, 9)])
        self.end()

    def test_less_costs_each_session_once(self):
        self.edit(11.0)
        for month in (1, 2, 3):
            days = (5, 6, 7) if month == 1 else (5, 6, 7, 8)
            self.plan.book([datetime(2026, month, day, 9) for day in days])
        self.assertEqual(self.line.remaining, 0.0)
        self.end()

    def test_less_after_more(self):
        self.edit(14.0)
        self.edit(11.0)
        self.assertEqual(self.by_period(), [3, 4, 4, 0])
        self.end()


class TestCounterEditLimits(PetPlansCommon):
    """L2: what an edit may not do, and both counter and end at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=3))  # through 1 April

    def open_wizard(self, plan=None, **values):
        return (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": (plan or self.plan).id, "reason": "A gift", **values})
        )

    def kinds(self):
        entries = self.plan.entry_ids.sorted("id")
        return entries.mapped(lambda entry: (entry.kind, entry.quantity))[1:]

    def expire(self):
        self.clock.move_to("2026-04-10 12:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertEqual(self.plan.state, "expired")

    def test_end_before_booked_visits(self):
        self.plan.book(self.weekly(3))
        wizard = self.open_wizard(date_end=date(2026, 1, 10))
        with self.assert_refused(UserError, "2 visits after that day"):
            wizard.action_apply()
        self.assertEqual(self.plan.date_end, date(2026, 4, 1))

    def test_end_before_the_start(self):
        wizard = self.open_wizard(date_end=date(2025, 12, 1))
        with self.assert_refused(ValidationError, "before it starts"):
            wizard.action_apply()

    def test_counter_and_end_of_an_expired_plan(self):
        self.expire()
        wizard = self.open_wizard(date_end=date(2026, 5, 1))
        self.assertEqual(wizard.line_ids.old_remaining, 0.0)
        wizard.line_ids.new_remaining = 5.0
        wizard.action_apply()
        self.assertEqual(self.plan.state, "active")
        self.assertEqual(self.plan.sessions_remaining, 5.0)
        self.assertEqual(
            self.kinds(), [("expire", -12.0), ("reinstate", 12.0), ("adjust", -7.0)]
        )
        self.assert_ledger_adds_up(self.plan)
        self.assertIn("0 → 5", str(self.plan.message_ids[0].body))

    def test_end_alone_gives_back_what_expired(self):
        self.expire()
        self.open_wizard(date_end=date(2026, 5, 1)).action_apply()
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_sessions_for_a_plan_that_is_over(self):
        """They would be gone the next morning."""
        self.expire()
        wizard = self.open_wizard()
        wizard.line_ids.new_remaining = 5.0
        with self.assert_refused(UserError, "ended on"):
            wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 0.0)

    def test_end_and_note_changed_by_somebody_else(self):
        for field, value in (("date_end", date(2026, 6, 1)), ("note", "Shy")):
            with self.subTest(field):
                wizard = self.open_wizard()
                wizard.line_ids.new_remaining = 5.0
                self.plan.with_user(self.manager)[field] = value
                with self.assert_refused(UserError, "changed since"):
                    wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_changed_while_the_dialog_was_open(self):
        """The dialog is saved when it is applied: it keeps what it has shown."""
        for field, value in (("date_end", date(2026, 6, 1)), ("note", "Shy")):
            with self.subTest(field):
                wizards = self.env["pet.plan.adjust"].with_user(self.manager)
                form = Form(wizards.with_context(default_plan_id=self.plan.id))
                form.reason = "A gift"
                with form.line_ids.edit(0) as row:
                    row.new_remaining = 5.0
                self.plan.with_user(self.manager)[field] = value
                wizard = form.save()
                with self.assert_refused(UserError, "changed since"):
                    wizard.action_apply()
                self.assertEqual(self.plan[field], value)

    def test_counters_of_another_plan(self):
        other = self.sell(pet=self.rex)
        rows = {"line_id": other.line_ids.id, "old_remaining": 12, "new_remaining": 50}
        wizard = self.open_wizard()
        wizard.line_ids = [Command.clear(), Command.create(rows)]
        with self.assert_refused(UserError, self.plan.name):
            wizard.action_apply()
        self.assertEqual(other.sessions_remaining, 12.0)

    def test_one_counter_twice(self):
        row = self.open_wizard().line_ids.copy_data()[0]
        wizard = self.open_wizard()
        wizard.line_ids = [
            Command.clear(),
            *(Command.create({**row, "new_remaining": new}) for new in (13.0, 14.0)),
        ]
        with self.assert_refused(UserError, self.plan.name):
            wizard.action_apply()
        self.assertEqual(self.plan.sessions_remaining, 12.0)

    def test_only_what_runs_or_expired(self):
        draft = self.sell(confirm=False)
        self.plan._cancel_from(date(2026, 1, 2), "Moves away")
        for plan in (draft, self.plan):
            with self.subTest(plan.state):
                wizard = self.open_wizard(plan, note="Shy")
                with self.assert_refused(UserError, plan.state):
                    wizard.action_apply()

    def test_below_what_is_overdrawn_is_possible_upwards_only(self):
        plan = self.sell(
            self.make_template(
                appointment_count=1, appointments_per_cycle=1, overdraft_limit=1.0
            )
        )
        plan.book(self.weekly(2))
        wizard = self.open_wizard(plan)
        self.assertEqual(wizard.line_ids.old_remaining, -1.0)
        wizard.line_ids.new_remaining = 0.0
        wizard.action_apply()
        self.assertEqual(plan.sessions_remaining, 0.0)
        self.assert_ledger_adds_up(plan)

    def test_other_companies_do_not_edit(self):
        boss = self._make_user(
            "pet_other_boss", "pet_plans.group_manager", company=self.other_shop
        )
        with self.assert_refused(AccessError, "no access to what was chosen as Plan"):
            self.env["pet.plan.adjust"].with_user(boss).create(
                {"plan_id": self.plan.id, "reason": "Mine now", "note": "x"}
            ).action_apply()
