"""Pictures of the main screens, taken of the demo shop in a real browser.

``dev/screenshots`` runs this like a browser test: the demo data is loaded into a test
database, and every scene below is opened in Chromium by Odoo's own test browser.
``dev/screenshots -k plan_form`` takes one picture only. All pictures go to
``.dev/screenshots``; those that the documentation shows also to ``docs/screenshots``.
"""

import base64
import io
from datetime import date, timedelta
from unittest.mock import patch

from PIL import Image
from workshop.paths import HOME, ROOT

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from odoo.addons.pet_plans.tests.test_demo import load_demo

ALL = HOME / "screenshots"
SHOWN = ROOT / "docs" / "screenshots"

PHONE = "390x844"

# Waits until a selector is there, and then until the page has been still for a while.
HELPERS = """
const {action} = odoo.__WOWL_DEBUG__?.root.env.services ?? {};  // none in the portal
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
async function find(selector) {
    for (let tries = 0; tries < 200; tries++) {
        const element = document.querySelector(selector);
        if (element) {
            return element;
        }
        await pause(50);
    }
    throw new Error(`${selector} is not on the page`);
}
async function stillness() {
    let changed = Date.now();
    const observer = new MutationObserver(() => (changed = Date.now()));
    observer.observe(document.body, {childList: true, subtree: true});
    while (Date.now() - changed < 700) {
        await pause(50);
    }
    observer.disconnect();
}
async function click(selector) {
    (await find(selector)).click();
    await stillness();
}
"""

# Selects the first two rows of a list.
SELECT_TWO = """
    for (const row of [...document.querySelectorAll(".o_data_row")].slice(0, 2)) {
        row.querySelector(".o_list_record_selector input").click();
        await stillness();
    }
"""


class Camera(ChromeBrowser):
    """The browser of a test, which takes a picture when the test's code is done."""

    def _wait_code_ok(self, code, timeout, error_checker=None):
        super()._wait_code_ok(code, timeout, error_checker=error_checker)
        data = self._websocket_request("Page.captureScreenshot")["data"]
        self.test_case.keep(base64.b64decode(data))


