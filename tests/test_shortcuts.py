from unittest.mock import patch

from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.tests import tagged

from .common import PetPlansCommon
from .shortcuts import _get_trigger_tree


@tagged("post_install", "-at_install")
class TestShortcuts(PetPlansCommon):
    """The tests' shorter ways lead to where Odoo's own do."""

    def as_lists(self, tree):
        """Return a tree with its order: what it holds, then its branches."""
        branches = [[label, self.as_lists(part)] for label, part in tree.items()]
        return [list(tree.root), branches]

    def assert_same_tree(self, fields, select):
        short = self.registry.get_trigger_tree(fields, select)
        own = _get_trigger_tree(self.registry, fields, select)
        self.assertEqual(self.as_lists(short), self.as_lists(own))

    def test_they_are_taken(self):
        self.assertIsNot(Registry.get_trigger_tree, _get_trigger_tree)
        lines = self.env["account.move.line"]
        self.assertTrue(lines.fields_get.__module__.endswith("tests.shortcuts"))

    def test_what_depends_on_fields(self):
        selections = (
            bool,
            lambda field: field.compute and field.store,
            lambda field: False,
        )
        for name in ("pet.plan", "pet.appointment", "pet.cycle", "account.move.line"):
            fields = list(self.env[name]._fields.values())
            for select in selections:
                self.assert_same_tree(fields, select)
                for field in fields:
                    self.assert_same_tree([field], select)

    def test_another_order_of_fields(self):
        fields = list(self.env["pet.plan"]._fields.values())
        self.assert_same_tree(fields[::-1], bool)
        self.assert_same_tree([], bool)

    def test_forgotten_with_the_fields(self):
        fields = list(self.env["pet.plan"]._fields.values())
        self.registry.get_trigger_tree(fields)
        self.assertIn(tuple(fields), self.registry._field_trigger_trees)
        self.registry._discard_fields([])
        self.assertNotIn(tuple(fields), self.registry._field_trigger_trees)

    def test_fields_of_lines_are_described_to_others(self):
        lines = self.env["account.move.line"].with_user(self.accountant)
        described = lines.fields_get([])
        self.assertEqual(described, lines.fields_get())
        self.assertIn("balance", described)
        name = lines.fields_get(["name"], ["string"])["name"]
        self.assertEqual(name, {"string": "Label"})

    def test_no_field_is_described_where_none_is_tracked(self):
        line = self.invoices(self.sell()).invoice_line_ids[0]
        line = line.with_context(tracking_disable=False)
        with patch.object(BaseModel, "fields_get", autospec=True) as described:
            line.sequence += 1
        described.assert_not_called()
        with patch.object(BaseModel, "fields_get", autospec=True) as described:
            line.name = "A long bath"
        described.assert_called_once()

    def test_a_posted_line_still_tells_its_change(self):
        invoice = self.post(self.invoices(self.sell())[0])
        line = invoice.invoice_line_ids.with_user(self.accountant)
        line = line.with_context(tracking_disable=False)
        line.account_id = line.account_id.sudo().copy()
        said = self.bodies(invoice)
        self.assertIn("Journal Item", said[-1])
        line.sequence += 1
        self.assertEqual(self.bodies(invoice), said)
