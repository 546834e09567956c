from odoo import Command

from .common import PetPlansCommon


def make_currency(env, name, rate):
    """Return a currency of which so much is worth 1.00 of the shop's."""
    return (
        env["res.currency"]
        .sudo()
        .create(
            {
                "name": name,
                "symbol": name,
                "rate_ids": [
                    Command.create({"name": "2026-01-01", "rate": rate}),
                ],
            }
        )
    )


class CashierCommon(PetPlansCommon):
    """A shop with a cashier: staff who take payments, without rights in Invoicing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls._make_user("pet_cashier", "pet_plans.group_cashier")

    def as_cashier(self, records):
        return records.with_user(self.cashier)

    def open_payment(self, action, **values):
        """Open the dialog of a cashier that an action returned; return its record."""
        self.assertEqual(action["res_model"], "pet.take.payment")
        return (
            self.env["pet.take.payment"]
            .with_user(self.cashier)
            .with_context(**action["context"])
            .create(values)
        )

    def get_journal(self, company, kind="cash"):
        """Return a journal of a company, as the dialog has it to choose."""
        journals = self.env["account.journal"].sudo()
        found = journals.search(
            [("company_id", "=", company.id), ("type", "=", kind)], limit=1
        )
        return str(found.id)
