from .deferral import DeferralCommon


class TestAccounts(DeferralCommon):
    """P8: each income account is deferred what was billed by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.styling = cls.make_account("Styling", "income")
        cls.grooming.property_account_income_id = cls.styling
        # Odoo's own: a new one would add columns to the database.
        analytic = cls.env.ref("analytic.analytic_plan_projects")
        cls.north, cls.south = (
            cls.env["account.analytic.account"]
            .sudo()
            .create({"name": name, "plan_id": analytic.id, "company_id": cls.shop.id})
            for name in ("North", "South")
        )

    def sell_both(self, **values):
        """Sell 4 baths at 45.00 and 2 groomings at 60.00 in one cycle."""
        return self.sell(
            self.make_template(
                [(self.bath, 4, 45.0), (self.grooming, 2, 60.0)],
                appointment_count=4,
                appointments_per_cycle=4,
            ),
            **values,
        )

    def distribute(self, invoice, *distributions):
        """Give the lines of a draft their analytic distributions, as the accountant."""
        lines = invoice.with_user(self.accountant).invoice_line_ids.sorted("id")
        for line, distribution in zip(lines, distributions, strict=True):
            line.analytic_distribution = {
                str(account.id): percent for account, percent in distribution.items()
            }

    def proposed(self, month):
        """Return the lines of the entry: (account, analytic distribution, balance)."""
        return [
            (line.account_id, line.analytic_distribution or {}, line.balance)
            for line in self.entry(self.defer(month)).line_ids.sorted("id")
        ]

    def test_two_accounts(self):
        plans = self.sell_both() + self.sell_both(pet=self.rex)
        for plan in plans:
            self.post(self.invoices(plan))
        self.serve_sessions(plans[0], 1, 1)
        self.move_to("02-02")
        entry = self.entry(self.defer(1))
        self.assertEqual(
            self.lines(entry),
            [
                (self.income, 315, 0),
                (self.styling, 180, 0),
                (self.deferred, 0, 495),
            ],
        )
        self.assertIn("January 2026: 2 plans", entry.line_ids.sorted("id")[0].name)

    def test_analytic_distributions(self):
        """Of a service that was billed in two ways each has its share, to the cent."""
        plan = self.sell(self.make_template([(self.bath, 12, 33.33)]))
        first, second, third = self.invoices(plan)
        self.distribute(first, {self.north: 100})
        self.distribute(second, {self.north: 40, self.south: 60})
        self.post(first + second + third)
        self.serve_sessions(plan, 1)
        self.move_to("02-02")
        north, south = str(self.north.id), str(self.south.id)
        *lines, deferred = self.proposed(1)
        self.assertEqual(deferred, (self.deferred, {}, -366.63))
        self.assertCountEqual(
            [(analytic, balance) for __, analytic, balance in lines],
            [
                ({}, 122.21),
                ({north: 100.0}, 122.21),
                ({north: 40.0, south: 60.0}, 122.21),
            ],
        )

    def test_the_reversal_has_them_too(self):
        plan = self.sell_both()
        [invoice] = self.invoices(plan)
        self.distribute(invoice, {self.north: 100}, {self.south: 100})
        self.post(invoice)
        self.move_to("02-02")
        liability = self.defer(1)
        entry, reversal = self.entry(liability), self.reversal(liability)
        for line, back in zip(
            entry.line_ids.sorted("id"), reversal.line_ids.sorted("id"), strict=True
        ):
            self.assertEqual(line.analytic_distribution, back.analytic_distribution)
            self.assertEqual(
                (line.account_id, line.balance), (back.account_id, -back.balance)
            )
        liability.deferral_move_ids.action_post()
        for account, amount in ((self.north, 180), (self.south, 120)):
            lines = (
                self.env["account.analytic.line"]
                .sudo()
                .search(
                    [
                        ("account_id", "=", account.id),
                        ("move_line_id.move_id", "in", liability.deferral_move_ids.ids),
                    ]
                )
            )
            self.assertEqual(sorted(lines.mapped("amount")), [-amount, amount])

    def test_what_was_refunded(self):
        """A bill by another account that was credited in full carries nothing."""
        plan = self.sell(self.make_template())
        first, second, third = self.invoices(plan)
        first.with_user(self.accountant).invoice_line_ids.account_id = self.styling
        self.post(first + second + third)
        self.credit(first)
        self.move_to("02-02")
        self.assertEqual(
            self.proposed(1), [(self.income, {}, 360), (self.deferred, {}, -360)]
        )

    def test_what_was_handed_on(self):
        """A transferred plan bills nothing itself: the bills of the old one count."""
        plan = self.sell(self.make_template())
        invoices = self.invoices(plan).with_user(self.accountant)
        invoices.invoice_line_ids.account_id = self.styling
        self.post(invoices)
        self.serve_sessions(plan, 1)
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {"plan_id": plan.id, "pet_id": self.mimi.id, "reason": "Moves away"}
        ).action_apply()
        self.move_to("02-02")
        liability = self.report(1)
        self.assertEqual(liability.liability_total, 495)
        liability.action_defer()
        self.assertEqual(
            self.lines(self.entry(liability)),
            [(self.styling, 495, 0), (self.deferred, 0, 495)],
        )
