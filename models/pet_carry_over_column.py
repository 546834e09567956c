from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..lib import carry_over

NAMES = {
    "legacy_system": "Old Software",
    "legacy_ref": "Reference",
    "owner_ref": "Customer Reference",
    "owner_name": "Customer Name",
    "owner_first_name": "Customer First Name",
    "owner_last_name": "Customer Last Name",
    "owner_email": "Customer Email",
    "owner_phone": "Customer Phone",
    "pet_name": "Pet",
    "pet_species": "Species",
    "service": "Service",
    "sessions_total": "Sessions Sold",
    "sessions_left": "Sessions Left",
    "purchase_date": "Sold On",
    "end_date": "End Date",
    "unit_value": "Value per Session",
    "package_note": "Package Note",
    "reason": "Reason",
}


class PetCarryOverColumn(models.Model):
    """A column of a file, and what it is (K3)."""

    _name = "pet.carry.over.column"
    _description = "Column of a Carry-over File"
    _inherit = ["pet.guard.mixin"]
    _order = "import_id, sequence, id"
    _rec_name = "heading"
    _guarded_fields = frozenset(
        {"import_id", "company_id", "sequence", "heading", "sample"}
    )

    import_id = fields.Many2one(
        "pet.carry.over.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    heading = fields.Char(string="Column of the File", readonly=True)
    sample = fields.Char(string="Its First Values", readonly=True)
    field_name = fields.Selection(
        list(NAMES.items()), string="Is", help="Empty: the column is left out"
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_fixed()
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_followed(self):
        self._check_fixed()

    def _check_fixed(self):
        """Refuse to add or remove columns: they stand for those of the file, in order.

        :raises AccessError: telling how a column is left out
        """
        if not self._is_unguarded():
            raise AccessError(
                self.env._(
                    "The columns are those of the file. To leave one out, clear what "
                    "it is."
                )
            )

    def write(self, vals):
        result = super().write(vals)
        if "field_name" in vals and not self._is_unguarded():
            self._remember()
            self.import_id._follow_columns()
        return result

    def _remember(self):
        """Keep what a person said of these headings, for the next file (K3)."""
        headings = self.env["pet.carry.over.heading"]
        for company, columns in self.grouped("company_id").items():
            said = {
                carry_over.normalize(column.heading): column.field_name
                for column in columns
            }
            known = headings.search(
                [("company_id", "=", company.id), ("name", "in", list(said))]
            )
            for heading in known:
                heading.field_name = said.pop(heading.name)
            headings.create(
                [
                    {"company_id": company.id, "name": name, "field_name": field_name}
                    for name, field_name in said.items()
                ]
            )


class PetCarryOverHeading(models.Model):
    """What a column with some heading was the last time, because a person said so."""

    _name = "pet.carry.over.heading"
    _description = "Known Heading of Carry-over Files"
    _inherit = ["pet.reference.mixin"]
    _order = "name, id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    name = fields.Char(required=True)
    field_name = fields.Selection(list(NAMES.items()))

    _name_uniq = models.UniqueIndex(
        "(company_id, name)", "What this heading means is kept already."
    )

    def _default_company_id(self):
        return self.env.company

    @api.model
    def _get_known(self, company):
        """Return what is known of headings: dict, normalized heading -> field or None.

        :param company: `res.company` record
        """
        return {
            heading.name: heading.field_name or None
            for heading in self.search([("company_id", "=", company.id)])
        }
