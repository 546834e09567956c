"""The test databases are as they should be, and were made without a complaint."""

import os
import re
from pathlib import Path

import pytest
from workshop.databases import BUNDLES

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.pet_plans.tests.shops import READY


@pytest.mark.parametrize("variable", ["PET_PLANS_INSTALL_LOG", "PET_PLANS_DEMO_LOG"])
def test_log_has_no_complaint(variable):
    if variable not in os.environ:
        pytest.skip("needs the logs of the installations: dev/test without a path")
    log = Path(os.environ[variable]).read_text(encoding="utf-8")
    assert "Modules loaded." in log
    found = "\n".join(re.findall(r"^.* (?:WARNING|ERROR|CRITICAL) .*$", log, re.M))
    assert not found, f"\n{found}"


@pytest.fixture
def env():
    with Registry(get_db_name()).cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


def test_shops_of_the_tests_stand_ready(env):
    """Where they do not, each class makes its own, and the tests take twice as long."""
    assert env["ir.config_parameter"].get_param(READY)


@pytest.mark.parametrize("name", BUNDLES)
def test_bundles_of_the_screens_stand_ready(env, name):
    """Where they do not, each test in the browser makes them, for ten seconds."""
    bundle = env["ir.qweb"]._get_asset_bundle(name)
    links = [link for link in bundle.get_links() if link.startswith("/web/assets/")]
    assert links
    found = env["ir.attachment"].search([("url", "in", links)]).mapped("url")
    assert sorted(found) == sorted(links)
