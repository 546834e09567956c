from odoo.tests import HttpCase, tagged

from .carry_over import CarryOverCommon


@tagged("post_install", "-at_install")
class TestRejectedFile(CarryOverCommon, HttpCase):
    """K4: the wrong rows come back as a file to correct, when it is asked for."""

    def test_it_is_downloaded(self):
        one = self.upload({}, {"pet": "Bolt"}, on_error="skip")
        one.action_apply()
        action = one.action_download_rejected()
        for login in ("pet_staff", "pet_accountant"):
            self.authenticate(login, login)
            answer = self.url_open(action["url"])
            self.assertEqual(answer.status_code, 200)
            self.assertIn(
                "Rejected packages.csv", answer.headers["Content-Disposition"]
            )
            self.assertIn("Ana Souza has no pet Bolt", answer.text)

    def test_no_other_shop_gets_it(self):
        one = self.upload({}, {"pet": "Bolt"}, on_error="skip")
        one.action_apply()
        action = one.action_download_rejected()
        self.authenticate("pet_other_staff", "pet_other_staff")
        self.assertEqual(self.url_open(action["url"]).status_code, 404)