@tagged("post_install", "-at_install")
class TestScreenshots(HttpCase):
    """One scene per method."""

    browser_size = "1440x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([]).pet_tz = "UTC"
        load_demo(cls.env)
        cls.env.ref("base.user_admin").tz = "UTC"
        cls.luna = cls.env.ref("pet_plans.plan_luna")

    def keep(self, picture):
        """Save a picture, with few colours since it is of a user interface."""
        image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256)
        for folder in (ALL, SHOWN) if self.is_shown else (ALL,):
            folder.mkdir(parents=True, exist_ok=True)
            image.save(folder / f"{self.name}.png", optimize=True)

    def picture(
        self,
        name,
        path,
        ready,
        code="",
        is_shown=False,
        size=None,
        login="admin",
        started="odoo.isReady === true",
    ):
        """Open a page, wait, run the code, wait until all is still, take a picture.

        :param name: of the picture's file
        :param path: of the page, after the address of the server
        :param ready: selector of an element without which the page is not complete
        :param code: JavaScript that brings the page to the scene, with the helpers
        :param is_shown: whether the documentation shows it
        :param size: of the window, where it is not a desktop's
        :param login: of the user who looks at it
        :param started: JavaScript that tells when the code can begin
        """
        self.browser_size = size or type(self).browser_size
        self.name, self.is_shown = name, is_shown
        script = f"""
            (async () => {{
                {HELPERS}
                await find({ready!r});
                await stillness();
                {code}
                await stillness();
                document.activeElement.blur();
                console.log("test successful");
            }})();
        """
        with patch("odoo.tests.common.ChromeBrowser", Camera):
            self.browser_js(path, script, started, login=login)

    def visit(self, plan, state):
        """The first visit of a plan in a state."""
        return plan.appointment_ids.filtered(lambda visit: visit.state == state).sorted(
            "start"
        )[0]

    def test_visits(self):
        self.picture("visits", "/odoo/pet-visits", ".fc-event", is_shown=True)

    def test_visits_board(self):
        self.picture(
            "visits_board",
            "/odoo/pet-visits",
            ".fc-event",
            "await click('.o_switch_view.o_kanban'); await find('.o_kanban_record');",
            is_shown=True,
        )

    def test_visit_form(self):
        visit = self.visit(self.luna, "finished")
        self.picture("visit", f"/odoo/pet-visits/{visit.id}", ".o_form_view .alert")

    def test_cancel(self):
        visit = self.visit(self.luna, "scheduled")
        self.picture(
            "cancel",
            f"/odoo/pet-visits/{visit.id}",
            ".o_form_view",
            "await click('button[name=action_open_cancel]');"
            "await find('.modal .o_data_row');",
            is_shown=True,
        )

    def test_plans(self):
        self.picture("plans", "/odoo/pet-plans", ".o_data_row", is_shown=True)

    def test_plans_card(self):
        self.picture(
            "plans_card",
            "/odoo/pet-plans",
            ".o_data_row",
            "await click('.o_pet_plans_card[data-name=later]');",
        )

    def test_plans_board(self):
        self.picture(
            "plans_board",
            "/odoo/pet-plans",
            ".o_data_row",
            "await click('.o_switch_view.o_kanban'); await find('.o_kanban_record');",
        )

    def test_plans_phone(self):
        self.picture("plans_phone", "/odoo/pet-plans", ".o_kanban_record", size=PHONE)

    def test_plan_phone(self):
        self.picture(
            "plan_phone",
            f"/odoo/pet-plans/{self.luna.id}",
            ".o_form_view",
            size=PHONE,
        )

    def plan(self, name):
        return self.env.ref(f"pet_plans.plan_{name}")

    def test_plans_filters(self):
        self.picture(
            "plans_filters",
            "/odoo/pet-plans",
            ".o_data_row",
            "await click('.o_searchview_dropdown_toggler');",
        )

    def test_plans_selected(self):
        self.picture("plans_selected", "/odoo/pet-plans", ".o_data_row", SELECT_TWO)

    def test_plans_cancel(self):
        self.picture(
            "plans_cancel",
            "/odoo/pet-plans",
            ".o_data_row",
            f"""
                {SELECT_TWO}
                await click('.o_control_panel button[name=action_cancel]');
                await find(".modal .o_data_row");
            """,
        )

    def test_plans_grouped(self):
        self.picture(
            "plans_grouped",
            "/odoo/pet-plans",
            ".o_data_row",
            """
                await click('.o_searchview_dropdown_toggler');
                const all = document.querySelectorAll('.o_group_by_menu .o_menu_item');
                [...all].find((item) => item.textContent === 'Status').click();
                await stillness();
                await click('.o_searchview_dropdown_toggler');
                await click('.o_group_header');
            """,
        )

    def test_plans_none(self):
        self.picture(
            "plans_none",
            "/odoo/pet-plans",
            ".o_data_row",
            "await click('.o_pet_plans_card[data-name=week_2]');",
        )

    def test_plans_calendar(self):
        self.picture(
            "plans_calendar",
            "/odoo/pet-plans",
            ".o_data_row",
            "await click('.o_switch_view.o_calendar'); await find('.fc-event');",
        )

    def test_plans_activities(self):
        self.plan("bob").activity_schedule("pet_plans.mail_activity_type_renewal")
        self.picture(
            "plans_activities",
            "/odoo/pet-plans",
            ".o_data_row",
            "await click('.o_switch_view.o_activity'); await find('.o_activity_view');",
        )

    def test_plans_menu_phone(self):
        self.picture(
            "plans_menu_phone",
            "/odoo/pet-plans",
            ".o_kanban_record",
            "await click('.o_kanban_record .o_dropdown_kanban button');",
            size=PHONE,
        )

    def test_plans_staff(self):
        self.picture("plans_staff", "/odoo/pet-plans", ".o_data_row", login="reception")

    def test_plans_accountant(self):
        self.picture(
            "plans_accountant", "/odoo/pet-plans", ".o_data_row", login="accountant"
        )

    def test_plan_staff(self):
        self.picture(
            "plan_staff",
            f"/odoo/pet-plans/{self.luna.id}",
            ".o_form_view",
            login="reception",
        )

    def test_plan_accountant(self):
        self.picture(
            "plan_accountant",
            f"/odoo/pet-plans/{self.luna.id}",
            ".o_form_view",
            login="accountant",
        )

    def test_plan_expired(self):
        self.picture(
            "plan_expired", f"/odoo/pet-plans/{self.plan('rex').id}", ".o_form_view"
        )

    def test_plan_ending(self):
        self.picture(
            "plan_ending", f"/odoo/pet-plans/{self.plan('bob').id}", ".o_form_view"
        )

    def dialog(self, name, plan, method, size=None):
        """Take a picture of the dialog that a method of a plan opens."""
        self.picture(
            name,
            f"/odoo/pet-plans/{plan.id}",
            ".o_form_view",
            f"""
                const {{orm}} = odoo.__WOWL_DEBUG__.root.env.services;
                await action.doAction(
                    await orm.call("pet.plan", "{method}", [[{plan.id}]])
                );
                await find(".modal .o_form_view");
            """,
            size=size,
        )

    def test_cancel_plan(self):
        self.dialog("cancel_plan", self.luna, "action_cancel")

    def test_cancel_plan_phone(self):
        self.dialog("cancel_plan_phone", self.luna, "action_cancel", size=PHONE)

    def test_renew(self):
        self.dialog("renew", self.luna, "action_open_renew")

    def test_renew_expired(self):
        self.dialog("renew_expired", self.plan("rex"), "action_open_renew")

    def test_renew_phone(self):
        self.dialog("renew_phone", self.luna, "action_open_renew", size=PHONE)

    def test_let_go(self):
        self.dialog("let_go", self.plan("rex"), "action_open_let_go")

    def test_pause(self):
        self.dialog("pause", self.luna, "action_open_pause")

    def window(self, name, plan, xmlid, ready):
        """Take a picture of a dialog that is opened by its action."""
        self.picture(
            name,
            f"/odoo/pet-plans/{plan.id}",
            ".o_form_view",
            f"""
                await action.doAction("{xmlid}", {{
                    additionalContext: {{
                        active_id: {plan.id}, default_plan_id: {plan.id},
                    }},
                }});
                await find("{ready}");
            """,
        )

    def test_transfer(self):
        action = "pet_plans.action_pet_plan_transfer"
        self.window("transfer", self.luna, action, ".modal .o_form_view")

    def test_adjust(self):
        action = "pet_plans.action_pet_plan_adjust"
        self.window("adjust", self.luna, action, ".modal .o_data_row")

    def test_plan_form(self):
        self.picture(
            "plan",
            f"/odoo/pet-plans/{self.luna.id}",
            ".o_form_view",
            "await click('.nav-link[name=cycles]');",
            is_shown=True,
        )

    def test_plan_draft(self):
        plan = self.env.ref("pet_plans.plan_thor")
        self.picture("plan_draft", f"/odoo/pet-plans/{plan.id}", ".o_form_view")

    def test_book(self):
        plan = self.env.ref("pet_plans.plan_max")
        first = date.today() + timedelta(weeks=7)
        self.picture(
            "book",
            f"/odoo/pet-plans/{plan.id}",
            ".o_form_view",
            f"""
                await action.doAction("pet_plans.action_pet_plan_book", {{
                    additionalContext: {{
                        default_plan_id: {plan.id},
                        default_first_start: "{first:%Y-%m-%d} 09:00:00",
                    }},
                }});
                await find(".modal .o_data_row");
            """,
            is_shown=True,
        )

    def test_sell(self):
        customer = self.env.ref("pet_plans.partner_hannah")
        self.picture(
            "sell",
            f"/odoo/pet-customers/{customer.id}",
            ".o_form_view",
            f"""
                await action.doAction("pet_plans.action_pet_plan_sell", {{
                    additionalContext: {{
                        default_partner_id: {customer.id},
                        default_pet_id: {customer.pet_ids.id},
                        default_template_id:
                            {self.env.ref("pet_plans.template_baths").id},
                        default_book_visits: true,
                    }},
                }});
                await find(".modal .o_form_view");
            """,
        )

    def test_pets(self):
        self.picture("pets", "/odoo/pets", ".o_kanban_record", is_shown=True)

    def test_pet_form(self):
        pet = self.luna.pet_id
        self.picture("pet", f"/odoo/pets/{pet.id}", ".o_form_view")

    def test_customer_form(self):
        customer = self.env.ref("pet_plans.partner_daniel")
        self.picture(
            "customer",
            f"/odoo/pet-customers/{customer.id}",
            ".o_pet_customer_page",
            is_shown=True,
        )

    def test_customer_phone(self):
        customer = self.env.ref("pet_plans.partner_daniel")
        self.picture(
            "customer_phone",
            f"/odoo/pet-customers/{customer.id}",
            ".o_pet_customer_page",
            "document.querySelector('.o_pet_customer_page').scrollIntoView();",
            size=PHONE,
        )

    def test_cycle_form(self):
        cycle = self.luna.cycle_ids[1]
        self.picture("cycle", f"/odoo/pet-cycles/{cycle.id}", ".o_form_view")

    def test_invoice(self):
        invoice = self.luna.cycle_ids[1].invoice_id
        self.picture(
            "invoice",
            f"/odoo/customer-invoices/{invoice.id}",
            "button[name=action_view_pet_cycle]",
            is_shown=True,
        )

    def test_template_form(self):
        template = self.env.ref("pet_plans.template_baths_grooming")
        self.picture(
            "template", f"/odoo/pet-plan-templates/{template.id}", ".o_form_view"
        )

    def test_ledger(self):
        self.picture(
            "ledger",
            f"/odoo/pet-plans/{self.luna.id}",
            ".o_form_view",
            "await click('button[name=action_view_entries]');"
            "await find('.o_list_view');",
        )

    def test_settings(self):
        self.picture(
            "settings",
            "/odoo/pet-plans",
            ".o_data_row",
            "await action.doAction('pet_plans.action_pet_plans_settings');"
            "await find('.o_setting_box');",
        )

    def portal(self, name, path, ready="main h1", **values):
        """Take pictures of a customer's page, whole, on a desktop and a phone."""
        for suffix, size in (("", "1366x2000"), ("_phone", "390x3600")):
            self.picture(
                f"{name}{suffix}",
                path,
                ready,
                size=size,
                login="customer",
                started="",
                **values,
            )

    def test_portal(self):
        visit = self.visit(self.luna, "scheduled")
        path = f"/my/plans/{self.luna.id}"
        self.portal("portal_home", "/my", ".o_portal_index_card:not(.d-none)")
        self.portal("portal_plans", "/my/plans")
        self.portal("portal_plan", path)
        self.portal("portal_cancel", f"{path}/visits/{visit.id}/cancel")
        self.portal("portal_reschedule", f"{path}/visits/{visit.id}/reschedule")

    def test_plan_records(self):
        self.picture(
            "plan_records",
            f"/odoo/pet-plans/{self.luna.id}",
            ".o_form_view",
            "await click('.nav-link[name=records]');",
        )
