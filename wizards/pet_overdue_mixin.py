from odoo import api, fields, models


class PetOverdueMixin(models.AbstractModel):
    """Dialogs of a check-in that say what is overdue, and ask a manager why not (13).

    Where the shop refuses the check-in staff read so before they press; a manager gives
    the reason in the same dialog.
    """

    _name = "pet.overdue.mixin"
    _description = "Overdue Invoices at Check-in"

    overdue = fields.Text(
        compute="_compute_overdue", help="Which earlier invoices are overdue"
    )
    is_overdue_refused = fields.Boolean(
        compute="_compute_overdue", help="The shop refuses the check-in for it"
    )
    needs_overdue_reason = fields.Boolean(
        compute="_compute_overdue", help="A manager may go on, with a reason"
    )
    overdue_reason = fields.Char(string="Go On Because")

    def _compute_overdue(self):
        """Say what is overdue; whoever inherits this says what it depends on."""
        is_manager = self.env.user.has_group("pet_plans.group_manager")
        for wizard in self:
            found = wizard._foresee_overdue()
            wizard.overdue = self.env["pet.cycle"]._say_overdue(found) or False
            wizard.is_overdue_refused = (
                bool(found)
                and wizard._get_overdue_company().pet_overdue_policy == "refuse"
            )
            wizard.needs_overdue_reason = wizard.is_overdue_refused and is_manager

    def _foresee_overdue(self):
        """Return what is overdue: dict of `pet.cycle._find_overdue_ahead`."""
        raise NotImplementedError

    def _get_overdue_company(self):
        """Return the company whose setting says what becomes of it."""
        raise NotImplementedError

    @api.model
    def _receive_visits(self, visits, promised, reason):
        """Check in what comes together (U1a).

        :param visits: `pet.appointment` records
        :param promised: dict of `pet.appointment._share_out`
        :param reason: text, of a manager where something is overdue
        :return: the same visits
        """
        self._allow_overdue(visits, reason)
        visits._receive_promised(promised)
        return visits

    @api.model
    def _allow_overdue(self, visits, reason):
        """Keep the reason of a manager with those visits that need one.

        Staff have none to give: their check-in is refused.

        :param visits: `pet.appointment` records about to be checked in
        :param reason: text
        :raises UserError: without a reason
        """
        if not self.env.user.has_group("pet_plans.group_manager"):
            return
        refusing = visits.filtered(
            lambda visit: visit.company_id.pet_overdue_policy == "refuse"
        )
        overdue = refusing.browse().concat(*refusing._foresee_overdue())
        if overdue:
            overdue.allow_overdue(reason)
