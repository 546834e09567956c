from odoo import Command
from odoo.exceptions import AccessError

from .rpc import RpcCase


class TestCustomers(RpcCase):
    """The counter makes and edits customers: no accounting, nobody else (13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env(su=True)
        cls.account = cls.company_data["default_account_revenue"]
        cls.term = env["account.payment.term"].search([], limit=1)
        cls.position = env["account.fiscal.position"].create({"name": "Abroad"})
        cls.bank = env["res.bank"].create({"name": "Bank"})
        cls.accounting = {
            "property_account_receivable_id": cls.account.id,
            "property_account_payable_id": cls.account.id,
            "property_account_position_id": cls.position.id,
            "property_payment_term_id": cls.term.id,
            "property_supplier_payment_term_id": cls.term.id,
            "trust": "bad",
            "autopost_bills": "always",
            "invoice_sending_method": "manual",
            "ignore_abnormal_invoice_amount": True,
            "bank_ids": [[0, 0, {"acc_number": "123", "bank_id": cls.bank.id}]],
            "credit_limit": 5.0,
            "supplier_rank": 3,
        }

    def test_what_the_counter_needs(self):
        values = {
            "name": "Carla",
            "street": "Rua A 1",
            "street2": "Apt 2",
            "city": "Recife",
            "zip": "50000",
            "country_id": self.env.ref("base.br").id,
            "phone": "81 1",
            "email": "carla@example.com",
            "lang": "en_US",
            "comment": "Rings twice",
            "ref": "C-1",
            "vat": False,
            "company_id": self.shop.id,
            # What a form sends along, empty or as it was preset.
            "property_payment_term_id": False,
            "trust": "normal",
            "autopost_bills": "ask",
        }
        for user in (self.staff, self.manager):
            partner_id = self.rpc(user, "res.partner", "create", values)
            self.rpc(user, "res.partner", "write", [partner_id], {"phone": "81 2"})
            partner = self.env["res.partner"].browse(partner_id)
            self.assertEqual((partner.phone, partner.city), ("81 2", "Recife"))

    def test_a_household_shares_its_billing(self):
        """Odoo copies the billing of the head: nobody at the counter chose it."""
        self.customer.sudo().write(
            {
                "property_payment_term_id": self.term.id,
                "property_account_position_id": self.position.id,
            }
        )
        daughter = self.rpc(
            self.staff,
            "res.partner",
            "create",
            {"name": "Bia", "parent_id": self.customer.id},
        )
        daughter = self.env["res.partner"].browse(daughter)
        self.assertEqual(daughter.sudo().property_payment_term_id, self.term)
        single = self.env["res.partner"].create({"name": "Caio"})
        self.rpc(
            self.staff,
            "res.partner",
            "write",
            single.ids,
            {"parent_id": self.customer.id, "property_payment_term_id": self.term.id},
        )
        self.assertEqual(single.parent_id, self.customer)

    def test_no_accounting(self):
        before = self.snapshot("res.partner", "res.partner.bank")
        for user in (self.staff, self.manager):
            for name, value in self.accounting.items():
                with self.subTest(user=user.login, field=name):
                    for method, args in (
                        ("write", (self.customer.ids, {name: value})),
                        ("create", ({"name": "New", name: value},)),
                    ):
                        message = self.assertRpcRefused(
                            user, "res.partner", method, *args
                        )
                        self.assertRegex(
                            message, "set by accounting|not allowed|don't have|access"
                        )
                    self.assertUntouched(before)

    def test_no_accounting_by_defaults(self):
        before = self.snapshot("res.partner")
        for name, value in self.accounting.items():
            if name in ("bank_ids", "credit_limit"):
                continue  # Odoo's own rights refuse or drop them
            with self.subTest(field=name):
                self.assertRpcRefused(
                    self.staff,
                    "res.partner",
                    "create",
                    {"name": "New"},
                    context={f"default_{name}": value},
                )
                self.assertUntouched(before)

    def test_nobody_who_is_no_customer(self):
        before = self.snapshot("res.partner")
        for partner in (
            self.shop.partner_id,
            self.other_shop.partner_id,
            self.accountant.partner_id,
            self.manager.partner_id,
        ):
            for user in (self.staff, self.manager):
                with self.subTest(partner=partner.name, user=user.login):
                    message = self.assertRpcRefused(
                        user, "res.partner", "write", partner.ids, {"email": "x@y.z"}
                    )
                    self.assertIn("not edited at the counter", message)
                    self.assertUntouched(before)

    def test_nobody_of_another_company(self):
        stranger = (
            self.env["res.partner"]
            .sudo()
            .create(
                {
                    "name": "Stranger",
                    "street": "Secret street",
                    "company_id": self.other_shop.id,
                }
            )
        )
        before = self.snapshot("res.partner")
        for name, value in (
            ("company_id", self.other_shop.id),
            ("parent_id", stranger.id),
        ):
            with self.subTest(field=name):
                for method, args in (
                    ("write", (self.customer.ids, {name: value})),
                    ("create", ({"name": "New", name: value},)),
                ):
                    message = self.assertRpcRefused(
                        self.staff, "res.partner", method, *args
                    )
                    self.assertNotIn("Secret", message)
                self.assertUntouched(before)

    def test_others_keep_their_rights(self):
        """Whoever has rights on contacts of Odoo has them at the counter too."""
        for group in ("base.group_partner_manager", "account.group_account_invoice"):
            user = self._make_user(f"pet_{group}", f"pet_plans.group_user,{group}")
            with self.subTest(group=group):
                customer = self.env["res.partner"].create({"name": group})
                customer.with_user(user).property_payment_term_id = self.term
                self.assertEqual(customer.sudo().property_payment_term_id, self.term)
        with self.assertRaisesRegex(
            AccessError, "Payment Terms .* are set by accounting"
        ):
            customer.with_user(self.staff).property_payment_term_id = False

    def test_pets_and_sales_write_what_they_need(self):
        """What follows from a sale writes contacts with rights of its own."""
        plan = self.sell()
        plan.book(self.weekly(1)).action_receive()
        self.customer.with_user(self.staff).write(
            {"pet_ids": [Command.create({"name": "Bolt", "species_id": self.dog.id})]}
        )
        self.assertIn("Bolt", self.customer.pet_ids.mapped("name"))


class TestPrices(RpcCase):
    """Nobody makes an invoice below nothing (B4)."""

    def test_no_negative_price(self):
        visit = self.env["pet.appointment"].create(
            {
                "pet_id": self.mimi.id,
                "start": "2026-01-02 09:00:00",
                "line_ids": [Command.create({"product_id": self.grooming.id})],
            }
        )
        for model, method, args in (
            ("pet.appointment.line", "write", (visit.line_ids.ids, {"price_unit": -1})),
            (
                "pet.appointment.line",
                "create",
                (
                    {
                        "appointment_id": visit.id,
                        "product_id": self.bath.id,
                        "price_unit": -0.01,
                    },
                ),
            ),
            (
                "pet.appointment",
                "write",
                (
                    visit.ids,
                    {"line_ids": [[1, visit.line_ids.id, {"price_unit": -5}]]},
                ),
            ),
        ):
            with self.subTest(method=f"{model}.{method}"):
                message = self.assertRpcRefused(self.staff, model, method, *args)
                self.assertIn("cannot be negative", message)
        self.assertEqual(visit.line_ids.price_unit, 60.0)
