"""Numbers of things in words, with the plural that the reader's language has.

Sentences take them as a whole, so that no translator has to guess.
"""

from odoo.tools import babel_locale_parse
from odoo.tools.misc import get_lang

from .formats import format_sessions


def say_sessions(env, number):
    """Return a number of sessions: "1 session", "2.5 sessions"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s session", count=count)
    return env._("%(count)s sessions", count=count)


def say_visits(env, number):
    """Return a number of visits: "1 visit", "3 visits"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s visit", count=count)
    return env._("%(count)s visits", count=count)


def say_cycles(env, number):
    """Return a number of billing cycles: "1 cycle", "3 cycles"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s cycle", count=count)
    return env._("%(count)s cycles", count=count)


def say_invoices(env, number):
    """Return a number of invoices: "1 invoice", "3 invoices"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s invoice", count=count)
    return env._("%(count)s invoices", count=count)


def say_plans(env, number):
    """Return a number of plans, whichever their kind: "3 plans or packages"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s plan or package", count=count)
    return env._("%(count)s plans or packages", count=count)


def say_pets(env, number):
    """Return a number of pets: "1 pet", "2 pets"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s pet", count=count)
    return env._("%(count)s pets", count=count)


def say_days(env, number):
    """Return a number of days: "1 day", "-3 days"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s day", count=count)
    return env._("%(count)s days", count=count)


def say_hours(env, number):
    """Return a number of hours: "1 hour", "24 hours"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s hour", count=count)
    return env._("%(count)s hours", count=count)


def say_rows(env, number):
    """Return a number of rows of a file: "1 row", "3 rows"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s row", count=count)
    return env._("%(count)s rows", count=count)


def say_prices(env, number):
    """Return a number of prices: "1 price", "8 prices"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s price", count=count)
    return env._("%(count)s prices", count=count)


def say_records(env, number):
    """Return a number of records of any model: "1 record", "3 records"."""
    count, is_one = _count(env, number)
    if is_one:
        return env._("%(count)s record", count=count)
    return env._("%(count)s records", count=count)


def _count(env, number):
    """Return a number as the reader writes it, and whether it takes the singular."""
    locale = babel_locale_parse(get_lang(env).code)
    number = round(number, 6)
    return format_sessions(env, number), locale.plural_form(number) == "one"
