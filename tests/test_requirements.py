import sys
from pathlib import Path

from odoo.tests.common import BaseCase, tagged

from .requirements import has_hypothesis


@tagged("post_install", "-at_install")
class TestRequirements(BaseCase):
    """What is missing for some of the tests is told, not passed over."""

    def test_every_file_is_loaded(self):
        package = __package__
        missing = [
            path.name
            for path in sorted(Path(__file__).parent.glob("test_*.py"))
            if f"{package}.{path.stem}" not in sys.modules
        ]
        if not has_hypothesis:
            self.skipTest(
                f"hypothesis is not installed, so these do not run: {missing}."
                " pip install -r test-requirements.txt"
            )
        self.assertFalse(missing, "not imported in tests/__init__.py")
