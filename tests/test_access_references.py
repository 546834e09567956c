import json

from odoo import Command
from odoo.models import MAGIC_COLUMNS

from .companies import CompaniesCase
from .rpc import ADDON, REFUSALS, RpcError

SECRET_PRICE = 98765.43
# These are computed from the dialog, without which a row of it is never shown.
DIALOG_FIELDS = {"pet.plan.book.line": ("cycle_id", "clash")}


class TestReferences(CompaniesCase):
    """No record is moved to another company, and no form looks into one (13).

    Every many2one of every model is tried, with what the other company has; a new
    model or field is taken in by itself.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env(su=True)
        theirs = {name: records.with_env(env) for name, records in cls.theirs.items()}
        product = env["product.product"].create(
            {
                "name": "Secret service",
                "type": "service",
                "list_price": SECRET_PRICE,
                "company_id": cls.other_shop.id,
            }
        )
        theirs["res.partner"].name = "Secret owner"
        theirs["pet.pet"].write({"name": "Secret pet", "note": "Secret care"})
        theirs["pet.plan.template"].name = "Secret offer"
        theirs["pet.plan.template.line"].price_unit = SECRET_PRICE
        theirs["pet.plan.template.price"].price_unit = SECRET_PRICE
        theirs["pet.plan"].write({"note": "Secret package", "title": "Secret title"})
        env.flush_all()
        env.cr.execute(
            "UPDATE pet_plan_line SET price_unit = %s, price_subtotal = %s, "
            "product_id = %s WHERE id = %s",
            (SECRET_PRICE, SECRET_PRICE, product.id, theirs["pet.plan.line"].id),
        )
        env.invalidate_all()
        cls.secrets = ("Secret", str(SECRET_PRICE), theirs["pet.plan"].name)
        cls.targets = {
            **{name: records[0].id for name, records in theirs.items()},
            "product.product": product.id,
            "res.company": cls.other_shop.id,
            "res.users": cls.other_staff.id,
            "account.move": theirs["pet.cycle"][0].invoice_id.id,
        }
        # Of what is sold little can be written: drafts can be moved about.
        draft = cls.sell(
            cls.ours["pet.plan.template"], pet=cls.ours["pet.pet"], confirm=False
        )
        walk_in = cls.env["pet.appointment"].create(
            {
                "pet_id": cls.ours["pet.pet"].id,
                "start": "2026-01-09 09:00:00",
                "line_ids": [Command.create({"product_id": cls.grooming.id})],
            }
        )
        cls.movable = {
            "pet.plan": draft,
            "pet.plan.line": draft.line_ids,
            "pet.appointment": walk_in,
            "pet.appointment.line": walk_in.line_ids,
        }
        cls.creatable = {
            "pet.appointment": {
                "pet_id": cls.ours["pet.pet"].id,
                "start": "2026-01-07 09:00:00",
            },
            "pet.appointment.line": {
                "appointment_id": walk_in.id,
                "product_id": cls.bath.id,
            },
            "pet.pet": {"name": "New", "partner_id": cls.ours["res.partner"].id},
            "pet.plan": {
                "template_id": cls.ours["pet.plan.template"].id,
                "pet_id": cls.ours["pet.pet"].id,
            },
            "pet.plan.line": {"plan_id": draft.id, "product_id": cls.bath.id},
            "pet.plan.template": {"name": "New"},
            "pet.plan.template.line": {
                "template_id": cls.ours["pet.plan.template"].id,
                "product_id": cls.bath.id,
            },
            "pet.plan.template.price": {
                "line_id": cls.ours["pet.plan.template.line"].id,
                "coat": "long",
            },
            "pet.plan.template.cover": {
                "line_id": cls.ours["pet.plan.template.line"].id,
                "product_id": cls.grooming.id,
            },
            "pet.plan.cover": {
                "line_id": draft.line_ids.id,
                "product_id": cls.grooming.id,
            },
        }

    # --- Helpers -----------------------------------------------------------------

    def references(self, model):
        """Return (field, id in the other company) of the many2ones of a model."""
        return [
            (field, self.targets[field.comodel_name])
            for field in self.env[model]._fields.values()
            if field.type == "many2one"
            and field.comodel_name in self.targets
            and field._module == ADDON
            and field.name not in MAGIC_COLUMNS
            and field.name not in DIALOG_FIELDS.get(model, ())
        ]

    def parents(self, model):
        """Return the one2many fields of this addon that lead to a model."""
        return [
            field
            for parent in (*self.own_models(), "res.partner")
            for field in self.env[parent]._fields.values()
            if field.type == "one2many"
            and field.comodel_name == model
            and field._module == ADDON
        ]

    def spec(self, user, model, depth=2):
        """Return what a form would ask of all fields a user may read."""
        Model = self.env[model].with_user(user)
        spec = {}
        for name in Model.fields_get(attributes=["type"]):
            field = Model._fields[name]
            if name in DIALOG_FIELDS.get(model, ()):
                continue
            if name.startswith(("message_", "activity_", "rating_", "website_message")):
                continue
            if field.type == "many2one":
                spec[name] = {"fields": {"display_name": {}}}
            elif field.type in ("one2many", "many2many"):
                if depth and self.env[field.comodel_name].with_user(user).has_access(
                    "read"
                ):
                    spec[name] = {
                        "fields": self.spec(user, field.comodel_name, depth - 1)
                    }
            elif field.type != "binary":
                spec[name] = {}
        return spec

    def assert_refused_by_rpc(self, user, model, method, *args):
        """Check that a call is refused, in words that give nothing away."""
        message = self.assertRpcRefused(user, model, method, *args)
        self.assert_no_secret(message)
        return message

    def assert_no_secret(self, answer):
        text = json.dumps(answer)
        for secret in self.secrets:
            self.assertNotIn(secret, text)

    def assert_blind(self, user, model, *args, **kwargs):
        """Check that an onchange shows nothing of the other company."""
        try:
            answer = self.rpc(user, model, "onchange", *args, **kwargs)
        except RpcError as error:
            self.assertIn(error.name, REFUSALS, error.debug)
            answer = error.message
        self.assert_no_secret(answer)

    # --- Writing -----------------------------------------------------------------

    def test_every_model_checks_its_references(self):
        for model in self.own_models():
            if self.references(model):
                with self.subTest(model=model):
                    bases = {
                        base._name
                        for base in type(self.env[model]).mro()
                        if hasattr(base, "_name")
                    }
                    self.assertIn("pet.reference.mixin", bases)

    def test_nothing_is_moved_by_a_write(self):
        before = self.snapshot("account.move", "res.partner")
        for model in self.theirs.keys() & set(self.own_models()):
            records = self.ours[model][:1] | self.movable.get(model, self.ours[model])
            for field, target in self.references(model):
                for user in (self.staff, self.manager):
                    for record in records[:2]:
                        with self.subTest(field=str(field), user=user.login):
                            self.assert_refused_by_rpc(
                                user, model, "write", record.ids, {field.name: target}
                            )
                            self.assertUntouched(before)

    def test_nothing_is_created_there(self):
        before = self.snapshot("account.move", "res.partner")
        for model, values in self.creatable.items():
            for field, target in self.references(model):
                for user in (self.staff, self.manager):
                    with self.subTest(field=str(field), user=user.login):
                        if field.related or field.readonly:
                            continue  # the ORM passes over them, or the guard refuses
                        self.assert_refused_by_rpc(
                            user, model, "create", {**values, field.name: target}
                        )
                        self.assertUntouched(before)

    def test_nothing_is_moved_by_commands(self):
        before = self.snapshot("account.move", "res.partner")
        for model in self.theirs:
            target = self.targets[model]
            for field in self.parents(model):
                parents = self.movable.get(field.model_name) or self.ours.get(
                    field.model_name
                )
                if not parents:
                    continue
                first = next(iter(self.creatable.get(model, {"name": 1})))
                for command in (
                    [4, target],
                    [6, 0, [target]],
                    [1, target, {first: self.creatable.get(model, {}).get(first)}],
                    [2, target],
                ):
                    for user in (self.staff, self.manager):
                        with self.subTest(field=str(field), command=command):
                            try:
                                self.rpc(
                                    user,
                                    field.model_name,
                                    "write",
                                    parents[:1].ids,
                                    {field.name: [command]},
                                )
                            except RpcError as error:
                                self.assertIn(error.name, REFUSALS, error.debug)
                                self.assert_no_secret(error.message)
                            self.assertUntouched(before)

    def test_lines_made_through_their_parent(self):
        before = self.snapshot("account.move", "res.partner")
        for model, values in self.creatable.items():
            for parent in self.parents(model):
                records = self.movable.get(parent.model_name) or self.ours.get(
                    parent.model_name
                )
                if not records:
                    continue
                for field, target in self.references(model):
                    if (
                        field.related
                        or field.readonly
                        or field.name == parent.inverse_name
                    ):
                        continue
                    vals = {
                        name: value
                        for name, value in values.items()
                        if name != parent.inverse_name
                    }
                    command = [0, 0, {**vals, field.name: target}]
                    for user in (self.staff, self.manager):
                        with self.subTest(field=f"{parent} {field}", user=user.login):
                            self.assert_refused_by_rpc(
                                user,
                                parent.model_name,
                                "write",
                                records[:1].ids,
                                {parent.name: [command]},
                            )
                            self.assertUntouched(before)

    def test_wizards_take_nothing_of_others(self):
        before = self.snapshot("account.move", "res.partner")
        for model in self.own_models():
            if not self.env[model].is_transient():
                continue
            for field, target in self.references(model):
                if field.related or (field.compute and field.readonly):
                    continue
                with self.subTest(field=str(field)):
                    self.assert_refused_by_rpc(
                        self.manager, model, "create", {field.name: target}
                    )
                    self.assertUntouched(before)

    def test_wizards_take_no_list_of_others(self):
        before = self.snapshot("account.move", "res.partner")
        for model in self.own_models():
            Model = self.env[model].with_user(self.manager)
            if not Model.is_transient():
                continue
            for field in Model._fields.values():
                target = self.targets.get(field.comodel_name)
                if not target or field.type != "many2many" or field.compute:
                    continue
                for command in ([6, 0, [target]], [4, target]):
                    values = {field.name: [command]}
                    with self.subTest(field=str(field), command=command):
                        self.assert_refused_by_rpc(
                            self.manager, model, "create", values
                        )
                        self.assert_blind(
                            self.manager,
                            model,
                            [],
                            values,
                            [field.name],
                            self.spec(self.manager, model),
                        )
                        self.assertUntouched(before)

    def test_what_views_preset_is_dropped(self):
        for model in self.own_models():
            for field, target in self.references(model):
                if field.comodel_name == "res.users":
                    continue  # Odoo shows colleagues of all companies
                with self.subTest(field=str(field)):
                    answer = self.rpc(
                        self.manager,
                        model,
                        "default_get",
                        [field.name],
                        context={f"default_{field.name}": target},
                    )
                    self.assertNotEqual(answer.get(field.name), target)

    # --- Looking -----------------------------------------------------------------

    def test_forms_of_new_records_are_blind(self):
        for model in self.own_models():
            for user in (self.staff, self.manager):
                if not self.env[model].with_user(user).has_access("create"):
                    continue
                spec = self.spec(user, model)
                for field, target in self.references(model):
                    for value in (target, {"id": target}):
                        with self.subTest(field=str(field), user=user.login, as_=value):
                            self.assert_blind(
                                user, model, [], {field.name: value}, [field.name], spec
                            )
                    with self.subTest(field=str(field), user=user.login, as_="default"):
                        self.assert_blind(
                            user,
                            model,
                            [],
                            {},
                            [],
                            spec,
                            context={f"default_{field.name}": target},
                        )

    def test_forms_of_our_records_are_blind(self):
        for model in self.theirs:
            record = self.movable.get(model, self.ours[model])[:1]
            for user in (self.staff, self.manager):
                if not record.with_user(user).has_access("write"):
                    continue
                spec = self.spec(user, model)
                for field, target in self.references(model):
                    with self.subTest(field=str(field), user=user.login):
                        self.assert_blind(
                            user,
                            model,
                            record.ids,
                            {field.name: target},
                            [field.name],
                            spec,
                        )

    def test_forms_of_parents_are_blind(self):
        for model in self.theirs:
            for parent in self.parents(model):
                Parent = self.env[parent.model_name].with_user(self.manager)
                if not Parent.has_access("create"):
                    continue
                spec = {
                    **self.spec(self.manager, parent.model_name, depth=0),
                    parent.name: {"fields": self.spec(self.manager, model, depth=1)},
                }
                target = self.targets[model]
                commands = [[4, target], [6, 0, [target]], [1, target, {}]]
                commands += [
                    [0, "virtual_1", {field.name: their_id}]
                    for field, their_id in self.references(model)
                    if field.name != parent.inverse_name
                ]
                for command in commands:
                    with self.subTest(field=str(parent), command=command):
                        self.assert_blind(
                            self.manager,
                            parent.model_name,
                            [],
                            {parent.name: [command]},
                            [parent.name],
                            spec,
                        )

    def test_the_look_itself_finds_secrets(self):
        """Whoever works there sees them: the tests above look for what is there."""
        for model, name in (
            ("pet.appointment", "plan_id"),
            ("pet.appointment", "pet_id"),
            ("pet.plan", "template_id"),
            ("pet.appointment.line", "product_id"),
            ("pet.plan.book", "plan_id"),
        ):
            target = self.targets[self.env[model]._fields[name].comodel_name]
            answer = self.rpc(
                self.other_staff,
                model,
                "onchange",
                [],
                {name: target},
                [name],
                self.spec(self.other_staff, model),
            )
            with (
                self.subTest(model=model, field=name),
                self.assertRaises(AssertionError),
            ):
                self.assert_no_secret(answer)
