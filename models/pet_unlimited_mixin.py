from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from .formats import format_sessions


class PetUnlimitedMixin(models.AbstractModel):
    """A service that is used as often as one likes, for one price per period (S11)."""

    _name = "pet.unlimited.mixin"
    _description = "Unlimited Service"

    is_unlimited = fields.Boolean(
        string="Unlimited",
        help="Every visit inside the period is covered, for one price per period",
    )
    max_per_day = fields.Float(
        string="Most per Day",
        default=1.0,
        digits="Product Unit",
        help="Sessions of an unlimited service that a pet may have on one day; two "
        "half days are one; 0: as many as it likes",
    )

    def _get_seller(self):
        """Return the template or the plan that has the service."""
        raise NotImplementedError

    def _get_countable_services(self):
        """Return the services that sessions can be carried into: not without limit."""
        return self.filtered(lambda line: not line.is_unlimited).product_id

    @api.constrains("is_unlimited", "quantity", "product_id")
    def _check_unlimited(self):
        """Refuse unlimited services where they have no meaning (S11)."""
        sellers = {line._get_seller() for line in self}
        lines = self.union(*(seller.line_ids for seller in sellers))
        for line in lines.filtered("is_unlimited"):
            if refusal := line._get_unlimited_refusal():
                raise ValidationError(refusal)

    def _get_unlimited_refusal(self):
        """Return why the service cannot be unlimited, as a sentence, or None."""
        self.ensure_one()
        reason = self._get_unlimited_fault()
        return reason and self.env._(
            "%(name)s: %(service)s cannot be unlimited: %(reason)s.",
            name=self._get_seller().display_name,
            service=self.product_id.display_name,
            reason=reason,
        )

    def _get_unlimited_fault(self):
        """Return what speaks against the service being unlimited, as a phrase."""
        self.ensure_one()
        seller = self._get_seller()
        if seller.kind != "plan":
            return self.env._("only a plan that is billed per period can have that")
        if float_compare(self.quantity, 1.0, precision_digits=6):
            return self.env._(
                "it is billed once per period, not %(quantity)s times",
                quantity=format_sessions(self.env, self.quantity),
            )
        others = seller.line_ids - self
        if self.product_id in others.product_id:
            return self.env._("it is sold in another line as well")
        return None
