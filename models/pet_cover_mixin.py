from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .formats import format_sessions

LEAST, MOST = 0.01, 999


class PetCoverMixin(models.AbstractModel):
    """A further service that the sessions of a line are good for (S10).

    A daycare day for half a session, a boarding night for two. It names one variant of
    a product, or the product with all of them.
    """

    _name = "pet.cover.mixin"
    _description = "Covered Service"

    product_id = fields.Many2one(
        "product.product",
        string="Also Good For",
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        help="A service that sessions may be used for as well",
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Or All Variants Of",
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        help="In place of one service: all variants of a product, those of later too",
    )
    sessions = fields.Float(
        default=1.0,
        required=True,
        digits="Product Unit",
        help="How many sessions one of it takes: 0.5 for a half day, 2 for a night",
    )

    def _get_covered(self):
        """Return the variant, or the product, that is covered."""
        self.ensure_one()
        return self.product_id or self.product_tmpl_id

    def _get_covered_name(self):
        # A customer reads what they bought, but has no access to the catalogue.
        return self._get_covered().sudo().display_name

    @api.depends("product_id", "product_tmpl_id", "sessions")
    def _compute_display_name(self):
        for cover in self:
            cover.display_name = self.env._(
                "%(sessions)s: %(service)s",
                sessions=format_sessions(self.env, cover.sessions),
                service=cover._get_covered_name(),
            )

    def _get_weights(self):
        """Return how many sessions each service takes: dict, variant id -> sessions.

        A variant that is named goes before its product.
        """
        weights = {}
        for cover in self.sorted(lambda cover: bool(cover.product_id)):
            # See `_get_covered_name`; variants that were archived may still be booked.
            covered = cover.sudo().with_context(active_test=False)
            variants = covered.product_id or covered.product_tmpl_id.product_variant_ids
            weights |= dict.fromkeys(variants.ids, cover.sessions)
        return weights

    @api.constrains("product_id", "product_tmpl_id", "sessions", "line_id")
    def _check_covers(self):
        """Refuse covers that say nothing, or that contradict each other (S10)."""
        for cover in self:
            if refusal := cover._get_refusal():
                raise ValidationError(refusal)

    def _get_refusal(self):
        """Return what is wrong with the cover, as a sentence, or None."""
        self.ensure_one()
        reason = self._get_fault()
        return reason and self.env._(
            "%(service)s, also good for %(cover)s: %(reason)s.",
            service=self.line_id.product_id.display_name,
            cover=self._get_covered_name() or self.env._("nothing"),
            reason=reason,
        )

    def _get_fault(self):
        """Return what is wrong with the cover, as a phrase, or None."""
        self.ensure_one()
        if bool(self.product_id) == bool(self.product_tmpl_id):
            return self.env._("name one service, or a product with all its variants")
        if self.product_id and self.product_id == self.line_id.product_id:
            return self.env._("a service covers itself, for one session")
        if not LEAST <= self.sessions <= MOST:
            return self.env._(
                "it takes %(sessions)s sessions, which is not between %(least)s and "
                "%(most)s",
                sessions=format_sessions(self.env, self.sessions),
                least=LEAST,
                most=MOST,
            )
        rivals = self._get_service_lines().cover_ids - self
        for rival in rivals:
            if rival._get_covered() == self._get_covered() and (
                rival.line_id == self.line_id or rival.sessions != self.sessions
            ):
                return self.env._("it is listed twice")
        return None

    def _get_service_lines(self):
        """Return the lines of the service: what one of them covers, all do (S12)."""
        raise NotImplementedError

    def _prepare_copied_vals(self):
        """Return the values of the cover of a sold plan that copies this one (S2)."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "product_tmpl_id": self.product_tmpl_id.id,
            "sessions": self.sessions,
        }
