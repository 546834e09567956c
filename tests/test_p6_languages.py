import re
from datetime import date, datetime

from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import format_date, formatLang
from odoo.tools.translate import TranslationModuleReader

from ..models import counted
from ..models.formats import format_day
from .portal import PortalCase

LANGUAGES = ("pt_BR", "es_ES")
# Words that are the same in English and in the language; breeds are names, too
SAME = {
    "ID",
    "Memo",
    "Microchip",
    "Plan",
    "Subtotal",
    "Total",
    "kg",
}
# English words that hardly a sentence does without, and that neither language has
ENGLISH = re.compile(
    r"\b(an|and|are|be|by|cannot|from|in|is|it|its|left|not|of|on|only|or|than|that|the|"
    r"there|this|to|until|visits?|was|were|what|which|who|with|you|your)\b",
    re.IGNORECASE,
)
# What a term has besides words: tags, without what is read out, and what is filled in
UNREAD = re.compile(r"<(?:[^<>](?!(?:title|aria-label)=))*>|%\(\w+\)s|\{\{.*?\}\}")
LETTER = re.compile(r"[^\W\d_]")


class TestLanguages(PortalCase):
    """P6: all that people read is in Portuguese and in Spanish.

    Names that the tests give are in no language's words, so that what is left in English
    is the addon's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"].sudo()._activate_lang(code)
        cls.env["ir.module.module"].sudo()._load_module_terms(["pet_plans"], LANGUAGES)
        cls.env.invalidate_all()
        cls.registry.clear_all_caches()
        cls.terms = {code: cls.read_terms(code) for code in LANGUAGES}
        cls.switch_on_reminders()
        cls.allow_changes()
        cls.bath.sudo().name = "Banho"
        cls.dog.name, cls.poodle.name = "Can", "Poodle"
        cls.template = cls.make_template(name="Doze", late_cancel_hours=24, validity=3)

    @classmethod
    def read_terms(cls, code):
        """Return the terms of the addon in a language.

        :return: dict, English -> set of what stands in its places, "" where English does
        """
        terms = {}
        for row in TranslationModuleReader(cls.env.cr, ["pet_plans"], lang=code):
            __, kind, field, xmlid, source, value, __ = row
            if not xmlid or "pet_breed_" not in str(xmlid):
                terms.setdefault(source, set()).add(value or "")
        return terms

    # --- How it is told whether something is English -------------------------------

    def assert_not_english(self, code, texts):
        """Check that none of some texts is a term in English, or has words of it."""
        english = {
            " ".join(source.split())
            for source, values in self.terms[code].items()
            if source not in values and source not in SAME
        }
        for text in texts:
            text = " ".join(text.split())
            with self.subTest(code, text=text):
                self.assertNotIn(text, english)
                self.assertFalse(ENGLISH.search(text))

    def texts(self, tree):
        """Return what is read in a tree, and read out."""
        read = "@title | .//@title | .//@aria-label | .//@placeholder | .//@alt"
        texts = tree.xpath(f".//text()[not(ancestor::script or ancestor::style)] | {read}")
        return [text for text in texts if LETTER.search(text)]

    def per_language(self):
        """Yield each language, and the records' environment of a customer who has it."""
        for code in LANGUAGES:
            self.customer.sudo().lang = code
            yield code, self.env(context={**self.env.context, "lang": code})

    # --- Screens and records --------------------------------------------------------

    def test_every_term(self):
        """Views, menus, fields, selections, helps, refusals, scripts, words of records."""
        for code in LANGUAGES:
            english = {
                source
                for source, values in self.terms[code].items()
                if "" in values and LETTER.search(UNREAD.sub("", source))
            }
            words = {" ".join(html.fromstring(f"<p>{one}</p>").text_content().split()) for one in english}
            with self.subTest(code):
                self.assertFalse(words - SAME)

    def test_screens(self):
        """What Odoo hands to the browser when a window opens."""
        windows = self.env["ir.actions.act_window"].sudo()
        for code, env in self.per_language():
            for window in windows.search([("res_model", "=like", "pet.%")]):
                model = env[window.res_model].with_user(self.manager)
                found = model.get_views(window.views)
                for view in found["views"].values():
                    tree = html.fromstring(f"<div>{view['arch']}</div>")
                    self.assert_not_english(code, self.texts(tree))
                self.assert_not_english(code, self.read_labels(found["models"]))

    def read_labels(self, models):
        """Return labels, helps and choices of fields, as `get_views` tells of them."""
        return [
            text
            for name, model in models.items()
            if name.startswith("pet.")
            for field in model["fields"].values()
            for text in (
                field["string"],
                field.get("help") or "",
                *(label for __, label in field.get("selection") or ()),
            )
        ]

    # --- Refusals ---------------------------------------------------------------------

    def test_refusals(self):
        for code, env in self.per_language():
            plan = self.sell(self.template).with_env(env)
            plan.book(self.weekly(10))
            for error, refused in (
                (UserError, lambda: plan.book(self.weekly(3, "2026-03-16 09:00:00"))),
                (UserError, lambda: plan.book([datetime(2025, 12, 1, 9)])),
                (UserError, lambda: plan.book([datetime(2027, 1, 1, 9)])),
                (UserError, lambda: plan.action_confirm()),
                (AccessError, lambda: plan.write({"state": "expired"})),
                (AccessError, lambda: plan.entry_ids.unlink()),
                (ValidationError, lambda: plan.write({"date_end": "2025-12-01"})),
            ):
                with self.assertRaises(error) as caught:
                    refused()
                self.assert_not_english(code, [str(caught.exception)])

    # --- Mails, paper, pages ------------------------------------------------------------

    def test_mails(self):
        """P5: reminders in the language of who gets them."""
        template = self.make_template(name="Dois", appointment_count=2, validity=1)
        mails = self.env["mail.mail"].sudo()
        for code, __ in self.per_language():
            self.clock.move_to("2026-01-01 12:00:00")
            plan = self.sell(template)
            served, __ = plan.book(["2026-01-02 09:00:00", "2026-01-26 09:00:00"])
            served.action_receive()
            served.action_finish()
            before = mails.search([])
            self.clock.move_to("2026-01-25 12:00:00")
            self.run_job("pet_plans.ir_cron_send_reminders")
            sent = mails.search([]) - before
            self.assertEqual(len(sent), 3)
            for mail in sent:
                texts = self.texts(html.fromstring(mail.body_html))
                self.assert_not_english(code, [mail.subject, *texts])

    def test_statement_by_mail(self):
        mail = self.env.ref("pet_plans.mail_template_plan_statement").sudo()
        for code, __ in self.per_language():
            plan = self.sell(self.template)
            for field in ("subject", "body_html"):
                text = mail._render_field(field, plan.ids, compute_lang=True)[plan.id]
                self.assert_not_english(code, self.texts(html.fromstring(str(text))))

    def test_paper(self):
        """P4: statements of plans and of cycles."""
        for code, __ in self.per_language():
            plan = self.sell_used()
            for kind, records in (("plan", plan), ("cycle", plan.cycle_ids)):
                html_text, __ = self.env["ir.actions.report"]._render_qweb_html(
                    f"pet_plans.action_report_{kind}_statement", records.ids
                )
                for article in html.fromstring(html_text).find_class("article"):
                    self.assert_not_english(code, self.texts(article))

    def sell_used(self):
        """Sell a plan with visits of all kinds, and an invoice to pay."""
        plan = self.sell(self.template)
        served, late, missed, *__ = plan.book(
            ["2026-01-02 09:00:00", "2026-01-02 13:00:00", "2026-01-02 11:00:00"]
            + self.weekly(3)
        )
        served.action_receive()
        served.action_finish()
        missed.action_no_show()
        late._cancel(reason="Chuva", sessions="consume")
        self.post(self.invoices(plan)[0])
        return plan

    def test_pages(self):
        """P3: what customers see of their plans, and where they change a visit."""
        for code, __ in self.per_language():
            plan = self.sell_used()
            visit = plan.appointment_ids.sorted("start")[-1]
            for path in (
                "/my/plans",
                f"/my/plans/{plan.id}",
                f"/my/plans/{plan.id}/visits/{visit.id}/cancel",
                f"/my/plans/{plan.id}/visits/{visit.id}/reschedule",
            ):
                page = self.open(path, self.ana)
                self.assertEqual(page.status, 200)
                (main,) = page.tree.xpath("//main")
                self.assert_not_english(code, self.texts(main))

    # --- Numbers, days, money -----------------------------------------------------------

    def test_days_money_and_decimals(self):
        day, currency = date(2026, 3, 25), self.env.ref("base.BRL")
        expected = {
            "pt_BR": ("25/03/2026", "25 de mar. de 2026", "R$ 1.234,50", "12,5 sessões"),
            "es_ES": ("25/03/2026", "25 mar 2026", "R$ 1.234,50", "12,5 sesiones"),
        }
        for code, env in self.per_language():
            found = (
                format_date(env, day),
                format_day(env, day),
                formatLang(env, 1234.5, currency_obj=currency).replace("\xa0", " "),
                counted.say_sessions(env, 12.5),
            )
            self.assertEqual(found, expected[code])

    def test_one_and_many(self):
        """A half is one in Portuguese, and many in Spanish."""
        says = {name: say for name, say in vars(counted).items() if name[:4] == "say_"}
        for code, env in self.per_language():
            for name, say in says.items():
                one, half, many = (say(env, count) for count in (1, 0.5, 2))
                self.assert_not_english(code, [one, half, many])
                with self.subTest(code, name=name):
                    self.assertRegex(one, r"^1 \w")
                    self.assertRegex(many, r"^2 \w.*s\b")
                    self.assertNotEqual(one[1:], many[1:])
                    likes = one if code == "pt_BR" else many
                    self.assertEqual(half, likes.replace(likes[0], "0,5", 1))
