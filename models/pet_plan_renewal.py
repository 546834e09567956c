from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.fields import Domain

from .formats import format_day
from .windows import open_window


class PetPlan(models.Model):
    """Renewing: once, linked both ways, never charged by itself (X6)."""

    _inherit = "pet.plan"

    renewal_of_id = fields.Many2one(
        "pet.plan", readonly=True, copy=False, index="btree_not_null"
    )
    renewal_ids = fields.One2many("pet.plan", "renewal_of_id", string="Renewals")
    renewed_by_id = fields.Many2one("pet.plan", compute="_compute_renewed_by_id")
    is_renewed = fields.Boolean(
        compute="_compute_renewed_by_id", search="_search_is_renewed"
    )
    date_let_go = fields.Date(
        string="Let Go On",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Since when nobody asks the customer to renew any more",
    )
    non_renewal_reason_id = fields.Many2one(
        "pet.non.renewal.reason",
        string="Why Not Renewed",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
        help="What the customer said when the plan was let go",
    )

    @api.depends("renewal_ids.state", "is_given_away")
    def _compute_renewed_by_id(self):
        """One that was given away is renewed by the plan that has its sessions (X10).

        Which one that is, is shown to whoever may see it.
        """
        for plan in self:
            renewal = plan._get_renewal()
            if plan.is_given_away and not renewal:
                # Back to the reader's own rights at once.
                successors = plan.sudo().transferred_to_ids.sudo(self.env.su)
                renewal = successors._filtered_access("read")._filter_standing()[:1]
            plan.renewed_by_id = renewal
            plan.is_renewed = plan.is_given_away or bool(renewal)

    def _get_renewal(self):
        """Return the plan that was sold to renew this one, or an empty record (X6).

        Whoever was given what was left of it is another customer: nothing of this plan
        moves or carries theirs.
        """
        self.ensure_one()
        return self.renewal_ids._filter_standing()[:1]

    def _filter_standing(self):
        return self.filtered(lambda plan: plan.state != "cancelled")

    def _search_is_renewed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("is_given_away", "=", True) | Domain(
            "renewal_ids", "any", [("state", "!=", "cancelled")]
        )

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
        """Open the renewal wizard, for another start, price or the sessions left.

        Who came regularly is offered the same times again.
        """
        self.ensure_one()
        self._check_renewable()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_renew",
            {
                "default_plan_id": self.id,
                "default_book_visits": bool(self._get_habit().rhythm),
                "dialog_size": "extra-large",
            },
        )

    def _check_renewable(self):
        """Refuse plans that cannot be renewed, all in one message (X6)."""
        self._refuse_all(lambda plan: plan._get_renewal_refusal())

    def _get_renewal_refusal(self):
        """Return why the plan cannot be renewed, as a sentence, or None (X6)."""
        self.ensure_one()
        values = {
            "plan": self.display_name,
            "state": self._get_state_label().lower(),
            "renewal": self.renewed_by_id.display_name,
        }
        if self.is_given_away:
            return self.env._(
                "%(plan)s was given away, with all that was left of it.", **values
            )
        if self.is_renewed:
            return self.env._("%(plan)s is already renewed by %(renewal)s.", **values)
        if self.state not in ("active", "expired"):
            return self.env._(
                "%(plan)s is %(state)s: only a plan that runs or has expired is "
                "renewed.",
                **values,
            )
        if self.cancel_date:
            return self._get_cancelled_refusal()
        if self.is_carry_over:
            return self.env._(
                "%(plan)s was carried over from another software: sell a new plan "
                "instead of renewing it.",
                **values,
            )
        return self._get_archived_refusal()

    def _get_archived_refusal(self):
        """Return what is archived of the plan, as a sentence, or None (X6, X9)."""
        self.ensure_one()
        if self.pet_id and not self.pet_id.active:
            return self.pet_id._get_archived_refusal()
        if not self.template_id.active:
            return self._get_not_sold_refusal(self.template_id)
        return None

    def _get_not_sold_refusal(self, archived):
        """Return that the plan cannot be renewed since something is not sold any more.

        :param archived: its template, or services
        """
        self.ensure_one()
        return self.env._(
            "%(plan)s cannot be renewed: %(archived)s is archived. Sell another plan, "
            "or unarchive it first.",
            plan=self.display_name,
            archived=", ".join(archived.mapped("display_name")),
        )

    def _check_services_sold(self):
        """Refuse renewals with a service that is archived, of a kept price too (X6)."""
        self._refuse_all(
            lambda renewal: (
                (
                    archived := renewal.line_ids.product_id.filtered(
                        lambda service: not service.active
                    )
                )
                and renewal.renewal_of_id._get_not_sold_refusal(archived)
            )
        )

    def _get_renewal_start(self):
        """Return the first day of a renewal: after the end, at once if that is over.

        A plan that is used up is renewed at once too: the customer wants to come again.
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
            "currency_id": self.currency_id.id,
            "line_ids": [
                Command.create(line._prepare_kept_vals())
                for line in self._get_offer_lines()
            ],
        }

    def _get_kept_price(self):
        """Return the price of a renewal that keeps services, price and terms (X6).

        Never one that is only bookkeeping: what was transferred counts at the price it
        was sold for.
        """
        self.ensure_one()
        prices = [line._get_kept_price() for line in self._get_offer_lines()]
        return sum(prices) * self._get_times_sold()

    def _create_renewals(self, vals_list):
        """Sell the renewals of these plans and link them both ways (X6).

        :param vals_list: list of dicts of `_prepare_renewal_vals`, one per plan
        :return: the new `pet.plan` records
        """
        self.check_access("write")
        self._check_renewable()
        # A renewal cancelled just now must not stand in the way of the unique index.
        self.renewal_ids.flush_recordset(["state"])
        plans = self._with_clean_context()._unguarded()
        renewals = plans.create(vals_list).with_env(self.env)
        with renewals._selling():
            renewals._check_services_sold()
            renewals.action_confirm()
        self._message_log_batch(
            bodies={
                renewal.renewal_of_id.id: self.env._(
                    "Renewed by %(renewal)s from %(start)s.",
                    renewal=renewal.display_name,
                    start=format_day(self.env, renewal.date_start),
                )
                for renewal in renewals
            }
        )
        # Asking is over; a customer who was let go came back.
        self._unguarded().write({"date_let_go": False, "non_renewal_reason_id": False})
        self._close_renewal_talks()
        return renewals

    # --- Letting go ------------------------------------------------------------

    def action_open_let_go(self):
        """Open the dialog that notes why these plans are not renewed."""
        self.check_access("write")
        self._check_let_go()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_let_go",
            {"default_plan_ids": [Command.set(self.ids)]},
        )

    def _check_let_go(self):
        """Refuse plans nobody would be asked to renew, all in one message."""
        self._refuse_all(
            lambda plan: (
                (plan.state not in ("active", "expired") or plan.is_renewed)
                and self.env._(
                    "%(plan)s is %(state)s: only a plan that runs or has expired, "
                    "and is not renewed, is let go.",
                    plan=plan.display_name,
                    state=self.env._("renewed")
                    if plan.is_renewed
                    else plan._get_state_label().lower(),
                )
            )
        )

    def _let_go(self, reason):
        """Stop asking the customers to renew these plans.

        They keep their status and their place among the not renewed (X4): what ends
        are the tasks and the reminders.

        :param reason: `pet.non.renewal.reason` record, may be empty
        """
        self.check_access("write")
        self._check_let_go()
        for company, plans in self.grouped("company_id").items():
            plans._unguarded().write(
                {
                    "date_let_go": company._get_pet_today(),
                    "non_renewal_reason_id": reason.id,
                }
            )
        body = (
            self.env._("Let go: %(reason)s", reason=reason.name)
            if reason
            else self.env._("Let go")
        )
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))
        self._close_renewal_talks()
