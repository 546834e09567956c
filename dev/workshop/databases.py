"""Databases: templates that are made once, and copies of them for each use.

Four templates stand on one another: Odoo with the addon's dependencies, that with the
addon itself, that with the shops of its tests, and that with the bundles of scripts and
styles that a browser asks for. Each is named by a hash of what it was made from, so a
copy is all that a later run needs. The first two are of two kinds: plain, and with demo
data.

A database whose name has the checkout's mark is the workshop's own. One that a person
named is too if the workshop made it: then its comment tells what for. No other is ever
dropped.
"""

import os
import re
import shutil
from contextlib import contextmanager

from . import addon, odoo, once, postgres, shell
from .paths import ADDON, MARK, ODOO_DATA, ROOT
from .shell import Problem, step

# Comments of databases; tests/race.py knows the second
TO_TRY = f"{ADDON}: made by dev/run, to try it"
TO_TEST = f"{ADDON}: made by dev/test, to be thrown away"

# The kinds of templates, with Odoo's options for them
KINDS = {"plain": [], "demo": ["--with-demo"]}

_OWN = f"{ADDON}_{MARK}_"
_TEMPLATE = f"{_OWN}template"
_TEMPLATES_KEPT = 3
_SCRATCH = f"{_OWN}test"
_PREPARE_TESTS = f"""
from odoo.addons.{ADDON}.tests.shops import ShopsCommon
# pytest's workers share one folder of attached files, and Odoo cleans it up after each
# class of tests, with those of the other workers: so they are kept in the database.
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env.cr.commit()
ShopsCommon.prepare()
"""
# What a browser asks for in the tests: each would make them again, and roll them back
BUNDLES = (
    "bus.websocket_worker_assets",
    "web.assets_backend_lazy",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "web.assets_web",
    "web.assets_web_print",
)
_PREPARE_SCREENS = f"""
for name in {BUNDLES}:
    bundle = env["ir.qweb"]._get_asset_bundle(name)
    if bundle.stylesheets:
        bundle.css()
    if bundle.javascripts:
        bundle.js()
env.cr.commit()
"""


class Databases:
    """The databases of one Odoo."""

    def __init__(self, source):
        """``source`` is the Odoo that works on them."""
        self.source = source

    def copy(self, template, name, purpose):
        """Make ``name`` anew as a copy of ``template``, attached files included.

        ``purpose`` is its comment; a database made for another is not replaced.
        """
        self.drop(name, purpose)
        command = ["createdb", "--strategy=file_copy", "-T", template, name, purpose]
        shell.run(command, f"Copying the database {template}")
        files = _filestore(template)
        if files.is_dir():
            shutil.copytree(files, _filestore(name), copy_function=os.link)

    def drop(self, name, purpose):
        """Remove the database ``name`` if it exists, with its attached files.

        It is a `Problem` if the workshop did not make it for that ``purpose``.
        """
        made_for = self._comments().get(name, purpose)
        if made_for != purpose and not name.startswith(_OWN):
            raise Problem(
                f"The database {name} exists and has no comment that says {purpose!r},"
                " so it may be somebody's: it is not dropped. Choose another name, or"
                f" drop it yourself: dev/odoo db drop {name}"
            )
        command = ["dropdb", "--if-exists", "--force", name]
        shell.run(command, f"Dropping the database {name}")
        shutil.rmtree(_filestore(name), ignore_errors=True)
        once.forget(_stamp(name))

    def _comments(self):
        """The comments of all databases: a dict of name -> comment."""
        rows = postgres.query(
            "SELECT datname || E'\\t' || replace(coalesce("
            "shobj_description(oid, 'pg_database'), ''), E'\\n', ' ')"
            " FROM pg_database"
        )
        return dict(row.split("\t", 1) for row in rows)

    def dependencies_template(self, kind):
        """The template with all that the addon depends on."""
        depends = addon.depends()

        def install(name):
            self.drop(name, TO_TEST)
            self._install(name, depends, kind)

        inputs = [self.source.identity(), depends]
        return self._template(f"base_{kind}", inputs, install)

    def addon_template(self, kind):
        """The template with the addon as it is now; its log has the same name."""
        base = self.dependencies_template(kind)

        def install(name):
            self.copy(base, name, TO_TEST)
            self._install(name, [ADDON], kind)

        return self._template(f"addon_{kind}", [base, addon.installed_state()], install)

    def tests_template(self):
        """The template that tests run on: with their shops, and bundles of screens."""
        base = self._shops_template()

        def prepare(name):
            with step("Preparing the screens for the tests"):
                self.copy(base, name, TO_TEST)
                odoo.execute(_PREPARE_SCREENS, name)

        inputs = [base, addon.screens_state(), _PREPARE_SCREENS]
        return self._template("screens", inputs, prepare)

    def _shops_template(self):
        """The template with the addon, and the shops of its tests ready made."""
        base = self.addon_template("plain")
        shops = (ROOT / "tests" / "shops.py").read_bytes()

        def prepare(name):
            with step("Preparing the shops of the tests"):
                self.copy(base, name, TO_TEST)
                odoo.execute(_PREPARE_TESTS, name)

        return self._template("tests", [base, shops, _PREPARE_TESTS], prepare)

    def prepare_demo(self, name):
        """Make the database that people try the addon in, or bring it up to date."""
        state = addon.installed_state()
        with once.only_one(f"database {name}"):
            if name not in self._comments():
                self.copy(self.addon_template("demo"), name, TO_TRY)
            elif not once.is_done(_stamp(name), state):
                title = f"Updating {ADDON} in {name}"
                options = ["-i", ADDON, "-u", ADDON, *KINDS["demo"]]
                odoo.change_modules(title, name, options)
            once.note_done(_stamp(name), state)

    @contextmanager
    def copied(self, template):
        """A copy of ``template``: kept when the person named it, else dropped."""
        named = os.environ.get("PET_PLANS_DB")
        name = named or f"{_SCRATCH}_{os.getpid()}"
        self.copy(template, name, TO_TEST)
        try:
            yield name
        finally:
            if not named:
                self.drop(name, TO_TEST)

    def drop_orphans(self):
        """Drop the scratch databases of processes that died before doing so."""
        for name in self._comments():
            found = re.fullmatch(rf"{_SCRATCH}_(\d+)(-gw\d+)?", name)
            if found and not os.path.exists(f"/proc/{found[1]}"):
                self.drop(name, TO_TEST)

    def _template(self, kind, inputs, install):
        """The template of a kind, named by its ``inputs``; made if it is missing."""
        key = once.digest(*inputs)
        prefix = f"{_TEMPLATE}_{kind}_"
        name = f"{prefix}{key}"
        with once.only_one(f"template {kind}"):
            if not once.is_done(_stamp(name), key) or name not in self._comments():
                self._forget_old_templates(prefix)
                install(name)
            once.note_done(_stamp(name), key)
        return name

    def _install(self, name, modules, kind):
        title = f"Installing {' '.join(modules)} ({kind})"
        odoo.change_modules(title, name, ["-i", ",".join(modules), *KINDS[kind]])

    def _forget_old_templates(self, prefix):
        """Drop all but the last used templates; other commands may be at those."""
        names = [name for name in self._comments() if name.startswith(prefix)]
        names.sort(key=lambda name: once.done_at(_stamp(name)))
        for name in names[:-_TEMPLATES_KEPT]:
            self.drop(name, TO_TEST)
            shell.log_path(name).unlink(missing_ok=True)


def _filestore(name):
    return ODOO_DATA / "filestore" / name


def _stamp(name):
    return f"database-{name}"
