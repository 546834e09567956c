from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib import periods

IS_PAST = "is_past"


class PetComingMixin(models.AbstractModel):
    """Records that lists open on today: what comes first, then what is past.

    Ordered by `is_past` they stand like this: from today on, soonest first; then what
    has no date; then what is past, latest first. Nothing is left out, so that no list
    seems empty whose records are all of last year.
    """

    _name = "pet.coming.mixin"
    _description = "What Comes Stands First"
    _coming_by = None  # name of the stored date or datetime, of whoever inherits this

    is_past = fields.Boolean(
        string="Past",
        compute="_compute_is_past",
        export_string_translation=False,
        help="Technical: before today, by the clock of the shop. Lists are ordered by "
        "it, see `pet.coming.mixin`",
    )

    @api.depends(lambda self: (self._coming_by,) if self._coming_by else ())
    def _compute_is_past(self):
        today = self._get_start_of_today()
        for record in self:
            moment = record[self._coming_by]
            record.is_past = bool(moment) and moment < today

    @api.model
    def _get_start_of_today(self):
        """Return today by the clock of the shop: a date, or when it began in UTC."""
        company = self.env.company
        today = company._get_pet_today()
        if self._fields[self._coming_by].type == "date":
            return today
        return periods.from_local(datetime.combine(today, time.min), company.pet_tz)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Read a page of a list in the order of an index, whatever the table holds.

        No index serves an order that changes with the day; each part of it has one.
        """
        names = (order or "").split()
        if not limit or names[:1] != [IS_PAST] or len(names) > 2:
            return super()._search(domain, offset, limit, order, **kwargs)
        found = []
        for part, part_order in self._get_parts_by_day():
            wanted = Domain(domain) & part
            ids = (
                super()
                ._search(wanted, offset, limit - len(found), part_order, **kwargs)
                .get_result_ids()
            )
            found += ids
            if len(found) >= limit:
                break
            if ids or not offset:
                offset = 0
            else:  # the page begins behind this part
                offset -= len(super()._search(wanted, **kwargs))
        return self.browse(found)._as_query()

    @api.model
    def _get_parts_by_day(self):
        """Return what is listed one after the other: (domain, order) of each part."""
        name, today = self._coming_by, self._get_start_of_today()
        parts = [
            (Domain(name, ">=", today), f"{name}, id"),
            (Domain(name, "=", False), "id"),
            (Domain(name, "<", today), f"{name} DESC, id DESC"),
        ]
        if self._fields[name].required:
            del parts[1]
        return parts

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Order by the day together with other fields, or all records at once."""
        if field_name != IS_PAST:
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        moment = self._field_to_sql(alias, self._coming_by, query)
        is_past = SQL("COALESCE(%s < %s, FALSE)", moment, self._get_start_of_today())
        number = SQL.identifier(alias, "id")
        return SQL(
            "%(is_past)s, CASE WHEN %(is_past)s THEN NULL ELSE %(moment)s END, "
            "CASE WHEN %(is_past)s THEN %(moment)s END DESC, "
            "CASE WHEN %(is_past)s THEN -%(number)s ELSE %(number)s END",
            is_past=is_past,
            moment=moment,
            number=number,
        )
