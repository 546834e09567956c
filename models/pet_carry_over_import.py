import base64
from collections import Counter, defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..lib import carry_over, tables
from .pet_carry_over_check import ROWS_KNOWN, Batch, get_sources
from .pet_carry_over_found import OWNER_KEYS
from .pet_carry_over_import_line import TO_IMPORT
from .pet_plan_legacy import ORDER_MODES

# More rows than a person waits for are imported by a job, slice by slice (K4)
ROWS_AT_ONCE = 2000
SLICE = 500
# What the check depends on
SETTINGS = {
    "company_id",
    "create_missing",
    "date_order",
    "file",
    "legacy_system",
    "template_id",
}


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
    undo_note = fields.Text(string="To Undo", compute="_compute_undo_note")
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
        is_setting = not self._is_unguarded() and not SETTINGS.isdisjoint(vals)
        if is_setting:
            self._check_open()
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

    def _check_open(self):
        """Refuse to change an import that is under way or done.

        :raises UserError: naming it
        """
        for one in self.filtered(lambda one: one.state in ("importing", "done")):
            raise UserError(
                self.env._(
                    "%(file)s is imported: undo it first.", file=one.display_name
                )
                if one.state == "done"
                else self.env._(
                    "%(file)s is being imported: wait until it is done.",
                    file=one.display_name,
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
                    lacking=self.env._(" and no column the ").join(lacking),
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
        self.line_ids._unguarded().unlink()
        self.env["pet.carry.over.import.line"]._insert_checked(
            self._prepare_lines(rows, choices)
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
                    "company_id": self.company_id.id,
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
                    "%(count)s row(s) changed since the check (row %(rows)s): look "
                    "again before you import.",
                    count=len(changed),
                    rows=", ".join(str(row) for row in changed.mapped("row")[:10]),
                ),
                "warning",
            )
        self._check_errors()
        to_do = self.line_ids._filter_to_import()
        if len(to_do) > ROWS_AT_ONCE:
            self._unguarded().state = "importing"
            # Jobs are the administrator's; this one is only told to begin.
            self.env.ref("pet_plans.ir_cron_carry_over").sudo()._trigger()
            return self._notify(
                self.env._(
                    "%(count)s packages are being imported; you can go on working.",
                    count=len(to_do),
                ),
                "info",
            )
        for ids in split_every(SLICE, to_do.ids):
            to_do.browse(ids)._import(self.on_error == "skip")
        self._finish()
        return self._notify(self._get_result(), "success")

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

    @api.model
    def _cron_import(self):
        """Job: go on with the imports that are too large to wait for (K4)."""
        for one in self.search([("state", "=", "importing")], order="id"):
            if not one._import_slices():
                return

    def _import_slices(self):
        """Import the rows that are left, slice by slice, each committed on its own.

        With all or nothing the first row that fails ends it, and what was done is
        taken back.

        :return: whether there was time for all of them
        """
        self.ensure_one()
        lines = self.line_ids.with_context(**self._get_job_context())
        domain = [
            ("import_id", "=", self.id),
            ("import_id.state", "=", "importing"),
            *TO_IMPORT,
        ]

        def work(batch):
            # As who asked for it: with their rights, and in their name.
            batch = batch.with_user(self.user_id).with_company(self.company_id)
            batch._import(is_isolated=True)
            if self.on_error == "stop":
                self.with_user(self.user_id)._stop_on_error()

        if not lines._run_in_batches(domain, work, SLICE, order="row, id"):
            return False
        if self.state == "importing":
            self.with_user(self.user_id)._finish()
        return True

    def _get_job_context(self):
        self.ensure_one()
        return {"lang": self.user_id.lang, "tz": self.company_id.pet_tz}

    def _stop_on_error(self):
        """Take back what was imported if a row failed after all (K4).

        All but what somebody used in the meantime, which is told.
        """
        self.ensure_one()
        wrong = self.line_ids._having("error")
        if not wrong:
            return
        done = self.line_ids._having("done")
        used = done.plan_id._get_take_back_refusals()
        error = self.env._(
            "Nothing was imported, since a row failed: %(rows)s",
            rows="\n".join(wrong[:10].mapped("message")),
        )
        if used:
            error = self.env._(
                "%(error)s\nThese are used already, and stay:\n%(used)s",
                error=error,
                used="\n".join(list(used.values())[:20]),
            )
        self._unguarded().import_error = error
        self._take_back(done.filtered(lambda line: line.plan_id not in used), "check")

    # --- Undo (K4) -------------------------------------------------------------------

    def action_undo(self):
        """Take back all that was imported, as long as nothing of it is used.

        Customers and pets that were made stay.

        :raises UserError: naming the packages that are used, and by what
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "done":
            raise UserError(
                self.env._(
                    "%(file)s is not imported: there is nothing to undo.",
                    file=self.display_name,
                )
            )
        lines = self.line_ids._having("done")
        self._check_unused(lines)
        self._take_back(lines, "undone")
        return self._notify(self.env._("Nothing of the import is left."), "success")

    def _check_unused(self, lines):
        """Refuse to undo an import of which something is used.

        :param lines: its rows that are done
        :raises UserError: naming the packages that are used, and by what
        """
        self.ensure_one()
        refusals = lines.plan_id._get_take_back_refusals()
        if refusals:
            raise UserError(
                self.env._(
                    "%(file)s cannot be undone any more, %(count)s of %(total)s "
                    "packages are used:\n%(used)s",
                    file=self.display_name,
                    count=len(refusals),
                    total=len(lines),
                    used="\n".join(list(refusals.values())[:20]),
                )
            )

    def _take_back(self, lines, state):
        """Take back packages, and make their rows what they were before.

        :param lines: rows that are done
        :param state: the state of the import afterwards
        """
        self.ensure_one()
        reason = self.env._("The import of %(file)s was undone", file=self.display_name)
        lines.plan_id._take_back(reason)
        lines._unguarded().write({"status": "ok", "plan_id": False})
        self._unguarded().state = state
        self._message_log(body=reason)

    @api.depends("state", "line_ids.plan_id")
    def _compute_undo_note(self):
        """Say until when it can be undone, and what stands in the way (K4)."""
        for one in self:
            one.undo_note = one.state == "done" and one._get_undo_note()

    def _get_undo_note(self):
        self.ensure_one()
        plans = self.line_ids.plan_id
        if not plans:
            return False
        refusals = list(plans._get_take_back_refusals().values())
        if not refusals:
            return self.env._(
                "The import can be undone until the first of its %(count)s packages is "
                "used: booked, edited or given away.",
                count=len(plans),
            )
        return self.env._(
            "The import can be undone no more: %(count)s of its %(total)s packages are "
            "used.\n%(used)s",
            count=len(refusals),
            total=len(plans),
            used="\n".join(refusals[:5]),
        )

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

    def action_show(self):
        """Show the rows of one result only, or all again: a click on a card.

        Which one is in the context, `shown`.
        """
        self.ensure_one()
        shown = self.env.context.get("shown")
        self.shown = shown if shown != self.shown else False
        return False

    def action_view_plans(self):
        """Open the packages that were made."""
        self.ensure_one()
        return self.line_ids.plan_id._get_opening_action()
