from datetime import date, datetime

from ..models.formats import format_day, format_day_of_year
from .common import PetPlansCommon


class TestFormats(PetPlansCommon):
    """12: texts write days as Odoo's screens do, in the language of who reads."""

    def format(self, code):
        self.env["res.lang"].sudo()._activate_lang(code)
        env = self.env(context={"lang": code})
        day = date(2028, 12, 6)
        return format_day(env, day), format_day_of_year(env, day)

    def test_in_each_language(self):
        for code, expected in {
            "en_US": ("Dec 6, 2028", "Dec 6"),
            "en_GB": ("6 Dec 2028", "6 Dec"),
            "pt_BR": ("6 de dez. de 2028", "6 de dez."),
            "es_ES": ("6 dic 2028", "6 dic"),
            "de_DE": ("6. Dez. 2028", "6. Dez."),
        }.items():
            with self.subTest(code):
                self.assertEqual(self.format(code), expected)

    def test_no_day(self):
        self.assertEqual(format_day(self.env, False), "")

    def test_a_moment_by_the_clock_of_the_shop(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.assertEqual(
            self.shop._format_pet_time(datetime(2028, 12, 6, 1, 30)),
            "Dec 5, 2028, 10:30\u202fPM",
        )
