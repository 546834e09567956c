import base64

from odoo import Command

from .rpc import RpcCase


class CompaniesCase(RpcCase):
    """Two companies with one of everything, and people who work in one or in both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.both = cls._make_user("pet_both", "pet_plans.group_manager")
        cls.both.sudo().company_ids = cls.shop + cls.other_shop
        cls.ours = cls.populate(cls.staff, cls.shop)
        cls.theirs = cls.populate(cls.other_staff, cls.other_shop)

    @classmethod
    def populate(cls, user, company):
        """Create one of everything in a company; return the records by model."""
        env = cls.env(user=user)
        customer = env["res.partner"].create(
            {"name": f"Customer of {company.name}", "company_id": company.id}
        )
        pet = env["pet.pet"].create({"name": "Toto", "partner_id": customer.id})
        template = cls.make_template().sudo().copy({"company_id": company.id})
        template.line_ids.price_ids = [
            Command.create({"size": "large", "price_unit": 60.0})
        ]
        template.line_ids.cover_ids = [
            Command.create({"product_tmpl_id": cls.grooming.product_tmpl_id.id})
        ]
        template = template.with_user(user)
        plan = env["pet.plan"].create(
            {
                "template_id": template.id,
                "pet_id": pet.id,
                "company_id": company.id,
                "date_start": "2026-01-01",
                "note": "secret",
            }
        )
        plan.action_confirm()
        ended = env["pet.plan"].create(
            {
                "template_id": template.sudo().copy().id,
                "pet_id": pet.id,
                "company_id": company.id,
                "date_start": "2025-12-01",
                "date_end": "2025-12-31",
            }
        )
        ended.action_confirm()
        visits = plan.book(cls.weekly(12))
        visits[0].action_confirm()
        visits[1].action_receive()
        pause = env["pet.plan.pause.start"].create(
            {
                "plan_id": plan.id,
                "date_from": "2026-07-01",
                "date_to": "2026-07-09",
                "reason": "holidays",
            }
        )
        pause.action_apply()
        imported = env["pet.carry.over.import"].create(
            {
                "file": base64.b64encode(b"Owner,Sessions Left\nToto's owner,x\n"),
                "filename": f"{company.name}.csv",
                "company_id": company.id,
            }
        )
        imported.action_check()
        imported.column_ids[0].field_name = "owner_name"  # to be remembered
        imported.action_check()
        # Of accountants and managers; staff have none.
        liability = cls.env(su=True)["pet.liability"].create(
            {
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "company_id": company.id,
            }
        )
        return {
            "pet.consumption": liability.env["pet.consumption"].search(
                [("company_id", "=", company.id)]
            ),
            "pet.liability": liability,
            "pet.liability.line": liability.line_ids,
            "pet.carry.over.import": imported,
            "pet.carry.over.import.line": imported.line_ids,
            "pet.carry.over.column": imported.column_ids,
            "pet.carry.over.heading": env["pet.carry.over.heading"].search([]),
            "pet.pet": pet,
            "pet.plan.template": template,
            "pet.plan.template.line": template.line_ids,
            "pet.plan.template.price": template.price_ids,
            "pet.plan.template.cover": template.cover_ids,
            "pet.plan": plan,
            "pet.plan.cover": plan.line_ids.cover_ids,
            "pet.plan.line": plan.line_ids,
            "pet.plan.entry": plan.entry_ids,
            "pet.plan.pause": plan.pause_ids,
            "pet.session.report": cls.analyse("pet.session.report", plan),
            "pet.renewal.report": cls.analyse("pet.renewal.report", ended),
            "pet.cycle": plan.cycle_ids,
            "pet.appointment": visits,
            "pet.appointment.step": visits.step_id,
            "pet.appointment.line": visits.line_ids,
            "res.partner": customer,
        }

    @classmethod
    def analyse(cls, model, plan):
        """Return the rows of an analysis about a plan."""
        report = cls.env[model].sudo().with_company(plan.company_id)
        return report.search([("plan_id", "=", plan.id)]).with_env(plan.env)
