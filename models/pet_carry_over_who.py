import re

from ..lib.carry_over import normalize
from .pet_carry_over_found import (
    OWNER_KEYS,
    SURE_KEYS,
    normalize_email,
    normalize_phone,
    normalize_ref,
    same_phone,
    same_words,
)

# What stands between the names of several pets
BETWEEN_NAMES = re.compile(r"\s*(?:[,;/&+\n]|\b(?:and|e|y)\b)\s*", re.IGNORECASE)
SHOWN = 5  # names in a message


class WhoCheck:
    """Whose package a row is of: its customer and pet (K3).

    One that is found, by all that the row says, or none: where columns contradict each
    other, or the shop, a person decides.
    """

    # --- The customer ----------------------------------------------------------------

    def _get_owner(self):
        """Return the customer, an empty record when they are to be made, or wrong."""
        if owner := self.chosen["partner_id"]:
            return owner
        given = [column for column in OWNER_KEYS if self.cells.get(column)]
        named = {}  # column -> ids of those it means
        for column in given:
            if ids := self.found.get_owner_ids(column, self.cells[column]):
                named[column] = ids
        if pet := self.chosen["pet_id"]:
            return self._get_owner_with(pet, named)
        if not given:
            self._refuse("owner_name", self.env._("the customer is missing"))
            return self.env["res.partner"]
        return self._get_named_owner(given, named)

    def _get_owner_with(self, pet, named):
        """Return the customer of a pet that was chosen by hand.

        One of the pet's household if the row names them, else the pet's owner. Where
        the row names others only, one of these, so that both are named as they differ.

        :param named: dict, column -> ids of customers
        """
        head = pet.partner_id.commercial_partner_id
        ids = set().union(*named.values()) - self.found.archived_owners
        owners = self.found.get_partners(ids)
        inside = owners.filtered(lambda one: one.commercial_partner_id == head)
        if len(inside) == 1:
            return inside
        return pet.partner_id if inside or not owners else owners[0]

    def _get_named_owner(self, given, named):
        """Return the one customer whom all columns mean.

        :param given: the columns that say something
        :param named: dict, column -> ids of customers, archived ones too
        """
        Owner = self.env["res.partner"]
        here = {}
        for column, ids in named.items():
            if active := ids - self.found.archived_owners:
                here[column] = active
            elif column in SURE_KEYS:
                self._refuse_archived(column, self.found.get_partners(ids)[0])
                return Owner
        if not here:
            if not self._is_archived(named):
                self._make_owner(given)
            return Owner
        owners = self._get_agreed(here)
        if len(owners) == 1 and self._is_same(owners, here):
            return owners
        if len(owners) > 1:
            self._refuse(
                next(iter(here)),
                self.env._(
                    "%(count)s customers fit: %(names)s",
                    count=len(owners),
                    names=self._list(map(self._get_told_apart, owners)),
                ),
            )
        return Owner

    def _get_agreed(self, named):
        """Return the customers whom all columns mean; none, and why, if they differ.

        :param named: dict, column -> ids of customers
        """
        first, ids = next(iter(named.items()))
        for column, others in named.items():
            if ids & others:
                ids &= others
                continue
            other, owner = map(self.found.get_partners, (others, ids))
            name = "display_name"
            if set(other.mapped(name)).isdisjoint(owner.mapped(name)):
                texts = other.mapped(name), owner.mapped(name)
            else:
                texts = (
                    map(self._get_told_apart, other),
                    map(self._get_told_apart, owner),
                )
            other, owner = map(self._list, texts)
            self._refuse(
                column,
                self.env._(
                    "belongs to %(other)s, but “%(value)s” to %(owner)s",
                    other=other,
                    value=self.cells[first],
                    owner=owner,
                ),
            )
            return self.env["res.partner"]
        return self.found.get_partners(ids)

    def _is_same(self, owner, columns):
        """Tell whether a customer has nothing else than what the row says of them.

        :param columns: those that mean this customer
        """
        differences = self._get_differences(owner, columns)
        if self._is_sure(owner, columns):
            self.warnings += differences.values()
            differences = {}
        for column, text in differences.items():
            self._refuse(column, text)
        if not differences:
            self._compare_owner(owner)
        return not differences

    def _is_sure(self, owner, columns):
        """Tell whether name and reference, or name and address, mean one customer.

        Addresses and numbers change: one that nobody else has is then no contradiction.
        """
        name = self.cells.get("owner_name")
        return bool(SURE_KEYS & set(columns) and name and self._is_called(owner, name))

    def _get_differences(self, owner, columns):
        """Return where the row contradicts the customer whom it seems to mean.

        An address or a number that is another; another reference where only the name
        tells who it is; another name where only the telephone does, which a family
        or an office shares.

        :param columns: those that mean this customer
        :return: dict, column -> text
        """
        texts = {}
        email = normalize_email(self.cells.get("owner_email") or "")
        if email and email != (owner.email_normalized or email):
            texts["owner_email"] = self.env._(
                "%(owner)s has another address here: %(email)s",
                owner=owner.name,
                email=owner.email,
            )
        phone = normalize_phone(self.cells.get("owner_phone") or "")
        here = phone and normalize_phone(owner.phone or "")
        if here and not same_phone(phone, here):
            texts["owner_phone"] = self.env._(
                "%(owner)s has another telephone here: %(phone)s",
                owner=owner.name,
                phone=owner.phone,
            )
        if set(columns) == {"owner_name"} and self._has_other_ref(owner):
            texts["owner_ref"] = self._get_other_ref(owner)
        name = self.cells.get("owner_name")
        if SURE_KEYS.isdisjoint(columns) and name and not self._is_called(owner, name):
            texts["owner_phone"] = self.env._(
                "belongs to %(owner)s here, but the row names “%(name)s”",
                owner=owner.name,
                name=name,
            )
        return texts

    def _is_called(self, owner, name):
        return same_words(name, owner.name or "")

    def _has_other_ref(self, owner):
        ref = normalize_ref(self.cells.get("owner_ref") or "")
        return bool(ref and owner.ref and ref != normalize_ref(owner.ref))

    def _get_other_ref(self, owner):
        return self.env._(
            "%(owner)s has another reference here: %(ref)s",
            owner=owner.name,
            ref=owner.ref,
        )

    def _compare_owner(self, owner):
        """Warn where the file and the shop differ about a customer, but not on whom."""
        name = self.cells.get("owner_name")
        if name and not self._is_called(owner, name):
            self.warnings.append(
                self.env._(
                    "“%(name)s” is called %(owner)s here", name=name, owner=owner.name
                )
            )
        if self._has_other_ref(owner):
            self.warnings.append(self._get_other_ref(owner))

    def _is_archived(self, named):
        """Refuse a row that names nobody but an archived customer.

        :param named: dict, column -> ids of archived customers
        :return: whether it does
        """
        for column, ids in named.items():
            for owner in self.found.get_partners(ids):
                columns = [one for one in named if owner.id in named[one]]
                if not self._get_differences(owner, columns):
                    self._refuse_archived(column, owner)
                    return True
        return False

    def _refuse_archived(self, column, owner):
        self._refuse(
            column,
            self.env._(
                "%(owner)s is archived here: unarchive them, or choose another "
                "customer in the row",
                owner=owner.display_name,
            ),
        )

    def _make_owner(self, given):
        """Note that the customer is to be made, or why they cannot be."""
        if not self.batch.one.create_missing:
            self._refuse(given[0], self.env._("there is no such customer"))
        elif not self.cells.get("owner_name"):
            self._refuse(
                given[0],
                self.env._("there is no such customer, and no name to make one"),
            )
        else:
            self.new["owner"] = {
                "name": self.cells["owner_name"],
                "ref": self.cells.get("owner_ref") or False,
                "email": self.cells.get("owner_email") or False,
                "phone": self.cells.get("owner_phone") or False,
            }
            self.notes.append(
                self.env._("new customer %(name)s", name=self.cells["owner_name"])
            )

    def _get_owner_name(self, owner):
        return owner.display_name or self.new.get("owner", {}).get("name") or ""

    def _get_told_apart(self, owner):
        """Return the name of a customer with what tells them from their namesakes."""
        known = owner.ref or owner.email or owner.phone
        return f"{owner.display_name} ({known})" if known else owner.display_name

    # --- The pet ---------------------------------------------------------------------

    def _get_pet(self, owner):
        """Return the pet; an empty record where it is shared, to be made, or wrong."""
        Pet = self.env["pet.pet"]
        if "pet_id" in self.choices:
            return self._get_chosen_pet(owner)
        text = self.cells.get("pet_name")
        if not text:
            self.warnings.append(
                self.env._(
                    "no pet is named: shared by all pets of %(owner)s",
                    owner=self._get_owner_name(owner),
                )
            )
            return Pet
        pets = self._find_pets(owner, text)
        if len(pets) == 1:
            return pets
        if pets:
            self._refuse(
                "pet_name",
                self.env._(
                    "%(owner)s has %(count)s pets of this name",
                    owner=self._get_owner_name(owner),
                    count=len(pets),
                ),
            )
            return Pet
        names = [name for name in BETWEEN_NAMES.split(text) if name]
        if len(names) > 1:
            self._share(owner, names)
        else:
            self._make_pets(owner, [text])
        return Pet

    def _get_chosen_pet(self, owner):
        """Return the pet that was chosen by hand, if it is of the customer's household.

        An empty record where a package for all pets was chosen.
        """
        pet = self.chosen["pet_id"]
        theirs = pet.partner_id.commercial_partner_id
        if pet and theirs != owner.commercial_partner_id:
            self.errors.append(
                self.env._(
                    "%(pet)s belongs to %(other)s, not to %(owner)s",
                    pet=pet.name,
                    other=pet.partner_id.display_name,
                    owner=owner.display_name,
                )
            )
        return pet

    def _get_species(self):
        return self.found.species.get(normalize(self.cells.get("pet_species") or ""))

    def _find_pets(self, owner, name):
        """Return the pets of an owner that are called so, and are of the species."""
        pets = self.found.get_pets(owner, name) if owner else self.env["pet.pet"]
        species = self._get_species()
        if len(pets) > 1 and species:
            pets = pets.filtered(lambda pet: pet.species_id == species) or pets
        return pets

    def _is_archived_pet(self, owner, name):
        """Tell whether a pet of a name, and not of another species, is archived."""
        species = self._get_species()
        return owner and any(
            not species or pet.species_id in (species, pet.species_id.browse())
            for pet in self.found.get_archived_pets(owner, name)
        )

    def _share(self, owner, names):
        """Share a package among several pets: all of the owner's, as ours are (K5)."""
        self._make_pets(owner, [n for n in names if not self._find_pets(owner, n)])
        named = {normalize(name) for name in names}
        others = self.found.get_pets(owner) if owner else self.env["pet.pet"]
        others = others.filtered(lambda pet: normalize(pet.name) not in named)
        self.warnings.append(
            self.env._(
                "shared by all pets of %(owner)s, %(others)s too",
                owner=self._get_owner_name(owner),
                others=self._list(others.mapped("name")),
            )
            if others
            else self.env._(
                "shared by all pets of %(owner)s", owner=self._get_owner_name(owner)
            )
        )
        self.new["shared"] = True

    def _make_pets(self, owner, names):
        """Note that pets are to be made, or that they are not known."""
        if not names:
            return
        archived = [name for name in names if self._is_archived_pet(owner, name)]
        if archived:
            self._refuse(
                "pet_name",
                self.env._(
                    "%(pets)s of %(owner)s is archived here: unarchive it, or choose "
                    "another pet in the row",
                    pets=self._list(archived),
                    owner=owner.display_name,
                ),
            )
        elif self.batch.one.create_missing:
            self._note_new_pets(names)
        else:
            self._refuse_pets(owner, names)

    def _refuse_pets(self, owner, names):
        pets = self.found.get_pets(owner).mapped("name")
        self._refuse(
            "pet_name",
            self.env._(
                "%(owner)s has no pet %(name)s, but %(pets)s",
                owner=owner.display_name,
                name=self._list(names),
                pets=self._list(pets),
            )
            if pets
            else self.env._("%(owner)s has no pet", owner=owner.display_name),
        )

    def _note_new_pets(self, names):
        text, species = self.cells.get("pet_species"), self._get_species()
        if text and not species:
            self.warnings.append(
                self.env._("there is no species %(species)s", species=text)
            )
        self.new["pets"] = [
            {"name": name, "species_id": species.id if species else False}
            for name in names
        ]
        self.notes.append(self.env._("new pet %(names)s", names=self._list(names)))
