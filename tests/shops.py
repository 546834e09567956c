"""The shop that the tests work in: two companies, their people, customers and pets.

To make them takes seconds: charts of accounts, journals, taxes, users. Where many
classes need the same, they can stand ready in the database: `ShopsCommon.prepare` makes
them once, `dev/test` calls it, and each class takes them as they are there. Elsewhere
each class makes its own, by the same code.
"""

import json

from freezegun import freeze_time

from odoo import Command, models
from odoo.modules.registry import Registry
from odoo.tests import new_test_user
from odoo.tests.common import get_db_name
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

from .caches import KnownCaches
from .shortcuts import take_shortcuts

# A Friday noon before the worked example of C10, whose first visit is on a Monday.
NOW = "2026-01-02 12:00:00"
# The parameter that tells which records stand ready, and who looks at them
READY = "pet_plans.tests_ready"


class ShopsCommon(AccountTestInvoicingCommon):
    """A shop with staff, a manager, an accountant and a customer; a second company."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        ready = cls._find_ready()
        if ready:
            super(BaseCommon, cls).setUpClass()  # past the classes that make records
            take_shortcuts(cls)
            cls.known_caches = KnownCaches(cls.registry)
            cls.known_caches.start_class()
            cls.clock = cls._start_clock()
            cls._take(ready)
        else:
            super().setUpClass()
            take_shortcuts(cls)
            cls.known_caches = KnownCaches(cls.registry)
            cls.clock = cls._start_clock()
            cls._make_shops()

    def setUp(self):
        self.addCleanup(self.known_caches.put_back)  # once Odoo has emptied them
        super().setUp()
        self.known_caches.start_test()
        self.addCleanup(self.known_caches.keep)  # before Odoo empties them

    @classmethod
    def _start_clock(cls):
        return cls.startClassPatcher(freeze_time(NOW))

    # --- What stands ready -------------------------------------------------------

    @classmethod
    def prepare(cls):
        """Make all of it in the database of the tests, for good."""
        cls.setUpClass()
        try:
            cls.env["ir.config_parameter"].sudo().set_param(READY, cls._note())
            cls.env.flush_all()
            type(cls.cr).commit(cls.cr)  # the cursor's own is forbidden in tests
        finally:
            cls.doClassCleanups()

    @classmethod
    def _find_ready(cls):
        """Return what stands ready in this database, as noted; None if nothing does."""
        with Registry(get_db_name()).cursor() as cr:
            cr.execute(
                SQL("SELECT value FROM ir_config_parameter WHERE key = %s", READY)
            )
            found = cr.fetchone()
        return found and json.loads(found[0])

    @classmethod
    def _note(cls):
        """Return the records that the class holds, and its environment, as text."""
        noted = {}
        for name, value in vars(cls).items():
            if isinstance(value, models.BaseModel):
                noted[name] = cls._note_records(value)
            elif isinstance(value, dict) and name == "company_data":
                noted[name] = {
                    key: cls._note_records(records) for key, records in value.items()
                }
        return json.dumps({"env": cls._note_env(cls.env), "records": noted})

    @classmethod
    def _note_records(cls, records):
        return [records._name, records.ids, cls._note_env(records.env)]

    @classmethod
    def _note_env(cls, env):
        return {"user": env.uid, "context": dict(env.context), "su": env.su}

    @classmethod
    def _take(cls, ready):
        """Give the class the records and the environment that were noted."""

        def take(model, ids, env):
            return cls.env(**env)[model].browse(ids)

        for name, noted in ready["records"].items():
            if isinstance(noted, dict):
                value = {key: take(*records) for key, records in noted.items()}
            else:
                value = take(*noted)
            setattr(cls, name, value)
        cls.env = cls.env(**ready["env"])

    # --- What is made ------------------------------------------------------------

    @classmethod
    def _make_shops(cls):
        cls.shop = cls.company_data["company"]
        cls.shop.pet_tz = "UTC"
        cls.other_shop = cls.setup_other_company()["company"]
        cls.other_shop.pet_tz = "UTC"
        cls.staff = cls._make_user("pet_staff", "pet_plans.group_user")
        cls.manager = cls._make_user("pet_manager", "pet_plans.group_manager")
        cls.accountant = cls._make_user(
            "pet_accountant", "account.group_account_invoice"
        )
        cls.other_staff = cls._make_user(
            "pet_other_staff", "pet_plans.group_user", company=cls.other_shop
        )
        cls.dog = cls.env["pet.species"].sudo().create({"name": "Test dog"})
        cls.cat = cls.env["pet.species"].sudo().create({"name": "Test cat"})
        cls.poodle = (
            cls.env["pet.breed"]
            .sudo()
            .create(
                {
                    "name": "Test poodle",
                    "species_id": cls.dog.id,
                    "size": "small",
                    "coat": "long",
                }
            )
        )
        cls.customer = cls.env["res.partner"].create({"name": "Ana Souza"})
        cls.neighbour = cls.env["res.partner"].create({"name": "Bruno Lima"})
        cls.bath, cls.grooming = (
            cls.env["product.product"].create(
                {
                    "name": name,
                    "type": "service",
                    "list_price": price,
                    "taxes_id": [Command.clear()],
                }
            )
            for name, price in (("Bath", 45.0), ("Grooming", 60.0))
        )
        cls.env = cls.env(
            user=cls.staff, context={**cls.env.context, "no_reset_password": True}
        )
        cls.luna = cls._make_pet("Luna", breed_id=cls.poodle.id)
        cls.rex = cls._make_pet("Rex")
        cls.mimi = cls._make_pet(
            "Mimi", species_id=cls.cat.id, partner_id=cls.neighbour.id
        )

    @classmethod
    def _make_user(cls, login, groups, company=None):
        company = company or cls.shop
        return new_test_user(
            cls.env(su=True),
            login=login,
            groups=f"base.group_user,{groups}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            tz="UTC",
        )

    @classmethod
    def _make_pet(cls, name, **values):
        values.setdefault("partner_id", cls.customer.id)
        values.setdefault("species_id", cls.dog.id)
        return cls.env["pet.pet"].create({"name": name, **values})
