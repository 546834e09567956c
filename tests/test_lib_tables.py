"""K3: tables of any usual kind are read as they were meant, and written back."""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib import carry_over, tables_csv, tabular
from odoo.addons.pet_plans.lib.tables import (
    REASONS,
    Table,
    TableError,
    read_table,
    write_table,
)

FILES = Path(__file__).parent / "files"
repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

# Letters of Windows-1252, so that every table can be written in every encoding.
LETTERS = "abzABZ09 éãçñÁ€,;|\t\"'=+-@/.\n"
WORDS = ["Owner", "Tutor", "Número", "Saldo", "Válido até", "Nome", "E-mail", "Qtd."]
MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "cp1252": b"",
}
texts = st.text(LETTERS, max_size=12)


@st.composite
def tables(draw, cells):
    """Return (headings, rows): rows of one width, none of them blank."""
    headings = draw(st.lists(st.sampled_from(WORDS), min_size=2, unique=True))
    width = len(headings)
    row = st.lists(cells, min_size=width, max_size=width)
    return headings, draw(
        st.lists(row.filter(lambda row: any(map(tabular.is_filled, row))), min_size=1)
    )


def write(headings, rows, encoding, **dialect):
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows([headings, *rows])
    return MARKS[encoding] + text.getvalue().encode(encoding)


def read_file(name):
    return read_table((FILES / name).read_bytes())


@tagged("post_install", "-at_install")
class TestFiles(BaseCase):
    """Files as other software writes them; all people are made up."""

    def assert_fields(self, table, *fields):
        self.assertEqual(carry_over.match_headings(table.headings), list(fields))

    def get_column(self, table, heading):
        at = table.headings.index(heading)
        return [cells[at] for __, cells in table.rows]

    def test_petexec(self):
        table = read_file("carry_over_petexec.csv")
        self.assertEqual((table.encoding, table.delimiter), ("utf-8", ","))
        self.assert_fields(
            table,
            *("owner_ref", "owner_name", "pet_name", "service", "end_date"),
            *("package_note", "sessions_left"),
        )
        self.assertEqual([number for number, __ in table.rows], [2, 3, 4, 6])
        self.assertEqual(
            table.rows[2][1][3:],
            (
                *("Daycare 20 Pack", None),
                *('Calls himself "Moosey"\nkeep from Rex', "13.5"),
            ),
        )
        self.assertEqual(
            carry_over.find_date_orders(self.get_column(table, "End Date")), {"mdy"}
        )

    def test_gingr(self):
        table = read_file("carry_over_gingr.csv")
        self.assertEqual((table.encoding, table.delimiter), ("utf-8-sig", ","))
        self.assert_fields(
            table,
            *(None, "owner_name", "owner_email", "owner_phone", "pet_name", "service"),
            *("sessions_left", "end_date"),
        )
        self.assertEqual([number for number, __ in table.rows], [4, 5, 6])
        ends = self.get_column(table, "Expiration")
        self.assertEqual(carry_over.read_date(ends[0], "mdy"), date(2026, 5, 4))
        self.assertTrue(carry_over.is_never(ends[2]))
        self.assertEqual(self.get_column(table, "Animal Name")[1], "Luna; Rocky")

    def test_moego(self):
        table = read_file("carry_over_moego.tsv")
        self.assertEqual((table.encoding, table.delimiter), ("utf-8", "\t"))
        self.assert_fields(
            table,
            *("owner_name", "owner_email", "pet_name", "service", "sessions_left"),
            *("purchase_date", "end_date"),
        )
        self.assertEqual(self.get_column(table, "Package"), ["5 Baths", "Walks | 12"])

    def test_portuguese(self):
        table = read_file("carry_over_pt.csv")
        self.assertEqual((table.encoding, table.delimiter), ("cp1252", ";"))
        self.assert_fields(
            table,
            *("owner_ref", "owner_name", "owner_phone", "pet_name", "pet_species"),
            *("service", "sessions_left", "end_date", "unit_value", "package_note"),
        )
        self.assertEqual(self.get_column(table, "Tutor")[0], "João da Conceição")
        values = self.get_column(table, "Valor unitário (R$)")
        self.assertEqual(carry_over.find_decimal_marks(values), {","})
        self.assertEqual(
            [float(carry_over.read_number(value, ",")) for value in values],
            [50.0, 1050.9, 62.0],
        )
        ends = self.get_column(table, "Válido até")
        self.assertEqual(carry_over.find_date_orders(ends), {"dmy"})
        self.assertEqual(carry_over.read_date(ends[2], "dmy"), date(2026, 5, 4))

    def test_spanish_unicode_text(self):
        table = read_file("carry_over_es.txt")
        self.assertEqual((table.encoding, table.delimiter), ("utf-16-le", "\t"))
        self.assert_fields(
            table,
            *("owner_name", "owner_email", "pet_name", "service", "sessions_left"),
            "end_date",
        )
        ends = self.get_column(table, "Caduca el")
        self.assertEqual(carry_over.read_date(ends[1], "dmy"), date(2027, 1, 15))

    def test_declared_delimiter(self):
        table = read_file("carry_over_sep.csv")
        self.assertTrue(table.declares_delimiter)
        self.assertEqual(table.rows, [(2, ("Ana, Ruth", "Luna", "3"))])
        self.assertTrue(
            write_table(table, [("a", "b", "c")]).startswith(b"sep=;\r\nowner")
        )

    def test_workbook(self):
        table = read_file("carry_over.xlsx")
        self.assertEqual((table.sheet, table.other_sheets), ("Packages", ["Prices"]))
        self.assert_fields(
            table,
            *("owner_ref", "owner_name", "pet_name", "service", "sessions_left"),
            *("end_date", "unit_value", None),
        )
        day, moment = date(2026, 5, 4), datetime(2026, 5, 4, 10, 30)
        self.assertEqual(
            table.rows,
            [
                (4, (1001, "Ana Souza", "Luna", "Bath", 5, day, 20.5, True)),
                (5, (1002, "=Bea", "Rex", "Walk", 2.5, None, 18, False)),
                (6, (1003, "Cleo Marsh", "#REF!", "Bath", 1, moment, None, None)),
            ],
        )

    def test_results_of_formulas(self):
        """A formula may have an empty text as its result."""
        table = read_file("carry_over_formulas.xlsx")
        self.assertEqual(table.rows, [(2, ("Ana", 6, None))])


