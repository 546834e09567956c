from collections import defaultdict

from odoo import Command, models
from odoo.exceptions import UserError

from .counted import say_sessions
from .pet_plan_line import TOTAL_KINDS


class PetPlan(models.Model):
    """Carrying what is left, or owed, over to the renewal: sessions and money (X6).

    Nothing is left behind and nothing given away: what was billed comes for nothing,
    and what was not is billed by the renewal, at the price it was sold for, instead
    of the old plan.
    """

    _inherit = "pet.plan"

    def action_carry_over(self):
        """Carry what is left or owed over into the renewal that exists (X6).

        :raises UserError: when there is no renewal that can take it, or nothing left
        """
        self.ensure_one()
        self.check_access("write")
        renewal = self._get_renewal()
        if not renewal:
            raise UserError(
                self.env._(
                    "%(plan)s is not renewed yet: renew it, with what is left.",
                    plan=self.display_name,
                )
            )
        renewal.check_access("write")
        products = renewal._get_offer_lines()._get_countable_services()
        carryable = self._get_carryable(products)
        if renewal.state != "active" or not (carryable or self._get_owed(products)):
            left = sum(quantity for __, __, quantity, __ in carryable)
            raise UserError(
                self.env._(
                    "There is nothing to carry over from %(plan)s: it has %(left)s "
                    "left of the services of %(renewal)s, which is %(state)s.",
                    plan=self.display_name,
                    left=say_sessions(self.env, left),
                    renewal=renewal.display_name,
                    state=renewal._get_state_label().lower(),
                )
            )
        self._hand_over_sessions(
            renewal, self.env._("Renewal of %(plan)s", plan=self.display_name)
        )
        return renewal._get_opening_action()

    # --- What the old plan has to carry ------------------------------------------

    def _get_carryable(self, products):
        """Return the sessions that a renewal may carry over, by service (X6).

        What is left; of a plan that ended, what expired with its end. Sessions of
        periods that were over before are gone, those of periods to come stay.

        :param products: the services the renewal has; others stay with this plan
        :return: list of (line, cycle, sessions, whether they expired)
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.product_id in products)
        left = [
            (line, cycle, quantity, False)
            for line, cycle, quantity in lines._get_usable_now(lines._load_balances())
        ]
        granted = lines._sum_entries(TOTAL_KINDS)
        expired = [
            (line, cycle, part, True)
            for line, cycle, quantity in self._get_reinstatable()
            if line in lines
            and not cycle  # what expired with a period is of that period only
            and line._is_some(part := quantity - self._get_beyond_end(line, granted))
        ]
        return left + expired

    def _get_beyond_end(self, line, granted):
        """Return the sessions of a line in periods behind the end: they never come.

        :param granted: dict, (line, cycle) -> sessions
        """
        self.ensure_one()
        return sum(
            granted[line, cycle]
            for cycle in self.cycle_ids
            if cycle.date_from and self.date_end and cycle.date_from > self.date_end
        )

    def _get_owed(self, products):
        """Return what was used of services beyond what there was (S12).

        :param products: the services the renewal has
        :return: dict, service -> sessions
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.product_id in products)
        balances = lines._load_balances()
        owed = {line.product_id: balances[line].owed() for line in lines}
        return {
            product: quantity
            for product, quantity in owed.items()
            if lines._is_some(quantity)
        }

    def _get_carried_parts(self, quantities):
        """Take sessions out of the cycles that sold them, with what is not billed.

        :param quantities: dict, line -> sessions that are carried
        :return: list of (cycle, dict of line -> (sessions, price)): first what was
            billed, of no cycle and without a price, then one per cycle not billed
        """
        self.ensure_one()
        left, parts = dict(quantities), []
        unbilled = self.cycle_ids._filter_unbilled()
        none = self.env["pet.cycle"]
        unused = unbilled._get_unused_sessions(lapsed=none)
        for cycle in unbilled.sorted("sequence"):
            carried = {
                line: part
                for line, sessions in unused[cycle].items()
                if line._is_some(part := min(sessions, left.get(line, 0.0)))
            }
            if not carried:
                continue
            prices = cycle._give_up(carried)
            parts.append(
                (cycle, {line: (carried[line], prices[line]) for line in carried})
            )
            for line, part in carried.items():
                left[line] -= part
        billed = {
            line: (rest, 0.0) for line, rest in left.items() if line._is_some(rest)
        }
        return [(none, billed), *parts] if billed else parts

    # --- Handing over --------------------------------------------------------------

    def _hand_over_sessions(self, renewal, reason):
        """Carry what is left or owed over to the renewal (X6).

        :param renewal: `pet.plan` record that gets the sessions
        :param reason: text, kept on all entries
        """
        self.ensure_one()
        # Counters, cycles and drafts are not the user's to write: exactly what leaves
        # one plan, whose renewal was checked, enters the other.
        plan, renewal = self._sudo_clean(), renewal._sudo_clean()
        products = renewal._get_offer_lines()._get_countable_services()
        carryable = plan._get_carryable(products)
        quantities = defaultdict(float)
        entries = []
        for line, cycle, quantity, expired in carryable:
            quantities[line] += quantity
            if expired:
                entries.append(
                    line._prepare_entry_vals(
                        "reinstate", quantity, cycle=cycle, reason=reason
                    )
                )
            entries.append(
                line._prepare_entry_vals(
                    "transfer", -quantity, cycle=cycle, reason=reason
                )
            )
        parts = plan._get_carried_parts(quantities)
        plan._check_carried_currency(renewal, parts)
        lines = renewal._add_carried(parts)
        entries += [
            line._prepare_entry_vals(
                "transfer",
                line.quantity,
                cycle=renewal._get_granted_cycle(),
                reason=reason,
            )
            for line in lines
        ]
        entries += plan._prepare_owed_entries(renewal, products, reason)
        plan.line_ids._post_entries(entries)
        self._note_carried(
            renewal, sum(quantities.values()), lines.filtered("price_unit")
        )
        if lines and renewal.appointment_ids:
            renewal._recycle()  # what was carried is used first

    def _note_carried(self, renewal, sessions, unbilled):
        """Tell on both plans what was carried over.

        :param sessions: float, without those owed
        :param unbilled: the lines of the renewal that are still to be billed
        """
        self.ensure_one()
        body = self.env._(
            "%(sessions)s carried over from %(plan)s to %(renewal)s, which bills "
            "%(price)s for those not billed yet.",
            sessions=say_sessions(self.env, sessions),
            plan=self.display_name,
            renewal=renewal.display_name,
            price=renewal.currency_id.format(sum(unbilled.mapped("price_subtotal"))),
        )
        plans = self + renewal.with_env(self.env)
        plans._message_log_batch(bodies=dict.fromkeys(plans.ids, body))

    def _prepare_owed_entries(self, renewal, products, reason):
        """Return the entries by which a renewal pays what the old plan owes (X6)."""
        self.ensure_one()
        offer = renewal._get_offer_lines().grouped("product_id")
        entries = []
        for product, owed in self._get_owed(products).items():
            entries += self._prepare_paid_entries(product, owed, reason)
            entries.append(
                offer[product][0]._prepare_entry_vals(
                    "transfer",
                    -owed,
                    cycle=renewal._get_granted_cycle(),
                    reason=reason,
                )
            )
        return entries

    def _prepare_paid_entries(self, product, owed, reason):
        """Return the entries that bring what the plan owes of a service to 0 (X6).

        :param owed: float, sessions
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.product_id == product)
        if self.kind == "plan":
            # It belongs to no period, as what periods took beyond their own does.
            return [lines[-1:]._prepare_entry_vals("transfer", owed, reason=reason)]
        return [
            line._prepare_entry_vals("transfer", -line.remaining, reason=reason)
            for line in lines
            if line.remaining
        ]

    def _check_carried_currency(self, renewal, parts):
        """Refuse to bill in one currency what was sold in another (X6)."""
        self.ensure_one()
        priced = any(price for __, sold in parts for __, price in sold.values())
        if priced and renewal.currency_id != self.currency_id:
            raise UserError(
                self.env._(
                    "%(plan)s was sold in %(old)s and %(renewal)s is sold in %(new)s: "
                    "what is not billed yet cannot be carried over. Keep the price, "
                    "or renew without what is left.",
                    plan=self.display_name,
                    old=self.currency_id.name,
                    renewal=renewal.display_name,
                    new=renewal.currency_id.name,
                )
            )

    # --- What the renewal gets -------------------------------------------------------

    def _get_offer_lines(self):
        """Return the services sold with the whole plan.

        Neither what was carried into it (X6), nor what it was topped up with (S13).
        """
        return self.line_ids.filtered(lambda line: not line.cycle_ids)

    def _get_granted_cycle(self):
        """Return the period that carried sessions belong to, of a package none (X6)."""
        self.ensure_one()
        if self.kind == "package":
            return self.env["pet.cycle"]
        return self.cycle_ids.sorted("sequence")[:1]

    def _add_carried(self, parts):
        """Give a renewal what was carried: lines, cycles and drafts of its own (X6).

        :param parts: list as of `_get_carried_parts`
        :return: the new `pet.plan.line` records
        """
        self.ensure_one()
        if not parts:
            return self.env["pet.plan.line"]
        if self.kind == "package":
            cycles = self._insert_carried_cycles(parts)
        else:
            cycles = [self._get_granted_cycle()] * len(parts)
        first = min(self.line_ids.mapped("sequence")) - 1  # it is used first
        lines = (
            self.env["pet.plan.line"]
            ._unguarded()
            .create(
                [
                    {
                        **line._prepare_carried_vals(quantity, price),
                        "plan_id": self.id,
                        "sequence": first,
                        "cycle_ids": [Command.set(cycle.ids)],
                    }
                    for cycle, (__, sold) in zip(cycles, parts, strict=True)
                    for line, (quantity, price) in sold.items()
                ]
            )
        )
        self.invalidate_recordset(["line_ids"])  # in their order
        if self.kind == "package":
            cycles._create_invoices()
        else:
            self._get_granted_cycle()._add_sold(lines)
        return lines.with_env(self.env)

    def _insert_carried_cycles(self, parts):
        """Create one cycle per part, ahead of the first one not billed yet (X6).

        :param parts: list as of `_get_carried_parts`
        :return: the new `pet.cycle` records, in the order of the parts
        """
        self.ensure_one()
        unbilled = self.cycle_ids.filtered(
            lambda cycle: cycle.state in ("waiting", "scheduled")
        )
        # A top-up may be billed before those ahead of it (S13).
        first = min(unbilled.mapped("sequence"), default=len(self.cycle_ids) + 1)
        position = first - 1
        drafts = self.cycle_ids._get_draft_names()
        self.cycle_ids._make_room(position, len(parts))
        cycles = (
            self.env["pet.cycle"]
            ._unguarded()
            .create(
                [
                    {
                        "plan_id": self.id,
                        "sequence": position + number,
                        "capacity": max(quantity for quantity, __ in sold.values()),
                        "amount_untaxed": sum(price for __, price in sold.values()),
                        "carried_from_id": cycle.id,
                    }
                    for number, (cycle, sold) in enumerate(parts, 1)
                ]
            )
        )
        self.invalidate_recordset(["cycle_ids"])
        self.cycle_ids._rename_drafts(drafts)
        return cycles.with_env(self.env)
