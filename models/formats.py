"""How texts write days and numbers: as the screens beside them do."""

from babel.dates import format_skeleton

from odoo.tools import babel_locale_parse
from odoo.tools.misc import get_lang


def format_day(env, day):
    """Return a day as Odoo's screens show it in the language of an environment.

    "Dec 6, 2028" in English. The year is always there: a text is read later, too.

    :param day: date, or False for none, which is ""
    """
    return _format(env, "yMMMd", day) if day else ""


def format_day_of_year(env, day):
    """Return a day without its year, where little room is left: "Dec 6"."""
    return _format(env, "MMMd", day)


def format_month(env, day):
    """Return the month of a day and its year: "December 2028"."""
    return _format(env, "yMMMM", day)


def format_sessions(env, count, pattern="%g"):
    """Return a number of sessions as the language of an environment writes it.

    :param count: float
    :param pattern: "%+g" for what comes and goes
    """
    # Without what halves leave behind, and without -0
    text = pattern % (round(count, 6) + 0.0)
    return text.replace(".", get_lang(env).decimal_point)


def _format(env, skeleton, day):
    locale = babel_locale_parse(get_lang(env).code)
    return format_skeleton(skeleton, day, locale=locale)
