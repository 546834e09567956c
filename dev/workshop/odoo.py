"""Odoo's command line in this environment: its configuration and its variables."""

import configparser
import os
import socket
import subprocess

from . import browser, shell
from .messages import Problem, step
from .paths import ADDONS, CONFIGS, ODOO_DATA
from .python_env import PYTHON

_HARMLESS = ("Running as user 'root' is a security risk.",)


class Odoo:
    """An Odoo on a PostgreSQL server, ready to be called."""

    def __init__(self, source, server, descriptors):
        """``descriptors`` are inherited by every Odoo that is started."""
        self.source = source
        self.server = server
        self.descriptors = descriptors
        self.configuration = CONFIGS / "odoo.conf"

    def write_configuration(self):
        """Write the configuration file that every command uses."""
        CONFIGS.mkdir(parents=True, exist_ok=True)
        ODOO_DATA.mkdir(parents=True, exist_ok=True)
        parser = configparser.ConfigParser(interpolation=None)
        parser["options"] = {
            "addons_path": ",".join(map(str, [*self.source.addons, ADDONS])),
            "data_dir": str(ODOO_DATA),
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "http_interface": "127.0.0.1",
        }
        if self.server.password:
            parser["options"]["db_password"] = self.server.password
        draft = self.configuration.with_suffix(f".{os.getpid()}")
        with draft.open("w") as stream:
            parser.write(stream)
        draft.chmod(0o600)
        draft.replace(self.configuration)

    def environment(self):
        """The variables under which Odoo and its tests run."""
        folders = [browser.BIN, PYTHON.parent, self.server.tools_path()]
        path = [*map(str, folders), os.environ.get("PATH", os.defpath)]
        return {
            **os.environ,
            **self.server.environment(),
            "ODOO_RC": str(self.configuration),
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(self.source.folder),
            "PYTHONSAFEPATH": "1",
        }

    def command(self, arguments):
        """The command that calls Odoo with ``arguments``."""
        return [str(PYTHON), "-m", "odoo", *arguments]

    def start(self, arguments, **options):
        """Start Odoo as a child process."""
        return subprocess.Popen(
            self.command(arguments),
            env=self.environment(),
            pass_fds=self.descriptors,
            **options,
        )

    def change_modules(self, title, database, arguments, log):
        """Install or update modules in ``database``, with the output in a new log."""
        path = shell.log_path(log)
        path.unlink(missing_ok=True)
        command = [*arguments, "-d", database, "--stop-after-init", "--no-http"]
        with step(title, lambda: _last_module(path)), path.open("wb") as stream:
            process = self.start(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
            )
            failed = shell.wait_for(process)
        lines = path.read_text(errors="replace").splitlines()
        if failed or any(" CRITICAL " in line for line in lines):
            raise Problem(f"{title} failed:\n{_first_error(lines)}\nSee {path}.")

    def execute(self, code, database):
        """Run Python ``code`` in ``database``; it commits what it wants to keep."""
        command = self.command(["shell", "-d", database, "--no-http"])
        shell.run(
            command,
            "Running Odoo",
            database,
            env=self.environment(),
            pass_fds=self.descriptors,
            words=code.encode(),
        )


def complaints(lines):
    """The warnings and errors in the lines of an Odoo log."""
    levels = (" WARNING ", " ERROR ", " CRITICAL ")
    return [
        line
        for line in lines
        if any(level in line for level in levels) and line not in _HARMLESS
    ]


def is_free(port, interface):
    """Whether nothing listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except OSError:
            return False
    return True


def _last_module(path):
    """How far an installation is, as its log tells."""
    words = ""
    for line in path.read_text(errors="replace").splitlines():
        if "Loading module " in line:
            words = line.split("Loading module ", 1)[1]
    return words


def _first_error(lines):
    """What a log tells from its first complaint on, or its last lines."""
    levels = (" WARNING ", " ERROR ", " CRITICAL ")
    for number, line in enumerate(lines):
        if any(level in line for level in levels):
            return "\n".join(lines[number:][:40])
    return "\n".join(lines[-15:])
