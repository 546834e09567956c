from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .rpc import RpcCase


class TestRoles(RpcCase):
    """What each role may do, and may not (1, 13)."""

    # What needs a right on invoices: (button of a cycle, right)
    OF_CYCLES = (("action_pay", "modify"), ("action_create_invoice", "create"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls._make_user("pet_auditor", "account.group_account_readonly")
        cls.employee = cls._make_user("pet_employee", "base.group_user")
        cls.clerk = cls._make_user("pet_clerk", "base.group_partner_manager")
        cls.template = cls.make_template()
        cls.plan = cls.sell(cls.template, note="keep apart")
        cls.visits = cls.plan.book(cls.weekly(4))
        cls.draft = cls.sell(cls.template, confirm=False)
        cls.cycle = cls.plan.cycle_ids[0]

    # --- Staff -----------------------------------------------------------------

    def test_staff_and_manager_have_no_accounting_group(self):
        for user in (self.staff, self.manager):
            xmlids = user.sudo().all_group_ids._get_external_ids().values()
            accounting = [
                name for names in xmlids for name in names if "account" in name
            ]
            self.assertFalse(accounting)

    def test_staff_sell_book_check_in_and_out_and_cancel(self):
        with Form(self.env["pet.plan.sell"].with_user(self.staff)) as form:
            form.pet_id = self.luna
            form.template_id = self.template
            form.book_visits = True
            form.first_start = "2026-01-05 10:00:00"
            form.count = 3
        action = form.record.action_apply()
        plan = self.env["pet.plan"].browse(action["res_id"])
        self.assertEqual((plan.state, plan.visit_count), ("active", 3))
        with Form(
            self.env["pet.plan.book"].with_context(**plan.action_open_book()["context"])
        ) as form:
            form.first_start = "2026-02-05 10:00:00"
            form.count = 2
        form.record.action_apply()
        first, second, *__ = plan.appointment_ids.sorted("start")
        for step in ("confirm", "receive", "start", "finish", "deliver"):
            getattr(first, f"action_{step}")()
        self.assertEqual(first.state, "delivered")
        second.action_no_show()
        with Form(
            self.env["pet.appointment.cancel"].with_context(
                default_appointment_ids=[Command.set(plan.appointment_ids[:1].ids)]
            )
        ) as form:
            form.reason = "holidays"
        form.record.action_apply()
        plan.action_recycle()
        self.assertEqual(plan.visit_count, 4)
        self.assertEqual(len(plan.sudo().cycle_ids.invoice_id), 3)
        self.assertLedgerAgrees(plan)

    def test_staff_make_customers_and_pets(self):
        partner = self.env["res.partner"].create({"name": "New"})
        partner.phone = "123"
        pet = self.env["pet.pet"].create({"name": "Bolt", "partner_id": partner.id})
        pet.active = False
        for record in (pet, partner):
            with self.assert_not_allowed("delete", record._name):
                record.unlink()

    def test_staff_do_not_get_at_invoices(self):
        move = self.cycle.sudo().invoice_id
        for user in (self.staff, self.manager):
            mine = move.with_user(user)
            with self.assert_not_allowed("access", "account.move"):
                mine.search([])
            with self.assert_not_allowed("access", "account.move"):
                mine.read(["name"])
            with self.assert_not_allowed("access", "account.move"):
                mine.write({"ref": "x"})
            with self.assertRaisesRegex(
                AccessError, "don't have the access rights to post an invoice"
            ):
                mine.action_post()
            with self.assertRaisesRegex(
                AccessError, "rights to access the field .invoice_ids."
            ):
                self.plan.with_user(user).read(["invoice_ids"])
            for method, operation in self.OF_CYCLES:
                with self.assert_not_allowed(operation, "account.move"):
                    getattr(self.cycle.with_user(user), method)()
        self.assertEqual(move.state, "draft")

    def test_staff_do_not_edit_the_catalogue(self):
        line = self.template.line_ids
        for record in (self.template, line, self.dog, self.poodle):
            record = record.with_user(self.staff)
            with self.assert_not_allowed("modify", record._name):
                record.write({"sequence": 3} if "sequence" in record else {"name": "x"})
            with self.assert_not_allowed("delete", record._name):
                record.unlink()
            with self.assert_not_allowed("create", record._name):
                record.copy()
        with self.assert_not_allowed("create", "pet.plan.template"):
            self.env["pet.plan.template"].create({"name": "Mine"})
        with self.assert_not_allowed("modify", "product.product"):
            line.with_user(self.staff).product_id.list_price = 1

    # --- Manager ---------------------------------------------------------------

    def test_managers_edit_the_catalogue(self):
        with Form(self.env["pet.plan.template"].with_user(self.manager)) as form:
            form.name = "Five walks"
            form.appointment_count = 5
            form.appointments_per_cycle = 5
            with form.line_ids.new() as line:
                line.product_id = self.bath
                line.quantity = 5
        template = form.record
        self.assertEqual(template.amount_total, 225.0)
        template.line_ids.price_unit = 30
        template.action_archive()
        template.copy().unlink()
        self.env["pet.species"].with_user(self.manager).create({"name": "Ferret"})

    def test_managers_do_what_staff_do(self):
        self.draft.with_user(self.manager).action_confirm()
        visits = self.draft.with_user(self.manager).book(self.weekly(1))
        visits.action_receive()
        self.assertEqual(visits.state, "received")

    def test_only_managers_edit_counters(self):
        with self.assert_not_allowed("create", "pet.plan.adjust"):
            self.env["pet.plan.adjust"].create({"plan_id": self.plan.id})
        self.env["pet.plan.adjust"].with_user(self.manager).create(
            {"plan_id": self.plan.id, "reason": "gift"}
        )

    def test_only_managers_move_the_end_of_a_sold_plan(self):
        with self.assertRaisesRegex(UserError, "sold"):
            self.plan.write({"date_end": "2027-01-01"})
        self.plan.with_user(self.manager).write({"date_end": "2027-01-01"})
        self.assertEqual(str(self.plan.date_end), "2027-01-01")

    # --- Accountant ------------------------------------------------------------

    def test_accountant_and_auditor_read(self):
        for user in (self.accountant, self.auditor):
            self.assertFalse(user.has_group("pet_plans.group_user"))
            for record in (
                *(self.plan, self.plan.line_ids, self.plan.entry_ids),
                *(self.plan.cycle_ids, self.visits, self.visits.line_ids),
                *(self.luna, self.template, self.template.line_ids),
                *(self.dog, self.poodle),
            ):
                fields_offered = record.with_user(user).fields_get()
                with self.subTest(user=user.login, model=record._name):
                    rows = record.with_user(user).read(list(fields_offered))
                    self.assertEqual(len(rows), len(record))

    def test_accountant_uses_the_buttons_of_a_cycle(self):
        cycle = self.cycle.with_user(self.accountant)
        invoice = cycle.invoice_id
        self.assertEqual(cycle.action_view_invoice()["res_id"], invoice.id)
        self.assertEqual(invoice.action_view_pet_cycle()["res_id"], cycle.id)
        self.assertEqual(cycle.action_view_plan()["res_id"], self.plan.id)
        self.assertTrue(cycle.action_view_appointments())
        action = cycle.action_pay()
        self.assertEqual(action["res_model"], "account.payment.register")
        # Post & Pay: until the payment is made nothing is posted (I2).
        self.assertEqual(invoice.state, "draft")
        with Form(
            self.env["account.payment.register"]
            .with_user(self.accountant)
            .with_context(**action["context"])
        ) as form:
            pass
        form.record.action_create_payments()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(cycle.state, "settled")
        last = self.plan.cycle_ids[-1:].with_user(self.accountant)
        last.invoice_id.unlink()
        self.assertEqual(last.state, "closed")
        last.action_create_invoice()
        self.assertEqual(last.invoice_id.state, "draft")

    def test_accountant_does_not_sell_or_book(self):
        before = self.snapshot("account.move")
        plan, visit = self.plan, self.visits[:1]
        values = {"template_id": self.template.id, "pet_id": self.luna.id}
        day = "2026-02-02 09:00:00"
        creations = {
            "pet.plan": values,
            "pet.pet": {"name": "x", "partner_id": self.customer.id},
            "pet.appointment": {"pet_id": self.luna.id, "start": day},
            "pet.plan.sell": values,
            "pet.plan.book": {"plan_id": plan.id},
            "pet.appointment.cancel": {},
        }
        calls = (
            ("modify", self.draft, "action_confirm"),
            ("modify", plan, "action_recycle"),
            ("modify", plan, "write", {"note": "x"}),
            ("modify", visit, "reschedule", day),
            ("modify", self.luna, "write", {"name": "x"}),
            ("modify", self.template, "write", {"name": "x"}),
            ("delete", self.draft, "unlink"),
            *(
                ("modify", visit, f"action_{name}")
                for name in (
                    *("confirm", "receive", "start", "finish", "deliver", "no_show"),
                    *("cancel", "open_cancel", "create_invoice"),
                )
            ),
        )
        for user in (self.accountant, self.auditor):
            for model, vals in creations.items():
                with self.assert_not_allowed("create", model):
                    self.env[model].with_user(user).create(vals)
            with self.assert_not_allowed("create", "pet.appointment"):
                plan.with_user(user).book(self.weekly(1))
            for operation, records, name, *args in calls:
                with self.assert_not_allowed(operation, records._name):
                    getattr(records.with_user(user), name)(*args)
        self.assertUntouched(before)

    def test_auditor_changes_nothing(self):
        cycle = self.cycle.with_user(self.auditor)
        for method, operation in self.OF_CYCLES:
            with self.assert_not_allowed(operation, "account.move"):
                getattr(cycle, method)()
        self.assertEqual(cycle.invoice_id.state, "draft")

    # --- Everybody else --------------------------------------------------------

    def test_employees_see_nothing_of_it(self):
        root = self.env.ref("pet_plans.menu_pet_plans_root")
        for user in (self.employee, self.clerk):
            for model in self.own_models():
                with self.subTest(user=user.login, model=model):
                    self.assertFalse(self.env[model].with_user(user).has_access("read"))
            menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertNotIn(root.id, menus)
        for user in (self.staff, self.manager, self.accountant, self.auditor):
            menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertIn(root.id, menus)

    def test_employees_open_customers_as_always(self):
        owner = self.customer.with_user(self.employee)
        for kind in ("form", "list", "kanban", "search"):
            self.assertTrue(owner.get_views([(False, kind)])["views"][kind]["arch"])
        row = owner.read(["name", "pet_count", "pet_plan_count"])[0]
        self.assertEqual((row["pet_count"], row["pet_plan_count"]), (0, 0))
        form = Form(owner)
        self.assertEqual(form.name, "Ana Souza")
        self.assertNotIn("pet_ids", form._view["fields"])

    def test_clerks_write_customers_as_always(self):
        with Form(self.env["res.partner"].with_user(self.clerk)) as form:
            form.name = "A new contact"
        partner = form.record
        partner.company_id = self.shop
        with Form(self.customer.with_user(self.clerk)) as form:
            form.phone = "123"
        partner.copy().unlink()
        self.assertEqual(self.customer.phone, "123")

    def test_clerks_move_the_company_of_an_owner(self):
        """What hangs on the customer follows, though the clerk may not see it."""
        owner = self.env["res.partner"].create({"name": "Owner"})
        pet = self._make_pet("Bolt", partner_id=owner.id)
        owner.with_user(self.clerk).company_id = self.shop
        self.assertEqual(pet.company_id, self.shop)

    # --- Deleting what others need ---------------------------------------------

    def test_what_others_need_cannot_be_deleted(self):
        """The refusal says whose it is and how many hang on it, and what to do."""
        owner = self.env["res.partner"].create({"name": "Owner"})
        pet = self._make_pet("Bolt", partner_id=owner.id)
        pet.active = False
        template = self.make_template(name="Rare")
        self.sell(template, pet=self.rex, confirm=False)
        for user, record, words in (
            (self.clerk, owner, "Owner cannot be deleted: 1 pet and 0 plan"),
            (self.manager, self.luna, "Luna cannot .* 2 plan.* and 4 visit"),
            (
                self.manager,
                template,
                "Rare cannot be deleted: it was sold as 1 plan.*Archive it",
            ),
        ):
            with self.subTest(record=record):
                message = self.assertRpcRefused(
                    user, record._name, "unlink", record.ids
                )
                self.assertRegex(message, words)
                self.assertTrue(record.exists())
        record = self._make_pet("Mistake")
        record.with_user(self.manager).unlink()
        self.assertFalse(record.exists())

    def test_whoever_wrote_in_the_ledger_cannot_be_deleted(self):
        message = self.assertRpcRefused(
            self.admin, "res.users", "unlink", self.staff.ids
        )
        self.assertTrue(message)
        self.assertTrue(self.staff.exists())

    def test_archived_staff_leave_everything_as_it_was(self):
        self.staff.sudo().with_user(self.admin).action_archive()
        self.assertEqual(self.plan.with_user(self.manager).user_id, self.staff)
        self.visits.with_user(self.manager)[:1].action_cancel()
        self.assertLedgerAgrees(self.plan)
