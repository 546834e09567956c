"""Run benchmarks in a database with the addon: called by ``dev/bench``."""

import argparse
import importlib
import logging

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

NAMES = ("carry_over_import", "liability", "plans_screen")
ADMIN = 2


def main():
    """Run what the command line names, or all."""
    parser = argparse.ArgumentParser(prog="dev/bench", description=main.__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES])
    parser.add_argument("--database", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--plans", type=int, default=100_000, help="plans of the large shop"
    )
    options = parser.parse_args()
    config.parse_config(["-d", options.database, "--no-http"])
    logging.disable(logging.ERROR)
    registry = Registry(options.database)
    for name in options.names or NAMES:
        with registry.cursor() as cr:
            env = api.Environment(cr, ADMIN, {})
            importlib.import_module(name).run(env, options.plans)


main()
