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
    is_split = fields.Boolean(
        string="Two Visits",
        default=True,
        help="What another plan pays for becomes a visit of its own at the same time",
    )
    # As `booked_id`: what the dialog showed is what is done, or nothing.
    shares = fields.Text(
        string="Also",
        compute="_compute_shares",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="What further plans pay for",
    )
    is_another_day = fields.Boolean(compute="_compute_offer")
    is_ahead = fields.Boolean(compute="_compute_offer")
    offer = fields.Char(compute="_compute_offer")
    closure = fields.Char(
        string="Shop Closed",
        compute="_compute_closure",
        help="Why the shop is closed today, where the visit is moved to",
    )

    @api.depends("appointment_id")
    def _compute_booked_id(self):
        for wizard in self:
            visit = wizard.appointment_id
            is_today = visit and not visit._is_of_another_day()
            wizard.booked_id = is_today and visit._find_booked()

    @api.depends("appointment_id", "booked_id")
    def _compute_shares(self):
        """Say what further plans pay for of the visit that is offered (U1a)."""
        for wizard in self:
            visit = wizard._get_offered()
            shares = visit._find_shares(wizard._get_start()) if visit else {}
            wizard.shares = visit._say_shares(shares)

    @api.depends("appointment_id", "booked_id")
    def _compute_offer(self):
        """Say in words what the pet is booked for, or which plans pay."""
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
            elif booked:
                wizard.offer = wizard._get_offer(booked)
            else:
                # What further plans pay for stands below, to be chosen.
                wizard.offer = (visit.plan_explanation or "").partition("\n")[0]

    def _get_offered(self):
        """Return the visit that the first button checks in."""
        self.ensure_one()
        return self.booked_id or self.appointment_id

    def _get_start(self):
        """Return when the first button checks the pet in, as naive UTC datetime."""
        self.ensure_one()
        if self.appointment_id._is_of_another_day():
            return fields.Datetime.now().replace(second=0)
        if (
            self.booked_id
            and self.booked_id._get_day() != self.appointment_id._get_day()
        ):
            return self.appointment_id.start
        return self._get_offered().start

    @api.depends("appointment_id", "booked_id", "is_split")
    def _compute_overdue(self):
        return super()._compute_overdue()

    def _get_overdue_company(self):
        return self.appointment_id.company_id

    def _foresee_overdue(self):
        """Return what is overdue of whichever visit is checked in, and its plans."""
        self.ensure_one()
        visits = self.booked_id | self.appointment_id
        found = visits._with_together()._foresee_overdue()
        if self.is_split and self.shares:
            found |= self._get_offered()._foresee_overdue_of_shares(self._get_start())
        return found

    @api.depends("appointment_id", "is_another_day", "is_ahead")
    def _compute_closure(self):
        """Say that the shop is closed on the day a visit is moved to (S15)."""
        for wizard in self:
            visit, shop = wizard.appointment_id, wizard.appointment_id.company_id
            if wizard.is_another_day:
                day = shop._get_pet_today()
            else:
                day = wizard.is_ahead and visit._get_day()
            wizard.closure = day and shop._get_closure(day)

    def _get_offer(self, booked):
        values = {
            "pet": booked.pet_id.display_name,
            "start": booked.company_id._format_pet_time(booked.start),
            "services": ", ".join(
                booked._with_together().line_ids.product_id.mapped("name")
            ),
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
        booked._bring_to(self.appointment_id.start)
        self._receive(booked)
        booked._replace(self.appointment_id)
        return open_record(booked, target="main")

    def action_bring(self):
        """Move the visit of another day to now, and check the pet in (C1).

        :return: the action that closes the dialog
        """
        self.ensure_one()
        self.appointment_id._bring_to(fields.Datetime.now().replace(second=0))
        self._receive(self.appointment_id)
        return {"type": "ir.actions.act_window_close"}

    def action_check_in_another(self):
        """Check the pet in for a visit of its own, whatever it is booked for.

        :return: the action that closes the dialog, and says what is overdue
        """
        self.ensure_one()
        visits = self._receive(self.appointment_id)
        if note := visits._get_overdue_note():
            return visits._tell_overdue(note)
        return {"type": "ir.actions.act_window_close"}

    def _receive(self, visit):
        """Check a visit in, each of its services on the plan that was shown (U1a).

        :return: the visits that are here
        """
        promised = visit._share_out(self._get_shares(visit))
        visits = visit._with_together()
        return self._receive_visits(visits, promised, self.overdue_reason)

    def _get_shares(self, visit):
        """Return what further plans pay for, as it was shown (U1a).

        :raises UserError: when it is something else by now, or on the visit's day
        """
        if not (self.is_split and self.shares) or visit != self._get_offered():
            return {}
        shares = visit._find_shares()
        if visit._say_shares(shares) != self.shares:
            raise UserError(
                self.env._(
                    "What other plans pay for of %(visit)s on %(start)s is not what "
                    "was shown: %(shares)s. Untick it, or check the pet in again.",
                    visit=visit.display_name,
                    start=visit.company_id._format_pet_time(visit.start),
                    shares="; ".join(self.shares.splitlines()),
                )
            )
        return shares
