"""Chromium for the browser tests and wkhtmltopdf for printing.

What the machine has is used: ``CHROME_BIN``, or a program on the PATH. What is missing
is unpacked from Debian's packages into ``.dev/root``, with whatever libraries the
machine lacks, and run from there by small scripts in ``.dev/bin``, which comes first on
Odoo's PATH.
"""

import os
import shutil
from pathlib import Path

from . import apt, once
from .paths import HOME
from .shell import Problem, step

BIN = HOME / "bin"

# The name by which Odoo looks for a browser first, and others that there may be
_CHROME = BIN / "google-chrome"
_NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")
_WKHTMLTOPDF = BIN / "wkhtmltopdf"
_HELP = "install Chrome, or Chromium that is no snap, or name one in CHROME_BIN"
_SCRIPT = """#!/bin/sh
export LD_LIBRARY_PATH='{libraries}'
export FONTCONFIG_FILE='{fonts}'
export QT_PLUGIN_PATH='{plugins}'
exec '{program}' "$@"
"""
# Fonts of the machine and of the unpacked tree; a bare machine has none.
_FONTS_CONFIGURATION = """<?xml version="1.0"?>
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{tree}/usr/share/fonts</dir>
  <cachedir>{home}/fonts</cachedir>
</fontconfig>
"""


def prepare_chromium():
    """Have a browser ready; the browser tests cannot do without."""
    path = find_chrome()
    BIN.mkdir(parents=True, exist_ok=True)
    if path:
        _CHROME.unlink(missing_ok=True)
        _CHROME.symlink_to(path.absolute())
    else:
        _unpack("chromium", "usr/lib/chromium/chromium", _CHROME)


def find_chrome():
    """The browser that the person named, or one on the machine.

    None if there is none and Debian's can be had. Ubuntu's Chromium is a snap, which
    sees neither the checkout's hidden folder nor the one for temporary files: it
    starts, and no test reaches it.
    """
    named = os.environ.get("CHROME_BIN")
    found = filter(None, map(shutil.which, [named] if named else _NAMES))
    usable = [Path(path) for path in found if not _is_snap(Path(path))]
    if not usable and (named or not apt.is_usable()):
        place = f"CHROME_BIN ({named})" if named else "the PATH"
        raise Problem(f"{place} has no browser for the browser tests: {_HELP}.")
    return next(iter(usable), None)


def prepare_wkhtmltopdf():
    """Have wkhtmltopdf ready where it can be had; all but printing works without."""
    if not shutil.which("wkhtmltopdf") and apt.is_usable():
        _unpack("wkhtmltopdf", "usr/bin/wkhtmltopdf", _WKHTMLTOPDF)


def _unpack(package, program, script):
    """Unpack a package, if there is one, with all it needs, once.

    ``program`` is where it is in there; ``script`` is written to run it.
    """
    key = once.digest(_SCRIPT, _FONTS_CONFIGURATION)
    if once.is_done(package, key) and not script.is_symlink():
        return
    tree = HOME / "root" / package
    with step(f"Fetching {package} (Debian package)"):
        if apt.versions(package):
            apt.unpack(apt.closure([package, "fonts-liberation"]), tree)
            _write_script(script, tree, program)
    once.note_done(package, key)


def _write_script(script, tree, program):
    configuration = _FONTS_CONFIGURATION.format(tree=tree, home=HOME)
    (tree / "fonts.conf").write_text(configuration)
    libraries = sorted({str(path.parent) for path in tree.glob("**/*.so*")})
    plugins = map(str, tree.glob("**/qt5/plugins"))
    script.unlink(missing_ok=True)
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        _SCRIPT.format(
            libraries=os.pathsep.join(libraries),
            plugins=os.pathsep.join(plugins),
            program=tree / program,
            fonts=tree / "fonts.conf",
        )
    )
    script.chmod(0o755)


def _is_snap(path):
    """Whether a program is a snap, or Ubuntu's script that only asks for one."""
    real = path.resolve()
    with real.open("rb") as stream:
        return "snap" in real.parts or b"/snap/" in stream.read(999)
