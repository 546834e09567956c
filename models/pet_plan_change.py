from datetime import date, timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from .counted import say_visits
from .formats import format_day
from .windows import open_window


class PetPlan(models.Model):
    """Changing to another offer from a day on, in one step (S14).

    The new plan is sold, the visits to come move over, and the old plan is cancelled
    with a credit note (X7), which is set against the invoices of the new one. It
    counts as the renewal of the old.
    """

    _inherit = "pet.plan"

    is_change = fields.Boolean(
        string="Change of Plan",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Sold in place of the plan that it renews, which was cancelled for it",
    )

    def action_open_change(self):
        """Open the change to another offer, with its preview in money (S14).

        :raises UserError: when the plan cannot be changed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_changeable()
        return open_window(
            self.env,
            "pet_plans.action_pet_plan_change",
            {"default_plan_id": self.id, "dialog_size": "extra-large"},
        )

    def _get_change(self):
        """Return the plan that this one was changed to, or an empty record (S14)."""
        self.ensure_one()
        # Staff may know it, and all others are shown nothing of it.
        return self._get_renewal().filtered(lambda plan: plan.sudo().is_change)

    # --- What is refused -------------------------------------------------------

    def _check_changeable(self):
        """Refuse plans that cannot be changed, all in one message (S14)."""
        self._refuse_all(lambda plan: plan._get_change_refusal())

    def _get_change_refusal(self):
        """Return why the plan cannot be changed, as a sentence, or None (S14)."""
        self.ensure_one()
        values = {
            "plan": self.display_name,
            "renewal": self.renewed_by_id.display_name,
        }
        if self.is_given_away:
            return self.env._(
                "%(plan)s was given away, with all that was left of it.", **values
            )
        if self.cancel_date:
            return self._get_cancelled_refusal()
        if self.is_renewed:
            return self.env._(
                "%(plan)s is already renewed by %(renewal)s: cancel that one before "
                "this one is changed.",
                **values,
            )
        if self.state != "active" or self._is_over():
            return self.env._(
                "%(plan)s is %(state)s: only a plan that runs is changed.",
                state=self._get_change_state(),
                **values,
            )
        if self.is_carry_over:
            return self.env._(
                "%(plan)s was carried over from another software: sell a new plan "
                "instead of changing it.",
                **values,
            )
        if self.pet_id and not self.pet_id.active:
            return self.pet_id._get_archived_refusal()
        return None

    def _get_change_state(self):
        """Return the status in words, by the dates where the job is late (X1)."""
        self.ensure_one()
        if self.state == "active":
            return self.env._("over")
        return self._get_state_label().lower()

    def _get_offer_refusal(self, template, day):
        """Return why the plan is not changed to an offer, as a sentence, or None.

        :param template: `pet.plan.template` record
        :param day: date, the first day of the new plan
        """
        self.ensure_one()
        values = {
            "plan": self.display_name,
            "offer": template.display_name,
            "pet": self.pet_id.name,
        }
        if template == self.template_id:
            return self.env._(
                "%(plan)s was sold from %(offer)s: choose another offer to change to.",
                **values,
            )
        if template.is_carry_over:
            return self.env._(
                "%(offer)s is for what another software has sold, and is not for sale.",
                **values,
            )
        archived = template.line_ids.product_id.filtered(
            lambda service: not service.active
        )
        if not template.active or archived:
            return self.env._(
                "%(plan)s cannot be changed to %(offer)s: %(archived)s is archived. "
                "Choose another offer, or unarchive it first.",
                archived=", ".join(archived.mapped("display_name"))
                if template.active
                else template.display_name,
                **values,
            )
        if not template._fits(self.pet_id):
            return self.env._(
                "%(offer)s is not offered to %(pet)s: it is for %(fitting)s.",
                fitting=", ".join(
                    (template.breed_ids or template.species_ids).mapped("display_name")
                ),
                **values,
            )
        if self.date_end and day > self.date_end:
            return self.env._(
                "%(plan)s ends on %(end)s: from %(day)s on it is renewed, or another "
                "plan is sold.",
                end=format_day(self.env, self.date_end),
                day=format_day(self.env, day),
                **values,
            )
        return None

    # --- The change ------------------------------------------------------------

    def _change_to(self, template, day):
        """Change to another offer from a day on: all of it, or nothing (S14).

        Dated ahead, visits move over at once, and what is unused is credited on that
        day (X7).

        :param template: `pet.plan.template` record, the new offer
        :param day: date, the first day of the new plan, and without the old one
        :return: the new `pet.plan` record
        :raises UserError: when the plan, or the offer, does not allow it
        :raises AccessError: when staff would date it back (X7)
        """
        self.ensure_one()
        self.check_access("write")
        self._check_changeable()
        self._refuse_all(lambda plan: plan._get_offer_refusal(template, day))
        self._check_cancel_date(day)
        self._bump_revision()
        with self.env.cr.savepoint():  # whoever catches a refusal keeps nothing of it
            new = self._sell_change(template, day)
            reason = self.env._("Changed to %(offer)s", offer=template.display_name)
            visits = self._get_visits_from(day)
            # Without a deal: the plan ends, and what stays keeps its cycle (X7).
            visits._release(reason)
            if day <= self.company_id._get_pet_today():
                self._hand_over_given(new)
            moved = new._filter_bookable(visits)
            with moved._keeping_weight():
                moved._unguarded().write({"plan_id": new.id})
            moved._book(reason)
            self._note_change(new, moved, visits - moved)
            self._cancel_from(day, reason, "credit_note")
        return new

    def _sell_change(self, template, day):
        """Sell the new plan, linked to this one as its renewal (X6).

        :param template, day: see `_change_to`
        :return: the new `pet.plan` record
        """
        self.ensure_one()
        # A renewal cancelled just now must not stand in the way of the unique index.
        self.renewal_ids.flush_recordset(["state"])
        plans = self._with_clean_context()._unguarded()
        new = plans.create(self._prepare_change_vals(template, day))
        new = new.with_env(self.env)
        with new._selling():
            new.action_confirm()
        # Asking is over; a customer who was let go goes on.
        self._unguarded().write({"date_let_go": False, "non_renewal_reason_id": False})
        return new

    def _prepare_change_vals(self, template, day):
        """Return the values of the plan that this one is changed to (S14).

        In the currency of this one: what is credited has to pay for it.
        """
        self.ensure_one()
        return {
            **self._prepare_renewal_vals(day),
            "template_id": template.id,
            "currency_id": self.currency_id.id,
            "is_change": True,
        }

    def _note_change(self, new, moved, left_behind):
        """Tell on both plans what was changed, each with a link to the other (S14).

        :param new: the new plan
        :param moved: visits that are on the new plan now
        :param left_behind: visits that are cancelled with this one
        """
        self.ensure_one()
        texts = [
            self.env._(
                "%(visits)s moved over.", visits=say_visits(self.env, len(moved))
            )
        ]
        if left_behind:
            texts.append(
                self.env._(
                    "Cancelled with the old plan: %(visits)s.",
                    visits=self._say_starts(left_behind),
                )
            )
        day = format_day(self.env, new.date_start)
        told = Markup(" ").join(texts)
        self._message_log(
            body=Markup("%s %s")
            % (
                self.env._(
                    "Changed to %(plan)s from %(day)s on.",
                    plan=new._get_html_link(),
                    day=day,
                ),
                told,
            )
        )
        new._message_log(
            body=Markup("%s %s")
            % (
                self.env._(
                    "Changed from %(plan)s on %(day)s.",
                    plan=self._get_html_link(),
                    day=day,
                ),
                told,
            )
        )

    def _say_starts(self, visits):
        """Return when some visits are, by the clock of the shop, as one text."""
        self.ensure_one()
        return ", ".join(
            self.company_id._format_pet_time(visit.start)
            for visit in visits.sorted("start")
        )

    def action_carry_over(self):
        """Carry nothing over into a plan that was changed to (S14)."""
        self.ensure_one()
        if new := self._get_change():
            raise UserError(
                self.env._(
                    "%(plan)s was changed to %(new)s: what is not used is credited, "
                    "and nothing is left to carry over.",
                    plan=self.display_name,
                    new=new.display_name,
                )
            )
        return super().action_carry_over()

    # --- Called off (X7) -------------------------------------------------------

    def action_call_off_cancellation(self):
        """Call a change off too: visits come back, the new plan is cancelled (S14).

        :raises UserError: when the new plan has begun
        """
        self.check_access("write")
        changes = {
            plan: new
            for plan in self
            if plan._is_cancelled_ahead() and (new := plan._get_change())
        }
        self._refuse_all(
            lambda plan: plan in changes and plan._get_call_off_refusal(changes[plan])
        )
        result = super().action_call_off_cancellation()
        for plan, new in changes.items():
            plan._take_change_back(new)
        return result

    def _get_call_off_refusal(self, new):
        """Return why a change is not called off any more, as a sentence, or None.

        :param new: the plan that this one was changed to
        """
        self.ensure_one()
        if new._is_to_follow(self.cancel_date - timedelta(days=1)):
            return None
        return self.env._(
            "%(plan)s was changed to %(new)s, which has begun: a visit of it was "
            "served, or an invoice posted or paid. Cancel %(new)s instead.",
            plan=self.display_name,
            new=new.display_name,
        )

    def _take_change_back(self, new):
        """Cancel the plan that this one was to be changed to; its visits come back.

        :param new: `pet.plan` record that has not begun
        """
        self.ensure_one()
        reason = self.env._("Change called off")
        visits = new._get_visits_from(date.min)
        back = self._filter_bookable(visits)
        back._change_plan(self, reason)
        new._cancel_from(new.company_id._get_pet_today(), reason)
        told = self.env._(
            "The change is called off: %(visits)s came back from %(new)s, which is "
            "cancelled.",
            visits=say_visits(self.env, len(back)),
            new=new.display_name,
        )
        if left := visits - back:
            told += " " + self.env._(
                "Cancelled with it: %(visits)s.", visits=self._say_starts(left)
            )
        plans = self + new
        plans._message_log_batch(bodies=dict.fromkeys(plans.ids, told))
