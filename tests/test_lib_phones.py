from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.pet_plans.lib.phones import PhonePattern, get_digits, split_texts

repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)

digits = st.text("0123456789", min_size=7, max_size=12)
between = st.sampled_from(["", " ", "-", ".", "/", " (", ") ", "\u2011"])


@tagged("post_install", "-at_install")
class TestPhones(BaseCase):
    """P1: the same number, in whatever writing."""

    def test_no_number(self):
        for text in ("", "Ana", "C-7777", "555", "+ ( )", "a@5555", "PLN00013"):
            self.assertFalse(PhonePattern.parse(text, 4), text)

    def test_found(self):
        for typed, phone in (
            ("555-0104", "555-0104"),
            ("5550104", "555-0104"),
            ("0104", "555-0104"),
            ("+1 (555) 010-4", "555-0104"),
            ("+1 (555) 010-4", "+1 555 0104"),
            ("555 0104", "+15550104"),
            ("020 7946 0018", "+44 (0)20 7946 0018"),
            ("+44 20 7946 0018", "020 7946 0018"),
            ("0044 20 7946 0018", "+44 (0)20-7946-0018"),
            ("555-0104", "office 555.0104 ext. 12"),
        ):
            self.assertTrue(PhonePattern.parse(typed, 4).matches(phone), (typed, phone))

    def test_not_found(self):
        for typed, phone in (
            ("5550104", "555-0105"),
            ("5550104", "5 555 010 9 4"),
            ("99995550104", "555-0104"),  # no country has a code of four digits
            ("+1 555 0104", "0104"),
            ("5550104", False),
            ("5550104", "unknown"),
        ):
            self.assertFalse(
                PhonePattern.parse(typed, 4).matches(phone), (typed, phone)
            )

    def test_words(self):
        self.assertEqual(split_texts(" Ana  Luna "), ["Ana", "Luna"])
        self.assertEqual(split_texts("Ana +1 (555) 010-4"), ["Ana", "+1 (555) 010-4"])
        self.assertEqual(split_texts("555 0104 Luna"), ["555 0104", "Luna"])
        self.assertEqual(split_texts("C-7 a1@b2"), ["C-7", "a1@b2"])
        self.assertEqual(split_texts("12 Baths"), ["12", "Baths"])
        self.assertEqual(split_texts("7b 12Baths"), ["7b", "12Baths"])

    @repeatable
    @given(digits, st.lists(between, min_size=12, max_size=12))
    def test_any_writing(self, number, gaps):
        """What is between the digits does not matter, on either side."""
        written = "".join(
            part for pair in zip(number, gaps, strict=False) for part in pair
        ).replace("(0)", "(0 )")
        for typed, phone in ((number, written), (written, number)):
            pattern = PhonePattern.parse(typed.strip(), 7)
            self.assertTrue(pattern.matches(phone), (typed, phone))

    @repeatable
    @given(digits, digits)
    def test_sieve(self, typed, phone):
        """Whatever is found goes through the sieve."""
        pattern = PhonePattern.parse(typed, 7)
        signs = iter(phone)
        passes = all(one in signs for one in pattern.sieve.replace("%", ""))
        self.assertTrue(passes or not pattern.matches(phone))

    def test_digits(self):
        self.assertEqual(get_digits("+44 (0)20 7946"), "44207946")
        self.assertEqual(get_digits("0081"), "81")
