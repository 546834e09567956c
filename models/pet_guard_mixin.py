from odoo import api, models
from odoo.exceptions import AccessError

# Only code of this process can hold this very object: a context that came over RPC
# is JSON and can at best carry something that looks like it.
_GUARD = object()


class PetGuardMixin(models.AbstractModel):
    """Fields that only the model's own methods may write.

    A model names them in `_guarded_fields`; its methods write them through
    `_unguarded()`. Everything else (RPC, import, a form, `default_*` keys of a
    context) is refused, whoever asks, so that counters, cycles and states always
    pass through the rules.
    """

    _name = "pet.guard.mixin"
    _description = "Guarded Fields"

    _guarded_fields = frozenset()

    def _unguarded(self):
        """Return the same records, allowed to write their guarded fields."""
        return self.with_context(pet_plans_guard=_GUARD)

    def _is_unguarded(self):
        return self.env.context.get("pet_plans_guard") is _GUARD

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

    def _without_forged_defaults(self):
        """Return the same records without `default_*` of guarded fields in context.

        Such keys are one more way in. They are dropped, not refused, since views
        put them there in good faith.
        """
        forged = {f"default_{name}" for name in self._guarded_fields}
        if forged.isdisjoint(self.env.context):
            return self
        context = {k: v for k, v in self.env.context.items() if k not in forged}
        return self.with_context(context)  # pylint: disable=context-overridden

    @api.model_create_multi
    def create(self, vals_list):
        self._check_guarded({name for vals in vals_list for name in vals})
        clean = self if self._is_unguarded() else self._without_forged_defaults()
        return super(PetGuardMixin, clean).create(vals_list).with_env(self.env)

    def write(self, vals):
        self._check_guarded(vals)
        return super().write(vals)
