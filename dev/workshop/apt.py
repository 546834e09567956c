"""Debian packages without being root and without touching the system.

apt runs with a source list, index and cache of its own under ``.dev/apt``. The
mirror is the one that the machine's own sources name; packages are downloaded
and unpacked into a folder, never installed.
"""

import functools
import os
import re
import shutil
import threading
from pathlib import Path

from . import shell
from .messages import Problem
from .paths import HOME

_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
_INDEX_URI = re.compile(r"^'(?P<base>\S+)/dists/(?P<suite>[^/]+)/(In)?Release'")
_PLANNED = re.compile(r"^Inst (?P<name>\S+) (\[\S+\] )?\((?P<version>\S+) ", re.M)


def codename():
    """The name of the machine's Debian release, or None on any other system."""
    try:
        text = Path("/etc/os-release").read_text()
    except FileNotFoundError:
        return None
    facts = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    facts = {key: value.strip('"') for key, value in facts.items()}
    return facts.get("VERSION_CODENAME") if facts.get("ID") == "debian" else None


def is_usable():
    """Whether Debian packages can be had on this machine."""
    return bool(codename() and shutil.which("apt-get") and shutil.which("dpkg-deb"))


@functools.cache
def own_release():
    """The packages of the machine's own Debian release."""
    return PrivateApt("own")


@functools.cache
def suite(name):
    """The packages of the suite ``name``, which may be the machine's own."""
    return own_release() if name == codename() else PrivateApt(name, name)


class PrivateApt:
    """apt with an index of its own."""

    def __init__(self, name, extra_suite=None):
        """Use the machine's own suites, or ``extra_suite`` of its main mirror."""
        self.home = HOME / "apt" / name
        self.log = f"apt-{name}"
        self.extra_suite = extra_suite
        self._lock = threading.Lock()
        self._is_updated = False

    def update(self):
        """Fetch the index of packages, once."""
        with self._lock:
            if not self._is_updated:
                self._fetch_index()
                self._is_updated = True

    def _fetch_index(self):
        for folder in ("lists/partial", "cache/archives/partial", "none.d"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        self._write_configuration([])
        sources = self._choose_sources(self._machine_sources())
        self._write_configuration(sources)
        self._run(["apt-get", "update", "--error-on=any"], "Fetching Debian's index")

    def versions(self, package):
        """The versions of ``package`` on offer, newest first."""
        lines = self._read(["apt-cache", "madison", package]).splitlines()
        return [line.split("|")[1].strip() for line in lines]

    def closure(self, packages):
        """``packages`` and all they need that is missing here, as name=version."""
        plan = self._read(
            ["apt-get", "install", "--simulate", "--no-install-recommends", *packages]
        )
        return [f"{m['name']}={m['version']}" for m in _PLANNED.finditer(plan)]

    def download(self, packages, folder):
        """Download the package files into ``folder`` and return their paths."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._run(
            ["apt-get", "download", *packages], "Downloading packages", cwd=folder
        )
        return sorted(folder.glob("*.deb"))

    def unpack(self, files, target):
        """Unpack package files into the tree ``target``."""
        target.mkdir(parents=True, exist_ok=True)
        for file in files:
            self._run(["dpkg-deb", "-x", file, target], f"Unpacking {file.name}")

    def _machine_sources(self):
        """The (base address, suite) pairs that the machine's own sources name."""
        environment = dict(os.environ, APT_CONFIG=str(self._machine_configuration()))
        uris = shell.read(
            ["apt-get", "update", "--print-uris"],
            "Reading the machine's package sources",
            env=environment,
        )
        matches = map(_INDEX_URI.match, uris.splitlines())
        return [(match["base"], match["suite"]) for match in matches if match]

    def _choose_sources(self, machine_sources):
        """The machine's Debian sources, or the extra suite of its main mirror."""
        release = codename()
        own = [
            (base, suite)
            for base, suite in machine_sources
            if suite == release or suite.startswith(f"{release}-")
        ]
        main = [base for base, suite in own if suite == release]
        if not main:
            raise Problem(
                "This machine's apt sources name no mirror of Debian"
                f" {release}: add one, or set ODOO_PATH to an Odoo 19 source folder."
            )
        return [(main[0], self.extra_suite)] if self.extra_suite else own

    def _machine_configuration(self):
        """A configuration with the machine's sources and our own folders."""
        path = self.home / "machine.conf"
        path.write_text(self._folders())
        return path

    def _write_configuration(self, sources):
        """Write the configuration for ``sources`` and the list that names them."""
        keyring = next((path for path in _KEYRINGS if Path(path).exists()), None)
        options = f"[signed-by={keyring}] " if keyring else ""
        lines = [f"deb {options}{base} {suite} main\n" for base, suite in sources]
        (self.home / "sources.list").write_text("".join(lines))
        (self.home / "apt.conf").write_text(
            self._folders()
            + f'Dir::Etc::sourcelist "{self.home}/sources.list";\n'
            + f'Dir::Etc::sourceparts "{self.home}/none.d";\n'
        )

    def _folders(self):
        return "".join(
            f"{line};\n"
            for line in (
                f'Dir::State::lists "{self.home}/lists"',
                f'Dir::Cache "{self.home}/cache"',
                'Acquire::Languages "none"',
                'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"',
                'Acquire::IndexTargets::deb::CNF::DefaultEnabled "false"',
                'APT::Sandbox::User ""',
                'Debug::NoLocking "true"',
            )
        )

    def _environment(self):
        return dict(os.environ, APT_CONFIG=str(self.home / "apt.conf"), LC_ALL="C")

    def _run(self, command, purpose, **options):
        shell.run(command, purpose, self.log, env=self._environment(), **options)

    def _read(self, command):
        return shell.read(command, "Asking apt", env=self._environment())
