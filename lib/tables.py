"""Reading the tables that other software exports, and writing them back.

A file is known by what is in it, never by its name. What is no table of text (CSV) or
workbook (XLSX) is refused with a reason of its own, and so is what would take more
memory or time than the limits of `tabular` allow.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence

from .tables_csv import read_csv, write_csv
from .tables_xlsx import read_xlsx, write_xlsx
from .tabular import MAX_BYTES, REASONS, Cell, Table, TableError

__all__ = ["REASONS", "Table", "TableError", "read_table", "write_table"]

_BEGINNINGS = {
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"RIFF": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"PK\x05\x06": "archive",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"Rar!": "archive",
    b"\x1f\x8b": "archive",
}
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta")


def read_table(content: bytes) -> Table:
    """Read a table.

    :raise TableError: if it is none, or beyond the limits; its reason says what to do
    """
    if len(content) > MAX_BYTES:
        raise TableError("too_big", size=len(content), limit=MAX_BYTES)
    if content.startswith(b"PK\x03\x04"):
        _check_archive(content)
        return read_xlsx(content)
    _check_text(content)
    return read_csv(content)


def write_table(
    table: Table, rows: Iterable[Sequence[Cell]], extra: Sequence[str] = ()
) -> bytes:
    """Write rows in the layout in which a table came.

    :param rows: the cells of each, those of the extra columns last
    :param extra: the headings of columns to add
    """
    write = write_xlsx if table.kind == "xlsx" else write_csv
    return write(table, [*table.headings, *extra], map(tuple, rows))


def _check_archive(content: bytes) -> None:
    """Check that an archive has a workbook in it; the names of its parts tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {part.filename for part in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise TableError("broken") from error
    if any("worksheets/" in name and name.endswith(".xml") for name in names):
        return
    if "xl/workbook.bin" in names:
        raise TableError("xlsb")
    if "content.xml" in names:
        raise TableError("ods")
    if any(name.startswith("Index/") or name.endswith(".iwa") for name in names):
        raise TableError("numbers")
    raise TableError("archive")


def _check_text(content: bytes) -> None:
    """Check that what is no archive is no other file that is known."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise TableError(_name_compound(content))
    if start.startswith(_PAGES):
        raise TableError("html")
    if start.startswith(b"<?xml"):
        raise TableError("html" if b"<html" in start else "xml")
    for beginning, reason in _BEGINNINGS.items():
        if content.startswith(beginning):
            raise TableError(reason)


def _name_compound(content: bytes) -> str:
    """Return the reason for a file of the kind in which Excel 97-2003 saved.

    Today's Excel still makes one around a workbook with a password.
    """
    if _spell("EncryptedPackage") in content:
        return "encrypted"
    if _spell("Workbook") in content or _spell("Book") in content:
        return "xls"
    return "binary"


def _spell(name):
    """Return a name as the directory of such a file has it."""
    return name.encode("utf-16-le")
