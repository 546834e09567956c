from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestCustomerPage(PetPlansCommon):
    """P1: one look tells what a customer has left, what they owe, and why."""

    def get_page(self, record=None, user=None):
        record = self.customer if record is None else record
        return record.with_user(user or self.staff).get_pet_plans_page()

    def get_plan_row(self, page):
        """Return the first plan on a page."""
        return next(row for block in page["blocks"] for row in block["plans"])

    def invoices_of(self, plan):
        return plan.sudo().cycle_ids.invoice_id

    # --- Plans -------------------------------------------------------------------

    def test_a_block_for_each_pet(self):
        self.luna.sudo().note = "Bites when wet"
        plan = self.sell()
        page = self.get_page()
        self.assertEqual(
            [(block["pet"]["name"], len(block["plans"])) for block in page["blocks"]],
            [("Luna", 1), ("Rex", 0)],
        )
        luna = page["blocks"][0]
        self.assertEqual(
            (luna["pet"]["about"], luna["pet"]["note"]),
            ("Test poodle", "Bites when wet"),
        )
        self.assertEqual(luna["plans"][0]["id"], plan.id)

    def test_one_for_shared_plans(self):
        plan = self.sell(pet_id=False, partner_id=self.customer.id)
        block = self.get_page()["blocks"][-1]
        self.assertFalse(block["pet"])
        self.assertEqual([row["id"] for row in block["plans"]], plan.ids)

    def test_used_booked_and_to_book(self):
        plan = self.sell()
        visits = plan.book(self.weekly(9))
        for visit in visits[:3]:
            self.clock.move_to(visit.start)
            visit.action_receive()
        (line,) = self.get_plan_row(self.get_page())["lines"]
        self.assertEqual(
            {name: line[name] for name in ("total", "used", "booked", "to_book")},
            {"total": "12", "used": "3", "booked": "6", "to_book": "3"},
        )
        self.assertEqual(line["left"], "9")
        self.assertEqual(line["bar"], {"used": 25, "booked": 50, "to_book": 25})

    def test_end_and_state(self):
        plan = self.sell(date_end="2026-04-30")
        row = self.get_plan_row(self.get_page())
        self.assertEqual(
            (row["name"], row["state_label"], row["end"]),
            (plan.name, "Active", "until Apr 30, 2026"),
        )
        self.pause(plan, "2026-01-02", "2026-01-10")
        row = self.get_plan_row(self.get_page())
        self.assertEqual(row["state_label"], "Paused")

    def test_what_is_over_is_folded(self):
        plan = self.sell()
        self.cancel_plans(plan)
        page = self.get_page()
        self.assertFalse(any(block["plans"] for block in page["blocks"]))
        self.assertEqual(page["finished_count"], 1)
        blocks = self.customer.get_finished_pet_plans()
        self.assertEqual(
            [row["id"] for block in blocks for row in block["plans"]], plan.ids
        )

    # --- Invoices, usage, records ------------------------------------------------

    def test_invoices(self):
        plan, __ = self.sell_worked_example()
        first, second, __ = self.invoices_of(plan)
        self.pay(first)
        self.post(second)
        self.clock.move_to("2026-02-03 12:00:00")
        cycles = self.get_plan_row(self.get_page(user=self.accountant))["cycles"]
        self.assertEqual(
            [(row["number"], row["due"], row["amount"]) for row in cycles],
            [
                (first.name, "Jan 5, 2026", "$\xa0180.00"),
                (second.name, "Feb 2, 2026", "$\xa0180.00"),
                ("Draft", "Mar 2, 2026", "$\xa0180.00"),
            ],
        )
        self.assertEqual(
            [row["status"] for row in cycles], ["Paid", "To pay", "Not billed"]
        )
        self.assertEqual([row["is_overdue"] for row in cycles], [False, True, False])
        self.assertEqual(cycles[0]["visits"], "Jan 5, Jan 12, Jan 19, Jan 26")
        self.assertEqual(
            [(row["can_view"], row["can_pay"]) for row in cycles],
            [(True, False), (True, True), (True, True)],
        )

    def test_a_cycle_without_visits_says_so(self):
        self.sell(date_end="2026-04-30")
        cycles = self.get_plan_row(self.get_page())["cycles"]
        self.assertEqual(
            cycles[0]["due"], "by Apr 30, 2026 at the latest, waiting for visits"
        )

    def test_words_for_what_became_of_a_bill(self):
        plan, __ = self.sell_worked_example()
        first, second, third = self.invoices_of(plan)
        self.pay(first, amount=80.0)
        self.credit(self.post(second))
        third.with_user(self.accountant).button_cancel()
        cycles = self.get_plan_row(self.get_page())["cycles"]
        self.assertEqual(
            [row["status"] for row in cycles], ["Partly paid", "Credited", "Cancelled"]
        )

    def test_reception_is_offered_what_it_may_do(self):
        self.sell_worked_example()
        page = self.get_page()
        self.assertTrue(page["can_sell"])
        self.assertFalse(page["can_pay"])
        cycle = self.get_plan_row(page)["cycles"][0]
        self.assertFalse(cycle["can_view"] or cycle["can_pay"])
        page = self.get_page(user=self.accountant)
        self.assertFalse(page["can_sell"] or self.get_plan_row(page)["can_book"])

    def test_what_can_be_done_with_a_plan(self):
        """As on the list of plans: booked, renewed, cancelled (X5)."""
        plan = self.sell()

        def offered():
            row = self.get_plan_row(self.get_page())
            return row["can_book"], row["can_renew"], row["can_cancel"]

        self.assertEqual(offered(), (True, True, True))
        plan.action_renew()
        self.assertEqual(offered(), (True, False, True))
        self.cancel_plans(plan, date="2026-01-20")
        # What nobody booked or paid goes at once with a cancellation to come (X7).
        self.assertEqual(offered(), (False, False, False))

    def test_usage(self):
        plan = self.sell()
        visit, __ = plan.book(["2026-01-05 09:00:00", "2026-01-12 09:00:00"])
        visit.user_id = self.staff
        rows = self.get_plan_row(self.get_page())["visits"]
        self.assertEqual(
            [(row["when"], row["session"]) for row in rows],
            [
                ("Jan 12, 2026, 9:00\u202fAM", "2 of 12"),
                ("Jan 5, 2026, 9:00\u202fAM", "1 of 12"),
            ],
        )
        self.assertEqual(
            (rows[1]["pet"], rows[1]["services"], rows[1]["staff"]),
            ("Luna", "Bath", self.staff.name),
        )

    def test_records(self):
        plan = self.sell()
        plan.book(["2026-01-05 09:00:00"])
        booked, granted = self.get_plan_row(self.get_page())["entries"]
        self.assertEqual(
            (granted["kind"], granted["quantity"], granted["balance"]),
            ("Granted", "+12", "12"),
        )
        self.assertEqual(
            (booked["kind"], booked["quantity"], booked["balance"], booked["who"]),
            ("Booked", "-1", "11", self.staff.name),
        )
        self.assertEqual(booked["visit"], "Jan 5, 2026, 9:00\u202fAM")

    def test_the_first_of_many(self):
        plan = self.sell(
            self.make_template(appointment_count=60, appointments_per_cycle=60)
        )
        plan.book(self.weekly(50))
        row = self.get_plan_row(self.get_page())
        self.assertEqual((len(row["visits"]), row["visit_count"]), (40, 50))
        self.assertEqual((len(row["entries"]), row["entry_count"]), (40, 51))

    # --- On top ------------------------------------------------------------------

    def test_due_overdue_and_for_later(self):
        """One number, of what is posted; what is drafted stands beside it."""
        plan, __ = self.sell_worked_example()
        first, second, __ = self.invoices_of(plan)
        self.pay(self.post(first), amount=80.0)
        self.post(second)
        self.clock.move_to("2026-01-20 12:00:00")
        self.assertEqual(
            self.get_page()["amounts"],
            {
                "due": "$\xa0280.00",
                "overdue": "$\xa0100.00",
                "drafted": "$\xa0180.00",
            },
        )

    def test_credits_and_cancelled_invoices_are_not_owed(self):
        plan, __ = self.sell_worked_example()
        first, second, third = self.invoices_of(plan)
        self.credit(self.post(first))
        third.with_user(self.accountant).button_cancel()
        self.assertEqual(self.get_page()["amounts"], {"drafted": "$\xa0180.00"})

    def test_a_blocked_invoice_is_owed_all_the_same(self):
        """Odoo's *Block Payment* says when to pay, not that nothing is to pay."""
        plan, __ = self.sell_worked_example()
        first, *__ = self.invoices_of(plan)
        self.post(first).with_user(self.accountant).action_toggle_block_payment()
        self.assertEqual(first.payment_state, "blocked")
        self.assertEqual(self.get_page()["amounts"]["due"], "$\xa0180.00")

    def test_an_invoice_of_something_else_is_owed_too(self):
        self.post(
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "company_id": self.shop.id,
                    "invoice_line_ids": [
                        (0, 0, {"name": "Leash", "price_unit": 20.0, "tax_ids": []})
                    ],
                }
            )
        )
        self.assertEqual(self.get_page()["amounts"], {"due": "$\xa020.00"})

    def test_the_next_visit(self):
        plan = self.sell()
        visits = plan.book(self.weekly(3))
        self.clock.move_to("2026-01-06 12:00:00")
        self.assertEqual(self.get_page()["next_visit"]["id"], visits[1].id)

    def test_no_visit_to_come(self):
        """What the browser gets must not look like one."""
        self.assertIs(self.get_page()["next_visit"], False)

    def test_payment_of_all_that_is_owed(self):
        plan, __ = self.sell_worked_example()
        first, second, __ = self.invoices_of(plan)
        self.post(first + second)
        customer = self.customer.with_user(self.accountant)
        action = customer.action_take_pet_payment()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.amount, 360.0)
        wizard.action_create_payments()
        with self.assertRaisesRegex(UserError, "Ana Souza owes nothing"):
            customer.action_take_pet_payment()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.staff).action_take_pet_payment()

    # --- Whose -------------------------------------------------------------------

    def test_the_whole_household(self):
        """A company and its contacts are one household, whoever is looked at (13)."""
        family = self.env["res.partner"].create({"name": "Lima", "is_company": True})
        child = self.env["res.partner"].create({"name": "Caio", "parent_id": family.id})
        bolt = self._make_pet("Bolt", partner_id=child.id)
        plan = self.sell(pet=bolt)
        self.post(self.invoices_of(plan)[0])
        for partner in (family, child):
            page = self.get_page(partner)
            self.assertEqual(self.get_plan_row(page)["id"], plan.id)
            self.assertEqual(page["amounts"]["due"], "$\xa0180.00")
            self.assertEqual((partner.pet_count, partner.pet_plan_count), (1, 1))
            for action in (partner.action_view_pets(), partner.action_view_pet_plans()):
                found = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(len(found), 1)

    def test_the_page_of_a_pet(self):
        """Its own plans and the shared ones, not those of the others."""
        own, shared = self.sell(), self.sell(pet_id=False, partner_id=self.customer.id)
        self.sell(pet=self.rex)
        page = self.get_page(self.luna)
        ids = [row["id"] for block in page["blocks"] for row in block["plans"]]
        self.assertEqual(ids, [own.id, shared.id])

    def test_another_shop_sees_nothing(self):
        plan = self.sell_elsewhere()
        page = self.get_page()
        self.assertFalse(any(block["plans"] for block in page["blocks"]))
        self.assertFalse(page["amounts"])
        page = self.get_page(user=self.other_staff)
        self.assertEqual(self.get_plan_row(page)["id"], plan.id)

    def test_it_is_not_for_customers(self):
        """They have pages of their own, which tell less (P3)."""
        plan = self.sell()
        portal = self.make_portal_user("ana", self.customer)
        for record in (self.customer, self.luna):
            for method in ("get_pet_plans_page", "get_finished_pet_plans"):
                with self.assertRaises(AccessError):
                    getattr(record.with_user(portal), method)()
        self.assertEqual(plan.state, "active")

    def test_ten_plans_take_as_many_queries_as_one(self):
        def make(count):
            plans = self.env["pet.plan"].union(*(self.sell() for __ in range(count)))
            for plan in plans:
                plan.book(self.weekly(3))
            self.post(self.invoices_of(plans)[:1])

        counts = []
        for more in (1, 1, 9):
            make(more)
            self.env.flush_all()
            self.env.invalidate_all()
            counts.append(self.count_queries(self.get_page))
        self.assertEqual(counts[1], counts[2])
