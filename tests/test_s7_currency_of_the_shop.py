from odoo import Command
from odoo.tests import Form

from .common import PetPlansCommon


class CurrencyCommon(PetPlansCommon):
    @classmethod
    def make_currency(cls, name, rate):
        """Return a currency of which so much is worth 1.00 of the main company."""
        return (
            cls.env["res.currency"]
            .sudo()
            .create(
                {
                    "name": name,
                    "symbol": name,
                    "rate_ids": [
                        Command.create(
                            {"name": "2020-01-01", "rate": rate, "company_id": False}
                        )
                    ],
                }
            )
        )


class TestCurrencyOfTheShop(CurrencyCommon):
    """S7: a shop proposes prices in its own currency, as Odoo's own invoice line does.

    The list price is 100.00 in the currency of the main company; the other shop works
    in one that is worth twice as much.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.make_currency("EUX", 0.5)
        cls.main = cls.env["res.company"]._get_main_company()
        cls.other_shop.sudo().currency_id = cls.euro
        cls.bath.sudo().list_price = 100.0
        cls.there = cls.env(
            user=cls.other_staff,
            context={"allowed_company_ids": cls.other_shop.ids},
        )
        cls.kiwi = cls.there["pet.pet"].create(
            {
                "name": "Kiwi",
                "partner_id": cls.neighbour.id,
                "species_id": cls.dog.id,
            }
        )

    def make_offer(self, company):
        """Create an offer of 4 baths at the price that is proposed."""
        manager = self.manager.sudo()
        manager.company_ids |= self.other_shop
        return (
            self.env["pet.plan.template"]
            .with_user(manager)
            .with_context(allowed_company_ids=(self.shop + self.other_shop).ids)
            .create(
                {
                    "name": "4 baths",
                    "company_id": company.id,
                    "appointment_count": 4,
                    "line_ids": [
                        Command.create({"product_id": self.bath.id, "quantity": 4})
                    ],
                }
            )
        )

    def sell_there(self, template, **values):
        plan = self.there["pet.plan"].create(
            {
                "template_id": template.id,
                "pet_id": self.kiwi.id,
                "company_id": self.other_shop.id,
                "date_start": "2026-01-01",
                **values,
            }
        )
        plan.action_confirm()
        return plan

    def get_price_of_odoo(self):
        """Return what a line of an ordinary invoice of the shop proposes."""
        invoice = (
            self.env["account.move"]
            .sudo()
            .with_company(self.other_shop)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.neighbour.id,
                    "invoice_line_ids": [Command.create({"product_id": self.bath.id})],
                }
            )
        )
        self.assertEqual(invoice.currency_id, self.euro)
        return invoice.invoice_line_ids.price_unit

    def test_what_odoo_proposes(self):
        self.assertEqual(self.get_price_of_odoo(), 50.0)

    def test_an_offer_of_the_shop(self):
        offer = self.make_offer(self.other_shop)
        self.assertEqual(offer.currency_id, self.euro)
        self.assertEqual(offer.line_ids.price_unit, 50.0)
        self.assertEqual(offer.amount_total, 200.0)
        plan = self.sell_there(offer.with_env(self.there))
        self.assertEqual(plan.line_ids.price_unit, 50.0)
        self.assertEqual(self.invoices(plan).amount_untaxed, 200.0)

    def test_an_offer_of_all_companies(self):
        """It has one price, in the currency in which products have theirs."""
        offer = self.make_offer(self.env["res.company"])
        self.assertEqual(offer.currency_id, self.main.currency_id)
        self.assertEqual(offer.line_ids.price_unit, 100.0)
        self.assertEqual(offer.amount_total, 400.0)
        there = offer.with_env(self.there)
        self.assertEqual(there.currency_id, self.main.currency_id)
        plan = self.sell_there(there)
        self.assertEqual(plan.currency_id, self.euro)
        self.assertEqual(plan.line_ids.price_unit, 50.0)
        self.assertEqual(plan.amount_total, 200.0)
        self.assertRecordValues(
            self.invoices(plan),
            [{"currency_id": self.euro.id, "amount_untaxed": 200.0}],
        )
        here = self.sell(offer.with_env(self.env))
        self.assertEqual(here.amount_total, 400.0)

    def test_the_sale_shows_its_price(self):
        """S1: in the dialog, and it is sold for that."""
        offer = self.make_offer(self.env["res.company"]).with_env(self.there)
        with Form(self.there["pet.plan.sell"]) as dialog:
            dialog.pet_id = self.kiwi
            dialog.template_id = offer
            self.assertEqual(dialog.price, 200.0)
        dialog.save().action_apply()
        self.assertEqual(dialog.record.plan_id.amount_total, 200.0)

    def test_a_renewal_shows_its_price(self):
        """X6: the current price, in the currency of the shop."""
        offer = self.make_offer(self.env["res.company"]).with_env(self.there)
        plan = self.sell_there(offer)
        wizard = self.there["pet.plan.renew"].create({"plan_id": plan.id})
        self.assertEqual(wizard.currency_id, self.euro)
        self.assertEqual(wizard.price, 200.0)
        wizard.action_apply()
        self.assertEqual(plan.renewed_by_id.amount_total, 200.0)

    def test_a_line_of_a_plan(self):
        """Typed on a draft by hand."""
        offer = self.make_offer(self.other_shop).with_env(self.there)
        with Form(self.there["pet.plan"]) as form:
            form.pet_id = self.kiwi
            form.template_id = offer
            with form.line_ids.new() as line:
                line.product_id = self.bath.with_env(self.there)
                self.assertEqual(line.price_unit, 50.0)

    def test_a_service_billed_apart(self):
        """B4: by an ordinary invoice."""
        visit = self.there["pet.appointment"].create(
            {
                "pet_id": self.kiwi.id,
                "start": "2026-01-02 09:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        self.assertEqual(visit.line_ids.price_unit, 50.0)
        visit.action_receive()
        visit.action_create_invoice()
        self.assertRecordValues(
            visit.sudo().invoice_ids,
            [{"currency_id": self.euro.id, "amount_untaxed": 50.0}],
        )

    def test_the_price_of_a_half_cent_is_not_rounded(self):
        """As Odoo does it; the invoice is exact to the currency."""
        self.bath.sudo().list_price = 33.33
        offer = self.make_offer(self.other_shop)
        self.assertEqual(offer.line_ids.price_unit, self.get_price_of_odoo())


class TestChangedCurrency(CurrencyCommon):
    """S7: a company changes its currency before it has booked anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.make_currency("EUX", 0.5)
        cls.crowns = cls.make_currency("CWN", 3.0)
        cls.template = cls.make_template()

    def test_its_drafts_follow(self):
        """As its catalogue does; the numbers stay."""
        draft, chosen = (self.sell(self.template, confirm=False) for __ in range(2))
        chosen.currency_id = self.crowns
        self.shop.sudo().currency_id = self.euro
        self.assertEqual(self.template.currency_id, self.euro)
        self.assertEqual(draft.currency_id, self.euro)
        self.assertEqual(draft.amount_total, 540.0)
        self.assertEqual(draft.line_ids.currency_id, self.euro)
        self.assertEqual(chosen.currency_id, self.crowns)
        draft.action_confirm()
        self.assertEqual(self.invoices(draft).currency_id, self.euro)

    def test_what_is_sold_stays(self):
        """A package of price 0 has no invoice that would forbid the change."""
        gift = self.sell(self.make_template([(self.bath, 12, 0.0)]))
        before = gift.currency_id
        self.shop.sudo().currency_id = self.euro
        self.assertEqual(gift.currency_id, before)
