"""What ``dev/run``, ``dev/test``, ``dev/odoo`` and the others do."""

import argparse
import contextlib
import difflib
import os
import signal
import socket
import time
import urllib.request

from . import (
    account_tests,
    addon,
    axe,
    browser,
    lint,
    odoo,
    odoo_source,
    once,
    postgres,
    python_env,
    shell,
)
from .databases import TO_TRY, Databases
from .paths import ADDON, ADDONS, DEV, HOME, ROOT
from .shell import Problem, say, step

_SECONDS_TO_START = 300
# Each worker has a database and whole test classes, unless the arguments say otherwise.
# There is one more than cores: one that waits for its browser leaves a core to it.
_WORKERS = len(os.sched_getaffinity(0)) + 1
_SIDE_BY_SIDE = ("-n", f"{_WORKERS}", "--dist", "loadscope", "--no-loadscope-reorder")


@contextlib.contextmanager
def opened(*preparations):
    """The databases of an Odoo, and the server that they are on kept running.

    ``preparations`` fetch what is needed besides.
    """
    with once.only_one("preparing"):
        from_debian = odoo_source.prepare, browser.prepare_wkhtmltopdf, *preparations
        (source, *__), __ = shell.side_by_side(
            lambda: [prepare() for prepare in from_debian], python_env.prepare
        )
        addon.mirror()
    odoo.use(source)
    with postgres.running():
        yield Databases(source)


def run(arguments):
    """Install the addon with demo data and start Odoo."""
    options = _run_options(arguments)
    if not options.stop_after_init:
        _require_free_port(options)
    with opened() as databases:
        if options.fresh:
            databases.drop(options.database, TO_TRY)
        databases.prepare_demo(options.database)
        if options.stop_after_init:
            say(f"The database {options.database} is ready.")
            return 0
        return _serve(options)


def odoo_itself(arguments):
    """Pass ``arguments`` to Odoo's own command line."""
    with opened():
        return _wait(odoo.start(arguments))


def test(arguments):
    """Run the tests with pytest; without a path among ``arguments``, all of them."""
    with opened(browser.prepare_chromium) as databases:
        with once.only_one("preparing"):
            axe.prepare()  # with the Python environment, which is there now
        databases.drop_orphans()
        logs = {}
        if any(map(is_path, arguments)):
            template = databases.tests_template()
        else:
            arguments = [*_SIDE_BY_SIDE, *arguments, "tests", "dev/checks"]
            template, demo = shell.side_by_side(
                databases.tests_template, lambda: databases.addon_template("demo")
            )
            plain = databases.addon_template("plain")
            logs["PET_PLANS_INSTALL_LOG"] = str(shell.log_path(plain))
            logs["PET_PLANS_DEMO_LOG"] = str(shell.log_path(demo))
        with databases.copied(template) as name:
            return _pytest(name, arguments, logs)


def is_path(argument):
    """Whether an argument of pytest is a path; an option's value may be like one."""
    name = argument.split("::")[0]
    return ("/" in name or name.endswith(".py")) and (addon.MIRROR / name).exists()


def account(arguments):
    """Run Odoo's tests of accounting, or some files, with the addon and without.

    The exit code tells whether the results differ.
    """
    with opened(browser.prepare_chromium) as databases:
        options = account_tests.arguments(databases.source, arguments)
        bases = databases.dependencies_template, databases.addon_template
        results = [_run_account(databases, base("plain"), options) for base in bases]
    words = "without the addon", "with the addon"
    differences = list(difflib.unified_diff(*results, *words, n=0, lineterm=""))
    say("\n".join(differences) or f"The {len(results[0])} results are the same.")
    return 1 if differences else 0


def _run_account(databases, template, options):
    """Run the tests in a copy of ``template``; return what became of each."""
    log = shell.log_path(f"account-{template}")
    with step(f"Running Odoo's tests of accounting (see {log})"):
        with log.open("w") as stream, databases.copied(template) as name:
            _pytest(name, [*_SIDE_BY_SIDE, *options], stdout=stream)
    return account_tests.read_results(log.read_text())


def bench(arguments):
    """Run the benchmarks, or those that are named, in a throw-away database."""
    with opened() as databases:
        with databases.copied(databases.addon_template("plain")) as name:
            command = [ROOT / "benchmarks", *arguments, f"--database={name}"]
            return _wait(odoo.start_python(command, {"PYTHONSAFEPATH": ""}))


def check_style(arguments):
    """Check the style; with ``--fix``, first put right what can be."""
    with once.only_one("preparing"):
        python_env.prepare()
    if "--fix" in arguments:
        arguments.remove("--fix")
        lint.check(["--hook-stage", "manual"])
    return lint.check(arguments)


COMMANDS = {
    "run": run,
    "odoo": odoo_itself,
    "test": test,
    "account": account,
    "bench": bench,
    "lint": check_style,
}


def _run_options(arguments):
    parser = argparse.ArgumentParser(prog="dev/run", description=run.__doc__)
    add = parser.add_argument
    add("--port", type=int, default=8069, help="port of the web server")
    add("--host", default="127.0.0.1", help="address it listens on (0.0.0.0 for all)")
    add("--database", default=f"{ADDON}_demo", help="name of the database")
    add("--fresh", action="store_true", help="drop that database and start anew")
    add("--stop-after-init", action="store_true", help="only prepare the database")
    return parser.parse_args(arguments)


def _require_free_port(options):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError:
            raise Problem(
                f"Port {options.port} is taken by another program: stop that one, or"
                f" choose another port, for example dev/run --port {options.port + 1}."
            ) from None


def _serve(options):
    """Start the server, tell how to use it, and wait until it ends."""
    log = shell.log_path(f"server-{options.port}")
    arguments = ["-d", options.database, f"--db-filter=^{options.database}$"]
    arguments += [f"--http-port={options.port}", f"--http-interface={options.host}"]
    with log.open("wb") as stream:
        process = odoo.start(arguments, stdout=stream, stderr=stream)
    host = "localhost" if options.host in ("0.0.0.0", "127.0.0.1") else options.host
    address = f"http://{host}:{options.port}"
    try:
        with step("Starting Odoo"):
            _wait_for_answer(process, address, log)
        welcome = (DEV / "welcome.txt").read_text()
        say(welcome.format(address=address, log=log))
        return _wait(process)
    finally:
        shell.stop(process)


def _wait_for_answer(process, address, log):
    """Wait until the server answers, which it never does once it has ended."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/web/health", timeout=30).read()
            return
        time.sleep(0.3)
    raise Problem(f"Odoo did not start in {_SECONDS_TO_START} s: see {log}.")


def _wait(process):
    """Wait for a child; Ctrl+C is for the child alone, other signals stop both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return shell.wait_for(process)


def _pytest(database, arguments, variables=(), **options):
    variables = {
        **dict(variables),
        "PET_PLANS_AXE": str(axe.SCRIPT),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(HOME / "hypothesis"),
        "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(DEV)]),
    }
    command = ["-m", "pytest", f"--config-file={ROOT / 'pyproject.toml'}"]
    command += [f"--rootdir={ROOT}", f"--confcutdir={ADDONS}"]
    plugins = "pytest_browser", "pytest_memory", "pytest_order"
    command += [part for name in plugins for part in ("-p", f"workshop.{name}")]
    command += [f"--odoo-database={database}", "--odoo-http", *arguments]
    return _wait(odoo.start_python(command, variables, cwd=addon.MIRROR, **options))
