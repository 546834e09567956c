"""What ``dev/run``, ``dev/test``, ``dev/odoo`` and the others do."""

import argparse
import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import account_tests, addon, browser, lint, shell, workshop
from .databases import TO_TEST, TO_TRY
from .messages import Problem, say, step
from .odoo import is_free
from .paths import ADDON, ADDONS, DEV, HOME, ROOT
from .python_env import PYTHON

_DEMO_DATABASE = f"{ADDON}_demo"
_DATABASE_VARIABLE = "PET_PLANS_DB"
_OPTIONS_WITH_VALUE = {"-W", "-c", "-k", "-m", "-n", "-o", "-p", "-r"}
_WELCOME = DEV / "welcome.txt"
_NO_PRINTING = (
    "Printing is off: wkhtmltopdf was not found on this system. Install it to print."
)


def run(arguments):
    """Install the addon with demo data and start Odoo."""
    options = _run_options(arguments)
    if not options.stop_after_init:
        _require_free_port(options)
    with workshop.opened() as databases:
        if options.fresh:
            databases.drop(options.database, TO_TRY)
        databases.prepare_demo(options.database)
        if options.stop_after_init:
            say(f"The database {options.database} is ready.")
            return 0
        return _serve(databases.odoo, options)


def odoo(arguments):
    """Pass ``arguments`` to Odoo's own command line."""
    with workshop.opened() as databases:
        return _wait(databases.odoo.start(arguments))


def test(arguments):
    """Run the tests with pytest; without a path among ``arguments``, all of them."""
    arguments, chosen = arguments_for_pytest(arguments)
    with workshop.opened(with_browser=True) as databases:
        databases.drop_orphans()
        logs = {}
        if not chosen:
            arguments += [str(addon.MIRROR / "tests"), str(DEV / "checks")]
            arguments += _side_by_side(arguments)
            logs = _install_with_and_without_demo(databases)
        with _test_database(databases, databases.tests_template()) as name:
            return _pytest(databases.odoo, name, arguments, logs)


def account(arguments):
    """Run Odoo's tests of accounting, or some files, with the addon and without.

    The exit code tells whether the results differ.
    """
    with workshop.opened(with_browser=True) as databases:
        databases.drop_orphans()
        without, with_addon = (
            _run_account_tests(databases, template, words, arguments)
            for template, words in (
                (databases.dependencies_template(demo=False), "without"),
                (databases.addon_template(demo=False), "with"),
            )
        )
    say(f"Without the addon: {account_tests.summary(without)}.")
    say(f"With the addon: {account_tests.summary(with_addon)}.")
    differences = account_tests.compare(without, with_addon)
    say("\n".join(differences) or "The results are the same.")
    return 1 if differences else 0


def _run_account_tests(databases, template, words, arguments):
    """Run the tests in a copy of ``template``; return what became of each."""
    report = shell.log_path(f"account-{words}").with_suffix(".xml")
    report.unlink(missing_ok=True)
    names, options = account_tests.split(arguments)
    paths = account_tests.paths(databases.odoo.source, names)
    options += [*_side_by_side(options), f"--junitxml={report}", "--quiet", "--tb=no"]
    with step(f"Running Odoo's tests of accounting {words} the addon"):
        with _test_database(databases, template) as name:
            _pytest(databases.odoo, name, [*options, *map(str, paths)], {})
    return account_tests.read_results(report)


def bench(arguments):
    """Run the benchmarks, or those that are named, in a throw-away database."""
    with workshop.opened() as databases:
        command = [str(PYTHON), str(ROOT / "benchmarks"), *arguments]
        with _test_database(databases, databases.addon_template(demo=False)) as name:
            return _wait(
                subprocess.Popen(
                    [*command, f"--database={name}"],
                    env=databases.odoo.environment() | {"PYTHONSAFEPATH": ""},
                    pass_fds=databases.odoo.descriptors,
                )
            )


def check_style(arguments):
    """Check the style of the code; with ``--fix``, put right what can be."""
    parser = argparse.ArgumentParser(prog="dev/lint", description=check_style.__doc__)
    parser.add_argument("--fix", action="store_true", help="change the files")
    options = parser.parse_args(arguments)
    workshop.prepare_python()
    if options.fix:
        lint.fix()
    failures = [name for name, check in lint.CHECKS.items() if not _passes(name, check)]
    return 1 if failures else 0


COMMANDS = {
    "run": run,
    "odoo": odoo,
    "test": test,
    "account": account,
    "bench": bench,
    "lint": check_style,
}


