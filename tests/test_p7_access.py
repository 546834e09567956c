from odoo.exceptions import AccessError, UserError

from .liability import LiabilityCommon


class TestAccess(LiabilityCommon):
    """P7: accountants and managers make the report, for their companies only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.post(cls.invoices(cls.plan))
        cls.visits[0].action_receive()

    def make(self, user, **values):
        return (
            self.env["pet.liability"]
            .with_user(user)
            .create({"date_from": "2026-01-01", "date_to": "2026-01-31", **values})
        )

    def test_who_makes_it(self):
        for user in (self.accountant, self.manager):
            with self.subTest(user=user.login):
                report = self.make(user)
                self.assertEqual(self.money(report, self.plan)[1:3], (540.0, 45.0))
                self.assertEqual(report.agreement, "Agrees with Invoicing")
                self.assertEqual(report.name, "January 2026")
                report.date_to = "2026-02-15"
                self.assertEqual(report.name, "Jan 1, 2026 - Feb 15, 2026")
                report.unlink()
        with self.assert_not_allowed("create", "pet.liability"):
            self.make(self.staff)

    def test_staff_and_customers_see_nothing(self):
        report = self.make(self.accountant)
        customer = self.make_portal_user("pet_portal_liability", self.customer)
        for user in (self.staff, customer):
            for record in (report, report.line_ids[0]):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).read(["id"])

    def test_proposes_last_month(self):
        report = self.env["pet.liability"].with_user(self.accountant).create({})
        self.assertEqual(report.name, "December 2025")
        self.assertFalse(report.line_ids)

    def test_periods_that_are_none(self):
        with self.assert_refused(Exception, "period_in_order|cannot be after"):
            self.make(self.accountant, date_from="2026-02-01")
        with self.assert_refused(UserError, "From cannot be"):
            self.make(self.accountant, date_from="1026-02-01")

    def test_other_companies(self):
        """Each has its own, and sees nothing of the other's."""
        theirs = self.sell_elsewhere()
        self.invoices(theirs).action_post()
        ours = self.make(self.accountant)
        self.assertEqual(ours.line_ids.plan_id, self.plan)
        with self.assertRaises(AccessError):
            self.make(self.accountant, company_id=self.other_shop.id)
        with self.assertRaises(AccessError):
            ours.company_id = self.other_shop
        report = (
            self.env["pet.liability"]
            .sudo()
            .create(
                {
                    "date_from": "2026-01-01",
                    "date_to": "2026-01-31",
                    "company_id": self.other_shop.id,
                }
            )
        )
        self.assertEqual(report.line_ids.plan_id, theirs.sudo())
        self.assertFalse(report.ledger_difference)
        found = self.env["pet.liability"].with_user(self.accountant).search([])
        self.assertEqual(found, ours)

    def test_what_is_behind_a_line(self):
        """The lists add up to the numbers."""
        report = self.make(self.accountant)
        line = report.line_ids
        rows = line.env["pet.consumption"].search(line.action_view_facts()["domain"])
        self.assertEqual(sum(rows.mapped("quantity")), line.used_sessions)
        items = line.env["account.move.line"].search(
            line.action_view_invoice_lines()["domain"]
        )
        self.assertEqual(-sum(items.mapped("balance")), line.billed)
        self.assertEqual(sum(items.mapped("quantity")), line.billed_sessions)

    def test_printed(self):
        report = self.make(self.accountant)
        html = (
            self.env["ir.actions.report"]
            .with_user(self.accountant)
            ._render_qweb_html("pet_plans.report_liability", report.ids)[0]
            .decode()
        )
        for text in ("January 2026", "Agrees with Invoicing", self.plan.name, "495.00"):
            self.assertIn(text, html)

    def test_queries_do_not_grow(self):
        """One pass, however many plans there are (14)."""
        few = self.count_queries(lambda: self.make(self.accountant))
        for plan in self.make_drafts(5, self.plan.template_id):
            plan.action_confirm()
            self.post(self.invoices(plan)[0])
        self.assertLessEqual(
            self.count_queries(lambda: self.make(self.accountant)), few
        )
