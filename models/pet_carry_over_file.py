import base64
import functools
import itertools

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..lib import carry_over, tables

_lt = LazyTranslate(__name__)

SAMPLES = 3
CELLS_KNOWN = 4096  # of a column, that need not be read again
DATE_COLUMNS = ("purchase_date", "end_date")
NUMBER_COLUMNS = ("sessions_total", "sessions_left", "unit_value")

# The reasons of `lib.tables.TableError`, for people
REFUSALS = {
    "empty": _lt("The file is empty."),
    "too_big": _lt(
        "The file has %(size)s MB, and at most %(limit)s MB are read: split it."
    ),
    "xls": _lt("This is a workbook of Excel 97-2003: save it as .xlsx or CSV."),
    "xlsb": _lt("This is a binary workbook: save it as .xlsx or CSV."),
    "ods": _lt("This is an OpenDocument file: save it as .xlsx or CSV."),
    "numbers": _lt("This is a document of Apple Numbers: export it as .xlsx or CSV."),
    "encrypted": _lt("The workbook has a password: save it without one."),
    "pdf": _lt(
        "This is a PDF, whatever its name: export a spreadsheet from the old software."
    ),
    "image": _lt("This is a picture: export a spreadsheet from the old software."),
    "html": _lt(
        "This is a web page, whatever its name: open it in a spreadsheet program and "
        "save it as .xlsx or CSV."
    ),
    "xml": _lt(
        "This is an XML file: open it in a spreadsheet program and save it as .xlsx or "
        "CSV."
    ),
    "archive": _lt("This is an archive without a workbook: unpack it first."),
    "binary": _lt("This is no spreadsheet: it holds what no text has."),
    "unknown_encoding": _lt(
        "The characters of the text cannot be told: save it as UTF-8."
    ),
    "broken": _lt(
        "The workbook is damaged: open it in a spreadsheet program and save it again."
    ),
    "unpacked_too_big": _lt("Unpacked the workbook is larger than %(limit)s MB."),
    "too_many_rows": _lt("There are more than %(limit)s rows: split the file."),
    "too_many_blank_rows": _lt(
        "Blank rows reach beyond row %(row)s: delete those below the last filled one."
    ),
    "too_many_cells": _lt("The workbook has more cells than are read: split it."),
    "too_many_columns": _lt(
        "There are %(columns)s columns, and at most %(limit)s are read."
    ),
    "row_too_long": _lt(
        "Row %(row)s has more than %(limit)s characters: perhaps a quote in it is not "
        "closed."
    ),
    "text_too_long": _lt("A row or a text has more than %(limit)s MB."),
    "cell_too_long": _lt(
        "Row %(row)s, column %(column)s: the cell has more than %(limit)s characters."
    ),
    "broken_quotes": _lt("Row %(row)s: the quotes around a cell do not match."),
    "no_headings": _lt(
        "None of the first %(limit)s rows has headings: texts that name the columns."
    ),
    "no_rows": _lt("Below the headings in row %(row)s there is nothing."),
    "duplicate_headings": _lt("Several columns have one heading: %(duplicates)s."),
    "formula_without_value": _lt(
        "Sheet %(sheet)s, cell %(cell)s: the formula was saved without its result. "
        "Open the file in a spreadsheet program and save it again."
    ),
}


