import base64

from odoo.exceptions import UserError

from .carry_over import CarryOverCommon


class TestBadRows(CarryOverCommon):
    """K5: each has its own message, with row, column and value."""

    def test_unknown_owner(self):
        self.check_row(
            "error",
            "Row 2: Owner “Nobody”: there is no such customer.",
            owner="Nobody",
        )

    def test_missing_owner(self):
        self.check_row("error", "Row 2: Owner “”: the customer is missing.", owner="")

    def test_two_owners_of_one_name(self):
        self.env["res.partner"].create({"name": "Ana Souza", "ref": "C-8"})
        self.check_row(
            "error",
            "Row 2: Owner “Ana Souza”: 2 customers fit: Ana Souza "
            "(ana@example.com), Ana Souza (C-8).",
        )

    def test_two_pets_of_one_name(self):
        self._make_pet("luna")
        self.check_row("error", "Row 2: Pet “Luna”: Ana Souza has 2 pets of this name.")

    def test_missing_pet(self):
        self.check_row(
            "error",
            "Row 2: Pet “Bolt”: Ana Souza has no pet Bolt, but Luna, Rex.",
            pet="Bolt",
        )

    def test_no_pet_named(self):
        line = self.check_row(
            "warning",
            "Row 2: all pets of Ana Souza: 5 × Bath until May 4, 2026; no pet is named:"
            " shared by all pets of Ana Souza.",
            pet="",
        )
        self.assertFalse(line.pet_id)

    def test_a_shared_package_that_names_several_pets(self):
        for names in ("Luna, Rex", "Luna & Rex", "Rex e Luna", "Luna/Rex"):
            line = self.check_row(
                "warning",
                "Row 2: all pets of Ana Souza: 5 × Bath until May 4, 2026; shared by "
                "all pets of Ana Souza.",
                pet=names,
            )
            self.assertFalse(line.pet_id)
        self._make_pet("Bolt")
        self.check_row(
            "warning",
            "Row 2: all pets of Ana Souza: 5 × Bath until May 4, 2026; shared by all "
            "pets of Ana Souza, Bolt too.",
            pet="Luna, Rex",
        )
        self.check_row(
            "error",
            "Row 2: Pet “Luna, Nina”: Ana Souza has no pet Nina, but Bolt, Luna, Rex.",
            pet="Luna, Nina",
        )

    def test_number_left(self):
        for left, text in (
            ("five", "not a number"),
            ("3 of 10", "not a number"),
            ("", "how many are left is missing"),
            ("-2", "is negative"),
            ("2.3", "only whole sessions and halves are left"),
            ("1000000", "more than 99999"),
        ):
            self.check_row(
                "error", f"Row 2: Sessions Left “{left}”: {text}.", left=left
            )

    def test_half_days_left(self):
        self.check_row(
            "warning",
            "Row 2: Luna: 2.5 × Bath until May 4, 2026; 2.5 is taken in half days.",
            left="2.5",
        )

    def test_more_left_than_sold(self):
        self.check_row(
            "error",
            "Row 2: Sessions Left “7”: more are left than the 5 sold.",
            left="7",
            total="5",
        )
        self.check_row("ok", "Row 2: Luna: 5 × Bath until May 4, 2026.", total="5")

    def test_nothing_left(self):
        line = self.check_row(
            "warning",
            "Row 2: nothing is left, so nothing is carried over.",
            left="0",
        )
        line.import_id.action_apply()
        self.assertFalse(self.luna.plan_ids)

    def test_ended(self):
        self.check_row(
            "error",
            "Row 2: End Date “2026-01-01”: the package has ended.",
            end="2026-01-01",
        )
        self.check_row(
            "ok", "Row 2: Luna: 5 × Bath until Jan 2, 2026.", end="2026-01-02"
        )

    def test_impossible_dates(self):
        for day in ("31/02/2026", "tomorrow", "2026-13-01", "0213-05-01"):
            self.check_row("error", f"Row 2: End Date “{day}”: not a date.", end=day)

    def test_sold_in_the_future_or_after_the_end(self):
        self.check_row(
            "error",
            "Row 2: Purchase Date “2026-01-03”: is still to come.",
            sold="2026-01-03",
        )
        self.check_row(
            "error",
            "Row 2: End Date “2025-12-01”: before it was sold, on Dec 31, 2025.",
            sold="2025-12-31",
            end="2025-12-01",
        )

    def test_dates_that_fit_two_orders_are_asked_for(self):
        lines = self.check({"end": "03/04/2026"}, {"end": "05/06/2026", "pet": "Rex"})
        one = lines.import_id
        self.assertTrue(one.is_date_order_unknown)
        self.assertEqual(
            lines.mapped("message"),
            [
                f"Row {row}: End Date “{day}”: day or month first? Choose how the "
                "dates are written."
                for row, day in ((2, "03/04/2026"), (3, "05/06/2026"))
            ],
        )
        one.date_order = "dmy"
        one.action_check()
        self.assertFalse(one.is_date_order_unknown)
        self.assertEqual(str(one.line_ids[0].date_end), "2026-04-03")

    def test_one_date_settles_the_others(self):
        lines = self.check({"end": "03/04/2026"}, {"end": "25/06/2026", "pet": "Rex"})
        self.assertEqual(str(lines[0].date_end), "2026-04-03")

    def test_a_point_that_may_be_of_thousands(self):
        self.check_row(
            "error",
            "Row 2: Sessions Left “1.500”: its comma or point may stand for decimals "
            "or for thousands.",
            left="1.500",
        )

    def test_no_end_and_no_column_of_ends(self):
        """Empty is never; without the column it is the template's validity (K5)."""
        self.check_row("ok", "Row 2: Luna: 5 × Bath, never expires.", end="")
        self.check_row("ok", "Row 2: Luna: 5 × Bath, never expires.", end="never")
        self.check_row(
            "ok",
            "Row 2: Luna: 5 × Bath until Sep 27, 2028.",
            columns=["owner", "pet", "service", "left"],
        )

    def test_a_repeated_reference(self):
        lines = self.check({"ref": "P-1"}, {"ref": "P-1", "pet": "Rex"})
        self.assertEqual(
            lines.mapped("message"),
            [
                f"Row {row}: Legacy Ref “P-1”: row {other} has the same reference."
                for row, other in ((2, 3), (3, 2))
            ],
        )

    def test_unknown_service(self):
        self.check_row(
            "error",
            "Row 2: Service “Wash”: there is no such service.",
            service="Wash",
        )
        self.check_row(
            "error", "Row 2: Service “”: which service is missing.", service=""
        )

    def test_two_services_of_one_name(self):
        self.env["product.product"].sudo().create({"name": "bath", "type": "service"})
        self.check_row(
            "error",
            "Row 2: Service “Bath”: 2 services have this name: Bath, bath.",
        )

    def test_a_template_for_other_pets(self):
        template = self.env.ref("pet_plans.template_carry_over").sudo()
        template.species_ids = self.cat
        self.check_row(
            "error",
            "Row 2: Carry Over Package is not offered to Luna.",
        )

    def test_a_row_that_has_moved(self):
        one = self.upload({})
        content = base64.b64decode(one.file).replace(b"2026-05-04", b"2026-05-04,x")
        one.file = base64.b64encode(content)
        one.action_check()
        self.assertEqual(
            one.line_ids.message,
            "Row 2: it has 7 cells, more than there are columns.",
        )

    def test_all_that_is_wrong_with_a_row_is_said(self):
        self.check_row(
            "error",
            "Row 2: Sessions Left “x”: not a number; Owner “Nobody”: there is no such "
            "customer; Service “Wash”: there is no such service; End Date “?”: not a "
            "date.",
            left="x",
            owner="Nobody",
            service="Wash",
            end="?",
        )

    def test_blank_lines_are_left_out(self):
        one = self.upload({}, {"pet": "Rex"})
        lines = base64.b64decode(one.file).decode().splitlines()
        content = "\n".join((lines[0], "", lines[1], ",,,", lines[2], "", ""))
        one.file = base64.b64encode(content.encode())
        one.action_check()
        self.assertEqual(one.line_ids.mapped("row"), [3, 5])

    # --- The file ------------------------------------------------------------------

    def refuse_file(self, content, message):
        one = self.upload({})
        one.file = base64.b64encode(content)
        self.assertRegex(one.file_error, message)
        with self.assertRaisesRegex(UserError, message):
            one.action_check()
        self.assertFalse(one.line_ids)

    def test_no_file(self):
        one = self.env["pet.carry.over.import"].create({})
        with self.assertRaisesRegex(UserError, "Choose a file first"):
            one.action_check()

    def test_an_empty_file(self):
        one = self.upload({})
        one.file = base64.b64encode(b"\n")
        self.assertEqual(one.file_error, "The file is empty.")

    def test_no_spreadsheet(self):
        self.refuse_file(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "This is a PDF")
        self.refuse_file(b"\x89PNG\r\n\x1a\n" + bytes(20), "This is a picture")
        self.refuse_file(b"<html><table></table></html>", "This is a web page")

    def test_a_huge_file(self):
        self.refuse_file(
            b"a,b\n" + b"1,2\n" * (6 * 2**20), "The file has 24 MB, and at most 20 MB"
        )

    def test_a_wrong_header(self):
        self.refuse_file(b"1,2\n3,4\n", "None of the first 10 rows has headings")
        one = self.upload({})
        one.file = base64.b64encode(b"Colour,Shape\nred,round\n")
        with self.assertRaisesRegex(
            UserError,
            "no column is the Customer Name or Sessions Left. Its "
            "columns are Colour, Shape",
        ):
            one.action_check()

    def test_only_a_header(self):
        self.refuse_file(b"Owner,Sessions Left\n", "Below the headings in row 1")

    def test_headings_twice(self):
        self.refuse_file(
            b"Owner,Owner,Sessions Left\na,b,1\n",
            r"Several columns have one heading: Owner \(A, B\)",
        )
