from datetime import datetime

from lxml import html

from odoo import Command

from .portal import PortalCase


class TestMails(PortalCase):
    """P3, P5: links in mails lead to the customer's page, without account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.switch_on_reminders()

    def remind(self):
        """Run the job; return the links to plans in the mails for the customer."""
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        self.run_job("pet_plans.ir_cron_send_reminders")
        sent = mails.search([]) - before
        self.assertTrue(sent)
        return [
            link
            for mail in sent
            for link in html.fromstring(mail.body_html).xpath("//a/@href")
            if "/my/plans/" in link
        ]

    def assert_leads_to(self, links, plan):
        (link,) = links
        self.assertTrue(link.startswith(plan.get_base_url()), link)
        page = self.open(link.replace(plan.get_base_url(), ""))
        self.assertEqual(page.get("reference"), [plan.name])

    def test_renewal(self):
        plan = self.sell(self.make_template(validity=1))
        self.clock.move_to("2026-01-25 12:00:00")
        self.assert_leads_to(self.remind(), plan)

    def test_last_sessions(self):
        plan = self.sell(
            self.make_template(appointment_count=2, appointments_per_cycle=2)
        )
        visit, __ = plan.book([datetime(2026, 1, 2, 9), datetime(2026, 1, 2, 10)])
        visit.action_receive()
        visit.action_finish()
        self.assert_leads_to(self.remind(), plan)

    def test_visit(self):
        plan = self.sell()
        plan.book([datetime(2026, 1, 3, 9)])
        self.assert_leads_to(self.remind(), plan)

    def test_visit_without_plan(self):
        self.env["pet.appointment"].create(
            {
                "pet_id": self.luna.id,
                "start": "2026-01-03 09:00:00",
                "line_ids": [Command.create({"product_id": self.bath.id})],
            }
        )
        self.assertEqual(self.remind(), [])

    def test_one_link_for_all_mails(self):
        """A token is made once: links of older mails go on working."""
        plan = self.sell()
        plan.book([datetime(2026, 1, 3, 9), datetime(2026, 1, 4, 9)])
        first = self.remind()
        self.clock.move_to("2026-01-03 12:00:00")
        self.assertEqual(self.remind(), first)
