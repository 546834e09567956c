"""The Plans screen and the nightly status job, in a small shop and in a huge one."""

from datetime import timedelta

from measuring import measure, show
from shop import DAYS, Shop

COLUMNS = (
    *("name", "kind", "duration", "title", "sessions_left", "state", "date_end"),
    *("days_left", "to_book", "is_renewed", "is_carry_over", "currency_id"),
    *("phone", "next_visit", "amount_due", "amount_overdue", "expiry_bucket"),
)
CHANGES = 1000


def read_first_page(env):
    """What the list asks for when it opens."""
    env["pet.plan"].web_search_read(
        [],
        {
            **{name: {} for name in COLUMNS},
            "partner_id": {"fields": {"display_name": {}}},
            "pet_id": {"fields": {"display_name": {}}},
        },
        limit=80,
        order="is_past ASC",
        count_limit=10001,
    )


def count_cards(env):
    """What the cards ask for."""
    env["pet.plan"].retrieve_dashboard()


def count_bare(env):
    """Six counts of an index, as bare as Odoo makes them."""
    today = env.company._get_pet_today()
    plans = env["pet.plan"]
    for first, last in ((-DAYS, -1), (0, 7), (8, 14), (15, 30), (31, 999), (0, 999)):
        plans.search_count(
            [
                ("state", "in", ("active", "expired")),
                ("date_end", ">=", today + timedelta(days=first)),
                ("date_end", "<=", today + timedelta(days=last)),
            ]
        )


def update_plans(env):
    """What the nightly job does with the plans that ended."""
    domain = env["pet.plan"]._get_plans_to_update_domain(env.company)
    env["pet.plan"].search(domain)._update_isolated()


def end_plans(env, plans):
    """Let plans have ended yesterday, without anybody having noticed."""
    today = env.company._get_pet_today()
    env.cr.execute(
        "UPDATE pet_plan SET date_end = %s, state = 'active' WHERE id IN %s",
        (today - timedelta(days=1), plans._ids),
    )
    env.cr.execute(
        "UPDATE pet_plan_line SET remaining = 3 WHERE plan_id IN %s", (plans._ids,)
    )
    env.invalidate_all()


def run(env, plans):
    """Measure in a shop of 1,000 plans, and again in one of so many.

    :param plans: int
    """
    shop = Shop(env)
    pages, cards, jobs = [], [], []
    for size in (1000, plans):
        sold = shop.sell(size - shop.plans)
        pages.append(measure(env, f"first page, {size:,} plans", read_first_page))
        cards.append(measure(env, f"cards, {size:,} plans", count_cards))
        bare = measure(env, f"six bare counts, {size:,} plans", count_bare)
        with env.cr.savepoint() as savepoint:
            end_plans(env, sold[:CHANGES] if size > CHANGES else sold)
            jobs.append(
                measure(
                    env, f"status job, {CHANGES:,} of {size:,} plans", update_plans, 3
                )
            )
            savepoint.rollback()
    show("Plans screen, first page", pages, pages[0])
    show("Cards", [cards[0], bare, cards[1]], bare)
    show("Nightly status job", jobs, jobs[0])
