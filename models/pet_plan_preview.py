from odoo import models


class PetPlan(models.Model):
    """What visits that come and go would change on a plan, in words (C7)."""

    _inherit = "pet.plan"

    def _describe_deal(self, leaving, joining):
        """Return what a deal changes once visits left and others were booked (C2).

        :param leaving: `pet.appointment` records of this plan that give their place up
        :param joining: records that take one
        :return: list of texts; of a plan by periods nothing is dealt (C8)
        """
        self.ensure_one()
        leaving = leaving.filtered("holds_sessions")
        if not self._is_dealt() or not (leaving or joining):
            return []
        staying = self._get_dealt_visits() - leaving
        entering = self._get_entered(
            joining,
            self._get_allotment_after(leaving, self._get_cycle_ids(staying)),
        )
        cycles = self._deal(
            staying | joining.browse(visit.id for visit in entering),
            pinned=staying.browse(),
            entering=entering,
        )
        dates = self.cycle_ids._preview_due_dates(leaving, cycles, entering)
        moved = {visit: cycles[visit.id] for visit in staying}
        texts = self._describe_preview(moved, dates)
        touched = leaving.cycle_id.union(
            *entering.values(),
            *(
                visit.cycle_id | self.cycle_ids.browse(cycle_id)
                for visit, cycle_id in moved.items()
                if visit.cycle_id.id != cycle_id
            ),
        )
        warnings = touched.sorted("sequence").mapped(
            lambda cycle: cycle._get_invoice_warning()
        )
        return texts and [*texts, *filter(None, warnings)]

    def _describe_booking(self, visits):
        """Return what booking visits changes: due dates of drafts, no visit (B2, C5).

        :param visits: `pet.appointment` records of other plans, or of none
        :return: list of texts
        """
        self.ensure_one()
        entered = self._get_entered(visits, self._get_allotments()[self])
        days = self.cycle_ids._get_visit_days()
        for visit, cycle in entered.items():
            days[cycle].append(visit._get_day())
        cycles = self.cycle_ids.browse({cycle.id for cycle in entered.values()})
        dates = cycles.filtered(lambda cycle: cycle._is_movable())
        return self._describe_preview(
            {},
            dates._calculate_due_dates(
                lambda cycle, ahead: cycle._get_ordered_due_date(days[cycle], ahead)
            ),
        )

    def _get_entered(self, visits, allotment):
        """Return the cycles that visits would be booked into: dict, visit -> cycle.

        :param visits: `pet.appointment` records
        :param allotment: `lib.booking.Allotment` of this plan, which takes them
        """
        self.ensure_one()
        entered = {}
        for visit in visits.sorted(lambda visit: (visit.start, visit.id)):
            wanted = visit._get_sessions_on(self, allotment)
            place = allotment.enter(visit._get_day(), visit.units, wanted)
            if place:
                entered[visit] = self.cycle_ids.browse(place.slot.id)
        return entered

    def _get_cycle_ids(self, visits):
        return {visit.id: visit.cycle_id.id for visit in visits}

    def _describe_preview(self, moved, dates):
        """Return which visits and due dates are others afterwards: list of texts.

        :param moved: dict, visit -> cycle id afterwards
        :param dates: dict, cycle -> due date afterwards, or False
        """
        self.ensure_one()
        names = {cycle.id: cycle.sequence for cycle in self.cycle_ids}
        texts = [
            self.env._(
                "%(plan)s: the visit of %(start)s goes from cycle %(old)s to cycle "
                "%(new)s.",
                plan=self.name,
                start=self.company_id._format_pet_time(visit.start),
                old=visit.cycle_id.sequence,
                new=names[cycle_id],
            )
            for visit, cycle_id in sorted(moved.items(), key=lambda item: item[0].start)
            if visit.cycle_id.id != cycle_id
        ]
        return texts + [
            cycle._describe_new_due_date(dates[cycle])
            for cycle in self.cycle_ids.sorted("sequence")
            if cycle in dates
            and dates[cycle] not in (cycle.date_due, cycle._get_current_due_date())
        ]
