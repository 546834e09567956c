"""Odoo's own checks of addons (its module ``test_lint``), kept to this addon.

Checks of all models stay as they are: the addon changes models of others too.
"""

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from workshop.paths import ADDON

from odoo.modules import Manifest
from odoo.tools import config

from odoo.addons import test_lint
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
    test_routes,
    test_test_holes,
)

PYLINT_PLUGINS = (
    "_pylint_path_setup",
    "_odoo_checker_gettext",
    "_odoo_checker_sql_injection",
    "_odoo_checker_unlink_override",
)
PYLINT_MESSAGES = (
    "gettext-placeholders",
    "gettext-repr",
    "gettext-variable",
    "missing-gettext",
    "raise-unlink-override",
    "sql-injection",
)


def test_pylint():
    """Run Odoo's checkers; its own test would have them read all of Odoo."""
    checkers = str(Path(test_lint.__file__).parent / "tests")
    command = [sys.executable, "-m", "pylint", f"--rcfile={os.devnull}"]
    # The comments in the addon are for pylint-odoo, whose messages are not known here
    command += ["--disable=all,unknown-option-value", "--score=n"]
    command += [f"--enable={','.join(PYLINT_MESSAGES)}"]
    command += [f"--load-plugins={','.join(PYLINT_PLUGINS)}"]
    result = subprocess.run(
        [*command, Manifest.for_addon(ADDON).path],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([checkers, os.environ["PYTHONPATH"]]),
            "ADDONS_PATH": os.pathsep.join(config["addons_path"]),
        },
    )
    assert not result.returncode, f"\n{result.stdout}{result.stderr}"


class OnlyThisAddon:
    """Let a check see one addon, and fail on what it would only log."""

    def setUp(self):
        super().setUp()
        manifest = Manifest.for_addon(ADDON)
        for patcher in (
            patch.object(Manifest, "all_addon_manifests", lambda: [manifest]),
            patch.object(test_pofile, "get_modules", lambda: [ADDON]),
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
    def setUp(self):
        super().setUp()
        # A key of the Odoo community's, whose tools ask for it
        known = {*test_manifests.MANIFEST_KEYS, "maintainers"}
        self.enterContext(patch.object(test_manifests, "MANIFEST_KEYS", known))


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


class TestRoutes(OnlyThisAddon, test_routes.RoutesLinter):
    pass


class TestTestFiles(OnlyThisAddon, test_test_holes.TestTestHoles):
    pass
