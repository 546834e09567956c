"""What a table is, how much of one is read, and why a file is refused.

The modules that read and write tables (`tables`, `tables_csv`, `tables_xlsx`) share it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

Cell = str | int | float | bool | date | None

MAX_BYTES = 20 * 2**20
MAX_UNPACKED = 200 * 2**20  # bytes of all parts of a workbook together
MAX_ROWS = 100_000  # below the headings
MAX_COLUMNS = 100
MAX_CELL = 32_767  # characters; Excel's own limit
HEADING_ROWS = 10  # the headings are in one of so many rows that are not blank

# Each reason with a sentence for developers, made of what `TableError.values` holds.
# Who shows it to people says it in their language.
REASONS = {
    # What the file is
    "empty": "The file is empty.",
    "too_big": "The file has %(size)s bytes; at most %(limit)s are read.",
    "xls": "This is a workbook of Excel 97-2003: save it as .xlsx or CSV.",
    "xlsb": "This is a binary workbook: save it as .xlsx or CSV.",
    "ods": "This is an OpenDocument file: save it as .xlsx or CSV.",
    "numbers": "This is a document of Apple Numbers: export it as .xlsx or CSV.",
    "encrypted": "The workbook has a password: save it without one.",
    "pdf": "This is a PDF: export a spreadsheet from the other software.",
    "image": "This is a picture: export a spreadsheet from the other software.",
    "html": "This is a web page, whatever its name: open it in a spreadsheet program "
    "and save it as .xlsx or CSV.",
    "xml": "This is an XML file: open it in a spreadsheet program and save it as "
    ".xlsx or CSV.",
    "archive": "This is an archive without a workbook: unpack it first.",
    "binary": "This is no spreadsheet: it holds bytes that no text has.",
    "unknown_encoding": "The characters of the text cannot be told: save it as UTF-8.",
    "broken": "The workbook is damaged: open it in a spreadsheet program and save it "
    "again.",
    # What is in it
    "unpacked_too_big": "Unpacked the workbook is larger than %(limit)s bytes.",
    "too_many_rows": "There are more than %(limit)s rows.",
    "too_many_blank_rows": "Blank rows reach beyond row %(row)s: delete those below "
    "the last row that is filled.",
    "too_many_cells": "The workbook has more cells than are read.",
    "too_many_columns": "There are %(columns)s columns; at most %(limit)s are read.",
    "row_too_long": "Row %(row)s has more than %(limit)s characters: perhaps a quote "
    '(") in it is not closed.',
    "text_too_long": "A row or a text has more than %(limit)s bytes.",
    "cell_too_long": "Row %(row)s, column %(column)s: the cell has more than %(limit)s "
    "characters.",
    "broken_quotes": 'Row %(row)s: the quotes (") around a cell do not match.',
    "no_headings": "None of the first %(limit)s rows has headings: at least two cells "
    "of text, and nothing but text.",
    "no_rows": "Below the headings in row %(row)s there is nothing.",
    "duplicate_headings": "Several columns have one heading: %(duplicates)s.",
    "formula_without_value": "Sheet %(sheet)s, cell %(cell)s: the formula was saved "
    "without its result: open the file in a spreadsheet program and save it again.",
}


class TableError(Exception):
    """A file that is not read.

    ``reason`` is one of `REASONS`. ``values`` are what its sentence names: numbers,
    limits, the row and the letters of the column as a spreadsheet shows them.
    """

    def __init__(self, reason: str, **values):
        super().__init__(REASONS[reason] % values)
        self.reason = reason
        self.values = values


@dataclass
class Table:
    """The rows below the headings, and how they were written.

    ``rows`` are (row number as a spreadsheet shows it, cells); blank rows are left
    out. A row has as many cells as there are headings. Rows that have more than that
    are in ``overlong``, {row number: filled cells}: what is in them has probably moved
    from its column. A heading may be empty, of a column that has none.

    ``kind`` is "csv" or "xlsx". ``encoding`` ("utf-8", "utf-8-sig", "utf-16-le",
    "utf-16-be", "cp1252", ...), ``delimiter`` and ``declares_delimiter`` (a first line
    ``sep=;``) are of CSV, ``sheet`` and ``other_sheets`` (those that were not read
    although something is in them) of XLSX.
    """

    headings: list[str]
    rows: list[tuple[int, tuple[Cell, ...]]]
    kind: str
    encoding: str | None = None
    delimiter: str | None = None
    declares_delimiter: bool = False
    sheet: str | None = None
    other_sheets: list[str] = field(default_factory=list)
    overlong: dict[int, int] = field(default_factory=dict)


def column_letters(position: int) -> str:
    """Return what a spreadsheet calls the column at a position: 0 is A, 26 AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_filled(cell: Cell) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def limit_width(cells: tuple) -> tuple:
    """Return the cells of a row without the blank ones beyond the last column.

    :raise TableError: if one of those is filled
    """
    beyond = cells[MAX_COLUMNS:]
    if beyond.count(None) < len(beyond):
        columns = _count_width(cells)
        if columns > MAX_COLUMNS:
            raise TableError("too_many_columns", columns=columns, limit=MAX_COLUMNS)
    return cells[:MAX_COLUMNS]


