from odoo import api, fields, models


class PetPlanEndMixin(models.AbstractModel):
    """A dialog that may move the end of a plan along with what else it does (X2, X6).

    It has the plan as `plan_id`.
    """

    _name = "pet.plan.end.mixin"
    _description = "Moving the End of a Plan"

    # Not read-only: what the dialog showed is what the user has seen, and is kept; a
    # read-only computed field would be computed again when it is applied.
    old_date_end = fields.Date(
        string="Ends Now On",
        compute="_compute_old_date_end",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    date_end = fields.Date(
        string="New End",
        compute="_compute_date_end",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Last day of use; empty: never expires",
    )
    renewal_visit_ids = fields.Many2many(
        "pet.appointment",
        string="Visits Before the Renewal",
        compute="_compute_renewal_visit_ids",
        compute_sudo=False,
        help="Visits of the renewal before its new start",
    )

    @api.depends("plan_id")
    def _compute_old_date_end(self):
        """Keep the end as it is when the dialog opens."""
        for wizard in self:
            wizard.old_date_end = wizard.plan_id.date_end

    @api.depends("plan_id")
    def _compute_date_end(self):
        for wizard in self:
            wizard.date_end = wizard.plan_id.date_end

    @api.depends("plan_id", "date_end")
    def _compute_renewal_visit_ids(self):
        """Show which visits the renewal, which moves too, leaves before it (X6)."""
        for wizard in self:
            plan = wizard.plan_id
            wizard.renewal_visit_ids = (
                plan._get_visits_before_renewal(wizard.date_end) if plan else False
            )