def _run_options(arguments):
    parser = argparse.ArgumentParser(prog="dev/run", description=run.__doc__)
    parser.add_argument("--port", type=int, default=8069, help="port of the web server")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address it listens on (0.0.0.0 for all)"
    )
    parser.add_argument(
        "--database", default=_DEMO_DATABASE, help="name of the database"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="drop that database and start anew"
    )
    parser.add_argument(
        "--stop-after-init", action="store_true", help="only prepare the database"
    )
    return parser.parse_args(arguments)


def _require_free_port(options):
    if not is_free(options.port, options.host):
        raise Problem(
            f"Port {options.port} is taken by another program: stop that one, or"
            " choose another port, for example dev/run --port"
            f" {options.port + 1}."
        )


def _serve(odoo, options):
    """Start the server, tell how to use it, and wait until it ends."""
    log = shell.log_path(f"server-{options.port}")
    arguments = ["-d", options.database, f"--db-filter=^{options.database}$"]
    arguments += [f"--http-port={options.port}", f"--http-interface={options.host}"]
    with log.open("wb") as stream:
        process = odoo.start(arguments, stdout=stream, stderr=stream)
        address = f"http://{_shown(options.host)}:{options.port}"
        try:
            with step("Starting Odoo"):
                _wait_for_answer(process, address, log)
            say(_WELCOME.read_text().format(address=address, log=log))
            if not browser.prints_pdf():
                say(_NO_PRINTING)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        return _wait(process)


def _shown(host):
    """The name by which the server's own machine reaches it."""
    return "localhost" if host in ("0.0.0.0", "127.0.0.1") else host


def _wait_for_answer(process, address, log):
    """Wait until the server answers; it may also end at once."""
    while process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/web/health", timeout=30).read()
            return
        time.sleep(0.3)
    raise Problem(f"Odoo ended while starting: see {log}.")


def _wait(process):
    """Wait for a child; Ctrl+C is for the child alone, other signals stop both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return shell.wait_for(process)


def arguments_for_pytest(arguments):
    """The arguments with paths that Odoo imports, and whether there is any path."""
    results = []
    chosen = False
    before = ""
    for argument in arguments:
        path = None if before in _OPTIONS_WITH_VALUE else _path_for_pytest(argument)
        results.append(path or argument)
        chosen = chosen or bool(path)
        before = argument
    return results, chosen


def _side_by_side(arguments):
    """The options that give each core a database and whole test classes."""
    cores = os.cpu_count() or 1
    if cores == 1 or any(given.startswith("-n") for given in arguments):
        return []
    return ["-n", str(cores), "--dist", "loadscope"]


def _path_for_pytest(argument):
    """The path of a file of the addon in the mirror; None for anything else."""
    path, *rest = argument.removeprefix(f"{ADDON}/").split("::")
    candidates = (Path(base, path).resolve() for base in (Path.cwd(), ROOT))
    for found in candidates:
        if found.exists() and found.is_relative_to(ROOT) and not path.startswith("-"):
            relative = found.relative_to(ROOT)
            is_ours = relative.parts[:1] == (DEV.name,)
            return "::".join(
                [str(found if is_ours else addon.MIRROR / relative), *rest]
            )
    return None


def _install_with_and_without_demo(databases):
    """Install the addon both ways at the same time; return where the logs are."""
    with ThreadPoolExecutor(2) as pool:
        plain, demo = pool.map(databases.addon_template, (False, True))
    return {
        "PET_PLANS_INSTALL_LOG": str(shell.log_path(plain)),
        "PET_PLANS_DEMO_LOG": str(shell.log_path(demo)),
    }


@contextlib.contextmanager
def _test_database(databases, template):
    """A copy of ``template``: kept when the person named it, else dropped."""
    named = os.environ.get(_DATABASE_VARIABLE)
    name = named or databases.scratch_name()
    databases.copy(template, name, TO_TEST)
    try:
        yield name
    finally:
        if not named:
            databases.drop(name, TO_TEST)


def _pytest(odoo, database, arguments, variables):
    environment = {**odoo.environment(), **variables}
    environment["PYTHONPATH"] += os.pathsep + str(DEV)
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(HOME / "hypothesis")
    command = [PYTHON, "-m", "pytest", f"--config-file={ROOT / 'pyproject.toml'}"]
    command += [f"--rootdir={ROOT}", f"--confcutdir={ADDONS}"]
    command += ["-p", "workshop.pytest_browser"]
    command += [f"--odoo-database={database}", "--odoo-http", *arguments]
    return _wait(
        subprocess.Popen(
            [str(part) for part in command],
            env=environment,
            cwd=ROOT,
            pass_fds=odoo.descriptors,
        )
    )


def _passes(name, check):
    """Run one check and show what it finds."""
    findings = check()
    say(f"{name}: {'ok' if not findings else ''}")
    if findings:
        say(findings)
    return not findings
