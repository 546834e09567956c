from odoo import Command

from .cashier import CashierCommon


class TestCheckOut(CashierCommon):
    """B4: a pet that goes home is asked for: book the next, charge, take payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell()
        cls.visit = cls.plan.book(["2026-01-02 09:00:00"])
        cls.visit.action_receive()

    def check_out(self, visit=None, user=None):
        """Deliver as a user; return the message and the buttons by their labels."""
        visit = (visit or self.visit).with_user(user or self.staff)
        notice = visit.action_check_out()
        self.assertEqual(set(visit.mapped("state")), {"delivered"})
        if notice is True:
            return "", {}
        buttons = notice["params"]["buttons"]
        return (
            notice["params"]["message"],
            {button["label"]: button["action"] for button in buttons},
        )

    def add_grooming(self):
        self.visit.line_ids = [
            Command.create({"product_id": self.grooming.id, "plan_line_id": False})
        ]

    def test_book_the_next(self):
        message, buttons = self.check_out()
        self.assertEqual(message, "Book the next?")
        self.assertEqual(list(buttons), ["Book"])
        self.assertEqual(buttons["Book"]["res_model"], "pet.plan.book")

    def test_nothing_to_ask(self):
        self.plan.book(["2026-01-09 09:00:00"])
        self.assertEqual(self.check_out(), ("", {}))

    def test_take_payment(self):
        """Asked of who may take it."""
        self.plan.book(["2026-01-09 09:00:00"])
        self.post(self.invoices(self.plan)[0])
        for user, labels in (
            (self.staff, []),
            (self.manager, []),
            (self.cashier, ["Take Payment"]),
        ):
            with self.subTest(user=user.login), self.undoing():
                self.assertEqual(list(self.check_out(user=user)[1]), labels)
        message, buttons = self.check_out(user=self.cashier)
        self.assertRegex(message, r"180\.00 is due from Ana Souza\. Take payment\?$")
        wizard = self.open_payment(buttons["Take Payment"])
        self.assertEqual(wizard.amount, 180.0)

    def test_not_billed_yet(self):
        """One button makes the draft of what no plan covers."""
        self.plan.book(["2026-01-09 09:00:00"])
        self.add_grooming()
        message, buttons = self.check_out()
        self.assertEqual(message, "Not billed yet: Grooming.")
        action = buttons["Create Invoice"]
        notice = (
            self.env["ir.actions.server"]
            .browse(action["id"])
            .with_context(**action["context"])
            .run()
        )
        self.assertIn("60.00", notice["params"]["message"])
        self.assertEqual(self.visit.sudo().invoice_ids.amount_total, 60.0)
        self.assertFalse(self.visit.to_invoice)

    def test_a_charged_visit_asks_for_its_payment(self):
        """B4: the draft is posted with the payment."""
        self.plan.book(["2026-01-09 09:00:00"])
        self.add_grooming()
        self.as_cashier(self.visit).action_charge()
        message, buttons = self.check_out(user=self.cashier)
        self.assertEqual(message, "Take payment?")
        wizard = self.open_payment(buttons["Take Payment"])
        self.assertEqual((wizard.amount, wizard.draft_count), (60.0, 1))

    def test_several(self):
        other = self.sell(pet=self.rex)
        visit = other.book(["2026-01-02 09:00:00"])
        visit.action_receive()
        message, buttons = self.check_out(self.visit + visit)
        self.assertEqual(message, "Book the next?")
        plans = self.env["pet.plan"].search(buttons["Open the Plans"]["domain"])
        self.assertEqual(plans, self.plan + other)

    def test_the_api_asks_nothing(self):
        self.assertIs(self.visit.action_deliver(), True)
