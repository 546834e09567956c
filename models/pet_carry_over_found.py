from collections import defaultdict

from odoo.tools import email_normalize

from ..lib.carry_over import normalize

PHONE_DIGITS = 8  # of a number; what is before them is written in many ways


def normalize_ref(text):
    """Return a reference as it is compared."""
    return text.strip()


def normalize_email(text):
    """Return an address as it is compared, or "" if it is none."""
    return email_normalize(text) or ""


def normalize_phone(text):
    """Return the last digits of a telephone number, or "" if it has too few."""
    digits = "".join(filter(str.isdigit, text))
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else ""


def normalize_name(text):
    """Return the name of a person as it is compared: case and spaces do not matter."""
    return " ".join(text.casefold().split())


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
        # column of the file -> normalized text -> customers
        self.owners = {
            column: defaultdict(env["res.partner"].browse) for column in OWNER_KEYS
        }
        self.households = defaultdict(env["pet.pet"].browse)  # head's id -> pets
        self.pets = defaultdict(env["pet.pet"].browse)  # (head's id, name) -> pets
        self.services = defaultdict(env["product.product"].browse)  # name -> products
        self.species = {}  # name -> species
        self.carried_over = {}  # (system, reference) -> package

    def get_owners(self, column, text):
        """Return the customers that a text in a column means."""
        __, compared = OWNER_KEYS[column]
        return self.owners[column][compared(text)] if compared(text) else None

    def add_pet(self, pet):
        """Note a pet that is here."""
        head = pet.partner_id.commercial_partner_id.id
        self.households[head] |= pet
        self.pets[head, normalize(pet.name)] |= pet

    def get_pets(self, owner, name=None):
        """Return the pets of an owner's household, all or those of a name."""
        head = owner.commercial_partner_id.id
        if name is None:
            return self.households[head]
        return self.pets[head, normalize(name)]
