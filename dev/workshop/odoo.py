"""Odoo's command line in this environment. Odoo takes its options from variables."""

import os
import subprocess

from . import browser, postgres, shell
from .paths import ADDONS, HOME, ODOO_DATA
from .python_env import PYTHON
from .shell import step


def use(source):
    """Set the variables under which Odoo and its tests run from ``source``."""
    ODOO_DATA.mkdir(parents=True, exist_ok=True)
    folders = [browser.BIN, PYTHON.parent, postgres.tools_path()]
    path = [*map(str, folders), os.environ.get("PATH", os.defpath)]
    # To compile all of Odoo takes each process longer than to start it
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.update(
        ODOO_ADDONS_PATH=",".join(map(str, [*source.addons, ADDONS])),
        ODOO_DATA_DIR=str(ODOO_DATA),
        ODOO_HTTP_INTERFACE="127.0.0.1",
        ODOO_RC=os.devnull,
        PATH=os.pathsep.join(path),
        PYTHONPATH=str(source.folder),
        PYTHONPYCACHEPREFIX=str(HOME / "compiled"),
        PYTHONSAFEPATH="1",
    )


def start(arguments, **options):
    """Start Odoo as a child process."""
    return start_python(["-m", "odoo", *arguments], **options)


def start_python(arguments, variables=(), **options):
    """Start Python as a child process in which Odoo can be imported."""
    command = [str(part) for part in [PYTHON, *arguments]]
    return subprocess.Popen(command, env={**os.environ, **dict(variables)}, **options)


def change_modules(title, database, arguments):
    """Install or update modules in ``database``, with a new log of its name."""
    shell.log_path(database).unlink(missing_ok=True)
    with step(title):
        _run([*arguments, "--stop-after-init"], database, title)


def execute(code, database):
    """Run Python ``code`` in ``database``; it commits what it wants to keep."""
    _run(["shell"], database, "Running Odoo", words=code.encode())


def _run(arguments, database, purpose, **options):
    command = [PYTHON, "-m", "odoo", *arguments, "-d", database, "--no-http"]
    return shell.run(command, purpose, database, minutes=60, **options)
