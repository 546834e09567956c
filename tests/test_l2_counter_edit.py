from datetime import date

from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestCounterEdit(PetPlansCommon):
    """L2: managers only, with a reason, old and new kept, nothing overwritten."""

    def setUp(self):
        super().setUp()
        self.plan = self.sell(self.make_template(validity=3))

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
        with self.assertRaises(AccessError):
            self.env["pet.plan.adjust"].create(
                {"plan_id": self.plan.id, "reason": "A present"}
            )
