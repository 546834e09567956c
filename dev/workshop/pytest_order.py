"""A pytest plugin: with tests side by side, what takes longest comes first.

A worker gets whole classes, one after the other. One that gets a long one last works on
it alone, while the others have nothing left to do.
"""

from collections import Counter

# A few tests that take long; of all others, a class with more tests takes longer
_SLOW = (
    "dev/checks/test_style.py",
    "tests/test_screens.py",
    "tests/test_tours.py",
    "dev/checks/test_odoo_lint.py",
    "tests/test_x6_carry_money.py",
    "tests/test_access_references.py",
    "tests/test_access_guarded_fields.py",
    "tests/test_demo.py",
    "tests/test_p3_portal_axe.py",
    "tests/test_histories.py",
    "tests/test_lib_tables_hostile.py",
)


def pytest_collection_modifyitems(config, items):
    """Put the tests of each worker in order; without workers they stay as asked for."""
    if hasattr(config, "workerinput"):
        counts = Counter(map(_scope, items))
        items.sort(key=lambda item: (_rank(item), -counts[_scope(item)]))


def _scope(item):
    return item.nodeid.rpartition("::")[0]


def _rank(item):
    return next(
        (rank for rank, name in enumerate(_SLOW) if name in item.nodeid), len(_SLOW)
    )
