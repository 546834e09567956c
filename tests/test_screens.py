from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .shortcuts import take_shortcuts
from .test_demo import load_demo
from .tours import ResizedBrowser, on_a_computer_in

WALK = "@pet_plans/../tests/tours/walk_screens"


@tagged("post_install", "-at_install", "is_tour")
class TestScreens(HttpCase):
    """Every screen of the demo shop, as each of those who have rights of their own.

    On a desk and on a tablet; the browser's clock is not the shop's. In what it opens
    there is no error, nothing that is cut, and no date that is written for machines.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        take_shortcuts(cls)
        if not cls.env.ref("pet_plans.plan_luna", raise_if_not_found=False):
            load_demo(cls.env)

    def windows(self, user):
        """Return the windows that the menus of a user lead to: ids and names."""
        menus = self.env["ir.ui.menu"].with_user(user).load_web_menus(False)
        own = self.env.ref("pet_plans.menu_pet_plans_root").id
        found = {
            menu["actionID"]: menu["name"]
            for menu in menus.values()
            if menu.get("appID") == own and menu.get("actionID")
        }
        self.assertGreater(len(found), 4)
        return [[action_id, name] for action_id, name in found.items()]

    def walk(self, login):
        user = self.env["res.users"].search([("login", "=", login)])
        windows = self.windows(user)
        resized = patch("odoo.tests.common.ChromeBrowser", ResizedBrowser)
        with on_a_computer_in("Asia/Tokyo"), resized:
            self.browser_js(
                "/odoo",
                f"odoo.loader.modules.get('{WALK}').walkScreens({windows})",
                f"odoo.loader.modules.has('{WALK}') && odoo.isReady",
                login=login,
                timeout=600,
            )

    def test_reception(self):
        self.walk("reception")

    def test_accountant(self):
        self.walk("accountant")

    def test_manager(self):
        self.walk("admin")
