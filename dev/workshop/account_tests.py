"""Odoo's own tests of what the addon extends: invoices, payments, reversals, locks.

Some of them fail on any machine, for want of a font or of the network. So they are
run twice, with the addon and without, and what counts is whether the results differ.
"""

from .shell import Problem

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
    "test_early_payment_discount.py",
    "test_fiscal_position.py",
    "test_invoice_taxes.py",
    "test_payment_term.py",
    "test_sequence_mixin.py",
)


def arguments(source, given):
    """What to pass to pytest: the files that are named, else all that matter."""
    names = [argument for argument in given if argument.endswith(".py")]
    options = [argument for argument in given if argument not in names]
    found = [
        str(path)
        for folder in source.addons
        for pattern in names or _PATTERNS
        for path in folder.glob(f"account/tests/{pattern}")
    ]
    if not found:
        raise Problem("This Odoo comes without these tests of its module account.")
    return ["-rfEsp", "--quiet", "--tb=no", *options, *sorted(found)]


def read_results(output):
    """What became of the tests: in order, the lines that pytest prints about each."""
    words = ("PASSED ", "FAILED ", "ERROR ", "SKIPPED ")
    lines = {line.split(" - ")[0] for line in output.splitlines()}
    if not any(line.startswith("PASSED ") for line in lines):
        raise Problem("No test of accounting passed: something else is wrong.")
    return sorted(line for line in lines if line.startswith(words))
