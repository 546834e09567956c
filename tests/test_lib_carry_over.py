"""K3: what headings, numbers and dates of a carry-over file mean."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib import carry_over
from odoo.addons.pet_plans.lib.carry_over import (
    DATE_ORDERS,
    DECIMAL_MARKS,
    FIELDS,
    find_date_orders,
    find_decimal_marks,
    is_never,
    match_headings,
    normalize,
    read_date,
    read_number,
    read_text,
    readings_differ,
)

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

dates = st.dates(date(1980, 1, 1), date(2079, 12, 31))
numbers = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)
DATE_STYLES = {
    "dmy": ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d/%m/%Y %H:%M"],
    "mdy": ["%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m/%d/%Y %I:%M %p"],
    "ymd": ["%Y-%m-%d", "%Y/%m/%d", "%y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y%m%d"],
}
styles = st.sampled_from(
    [(order, style) for order, found in DATE_STYLES.items() for style in found]
)


def write_number(number, mark, by):
    """Return a number as a person writes it."""
    return f"{number:,.2f}".translate(str.maketrans({",": by, ".": mark}))


@tagged("post_install", "-at_install")
class TestHeadings(BaseCase):
    def assert_matched(self, **meanings):
        for heading, field in meanings.items():
            self.assertEqual(match_headings([heading]), [field], heading)

    def test_exact_names(self):
        self.assertEqual(match_headings(FIELDS), list(FIELDS))
        self.assertEqual(
            match_headings(["Owner Name", "PET-NAME"]), ["owner_name", "pet_name"]
        )

    def test_every_field_has_synonyms_in_three_languages(self):
        self.assertEqual(tuple(carry_over.SYNONYMS), FIELDS)
        for headings in (
            ["Client Email", "Pet", "Number left", "Purchase Date", "End date"],
            ["E-mail do tutor", "Nome do pet", "Sessões restantes", "Data da compra"],
            ["Correo del cliente", "Mascota", "Sesiones restantes", "Fecha de compra"],
        ):
            fields = ["owner_email", "pet_name", "sessions_left", "purchase_date"]
            self.assertEqual(match_headings(headings)[:4], fields)

    def test_no_word_means_two_fields(self):
        seen = {}
        for name, lines in carry_over.SYNONYMS.items():
            for word in ", ".join(lines).split(", "):
                self.assertEqual(seen.setdefault(normalize(word), name), name, word)

    def test_what_shops_write(self):
        self.assert_matched(
            **{
                "Cliente": "owner_name",
                "TUTOR": "owner_name",
                "Dueño": "owner_name",
                "mascota": "pet_name",
                "Saldo": "sessions_left",
                "sessoes  restantes": "sessions_left",
                "Válido hasta": "end_date",
                "Client Email": "owner_email",
                "Days Remaining": "sessions_left",
                "# of Visits Remaining": "sessions_left",
                "Package Type (Component)": "service",
                "Nº do cliente": "owner_ref",
                "N° de cliente": "owner_ref",
                "Valor unitário (R$)": "unit_value",
                "Package note": "package_note",
            }
        )

    def test_what_could_mean_two_things_means_nothing(self):
        headings = ["Name", "Nome", "ID", "Notes", "Type", "Status", "Total", "Balance"]
        headings += ["Remaining $", "Owner %", "Reference", "Date", "#", "", "Price"]
        self.assertEqual(match_headings(headings), [None] * len(headings))

    def test_two_columns_of_one_meaning(self):
        self.assertEqual(match_headings(["Client", "Owner"]), [None, None])

    def test_the_surer_of_two_columns(self):
        self.assertEqual(
            match_headings(["Home Phone", "Cell Phone", "Package", "Service"]),
            [None, "owner_phone", None, "service"],
        )
        self.assertEqual(
            match_headings(["Saldo", "Sessões restantes", "sessions_left"]),
            [None, None, "sessions_left"],
        )

    def test_a_name_in_two_columns(self):
        parts = ["owner_first_name", "owner_last_name"]
        for headings in (
            ["First Name", "Last Name"],
            ["Owner First", "Owner Last"],
            ["Nome", "Sobrenome"],
            ["Nombre", "Apellido(s)"],
            ["nombre", "Apellidos"],
        ):
            self.assertEqual(match_headings(headings), parts)
            for heading in headings:  # alone it may be the pet's
                self.assertEqual(match_headings([heading]), [None])
        self.assertEqual(
            match_headings(["Nome"], {"nome": "owner_first_name"}), parts[:1]
        )

    def test_what_was_chosen_before_goes_first(self):
        remembered = {"name": "owner_name", "owner": None, "saldo": "unit_value"}
        self.assertEqual(
            match_headings(["Náme ", "Owner", "Saldo", "owner_name"], remembered),
            ["owner_name", None, "unit_value", None],
        )

    @repeatable
    @given(st.lists(st.text(max_size=12) | st.sampled_from(FIELDS), max_size=30))
    def test_each_field_at_most_once(self, headings):
        matched = match_headings(headings)
        self.assertEqual(len(matched), len(headings))
        found = [field for field in matched if field]
        self.assertEqual(len(found), len(set(found)))


@tagged("post_install", "-at_install")
class TestText(BaseCase):
    def test_cells_as_people_see_them(self):
        for cell, text in (
            (None, ""),
            (1001.0, "1001"),
            (5511987654321.0, "5511987654321"),
            (2.5, "2.5"),
            (0.1 + 0.2, "0.3"),
            (7, "7"),
            (True, "TRUE"),
            (date(2026, 5, 4), "2026-05-04"),
            (datetime(2026, 5, 4, 10, 30), "2026-05-04 10:30:00"),
            ("\u00a0 Luna\ufeff ", "Luna"),
        ):
            self.assertEqual(read_text(cell), text)

    def test_never(self):
        for cell in ("Never", "NUNCA", "-", "—", "sem validade", "No Expiry", "∞"):
            self.assertTrue(is_never(cell), cell)
        for cell in ("0000-00-00", "12/31/9999", "9999-12-31", date(9999, 12, 31)):
            self.assertTrue(is_never(cell), cell)
        for cell in (None, "", "4 May 2026", "n/a", "soon", 0, "-5"):
            self.assertFalse(is_never(cell), cell)


@tagged("post_install", "-at_install")
class TestNumbers(BaseCase):
    def test_numbers(self):
        for cell, mark, number in (
            (5, ".", "5"),
            (2.5, ",", "2.5"),
            (0.1 + 0.2, ".", "0.3"),
            ("2,5", ",", "2.5"),
            ("1,234.50", ".", "1234.50"),
            ("1.234,50", ",", "1234.50"),
            ("1 234,50", ",", "1234.50"),
            ("1\u202f234\u00a0567", ",", "1234567"),
            ("1'234.5", ".", "1234.5"),
            ("R$ 1.234,00", ",", "1234.00"),
            ("$20.50", ".", "20.50"),
            ("20,50 €", ",", "20.50"),
            ("US$ 5", ".", "5"),
            ("USD 5", ".", "5"),
            ("5 BRL", ",", "5"),
            ("-3", ".", "-3"),
            ("\u22123", ".", "-3"),
            ("R$ -3", ".", "-3"),
            ("+3", ".", "3"),
            (".5", ".", "0.5"),
            ("5.", ".", "5"),
            (" 8 ", ".", "8"),
        ):
            self.assertEqual(read_number(cell, mark), Decimal(number), cell)

    def test_what_is_no_number(self):
        for cell in (
            *("five", "3 of 10", "3/10", "5 sessions", "", " ", "-", ".", "$", "5-"),
            *("(5)", "1,23", "1,2345", "12,34,567", "1.2.3", "1,234 567", "--5", "5%"),
            *("nan", "inf", "1e3", "0x5", "٥", "2026-05-04", "1 23", "- -5", "5 5"),
            *(None, True, math.nan, math.inf, -math.inf, date(2026, 5, 4)),
        ):
            with self.subTest(cell=cell), self.assertRaisesRegex(ValueError, "number"):
                read_number(cell)

    def test_the_mark_is_judged_over_the_column(self):
        for cells, marks in (
            ([], {".", ","}),
            (["5", None, "", 2.5], {".", ","}),
            (["5", "2,5"], {","}),
            (["1.234", "2,5"], {","}),
            (["1,234", "2.5"], {"."}),
            (["1,234"], {".", ","}),
            (["five", "2,5"], {","}),
            (["2,5", "2.5"], set()),
        ):
            self.assertEqual(find_decimal_marks(cells), marks, cells)

    def test_whether_the_mark_matters(self):
        self.assertFalse(readings_differ(["5", "x", 2.5], read_number, DECIMAL_MARKS))
        self.assertTrue(readings_differ(["5", "1,234"], read_number, DECIMAL_MARKS))

    @repeatable
    @given(
        st.lists(numbers, min_size=1, max_size=20),
        st.sampled_from(DECIMAL_MARKS),
        st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "other"]),
        st.sampled_from(["{}", "R$ {}", "${}", "{} €", "EUR {}", "{} USD"]),
    )
    def test_any_column_of_numbers(self, column, mark, by, currency):
        other = {".": ",", ",": "."}[mark]
        by = other if by == "other" else by
        cells = [currency.format(write_number(number, mark, by)) for number in column]
        self.assertIn(mark, find_decimal_marks(cells))
        self.assertEqual([read_number(cell, mark) for cell in cells], column)

    @repeatable
    @given(st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12))
    def test_any_number_of_a_workbook(self, number):
        self.assertAlmostEqual(float(read_number(number)), number, delta=1e-2)
        self.assertEqual(read_number(number), read_number(number, ","))


@tagged("post_install", "-at_install")
class TestDates(BaseCase):
    def test_dates_without_doubt(self):
        for cell in (
            *(date(2026, 5, 4), datetime(2026, 5, 4, 23, 59), 46146, 46146.75),
            *("46146", "46146.5", "20260504", "2026-05-04", "2026/05/04", "2026.5.4"),
            *("2026-05-04T10:00:00Z", "2026-05-04 10:00:00.123+02:00"),
            *("2026-05-04 00:00:00", "4 May 2026", "May 4, 2026", "May 4th, 2026"),
            *("04/mai/2026", "4 de maio de 2026", "4 de mayo de 2026", "04-May-2026"),
            *("Mon, 4 May 2026", "lunes, 4 de mayo de 2026", "4 may. 2026"),
            *("Segunda-feira, 4 de maio de 2026", "4th of May 2026", "2026 May 4"),
            *("Monday, May 4, 2026 10:00 AM", "4º de maio de 2026"),
        ):
            for order in DATE_ORDERS:
                with self.subTest(cell=cell, order=order):
                    self.assertEqual(read_date(cell, order), date(2026, 5, 4))

    def test_dates_in_order(self):
        for cell, order, expected in (
            ("4/5/2026", "dmy", date(2026, 5, 4)),
            ("4/5/2026", "mdy", date(2026, 4, 5)),
            ("04.05.26", "dmy", date(2026, 5, 4)),
            ("26-05-04", "ymd", date(2026, 5, 4)),
            ("4 May 26", "dmy", date(2026, 5, 4)),
            ("May 4, 26", "mdy", date(2026, 5, 4)),
            ("26 May 04", "ymd", date(2026, 5, 4)),
            ("04/05/2026 10:30", "dmy", date(2026, 5, 4)),
            ("5/4/2026 10:30:00 AM", "mdy", date(2026, 5, 4)),
            ("01/02/99", "dmy", date(1999, 2, 1)),
        ):
            self.assertEqual(read_date(cell, order), expected, cell)

    def test_every_month_in_three_languages(self):
        for word, number in carry_over._MONTHS.items():
            self.assertEqual(read_date(f"4 {word} 2026", "dmy"), date(2026, number, 4))
        self.assertEqual(set(carry_over._MONTHS.values()), set(range(1, 13)))
        self.assertEqual(read_date("4 de MARÇO de 2026", "dmy"), date(2026, 3, 4))

    def test_impossible_dates(self):
        for cell in (
            *("31/02/2026", "29/02/2027", "00/05/2026", "32/01/2026", "01/13/2026"),
            *("04/05/0213", "04/05/213", "04/05/3000", "04/05/1979", "4/5/6", "5/2026"),
            *("31 Feb 2026", "4 Foo 2026", "4 May", "May 2026", "soon", "", "-", "5"),
            *("20261301", "1234567", "0000-00-00", "4/5-2026", "2026-05-04x"),
            *("٤/٥/٢٠٢٦", "4 May 2026 May", "May May 2026"),
            *(None, True, 5, 999, -1, 1e18, math.nan, math.inf, date(213, 1, 1)),
            *(datetime(3000, 1, 1), 500_000),
        ):
            with self.subTest(cell=cell), self.assertRaises(ValueError):
                read_date(cell, "dmy")

    def test_the_order_is_judged_over_the_column(self):
        for cells, orders in (
            ([], {"dmy", "mdy", "ymd"}),
            (["4/5/2026", None, ""], {"dmy", "mdy"}),
            (["4/5/2026", "13/5/2026"], {"dmy"}),
            (["4/5/2026", "5/13/2026"], {"mdy"}),
            (["13/5/2026", "5/13/2026"], set()),
            (["never", "-", "13/5/2026"], {"dmy"}),
            (["31/02/2026", "13/5/2026"], {"dmy"}),
            (["2026-05-04", "13/5/2026"], {"dmy"}),
            (["26-05-04", "26-05-13"], {"dmy", "ymd"}),
            ([46146, date(2026, 5, 4), "4/5/2026"], {"dmy", "mdy"}),
        ):
            self.assertEqual(find_date_orders(cells), orders, cells)

    def test_whether_the_order_matters(self):
        both = ("dmy", "mdy")
        self.assertFalse(readings_differ(["4/4/2026", "?", 46146], read_date, both))
        self.assertTrue(readings_differ(["4/4/2026", "4/5/2026"], read_date, both))

    @repeatable
    @given(st.lists(dates, min_size=1, max_size=20), styles)
    def test_any_column_of_dates(self, column, style):
        order, layout = style
        cells = [datetime(*day.timetuple()[:3]).strftime(layout) for day in column]
        self.assertIn(order, find_date_orders(cells))
        self.assertEqual([read_date(cell, order) for cell in cells], column)

    @repeatable
    @given(dates)
    def test_any_day_of_a_workbook(self, day):
        serial = (day - date(1899, 12, 30)) / timedelta(days=1)
        self.assertEqual(read_date(serial, "dmy"), day)

    @repeatable
    @given(st.text(max_size=30) | st.floats() | st.integers())
    def test_anything_else_is_an_error_of_its_kind(self, cell):
        """Nothing but ValueError, whatever is in a cell."""
        for read, style in ((read_date, "dmy"), (read_number, "."), (read_number, ",")):
            try:
                read(cell, style)
            except ValueError:
                continue
