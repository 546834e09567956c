"""The translations: each language has every term of the addon, and says what it says.

``./dev/lint`` runs this file on its own, as a hook with nothing but polib beside it.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import polib

I18N = Path(__file__).resolve().parents[2] / "i18n"
TEMPLATE = "pet_plans.pot"

# What stands for something else: %(name)s and %s of Python, {{ }} of Odoo's mails
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+#0]*[\d.]*[a-z]|%%|\{\{.*?\}\}", re.S)
TAG = re.compile(r"<[^<>]+>")
# Attributes that are read, or read out: their words are translated with the term
WORDS = re.compile(r'(?<=\s)(alt|aria-label|placeholder|title)="[^"]*"')
BLANKS_AROUND = re.compile(r"\A(\s*).*?(\s*)\Z", re.S)
TWO_BLANKS = re.compile(r"(?<=\S)  ")


def check(folder=I18N):
    """Return what is wrong with the translations of a folder, one sentence for each."""
    template = polib.pofile(str(folder / TEMPLATE))
    return [
        f"{path.name}:{line}: {fault}"
        for path in sorted(folder.glob("*.po"))
        for line, fault in find_faults(template, polib.pofile(str(path)))
    ]


def find_faults(template, translation):
    """Yield line and sentence for each fault of a translation, against the template."""
    known = {entry.msgid for entry in template}
    told = Counter(entry.msgid for entry in translation if not entry.obsolete)
    for msgid in sorted(known - told.keys()):
        yield 0, f"{_quote(msgid)} is missing"
    for entry in translation:
        if entry.obsolete or entry.msgid not in known:
            yield entry.linenum, f"{_quote(entry.msgid)} is no longer a term"
        elif told[entry.msgid] > 1:
            yield entry.linenum, f"{_quote(entry.msgid)} stands there twice"
        else:
            for fault in find_faults_of_term(entry):
                yield entry.linenum, f"{_quote(entry.msgid)} {fault}"


def find_faults_of_term(entry):
    """Yield what is wrong with the translation of one term."""
    source, text = entry.msgid, entry.msgstr
    if not text.strip():
        yield "is not translated"
        return
    if entry.fuzzy:
        yield "is fuzzy"
    for what, read in (("placeholders", _placeholders), ("tags", _tags)):
        if difference := _tell_difference(read(source), read(text)):
            yield f"has other {what}: {difference}"
    if _blanks_around(source) != _blanks_around(text):
        yield "begins or ends with other blanks"
    if TWO_BLANKS.search(text) and not TWO_BLANKS.search(source):
        yield "has two blanks in a row"


def _placeholders(text):
    return Counter(PLACEHOLDER.findall(TAG.sub("", text)))


def _tags(text):
    return Counter(WORDS.sub(r"\1", tag) for tag in TAG.findall(text))


def _tell_difference(expected, found):
    lacking = [f"no {part}" for part in (expected - found).elements()]
    added = [f"added {part}" for part in (found - expected).elements()]
    return ", ".join(lacking + added)


def _blanks_around(text):
    return BLANKS_AROUND.match(text).groups()


def _quote(msgid):
    words = " ".join(msgid.split())
    return f'"{words[:60]}..."' if len(words) > 60 else f'"{words}"'


if __name__ == "__main__":
    faults = check()
    print(*faults, sep="\n", end="\n" if faults else "")
    sys.exit(bool(faults))
