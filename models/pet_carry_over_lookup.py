import re
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..lib.carry_over import normalize
from .pet_carry_over_found import OWNER_KEYS, PHONE_DIGITS, Found


class PetCarryOverImport(models.Model):
    """Finding what rows name: owners, pets, services (K3).

    As the user sees it, so nothing of other companies; with the same few queries for
    any number of rows.
    """

    _inherit = "pet.carry.over.import"

    def _find(self, rows, sources, chosen):
        """Return what the rows name.

        :param rows: list of dicts, field of the file -> text
        :param sources: set of (system, reference)
        :param chosen: ids of customers that were chosen by hand
        :return: `Found`
        """
        self.ensure_one()
        found = Found(self.env)
        owner_ids = set(
            self.env["res.partner"].browse(filter(None, chosen)).exists().ids
        )
        for column, (field, compared) in OWNER_KEYS.items():
            wanted = {compared(row[column]) for row in rows if row.get(column)} - {""}
            for partner, text in self._search_owners(field, wanted):
                if compared(text) in wanted:
                    found.owners[column][compared(text)] |= partner
                    owner_ids.add(partner.id)
        self._find_pets(self.env["res.partner"].browse(owner_ids), found)
        self._find_services(found)
        self._find_carried_over(sources, found)
        return found

    def _search_owners(self, field, wanted):
        """Return the customers that may be meant by some texts, and perhaps others.

        :param field: name of the field of `res.partner`
        :param wanted: set of normalized texts
        :return: list of (partner, its text)
        """
        if not wanted:
            return []
        partners = self.env["res.partner"]
        query = partners._search(
            [
                ("company_id", "in", [False, self.company_id.id]),
                (field, "!=", False),
                # Two new customers of one name are two, whichever is made first.
                ("id", "not in", self._get_made_rows().partner_id.ids),
            ]
        )
        column = SQL.identifier(query.table, field)
        digits = SQL("REGEXP_REPLACE(%s, '[^0-9]', '', 'g')", column)
        # How a database lowers letters beyond ASCII is up to its locale.
        letters = SQL("REGEXP_REPLACE(LOWER(%s), '[^a-z0-9]', '', 'g')", column)
        shown, texts = {
            "phone": (SQL("RIGHT(%s, %s)", digits, PHONE_DIGITS), wanted),
            "name": (letters, {re.sub("[^a-z0-9]", "", text) for text in wanted}),
        }.get(field, (column, wanted))
        query.add_where(SQL("%s = ANY(%s)", shown, list(texts)))
        rows = self.env.execute_query(
            query.select(SQL.identifier(query.table, "id"), column)
        )
        return [(partners.browse(partner_id), text) for partner_id, text in rows]

    def _find_pets(self, owners, found):
        heads = owners.commercial_partner_id
        pets = self.env["pet.pet"].search_fetch(
            [("partner_id.commercial_partner_id", "in", heads.ids)],
            ["name", "partner_id", "species_id", "breed_id"],
        )
        for pet in pets:
            found.add_pet(pet)

    def _find_services(self, found):
        for lang in {self.env.lang, "en_US"}:
            services = self.env["product.product"].with_context(lang=lang)
            for service in services.search(
                [
                    ("sale_ok", "=", True),
                    ("company_id", "in", [False, self.company_id.id]),
                ]
            ):
                names = (service.name, service.display_name, service.default_code)
                for name in filter(None, names):
                    found.services[normalize(name)] |= service.with_env(self.env)
            for species in (
                self.env["pet.species"]
                .with_context(lang=lang)
                .search([("active", "=", True)])
            ):
                found.species[normalize(species.name)] = species.with_env(self.env)

    def _find_carried_over(self, sources, found):
        references = defaultdict(set)
        for system, ref in sources:
            references[system].add(ref)
        for system, refs in references.items():
            plans = self.env["pet.plan"]._get_carried_over(
                self.company_id, system, refs
            )
            found.carried_over |= {(system, ref): plans[ref] for ref in plans}
