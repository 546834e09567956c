import unicodedata
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..lib.carry_over import normalize
from .pet_carry_over_found import (
    OWNER_KEYS,
    PHONE_DIGITS,
    Found,
    get_last_digits,
    get_letters,
)

# What is read of a customer: a file has many, and a customer many fields
OWNER_FIELDS = (
    "name",
    "ref",
    "email",
    "email_normalized",
    "phone",
    "active",
    "company_id",
    "commercial_partner_id",
)


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
        :param chosen: `res.partner` records that were chosen by hand
        :return: `Found`
        """
        self.ensure_one()
        found = Found(self.env)
        found.made_ids = self._get_made_rows().partner_id.ids
        owner_ids = set(chosen.ids)
        for column in OWNER_KEYS:
            owner_ids |= self._find_owners(column, rows, found)
        owners = self.env["res.partner"].browse(sorted(owner_ids))
        owners.fetch(OWNER_FIELDS)
        found.owner_ids = owners.ids
        self._find_pets(owners, found)
        self._find_services(self._get_wanted(rows, "service"), found)
        self._find_species(self._get_wanted(rows, "pet_species"), found)
        self._find_carried_over(sources, found)
        return found

    def _get_wanted(self, rows, column):
        return {normalize(row[column]) for row in rows if row.get(column)} - {""}

    # --- Customers and pets ----------------------------------------------------------

    def _find_owners(self, column, rows, found):
        """Note whom the texts in a column mean; return their ids."""
        field, compared = OWNER_KEYS[column]
        wanted = {compared(row[column]) for row in rows if row.get(column)} - {""}
        owner_ids = set()
        for partner_id, text, active in self._search_owners(field, wanted, found):
            if field == "phone" or compared(text) in wanted:
                found.add_owner(column, partner_id, text)
                owner_ids.add(partner_id)
                if not active:
                    found.archived_owners.add(partner_id)
        return owner_ids

    def _search_owners(self, field, wanted, found):
        """Return the customers that may be meant by some texts, and perhaps others.

        Archived ones too: a row that names one is not to make a double.

        :param field: name of the field of `res.partner`
        :param wanted: set of normalized texts
        :param found: `Found`
        :return: list of (id, its text, whether it is active)
        """
        if not wanted:
            return []
        query = (
            self.env["res.partner"]
            .with_context(active_test=False)
            ._search(
                [
                    ("company_id", "in", [False, self.company_id.id]),
                    (field, "!=", False),
                    # Two new customers of one name are two, whichever is made first.
                    ("id", "not in", found.made_ids),
                ]
            )
        )
        column = SQL.identifier(query.table, field)
        shown, texts = self._get_compared(field, column, wanted)
        query.add_where(SQL("%s = ANY(%s)", shown, sorted(texts)))
        return self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "id"),
                column,
                SQL.identifier(query.table, "active"),
            )
        )

    def _get_compared(self, field, column, wanted):
        """Return what a database compares of a field, and the texts it may be.

        :param column: the field, as `SQL`
        :return: tuple of `SQL` and a set of texts
        """
        if field == "phone":
            digits = SQL(
                "REGEXP_REPLACE(REPLACE(%s, '(0)', ''), '[^0-9]', '', 'g')", column
            )
            return (
                SQL("RIGHT(%s, %s)", digits, PHONE_DIGITS),
                set(map(get_last_digits, wanted)),
            )
        if field == "name":
            return self._get_letters_sql(column), set(map(get_letters, wanted))
        # Not normalized by the database, so that it can use its index.
        return column, wanted | {unicodedata.normalize("NFD", text) for text in wanted}

    def _get_letters_sql(self, column):
        """Return the SQL of `get_letters(normalize_name(...))`.

        How a database lowers letters beyond ASCII is up to its locale, so they are
        left out. These three become ASCII where Python folds them.
        """
        folded = SQL("NORMALIZE(%s, NFKC)", column)
        for letter, small in (("ß", "ss"), ("ẞ", "ss"), ("İ", "i")):
            folded = SQL("REPLACE(%s, %s, %s)", folded, letter, small)
        return SQL(
            """REGEXP_REPLACE(LOWER(%s COLLATE "C"), '[^a-z0-9]', '', 'g')""", folded
        )

    def _find_pets(self, owners, found):
        heads = owners.commercial_partner_id
        pets = (
            self.env["pet.pet"]
            .with_context(active_test=False)
            .search_fetch(
                [("partner_id.commercial_partner_id", "in", heads.ids)],
                ["name", "active", "partner_id", "species_id", "breed_id"],
            )
            .with_env(self.env)
        )
        (pets.partner_id - owners).fetch(OWNER_FIELDS)
        found.add_pets(pets)

    # --- Services and species --------------------------------------------------------

    def _get_languages(self):
        """Return in which languages names are looked for: the user's, and English."""
        return {self.env.lang or "en_US", "en_US"}

    def _find_services(self, wanted, found):
        """Note the services that texts name, by code, name, or both.

        :param wanted: set of normalized texts
        """
        if not wanted:
            return
        # The whole name of a variant has its values, which are dear to read: only of
        # those that may be meant.
        texts = "\0".join(wanted)
        for lang in self._get_languages():
            services = (
                self.env["product.product"]
                .with_context(lang=lang)
                .search_fetch(
                    [
                        ("sale_ok", "=", True),
                        ("company_id", "in", [False, self.company_id.id]),
                    ],
                    ["name", "default_code"],
                )
            )
            near = services.browse(
                one.id for one in services if normalize(one.name) in texts
            )
            names = [
                *((one, one.name) for one in services),
                *((one, one.default_code or "") for one in services),
                *((one, one.display_name) for one in near),
            ]
            for service, name in names:
                if normalize(name) in wanted:
                    found.services[normalize(name)] |= service.with_env(self.env)
        service_ids = {one.id for some in found.services.values() for one in some}
        for name, services in found.services.items():
            found.services[name] = services.with_prefetch(service_ids)

    def _find_species(self, wanted, found):
        if not wanted:
            return
        for lang in self._get_languages():
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
