import io
from types import SimpleNamespace
from unittest import SkipTest
from unittest.mock import patch

from lxml import html as lxml_html

from odoo.exceptions import AccessError
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models import ir_actions_report

from ..models.formats import format_day
from .common import PetPlansCommon


class StatementsCommon(PetPlansCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portuguese = cls.env["res.lang"].sudo()._activate_lang("pt_BR")

    def render(self, records, user=None):
        """Return the statements of plans or cycles, printed by staff, as a tree."""
        reports = {
            "pet.plan": "pet_plans.action_report_plan_statement",
            "pet.cycle": "pet_plans.action_report_cycle_statement",
        }
        report = self.env["ir.actions.report"].with_user(user or self.staff)
        html, __ = report._render_qweb_html(reports[records._name], records.ids)
        return lxml_html.fromstring(html)

    def texts(self, tree, table):
        """Return the rows of a table: dicts of what stands in each named cell."""
        return [
            {
                cell.get("name"): " ".join(cell.text_content().split())
                for cell in row.xpath("./td[@name]")
            }
            for row in tree.xpath(f"//table[@name='{table}']//tr[td]")
        ]

    def top(self, tree):
        """Return what stands on top, by name."""
        return {
            part.get("name"): " ".join(part.text_content().split())
            for part in tree.xpath("//div[@id='informations']/div")
        }


class TestPlanStatement(StatementsCommon):
    """P4: a plan on paper, for its customer."""

    def sell_used(self):
        """Sell 12 baths, of which 9 are booked, 3 served and one bill is paid."""
        plan = self.sell()
        visits = plan.book(self.weekly(9))
        first, second, __ = self.invoices(plan)
        self.pay(first)
        self.pay(second, amount=80.0)
        for visit in visits[:3]:
            self.clock.move_to(visit.start)
            visit.action_receive()
        return plan

    def test_top(self):
        plan = self.sell(date_end="2026-04-01")
        self.shop.sudo().write({"phone": "555 0100", "email": "shop@example.com"})
        tree = self.render(plan)
        (title,) = tree.xpath("//h2")
        self.assertEqual(title.text_content().split(), ["Statement", plan.name])
        self.assertEqual(
            self.top(tree),
            {
                "shop": f"From {self.shop.name} 555 0100 shop@example.com",
                "day": "As of Jan 2, 2026",
                "pet": "Pet Luna",
                "plan": "Package Weekly baths Active, until Apr 1, 2026",
            },
        )
        address = tree.xpath("//div[@name='address']")[0]
        self.assertIn("Ana Souza", address.text_content())

    def test_counters(self):
        self.assertEqual(
            self.texts(self.render(self.sell_used()), "counters"),
            [
                {
                    "service": "Bath",
                    "total": "12",
                    "used": "3",
                    "booked": "6",
                    "to_book": "3",
                    "left": "9",
                }
            ],
        )

    def test_lines_of_one_service_are_one_balance(self):
        """In counters and ledger (S12)."""
        plan = self.sell(
            self.make_template(
                [(self.bath, 10, 45.0), (self.bath, 2, 0.0)], appointment_count=12
            )
        )
        plan.book(self.weekly(11))
        tree = self.render(plan)
        (row,) = self.texts(tree, "counters")
        self.assertEqual((row["total"], row["booked"], row["left"]), ("12", "11", "12"))
        self.assertEqual(
            [row["balance"] for row in self.texts(tree, "ledger")],
            ["10", *(str(left) for left in range(12, 0, -1))],
        )

    def test_a_plan_of_another_owner(self):
        """What was theirs who gave it away is not printed for who has it now."""
        plan = self.sell()
        plan.book(self.weekly(1)).action_cancel()
        self.post(self.invoices(plan)[0])
        self.env["pet.plan.transfer"].create(
            {
                "plan_id": plan.id,
                "partner_id": self.neighbour.id,
                "pet_id": self.mimi.id,
                "reason": "Present",
            }
        ).action_apply()
        self.assertEqual(plan.partner_id, self.neighbour)
        bruno = self.make_portal_user("bruno", self.neighbour)
        for user in (self.staff, bruno):
            tree = self.render(plan, user=user)
            self.assertFalse(self.texts(tree, "visits"))
            self.assertEqual(
                [row["kind"] for row in self.texts(tree, "ledger")], ["Granted"]
            )
            self.assertEqual(
                [row["cycle"] for row in self.texts(tree, "invoices")],
                ["2 of 3", "3 of 3"],
            )
            self.assertEqual(self.texts(tree, "total"), [{"due": "$ 0.00"}])
            self.assertNotIn("Luna", tree.text_content())
        tree = self.render(plan.cycle_ids.sorted("sequence")[0])
        self.assertFalse(self.texts(tree, "invoices"))

    def test_expired_sessions_have_a_column_of_their_own(self):
        plan = self.sell(date_end="2026-01-31")
        self.update_plans("2026-02-01 12:00:00")
        (line,) = self.texts(self.render(plan), "counters")
        self.assertEqual((line["expired"], line["left"]), ("12", "0"))

    def test_visits(self):
        plan = self.sell()
        kept, cancelled = plan.book(["2026-01-05 09:00:00", "2026-01-12 15:30:00"])
        kept.action_confirm()
        cancelled.action_cancel()
        self.assertEqual(
            self.texts(self.render(plan), "visits"),
            [
                {
                    "when": "Jan 5, 2026, 9:00 AM",
                    "pet": "Luna",
                    "services": "Bath",
                    "session": "1 of 12",
                    "state": "Confirmed",
                },
                {
                    "when": "Jan 12, 2026, 3:30 PM",
                    "pet": "Luna",
                    "services": "Bath",
                    "session": "",
                    "state": "Cancelled",
                },
            ],
        )

    def test_ledger_with_running_balance(self):
        plan = self.sell()
        visit = plan.book(["2026-01-05 09:00:00"])
        visit.action_cancel()
        self.adjust(plan, 10)
        rows = self.texts(self.render(plan), "ledger")
        self.assertEqual(
            [(row["kind"], row["quantity"], row["balance"]) for row in rows],
            [
                ("Granted", "+12", "12"),
                ("Booked (Jan 5, 2026, 9:00 AM)", "-1", "11"),
                ("Released (Jan 5, 2026, 9:00 AM)", "+1", "12"),
                ("Adjusted", "-2", "10"),
            ],
        )
        self.assertEqual(
            (rows[0]["when"], rows[0]["service"]), ("Jan 2, 2026, 12:00 PM", "Bath")
        )

    def test_invoices_and_amount_due(self):
        plan = self.sell_used()
        first, second, __ = self.invoices(plan)
        tree = self.render(plan)
        self.assertEqual(
            self.texts(tree, "invoices"),
            [
                {
                    "cycle": "1 of 3",
                    "number": first.name,
                    "due": "Jan 5, 2026",
                    "status": "Paid",
                    "amount": "$ 180.00",
                    "left": "$ 0.00",
                },
                {
                    "cycle": "2 of 3",
                    "number": second.name,
                    "due": "Feb 2, 2026",
                    "status": "Partly paid",
                    "amount": "$ 180.00",
                    "left": "$ 100.00",
                },
                {
                    "cycle": "3 of 3",
                    "number": "Draft",
                    "due": "Mar 2, 2026",
                    "status": "Not billed",
                    "amount": "$ 180.00",
                    "left": "$ 0.00",
                },
            ],
        )
        self.assertEqual(self.texts(tree, "total"), [{"due": "$ 100.00"}])
        self.clock.move_to("2026-02-03 12:00:00")
        self.env.invalidate_all()
        __, row, __ = self.texts(self.render(plan), "invoices")
        self.assertEqual((row["status"], row["left"]), ("Overdue", "$ 100.00"))

    def test_words_for_what_became_of_a_bill(self):
        plan, __ = self.sell_worked_example()
        first, second, third = self.invoices(plan)
        self.post(first)
        self.credit(self.post(second))
        third.with_user(self.accountant).button_cancel()
        rows = self.texts(self.render(plan), "invoices")
        self.assertEqual(
            [row["status"] for row in rows], ["To pay", "Credited", "Cancelled"]
        )

    def test_a_credit_that_waits_is_not_owed(self):
        plan, __ = self.sell_worked_example()
        first = self.invoices(plan)[0]
        self.post(first)
        credit_note = self.credit(first, post=False, quantity=1.0)
        self.post(credit_note)
        credit_note.sudo().line_ids.remove_move_reconcile()
        self.assertEqual(self.texts(self.render(plan), "total"), [{"due": "$ 135.00"}])

    def test_a_bill_that_waits_for_visits(self):
        rows = self.texts(self.render(self.sell(date_end="2026-04-30")), "invoices")
        self.assertEqual(
            rows[0]["due"], "by Apr 30, 2026 at the latest, waiting for visits"
        )

    def test_what_stays_inside_the_shop(self):
        """Reasons, notes and names of staff are not the customer's (P4)."""
        self.luna.sudo().note = "Bites when wet"
        plan = self.sell(note="Pays late")
        visit = plan.book(["2026-01-05 09:00:00"])
        visit.user_id = self.manager
        visit.note = "Smells"
        self.adjust(plan, 10)
        text = self.render(plan).text_content()
        for inside in (
            "Bites when wet",
            "Pays late",
            "Smells",
            "Counted again",
            self.manager.name,
            self.staff.name,
        ):
            self.assertNotIn(inside, text)

    def test_in_language_and_time_zone_of_who_gets_it(self):
        """The staff's own language and zone do not count."""
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.staff.sudo().tz = "Asia/Tokyo"
        self.customer.lang = "pt_BR"
        self.bath.sudo().with_context(lang="pt_BR").name = "Banho"
        plan = self.sell()
        plan.book(["2026-01-06 01:30:00"])
        tree = self.render(plan)
        (visit,) = self.texts(tree, "visits")
        self.assertEqual(
            (visit["when"], visit["services"]), ("5 de jan. de 2026, 22:30", "Banho")
        )
        entry = self.texts(tree, "ledger")[-1]
        self.assertEqual(
            (entry["when"], entry["service"]), ("2 de jan. de 2026, 09:00", "Banho")
        )
        bill = self.texts(tree, "invoices")[0]
        self.assertEqual(
            (bill["due"], bill["amount"]), ("5 de jan. de 2026", "$ 180,00")
        )
        self.assertTrue(self.top(tree)["day"].endswith(" 2 de jan. de 2026"))
        (article,) = tree.find_class("article")
        self.assertEqual(article.get("data-oe-lang"), "pt_BR")

    def test_half_sessions_in_the_language_of_the_customer(self):
        self.customer.lang = "pt_BR"
        plan = self.sell()
        self.serve_sessions(plan, 0.5)
        (line,) = self.texts(self.render(plan), "counters")
        self.assertEqual((line["used"], line["left"]), ("0,5", "11,5"))

    def test_many_at_once_each_in_its_language(self):
        self.neighbour.lang = "pt_BR"
        english = self.sell(date_end="2026-04-01")
        other = self.sell(pet=self.mimi, date_end="2026-04-01")
        tree = self.render(english + other)
        rows = self.texts(tree, "invoices")
        self.assertEqual(
            [(row["amount"], row["due"]) for row in rows[::3]],
            [
                ("$ 180.00", "by Apr 1, 2026 at the latest, waiting for visits"),
                ("$ 180,00", rows[3]["due"]),
            ],
        )
        self.assertIn("1 de abr. de 2026", rows[3]["due"])

    def test_who_prints(self):
        """Staff without rights in invoicing, managers, accountants; nobody else."""
        plan = self.sell_used()
        for user in (self.staff, self.manager, self.accountant):
            tree = self.render(plan, user=user)
            self.assertEqual(self.texts(tree, "total"), [{"due": "$ 100.00"}])
        with self.assertRaises(AccessError):
            self.render(plan, user=self.other_staff)

    def test_a_customer_prints_what_is_theirs(self):
        """With rights of their own: nothing is read that they may not see (13)."""
        plan = self.sell_used()
        user = self.make_portal_user("ana", self.customer)
        tree = self.render(plan, user=user)
        (line,) = self.texts(tree, "counters")
        self.assertEqual((line["service"], line["left"]), ("Bath", "9"))
        with self.assertRaises(AccessError):
            self.render(self.sell(pet=self.mimi), user=user)

    def test_six_take_as_many_queries_as_two(self):
        plans = self.make_drafts(6, self.make_template())
        plans.action_confirm()
        for plan in plans:
            plan.book(self.weekly(3))
        self.post(self.invoices(plans)[:1])
        __, two, six = (  # the first reads templates and the like
            self.count_queries(lambda some=some: self.render(some))
            for some in (plans, plans[:2], plans)
        )
        self.assertEqual(two, six)

    def test_print_menus(self):
        for model, xmlid in (
            ("pet.plan", "pet_plans.action_report_plan_statement"),
            ("pet.cycle", "pet_plans.action_report_cycle_statement"),
        ):
            report = self.env.ref(xmlid)
            for user in (self.staff, self.manager, self.accountant):
                actions = self.env["ir.actions.actions"].with_user(user)
                offered = actions.get_bindings(model)["report"]
                self.assertIn(report.id, [action["id"] for action in offered])


class TestCycleStatement(StatementsCommon):
    """P4: a cycle on paper."""

    def test_a_cycle(self):
        template = self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        plan = self.sell(template)
        plan.book(self.weekly(6))
        second = plan.cycle_ids.sorted("sequence")[1]
        self.post(second.sudo().invoice_id)
        tree = self.render(second)
        self.assertEqual(
            self.texts(tree, "services"),
            [
                {"service": "Bath", "sessions": "4"},
                {"service": "Grooming", "sessions": "1"},
            ],
        )
        visits = self.texts(tree, "visits")
        self.assertEqual(
            [(visit["when"], visit["session"]) for visit in visits],
            [("Feb 2, 2026, 9:00 AM", "5 of 12"), ("Feb 9, 2026, 9:00 AM", "6 of 12")],
        )
        self.assertEqual(
            self.texts(tree, "invoices"),
            [
                {
                    "cycle": "2 of 3",
                    "number": second.sudo().invoice_id.name,
                    "due": "Feb 2, 2026",
                    "status": "To pay",
                    "amount": "$ 240.00",
                    "left": "$ 240.00",
                }
            ],
        )
        self.assertEqual(self.texts(tree, "total"), [{"due": "$ 240.00"}])
        self.assertFalse(self.texts(tree, "ledger"))

    def test_a_period(self):
        template = self.make_template(
            kind="plan", interval=1, interval_unit="month", period_count=3
        )
        cycle = self.sell(template).cycle_ids.sorted("sequence")[1]
        tree = self.render(cycle)
        (row,) = self.texts(tree, "invoices")
        self.assertEqual(row["cycle"], "2 of 3 Feb 1, 2026 to Feb 28, 2026")
        self.assertIn("No visit is booked yet.", tree.text_content())

    def test_many_take_as_many_queries_as_few(self):
        plans = self.make_drafts(6, self.make_template())
        plans.action_confirm()
        for plan in plans:
            plan.book(self.weekly(6))
        cycles = plans.cycle_ids
        __, six, eighteen = (  # the first reads templates and the like
            self.count_queries(lambda some=some: self.render(some))
            for some in (cycles, plans[:2].cycle_ids, cycles)
        )
        self.assertEqual(six, eighteen)


class TestMailedStatement(StatementsCommon):
    """P4: the statement goes by mail."""

    @classmethod
    def default_env_context(cls):
        return {}

    def send(self, plans):
        """Send the statements as the button does; return the dialog's action."""
        action = plans.action_send_statement()
        composer = (
            self.env[action["res_model"]]
            .with_user(plans.env.user)
            .with_context(**action["context"])
            .create({})
        )
        composer._action_send_mail()
        return action

    def test_one(self):
        self.customer.email = "ana@example.com"
        plan = self.sell()
        self.send(plan)
        message = plan.sudo().message_ids[0]
        self.assertEqual(message.subject, "Your statement of Weekly baths")
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(
            [name.rsplit(".", 1)[0] for name in message.attachment_ids.mapped("name")],
            [f"Statement - {plan.name.replace('/', '-')}"],
        )

    def test_many(self):
        self.customer.email = "ana@example.com"
        self.neighbour.email = "bruno@example.com"
        plans = self.sell() + self.sell(pet=self.mimi)
        self.send(plans)
        for plan in plans:
            message = plan.sudo().message_ids[0]
            self.assertEqual(len(message.attachment_ids), 1)
            self.assertIn(plan.name, message.attachment_ids.name)

    def test_of_another_shop(self):
        plan = self.sell_elsewhere().with_user(self.staff)
        with self.assertRaises(AccessError):
            plan.action_send_statement()


class TestInvoiceDays(StatementsCommon):
    """P4: the days of the visits stand on the invoice, under each service."""

    def render_invoice(self, invoice, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.accountant)
        html, __ = report._render_qweb_html("account.account_invoices", invoice.ids)
        tree = lxml_html.fromstring(html)
        return [
            " ".join(part.text_content().split())
            for part in tree.xpath("//div[@name='pet_visit_days']")
        ]

    def sell_two_services(self):
        plan = self.sell(
            self.make_template([(self.bath, 12, 45.0), (self.grooming, 3, 60.0)])
        )
        visits = plan.book(self.weekly(3))
        return plan, visits

    def test_under_each_service(self):
        plan, visits = self.sell_two_services()
        grooming = plan.line_ids[1]
        self.assertEqual(len(visits), 3)
        with_grooming = visits.filtered(
            lambda visit: grooming.product_id in visit.line_ids.product_id
        )
        days = ["Jan 5, 2026", "Jan 12, 2026", "Jan 19, 2026"]
        groomed = [format_day(self.env, visit.start) for visit in with_grooming]
        self.assertTrue(0 < len(groomed) < 3)
        self.assertEqual(
            self.render_invoice(self.invoices(plan)[0]),
            [f"Visits: {'; '.join(days)}", f"Visits: {'; '.join(groomed)}"],
        )

    def test_in_the_shops_days_and_the_customers_language(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.customer.lang = "pt_BR"
        plan = self.sell()
        plan.book(["2026-01-06 01:30:00", "2026-01-13 12:00:00"])
        (text,) = self.render_invoice(self.invoices(plan)[0])
        self.assertTrue(text.endswith(": 5 de jan. de 2026; 13 de jan. de 2026"), text)

    def test_cancelled_visits_are_not_there(self):
        plan = self.sell()
        visits = plan.book(self.weekly(2))
        visits[0].action_cancel()
        (text,) = self.render_invoice(self.invoices(plan)[0])
        self.assertEqual(text, "Visits: Jan 12, 2026")

    def test_once_where_a_service_is_sold_in_two_lines(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 10, 45.0), (self.bath, 2, 0.0)], appointment_count=12
            )
        )
        plan.book(self.weekly(1))
        self.assertEqual(
            self.render_invoice(self.invoices(plan)[0]), ["Visits: Jan 5, 2026"]
        )

    def test_nothing_on_other_documents(self):
        plan = self.sell()
        self.assertFalse(self.render_invoice(self.invoices(plan)[0]))  # no visit
        plan.book(self.weekly(1))
        invoice = self.post(self.invoices(plan)[0])
        self.assertFalse(self.render_invoice(self.credit(invoice)))
        other = invoice.sudo().copy()
        self.assertFalse(other.pet_cycle_id)
        self.assertFalse(self.render_invoice(other))


