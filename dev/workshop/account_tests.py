"""Odoo's own tests of what the addon extends: invoices, payments, reversals, locks.

Some of them fail on any machine, for want of a font or of the network. So they are
run twice, with the addon and without, and what counts is whether the results differ.
"""

import xml.etree.ElementTree as ElementTree
from collections import Counter

from .messages import Problem

# Files in the tests of Odoo's module `account`
_PATTERNS = (
    "test_account_move_date_algorithm.py",
    "test_account_move_duplicate.py",
    "test_account_move_entry.py",
    "test_account_move_in_*.py",
    "test_account_move_out_*.py",
    "test_account_move_payments_widget.py",
    "test_account_move_reconcile.py",
    "test_account_payment*.py",
    "test_account_lock_exception.py",
    "test_account_inalterable_hash.py",
    "test_payment_term.py",
    "test_sequence_mixin.py",
)
_WORDS = {"failure": "failed", "error": "failed", "skipped": "skipped"}


def split(arguments):
    """Which of some arguments name files of the tests, and which are pytest's."""
    names = [argument for argument in arguments if argument.endswith(".py")]
    return names, [argument for argument in arguments if argument not in names]


def paths(source, names):
    """The files to run, all that matter or those that are named."""
    folders = (folder / "account" / "tests" for folder in source.addons)
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if not folder:
        raise Problem("This Odoo comes without the tests of its module account.")
    patterns = names or _PATTERNS
    return sorted({path for pattern in patterns for path in folder.glob(pattern)})


def read_results(report):
    """What became of each test in pytest's report: a dict of name -> word."""
    results = {}
    for case in ElementTree.parse(report).iter("testcase"):
        words = [part.tag for part in case if part.tag in _WORDS]
        name = f"{case.get('classname')}.{case.get('name')}".rpartition(".tests.")[2]
        results[name] = _WORDS[words[0]] if words else "passed"
    if "passed" not in results.values():
        raise Problem(f"No test passed: something else is wrong. See {report}.")
    return results


def compare(without, with_addon):
    """The lines that tell how the results differ; none if they do not."""
    return [
        f"{name}: {without.get(name, 'not run')} without the addon, "
        f"{with_addon.get(name, 'not run')} with it"
        for name in sorted({*without, *with_addon})
        if without.get(name) != with_addon.get(name)
    ]


def summary(results):
    """How many tests passed, failed and were skipped, in words."""
    counts = Counter(results.values())
    return ", ".join(f"{counts[word]} {word}" for word in sorted(counts))
