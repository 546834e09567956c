import inspect
import warnings

from odoo import Command
from odoo.models import BaseModel

from .rpc import ADDON, REFUSALS, RpcCase, RpcError

# From a record to its customer, by the first field of the path.
OWNER_PATHS = {
    "partner_id": "partner_id",
    "plan_id": "plan_id.partner_id",
    "appointment_id": "appointment_id.partner_id",
}
SECRETS = ("Bruno", "Mimi", "Vicious")


class TestPortal(RpcCase):
    """A customer sees their own records, whole and nothing else (13, P3).

    The models are those the addon has: a new one is taken in without a word here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana = cls.make_portal_user("pet_ana", cls.customer)
        cls.template = cls.make_template()
        for pet in cls.luna + cls.mimi:
            pet.note = "Vicious"
            plan = cls.sell(cls.template, pet=pet, note="Vicious")
            plan.book(cls.weekly(12))
            cls.sell(cls.template, pet=pet, confirm=False)
            cls.env["pet.appointment"].create(
                {
                    "pet_id": pet.id,
                    "start": "2026-02-06 09:00:00",
                    "note": "Vicious",
                    "line_ids": [Command.create({"product_id": cls.grooming.id})],
                }
            )
            plan.sudo().cycle_ids[:1].invoice_id.action_post()
        wizard = cls.env["pet.appointment.cancel"]
        wizard.create({"appointment_ids": [Command.set(plan.appointment_ids[:1].ids)]})
        cls.env["pet.plan.book"].create({"plan_id": plan.id})

    # --- Helpers ---------------------------------------------------------------

    def owner(self, records):
        """Return the customers of records of any model."""
        if records._name == "res.partner":
            return records
        for name, path in OWNER_PATHS.items():
            if name in records._fields:
                return records.mapped(path)
        return self.env["res.partner"]

    def everything(self, model):
        return self.env[model].sudo().with_context(active_test=False).search([])

    def visible(self, model):
        """Return what Ana is to see of a model: her own, but no draft plans."""

        def is_hers(record):
            plan = record if model == "pet.plan" else record._fields.get("plan_id")
            if plan is not None and model != "pet.plan":
                plan = record.plan_id
            return self.owner(record) == self.customer and (
                not plan or plan.state != "draft"
            )

        return self.everything(model).filtered(is_hers)

    def may_read(self, model):
        return self.env[model].with_user(self.ana).has_access("read")

    def readable_models(self):
        return [model for model in self.own_models() if self.may_read(model)]

    # --- Reading ---------------------------------------------------------------

    def test_models_a_customer_may_read_at_all(self):
        self.assertEqual(
            self.readable_models(),
            [
                "pet.appointment",
                "pet.appointment.line",
                "pet.cycle",
                "pet.pet",
                "pet.plan",
                "pet.plan.entry",
                "pet.plan.line",
            ],
        )

    def test_searching_finds_own_records_only(self):
        for model in self.readable_models():
            visible = self.visible(model)
            self.assertTrue(visible, f"Ana has no {model}: the test would be blind")
            self.assertTrue(
                self.everything(model) - visible, f"nothing hidden: {model}"
            )
            expected = sorted(visible.ids)
            for method, args, pick in (
                ("search", ([],), lambda answer: answer),
                ("search_read", ([], ["id"]), lambda rows: [r["id"] for r in rows]),
                (
                    "web_search_read",
                    ([], {"display_name": {}}),
                    lambda answer: [row["id"] for row in answer["records"]],
                ),
                (
                    "name_search",
                    ("", [], "ilike", 0),
                    lambda rows: [r[0] for r in rows],
                ),
            ):
                with self.subTest(model=model, method=method):
                    found = pick(self.rpc(self.ana, model, method, *args))
                    self.assertEqual(sorted(found), expected)
            with self.subTest(model=model, method="search_count"):
                count = self.rpc(self.ana, model, "search_count", [])
                self.assertEqual(count, len(visible))

    def test_grouping_counts_own_records_only(self):
        for model in self.readable_models():
            visible = self.visible(model)
            by_owner = "partner_id" if "partner_id" in visible._fields else "create_uid"
            for method, args in (
                ("formatted_read_group", ([], [by_owner], ["__count"])),
                ("web_read_group", ([], [by_owner], ["__count"])),
                ("read_group", ([], [f"{by_owner}_count:count(id)"], [by_owner])),
            ):
                with (
                    self.subTest(model=model, method=method),
                    warnings.catch_warnings(),
                ):
                    # `read_group` is old, but still a way in
                    warnings.simplefilter("ignore", DeprecationWarning)
                    answer = self.rpc(self.ana, model, method, *args)
                    rows = answer["groups"] if isinstance(answer, dict) else answer
                    key = f"{by_owner}_count" if method == "read_group" else "__count"
                    self.assertEqual(sum(row[key] for row in rows), len(visible))

    def test_a_domain_does_not_reach_further(self):
        for model in self.readable_models():
            hidden = self.everything(model) - self.visible(model)
            with self.subTest(model=model):
                found = self.rpc(self.ana, model, "search", [("id", "in", hidden.ids)])
                self.assertFalse(found)

    def test_reading_by_id_what_is_not_theirs(self):
        for model in self.own_models():
            hidden = self.everything(model) - self.visible(model)
            for record in hidden[:1] + hidden[-1:]:
                for method, args in (
                    ("read", (["display_name"],)),
                    ("web_read", ({"display_name": {}},)),
                    ("export_data", (["id", "display_name"],)),
                    ("copy", ()),
                    ("get_metadata", ()),
                ):
                    if method == "get_metadata" and not record._log_access:
                        continue  # of an analysis there is none
                    with self.subTest(model=model, method=method):
                        self.assertRpcRefused(
                            self.ana, model, method, record.ids, *args
                        )

    def test_models_that_are_not_for_customers(self):
        for model in set(self.own_models()) - set(self.readable_models()):
            for method, args in (
                ("search", ([],)),
                ("search_read", ([], ["id"])),
                ("web_search_read", ([], {})),
                ("name_search", ("",)),
                ("formatted_read_group", ([], [], ["__count"])),
                ("onchange", ([], {}, [], {"display_name": {}})),
            ):
                with self.subTest(model=model, method=method):
                    self.assertRpcRefused(self.ana, model, method, *args)

    def test_own_records_can_be_read_whole(self):
        """Every field that is offered can be read: nothing computes out of reach."""
        for model in self.readable_models():
            offered = self.rpc(self.ana, model, "fields_get", [], ["type"])
            own = self.env[model]._fields.values()
            names = [
                "display_name",
                *(
                    field.name
                    for field in own
                    if field._module == ADDON and field.name in offered
                ),
            ]
            with self.subTest(model=model):
                rows = self.rpc(self.ana, model, "read", self.visible(model).ids, names)
                self.assertEqual(len(rows), len(self.visible(model)))
                for secret in SECRETS:
                    self.assertNotIn(secret, str(rows))

    def test_counters_agree_with_what_the_shop_sees(self):
        names = [
            *("sessions_total", "sessions_used", "sessions_booked"),
            *("sessions_remaining", "visit_count", "to_book", "days_left"),
        ]
        plan = self.visible("pet.plan")
        (row,) = self.rpc(self.ana, "pet.plan", "read", plan.ids, names)
        self.assertEqual(row["sessions_booked"], 12.0)
        (expected,) = plan.with_user(self.staff).read(names)
        self.assertEqual(row, expected)

    def test_invoices_of_a_plan(self):
        """The customer sees the posted ones; drafts are the shop's."""
        plan = self.visible("pet.plan")
        (row,) = self.rpc(self.ana, "pet.plan", "read", plan.ids, ["invoice_ids"])
        posted = plan.invoice_ids.filtered(lambda move: move.state == "posted")
        self.assertEqual(len(plan.invoice_ids), 3)
        self.assertEqual(row["invoice_ids"], posted.ids)

    # --- Internal fields -------------------------------------------------------

    def test_internal_fields(self):
        internal = {
            ("pet.pet", "note"),
            ("pet.plan", "note"),
            ("pet.plan", "billing_error"),
            ("pet.plan", "cancel_reason"),
            ("pet.plan", "non_renewal_reason_id"),
            ("pet.plan", "pause_ids"),
            ("pet.appointment", "note"),
            ("pet.appointment", "pet_note"),
            ("pet.appointment", "plan_note"),
        }
        internal |= {
            (model, field.name)
            for model in self.readable_models()
            for field in self.env[model]._fields.values()
            if field._module == ADDON
            and field.groups
            and "base.group_portal" not in field.groups
        }
        for model, name in sorted(internal):
            # Of a field that is not there every call fails, whoever calls.
            self.assertIn(name, self.env[model]._fields)
            ids = self.visible(model).ids
            # That a required field is set goes without looking at it.
            value = 1 if self.env[model]._fields[name].required else False
            for method, args in (
                ("read", (ids, [name])),
                ("web_read", (ids, {name: {}})),
                ("search_read", ([], [name])),
                ("export_data", (ids, [name])),
                ("search", ([(name, "!=", value)],)),
                ("search", ([], 0, None, name)),
                ("formatted_read_group", ([], [name], ["__count"])),
                ("formatted_read_group", ([], [], [f"{name}:array_agg"])),
            ):
                with self.subTest(model=model, field=name, method=method):
                    self.assertRpcRefused(
                        self.ana,
                        model,
                        method,
                        *args,
                        # grouping by a related field: "Cannot convert ... to SQL"
                        names=(*REFUSALS, "builtins.ValueError"),
                    )
            offered = self.rpc(self.ana, model, "fields_get", [], ["type"])
            self.assertNotIn(name, offered)

    def test_internal_fields_cannot_be_guessed_from_elsewhere(self):
        for model, domain in (
            ("pet.appointment", [("plan_id.note", "ilike", "vic")]),
            ("pet.appointment", [("pet_id.note", "ilike", "vic")]),
            ("pet.plan.line", [("plan_id.note", "ilike", "vic")]),
            ("res.partner", [("pet_plan_ids.note", "ilike", "vic")]),
            ("res.partner", [("pet_ids.note", "ilike", "vic")]),
        ):
            with self.subTest(model=model, domain=domain):
                self.assertRpcRefused(self.ana, model, "search", domain)

    def test_notes_of_the_shop_in_the_chatter(self):
        plan = self.visible("pet.plan")
        self.visible("pet.appointment").filtered("plan_id")[-1:].with_user(
            self.staff
        ).action_cancel()
        self.assertTrue(plan.message_ids)
        rows = self.rpc(
            self.ana,
            "mail.message",
            "search_read",
            [("model", "in", self.own_models())],
            ["id"],
        )
        shown = self.env["mail.message"].sudo().browse(row["id"] for row in rows)
        self.assertFalse(shown.filtered("is_internal"))
        self.assertFalse(shown.subtype_id.filtered("internal"))

    # --- Writing ---------------------------------------------------------------

    def test_nothing_can_be_written(self):
        before = self.snapshot("account.move", "res.partner")
        for model in self.own_models():
            record = self.visible(model)[:1] or self.everything(model)[:1]
            for method, args in (
                ("create", ({},)),
                ("write", (record.ids, {})),
                ("unlink", (record.ids,)),
                ("copy", (record.ids,)),
                ("web_save", (record.ids, {}, {})),
                ("web_save", ([], {}, {})),
                ("name_create", ("x",)),
                ("action_archive", (record.ids,)),
            ):
                if "create" not in method and not record:
                    continue
                if method == "name_create" and not record._rec_name:
                    continue
                if method == "action_archive" and "active" not in record._fields:
                    continue
                with self.subTest(model=model, method=method):
                    self.assertRpcRefused(self.ana, model, method, *args)
        self.assertUntouched(before)

    def test_nothing_can_be_written_through_the_customer(self):
        before = self.snapshot("res.partner")
        for vals in (
            {"pet_ids": [[0, 0, {"name": "Toto"}]]},
            {"pet_ids": [[1, self.luna.id, {"name": "Toto"}]]},
            {"pet_ids": [[4, self.mimi.id, 0]]},
            {"pet_plan_ids": [[0, 0, {"template_id": self.template.id}]]},
        ):
            with self.subTest(vals=vals):
                self.assertRpcRefused(
                    self.ana, "res.partner", "write", self.customer.ids, vals
                )
        self.assertUntouched(before)

    # --- Methods ---------------------------------------------------------------

    def arguments(self, model, name):
        """Return something for each argument that a method asks for."""
        samples = {
            "vals": {},
            "vals_list": [{}],
            "starts": ["2026-03-30 09:00:00"],
            "start": "2026-03-30 09:00:00",
            "fields": ["display_name"],
            "specification": {"display_name": {}},
        }
        return [
            samples.get(parameter.name, [])
            for parameter in list(
                inspect.signature(getattr(self.env[model], name)).parameters.values()
            )
            if parameter.default is parameter.empty
            and parameter.kind == parameter.POSITIONAL_OR_KEYWORD
        ]

    def test_public_methods_have_no_effect(self):
        before = self.snapshot("account.move", "res.partner", "mail.message")
        for model in (*self.own_models(), "account.move", "res.partner"):
            visible = self.visible(model)
            hidden = self.everything(model) - visible
            for name in self.own_methods(model):
                if hasattr(BaseModel, name):
                    continue  # `create` and the like: see above
                args = self.arguments(model, name)
                for record in visible[:1] + visible[-1:] + hidden[:1] + hidden[-1:]:
                    with self.subTest(model=model, method=name, record=record):
                        method = getattr(self.env[model], name)
                        ids = () if hasattr(method, "_api_model") else (record.ids,)
                        try:
                            answer = self.rpc(self.ana, model, name, *ids, *args)
                        except RpcError as error:
                            self.assertIn("odoo.exceptions", error.name, error.debug)
                        else:
                            for secret in SECRETS if record in hidden else ():
                                self.assertNotIn(secret, str(answer))
                        self.assertUntouched(before)

    def test_nobody_without_session(self):
        self.authenticate(None, None)
        answer = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw",
            json={
                "params": {
                    "model": "pet.plan",
                    "method": "search_read",
                    "args": [[]],
                    "kwargs": {},
                }
            },
        ).json()
        self.assertEqual(
            answer["error"]["data"]["name"], "odoo.http.SessionExpiredException"
        )
