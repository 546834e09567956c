"""Reading and writing CSV as spreadsheet programs and other software write it."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice

import chardet

from .tabular import (
    HEADING_ROWS,
    Table,
    TableError,
    build_table,
    find_headings,
    is_filled,
    limit_width,
)

DELIMITERS = ",;\t|"
MAX_ROW = 1_000_000  # characters of a row
SAMPLE_ROWS = 200  # by which the delimiter is judged
BLOCK = 2**16
SURE = 0.6  # of 1, from which on a guessed encoding counts

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_DECLARATION = re.compile(r'"?sep=([,;\t|])"?\r?\n?$', re.IGNORECASE)


def read_csv(content: bytes) -> Table:
    """Read a table of text.

    :raise TableError: if it is no text, or beyond the limits
    """
    encoding = find_encoding(content)
    declared = _find_declaration(content, encoding)
    delimiter = declared or _find_delimiter(content, encoding)
    rows = enumerate(
        _read_rows(content, encoding, delimiter, declared=bool(declared), strict=True),
        1,
    )
    return build_table(
        rows,
        kind="csv",
        encoding=encoding,
        delimiter=delimiter,
        declares_delimiter=bool(declared),
    )


def write_csv(table: Table, headings: list[str], rows: Iterable[tuple]) -> bytes:
    """Write rows as the table was written.

    A text that the encoding does not have makes it UTF-8.

    :param rows: as many cells as there are headings; those beyond the headings of the
        table are ours: none of them becomes a formula where the file is opened
    """
    own = len(table.headings)
    text = io.StringIO(newline="")
    if table.declares_delimiter:
        text.write(f"sep={table.delimiter}\r\n")
    writer = csv.writer(text, delimiter=table.delimiter)
    writer.writerow(headings)
    for cells in rows:
        writer.writerow([*cells[:own], *map(_disarm, cells[own:])])
    return _encode(text.getvalue(), table.encoding)


# --- The encoding --------------------------------------------------------------------


def find_encoding(content: bytes) -> str:
    """Return the encoding of a text.

    A mark at its beginning tells. Else it is UTF-8 if it can be; else Windows-1252, in
    which spreadsheet programs of the west write, unless most of its words are made of
    letters that no western language has so many of.

    :raise TableError: if it is no text
    """
    marked = next((mark for mark in _MARKS if content.startswith(mark)), None)
    if marked:
        encoding = _MARKS[marked]
        if not _decodes(content, encoding):
            raise TableError("unknown_encoding")
        return encoding
    if b"\0" in content:
        raise TableError("binary")
    if _decodes(content, "utf-8"):
        return "utf-8"
    candidates = ["cp1252"]
    if not _looks_western(content) or not _decodes(content, "cp1252"):
        guess = chardet.detect(content[: 4 * BLOCK])
        # Of a few letters any encoding may be guessed: then the usual one goes first.
        is_sure = guess["confidence"] >= SURE
        candidates.insert(0 if is_sure else 1, guess["encoding"])
    for encoding in filter(None, candidates):
        if _decodes(content, encoding):
            return codecs.lookup(encoding).name
    raise TableError("unknown_encoding")


def _decodes(content: bytes, encoding: str) -> bool:
    """Tell whether a text can have an encoding.

    :raise TableError: if it can, and holds what no text has
    """
    blocks = (content[at : at + BLOCK] for at in range(0, len(content), BLOCK))
    try:
        for text in codecs.iterdecode(blocks, encoding):
            if "\0" in text:
                raise TableError("binary")
    except (LookupError, UnicodeError):
        return False
    return True


def _looks_western(content: bytes) -> bool:
    """Tell whether letters beyond ASCII stand alone or in pairs, as in "ação"."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", content[: 4 * BLOCK])]
    return sum(run > 2 for run in runs) * 4 <= len(runs)


def _encode(text: str, encoding: str) -> bytes:
    marks = {encoding: mark for mark, encoding in _MARKS.items()}
    try:
        if encoding == "utf-8-sig":
            return text.encode(encoding)
        return marks.get(encoding, b"") + text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


# --- Rows ----------------------------------------------------------------------------


class _Lines:
    """The lines of a text, line breaks and all, without the mark before them.

    Quoted, one row may have many lines; together they have a limit. The one of `csv`
    is that of the whole process, which others may have raised.
    """

    def __init__(self, content: bytes, encoding: str):
        self._lines = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        if encoding.startswith("utf-16"):
            self._lines.read(1)
        self.row = 0
        self._left = MAX_ROW

    def start_row(self) -> None:
        self.row += 1
        self._left = MAX_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._lines.readline(self._left + 1)
        if not line:
            raise StopIteration
        if len(line) > self._left:
            raise TableError("row_too_long", row=self.row, limit=MAX_ROW)
        self._left -= len(line)
        return line


def _read_rows(content, encoding, delimiter, *, declared, strict):
    lines = _Lines(content, encoding)
    if declared:
        next(lines)
    rows = csv.reader(lines, delimiter=delimiter, strict=strict)
    while True:
        lines.start_row()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                limit = csv.field_size_limit()
                raise TableError("row_too_long", row=lines.row, limit=limit) from error
            raise TableError("broken_quotes", row=lines.row) from error
        yield limit_width(tuple(cell or None for cell in row))


# --- The delimiter -------------------------------------------------------------------


def _find_declaration(content, encoding):
    """Return the delimiter that a first line ``sep=;`` names, or None."""
    lines = _Lines(content, encoding)
    lines.start_row()
    first = next(lines, "")
    found = _DECLARATION.match(first)
    return found and found[1]


def _find_delimiter(content: bytes, encoding: str) -> str:
    """Return the delimiter that makes the best table of the first rows.

    That is the one by which most rows are as wide as the headings; then, that which
    makes most columns. Where none makes headings the first one is as good as any.
    """
    return max(DELIMITERS, key=lambda each: _judge(content, encoding, each))


def _judge(content, encoding, delimiter):
    rows = _read_rows(content, encoding, delimiter, declared=False, strict=False)
    try:
        sample = list(filter(any, islice(rows, SAMPLE_ROWS)))
    except TableError as error:
        return 0, int(error.reason == "too_many_columns")
    at = find_headings(sample[:HEADING_ROWS])
    if at is None:
        return 0, 0
    width = len(sample[at])
    regular = sum(len(cells) == width for cells in sample) / len(sample)
    return regular, sum(map(is_filled, sample[at]))


def _disarm(cell):
    """Return a cell that a spreadsheet program takes for text, not for a formula."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + cell
    return cell
