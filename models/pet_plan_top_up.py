from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..lib import dealing, top_ups
from .counted import say_invoices, say_sessions
from .formats import format_day, format_sessions
from .windows import open_window


class PetPlan(models.Model):
    """Topping a running package up: more sessions, in cycles of their own (S13).

    Cycles, shares and visits of before stay as they are.
    """

    _inherit = "pet.plan"

    top_up_visits = fields.Float(
        string="Visits Topped Up",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Visits it was topped up with, beside those it was sold with",
    )

    def action_open_top_up(self):
        """Open the top-up of the package, with its preview (S13).

        :raises UserError: naming the plan that cannot be topped up
        """
        self.ensure_one()
        self.check_access("write")
        self._check_top_up()
        return open_window(
            self.env, "pet_plans.action_pet_plan_top_up", {"default_plan_id": self.id}
        )

    def _check_top_up(self):
        """Refuse plans that cannot be topped up, all in one message (S13)."""
        self._refuse_all(lambda plan: plan._get_top_up_refusal())

    def _get_top_up_refusal(self):
        """Return why the plan cannot be topped up, as a sentence, or None (S13)."""
        self.ensure_one()
        if self.kind == "plan":
            return self.env._(
                "%(plan)s is billed by periods: it is changed to another plan instead "
                "of topped up.",
                plan=self.display_name,
            )
        if self.is_carry_over:
            return self.env._(
                "%(plan)s was carried over from another software: sell a new one "
                "instead of topping it up.",
                plan=self.display_name,
            )
        if self.is_given_away:
            return self.env._(
                "%(plan)s was given away, with all that was left of it.",
                plan=self.display_name,
            )
        if self.cancel_date:
            return self._get_cancelled_refusal()
        if self.state != "active" or self._is_over():
            # By the dates: the nightly job may not have run yet.
            state = "expired" if self.state == "active" else self.state
            labels = dict(self._fields["state"]._description_selection(self.env))
            return self.env._(
                "%(plan)s is %(state)s: only a package that runs is topped up.",
                plan=self.display_name,
                state=labels[state].lower(),
            )
        if self.pet_id and not self.pet_id.active:
            return self.pet_id._get_archived_refusal()
        return None

    def _check_topped_up_services(self, lines):
        """Refuse services that are archived (X9).

        :param lines: list of `pet.plan.line` records
        :raises UserError: naming package and services
        """
        self.ensure_one()
        services = self.line_ids.browse(line.id for line in lines).product_id
        archived = services.filtered(lambda service: not service.active)
        if archived:
            raise UserError(
                self.env._(
                    "%(plan)s cannot be topped up with %(services)s, which is "
                    "archived: unarchive it first.",
                    plan=self.display_name,
                    services=", ".join(archived.mapped("display_name")),
                )
            )

    # --- The top-up -----------------------------------------------------------------

    def _top_up(self, sold, date_due, reason):
        """Add sessions to the package, with cycles and drafts of their own (S13).

        :param sold: list of (`pet.plan.line` record of the service, sessions, price
            per session before taxes that come on top)
        :param date_due: date, when an invoice without visits is due
        :param reason: text, kept on the entries
        :return: the new `pet.plan.line` records
        """
        self.ensure_one()
        self.check_access("write")
        self._check_top_up()
        self._check_topped_up_services([line for line, __, __ in sold])
        self._bump_revision()
        note = self._get_top_up_note(sold, date_due, reason)
        # Counters, cycles and drafts are not the user's to write: exactly what was
        # just sold enters this package, whose right to it was checked.
        plan = self._sudo_clean()
        drafts = plan.cycle_ids._get_draft_names()
        cycles = plan._add_top_up_cycles(sold, date_due)
        lines = plan._add_top_up_lines(sold, cycles)
        cycles._set_due_dates(cycles._get_due_dates())
        cycles._create_invoices()
        plan.cycle_ids._rename_drafts(drafts)
        lines._post_entries(
            [
                *(
                    line._prepare_entry_vals("grant", line.quantity, reason=reason)
                    for line in lines
                ),
                *plan._prepare_paid_up_entries(lines, reason),
            ]
        )
        plan._unguarded().write(
            {
                "top_up_visits": plan.top_up_visits + sum(cycles.mapped("capacity")),
                **plan._get_reminder_vals_of_top_up(),
            }
        )
        plan._message_log(body=note)
        return lines.with_env(self.env)

    def _add_top_up_cycles(self, sold, date_due):
        """Create the cycles of a top-up behind all others (S13); see `_top_up`."""
        self.ensure_one()
        last = max(self.cycle_ids.mapped("sequence"), default=0)
        capacities = self._get_top_up_capacities(sold)
        amounts = self._get_top_up_amounts(sold)
        cycles = (
            self.env["pet.cycle"]
            ._unguarded()
            .create(
                [
                    {
                        "plan_id": self.id,
                        "sequence": last + number,
                        "capacity": capacity,
                        "amount_untaxed": amount,
                        "date_due_agreed": date_due,
                    }
                    for number, (capacity, amount) in enumerate(
                        zip(capacities, amounts, strict=True), 1
                    )
                ]
            )
        )
        self.invalidate_recordset(["cycle_ids"])
        return cycles.with_env(self.env)

    def _add_top_up_lines(self, sold, cycles):
        """Create the services of a top-up, used after all others (S13).

        Those sold for a price are used before presents (S12).

        :param sold: see `_top_up`
        :param cycles: the `pet.cycle` records that sell them, and nothing else
        """
        self.ensure_one()
        last = max(self.line_ids.mapped("sequence"), default=0)
        in_order = sorted(sold, key=lambda service: not service[2])
        lines = (
            self.env["pet.plan.line"]
            ._unguarded()
            .create(
                [
                    {
                        **line._prepare_top_up_vals(quantity, price_unit),
                        "plan_id": self.id,
                        "sequence": last + number,
                        "cycle_ids": [Command.set(cycles.ids)],
                    }
                    for number, (line, quantity, price_unit) in enumerate(in_order, 1)
                ]
            )
        )
        self.invalidate_recordset(["line_ids"])
        return lines.with_env(self.env)

    def _get_top_up_capacities(self, sold):
        """Return the visits that each cycle of a top-up has room for (S4, S13).

        Visits are the sessions of the service with the most of them; its lines are one.
        """
        self.ensure_one()
        sessions = defaultdict(float)
        for line, quantity, __ in sold:
            sessions[line.product_id] += quantity
        return dealing.capacities_of(
            max(sessions.values()), max(1, self.appointments_per_cycle)
        )

    def _get_top_up_amounts(self, sold):
        """Return what each cycle of a top-up bills, untaxed (S4, S6, S13)."""
        self.ensure_one()
        capacities = self._get_top_up_capacities(sold)
        currency = self.currency_id
        parts = [
            dealing.spread_amount(
                currency.round(quantity * price_unit),
                dealing.spread(quantity, capacities),
                currency.rounding,
            )
            for __, quantity, price_unit in sold
        ]
        return [currency.round(sum(amounts)) for amounts in zip(*parts, strict=True)]

    def _prepare_paid_up_entries(self, lines, reason):
        """Return the entries by which new sessions pay what was owed (S13).

        :param lines: the new `pet.plan.line` records, with their sessions granted
        """
        self.ensure_one()
        older = (self.line_ids - lines).sorted().grouped("product_id")
        moves = {}
        for product, added in lines.sorted().grouped("product_id").items():
            moves |= top_ups.pay_owed(
                {line: line.remaining for line in older[product]},
                {line: line.quantity for line in added},
            )
        reason = self.env._("Owed before: %(reason)s", reason=reason)
        return [
            line._prepare_entry_vals("transfer", quantity, reason=reason)
            for line, quantity in moves.items()
        ]

    def _get_reminder_vals_of_top_up(self):
        """Return the values by which the last sessions are told of once more (P5)."""
        self.ensure_one()
        count = self.company_id._get_bounded("pet_last_sessions_count")
        is_low = self.sessions_left <= count
        return {} if is_low else {"last_sessions_reminded": False}

    # --- In words -------------------------------------------------------------------

    def _describe_top_up(self, sold, date_due):
        """Return what a top-up gives, costs and takes, as sentences (S13).

        :param sold: list, see `_top_up`
        :param date_due: date, or False where none is chosen yet
        """
        self.ensure_one()
        return [
            *(self._describe_topped_up(*service) for service in sold),
            self._describe_top_up_bills(sold, date_due),
            *self._describe_paid_up(sold),
        ]

    def _describe_topped_up(self, line, quantity, price_unit):
        """Return how many sessions of a service come in, and their price."""
        values = {
            "sessions": say_sessions(self.env, quantity),
            "service": line.product_id.display_name,
            "price": self.currency_id.format(price_unit),
            "amount": self.currency_id.format(quantity * price_unit),
        }
        if not price_unit:
            return self.env._(
                "%(sessions)s of %(service)s more, for nothing.", **values
            )
        return self.env._(
            "%(sessions)s of %(service)s more, at %(price)s each: %(amount)s.", **values
        )

    def _describe_top_up_bills(self, sold, date_due):
        """Return which invoices a top-up makes, and when they are due."""
        bills = [
            amount
            for amount in self._get_top_up_amounts(sold)
            if not self.currency_id.is_zero(amount)
        ]
        if not bills:
            return self.env._("There is no invoice.")
        return self.env._(
            "Billed in %(invoices)s (%(amounts)s, before the taxes that come on top), "
            "due on %(date)s, or by their visits once some are booked.",
            invoices=say_invoices(self.env, len(bills)),
            amounts=" + ".join(map(self.currency_id.format, bills)),
            date=format_day(self.env, date_due),
        )

    def _describe_paid_up(self, sold):
        """Return what was owed of the services and is taken first, as sentences."""
        added = defaultdict(float)
        for line, quantity, __ in sold:
            added[line.product_id] += quantity
        owed = self._get_owed(self.env["product.product"].union(*added))
        return [
            self.env._(
                "%(owed)s owed of %(service)s so far are taken from it first: %(left)s "
                "to book afterwards.",
                owed=format_sessions(self.env, quantity),
                service=product.display_name,
                left=format_sessions(self.env, added[product] - quantity),
            )
            for product, quantity in owed.items()
        ]

    def _get_top_up_note(self, sold, date_due, reason):
        """Return what the chatter says of a top-up."""
        self.ensure_one()
        return self.env._(
            "Topped up (%(reason)s): %(changes)s",
            reason=reason,
            changes=" ".join(self._describe_top_up(sold, date_due)),
        )