@tagged("post_install", "-at_install")
class TestAnyTable(BaseCase):
    @repeatable
    @given(
        tables(texts),
        st.sampled_from(list(MARKS)),
        st.sampled_from(tables_csv.DELIMITERS),
        st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        st.sampled_from(["\r\n", "\n"]),
    )
    def test_text(self, table, encoding, delimiter, quoting, end):
        headings, rows = table
        dialect = {"delimiter": delimiter, "quoting": quoting, "lineterminator": end}
        found = read_table(write(headings, rows, encoding, **dialect))
        self.assertEqual((found.headings, found.delimiter), (headings, delimiter))
        self.assertEqual(
            [list(cells) for __, cells in found.rows],
            [[cell or None for cell in row] for row in rows],
        )
        again = read_table(write_table(found, [cells for __, cells in found.rows]))
        self.assertEqual(again, found)

    @repeatable
    @given(
        tables(
            st.text("abé=+-@#\"'_ \n", max_size=12)
            | st.integers(-(10**9), 10**9)
            | st.booleans()
            | st.dates(date(1980, 1, 1), date(2999, 12, 31))
            | st.none()
        )
    )
    def test_workbook(self, table):
        headings, rows = table
        content = write_table(Table(headings, [], kind="xlsx", sheet="Rows"), rows)
        found = read_table(content)
        self.assertEqual(found.headings, headings)
        self.assertEqual(
            [list(cells) for __, cells in found.rows],
            [[None if cell == "" else cell for cell in row] for row in rows],
        )


@tagged("post_install", "-at_install")
class TestWriting(BaseCase):
    def test_what_we_add_to_text_is_no_formula(self):
        table = read_table(b"Owner,Left\nAna,-1\n")
        content = write_table(
            table, [("Ana", "-1", "=1+1"), ("Bob", "2", "-")], ["Why"]
        )
        self.assertEqual(content, b"Owner,Left,Why\r\nAna,-1,'=1+1\r\nBob,2,'-\r\n")

    def test_what_we_add_to_a_workbook_is_no_formula(self):
        table = read_file("carry_over.xlsx")
        row = (*table.rows[0][1], "=1+1")
        book = openpyxl.load_workbook(io.BytesIO(write_table(table, [row], ["Why"])))
        cell = book["Packages"]["I2"]
        self.assertEqual((cell.value, cell.data_type), ("=1+1", "s"))
        self.assertEqual(book["Packages"]["F2"].value, datetime(2026, 5, 4))

    def test_a_text_that_the_encoding_does_not_have(self):
        table = read_file("carry_over_pt.csv")
        row = ("愛", *[None] * 9)
        again = read_table(write_table(table, [row]))
        self.assertEqual(again.encoding, "utf-8-sig")
        self.assertEqual(again.rows[0][1], row)


