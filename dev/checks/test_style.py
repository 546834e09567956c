"""The style checks of dev/lint, as tests."""

import pytest
from workshop.lint import CHECKS


@pytest.mark.parametrize("name", CHECKS)
def test_style(name):
    findings = CHECKS[name]()
    assert not findings, f"\n{findings}"
