from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note which plan of each pet ends last: the Plans screen counts it now (X4)."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    customers = env["res.partner"].with_context(active_test=False)
    env["pet.plan"]._mark_latest(customers.search([("pet_plan_ids", "!=", False)]))
