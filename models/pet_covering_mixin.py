from odoo import Command, api, fields, models


class PetCoveringMixin(models.AbstractModel):
    """A service, offered or sold, whose sessions are good for others as well (S10).

    Which ones is in its `cover_ids`.
    """

    _name = "pet.covering.mixin"
    _description = "Service Good for Others"

    good_for = fields.Char(
        compute="_compute_good_for",
        help="Sessions that one of another service takes, such as 0.5: Half Day",
    )

    @api.depends("cover_ids.display_name")
    def _compute_good_for(self):
        for line in self:
            # Who may see the plan, as its customer does, may know what it is good for.
            covers = line.sudo().cover_ids
            line.good_for = "; ".join(covers.mapped("display_name")) or False

    def _prepare_covers(self):
        """Return the commands that give another line the covers of these (S2)."""
        return [
            Command.create(cover._prepare_copied_vals()) for cover in self.cover_ids
        ]
