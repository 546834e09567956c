from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..lib.carry_over import normalize
from .pet_carry_over_check import ROWS_KNOWN, Batch
from .pet_carry_over_found import OWNER_KEYS
from .pet_carry_over_new import NewOwners

# The rows of which packages are made
TO_IMPORT = [("status", "in", ("ok", "warning")), ("sessions_left", ">", 0)]
# What a person may choose in a row, instead of what the file says
CHOICES = (
    "partner_id",
    "pet_id",
    "product_id",
    "template_id",
    "sessions_left",
    "date_end",
)


class PetCarryOverImportLine(models.Model):
    """A row of a file: what it says, what that means here, what became of it (K4)."""

    _name = "pet.carry.over.import.line"
    _description = "Row of a Carry-over File"
    _inherit = ["pet.guard.mixin", "pet.batch.mixin"]
    _order = "import_id, row, id"
    _rec_name = "row"
    # Who checks and when is said by the import. Rows come by ten thousands, and with
    # each user the database would make sure twice that it exists.
    _log_access = False
    _guarded_fields = frozenset(
        {
            "import_id",
            "row",
            "cells",
            "choices",
            "status",
            "message",
            "legacy_system",
            "legacy_ref",
            "plan_id",
            "new_names",
            "company_id",
            "unit_value",
            "value",
        }
    )

    import_id = fields.Many2one(
        "pet.carry.over.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    row = fields.Integer(readonly=True, aggregator=None)
    cells = fields.Json(readonly=True, help="What the row says, column by column")
    choices = fields.Json(readonly=True, help="What was chosen by hand")
    said = fields.Char(string="In the File", compute="_compute_said")
    status = fields.Selection(
        [
            ("ok", "Ready"),
            ("warning", "Warning"),
            ("error", "Wrong"),
            ("unchanged", "Here already"),
            ("done", "Done"),
        ],
        readonly=True,
    )
    message = fields.Text(string="Result", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", check_company=True)
    pet_id = fields.Many2one("pet.pet", check_company=True)
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    template_id = fields.Many2one(
        "pet.plan.template",
        string="Kept As",
        check_company=True,
        domain="[('is_carry_over', '=', True), ('kind', '=', 'package')]",
    )
    sessions_left = fields.Float(digits="Product Unit")
    date_end = fields.Date(string="End Date")
    legacy_system = fields.Char(string="Old Software", readonly=True)
    legacy_ref = fields.Char(string="Reference", readonly=True)
    new_names = fields.Json(readonly=True, help="Customer and pets to create")
    currency_id = fields.Many2one(related="company_id.currency_id")
    unit_value = fields.Monetary(string="Value per Session")
    value = fields.Monetary(readonly=True)
    plan_id = fields.Many2one(
        "pet.plan", string="Package", readonly=True, index="btree_not_null"
    )

    _references = models.Index("(import_id, legacy_ref)")

    @api.depends("cells")
    def _compute_said(self):
        """Say whom and what the row is about, as the file has it."""
        for line in self:
            cells = line.cells or {}
            owner = filter(None, map(cells.get, ("owner_name", *OWNER_KEYS)))
            parts = (next(owner, ""), cells.get("pet_name"), cells.get("service"))
            line.said = " · ".join(filter(None, parts))

    def write(self, vals):
        chosen = [name for name in CHOICES if name in vals]
        if not chosen or self._is_unguarded():
            return super().write(vals)
        self._check_open()
        result = super().write(vals)
        for line in self._unguarded():
            line.choices = line._get_choices(chosen)
        self._examine()
        return result

    def _get_choices(self, chosen):
        """Return what was chosen by hand, with what was chosen just now.

        :param chosen: names of fields. Cleared, a customer, service or template is
            again what the file says; without a pet the package is shared, and
            without an end it never ends
        """
        self.ensure_one()
        choices = dict(self.choices or {})
        for name in chosen:
            value = self._fields[name].convert_to_write(self[name], self)
            if name == "date_end":
                value = value and value.isoformat()
            if not value and name in ("partner_id", "product_id", "template_id"):
                choices.pop(name, None)
            else:
                choices[name] = value
        if "partner_id" in chosen and "pet_id" not in chosen:
            choices.pop("pet_id", None)  # of the other customer
        return choices

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if not self._is_unguarded():  # a new check takes them all away
            self._check_open()

    def _check_open(self):
        """Refuse to change rows that are done, or on their way.

        :raises UserError: naming the file, or the row
        """
        self.import_id._check_open()
        for line in self.filtered(lambda line: line.status == "done"):
            raise UserError(
                self.env._(
                    "Row %(row)s is done: %(plan)s.",
                    row=line.row,
                    plan=line.plan_id._get_named_for(),
                )
            )

    # --- The check -------------------------------------------------------------------

    def _examine(self):
        """Check these rows once more, against what is true now.

        :return: those of which the result changed
        """
        return self.browse().union(
            *(
                lines.filtered(lambda line: line.status != "done")._check(one)
                for one, lines in self.grouped("import_id").items()
            )
        )

    def _check(self, one):
        """Check rows of one import; return those of which the result changed."""
        changed = self.browse()
        for ids in split_every(ROWS_KNOWN, self.ids):
            lines = self.browse(ids)
            changed |= lines._check_together(one)
            if len(self) > ROWS_KNOWN:  # more than is kept in memory
                lines.invalidate_recordset()
        return changed

    def _check_together(self, one):
        """Check some rows, with what they name in memory; see `_check`."""
        lines = {line: (line.legacy_system, line.legacy_ref) for line in self}
        batch = Batch(
            one,
            [(line.cells, source, line.choices) for line, source in lines.items()],
            self._get_numbers(one),
        )
        changed = []
        for line, source in lines.items():
            vals = batch.check(line.row, source, line.cells, line.choices)
            now = line.read(list(vals), load="")[0]
            differing = {
                k: v for k, v in vals.items() if (v or False) != (now[k] or False)
            }
            if differing:
                line._unguarded().write(differing)
                changed.append(line.id)
        batch.forget()
        return self.browse(changed)

    def _get_numbers(self, one):
        """Return the rows of the file that have the references of these.

        :return: dict, (system, reference) -> list of row numbers
        """
        numbers = defaultdict(list)
        twins = self.search(
            [
                ("import_id", "=", one.id),
                ("legacy_ref", "in", self.mapped("legacy_ref")),
            ],
            order="row",
        )
        for line in twins:
            numbers[line.legacy_system, line.legacy_ref].append(line.row)
        return numbers

    # --- The import ------------------------------------------------------------------

    def _having(self, status):
        """Return those of these rows that have a result."""
        return self.filtered(lambda line: line.status == status)

    def _filter_to_import(self):
        """Return those of these rows of which packages are made."""
        return self.filtered_domain(TO_IMPORT)

    def _import(self, is_isolated):
        """Make the packages of these rows.

        :param is_isolated: whether a row that fails is noted, and the others made
        """
        # As of now: much may have changed since the file was checked.
        self._examine()
        lines = self._filter_to_import()
        if is_isolated:
            lines._run_isolated(
                lambda part: part._make_packages(), lambda line, text: line._fail(text)
            )
        else:
            lines._make_packages()

    def _fail(self, text):
        self._unguarded().write(
            {
                "status": "error",
                "message": self.env._("Row %(row)s: %(text)s", row=self.row, text=text),
            }
        )

    def _make_packages(self):
        """Make what the rows stand for: customers, pets, packages."""
        self._follow_made_owners()
        rows = self._filter_to_import()
        rows._make_owners()
        rows._make_pets()
        for one, lines in rows.grouped("import_id").items():
            plans = self.env["pet.plan"]._carry_over(
                [line._prepare_plan_vals() for line in lines], one.order_mode
            )
            for line, plan in zip(lines._unguarded(), plans, strict=True):
                line.write({"plan_id": plan.id, "status": "done"})

    def _make_owners(self):
        """Make the customers that the shop does not know; each once."""
        new = NewOwners()
        for line in self:
            wanted = not line.partner_id and (line.new_names or {}).get("owner")
            if wanted:
                new.add(wanted, line.id)
        owners = self.env["res.partner"].create([owner for owner, __ in new.groups])
        for owner, (__, ids) in zip(owners, new.groups, strict=True):
            self.browse(ids)._unguarded().partner_id = owner

    def _follow_made_owners(self):
        """Give rows the customer that an earlier row of their file has made (K3)."""
        for one, lines in self.grouped("import_id").items():
            made = NewOwners()
            for row in one._get_made_rows():
                made.add(row.new_names["owner"], row.partner_id.id)
            followers = self.browse()
            for line in lines._unguarded():
                wanted = (line.new_names or {}).get("owner")
                if wanted and (group := made.find(wanted)):
                    __, ids = group
                    line.choices = {**(line.choices or {}), "partner_id": ids[0]}
                    followers |= line
            followers._examine()

    def _make_pets(self):
        """Make the pets that the shop does not know; each once."""
        groups = defaultdict(list)
        for line in self:
            for pet in (line.new_names or {}).get("pets", ()):
                groups[line.partner_id, normalize(pet["name"])].append((line, pet))
        pets = self.env["pet.pet"].create(
            [
                {**wanted[0][1], "partner_id": owner.id}
                for (owner, __), wanted in groups.items()
            ]
        )
        for pet, wanted in zip(pets, groups.values(), strict=True):
            lines = self.browse().union(*(line for line, __ in wanted))
            alone = lines.filtered(lambda line: not line.new_names.get("shared"))
            alone._unguarded().pet_id = pet

    def _prepare_plan_vals(self):
        """Return the values of the package, see `pet.plan._carry_over`."""
        self.ensure_one()
        one, cells = self.import_id, self.cells
        return {
            "company_id": one.company_id.id,
            "partner_id": self.partner_id.id,
            "pet_id": self.pet_id.id,
            "template_id": self.template_id.id,
            "date_start": cells["values"].get("purchase_date")
            or one.company_id._get_pet_today(),
            "date_end": self.date_end,
            "note": cells.get("package_note") or False,
            "legacy_system": self.legacy_system,
            "legacy_ref": self.legacy_ref,
            "legacy_reason": cells.get("reason") or one.reason or one.filename,
            "product_id": self.product_id.id,
            "sessions_left": self.sessions_left,
            "unit_value": self.unit_value,
        }
