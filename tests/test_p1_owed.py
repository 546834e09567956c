from lxml import etree

from odoo.exceptions import UserError

from .common import PetPlansCommon


class TestOwed(PetPlansCommon):
    """P1: what a customer owes is one number, whoever looks for it wherever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()

    def setUp(self):
        super().setUp()
        self.first, self.second, self.third = self.invoices(self.plan)

    def as_accountant(self, records):
        return records.with_user(self.accountant)

    def get_amounts(self):
        """Return due, overdue and for later, of the customer's form and list."""
        customer = self.as_accountant(self.customer)
        customer.invalidate_recordset()
        return (
            customer.pet_amount_due,
            customer.pet_amount_overdue,
            customer.pet_amount_drafted,
        )

    def get_foot(self, action):
        """Return what the foot of a list of invoices adds up: due, for later."""
        self.assertEqual(action["res_model"], "account.move")
        view_id = next(view for view, kind in action["views"] if kind == "list")
        moves = self.as_accountant(self.env["account.move"])
        arch = etree.fromstring(moves.get_view(view_id, "list")["arch"])
        names = [node.get("name") for node in arch.xpath("/list/field[@sum]")]
        self.assertEqual(names, ["pet_amount_due", "pet_amount_drafted"])
        found = moves.search(action["domain"])
        return tuple(sum(found.mapped(name)) for name in names)

    def assert_one_number(self, due, overdue, drafted):
        """Check form, list, page and the lists behind them against each other."""
        self.assertEqual(self.get_amounts(), (due, overdue, drafted))
        customer = self.as_accountant(self.customer)
        self.assertEqual(self.get_foot(customer.action_view_pet_dues()), (due, 0.0))
        self.assertEqual(
            self.get_foot(customer.action_view_pet_drafts()), (0.0, drafted)
        )
        plan = self.as_accountant(self.plan)
        self.assertEqual(self.get_foot(plan.action_view_invoices()), (due, drafted))
        currency = self.shop.currency_id
        labels = customer._get_pet_amount_labels()
        for name, amount in (("due", due), ("overdue", overdue), ("drafted", drafted)):
            told = labels.get(name, currency.format(0.0))
            self.assertEqual(
                told.replace("\xa0", ""), currency.format(amount).replace("\xa0", "")
            )

    def test_all_is_drafted(self):
        self.assert_one_number(0.0, 0.0, 540.0)

    def test_posted_paid_in_part_and_overdue(self):
        self.pay(self.post(self.first), amount=80.0)
        self.post(self.second)
        self.clock.move_to("2026-01-20 12:00:00")
        self.assert_one_number(280.0, 100.0, 180.0)

    def test_what_is_cancelled_counts_nowhere(self):
        self.as_accountant(self.third).button_cancel()
        self.post(self.first)
        self.assert_one_number(180.0, 0.0, 180.0)

    def test_what_is_paid_counts_nowhere(self):
        self.pay(self.post(self.first))
        self.assert_one_number(0.0, 0.0, 360.0)

    def test_an_open_credit_note_is_taken_off(self):
        self.pay(self.post(self.first))
        self.credit(self.first, quantity=1)
        self.post(self.second)
        self.assert_one_number(135.0, 0.0, 180.0)

    # --- What a credit note waits for (X7) -----------------------------------------

    def test_no_payment_is_asked_of_what_a_credit_note_waits_for(self):
        self.post(self.first + self.second)
        self.credit(self.first, post=False)
        customer = self.as_accountant(self.customer)
        action = customer.action_take_pet_payment()
        wizard = (
            self.as_accountant(self.env[action["res_model"]])
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.amount, 180.0)
        self.credit(self.second, post=False)
        with self.assertRaisesRegex(UserError, "credit note waits.*Ana Souza"):
            customer.action_take_pet_payment()

    # --- Who sees it ---------------------------------------------------------------

    def test_the_list_of_customers_tells_it(self):
        self.post(self.first)
        window = self.env.ref("pet_plans.action_pet_customers").sudo()
        for user in (self.staff, self.accountant):
            model = self.env["res.partner"].with_user(user)
            arch = etree.fromstring(
                model.get_views(window.views)["views"]["list"]["arch"]
            )
            names = [node.get("name") for node in arch.xpath("/list/field[@sum]")]
            self.assertEqual(
                names, ["pet_amount_due", "pet_amount_overdue", "pet_amount_drafted"]
            )
            row = model.browse(self.customer.id).web_read(dict.fromkeys(names, {}))[0]
            self.assertEqual(row["pet_amount_due"], 180.0)

    def test_the_form_has_buttons_for_who_may_open_them(self):
        for user, shown in ((self.staff, False), (self.accountant, True)):
            view = self.env.ref("base.view_partner_form")
            partners = self.env["res.partner"].with_user(user)
            arch = etree.fromstring(partners.get_view(view.id, "form")["arch"])
            for name in ("action_view_pet_dues", "action_view_pet_drafts"):
                with self.subTest(user=user.login, button=name):
                    self.assertEqual(
                        bool(arch.xpath(f"//button[@name='{name}']")), shown
                    )
