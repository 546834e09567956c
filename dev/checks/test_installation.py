"""The installations that prepared the test databases went without a complaint."""

import os
from pathlib import Path

import pytest
from workshop.odoo import complaints


@pytest.mark.parametrize("variable", ["PET_PLANS_INSTALL_LOG", "PET_PLANS_DEMO_LOG"])
def test_log_has_no_complaint(variable):
    if variable not in os.environ:
        pytest.skip("needs the logs of the installations: dev/test without a path")
    lines = Path(os.environ[variable]).read_text(encoding="utf-8").splitlines()
    assert any("Modules loaded." in line for line in lines)
    found = "\n".join(complaints(lines))
    assert not found, f"\n{found}"
