"""Odoo 19 itself: the person's own, Debian's package, or a clone of its source.

The build of Debian's package is pinned, so that a change in the tests' results comes
from the addon. But sid keeps a build only until the next one comes: then the newest of
the series is taken, and a line says so. To stop there would break every new checkout,
and CI, on a day when nothing was wrong with them. A clone takes what the branch holds,
since no one commit of it is known to be better; a line says which that was.
"""

import os
import shutil
from pathlib import Path

from . import apt, once, shell
from .paths import HOME
from .shell import Problem, say, step

# The build that the tests last passed with; raise it together with a run of all tests.
BUILD = "19.0.0+dfsg-1"

_TREE = HOME / "odoo"
_SERIES = "19.0"
_PACKAGE = "odoo-19"
_NEEDS = (
    "libjs-jquery libjs-jquery-form libjs-underscore fonts-roboto-unhinted"
    " fonts-montserrat fonts-inconsolata fonts-glyphicons-halflings fonts-ocr-b"
    " fonts-font-awesome/trixie"
).split()
_REPOSITORY = "https://github.com/odoo/odoo.git"
_MISSING_IN_PACKAGE = (
    "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
)


class OdooSource:
    """A folder of Odoo 19: where its command and its addons are."""

    def __init__(self, folder):
        """``folder`` holds the ``odoo`` package: a checkout or site-packages."""
        self.folder = folder
        self.package = folder / "odoo"

    @property
    def addons(self):
        """The folders with Odoo's addons; Debian's package also has half a copy."""
        candidates = (self.folder / "addons", self.package / "addons")
        return [path for path in candidates if (path / "web" / "static").is_dir()]

    def identity(self):
        """What tells this Odoo from another one: a hash."""
        release = (self.package / "release.py").read_bytes()
        return once.digest(str(self.folder), release, once.done_at("odoo"))

    def is_right(self):
        """Whether this is Odoo of the series that the addon is written for."""
        release = self.package / "release.py"
        is_odoo = bool(self.addons) and release.is_file()
        return is_odoo and "version_info = (19, 0," in release.read_text()


def prepare():
    """Make Odoo available and return it."""
    named = os.environ.get("ODOO_PATH")
    key = once.digest(BUILD, _NEEDS)
    if not named and not once.is_done("odoo", key):
        shutil.rmtree(_TREE, ignore_errors=True)
        _fetch()
        once.note_done("odoo", key)
    source = OdooSource(Path(named).expanduser().resolve() if named else _fetched())
    if not source.is_right():
        raise Problem(
            f"{source.folder} is no source folder of Odoo {_SERIES}: set ODOO_PATH to"
            " one (it holds odoo/release.py), or unset it and delete .dev."
        )
    return source


def _fetched():
    """The folder of the Odoo that was fetched."""
    packaged = _TREE / "usr" / "lib" / "python3" / "dist-packages"
    return packaged if packaged.is_dir() else _TREE


def _fetch():
    build = choose_build(apt.versions(_PACKAGE)) if apt.is_usable() else None
    if build:
        _unpack_debian_package(build)
    elif shutil.which("git"):
        _clone()
    else:
        raise Problem(
            "Odoo 19 cannot be fetched without Debian's package of it or git: install"
            " git, or set ODOO_PATH to an Odoo 19 source folder."
        )


def choose_build(offered):
    """The build to take of those on offer, newest first: the pinned one if it is there.

    None if there is none of the series.
    """
    builds = [version for version in offered if version.startswith(_SERIES)]
    if builds and BUILD not in builds:
        say(
            f"Odoo {BUILD}, the build that the tests passed with, is gone from"
            f" Debian's mirror: taking {builds[0]}, the newest {_SERIES} there. To"
            " use one of your own, name its folder in ODOO_PATH."
        )
    return BUILD if BUILD in builds else next(iter(builds), None)


def _unpack_debian_package(build):
    with step(f"Downloading Odoo {build} (Debian package, 135 MB)"):
        apt.unpack([f"{_PACKAGE}={build}", *_NEEDS], _TREE)
    # The one file that Debian leaves out and the web client asks for
    missing = OdooSource(_fetched()).package / _MISSING_IN_PACKAGE
    missing.parent.mkdir(parents=True, exist_ok=True)
    missing.touch()


def _clone():
    command = ["git", "clone", "--depth=1", f"--branch={_SERIES}", _REPOSITORY, _TREE]
    with step("Cloning Odoo 19 (400 MB)"):
        shell.run(command, "Cloning Odoo", "odoo-clone", minutes=60)
    taken = ["git", "-C", _TREE, "log", "-1", "--format=%h of %cs"]
    commit = shell.read(taken, "Reading the clone's commit").strip()
    say(f"Odoo's branch {_SERIES} moves on every day: this is its commit {commit}.")
