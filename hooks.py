def post_init_hook(env):
    """Give the companies there are the time zone they most likely keep (X1)."""
    for company in env["res.company"].search([("id", "!=", False)]):
        company.pet_tz = company._guess_pet_tz()
