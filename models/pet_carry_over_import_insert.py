import json

from odoo import api, models
from odoo.tools import SQL, split_every
from odoo.tools.json import json_default

ROWS_PER_INSERT = 1000


class PetCarryOverImportLine(models.Model):
    """The rows of a check come by thousands, and are written as such."""

    _inherit = "pet.carry.over.import.line"

    @api.model
    def _insert_checked(self, vals_list):
        """Create the rows of a check, a thousand per statement.

        Not by `create`, which takes as long for a row as all the rest of the check,
        and keeps each in memory: it makes two records of each to find the currency in
        which its amounts are rounded, looks for defaults, and compares bounds. Here
        all that is known: defaults are the same for all, and the check has rounded the
        amounts, kept within the bounds, and found only what its user may see. What
        the database ensures (that what is named exists) it still does, and fields that
        are computed from rows follow.

        :param vals_list: iterable of dicts of values, all with the same keys
        """
        self.check_access("create")
        for some in split_every(ROWS_PER_INSERT, vals_list, list):
            self._insert(some)
        self.env["pet.carry.over.import"].invalidate_model()

    def _insert(self, vals_list):
        """Insert rows by one statement, and have computed what follows from them."""
        constants = self._add_missing_default_values(dict(vals_list[0]))
        columns = [name for name in constants if self._fields[name].column_type]
        empty = {name for name in columns if self._fields[name].type != "boolean"}
        rows = [
            {
                name: None if value is False and name in empty else value
                for name, value in {**constants, **vals}.items()
            }
            for vals in vals_list
        ]
        names = SQL(", ").join(map(SQL.identifier, columns))
        table = SQL.identifier(self._table)
        ids = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM "
                "JSON_POPULATE_RECORDSET(NULL::%s, %s) RETURNING id",
                table,
                names,
                names,
                table,
                json.dumps(rows, default=json_default),
            )
        )
        lines = self.browse(line_id for (line_id,) in ids)
        lines.modified(self._fields, create=True)
