"""A pytest plugin: a browser test that finds no browser has failed.

Odoo skips such a test, and nobody would notice that nothing was tested.
"""

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip for want of a browser into a failure."""
    report = yield
    if report.skipped and call.excinfo and "chrome" in str(call.excinfo.value).lower():
        report.outcome = "failed"
        report.longrepr = f"{item.name}: {call.excinfo.value}"
    return report
