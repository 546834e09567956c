from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib import phones
from .pet_search_mixin import CONTAINS_NOT, is_looked_for, search_fields, search_words

PART_DIGITS = 4  # of a telephone number are looked for at the counter


class ResPartner(models.Model):
    """Customers are found by all that tells who they are (P1)."""

    _inherit = "res.partner"

    @api.depends("phone")
    @api.depends_context("pet_search")
    def _compute_display_name(self):
        """In the addon's choices, tell namesakes apart by telephone or email."""
        result = super()._compute_display_name()
        context = self.env.context
        if context.get("pet_search") and context.get("formatted_display_name"):
            for partner in self:
                partner.display_name += self._get_muted(partner.phone or partner.email)
        return result

    @api.model
    def _get_muted(self, *texts):
        """Return texts as Odoo's lists of choices show what only tells apart."""
        text = ", ".join(filter(None, texts))
        return f" \t --{text}--" if text else ""

    @api.model
    def _search_display_name(self, operator, value):
        """Find contacts by a whole telephone number too, in any writing.

        In the addon's own screens, which have `pet_search` in the context, by a part
        of one as well, by their pets, and by words that are in several of these.
        """
        if not is_looked_for(operator, value):
            return super()._search_display_name(operator, value)
        if self.env.context.get("pet_search"):
            return search_words(operator, value, self._search_counter_word)
        pattern = phones.PhonePattern.parse(value.strip(), phones.WHOLE_DIGITS)
        if not pattern:
            return super()._search_display_name(operator, value)
        if operator in CONTAINS_NOT:
            return NotImplemented
        fields = Domain(super()._search_display_name(operator, value))
        return fields | self._search_phone(pattern)

    @api.model
    def _search_counter_word(self, operator, word):
        """Return the domain of the customers that a word, or their pets, tell of."""
        customers = self._search_customer_word(operator, word)
        return customers | self._search_pet_word(operator, word)

    @api.model
    def _search_customer_word(self, operator, word):
        """Return the domain of the customers of whom a word tells.

        :param operator: "ilike" or "like"
        """
        fields = search_fields(self, operator, word)
        pattern = phones.PhonePattern.parse(word, PART_DIGITS)
        return fields | self._search_phone(pattern) if pattern else fields

    @api.model
    def _search_pet_word(self, operator, word):
        """Return the domain of the owners of pets with a word in their name."""
        if not self.env["pet.pet"].has_access("read"):
            return Domain.FALSE
        return Domain("pet_ids.name", operator, word)

    @api.model
    def _search_phone(self, pattern):
        """Return the domain of contacts whose telephone number is found.

        :param pattern: `lib.phones.PhonePattern`
        """

        def get_sql(model, alias, query):
            # Of no number nothing is known, so that the opposite finds it.
            phone = SQL("COALESCE(%s, '')", model._field_to_sql(alias, "phone", query))
            digits = SQL("regexp_replace(%s, %s, '', 'g')", phone, phones.NO_DIGITS)
            return SQL(
                "(%s LIKE %s AND (%s LIKE %s OR ltrim(%s, '0') = ANY(%s)))",
                phone,
                pattern.sieve,
                digits,
                f"%{pattern.digits}%",
                digits,
                pattern.ends,
            )

        return Domain.custom(
            to_sql=get_sql, predicate=lambda partner: pattern.matches(partner.phone)
        )
