from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError

from .deferral import PrepaidCommon


class TestRefusals(PrepaidCommon):
    """P8: what cannot be deferred is refused in words, and nothing is written."""

    def assert_not_deferred(self, liability, pattern, exception=UserError):
        with self.assert_refused(exception, pattern):
            liability.action_defer()
        with self.assert_refused(exception, pattern):
            liability.action_open_deferral()
        self.assertFalse(liability.sudo().deferral_move_ids)

    def test_without_settings(self):
        liability = self.report(1)
        for name in ("pet_deferred_account_id", "pet_deferred_journal_id"):
            with self.undoing():
                self.shop.sudo()[name] = False
                self.assert_not_deferred(
                    liability, "defers no revenue yet.*Settings > Deferred Revenue"
                )

    def test_before_its_end(self):
        self.assert_not_deferred(
            self.report(2), "February 2026 is not over: until Feb 28, 2026"
        )
        self.move_to("02-28")
        self.defer(2)

    def test_nothing_to_defer(self):
        liability = self.report(1, year=2025)
        with self.assert_refused(UserError, "nothing to defer.*on Jan 31, 2025"):
            liability.action_defer()

    def test_locked(self):
        liability = self.report(1)
        for name in ("fiscalyear_lock_date", "hard_lock_date"):
            with self.undoing():
                self.shop.sudo()[name] = "2026-01-31"
                self.assert_not_deferred(
                    liability,
                    "January 2026 cannot be booked in a period that is locked",
                )
        self.shop.sudo().fiscalyear_lock_date = "2026-01-30"
        liability.action_defer()

    def test_wrong_settings(self):
        """The account is a current liability of the company, the journal a general."""
        bank = self.company_data["default_journal_bank"]
        account = self.make_account("Others", "liability_current", self.other_shop)
        journal = (
            self.env["account.journal"]
            .sudo()
            .search(
                [("company_id", "=", self.other_shop.id), ("type", "=", "general")],
                limit=1,
            )
        )
        for name, record, pattern in (
            ("pet_deferred_account_id", self.income, "the type Current Liabilities"),
            ("pet_deferred_journal_id", bank, "the type Miscellaneous"),
            ("pet_deferred_account_id", account, f"is of {self.other_shop.name}"),
            ("pet_deferred_journal_id", journal, f"is of {self.other_shop.name}"),
        ):
            with self.assert_refused(ValidationError, pattern):
                self.shop.sudo()[name] = record

    def test_who_may(self):
        liability = self.report(1)
        with self.assertRaises(AccessError):
            liability.with_user(self.manager).action_defer()
        with self.assertRaises(AccessError):
            liability.with_user(self.staff).action_defer()
        auditor = self._make_user("pet_auditor", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            liability.with_user(auditor).action_defer()
        self.assertFalse(liability.deferral_move_ids)


class TestOnce(PrepaidCommon):
    """P8: the same days are deferred once, as long as the entries stand."""

    def test_twice(self):
        liability = self.defer(1)
        entry = self.entry(liability)
        with self.assert_refused(
            UserError, "January 2026 is deferred already, by Draft Entry.*, Draft Entry"
        ):
            liability.action_defer()
        entry.action_post()
        with self.assert_refused(UserError, f"deferred already, by {entry.name}"):
            liability.action_defer()

    def test_days_that_overlap(self):
        self.defer(1)
        quarter = self.report(1, date_to=date(2026, 2, 1))
        with self.assert_refused(UserError, "January 2026 is deferred already"):
            quarter.action_defer()
        self.move_to("03-02")
        self.defer(2)

    def test_of_another_company(self):
        """Companies close on their own."""
        self.defer(1)
        plan = self.sell_elsewhere()
        plan.sudo().cycle_ids.invoice_id.action_post()
        self.other_shop.sudo().write(
            {
                "pet_deferred_account_id": self.make_account(
                    "Deferred", "liability_current", self.other_shop
                ).id,
                "pet_deferred_journal_id": self.env["account.journal"]
                .sudo()
                .search(
                    [("company_id", "=", self.other_shop.id), ("type", "=", "general")],
                    limit=1,
                )
                .id,
            }
        )
        accountant = self._make_user(
            "pet_accountant_there", "account.group_account_invoice", self.other_shop
        )
        self.move_to("03-02")
        theirs = (
            self.env["pet.liability"]
            .with_user(accountant)
            .create({"date_from": "2026-02-01", "date_to": "2026-02-28"})
        )
        self.assertEqual(theirs.company_id, self.other_shop)
        theirs.action_defer()
        self.assertEqual(theirs.deferral_move_ids.company_id, self.other_shop)
        with self.assertRaises(AccessError):
            theirs.with_user(self.accountant).deferral_move_ids.mapped("ref")

    def test_deleted_and_made_again(self):
        liability = self.defer(1)
        reversal = self.reversal(liability)
        self.entry(liability).unlink()
        self.assertFalse(reversal.exists() | liability.deferral_move_ids)
        liability.action_defer()
        self.assertEqual(len(liability.deferral_move_ids), 2)

    def test_cancelled_and_made_again(self):
        liability = self.defer(1)
        old = liability.deferral_move_ids
        self.entry(liability).button_cancel()
        self.assertEqual(set(old.mapped("state")), {"cancel"})
        liability.action_defer()
        self.assertEqual(len(liability.deferral_move_ids - old), 2)
        self.assertEqual(liability.deferral_status, "2 draft")

    def test_posted_reset_and_deleted(self):
        liability = self.defer(1)
        moves = liability.deferral_move_ids
        moves.action_post()
        self.entry(liability).button_draft()
        self.assertEqual(set(moves.mapped("state")), {"draft"})
        self.entry(liability).with_context(force_delete=True).unlink()
        self.assertFalse(moves.exists())
        liability.action_defer()

    def test_hashed(self):
        """P8: what is sealed is undone by reversals, each on its own day."""
        self.journal.sudo().restrict_mode_hash_table = True
        liability = self.defer(1)
        entry, reversal = self.entry(liability), self.reversal(liability)
        (entry + reversal).action_post()
        self.assertTrue(entry.inalterable_hash)
        for move in (entry, reversal):
            with self.assert_refused(UserError, "locked journal entry"):
                move.button_draft()
        self.reverse(reversal)
        with self.assert_refused(UserError, f"deferred already, by {entry.name}"):
            liability.action_defer()
        self.reverse(entry)
        self.assertEqual(self.balance(self.deferred, date(2026, 2, 28)), 0)
        self.assertFalse(liability.deferral_status)
        liability.action_defer()
        self.assertEqual(liability.deferral_status, "2 draft")

    def reverse(self, move):
        """Undo a posted entry on its own day by Odoo's dialog, as the accountant."""
        self.env["account.move.reversal"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"date": move.date, "journal_id": move.journal_id.id}).refund_moves()


