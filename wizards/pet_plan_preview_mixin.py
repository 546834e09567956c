from datetime import timedelta

from odoo import api, fields, models

from ..lib import periods


class PetPlanPreviewMixin(models.AbstractModel):
    """The visits of a plan that is not sold yet: where they go, what clashes (B1)."""

    _name = "pet.plan.preview.mixin"
    _description = "Preview of a Plan to Come"
    _inherit = ["pet.fixed.time.mixin"]

    shortfall = fields.Char(compute="_compute_shortfall")

    def _compute_shortfall(self):
        """To be given dependencies by the wizards: why fewer visits are shown."""
        raise NotImplementedError

    def _prepare_visits_to_come(self, plan, starts, pet, carried):
        """Return the preview of the visits, as a plan will take them (B1, B2).

        :param plan: `pet.plan` record that is not stored
        :param starts: list of naive UTC datetimes, of `_propose_to_come`
        :param pet: `pet.pet` record, who comes; may be empty
        :param carried: see `pet.plan._get_allotment_to_come`
        :return: list of values of `pet.plan.preview.line.mixin`
        """
        self.ensure_one()
        tz, units = self._get_shop().pet_tz, self._get_units()
        length = timedelta(hours=self.duration or 1.0)
        clashes = self._find_others(
            {start: (start, start + length) for start in starts}, pet
        )
        allotment = plan._get_allotment_to_come(carried)
        return [
            {
                "start": start,
                "cycle": self._get_cycle_label(
                    allotment.enter(
                        periods.local_day(start, tz), units, pet=pet._origin.id
                    ),
                    allotment,
                ),
                "clash": "; ".join(clashes[start]) or False,
            }
            for start in starts
        ]

    def _propose_to_come(self, plan, carried):
        """Return which visits a plan to come will take (B1a, S15).

        :return: `lib.opening.Proposal`
        """
        self.ensure_one()
        return plan._propose(
            plan._get_allotment_to_come(carried),
            self._list_starts(self._get_shop().pet_tz),
            self._get_units(),
            self.count,
            self._get_comer(),
            may_owe=False,
        )

    @api.model
    def _get_cycle_label(self, place, allotment):
        """Return which of its cycles a visit enters, such as "2 of 3"."""
        number = place.slot.id
        if not number:
            return self.env._("Carried over")
        count = sum(bool(slot.id) for slot in allotment.slots)
        return self.env._("%(number)s of %(count)s", number=number, count=count)


class PetPlanPreviewLineMixin(models.AbstractModel):
    """A visit of a plan that is not sold yet."""

    _name = "pet.plan.preview.line.mixin"
    _description = "Visit of a Plan to Come"
    _inherit = ["pet.reference.mixin"]
    _order = "start, id"

    start = fields.Datetime(required=True)
    cycle = fields.Char()
    clash = fields.Char()
