from odoo import Command, fields, models
from odoo.exceptions import UserError


class PetPlanTransferMixin(models.AbstractModel):
    """Giving a plan, or what is left of it, to another pet or customer."""

    _name = "pet.plan.transfer.mixin"
    _description = "Transfer of Plans"

    transferred_from_id = fields.Many2one(
        "pet.plan", readonly=True, copy=False, index="btree_not_null"
    )

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
