"""Odoo's own checks of addons (its module ``test_lint``), kept to this addon.

Checks of all models stay as they are: the addon changes models of others too.
"""

from unittest.mock import PropertyMock, patch

from workshop.paths import ADDON

from odoo.modules import Manifest
from odoo.tools import config

from odoo.addons.test_lint.tests import (
    test_i18n,
    test_index,
    test_jstranslate,
    test_manifests,
    test_naming,
    test_onchange_domains,
    test_orm_import,
    test_override_signatures,
    test_pofile,
    test_pylint,
    test_routes,
    test_test_holes,
)


class OnlyThisAddon:
    """Let a check see one addon, and fail on what it would only log."""

    def setUp(self):
        super().setUp()
        manifest = Manifest.for_addon(ADDON)
        for patcher in (
            patch.object(Manifest, "all_addon_manifests", lambda: [manifest]),
            patch.object(test_pofile, "get_modules", lambda: [ADDON]),
            patch.object(
                type(config), "root_path", PropertyMock(return_value=manifest.path)
            ),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)
        self.enterContext(self.assertNoLogs("odoo.addons.test_lint", "WARNING"))


class TestI18n(OnlyThisAddon, test_i18n.TestI18n):
    pass


class TestIndexes(OnlyThisAddon, test_index.TestIndex):
    pass


class TestJavaScriptTranslations(OnlyThisAddon, test_jstranslate.TestJsTranslations):
    pass


class TestManifest(OnlyThisAddon, test_manifests.ManifestLinter):
    pass


class TestNames(OnlyThisAddon, test_naming.TestNaming):
    pass


class TestOnchanges(OnlyThisAddon, test_onchange_domains.TestOnchangeDomains):
    pass


class TestOrmImports(OnlyThisAddon, test_orm_import.TestDunderinit):
    pass


class TestOverrides(OnlyThisAddon, test_override_signatures.TestLintOverrideSignatures):
    pass


class TestTranslations(OnlyThisAddon, test_pofile.PotLinter):
    pass


class TestPylint(OnlyThisAddon, test_pylint.TestPyLint):
    pass


class TestRoutes(OnlyThisAddon, test_routes.RoutesLinter):
    pass


class TestTestFiles(OnlyThisAddon, test_test_holes.TestTestHoles):
    pass