def build_table(rows: Iterable[tuple[int, tuple[Cell, ...]]], **layout) -> Table:
    """Return the table that is in some rows, headings and all.

    :param rows: (row number, cells), blank rows and titles too; read one by one, so
        that no more than the limits is held
    :param layout: further values of `Table`
    :raise TableError: if there are no headings, no rows or more than the limits
    """
    rows = _check_rows(rows)
    first = []
    for row in rows:
        first.append(row)
        if len(first) == HEADING_ROWS:
            break
    if not first:
        raise TableError("empty")
    at = find_headings([cells for __, cells in first])
    if at is None:
        raise TableError("no_headings", limit=HEADING_ROWS)
    heading_row, cells = first[at]
    headings = [cell.strip() if cell else "" for cell in cells[: _count_width(cells)]]
    _check_duplicates(headings)
    table = Table(headings, [], **layout)
    for number, cells in _chain(first[at + 1 :], rows):
        _append(table, number, cells)
    if not table.rows:
        raise TableError("no_rows", row=heading_row)
    return table


def find_headings(rows: list[tuple[Cell, ...]]) -> int | None:
    """Return the position of the row with the headings; None if there is none.

    Titles may stand above it. It is the first that holds text only, in at least two
    cells and in half as many as the fullest row. A number, a date or an e-mail address
    is no heading: without headings the first customer would become one.
    """
    fullest = max((_count_filled(cells) for cells in rows), default=0)
    for at, cells in enumerate(rows):
        filled = [cell for cell in cells if is_filled(cell)]
        if len(filled) >= max(2, fullest / 2) and all(map(_is_heading, filled)):
            return at
    return None


_ADDRESS = re.compile(r"\S@\S+\.\w")


def _is_heading(cell):
    if not isinstance(cell, str) or _ADDRESS.search(cell):
        return False
    return any(map(str.isalpha, cell)) or not any(map(str.isdigit, cell))


def _count_filled(cells):
    return sum(map(is_filled, cells))


def _count_width(cells):
    return max((at for at, cell in enumerate(cells, 1) if is_filled(cell)), default=0)


def _check_rows(rows) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Yield the rows that are not blank, as long as there are not too many."""
    filled = 0
    for number, cells in rows:
        blank = not any(map(is_filled, cells))
        if number > MAX_ROWS + HEADING_ROWS:
            if filled < MAX_ROWS and blank:
                raise TableError("too_many_blank_rows", row=number)
            raise TableError("too_many_rows", limit=MAX_ROWS)
        if not blank:
            filled += 1
            yield number, cells


def _chain(first, rows):
    yield from first
    yield from rows


def _check_duplicates(headings):
    columns = {}
    for at, heading in enumerate(headings):
        if heading:
            columns.setdefault(heading.casefold(), []).append(at)
    twice = {
        headings[found[0]]: [column_letters(at) for at in found]
        for found in columns.values()
        if len(found) > 1
    }
    if twice:
        raise TableError("duplicate_headings", duplicates=twice)


def _append(table, number, cells):
    width = len(table.headings)
    if len(table.rows) == MAX_ROWS:
        raise TableError("too_many_rows", limit=MAX_ROWS)
    for at, cell in enumerate(cells[:width]):
        if isinstance(cell, str) and len(cell) > MAX_CELL:
            raise TableError(
                "cell_too_long", row=number, column=column_letters(at), limit=MAX_CELL
            )
    if any(map(is_filled, cells[width:])):
        table.overlong[number] = _count_width(cells)
    table.rows.append((number, (*cells[:width], *[None] * (width - len(cells)))))
