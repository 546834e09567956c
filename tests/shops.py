"""The companies that the tests work in.

A chart of accounts takes seconds to load. Where many classes need the same two
companies, they can stand ready in the database: `ShopsCommon.prepare` makes them once,
`dev/test` calls it. Where they do not, each class makes its own, by the same code.
"""

from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

# Not the name of a module, so that no update of one takes the records for its own
PREFIX = "__pet_plans_tests__"
# What `AccountTestInvoicingCommon` calls the company of a class, and the other one
NAMES = ("company_1_data", "company_2")


class ShopsCommon(AccountTestInvoicingCommon):
    """Odoo's own common class, whose companies may have been made before."""

    @classmethod
    def prepare(cls, env):
        """Make the companies in a database, to be committed by the caller."""
        cls.env = env(context=cls.default_env_context())
        for name in NAMES:
            # Names are unique: a class that wants another company of the name finds
            # it free.
            company = cls._create_company(name=f"{name} (prepared)")
            cls.env["ir.model.data"]._update_xmlids(
                [{"xml_id": f"{PREFIX}.{name}", "record": company}]
            )

    @classmethod
    def _create_company(cls, **values):
        company = cls._find_prepared(values)
        if not company:
            return super()._create_company(**values)
        company.name = values["name"]
        cls.env.user.company_ids = [Command.link(company.id)]
        return company

    @classmethod
    def _find_prepared(cls, values):
        """Return the company that stands ready, if it is as this class wants it."""
        if cls.country_code or cls.chart_template or values.keys() != {"name"}:
            return None
        return cls.env.ref(f"{PREFIX}.{values['name']}", raise_if_not_found=False)