class TestEntryAndReversal(PrepaidCommon):
    """P8: the reversal is nothing without its entry."""

    def test_it_is_not_posted_before(self):
        liability = self.defer(1)
        entry, reversal = self.entry(liability), self.reversal(liability)
        with self.assert_refused(UserError, "takes back what .* defers.*post that one"):
            reversal.action_post()
        (reversal + entry).action_post()
        self.assertEqual(set((reversal + entry).mapped("state")), {"posted"})

    def test_it_is_not_taken_away(self):
        liability = self.defer(1)
        reversal = self.reversal(liability)
        for take_away in (reversal.unlink, reversal.button_cancel):
            with self.assert_refused(UserError, "its reversal goes with it"):
                take_away()

    def test_a_period_locked_meanwhile(self):
        """Odoo would post on another day, where the entry is wrong."""
        liability = self.defer(1)
        self.shop.sudo().fiscalyear_lock_date = "2026-01-31"
        with self.assert_refused(UserError, "booked in a period that is locked"):
            liability.deferral_move_ids.action_post()

    def test_numbers_that_changed_meanwhile(self):
        liability = self.defer(1)
        self.visit_on(self.plan, "01-05").action_receive()
        with self.assert_refused(
            UserError, "January 2026 has changed.* from .*540.00 to .*495.00"
        ):
            self.entry(liability).action_post()

    def test_numbers_of_an_entry_stay(self):
        liability = self.defer(1)
        for change in (
            liability.action_refresh,
            lambda: liability.write({"date_to": "2026-01-30"}),
        ):
            with self.assert_refused(UserError, "The numbers of January 2026"):
                change()
        with self.assert_refused(UserError, "January 2026 cannot be deleted: Draft"):
            liability.with_user(self.manager).unlink()
        self.entry(liability).unlink()
        liability.action_refresh()
        liability.unlink()

    def test_the_period_is_closed(self):
        """What is served for it afterwards counts on the first open day (P7)."""
        self.assertIsNone(self.shop._get_pet_closed_until())
        liability = self.defer(1)
        self.assertIsNone(self.shop._get_pet_closed_until())
        self.entry(liability).action_post()
        self.assertEqual(self.shop._get_pet_closed_until(), date(2026, 1, 31))
        visit = self.visit_on(self.plan, "01-05")
        visit.action_receive()
        self.assertEqual(visit.date_consumed, date(2026, 2, 1))
        self.assertEqual(self.report(1).liability_total, 540)
        self.entry(liability).button_draft()
        self.assertIsNone(self.shop._get_pet_closed_until())

    def test_of_other_entries(self):
        """The rules are those of deferrals: other reversals are posted as ever."""
        entry = self.defer(1).deferral_move_ids[-1:]
        other = entry.copy({"date": "2026-01-15"})
        self.assertFalse(other.pet_liability_id)
        other.action_post()
        self.assertEqual(other.state, "posted")


