"""What Odoo works out anew at each write, by a shorter way that gives the same.

The tests write little and often, where a shop writes much at once: two things that
Odoo works out each time then take a quarter of the time of the tests that make
invoices. `tests/test_shortcuts.py` compares both with Odoo's own way.
"""

import sys
from unittest.mock import patch

from odoo import api
from odoo.modules.registry import Registry

from odoo.addons.account.models.account_move_line import AccountMoveLine

_get_trigger_tree = Registry.get_trigger_tree
_LINES_WRITE = AccountMoveLine.write.__code__


def take_shortcuts(cls):
    """Let the tests of a class take them, from its own setting up on."""
    for owner, method in (
        (Registry, get_trigger_tree),
        (AccountMoveLine, fields_get),
    ):
        patcher = patch.object(owner, method.__name__, method, create=True)
        cls.startClassPatcher(patcher)


def get_trigger_tree(self, fields, select=bool):
    """Return what depends on fields, by merging their trees only once.

    Odoo merges them at each write, to leave out what `select` does not want today.
    Here the merged tree is kept beside the fields' own trees, with which it is
    forgotten, and only what is unwanted is left out each time.
    """
    trees = self._field_trigger_trees
    key = tuple(fields)
    if key not in trees:
        trees[key] = _get_trigger_tree(self, fields)
    return _choose(trees[key], select)


def _choose(tree, select):
    """Return the part of a tree that holds the fields that are wanted."""
    chosen = type(tree)([field for field in tree.root if select(field)])
    for label, subtree in tree.items():
        branch = _choose(subtree, select)
        if branch.root or len(branch):
            chosen[label] = branch
    return chosen


@api.model
def fields_get(self, allfields=None, attributes=None):
    """Describe no field where a write to lines of an invoice asks for none.

    It asks for those among the written that are tracked, takes an empty list for "all
    of them" where there are none, and then uses none.
    """
    if allfields == [] and sys._getframe(1).f_code is _LINES_WRITE:
        return {}
    return super(AccountMoveLine, self).fields_get(allfields, attributes)
