"""The pages agree with the files: rules, tests, links."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "docs" / "rules.md"
LEFT_OUT = {"__pycache__", "node_modules"}

NUMBER = r"[SBCILXUKP][1-9]\d?[a-z]?"
# A rule by its number, wherever it stands
CITED = re.compile(rf"\b{NUMBER}\b")
# A section, where a docstring begins or ends: """13: ...""", """... (13, L1)."""
CITED_SECTION = re.compile(r'"""(\d+): |\((\d+(?:, (?:\d+|[A-Z]\d+[a-z]?))*)\)\."""')
HEADING = re.compile(rf"^###? ({NUMBER}$|\d+(?= ))", re.MULTILINE)
MISSING = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")


def find(*endings):
    """The files of the checkout with these endings, hidden folders left out."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in LEFT_OUT and (name == ".github" or name[0] != ".")
        ]
        found += [Path(folder, name) for name in names if name.endswith(endings)]
    return sorted(found)


PAGES = find(".md")


def name_of(path):
    return str(path.relative_to(ROOT))


def read(path):
    return path.read_text(encoding="utf-8")


def rules_told():
    """The numbers that the page of rules has, as a heading or as not built."""
    text, _, missing = read(RULES).partition("\n## Not there yet\n")
    assert missing, "The page of rules has no part 'Not there yet'."
    headings = HEADING.findall(text)
    assert len(headings) == len(set(headings)), "A number has two headings."
    return {*headings, *CITED.findall("\n".join(MISSING.findall(missing)))}


def anchors(page):
    """The anchors that a page gives its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def citations(path):
    """The rules and sections that a file cites: pairs of number and line number."""
    for line, text in enumerate(read(path).splitlines(), 1):
        yield from ((number, line) for number in CITED.findall(text))
        if path.suffix == ".py":
            for groups in CITED_SECTION.findall(text):
                numbers = re.findall(r"\b\d+\b", " ".join(groups))
                yield from ((number, line) for number in numbers)


def test_every_rule_that_is_cited_is_told():
    told = rules_told()
    nowhere = [
        f"{name_of(path)}:{line}: {number} is not in docs/rules.md"
        for path in find(".py", ".js", ".xml", ".md")
        if path != RULES
        for number, line in citations(path)
        if number not in told
    ]
    assert not nowhere, "\n" + "\n".join(nowhere)


def test_every_rule_has_a_test():
    rules = re.split(r"^#{2,3} ", read(RULES), flags=re.MULTILINE)
    without = [
        title
        for title, _, text in (rule.partition("\n") for rule in rules)
        if re.fullmatch(NUMBER, title) and "](../tests/test_" not in text
    ]
    assert not without, f"No test is named for {', '.join(without)}."


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    broken = []
    for match in LINK.finditer(read(page)):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            broken.append(link)
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            broken.append(f"{link}: no such heading")
    assert not broken, f"\n{name_of(page)}: " + ", ".join(broken)
