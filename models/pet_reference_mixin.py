from collections import defaultdict

from odoo import Command, api, models
from odoo.exceptions import AccessError

from .counted import say_records


class PetReferenceMixin(models.AbstractModel):
    """Records that point only to what their user can see, at both ends of a move.

    Record rules are asked about a record before it is written, never about where the
    write takes it. So who names another record (the visit of a service, the customer
    of a pet, the plan of a dialog) must be able to read it, and what was written must
    still be theirs afterwards. Asked before anything follows from the write, since
    that runs with more rights.

    A form computes with more rights too: what it names and its user cannot read is
    nothing to it. So are such defaults, which views put there in good faith.
    """

    _name = "pet.reference.mixin"
    _description = "Checked References"
    _inherit = ["pet.bounds.mixin"]

    @api.model
    def _get_reference_names(self):
        """Return the names of the fields whose values are checked."""
        return {name for name, field in self._fields.items() if field.relational}

    @api.model
    def _get_named_ids(self, value):
        """Return the ids of the existing records that a value names.

        :param value: of a relational field: an id, records, commands, or what a
            client may send in their place
        """
        if isinstance(value, dict):
            found = [value.get("id")]
        elif isinstance(value, models.BaseModel):
            found = value._ids
        elif not isinstance(value, (list, tuple)):
            found = [value]
        else:
            found = []
            for command in value:
                if not isinstance(command, (list, tuple)):
                    found += self._get_named_ids(command)
                elif command and command[0] in (Command.UPDATE, Command.LINK):
                    found.append(command[1])
                elif command and command[0] == Command.SET:
                    found += command[2]
        return {one for one in found if type(one) is int and one}

    def _get_hidden_references(self, vals_list):
        """Return what these values name and the user cannot read.

        :param vals_list: list of dicts of values
        :return: dict, field name -> ids
        """
        if self.env.su:
            return {}
        names = self._get_reference_names()
        named = defaultdict(set)
        for vals in vals_list:
            for name in names.intersection(vals):
                named[name] |= self._get_named_ids(vals[name])
        hidden = {}
        for name, ids in named.items():
            records = self.env[self._fields[name].comodel_name].browse(sorted(ids))
            if unreadable := records - records._filtered_access("read"):
                hidden[name] = set(unreadable.ids)
        return hidden

    def _check_references(self, vals_list):
        """Refuse values that name what the user cannot read.

        :param vals_list: list of dicts of values about to be written
        :raises AccessError: naming the fields
        """
        hidden = self._get_hidden_references(vals_list)
        if hidden:
            self._refuse_references(hidden)

    def _refuse_references(self, hidden):
        raise AccessError(
            self.env._(
                "%(model)s: you have no access to what was chosen as %(fields)s; it "
                "may belong to another company.",
                model=self._description,
                fields=", ".join(
                    self._fields[name]._description_string(self.env)
                    for name in sorted(hidden)
                ),
            )
        )

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        for name in self._get_hidden_references([defaults]):
            del defaults[name]
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        self._check_references(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_references([vals])
        result = super().write(vals)
        if not self.env.su and not self._get_reference_names().isdisjoint(vals):
            self._check_kept()
        return result

    def _check_kept(self):
        """Refuse a write that takes records where their user cannot write them."""
        lost = self - self._filtered_access("write")
        if lost:
            raise AccessError(
                self.env._(
                    "%(model)s: %(records)s would belong to another company "
                    "afterwards, where you have no access.",
                    model=self._description,
                    records=say_records(self.env, len(lost)),
                )
            )

    def _update_cache(self, values, validate=True):
        """Let a form see nothing of what its user cannot read.

        Of a list nothing is left out in silence: it is refused. What the record has
        already stays: whoever may read the record may see that.
        """
        if not self.id:
            values = self._drop_hidden_references(values)
        return super()._update_cache(values, validate)

    def _drop_hidden_references(self, values):
        hidden = self._get_hidden_references([values])
        if not hidden:
            return values
        # Compares ids only.
        origin = self._origin.sudo()
        hidden = {
            name for name, ids in hidden.items() if not ids <= set(origin[name].ids)
        }
        lists = {name for name in hidden if self._fields[name].type != "many2one"}
        if lists:
            self._refuse_references(lists)
        return {**values, **dict.fromkeys(hidden, False)}
