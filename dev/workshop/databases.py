"""Databases: templates that are made once, and copies of them for each use.

Two templates stand on one another: Odoo with the addon's dependencies, and that
with the addon itself. Each is named by a hash of what it was made from, so a copy
is all that a later run needs. Both exist without and with demo data.
"""

import os
import re
import shutil

from . import addon, locks, shell, stamps
from .messages import step
from .paths import ADDON, LOGS, MARK, ODOO_DATA

_TEMPLATE = f"{ADDON}_{MARK}_template"
_SCRATCH = f"{ADDON}_{MARK}_test"


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

    def copy(self, template, name):
        """Make ``name`` anew as a copy of ``template``, attached files included."""
        self.drop(name)
        self._tool("createdb", "--strategy=file_copy", "-T", template, name)
        files = _filestore(template)
        if files.is_dir():
            shutil.copytree(files, _filestore(name), copy_function=os.link)

    def drop(self, name):
        """Remove the database ``name`` if it exists, with its attached files."""
        self._tool("dropdb", "--if-exists", "--force", name)
        shutil.rmtree(_filestore(name), ignore_errors=True)
        stamps.remove(_stamp(name))

    def dependencies_template(self, demo):
        """The template with all that the addon depends on."""
        depends = sorted(addon.manifest().get("depends", []))
        key = stamps.digest(self.odoo.source.identity(), depends)
        name = f"{_TEMPLATE}_base{_kind(demo)}_{key}"
        with locks.only_one(f"template-base{_kind(demo)}"):
            if not stamps.is_current(_stamp(name), key) or not self.exists(name):
                self._forget_templates(f"{_TEMPLATE}_base{_kind(demo)}_")
                self.drop(name)
                arguments = ["-i", ",".join(depends), *_demo_option(demo)]
                self.odoo.change_modules(
                    f"Installing Odoo's modules{_words(demo)}", name, arguments, name
                )
                stamps.write(_stamp(name), key)
        return name

    def addon_template(self, demo):
        """The template with the addon as it is now; its log has the same name."""
        base = self.dependencies_template(demo)
        key = stamps.digest(base, addon.installed_state())
        name = f"{_TEMPLATE}_addon{_kind(demo)}_{key}"
        with locks.only_one(f"template-addon{_kind(demo)}"):
            if not stamps.is_current(_stamp(name), key) or not self.exists(name):
                self._forget_templates(f"{_TEMPLATE}_addon{_kind(demo)}_")
                self._install_on(base, name, demo)
                stamps.write(_stamp(name), key)
        return name

    def prepare_demo(self, name):
        """Make the database that people try the addon in, or bring it up to date."""
        state = addon.installed_state()
        with locks.only_one(f"database-{name}"):
            if not self.exists(name):
                self._install_on(self.dependencies_template(demo=True), name, demo=True)
            elif not stamps.is_current(_stamp(name), state):
                arguments = ["-u", ADDON]
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
                self.drop(name)

    def _install_on(self, base, name, demo):
        """Copy ``base`` to ``name`` and install the addon there."""
        with step(f"Copying {base}"):
            self.copy(base, name)
        arguments = ["-i", ADDON, *_demo_option(demo)]
        self.odoo.change_modules(
            f"Installing {ADDON}{_words(demo)}", name, arguments, name
        )

    def _forget_templates(self, prefix):
        """Drop the templates of earlier states, and their logs."""
        for name in self.names():
            if name.startswith(prefix):
                self.drop(name)
                (LOGS / f"{name}.log").unlink(missing_ok=True)

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
    return "_demo" if demo else ""


def _words(demo):
    return " with demo data" if demo else ""


def _demo_option(demo):
    return ["--with-demo"] if demo else []
