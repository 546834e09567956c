from lxml import etree

from odoo import Command
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from .common import PetPlansCommon


class OutcomeCase(PetPlansCommon):
    """A package of the worked example, with a window for late cancellations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example(late_cancel_hours=24)
        cls.visit = cls.visit_on(cls.plan, "01-19")
        cls.late = cls.visit_on(cls.plan, "01-05")

    def cancel(self, visits, **values):
        """Cancel visits by the dialog; return the notice it closes with."""
        return self.open_cancel_wizard(visits, **values).action_apply()

    def read_notice(self, action):
        """Return the message of a notice, and the labels of its buttons."""
        self.assertEqual(action["tag"], "pet_plans_notice")
        self.assertEqual(
            action["params"]["next"]["type"], "ir.actions.act_window_close"
        )
        buttons = [button["label"] for button in action["params"]["buttons"]]
        return action["params"]["message"], buttons


class TestNotice(OutcomeCase):
    """C2, C8, C9: a cancellation says where its sessions went, and what is to do."""

    def test_one_session_is_back(self):
        message, buttons = self.read_notice(self.cancel(self.visit))
        self.assertEqual(
            message,
            f"1 session is back on {self.plan.name} (1 to book). Book the replacement?",
        )
        self.assertEqual(buttons, ["Book"])

    def test_its_button_books_the_replacement(self):
        action = self.cancel(self.visit)["params"]["buttons"][0]["action"]
        self.assertEqual(action["res_model"], "pet.plan.book")
        self.assertEqual(action["target"], "new")
        wizard = self.env["pet.plan.book"].with_context(**action["context"]).create({})
        self.assertRecordValues(wizard, [{"plan_id": self.plan.id, "count": 1}])

    def test_several_of_one_plan(self):
        message, __ = self.read_notice(self.cancel(self.visits[2:5]))
        self.assertIn(f"3 sessions are back on {self.plan.name} (3 to book).", message)

    def test_what_was_to_book_before_is_counted(self):
        self.visits[-1].action_cancel()
        message, __ = self.read_notice(self.cancel(self.visit))
        self.assertIn(f"1 session is back on {self.plan.name} (2 to book).", message)

    def test_half_a_day(self):
        plan = self.sell(self.make_template(), pet=self.rex)
        visit = plan.book(self.weekly(1), units=0.5)
        message, buttons = self.read_notice(self.cancel(visit))
        self.assertIn(f"0.5 sessions are back on {plan.name} (12 to book).", message)
        self.assertTrue(buttons)

    def test_plans_of_several_pets(self):
        """One notice names all; which is booked first is for a person to say."""
        other = self.sell(self.make_template(), pet=self.rex)
        visits = self.visit + other.book(self.weekly(1))
        action = self.cancel(visits)
        message, buttons = self.read_notice(action)
        self.assertIn(f"1 session is back on {self.plan.name}", message)
        self.assertIn(f"1 session is back on {other.name} (12 to book).", message)
        self.assertEqual(buttons, ["Open the Plans"])
        opened = action["params"]["buttons"][0]["action"]
        self.assertEqual(opened["domain"], [("id", "in", (self.plan + other).ids)])

    def test_a_late_one_stays_used(self):
        self.clock.move_to("2026-01-04 10:00:00")
        message, buttons = self.read_notice(self.cancel(self.late))
        self.assertEqual(message, f"1 session stays used on {self.plan.name}.")
        self.assertFalse(buttons)

    def test_late_and_in_time(self):
        self.clock.move_to("2026-01-04 10:00:00")
        message, buttons = self.read_notice(self.cancel(self.late + self.visit))
        self.assertEqual(
            message,
            f"1 session is back on {self.plan.name} (1 to book). 1 session stays used "
            f"on {self.plan.name}. Book the replacement?",
        )
        self.assertTrue(buttons)

    def test_a_plan_that_is_over_is_not_booked(self):
        plan = self.sell(
            self.make_template(validity=1, validity_unit="month"), pet=self.rex
        )
        visit = plan.book(self.weekly(1, "2026-01-30 09:00:00"))
        self.update_plans("2026-02-02 12:00:00")
        message, buttons = self.read_notice(self.cancel(visit))
        self.assertEqual(
            message,
            f"Sessions given back to {plan.name}, which is expired: 1.",
        )
        self.assertFalse(buttons)

    def test_a_visit_without_plan_has_nothing_to_say(self):
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "line_ids": [Command.create({"product_id": self.grooming.id})],
            }
        )
        self.assertEqual(self.cancel(visit), {"type": "ir.actions.act_window_close"})

    def test_every_way_by_a_dialog_says_it(self):
        action = self.run_server_action(
            "pet_plans.action_server_cancel_appointments", self.visit
        )
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        message, __ = self.read_notice(wizard.action_apply())
        self.assertIn("(1 to book)", message)

    def test_the_api_is_told_nothing(self):
        self.assertIs(self.visit.action_cancel(), True)
        self.assertIs(self.late.action_no_show(), True)


class TestNoShowNotice(OutcomeCase):
    """C9: a no-show says what the terms of its plan make of its session."""

    def test_consumed(self):
        message, buttons = self.read_notice(self.late.action_note_no_show())
        self.assertEqual(message, f"1 session stays used on {self.plan.name}.")
        self.assertFalse(buttons)

    def test_returned(self):
        plan, visits = self.sell_worked_example(no_show_policy="return")
        message, buttons = self.read_notice(visits[0].action_note_no_show())
        self.assertIn(f"1 session is back on {plan.name} (1 to book).", message)
        self.assertEqual(buttons, ["Book"])


class TestOutcome(OutcomeCase):
    """C2, C9: the visit itself says what became of its session."""

    def assert_outcome(self, visit, text):
        self.env.invalidate_all()
        self.assertEqual(visit.session_outcome, text)

    def test_ahead_there_is_nothing_to_say(self):
        self.assert_outcome(self.visit, False)
        self.visit.action_confirm()
        self.assert_outcome(self.visit, False)

    def test_cancelled_in_time(self):
        self.cancel(self.visit)
        self.assert_outcome(self.visit, f"Back on {self.plan.name}")

    def test_cancelled_late(self):
        self.clock.move_to("2026-01-04 10:00:00")
        self.cancel(self.late)
        self.assert_outcome(
            self.late, f"Stays used on {self.plan.name}: cancelled late"
        )

    def test_no_show(self):
        self.late.action_no_show()
        self.assert_outcome(self.late, f"Stays used on {self.plan.name}: no-show")
        plan, visits = self.sell_worked_example(no_show_policy="return")
        visits[0].action_no_show()
        self.assert_outcome(visits[0], f"Back on {plan.name}")

    def test_served(self):
        self.late.action_receive()
        self.late.action_deliver()
        self.assert_outcome(self.late, f"Used on {self.plan.name}")

    def test_cancelled_with_its_plan(self):
        self.cancel_plans(self.plan)
        self.assert_outcome(self.visit, f"Back on {self.plan.name}, which is cancelled")

    def test_without_plan(self):
        visit = self.visit.copy()
        visit.action_receive()
        visit = self.env["pet.appointment"].create({"pet_id": self.rex.id})
        visit.action_cancel()
        self.assert_outcome(visit, False)


class TestFormOfWhatIsOver(OutcomeCase):
    """C3, C9: a visit that is over offers nothing that makes no sense any more."""

    def readonly(self, visit):
        """Return which of the fields staff could edit are read-only in the form."""
        self.env.invalidate_all()
        form = Form(visit)
        names = ("pet_id", "plan_id", "start", "duration", "user_id", "line_ids")
        return {name for name in names if form._get_modifier(name, "readonly")}

    def shown_buttons(self, visit):
        """Return the names of the header's buttons that staff see on a visit."""
        self.env.invalidate_all()
        form = Form(visit)
        arch = etree.fromstring(
            self.env["pet.appointment"].get_view(view_type="form")["arch"]
        )
        values = {name: form[name] for name in ("state", "plan_id", "to_invoice")}
        names = ("id", "holds_sessions", "is_editable")
        values |= {name: visit[name] for name in names}
        return {
            button.get("name")
            for button in arch.findall(".//header/button")
            if not safe_eval(button.get("invisible") or "False", values)
        }

    def test_to_come_everything_may_change(self):
        self.assertFalse(self.readonly(self.visit))

    def test_cancelled(self):
        self.cancel(self.visit)
        self.assertEqual(
            self.readonly(self.visit),
            {"pet_id", "plan_id", "start", "duration", "user_id", "line_ids"},
        )
        self.assertEqual(self.shown_buttons(self.visit), {"action_open_undo"})

    def test_no_show(self):
        self.late.action_no_show()
        self.assertEqual(
            self.readonly(self.late),
            {"pet_id", "plan_id", "start", "duration", "user_id", "line_ids"},
        )
        self.assertEqual(self.shown_buttons(self.late), {"action_open_undo"})

    def test_delivered_may_still_be_billed_for_more(self):
        self.late.action_receive()
        self.late.action_deliver()
        self.assertEqual(
            self.readonly(self.late),
            {"pet_id", "plan_id", "start", "duration", "user_id"},
        )

    def test_begun_it_is_moved_no_more(self):
        self.late.action_start()
        self.assertEqual(self.readonly(self.late), {"pet_id", "plan_id", "start"})
        self.assertNotIn("action_open_reschedule", self.shown_buttons(self.late))

    def test_to_come_it_is_moved_as_easily_as_cancelled(self):
        """C1: wherever Cancel is, Reschedule is."""
        self.assertLessEqual(
            {"action_open_reschedule", "action_open_cancel"},
            self.shown_buttons(self.visit),
        )
