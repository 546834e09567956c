from ast import literal_eval
from collections import defaultdict
from datetime import timedelta

from lxml import etree
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, split_every

from ..lib import dealing, periods


class PetPlan(models.Model):
    _name = "pet.plan"
    _description = "Pet Plan or Package"
    _inherit = [
        "pet.guard.mixin",
        "pet.reminder.mixin",
        "pet.plan.terms.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "title", "pet_id.name", "partner_id.name"]
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
            "pause_ids",
            "amount_total",
            "renewal_of_id",
            "renewal_reminded",
            "last_sessions_reminded",
            "transferred_from_id",
            "legacy_system",
            "legacy_ref",
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
    user_id = fields.Many2one(
        "res.users",
        string="Sold by",
        default=lambda self: self._default_user_id(),
        check_company=True,
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
        index=True,
        tracking=True,
        help="Last day of use; empty: never expires",
    )
    duration = fields.Char(compute="_compute_duration")
    days_left = fields.Integer(compute="_compute_days_left")
    expiry_bucket = fields.Selection(
        [
            ("not_renewed", "Not renewed"),
            ("week_1", "Ends within 1 week"),
            ("week_2", "Ends in 1 to 2 weeks"),
            ("month_1", "Ends in 2 weeks to 1 month"),
            ("later", "Ends in more than 1 month"),
        ],
        string="Ending",
        compute="_compute_expiry_bucket",
        search="_search_expiry_bucket",
    )
    renewal_of_id = fields.Many2one(
        "pet.plan", readonly=True, copy=False, index="btree_not_null"
    )
    renewal_ids = fields.One2many("pet.plan", "renewal_of_id", string="Renewals")
    renewed_by_id = fields.Many2one("pet.plan", compute="_compute_renewed_by_id")
    is_renewed = fields.Boolean(
        compute="_compute_renewed_by_id", search="_search_is_renewed"
    )
    legacy_system = fields.Char(
        readonly=True, copy=False, help="The software the plan was carried over from"
    )
    legacy_ref = fields.Char(
        string="Legacy Reference",
        readonly=True,
        copy=False,
        help="Its reference there; the same one is never carried over twice",
    )
    note = fields.Text(
        string="Package Note",
        groups="base.group_user",
        help="Shown to staff wherever the plan is used: "
        "on its visits, at check-in and at checkout",
    )

    # The snapshot of the template's terms (S2). Declared one by one so that each is
    # stored and editable on its own; they depend on the template's id only, so that
    # editing the template never reaches a plan that exists.
    kind = fields.Selection(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    appointment_count = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    appointments_per_cycle = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    interval = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    interval_unit = fields.Selection(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    period_count = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    validity = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    validity_unit = fields.Selection(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    due_basis = fields.Selection(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    due_offset_days = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    post_lead_days = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    rollover = fields.Boolean(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    late_cancel_hours = fields.Integer(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    no_show_policy = fields.Selection(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    overdraft_limit = fields.Float(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    is_carry_over = fields.Boolean(
        compute="_compute_terms", store=True, readonly=False, precompute=True
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
        compute="_compute_sessions", digits="Product Unit"
    )
    to_book = fields.Integer(
        string="Visits to Book",
        compute="_compute_to_book",
        help="Visits for which sessions are still left",
    )
    billing_error = fields.Text(
        compute="_compute_billing_error",
        store=True,
        groups="base.group_user",
        help="Why the nightly job could not post an invoice of this plan",
    )

    _legacy_uniq = models.UniqueIndex(
        "(company_id, legacy_system, legacy_ref) WHERE legacy_ref IS NOT NULL",
        "This reference of the old software was carried over already.",
    )
    _renewal_uniq = models.UniqueIndex(
        "(renewal_of_id) WHERE renewal_of_id IS NOT NULL AND state != 'cancelled'",
        "The plan is renewed already.",
    )

    visits_revision = fields.Integer(
        default=0,
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Technical: counts the changes of the plan's visits, see _touch()",
    )
    status_error = fields.Text(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Why the nightly job could not update the plan",
    )
    cancel_date = fields.Date(string="Cancelled From", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False, groups="base.group_user")
    non_renewal_reason = fields.Char(
        string="Why Not Renewed",
        copy=False,
        groups="base.group_user",
        help="What the customer said when the plan was let go",
    )
    transferred_from_id = fields.Many2one(
        "pet.plan", readonly=True, copy=False, index="btree_not_null"
    )
    renewal_reminded = fields.Boolean(readonly=True, copy=False)
    last_sessions_reminded = fields.Boolean(readonly=True, copy=False)
    pause_ids = fields.One2many(
        "pet.plan.pause", "plan_id", string="Pauses", groups="base.group_user"
    )
    # By sudo: customers see that a plan rests, not the pauses with their reasons.
    is_paused = fields.Boolean(
        compute="_compute_is_paused", compute_sudo=True, search="_search_is_paused"
    )
    is_used_up = fields.Boolean(
        compute="_compute_is_used_up", search="_search_is_used_up"
    )
    is_overdrawn = fields.Boolean(
        compute="_compute_is_used_up", search="_search_is_overdrawn"
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
    def _compute_terms(self):
        """Copy the terms; depends on the template's id only, never its content (S2)."""
        for plan in self:
            # Sold is sold: not even a new column may bring today's terms in.
            terms = (plan._is_draft() and plan.template_id) or plan
            for name in self._get_term_fields():
                plan[name] = terms[name]

    @api.depends("template_id")
    def _compute_line_ids(self):
        """Copy the services; depends on the template's id only (S2)."""
        for plan in self:
            if not (plan._is_draft() and plan.template_id):
                plan.line_ids = plan.line_ids
                continue
            plan.line_ids = [
                Command.clear(),
                *(
                    Command.create(line._prepare_plan_line_vals())
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

    @api.depends("pause_ids.date_from", "pause_ids.date_to", "company_id.pet_tz")
    def _compute_is_paused(self):
        for plan in self:
            plan.is_paused = bool(plan._get_pause(plan.company_id._get_pet_today()))

    def _search_is_paused(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "pause_ids",
                "any",
                self._get_pause_domain(company._get_pet_today()),
            )
            for company in self.env.companies
        )

    @api.depends("state", "line_ids.remaining")
    def _compute_is_used_up(self):
        for plan in self:
            left = plan.line_ids.mapped("remaining")
            plan.is_used_up = plan.state == "active" and max(left, default=1) <= 0
            plan.is_overdrawn = min(left, default=0) < 0

    def _search_is_used_up(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "=", "active"),
            ("line_ids", "!=", False),
            ("line_ids", "not any", [("remaining", ">", 0)]),
        ]

    def _search_is_overdrawn(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("line_ids", "any", [("remaining", "<", 0)])]

    @api.depends("renewal_ids.state")
    def _compute_renewed_by_id(self):
        for plan in self:
            plan.renewed_by_id = plan.renewal_ids.filtered(
                lambda renewal: renewal.state != "cancelled"
            )[:1]
            plan.is_renewed = bool(plan.renewed_by_id)

    def _search_is_renewed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("renewal_ids", "any", [("state", "!=", "cancelled")])]

    @api.depends(
        "state",
        "date_end",
        "company_id.pet_tz",
        "partner_id.pet_plan_ids.state",
        "partner_id.pet_plan_ids.date_end",
        "partner_id.pet_plan_ids.pet_id",
    )
    def _compute_expiry_bucket(self):
        """By how many days are left, judged by dates (X1, X3, X4)."""
        not_renewed = self.search(
            Domain("id", "in", self.ids)
            & self._get_bucket_domain("not_renewed", self.company_id)
        )
        for plan in self:
            plan.expiry_bucket = plan._get_running_bucket() or (
                plan._origin in not_renewed and "not_renewed"
            )

    def _get_running_bucket(self):
        """Return the bucket of a plan that still runs (X3), or None."""
        self.ensure_one()
        if self.state not in ("active", "expired"):
            return None
        if not self.date_end or self.days_left > 30:
            return "later"
        for bucket, last in (("week_1", 7), ("week_2", 14), ("month_1", 30)):
            if 0 <= self.days_left <= last:
                return bucket
        return None

    def _search_expiry_bucket(self, operator, value):
        if operator != "in":
            return NotImplemented
        companies = self.env.companies
        known = [name for name, __ in self._fields["expiry_bucket"].selection]
        domains = {
            name: self._get_bucket_domain(name, companies)
            for name in known
            if name in value or False in value
        }
        found = Domain.OR(domains[name] for name in domains if name in value)
        return found | ~Domain.OR(domains.values()) if False in value else found

    @api.model
    def _get_bucket_domain(self, bucket, companies):
        """Return the domain of one card of the Plans screen (X3, X4).

        :param bucket: value of `expiry_bucket`
        :param companies: companies to look at, each by its own clock
        """
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("active", "expired"))
            & self._get_bucket_dates(bucket, company._get_pet_today())
            for company in companies
        )

    @api.model
    def _get_bucket_dates(self, bucket, today):
        """Return the condition on the dates of a bucket (X3, X4)."""
        if bucket == "not_renewed":
            return Domain("date_end", "<", today) & Domain.custom(
                to_sql=lambda model, alias, query: self._get_sql_not_followed(
                    alias, today
                )
            )
        first, last = {
            "week_1": (0, 7),
            "week_2": (8, 14),
            "month_1": (15, 30),
            "later": (31, None),
        }[bucket]
        ends = Domain("date_end", ">=", today + timedelta(days=first))
        if last is None:
            return ends | Domain("date_end", "=", False)
        return ends & Domain("date_end", "<=", today + timedelta(days=last))

    @api.model
    def _get_sql_not_followed(self, alias, today):
        """Return the SQL of X4: no other plan of that customer and pet goes on."""
        self.flush_model(["partner_id", "pet_id", "company_id", "state", "date_end"])
        return SQL(
            """NOT EXISTS (
                SELECT FROM pet_plan other
                 WHERE other.partner_id = %(partner)s
                   AND other.pet_id IS NOT DISTINCT FROM %(pet)s
                   AND other.company_id = %(company)s
                   AND other.id != %(id)s
                   AND other.state IN ('active', 'expired')
                   AND (other.date_end IS NULL
                        OR other.date_end >= %(today)s
                        OR (other.date_end, other.id) > (%(end)s, %(id)s))
            )""",
            id=SQL.identifier(alias, "id"),
            end=SQL.identifier(alias, "date_end"),
            partner=SQL.identifier(alias, "partner_id"),
            pet=SQL.identifier(alias, "pet_id"),
            company=SQL.identifier(alias, "company_id"),
            today=today,
        )

    @api.depends("line_ids.price_subtotal", "kind", "period_count")
    def _compute_amount_total(self):
        for plan in self:
            periods_sold = plan.period_count if plan.kind == "plan" else 1
            plan.amount_total = (
                sum(plan.line_ids.mapped("price_subtotal")) * periods_sold
            )

    @api.depends(
        "line_ids.total",
        "line_ids.used",
        "line_ids.booked",
        "line_ids.remaining",
    )
    def _compute_sessions(self):
        for plan in self:
            plan.sessions_total = sum(plan.line_ids.mapped("total"))
            plan.sessions_used = sum(plan.line_ids.mapped("used"))
            plan.sessions_booked = sum(plan.line_ids.mapped("booked"))
            plan.sessions_remaining = sum(plan.line_ids.mapped("remaining"))

    @api.depends("state", "line_ids.remaining")
    def _compute_to_book(self):
        """Visits until the service with the most sessions left is used up."""
        for plan in self:
            most = max(plan.line_ids.mapped("remaining"), default=0.0)
            plan.to_book = max(0, int(most)) if plan.state == "active" else 0

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
            plan.display_name = " ".join(filter(None, (plan.name, plan.title)))

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
                        end=format_date(self.env, plan.date_end),
                        start=format_date(self.env, plan.date_start),
                    )
                )

    # --- Create, write, delete -------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_guarded({name for vals in vals_list for name in vals})
        numbered = [
            {**vals, "name": self._get_reference(vals.get("company_id"))}
            for vals in vals_list
        ]
        return super(PetPlan, self._unguarded()).create(numbered).with_env(self.env)

    @api.model
    def _get_reference(self, company_id):
        """Return the next reference, from the sequence of the plan's company."""
        company = self.env["res.company"].browse(company_id) or self.env.company
        sequence = self.env["ir.sequence"].with_company(company)
        return sequence.next_by_code("pet.plan") or "/"

    def write(self, vals):
        self._check_sold_terms(vals)
        result = super().write(vals)
        if "date_end" in vals:
            # Status, ledger and periods are not the user's to write; who may move
            # the end date was checked above.
            self.sudo()._follow_end()
        return result

    def _check_end_after_visits(self):
        """Refuse an end before visits that are still to come."""
        for plan in self.filtered("date_end"):
            beyond = plan._get_visits_from(plan.date_end + timedelta(days=1))
            if beyond:
                raise UserError(
                    self.env._(
                        "%(plan)s cannot end on %(end)s: %(count)s visit(s) are "
                        "booked after it, the first on %(first)s. Move or cancel "
                        "them first.",
                        plan=plan.display_name,
                        end=format_date(self.env, plan.date_end),
                        count=len(beyond),
                        first=plan.company_id._format_pet_time(
                            min(beyond.mapped("start"))
                        ),
                    )
                )

    def _follow_end(self):
        """Let the last period, the status and the sessions follow the end (X1, X2)."""
        self._check_end_after_visits()
        for plan in self.filtered(lambda plan: plan.kind == "plan"):
            last = plan.cycle_ids.sorted("sequence")[-1:]
            if last and plan.date_end and last.date_to != plan.date_end:
                last._unguarded().write(
                    {
                        "date_to": max(plan.date_end, last.date_from),
                        "sessions_expired": False,
                    }
                )
        # Drafts without visits show the end of their plan (C5).
        self.cycle_ids._follow_visits()
        # The new end is one the customer was not told about yet.
        self._unguarded().write({"renewal_reminded": False})
        self._update_states()

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
        plans = self.sudo()
        plans._unguarded().write({"state": "active"})
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
            bodies={
                plan.id: self.env._(
                    "Sold for %(price)s, billed in %(count)s cycle(s).",
                    price=plan.currency_id.format(plan.amount_total),
                    count=len(plan.cycle_ids),
                )
                for plan in plans
            }
        )
        return True

    def _check_confirmable(self):
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s is already %(state)s: only a draft is confirmed.",
                        plan=plan.display_name,
                        state=plan._get_state_label(),
                    )
                )
            if not plan.line_ids:
                raise UserError(
                    self.env._(
                        "%(plan)s sells no service: add at least one line.",
                        plan=plan.display_name,
                    )
                )

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
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(plan)s: there is no date %(duration)s after %(start)s.",
                    plan=self.display_name,
                    duration=self._get_duration_label(),
                    start=format_date(self.env, self.date_start),
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
        else:
            capacities = dealing.capacities(
                self.appointment_count, self.appointments_per_cycle
            )
            slots = [{"capacity": capacity} for capacity in capacities]
        amounts = self._get_cycle_amounts([slot["capacity"] for slot in slots])
        return [
            {**slot, "plan_id": self.id, "sequence": number, "amount_untaxed": amount}
            for number, (slot, amount) in enumerate(zip(slots, amounts, strict=True), 1)
        ]

    def _get_shares(self, capacities):
        """Return the sessions of each service that each cycle entitles to (S4, S5).

        :param capacities: list of floats, the cycles' capacities in order
        :return: dict, line of the plan -> list of floats parallel to `capacities`
        """
        self.ensure_one()
        return {
            line: [line.quantity] * len(capacities)
            if self.kind == "plan"
            else dealing.spread(line.quantity, capacities)
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
                amounts = [total] * len(shares)
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

    # --- Status (X1) -----------------------------------------------------------

    def _get_state_label(self):
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _is_live(self, day):
        """Tell whether the plan can be used on a local day, by its dates (X1).

        The stored status only follows; a late nightly job neither lets an expired
        plan be used nor blocks one whose end was moved.
        """
        self.ensure_one()
        return (
            self.state in ("active", "expired")
            and self.date_start <= day
            and (not self.date_end or day <= self.date_end)
        )

    def _update_states(self):
        """Bring status and sessions of sold plans in line with their dates (X1, X2).

        Safe to run late, twice, or after days: what is done is read from the ledger
        and the dates, not from when the job last ran.
        """
        ended, running = self.browse(), self.browse()
        for plan in self.filtered(lambda plan: plan.state in ("active", "expired")):
            today = plan.company_id._get_pet_today()
            if plan.date_end and plan.date_end < today:
                ended += plan
            else:
                running += plan
        revived = running.filtered(lambda plan: plan.state == "expired")
        ended.filtered(lambda plan: plan.state == "active")._set_state("expired")
        revived._set_state("active")
        revived._reinstate_sessions()
        (ended + running)._expire_sessions()

    def _set_state(self, state):
        """Write the status and log it, in one batch."""
        if not self:
            return
        self._unguarded().write({"state": state})
        self._message_log_batch(
            bodies={
                plan.id: self.env._(
                    "Now %(state)s: the last day is %(end)s.",
                    state=plan._get_state_label().lower(),
                    end=format_date(self.env, plan.date_end)
                    if plan.date_end
                    else self.env._("open"),
                )
                for plan in self
            }
        )

    def _expire_sessions(self):
        """Let the sessions expire that can be used no more (X2).

        Those of a plan that ended; and of a plan without `rollover` those of each
        period that ended. Visits already booked keep theirs.
        """
        lines = self.line_ids
        balances = lines._get_balances()
        lines._post_entries(
            [
                line._prepare_entry_vals(
                    "expire",
                    -quantity,
                    cycle=cycle,
                    reason=self.env._(
                        "Ended on %(day)s", day=format_date(self.env, day)
                    ),
                )
                for line in lines
                for cycle, quantity, day in line._get_expired(balances)
            ]
        )
        self.cycle_ids._filter_ended()._unguarded().write({"sessions_expired": True})

    def _reinstate_sessions(self):
        """Give back what expired when the plan ended, since its end was moved (X2)."""
        lines = self.line_ids
        expired = defaultdict(float)
        for line, cycle, quantity in self.env["pet.plan.entry"]._read_group(
            [
                ("line_id", "in", lines.ids),
                ("kind", "in", ("expire", "reinstate")),
            ],
            ["line_id", "cycle_id"],
            ["quantity:sum"],
        ):
            expired[line, cycle] = -quantity
        still_ended = self.cycle_ids._filter_ended()
        lines._post_entries(
            [
                line._prepare_entry_vals(
                    "reinstate",
                    quantity,
                    cycle=cycle,
                    reason=self.env._(
                        "End moved to %(day)s",
                        day=format_date(self.env, line.plan_id.date_end),
                    )
                    if line.plan_id.date_end
                    else self.env._("Never expires now"),
                )
                for (line, cycle), quantity in expired.items()
                if quantity > 0 and cycle not in still_ended
            ]
        )

    @api.model
    def _get_plans_to_update_domain(self, company):
        """Return the domain of the plans that are behind their dates (X1, X2)."""
        today = company._get_pet_today()
        ended = Domain("date_end", "<", today)
        running = Domain("date_end", "=", False) | Domain("date_end", ">=", today)
        left_over = Domain("line_ids", "any", [("remaining", ">", 0)])
        ended_period = Domain("kind", "=", "plan") & Domain(
            "cycle_ids",
            "any",
            [("date_to", "<", today), ("sessions_expired", "=", False)],
        )
        return Domain("company_id", "=", company.id) & (
            (Domain("state", "=", "active") & (ended | ended_period))
            | (Domain("state", "=", "expired") & (running | left_over))
        )

    @api.model
    def _cron_update_plans(self, batch_size=500):
        """Nightly job: status, expiry and reinstatement by dates (X1, X2).

        Batch by batch, each committed on its own. A plan that fails is noted and left
        for the next night; one that another worker holds is left to that one.
        """
        domain = Domain.OR(
            self._get_plans_to_update_domain(company)
            for company in self.env["res.company"].search([("id", "!=", False)])
        )
        plan_ids = self.search(domain, order="id").ids
        left = len(plan_ids)
        for ids in split_every(batch_size, plan_ids):
            plans = self.browse(ids).try_lock_for_update(allow_referencing=True)
            plans.filtered_domain(domain)._update_isolated()
            left -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=left):
                return

    def _update_isolated(self):
        """Update each plan even if another one fails; note failures on the plan."""
        updated = self._run_isolated(
            lambda plans: plans._update_states(),
            lambda plan, error: plan._note_status_error(error),
        )
        failed_before = updated.filtered("status_error")
        failed_before._unguarded().write({"status_error": False})

    def _note_status_error(self, error):
        self.ensure_one()
        if self.status_error != error:
            self._unguarded().write({"status_error": error})

    # --- Booking (B1-B3) -------------------------------------------------------

    def book(self, starts, **values):
        """Book visits on this plan (B1-B3).

        :param starts: list of naive UTC datetimes, or their strings
        :param values: more values of the visits, such as `user_id`, `duration`, or
            `pet_id`, which a shared plan needs
        :return: the new `pet.appointment` records, in the order of `starts`
        :raises UserError: naming the plan, the reason and the numbers (B3)
        """
        self.ensure_one()
        values["pet_id"] = values.get("pet_id") or self.pet_id.id
        if not values["pet_id"]:
            raise UserError(
                self.env._(
                    "%(plan)s cannot take visits without a pet: the plan is shared, "
                    "choose one of the pets of %(customer)s.",
                    plan=self.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        return self.env["pet.appointment"].create(
            [
                {**values, "plan_id": self.id, "start": fields.Datetime.to_datetime(at)}
                for at in starts
            ]
        )

    def _is_customers_pet(self, pet):
        """Tell whether a pet belongs to the customer or somebody of their household."""
        self.ensure_one()
        return (
            pet.partner_id.commercial_partner_id
            == self.partner_id.commercial_partner_id
        )

    def _covers(self, pet):
        """Tell whether the plan is for this pet: its own, or shared by its owner's."""
        self.ensure_one()
        return pet == self.pet_id if self.pet_id else self._is_customers_pet(pet)

    def _get_refusal(self, visit):
        """Return why a visit cannot be on this plan, as a sentence, or None (B3)."""
        self.ensure_one()
        if self.state in ("draft", "cancelled"):
            return self.env._(
                "the plan is %(state)s", state=self._get_state_label().lower()
            )
        if not self._covers(visit.pet_id):
            return self.env._(
                "it is for %(covered)s, not for %(pet)s",
                covered=self.pet_id.name
                or self.env._(
                    "the pets of %(customer)s", customer=self.partner_id.display_name
                ),
                pet=visit.pet_id.with_context(show_owner=True).display_name,
            )
        return self._get_day_refusal(visit._get_day())

    def _get_day_refusal(self, day):
        """Return why nothing is booked on a local day, or None (B3, X8)."""
        self.ensure_one()
        if pause := self._get_pause(day):
            return self.env._(
                "it is paused from %(start)s to %(end)s",
                start=format_date(self.env, pause.date_from),
                end=format_date(self.env, pause.date_to),
            )
        if day < self.date_start:
            return self.env._(
                "%(day)s is before its start on %(start)s",
                day=format_date(self.env, day),
                start=format_date(self.env, self.date_start),
            )
        if self.date_end and day > self.date_end:
            return self.env._(
                "%(day)s is after its end on %(end)s",
                day=format_date(self.env, day),
                end=format_date(self.env, self.date_end),
            )
        return None

    def _get_bookable(self, starts, units):
        """Return those of some dates for which a plan's periods have sessions (B1).

        :param starts: list of naive UTC datetimes, in order
        :param units: float, the weight of each visit
        """
        self.ensure_one()
        lines = self.line_ids
        balances = lines._get_balances()
        left = {
            cycle: max(line._get_period_balance(cycle, balances) for line in lines)
            for cycle in self.cycle_ids
        }
        bookable = []
        for start in starts:
            day = periods.local_day(start, self.company_id.pet_tz)
            cycle = self.cycle_ids._pick(day, units, {})
            if cycle and left[cycle] >= units and not self._get_day_refusal(day):
                left[cycle] -= units
                bookable.append(start)
        return bookable

    def _check_visits_allowed(self, visits):
        """Refuse visits outside what their plan allows, all in one message (B3).

        :param visits: `pet.appointment` records, of these plans
        :raises UserError: one line per refused visit
        """
        refusals = [
            self.env._(
                "%(plan)s cannot take the visit of %(start)s: %(reason)s.",
                plan=visit.plan_id.display_name,
                start=visit.company_id._format_pet_time(visit.start),
                reason=reason,
            )
            for visit in visits
            if (reason := visit.plan_id._get_refusal(visit))
        ]
        if refusals:
            raise UserError("\n".join(refusals))

    def action_open_book(self):
        """Open the booking wizard (B1)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pet_plans.action_pet_plan_book"
        )
        action["context"] = {
            "default_plan_id": self.id,
            "dialog_size": "extra-large",
        }
        return action

    # --- Re-cycling (C2-C8) ----------------------------------------------------

    def action_recycle(self):
        """Deal the visits of packages into their cycles again (C2).

        :return: True
        """
        self.check_access("write")
        # Cycles and invoices are not the user's to write; a deal touches only those
        # of these plans, by the table of C6.
        self.sudo()._recycle()
        return True

    def _touch(self):
        """Make whoever deals with the visits of these plans at the same time wait.

        Where visits sit and when cycles are due follows from all visits together,
        which no constraint of the database can tell. So each change of them updates
        the plan's row: of two at once the second is tried again, on what the first
        left.
        """
        if self:
            self.env.execute_query(
                SQL(
                    "UPDATE pet_plan "
                    "SET visits_revision = COALESCE(visits_revision, 0) + 1 "
                    "WHERE id IN %s RETURNING id",
                    tuple(sorted(self.ids)),
                )
            )
            self.invalidate_recordset(["visits_revision"], flush=False)

    def _get_dealt_visits(self):
        """Return the visits that take up room in the cycles of these plans."""
        return self.env["pet.appointment"].search(
            [("plan_id", "in", self.ids), ("holds_sessions", "=", True)]
        )

    def _deal(self, visits):
        """Return where a deal puts the visits of this package (C2, C4, C6).

        :param visits: `pet.appointment` records of this plan, all that hold sessions
        :return: dict, visit id -> cycle id
        """
        self.ensure_one()
        frozen = self.cycle_ids._filter_frozen()
        closed = self.cycle_ids.filtered(lambda cycle: cycle.state == "closed")
        return dealing.deal(
            [
                dealing.Visit(
                    id=visit.id,
                    start=visit.start,
                    units=visit.units,
                    cycle=visit.cycle_id.id or None,
                    pinned=visit._is_pinned() or visit.cycle_id in frozen,
                )
                for visit in visits
            ],
            [
                dealing.Cycle(
                    id=cycle.id,
                    capacity=cycle.capacity,
                    open=cycle not in frozen and cycle not in closed,
                )
                for cycle in self.cycle_ids.sorted("sequence")
            ],
        )

    def _recycle(self):
        """Deal again, write the changed cycles, re-date their invoices (C2, C5, C6)."""
        packages = self.filtered(
            lambda plan: plan.kind == "package" and plan.state in ("active", "expired")
        )
        visits_by_plan = packages._get_dealt_visits().grouped("plan_id")
        moves = defaultdict(lambda: self.env["pet.appointment"])
        notes = {}
        for plan in packages:
            visits = visits_by_plan.get(plan, self.env["pet.appointment"])
            cycles = plan._deal(visits)
            moved = visits.filtered(
                lambda visit, cycles=cycles: cycles[visit.id] != visit.cycle_id.id
            )
            for visit in moved:
                moves[cycles[visit.id]] += visit
            if moved:
                notes[plan.id] = plan._get_deal_note(moved, cycles)
        for cycle_id, visits in moves.items():
            visits._unguarded().write({"cycle_id": cycle_id})
        packages.cycle_ids._follow_deal()
        packages._touch()
        if notes:
            self.browse(notes)._message_log_batch(bodies=notes)

    def _get_deal_note(self, moved, cycles):
        """Return the chatter note of a deal: which visits changed their cycle."""
        self.ensure_one()
        names = {cycle.id: cycle.sequence for cycle in self.cycle_ids}
        rows = Markup().join(
            Markup("<li>%s</li>")
            % self.env._(
                "%(start)s: cycle %(old)s → %(new)s",
                start=self.company_id._format_pet_time(visit.start),
                old=visit.cycle_id.sequence or "–",
                new=names[cycles[visit.id]],
            )
            for visit in moved.sorted("start")
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("Visits were dealt into the cycles again."),
            rows,
        )

    # --- Renewing (X6) ---------------------------------------------------------

    def action_renew(self):
        """Renew in one click, at the current price of the templates (X6).

        :return: the action that opens the new plan, or their list
        :raises UserError: naming the plan that cannot be renewed, or is already
        """
        renewals = self._create_renewals(
            [plan._prepare_renewal_vals(plan._get_renewal_start()) for plan in self]
        )
        return renewals._get_opening_action()

    def action_open_renew(self):
        """Open the renewal wizard, for another start, price or the sessions left."""
        self.ensure_one()
        self._check_renewable()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pet_plans.action_pet_plan_renew"
        )
        action["context"] = {"default_plan_id": self.id}
        return action

    def _check_renewable(self):
        for plan in self:
            values = {
                "plan": plan.display_name,
                "state": plan._get_state_label().lower(),
                "renewal": plan.renewed_by_id.display_name,
            }
            if plan.is_renewed:
                raise UserError(
                    self.env._("%(plan)s is already renewed by %(renewal)s.", **values)
                )
            if plan.state not in ("active", "expired"):
                raise UserError(
                    self.env._(
                        "%(plan)s is %(state)s: only a plan that runs or has "
                        "expired is renewed.",
                        **values,
                    )
                )
            if plan.is_carry_over:
                raise UserError(
                    self.env._(
                        "%(plan)s was carried over from another software: sell a new "
                        "plan instead of renewing it.",
                        **values,
                    )
                )

    def _get_renewal_start(self):
        """Return the first day of a renewal: after the end, at once if that is over.

        A plan of which nothing is left to book is renewed at once too: the customer
        has used it up and wants to come again.
        """
        self.ensure_one()
        today = self.company_id._get_pet_today()
        if not self.date_end or self.is_used_up:
            return today
        return max(today, self.date_end + timedelta(days=1))

    def _prepare_renewal_vals(self, date_start):
        """Return the values of the plan that renews this one (X6)."""
        self.ensure_one()
        return {
            "renewal_of_id": self.id,
            "template_id": self.template_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "pet_id": self.pet_id.id,
            "user_id": self.env.user.id,
            "note": self.note,
            "date_start": date_start,
        }

    def _prepare_kept_price_vals(self):
        """Return the services and terms of this plan, for a renewal that keeps them."""
        self.ensure_one()
        return {
            **{name: self[name] for name in self._get_term_fields()},
            "line_ids": [
                Command.create(
                    {
                        "sequence": line.sequence,
                        "product_id": line.product_id.id,
                        "quantity": line.quantity,
                        "price_unit": line.price_unit,
                        "discount": line.discount,
                    }
                )
                for line in self.line_ids
            ],
        }

    def _create_renewals(self, vals_list):
        """Sell the renewals of these plans and link them both ways (X6).

        :param vals_list: list of dicts of `_prepare_renewal_vals`, one per plan
        :return: the new `pet.plan` records
        """
        self.check_access("write")
        self._check_renewable()
        renewals = self._unguarded().create(vals_list).with_env(self.env)
        renewals.action_confirm()
        self._message_log_batch(
            bodies={
                renewal.renewal_of_id.id: self.env._(
                    "Renewed by %(renewal)s from %(start)s.",
                    renewal=renewal.display_name,
                    start=format_date(self.env, renewal.date_start),
                )
                for renewal in renewals
            }
        )
        return renewals

    def _hand_over_sessions(self, other, reason):
        """Move what is left to another plan, service by service (X6).

        :param other: `pet.plan` record that gets the sessions
        :param reason: text, kept on both entries
        """
        self.ensure_one()
        balances = self.line_ids._get_balances()
        entries = []
        for line in self.line_ids:
            target = other.line_ids.filtered(
                lambda sold, product=line.product_id: sold.product_id == product
            )[:1]
            if not target:
                continue
            for cycle, left in line._get_leftovers(balances):
                entries += [
                    line._prepare_entry_vals(
                        "transfer", -left, cycle=cycle, reason=reason
                    ),
                    target._prepare_entry_vals("transfer", left, reason=reason),
                ]
        # Counters are not the user's to write: exactly what leaves one plan, whose
        # renewal was checked, enters the other.
        self.line_ids.sudo()._post_entries(entries)

    # --- Cancelling a plan (X7) ------------------------------------------------

    def action_cancel(self):
        """Open the cancellation of these plans, with its preview and reason (X7)."""
        self.check_access("write")
        self._check_cancellable()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pet_plans.action_pet_plan_cancel"
        )
        action["context"] = {"default_plan_ids": [Command.set(self.ids)]}
        return action

    def _check_cancellable(self):
        for plan in self:
            if plan.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%(plan)s is already cancelled since %(day)s.",
                        plan=plan.display_name,
                        day=format_date(self.env, plan.cancel_date),
                    )
                )

    def _get_visits_from(self, day):
        """Return the visits still to come, from a local day on (X7, X8)."""
        return self.appointment_ids.filtered(
            lambda visit: (
                visit.state in ("scheduled", "confirmed") and visit._get_day() >= day
            )
        )

    def _cancel_from(self, day, reason):
        """Cancel the plans: visits to come, sessions left, drafts not served (X7).

        Visits go together, without a deal: nothing is left to deal into. A cancelled
        plan stays cancelled. Posted invoices are not touched.

        :param day: date, the first day without the plan
        :param reason: text
        """
        self.check_access("write")
        self._check_cancellable()
        self._touch()
        self._get_visits_from(day)._cancel_with_plan(reason)
        # Ledger, cycles and drafts are not the user's to write; only those of the
        # plans the user just cancelled are.
        plans = self.sudo()
        lines = plans.line_ids
        balances = lines._get_balances()
        lines._post_entries(
            [
                line._prepare_entry_vals("expire", -left, cycle=cycle, reason=reason)
                for line in lines
                for cycle, left in line._get_leftovers(balances)
            ]
        )
        plans.cycle_ids._get_unserved(day)._cancel_drafts()
        plans._unguarded().write(
            {"state": "cancelled", "cancel_date": day, "cancel_reason": reason}
        )
        plans._message_log_batch(
            bodies={
                plan.id: self.env._(
                    "Cancelled from %(day)s: %(reason)s",
                    day=format_date(self.env, day),
                    reason=reason,
                )
                for plan in plans
            }
        )

    def _get_visits_between(self, first, last):
        """Return the visits still to come within some local days (X8)."""
        return self._get_visits_from(first).filtered(
            lambda visit: visit._get_day() <= last
        )

    # --- Pausing (X8) ----------------------------------------------------------

    def action_open_pause(self):
        """Open the pause wizard (X8)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pet_plans.action_pet_plan_pause_set"
        )
        action["context"] = {"default_plan_id": self.id}
        return action

    def action_resume(self):
        """End the pause that runs today: the end moves back by the days saved (X8)."""
        self.check_access("write")
        for plan in self:
            today = plan.company_id._get_pet_today()
            pause = plan._get_pause(today)
            if not pause:
                raise UserError(
                    self.env._("%(plan)s is not paused.", plan=plan.display_name)
                )
            saved = (pause.date_to - today).days + 1
            # Pauses and periods are not the user's to write; see `_pause`.
            plan.sudo()._shift_end(today, -saved)
            if pause.date_from == today:
                pause.sudo().unlink()
            else:
                pause.sudo()._unguarded().date_to = today - timedelta(days=1)
        return True

    @api.model
    def _get_pause_domain(self, day):
        return [("date_from", "<=", day), ("date_to", ">=", day)]

    def _get_pause(self, day):
        """Return the pause in which a local day falls, or an empty record (X8)."""
        return self.pause_ids.filtered_domain(self._get_pause_domain(day))[:1]

    def _pause(self, date_from, date_to, reason):
        """Pause the plan: nothing is booked inside and its end moves (X8).

        Visits inside are cancelled, in one deal; drafts wait, since the posting job
        passes over paused plans.

        :param date_from, date_to: first and last day of the pause
        :param reason: text
        """
        self.ensure_one()
        self.check_access("write")
        today = self.company_id._get_pet_today()
        if not self._is_live(date_from) or date_to < today:
            raise UserError(
                self.env._(
                    "%(plan)s cannot be paused from %(start)s to %(end)s: it runs "
                    "from %(first)s to %(last)s, and today is %(today)s.",
                    plan=self.display_name,
                    start=format_date(self.env, date_from),
                    end=format_date(self.env, date_to),
                    first=format_date(self.env, self.date_start),
                    last=format_date(self.env, self.date_end)
                    if self.date_end
                    else self.env._("no end"),
                    today=format_date(self.env, today),
                )
            )
        self._get_visits_between(date_from, date_to)._cancel(reason=reason)
        # Pauses and periods are not the user's to write: this one, of a plan the
        # user may write, is checked above.
        plan = self.sudo()
        pause = (
            plan.env["pet.plan.pause"]
            ._unguarded()
            .create(
                {
                    "plan_id": plan.id,
                    "date_from": date_from,
                    "date_to": date_to,
                    "reason": reason,
                }
            )
        )
        plan._shift_end(date_from, pause.days)
        plan._message_log(
            body=self.env._(
                "Paused from %(start)s to %(end)s: %(reason)s",
                start=format_date(self.env, date_from),
                end=format_date(self.env, date_to),
                reason=reason,
            )
        )

    def _shift_end(self, day, days):
        """Move the end, and the periods from a day on, by a number of days (X8).

        :param day: date; the period it falls in gets longer (or shorter), later ones
            move as they are
        :param days: int, may be negative
        """
        self.ensure_one()
        self.cycle_ids._shift_periods(day, timedelta(days=days))
        if self.date_end:
            self._unguarded().write({"date_end": self.date_end + timedelta(days=days)})

    # --- Transfer --------------------------------------------------------------

    def action_open_transfer(self):
        """Open the wizard that gives the plan to another pet or customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pet_plans.action_pet_plan_transfer"
        )
        action["context"] = {"default_plan_id": self.id}
        return action

    def _is_unused(self):
        """Tell whether no visit has taken, or is to take, a session of the plan."""
        self.ensure_one()
        return not any(line.used or line.booked for line in self.line_ids)

    def _transfer_unused(self, partner, pet, reason):
        """Give a plan nobody has used to another pet or customer.

        Its draft invoices are made again for the new customer; what is posted stays
        with who was billed.
        """
        self.ensure_one()
        # Sold terms are fixed for users, and staff have no invoicing rights: only
        # this plan and its drafts change hands.
        plan = self.sudo()
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

        :return: the new plan, at no price, whose ledger opens with what left this one
        """
        self.ensure_one()
        left = {line: line.remaining for line in self.line_ids if line.remaining > 0}
        if not left or self.sessions_booked:
            raise UserError(
                self.env._(
                    "%(plan)s cannot be given away: %(left)s session(s) left, "
                    "%(booked)s booked. Cancel the visits to come first.",
                    plan=self.display_name,
                    left=f"{self.sessions_remaining:g}",
                    booked=f"{self.sessions_booked:g}",
                )
            )
        other = self._unguarded().create(
            self._prepare_transfer_vals(partner, pet, left)
        )
        other = other.with_env(self.env)
        balances = self.line_ids._get_balances()
        # See `_hand_over_sessions`; the new plan's grant is the second entry.
        self.line_ids.sudo()._post_entries(
            [
                line._prepare_entry_vals("transfer", -part, cycle=cycle, reason=reason)
                for line in left
                for cycle, part in line._get_leftovers(balances)
            ]
        )
        other.action_confirm()
        return other

    def _prepare_transfer_vals(self, partner, pet, left):
        """Return the values of the plan that takes over what is left.

        :param left: dict, line -> sessions
        """
        self.ensure_one()
        most = max(1, round(max(left.values())))
        today = self.company_id._get_pet_today()
        return {
            **{name: self[name] for name in self._get_term_fields()},
            "kind": "package",
            "appointment_count": most,
            "appointments_per_cycle": most,
            "transferred_from_id": self.id,
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
                        "price_unit": 0.0,
                    }
                )
                for line, quantity in left.items()
            ],
        }

    # --- Reminders (P5) --------------------------------------------------------

    @api.model
    def _cron_send_reminders(self):
        """Hourly job: renewal, last sessions, visits; each switched on by company."""
        for company in self.env["res.company"].search([("id", "!=", False)]):
            scoped = self.with_company(company)
            if company.pet_renewal_reminder:
                scoped._remind_of_renewal(company)
            if company.pet_last_sessions_reminder:
                scoped._remind_of_last_sessions(company)
            if company.pet_visit_reminder:
                scoped.env["pet.appointment"]._remind_of_visits(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _get_renewal_reminder_domain(self, company):
        """Return the domain of the plans whose end customers are told about (P5)."""
        today = company._get_pet_today()
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("is_carry_over", "=", False),
                ("is_renewed", "=", False),
                ("renewal_reminded", "=", False),
                ("date_end", ">=", today),
                (
                    "date_end",
                    "<=",
                    today + timedelta(days=company.pet_renewal_reminder_days),
                ),
            ]
        )

    @api.model
    def _remind_of_renewal(self, company):
        """Tell customers, and the staff who sold the plan, that it is about to end."""
        plans = self._lock_for_reminder(self._get_renewal_reminder_domain(company))
        mailed = plans.filtered("partner_id.email")
        mailed._remind_isolated(
            "pet_plans.mail_template_renewal_reminder", "renewal_reminded"
        )
        (plans - mailed)._unguarded().write({"renewal_reminded": True})
        for plan in plans:
            plan.activity_schedule(
                "pet_plans.mail_activity_type_renewal",
                date_deadline=plan.date_end,
                user_id=plan.user_id.id or self.env.uid,
            )

    @api.model
    def _remind_of_last_sessions(self, company):
        """Tell customers who used up nearly all of a package (P5).

        Looked at are the packages that were used in the last days: only those can
        have come near their end.
        """
        since = fields.Datetime.now() - timedelta(days=3)
        plans = self._lock_for_reminder(
            Domain(
                [
                    ("company_id", "=", company.id),
                    ("kind", "=", "package"),
                    ("state", "=", "active"),
                    ("last_sessions_reminded", "=", False),
                    ("partner_id.email", "!=", False),
                    (
                        "appointment_ids",
                        "any",
                        [
                            ("start", ">=", since),
                            ("state", "in", ("finished", "delivered")),
                        ],
                    ),
                ]
            )
        )
        plans.filtered(
            lambda plan: (
                0
                < plan.sessions_total - plan.sessions_used
                <= company.pet_last_sessions_count
            )
        )._remind_isolated(
            "pet_plans.mail_template_last_sessions", "last_sessions_reminded"
        )

    @api.model
    def _lock_for_reminder(self, domain):
        """Return the records of a domain that no other worker reminds right now."""
        return (
            self.search(domain)
            .try_lock_for_update(allow_referencing=True)
            .filtered_domain(domain)
        )

    # --- The Plans screen (X3) -------------------------------------------------

    @api.model
    def retrieve_dashboard(self, domain=None):
        """Return the counts of the cards of the Plans screen (X3).

        The counts take the domains of the search view's own filters, so that a card
        never disagrees with the list that its click shows; one query for all of them.

        :param domain: list, what the screen is limited to, such as one customer's
        :return: dict, name of a filter of the search view -> number of plans
        """
        self.browse().check_access("read")
        counts = SQL(", ").join(
            SQL(
                "(%s) AS %s",
                self._search(Domain(domain or []) & Domain(card)).select(
                    SQL("COUNT(*)")
                ),
                SQL.identifier(name),
            )
            for name, card in self._get_card_domains().items()
        )
        [row] = self.env.execute_query_dict(SQL("SELECT %s", counts))
        return row

    @api.model
    def _get_cards(self):
        """Return the names of the search view's filters that are cards, in order."""
        return ("not_renewed", "week_1", "week_2", "month_1", "later", "active")

    @api.model
    def _get_card_domains(self):
        """Return the domain of each card, as the search view has it (X3)."""
        xmlid = "pet_plans.pet_plan_view_search"
        view_id = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        arch = etree.fromstring(self.get_view(view_id, "search")["arch"])
        return {
            name: literal_eval(arch.find(f".//filter[@name='{name}']").get("domain"))
            for name in self._get_cards()
        }

    # --- Windows ---------------------------------------------------------------

    def _get_opening_action(self):
        """Return the action that opens this plan, or these plans as a list."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": "pet.plan",
            "name": self.env._("Plans & Packages"),
        }
        if len(self) == 1:
            return {
                **action,
                "res_id": self.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return {
            **action,
            "domain": [("id", "in", self.ids)],
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    def _get_window(self, xmlid, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = domain
        action["context"] = context
        return action

    def action_view_appointments(self):
        """Open the visits of these plans."""
        return self._get_window(
            "pet_plans.action_pet_appointment_list",
            [("plan_id", "in", self.ids)],
            default_plan_id=self.id if len(self) == 1 else False,
            default_pet_id=self.pet_id.id if len(self) == 1 else False,
        )

    def action_view_cycles(self):
        """Open the cycles of these plans."""
        return self._get_window(
            "pet_plans.action_pet_cycle", [("plan_id", "in", self.ids)]
        )

    def action_view_entries(self):
        """Open the session ledger of these plans."""
        return self._get_window(
            "pet_plans.action_pet_plan_entry", [("plan_id", "in", self.ids)]
        )

    def action_view_invoices(self):
        """Open the invoices and credit notes of these plans, to print or pay (I2)."""
        return self._get_window(
            "account.action_move_out_invoice",
            [("pet_plan_id", "in", self.ids)],
            create=False,
            # Odoo's list shows customer, date and the payment of several by it.
            default_move_type="out_invoice",
        )
