from odoo import api, models
from odoo.exceptions import AccessError

# Only code of this process can hold this very object: a context that came over RPC
# is JSON and can at best carry something that looks like it.
_GUARD = object()
# What of a caller's context goes into what our methods make.
KEPT_KEYS = ("lang", "tz", "allowed_company_ids")


class PetGuardMixin(models.AbstractModel):
    """Fields that only the model's own methods may write.

    A model names them in `_guarded_fields`; its methods write them through
    `_unguarded()`. Everything else (RPC, import, a form, `default_*` keys of a
    context, the defaults that users keep) is refused, whoever asks, so that counters,
    cycles and states always pass through the rules.
    """

    _name = "pet.guard.mixin"
    _description = "Guarded Fields"
    _inherit = ["pet.reference.mixin"]

    _guarded_fields = frozenset()

    def _unguarded(self):
        """Return the same records, allowed to write their guarded fields."""
        return self.with_context(pet_plans_guard=_GUARD)

    def _is_unguarded(self):
        return self.env.context.get("pet_plans_guard") is _GUARD

    def _with_clean_context(self):
        """Return the same records with a context of our own.

        A context comes from whoever calls, and many of its keys tell Odoo to leave
        something out (`skip_invoice_sync`) or to fill something in (`default_*`). Of
        what our methods make themselves only language, time zone and chosen companies
        are the caller's to say.
        """
        context = {
            key: value for key, value in self.env.context.items() if key in KEPT_KEYS
        }
        if self._is_unguarded():
            context["pet_plans_guard"] = _GUARD
        return self.with_env(self.env(context=context))

    def _sudo_clean(self):
        """Return the same records with all rights, and a context of our own."""
        # Whoever calls has checked what they open; here is only settled how.
        return self.sudo()._with_clean_context()

    def _check_guarded(self, names):
        """Refuse to write guarded fields.

        :param names: iterable of the field names about to be written
        :raises AccessError: when one is guarded and the caller is not the model
        """
        guarded = self._guarded_fields.intersection(names)
        if guarded and not self._is_unguarded():
            labels = ", ".join(
                self._fields[name]._description_string(self.env)
                for name in sorted(guarded)
            )
            raise AccessError(
                self.env._(
                    "%(fields)s of %(records)s cannot be written directly: "
                    "use the buttons or actions of the record.",
                    fields=labels,
                    records=", ".join(self.mapped("display_name")) or self._description,
                )
            )

    def _get_hidden_references(self, vals_list):
        # What the model's own methods name, they have looked at.
        return {} if self._is_unguarded() else super()._get_hidden_references(vals_list)

    @api.model
    def default_get(self, fields):
        """Give guarded fields their own defaults, whatever others ask for.

        `default_*` keys of a context and the defaults that users keep (`ir.default`)
        are two more ways in. They are dropped, not refused, since views put such
        keys there in good faith.
        """
        guarded = self._guarded_fields.intersection(fields)
        defaults = super().default_get([name for name in fields if name not in guarded])
        own = {
            name: field.default(self)
            for name in guarded
            if (field := self._fields[name]).default
        }
        return {**defaults, **self._convert_to_write(own)}

    @api.model_create_multi
    def create(self, vals_list):
        # The ORM ignores what a new record is given for its computed fields.
        self._check_guarded(
            {
                name
                for vals in vals_list
                for name in vals
                if name in self._fields and not self._fields[name].compute
            }
        )
        return super().create(vals_list)

    def write(self, vals):
        self._check_guarded(vals)
        return super().write(vals)
