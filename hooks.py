from odoo.tools.sql import column_exists, create_column


def pre_init_hook(env):
    """Create the computed columns of invoices that no invoice there is fills.

    Odoo would compute them for each, and a ledger may be large.
    """
    for name, column_type in (("pet_plan_id", "int4"), ("bills_pet_cycle", "bool")):
        if not column_exists(env.cr, "account_move", name):
            create_column(env.cr, "account_move", name, column_type)


def post_init_hook(env):
    """Give the companies there are the time zone they most likely keep (X1)."""
    for company in env["res.company"]._get_pet_shops():
        company.pet_tz = company._guess_pet_tz()