@tagged("post_install", "-at_install")
class TestReading(BaseCase):
    def test_russian(self):
        text = "Владелец;Питомец\nИванова Мария;Бобик\nПетров Иван;Мурка\n" * 20
        text = text.replace("Владелец;Питомец\n", "") + "х;у\n"
        table = read_table(("Владелец;Питомец\n" + text).encode("cp1251"))
        self.assertEqual(table.headings, ["Владелец", "Питомец"])

    def test_a_few_letters_are_no_proof_of_a_rare_encoding(self):
        table = read_table("Owner,Tutor\r\n,ÁÁÁ\r\n".encode("cp1252"))
        self.assertEqual(table.encoding, "cp1252")
        self.assertEqual([cells for __, cells in table.rows], [(None, "ÁÁÁ")])

    def test_rows_that_are_too_long_are_told(self):
        table = read_table(b"Owner,Note\nAna,calm, sweet\nBob,x\nCy,,\n")
        self.assertEqual(table.overlong, {2: 3})
        self.assertEqual(table.rows[0], (2, ("Ana", "calm")))

    def test_short_rows_are_filled_up(self):
        self.assertEqual(read_table(b"A,B,C\nx\n").rows, [(2, ("x", None, None))])

    def test_column_letters(self):
        letters = [tabular.column_letters(at) for at in (0, 25, 26, 51, 52, 701, 702)]
        self.assertEqual(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"])


@tagged("post_install", "-at_install")
class TestReasons(BaseCase):
    """Every reason; those that are not here are in `test_lib_tables_hostile`."""

    def assert_refused(self, reason, content, **values):
        with self.assertRaises(TableError) as refusal:
            read_table(content)
        self.assertEqual(refusal.exception.reason, reason, content[:40])
        self.assertEqual(refusal.exception.values, values)
        self.assertEqual(str(refusal.exception), REASONS[reason] % values)

    def make_archive(self, *names):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        return content.getvalue()

    def make_compound(self, name):
        start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
        return start + name.encode("utf-16-le") + bytes(512)

    def test_other_files(self):
        for reason, content in (
            ("empty", b""),
            ("empty", b"\xef\xbb\xbf\r\n\r\n  \n"),
            ("empty", b",,,\n,,,\n"),
            ("xls", self.make_compound("Workbook")),
            ("xls", self.make_compound("Book")),
            ("encrypted", self.make_compound("EncryptedPackage")),
            ("binary", self.make_compound("WordDocument")),
            ("xlsb", self.make_archive("[Content_Types].xml", "xl/workbook.bin")),
            ("ods", self.make_archive("mimetype", "content.xml")),
            ("numbers", self.make_archive("Index/Document.iwa")),
            ("archive", self.make_archive("word/document.xml")),
            ("archive", self.make_archive("packages.csv")),
            ("archive", self.make_archive()),
            ("archive", b"\x1f\x8b\x08" + bytes(30)),
            ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
            ("image", b"\x89PNG\r\n\x1a\n" + bytes(30)),
            ("image", b"\xff\xd8\xff\xe0" + bytes(30)),
            ("html", b"\n<!DOCTYPE html><html><table><tr><td>Owner</td></tr></table>"),
            ("html", b"<table border=1><tr><td>Owner</td></tr></table>"),
            ("html", b'<?xml version="1.0"?><html xmlns="x"><body/></html>'),
            ("xml", b'<?xml version="1.0"?><Workbook xmlns="x"></Workbook>'),
            ("unknown_encoding", b"\xff\xfeO\x00w\x00n\x00\x00\xd8"),
            ("broken", b"PK\x03\x04" + bytes(200)),
        ):
            self.assert_refused(reason, content)

    def test_no_headings(self):
        for content in (
            b"Ana Souza,Luna,5,2026-05-04\nBob,Rex,3,2026-06-01\n",
            b"Ana Souza;ana@example.com\nBob;bob@example.com\n",
            b"Only one column\nAna\n",
            b"1,2\n3,4\n",
        ):
            self.assert_refused("no_headings", content, limit=tabular.HEADING_ROWS)

    def test_no_rows(self):
        self.assert_refused("no_rows", b"A title\n\nOwner,Left\n,\n", row=3)

    def test_duplicate_headings(self):
        self.assert_refused(
            "duplicate_headings",
            b"Owner,Left, owner ,Pet,OWNER\nAna,1,2,3,4\n",
            duplicates={"Owner": ["A", "C", "E"]},
        )

    def test_quotes_that_do_not_match(self):
        self.assert_refused("broken_quotes", b'Owner,Left\nAna,1\n"Bob,2\n', row=3)
        self.assert_refused("broken_quotes", b'Owner,Left\n"Bob" the dog,2\n', row=2)

    def test_a_formula_without_its_result(self):
        book = openpyxl.Workbook()
        book.active.append(["Owner", "Left"])
        book.active.append(["Ana", "=10-4"])
        content = io.BytesIO()
        book.save(content)
        self.assert_refused(
            "formula_without_value", content.getvalue(), sheet="Sheet", cell="B2"
        )

    def test_every_reason_has_a_test(self):
        here = Path(__file__).parent
        tests = "".join(
            (here / name).read_text(encoding="utf-8")
            for name in ("test_lib_tables.py", "test_lib_tables_hostile.py")
        )
        untested = [reason for reason in REASONS if f'"{reason}"' not in tests]
        self.assertFalse(untested)
