from odoo import models


class PetCopyMixin(models.AbstractModel):
    """Records whose duplicate is told from them by its name."""

    _name = "pet.copy.mixin"
    _description = "Duplicate With Another Name"

    def copy_data(self, default=None):
        """Call the duplicates otherwise, unless a name is given, as Odoo's products."""
        vals_list = super().copy_data(default)
        if "name" in (default or {}):
            return vals_list
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=record.name)}
            for record, vals in zip(self, vals_list, strict=True)
        ]
