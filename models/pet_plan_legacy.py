from collections import defaultdict
from math import ceil

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .formats import format_day, format_sessions

ORDER_MODES = [
    ("none", "None"),
    ("draft", "In draft, to be settled at checkout"),
    ("posted", "Posted, settled without payment"),
]


class PetPlan(models.Model):
    """Packages that were sold with another software, and go on here (K1-K6)."""

    _inherit = "pet.plan"

    legacy_system = fields.Char(
        readonly=True, copy=False, help="The software the plan was carried over from"
    )
    legacy_ref = fields.Char(
        string="Legacy Reference",
        readonly=True,
        copy=False,
        help="Its reference there; the same one is never carried over twice",
    )
    legacy_reason = fields.Char(
        string="Reason of the Carry-over",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    _legacy_uniq = models.UniqueIndex(
        "(company_id, COALESCE(legacy_system, ''), legacy_ref)"
        " WHERE legacy_ref IS NOT NULL",
        "This reference of the old software was carried over already.",
    )

    @api.model
    def _carry_over(self, vals_list, order_mode="none"):
        """Make packages of what is left of those sold with another software (K2, K3).

        They have no price, one cycle, and sessions that entered the ledger as carried
        over.

        :param vals_list: list of dicts of plan values, and of the one service:
            `product_id`, `sessions_left` (float), `unit_value` (float, in the
            currency of the company)
        :param order_mode: what becomes of the order of 0, one of `ORDER_MODES`
        :return: the active `pet.plan` records, in that order
        """
        self._check_new_references(vals_list)
        # What is carried over says so itself: no message of their creation, no mail.
        plans = self._with_clean_context().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        # Where they come from is nobody's to write but ours.
        vals_list = [self._prepare_carried_over_vals(vals) for vals in vals_list]
        plans = plans._unguarded().create(vals_list).with_env(plans.env)
        plans.action_confirm()
        if order_mode != "none":
            # Staff have no invoicing rights: the orders of 0 of these packages.
            plans.cycle_ids._sudo_clean()._create_zero_orders(order_mode)
        return plans.with_env(self.env)

    @api.model
    def _prepare_carried_over_vals(self, vals):
        """Return the values of a package that is carried over.

        :param vals: see `_carry_over`
        """
        vals = dict(vals)
        left = vals.pop("sessions_left")
        template = self.env["pet.plan.template"].browse(vals.get("template_id"))
        product = self.env["product.product"].browse(vals.pop("product_id"))
        service = {
            "product_id": product.id,
            "quantity": left,
            "price_unit": 0.0,
            "unit_value": vals.pop("unit_value", 0.0),
            # What the offer is good for, its sessions of before are too (S10).
            "cover_ids": template._prepare_covers_of(product),
        }
        visits = max(1, ceil(left))
        return {
            **vals,
            "kind": "package",
            "is_carry_over": True,
            "appointment_count": visits,
            "appointments_per_cycle": visits,
            "line_ids": [Command.create(service)],
        }

    @api.model
    def _get_carried_over(self, company, system, references):
        """Return the packages that came from a software already.

        :param company: `res.company` record
        :param system: text or False, its name
        :param references: the references there
        :return: dict, reference -> `pet.plan` record
        """
        plans = self.with_context(active_test=False).search(
            [
                ("company_id", "=", company.id),
                ("legacy_system", "=", system or False),
                ("legacy_ref", "in", list(references)),
            ]
        )
        return {plan.legacy_ref: plan for plan in plans}

    def _check_new_references(self, vals_list):
        """Refuse references that were carried over already, all in one message (K4).

        :raises UserError: naming reference, software and the package
        """
        references = defaultdict(set)
        for vals in vals_list:
            if vals.get("legacy_ref"):
                source = vals["company_id"], vals.get("legacy_system") or False
                references[source].add(vals["legacy_ref"])
        refusals = [
            self.env._(
                "%(reference)s was carried over already: %(plan)s.",
                reference=self.env._("%(ref)s of %(system)s", ref=ref, system=system)
                if system
                else ref,
                plan=plan._get_named_for(),
            )
            for (company, system), refs in references.items()
            for ref, plan in self._get_carried_over(
                self.env["res.company"].browse(company), system, refs
            ).items()
        ]
        if refusals:
            raise UserError("\n".join(refusals))

    @api.model
    def _get_carry_over_words(self):
        """Return the sentences of `_describe_carry_over`, to be filled in.

        :return: dict, whether it ends -> text
        """
        return {
            True: self.env._("%(who)s: %(sessions)s × %(service)s until %(end)s"),
            False: self.env._("%(who)s: %(sessions)s × %(service)s, never expires"),
        }

    @api.model
    def _describe_carry_over(self, who, sessions, service, end, words=None):
        """Return what a carry-over makes, in words, before it is made.

        :param who: text, the pet or those it is shared by
        :param sessions: float
        :param service: `product.product` record
        :param end: text, the last day; empty where it never ends
        :param words: of `_get_carry_over_words`, where there are many to describe
        """
        words = words or self._get_carry_over_words()
        return words[bool(end)] % {
            "who": who,
            "sessions": format_sessions(self.env, sessions),
            "service": service.display_name,
            "end": end,
        }

    # --- As sold, but (K6) -------------------------------------------------------

    def _get_package_capacities(self):
        """One cycle of the sessions left, whatever fraction of a visit they are."""
        if not self.is_carry_over:
            return super()._get_package_capacities()
        return [max(self.line_ids.mapped("quantity"))]

    def _get_grant_kind(self):
        self.ensure_one()
        if self.is_carry_over and not self.transferred_from_id:
            return "carry_over"
        return super()._get_grant_kind()

    def _prepare_grant_vals_list(self):
        reason = self.legacy_reason
        return [
            {**vals, "reason": reason} for vals in super()._prepare_grant_vals_list()
        ]

    def _get_sold_note(self):
        if not self.is_carry_over or self.transferred_from_id:
            return super()._get_sold_note()
        return self._get_carried_over_note()

    def _get_carried_over_note(self):
        """Return what was carried over from where, as a sentence."""
        self.ensure_one()
        what = ", ".join(
            f"{format_sessions(self.env, line.quantity)} {line.product_id.display_name}"
            for line in self.line_ids
        )
        origin = " ".join(filter(None, (self.legacy_system, self.legacy_ref)))
        note = (
            self.env._(
                "Carried over from %(origin)s: %(what)s.", origin=origin, what=what
            )
            if origin
            else self.env._("Carried over: %(what)s.", what=what)
        )
        return " ".join(filter(None, (note, self.legacy_reason)))

    def _get_duration_label(self):
        """Until its end: how long it ran in the other software is not known."""
        self.ensure_one()
        if not self.is_carry_over or self.kind == "plan":
            return super()._get_duration_label()
        if not self.date_end:
            return self.env._("Never expires")
        return self.env._("until %(end)s", end=format_day(self.env, self.date_end))

    # --- Taken back (K4) ---------------------------------------------------------

    def _get_take_back_refusals(self):
        """Return why a package can no longer be taken back: dict, plan -> sentence.

        It can as long as it is as it came: no visit, no edit, nothing handed on. One
        that somebody cancelled is as good as taken back.
        """
        entries = self.entry_ids.grouped("plan_id")
        visits = self.appointment_ids.grouped("plan_id")
        reasons = {
            plan: plan._get_take_back_refusal(
                visits.get(plan, self.env["pet.appointment"]),
                entries.get(plan, self.env["pet.plan.entry"]),
            )
            for plan in self
        }
        return {
            plan: self.env._(
                "%(plan)s: %(reason)s.", plan=plan._get_named_for(), reason=reason
            )
            for plan, reason in reasons.items()
            if reason
        }

    def _get_take_back_refusal(self, visits, entries):
        """Return why this package can no longer be taken back, or None.

        :param visits: all visits of the plan
        :param entries: its ledger
        """
        self.ensure_one()
        if visits:
            first = visits.sorted("start")[0]
            return self.env._(
                "visit on %(start)s",
                start=self.company_id._format_pet_time(first.start),
            )
        if entries.filtered(lambda entry: entry.kind in ("adjust", "transfer")):
            return self.env._("its sessions were edited or given away")
        if self.is_renewed:
            return self.env._("it is renewed")
        return None

    def _get_named_for(self):
        """Return the reference of a plan and for whom it is, to find it in a list."""
        self.ensure_one()
        return self.env._(
            "%(plan)s of %(who)s",
            plan=self.name,
            who=self.pet_id.name or self.partner_id.display_name,
        )

    def _take_back(self, reason):
        """Cancel packages that were carried over by mistake, as if they never came.

        Their references are free again, so that the file can be imported once more.

        :param reason: text
        :raises UserError: naming those that are used, and by what
        """
        refusals = self._get_take_back_refusals()
        if refusals:
            raise UserError("\n".join(refusals.values()))
        running = self.filtered(lambda plan: plan.state != "cancelled")
        for company, plans in running.grouped("company_id").items():
            plans._cancel_from(company._get_pet_today(), reason)
        # The orders of 0 of exactly these packages; staff have no invoicing rights.
        self.cycle_ids._sudo_clean()._cancel_zero_orders()
        self._unguarded().write({"legacy_ref": False})
