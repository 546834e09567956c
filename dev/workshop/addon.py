"""The addon as Odoo sees it, and what tells one state of it from another.

Odoo needs the addon in a folder of its own name, and some of its tools walk that
folder, but follow no links to folders. So they get a mirror under ``.dev/addons``: real
folders that hold a link to each file of the addon, without ``.dev``, ``.git`` or what
is only for those who work on the addon. ``dev`` is one link, so that pytest, which
starts in the mirror, finds its checks.
"""

import ast
import os
import shutil
from contextlib import suppress

from . import once
from .paths import ADDON, ADDONS, DEV, ROOT

MIRROR = ADDONS / ADDON
_NOT_ADDON = {"dev", "benchmarks", "__pycache__", "node_modules"}
_NOT_INSTALLED = ("tests/", "docs/", "static/src/", "static/tests/")


def depends():
    """The modules that the addon depends on, by name."""
    manifest = (ROOT / "__manifest__.py").read_text(encoding="utf-8")
    return sorted(ast.literal_eval(manifest)["depends"])


def files():
    """The paths of the addon's files, relative to its folder, in order."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name[0] != "." and name not in _NOT_ADDON
        ]
        found += [
            os.path.relpath(os.path.join(folder, name), ROOT)
            for name in names
            if name[0] != "." and not name.endswith((".pyc", ".swp", "~"))
        ]
    return sorted(found)


def mirror():
    """Bring the mirror up to date: add what is new, remove what is gone."""
    for relative in files():
        link = MIRROR / relative
        link.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            link.symlink_to(ROOT / relative)
    with suppress(FileExistsError):
        (MIRROR / DEV.name).symlink_to(DEV)
    for path in sorted(MIRROR.rglob("*"), reverse=True):
        is_gone = not (ROOT / path.relative_to(MIRROR)).exists()
        if is_gone and path.is_symlink():
            path.unlink()
        elif is_gone and "__pycache__" not in path.parts:
            shutil.rmtree(path)


def installed_state():
    """A hash of all that an installation of the addon depends on."""
    parts = []
    for relative in files():
        if not relative.startswith(_NOT_INSTALLED):
            parts += [relative, (ROOT / relative).read_bytes()]
    return once.digest(*parts)


def screens_state():
    """A hash of what the bundles of the screens are made from; Odoo looks at times."""
    parts = []
    for relative in files():
        if relative.startswith("static/"):
            parts += [relative, (ROOT / relative).stat().st_mtime_ns]
    return once.digest(*parts)
