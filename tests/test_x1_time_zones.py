from datetime import datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo.exceptions import ValidationError

from odoo.addons.pet_plans.lib import periods
from odoo.addons.pet_plans.models import res_company

from .common import PetPlansCommon


class TestTimeZones(PetPlansCommon):
    """X1: the shop's time zone is one that the system knows."""

    def test_every_choice_is_known(self):
        for name, __ in self.shop._get_pet_tz_selection():
            with self.subTest(zone=name):
                self.assertTrue(ZoneInfo(name))

    def test_what_the_system_does_not_know_is_not_offered(self):
        known = res_company.KNOWN_ZONES - {"US/Eastern"}
        with patch.object(res_company, "KNOWN_ZONES", known):
            self.assertNotIn("US/Eastern", dict(self.shop._get_pet_tz_selection()))
            with self.assertRaisesRegex(ValidationError, "does not know .* US/Eastern"):
                self.shop.sudo().pet_tz = "US/Eastern"

    def test_a_guess_is_one_of_the_choices(self):
        known = res_company.KNOWN_ZONES - {"US/Eastern"}
        company = self.shop.sudo()
        company.partner_id.tz = "US/Eastern"
        company.country_id = self.env.ref("base.pt")
        with patch.object(res_company, "KNOWN_ZONES", known):
            self.assertNotEqual(company._guess_pet_tz(), "US/Eastern")
        self.assertEqual(company._guess_pet_tz(), "US/Eastern")

    def test_the_default_is_one_of_the_choices(self):
        self.staff.sudo().tz = "US/Eastern"
        known = res_company.KNOWN_ZONES - {"US/Eastern"}
        with patch.object(res_company, "KNOWN_ZONES", known):
            self.assertEqual(self.env["res.company"]._default_pet_tz(), "UTC")

    def store(self, name):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET pet_tz = %s WHERE id = %s", (name, self.shop.id)
        )
        self.env.invalidate_all()

    def test_what_is_stored_and_unknown_can_be_read(self):
        plan, visits = self.sell_worked_example()
        self.store("Mars/Olympus")
        self.assertEqual(str(self.shop._get_pet_today()), "2026-01-02")
        for records in (plan, visits):
            names = records.fields_get(attributes=["type"])
            self.assertEqual(len(records.read(list(names))), len(records))
        visits[0].reschedule("2026-01-06 09:00:00")

    def test_an_old_name_keeps_its_clock(self):
        moment = datetime(2026, 1, 2, 3)

        def unknown(name):
            raise periods.ZoneInfoNotFoundError(name)

        with patch.object(periods, "ZoneInfo", unknown):
            for name, day in (("US/Eastern", 1), ("Mars/Olympus", 2)):
                self.assertEqual(periods.local_day(moment, name).day, day)
