import hashlib
import re
from collections import Counter
from datetime import date
from decimal import Decimal

from odoo.tools import format_date

from ..lib.carry_over import normalize
from .pet_bounds_mixin import BOUNDS
from .pet_carry_over_found import OWNER_KEYS, normalize_email

HALF = Decimal("0.5")
# What stands between the names of several pets
BETWEEN_NAMES = re.compile(r"\s*(?:[,;/&+\n]|\b(?:and|e|y)\b)\s*", re.IGNORECASE)
SHOWN = 5  # names in a message
MOST_SESSIONS = BOUNDS["sessions_left"][1]
# What a row without a reference is known by
ABOUT = (*OWNER_KEYS, "pet_name", "service", "purchase_date")


def get_sources(rows, default_system):
    """Return from where each row comes: the software, and a reference there.

    A file without references is known again by whom and what a row is about, not by
    what may have changed since: what is left, until when.

    :param rows: list of dicts, field -> text
    :param default_system: the software of rows that do not name it
    :return: list of (system or False, reference)
    """
    seen = Counter()
    sources = []
    for cells in rows:
        system = cells.get("legacy_system") or default_system or False
        ref = cells.get("legacy_ref")
        if not ref:
            texts = {**cells, **cells["values"]}
            about = tuple(normalize(texts.get(name) or "") for name in ABOUT)
            seen[about] += 1  # a pet may have two packages of a service
            about = "\0".join((*about, str(seen[about])))
            ref = f"row:{hashlib.sha256(about.encode()).hexdigest()[:12]}"
        sources.append((system, ref))
    return sources


class Batch:
    """The rows that are checked together, and what they are checked against."""

    def __init__(self, one, rows, numbers):
        """Look up what the rows name.

        :param one: the `pet.carry.over.import` record
        :param rows: list of (cells, source, choices)
        :param numbers: dict, source -> the numbers of all rows of the file that have it
        """
        self.one = one
        self.env = one.env
        self.today = one.company_id._get_pet_today()
        self.headings = {column.field_name: column.heading for column in one.column_ids}
        self.labels = dict(
            one.column_ids._fields["field_name"]._description_selection(self.env)
        )
        self.numbers = numbers
        self.dates = {}
        self.found = one._find(
            [cells for cells, __, __ in rows],
            {source for __, source, __ in rows},
            {choices.get("partner_id") for __, __, choices in rows if choices},
        )

    def format_date(self, day):
        """Return a date as the user reads it; a file has many of the same."""
        if day not in self.dates:
            self.dates[day] = format_date(self.env, day)
        return self.dates[day]

    def check(self, number, source, cells, choices):
        """Return the values of the line of a row, see `Check`."""
        return Check(self, number, source, cells, choices or {}).get_values()


