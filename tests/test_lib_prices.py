"""The price for a pet against a naive model that tries every animal there is."""

from dataclasses import fields, replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.prices import (
    Animal,
    Row,
    find_missing,
    find_rivals,
    find_row,
)

BREEDS = ("poodle", "pug", "akita")
SIZES = ("small", "large")
COATS = ("short", "long")
NAMES = tuple(field.name for field in fields(Animal))
VALUES = {"breed": BREEDS, "size": SIZES, "coat": COATS}
ANIMALS = [
    Animal(*values) for values in product(*((None, *VALUES[name]) for name in NAMES))
]

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=300)
sizes, coats = st.sampled_from(SIZES), st.sampled_from(COATS)
shapes = st.one_of(
    st.fixed_dictionaries(
        {"breeds": st.frozensets(st.sampled_from(BREEDS), min_size=1)}
    ),
    st.fixed_dictionaries({"size": sizes, "coat": coats}),
    st.fixed_dictionaries({"size": sizes}),
    st.fixed_dictionaries({"coat": coats}),
)
tables = st.lists(shapes, max_size=8).map(
    lambda found: [Row(key, **shape) for key, shape in enumerate(found)]
)
clear_tables = tables.filter(lambda rows: not naive_rivals(rows))


def naive_ranking(rows, animal):
    """Return the keys of the rows that fit, by how specific they are: lists of keys."""
    known = [value is not None for value in (animal.breed, animal.size, animal.coat)]
    has_breed, has_size, has_coat = known
    by_breed = [row for row in rows if has_breed and animal.breed in row.breeds]
    sized = [row for row in rows if has_size and row.size == animal.size]
    coated = [row for row in rows if has_coat and row.coat == animal.coat]
    return [
        [row.key for row in by_breed],
        [row.key for row in sized if row in coated],
        [row.key for row in sized if row.coat is None],
        [row.key for row in coated if row.size is None],
    ]


def naive_row(rows, animal):
    return next((keys[0] for keys in naive_ranking(rows, animal) if keys), None)


def naive_rivals(rows):
    """Return the pairs that are equally good for some animal."""
    return {
        (one, other)
        for animal in ANIMALS
        for keys in naive_ranking(rows, animal)
        for one, other in product(keys, keys)
        if one < other
    }


def naive_missing(rows, animal):
    """Fill in all that is not known in every way, and see which rows then count."""
    unknown = [name for name in NAMES if getattr(animal, name) is None]
    missing = set()
    for values in product(*((None, *VALUES[name]) for name in unknown)):
        known = replace(animal, **dict(zip(unknown, values, strict=True)))
        found = naive_row(rows, known)
        if found != naive_row(rows, animal):
            missing |= {name for name in rows[found].kind if name in unknown}
    return missing


@tagged("post_install", "-at_install")
class TestPrices(BaseCase):
    """S9: the most specific row counts, and two that match equally are found."""

    def test_examples(self):
        rows = [
            Row("breeds", breeds=frozenset({"poodle", "pug"})),
            Row("both", size="large", coat="long"),
            Row("size", size="large"),
            Row("coat", coat="long"),
        ]
        for animal, expected in (
            (Animal("pug", "large", "long"), "breeds"),
            (Animal("akita", "large", "long"), "both"),
            (Animal(None, "large", "short"), "size"),
            (Animal("akita", "small", "long"), "coat"),
            (Animal("akita", "large", None), "size"),
        ):
            with self.subTest(animal=animal):
                self.assertEqual(find_row(rows, animal).key, expected)
        self.assertIsNone(find_row(rows, Animal("akita", "small", "short")))
        self.assertIsNone(find_row(rows, Animal()))
        self.assertFalse(find_rivals(rows))

    def test_what_is_asked_for(self):
        rows = [
            Row("both", size="large", coat="long"),
            Row("breeds", breeds=frozenset({"pug"})),
        ]
        for animal, expected in (
            (Animal("akita", None, "long"), {"size"}),
            (Animal("akita", "large", None), {"coat"}),
            (Animal("akita", "small", None), set()),
            (Animal("pug"), set()),
            (Animal("akita"), {"size", "coat"}),
            (Animal(None, "small", "long"), {"breed"}),
        ):
            with self.subTest(animal=animal):
                self.assertEqual(find_missing(rows, animal), expected)

    def test_a_row_of_nothing_or_of_breed_and_size_is_not_sound(self):
        self.assertFalse(Row(1).is_sound)
        self.assertFalse(Row(1, breeds=frozenset({"pug"}), size="large").is_sound)
        self.assertFalse(Row(1, breeds=frozenset({"pug"}), coat="long").is_sound)

    @repeatable
    @given(clear_tables)
    def test_the_row_that_counts(self, rows):
        for animal in ANIMALS:
            found = find_row(rows, animal)
            self.assertEqual(found and found.key, naive_row(rows, animal), animal)

    @repeatable
    @given(tables)
    def test_rows_that_match_equally(self, rows):
        found = {(one.key, other.key) for one, other in find_rivals(rows)}
        self.assertEqual(found, naive_rivals(rows))

    @repeatable
    @given(clear_tables)
    def test_what_might_change_the_price(self, rows):
        for animal in ANIMALS:
            self.assertEqual(
                find_missing(rows, animal), naive_missing(rows, animal), animal
            )
