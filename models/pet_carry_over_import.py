import base64
from collections import Counter, defaultdict
from urllib.parse import urlencode

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list, split_every

from ..lib import carry_over, tables
from .counted import say_rows
from .pet_carry_over_check import ROWS_KNOWN, Batch, get_sources
from .pet_carry_over_found import OWNER_KEYS
from .pet_plan_legacy import ORDER_MODES

# More rows than a person waits for are imported by a job, slice by slice (K4)
ROWS_AT_ONCE = 2000
SLICE = 500
# States in which a job is at work, or the import is behind it
CLOSED = ("importing", "undoing", "done")
# What the check depends on
SETTINGS = {
    "company_id",
    "create_missing",
    "date_order",
    "file",
    "legacy_system",
    "template_id",
}
# What decides how its rows are imported
MANNERS = {"on_error", "order_mode", "reason"}


def lines_with(status, string):
    """Return the field of the rows of a file that have one result."""
    return fields.One2many(
        "pet.carry.over.import.line",
        "import_id",
        string=string,
        domain=[("status", "=", status)],
        copy=False,
    )


class PetCarryOverImport(models.Model):
    """A file of packages of another software: read, checked, imported (K3, K4)."""

    _name = "pet.carry.over.import"
    _description = "Import of Packages"
    _inherit = ["pet.guard.mixin", "mail.thread"]
    _order = "id desc"
    _rec_name = "filename"
    _check_company_auto = True
    _guarded_fields = frozenset(
        {
            "state",
            "file_note",
            "file_error",
            "is_date_order_unknown",
            "import_error",
            "date_done",
            "user_id",
        }
    )

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    state = fields.Selection(
        [
            ("file", "File"),
            ("check", "Check"),
            ("importing", "Importing"),
            ("done", "Imported"),
            ("undoing", "Undoing"),
            ("undone", "Undone"),
        ],
        string="Step",
        required=True,
        readonly=True,
        copy=False,
        default="file",
        tracking=True,
    )
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char(string="File Name", copy=False)
    file_note = fields.Char(
        string="Read As", readonly=True, copy=False, help="How the file was written"
    )
    file_error = fields.Text(
        string="Cannot Be Read", readonly=True, copy=False, help="Why it is no table"
    )
    column_ids = fields.One2many(
        "pet.carry.over.column", "import_id", string="Columns", copy=False
    )
    template_id = fields.Many2one(
        "pet.plan.template",
        string="Kept As",
        required=True,
        check_company=True,
        default=lambda self: self._default_template_id(),
        domain="[('is_carry_over', '=', True), ('kind', '=', 'package')]",
        help="The template whose terms for late cancellations and no-shows hold",
    )
    create_missing = fields.Boolean(
        string="Create Missing Customers and Pets",
        help="Customers and pets of the file that are not found here are made",
    )
    on_error = fields.Selection(
        [
            ("stop", "Import nothing: all rows or none"),
            ("skip", "Import the good rows"),
        ],
        string="Where Rows Are Wrong",
        required=True,
        default="stop",
    )
    date_order = fields.Selection(
        [
            ("auto", "As the whole column suggests"),
            ("dmy", "Day, month, year"),
            ("mdy", "Month, day, year"),
            ("ymd", "Year, month, day"),
        ],
        string="Dates Are Written",
        required=True,
        default="auto",
    )
    is_date_order_unknown = fields.Boolean(
        readonly=True, copy=False, help="Its dates can be read in several ways"
    )
    legacy_system = fields.Char(
        string="Old Software",
        help="Where the packages were sold, for rows that do not say it",
    )
    reason = fields.Char(help="For rows that give none")
    order_mode = fields.Selection(
        ORDER_MODES,
        string="Orders of 0",
        required=True,
        default="none",
        help="Whether Invoicing gets an order of 0 for each package",
    )
    line_ids = fields.One2many(
        "pet.carry.over.import.line", "import_id", string="Rows", copy=False
    )
    # The rows of each result, so that a card shows its own
    ok_line_ids = lines_with("ok", "Rows That Are Ready")
    warning_line_ids = lines_with("warning", "Rows with Warnings")
    error_line_ids = lines_with("error", "Wrong Rows")
    unchanged_line_ids = lines_with("unchanged", "Rows That Are Here Already")
    done_line_ids = lines_with("done", "Rows That Are Done")
    shown = fields.Selection(
        [
            ("ok", "Ready"),
            ("warning", "Warnings"),
            ("error", "Wrong"),
            ("unchanged", "Here already"),
            ("done", "Done"),
        ],
        string="Rows Shown",
        copy=False,
        help="Empty: all of them",
    )
    ok_count = fields.Integer(string="Ready", compute="_compute_counts")
    warning_count = fields.Integer(string="With Warnings", compute="_compute_counts")
    error_count = fields.Integer(string="Wrong", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Here Already", compute="_compute_counts")
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    row_count = fields.Integer(string="All Rows", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="In percent")
    import_error = fields.Text(
        string="Why It Stopped", readonly=True, copy=False, groups="base.group_user"
    )
    rejected_file = fields.Binary(
        string="Rejected Rows",
        compute="_compute_rejected_file",
        help="The wrong rows, as they came, with a column that tells why",
    )
    rejected_filename = fields.Char(compute="_compute_rejected_filename")
    user_id = fields.Many2one(
        "res.users", string="Imported by", readonly=True, copy=False
    )
    date_done = fields.Datetime(string="Imported on", readonly=True, copy=False)

    def _default_company_id(self):
        return self.env.company

    def _default_template_id(self):
        return self.env["pet.plan.template"]._get_default_carry_over()

    @api.depends("line_ids.status")
    def _compute_counts(self):
        counts = defaultdict(Counter)
        for one, status, count in self.env["pet.carry.over.import.line"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "status"], ["__count"]
        ):
            counts[one.id][status] = count
        for one in self:
            found = counts[one._origin.id]
            for status in ("ok", "warning", "error", "unchanged", "done"):
                one[f"{status}_count"] = found[status]
            one.row_count = found.total()
            to_do = found["done"] + found["ok"] + found["warning"]
            one.progress = 100 * found["done"] / to_do if to_do else 0.0

    # --- The file ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        imports = super().create(vals_list)
        imports._follow_file()
        return imports

    def write(self, vals):
        is_asked = not self._is_unguarded()
        is_setting = is_asked and not SETTINGS.isdisjoint(vals)
        if is_setting or (is_asked and not MANNERS.isdisjoint(vals)):
            self._check_open()
        if is_asked and ("file" in vals or "company_id" in vals):
            self._check_nothing_done()
        result = super().write(vals)
        if "file" in vals:
            self._follow_file()
        elif is_setting:
            self._unguarded().state = "file"  # to be checked once more
        if "company_id" in vals:
            self.line_ids._unguarded().unlink()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._check_open()
        self._check_nothing_done()

    def _check_open(self):
        """Refuse to change an import that is under way or done.

        :raises UserError: naming it
        """
        refusals = {
            "importing": self.env._(
                "%(file)s is being imported: wait until it is done, or stop it."
            ),
            "undoing": self.env._("%(file)s is being undone: wait until it is."),
            "done": self.env._("%(file)s is imported: undo it first."),
        }
        for one in self.filtered(lambda one: one.state in CLOSED):
            raise UserError(refusals[one.state] % {"file": one.display_name})

    def _check_nothing_done(self):
        """Refuse to forget which packages an import has made.

        :raises UserError: naming it
        """
        for one in self.filtered("done_count"):
            raise UserError(
                self.env._(
                    "%(file)s made %(count)s packages: undo it first.",
                    file=one.display_name,
                    count=one.done_count,
                )
            )

    def _follow_file(self):
        """Look at a new file, and say what its columns are (K3)."""
        for one in self:
            one._unguarded().write(one._prepare_file_vals())

    def _prepare_file_vals(self):
        self.ensure_one()
        vals = {
            "state": "file",
            "file_note": False,
            "file_error": False,
            "is_date_order_unknown": False,
            "line_ids": [Command.clear()],
            "column_ids": [Command.clear()],
        }
        if not self.file:
            return vals
        try:
            table = self._read_table()
        except UserError as error:
            return {**vals, "file_error": str(error)}
        known = self.env["pet.carry.over.heading"]._get_known(self.company_id)
        matches = carry_over.match_headings(table.headings, known)
        vals["file_note"] = self._get_file_note(table)
        vals["column_ids"] += [
            Command.create(
                {
                    "sequence": at,
                    "heading": heading,
                    "sample": self._get_sample(table, at),
                    "field_name": field_name,
                }
            )
            for at, (heading, field_name) in enumerate(
                zip(table.headings, matches, strict=True)
            )
        ]
        return vals

    def _follow_columns(self):
        """What a column is has changed: nothing that was checked holds."""
        self._check_open()
        self._unguarded().write({"state": "file"})

    def _get_columns(self):
        """Return what the columns are: list of fields or None, in their order.

        :raises UserError: where the file lacks what no package is without
        """
        self.ensure_one()
        columns = self.column_ids.mapped("field_name")
        labels = dict(
            self.env["pet.carry.over.column"]
            ._fields["field_name"]
            ._description_selection(self.env)
        )
        twice = [
            labels[name] for name, n in Counter(filter(None, columns)).items() if n > 1
        ]
        if twice:
            raise UserError(
                self.env._(
                    "%(file)s: more than one column is the %(names)s.",
                    file=self.display_name,
                    names=", ".join(twice),
                )
            )
        owner = {*OWNER_KEYS, *carry_over.NAME_PARTS}
        lacking = [] if owner & set(columns) else [labels["owner_name"]]
        if "sessions_left" not in columns:
            lacking.append(labels["sessions_left"])
        if lacking:
            raise UserError(
                self.env._(
                    "%(file)s: no column is the %(lacking)s. Its columns are "
                    "%(headings)s: say which it is.",
                    file=self.display_name,
                    lacking=format_list(self.env, lacking, "or"),
                    headings=", ".join(self.column_ids.mapped("heading")),
                )
            )
        return [name or None for name in columns]

    # --- The check (K4) --------------------------------------------------------------

    def action_check(self):
        """Say of each row what an import would do, and why not; write nothing else.

        What was chosen by hand in a row stays.

        :raises UserError: when the file is no table, or lacks a column
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        table = self._read_table()
        columns = self._get_columns()
        rows = self._read_rows(table, columns)
        choices = {line.row: line.choices for line in self.line_ids if line.choices}
        done = self.line_ids._having("done")
        (self.line_ids - done)._unguarded().unlink()
        behind = set(done.mapped("row"))
        self.env["pet.carry.over.import.line"]._insert_checked(
            vals
            for vals in self._prepare_lines(rows, choices)
            if vals["row"] not in behind
        )
        in_doubt = any("date_style" in cells["problems"].values() for __, cells in rows)
        self._unguarded().write(
            {
                "state": "check",
                "import_error": False,
                "is_date_order_unknown": in_doubt,
            }
        )
        return True

    def _prepare_lines(self, rows, choices):
        """Yield the values of the lines of all rows, checked, one by one.

        :param rows: list of (number, cells)
        :param choices: dict, row number -> what was chosen by hand
        """
        self.ensure_one()
        sources = get_sources([cells for __, cells in rows], self.legacy_system)
        numbers = defaultdict(list)
        for (number, __), source in zip(rows, sources, strict=True):
            numbers[source].append(number)
        for some in split_every(ROWS_KNOWN, zip(rows, sources, strict=True)):
            checked = [
                (cells, source, choices.get(number)) for (number, cells), source in some
            ]
            batch = Batch(self, checked, numbers)
            for (number, cells), source in some:
                yield {
                    "import_id": self.id,
                    "row": number,
                    "cells": cells,
                    "choices": choices.get(number, False),
                    "legacy_system": source[0],
                    "legacy_ref": source[1],
                    **batch.check(number, source, cells, choices.get(number)),
                }
            batch.forget()

    # --- The import (K4) -------------------------------------------------------------

    def action_apply(self):
        """Import the rows: all or nothing, or the good ones (K4).

        First they are checked again, as customers, templates and packages may have
        changed: where something would come out differently, nothing is imported and
        the new result is shown.

        :return: an action that tells what happened
        :raises UserError: when rows are wrong and all or nothing was asked for
        """
        self.ensure_one()
        self.check_access("write")
        if self.state in ("file", "undone"):
            self.action_check()
        self._check_open()
        # At once: of two who import one file the second waits here, is tried again,
        # and is told.
        self._unguarded().write({"user_id": self.env.uid, "import_error": False})
        self.flush_recordset(["user_id"])
        if changed := self.line_ids._examine():
            return self._notify(
                self.env._(
                    "Changed since the check: %(count)s (%(rows)s). Look again before "
                    "you import.",
                    count=say_rows(self.env, len(changed)),
                    rows=", ".join(str(row) for row in changed.mapped("row")[:10]),
                ),
                "warning",
            )
        self._check_errors()
        to_do = self.line_ids._filter_to_import()
        if len(to_do) > ROWS_AT_ONCE:
            return self._leave_to_job("importing", len(to_do))
        for ids in split_every(SLICE, to_do.ids):
            to_do.browse(ids)._import(self.on_error == "skip")
        self._check_errors()
        # Somebody is at work on what a few rows need: those come a moment later.
        if left := self.line_ids._filter_to_import():
            return self._leave_to_job("importing", len(left))
        self._finish()
        return self._notify(self._get_result(), "success")

    def _get_made_rows(self):
        """Return the rows that are done and have made a new customer."""
        self.ensure_one()
        rows = self.line_ids.search(
            [
                ("import_id", "=", self.id),
                ("status", "=", "done"),
                ("new_names", "!=", False),
            ]
        )
        return rows.filtered(lambda row: row.new_names.get("owner"))

    def _check_errors(self):
        """Refuse to import a file with wrong rows, unless they may be skipped."""
        self.ensure_one()
        wrong = self.line_ids._having("error")
        if wrong and self.on_error == "stop":
            raise UserError(
                self.env._(
                    "%(file)s: %(count)s of %(total)s rows are wrong, so nothing is "
                    "imported:\n%(rows)s",
                    file=self.display_name,
                    count=len(wrong),
                    total=self.row_count,
                    rows="\n".join(wrong[:10].mapped("message")),
                )
            )

    def _finish(self):
        self.ensure_one()
        self._unguarded().write({"state": "done", "date_done": fields.Datetime.now()})
        self._message_log(body=self._get_result())

    def _get_result(self):
        """Return what the import did, in words."""
        self.ensure_one()
        if not self.done_count and not self.error_count:
            return self.env._(
                "All %(count)s rows were carried over before, or have nothing left: "
                "nothing was changed.",
                count=self.row_count,
            )
        return self.env._(
            "%(done)s packages carried over; %(unchanged)s were here already, "
            "%(error)s rows rejected.",
            done=self.done_count,
            unchanged=self.unchanged_count,
            error=self.error_count,
        )

    def _notify(self, message, kind):
        """Return the action that shows a message and the record as it is now."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # --- To hold against the old software (K4) ---------------------------------------

    def _get_reconciliation(self):
        """Return rows, sessions and value by software and result.

        Of what is carried over before, or wrong, it is what the file says.

        :return: list of dicts of `system`, `status`, `rows`, `sessions`, `value`
        """
        self.ensure_one()
        labels = dict(self.line_ids._fields["status"]._description_selection(self.env))
        return [
            {
                "system": system or self.env._("Not named"),
                "status": labels[status],
                "rows": rows,
                "sessions": sessions,
                "value": value,
            }
            for system, status, rows, sessions, value in self.line_ids._read_group(
                [("import_id", "=", self.id)],
                ["legacy_system", "status"],
                ["__count", "sessions_left:sum", "value:sum"],
            )
        ]

    # --- What comes back -------------------------------------------------------------

    @api.depends("filename")
    def _compute_rejected_filename(self):
        for one in self:
            one.rejected_filename = self.env._(
                "Rejected %(file)s", file=one.filename or ""
            )

    @api.depends("line_ids.status", "line_ids.message")
    def _compute_rejected_file(self):
        for one in self:
            one.rejected_file = one._get_rejected_file()

    def _get_rejected_file(self):
        """Return the wrong rows in the layout of the file, with their reasons."""
        self.ensure_one()
        reasons = {line.row: line.message for line in self.line_ids._having("error")}
        if not reasons:
            return False
        table = self._read_table()
        rows = [
            (*cells, reasons[number])
            for number, cells in table.rows
            if number in reasons
        ]
        return base64.b64encode(
            tables.write_table(table, rows, [self.env._("What is wrong")])
        )

    def action_download_rejected(self):
        """Download the wrong rows, as a file to correct and import."""
        self.ensure_one()
        self.check_access("read")
        query = urlencode(
            {
                "model": self._name,
                "id": self.id,
                "field": "rejected_file",
                "filename_field": "rejected_filename",
                "download": "true",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content?{query}",
            "target": "download",
        }

    def action_show(self):
        """Show the rows of one result only, or all again: a click on a card.

        Which one is in the context, `shown`. Who only reads gets them as a list of
        their own.
        """
        self.ensure_one()
        self.check_access("read")
        shown = self.env.context.get("shown")
        if not self.has_access("write"):
            return {
                "type": "ir.actions.act_window",
                "name": self.display_name,
                "res_model": "pet.carry.over.import.line",
                "view_mode": "list",
                "domain": [("import_id", "=", self.id), ("status", "=", shown)],
            }
        self.shown = shown if shown != self.shown else False
        return False

    def action_view_plans(self):
        """Open the packages that were made."""
        self.ensure_one()
        return self.line_ids.plan_id._get_opening_action()
