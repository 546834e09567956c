import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, mute_logger

from .companies import CompaniesCase
from .rpc import REFUSALS, RpcError

# And accountants
MANAGERS_ONLY = (
    "pet.consumption",
    "pet.liability",
    "pet.liability.line",
    "pet.renewal.report",
    "pet.session.report",
)


class TestCompanies(CompaniesCase):
    """Companies never see each other's records (13)."""

    def test_every_model_is_looked_at(self):
        shared = {"pet.species", "pet.breed", "pet.non.renewal.reason"}
        persistent = {
            name for name in self.own_models() if not self.env[name].is_transient()
        }
        self.assertLessEqual(persistent - shared, self.theirs.keys())

    # --- One company -----------------------------------------------------------

    def test_everybody_finds_their_own_company_only(self):
        for model, theirs in self.theirs.items():
            mine = self.ours[model]
            for user, seen, hidden in (
                (self.staff, mine, theirs),
                (self.manager, mine, theirs),
                (self.accountant, mine, theirs),
                (self.other_staff, theirs, mine),
            ):
                with self.subTest(model=model, user=user.login):
                    records = self.env[model].with_user(user)
                    if model in MANAGERS_ONLY and user in self.staff | self.other_staff:
                        self.assertFalse(records.has_access("read"))
                        continue
                    found = records.search([])
                    self.assertLessEqual(seen, found)
                    self.assertFalse(hidden & found)

    def test_what_another_company_has_cannot_be_touched(self):
        for model, theirs in self.theirs.items():
            record = theirs[:1].with_user(self.manager)
            named = rf"[(]{re.escape(model)}[)]"
            with self.subTest(model=model):
                with self.assertRaisesRegex(
                    AccessError, rf"'read' access.*\n.*{named}"
                ):
                    record.read(["display_name"])
                with self.assertRaisesRegex(AccessError, f"{named}|append-only"):
                    record.write({"write_date": False})
                with self.assertRaisesRegex(AccessError, named):
                    record.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_button_works_on_what_another_company_has(self):
        before = self.snapshot("account.move")
        arguments = {"book": ([],), "reschedule": ("2026-03-30 09:00:00",)}
        for user in (self.manager, self.accountant):
            for model, theirs in self.theirs.items():
                for name in self.own_methods(model):
                    if not name.startswith("action_") and name not in arguments:
                        continue
                    record = theirs[:1]
                    with self.subTest(user=user.login, model=model, method=name):
                        if name == "book":
                            args = (["2026-03-30 09:00:00"],)
                        else:
                            args = arguments.get(name, ())
                        try:
                            answer = self.rpc(user, model, name, record.ids, *args)
                        except Exception as error:  # noqa: BLE001
                            self.assertIn("AccessError", str(error))
                        else:
                            self.assertNotIn("Toto", str(answer))
                            self.assertNotIn(self.other_shop.name, str(answer))
                        self.assertUntouched(before)

    def test_chosen_companies_cannot_be_forged(self):
        context = {"allowed_company_ids": (self.shop + self.other_shop).ids}
        for method, args in (
            ("search", ([],)),
            ("action_recycle", (self.theirs["pet.plan"].ids,)),
            ("book", (self.theirs["pet.plan"].ids, ["2026-03-30 09:00:00"])),
        ):
            with self.subTest(method=method):
                message = self.assertRpcRefused(
                    self.staff, "pet.plan", method, *args, context=context
                )
                self.assertIn("compan", message)

    def test_preview_of_a_cancellation_shows_nothing_of_others(self):
        """The preview reads invoices with more rights than the user has (C7)."""
        visits = self.theirs["pet.appointment"]
        values = {"appointment_ids": [[6, 0, visits[:1].ids]]}
        spec = {
            "appointment_ids": {},
            "line_ids": {
                "fields": {
                    "appointment_id": {"fields": {"display_name": {}}},
                    "old_cycle_id": {"fields": {"display_name": {}}},
                    "old_date_due": {},
                }
            },
        }
        self.assertRpcRefused(
            self.staff,
            "pet.appointment.cancel",
            "onchange",
            [],
            values,
            [*values],
            spec,
        )
        self.assertRpcRefused(
            self.staff, "pet.appointment.cancel", "web_save", [], values, spec
        )

    def test_wizards_do_nothing_for_others(self):
        before = self.snapshot("account.move")
        plan, visits = self.theirs["pet.plan"], self.theirs["pet.appointment"]
        for model, values in (
            (
                "pet.plan.book",
                {"plan_id": plan.id, "first_start": "2026-03-30 09:00:00"},
            ),
            ("pet.plan.sell", self.plan_vals(pet_id=self.theirs["pet.pet"].id)),
            ("pet.appointment.cancel", {"appointment_ids": [[6, 0, visits[:1].ids]]}),
        ):
            with self.subTest(model=model):
                try:
                    wizard = self.rpc(self.staff, model, "create", values)
                except RpcError as error:
                    self.assertIn(error.name, REFUSALS)
                else:
                    self.assertRpcRefused(self.staff, model, "action_apply", [wizard])
        self.assertUntouched(before)

    def test_wizards_show_nothing_of_others(self):
        plan = self.theirs["pet.plan"]
        secrets = (plan.note, str(plan.date_end), plan.partner_id.name, "Toto")
        for model in self.own_models():
            wizard = self.env[model]
            if not wizard.is_transient() or "plan_id" not in wizard._fields:
                continue
            spec = {name: {} for name in wizard._fields}
            with self.subTest(model=model):
                try:
                    answer = self.rpc(
                        self.manager,
                        model,
                        "onchange",
                        [],
                        {"plan_id": plan.id},
                        ["plan_id"],
                        spec,
                    )
                except RpcError as error:
                    self.assertIn(error.name, REFUSALS)
                else:
                    for secret in secrets:
                        self.assertNotIn(secret, str(answer))

    # --- Both companies --------------------------------------------------------

    def test_a_user_of_both_sees_those_chosen(self):
        for model, theirs in self.theirs.items():
            Model = self.env[model].with_user(self.both)
            chosen = Model.with_context(allowed_company_ids=self.shop.ids).search([])
            both = Model.with_context(
                allowed_company_ids=(self.shop + self.other_shop).ids
            ).search([])
            with self.subTest(model=model):
                self.assertLessEqual(self.ours[model], chosen)
                self.assertFalse(theirs & chosen)
                self.assertLessEqual(self.ours[model] | theirs, both)

    def as_both(self, model):
        return (
            self.env[model]
            .with_user(self.both)
            .with_context(allowed_company_ids=(self.shop + self.other_shop).ids)
        )

    def plan_vals(self, **values):
        return {
            "template_id": self.ours["pet.plan.template"].id,
            "partner_id": self.ours["res.partner"].id,
            "pet_id": self.ours["pet.pet"].id,
            "company_id": self.shop.id,
            **values,
        }

    def test_companies_are_not_mixed_in_a_plan(self):
        service = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Their bath", "company_id": self.other_shop.id})
        )
        line = {"product_id": service.id, "quantity": 1, "price_unit": 1}
        shared = self.make_template(company_id=False)
        for values in (
            {"template_id": self.theirs["pet.plan.template"].id},
            {"partner_id": self.theirs["res.partner"].id, "pet_id": False},
            {"pet_id": self.theirs["pet.pet"].id},
            {"user_id": self.other_staff.id},
            {"company_id": self.other_shop.id},
            {"template_id": shared.id, "company_id": self.other_shop.id},
            {"line_ids": [Command.create(line)]},
        ):
            with self.subTest(values=values):
                with self.assertRaisesRegex(UserError, "[Cc]ompan"):
                    self.as_both("pet.plan").create(self.plan_vals(**values))
                draft = self.as_both("pet.plan").create(self.plan_vals())
                with self.assertRaisesRegex(UserError, "[Cc]ompan"):
                    draft.write(values)

    def test_companies_are_not_mixed_in_a_template(self):
        service = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Their bath", "company_id": self.other_shop.id})
        )
        with self.assertRaisesRegex(UserError, "[Cc]ompan"):
            self.as_both("pet.plan.template").create(
                {
                    "name": "Mixed",
                    "company_id": self.shop.id,
                    "line_ids": [Command.create({"product_id": service.id})],
                }
            )

    def test_a_template_leaves_no_plan_behind(self):
        template = self.as_both("pet.plan.template").browse(
            self.ours["pet.plan.template"].id
        )
        with self.assertRaisesRegex(UserError, "other companies have sold 1 plan"):
            template.company_id = self.other_shop
        template.company_id = False
        with self.assertRaisesRegex(UserError, "other companies have sold 1 plan"):
            template.company_id = self.other_shop
        template.company_id = self.shop

    def test_a_template_takes_no_service_along(self):
        service = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Our bath", "company_id": self.shop.id})
        )
        template = self.make_template([(service, 12, 45.0)])
        template = self.as_both("pet.plan.template").browse(template.id)
        with self.assertRaisesRegex(UserError, "[Cc]ompan"):
            template.company_id = self.other_shop

    def test_services_of_a_visit_are_of_its_company(self):
        service = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Their bath", "company_id": self.other_shop.id})
        )
        line = self.ours["pet.appointment"][-1].line_ids
        lines = self.as_both("pet.appointment.line")
        with self.assertRaisesRegex(UserError, "[Cc]ompan"):
            lines.browse(line.id).product_id = service
        with self.assertRaisesRegex(UserError, "[Cc]ompan"):
            lines.create(
                {"appointment_id": line.appointment_id.id, "product_id": service.id}
            )

    def test_companies_are_not_mixed_in_a_visit(self):
        crossover, stranger = "no company crossover", "it is for Toto, not for Toto"
        for values, when_created, when_written in (
            ({"pet_id": self.theirs["pet.pet"].id}, crossover, crossover),
            ({"plan_id": self.theirs["pet.plan"].id}, crossover, stranger),
            ({"company_id": self.other_shop.id}, crossover, crossover),
        ):
            vals = {
                "pet_id": self.ours["pet.pet"].id,
                "company_id": self.shop.id,
                "start": "2026-03-30 09:00:00",
            }
            with self.subTest(values=values):
                with self.assertRaisesRegex(UserError, when_created):
                    self.as_both("pet.appointment").create({**vals, **values})
                visit = self.as_both("pet.appointment").create(vals)
                with self.assertRaisesRegex(UserError, when_written):
                    visit.write(values)

    def test_a_visit_of_a_plan_stays_in_its_company(self):
        visit = self.as_both("pet.appointment").browse(
            self.ours["pet.appointment"][-1].id
        )
        with self.assertRaisesRegex(UserError, "[(]plan_id: .* another company"):
            visit.company_id = self.other_shop
        self.assertEqual(visit.company_id, self.shop)

    def test_companies_are_not_mixed_in_a_sale(self):
        wizard = self.as_both("pet.plan.sell")
        for values in (
            {"template_id": self.theirs["pet.plan.template"].id},
            {"partner_id": self.theirs["res.partner"].id, "pet_id": False},
            {"pet_id": self.theirs["pet.pet"].id},
        ):
            with self.subTest(values=values):
                with self.assertRaisesRegex(UserError, "[Cc]ompan"):
                    wizard.create(self.plan_vals(**values)).action_apply()

    def test_the_sale_offers_templates_of_its_company(self):
        with Form(self.as_both("pet.plan.sell")) as form:
            form.pet_id = self.ours["pet.pet"]
            form.template_id = self.ours["pet.plan.template"]
            self.assertNotIn(
                self.theirs["pet.plan.template"].id,
                form.available_template_ids.ids,
            )
            form.date_start = "2026-01-01"

    def test_each_company_has_its_own_references(self):
        self.assertEqual(self.theirs["pet.plan"].company_id, self.other_shop)
        self.assertEqual(
            self.theirs["pet.cycle"].sudo().invoice_id.company_id, self.other_shop
        )

    def test_a_pet_follows_its_owner_to_another_company(self):
        pet = self.as_both("pet.pet").create(
            {"name": "Bolt", "partner_id": self.ours["res.partner"].id}
        )
        pet.partner_id = self.theirs["res.partner"]
        self.assertEqual(pet.company_id, self.other_shop)
        self.env.flush_all()
        self.assertFalse(
            self.env["pet.pet"].with_user(self.staff).search([("id", "=", pet.id)])
        )
