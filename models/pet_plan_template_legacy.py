from odoo import api, models
from odoo.exceptions import UserError

from ..lib import periods


class PetPlanTemplate(models.Model):
    """Templates that packages of another software are kept as (K1)."""

    _inherit = "pet.plan.template"

    @api.model
    def _get_default_carry_over(self):
        """Return the template that comes with the addon, if the user may use it."""
        template = self.env.ref("pet_plans.template_carry_over", False)
        return template and template._filtered_access("read").filtered("active")

    def _get_carried_over_service(self):
        """Return the service that this template carries over, if it names one.

        The line of the template that comes with the addon stands for any.
        """
        placeholder = self.env.ref("pet_plans.product_carry_over", False)
        services = self.line_ids.product_id - (
            placeholder or self.env["product.product"]
        )
        return services if len(services) == 1 else services.browse()

    def _get_date_end_from(self, day):
        """Return the last day of use of what starts on a day, or False (S8)."""
        if not self:
            return False
        return periods.validity_end(day, self.validity, self.validity_unit) or False

    def _check_carry_over(self):
        """Refuse a template that does not stand for packages of another software.

        :raises UserError: naming it
        """
        for template in self:
            if not template.is_carry_over or template.kind != "package":
                raise UserError(
                    self.env._(
                        "%(template)s is not for carry-overs: choose a package that"
                        " is marked so, or mark it.",
                        template=template.display_name,
                    )
                )
