import sys
import unicodedata

from odoo.tools import SQL

from ..models.pet_carry_over_found import get_letters, normalize_name
from .carry_over import CarryOverCommon


class TestSpelling(CarryOverCommon):
    """K3: names are found however their letters are put together, in both places."""

    def check_both_ways(self, here, there, **row):
        for name, text in ((here, there), (there, here)):
            self.customer.name = name
            line = self.check({"owner": text, **row})
            self.assertEqual((line.status, line.partner_id), ("ok", self.customer))

    def test_sharp_s(self):
        self.check_both_ways("Jörg Weiß", "JÖRG WEISS")

    def test_decomposed_accents(self):
        self.check_both_ways("Érica Muñoz", unicodedata.normalize("NFD", "érica muñoz"))

    def test_a_dotted_capital(self):
        self.check_both_ways("İpek", unicodedata.normalize("NFD", "İPEK"))

    def test_pets_and_services(self):
        for here, there in (("Süße", "SÜSSE"), ("Bébé", "Be\u0301be\u0301")):
            for name, text in ((here, there), (there, here)):
                self.luna.name = name
                self.bath.sudo().name = name
                line = self.check({"pet": text, "service": text})
                self.assertEqual((line.pet_id, line.product_id), (self.luna, self.bath))

    def test_references(self):
        self.customer.ref = unicodedata.normalize("NFD", "CÃO-7")
        for ref in ("CÃO-7", unicodedata.normalize("NFD", "CÃO-7")):
            line = self.check({"owner": "", "customer": ref})
            self.assertEqual(line.partner_id, self.customer)

    def test_the_database_and_python_agree_on_every_letter(self):
        letters = [
            char
            for char in map(chr, range(1, min(sys.maxunicode, 0x20000)))
            if unicodedata.category(char) not in ("Cs", "Cn", "Co")
        ]
        query = SQL(
            "SELECT letter, %s FROM UNNEST(%s) AS letter",
            self.env["pet.carry.over.import"]._get_letters_sql(SQL("letter")),
            letters,
        )
        differing = [
            (letter, shown)
            for letter, shown in self.env.execute_query(query)
            if get_letters(normalize_name(letter)) != shown
        ]
        self.assertEqual(differing, [])
