"""What the tests of the customer's pages share: real HTTP, with and without account."""

from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .common import PetPlansCommon


class Page:
    """A page as a person reads it."""

    def __init__(self, response):
        self.status = response.status_code
        self.url = response.url
        self.text = response.text
        self.tree = html.fromstring(response.text) if response.text else None

    @property
    def path(self):
        return "/" + self.url.split("/", 3)[3].split("?")[0]

    def get(self, name):
        """Return the texts of all elements of a name, in order."""
        return [self._read(element) for element in self.named(name)]

    def named(self, name):
        return self.tree.xpath(f"//main//*[@name='{name}'][not(self::input)]")

    def shown(self, selector="//main"):
        """Return what is shown by name: dict, name -> list of texts."""
        found = {}
        for element in self.tree.xpath(
            f"{selector}//*[@name][not(self::input or self::button)]"
        ):
            found.setdefault(element.get("name"), []).append(self._read(element))
        return found

    def unnamed(self):
        """Return the other texts of the content, those of the layout among them."""
        path = (
            "//main//text()[not(ancestor::*[@name][not(self::form)])]"
            "[not(ancestor::script or ancestor::button)]"
        )
        texts = (" ".join(text.split()) for text in self.tree.xpath(path))
        return [text for text in texts if text]

    def words(self):
        """Return the text of the content, white space evened out."""
        return self._read(self.tree.xpath("//main")[0])

    def links(self, part):
        """Return the addresses of the links that contain a text."""
        return [
            link.get("href")
            for link in self.tree.xpath(f"//main//a[contains(@href, '{part}')]")
        ]

    def hidden(self, name):
        found = self.tree.xpath(f"//main//input[@name='{name}']/@value")
        return found[0] if found else None

    @staticmethod
    def _read(element):
        return " ".join(element.text_content().split())


class PortalCase(PetPlansCommon, HttpCase):
    """Customers with an account, and with nothing but a link.

    Ana has one, and so has Bruno, her neighbour.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana = cls.make_portal_user("pet_ana", cls.customer)
        cls.bruno = cls.make_portal_user("pet_bruno", cls.neighbour)

    def setUp(self):
        super().setUp()
        self.logged_in = False

    def enter(self, user):
        """Be a user from here on, or nobody in particular (None)."""
        if self.logged_in != user:
            self.authenticate(user and user.login, user and user.login)
            self.logged_in = user

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def open(self, path, user=None):
        """Open a page as a user, or without account."""
        self.enter(user)
        response = self.url_open(path)
        self.env.invalidate_all()
        return Page(response)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def send(self, path, user=None, csrf=True, **values):
        """Send a form as a user, or without account.

        :param csrf: whether the form has the token that a page of ours gives it
        """
        self.enter(user)
        if csrf:
            values["csrf_token"] = Request.csrf_token(self)
        response = self.url_open(path, data=values or {"nothing": ""})
        self.env.invalidate_all()
        return Page(response)

    def link(self, plan):
        """Return the link of a plan as a mail has it."""
        return plan.sudo().get_portal_url()

    def token(self, plan):
        return plan.sudo()._portal_ensure_token()

    @classmethod
    def allow_changes(cls, **values):
        """Let customers change visits, without notice unless a test says so."""
        cls.shop.sudo().write(
            {"pet_portal_changes": True, "pet_portal_notice_hours": 0, **values}
        )
