"""The check of translations that dev/lint makes: what it finds, and lets pass."""

import polib
import pytest
from workshop import translations

MAIL = '<p>Hello <t t-out="object.name"/>,</p>\n    <p>\n        goodbye\n</p>\n  '


def faults(source, text):
    return list(
        translations.find_faults_of_term(polib.POEntry(msgid=source, msgstr=text))
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Bath", "Banho"),
        ("Total", "Total"),
        ("%(pet)s of %(owner)s", "%(pet)s, de %(owner)s"),
        ("50% of %(price)s, 100%", "50% do %(price)s, 100%"),
        (MAIL, MAIL.replace("Hello", "Olá").replace("goodbye", "até logo")),
        ('<i class="fa" title="Pet"/>', '<i class="fa" title="Animal"/>'),
        ("see\n    you", "até\n    logo"),
    ],
)
def test_translation_that_says_the_same_is_fine(source, text):
    assert not faults(source, text)


@pytest.mark.parametrize(
    ("source", "text", "words"),
    [
        ("Bath", "", "is not translated"),
        ("%(pet)s comes", "%(dog)s vem", "placeholders: no %(pet)s, added %(dog)s"),
        ("%s comes", "vem", "placeholders: no %s"),
        ("%(share)g%%", "%(share)g", "placeholders: no %%"),
        ("{{ object.name }} comes", "{{ name }} vem", "no {{ object.name }}, added"),
        (MAIL, MAIL.replace("<p>", "<b>"), "tags: no <p>, no <p>, added <b>"),
        (MAIL, MAIL.replace("object.name", "nome"), 'no <t t-out="object.name"/>'),
        (MAIL, MAIL.rstrip(), "begins or ends with other blanks"),
        (" or ", "ou", "begins or ends with other blanks"),
        ("A bath", "Um  banho", "has two blanks in a row"),
    ],
)
def test_fault_of_a_translation_is_told(source, text, words):
    (fault,) = faults(source, text)
    assert words in fault


@pytest.fixture
def folder(tmp_path):
    """Terms and a language of them, with one fault of each kind but those above."""
    template = polib.POFile()
    template.extend(polib.POEntry(msgid=word) for word in ("Bath", "Pet", "Cut", "Day"))
    template.save(str(tmp_path / translations.TEMPLATE))
    language = polib.POFile()
    language.extend(
        [
            polib.POEntry(msgid="Pet", msgstr="Pet"),
            polib.POEntry(msgid="Pet", msgstr="Animal"),
            polib.POEntry(msgid="Cut", msgstr="Tosa", flags=["fuzzy"]),
            polib.POEntry(msgid="Cat", msgstr="Gato"),
            polib.POEntry(msgid="Day", msgstr="Dia", obsolete=True),
        ]
    )
    language.save(str(tmp_path / "pt_BR.po"))
    return tmp_path


def test_terms_of_a_language_are_those_of_the_template(folder):
    told = [fault.split(": ", 1) for fault in translations.check(folder)]
    assert [fault for _, fault in told] == [
        '"Bath" is missing',
        '"Day" is missing',
        '"Pet" stands there twice',
        '"Pet" stands there twice',
        '"Cut" is fuzzy',
        '"Cat" is no longer a term',
        '"Day" is no longer a term',
    ]
    assert told[0][0] == "pt_BR.po:0"
    assert len({place for place, _ in told}) == 6, "Each has its line."
