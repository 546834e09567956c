"""Checks of the code's style, each a function that returns what it found."""

import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from . import addon
from .paths import ROOT
from .python_env import PYTHON

# Rules of taste, and one for a host of translations that we do not use.
_NOT_ASKED = (
    "prefer-readme-rst",
    "weblate-component-too-long",
    "xml-field-numeric-without-eval",
    "xml-header-wrong",
    "xml-tag-position",
)

# Odoo 19 accepts these when it loads a file and fails when the view is opened,
# or ignores them.
_OUTDATED = (
    (re.compile(r"<tree\b|view_mode[^<]*\btree\b"), "list views are called list"),
    (re.compile(r"\b(attrs|states)=[\"']\{"), "attrs and states are gone"),
    (re.compile(r"oe_chatter"), "the chatter is written <chatter/>"),
    (re.compile(r"kanban-box"), "kanban cards are called card"),
)


def ruff():
    """Findings of ruff's rules."""
    return _findings([PYTHON, "-m", "ruff", "check", "--quiet", ROOT])


def ruff_format():
    """Files that are not formatted as ruff would."""
    return _findings([PYTHON, "-m", "ruff", "format", "--quiet", "--diff", ROOT])


def pylint_odoo():
    """Findings of the rules that the Odoo community asks every addon to keep."""
    addon.mirror()
    rules = ROOT / "pyproject.toml"
    command = [PYTHON, "-m", "pylint", f"--rcfile={rules}", addon.MIRROR]
    return _findings(command).replace(f"{addon.MIRROR.relative_to(ROOT)}/", "")


def oca_checks():
    """Findings of the same community's rules for data files and translations."""
    addon.mirror()
    findings = _findings(
        [
            PYTHON.with_name("oca-checks-odoo-module"),
            f"--disable={','.join(_NOT_ASKED)}",
            addon.MIRROR,
        ]
    )
    translations = [ROOT / path for path in addon.files() if path.endswith(".po")]
    if translations:
        checker = PYTHON.with_name("oca-checks-po")
        findings += _findings([checker, *translations])
    return findings


def xml_files():
    """Broken XML files, and words that Odoo 19 no longer understands."""
    findings = []
    for path in addon.files():
        if path.endswith(".xml"):
            findings += [f"{path}{words}" for words in _xml_findings(ROOT / path)]
    return "\n".join(findings)


CHECKS = {
    "ruff": ruff,
    "ruff format": ruff_format,
    "pylint-odoo": pylint_odoo,
    "oca-checks": oca_checks,
    "xml": xml_files,
}


def fix():
    """Let ruff change what it can put right by itself."""
    subprocess.run(
        [PYTHON, "-m", "ruff", "check", "--quiet", "--fix", ROOT], check=False
    )
    subprocess.run([PYTHON, "-m", "ruff", "format", "--quiet", ROOT], check=False)


def _findings(command):
    """What a checker printed, or nothing when it was content."""
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
    )
    if not result.returncode:
        return ""
    return (result.stdout + result.stderr).strip() or "it failed without a word"


def _xml_findings(path):
    text = path.read_text(encoding="utf-8")
    try:
        ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        yield f": {error}"
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, words in _OUTDATED:
            if pattern.search(line):
                yield f":{number}: {words}"
