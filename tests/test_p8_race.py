from odoo import fields
from odoo.exceptions import UserError

from .race import BilledRaceCase


class TestDeferralRace(BilledRaceCase):
    """P8: two accountants defer the same days at the same time; one does."""

    def delete_everything(self):
        with self.commit() as env:
            env["res.company"].browse(self.shop_id).write(
                {"pet_deferred_account_id": False, "pet_deferred_journal_id": False}
            )
        return super().delete_everything()

    def setUp(self):
        super().setUp()
        self.bill_in_the_shop("pet_race_closer", "account.group_account_invoice")
        with self.commit() as env:
            shop = env["account.move"].browse(self.invoice_id).company_id
            self.shop_id = shop.id
            domain = [("account_type", "=", "liability_current")]
            shop.write(
                {
                    "pet_deferred_account_id": env["account.account"]
                    .search([*domain, ("company_ids", "in", shop.ids)], limit=1)
                    .id,
                    "pet_deferred_journal_id": env["account.journal"]
                    .search(
                        [("type", "=", "general"), ("company_id", "=", shop.id)],
                        limit=1,
                    )
                    .id,
                }
            )
            today = fields.Date.today()
            self.liability_ids = (
                env["pet.liability"]
                .create(
                    [
                        {
                            "date_from": first,
                            "date_to": today,
                            "company_id": shop.id,
                        }
                        for first in (today, fields.Date.start_of(today, "year"))
                    ]
                )
                .ids
            )

    def defer(self, liability_id):
        def work(env):
            env["pet.liability"].browse(liability_id).action_defer()
            return liability_id

        return work

    def test_one_waits_and_is_refused(self):
        done, refused = sorted(
            self.run_at_once(*map(self.defer, self.liability_ids)),
            key=lambda outcome: isinstance(outcome, Exception),
        )
        self.assertIn(done, self.liability_ids)
        self.assertIsInstance(refused, UserError)
        self.assertRegex(str(refused), "is deferred already")
        with self.connect() as env:
            moves = env["account.move"].search(
                [("pet_liability_id", "in", self.liability_ids)]
            )
            self.assertEqual(moves.pet_liability_id.ids, [done])
            self.assertEqual(len(moves), 2)
