from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo import Command

from .common import PetPlansCommon


@dataclass
class Offer:
    """An offer of the field, and what becomes of it (docs/offers.md).

    ``lines`` are (service, sessions, price[, discount]); ``covers`` says of the service
    of the first line which others take how many of its sessions; ``visits`` are booked
    day by day, each a tuple of services, or None for what a visit takes by default;
    ``bills`` are the amounts of the first invoices, ``left`` is what the first service
    has afterwards, in words.
    """

    lines: list
    visits: list
    bills: list
    left: str
    terms: dict = field(default_factory=dict)
    covers: dict = field(default_factory=dict)
    unlimited: bool = False
    shared: bool = False
    end: str | None = None


def package(visits, per_cycle=None, **terms):
    """Return the terms of a package, of one invoice unless a number is given."""
    return {
        "appointment_count": visits,
        "appointments_per_cycle": per_cycle or visits,
        "validity": 6,
        **terms,
    }


def monthly(periods=3, **terms):
    """Return the terms of a plan that is billed every month."""
    return {"kind": "plan", "period_count": periods, **terms}


DEFAULT = None

OFFERS = {
    "weekly baths, 4 per invoice": Offer(
        [("bath", 12, 45)], [DEFAULT] * 12, [180, 180, 180], "12", package(12, 4)
    ),
    "bath, nails and ears": Offer(
        [("bath", 8, 45), ("nails", 8, 12), ("ears", 8, 10)],
        [DEFAULT] * 4,
        [268, 268],
        "8",
        package(8, 4),
    ),
    "4 baths": Offer([("bath", 4, 45)], [DEFAULT] * 2, [180], "4", package(4)),
    "5 baths at a discount": Offer(
        [("bath", 5, 45, 10)], [DEFAULT] * 2, [202.5], "5", package(5)
    ),
    "4 baths and 1 grooming on the same visit": Offer(
        [("bath", 4, 45), ("grooming", 1, 60)], [DEFAULT] * 4, [240], "4", package(4)
    ),
    "4 baths and 1 grooming, a visit each": Offer(
        [("bath", 4, 45), ("grooming", 1, 60)],
        [("bath",)] * 4 + [("grooming",)],
        [240],
        "4",
        package(5),
    ),
    "3 baths a month": Offer(
        [("bath", 3, 45)], [DEFAULT] * 3, [135] * 3, "9", monthly()
    ),
    "unlimited baths with a grooming a month": Offer(
        [("bath", 1, 160), ("grooming", 1, 40)],
        [("bath",)] * 5 + [("bath", "grooming")],
        [200] * 3,
        "unlimited",
        monthly(),
        unlimited=True,
    ),
    "10 days for all pets of the family": Offer(
        [("day", 10, 20)], [DEFAULT] * 4, [200], "10", package(10), shared=True
    ),
    "10 days and 1 night": Offer(
        [("day", 10, 20), ("night", 1, 50)],
        [("day",)] * 10 + [("night",)],
        [250],
        "10",
        package(11),
    ),
    "5 half days, mornings or afternoons": Offer(
        [("morning", 5, 18)],
        [("morning",), ("afternoon",), ("afternoon",)],
        [90],
        "5",
        package(5),
        covers={"afternoon": 1},
    ),
    "16 days in 10 weeks": Offer(
        [("day", 16, 24)],
        [DEFAULT] * 3,
        [384],
        "16",
        package(16, validity=10, validity_unit="week"),
        end="2026-03-12",
    ),
    "12 walks": Offer([("walk", 12, 23)], [DEFAULT] * 3, [276], "12", package(12)),
    "12 walks of a second dog": Offer(
        [("walk", 12, 155 / 12)], [DEFAULT] * 3, [155], "12", package(12)
    ),
    "10 walks": Offer([("walk", 10, 23.5)], [DEFAULT] * 3, [235], "10", package(10)),
    "8 walks": Offer([("walk", 8, 24)], [DEFAULT] * 3, [192], "8", package(8)),
    "16 walks a month": Offer(
        [("walk", 16, 19)], [DEFAULT] * 16, [304] * 3, "48", monthly()
    ),
    "a walk every day": Offer(
        [("walk", 1, 378)],
        [DEFAULT] * 20,
        [378] * 3,
        "unlimited",
        monthly(),
        unlimited=True,
    ),
    "10 units of 12 hours": Offer(
        [("unit", 10, 30)],
        [("day",), ("night",), ("night",)],
        [300],
        "10",
        package(10),
        covers={"day": 1, "night": 2},
    ),
    "10 full days, good for halves and nights": Offer(
        [("day", 10, 20)],
        [("day",), ("morning",), ("morning",), ("night",)],
        [200],
        "10",
        package(10),
        covers={"morning": 0.5, "night": 2},
    ),
    "5 half days, good for full days": Offer(
        [("morning", 5, 18)],
        [("morning",), ("day",)],
        [90],
        "5",
        package(5),
        covers={"day": 2},
    ),
    "10 baths or 5 groomings": Offer(
        [("bath", 10, 45)],
        [("bath",), ("grooming",), ("grooming",)],
        [450],
        "10",
        package(10),
        covers={"grooming": 2},
    ),
    "20 days, nights for a present": Offer(
        [("day", 20, 22), ("night", 1, 0)],
        [("day",), ("night",)],
        [440],
        "20",
        package(21),
    ),
    "7 + 1 baths": Offer(
        [("bath", 7, 45), ("bath", 1, 0)], [DEFAULT] * 8, [315], "8", package(8)
    ),
    "8 + 2 baths": Offer(
        [("bath", 8, 45), ("bath", 2, 0)], [DEFAULT] * 10, [360], "10", package(10)
    ),
    "9 + 3 groomings": Offer(
        [("grooming", 9, 60), ("grooming", 3, 0)],
        [DEFAULT] * 12,
        [540],
        "12",
        package(12),
    ),
    "welcome: 2 at 20% off": Offer(
        [("grooming", 2, 60, 20)], [DEFAULT], [96], "2", package(2)
    ),
    "welcome: 1 at 10% off": Offer(
        [("grooming", 1, 60, 10)], [DEFAULT], [54], "1", package(1)
    ),
    "30 days for two dogs at 10% off": Offer(
        [("day", 30, 25, 10)],
        [DEFAULT] * 3,
        [675],
        "30",
        package(30),
        shared=True,
        end="2026-07-01",
    ),
    "unlimited daycare, halves too": Offer(
        [("day", 1, 380)],
        [("day",), ("morning",), ("day",)],
        [380] * 3,
        "unlimited",
        monthly(),
        {"morning": 0.5},
        unlimited=True,
    ),
    "20 days with a bath": Offer(
        [("day", 20, 22), ("bath", 1, 40)],
        [("day", "bath"), ("day",)],
        [480],
        "20",
        package(20),
    ),
    "two weekdays, billed by the week": Offer(
        [("day", 2, 40)],
        [DEFAULT] * 2,
        [80] * 4,
        "8",
        monthly(4, interval_unit="week"),
        end="2026-01-28",
    ),
    "two weekdays, billed every 4 weeks": Offer(
        [("day", 8, 40)],
        [DEFAULT] * 4,
        [320] * 3,
        "24",
        monthly(3, interval=4, interval_unit="week"),
    ),
    "3 visits a week": Offer(
        [("day", 3, 25)],
        [DEFAULT] * 3,
        [75] * 4,
        "12",
        monthly(4, interval_unit="week"),
    ),
    "every 28 days": Offer(
        [("bath", 4, 40)],
        [DEFAULT] * 2,
        [160] * 13,
        "52",
        monthly(13, interval=28, interval_unit="day"),
        end="2026-12-30",
    ),
    "4 baths a month that roll over": Offer(
        [("bath", 4, 40)], [DEFAULT] * 4, [160] * 6, "24", monthly(6, rollover=True)
    ),
    "a year": Offer(
        [("bath", 24, 40), ("grooming", 4, 55)],
        [DEFAULT],
        [1180],
        "24",
        monthly(1, interval_unit="year"),
        end="2026-12-31",
    ),
}


