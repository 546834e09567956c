from odoo import fields, models

from ..lib import periods


class PetAppointmentStep(models.Model):
    """One step of a visit: who took it, when, and from which status (U5).

    Steps are facts and are kept. `pet.appointment.step_id` is the last one that stands,
    `previous_id` the one before it: taking a step back moves the visit along that
    chain.
    """

    _name = "pet.appointment.step"
    _description = "Step of a Visit"
    _inherit = ["pet.guard.mixin"]
    _order = "id desc"
    _rec_name = "state"
    _guarded_fields = frozenset(
        {
            "appointment_id",
            "previous_id",
            "old_state",
            "state",
            "user_id",
            "date",
            "picked_plan_id",
            "gave_services",
        }
    )

    appointment_id = fields.Many2one(
        "pet.appointment",
        string="Visit",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="appointment_id.company_id")
    previous_id = fields.Many2one(
        "pet.appointment.step",
        string="Step Before",
        index="btree_not_null",
        readonly=True,
    )
    old_state = fields.Selection(
        selection=lambda self: self._get_state_selection(),
        string="From",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=lambda self: self._get_state_selection(),
        string="To",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self._default_user_id(),
    )
    date = fields.Datetime(
        required=True, readonly=True, default=lambda self: self._default_date()
    )
    picked_plan_id = fields.Many2one(
        "pet.plan",
        string="Plan Picked",
        index="btree_not_null",
        readonly=True,
        help="The pet walked in, and this step took its plan (U1)",
    )
    gave_services = fields.Boolean(
        readonly=True, help="The visit had no services before: the plan gave it some"
    )

    def _get_state_selection(self):
        states = self.env["pet.appointment"]._fields["state"]
        return states._description_selection(self.env)

    def _default_user_id(self):
        return self.env.user

    def _default_date(self):
        return fields.Datetime.now()

    def _is_own_of_today(self):
        """Tell whether the user took this step on this day of the shop (U5)."""
        company = self.company_id
        return (
            bool(self)
            and self.user_id == self.env.user
            and periods.local_day(self.date, company.pet_tz) == company._get_pet_today()
        )
