"""Numbers of things in words, one and many said apart.

Sentences take them as a whole, so that no translator has to guess a plural.
"""


def say_sessions(env, number):
    """Return a number of sessions: "1 session", "2.5 sessions"."""
    if number == 1:
        return env._("1 session")
    return env._("%(count)s sessions", count=_format(number))


def say_visits(env, number):
    """Return a number of visits: "1 visit", "3 visits"."""
    if number == 1:
        return env._("1 visit")
    return env._("%(count)s visits", count=_format(number))


def say_cycles(env, number):
    """Return a number of billing cycles: "1 cycle", "3 cycles"."""
    if number == 1:
        return env._("1 cycle")
    return env._("%(count)s cycles", count=_format(number))


def say_plans(env, number):
    """Return a number of plans, whichever their kind: "3 plans or packages"."""
    if number == 1:
        return env._("1 plan or package")
    return env._("%(count)s plans or packages", count=_format(number))


def say_pets(env, number):
    """Return a number of pets: "1 pet", "2 pets"."""
    if number == 1:
        return env._("1 pet")
    return env._("%(count)s pets", count=_format(number))


def say_days(env, number):
    """Return a number of days: "1 day", "-3 days"."""
    if number == 1:
        return env._("1 day")
    return env._("%(count)s days", count=_format(number))


def say_hours(env, number):
    """Return a number of hours: "1 hour", "24 hours"."""
    if number == 1:
        return env._("1 hour")
    return env._("%(count)s hours", count=_format(number))


def say_rows(env, number):
    """Return a number of rows of a file: "1 row", "3 rows"."""
    if number == 1:
        return env._("1 row")
    return env._("%(count)s rows", count=_format(number))


def say_records(env, number):
    """Return a number of records of any model: "1 record", "3 records"."""
    if number == 1:
        return env._("1 record")
    return env._("%(count)s records", count=_format(number))


def _format(number):
    return f"{round(number, 6):g}"
