"""The style checks of dev/lint, as a test; and their tools, in one version each."""

import re

from workshop import lint
from workshop.paths import DEV, ROOT

PINNED = re.compile(r"\b([a-z][a-z-]+)==([\d.]+)")


def pinned(path):
    return dict(PINNED.findall(path.read_text(encoding="utf-8")))


def test_style():
    assert not lint.check(["--color=never"]), "The style is told above; see dev/lint."


def test_tools_have_one_version():
    locked = pinned(DEV / "requirements.lock")
    hooks = pinned(ROOT / ".pre-commit-config.yaml")
    tools = {"oca-odoo-pre-commit-hooks", "polib", "pylint-odoo", "ruff"}
    assert set(hooks) == tools
    assert hooks == {name: locked[name] for name in hooks}
