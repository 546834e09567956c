"""Telephone numbers as people write them: what is one, and what is the same one."""

import re
from dataclasses import dataclass

WHOLE_DIGITS = 7  # of the shortest number that is not a part of one
CODE_DIGITS = 3  # of the longest code of a country
# The zero that is dialled at home only, +44 (0)20, and whatever is no digit. Read by
# Python and PostgreSQL alike.
NO_DIGITS = r"\(0\)|[^0-9]"
_WRITTEN = re.compile(r"[0-9\s+./()\-\u2010-\u2015]+")
_TEXTS = re.compile(r"[+(]*[0-9][0-9\s+./()\-\u2010-\u2015]*[0-9)](?!\S)|\S+")


def get_digits(text):
    """Return the digits of a telephone number, without zeros in front."""
    return re.sub(NO_DIGITS, "", text).lstrip("0")


def split_texts(text):
    """Return the words of what somebody looks for; a number in groups is one word.

    >>> split_texts("Ana (555) 01 04")
    ['Ana', '(555) 01 04']
    """
    return _TEXTS.findall(text)


@dataclass(frozen=True)
class PhonePattern:
    """What was typed of a telephone number, and which numbers it finds.

    Those that contain it, and those that are all of it but the code of a country.
    """

    digits: str

    @classmethod
    def parse(cls, text, least):
        """Return the pattern of a text, or None if it is none.

        :param text: what was typed
        :param least: how many digits make a number of it
        """
        written = _WRITTEN.fullmatch(text) and re.sub(NO_DIGITS, "", text)
        if not written or len(written) < least:
            return None
        digits = written.lstrip("0")
        return cls(digits if len(digits) >= least else written)

    @property
    def ends(self):
        """Return the whole numbers that are all of it but a code: list of digits."""
        return [
            self.digits[length:]
            for length in range(1, CODE_DIGITS + 1)
            if len(self.digits) - length >= WHOLE_DIGITS
        ]

    @property
    def sieve(self):
        """Return the LIKE pattern that all it finds match, as they are written.

        It is quick, and leaves few whose digits have to be picked out.
        """
        return "%".join(["", *self.digits[-WHOLE_DIGITS:], ""])

    def matches(self, phone):
        """Tell whether a telephone number, as it is written, is found."""
        digits = re.sub(NO_DIGITS, "", phone or "")
        return self.digits in digits or digits.lstrip("0") in self.ends
