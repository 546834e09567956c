from odoo import api, models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _next_by_code_many(self, code, count):
        """Return many numbers of a sequence, as `next_by_code` gives one.

        One query for all where the numbers are those of a PostgreSQL sequence, which
        is how Odoo numbers unless gaps are forbidden or each year counts anew.

        :param code: of the sequence; that of the current company goes first
        :param count: int
        :return: list of texts; "/" where there is no such sequence
        """
        self.browse().check_access("read")
        sequence = self.search(
            [("code", "=", code), ("company_id", "in", (self.env.company.id, False))],
            order="company_id",
            limit=1,
        )
        if not sequence:
            return ["/"] * count
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for __ in range(count)]
        numbers = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        return [sequence.get_next_char(number) for [number] in numbers]
