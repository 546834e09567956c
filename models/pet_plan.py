from collections import Counter
from contextlib import contextmanager

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..lib import dealing, periods
from .counted import say_cycles
from .formats import format_day
from .running import RUNNING_STATES
from .windows import open_record, open_window


def copied(name):
    """Return the compute of a term that a draft copies from its template (S2).

    Each term has its own: one that all shared would write them all wherever one is
    missing, the terms agreed on with it, before end and cycles are computed. It
    depends on the template's id only, never its content.

    :param name: name of the term, on plan and template alike
    """

    @api.depends("template_id")
    def compute(plans):
        for plan in plans:
            # Sold is sold: not even a new column may bring today's terms in.
            terms = (plan._is_draft() and plan.template_id) or plan
            plan[name] = terms[name]

    return compute


class PetPlan(models.Model):
    _name = "pet.plan"
    _description = "Pet Plan or Package"
    _inherit = [
        "pet.search.mixin",
        "pet.coming.mixin",
        "pet.guard.mixin",
        "pet.plan.terms.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _coming_by = "date_end"  # the Plans screen: whom to call next is on top
    _rec_names_search = ["name", "title", "pet_id.name", "pet_id.microchip"]
    _check_company_auto = True
    _mail_post_access = "read"
    _guarded_fields = frozenset(
        {
            "state",
            "name",
            "billing_error",
            "status_error",
            "visits_revision",
            "cancel_date",
            "cancel_reason",
            "cancel_settlement",
            "pause_ids",
            "amount_total",
            "top_up_visits",
            "is_latest",
            "breed_id",
            "renewal_of_id",
            "is_change",
            "date_let_go",
            "date_called",
            "renewal_reminded_for",
            "last_sessions_reminded",
            "transferred_from_id",
            "is_given_away",
            "legacy_system",
            "legacy_ref",
            "legacy_reason",
            "access_token",
            "date_renewal_asked",
        }
    )

    name = fields.Char(
        string="Reference", required=True, readonly=True, copy=False, default="/"
    )
    title = fields.Char(
        compute="_compute_title",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    template_id = fields.Many2one(
        "pet.plan.template",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    pet_id = fields.Many2one(
        "pet.pet",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: shared by all the customer's pets",
    )
    breed_id = fields.Many2one(
        related="pet_id.breed_id",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Sold by",
        default=lambda self: self._default_user_id(),
        check_company=True,
        groups="base.group_user",
    )
    date_start = fields.Date(
        required=True, copy=False, default=lambda self: self._default_date_start()
    )
    date_end = fields.Date(
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="Last day of use; empty: never expires",
    )
    duration = fields.Char(compute="_compute_duration")
    days_left = fields.Integer(compute="_compute_days_left")
    note = fields.Text(
        string="Package Note",
        tracking=True,
        groups="base.group_user",
        help="Shown to staff wherever the plan is used: "
        "on its visits, at check-in and at checkout",
    )

    # The snapshot of the template's terms (S2). Declared one by one so that each is
    # stored and editable on its own; they depend on the template's id only, so that
    # editing the template never reaches a plan that exists.
    kind = fields.Selection(
        compute=copied("kind"), store=True, readonly=False, precompute=True
    )
    appointment_count = fields.Integer(
        compute=copied("appointment_count"), store=True, readonly=False, precompute=True
    )
    appointments_per_cycle = fields.Integer(
        compute=copied("appointments_per_cycle"),
        store=True,
        readonly=False,
        precompute=True,
    )
    interval = fields.Integer(
        compute=copied("interval"), store=True, readonly=False, precompute=True
    )
    interval_unit = fields.Selection(
        compute=copied("interval_unit"), store=True, readonly=False, precompute=True
    )
    period_count = fields.Integer(
        compute=copied("period_count"), store=True, readonly=False, precompute=True
    )
    validity = fields.Integer(
        compute=copied("validity"), store=True, readonly=False, precompute=True
    )
    validity_unit = fields.Selection(
        compute=copied("validity_unit"), store=True, readonly=False, precompute=True
    )
    due_basis = fields.Selection(
        compute=copied("due_basis"), store=True, readonly=False, precompute=True
    )
    due_offset_days = fields.Integer(
        compute=copied("due_offset_days"), store=True, readonly=False, precompute=True
    )
    post_lead_days = fields.Integer(
        compute=copied("post_lead_days"), store=True, readonly=False, precompute=True
    )
    rollover = fields.Boolean(
        compute=copied("rollover"), store=True, readonly=False, precompute=True
    )
    late_cancel_hours = fields.Integer(
        compute=copied("late_cancel_hours"), store=True, readonly=False, precompute=True
    )
    no_show_policy = fields.Selection(
        compute=copied("no_show_policy"), store=True, readonly=False, precompute=True
    )
    overdraft_limit = fields.Float(
        compute=copied("overdraft_limit"), store=True, readonly=False, precompute=True
    )
    is_carry_over = fields.Boolean(
        compute=copied("is_carry_over"), store=True, readonly=False, precompute=True
    )
    line_ids = fields.One2many(
        "pet.plan.line",
        "plan_id",
        string="Services",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
    )

    amount_total = fields.Monetary(
        string="Price Sold",
        compute="_compute_amount_total",
        store=True,
        help="Price of the whole package, or of all periods of the plan, "
        "before the taxes that come on top",
    )
    cycle_ids = fields.One2many("pet.cycle", "plan_id", string="Cycles")
    appointment_ids = fields.One2many("pet.appointment", "plan_id", string="Visits")
    entry_ids = fields.One2many("pet.plan.entry", "plan_id", string="Ledger")
    invoice_ids = fields.One2many(
        "account.move",
        "pet_plan_id",
        string="Invoices",
        groups="account.group_account_invoice,account.group_account_readonly,"
        "base.group_portal",
    )
    visit_count = fields.Integer(
        string="Number of Visits", compute="_compute_visit_count"
    )
    cycle_count = fields.Integer(
        string="Number of Cycles", compute="_compute_cycle_count"
    )
    sessions_total = fields.Float(compute="_compute_sessions", digits="Product Unit")
    sessions_used = fields.Float(compute="_compute_sessions", digits="Product Unit")
    sessions_booked = fields.Float(compute="_compute_sessions", digits="Product Unit")
    sessions_remaining = fields.Float(
        string="To Book", compute="_compute_sessions", digits="Product Unit"
    )
    sessions_left = fields.Float(
        string="Left",
        compute="_compute_sessions",
        digits="Product Unit",
        help="Not used yet: booked, or still to book. Of a package it is visits: the "
        "service with the most sessions left tells how many",
    )
    billing_error = fields.Text(
        compute="_compute_billing_error",
        store=True,
        groups="base.group_user",
        help="Why the nightly job could not post an invoice of this plan",
    )

    _newest_first = models.Index("(date_start DESC, id DESC)")
    _by_end = models.Index("(date_end, id)")  # the Plans screen
    _renewal_uniq = models.UniqueIndex(
        "(renewal_of_id) WHERE renewal_of_id IS NOT NULL AND state != 'cancelled'",
        "The plan is renewed already.",
    )

    # --- Defaults and computes -------------------------------------------------

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user

    def _default_date_start(self):
        return self.env.company._get_pet_today()

    def _is_draft(self):
        self.ensure_one()
        return self.state in (False, "draft")  # no status yet: it is being created

    @api.depends("template_id")
    def _compute_title(self):
        for plan in self:
            plan.title = (plan._is_draft() and plan.template_id.name) or plan.title

    @api.depends("pet_id")
    def _compute_partner_id(self):
        for plan in self:
            plan.partner_id = plan.partner_id or plan.pet_id.partner_id

    @api.depends("company_id")
    def _compute_currency_id(self):
        for plan in self:
            plan.currency_id = plan.company_id.currency_id

    @api.depends("template_id")
    def _compute_line_ids(self):
        """Copy the services, at the price for the pet of today (S9).

        Depends on the template's id only (S2).
        """
        for plan in self:
            if not (plan._is_draft() and plan.template_id):
                plan.line_ids = plan.line_ids
                continue
            plan.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        line._prepare_plan_line_vals(
                            plan.company_id, plan.currency_id, plan.pet_id._get_animal()
                        )
                    )
                    for line in plan.template_id.line_ids
                ),
            ]

    @api.depends(
        "date_start",
        "kind",
        "validity",
        "validity_unit",
        "interval",
        "interval_unit",
        "period_count",
    )
    def _compute_date_end(self):
        for plan in self:
            plan.date_end = plan._get_date_end() if plan.date_start else False

    @api.depends(lambda self: self._get_term_fields())
    def _compute_duration(self):
        for plan in self:
            plan.duration = plan._get_duration_label()

    @api.depends("date_end", "company_id.pet_tz")
    def _compute_days_left(self):
        for plan in self:
            plan.days_left = (
                (plan.date_end - plan.company_id._get_pet_today()).days
                if plan.date_end
                else 0
            )

    @api.depends(
        "line_ids.price_subtotal", "line_ids.cycle_ids", "kind", "period_count"
    )
    def _compute_amount_total(self):
        for plan in self:
            carried = plan.line_ids - plan._get_offer_lines()
            plan.amount_total = plan._get_offer_price() + sum(
                carried.mapped("price_subtotal")
            )

    def _get_offer_price(self):
        """Return the price of what was sold with the whole plan, nothing carried."""
        self.ensure_one()
        prices = self._get_offer_lines().mapped("price_subtotal")
        return sum(prices) * self._get_times_sold()

    @api.depends(
        "line_ids.total",
        "line_ids.used",
        "line_ids.booked",
        "line_ids.remaining",
        "line_ids.left",
        "line_ids.product_id",
        "kind",
    )
    def _compute_sessions(self):
        for plan in self:
            lines = plan._get_summed_lines()
            plan.sessions_total = sum(lines.mapped("total"))
            plan.sessions_used = sum(lines.mapped("used"))
            plan.sessions_booked = sum(lines.mapped("booked"))
            plan.sessions_remaining = sum(lines.mapped("remaining"))
            plan.sessions_left = plan._get_sessions_left()

    @api.depends("appointment_ids.state")
    def _compute_visit_count(self):
        counts = dict(
            self.env["pet.appointment"]._read_group(
                [("plan_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["plan_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.visit_count = counts.get(plan._origin, 0)

    @api.depends("cycle_ids.billing_error", "cycle_ids.state")
    def _compute_billing_error(self):
        """Show the failures of the posting job that still stand (I1).

        An invoice that was posted by hand since, or cancelled, needs no job any more.
        """
        for plan in self:
            errors = plan.cycle_ids.filtered(
                lambda cycle: cycle.billing_error and cycle.state == "scheduled"
            )
            plan.billing_error = "\n".join(errors.mapped("billing_error")) or False

    @api.depends("cycle_ids")
    def _compute_cycle_count(self):
        for plan in self:
            plan.cycle_count = len(plan.cycle_ids)

    @api.depends("name", "title")
    def _compute_display_name(self):
        for plan in self:
            # No number yet: it is being created.
            number = plan.name if plan.name != "/" else None
            plan.display_name = " ".join(filter(None, (number, plan.title)))

    @api.model
    def _search_word(self, operator, word):
        """What all pets share is found by the name of each."""
        owners = self.env["res.partner"]._search_pet_word(operator, word)
        shared = Domain("pet_id", "=", False) & self._search_household(owners)
        return super()._search_word(operator, word) | shared

    # --- Constraints -----------------------------------------------------------

    @api.constrains("pet_id", "partner_id")
    def _check_pet_owner(self):
        for plan in self:
            if plan.pet_id and not plan._is_customers_pet(plan.pet_id):
                raise ValidationError(
                    self.env._(
                        "%(plan)s is for %(customer)s, but %(pet)s belongs to "
                        "%(owner)s.",
                        plan=plan.display_name,
                        customer=plan.partner_id.display_name,
                        pet=plan.pet_id.name,
                        owner=plan.pet_id.partner_id.display_name,
                    )
                )

    @api.constrains("pet_id")
    def _check_pet_not_archived(self):
        """Nothing is sold for an archived pet (X9)."""
        running = self.filtered(lambda plan: plan.state in RUNNING_STATES)
        running.pet_id._check_not_archived()

    @api.constrains("pet_id", "template_id")
    def _check_template_fits(self):
        for plan in self:
            template = plan.template_id
            if not template._fits(plan.pet_id):
                raise ValidationError(
                    self.env._(
                        "%(template)s is offered to %(offered)s; %(pet)s is a "
                        "%(species)s (%(breed)s).",
                        template=template.name,
                        offered=", ".join(
                            (template.breed_ids or template.species_ids).mapped("name")
                        ),
                        pet=plan.pet_id.name,
                        species=plan.pet_id.species_id.name
                        or self.env._("pet of unknown species"),
                        breed=plan.pet_id.breed_id.name or self.env._("unknown breed"),
                    )
                )

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for plan in self:
            if plan.date_end and plan.date_end < plan.date_start:
                raise ValidationError(
                    self.env._(
                        "%(plan)s would end on %(end)s, before it starts on %(start)s.",
                        plan=plan.display_name,
                        end=format_day(self.env, plan.date_end),
                        start=format_day(self.env, plan.date_start),
                    )
                )

    # --- Create, write, delete -------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # The guard stays closed while they are created: their services come with them.
        plans = super().create(vals_list)
        names = self._get_references([plan.company_id.id for plan in plans])
        for plan, name in zip(plans._unguarded(), names, strict=True):
            plan.name = name
        return plans

    @api.model
    def _get_references(self, company_ids):
        """Return the next references, from the sequences of the plans' companies.

        :param company_ids: list of the plans' company ids
        :return: list of texts, parallel to it
        """
        names = {
            company: iter(
                self.env["ir.sequence"]
                .with_company(company)
                ._next_by_code_many("pet.plan", count)
            )
            for company, count in Counter(company_ids).items()
        }
        return [next(names[company]) for company in company_ids]

    def write(self, vals):
        self._check_sold_terms(vals)
        old_ends = {plan.id: plan.date_end for plan in self if "date_end" in vals}
        result = super().write(vals)
        if "date_end" in vals:
            # Status, ledger and periods are not the user's to write; who may move
            # the end date was checked above.
            plans = self._sudo_clean()
            plans._follow_end()
            plans._move_renewals(old_ends)
        return result

    def _get_sold_fields(self):
        """Return the names of the fields that are settled once the plan is sold."""
        return {
            *self._get_term_fields(),
            "template_id",
            "company_id",
            "currency_id",
            "partner_id",
            "pet_id",
            "date_start",
            "line_ids",
        }

    def _check_sold_terms(self, vals):
        """Refuse to change what was sold (S2), and the end date but by a manager.

        :param vals: dict, the values about to be written
        :raises UserError: naming the plan and the fields
        """
        sold = self.filtered(lambda plan: plan.state != "draft")
        if not sold or self._is_unguarded():
            return
        fixed = self._get_sold_fields().intersection(vals)
        if "date_end" in vals and not self.env.user.has_group(
            "pet_plans.group_manager"
        ):
            fixed.add("date_end")
        if fixed:
            raise UserError(
                self.env._(
                    "%(plans)s is sold: %(fields)s cannot be changed.",
                    plans=", ".join(sold.mapped("display_name")),
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        for name in sorted(fixed)
                    ),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        sold = self.filtered(lambda plan: plan.state != "draft")
        if sold:
            raise UserError(
                self.env._(
                    "%(plans)s cannot be deleted: it is sold. Cancel it instead.",
                    plans=", ".join(sold.mapped("display_name")),
                )
            )

    # --- Selling (S1-S8) -------------------------------------------------------

    def action_confirm(self):
        """Sell the drafts: cycles, one draft invoice each, sessions granted (S3).

        :raises UserError: naming the plan, when one is not a draft or sells nothing
        """
        self.check_access("write")
        self._check_confirmable()
        # Cycles, entries and invoices are nobody's to create by hand, and staff have
        # no invoicing rights: selling opens exactly the records of these plans.
        plans = self._sudo_clean()
        plans._unguarded().write({"state": "active"})
        # At once, before any cycle: of two who confirm one draft the second waits
        # here, is tried again, and is told that the plan is sold.
        plans.flush_recordset(["state"])
        cycles = (
            plans.env["pet.cycle"]
            ._unguarded()
            .create(
                [vals for plan in plans for vals in plan._prepare_cycle_vals_list()]
            )
        )
        cycles._set_due_dates(cycles._get_due_dates())
        cycles._create_invoices()
        plans.line_ids._post_entries(
            [vals for plan in plans for vals in plan._prepare_grant_vals_list()]
        )
        plans._message_log_batch(
            bodies={plan.id: plan._get_sold_note() for plan in plans}
        )
        return True

    @contextmanager
    def _selling(self):
        """Call these new plans by their titles in what refuses their sale (S1).

        With the sale goes the plan: nobody would find it by its number, and each try
        would tell another one.
        """
        try:
            yield
        except UserError as error:
            text = str(error)
            for plan in self:
                title = plan.title or plan.template_id.name
                text = text.replace(plan.display_name, title)
                if plan.name != "/":  # as where the sequence was deleted
                    text = text.replace(plan.name, title)
            raise type(error)(text) from error

    def _get_sold_note(self):
        """Return what was sold, as a sentence."""
        self.ensure_one()
        return self.env._(
            "Sold for %(price)s, billed in %(cycles)s.",
            price=self.currency_id.format(self.amount_total),
            cycles=say_cycles(self.env, len(self.cycle_ids)),
        )

    def _check_confirmable(self):
        """Refuse plans that cannot be sold, all in one message (S3)."""
        self._refuse_all(lambda plan: plan._get_confirm_refusal())

    def _get_confirm_refusal(self):
        """Return why the plan cannot be sold, as a sentence, or None (S3)."""
        self.ensure_one()
        if self.state == "cancelled":
            return self.env._(
                "%(plan)s is cancelled: only a draft is confirmed.",
                plan=self.display_name,
            )
        if self.state != "draft":
            return self.env._(
                "%(plan)s is already sold, and is %(state)s: only a draft is "
                "confirmed.",
                plan=self.display_name,
                state=self._get_state_label().lower(),
            )
        if self.pet_id and not self.pet_id.active:
            return self.pet_id._get_archived_refusal()
        if not self.line_ids:
            return self.env._(
                "%(plan)s sells no service: add at least one line.",
                plan=self.display_name,
            )
        if self.kind == "plan" and self.date_end:
            first, __ = self._get_period_bounds()[-1]
            if self.date_end < first:
                return self.env._(
                    "%(plan)s would end on %(end)s, but the last of its %(count)s "
                    "periods begins on %(first)s: sell fewer periods, or move the end.",
                    plan=self.display_name,
                    end=format_day(self.env, self.date_end),
                    count=self.period_count,
                    first=format_day(self.env, first),
                )
        return None

    def _refuse_all(self, get_refusal):
        """Raise one message for all plans to which something cannot be done.

        :param get_refusal: function of a plan, returns why as a sentence, or nothing
        :raises UserError: one line per plan
        """
        refusals = [refusal for plan in self if (refusal := get_refusal(plan))]
        if refusals:
            raise UserError("\n".join(refusals))

    def _get_date_end(self):
        """Return the last day of use, or False when there is none (S8).

        :raises UserError: when the terms run beyond the calendar
        """
        self.ensure_one()
        if self.kind == "plan" and (self.interval <= 0 or self.period_count <= 0):
            return False  # an unfinished form; the constraint has the message
        try:
            if self.kind == "plan":
                return self._get_period_bounds()[-1][1]
            return (
                periods.validity_end(self.date_start, self.validity, self.validity_unit)
                or False
            )
        except (OverflowError, ValueError) as error:
            raise UserError(
                self.env._(
                    "%(plan)s: there is no date %(duration)s after %(start)s.",
                    plan=self.display_name,
                    duration=self._get_duration_label(),
                    start=format_day(self.env, self.date_start),
                )
            ) from error

    def _get_period_bounds(self):
        """Return the (first day, last day) of each billing period (S5)."""
        self.ensure_one()
        return periods.period_bounds(
            self.date_start, self.interval, self.interval_unit, self.period_count
        )

    def _prepare_cycle_vals_list(self):
        """Return the values of every cycle of the plan, in order (S4, S5)."""
        self.ensure_one()
        if self.kind == "plan":
            capacity = max(self.line_ids.mapped("quantity"))
            slots = [
                {"capacity": capacity, "date_from": first, "date_to": last}
                for first, last in self._get_period_bounds()
            ]
            # An end agreed on before the sale is that of the last period.
            slots[-1]["date_to"] = self.date_end or slots[-1]["date_to"]
        else:
            slots = [
                {"capacity": capacity} for capacity in self._get_package_capacities()
            ]
        amounts = self._get_cycle_amounts([slot["capacity"] for slot in slots])
        return [
            {**slot, "plan_id": self.id, "sequence": number, "amount_untaxed": amount}
            for number, (slot, amount) in enumerate(zip(slots, amounts, strict=True), 1)
        ]

    def _get_package_capacities(self):
        """Return the visits each cycle of a package has room for, in order (S4)."""
        self.ensure_one()
        return dealing.capacities(self.appointment_count, self.appointments_per_cycle)

    def _get_shares(self, capacities):
        """Return the sessions of each service that each cycle entitles to (S4, S5).

        What was carried into the plan is in cycles of its own (X6); in a period it
        comes on top.

        :param capacities: list of floats, the capacities of all cycles in order
        :return: dict, line of the plan -> list of floats parallel to `capacities`
        """
        self.ensure_one()
        cycles = self.cycle_ids.sorted("sequence")  # none yet while it is sold
        own = {line: [c in line.cycle_ids for c in cycles] for line in self.line_ids}
        if self.kind == "plan":
            return {
                line: [
                    line.quantity if here else 0.0
                    for here in (
                        own[line] if line.cycle_ids else [True] * len(capacities)
                    )
                ]
                for line in self.line_ids
            }
        apart = [bool(cycle.line_ids) for cycle in cycles] or [False] * len(capacities)
        return {
            line: dealing.spread(
                line.quantity,
                [
                    capacity if here else 0.0
                    for capacity, here in zip(
                        capacities,
                        own[line] if line.cycle_ids else [not one for one in apart],
                        strict=True,
                    )
                ],
            )
            for line in self.line_ids
        }

    def _get_entitlements(self, capacities):
        """Return what each cycle sells: per cycle a list of (line, sessions, amount).

        A cycle's amount is the sessions it entitles to at the price sold, whatever is
        booked; amounts add up to the price, exact to the currency (S4-S6).
        """
        self.ensure_one()
        entitlements = [[] for __ in capacities]
        for line, shares in self._get_shares(capacities).items():
            total = line.price_subtotal
            if self.kind == "plan":
                amounts = [total if share else 0.0 for share in shares]
            else:
                amounts = dealing.spread_amount(
                    total, shares, self.currency_id.rounding
                )
            for sold, share, amount in zip(entitlements, shares, amounts, strict=True):
                if share:
                    sold.append((line, share, amount))
        return entitlements

    def _get_cycle_amounts(self, capacities):
        return [
            self.currency_id.round(sum(amount for __, __, amount in sold))
            for sold in self._get_entitlements(capacities)
        ]

    def _prepare_grant_vals_list(self):
        """Return the ledger entries that grant the sessions sold (S3).

        A package grants each service once; a plan grants it period by period, since
        its sessions belong to their period (C8).
        """
        self.ensure_one()
        cycles = self.cycle_ids if self.kind == "plan" else [self.env["pet.cycle"]]
        return [
            line._prepare_entry_vals(self._get_grant_kind(), line.quantity, cycle=cycle)
            for cycle in cycles
            for line in self.line_ids
        ]

    def _get_grant_kind(self):
        """Return the kind of the entries that open the plan's ledger."""
        self.ensure_one()
        return "transfer" if self.transferred_from_id else "grant"

    @api.model
    def get_import_templates(self):
        """Offer a file to begin with where records are imported with Odoo's own."""
        return [
            {
                "label": self.env._("Import Template for Plans"),
                "template": "/pet_plans/static/import/plans.csv",
            }
        ]

    # --- Windows ---------------------------------------------------------------

    def _get_opening_action(self):
        """Return the action that opens this plan, or these plans as a list."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": "pet.plan",
            "name": self.env._("Plans & Packages"),
        }
        if len(self) == 1:
            return open_record(self, name=action["name"])
        return {
            **action,
            "domain": [("id", "in", self.ids)],
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    def action_view_appointments(self):
        """Open the visits of these plans."""
        alone = len(self) == 1
        return open_window(
            self.env,
            "pet_plans.action_pet_appointment_list",
            {
                "default_plan_id": self.id if alone else False,
                "default_pet_id": self.pet_id.id if alone else False,
            },
            [("plan_id", "in", self.ids)],
        )

    def action_view_cycles(self):
        """Open the cycles of these plans."""
        return open_window(
            self.env, "pet_plans.action_pet_cycle", {}, [("plan_id", "in", self.ids)]
        )

    def action_view_entries(self):
        """Open the session ledger of these plans."""
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_entry",
            {},
            [("plan_id", "in", self.ids)],
        )

    def action_view_invoices(self):
        """Open the invoices and credit notes of these plans, to print or pay (I2)."""
        return self.env["account.move"]._open_pet_invoices(
            [("pet_plan_id", "in", self.ids)]
        )
