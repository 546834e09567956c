from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib.phones import split_texts

CONTAINS = ("ilike", "like")
CONTAINS_NOT = ("not ilike", "not like")


def is_looked_for(operator, value):
    """Tell whether an operator and a value of a domain look for some text."""
    return (
        operator in CONTAINS + CONTAINS_NOT
        and isinstance(value, str)
        and bool(value.strip())
    )


def search_words(operator, value, search_word):
    """Return the domain of records in which each word of a text is found somewhere.

    For the `search` of a `display_name`; NotImplemented for the negative operators, of
    which Odoo then asks the positive ones and negates.

    :param operator: one of `CONTAINS` or `CONTAINS_NOT`
    :param value: what was typed
    :param search_word: function (operator, word) -> domain
    """
    if operator in CONTAINS_NOT:
        return NotImplemented
    texts = split_texts(value)
    words = [text for text in texts if any(map(str.isalnum, text))]  # no dashes
    return Domain.AND(search_word(operator, word) for word in words or texts)


def search_fields(model, operator, word):
    """Return the domain of records with a word in a field of `_rec_names_search`."""
    return Domain.OR(Domain(name, operator, word) for name in model._rec_names_search)


class PetSearchMixin(models.AbstractModel):
    """Records that are found by what their customer is found by (P1).

    Each word typed is looked for in the fields of `_rec_names_search`, and in name,
    email, reference and telephone of the customer and their household: *Ana Luna*.
    """

    _name = "pet.search.mixin"
    _description = "Found by Customer"

    @api.model
    def _search_display_name(self, operator, value):
        if not is_looked_for(operator, value):
            return super()._search_display_name(operator, value)
        return search_words(operator, value, self._search_word)

    @api.model
    def _search_word(self, operator, word):
        """Return the domain of the records that a word finds.

        :param operator: "ilike" or "like"
        """
        fields = search_fields(self, operator, word)
        customers = self.env["res.partner"]._search_customer_word(operator, word)
        return fields | self._search_household(customers)

    @api.model
    def _search_household(self, customers):
        """Return the domain of what belongs to the households of some customers.

        :param customers: domain of `res.partner`
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        query = partners._search(customers)
        heads = query.subselect(SQL.identifier(query.table, "commercial_partner_id"))
        return Domain("partner_id.commercial_partner_id", "in", heads)
