"""The addon as Odoo sees it, and what tells one state of it from another.

Odoo needs the addon in a folder of its own name, and some of its tools walk that
folder. So they get a mirror under ``.dev/addons``: real folders that hold a link
to each file of the addon, without ``.dev``, ``.git`` or what is only for those
who work on the addon.
"""

import ast
import os

from . import stamps
from .messages import Problem
from .paths import ADDON, ADDONS, ROOT

MIRROR = ADDONS / ADDON
_NOT_ADDON = {"dev", "benchmarks"}
_NOT_INSTALLED = ("tests/", "docs/", "static/src/", "static/tests/")
_LEFT_OUT = {"__pycache__", "node_modules"}


def manifest():
    """The addon's manifest."""
    path = ROOT / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(f"There is no addon here: {path} is missing.") from None
    except (SyntaxError, ValueError) as error:
        raise Problem(f"{path} cannot be read: {error}.") from None


def files():
    """The paths of the addon's files, relative to its folder, in order."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = os.path.relpath(folder, ROOT)
        at_top = here == "."
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _LEFT_OUT
            and not (at_top and name in _NOT_ADDON)
        ]
        found += [
            os.path.normpath(os.path.join(here, name))
            for name in names
            if not name.startswith(".") and not name.endswith((".pyc", ".swp", "~"))
        ]
    return sorted(found)


def mirror():
    """Bring the mirror up to date: add what is new, remove what is gone."""
    wanted = set(files())
    for relative in wanted:
        link = MIRROR / relative
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            _link(link, ROOT / relative)
    for folder, _, names in os.walk(MIRROR, topdown=False):
        for name in names:
            path = os.path.join(folder, name)
            gone = os.path.relpath(path, MIRROR) not in wanted
            if gone and os.path.islink(path):
                os.unlink(path)
        if not any(entry.name != "__pycache__" for entry in os.scandir(folder)):
            _remove_empty(folder)


def installed_state():
    """A hash of all that an installation of the addon depends on."""
    parts = []
    for relative in files():
        if not relative.startswith(_NOT_INSTALLED):
            parts += [relative, (ROOT / relative).read_bytes()]
    return stamps.digest(*parts)


def test_companies():
    """The code that makes the companies of the tests."""
    return (ROOT / "tests" / "shops.py").read_bytes()


def _link(link, target):
    """Make a link; another command may be making the same one."""
    try:
        link.symlink_to(target)
    except FileExistsError:
        pass


def _remove_empty(folder):
    """Remove a folder that holds no more than Python's leftovers."""
    cache = os.path.join(folder, "__pycache__")
    if os.path.isdir(cache):
        for entry in os.scandir(cache):
            os.unlink(entry.path)
        os.rmdir(cache)
    os.rmdir(folder)
