from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon


class TestAnotherDay(PetPlansCommon):
    """Checking in a visit of another day asks first; a step done already is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(date_start="2025-12-01")

    def ask(self, visit):
        """Check in as a person does; return the dialog."""
        action = visit.action_check_in()
        return Form(
            self.env[action["res_model"]].with_context(**action["context"])
        ).save()

    def test_a_visit_to_come_is_brought_to_today(self):
        visit = self.plan.book(["2026-01-05 09:00:00"])
        wizard = self.ask(visit)
        self.assertEqual(
            wizard.offer,
            "The visit of Luna is on Jan 5, 2026, 9:00\u202fAM, and today is "
            "Jan 2, 2026.",
        )
        self.assertEqual(visit.state, "scheduled")
        wizard.action_bring()
        self.assertEqual(
            (visit.state, str(visit.start)), ("received", "2026-01-02 12:00:00")
        )

    def test_a_visit_of_yesterday_entered_late(self):
        visit = self.plan.book(["2026-01-01 09:00:00"])
        self.ask(visit).action_check_in_another()
        self.assertEqual(
            (visit.state, str(visit.start)), ("received", "2026-01-01 09:00:00")
        )

    def test_todays_is_not_asked_about(self):
        visit = self.plan.book(["2026-01-02 17:00:00"])
        self.assertIs(visit.action_check_in(), True)
        self.assertEqual(visit.state, "received")

    def test_a_program_is_not_asked(self):
        visit = self.plan.book(["2026-01-05 09:00:00"])
        visit.action_receive()
        self.assertEqual(visit.state, "received")

    def test_what_a_colleague_has_done_is_told(self):
        visit = self.plan.book(["2026-01-02 17:00:00"])
        visit.with_user(self.manager).action_receive()
        with self.assertRaisesRegex(
            UserError, "is received already: pet_manager.* did"
        ):
            visit.action_receive()
