import hashlib
from collections import Counter
from datetime import date
from decimal import Decimal

from ..lib.carry_over import normalize
from .counted import say_sessions
from .formats import format_day, format_sessions
from .pet_bounds_mixin import BOUNDS
from .pet_carry_over_found import OWNER_KEYS
from .pet_carry_over_who import SHOWN, WhoCheck

HALF = Decimal("0.5")
# Rows that are checked together: whom they name is kept in memory meanwhile
ROWS_KNOWN = 10_000
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
        self.currency = one.company_id.currency_id
        self.headings = {column.field_name: column.heading for column in one.column_ids}
        self.labels = dict(
            one.column_ids._fields["field_name"]._description_selection(self.env)
        )
        self.numbers = numbers
        self.template = one.template_id
        # Said of every row: translated once.
        self.row_words = self.env._("Row %(row)s: %(text)s.")
        self.package_words = self.env["pet.plan"]._get_carry_over_words()
        self.offers = {}
        self.dates = {}
        self.chosen = self._get_chosen([choices for __, __, choices in rows if choices])
        self.unchosen = {name: some.browse() for name, some in self.chosen.items()}
        self.found = one._find(
            [cells for cells, __, __ in rows],
            {source for __, source, __ in rows},
            self.chosen["partner_id"] | self.chosen["pet_id"].partner_id,
        )

    def _get_chosen(self, choices):
        """Return what was chosen by hand in any row, as far as it can be read.

        :param choices: list of dicts, field of the line -> what was chosen
        :return: dict, field of the line -> records
        """
        fields = self.env["pet.carry.over.import.line"]._fields
        chosen = {}
        for name in ("partner_id", "pet_id", "product_id", "template_id"):
            ids = {row[name] for row in choices if row.get(name)}
            records = self.env[fields[name].comodel_name].browse(sorted(ids))
            chosen[name] = records.exists()._filtered_access("read")
        return chosen

    def forget(self):
        """Leave out of memory whom these rows name, unless they were few."""
        if len(self.found.owner_ids) > ROWS_KNOWN // 2:
            self.env["res.partner"].invalidate_model()
            self.env["pet.pet"].invalidate_model()

    def get_line_label(self, name):
        """Return what a field of the line is called."""
        fields = self.env["pet.carry.over.import.line"]._fields
        return fields[name]._description_string(self.env)

    def format_day(self, day):
        """Return a date as the user reads it; a file has many of the same."""
        if day not in self.dates:
            self.dates[day] = format_day(self.env, day)
        return self.dates[day]

    def get_offer(self, template):
        """Return if a template is for carry-overs, and if it is offered to every pet.

        A file has few templates, on many rows.
        """
        if template.id not in self.offers:
            self.offers[template.id] = (
                template.active and template.is_carry_over,
                not (template.species_ids or template.breed_ids),
            )
        return self.offers[template.id]

    def check(self, number, source, cells, choices):
        """Return the values of the line of a row, see `Check`."""
        return Check(self, number, source, cells, choices or {}).get_values()


class Check(WhoCheck):
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
        self.chosen = (
            {name: self._get_chosen(name) for name in batch.chosen}
            if choices
            else batch.unchosen
        )

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
            end and self.batch.format_day(end),
            self.batch.package_words,
        )

    def _get_unchanged(self, plan, left):
        """Return what is said of a row that was carried over before (K4)."""
        message = self.env._(
            "carried over already: %(plan)s", plan=plan._get_named_for()
        )
        sold = sum(plan.line_ids.mapped("quantity"))
        if left is not None and float(left) != sold:
            message = self.env._(
                "%(message)s, with %(sold)s; the file says %(left)s, which changes "
                "nothing",
                message=message,
                sold=say_sessions(self.env, sold),
                left=format_sessions(self.env, float(left)),
            )
        return {
            "status": "unchanged",
            "message": self._say(message),
            "plan_id": plan.id,
        }

    def _say(self, text):
        return self.batch.row_words % {"row": self.number, "text": text}

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

    def _get_chosen(self, name):
        """Return what was chosen by hand, if it is still there and of this company.

        :param name: of the field of the line
        """
        records = self.batch.chosen[name]
        chosen_id = self.choices.get(name)
        if not chosen_id:
            return records.browse()
        if chosen_id not in records._ids:
            self.errors.append(
                self.env._(
                    "the %(field)s that was chosen is gone, or not yours to see: "
                    "choose again",
                    field=self.batch.get_line_label(name),
                )
            )
            return records.browse()
        chosen = records.browse(chosen_id).with_prefetch(records._ids)
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
        return self.batch.currency.round(amount) if amount else 0.0

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
                self.env._(
                    "%(left)s is taken in half days",
                    left=format_sessions(self.env, float(left)),
                )
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
                    "more are left than the %(total)s sold",
                    total=format_sessions(self.env, float(total)),
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
                    "before it was sold, on %(day)s", day=format_day(self.env, sold)
                ),
            )
        elif end < self.batch.today:
            self._refuse("end_date", self.env._("the package has ended"))
        return end

    def _get_template(self, pet):
        template = self.chosen["template_id"] or self.batch.template
        is_usable, is_for_all = self.batch.get_offer(template)
        if not is_usable:
            self.errors.append(
                self.env._(
                    "%(template)s is archived, or not for carry-overs",
                    template=template.display_name,
                )
            )
        elif not is_for_all and not template._fits(pet):
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
        if chosen := self.chosen["product_id"]:
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

    def _list(self, names):
        """Return some names, the first few of many."""
        names = list(names)
        shown = ", ".join(names[:SHOWN])
        if len(names) <= SHOWN:
            return shown
        return self.env._(
            "%(names)s and %(count)s more", names=shown, count=len(names) - SHOWN
        )
