"""Chromium for the browser tests and wkhtmltopdf for printing.

What the machine has is used: ``CHROME_BIN``, or a browser or wkhtmltopdf on the
PATH. What is missing is unpacked from Debian's packages into ``.dev/root``, with
whatever libraries the machine lacks, and run from there by small wrappers in
``.dev/bin``. Nothing is installed and no rights are needed.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from . import apt, stamps
from .messages import Problem, step
from .paths import HOME

BIN = HOME / "bin"
_TREES = HOME / "root"
# The names by which Odoo looks for a browser; the first is the one it prefers.
_BROWSERS = (
    "google-chrome",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
)
_BROWSER_VARIABLE = "CHROME_BIN"
_FONTS = "fonts-liberation"
# Changes when the wrappers change, so that they are made anew.
_EDITION = "2"


class Program:
    """A program that is on the machine or unpacked from Debian's package."""

    def __init__(self, name, executable, link, trial):
        """``executable`` is its path in the package, ``link`` its name for Odoo.

        ``trial`` are arguments with which it must succeed, given a page as input.
        """
        self.name = name
        self.executable = executable
        self.wrapper = BIN / link
        self.trial = trial
        self.tree = _TREES / name

    def works(self):
        """Whether the wrapper starts the program, and the program does its work."""
        try:
            result = subprocess.run(
                [self.wrapper, *self.trial],
                input=b"<p>Good dog</p>",
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return not result.returncode

    def use(self, path):
        """Make the wrapper start the program that the machine has at ``path``."""
        _write_script(self.wrapper, [f'exec {shlex.quote(str(path))} "$@"'])

    def unpack(self, source):
        """Unpack Debian's package with all it needs and wrap it."""
        downloads = HOME / "download" / self.name
        packages = source.closure([self.name, _FONTS])
        source.unpack(source.download(packages, downloads), self.tree)
        shutil.rmtree(downloads)
        _write_script(
            self.wrapper,
            [
                f"export LD_LIBRARY_PATH={shlex.quote(self._folders_of_libraries())}",
                f"export FONTCONFIG_FILE={shlex.quote(self._fonts_configuration())}",
                f"export QT_PLUGIN_PATH={shlex.quote(self._folders('**/qt5/plugins'))}",
                f'exec {shlex.quote(str(self.tree / self.executable))} "$@"',
            ],
        )

    def _folders_of_libraries(self):
        """The folders of the unpacked libraries, as a search path."""
        found = {path.parent for path in self.tree.glob("**/*.so*")}
        return os.pathsep.join(sorted(map(str, found)))

    def _folders(self, pattern):
        """The unpacked folders that match ``pattern``, as a search path."""
        return os.pathsep.join(map(str, self.tree.glob(pattern)))

    def _fonts_configuration(self):
        """Fonts of the machine and of the unpacked tree; a bare machine has none."""
        path = self.tree / "fonts.conf"
        path.write_text(
            '<?xml version="1.0"?>\n'
            "<fontconfig>\n"
            "  <dir>/usr/share/fonts</dir>\n"
            f"  <dir>{self.tree}/usr/share/fonts</dir>\n"
            f"  <cachedir>{HOME}/fonts</cachedir>\n"
            "</fontconfig>\n"
        )
        return str(path)


CHROMIUM = Program(
    "chromium", "usr/lib/chromium/chromium", "google-chrome", ["--version"]
)
WKHTMLTOPDF = Program(
    "wkhtmltopdf", "usr/bin/wkhtmltopdf", "wkhtmltopdf", ["--quiet", "-", "-"]
)


def prepare_chromium():
    """Have a browser ready; the browser tests cannot do without."""
    named = os.environ.get(_BROWSER_VARIABLE, "")
    if (
        stamps.is_current(CHROMIUM.name, stamps.digest(_EDITION, named))
        and CHROMIUM.works()
    ):
        return
    if named:
        CHROMIUM.use(shutil.which(named) or named)
        if not CHROMIUM.works():
            raise Problem(
                f"{_BROWSER_VARIABLE} names {named}, which does not start: set it to"
                " a Chrome or Chromium program, or unset it."
            )
    else:
        _find_or_unpack(CHROMIUM, _BROWSERS)
        if not CHROMIUM.works():
            raise Problem(
                "The browser tests need Chromium, which could not be made to run"
                " here: install Chromium or Chrome, or name one in"
                f" {_BROWSER_VARIABLE}."
            )
    stamps.write(CHROMIUM.name, stamps.digest(_EDITION, named))


def prepare_wkhtmltopdf():
    """Have wkhtmltopdf ready where it can be had; all but printing works without."""
    if stamps.is_current(WKHTMLTOPDF.name, _EDITION):
        return
    _find_or_unpack(WKHTMLTOPDF, ("wkhtmltopdf",))
    if not WKHTMLTOPDF.works():
        WKHTMLTOPDF.wrapper.unlink(missing_ok=True)
    stamps.write(WKHTMLTOPDF.name, _EDITION)


def prints_pdf():
    """Whether Odoo can print PDF documents."""
    return WKHTMLTOPDF.wrapper.exists()


def _find_or_unpack(program, names):
    path = next(filter(None, map(_on_machine, names)), None)
    if path:
        program.use(path)
    elif apt.is_usable():
        source = apt.own_release()
        with step(f"Fetching {program.name} (Debian package)"):
            source.update()
            if source.versions(program.name):
                program.unpack(source)


def _on_machine(name):
    """The path of a program outside our own folder."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders = [folder for folder in folders if Path(folder) != BIN]
    return shutil.which(name, path=os.pathsep.join(folders))


def _write_script(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
