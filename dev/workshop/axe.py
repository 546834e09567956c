"""axe-core, which finds what keeps people from reading or using a page."""

import hashlib
import os
import shutil
import tarfile

from . import once, shell
from .paths import HOME
from .python_env import PYTHON
from .shell import Problem, step

_PACKAGE = "axe-core"
_VERSION = "4.14.1"
_SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
_FOLDER = HOME / "axe"

# What a page loads to be checked
SCRIPT = _FOLDER / "axe.min.js"


def prepare():
    """Have axe-core ready, from the npm registry; the check of pages cannot do without.

    It is no part of the addon, and of no page but in tests.
    """
    if once.is_done("axe", _SHA256) and SCRIPT.exists():
        return
    with step(f"Fetching {_PACKAGE} (npm package)"):
        shutil.rmtree(_FOLDER, ignore_errors=True)
        _FOLDER.mkdir(parents=True)
        _unpack(_fetch())
    once.note_done("axe", _SHA256)


def _fetch():
    """Fetch the package with the npm of the Python environment; return its archive."""
    programs = PYTHON.parent
    path = [str(programs), os.environ.get("PATH", os.defpath)]
    shell.run(
        [programs / "npm", "pack", f"{_PACKAGE}@{_VERSION}"],
        f"Fetching {_PACKAGE}",
        "node",
        cwd=_FOLDER,
        env={**os.environ, "PATH": os.pathsep.join(path)},
    )
    (archive,) = _FOLDER.glob("*.tgz")
    return archive


def _unpack(archive):
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _SHA256:
        raise Problem(
            f"{archive} is not the {_PACKAGE} {_VERSION} that was pinned: its content"
            " differs."
        )
    with tarfile.open(archive) as package:
        SCRIPT.write_bytes(package.extractfile(f"package/{SCRIPT.name}").read())
