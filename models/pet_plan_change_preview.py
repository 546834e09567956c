from collections import defaultdict

from odoo import models

from .counted import say_sessions


class PetPlan(models.Model):
    """What a change of plan will do, before anything is done (S14)."""

    _inherit = "pet.plan"

    def _get_change_to_come(self, template, day):
        """Return the plan that this one would be changed to, not sold, not stored.

        :param template: `pet.plan.template` record
        :param day: date, its first day
        """
        self.ensure_one()
        return self.new(self._prepare_change_vals(template, day))

    def _preview_change_visits(self, new, visits, carried):
        """Return which visits move over, and where to (S14, B2).

        By the same rules as `_filter_bookable`, on a plan that is not stored.

        :param new: `pet.plan` record of `_get_change_to_come`
        :param visits: `pet.appointment` records of this plan, still to come
        :param carried: see `_get_allotment_to_come`
        :return: dict, visit -> `lib.booking.Place`
        """
        self.ensure_one()
        return new._find_places(visits, new._get_allotment_to_come(carried))

    def _preview_change_sessions(self, new, leaving):
        """Return what happens to the sessions that nobody bills (S14).

        :param new: see `_preview_change_visits`
        :param leaving: visits that go with the plan and still hold their sessions
        :return: tuple of dicts, service -> sessions: what moves over, what is lost,
            what the new plan pays, what stays owed
        """
        self.ensure_one()
        services = new.line_ids.product_id._origin
        moving, lost = defaultdict(float), defaultdict(float)
        for line, __, quantity in self._get_given(leaving):
            product = line.product_id
            (moving if product in services else lost)[product] += quantity
        first = new._get_allotment_to_come(defaultdict(float))
        period = first.slots[0].id if first.by_period else None
        paid, owed = {}, {}
        for product, quantity in self._get_owed_without(leaving).items():
            left = 0.0
            if product in services:
                left = first.services[product.id].balance.left(period)
            paid[product] = min(quantity, max(0.0, left))
            owed[product] = quantity - paid[product]
        return moving, lost, paid, owed

    def _get_carried_to_come(self, sessions):
        """Return what the new plan has besides what it sells: dict, product id -> it.

        :param sessions: tuple of `_preview_change_sessions`
        """
        moving, __, paid, __ = sessions
        carried = defaultdict(float)
        for product, quantity in moving.items():
            carried[product.id] += quantity
        for product, quantity in paid.items():
            carried[product.id] -= quantity
        return carried

    def _describe_change_sessions(self, new, sessions):
        """Return what happens to the sessions that nobody bills, in words.

        :param new: see `_preview_change_visits`
        :param sessions: tuple of `_preview_change_sessions`
        :return: list of texts
        """
        self.ensure_one()
        values = {"offer": new.template_id.display_name, "plan": self.display_name}
        moving, lost, paid, owed = (
            ", ".join(
                self.env._(
                    "%(service)s: %(sessions)s",
                    service=product.display_name,
                    sessions=say_sessions(self.env, quantity),
                )
                for product, quantity in by_service.items()
                if self.line_ids._is_some(quantity)
            )
            for by_service in sessions
        )
        texts = [
            moving
            and self.env._(
                "Without a price, and moved to %(offer)s: %(sessions)s.",
                sessions=moving,
                **values,
            ),
            lost
            and self.env._(
                "Lost, since %(offer)s does not have the service and nobody paid for "
                "it: %(sessions)s.",
                sessions=lost,
                **values,
            ),
            paid
            and self.env._(
                "Owed, and taken from %(offer)s: %(sessions)s.",
                sessions=paid,
                **values,
            ),
            owed
            and self.env._(
                "Owed, and stays so on %(plan)s: %(sessions)s.",
                sessions=owed,
                **values,
            ),
        ]
        return [text for text in texts if text]

    def _get_first_bill_to_come(self, places):
        """Return the first invoice that selling this plan, not stored, will make.

        :param places: dict, visit -> `lib.booking.Place`
        :return: tuple: amount with taxes, due date or None; None where it bills nothing
        """
        self.ensure_one()
        days = defaultdict(list)
        for visit, place in places.items():
            days[place.slot.id].append(visit._get_day())
        bills = self._get_bills_to_come(days)
        if not bills:
            return None
        number, __, __, __, due = bills[0]
        capacities, __ = self._get_cycles_to_come()
        sold = self._get_entitlements(capacities)[number - 1]
        return self._get_total_to_come(sold), due

    def _get_total_to_come(self, sold):
        """Return what an invoice of some sessions will come to, with its taxes (S7).

        :param sold: list of (line, sessions, amount) of a plan that is not stored
        """
        self.ensure_one()
        # Staff read no taxes or fiscal positions: only the total is shown.
        company = self.company_id._origin.sudo()
        taxes = self.env["account.tax"].with_company(company).sudo()
        customer = self.partner_id._origin.sudo().with_company(company)
        address = customer.browse(customer.address_get(["invoice"])["invoice"])
        positions = self.env["account.fiscal.position"].with_company(company).sudo()
        position = positions._get_fiscal_position(address)
        base_lines = []
        for line, quantity, amount in sold:
            # As above: its taxes, of which nothing is shown.
            product = line.product_id._origin.sudo().with_company(company)
            own = product.taxes_id._filter_taxes_by_company(company)
            base_lines.append(
                taxes._prepare_base_line_for_taxes_computation(
                    {},
                    product_id=product,
                    tax_ids=position.map_tax(own),
                    price_unit=amount / quantity,
                    quantity=quantity,
                    currency_id=self.currency_id._origin,
                    partner_id=address,
                )
            )
        taxes._add_tax_details_in_base_lines(base_lines, company)
        taxes._round_base_lines_tax_details(base_lines, company)
        totals = taxes._get_tax_totals_summary(
            base_lines, self.currency_id._origin, company
        )
        return totals["total_amount_currency"]
