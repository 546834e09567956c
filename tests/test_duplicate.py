from odoo.exceptions import UserError

from .common import PetPlansCommon
from .rpc import AddonModels


class TestDuplicate(AddonModels, PetPlansCommon):
    """*Duplicate*, in the action menu of every form, makes another one."""

    def test_a_pet_with_a_chip(self):
        """A chip is in one animal: its number is not copied."""
        self.luna.microchip = "985112003456789"
        copy = self.luna.copy()
        self.assertFalse(copy.microchip)
        self.assertEqual(copy.name, "Luna (copy)")
        self.assertEqual(self.luna.microchip, "985112003456789")

    def test_a_template_is_told_from_its_copy(self):
        template = self.make_template().with_user(self.manager)
        copy = template.copy()
        self.assertEqual(copy.name, "Weekly baths (copy)")
        self.assertEqual(copy.line_ids.mapped("price_unit"), [45.0])

    def test_whatever_can_be_made_can_be_duplicated(self):
        """Or is refused in words, not by the database."""
        self.sell().book(self.weekly(1))
        for name in self.own_models():
            model = self.env[name].with_user(self.manager)
            if model.is_transient() or not model.has_access("create"):
                continue
            record = model.search([], limit=1)
            with self.subTest(name, record=record.display_name):
                try:
                    record.copy().flush_recordset()
                except UserError as error:
                    self.assertTrue(str(error))
