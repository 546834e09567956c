"""Databases: templates that are made once, and copies of them for each use.

Three templates stand on one another: Odoo with the addon's dependencies, that with
the addon itself, and that with the companies of its tests. Each is named by a hash of
what it was made from, so a copy is all that a later run needs. The first two exist
without and with demo data.

A database whose name has the checkout's mark is the workshop's own. One that a person
named is too if the workshop made it: then its comment tells what for. No other is ever
dropped.
"""

import os
import re
import shutil

from . import addon, locks, shell, stamps
from .messages import Problem, step
from .paths import ADDON, MARK, ODOO_DATA

# Comments of databases; tests/race.py knows the second
TO_TRY = f"{ADDON}: made by dev/run, to try it"
TO_TEST = f"{ADDON}: made by dev/test, to be thrown away"

_OWN = f"{ADDON}_{MARK}_"
_TEMPLATE = f"{_OWN}template"
_TEMPLATES_KEPT = 3
_SCRATCH = f"{_OWN}test"
_PREPARE_TESTS = f"""
from odoo.addons.{ADDON}.tests.shops import ShopsCommon
ShopsCommon.prepare(env)
env.cr.commit()
"""


class Databases:
    """The databases of one Odoo."""

    def __init__(self, odoo):
        """``odoo`` works on them and knows the server they are on."""
        self.odoo = odoo
        self.server = odoo.server

    def names(self):
        """The names of all databases."""
        return self.server.query("SELECT datname FROM pg_database ORDER BY 1")

    def exists(self, name):
        """Whether there is a database called ``name``."""
        return name in self.names()

    def copy(self, template, name, purpose):
        """Make ``name`` anew as a copy of ``template``, attached files included.

        ``purpose`` is its comment; a database made for another is not replaced.
        """
        self.drop(name, purpose)
        self._tool("createdb", "--strategy=file_copy", "-T", template, name, purpose)
        files = _filestore(template)
        if files.is_dir():
            shutil.copytree(files, _filestore(name), copy_function=os.link)

    def drop(self, name, purpose):
        """Remove the database ``name`` if it exists, with its attached files.

        It is a `Problem` if the workshop did not make it for that ``purpose``.
        """
        self.require_made(name, purpose)
        self._tool("dropdb", "--if-exists", "--force", name)
        shutil.rmtree(_filestore(name), ignore_errors=True)
        stamps.remove(_stamp(name))

    def require_made(self, name, purpose):
        """Refuse a database that exists and was not made for that ``purpose``."""
        if name.startswith(_OWN):
            return
        if self._comments().get(name, purpose) != purpose:
            raise Problem(
                f"The database {name} exists and has no comment that says {purpose!r},"
                " so it may be somebody's: it is not dropped. Choose another name, or"
                f" drop it yourself: dev/odoo db drop {name}"
            )

    def _comments(self):
        """The comments of all databases: a dict of name -> comment."""
        rows = self.server.query(
            "SELECT datname || E'\\t' || replace(coalesce("
            "shobj_description(oid, 'pg_database'), ''), E'\\n', ' ')"
            " FROM pg_database"
        )
        return dict(row.split("\t", 1) for row in rows)

    def dependencies_template(self, demo):
        """The template with all that the addon depends on."""
        depends = sorted(addon.manifest().get("depends", []))
        key = stamps.digest(self.odoo.source.identity(), depends)

        def install(name):
            self.drop(name, TO_TEST)
            arguments = ["-i", ",".join(depends), *_demo_option(demo)]
            title = f"Installing Odoo's modules{_words(demo)}"
            self.odoo.change_modules(title, name, arguments, name)

        return self._template(f"base_{_kind(demo)}", key, install)

    def addon_template(self, demo):
        """The template with the addon as it is now; its log has the same name."""
        base = self.dependencies_template(demo)
        key = stamps.digest(base, addon.installed_state())

        def install(name):
            self._install_on(base, name, TO_TEST, demo)

        return self._template(f"addon_{_kind(demo)}", key, install)

    def tests_template(self):
        """The template that tests run on: the addon, and their companies ready made."""
        base = self.addon_template(demo=False)
        key = stamps.digest(base, addon.test_companies())

        def prepare(name):
            with step("Preparing the companies of the tests"):
                self.copy(base, name, TO_TEST)
                self.odoo.execute(_PREPARE_TESTS, name)

        return self._template("tests", key, prepare)

    def prepare_demo(self, name):
        """Make the database that people try the addon in, or bring it up to date."""
        state = addon.installed_state()
        with locks.only_one(f"database-{name}"):
            if not self.exists(name):
                base = self.dependencies_template(demo=True)
                self._install_on(base, name, TO_TRY, demo=True)
            elif not stamps.is_current(_stamp(name), state):
                arguments = ["-i", ADDON, "-u", ADDON, *_demo_option(demo=True)]
                self.odoo.change_modules(
                    f"Updating {ADDON} in {name}", name, arguments, f"update-{name}"
                )
            stamps.write(_stamp(name), state)

    def scratch_name(self):
        """A name for a database that lives as long as this process."""
        return f"{_SCRATCH}_{os.getpid()}"

    def drop_orphans(self):
        """Drop the scratch databases of processes that died before doing so."""
        for name in self.names():
            found = re.fullmatch(rf"{_SCRATCH}_(\d+)(-gw\d+)?", name)
            if found and not os.path.exists(f"/proc/{found[1]}"):
                self.drop(name, TO_TEST)

    def _template(self, kind, key, install):
        """The template of a kind that is named by ``key``; made if it is missing."""
        prefix = f"{_TEMPLATE}_{kind}_"
        name = f"{prefix}{key}"
        with locks.only_one(f"template-{kind}"):
            if not stamps.is_current(_stamp(name), key) or not self.exists(name):
                self._forget_old_templates(prefix)
                install(name)
            stamps.write(_stamp(name), key)
        return name

    def _install_on(self, base, name, purpose, demo):
        """Copy ``base`` to ``name`` and install the addon there."""
        with step(f"Copying {base}"):
            self.copy(base, name, purpose)
        arguments = ["-i", ADDON, *_demo_option(demo)]
        title = f"Installing {ADDON}{_words(demo)}"
        try:
            self.odoo.change_modules(title, name, arguments, name)
        except BaseException:
            self.drop(name, purpose)
            raise

    def _forget_old_templates(self, prefix):
        """Drop all but the last used templates; other commands may be at those."""
        names = [name for name in self.names() if name.startswith(prefix)]
        names.sort(key=lambda name: stamps.written_at(_stamp(name)))
        for name in names[:-_TEMPLATES_KEPT]:
            self.drop(name, TO_TEST)

    def _tool(self, name, *arguments):
        shell.run(
            [self.server.tool(name), *arguments],
            f"Running {name}",
            "databases",
            env={**os.environ, **self.server.environment()},
        )


def _filestore(name):
    return ODOO_DATA / "filestore" / name


def _stamp(name):
    return f"database-{name}"


def _kind(demo):
    return "demo" if demo else "plain"


def _words(demo):
    return " with demo data" if demo else ""


def _demo_option(demo):
    return ["--with-demo"] if demo else []
