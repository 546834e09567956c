"""Debian packages without being root and without touching the system.

apt runs with sources, an index and a cache of its own under ``.dev/apt``. The mirror is
the one that the machine's own sources name; packages are downloaded and unpacked into a
folder, never installed. The machine's own release comes first; others are asked for
what only they have.
"""

import functools
import os
import platform
import re
import shutil
import tempfile
import threading
from pathlib import Path

from . import shell
from .paths import HOME
from .shell import Problem

# Sid has Odoo; trixie has the version of Font Awesome that Odoo needs, sid a later one.
_OTHERS = ("sid", "trixie")

_APT = HOME / "apt"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_INDEX_URI = re.compile(r"^'(\S+)/dists/([^/]+)/(?:In)?Release'", re.M)
_PLANNED = re.compile(r"^Inst (\S+)", re.M)
_FOLDERS = f"""
Dir::State::lists "{_APT}/lists";
Dir::Cache "{_APT}/cache";
Acquire::Languages "none";
APT::Sandbox::User "";
Debug::NoLocking "true";
"""
_SOURCES = f"""
Dir::Etc::sourcelist "{_APT}/sources.list";
Dir::Etc::sourceparts "{_APT}/none.d";
Dir::Etc::preferences "{_APT}/preferences";
Dir::Etc::preferencesparts "{_APT}/none.d";
"""
_UPDATING = threading.Lock()
_LESS_WANTED = "Package: *\nPin: release n={suite}\nPin-Priority: 100\n\n"


def release():
    """The name of the machine's Debian release; None elsewhere, as on Ubuntu."""
    try:
        facts = platform.freedesktop_os_release()
    except OSError:
        return None
    return facts.get("VERSION_CODENAME") if facts["ID"] == "debian" else None


def is_usable():
    """Whether Debian's packages can be had on this machine."""
    return bool(release() and shutil.which("apt-get") and shutil.which("dpkg-deb"))


def versions(package):
    """The versions of ``package`` on offer, newest first."""
    _update()
    lines = shell.read(["apt-cache", "madison", package], "Asking apt").splitlines()
    return [line.split("|")[1].strip() for line in lines]


def closure(packages):
    """``packages`` and all they need that is missing here."""
    _update()
    command = ["apt-get", "install", "--simulate", "--no-install-recommends"]
    return _PLANNED.findall(shell.read([*command, *packages], "Asking apt"))


def unpack(packages, tree):
    """Download ``packages`` and unpack them into the folder ``tree``."""
    _update()
    tree.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        command = ["apt-get", "download", *packages]
        shell.run(command, "Downloading packages", cwd=folder)
        for file in Path(folder).glob("*.deb"):
            shell.run(["dpkg-deb", "-x", file, tree], f"Unpacking {file.name}")


def _update():
    """Fetch the index of packages, once; whoever comes meanwhile waits for it."""
    with _UPDATING:
        _fetch_index()


@functools.cache
def _fetch_index():
    for folder in ("lists/partial", "cache/archives/partial", "none.d"):
        (_APT / folder).mkdir(parents=True, exist_ok=True)
    configuration = _APT / "apt.conf"
    configuration.write_text(_FOLDERS)
    os.environ["APT_CONFIG"] = str(configuration)
    uris = shell.read(["apt-get", "update", "--print-uris"], "Asking apt")
    own, others = choose_sources(_INDEX_URI.findall(uris))
    signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
    (_APT / "sources.list").write_text(
        "".join(f"deb {signed}{base} {suite} main\n" for base, suite in own + others)
    )
    (_APT / "preferences").write_text(
        "".join(_LESS_WANTED.format(suite=suite) for _, suite in others)
    )
    configuration.write_text(_FOLDERS + _SOURCES)
    shell.run(["apt-get", "update", "--error-on=any"], "Fetching Debian's index")


def choose_sources(machine_sources):
    """The machine's own Debian suites, and the other suites of the same mirror.

    All are pairs of a base address and a suite.
    """
    own = [pair for pair in machine_sources if pair[1].split("-")[0] == release()]
    main = next((base for base, suite in own if suite == release()), None)
    if not main:
        raise Problem(
            f"This machine's apt sources name no mirror of Debian {release()}: add one,"
            " or set ODOO_PATH to an Odoo 19 source folder."
        )
    return own, [(main, suite) for suite in _OTHERS if (main, suite) not in own]
