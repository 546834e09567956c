from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.formats import format_day
from ..models.windows import open_record


class PetAppointmentCheckIn(models.TransientModel):
    """Offer the visit that a pet at the counter is booked for (U1)."""

    _name = "pet.appointment.check.in"
    _description = "Check In a Booked Pet"
    _inherit = ["pet.overdue.mixin", "pet.reference.mixin"]

    appointment_id = fields.Many2one(
        "pet.appointment",
        string="Visit",
        required=True,
        readonly=True,
        ondelete="cascade",  # it is forgotten when the booked one is checked in
    )
    # Not read-only: what the dialog showed is what is checked in, or nothing.
    booked_id = fields.Many2one(
        "pet.appointment",
        string="Booked Visit",
        compute="_compute_booked_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
    )
    is_another_day = fields.Boolean(compute="_compute_offer")
    is_ahead = fields.Boolean(compute="_compute_offer")
    offer = fields.Char(compute="_compute_offer")

    @api.depends("appointment_id")
    def _compute_booked_id(self):
        for wizard in self:
            visit = wizard.appointment_id
            is_today = visit and not visit._is_of_another_day()
            wizard.booked_id = is_today and visit._find_booked()

    @api.depends("appointment_id", "booked_id")
    def _compute_offer(self):
        """Say in words what the pet is booked for."""
        for wizard in self:
            visit, booked = wizard.appointment_id, wizard.booked_id
            wizard.is_another_day = bool(visit) and visit._is_of_another_day()
            wizard.is_ahead = bool(booked) and booked._get_day() != visit._get_day()
            if wizard.is_another_day:
                wizard.offer = self.env._(
                    "The visit of %(pet)s is on %(start)s, and today is %(today)s.",
                    pet=visit.pet_id.display_name,
                    start=visit.company_id._format_pet_time(visit.start),
                    today=format_day(self.env, visit.company_id._get_pet_today()),
                )
            else:
                wizard.offer = booked and wizard._get_offer(booked)

    @api.depends("appointment_id", "booked_id")
    def _compute_overdue(self):
        return super()._compute_overdue()

    def _get_overdue_company(self):
        return self.appointment_id.company_id

    def _foresee_overdue(self):
        """Return what is overdue of whichever visit is checked in."""
        self.ensure_one()
        return (self.booked_id | self.appointment_id)._foresee_overdue()

    def _get_offer(self, booked):
        values = {
            "pet": booked.pet_id.display_name,
            "start": booked.company_id._format_pet_time(booked.start),
            "services": ", ".join(booked.line_ids.product_id.mapped("name")),
            "plan": booked.plan_id.display_name,
        }
        if self.is_ahead:
            return self.env._(
                "All sessions of %(pet)s are booked. The next visit, %(services)s, is "
                "on %(start)s: bring it forward?",
                **values,
            )
        if booked.plan_id:
            return self.env._(
                "%(pet)s is booked for %(start)s: %(services)s, on %(plan)s.", **values
            )
        return self.env._("%(pet)s is booked for %(start)s: %(services)s.", **values)

    def action_apply(self):
        """Check in what the pet is booked for, and forget the walk-in.

        :return: the action that opens the visit
        :raises UserError: when that visit is not to come any more, or another one would
            be offered now
        """
        self.ensure_one()
        booked = self.booked_id
        if not booked or booked != self.appointment_id._find_booked():
            raise UserError(
                self.env._(
                    "What %(pet)s was booked for is not to come any more: somebody "
                    "else has changed it. Check the pet in again.",
                    pet=self.appointment_id.pet_id.display_name,
                )
            )
        self._allow_overdue(booked, self.overdue_reason)
        booked._check_in_instead(self.appointment_id)
        return open_record(booked, target="main")

    def action_bring(self):
        """Move the visit of another day to now, and check the pet in (C1).

        :return: the action that closes the dialog
        """
        self.ensure_one()
        self._allow_overdue(self.appointment_id, self.overdue_reason)
        self.appointment_id._receive_booked(fields.Datetime.now().replace(second=0))
        return {"type": "ir.actions.act_window_close"}

    def action_check_in_another(self):
        """Check the pet in for a visit of its own, whatever it is booked for.

        :return: the action that closes the dialog, and says what is overdue
        """
        self.ensure_one()
        self._allow_overdue(self.appointment_id, self.overdue_reason)
        self.appointment_id.action_receive()
        if note := self.appointment_id._get_overdue_note():
            return self.appointment_id._tell_overdue(note)
        return {"type": "ir.actions.act_window_close"}
