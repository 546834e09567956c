from odoo import Command, models
from odoo.exceptions import UserError

from ..lib.booking import Allotment
from .pet_appointment import UPCOMING_STATES


class PetAppointment(models.Model):
    """Services of one coming that are prepaid in several plans (U1a).

    Each plan pays for a visit of its own at the same time. U1 is asked again for what
    is not covered, until no plan has more of it; the rest stays on the first. One
    service is not split over plans, and nobody owes a session for this.
    """

    _inherit = "pet.appointment"

    # --- Which plans ---------------------------------------------------------------

    def _find_shares(self, start=None):
        """Return which further plans pay for services that the first does not (U1a).

        The first is the plan of the visit, else the one that U1 would pick.

        :param start: naive UTC datetime, when the pet is here, else as booked
        :return: dict, plan -> (value of `plan_choice`, `product.product` records)
        """
        self.ensure_one()
        if self.state not in UPCOMING_STATES or self._is_billed_apart():
            return {}
        paid = self.line_ids.filtered("plan_line_id").product_id
        if self.plan_id and not self.line_ids.product_id - paid:
            return {}
        visit = self._imagine(self.line_ids.product_id, start or self.start)
        plans = visit._find_plans()
        allotments = plans._get_allotments()
        if not self.plan_id:
            return visit._find_shares_of_walk_in(plans, allotments)
        apart = visit.line_ids.product_id - paid
        return visit._share_services(apart, plans - self.plan_id, allotments)

    def _find_shares_of_walk_in(self, plans, allotments):
        """Return the same of a visit whose first plan U1 is still to pick.

        :param plans: `pet.plan` records
        :param allotments: dict of `pet.plan._get_allotments`
        """
        self.ensure_one()
        if self.company_id.pet_plan_selection == "ask":
            return {}
        covered = self._get_candidates(plans, allotments)
        if not covered:
            return {}
        first, __ = self._choose_plan(covered, allotments)
        return self._share_beside(first, plans, allotments)

    def _share_beside(self, first, plans, allotments):
        """Return what further plans pay for beside the one that U1 picked.

        :param first: `pet.plan` record; the visit has not taken its sessions yet
        """
        self.ensure_one()
        paid = self._get_covered_lines(
            allotments[first], Allotment.has
        ) or self._get_covered_lines(allotments[first], Allotment.may_take)
        apart = self.line_ids.product_id - paid.product_id
        return self._share_services(apart, plans - first, allotments)

    def _share_services(self, apart, plans, allotments):
        """Return which of some plans pay for some services of the visit (U1a).

        :param apart: `product.product` records, what the first plan does not pay for
        :param plans: `pet.plan` records, without the first
        :param allotments: dict of `pet.plan._get_allotments`
        :return: dict of `_find_shares`
        """
        self.ensure_one()
        running = plans.filtered(lambda plan: plan in allotments)
        shares, open_plans = {}, running.filtered(self._is_open_to) if apart else ()
        while apart and open_plans:
            rest = self._imagine(apart, self.start)
            whole = {
                plan: services
                for plan in open_plans
                if (services := rest._get_whole_services(allotments[plan]))
            }
            if not whole:
                break
            counts = {plan: len(services) for plan, services in whole.items()}
            plan, choice = rest._choose_plan(counts, allotments)
            shares[plan] = choice, whole[plan]
            apart -= whole[plan]
            open_plans -= plan
        return shares

    def _get_whole_services(self, allotment):
        """Return the services of the visit of which a plan has all the sessions.

        :param allotment: `lib.booking.Allotment` of the plan
        """
        self.ensure_one()
        covered = self._get_covered_lines(allotment, Allotment.has)
        return covered.product_id - (self.line_ids - covered).product_id

    def _imagine(self, products, start):
        """Return a visit for some of the services, on no plan, not in the database.

        :param products: `product.product` records
        :param start: naive UTC datetime
        """
        self.ensure_one()
        return self.new(
            {
                "pet_id": self.pet_id.id,
                "company_id": self.company_id.id,
                "start": start,
                "line_ids": [
                    Command.create(
                        {"product_id": line.product_id.id, "quantity": line.quantity}
                    )
                    for line in self.line_ids
                    if line.product_id in products
                ],
            }
        )

    def _say_shares(self, shares):
        """Return what further plans pay for, a line for each; else "".

        :param shares: dict of `_find_shares`
        """
        return "\n".join(
            self.env._(
                "%(services)s on %(plan)s",
                services=", ".join(services.mapped("name")),
                plan=plan.display_name,
            )
            for plan, (__, services) in shares.items()
        )

    # --- Visits of their own -------------------------------------------------------

    def _share_out(self, shares):
        """Give what further plans pay for visits of their own at this time (U1a).

        They take their sessions when they are checked in, as this one does; where the
        shop is asked for the plan, that is settled now.

        :param shares: dict of `_find_shares`
        :return: dict, visit -> the plan that was promised to pay for it
        """
        self.ensure_one()
        promised = {}
        for plan, (__, services) in shares.items():
            visit = self._split_off(services)
            if self.company_id.pet_plan_selection == "ask":
                visit.plan_id = plan
            promised[visit] = plan
        return promised

    def _split_off(self, products):
        """Give services a visit of their own at this time, linked with this one (U1a).

        :param products: `product.product` records that no plan pays for here
        :return: the new visit, on no plan
        :raises UserError: when the visit does not have them any more, or is paid for
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.product_id in products)
        if lines.product_id != products or lines.plan_line_id:
            raise UserError(
                self.env._(
                    "The services of %(visit)s have changed meanwhile. Check the pet "
                    "in again.",
                    visit=self.display_name,
                )
            )
        visit = self.create(
            {
                "pet_id": self.pet_id.id,
                "company_id": self.company_id.id,
                "start": self.start,
                "duration": self.duration,
                "user_id": self.user_id.id,
            }
        )
        # No session hangs on these services yet: there is none to settle.
        lines._unguarded().write({"appointment_id": visit.id})
        for one in visit + self.filtered(lambda visit: not visit.holds_sessions):
            one._unguarded().units = one._get_weight()
        first = self.together_id or self
        (self + visit)._unguarded().write({"together_id": first.id})
        return visit

    def _receive_promised(self, promised):
        """Check visits in, of which some were promised a plan that pays (U1a).

        :param promised: dict of `_share_out`
        :raises UserError: naming the plans that do not pay any more; and see
            `action_receive`
        """
        self.action_receive()
        broken = [
            self.env._(
                "%(plan)s does not pay for %(services)s of %(pet)s any more: somebody "
                "else has changed something meanwhile. Check the pet in again.",
                plan=plan.display_name,
                services=", ".join(visit.line_ids.product_id.mapped("name")),
                pet=visit.pet_id.display_name,
            )
            for visit, plan in promised.items()
            if visit.plan_id != plan
            or visit.line_ids.filtered(lambda line: not line.plan_line_id)
        ]
        if broken:
            raise UserError("\n".join(broken))
