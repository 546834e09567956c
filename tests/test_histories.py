import os
import secrets
import sys

from freezegun.api import freeze_time
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from odoo import Command
from odoo.tools import mute_logger

from .common import NOW, PetPlansCommon
from .histories import History, Shop

HISTORIES = "PET_PLANS_HISTORIES"  # how many, instead of the few of each run
SEED = "PET_PLANS_SEED"  # to run those of a seed again
FEW = 8
STEPS = 20


class TestHistories(PetPlansCommon):
    """What is always true stays true, whatever people do in whatever order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_shop.pet_tz = "Pacific/Auckland"
        cls.other_shop.pet_paid_cycles = "freeze"
        walk = (
            cls.env["product.product"]
            .sudo()
            .create({"name": "Walk", "type": "service", "list_price": 20.0})
        )
        cls.services = [cls.bath, cls.grooming.sudo(), walk]
        for number, included, amount in (
            (1, "tax_included", 21.0),
            (2, "tax_excluded", 15.0),
        ):
            cls.services[number].taxes_id = [
                Command.set(
                    [
                        cls.make_tax(included, amount, company).id
                        for company in (cls.shop, cls.other_shop)
                    ]
                )
            ]
        cls.shops = [
            Shop(cls.shop, cls.staff, cls.manager, cls.accountant, cls.services),
            Shop(
                cls.other_shop,
                cls.other_staff,
                cls._make_other_user("pet_other_manager", "pet_plans.group_manager"),
                cls._make_other_user(
                    "pet_other_accountant", "account.group_account_invoice"
                ),
                cls.services,
            ),
        ]
        cls.pets = [cls.luna, cls.rex, cls.mimi, cls.luna.browse()]

    @classmethod
    def _start_clock(cls):
        # Hypothesis looks at the time to know when to stop.
        return cls.startClassPatcher(
            freeze_time(NOW, ignore=["hypothesis.internal.conjecture"])
        )

    @classmethod
    def _make_other_user(cls, login, groups):
        return cls._make_user(login, groups, company=cls.other_shop)

    def test_what_is_always_true_stays_true(self):
        histories = History.of(self, self.shops, self.pets, self.grooming.ids)
        many = int(os.environ.get(HISTORIES, 0))
        number = int(os.environ.get(SEED, many and secrets.randbelow(10**6)))
        started = os.times().elapsed  # the frozen clock does not tell
        try:
            with mute_logger("odoo.sql_db"):
                run_state_machine_as_test(
                    seed(number)(histories),
                    settings=settings(
                        max_examples=many or FEW,
                        stateful_step_count=STEPS,
                        deadline=None,
                        database=None,
                        report_multiple_bugs=False,
                        phases=(Phase.generate, Phase.shrink),
                        suppress_health_check=list(HealthCheck),
                    ),
                )
        finally:
            seconds = os.times().elapsed - started
            sys.stdout.write(
                f"\n{histories.steps} steps, {histories.refusals} of them refused, "
                f"in {seconds:.0f} s; {SEED}={number}\n"
            )
