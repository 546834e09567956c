"""Which price of a service is meant for a pet (S9).

A service has a price of its own, and may have rows with others: for breeds, or for a
size, a coat, or both. Of the rows that fit a pet the most specific one counts: breed,
then size and coat, then size, then coat. What is not known of a pet fits no row that
asks for it.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import combinations

# What a row may ask for, the most specific first
KINDS = (("breed",), ("size", "coat"), ("size",), ("coat",))


@dataclass(frozen=True)
class Animal:
    """What prices go by; None: not known, or (of all) no pet in particular."""

    breed: Hashable | None = None
    size: Hashable | None = None
    coat: Hashable | None = None


@dataclass(frozen=True)
class Row:
    """A price that is for some breeds, or for a size, a coat, or both.

    ``key`` is the caller's name for it.
    """

    key: Hashable
    breeds: frozenset[Hashable] = frozenset()
    size: Hashable | None = None
    coat: Hashable | None = None

    @property
    def kind(self) -> tuple[str, ...]:
        """Return what the row asks for: names of fields of `Animal`."""
        asked = {"breed": self.breeds, "size": self.size, "coat": self.coat}
        return tuple(name for name, value in asked.items() if value)

    @property
    def is_sound(self) -> bool:
        """Tell whether the row asks for something, and not for breeds and more."""
        return self.kind in KINDS

    @property
    def rank(self) -> int:
        """Return how specific the row is: 0 is the most."""
        return KINDS.index(self.kind)

    def accepts(self, name: str, value: Hashable | None) -> bool:
        """Tell whether the row takes a value of what it asks for."""
        return value in self.breeds if name == "breed" else value == getattr(self, name)

    def fits(self, animal: Animal) -> bool:
        """Tell whether the row is meant for an animal."""
        return all(self.accepts(name, getattr(animal, name)) for name in self.kind)

    def may_fit(self, animal: Animal) -> bool:
        """Tell whether it would be, if more was known of the animal."""
        return all(
            value is None or self.accepts(name, value)
            for name in self.kind
            for value in [getattr(animal, name)]
        )


def find_row(rows: Iterable[Row], animal: Animal) -> Row | None:
    """Return the most specific row that fits an animal; None: the own price counts.

    :param rows: sound ones, of which no two are rivals
    """
    fitting = [row for row in rows if row.fits(animal)]
    return min(fitting, key=lambda row: row.rank, default=None)


def find_missing(rows: Iterable[Row], animal: Animal) -> set[str]:
    """Return what is not known of an animal, and might change its price.

    :param rows: sound ones, of which no two are rivals
    :return: names of fields of `Animal`
    """
    rows = list(rows)
    found = find_row(rows, animal)
    return {
        name
        for row in rows
        if (found is None or row.rank < found.rank) and row.may_fit(animal)
        for name in row.kind
        if getattr(animal, name) is None
    }


def find_rivals(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Return the pairs of rows of which nobody could say which one counts.

    They are equally specific, and some animal fits both.

    :param rows: sound ones
    """
    return [
        (one, other)
        for one, other in combinations(rows, 2)
        if one.kind == other.kind
        and (one.size, one.coat) == (other.size, other.coat)
        and (not one.breeds or one.breeds & other.breeds)
    ]
