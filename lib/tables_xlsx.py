"""Reading and writing workbooks of Excel.

openpyxl, which Odoo requires, reads them. It trusts what it is given and holds whole
parts of a workbook in memory, so `_inspect` looks at all parts first, block by block:
at their real sizes, whatever their headers say, at how many elements they have, and
that there is none of the entities which XML would expand.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from xml.etree import ElementTree

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .tabular import (
    HEADING_ROWS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED,
    Cell,
    Table,
    TableError,
    build_table,
    column_letters,
    is_filled,
    limit_width,
)

MAX_PARTS = 5_000
MAX_TAGS = 200_000  # of all parts that are held whole: styles, relations, properties
MAX_LIST_TAGS = 12_000_000  # of all sheets, and of the strings that cells share
MAX_ITEMS = 2_000_000  # rows of all sheets, and strings
MAX_ITEM_TAGS = 200_000  # between one row, or string, and the next
MAX_ITEM_BYTES = 8 * 2**20
MAX_SHEETS = 50  # that are searched for something to read
SAMPLE_ROWS = 1_000  # in which something must be
BLOCK = 2**18

_ITEM = re.compile(rb"<(?:\w+:)?(?:row|si)[\s/>]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_OVERLAP = 64  # bytes of what is looked for, so that no block cuts it in two
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin")


def read_xlsx(content: bytes) -> Table:
    """Read the first sheet of a workbook that has something in it.

    Formulas count as their results. Dates are dates, times and durations text.

    :param content: a ZIP archive with a workbook
    :raise TableError: if it is damaged, or beyond the limits
    """
    has_formulas = _inspect(content)
    _check_declarations(content)
    book = _open(content, data_only=True)
    sheets = _list_filled(book)
    if not sheets:
        raise TableError("empty")
    first = sheets[0].title
    if has_formulas:
        _check_formulas(sheets[0], _open(content, data_only=False)[first])
    return build_table(
        _read_rows(sheets[0]),
        kind="xlsx",
        sheet=first,
        other_sheets=[sheet.title for sheet in sheets[1:]],
    )


def write_xlsx(table: Table, headings: list[str], rows: Iterable[tuple]) -> bytes:
    """Write rows as a workbook of one sheet: texts are texts, dates are dates."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(table.sheet)
    for cells in (headings, *rows):
        sheet.append([_make_cell(sheet, cell) for cell in cells])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _make_cell(sheet, value):
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # also what begins with "=" or is called "#REF!"
    return cell


# --- Before it is opened -------------------------------------------------------------


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    ValueError,
    OSError,
    EOFError,
)


def _inspect(content: bytes) -> bool:
    """Look at all parts of a workbook, without ever holding one.

    :return: whether there may be formulas
    :raise TableError: if reading it could take more than the limits
    """
    inspection = _Inspection()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise TableError("broken")
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise TableError("unpacked_too_big", limit=MAX_UNPACKED)
            for part in parts:
                _check_packing(part)
                with archive.open(part) as stream:
                    inspection.look_at(part.filename.lower(), stream)
    except _UNREADABLE as error:
        raise TableError("broken") from error
    return inspection.has_formulas


def _check_packing(part):
    if part.flag_bits & 1:
        raise TableError("encrypted")
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise TableError("broken")


