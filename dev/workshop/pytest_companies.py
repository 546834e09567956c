"""A pytest plugin: the companies of Odoo's accounting tests are made once.

Odoo's test class makes a company with a chart of accounts anew for each class of
tests, which takes longer than most of the tests. The tests run on a throw-away
database, so the same companies can stand there before the first class starts.
"""

import pytest

_NAMES = ("company_1_data", "company_2")


@pytest.fixture(scope="session", autouse=True)
def companies_made_once(request, load_registry):
    """Make the companies when several classes are going to ask for them."""
    from odoo.addons.account.tests.common import AccountTestInvoicingCommon as Common

    classes = {getattr(item, "cls", None) for item in request.session.items}
    asking = [cls for cls in classes if cls and issubclass(cls, Common)]
    with pytest.MonkeyPatch.context() as patch:
        if len(asking) > 1:
            taking = _take_or_create(_make_companies(Common), Common)
            patch.setattr(Common, "_create_company", taking)
        yield


def _make_companies(common):
    """Make the companies, committed; return their ids by name."""
    from odoo import SUPERUSER_ID, Command
    from odoo.api import Environment
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    with Registry(get_db_name()).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        before = env.user.company_ids
        maker = type("CompanyMaker", (common,), {"env": env})
        ids = {name: maker._create_company(name=name).id for name in _NAMES}
        env.user.company_ids = [Command.set(before.ids)]
    return ids


def _take_or_create(ready, common):
    """A ``_create_company`` that takes one of the companies that are ``ready``."""
    from odoo import Command

    create = common._create_company.__func__

    def _create_company(cls, **values):
        is_plain = values.keys() == {"name"} and values["name"] in ready
        if not is_plain or cls.country_code or cls.chart_template:
            return create(cls, **values)
        company = cls.env["res.company"].browse(ready[values["name"]])
        cls.env.user.company_ids = [Command.link(company.id)]
        return company

    return classmethod(_create_company)
