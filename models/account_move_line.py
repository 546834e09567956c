from odoo import Command, models
from odoo.tools import float_round


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_pet_amount(self):
        """Return the amount of an invoice line as it is typed, before or with tax."""
        self.ensure_one()
        return self.quantity * self.price_unit * (1 - self.discount / 100)

    def _get_pet_typed_amount(self):
        """Return the amount of an invoice line at the price that was typed (S6, I4).

        A fiscal position may have adapted the price since.
        """
        self.ensure_one()
        price, __ = self._get_pet_typed()
        return self.quantity * price * (1 - self.discount / 100)

    def _prepare_pet_part_vals(self, part):
        """Return what credits a part of this line: fewer sessions, else a lower price.

        A tax of a fixed amount goes by the sessions, so there it is both.

        :param part: float from 0 to 1
        """
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        exact = self.quantity * part
        quantity = float_round(exact, precision_digits=digits)
        if abs(quantity - exact) < 1e-9:
            return {"quantity": quantity}
        if quantity and "fixed" in self._get_pet_single_taxes().mapped("amount_type"):
            return {
                "quantity": quantity,
                "price_unit": self.price_unit * exact / quantity,
            }
        return {"price_unit": self.price_unit * part}

    def _get_pet_single_taxes(self):
        """Return the taxes of the line, those of a group one by one."""
        return self.tax_ids.flatten_taxes_hierarchy()

    def _get_pet_part_name(self, vals):
        """Return the description of what bills or credits a part of this line (S7).

        :param vals: dict of `_prepare_pet_part_vals`
        """
        self.ensure_one()
        cycle = self.move_id.pet_cycle_id
        if not cycle or "quantity" not in vals:
            return self.name
        return cycle._recount_sessions(self.name, self.quantity, vals["quantity"])

    # --- What belongs to the day of posting (I4) ------------------------------------

    def _get_pet_proposal_key(self, name):
        """Return by which name the invoice keeps what was proposed for the line."""
        self.ensure_one()
        return f"{self._origin.id}.{name}"  # in a form, too

    def _get_pet_values(self, edited):
        """Return what Odoo proposes for the line today, where that is not so yet (I4).

        :param edited: names, as the invoice keeps them, of what stays
        :return: dict of values to write
        """
        self.ensure_one()
        vals = {}
        if self.product_id and self._get_pet_proposal_key("tax_ids") not in edited:
            vals |= self._get_pet_taxes()
        if self._get_pet_proposal_key("account_id") not in edited:
            fresh = self.new(origin=self)
            self._fields["account_id"].compute_value(fresh)
            if fresh.account_id != self.account_id:
                vals["account_id"] = fresh.account_id.id
        return vals

    def _get_pet_taxes(self):
        """Return today's taxes, with the price where they call for another (I4).

        Another tax of the product changes no price: it stays as typed.
        """
        self.ensure_one()
        taxes = self._get_computed_taxes()
        if taxes == self.tax_ids:
            return {}
        vals = {"tax_ids": [Command.set(taxes.ids)]}
        price, before = self._get_pet_typed()
        if self._is_pet_tax_taken_out(before):
            price = self.product_id._get_tax_included_unit_price_from_price(
                price,
                before,
                fiscal_position=self.move_id.fiscal_position_id,
                product_taxes_after_fp=taxes,
            )
        if price != self.price_unit:
            vals["price_unit"] = price
        return vals

    def _is_pet_tax_taken_out(self, typed_for):
        """Tell whether the fiscal position changes a tax that the price includes.

        Not if the price was typed for a tax of this position.

        :param typed_for: the taxes with which the price was typed
        """
        self.ensure_one()
        position = self.move_id.fiscal_position_id
        own = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        return (
            position
            and any(typed_for.mapped("price_include"))
            and not typed_for <= position.with_context(active_test=False).tax_ids
            and position.map_tax(own).filtered("price_include")
            != own.filtered("price_include")
        )

    def _get_pet_typed(self):
        """Return the price as it was typed, and the taxes with which it was (I4).

        That of a draft may have been adapted to a fiscal position before.
        """
        self.ensure_one()
        proposals = self.move_id.pet_proposals or {}
        price, taxes, adapted = proposals.get(
            self._get_pet_proposal_key("typed"), [0, [], 0]
        )
        if taxes and self.price_unit == adapted:
            return price, self.env["account.tax"].browse(taxes)
        return self.price_unit, self.tax_ids
