from odoo import api, models

# Only code of this process can hold this very object (see `pet.guard.mixin`).
_LATER = object()


class PetPricedMixin(models.AbstractModel):
    """Offers, services and their prices by pet, which are looked at together (S9).

    One save may change many rows, one after the other: where two exchange their sizes,
    or one takes the place of another that is deleted, they match equally in between.
    Whichever record is saved, its prices are looked at once all of it is written.
    """

    _name = "pet.priced.mixin"
    _description = "Prices by Pet"

    _priced_by = frozenset()  # fields whose change may make prices wrong

    def _get_priced_lines(self):
        """Return the `pet.plan.template.line` records whose prices are looked at."""
        raise NotImplementedError

    def _is_checked_later(self):
        return self.env.context.get("pet_plans_prices") is _LATER

    def _check_later(self):
        """Return the same records; whoever asks for it looks at the prices after."""
        return self.with_context(pet_plans_prices=_LATER)

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_checked_later():
            return super().create(vals_list)
        records = super(PetPricedMixin, self._check_later()).create(vals_list)
        records = records.with_env(self.env)
        records._get_priced_lines()._check_prices()
        return records

    def write(self, vals):
        if self._is_checked_later() or self._priced_by.isdisjoint(vals):
            return super().write(vals)
        result = super(PetPricedMixin, self._check_later()).write(vals)
        self._get_priced_lines()._check_prices()
        return result
