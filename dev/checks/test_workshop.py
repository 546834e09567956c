"""The workshop itself: what its commands are made of."""

import fcntl
import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from unittest import mock

import pytest
from workshop import (
    account_tests,
    addon,
    apt,
    browser,
    commands,
    odoo_source,
    once,
    postgres,
    pytest_order,
    python_env,
    shell,
)
from workshop.databases import TO_TEST, TO_TRY, Databases
from workshop.paths import DEV
from workshop.shell import Problem

DEBIAN = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
UBUNTU = {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_CODENAME": "noble"}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small addon in place of this one, and a mirror of it."""
    root = tmp_path / "checkout"
    for name in (
        "__manifest__.py",
        ".git/HEAD",
        "dev/run",
        "models/pet.py",
        "models/__pycache__/pet.pyc",
        "static/src/card.js",
        "tests/test_pet.py",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setattr(addon, "ROOT", root)
    monkeypatch.setattr(addon, "MIRROR", tmp_path / "mirror")
    monkeypatch.setattr(once, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(once, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(shell, "LOGS", tmp_path / "logs")
    return root


def mirrored():
    return {
        str(path.relative_to(addon.MIRROR))
        for path in addon.MIRROR.rglob("*")
        if path.is_symlink() and path.name != "dev"
    }


def test_mirror_holds_the_addon_only(checkout):
    addon.mirror()
    assert mirrored() == {
        "__manifest__.py",
        "models/pet.py",
        "static/src/card.js",
        "tests/test_pet.py",
    }
    assert (addon.MIRROR / "models/pet.py").read_text() == "models/pet.py"
    assert (addon.MIRROR / "dev/checks/test_workshop.py").samefile(__file__)


def test_mirror_follows_the_addon(checkout):
    addon.mirror()
    (checkout / "models/pet.py").unlink()
    (checkout / "models/plan.py").write_text("")
    shutil.rmtree(checkout / "tests")
    addon.mirror()
    assert mirrored() == {"__manifest__.py", "models/plan.py", "static/src/card.js"}
    assert not (addon.MIRROR / "tests").exists()


@pytest.mark.parametrize(
    ("file", "is_new"),
    [("models/pet.py", True), ("tests/test_pet.py", False), ("dev/run", False)],
)
def test_only_what_is_installed_asks_for_a_new_installation(checkout, file, is_new):
    before = addon.installed_state()
    (checkout / file).write_text("changed")
    assert (addon.installed_state() != before) == is_new


def test_step_is_not_repeated_from_the_same_inputs(checkout):
    once.note_done("venv", once.digest("lock", "python"))
    assert once.is_done("venv", once.digest("lock", "python"))
    assert not once.is_done("venv", once.digest("lock", "other python"))


def test_last_user_of_the_server_stops_it(checkout):
    stopped = []
    with once.shared("server", lambda: stopped.append("outer")):
        with once.shared("server", lambda: stopped.append("inner")):
            pass
        assert not stopped
    assert stopped == ["outer"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("E: Temporary failure resolving 'mirror'\nBye", "E: Temporary failure res"),
        ("OSError: [Errno 28] No space left on device", "OSError: .* No space left"),
        ("the last\nword", "failed: word .see "),
        ("", "it said nothing"),
    ],
)
def test_failure_is_one_sentence_with_its_cause(checkout, output, words):
    program = [sys.executable, "-c", f"import sys; print({output!r}); sys.exit(1)"]
    with pytest.raises(Problem, match=words) as caught:
        shell.run(program, "Fetching Odoo", "fetch")
    assert str(caught.value).startswith("Fetching Odoo failed: ")
    assert "\n" not in str(caught.value)


def test_wait_for_a_program_ends(checkout):
    with pytest.raises(Problem, match="^Fetching Odoo was not done after 0.001 min"):
        shell.run(["sleep", "60"], "Fetching Odoo", minutes=0.001)


def test_side_by_side_returns_each_result_and_raises_the_first_problem():
    both = threading.Barrier(2, timeout=60)
    results = shell.side_by_side(lambda: both.wait() < 2, lambda: both.wait() < 2)
    assert results == [True, True]
    with pytest.raises(Problem, match="no disk"):
        shell.side_by_side(lambda: 1, mock.Mock(side_effect=Problem("no disk")))


def test_what_takes_longest_comes_first():
    names = [
        "tests/test_a.py::TestFew::test_1",
        "tests/test_a.py::TestMany::test_1",
        "tests/test_a.py::TestMany::test_2",
        "tests/test_histories.py::TestHistories::test_1",
    ]
    items = [mock.Mock(nodeid=name) for name in names]
    for config, order in (
        (mock.Mock(spec=[]), [0, 1, 2, 3]),
        (mock.Mock(spec=["workerinput"]), [3, 1, 2, 0]),
    ):
        ordered = list(items)
        pytest_order.pytest_collection_modifyitems(config, ordered)
        assert [item.nodeid for item in ordered] == [names[at] for at in order]


def test_wait_for_another_command_ends(checkout, monkeypatch):
    monkeypatch.setattr(once, "_MINUTES", 0)
    once.LOCKS.mkdir()
    with (once.LOCKS / "start-of-it").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        for held in once.only_one("start of it"), once.shared("start of it", None):
            with pytest.raises(Problem, match=r"\(start of it\) after 0 min"):
                held.__enter__()


def test_wait_for_odoo_ends(monkeypatch):
    monkeypatch.setattr(commands, "_SECONDS_TO_START", 0.1)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        process = subprocess.Popen(["sleep", "60"])
        try:
            with pytest.raises(Problem, match="did not start in 0.1 s: see the log"):
                commands._wait_for_answer(process, address, "the log")
        finally:
            shell.stop(process)
    assert process.wait() < 0


@pytest.mark.parametrize("given", ["", "intranet"])
def test_machine_itself_is_reached_without_a_proxy(monkeypatch, given):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, given)
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    shell.bypass_proxies()
    for name in ("no_proxy", "NO_PROXY"):
        hosts = os.environ[name].split(",")
        assert hosts == [*filter(None, [given]), "localhost", "127.0.0.1"]
    assert urllib.request.proxy_bypass("localhost:8069")
    assert not urllib.request.proxy_bypass("pypi.org")


def test_other_systems_are_refused(tmp_path):
    uname = tmp_path / "uname"
    uname.write_text("#!/bin/sh\necho Darwin\n")
    uname.chmod(0o755)
    result = subprocess.run(
        [DEV / "test"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert not result.stdout
    assert result.stderr.startswith("dev/test needs Linux")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("offered", "taken", "words"),
    [
        (["19.0.9+dfsg-1", odoo_source.BUILD], odoo_source.BUILD, ""),
        (
            ["20.0.0-1", "19.0.9+dfsg-1", "19.0.8-1"],
            "19.0.9+dfsg-1",
            rf"Odoo {re.escape(odoo_source.BUILD)}, .* is gone .* taking 19.0.9.*\n",
        ),
        (["20.0.0-1"], None, ""),
        ([], None, ""),
    ],
)
def test_pinned_build_is_taken_while_there_is_one(capsys, offered, taken, words):
    assert odoo_source.choose_build(offered) == taken
    printed = capsys.readouterr().out
    assert re.fullmatch(words, printed)


@pytest.fixture
def system(monkeypatch, tmp_path):
    """Say what the machine is and which programs it has, as name and text."""

    def become(facts, **programs):
        monkeypatch.setattr(platform, "freedesktop_os_release", lambda: facts)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("CHROME_BIN", raising=False)
        for name, text in programs.items():
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        return tmp_path

    return become


def test_ubuntu_is_not_asked_for_debians_packages(system):
    tools = {"apt-get": "", "dpkg-deb": ""}
    system(UBUNTU, **tools)
    assert not apt.is_usable()
    system(DEBIAN, **tools)
    assert apt.is_usable()


def test_odoo_is_cloned_where_debian_has_none(system, monkeypatch):
    cloned = []
    monkeypatch.setattr(odoo_source, "_clone", lambda: cloned.append(True))
    system(UBUNTU)
    with pytest.raises(Problem, match="install git, or set ODOO_PATH"):
        odoo_source._fetch()
    system(UBUNTU, git="")
    odoo_source._fetch()
    assert cloned


SNAP = "#!/bin/sh\nexec /snap/bin/chromium\n"


def test_browser_that_is_a_snap_is_not_taken(system):
    system(UBUNTU, **{"chromium-browser": SNAP})
    with pytest.raises(Problem, match="no browser .* no snap, or name one in CHROME"):
        browser.find_chrome()
    folder = system(UBUNTU, **{"google-chrome-stable": "#!/bin/sh\n"})
    assert browser.find_chrome() == folder / "google-chrome-stable"


def test_browser_that_is_named_is_taken(system, monkeypatch):
    folder = system(UBUNTU, mine="#!/bin/sh\n", other=SNAP)
    monkeypatch.setenv("CHROME_BIN", str(folder / "mine"))
    assert browser.find_chrome() == folder / "mine"
    for name in ("other", "none"):
        monkeypatch.setenv("CHROME_BIN", str(folder / name))
        with pytest.raises(Problem, match=rf"CHROME_BIN \(.*{name}\) has no browser"):
            browser.find_chrome()


def test_no_browser_is_needed_where_debians_can_be_had(system):
    system(DEBIAN, **{"apt-get": "", "dpkg-deb": "", "chromium": SNAP})
    assert browser.find_chrome() is None


def test_python_without_pip_names_the_package(system, monkeypatch):
    system(UBUNTU)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Problem, match="install .*python3-venv on Debian and Ub"):
        python_env._pip()


def test_python_without_environments_is_passed_over(tmp_path):
    """As is one that is too old; of none that fits the package is named."""
    (tmp_path / "venv.py").write_text("raise ImportError")
    variables = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)}
    launched = subprocess.run(
        [DEV / "launch", "lint"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert launched.returncode == 1
    assert "3.10 to 3.13 with its module venv (python3-venv on" in launched.stderr


def test_sources_are_debians_own_and_those_of_the_same_mirror(system):
    system(DEBIAN)
    mirror = "http://mirror/debian"
    own = [(mirror, "bookworm"), ("http://mirror/security", "bookworm-security")]
    given = [("https://other.example", "nodistro"), *own]
    others = [(mirror, "sid"), (mirror, "trixie")]
    assert apt.choose_sources(given) == (own, others)
    with pytest.raises(Problem, match="name no mirror of Debian bookworm: add one"):
        apt.choose_sources(given[:1])


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("-x", False),
        ("models", False),  # as in -k models
        ("nothing.py", False),
        ("tests/common.py", True),
        ("tests/common.py::A::b", True),
        ("dev/checks", True),
        (f"{DEV}/pictures/test_screenshots.py", True),
    ],
)
def test_paths_are_told_from_options(argument, expected):
    assert commands.is_path(argument) == expected


