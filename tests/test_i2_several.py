from lxml import html as lxml_html

from .cashier import CashierCommon


class TestSeveral(CashierCommon):
    """I2: the invoices of several cycles are printed and paid at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.cycles = cls.plan.cycle_ids.sorted("sequence")
        cls.bills = cls.invoices(cls.plan)

    def list_of_plan(self):
        """Return what an accountant has in the list that the plan opens, in order."""
        action = self.plan.with_user(self.accountant).action_view_invoices()
        moves = self.env["account.move"].with_user(self.accountant)
        moves = moves.with_context(**action["context"])
        (view_id,) = (view for view, kind in action["views"] if kind == "list")
        arch = lxml_html.fromstring(moves.get_view(view_id, "list")["arch"])
        return moves.search(action["domain"], order=arch.get("default_order"))

    def complete(self, action, **values):
        wizards = self.env[action["res_model"]].with_user(self.accountant)
        return (
            wizards.with_context(**action["context"]).create(values)._create_payments()
        )

    def assert_paid_at_once(self, payments):
        self.assertEqual(payments.mapped("amount"), [540.0])
        self.assertEqual(self.cycles.mapped("state"), ["settled"] * 3)

    def test_printed_in_one_document(self):
        """By Odoo's own *Print*, drafts too, each on a page of its own."""
        self.post(self.bills[0])
        moves = self.list_of_plan()
        self.assertEqual(moves, self.bills)
        report = self.env["ir.actions.report"].with_user(self.accountant)
        html, __ = report._render_qweb_html("account.account_invoices", moves.ids)
        pages = lxml_html.fromstring(html).xpath("//div[hasclass('article')]")
        self.assertEqual(len(pages), 3)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"cycle {number} of 3", page.text_content())
        self.assertIn(self.bills[0].name, pages[0].text_content())

    def test_paid_from_the_list_of_the_plan(self):
        """By Odoo's own *Pay*, as one payment where that is ticked."""
        self.post(self.bills)
        action = self.list_of_plan().action_force_register_payment()
        self.assert_paid_at_once(self.complete(action, group_payment=True))

    def test_paid_from_the_list_of_cycles(self):
        """One customer pays once; drafts are posted with it."""
        action = self.cycles.with_user(self.accountant).action_pay()
        self.assert_paid_at_once(self.complete(action))

    def test_of_two_customers(self):
        other = self.sell(pet=self.mimi).cycle_ids[0]
        cycles = (self.cycles[0] + other).with_user(self.accountant)
        payments = self.complete(cycles.action_pay())
        self.assertEqual(payments.partner_id, self.customer + self.neighbour)
        self.assertEqual(payments.mapped("amount"), [180.0, 180.0])

    def test_by_a_cashier(self):
        wizard = self.open_payment(self.as_cashier(self.cycles).action_pay())
        wizard.action_apply()
        self.assert_paid_at_once(self.bills.sudo().matched_payment_ids)

    def test_cycles_stand_by_due_date(self):
        """C5: the next one first, what waits last."""
        arch = self.env["pet.cycle"].get_view(view_type="list")["arch"]
        order = lxml_html.fromstring(arch).get("default_order")
        late = self.sell(pet=self.mimi)
        early = self.sell(pet=self.rex)
        early.book(["2026-01-03 09:00:00"])
        found = self.env["pet.cycle"].search(
            [("plan_id", "in", (early + late + self.plan).ids)], order=order
        )
        self.assertEqual(found[:4], early.cycle_ids[0] + self.cycles)
        self.assertFalse(any(found[4:].mapped("date_due")))