class PetCarryOverImport(models.Model):
    """Reading the file: what it is, how its cells are written (K3, K5)."""

    _inherit = "pet.carry.over.import"

    def _read_table(self):
        """Return the table in the file.

        :return: `lib.tables.Table`
        :raises UserError: saying what the file is instead, and what to do
        """
        self.ensure_one()
        file = self.with_context(bin_size=False).file
        if not file:
            raise UserError(self.env._("Choose a file first."))
        try:
            return tables.read_table(base64.b64decode(file))
        except tables.TableError as error:
            raise UserError(self._get_table_refusal(error)) from error

    def _get_file_note(self, table):
        """Return how the file is written, in words."""
        self.ensure_one()
        rows = len(table.rows)
        if table.kind == "xlsx":
            note = self.env._(
                "Workbook, sheet %(sheet)s, %(rows)s rows", sheet=table.sheet, rows=rows
            )
            if not table.other_sheets:
                return note
            return self.env._(
                "%(note)s; not read: %(sheets)s",
                note=note,
                sheets=", ".join(table.other_sheets),
            )
        delimiter = {
            ",": self.env._("commas"),
            ";": self.env._("semicolons"),
            "\t": self.env._("tabs"),
        }.get(table.delimiter, table.delimiter)
        return self.env._(
            "Text (%(encoding)s), %(delimiter)s between columns, %(rows)s rows",
            encoding=table.encoding.upper(),
            delimiter=delimiter,
            rows=rows,
        )

    @api.model
    def _get_sample(self, table, at):
        """Return the first values of a column, as a text."""
        texts = (carry_over.read_text(cells[at]) for __, cells in table.rows)
        filled = itertools.islice(filter(None, texts), SAMPLES)
        return " · ".join(text[:40] for text in filled)

    def _read_rows(self, table, columns):
        """Return the rows of the file, as far as columns decide what cells mean.

        :param columns: list of fields or None, parallel to the headings
        :return: list of (row number, cells); of these `values` are the dates and
            numbers among them, as ISO and plain texts, and `problems` says why some
            are none
        """
        self.ensure_one()
        places = {name: at for at, name in enumerate(columns) if name}
        cells = {
            name: [row[at] for __, row in table.rows] for name, at in places.items()
        }
        readers = {
            **{
                name: self._get_reader("date", carry_over.read_date, orders)
                for name, orders in self._get_date_orders(cells).items()
            },
            **{
                name: self._get_reader(
                    "number", carry_over.read_number, self._get_marks(cells[name])
                )
                for name in NUMBER_COLUMNS
                if name in cells
            },
        }
        return [
            (number, self._read_row(row, places, readers, table.overlong.get(number)))
            for number, row in table.rows
        ]

    @api.model
    def _read_row(self, row, places, readers, overlong):
        """Return the cells of a row, see `_read_rows`.

        :param places: dict, field -> where it stands in a row
        :param readers: dict, field -> function of a cell, for dates and numbers
        :param overlong: how many cells the row has, if these are too many
        """
        texts, values, problems = {}, {}, {}
        for name, at in places.items():
            texts[name] = carry_over.read_text(row[at])
            if name == "end_date" and carry_over.is_never(row[at]):
                texts[name] = ""
            if texts[name] and name in readers:
                value, problem = readers[name](row[at])
                if problem:
                    problems[name] = problem
                else:
                    values[name] = value
        if overlong:
            problems["row"] = overlong
        parts = (texts.get(name, "") for name in carry_over.NAME_PARTS)
        if not texts.get("owner_name") and (name := carry_over.join_name(*parts)):
            texts["owner_name"] = name
        return {**texts, "values": values, "problems": problems}

    @api.model
    def _get_marks(self, cells):
        """Return with which decimal marks the numbers of a column may be written."""
        return carry_over.find_decimal_marks(cells) or carry_over.DECIMAL_MARKS

    def _get_date_orders(self, cells):
        """Return in which orders the dates of each column may be written.

        Columns of one file are written alike, unless they cannot be.

        :param cells: dict, field -> the cells of its column
        :return: dict, field -> set of orders
        """
        self.ensure_one()
        columns = [name for name in DATE_COLUMNS if name in cells]
        if self.date_order != "auto":
            return dict.fromkeys(columns, {self.date_order})
        orders = {name: carry_over.find_date_orders(cells[name]) for name in columns}
        common = set.intersection(*orders.values()) if orders else set()
        return {
            name: common or orders[name] or carry_over.DATE_ORDERS for name in columns
        }

    @api.model
    def _get_reader(self, kind, read, styles):
        """Return a function of a cell: what it is as a text, or why it is none.

        What it has read it knows: a column has many of the same.

        :param kind: "date" or "number", what it should be
        :param read: the function of a cell and a style
        :param styles: in which the column may be written
        """

        @functools.lru_cache(maxsize=CELLS_KNOWN, typed=True)
        def read_cell(cell):
            found = set()
            for style in styles:
                try:
                    found.add(read(cell, style))
                except ValueError:
                    continue
            if len(found) == 1:
                return str(found.pop()), None
            return None, f"{kind}_style" if found else kind

        return read_cell

    @api.model
    def _get_table_refusal(self, error):
        """Return why a file is not read, and what to do, as a sentence.

        :param error: `lib.tables.TableError`
        """
        shown = {
            name: f"{value / 2**20:.0f}"
            if value and name in ("size", "limit") and value > 2**20
            else value
            for name, value in error.values.items()
        }
        if duplicates := error.values.get("duplicates"):
            shown["duplicates"] = "; ".join(
                f"{heading} ({', '.join(columns)})"
                for heading, columns in duplicates.items()
            )
        return REFUSALS[error.reason]._translate(self.env.lang) % shown
