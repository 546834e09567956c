"""The workshop itself: what its commands are made of."""

import sys
from types import SimpleNamespace

import pytest
from workshop import account_tests, addon, commands, locks, odoo, shell, stamps
from workshop.databases import TO_TEST, TO_TRY, Databases
from workshop.messages import Problem


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
    monkeypatch.setattr(stamps, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(locks, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(shell, "LOGS", tmp_path / "logs")
    return root


def mirrored():
    return {
        str(path.relative_to(addon.MIRROR))
        for path in addon.MIRROR.rglob("*")
        if path.is_symlink()
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


def test_mirror_follows_the_addon(checkout):
    addon.mirror()
    (checkout / "models/pet.py").unlink()
    (checkout / "models/plan.py").write_text("")
    (checkout / "tests/test_pet.py").unlink()
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
    stamps.write("venv", stamps.digest("lock", "python"))
    assert stamps.is_current("venv", stamps.digest("lock", "python"))
    assert not stamps.is_current("venv", stamps.digest("lock", "other python"))


def test_last_user_of_the_server_stops_it(checkout):
    stopped = []
    with locks.shared("server", lambda: stopped.append("outer")):
        with locks.shared("server", lambda: stopped.append("inner")):
            pass
        assert not stopped
    assert stopped == ["outer"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("E: Temporary failure resolving 'mirror'", "check the network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something unheard of", "see "),
    ],
)
def test_failure_is_one_sentence_with_its_cause(checkout, output, words):
    program = [sys.executable, "-c", f"import sys; sys.exit({output!r})"]
    with pytest.raises(Problem, match=words) as caught:
        shell.run(program, "Fetching Odoo", "fetch")
    assert str(caught.value).startswith("Fetching Odoo failed: ")


def test_complaints_of_a_log():
    lines = [
        "2026-01-02 12:00:00,000 1 INFO db odoo.modules: loading 50 modules",
        "2026-01-02 12:00:01,000 1 WARNING db odoo.fields: two fields, one label",
        "2026-01-02 12:00:02,000 1 ERROR db odoo.sql_db: bad query",
    ]
    assert odoo.complaints(lines) == lines[1:]


@pytest.mark.parametrize(
    ("arguments", "expected", "chosen"),
    [
        (["-x"], ["-x"], False),
        (["-k", "models"], ["-k", "models"], False),
        (["nothing.py"], ["nothing.py"], False),
        (["tests/common.py"], [f"{addon.MIRROR}/tests/common.py"], True),
        (
            ["-v", "pet_plans/tests/common.py::A::b"],
            ["-v", f"{addon.MIRROR}/tests/common.py::A::b"],
            True,
        ),
        (["dev/checks"], [str(commands.DEV / "checks")], True),
    ],
)
def test_paths_are_those_that_odoo_imports(arguments, expected, chosen):
    assert commands.arguments_for_pytest(arguments) == (expected, chosen)


def report_of(path, **outcomes):
    """Write what pytest reports of some tests, and read it as the command does."""
    cases = "".join(
        f'<testcase classname="x.tests.test_a.TestA" name="{name}">{tag}</testcase>'
        for name, tag in outcomes.items()
    )
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    return account_tests.read_results(path)


def test_results_of_account_tests_are_compared(tmp_path):
    path = tmp_path / "report.xml"
    without = report_of(path, test_pay="", test_post="<failure/>", test_draw="<error/>")
    with_addon = report_of(
        path, test_pay="<error/>", test_post="", test_draw="<error/>"
    )
    assert account_tests.compare(without, with_addon) == [
        "test_a.TestA.test_pay: passed without the addon, failed with it",
        "test_a.TestA.test_post: failed without the addon, passed with it",
    ]
    assert not account_tests.compare(without, without)


def test_report_in_which_nothing_passed_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="No test passed"):
        report_of(tmp_path / "report.xml", test_pay="<error/>")


@pytest.fixture
def databases(checkout, monkeypatch):
    """Databases of a server that notes the tools that are run on it."""
    rows = [f"clinic\t{''}", f"tried\t{TO_TRY}", f"tested\t{TO_TEST}"]
    server = SimpleNamespace(query=lambda sql: rows)
    found = Databases(SimpleNamespace(server=server))
    found.ran = []
    monkeypatch.setattr(found, "_tool", lambda *words: found.ran.append(words))
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
