import re
import unicodedata
from collections import defaultdict

from odoo.tools import SQL, email_normalize

from ..lib.carry_over import normalize
from ..lib.phones import get_digits

PHONE_DIGITS = 8  # of a number; what is before them is written in many ways
# Columns that mean one customer, whatever else a row says
SURE_KEYS = {"owner_ref", "owner_email"}
_NO_LETTERS = re.compile(r"[^a-z0-9]")
_WORDS = re.compile(r"[^\W_]+")


def normalize_ref(text):
    """Return a reference as it is compared."""
    return unicodedata.normalize("NFC", text).strip()


def normalize_email(text):
    """Return an address as it is compared, or "" if it is none."""
    return email_normalize(text) or ""


def normalize_phone(text):
    """Return the digits of a telephone number, or "" if it has too few.

    Without the zeros in front, and the one that is dialled at home only: +44 (0)20.
    """
    digits = get_digits(text)
    return digits if len(digits) >= PHONE_DIGITS else ""


def normalize_name(text):
    """Return the name of a person as it is compared: case and spaces do not matter.

    Nor does of which signs a letter is put together: one é may be two.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def same_phone(one, other):
    """Tell whether two normalized numbers may be one: codes in front may be missing."""
    return one.endswith(other) or other.endswith(one)


def same_words(one, other):
    """Tell whether two names differ in the order of their words, or in accents only."""
    return normalize(one) == normalize(other) or _get_words(one) == _get_words(other)


def _get_words(text):
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return sorted(_WORDS.findall(plain))


def get_last_digits(phone):
    """Return the end of a normalized number, which all ways to write it share."""
    return phone[-PHONE_DIGITS:]


def get_letters(name):
    """Return of a normalized name what a database can tell in any locale."""
    return _NO_LETTERS.sub("", name)


# By what an owner is found, in this order (K3): column of the file, field of
# `res.partner`, and how both are compared
OWNER_KEYS = {
    "owner_ref": ("ref", normalize_ref),
    "owner_email": ("email_normalized", normalize_email),
    "owner_phone": ("phone", normalize_phone),
    "owner_name": ("name", normalize_name),
}


class Found:
    """What the rows of a file name, and the shop has already."""

    def __init__(self, env):
        """Start with nothing found."""
        self.env = env
        # column of the file -> what is compared -> id of a customer -> their text
        self.owners = {column: defaultdict(dict) for column in OWNER_KEYS}
        self.archived_owners = set()  # ids
        self.made_ids = ()  # whom the import made itself: found by their own rows only
        self.owner_ids = ()  # of all of them, who are read together
        self.households = defaultdict(list)  # head's id -> ids of pets
        self.pets = defaultdict(list)  # (head's id, name) -> ids of pets
        self.archived_pets = defaultdict(list)  # likewise
        self.pet_ids = ()  # of all of them, who are read together
        self.services = defaultdict(env["product.product"].browse)  # name -> products
        self.species = {}  # name -> species
        self.carried_over = {}  # (system, reference) -> package

    def add_owner(self, column, partner_id, text):
        """Note what a customer has in the field of a column."""
        whole = OWNER_KEYS[column][1](text)
        self.owners[column][self._get_key(column, whole)][partner_id] = whole

    def get_owner_ids(self, column, text):
        """Return the ids of the customers that a text in a column means.

        Archived ones too.
        """
        whole = OWNER_KEYS[column][1](text)
        near = self.owners[column].get(self._get_key(column, whole), {})
        if not whole or column != "owner_phone":
            return set(near) if whole else set()
        return {
            partner_id for partner_id, phone in near.items() if same_phone(whole, phone)
        }

    def _get_key(self, column, whole):
        return get_last_digits(whole) if column == "owner_phone" else whole

    def get_partners(self, partner_ids):
        """Return customers, in the order in which they were made."""
        return (
            self.env["res.partner"]
            .browse(sorted(partner_ids))
            .with_prefetch(self.owner_ids)
        )

    def add_pets(self, pets):
        """Note pets that are here, or were."""
        self.pet_ids = pets._ids
        heads = self._get_heads(pets)
        for pet in pets:
            head = heads[pet.id]
            name = normalize(pet.name)
            if pet.active:
                self.households[head].append(pet.id)
                self.pets[head, name].append(pet.id)
            else:
                self.archived_pets[head, name].append(pet.id)

    def _get_heads(self, pets):
        """Return the heads of the households of pets: dict, id of the pet -> id.

        At once: to go by each pet and its owner takes as long as all else about them.
        """
        if not pets:
            return {}
        pets.flush_recordset(["partner_id"])
        pets.partner_id.flush_recordset(["commercial_partner_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT pet.id, owner.commercial_partner_id
                      FROM pet_pet pet
                      JOIN res_partner owner ON owner.id = pet.partner_id
                     WHERE pet.id IN %s
                    """,
                    pets._ids,
                )
            )
        )

    def get_pets(self, owner, name=None):
        """Return the pets of an owner's household, all or those of a name."""
        head = owner.commercial_partner_id.id
        if name is None:
            return self._browse_pets(self.households.get(head))
        return self._browse_pets(self.pets.get((head, normalize(name))))

    def get_archived_pets(self, owner, name):
        """Return the archived pets of an owner's household that have a name."""
        head = owner.commercial_partner_id.id
        return self._browse_pets(self.archived_pets.get((head, normalize(name))))

    def _browse_pets(self, pet_ids):
        pets = self.env["pet.pet"].browse(pet_ids or ())
        return pets.with_prefetch(self.pet_ids) if pet_ids else pets
