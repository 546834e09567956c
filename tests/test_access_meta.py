import re
from pathlib import Path

from .common import PetPlansCommon
from .rpc import ADDON, AddonModels

SOURCES = ("models", "wizards", "controllers", "report")
LINES_FOR_A_REASON = 6
ACCOUNTANTS_WIZARDS = ("pet.liability.defer", "pet.liability.defer.line")


class TestSecurityRecords(AddonModels, PetPlansCommon):
    """Nobody forgets the access rights of a new model (13)."""

    def rights(self, model):
        return (
            self.env["ir.model.access"].sudo().search([("model_id.model", "=", model)])
        )

    def rules(self, model):
        return self.env["ir.rule"].sudo().search([("model_id.model", "=", model)])

    def test_every_model_has_access_rights(self):
        self.assertIn("pet.plan", self.own_models())
        for model in self.own_models():
            self.assertTrue(self.rights(model), model)

    def test_every_access_right_is_of_a_group(self):
        for model in self.own_models():
            self.assertTrue(all(right.group_id for right in self.rights(model)), model)

    def test_wizards_are_for_staff_only(self):
        staff = self.env.ref("pet_plans.group_user")
        manager = self.env.ref("pet_plans.group_manager")
        cashier = self.env.ref("pet_plans.group_cashier")
        for model in self.own_models():
            if model in ACCOUNTANTS_WIZARDS:
                self.assertEqual(
                    self.rights(model).group_id,
                    self.env.ref("account.group_account_invoice"),
                )
            elif self.env[model].is_transient():
                groups = self.rights(model).group_id
                self.assertLessEqual(groups, staff + manager + cashier, model)

    def test_wizards_read_as_their_user(self):
        """What a wizard shows of a plan is what its user may see of it."""
        for model in self.own_models():
            if not self.env[model].is_transient():
                continue
            for field in self.env[model]._fields.values():
                if field.compute:
                    with self.subTest(str(field)):
                        self.assertFalse(field.compute_sudo)

    def test_customers_and_accountants_only_read(self):
        invoicing = self.env.ref("account.group_account_invoice")
        readers = (
            self.env.ref("base.group_portal")
            + invoicing
            + self.env.ref("account.group_account_readonly")
        )
        for model in self.own_models():
            for right in self.rights(model).filtered(lambda r: r.group_id in readers):
                writes = right.perm_write or right.perm_create or right.perm_unlink
                # A report that accountants make, and the only record of theirs (P7),
                # and the dialog that defers it (P8)
                allowed = right.group_id == invoicing and (
                    model == "pet.liability" or model in ACCOUNTANTS_WIZARDS
                )
                self.assertEqual(bool(writes), allowed, right.name)

    def test_nobody_writes_cycles_and_entries(self):
        for model in (
            "pet.appointment.step",
            "pet.consumption",
            "pet.cycle",
            "pet.liability.line",
            "pet.plan.entry",
            "pet.plan.pause",
        ):
            for right in self.rights(model):
                writes = right.perm_write or right.perm_create or right.perm_unlink
                self.assertFalse(writes, right.name)

    def test_every_model_with_a_company_keeps_companies_apart(self):
        for name in self.own_models():
            model = self.env[name]
            if model.is_transient() or "company_id" not in model._fields:
                continue
            rules = self.rules(name).filtered(lambda rule: not rule.groups)
            self.assertTrue(
                rules.filtered(lambda rule: "company_ids" in rule.domain_force), name
            )

    def test_every_model_open_to_customers_has_a_rule_of_theirs(self):
        portal = self.env.ref("base.group_portal")
        for name in self.own_models():
            if portal not in self.rights(name).group_id:
                continue
            rules = self.rules(name).filtered(lambda rule: portal in rule.groups)
            self.assertTrue(
                rules.filtered(
                    lambda rule: (
                        "commercial_partner_id" in rule.domain_force and rule.perm_read
                    )
                ),
                name,
            )

    def test_no_field_with_groups_is_related_through_sudo(self):
        """Grouping by such a field would show it to whoever may read the record."""
        for name in (*self.own_models(), "account.move", "res.partner"):
            for field in self.env[name]._fields.values():
                if (
                    field._module == ADDON
                    and field.groups
                    and field.related
                    and not field.store
                ):
                    self.assertFalse(field.compute_sudo, field)


class TestSource(PetPlansCommon):
    """What opens rights says what it opens and why that is safe."""

    def test_every_sudo_is_explained(self):
        root = Path(__file__).parents[1]
        silent = []
        for folder in SOURCES:
            for path in sorted((root / folder).glob("*.py")):
                lines = path.read_text(encoding="utf-8").splitlines()
                for number, line in enumerate(lines):
                    if not re.search(r"(?<!def )\b_?sudo(_clean)?\(", line):
                        continue
                    above = lines[max(0, number - LINES_FOR_A_REASON) : number + 1]
                    if not any("# " in text for text in above):
                        silent.append(
                            f"{folder}/{path.name}:{number + 1}: {line.strip()}"
                        )
        self.assertFalse(silent, "sudo() without a comment:\n" + "\n".join(silent))