class TestOffers(PetPlansCommon):
    """The usual offers of the field are entered, sold, booked and billed (S4-S12)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("nails", "ears", "day", "morning", "afternoon", "night", "walk")
        made = (
            cls.env["product.product"]
            .sudo()
            .create(
                [
                    {"name": name.title(), "type": "service", "taxes_id": False}
                    for name in (*names, "unit")
                ]
            )
        )
        cls.services = dict(zip((*names, "unit"), made, strict=True))
        cls.services |= {"bath": cls.bath, "grooming": cls.grooming}

    def enter(self, name, offer):
        """Enter an offer in the catalogue, as a manager."""
        template = self.make_template(
            [(self.services[service], *rest) for service, *rest in offer.lines],
            name=name,
            **offer.terms,
        )
        template.line_ids[0].with_user(self.manager).write(
            {
                "is_unlimited": offer.unlimited,
                "cover_ids": [
                    Command.create(
                        {"product_id": self.services[service].id, "sessions": sessions}
                    )
                    for service, sessions in offer.covers.items()
                ],
            }
        )
        return template

    def sell_offer(self, name, offer):
        return self.sell(
            self.enter(name, offer),
            pet=self.env["pet.pet"] if offer.shared else None,
        )

    def book(self, plan, offer):
        """Book the visits of an offer, one a day; return them."""
        visits = self.env["pet.appointment"]
        pets = (self.luna, self.rex)
        for day, services in enumerate(offer.visits):
            values = {"pet_id": pets[day % 2].id} if offer.shared else {}
            if services is not DEFAULT:
                values["line_ids"] = [
                    Command.create({"product_id": self.services[service].id})
                    for service in services
                ]
            start = datetime(2026, 1, 5, 9) + timedelta(days=day)
            visits |= plan.book([start], **values)
        return visits

    def test_each_is_entered_sold_booked_and_billed(self):
        sold = {}
        for name, offer in OFFERS.items():
            with self.subTest(offer=name):
                plan = sold[name] = self.sell_offer(name, offer)
                self.assertEqual(
                    self.invoices(plan).mapped("amount_untaxed"), offer.bills
                )
                self.assertEqual(str(plan.date_end), offer.end or str(plan.date_end))
                visits = self.book(plan, offer)
                self.assertEqual(len(visits), len(offer.visits))
                self.assertFalse(any(visits.mapped("to_invoice")))
                self.env.invalidate_all()  # as for the next request
                self.assert_ledger_adds_up(plan)
                self.assertEqual(self.say_left(plan), offer.left)
        self.clock.move_to("2026-01-05 22:00:00")
        self.run_posting_job()
        for name, plan in sold.items():
            with self.subTest(offer=name):
                self.assertEqual(self.invoices(plan)[0].state, "posted")

    def test_all_variants_of_a_product(self):
        """S10: 5 washes, whatever the size."""
        size = (
            self.env["product.attribute"]
            .sudo()
            .create(
                {
                    "name": "Size",
                    "value_ids": [
                        Command.create({"name": name})
                        for name in ("Small", "Medium", "Large")
                    ],
                }
            )
        )
        wash = (
            self.env["product.template"]
            .sudo()
            .create(
                {
                    "name": "Wash",
                    "type": "service",
                    "taxes_id": False,
                    "attribute_line_ids": [
                        Command.create(
                            {"attribute_id": size.id, "value_ids": size.value_ids.ids}
                        )
                    ],
                }
            )
        )
        small, medium, large = wash.product_variant_ids
        template = self.make_template([(small, 5, 26.0)], **package(5))
        template.line_ids.with_user(self.manager).cover_ids = [
            Command.create({"product_tmpl_id": wash.id, "sessions": 1})
        ]
        plan = self.sell(template)
        for day, variant in enumerate((small, medium, large)):
            visit = plan.book(
                [datetime(2026, 1, 5 + day, 9)],
                line_ids=[Command.create({"product_id": variant.id})],
            )
            self.assertEqual(visit.line_ids.plan_line_id, plan.line_ids)
        self.assertEqual(plan.line_ids.remaining, 2)
        self.assertEqual(self.invoices(plan).amount_untaxed, 130.0)

    def test_a_second_dog_at_a_price_agreed_on(self):
        """S1: 155.00 for 12 walks is typed in the sale."""
        walk = self.services["walk"]
        wizard = self.env["pet.plan.sell"].create(
            {
                "pet_id": self.rex.id,
                "template_id": self.make_template([(walk, 12, 23)], **package(12)).id,
                "date_start": "2026-01-01",
                "price": 155.0,
            }
        )
        wizard.action_apply()
        self.assertEqual(self.invoices(wizard.plan_id).amount_untaxed, 155.0)

    def say_left(self, plan):
        """Return what is left of the first service of a plan, its lines together."""
        lines = plan.line_ids[0]._get_service_lines()
        if len(lines) == 1:
            return lines.left_label
        return f"{sum(lines.mapped('left')):g}"
