from datetime import date

from odoo.fields import Command

from .common import PetPlansCommon


class DeferralCommon(PetPlansCommon):
    """A shop that defers revenue, and its accountant who closes the months (P8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred = cls.make_account("Deferred revenue", "liability_current")
        cls.income = cls.company_data["default_account_revenue"]
        cls.journal = cls.company_data["default_journal_misc"]
        cls.shop.sudo().write(
            {
                "pet_deferred_account_id": cls.deferred.id,
                "pet_deferred_journal_id": cls.journal.id,
            }
        )

    @classmethod
    def make_account(cls, name, account_type, company=None):
        """Create an account of the shop, or of another company."""
        company = company or cls.shop
        accounts = cls.env["account.account"].sudo().with_company(company)
        return accounts.create(
            {
                "name": name,
                "code": f"PET{accounts.search_count([])}",
                "account_type": account_type,
                "company_ids": [Command.set(company.ids)],
            }
        )

    @classmethod
    def report(cls, month, year=2026, **values):
        """Return the accountant's liability of a month, computed now (P7)."""
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        return (
            cls.env["pet.liability"]
            .with_user(cls.accountant)
            .create(
                {
                    "date_from": first,
                    "date_to": date.fromordinal(following.toordinal() - 1),
                    **values,
                }
            )
        )

    def move_to(self, day):
        """Move the clock to the noon of a day, "MM-DD" of 2026."""
        self.clock.move_to(f"2026-{day} 12:00:00")

    def defer(self, month, **values):
        """Report a month and defer it, as the accountant; return the `pet.liability`.

        :return: with the draft entry and its reversal in `deferral_move_ids`
        """
        liability = self.report(month, **values)
        liability.action_defer()
        return liability

    def entry(self, liability):
        """Return the entry of a liability that was deferred once."""
        return liability.deferral_move_ids._get_pet_deferrals()

    def reversal(self, liability):
        """Return the reversal of the entry of a liability that was deferred once."""
        return liability.deferral_move_ids - self.entry(liability)

    def lines(self, move):
        """Return what an entry books: list of (account, debit, credit), as ordered."""
        return [
            (line.account_id, line.debit, line.credit)
            for line in move.line_ids.sorted("id")
        ]

    def balance(self, account, day):
        """Return what a liability account holds at the end of a day, if posted."""
        [(total,)] = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("account_id", "=", account.id),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", day),
                ],
                [],
                ["balance:sum"],
            )
        )
        return self.shop.currency_id.round(-total)

    def serve_on(self, plan, *days):
        """Serve the visits of a plan on some days, "MM-DD", each on its day."""
        for day in days:
            self.move_to(day)
            visit = self.visit_on(plan, day)
            visit.action_receive()
            visit.action_start()
            visit.action_finish()


class PrepaidCommon(DeferralCommon):
    """A plan of 12 baths, all billed in January and none used: 540.00 are deferred."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.post(cls.invoices(cls.plan))

    def setUp(self):
        super().setUp()
        self.move_to("02-02")
