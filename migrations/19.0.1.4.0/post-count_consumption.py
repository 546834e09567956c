from datetime import date

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Count what was consumed until now on its own day, locked or not (P7)."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"]._get_pet_shops():
        env["pet.consumption"]._count(company, date.min)
