from odoo.tests import Form

from .common import PetPlansCommon


class TestSaidOnCycle(PetPlansCommon):
    """I3: cycle and lists say in words what became of an invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.cycle = cls.plan.cycle_ids.sorted("sequence")[1]
        cls.invoice = cls.invoices(cls.plan)[1].with_user(cls.accountant)

    def assert_said(self, text, name_note=False):
        """Check what the cycle tells staff, and how a list calls the invoice."""
        self.env.invalidate_all()
        note = self.cycle.with_user(self.staff).bill_note or ""
        self.assertEqual(note.replace("\xa0", " "), text)
        if self.invoice.exists():
            self.assertEqual(self.invoice.pet_name_note, name_note)
            self.assertNotIn("Unnamed", self.invoice.display_name)

    def test_a_draft(self):
        self.assert_said("", "Draft Invoice")
        self.assertFalse(self.invoice.copy().pet_name_note)  # bills no cycle

    def test_a_draft_is_cancelled_or_deleted(self):
        self.invoice.button_cancel()
        self.assert_said("Its draft was cancelled.", "Cancelled Invoice")
        self.invoice.unlink()
        self.assert_said("Its invoice was deleted.")

    def test_a_posted_one_is_reset_and_cancelled(self):
        self.post(self.invoice)
        self.assert_said("")
        name = self.invoice.name
        self.invoice.button_draft()
        self.assert_said(
            f"{name} was reset to draft: a person posts it again, the nightly job "
            "leaves it alone."
        )
        self.invoice.button_cancel()
        self.assert_said(f"{name} was cancelled.")

    def test_credited_in_part_and_in_full(self):
        self.post(self.invoice)
        draft = self.credit(self.invoice, post=False, quantity=1)
        self.assert_said("")  # it waits, which is told apart
        self.assertEqual(draft.pet_name_note, "Draft Credit Note")
        self.post(draft)
        self.assert_said(f"{draft.name} credit $ 45.00 of {self.invoice.name}.")
        rest = self.credit(self.invoice, quantity=3)
        self.assert_said(
            f"{self.invoice.name} was credited by {draft.name}, {rest.name}."
        )

    def test_with_the_plan(self):
        self.cancel_plans(self.plan)
        self.assert_said("Its draft was cancelled with the plan.", "Cancelled Invoice")

    def test_at_the_end_of_the_plan(self):
        """X2: what nobody used is not billed."""
        plan = self.sell(self.make_template(validity=1, validity_unit="month"))
        self.update_plans("2026-03-01 12:00:00")
        notes = plan.cycle_ids.mapped("bill_note")
        self.assertEqual(notes, ["Its draft was cancelled at the end of the plan."] * 3)

    def test_carried_to_the_renewal(self):
        """X6: the renewal bills what was left."""
        renewal = self.carry(self.sell(pet=self.rex))
        old = renewal.renewal_of_id.cycle_ids[0]
        self.assertEqual(
            old.bill_note, f"What was left of it is billed by {renewal.display_name}."
        )

    def test_all_its_invoices_are_on_the_cycle(self):
        self.post(self.invoice)
        note = self.credit(self.invoice)
        form = Form(self.cycle.with_user(self.accountant))
        self.assertEqual(form.move_ids.ids, [self.invoice.id, note.id])
