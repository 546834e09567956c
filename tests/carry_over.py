import base64
import csv
import io

from .common import PetPlansCommon

HEADINGS = {
    "ref": "Legacy Ref",
    "owner": "Owner",
    "first": "First Name",
    "last": "Last Name",
    "email": "Email",
    "phone": "Phone",
    "pet": "Pet",
    "service": "Service",
    "total": "Sessions Total",
    "left": "Sessions Left",
    "sold": "Purchase Date",
    "end": "End Date",
    "value": "Unit Value",
    "note": "Package Note",
    "species": "Species",
    "customer": "Owner Ref",
    "system": "Legacy System",
    "reason": "Reason",
}


class CarryOverCommon(PetPlansCommon):
    """A shop with the file of another software."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "ana@example.com"

    def make_file(self, rows, columns=None):
        """Return a CSV file.

        :param rows: list of dicts, key of `HEADINGS` -> text
        :param columns: keys of the columns; those of the rows by default
        """
        columns = columns or list(dict.fromkeys(key for row in rows for key in row))
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(HEADINGS[key] for key in columns)
        writer.writerows([row.get(key, "") for key in columns] for row in rows)
        return base64.b64encode(stream.getvalue().encode())

    def upload(self, *rows, columns=None, **values):
        """Upload a file of some rows, as staff; each is of Luna's baths unless told.

        :return: the `pet.carry.over.import` record
        """
        usual = {
            "ref": "",
            "owner": "Ana Souza",
            "pet": "Luna",
            "service": "Bath",
            "left": "5",
            "end": "2026-05-04",
        }
        rows = [{**usual, "ref": f"P-{n}", **row} for n, row in enumerate(rows, 1)]
        return self.env["pet.carry.over.import"].create(
            {
                "file": self.make_file(rows, columns),
                "filename": "packages.csv",
                "legacy_system": "PetExec",
                **values,
            }
        )

    def check(self, *rows, **values):
        """Upload a file and check it; return its lines."""
        one = self.upload(*rows, **values)
        one.action_check()
        return one.line_ids

    def check_row(self, status, message, columns=None, settings=None, **row):
        """Check a file of one row, and what is said of it."""
        line = self.check(row, columns=columns, **(settings or {}))
        self.assertEqual((line.status, line.message), (status, message))
        return line
