from odoo import models

from ..models.pet_liability_line import MONEY


class PetLiability(models.Model):
    """What the printed report shows of the liability, by template and by plan (P7)."""

    _inherit = "pet.liability"

    def _get_printed_columns(self):
        """Return the names of the columns of money, in their order."""
        return MONEY

    def _get_printed_sections(self):
        """Return the tables of the report: those of what was sold, of what came over.

        :return: list of dicts: `label`, `templates` and `plans` (lists of rows),
            `total` (a row); a row is a dict of `label` and the columns
        """
        self.ensure_one()
        labels = self.env["pet.liability.line"]._fields["section"]
        sections = []
        for section, label in labels._description_selection(self.env):
            templates = self._get_printed_rows(section, ["template_id"])
            if templates:
                sections.append(
                    {
                        "label": label,
                        "templates": templates,
                        "plans": self._get_printed_rows(
                            section, ["plan_id", "partner_id"]
                        ),
                        "total": {
                            name: sum(row[name] for row in templates) for name in MONEY
                        },
                    }
                )
        return sections

    def _get_printed_rows(self, section, groups):
        """Return the sums of a section, by the records of some fields.

        :param section: value of `section`
        :param groups: names of the fields by which the lines are summed up
        :return: list of dicts, see `_get_printed_sections`
        """
        rows = []
        for *records, amounts in (
            (*found[: len(groups)], found[len(groups) :])
            for found in self.env["pet.liability.line"]._read_group(
                [("liability_id", "=", self.id), ("section", "=", section)],
                groups,
                [f"{name}:sum" for name in MONEY],
            )
        ):
            label = ", ".join(record.display_name for record in records if record)
            rows.append(
                {
                    "label": label or self.env._("Without template"),
                    **dict(zip(MONEY, amounts, strict=True)),
                }
            )
        return rows
