from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import UserError

from .counted import say_sessions
from .formats import format_sessions


class PetPlan(models.Model):
    """Giving a plan, or what is left of it, to another pet or customer."""

    _inherit = "pet.plan"

    transferred_from_id = fields.Many2one(
        "pet.plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",  # the one before was perhaps somebody else's
    )
    transferred_to_ids = fields.One2many(
        "pet.plan", "transferred_from_id", groups="base.group_user"
    )
    is_given_away = fields.Boolean(
        readonly=True,
        copy=False,
        help="All that was left was given to another pet or customer: it is over",
    )

    def _is_unused(self):
        """Tell whether no visit has taken, or is to take, a session of the plan."""
        self.ensure_one()
        return not any(
            line._is_some(line.used) or line._is_some(line.booked)
            for line in self.line_ids
        )

    def _transfer_unused(self, partner, pet, reason):
        """Give a plan nobody has used to another pet or customer.

        Its draft invoices are made again for the new customer; what is posted stays
        with who was billed.
        """
        self.ensure_one()
        # Sold terms are fixed for users, and staff have no invoicing rights: only
        # this plan and its drafts change hands.
        plan = self._sudo_clean()
        plan._unguarded().write({"partner_id": partner.id, "pet_id": pet.id})
        plan.cycle_ids._renew_drafts()
        plan._message_log(
            body=self.env._(
                "Given to %(pet)s of %(customer)s: %(reason)s",
                pet=pet.name or self.env._("all pets"),
                customer=partner.display_name,
                reason=reason,
            )
        )

    def _transfer_left(self, partner, pet, reason):
        """Give what is left of a used plan to another pet or customer.

        Who gets the sessions pays for what was not billed yet: drafts of cycles that
        nobody used are cancelled, and their price goes with the sessions. What is
        posted, and the draft of a cycle that was used, stays with who bought it.

        :return: the new plan, whose ledger opens with what left this one
        """
        self.ensure_one()
        left = self._get_transferable()
        if not left or self.sessions_booked:
            raise UserError(
                self.env._(
                    "%(plan)s cannot be given away: %(left)s left, %(booked)s "
                    "booked. Cancel the visits to come first.",
                    plan=self.display_name,
                    left=say_sessions(self.env, sum(left.values())),
                    booked=format_sessions(self.env, self.sessions_booked),
                )
            )
        # Staff have no invoicing rights: reads the drafts of this plan only.
        unbilled = self._sudo_clean()._get_unbilled_cycles()
        quantities = defaultdict(float)
        for (line, __), quantity in left.items():
            quantities[line] += quantity
        other = (
            self._with_clean_context()
            ._unguarded()
            .create(
                self._prepare_transfer_vals(
                    partner, pet, quantities, self._get_unbilled_amounts(unbilled)
                )
            )
        )
        other = other.with_env(self.env)
        # See `_hand_over_sessions`; the new plan's grant is the second entry.
        self.line_ids._sudo_clean()._post_entries(
            [
                line._prepare_entry_vals("transfer", -part, cycle=cycle, reason=reason)
                for (line, cycle), part in left.items()
            ]
        )
        unbilled._cancel_drafts()
        with other._selling():
            other.action_confirm()
        self._end_given_away(other, reason)
        return other

    def _end_given_away(self, other, reason):
        """End the plan on the day on which nothing of it is left (X10).

        :param other: the plan that has its sessions now
        """
        self.ensure_one()
        today = self.company_id._get_pet_today()
        # Sold terms are fixed for users; who gave all away ended it.
        plan = self._sudo_clean()
        plan._unguarded().write(
            {
                "is_given_away": True,
                "state": "expired",
                "date_end": min(today, self.date_end or today),
            }
        )
        plan._message_log(
            body=self.env._(
                "What was left was given to %(pet)s of %(customer)s, as %(other)s: "
                "%(reason)s",
                pet=other.pet_id.name or self.env._("all pets"),
                customer=other.partner_id.display_name,
                other=other.display_name,
                reason=reason,
            )
        )
        self._close_renewal_talks()

    def _get_transferable(self):
        """Return the sessions left that did not expire yet, by the dates.

        :return: dict, (line, cycle) -> sessions
        """
        self.ensure_one()
        if self._is_over():
            return {}
        lines = self.line_ids
        gone = self.cycle_ids._filter_ended()
        gone |= self.cycle_ids.filtered("is_forfeited")  # nobody pays for them
        sums = lines._sum_entries() if self.rollover else {}
        left = {}
        for line, cycle, part in lines._get_left(lines._load_balances()):
            beyond = self._get_beyond_end(line, sums) if self.rollover else 0.0
            if cycle not in gone and line._is_some(part - beyond):
                left[line, cycle] = part - beyond
        return left

    def _get_unbilled_cycles(self):
        """Return the cycles nobody used of which no invoice was ever posted.

        That of a period that has begun too: its sessions change hands.
        """
        self.ensure_one()
        cycles = self.cycle_ids - self.cycle_ids._filter_ended()
        return cycles.filtered(
            lambda cycle: (
                cycle.invoice_id.state == "draft"
                and not cycle.invoice_id.posted_before
                and not cycle.appointment_ids.filtered("holds_sessions")
            )
        )

    def _get_unbilled_amounts(self, cycles):
        """Return what some cycles of the plan sell: dict, line -> amount."""
        self.ensure_one()
        ordered = self.cycle_ids.sorted("sequence")
        sold = self._get_entitlements(ordered.mapped("capacity"))
        amounts = defaultdict(float)
        for cycle, services in zip(ordered, sold, strict=True):
            for line, __, amount in services:
                amounts[line] += amount if cycle in cycles else 0.0
        return amounts

    def _prepare_transfer_vals(self, partner, pet, left, amounts):
        """Return the values of the plan that takes over what is left.

        :param left: dict, line -> sessions
        :param amounts: dict, line -> amount not billed yet
        """
        self.ensure_one()
        sessions = defaultdict(float)  # several lines of a service are one (S12)
        for line, quantity in left.items():
            sessions[line.product_id] += quantity
        most = max(1, round(max(sessions.values())))
        today = self.company_id._get_pet_today()
        # The price of a service that was used up early goes with the first other.
        prices = {line: amounts[line] for line in left}
        first = next(iter(left))
        prices[first] += sum(amounts.values()) - sum(prices.values())
        return {
            **{name: self[name] for name in self._get_term_fields()},
            "kind": "package",
            "appointment_count": most,
            "appointments_per_cycle": self._get_transfer_cycle_size(most, prices),
            "transferred_from_id": self.id,
            "currency_id": self.currency_id.id,
            "template_id": self.template_id.id,
            "title": self.title,
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "pet_id": pet.id,
            "note": self.note,
            "date_start": max(self.date_start, min(today, self.date_end or today)),
            "date_end": self.date_end,
            "line_ids": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "quantity": quantity,
                        "price_unit": prices[line] / quantity,
                        "unit_value": line.unit_value,  # K6
                        "transferred_from_id": line.id,
                        "cover_ids": line._prepare_covers(),
                    }
                )
                for line, quantity in left.items()
            ],
        }

    def _get_transfer_cycle_size(self, visits, prices):
        """Return the visits per cycle of what is given away: as sold, if billed."""
        self.ensure_one()
        if not any(prices.values()):
            return visits
        size = (
            self.appointments_per_cycle
            if self.kind == "package"
            else round(max(self._get_offer_lines().mapped("quantity")))
        )
        return min(visits, max(1, size))