class TestBranch(PrepaidCommon):
    """P8: a branch goes by the settings of its headquarters, or by its own."""

    def make_branch(self):
        branch = (
            self.env["res.company"]
            .sudo()
            .create({"name": "Branch", "parent_id": self.shop.id, "pet_tz": "UTC"})
        )
        self.cr.precommit.run()  # Odoo gives it the accounts of its headquarters there
        return branch

    def test_entry(self):
        """Who works in the branch only defers with account and journal of both."""
        branch = self.make_branch()
        staff = self._make_user("pet_branch_staff", "pet_plans.group_user", branch)
        template = self.make_template().sudo().copy({"company_id": branch.id})
        plan = self.env(user=staff)["pet.plan"].create(
            {
                "template_id": template.id,
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
            }
        )
        plan.action_confirm()
        accountant = self._make_user(
            "pet_branch_accountant", "account.group_account_invoice", branch
        )
        self.move_to("01-20")
        self.invoices(plan)[0].with_user(accountant).action_post()
        self.move_to("02-02")
        liability = (
            self.env["pet.liability"]
            .with_user(accountant)
            .create({"date_from": "2026-01-01", "date_to": "2026-01-31"})
        )
        liability.action_defer()
        entry = self.entry(liability)
        self.assertEqual((entry.company_id, entry.journal_id), (branch, self.journal))
        self.assertEqual(
            self.lines(entry), [(self.income, 180, 0), (self.deferred, 0, 180)]
        )
        self.assertFalse(self.shop._get_pet_closed_until())

    def test_settings(self):
        branch = self.make_branch()
        self.assertEqual(
            branch._get_pet_deferral_settings(), (self.deferred, self.journal)
        )
        account = self.make_account("Of the branch", "liability_current", branch)
        branch.pet_deferred_account_id = account
        self.assertEqual(  # without a journal it has none
            branch._get_pet_deferral_settings(), (self.deferred, self.journal)
        )
        branch.pet_deferred_journal_id = self.journal
        self.assertEqual(branch._get_pet_deferral_settings(), (account, self.journal))