class Check:
    """What a row means here: what would be made of it, or why nothing."""

    def __init__(self, batch, number, source, cells, choices):
        """Look at a row.

        :param batch: `Batch`
        :param number: of the row in the file
        :param source: (system, reference)
        :param cells: dict, field -> text, and "problems"
        :param choices: dict, field of the line -> what was chosen by hand
        """
        self.batch = batch
        self.env = batch.env
        self.found = batch.found
        self.number = number
        self.source = source
        self.choices = choices
        self.cells = self._apply_choices(cells)
        self.errors = []
        self.warnings = []
        self.notes = []  # what was asked for, and is told all the same
        self.new = {}

    def _apply_choices(self, cells):
        """Return the cells with what was chosen by hand in the place of what they say.

        :param cells: dict, see `pet.carry.over.import.line`
        """
        chosen = {
            column: str(self.choices[name] or "")
            for column, name in (
                ("sessions_left", "sessions_left"),
                ("end_date", "date_end"),
            )
            if name in self.choices
        }
        if "sessions_left" in chosen:
            chosen["sessions_left"] = f"{self.choices['sessions_left']:g}"
        return {
            **cells,
            **chosen,
            "values": {**cells["values"], **chosen},
            "problems": {
                name: problem
                for name, problem in cells["problems"].items()
                if name not in chosen
            },
        }

    def get_values(self):
        """Return the values of the row's line."""
        self._check_source()
        self._check_width()
        left = self._get_sessions_left()
        owner = self._get_owner()
        pet = self._get_pet(owner) if owner or self.new else self.env["pet.pet"]
        template = self._get_template(pet)
        service = self._get_service(template)
        unit_value = self._get_unit_value()
        values = {
            "partner_id": owner.id,
            "pet_id": pet.id,
            "template_id": template.id,
            "product_id": service.id,
            "sessions_left": float(left or 0),
            "date_end": self._get_date_end(template),
            "unit_value": unit_value,
            "value": self._round(float(left or 0) * unit_value),
            "new_names": self.new or False,
            "plan_id": False,
        }
        if plan := self.found.carried_over.get(self.source):
            return {**values, **self._get_unchanged(plan, left)}
        return {**values, **self._get_result(values, owner, pet, service)}

    # --- The result ------------------------------------------------------------------

    def _get_result(self, values, owner, pet, service):
        if self.errors:
            status, texts = "error", self.errors
        elif not values["sessions_left"]:
            nothing = self.env._("nothing is left, so nothing is carried over")
            status, texts = "warning", [*self.warnings, nothing]
        else:
            package = self._get_package(values, owner, pet, service)
            status = "warning" if self.warnings else "ok"
            texts = [package, *self.notes, *self.warnings]
        return {"status": status, "message": self._say("; ".join(texts))}

    def _get_package(self, values, owner, pet, service):
        """Return what would be made of the row, in words."""
        names = [one["name"] for one in self.new.get("pets", ())]
        end = values["date_end"]
        return self.env["pet.plan"]._describe_carry_over(
            pet.name
            or ", ".join(names)
            or self.env._("all pets of %(owner)s", owner=self._get_owner_name(owner)),
            values["sessions_left"],
            service,
            end and self.batch.format_date(end),
        )

    def _get_unchanged(self, plan, left):
        """Return what is said of a row that was carried over before (K4)."""
        message = self.env._(
            "carried over already: %(plan)s", plan=plan._get_named_for()
        )
        sold = sum(plan.line_ids.mapped("quantity"))
        if left is not None and float(left) != sold:
            message = self.env._(
                "%(message)s, with %(sold)s session(s); the file says %(left)s, which "
                "changes nothing",
                message=message,
                sold=f"{sold:g}",
                left=f"{float(left):g}",
            )
        return {
            "status": "unchanged",
            "message": self._say(message),
            "plan_id": plan.id,
        }

    def _say(self, text):
        return self.env._("Row %(row)s: %(text)s.", row=self.number, text=text)

    def _refuse(self, column, text):
        """Note what is wrong with a cell, naming its column and what it says."""
        self.errors.append(
            self.env._(
                "%(column)s “%(value)s”: %(text)s",
                column=self.batch.headings.get(column) or self.batch.labels[column],
                value=self.cells.get(column) or "",
                text=text,
            )
        )

    def _get_chosen(self, name, records):
        """Return what was chosen by hand, if it is still there and of this company.

        :param name: of the field of the line
        :param records: an empty recordset of its model
        """
        chosen = records.browse(self.choices.get(name) or ()).exists()
        if chosen.company_id and chosen.company_id != self.batch.one.company_id:
            self.errors.append(
                self.env._(
                    "%(name)s belongs to another company", name=chosen.display_name
                )
            )
        return chosen

    # --- Its parts -------------------------------------------------------------------

    def _check_source(self):
        """A reference that stands in the file twice is in doubt in both rows (K5)."""
        others = [n for n in self.batch.numbers[self.source] if n != self.number]
        if others:
            self._refuse(
                "legacy_ref",
                self.env._(
                    "row %(rows)s has the same reference",
                    rows=", ".join(map(str, others[:SHOWN])),
                ),
            )

    def _check_width(self):
        """A row with more cells than headings has moved: what stands where is open."""
        if columns := self.cells["problems"].get("row"):
            self.errors.append(
                self.env._(
                    "it has %(columns)s cells, more than there are columns",
                    columns=columns,
                )
            )

    def _get_problem(self, column):
        """Return why a cell that should be a number or a date is none, or None."""
        problem = self.cells["problems"].get(column)
        if not problem:
            return None
        return {
            "number": self.env._("not a number"),
            "number_style": self.env._(
                "its comma or point may stand for decimals or for thousands"
            ),
            "date": self.env._("not a date"),
            "date_style": self.env._(
                "day or month first? Choose how the dates are written"
            ),
        }[problem]

    def _get_number(self, column):
        """Return the number in a cell, not negative, or None."""
        if problem := self._get_problem(column):
            self._refuse(column, problem)
            return None
        if column not in self.cells["values"]:
            return None
        number = Decimal(self.cells["values"][column])
        if number < 0:
            self._refuse(column, self.env._("is negative"))
            return None
        return number

    def _round(self, amount):
        """Return an amount as it is stored: else it would differ at the next check."""
        return self.batch.one.company_id.currency_id.round(amount)

    def _get_unit_value(self):
        """Return what a session was sold for, 0 where that is not known."""
        amount = self._get_number("unit_value") or 0
        most = BOUNDS["unit_value"][1]
        if amount > most:
            self._refuse(
                "unit_value", self.env._("more than %(most)s", most=f"{most:.0f}")
            )
            return 0.0
        return self._round(float(amount))

    def _get_sessions_left(self):
        """Return the number left as a Decimal, or None where it is wrong (K5)."""
        total = self._get_number("sessions_total")
        left = self._get_number("sessions_left")
        if left is None:
            if not self.cells.get("sessions_left"):
                self._refuse(
                    "sessions_left", self.env._("how many are left is missing")
                )
            return None
        if left % HALF:
            self._refuse(
                "sessions_left", self.env._("only whole sessions and halves are left")
            )
        elif left % 1:
            self.warnings.append(
                self.env._("%(left)s is taken in half days", left=f"{float(left):g}")
            )
        if left > MOST_SESSIONS:
            self._refuse(
                "sessions_left", self.env._("more than %(most)s", most=MOST_SESSIONS)
            )
            return None
        if total is not None and left > total:
            self._refuse(
                "sessions_left",
                self.env._(
                    "more are left than the %(total)s sold", total=f"{float(total):g}"
                ),
            )
        return left

    def _get_date(self, column):
        """Return the date in a cell, or None."""
        if problem := self._get_problem(column):
            self._refuse(column, problem)
            return None
        text = self.cells["values"].get(column)
        return date.fromisoformat(text) if text else None

    def _get_date_end(self, template):
        """Return the last day of use, or False for never (K5).

        An empty cell means never; without the column it is the template's validity,
        from today.
        """
        sold = self._get_date("purchase_date")
        if sold and sold > self.batch.today:
            self._refuse("purchase_date", self.env._("is still to come"))
        if "end_date" in self.batch.headings or "date_end" in self.choices:
            end = self._get_date("end_date")
        else:
            end = template._get_date_end_from(self.batch.today) or None
        if not end:
            return False
        if sold and end < sold:
            self._refuse(
                "end_date",
                self.env._(
                    "before it was sold, on %(day)s", day=format_date(self.env, sold)
                ),
            )
        elif end < self.batch.today:
            self._refuse("end_date", self.env._("the package has ended"))
        return end

    def _get_template(self, pet):
        template = self._get_chosen("template_id", self.env["pet.plan.template"])
        template = template or self.batch.one.template_id
        if not template.active or not template.is_carry_over:
            self.errors.append(
                self.env._(
                    "%(template)s is archived, or not for carry-overs",
                    template=template.display_name,
                )
            )
        elif not template._fits(pet):
            self.errors.append(
                self.env._(
                    "%(template)s is not offered to %(pet)s",
                    template=template.display_name,
                    pet=pet.name,
                )
            )
        return template

    def _get_service(self, template):
        """Return the service of the row, by code or name, or that of the template."""
        Service = self.env["product.product"]
        if chosen := self._get_chosen("product_id", Service):
            return chosen
        text = self.cells.get("service")
        if not text:
            service = template._get_carried_over_service()
            if not service:
                self._refuse("service", self.env._("which service is missing"))
            return service
        services = self.found.services.get(normalize(text), Service)
        if len(services) == 1:
            return services
        if services:
            self._refuse(
                "service",
                self.env._(
                    "%(count)s services have this name: %(names)s",
                    count=len(services),
                    names=self._list(services.mapped("display_name")),
                ),
            )
        else:
            self._refuse("service", self.env._("there is no such service"))
        return Service

    # --- Owner and pet (K3) ----------------------------------------------------------

    def _get_owner(self):
        """Return the customer, an empty record when they are to be made, or wrong."""
        Owner = self.env["res.partner"]
        if chosen := self._get_chosen("partner_id", Owner):
            return chosen
        given = [column for column in OWNER_KEYS if self.cells.get(column)]
        if not given:
            self._refuse("owner_name", self.env._("the customer is missing"))
            return Owner
        owners, first = Owner, None
        for column in given:
            found = self.found.get_owners(column, self.cells[column])
            if not found:
                continue
            if not owners:
                owners, first = found, column
            elif owners & found:
                owners &= found
            elif column == "owner_email" and len(found) == 1:
                self._refuse(
                    column,
                    self.env._(
                        "belongs to %(other)s, but “%(value)s” to %(owner)s",
                        other=found.display_name,
                        value=self.cells[first],
                        owner=self._list(owners.mapped("display_name")),
                    ),
                )
                return Owner
        if len(owners) == 1:
            self._compare_owner(owners, first)
            return owners
        if owners:
            self._refuse(
                first,
                self.env._(
                    "%(count)s customers fit: %(names)s",
                    count=len(owners),
                    names=self._list(map(self._get_told_apart, owners.sorted("id"))),
                ),
            )
            return Owner
        self._make_owner(given)
        return Owner

    def _compare_owner(self, owner, column):
        """Warn where the file and the shop differ about a customer."""
        name, email = self.cells.get("owner_name"), self.cells.get("owner_email")
        if name and normalize(name) != normalize(owner.name or ""):
            self.warnings.append(
                self.env._(
                    "“%(name)s” is called %(owner)s here", name=name, owner=owner.name
                )
            )
        if (
            column in ("owner_phone", "owner_name")
            and email
            and owner.email_normalized
            and normalize_email(email) != owner.email_normalized
        ):
            self.warnings.append(
                self.env._(
                    "%(owner)s has another address here: %(email)s",
                    owner=owner.name,
                    email=owner.email,
                )
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

    def _get_pet(self, owner):
        """Return the pet; an empty record where it is shared, to be made, or wrong."""
        Pet = self.env["pet.pet"]
        if "pet_id" in self.choices:
            return self._get_chosen("pet_id", Pet)
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

    def _find_pets(self, owner, name):
        """Return the pets of an owner that are called so, and are of the species."""
        pets = self.found.get_pets(owner, name) if owner else self.env["pet.pet"]
        species = self.found.species.get(normalize(self.cells.get("pet_species") or ""))
        if len(pets) > 1 and species:
            pets = pets.filtered(lambda pet: pet.species_id == species) or pets
        return pets

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
        if not self.batch.one.create_missing:
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
            return
        text = self.cells.get("pet_species")
        species = self.found.species.get(normalize(text or ""))
        if text and not species:
            self.warnings.append(
                self.env._("there is no species %(species)s", species=text)
            )
        self.new["pets"] = [
            {"name": name, "species_id": species.id if species else False}
            for name in names
        ]
        self.notes.append(self.env._("new pet %(names)s", names=self._list(names)))

    def _list(self, names):
        """Return some names, the first few of many."""
        names = list(names)
        shown = ", ".join(names[:SHOWN])
        if len(names) <= SHOWN:
            return shown
        return self.env._(
            "%(names)s and %(count)s more", names=shown, count=len(names) - SHOWN
        )
