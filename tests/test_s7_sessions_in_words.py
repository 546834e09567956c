from lxml import etree

from odoo import Command

from odoo.addons.pet_plans.models.counted import say_sessions

from .test_x7_credit_notes import CancelPlanCommon


class TestSessionsInWords(CancelPlanCommon):
    """S7: an invoice says how many sessions it bills, where Odoo shows no quantity."""

    def told(self, invoice):
        """Return what each line tells of its sessions."""
        names = invoice.sudo().invoice_line_ids.mapped("name")
        return [name.split("\n")[-1].split(",")[0] for name in names]

    def sell_baths(self, count, **values):
        """Sell so many baths, all in one cycle."""
        template = self.make_template(
            [(self.bath, count, 45.0)], appointment_count=4, appointments_per_cycle=4
        )
        return self.sell(template, **values)

    # --- Words -------------------------------------------------------------------

    def test_one_and_many(self):
        for count, words in (
            (1, "1 session"),
            (4, "4 sessions"),
            (0.5, "0.5 sessions"),
            (0.1 + 0.2, "0.3 sessions"),
        ):
            self.assertEqual(say_sessions(self.env, count), words)

    def test_plural_and_decimal_point_are_the_languages(self):
        """A half is one in Portuguese, and written with a comma."""
        self.env["res.lang"].sudo()._activate_lang("pt_BR")
        env = self.env["base"].with_context(lang="pt_BR").env
        self.assertRegex(say_sessions(env, 0.5), r"^0,5 \w+$")
        one, half, two = (say_sessions(env, count).split()[1] for count in (1, 0.5, 2))
        self.assertEqual(one, half)
        self.assertNotEqual(one, two)

    def test_any_number_and_service(self):
        for count, words in (
            (1, "1 session"),
            (2.5, "2.5 sessions"),
            (4, "4 sessions"),
        ):
            invoice = self.invoices(self.sell_baths(count))
            with self.subTest(count=count):
                self.assertEqual(self.told(invoice), [words])
                self.assertEqual(invoice.invoice_line_ids.quantity, count)

    # --- What changes afterwards ---------------------------------------------------

    def test_a_draft_that_bills_less_says_so(self):
        """X7: what was not used is not billed."""
        plan, __ = self.sell_worked_example()
        self.serve(plan, "01-05", "01-12")
        draft = self.invoices(plan)[0]
        self.assertEqual(self.told(draft), ["4 sessions"])
        self.cancel(plan, "2026-01-19")
        self.assertEqual(self.told(draft), ["2 sessions"])

    def test_a_credit_note_says_what_it_credits(self):
        plan, __ = self.sell_worked_example()
        self.post(self.invoices(plan)[0])
        self.serve(plan, "01-05", "01-12", "01-19")
        note = self.cancel(plan, "2026-01-20")
        self.assertEqual(self.told(note), ["1 session"])

    def test_what_a_person_wrote_stays(self):
        plan, __ = self.sell_worked_example()
        self.serve(plan, "01-05", "01-12")
        draft = self.invoices(plan)[0]
        line = draft.invoice_line_ids
        line.name = "January, as agreed"
        self.cancel(plan, "2026-01-19")
        self.assertEqual(line.quantity, 2.0)
        self.assertEqual(line.name, "January, as agreed")

    def test_a_pause_moves_the_period_and_keeps_the_number(self):
        plan = self.sell(
            self.make_template([(self.bath, 4, 45.0)], kind="plan", period_count=2)
        )
        self.pause(plan, "2026-01-05", "2026-01-06")
        self.assertIn(
            "4 sessions, Feb 3, 2026 to Mar 2, 2026 (period 2 of 2)",
            self.invoices(plan)[1].invoice_line_ids.name,
        )

    # --- Where it is seen ----------------------------------------------------------

    def test_the_form_shows_the_quantity_of_plan_invoices(self):
        """Odoo's own column is hidden there, and ours on all other invoices."""
        arch = etree.fromstring(
            self.env["account.move"]
            .with_user(self.accountant)
            .get_view(self.env.ref("account.view_move_form").id, "form")["arch"]
        )
        nodes = arch.xpath(
            "//field[@name='invoice_line_ids']/list/field[@name='quantity']"
        )
        self.assertEqual(
            [node.get("column_invisible") for node in nodes],
            ["parent.pet_plan_id", "not parent.pet_plan_id"],
        )
        self.assertFalse(nodes[1].get("optional"))
        self.assertTrue(arch.xpath("//field[@name='pet_plan_id']"))

    def test_paper_and_portal_say_it_too(self):
        """The customer's page of an invoice shows its report."""
        plan = self.sell()
        plan.book(self.weekly(1))
        invoice = self.post(self.invoices(plan)[0])
        html, __ = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_html("account.report_invoice_with_payments", invoice.ids)
        )
        tree = etree.fromstring(html, etree.HTMLParser())
        cells = tree.xpath("//td[@name='account_invoice_line_name']")
        text = " ".join("".join(cells[0].itertext()).split())
        self.assertIn("4 sessions, cycle 1 of 3 of PLN", text)
        quantity = tree.xpath("//td[@name='td_quantity']")[0]
        self.assertIn("4.00", "".join(quantity.itertext()))

    def test_two_services_tell_theirs(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        self.assertEqual(self.told(self.invoices(plan)[1]), ["4 sessions", "1 session"])

    def test_an_ordinary_invoice_is_left_alone(self):
        invoice = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_line_ids": [
                        Command.create({"product_id": self.bath.id, "quantity": 2})
                    ],
                }
            )
        )
        self.assertEqual(invoice.invoice_line_ids.name, "Bath")
