"""The Python environment: Odoo's libraries and the tools for tests, pinned."""

import importlib.util
import shutil
import sys

from . import apt, once, shell
from .paths import DEV, HOME, VENV
from .shell import Problem, step

PYTHON = VENV / "bin" / "python"

_LOCK = DEV / "requirements.lock"
# All that the lock file lists and nothing else; only ready-made wheels
_INSTALL = ["install", "--no-deps", "--only-binary=:all:", f"--requirement={_LOCK}"]


def prepare():
    """Make the environment anew if it is not the one that the lock file asks for."""
    key = once.digest(_LOCK.read_bytes(), sys.version, sys.base_prefix)
    if once.is_done("venv", key) and PYTHON.exists():
        return
    with step("Installing Python packages"):
        shutil.rmtree(VENV, ignore_errors=True)
        shell.run([*_pip(), *_INSTALL], "Installing packages", "python")
    once.note_done("venv", key)


def _pip():
    """Make an empty environment; return the command that runs pip inside it.

    Debian and Ubuntu have Python's ``ensurepip`` in a package of its own. Without it,
    pip is taken from Debian's wheel, which Python runs as it is.
    """
    command = [sys.executable, "-m", "venv", VENV]
    if importlib.util.find_spec("ensurepip"):
        shell.run(command, "Making the Python environment", "python")
        return [PYTHON, "-m", "pip"]
    if not apt.is_usable():
        raise Problem(
            "This Python cannot make virtual environments: install your system's"
            " package for them (python3-venv on Debian and Ubuntu)."
        )
    shell.run([*command, "--without-pip"], "Making the Python environment", "python")
    apt.unpack(["python3-pip-whl"], HOME / "pip")
    return [PYTHON, next(HOME.glob("pip/**/pip-*.whl")) / "pip"]
