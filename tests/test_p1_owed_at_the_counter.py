from odoo.tests import Form

from .cashier import make_currency
from .common import PetPlansCommon


class TestOwedAtTheCounter(PetPlansCommon):
    """P1: visit and plan say what their customer owes, the number of P1's page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, __ = cls.sell_worked_example()
        cls.visit = cls.visit_on(cls.plan, "02-02")
        cls.bills = cls.invoices(cls.plan)

    def get_amounts(self, record):
        record.invalidate_recordset()
        return record.amount_due, record.amount_overdue

    def assert_owed(self, due, overdue):
        customer = self.customer.with_user(self.staff)
        customer.invalidate_recordset()
        self.assertEqual(
            (customer.pet_amount_due, customer.pet_amount_overdue), (due, overdue)
        )
        for record in (self.plan, self.visit):
            self.assertEqual(self.get_amounts(record), (due, overdue), record._name)

    def test_nothing(self):
        self.assert_owed(0.0, 0.0)

    def test_paid_in_part(self):
        self.pay(self.post(self.bills[0]), amount=80.0)
        self.post(self.bills[1])
        self.clock.move_to("2026-01-20 12:00:00")
        self.assert_owed(280.0, 100.0)

    def test_a_credit_note_is_taken_off(self):
        self.pay(self.post(self.bills[0]))
        self.credit(self.bills[0], quantity=1)
        self.post(self.bills[1])
        self.assert_owed(135.0, 0.0)

    def test_another_currency(self):
        """In the currency of the shop, whatever the plan was sold in."""
        currency = make_currency(self.env, "EUX", 2.0)
        plan = self.sell(pet=self.mimi, currency_id=currency.id)
        visit = plan.book(["2026-01-05 09:00:00"])
        self.post(self.invoices(plan)[0])
        for record in (plan, visit):
            self.assertEqual(self.get_amounts(record), (180.0, 0.0), record._name)
            field = record._fields["amount_due"]
            self.assertEqual(
                record[field.get_currency_field(record)], self.shop.currency_id
            )

    def test_the_household(self):
        """A contact of the customer owes what the customer does."""
        son = self.env["res.partner"].create(
            {"name": "Davi", "parent_id": self.customer.id}
        )
        pet = self._make_pet("Thor", partner_id=son.id)
        visit = self.env["pet.appointment"].create(
            {"pet_id": pet.id, "start": "2026-01-05 09:00:00"}
        )
        self.post(self.bills[0])
        self.assertEqual(self.get_amounts(visit), (180.0, 0.0))

    def test_two_companies(self):
        """What is owed elsewhere is nobody's business here, in one list of both."""
        there = self.sell_elsewhere()
        elsewhere = self.sudo_post(there)
        self.post(self.bills[0])
        user = self._make_user("pet_both", "pet_plans.group_user")
        user.sudo().company_ids += self.other_shop
        plans = (
            (self.plan + there)
            .with_user(user)
            .with_context(allowed_company_ids=(self.shop + self.other_shop).ids)
        )
        self.assertEqual(
            plans.mapped("amount_due"), [180.0, elsewhere.amount_residual_signed]
        )

    def sudo_post(self, plan):
        invoice = self.invoices(plan)[0]
        invoice.action_post()
        return invoice

    def test_queries_do_not_grow(self):
        visits = self.plan.appointment_ids
        self.post(self.bills[0])

        def read(records):
            return lambda: records.read(["amount_due", "amount_overdue"])

        few = self.count_queries(read(visits[:2]))
        more = self.sell(pet=self.mimi).book(self.weekly(12, "2026-01-06 09:00:00"))
        self.assertEqual(self.count_queries(read(visits + more)), few)

    def test_staff_see_it_on_the_forms(self):
        self.post(self.bills[0])
        for record in (self.plan, self.visit):
            form = Form(record)
            self.assertEqual(form.amount_due, 180.0)
            action = record.action_view_customer()
            self.assertEqual(
                (action["res_model"], action["res_id"]),
                ("res.partner", self.customer.id),
            )
