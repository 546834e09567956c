"""Prepare what a command needs, in parallel where that saves time."""

import contextlib
import shutil
from concurrent.futures import ThreadPoolExecutor

from . import addon, browser, locks, odoo_source, postgres, python_env, shell
from .databases import Databases
from .messages import Problem
from .odoo import Odoo
from .paths import HOME, ROOT

_GIGABYTES_NEEDED = 5


@contextlib.contextmanager
def opened(with_browser=False):
    """An Odoo with its databases, and the server that they are on kept running."""
    with locks.only_one("prepare"):
        source = _prepare_programs(with_browser)
        addon.mirror()
        shell.remove_old_logs()
    with postgres.running() as (server, descriptors):
        odoo = Odoo(source, server, descriptors)
        odoo.write_configuration()
        yield Databases(odoo)


def _prepare_programs(with_browser):
    """Fetch what is missing; return the Odoo to use."""
    if not (odoo_source.find() and python_env.is_ready()):
        _require_disk_space()
    jobs = [odoo_source.prepare, python_env.prepare, browser.prepare_wkhtmltopdf]
    if with_browser:
        jobs.append(browser.prepare_chromium)
    with ThreadPoolExecutor(len(jobs)) as pool:
        results = list(pool.map(lambda job: job(), jobs))
    return results[0]


def _require_disk_space():
    free = shutil.disk_usage(HOME).free / 1e9
    if free < _GIGABYTES_NEEDED:
        raise Problem(
            f"Odoo and its tools need {_GIGABYTES_NEEDED} GB of disk space, and"
            f" {ROOT} has {free:.1f} GB free: free some and start again."
        )


def prepare_python():
    """Have only the Python environment ready."""
    with locks.only_one("prepare"):
        python_env.prepare()