def test_results_of_account_tests_are_read():
    output = """
..F.s [100%]
PASSED test_a.py::TestA::test_pay
FAILED test_a.py::TestA::test_post - AssertionError: 1 != 2
SKIPPED [1] test_a.py:7: no font
1 failed, 1 passed, 1 skipped
"""
    assert account_tests.read_results(output) == [
        "FAILED test_a.py::TestA::test_post",
        "PASSED test_a.py::TestA::test_pay",
        "SKIPPED [1] test_a.py:7: no font",
    ]


def test_results_in_which_nothing_passed_are_a_problem():
    with pytest.raises(Problem, match="No test of accounting passed"):
        account_tests.read_results("ERROR test_a.py - ImportError")


@pytest.fixture
def databases(checkout, monkeypatch):
    """Databases of a server that notes the tools that are run on it."""
    rows = ["clinic\t", f"tried\t{TO_TRY}", f"tested\t{TO_TEST}"]
    found = Databases(None)
    found.ran = []
    monkeypatch.setattr(postgres, "query", lambda sql: rows)
    monkeypatch.setattr(shell, "run", lambda command, *_: found.ran.append(command))
    return found


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("clinic", TO_TEST), ("clinic", TO_TRY), ("tried", TO_TEST), ("tested", TO_TRY)],
)
def test_database_made_for_something_else_is_not_dropped(databases, name, purpose):
    for act in (
        lambda: databases.drop(name, purpose),
        lambda: databases.copy("template", name, purpose),
    ):
        with pytest.raises(Problem, match=f"The database {name} exists .* not dropped"):
            act()
    assert not databases.ran


@pytest.mark.parametrize(
    ("name", "purpose"), [("tried", TO_TRY), ("tested", TO_TEST), ("new", TO_TEST)]
)
def test_database_made_here_is_replaced_and_says_what_for(databases, name, purpose):
    databases.copy("template", name, purpose)
    drop, create = databases.ran
    assert (drop[0], drop[-1]) == ("dropdb", name)
    assert (create[0], *create[-3:]) == ("createdb", "template", name, purpose)


def test_race_tests_know_the_comment():
    assert f'SCRATCH = "{TO_TEST}"' in (addon.ROOT / "tests/race.py").read_text()
