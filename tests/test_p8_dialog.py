from odoo.exceptions import UserError
from odoo.tests import Form

from .deferral import PrepaidCommon


class TestDialog(PrepaidCommon):
    """P8: what the entry will do is shown before it is made."""

    def open(self, liability):
        action = liability.action_open_deferral()
        return (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )

    def test_it_shows_the_entry(self):
        liability = self.report(1)
        with Form(self.open(liability)) as form:
            self.assertEqual(form.journal_id, self.journal)
            self.assertEqual(
                (str(form.date), str(form.date_reversal)), ("2026-01-31", "2026-02-01")
            )
        wizard = form.record
        shown = [(line.account_id, line.debit, line.credit) for line in wizard.line_ids]
        self.assertFalse(liability.deferral_move_ids)
        wizard.action_apply()
        self.assertEqual(shown, self.lines(self.entry(liability)))
        self.assertEqual(sum(wizard.line_ids.mapped("debit")), 540)

    def test_it_starts_from_the_numbers_of_today(self):
        liability = self.report(1)
        self.visit_on(self.plan, "01-05").action_receive()
        self.open(liability)
        self.assertEqual(liability.liability_total, 495)

    def test_numbers_that_changed_meanwhile(self):
        liability = self.report(1)
        wizard = self.open(liability).create({})
        self.visit_on(self.plan, "01-05").action_receive()
        with self.assert_refused(UserError, "from .*540.00 to .*495.00: look at it"):
            wizard.action_apply()
        self.assertFalse(liability.deferral_move_ids)

    def test_nothing_to_defer(self):
        wizard = self.open(self.report(1, year=2025)).create({})
        self.assertFalse(wizard.line_ids)
        with self.assert_refused(UserError, "nothing to defer"):
            wizard.action_apply()
