"""What the tests need beyond Odoo's own packages: `test-requirements.txt` lists it."""

from importlib.util import find_spec

has_hypothesis = find_spec("hypothesis") is not None
