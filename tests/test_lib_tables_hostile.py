"""K5: files that would take all memory, or mislead, are refused within the limits."""

import csv
import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from unittest.mock import patch

import openpyxl

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib import tables_xlsx, tabular
from odoo.addons.pet_plans.lib.tables import TableError, read_table

MEGABYTE = 2**20
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def make_book(rows=(("Owner", "Left"), ("Ana", 5))):
    """Return the bytes of a workbook with one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def replace_part(content, name, blocks):
    """Return a workbook in which a part consists of some blocks of bytes."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        with target.open(name, "w", force_zip64=True) as stream:
            for block in blocks:
                stream.write(block)
    return packed.getvalue()


def make_sheet(*rows):
    """Return a workbook with a sheet made of blocks of XML."""
    start = f"<worksheet {SPACE}><sheetData>".encode()
    return replace_part(make_book(), SHEET, [start, *rows, b"</sheetData></worksheet>"])


def make_row(number, *texts):
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'.encode()


HEADINGS = make_row(1, "Owner", "Left")

# Reads a file; tells why it was refused, and by how many bytes the process grew.
READ_ALONE = """
import json, re, sys
sys.path.insert(0, sys.argv[1])
from lib.tables import TableError, read_table
def take_size():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1]) * 1024
content = sys.stdin.buffer.read()
before = take_size()
try:
    read_table(content)
except TableError as error:
    print(json.dumps([error.reason, error.values, take_size() - before]))
"""


