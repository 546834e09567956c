from odoo import Command

from .cashier import CashierCommon
from .rpc import RpcCase

# What may be asked of any model
OPERATIONS = ("read", "create", "write", "unlink")
ACCOUNTING = (
    "account.move",
    "account.move.line",
    "account.payment",
    "account.payment.register",
    "account.journal",
    "account.account",
    "account.bank.statement.line",
    "account.partial.reconcile",
    "account.payment.method.line",
)


class TestCashierOverHttp(CashierCommon, RpcCase):
    """13: *Take Payments* opens the payment of plans and visits, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._make_user("pet_employee", "base.group_user")
        cls.plan, __ = cls.sell_worked_example()
        cls.cycle, cls.second, __ = cls.plan.cycle_ids.sorted("sequence")
        cls.bill, cls.draft, __ = cls.invoices(cls.plan)
        cls.post(cls.bill)
        cls.other = cls.post(
            cls.env["account.move"]
            .with_user(cls.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.customer.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Food", "price_unit": 30.0})
                    ],
                }
            )
        )

    def open_dialog(self, **values):
        """Save the dialog that *Pay* opens, as the web client does; return its id."""
        action = self.rpc(self.cashier, "pet.cycle", "action_pay", self.cycle.ids)
        spec = {"amount": {}, "journal": {}, "bills": {}}
        shown = self.rpc(
            self.cashier,
            "pet.take.payment",
            "onchange",
            [],
            {},
            [],
            spec,
            context=action["context"],
        )["value"]
        self.assertEqual(shown["amount"], 180.0)
        saved = self.rpc(
            self.cashier,
            "pet.take.payment",
            "web_save",
            [],
            {"cycle_ids": [[6, 0, self.cycle.ids]], **shown, **values},
            {},
        )
        return saved[0]["id"]

    # --- What it opens -------------------------------------------------------------

    def test_a_payment(self):
        dialog = self.open_dialog(amount=100.0)
        notice = self.rpc(self.cashier, "pet.take.payment", "action_apply", [dialog])
        self.assertEqual(notice["tag"], "pet_plans_notice")
        self.assertEqual(self.bill.sudo().amount_residual, 80.0)
        self.rpc(self.cashier, "pet.take.payment", "action_apply", [dialog])
        self.assertEqual(self.bill.sudo().amount_residual, 80.0)

    def test_no_model_but_the_dialog(self):
        """Of all models of this database, Odoo's too."""
        opened = set()
        for name, model in self.env.items():
            if model._abstract:
                continue
            for operation in OPERATIONS:
                mine = model.with_user(self.cashier).has_access(operation)
                if mine and not model.with_user(self.staff).has_access(operation):
                    opened.add(name)
        self.assertEqual(opened, {"pet.take.payment"})

    def test_no_menu(self):
        menus = self.env["ir.ui.menu"]
        self.assertEqual(
            menus.with_user(self.cashier)._visible_menu_ids(),
            menus.with_user(self.staff)._visible_menu_ids(),
        )

    # --- What stays closed ---------------------------------------------------------

    def test_nothing_of_accounting(self):
        before = self.snapshot("account.move", "account.payment", "account.journal")
        for model in ACCOUNTING:
            record = self.env[model].sudo().search([], limit=1)
            calls = [
                ("create", {"move_id": self.bill.id}),
                ("web_save", [], {"move_id": self.bill.id}, {}),
            ]
            if record:
                calls += [
                    ("write", record.ids, {"write_uid": self.cashier.id}),
                    ("unlink", record.ids),
                ]
            # Odoo shows its chart of accounts to every employee.
            if not self.env[model].with_user(self.employee).has_access("read"):
                calls += [
                    ("search_read", [], ["id"]),
                    ("web_search_read", [], {"id": {}}),
                    ("name_search", ""),
                    ("read", (record or self.bill).ids, ["display_name"]),
                ]
            for method, *args in calls:
                with self.subTest(model=model, method=method):
                    self.assertRpcRefused(self.cashier, model, method, *args)
        self.assertUntouched(before)

    def test_no_invoice_by_its_methods(self):
        before = self.snapshot("account.move", "account.payment")
        for bill in (self.bill, self.draft, self.other):
            for method in (
                "action_post",
                "button_draft",
                "button_cancel",
                "action_register_payment",
                "action_force_register_payment",
                "action_view_pet_cycle",
            ):
                with self.subTest(invoice=bill.name, method=method):
                    self.assertRpcRefused(
                        self.cashier, "account.move", method, bill.ids
                    )
        self.assertUntouched(before)

    def test_the_dialog_shows_no_more(self):
        """Nothing is read through what the dialog names, nor through its journal."""
        dialog = self.open_dialog()
        through = {"invoice_id": {"fields": {"amount_total": {}, "line_ids": {}}}}
        spec = {"cycle_ids": {"fields": through}}
        self.assertRpcRefused(
            self.cashier, "pet.take.payment", "web_read", [dialog], spec
        )
        shown = self.rpc(
            self.cashier,
            "pet.take.payment",
            "onchange",
            [],
            {"cycle_ids": [[6, 0, self.cycle.ids]]},
            ["cycle_ids"],
            spec,
        )
        self.assertEqual(shown, {"value": {}})

    def test_no_other_invoice_by_a_forged_context(self):
        """What a context says of Odoo's wizard is nothing to this one."""
        dialog = self.open_dialog()
        line = self.other.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        account = self.company_data["default_account_expense"]
        self.rpc(
            self.cashier,
            "pet.take.payment",
            "action_apply",
            [dialog],
            context={
                "active_model": "account.move",
                "active_ids": self.other.ids,
                "default_line_ids": [[6, 0, line.ids]],
                "default_payment_type": "outbound",
                "default_payment_difference_handling": "reconcile",
                "default_writeoff_account_id": account.id,
            },
        )
        self.assertEqual(self.other.amount_residual, 30.0)
        payment = self.bill.sudo().matched_payment_ids
        self.assertEqual((payment.payment_type, payment.amount), ("inbound", 180.0))

    def test_a_part_writes_nothing_off(self):
        dialog = self.open_dialog(amount=1.0)
        account = self.company_data["default_account_expense"]
        self.rpc(
            self.cashier,
            "pet.take.payment",
            "action_apply",
            [dialog],
            context={
                "default_payment_difference_handling": "reconcile",
                "default_writeoff_account_id": account.id,
            },
        )
        self.assertEqual(self.bill.sudo().amount_residual, 179.0)

    def test_it_is_not_applied_by_hand(self):
        dialog = self.open_dialog()
        self.assertRpcRefused(
            self.cashier, "pet.take.payment", "write", [dialog], {"is_applied": True}
        )

    def test_no_journal_that_is_not_offered(self):
        sales = self.company_data["default_journal_sale"]
        for journal in (str(sales.id), self.get_journal(self.other_shop), "x", ""):
            with self.subTest(journal=journal):
                dialog = self.open_dialog(journal=journal)
                message = self.assertRpcRefused(
                    self.cashier, "pet.take.payment", "action_apply", [dialog]
                )
                self.assertEqual(message, "Choose how it is paid.")

    # --- Who has not the right -----------------------------------------------------

    def test_staff_take_no_payment(self):
        dialog = self.open_dialog()
        before = self.snapshot("account.move", "account.payment")
        for user in (self.staff, self.manager, self.other_staff):
            for model, method, *args in (
                ("pet.cycle", "action_pay", self.cycle.ids),
                ("pet.plan", "read", self.plan.ids, ["invoice_ids"]),
                ("pet.take.payment", "action_apply", [dialog]),
                ("pet.take.payment", "read", [dialog], ["bills"]),
                ("pet.take.payment", "create", {"cycle_ids": [[6, 0, self.cycle.ids]]}),
                ("res.partner", "action_take_pet_payment", self.customer.ids),
            ):
                with self.subTest(user=user.login, method=f"{model}.{method}"):
                    self.assertRpcRefused(user, model, method, *args)
        self.assertUntouched(before)

    def test_nobody_applies_the_dialog_of_another(self):
        dialog = self.open_dialog()
        other = self._make_user("pet_cashier_2", "pet_plans.group_cashier")
        for method, *args in (
            ("action_apply", [dialog]),
            ("read", [dialog], ["bills"]),
        ):
            self.assertRpcRefused(other, "pet.take.payment", method, *args)