class _Inspection:
    """What was found in the parts of a workbook, as far as they were read."""

    def __init__(self):
        self.has_formulas = False
        self._size = self._tags = self._list_tags = self._items = 0
        self._item_tags = self._item_bytes = 0

    def look_at(self, name: str, stream) -> None:
        """Read a part, block by block.

        :param name: in lower case
        :raise TableError: if there is too much in it and those before
        """
        is_sheet = _is_sheet(name)
        is_list = is_sheet or "sharedstrings" in name
        self._item_tags = self._item_bytes = 0
        tail = b""
        while block := stream.read(BLOCK):
            self._size += len(block)
            if self._size > MAX_UNPACKED:
                raise TableError("unpacked_too_big", limit=MAX_UNPACKED)
            if name.endswith(_PICTURES):
                continue
            block = block.replace(b"\0", b"")  # of UTF-16
            if is_list:
                self._count_items(block)
            else:
                self._count_tags(block)
            if _DECLARATION.search(tail + block):
                raise TableError("broken")
            if is_sheet and not self.has_formulas:
                self.has_formulas = bool(_FORMULA.search(tail + block))
            tail = block[-_OVERLAP:]

    def _count_tags(self, block):
        self._tags += block.count(b"<")
        if self._tags > MAX_TAGS:
            raise TableError("broken")

    def _count_items(self, block):
        self._list_tags += block.count(b"<")
        if self._list_tags > MAX_LIST_TAGS:
            raise TableError("too_many_cells")
        start = 0
        for item in _ITEM.finditer(block):
            self._measure(block, start, item.start())
            self._items += 1
            self._item_tags = self._item_bytes = 0
            start = item.start()
        self._measure(block, start, len(block))
        if self._items > MAX_ITEMS:
            raise TableError("too_many_rows", limit=MAX_ROWS)

    def _measure(self, block, start, stop):
        """Add what stands between two rows or strings."""
        self._item_tags += block.count(b"<", start, stop)
        self._item_bytes += stop - start
        if self._item_tags > MAX_ITEM_TAGS:
            raise TableError("too_many_cells")
        if self._item_bytes > MAX_ITEM_BYTES:
            raise TableError("text_too_long", limit=MAX_ITEM_BYTES)


def _is_sheet(name):
    return "worksheets/" in name and name.endswith(".xml")


def _check_declarations(content: bytes) -> None:
    """Check that what is called a sheet is used as one: others are held whole.

    :raise TableError: if not
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.lower().endswith((".rels", "[content_types].xml")):
                for element in ElementTree.fromstring(archive.read(name)):
                    _check_declaration(element)


def _check_declaration(element):
    """Check one element of relations, or of the list of content types."""
    name = element.get("Target") or element.get("PartName") or ""
    kind = element.get("Type") or element.get("ContentType") or ""
    if "worksheets/" in name.lower() and not re.search(r"worksheet(\+xml)?$", kind):
        raise TableError("broken")
    if kind.endswith("sharedStrings+xml") and "sharedstrings" not in name.lower():
        raise TableError("broken")


# --- When it is open -----------------------------------------------------------------


def _open(content: bytes, *, data_only: bool):
    try:
        return openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
    except Exception as error:  # whatever openpyxl stumbles over
        raise TableError("broken") from error


def _guard(rows: Iterator[tuple]) -> Iterator[tuple]:
    """Yield rows of a sheet, blank ones too, and translate the errors of openpyxl."""
    try:
        for row in rows:
            yield limit_width(row)
    except TableError:
        raise
    except Exception as error:  # whatever openpyxl stumbles over
        raise TableError("broken") from error


def _read_values(sheet) -> Iterator[tuple]:
    sheet.reset_dimensions()  # those in the file may be wrong
    return _guard(sheet.iter_rows(values_only=True))


def _list_filled(book) -> list:
    """Return the sheets with something in them, those that people see first."""
    sheets = [sheet for sheet in book.worksheets[:MAX_SHEETS] if _has_something(sheet)]
    return sorted(sheets, key=lambda sheet: sheet.sheet_state != "visible")


def _has_something(sheet) -> bool:
    rows = islice(_read_values(sheet), SAMPLE_ROWS)
    return any(any(map(is_filled, row)) for row in rows)


def _read_rows(sheet) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    for number, row in enumerate(_read_values(sheet), 1):
        yield number, tuple(map(_convert, row))


def _convert(value) -> Cell:
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def _check_formulas(sheet, sources) -> None:
    """Check that formulas were saved with their results.

    A program that computes formulas saves all results; the result may be an empty
    text. One that does not compute them saves none.

    :param sources: the same sheet with formulas instead of their results
    :raise TableError: if no formula has a result
    """
    sources.reset_dimensions()
    formulas = _guard(sources.iter_rows(max_col=MAX_COLUMNS))
    pairs = zip(_read_values(sheet), formulas, strict=False)
    first = None
    for number, (row, written) in enumerate(islice(pairs, MAX_ROWS + HEADING_ROWS), 1):
        for at, (value, source) in enumerate(zip(row, written, strict=False)):
            if source.data_type == "f" and value is not None:
                return
            if source.data_type == "f":
                first = first or f"{column_letters(at)}{number}"
    if first:
        raise TableError("formula_without_value", sheet=sheet.title, cell=first)
