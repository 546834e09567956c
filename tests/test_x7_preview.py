from odoo.tests import Form

from .cashier import make_currency
from .test_x7_credit_notes import CancelPlanCommon


class TestPreview(CancelPlanCommon):
    """X7: the preview tells each cycle and the total, and what it tells is made.

    `cancel` compares it with what is made, to the cent.
    """

    def rows(self, wizard, *names):
        rows = wizard.line_ids.sorted(lambda row: row.cycle_id.sequence)
        return [tuple(row[name] for name in names) for row in rows]

    def assert_totals(self, wizard, posted, before, credited, drafts, final):
        self.assertRecordValues(
            wizard,
            [
                {
                    "amount_posted": posted,
                    "amount_credited_before": before,
                    "amount_credited": credited,
                    "amount_billed": drafts,
                    "amount_final": final,
                    "currency_id": self.shop.currency_id.id,
                    "amounts_text": False,
                }
            ],
        )

    def test_the_dialog_asks_for_the_day(self):
        """Not the one that archives a pet, which is a form of the same dialog (X9)."""
        action = self.sell().action_cancel()
        form = Form(
            self.env["pet.plan.cancel"].with_context(**action["context"]),
            view=action["views"][0][0],
        )
        form.date = "2026-01-20"
        form.reason = "Moves away"
        form.settlement = "credit_note"
        self.assertEqual(len(form.line_ids), 3)
        plain = self.env["pet.plan.cancel"].get_view(view_type="form")
        self.assertEqual(plain["id"], action["views"][0][0])

    def test_each_cycle(self):
        plan, __ = self.sell_worked_example()
        bill = self.post(self.invoices(plan)[0])
        wizard = self.open_wizard(plan)
        self.assertEqual(
            self.rows(wizard, "bill_label", "used", "amount_posted", "amount_credited"),
            [
                (bill.name, "3 of 4", 180.0, 45.0),
                ("Draft", "0 of 4", 0.0, 0.0),
                ("Draft", "0 of 4", 0.0, 0.0),
            ],
        )
        self.assertEqual(
            wizard.line_ids.mapped("effect"), ["credit", "cancel_draft", "cancel_draft"]
        )
        self.assert_totals(wizard, 180.0, 0.0, 45.0, 0.0, 135.0)

    def test_a_draft_that_is_reduced(self):
        plan, __ = self.sell_worked_example()
        wizard = self.open_wizard(plan, "2026-01-12")
        self.assertEqual(
            self.rows(wizard, "used", "effect", "amount_billed")[0],
            ("1 of 4", "cut_draft", 45.0),
        )
        self.assert_totals(wizard, 0.0, 0.0, 0.0, 45.0, 45.0)
        wizard.settlement = "none"
        self.assertEqual(
            self.rows(wizard, "used", "effect", "amount_billed")[0],
            ("1 of 4", "keep_draft", 180.0),
        )

    def test_what_was_credited_before(self):
        """A draft counts too; one that was cancelled does not."""
        plan, __ = self.sell_worked_example()
        bill = self.post(self.invoices(plan)[0])
        self.credit(bill, quantity=1)
        self.credit(bill, post=False, quantity=1).with_user(
            self.accountant
        ).button_cancel()
        self.clock.move_to("2026-01-05 12:00:00")
        wizard = self.open_wizard(plan, "2026-01-05")
        self.assert_totals(wizard, 180.0, 45.0, 135.0, 0.0, 0.0)
        self.assertEqual(
            self.cancel(plan, "2026-01-05").mapped("amount_total"), [135.0]
        )

    def test_services_together_and_half_days(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0), (self.grooming, 2, 60.0)], appointment_count=4
            )
        )
        self.serve_sessions(plan, 0.5, 1)
        wizard = self.open_wizard(plan, "2026-01-03")
        self.assertEqual(self.rows(wizard, "used"), [("1.5 of 6",)])

    def test_unlimited(self):
        """S11: visits are counted, the price goes by days."""
        template = self.make_template([(self.bath, 1, 310.0)], kind="plan")
        template.with_user(self.manager).line_ids.is_unlimited = True
        plan = self.sell(template)
        plan.book(["2026-01-05 09:00:00", "2026-01-06 09:00:00"])
        self.post(self.invoices(plan))
        wizard = self.open_wizard(plan, "2026-01-11")
        self.assertEqual(
            self.rows(wizard, "used", "amount_credited"), [("2, unlimited", 210.0)]
        )

    def test_taxes_and_cents(self):
        """Whatever is rounded where: what is credited was shown."""
        template = self.make_template(
            [(self.bath, 12, 8.333, 7.0), (self.grooming, 3, 17.77)]
        )
        for included in ("tax_excluded", "tax_included"):
            self.bath.sudo().taxes_id = self.make_tax(included)
            self.grooming.sudo().taxes_id = self.make_tax(included, 7.0)
            for rounding in ("round_per_line", "round_globally"):
                with self.subTest(rounding=rounding, included=included):
                    self.shop.sudo().tax_calculation_rounding_method = rounding
                    self.clock.move_to("2026-01-02 12:00:00")
                    plan = self.sell(template)
                    self.serve_sessions(plan, 1, 1)
                    self.post(self.invoices(plan)[:2])
                    notes = self.cancel(plan, "2026-01-03")
                    self.assertEqual(len(notes), 2)
                    self.post(notes)
                    for note in notes:
                        bill = note.reversed_entry_id
                        left = bill.amount_total - note.amount_total
                        self.assertEqual(bill.amount_residual, round(left, 2))

    def test_several_currencies(self):
        plan, other = self.sell(), self.sell(pet=self.rex)
        currency = make_currency(self.env, "TST", 2.0)
        self.invoices(other).with_user(self.accountant).currency_id = currency
        self.post(self.invoices(plan + other))
        wizard = self.open_wizard(plan + other)
        self.assertFalse(wizard.currency_id)
        text = wizard.amounts_text.replace("\xa0", " ")
        self.assertEqual(len(text.splitlines()), 2)
        for amount in ("$ 540.00", "540.00 TST"):
            self.assertIn(f"to credit {amount}", text)