@tagged("post_install", "-at_install")
class TestHostileTables(BaseCase):
    def assert_refused(self, reason, content, megabytes=64):
        """Check the reason, and that no more memory was taken at any moment."""
        tracemalloc.start()
        try:
            with self.assertRaises(TableError) as refusal:
                read_table(content)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertEqual(refusal.exception.reason, reason)
        self.assertLess(peak / MEGABYTE, megabytes)
        return refusal.exception

    def assert_refused_alone(self, reason, content, megabytes):
        """Check the same in a process of its own, by all the memory that it takes.

        To trace the memory of many rows takes five times as long as to read them.
        """
        folder = Path(tabular.__file__).parents[1]
        output = subprocess.run(
            [sys.executable, "-c", READ_ALONE, folder],
            input=content,
            capture_output=True,
            check=True,
        ).stdout
        found, values, grown = json.loads(output)
        self.assertEqual(found, reason)
        self.assertLess(grown / MEGABYTE, megabytes)
        return values

    # --- Workbooks -------------------------------------------------------------------

    def test_zip_bomb(self):
        blank = b" " * MEGABYTE
        content = make_sheet(HEADINGS, *[blank] * 250)
        self.assertLess(len(content), MEGABYTE)
        self.assert_refused("unpacked_too_big", content)

    def test_zip_bomb_whose_headers_say_that_it_is_small(self):
        content = bytearray(make_sheet(HEADINGS, *[b" " * MEGABYTE] * 250))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
        self.assertIn(size, content)
        content = bytes(content).replace(size, (1000).to_bytes(4, "little"))
        self.assert_refused("broken", content)

    def test_small_bombs_that_are_one_together(self):
        packed, block = io.BytesIO(make_book()), bytes(8 * MEGABYTE)
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            for number in range(26):
                archive.writestr(f"xl/media/{number}.png", block)
        self.assert_refused("unpacked_too_big", packed.getvalue())

    def test_many_parts(self):
        packed = io.BytesIO(make_book())
        with zipfile.ZipFile(packed, "a") as archive:
            for number in range(tables_xlsx.MAX_PARTS + 1):
                archive.writestr(f"xl/media/{number}", b"")
        self.assert_refused("broken", packed.getvalue())

    def test_packed_in_a_way_that_takes_any_memory(self):
        packed = io.BytesIO(make_book())
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_LZMA) as archive:
            archive.writestr("xl/media/1.png", b"x")
        self.assert_refused("broken", packed.getvalue())

    def test_parts_with_a_password(self):
        content = make_book()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            at = archive.start_dir
        flagged = content[: at + 8] + b"\x01" + content[at + 9 :]
        self.assert_refused("encrypted", flagged)

    def test_entities(self):
        for name in (SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"):
            for encoding in ("utf-8", "utf-16"):
                with self.subTest(name=name, encoding=encoding):
                    self.assert_refused("broken", self.make_entities(name, encoding))

    def make_entities(self, name, encoding):
        levels = "".join(
            f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
        )
        text = (
            f'<?xml version="1.0" encoding="{encoding}"?>'
            f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]>'
            f"<worksheet {SPACE}><sheetData><row><c><v>&a9;</v></c></row></sheetData>"
            "</worksheet>"
        )
        return replace_part(make_book(), name, [text.encode(encoding)])

    def test_entities_cut_in_two_by_a_block(self):
        start = f"<worksheet {SPACE}>".encode()
        blank = b" " * (tables_xlsx.BLOCK - len(start) - 4)
        blocks = [start, blank, b"<!DOCTYPE x [<!ENTITY a 'a'>]>"]
        self.assert_refused("broken", replace_part(make_book(), SHEET, blocks))

    def test_million_blank_rows(self):
        rows = "".join(f'<row r="{number}"/>' for number in range(2, 1_000_000))
        content = make_sheet(HEADINGS, rows.encode())
        values = self.assert_refused_alone("too_many_blank_rows", content, 120)
        self.assertEqual(values["row"], tabular.MAX_ROWS + 11)

    def test_one_cell_a_million_rows_below(self):
        content = make_sheet(HEADINGS, make_row(1_048_576, "x"))
        self.assert_refused("too_many_blank_rows", content)

    def test_many_rows(self):
        row = b"<row><c><v>1</v></c></row>"
        content = make_sheet(HEADINGS, row * 100_011)
        self.assert_refused_alone("too_many_rows", content, 120)

    def test_millions_of_rows(self):
        content = make_sheet(HEADINGS, b"<row/>" * 3_000_000)
        self.assert_refused_alone("too_many_rows", content, 64)

    def test_many_columns(self):
        names = [f"Column {number}" for number in range(5_000)]
        error = self.assert_refused("too_many_columns", make_sheet(make_row(1, *names)))
        self.assertEqual(error.values, {"columns": 5_000, "limit": tabular.MAX_COLUMNS})

    def test_a_cell_in_the_last_column(self):
        far = b'<row r="2"><c r="XFD2"><v>1</v></c></row>'
        error = self.assert_refused("too_many_columns", make_sheet(HEADINGS, far))
        self.assertEqual(error.values["columns"], 16_384)

    def test_a_row_of_millions_of_cells(self):
        for cell in (b"<c/>", b"<other/>"):
            row = b"<row>" + cell * 3_000_000 + b"</row>"
            self.assert_refused("too_many_cells", make_sheet(HEADINGS, row))

    @patch.object(tables_xlsx, "MAX_LIST_TAGS", 500_000)
    def test_millions_of_cells(self):
        row = b"<row>" + b"<c/>" * 1_000 + b"</row>"
        content = make_sheet(HEADINGS, row * 600)
        self.assert_refused("too_many_cells", content)

    @patch.object(tables_xlsx, "MAX_ITEMS", 100_000)
    def test_millions_of_strings(self):
        blocks = [f"<sst {SPACE}>".encode(), b"<si/>" * 200_000, b"</sst>"]
        content = replace_part(make_book(), STRINGS, blocks)
        self.assert_refused("too_many_rows", content)

    def test_a_part_that_is_held_whole(self):
        for name in ("xl/styles.xml", "xl/workbook.xml", "docProps/core.xml"):
            content = replace_part(make_book(), name, [b"<a>", b"<b/>" * 3_000_000])
            self.assert_refused("broken", content)

    def test_a_part_under_the_name_of_a_sheet(self):
        """What is held whole must not have the limits of what is read by rows."""
        for kind in (b"styles+xml", b"sharedStrings+xml", b"theme+xml"):
            with self.subTest(kind=kind):
                types = (
                    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
                    b'content-types"><Override PartName="/xl/worksheets/x.xml" '
                    b'ContentType="application/vnd.openxmlformats-officedocument.'
                    b"spreadsheetml." + kind + b'"/></Types>'
                )
                content = replace_part(make_book(), "[Content_Types].xml", [types])
                self.assert_refused("broken", content)

    def test_a_chart_under_the_name_of_a_sheet(self):
        relations = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            b'relationships"><Relationship Id="rId1" Type="http://x/chartsheet" '
            b'Target="worksheets/sheet1.xml"/></Relationships>'
        )
        name = "xl/_rels/workbook.xml.rels"
        self.assert_refused("broken", replace_part(make_book(), name, [relations]))

    def test_a_text_of_megabytes(self):
        content = make_sheet(HEADINGS, make_row(2, "x" * 9 * MEGABYTE, "5"))
        self.assert_refused("text_too_long", content)
        blocks = [f"<sst {SPACE}><si><t>".encode(), b"x" * 9 * MEGABYTE]
        self.assert_refused("text_too_long", replace_part(make_book(), STRINGS, blocks))

    def test_a_long_cell(self):
        content = make_sheet(HEADINGS, make_row(2, "Ana", "x" * (tabular.MAX_CELL + 1)))
        error = self.assert_refused("cell_too_long", content)
        self.assertEqual((error.values["row"], error.values["column"]), (2, "B"))

    def test_a_damaged_workbook(self):
        content = make_book()
        for damaged in (
            content[:-40],
            content[:200] + content[260:],
            replace_part(content, SHEET, [b"<worksheet"]),
            replace_part(content, SHEET, [b"not even XML"]),
            make_sheet(HEADINGS, b'<row r="2"><c t="s"><v>99</v></c></row>'),
            make_sheet(HEADINGS, b'<row r="x"><c><v>1</v></c></row>'),
        ):
            self.assert_refused("broken", damaged)

    # --- Text ------------------------------------------------------------------------

    def test_200_megabytes(self):
        content = bytes(200 * MEGABYTE)
        error = self.assert_refused("too_big", content)
        self.assertEqual(error.values["size"], 200 * MEGABYTE)

    def test_text_of_line_breaks(self):
        self.assert_refused("too_many_blank_rows", b"a;b\n" + b"\n" * 19 * MEGABYTE)

    def test_text_of_many_rows(self):
        content = b"Owner;Left\n" + b"Ana;5\n" * 100_001
        self.assert_refused("too_many_rows", content)

    def test_text_of_many_columns(self):
        for delimiter in ",;\t|":
            line = delimiter.join(f"Column {number}" for number in range(5_000))
            error = self.assert_refused("too_many_columns", line.encode())
            self.assertEqual(error.values["columns"], 5_000)

    def test_text_in_one_line(self):
        for line in (b"," * 19 * MEGABYTE, b"a" * 19 * MEGABYTE):
            self.assert_refused("row_too_long", line)

    def test_text_whose_quote_is_never_closed(self):
        content = b'Owner;Left\n"Ana;5\n' + b"Bob;6\n" * MEGABYTE
        error = self.assert_refused("row_too_long", content)
        self.assertEqual(error.values["row"], 2)

    def test_limit_that_others_raised(self):
        """Odoo's own import raises that of `csv` for the whole process."""
        limit = csv.field_size_limit(500 * MEGABYTE)
        self.addCleanup(csv.field_size_limit, limit)
        self.test_text_whose_quote_is_never_closed()

    def test_text_with_a_nul(self):
        self.assert_refused("binary", b"Owner;Left\nA\0na;5\n")
        self.assert_refused("binary", "\ufeffOwner;Left\nA\0na;5\n".encode("utf-16-le"))

    def test_bytes_of_nothing(self):
        self.assert_refused("binary", bytes(range(256)) * 100)