class TestStatementPdf(StatementsCommon):
    """P4: printed in earnest, with or without headers and footers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise SkipTest("wkhtmltopdf is not installed")

    def print(self, records, xmlid):
        """Return the text of the printed pages."""
        report = self.env["ir.actions.report"].with_user(self.staff)
        with self.allow_pdf_render():
            content, kind = report.with_context(
                force_report_rendering=True
            )._render_qweb_pdf(xmlid, records.ids)
        self.assertEqual(kind, "pdf")
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        return [page.extract_text() for page in reader.pages]

    def test_all_is_on_the_pages(self):
        plan, __ = self.sell_worked_example()
        other = self.sell(pet=self.mimi)
        pages = self.print(plan + other, "pet_plans.action_report_plan_statement")
        self.assertGreaterEqual(len(pages), 2)
        text = "".join(" ".join(pages).split())
        for part in (
            self.shop.name,
            plan.name,
            other.name,
            "Ana Souza",
            "Bruno Lima",
            "Amount Due",
            "12 of 12",
        ):
            self.assertIn("".join(part.split()), text)

    def test_a_cycle(self):
        plan, __ = self.sell_worked_example()
        (page,) = self.print(
            plan.cycle_ids[0], "pet_plans.action_report_cycle_statement"
        )
        self.assertIn("AmountDue", "".join(page.split()))


class TestTwoKindsOfPrinters(StatementsCommon):
    """P4: a wkhtmltopdf with headers and footers gets them, one without does not."""

    def run_printer(self, xmlid, is_patched_qt):
        """Print two documents; return with what the program was called, each time."""
        page = io.BytesIO()
        writer = PdfFileWriter()
        writer.add_blank_page(100, 100)
        writer.write(page)
        calls = []

        def run(report, bodies, **options):
            calls.append((bodies, options))
            return page.getvalue()

        found = SimpleNamespace(is_patched_qt=is_patched_qt)
        with (
            patch.object(ir_actions_report, "_wkhtml", lambda: found),
            patch.object(ir_actions_report.IrActionsReport, "_run_wkhtmltopdf", run),
        ):
            content = self.env["ir.actions.report"]._run_wkhtmltopdf(
                ["one", "two"], report_ref=xmlid, header="head", footer="foot"
            )
        return calls, len(PdfFileReader(io.BytesIO(content)).pages)

    def test_with_headers(self):
        calls, __ = self.run_printer("pet_plans.action_report_plan_statement", True)
        ((bodies, options),) = calls
        self.assertEqual(list(bodies), ["one", "two"])
        self.assertEqual((options["header"], options["footer"]), ("head", "foot"))
        self.assertFalse(options["specific_paperformat_args"])

    def test_without(self):
        for name in ("plan", "cycle"):
            calls, pages = self.run_printer(
                f"pet_plans.action_report_{name}_statement", False
            )
            self.assertEqual([bodies for bodies, __ in calls], [["one"], ["two"]])
            for __, options in calls:
                self.assertNotIn("header", options)
                margins = options["specific_paperformat_args"]
                self.assertEqual(margins["data-report-margin-top"], 12)
            self.assertEqual(pages, 2)

    def test_reports_of_others_are_odoos(self):
        calls, __ = self.run_printer("account.account_invoices", False)
        ((bodies, options),) = calls
        self.assertEqual(list(bodies), ["one", "two"])
        self.assertEqual(options["header"], "head")
