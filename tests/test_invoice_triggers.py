from .common import PetPlansCommon


class TestInvoiceTriggers(PetPlansCommon):
    """14: any invoice of the shop costs what it costs without plans."""

    def list_paths(self, tree, path=()):
        """Yield the ways by which something follows from a change."""
        yield path
        for label, subtree in tree.items():
            yield from self.list_paths(subtree, (*path, label))

    def test_few_of_what_odoo_follows_leads_to_plans(self):
        """It goes through all of them at each change of any invoice."""
        for name in ("account.move", "account.move.line"):
            fields = list(self.env[name]._fields.values())
            paths = list(self.list_paths(self.env.registry.get_trigger_tree(fields)))
            own = [
                path
                for path in paths
                if any(label.model_name.startswith("pet.") for label in path)
            ]
            with self.subTest(model=name):
                self.assertTrue(own)
                self.assertLess(len(own), len(paths) / 3)
