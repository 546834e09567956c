from odoo import Command, fields, models

# What Odoo proposes for an invoice, in the order in which one follows from the other,
# and for each of its lines.
HEAD = (
    "partner_id",
    "partner_shipping_id",
    "fiscal_position_id",
    "preferred_payment_method_line_id",
    "partner_bank_id",
)
LINE = ("tax_ids", "account_id")
RATE = "invoice_currency_rate"


class AccountMove(models.Model):
    """What belongs to the day of posting is taken on that day (I4).

    A draft of a cycle is made when the plan is sold, perhaps a year before it is
    posted. Meanwhile the shop changes its bank, the customer moves, a tax is replaced.
    What a person has edited stays: it differs from what the draft was given, which is
    kept with it.
    """

    _inherit = "account.move"

    pet_proposals = fields.Json(
        copy=False,
        readonly=True,
        export_string_translation=False,
        help="Technical: what Odoo gave the draft of a cycle, by name; what is not "
        "that any more was edited by a person",
    )

    def write(self, vals):
        result = super().write(vals)
        chosen = vals.keys() & {"partner_id", "partner_shipping_id"}
        if chosen:
            self.filtered("pet_proposals")._learn_pet_proposals(chosen)
        return result

    def _post(self, soft=True):
        if self.has_access("write"):  # else Odoo has the message
            self._take_pet_values()
        return super()._post(soft=soft)

    # --- What Odoo proposed --------------------------------------------------------

    def _get_pet_proposable(self):
        """Return what Odoo proposes for a draft, as it stands now.

        :return: dict, name -> sorted ids, or the rate; of a line the name is
            "12.tax_ids"
        """
        self.ensure_one()
        values = {name: sorted(self[name].ids) for name in HEAD}
        values[RATE] = self[RATE]
        for line in self._get_pet_proposed_lines():
            values |= {
                line._get_pet_proposal_key(name): sorted(line[name].ids)
                for name in LINE
            }
        return values

    def _get_pet_proposed_lines(self):
        """Return the lines whose taxes and account Odoo proposes.

        The account of what money is matched with is not touched any more.
        """
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: (
                (line.display_type == "product" and line.product_id)
                or (line.display_type == "payment_term" and not line.matching_number)
            )
        )

    def _note_pet_proposals(self):
        """Keep with new drafts what Odoo gave them (I4)."""
        self._keep_pet_proposals({move: move._get_pet_proposable() for move in self})

    def _learn_pet_proposals(self, chosen=frozenset()):
        """Keep what of these drafts Odoo would propose today (I4).

        What follows from a customer that a person chose was not edited, nor were lines
        that came later.

        :param chosen: names of `HEAD` that a person has chosen
        """
        for move in self.filtered(lambda move: move.state == "draft"):
            fresh = move._get_pet_fresh(chosen)
            names = {
                name
                for name in HEAD
                if name not in chosen and move[name] == fresh[name]
            }
            if move[RATE] == move._get_pet_rate():
                names.add(RATE)
            for line in move._get_pet_proposed_lines():
                stale = line._get_pet_values(set())
                names |= {
                    line._get_pet_proposal_key(name)
                    for name in LINE
                    if name not in stale
                }
            values = move._get_pet_proposable()
            move._keep_pet_proposals({move: {name: values[name] for name in names}})

    def _keep_pet_proposals(self, proposals):
        """Add to what Odoo proposed for these drafts; nothing else of them changes.

        :param proposals: dict, invoice -> dict, name -> ids
        """
        with self.env.protecting([self._fields["pet_proposals"]], self):
            for move, values in proposals.items():
                move.pet_proposals = {**(move.pet_proposals or {}), **values}

    def _get_pet_edited(self):
        """Return the names of what a person has edited of a draft.

        Of drafts from before this was kept nobody knows. Where Odoo has noted that
        somebody was at work on one, all counts as edited, but an archived bank
        account, which nobody can have wanted.
        """
        self.ensure_one()
        values = self._get_pet_proposable()
        if self.pet_proposals:
            return {
                name
                for name, ids in values.items()
                if self.pet_proposals.get(name) != ids
            }
        if not self.is_manually_modified:
            return set()
        bank = self.partner_bank_id
        lost = {"partner_bank_id"} if bank and not bank.active else set()
        return set(values) - lost

    # --- What it proposes today ------------------------------------------------------

    def _take_pet_values(self):
        """Give the drafts of cycles among these what is true today (I4).

        Addresses, fiscal position, bank account, exchange rate, taxes and accounts,
        unless a person has edited them. Price, lines, pet and cycle stay as sold. What
        was posted before is a correction of that day, and keeps its values.
        """
        drafts = self.filtered(
            lambda move: (
                move.state == "draft"
                and move.bills_pet_cycle
                and not move.posted_before
            )
        )
        # No mark of a manual edit: nobody edited it.
        for draft in drafts.with_context(skip_is_manually_modified=True):
            edited = draft._get_pet_edited()
            with draft._keeping_pet_money():
                draft._take_pet_head(edited)
                draft._take_pet_rate(edited)
                prices = draft._take_pet_lines(edited)
            taken = draft._get_pet_proposable()
            draft._keep_pet_proposals(
                {draft: {name: taken[name] for name in taken.keys() - edited} | prices}
            )

    def _get_pet_fresh(self, edited):
        """Return the head of a draft as Odoo would propose it today.

        :param edited: names of `HEAD` that stay as they are
        :return: a new record, with this one as its origin: nothing is written
        """
        self.ensure_one()
        fresh = self.new(origin=self)
        if "partner_id" not in edited:
            # Who posts an invoice need not read plans: an address of its customer.
            fresh.partner_id = self.sudo().pet_cycle_id._get_invoice_address()
        for name in HEAD[1:]:
            if name in edited:
                fresh[name] = self[name]
            else:
                # As a field is computed: nothing else follows from it here.
                self._fields[name].compute_value(fresh)
        return fresh

    def _take_pet_head(self, edited):
        """Take addresses, fiscal position and bank account anew.

        :param edited: names of what stays
        """
        self.ensure_one()
        fresh = self._get_pet_fresh(edited)
        if all(fresh[name] == self[name] for name in HEAD):
            return
        # All of them are said, so that none follows from another. The note to the
        # customer is not proposed anew: a person may have typed it.
        with self.env.protecting([self._fields["narration"]], self):
            self.write({name: fresh[name].id for name in HEAD})

    def _get_pet_rate(self):
        """Return the exchange rate that Odoo proposes for a draft today."""
        self.ensure_one()
        day = self._get_invoice_currency_rate_date()
        return self._get_expected_currency_rate_at(day)

    def _take_pet_rate(self, edited):
        """Take the exchange rate anew, to the company's currency.

        Odoo does it too, but for a rate that it takes for typed: one that is not that
        of the day on which the draft was made, as that day's is known today.

        :param edited: names of what stays
        """
        self.ensure_one()
        if self.currency_id == self.company_currency_id or RATE in edited:
            return
        rate = self._get_pet_rate()
        if self[RATE] != rate:
            self[RATE] = rate

    def _take_pet_lines(self, edited):
        """Take taxes and accounts of the lines anew.

        :param edited: names of what stays
        :return: dict, name -> price and taxes as typed, and the price it is now
        """
        self.ensure_one()
        commands, typed = [], {}
        for line in self._get_pet_proposed_lines():
            vals = line._get_pet_values(edited)
            if "price_unit" in vals:
                typed[line] = line._get_pet_typed()
            if vals:
                commands.append(Command.update(line.id, vals))
        if commands:
            self.write({"line_ids": commands})
        return {
            line._get_pet_proposal_key("typed"): [price, taxes.ids, line.price_unit]
            for line, (price, taxes) in typed.items()
        }
