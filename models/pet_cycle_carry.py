from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..lib import dealing


class PetCycle(models.Model):
    """The cycles of what is carried over to a renewal (X6)."""

    _inherit = "pet.cycle"

    line_ids = fields.Many2many(
        "pet.plan.line",
        "pet_cycle_plan_line_rel",
        "cycle_id",
        "line_id",
        string="Services of Its Own",
        readonly=True,
        copy=False,
        help="Sold in this cycle only, beside or instead of those of the whole plan",
    )
    carried_from_id = fields.Many2one(
        "pet.cycle",
        string="Carried Over From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The cycle of the renewed plan that was not billed: this one bills it",
    )
    carried_to_ids = fields.One2many(
        "pet.cycle", "carried_from_id", string="Carried Over To"
    )

    def _filter_unbilled(self):
        """Return the cycles of packages of which a draft is all there is (X6).

        One that the end of the plan cancelled counts too (X2). Money matched with a
        draft counts as payment (I3), and one that was posted before is somebody's.
        """
        return self.filtered(
            lambda cycle: cycle.plan_id.kind == "package" and cycle._is_unbilled()
        )

    def _give_up(self, carried):
        """Take sessions off the draft of the cycle, since a renewal bills them (X6).

        What was used is billed on; of a draft without a rest nothing stays.

        :param carried: dict, plan line -> sessions
        :return: dict, plan line -> what they were sold for, as typed
        """
        self.ensure_one()
        invoice, currency = self.invoice_id, self.invoice_id.currency_id
        parts = self._get_used_parts(carried)
        amounts = {line: line._get_pet_amount() for line in parts}
        price = sum(
            currency.round(amount) - currency.round(amount * parts[line])
            for line, amount in amounts.items()
        )
        if invoice.state == "draft":
            if currency.is_zero(invoice._get_pet_total(parts)):
                self._cancel_drafts()
            else:
                invoice._set_pet_parts(parts)
        self._unguarded().write({"is_forfeited": False})
        return self._share_price(currency.round(price), carried)

    def _share_price(self, price, carried):
        """Return a price by the services it is for, in proportion to the price sold.

        :param price: float
        :param carried: dict, plan line -> sessions
        :return: dict, plan line -> amount
        """
        self.ensure_one()
        weights = {
            line: amount * carried[line] / share
            for line, share, amount in self._get_sold()
            if line in carried
        }
        if not any(weights.values()):
            weights = dict.fromkeys(carried, 1.0)
        return dict(
            zip(
                weights,
                dealing.spread_amount(
                    price, weights.values(), self.currency_id.rounding
                ),
                strict=True,
            )
        )

    def _make_room(self, position, count):
        """Number the cycles behind a position again, with room for some more.

        :param position: int, the last number that stays
        :param count: int, how many come in
        """
        later = self.filtered(lambda cycle: cycle.sequence > position)._unguarded()
        # No two have one number even for a moment: theirs are below 0 while they move.
        for cycle in later:
            cycle.sequence = -cycle.sequence
        later.flush_recordset(["sequence"])
        for cycle in later:
            cycle.sequence = count - cycle.sequence

    def _get_draft_names(self):
        """Return what the lines of the drafts are called, where nobody renamed them.

        :return: dict, invoice line -> (cycle, plan line)
        """
        names = {}
        for cycle in self.filtered(lambda cycle: cycle.invoice_id.state == "draft"):
            for line, __, __ in cycle._get_sold():
                for invoice_line in cycle.invoice_id.invoice_line_ids:
                    name = cycle._get_invoice_line_name(line, invoice_line.quantity)
                    if invoice_line.name == name:
                        names[invoice_line] = cycle, line
        return names

    def _rename_drafts(self, names):
        """Tell the cycles' new numbers in their drafts.

        :param names: dict of `_get_draft_names`, from before they changed
        """
        for invoice_line, (cycle, line) in names.items():
            invoice_line.with_context(
                skip_is_manually_modified=True
            ).name = cycle._get_invoice_line_name(line, invoice_line.quantity)

    def _add_sold(self, lines):
        """Let the draft of a period bill what was carried into it (X6).

        :param lines: `pet.plan.line` records of this cycle alone
        :raises UserError: when there is a price, and the period is billed already
        """
        self.ensure_one()
        price = sum(lines.mapped("price_subtotal"))
        self._unguarded().write(
            {
                "amount_untaxed": self.amount_untaxed + price,
                "capacity": self.capacity + max(lines.mapped("quantity")),
            }
        )
        invoice = self.invoice_id
        if not invoice:
            self._create_invoices()
        elif invoice.state == "draft":
            invoice.with_context(skip_is_manually_modified=True).write(
                {
                    "invoice_line_ids": [
                        Command.create(
                            self._prepare_invoice_line_vals(
                                line, line.quantity, line.price_subtotal
                            )
                        )
                        for line in lines
                    ]
                }
            )
            invoice.filtered("pet_proposals")._learn_pet_proposals()
        elif not self.currency_id.is_zero(price):
            raise UserError(
                self.env._(
                    "%(cycle)s is billed already: what is not billed yet of the old "
                    "plan, %(price)s, cannot be carried into it.",
                    cycle=self.display_name,
                    price=self.currency_id.format(price),
                )
            )
