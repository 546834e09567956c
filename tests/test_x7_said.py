from .common import PetPlansCommon


class TestCreditNoteSaid(PetPlansCommon):
    """X7: where a plan is called cancelled it says what is credited."""

    def test_draft_then_posted(self):
        plan, __ = self.sell_worked_example()
        self.assertFalse(plan.credit_note_text)
        self.post(self.invoices(plan)[0])
        self.cancel_plans(plan, settlement="credit_note")
        self.env.invalidate_all()
        self.assertRegex(plan.credit_note_text, r"^\$.180\.00, still a draft$")
        note = plan.sudo().invoice_ids.reversal_move_ids
        note.with_user(self.accountant).action_post()
        self.env.invalidate_all()
        self.assertRegex(plan.credit_note_text, rf"^\$.180\.00 by {note.name}$")

    def test_nothing_credited(self):
        plan, __ = self.sell_worked_example()
        self.cancel_plans(plan)
        self.assertFalse(plan.credit_note_text)
