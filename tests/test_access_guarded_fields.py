import base64

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import get_public_method

from .rpc import ADDON, RpcCase, RpcError

# What the contract says nobody writes. Models may guard more: `test_write` and
# `test_create` take in whatever they guard.
GUARDED = {
    "account.move": {"pet_cycle_id", "pet_plan_id"},
    "pet.appointment": {
        "state",
        "cycle_id",
        "holds_sessions",
        "cancel_reason",
        "date_consumed",
        "overdue_reason",
        "step_id",
        "was_served",
    },
    "pet.appointment.line": {"invoice_id", "sessions"},
    "pet.appointment.step": {"appointment_id", "old_state", "state", "user_id", "date"},
    "pet.cycle": {
        "plan_id",
        "sequence",
        "capacity",
        "date_from",
        "date_to",
        "date_due",
        "amount_untaxed",
        "move_ids",
        "appointment_ids",
    },
    "pet.liability": {"line_ids"},
    "pet.liability.line": {"opening", "billed", "used", "closing", "section"},
    "pet.plan": {"state", "name", "billing_error"},
    "pet.plan.line": {"remaining"},
}
FORGED_GUARDS = (None, True, "x", {}, 1, ["object"])


class TestGuardedFields(RpcCase):
    """Integrity fields cannot be forged from outside, whoever asks (13, L1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.template = cls.plan.template_id
        cls.draft = cls.sell(cls.template, confirm=False)
        cls.other_plan = cls.sell(cls.make_template(name="Others"), pet=cls.rex)
        cls.other_visit = cls.other_plan.book(cls.weekly(1, "2026-01-06 09:00:00"))
        cls.walk_in = cls.env["pet.appointment"].create(
            {
                "pet_id": cls.rex.id,
                "start": "2026-01-09 09:00:00",
                "line_ids": [Command.create({"product_id": cls.grooming.id})],
            }
        )
        cls.walk_in.action_confirm()
        cls.visits[0].action_confirm()
        pause = cls.env["pet.plan.pause.start"].create(
            {
                "plan_id": cls.plan.id,
                "date_from": "2026-07-01",
                "date_to": "2026-07-09",
                "reason": "holidays",
            }
        )
        pause.action_apply()
        imported = cls.env["pet.carry.over.import"].create(
            {
                "file": base64.b64encode(b"Owner,Sessions Left\nAna Souza,x\n"),
                "filename": "packages.csv",
            }
        )
        imported.action_check()
        price = cls.env["pet.plan.template.price"].with_user(cls.manager)
        price = price.create({"line_id": cls.template.line_ids.id, "size": "large"})
        covers = cls.env["pet.plan.template.cover"].with_user(cls.manager)
        cover = covers.create(
            {"line_id": cls.template.line_ids.id, "product_id": cls.grooming.id}
        )
        sold = cls.env["pet.plan.cover"].create(
            {"line_id": cls.draft.line_ids.id, "product_id": cls.grooming.id}
        )
        liability = cls.env["pet.liability"].with_user(cls.manager)
        cls.visits[1].action_receive()
        liability = liability.create(
            {"date_from": "2026-01-01", "date_to": "2026-01-31"}
        )
        cls.targets = {
            "pet.consumption": liability.env["pet.consumption"].search([])[:1],
            "pet.liability": liability,
            "pet.liability.line": liability.line_ids[:1],
            "pet.carry.over.column": imported.column_ids[0],
            "pet.carry.over.import": imported,
            "pet.carry.over.import.line": imported.line_ids,
            "account.move": cls.plan.sudo().cycle_ids[1].invoice_id,
            "pet.appointment": cls.visits[0],
            "pet.appointment.line": cls.walk_in.line_ids,
            "pet.appointment.step": cls.visits[0].step_id,
            "pet.cycle": cls.plan.cycle_ids[0],
            "pet.pet": cls.luna,
            "pet.plan": cls.plan,
            "pet.plan.cover": sold,
            "pet.plan.entry": cls.plan.entry_ids[:1],
            "pet.plan.line": cls.draft.line_ids,
            "pet.plan.pause": cls.plan.pause_ids,
            "pet.plan.template.cover": cover,
            "pet.plan.template.price": price,
        }
        cls.creatable = {
            "pet.consumption": {
                "company_id": cls.shop.id,
                "plan_id": cls.plan.id,
                "line_id": cls.plan.line_ids.id,
                "product_id": cls.bath.id,
                "kind": "used",
                "date": "2026-01-05",
            },
            "pet.liability": {"date_from": "2026-02-01", "date_to": "2026-02-28"},
            "pet.liability.line": {
                "liability_id": liability.id,
                "section": "prepaid",
                "plan_id": cls.plan.id,
                "company_id": cls.shop.id,
            },
            "pet.plan.template.price": {"line_id": price.line_id.id, "coat": "long"},
            "pet.carry.over.column": {"import_id": imported.id},
            "pet.carry.over.import": {"filename": "others.csv"},
            "pet.carry.over.import.line": {"import_id": imported.id},
            "account.move": {"move_type": "out_invoice"},
            "pet.appointment": {
                "pet_id": cls.luna.id,
                "start": "2026-01-07 09:00:00",
            },
            "pet.appointment.line": {
                "appointment_id": cls.walk_in.id,
                "product_id": cls.bath.id,
            },
            "pet.appointment.step": {
                "appointment_id": cls.visits[0].id,
                "old_state": "scheduled",
                "state": "received",
            },
            "pet.cycle": {"plan_id": cls.plan.id, "sequence": 9},
            "pet.pet": {"name": "Toto", "partner_id": cls.customer.id},
            "pet.plan": {"template_id": cls.template.id, "pet_id": cls.luna.id},
            "pet.plan.cover": {
                "line_id": cls.draft.line_ids.id,
                "product_tmpl_id": cls.grooming.product_tmpl_id.id,
            },
            "pet.plan.template.cover": {
                "line_id": cls.template.line_ids.id,
                "product_tmpl_id": cls.grooming.product_tmpl_id.id,
            },
            "pet.plan.entry": {
                "line_id": cls.plan.line_ids.id,
                "kind": "grant",
                "quantity": 5,
                "balance": 5,
            },
            "pet.plan.line": {"plan_id": cls.draft.id, "product_id": cls.bath.id},
            "pet.plan.pause": {
                "plan_id": cls.other_plan.id,
                "date_from": "2026-07-01",
                "date_to": "2026-07-09",
            },
        }
        cls.insiders = (cls.staff, cls.manager, cls.accountant, cls.admin)
        cls.guarded = cls.guarded_models()

    # --- Helpers ---------------------------------------------------------------

    @classmethod
    def guarded_models(cls):
        """Return what may not be written: dict, model name -> field names."""
        fields_by_model = {
            name: model._guarded_fields
            for name, model in cls.env.items()
            if hasattr(type(model), "_guarded_fields") and not model._abstract
        }
        fields_by_model["pet.plan.entry"] = {
            name
            for name, field in cls.env["pet.plan.entry"]._fields.items()
            if field.store and name not in MAGIC_COLUMNS
        }
        return fields_by_model

    def forge(self, record, name):
        """Return another value than the record has, for a field of any type."""
        field = record._fields[name]
        current = record.sudo()[name]
        if field.type == "many2one":
            others = self.env[field.comodel_name].sudo().search([])
            return (others - current)[:1].id
        if field.type in ("one2many", "many2many"):
            return [Command.clear()]
        if field.type == "selection":
            keys = [key for key, __ in field._description_selection(self.env)]
            return next(key for key in keys if key != current)
        if field.type == "boolean":
            return not current
        if field.type in ("integer", "float", "monetary"):
            return current + 99
        if field.type in ("date", "datetime"):
            return "2031-01-01" if field.type == "date" else "2031-01-01 09:00:00"
        return "forged"

    # --- Fields ----------------------------------------------------------------

    def test_the_contract_is_guarded(self):
        for model, names in GUARDED.items():
            self.assertLessEqual(names, self.guarded[model], model)

    def test_what_is_computed_for_good_is_guarded(self):
        """A stored figure is nobody's to set: it would stay wrong until recomputed."""
        for name in self.own_models():
            model = self.env[name]
            computed = {
                field.name
                for field in model._fields.values()
                if field.store
                and field.compute
                and field.readonly
                and field._module == ADDON
            }
            if model.is_transient() or not computed:
                continue
            if name in ("pet.cycle", "pet.plan.entry", "pet.plan.pause"):
                continue  # nobody has the right to write them at all
            self.assertLessEqual(
                computed, set(getattr(model, "_guarded_fields", ())), name
            )

    def test_what_nobody_edits_is_guarded(self):
        """Read-only in every form is read-only from outside too."""
        for name in self.guarded:
            model = self.env[name]
            shown = {
                field.name
                for field in model._fields.values()
                if field.store
                and field.readonly
                and not field.compute
                and field._module == ADDON
            } - set(MAGIC_COLUMNS)
            self.assertLessEqual(shown, set(self.guarded[name]), name)

    def test_write(self):
        before = self.snapshot("account.move")
        for model, names in self.guarded.items():
            record = self.targets.get(model)
            for name in names if record else ():
                vals = {name: self.forge(record, name)}
                for user in self.insiders:
                    with self.subTest(user=user.login, model=model, field=name):
                        self.assertRpcRefused(user, model, "write", record.ids, vals)
        self.assertUntouched(before)

    def test_write_with_a_forged_guard(self):
        before = self.snapshot("account.move")
        for model, names in self.guarded.items():
            record = self.targets.get(model)
            user = self.admin if model == "account.move" else self.manager
            for name in names if record else ():
                vals = {name: self.forge(record, name)}
                for forged in FORGED_GUARDS:
                    with self.subTest(model=model, field=name, guard=forged):
                        self.assertRpcRefused(
                            user,
                            model,
                            "write",
                            record.ids,
                            vals,
                            context={"pet_plans_guard": forged},
                        )
        self.assertUntouched(before)

    def test_create(self):
        before = self.snapshot("account.move")
        for model, names in self.guarded.items():
            record = self.targets.get(model)
            for name in names if record else ():
                if record._fields[name].compute:
                    continue
                vals = {**self.creatable[model], name: self.forge(record, name)}
                for user in self.insiders:
                    with self.subTest(user=user.login, model=model, field=name):
                        self.assertRpcRefused(
                            user,
                            model,
                            "create",
                            [vals],
                            context={"pet_plans_guard": True},
                        )
        self.assertUntouched(before)

    def test_create_ignores_what_is_computed(self):
        """As the ORM does everywhere: such a value is lost, it does no harm."""
        for model, vals in self.creatable.items():
            record = self.targets[model]
            for name in self.guarded[model]:
                if not record._fields[name].compute:
                    continue
                user = self.admin if model == "account.move" else self.manager
                with self.subTest(model=model, field=name):
                    forged = self.forge(record, name)
                    if record._fields[name].type == "boolean":
                        forged = True  # a new record has the other value anyway
                    try:
                        record_id = self.rpc(
                            user, model, "create", {**vals, name: forged}
                        )
                    except RpcError as error:
                        self.assertIn("AccessError", error.name)
                    else:
                        new = self.env[model].sudo().browse(record_id)
                        value = new._fields[name].convert_to_write(new[name], new)
                        # A new invoice bills no cycle, whoever says so or not.
                        honest = {("account.move", "bills_pet_cycle"): False}
                        if (model, name) in honest:
                            self.assertEqual(value, honest[model, name])
                        else:
                            self.assertNotEqual(value, forged)

    def test_every_guarded_model_is_tried(self):
        persistent = {
            model
            for model, names in self.guarded.items()
            if names and not self.env[model].is_transient()
        }
        self.assertLessEqual(persistent, self.targets.keys())

    def test_web_save_and_copy(self):
        before = self.snapshot()
        for method, args in (
            ("web_save", (self.plan.ids, {"state": "cancelled"}, {})),
            ("web_save", ([], {**self.creatable["pet.plan"], "state": "active"}, {})),
            ("copy", (self.plan.ids, {"state": "active"})),
            ("copy", (self.plan.ids, {"name": "PLN99999"})),
        ):
            with self.subTest(method=method, args=args):
                self.assertRpcRefused(self.manager, "pet.plan", method, *args)
        for method, args in (
            ("web_save", (self.visits[:1].ids, {"state": "delivered"}, {})),
            ("copy", (self.visits[:1].ids, {"holds_sessions": True})),
            ("copy", (self.visits[:1].ids, {"state": "delivered"})),
        ):
            with self.subTest(method=method, args=args):
                self.assertRpcRefused(self.manager, "pet.appointment", method, *args)
        self.assertUntouched(before)

    def test_ledger_is_append_only(self):
        entry = self.plan.entry_ids[:1]
        for user in self.insiders:
            with self.subTest(user=user.login):
                self.assertRpcRefused(user, "pet.plan.entry", "unlink", entry.ids)
                self.assertRpcRefused(user, "pet.plan.entry", "copy", entry.ids)
                self.assertRpcRefused(user, "pet.plan.entry", "name_create", "grant")
        self.assertTrue(entry.exists())

    def test_cycles_cannot_be_deleted(self):
        for user in self.insiders:
            with self.subTest(user=user.login):
                self.assertRpcRefused(
                    user, "pet.cycle", "unlink", self.plan.cycle_ids[-1:].ids
                )

    def test_sold_plan_and_booked_visit_cannot_be_deleted(self):
        for user in self.insiders:
            with self.subTest(user=user.login):
                self.assertRpcRefused(user, "pet.plan", "unlink", self.plan.ids)
                self.assertRpcRefused(
                    user, "pet.appointment", "unlink", self.visits[:1].ids
                )
                self.assertRpcRefused(
                    user, "pet.plan.line", "unlink", self.plan.line_ids.ids
                )

    # --- Keys of the context ---------------------------------------------------

    def defaults(self, model):
        record = self.targets[model]
        return {
            f"default_{name}": self.forge(record, name)
            for name in self.guarded[model] - {"company_id"}
        }

    def test_defaults_of_the_context_are_dropped(self):
        vals = {**self.creatable["pet.plan"], "date_start": "2026-01-01"}
        context = {**self.defaults("pet.plan"), **self.defaults("pet.plan.line")}
        plan_id = self.rpc(self.manager, "pet.plan", "create", vals, context=context)
        plan = self.env["pet.plan"].browse(plan_id)
        self.assertEqual(plan.state, "draft")
        self.assertNotEqual(plan.name, "forged")
        self.assertFalse(plan.billing_error)
        self.assertEqual(plan.line_ids.mapped("remaining"), [0.0])

        visit_id = self.rpc(
            self.manager,
            "pet.appointment",
            "create",
            self.creatable["pet.appointment"],
            context=self.defaults("pet.appointment"),
        )
        visit = self.env["pet.appointment"].browse(visit_id)
        self.assertEqual(visit.state, "scheduled")
        self.assertFalse(visit.holds_sessions)
        self.assertFalse(visit.cycle_id or visit.invoice_ids or visit.cancel_reason)

        move_id = self.rpc(
            self.admin,
            "account.move",
            "create",
            self.creatable["account.move"],
            context=self.defaults("account.move"),
        )
        move = self.env["account.move"].sudo().browse(move_id)
        self.assertFalse(move.pet_cycle_id or move.pet_plan_id)

    def test_confirming_ignores_defaults_of_the_context(self):
        """Cycles, entries and invoices come from the plan's terms, from nothing else.

        They are made with more rights than the user has: what a context adds to them
        would be added with those rights.
        """
        self.rpc(
            self.staff,
            "pet.plan",
            "action_confirm",
            self.draft.ids,
            context={
                "default_capacity": 99,
                "default_date_from": "2026-05-01",
                "default_date_to": "2026-05-31",
                "default_date_due": "2031-01-01",
                "default_amount_untaxed": 1.0,
                "default_state": "posted",
                "default_move_type": "entry",
                "default_invoice_date": "2020-01-01",
                "default_narration": "forged",
                "default_ref": "forged",
                "default_kind": "adjust",
                "default_reason": "forged",
                "default_date": "2020-01-01 00:00:00",
                "default_user_id": self.manager.id,
            },
        )
        cycles = self.draft.sudo().cycle_ids
        self.assertEqual(cycles.mapped("capacity"), [4.0] * 3)
        self.assertEqual([*cycles.mapped("date_from")], [False] * 3)
        self.assertEqual([*cycles.mapped("date_due")], [False] * 3)
        invoices = cycles.invoice_id
        self.assertEqual(invoices.mapped("state"), ["draft"] * 3)
        self.assertEqual(invoices.mapped("move_type"), ["out_invoice"] * 3)
        self.assertEqual([*invoices.mapped("invoice_date")], [False] * 3)
        self.assertEqual([*invoices.mapped("ref")], [False] * 3)
        self.assertNotIn("forged", str(invoices.mapped("narration")))
        entry = self.draft.sudo().entry_ids
        self.assertEqual(entry.kind, "grant")
        self.assertEqual(entry.user_id, self.staff)
        self.assertEqual(str(entry.date), "2026-01-02 12:00:00")

    def test_ledger_ignores_defaults_of_the_context(self):
        """A calendar puts `default_user_id` there in good faith."""
        visit_ids = self.rpc(
            self.staff,
            "pet.plan",
            "book",
            self.other_plan.ids,
            ["2026-01-13 09:00:00"],
            context={
                "default_user_id": self.manager.id,
                "default_date": "2020-01-01 00:00:00",
                "default_kind": "grant",
            },
        )
        entry = (
            self.env["pet.plan.entry"]
            .sudo()
            .search([("appointment_id", "in", visit_ids)])
        )
        self.assertEqual(entry.user_id, self.staff)
        self.assertEqual(str(entry.date), "2026-01-02 12:00:00")
        self.assertEqual(entry.kind, "book")
        self.assertEqual(
            self.env["pet.appointment"].browse(visit_ids).user_id, self.manager
        )

    def test_visit_invoice_ignores_defaults_of_the_context(self):
        self.walk_in.action_receive()
        self.rpc(
            self.staff,
            "pet.appointment",
            "action_create_invoice",
            self.walk_in.ids,
            context={
                "default_state": "posted",
                "default_ref": "forged",
                "default_invoice_date": "2020-01-01",
                "default_discount": 100,
            },
        )
        invoice = self.walk_in.sudo().invoice_ids
        self.assertEqual(invoice.state, "draft")
        self.assertFalse(invoice.ref or invoice.invoice_date)
        self.assertEqual(invoice.amount_untaxed, 60.0)

    def test_defaults_that_users_keep_are_dropped(self):
        """`ir.default` is open to every employee, for their own records."""
        for model in ("pet.plan", "pet.plan.line", "pet.appointment", "pet.plan.entry"):
            for name in self.guarded[model]:
                forged = self.forge(self.targets[model], name)
                if isinstance(forged, list):
                    continue
                self.rpc(
                    self.staff, "ir.default", "set", model, name, forged, user_id=True
                )
        vals = {**self.creatable["pet.plan"], "date_start": "2026-01-01"}
        plan = self.env["pet.plan"].browse(
            self.rpc(self.staff, "pet.plan", "create", vals)
        )
        self.assertEqual(plan.state, "draft")
        self.assertFalse(plan.sudo().billing_error)
        self.assertEqual(plan.line_ids.mapped("remaining"), [0.0])
        self.rpc(self.staff, "pet.plan", "action_confirm", plan.ids)
        visit = self.env["pet.appointment"].browse(
            self.rpc(self.staff, "pet.plan", "book", plan.ids, ["2026-01-13 09:00:00"])
        )
        self.assertEqual(visit.state, "scheduled")
        self.assertFalse(visit.invoice_ids or visit.cancel_reason)
        self.assertEqual(plan.sudo().entry_ids.user_id, self.staff)
        self.assertEqual(plan.sudo().entry_ids.mapped("reason"), [False] * 2)
        self.assertLedgerAgrees(plan)

    # --- Commands of a parent --------------------------------------------------

    def test_commands_of_a_parent(self):
        plan, draft, visit = self.plan, self.draft, self.visits[0]
        line, entry, cycle = plan.line_ids, plan.entry_ids[:1], plan.cycle_ids[0]
        other_cycle = self.other_plan.cycle_ids[0]
        move = self.targets["account.move"]
        forged_plan = {**self.creatable["pet.plan"], "state": "active"}
        forged_visit = {**self.creatable["pet.appointment"], "state": "delivered"}
        attacks = [
            (plan, {"cycle_ids": [[0, 0, {"sequence": 4, "capacity": 4}]]}),
            (plan, {"cycle_ids": [[1, cycle.id, {"capacity": 40}]]}),
            (plan, {"cycle_ids": [[1, cycle.id, {"date_due": "2031-01-01"}]]}),
            (plan, {"cycle_ids": [[2, cycle.id, 0]]}),
            (plan, {"cycle_ids": [[3, cycle.id, 0]]}),
            (plan, {"cycle_ids": [[4, other_cycle.id, 0]]}),
            (plan, {"cycle_ids": [[5, 0, 0]]}),
            (plan, {"cycle_ids": [[6, 0, []]]}),
            (plan, {"entry_ids": [[0, 0, self.creatable["pet.plan.entry"]]]}),
            (plan, {"entry_ids": [[1, entry.id, {"quantity": 50}]]}),
            (plan, {"entry_ids": [[2, entry.id, 0]]}),
            (plan, {"entry_ids": [[3, entry.id, 0]]}),
            (plan, {"entry_ids": [[5, 0, 0]]}),
            (plan, {"entry_ids": [[6, 0, []]]}),
            (plan, {"entry_ids": [[4, self.other_plan.entry_ids[:1].id, 0]]}),
            (line, {"entry_ids": [[0, 0, self.creatable["pet.plan.entry"]]]}),
            (line, {"entry_ids": [[1, entry.id, {"quantity": 50}]]}),
            (line, {"entry_ids": [[2, entry.id, 0]]}),
            (plan, {"appointment_ids": [[0, 0, forged_visit]]}),
            (plan, {"appointment_ids": [[1, visit.id, {"cycle_id": cycle.id}]]}),
            (plan, {"appointment_ids": [[1, visit.id, {"state": "no_show"}]]}),
            (plan, {"appointment_ids": [[1, visit.id, {"holds_sessions": False}]]}),
            (plan, {"appointment_ids": [[2, visit.id, 0]]}),
            (plan, {"line_ids": [[1, line.id, {"remaining": 50}]]}),
            (draft, {"line_ids": [[1, draft.line_ids.id, {"remaining": 50}]]}),
            (plan, {"pause_ids": [[0, 0, self.creatable["pet.plan.pause"]]]}),
            (plan, {"pause_ids": [[2, plan.pause_ids.id, 0]]}),
            (draft, {"line_ids": [[0, 0, {"product_id": 1, "remaining": 50}]]}),
            (self.other_plan, {"invoice_ids": [[4, move.id, 0]]}),
            (draft, {"invoice_ids": [[4, move.id, 0]]}),
            (draft, {"invoice_ids": [[6, 0, move.ids]]}),
            (cycle, {"move_ids": [[4, move.id, 0]]}),
            (cycle, {"move_ids": [[5, 0, 0]]}),
            (cycle, {"appointment_ids": [[4, self.walk_in.id, 0]]}),
            (move, {"pet_cycle_id": False}),
            (self.luna, {"plan_ids": [[0, 0, forged_plan]]}),
            (self.luna, {"plan_ids": [[1, plan.id, {"state": "expired"}]]}),
            (self.luna, {"plan_ids": [[2, plan.id, 0]]}),
            (self.luna, {"appointment_ids": [[0, 0, forged_visit]]}),
            (self.luna, {"appointment_ids": [[1, visit.id, {"state": "no_show"}]]}),
            (self.customer, {"pet_plan_ids": [[0, 0, forged_plan]]}),
            (self.customer, {"pet_plan_ids": [[1, plan.id, {"state": "expired"}]]}),
            (
                self.customer,
                {"pet_ids": [[0, 0, {"name": "X", "plan_ids": [[0, 0, forged_plan]]}]]},
            ),
            (self.template, {"plan_ids": [[1, plan.id, {"state": "cancelled"}]]}),
            (self.template, {"plan_ids": [[0, 0, forged_plan]]}),
        ]
        before = self.snapshot("account.move")
        for record, vals in attacks:
            for user in (self.manager, self.admin):
                with self.subTest(user=user.login, model=record._name, vals=vals):
                    self.assertRpcRefused(
                        user,
                        record._name,
                        "write",
                        record.ids,
                        vals,
                        context={"pet_plans_guard": True},
                    )
        self.assertUntouched(before)

    def test_commands_of_a_new_visit_reach_no_other_visit(self):
        """What comes with a new visit is judged as if it came alone."""
        line = self.other_visit.line_ids
        for command in (
            [1, line.id, {"quantity": 5}],
            [2, line.id, 0],
            [4, line.id, 0],
            [6, 0, line.ids],
        ):
            with self.subTest(command=command):
                try:
                    self.rpc(
                        self.staff,
                        "pet.appointment",
                        "create",
                        {**self.creatable["pet.appointment"], "line_ids": [command]},
                    )
                except RpcError as error:
                    self.assertNotIn("psycopg", error.name)
                self.assertLedgerAgrees(self.other_plan)

    def test_a_new_visit_opens_no_guard_for_what_comes_with_it(self):
        """The guard is off for what the visit itself does, not for its messages."""
        forged_plan = {
            **self.creatable["pet.plan"],
            "date_start": "2026-01-01",
            "state": "active",
        }
        stranger = {"name": "Eve", "pet_plan_ids": [[0, 0, forged_plan]]}
        message = {
            "body": "x",
            "reply_to": "eve@example.com",
            "partner_ids": [[0, 0, stranger]],
        }
        before = self.snapshot()
        for user in (self.staff, self.manager, self.admin):
            with self.subTest(user=user.login):
                self.assertRpcRefused(
                    user,
                    "pet.appointment",
                    "create",
                    {
                        **self.creatable["pet.appointment"],
                        "message_ids": [[0, 0, message]],
                    },
                )
        self.assertUntouched(before)

    def test_a_new_plan_opens_no_guard_for_what_comes_with_it(self):
        """Neither for its services nor for what hangs on its messages."""
        new = {**self.creatable["pet.plan"], "date_start": "2026-01-01"}
        stranger = {"name": "Eve", "pet_plan_ids": [[0, 0, {**new, "state": "active"}]]}
        message = {
            "body": "x",
            "reply_to": "eve@example.com",
            "partner_ids": [[0, 0, stranger]],
        }
        service = {"product_id": self.bath.id, "quantity": 1, "remaining": 50}
        before = self.snapshot()
        for user in (self.staff, self.manager, self.admin):
            for forged in (
                {"line_ids": [[0, 0, service]]},
                {"message_ids": [[0, 0, message]]},
                {"renewal_ids": [[0, 0, {**new, "state": "active"}]]},
            ):
                with self.subTest(user=user.login, forged=[*forged]):
                    self.assertRpcRefused(user, "pet.plan", "create", {**new, **forged})
        self.assertUntouched(before)

    # --- Import ----------------------------------------------------------------

    def test_import(self):
        xmlid = "__import__.forged"
        sold = {
            "pet.plan": (
                ["template_id/.id", "pet_id/.id", "state"],
                [[str(self.template.id), str(self.luna.id), "active"]],
            ),
            "pet.plan.line": ([".id", "remaining"], [[str(self.draft.line_ids.id), 9]]),
            "pet.plan.entry": (
                ["id", "line_id/.id", "kind", "quantity", "balance"],
                [[xmlid, str(self.plan.line_ids.id), "grant", "5", "5"]],
            ),
            "pet.cycle": (
                [".id", "date_due"],
                [[str(self.plan.cycle_ids[0].id), "2031-01-01"]],
            ),
            "pet.appointment": (
                [".id", "state"],
                [[str(self.visits[0].id), "delivered"]],
            ),
            "account.move": (
                [".id", "pet_cycle_id/.id"],
                [
                    [
                        str(self.targets["account.move"].id),
                        str(self.plan.cycle_ids[2].id),
                    ]
                ],
            ),
        }
        before = self.snapshot("account.move")
        for model, (names, rows) in sold.items():
            for user in (self.manager, self.admin):
                with self.subTest(user=user.login, model=model):
                    try:
                        answer = self.rpc(user, model, "load", names, rows)
                    except RpcError as error:
                        self.assertEqual(error.name, "odoo.exceptions.AccessError")
                    else:
                        self.assertFalse(answer["ids"])
                        self.assertTrue(answer["messages"])
        self.assertUntouched(before)

    # --- Methods ---------------------------------------------------------------

    def test_private_methods_are_not_callable(self):
        """Odoo's door lets none of them through; the last of each model is tried."""
        before = self.snapshot()
        for model in (*self.own_models(), "account.move", "res.partner"):
            name = None
            for name in self.own_methods(model, private=True):
                with (
                    self.subTest(model=model, method=name),
                    self.assertRaisesRegex(AccessError, "cannot be called remotely"),
                ):
                    get_public_method(self.env[model], name)
            if name:
                message = self.assertRpcRefused(self.admin, model, name, [])
                self.assertIn("cannot be called remotely", message)
        self.assertUntouched(before)

    def test_public_methods_are_the_announced_ones(self):
        """Every public method is a door: those of the contract, and buttons."""
        announced = {
            *(
                "book",
                "reschedule",
                "preview_move",
                "move_together",
                "retrieve_dashboard",
            ),
            *("get_pet_plans_page", "get_finished_pet_plans", "allow_overdue"),
            "get_unusual_days",
        }
        for model in (*self.own_models(), "account.move", "res.partner"):
            inherited = {
                name
                for base in type(self.env[model]).mro()
                if not base.__module__.startswith(f"odoo.addons.{ADDON}.")
                for name in vars(base)
            }
            for name in self.own_methods(model):
                with self.subTest(model=model, method=name):
                    self.assertTrue(
                        name.startswith("action_")
                        or name in announced
                        or name in inherited - set(vars(type(self.env[model])))
                        or name in ("create", "write", "unlink", "copy")
                    )
