from collections import defaultdict

from odoo import models

from .counted import say_sessions


class PetPlan(models.Model):
    """Sessions without a price, and those owed, when a plan is changed (S14).

    What was billed is credited, and what only a draft would bill is not billed. All
    that is left besides was given: presents, edits of the counter, what another plan
    has paid for. It moves over as far as the new plan has the service.
    """

    _inherit = "pet.plan"

    # --- What there is -----------------------------------------------------------

    def _get_given(self, leaving):
        """Return the sessions left that nobody bills, by line and period (S14).

        Those that can be used now: as in a renewal, periods over or still to come
        take theirs along (X6).

        :param leaving: visits that go with the plan, if they still hold sessions
        :return: list of (line, cycle, sessions)
        """
        self.ensure_one()
        lines = self.line_ids
        priced = self._get_priced_sessions(leaving)
        given = []
        for line, cycle, quantity in lines._get_usable_now(self._get_freed(leaving)):
            paid = min(quantity, priced[line])
            priced[line] -= paid
            if line._is_some(quantity - paid):
                given.append((line, cycle, quantity - paid))
        return given

    def _get_priced_sessions(self, leaving):
        """Return the sessions not used that are credited, or billed no more.

        What was carried over after it was billed goes back to the invoice it came
        from (X6).

        :param leaving: see `_get_given`
        :return: dict, line -> sessions
        """
        self.ensure_one()
        today = self.company_id._get_pet_today()
        # What was withdrawn with its draft is not among what is left any more (X7).
        begun = self.cycle_ids.filtered(
            lambda cycle: (
                not cycle.is_withdrawn
                and (not cycle.date_from or cycle.date_from <= today)
            )
        )
        priced = defaultdict(float)
        for sessions in begun._get_unused_sessions(leaving).values():
            for line, quantity in sessions.items():
                carried = line.carried_from_id and line.price_sold
                if line.price_subtotal or carried:
                    priced[line] += quantity
        return priced

    def _get_freed(self, leaving):
        """Return the balances of the plan once some visits have given theirs back.

        :param leaving: see `_get_given`
        :return: dict, line -> `lib.balances.Balance`
        """
        self.ensure_one()
        balances = self.line_ids._load_balances()
        held = leaving.filtered("holds_sessions").line_ids
        for row in held.filtered("plan_line_id"):
            line = row.plan_line_id
            cycle = row.appointment_id.cycle_id
            balances[line].move(row.sessions, line.id, cycle.id or None)
        return balances

    def _get_owed_without(self, leaving):
        """Return what is owed once some visits have left: dict, service -> sessions.

        :param leaving: see `_get_given`
        """
        self.ensure_one()
        owed = {}
        for line, balance in self._get_freed(leaving).items():
            if line._is_some(balance.owed()):
                owed[line.product_id] = balance.owed()
        return owed

    # --- Handing over --------------------------------------------------------------

    def _hand_over_given(self, new):
        """Give the new plan what nobody bills, and let it pay what is owed (S14, X6).

        Called again it finds nothing.

        :param new: the `pet.plan` record that this one was changed to
        """
        self.ensure_one()
        # Counters and cycles are not the user's to write: exactly what leaves one
        # plan, whose change was checked, enters the other.
        plan, new = self._sudo_clean(), new._sudo_clean()
        reason = self.env._("Change of %(plan)s", plan=self.display_name)
        entries, given = plan._prepare_given_entries(new, reason)
        paid, owed = plan._prepare_owed_by_change(new, reason)
        if not entries and not paid:
            return
        plan.line_ids._post_entries(entries + paid)
        self._note_given(new, given, owed)
        if given and new.appointment_ids:
            new._recycle()  # what was given is used first

    def _prepare_given_entries(self, new, reason):
        """Return the entries that move what nobody bills, and how much that is.

        The lines of the new plan are made with it.

        :param new: `pet.plan` record
        :param reason: text
        :return: tuple: list of value dicts, sessions
        """
        self.ensure_one()
        services = new._get_offer_lines()._get_countable_services()
        nobody = self.env["pet.appointment"]
        quantities, entries = defaultdict(float), []
        for line, cycle, quantity in self._get_given(nobody):
            if line.product_id in services:
                quantities[line] += quantity
                entries.append(
                    line._prepare_entry_vals("transfer", -quantity, cycle, None, reason)
                )
        if not entries:
            return [], 0.0
        sold = {line: (quantity, 0.0) for line, quantity in quantities.items()}
        lines = new._add_carried([(self.env["pet.cycle"], sold)])
        cycle = new._get_granted_cycle()
        entries += [
            line._prepare_entry_vals("transfer", line.quantity, cycle, None, reason)
            for line in lines
        ]
        return entries, sum(quantities.values())

    def _prepare_owed_by_change(self, new, reason):
        """Return the entries by which the new plan pays what this one owes (X6).

        As far as it has sessions: the rest stays where it is.

        :param new: `pet.plan` record
        :param reason: text
        :return: tuple: list of value dicts, sessions
        """
        self.ensure_one()
        offer = new._get_offer_lines().grouped("product_id")
        cycle = new._get_granted_cycle()
        entries, total = [], 0.0
        for product, owed in self._get_owed_without(
            self.env["pet.appointment"]
        ).items():
            if product not in new._get_offer_lines()._get_countable_services():
                continue
            line = offer[product][0]
            balance = line._load_balances()[line]
            part = min(owed, max(0.0, balance.left(cycle.id or None)))
            if not line._is_some(part):
                continue
            total += part
            entries += self._prepare_part_paid(product, owed, part, reason)
            entries.append(
                line._prepare_entry_vals("transfer", -part, cycle, None, reason)
            )
        return entries, total

    def _prepare_part_paid(self, product, owed, part, reason):
        """Return the entries that pay what the plan owes of a service, or a part.

        :param owed: float, sessions
        :param part: float, those that are paid
        """
        self.ensure_one()
        if part == owed:
            return self._prepare_paid_entries(product, owed, reason)
        lines = self.line_ids.filtered(lambda line: line.product_id == product)
        return [
            lines.sorted()[-1:]._prepare_entry_vals("transfer", part, reason=reason)
        ]

    def _note_given(self, new, given, owed):
        """Tell on both plans which sessions went from one to the other.

        :param given, owed: floats, sessions
        """
        self.ensure_one()
        values = {"plan": self.display_name, "new": new.display_name}
        texts = []
        if given:
            texts.append(
                self.env._(
                    "%(sessions)s without a price moved from %(plan)s to %(new)s.",
                    sessions=say_sessions(self.env, given),
                    **values,
                )
            )
        if owed:
            texts.append(
                self.env._(
                    "%(sessions)s that %(plan)s owed were taken from %(new)s.",
                    sessions=say_sessions(self.env, owed),
                    **values,
                )
            )
        plans = self + new.with_env(self.env)
        plans._message_log_batch(bodies=dict.fromkeys(plans.ids, " ".join(texts)))

    # --- On the day of a change dated ahead (X7) -------------------------------------

    def _settle_cancellation(self, lapsed):
        """Hand over what nobody bills before the rest goes (S14)."""
        for plan in self:
            new = plan._get_change()
            if new and not new._is_over():
                plan._hand_over_given(new)
        return super()._settle_cancellation(lapsed)
