"""Odoo 19 itself: the person's own, Debian's package, or a clone of its source."""

import os
import shutil
from pathlib import Path

from . import apt, shell, stamps
from .messages import Problem, step
from .paths import HOME

_TREE = HOME / "odoo"
_SERIES = "19.0"
_PACKAGE = "odoo-19"
_PACKAGE_NEEDS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-glyphicons-halflings",
    "fonts-ocr-b",
)
# Odoo needs version 4 of Font Awesome; Debian's newest suites have a later one.
_FONT = "fonts-font-awesome"
_FONT_SUITES = ("bookworm", "trixie")
_DOWNLOAD_MB = 135
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
        """What tells this Odoo from another one, for stamps."""
        return stamps.digest(
            str(self.folder), (self.package / "release.py").read_bytes()
        )

    def is_right_series(self):
        """Whether this is Odoo of the series that the addon is written for."""
        try:
            release = (self.package / "release.py").read_text()
        except OSError:
            return False
        return "version_info = (19, 0," in release


def find():
    """The Odoo that is ready to be used, or None."""
    named = os.environ.get("ODOO_PATH")
    if named:
        return _named(named)
    source = OdooSource(_unpacked())
    return source if stamps.is_current("odoo", _key()) and source.addons else None


def prepare():
    """Make Odoo available and return it."""
    source = find()
    if source:
        return source
    shutil.rmtree(_TREE, ignore_errors=True)
    if _is_in_debian():
        _unpack_debian_package()
    elif shutil.which("git"):
        _clone()
    else:
        raise Problem(
            "Odoo 19 cannot be fetched, as this machine has neither Debian's package"
            " of it nor git: install git, or set ODOO_PATH to an Odoo 19 source"
            " folder."
        )
    source = OdooSource(_unpacked())
    if not source.is_right_series():
        raise Problem(f"What was fetched into {_TREE} is not Odoo {_SERIES}.")
    stamps.write("odoo", _key())
    return source


def _named(folder):
    """The Odoo that the person named in ODOO_PATH."""
    source = OdooSource(Path(folder).expanduser().resolve())
    if not source.is_right_series() or not source.addons:
        raise Problem(
            f"ODOO_PATH names {folder}, which is not an Odoo {_SERIES} source"
            " folder: set it to the folder that holds odoo/release.py, or unset it."
        )
    return source


def _unpacked():
    """The folder of the Odoo that was fetched."""
    packaged = _TREE / "usr" / "lib" / "python3" / "dist-packages"
    return packaged if packaged.is_dir() else _TREE


def _key():
    return stamps.digest(_SERIES, _PACKAGE_NEEDS)


def _is_in_debian():
    """Whether this machine's mirror of Debian has Odoo 19."""
    if not apt.is_usable():
        return False
    sid = apt.suite("sid")
    with step("Looking for Odoo 19 in Debian"):
        sid.update()
    return bool(sid.versions(_PACKAGE))


def _unpack_debian_package():
    downloads = HOME / "download" / "odoo"
    sid = apt.suite("sid")
    stable = apt.suite(_font_suite())

    def progress():
        size = sum(
            file.stat().st_size for file in downloads.glob("**/*") if file.is_file()
        )
        return f"{size / 1e6:.0f} of about {_DOWNLOAD_MB} MB"

    with step("Downloading Odoo 19 (Debian package)", progress):
        stable.update()
        files = sid.download([_PACKAGE, *_PACKAGE_NEEDS], downloads / "sid")
        files += stable.download([_FONT], downloads / "font")
    with step("Unpacking Odoo 19"):
        sid.unpack(files, _TREE)
        _complete(OdooSource(_unpacked()))
    shutil.rmtree(downloads)


def _font_suite():
    release = apt.codename()
    return release if release in _FONT_SUITES else _FONT_SUITES[-1]


def _complete(source):
    """Add the one file that Debian leaves out and the web client asks for."""
    path = source.package / _MISSING_IN_PACKAGE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// Left out of Debian's package; only video calls need it.\n")


def _clone():
    with step("Cloning Odoo 19 (about 400 MB)"):
        shell.run(
            ["git", "clone", "--depth=1", f"--branch={_SERIES}", _REPOSITORY, _TREE],
            "Cloning Odoo",
            "odoo-clone",
        )
