"""The Python environment: Odoo's libraries and the tools for tests, pinned."""

import importlib.util
import shutil
import subprocess
import sys

from . import apt, shell, stamps
from .messages import Problem, step
from .paths import DEV, HOME, VENV

_LOCK = DEV / "requirements.lock"
_PIP_PACKAGE = "python3-pip-whl"
PYTHON = VENV / "bin" / "python"


def is_ready():
    """Whether the environment has exactly what the lock file asks for."""
    return stamps.is_current("venv", _key()) and PYTHON.exists()


def prepare():
    """Make the environment, or bring it up to date with the lock file."""
    if is_ready():
        return
    with step("Installing Python packages", _count_installed):
        if not _fits_this_python():
            _create()
        _install(_pip())
    stamps.write("venv", _key())


def _key():
    return stamps.digest(_LOCK.read_bytes(), sys.version, sys.base_prefix)


def _fits_this_python():
    """Whether there is an environment of the Python that runs this."""
    if not PYTHON.exists():
        return False
    command = [PYTHON, "-c", "import sys; print(sys.version, sys.base_prefix)"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() == f"{sys.version} {sys.base_prefix}"


def _create():
    """Make an empty environment; Debian's Python often lacks what fills it."""
    if not importlib.util.find_spec("venv"):
        raise Problem(
            "This Python cannot make virtual environments: install your system's"
            " package for that (python3-venv on Debian and Ubuntu)."
        )
    shutil.rmtree(VENV, ignore_errors=True)
    shell.run(
        [sys.executable, "-m", "venv", "--without-pip", VENV],
        "Making the Python environment",
        "python",
    )


def _pip():
    """The command that runs pip inside the environment."""
    if _has_module(PYTHON, "pip"):
        return [PYTHON, "-m", "pip"]
    if importlib.util.find_spec("ensurepip"):
        shell.run([PYTHON, "-m", "ensurepip"], "Installing pip", "python")
        return [PYTHON, "-m", "pip"]
    return [PYTHON, _debian_pip_wheel() / "pip"]


def _debian_pip_wheel():
    """pip as Debian ships it: a wheel, which Python runs as it is."""
    if not apt.is_usable():
        raise Problem(
            "This Python has no pip: install your system's package for virtual"
            " environments (python3-venv on Debian and Ubuntu)."
        )
    source = apt.own_release()
    source.update()
    downloads = HOME / "download" / "pip"
    tree = HOME / "pip"
    source.unpack(source.download([_PIP_PACKAGE], downloads), tree)
    shutil.rmtree(downloads)
    return next(tree.glob("**/pip-*.whl"))


def _install(pip):
    """Install what the lock file lists: all of it, and only ready-made wheels."""
    shell.run(
        [
            *pip,
            "install",
            "--no-deps",
            "--only-binary=:all:",
            "--disable-pip-version-check",
            "--no-input",
            f"--requirement={_LOCK}",
        ],
        "Installing Python packages",
        "python",
    )


def _has_module(python, module):
    command = [python, "-c", f"import {module}"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def _count_installed():
    wanted = [line for line in _LOCK.read_text().splitlines() if "==" in line]
    installed = list(VENV.glob("lib/*/site-packages/*.dist-info"))
    return f"{len(installed)} of about {len(wanted)}"
