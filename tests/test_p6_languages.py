import re
from datetime import date, datetime

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date, formatLang
from odoo.tools.translate import TranslationModuleReader, code_translations

from ..models import counted
from ..models.formats import format_day
from .portal import PortalCase

# Each language, with the words that are in it as they are in English
LANGUAGES = {
    "pt_BR": {"ID", "Microchip", "Pet", "Pets", "Status", "Subtotal", "Total", "kg"},
    "es_ES": {"Error", "ID", "Memo", "Microchip", "Plan", "Subtotal", "Total", "kg"},
}
# English words that hardly a sentence does without, and that neither language has
ENGLISH = re.compile(
    r"\b(an|and|are|be|by|cannot|from|is|it|its|left|not|of|only|or|than|that|the|there|"
    r"this|to|until|visits?|was|were|what|which|who|with|you|your)\b",
    re.IGNORECASE,
)
FILLED_IN = re.compile(r"%\(\w+\)s|\{\{.*?\}\}")
LETTER = re.compile(r"[^\W\d_]")


class TermsOfCode(TranslationModuleReader):
    """What Odoo exports of Python and JavaScript: the same whatever the language."""

    def _export_translatable_records(self):
        """Leave records out."""


class TermsOfRecords(TranslationModuleReader):
    """What Odoo exports of records, with what they say in a language."""

    def _export_translatable_resources(self):
        """Leave code out: to read it takes seconds."""


class TestLanguages(PortalCase):
    """P6: all that people read is in Portuguese and in Spanish.

    Names that the tests give are in no language's words, so that what is left in
    English is the addon's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"].sudo()._activate_lang(code)
        # What screens take over from Odoo: states of invoices, lists of the portal
        cls.env["ir.module.module"].sudo()._load_module_terms(
            ["account", "portal", "pet_plans"], list(LANGUAGES)
        )
        cls.env.invalidate_all()
        cls.registry.clear_all_caches()
        cls.terms = cls.read_terms()
        cls.english = {
            # Without words of the language itself: "Sex" is Friday in Portuguese
            code: terms.keys() - set().union(*terms.values()) - LANGUAGES[code]
            for code, terms in cls.terms.items()
        }
        cls.allow_changes()
        cls.everybody = cls._make_user(
            "pet_everybody",
            "pet_plans.group_manager,pet_plans.group_cashier,"
            "account.group_account_manager",
        )
        cls.bath.sudo().name = "Banho"
        cls.dog.name, cls.poodle.name = "Can", "Poodle"
        cls.template = cls.make_template(name="Doze", late_cancel_hours=24, validity=3)

    @classmethod
    def read_terms(cls):
        """Return the terms of the addon in each language.

        :return: dict, language -> dict, English -> set of what stands in its places,
            "" where English does
        """
        cr, modules = cls.env.cr, ["pet_plans"]
        terms = {code: {} for code in LANGUAGES}
        written = list(TermsOfCode(cr, modules))
        for code, places in terms.items():
            python = code_translations.get_python_translations("pet_plans", code)
            web = code_translations.get_web_translations("pet_plans", code)
            web = {term["id"]: term["string"] for term in web["messages"]}
            for __, __, __, __, source, __, comments in written:
                translated = web if "odoo-javascript" in comments else python
                places.setdefault(source, set()).add(translated.get(source, ""))
            said = TermsOfRecords(cr, modules, code)
            for __, __, __, xmlid, source, value, __ in said:
                if "pet_breed_" not in xmlid:  # names
                    places.setdefault(source, set()).add(value)
        return terms

    # --- How it is told whether something is English ------------------------------

    @staticmethod
    def read_texts(tree):
        """Return the texts of a tree: what is read, and what is read out."""
        return [
            " ".join(text.split())
            for text in tree.xpath(
                ".//text()[not(parent::script or parent::style)] | .//@string"
                " | .//@title | .//@aria-label | .//@placeholder | .//@alt"
                " | .//@help | .//@confirm"
            )
            if LETTER.search(text)
        ]

    def read_term(self, source):
        """Return what is read of a term: without tags, and what is filled in."""
        return self.read_texts(html.fromstring(f"<p>{FILLED_IN.sub(' ', source)}</p>"))

    def assert_not_english(self, code, texts):
        """Check that no text is a term in English, or has words of English alone."""
        texts = set(texts)
        self.assertFalse(texts & self.english[code], code)
        self.assertFalse([text for text in texts if ENGLISH.search(text)], code)

    def per_language(self):
        """Yield each language, which the customer has, and an environment in it."""
        for code in LANGUAGES:
            self.customer.sudo().lang = code
            yield code, self.env(context={**self.env.context, "lang": code})

    # --- Screens and records ------------------------------------------------------

    def test_every_term(self):
        """Views, menus, fields, choices, helps, refusals, scripts, words of records."""
        for code, same in LANGUAGES.items():
            english = {
                text
                for source, values in self.terms[code].items()
                if "" in values
                for text in self.read_term(source)
            }
            self.assertFalse(english - same, code)

    def test_screens(self):
        """What Odoo hands to the browser when a window opens."""
        windows = self.env["ir.actions.act_window"].sudo()
        for code, env in self.per_language():
            for window in windows.search([("res_model", "=like", "pet.%")]):
                model = env[window.res_model].with_user(self.everybody)
                found = model.get_views(window.views)
                for view in found["views"].values():
                    tree = html.fromstring(f"<div>{view['arch']}</div>")
                    self.assert_not_english(code, self.read_texts(tree))
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

    # --- Refusals -----------------------------------------------------------------

    def test_refusals(self):
        for code, env in self.per_language():
            plan = self.sell(self.template).with_env(env)
            plan.book(self.weekly(10))
            for error, method, *values in (
                (UserError, "book", self.weekly(3, "2026-03-16 09:00:00")),
                (UserError, "book", [datetime(2025, 12, 1, 9)]),
                (UserError, "book", [datetime(2027, 1, 1, 9)]),
                (UserError, "action_confirm"),
                (AccessError, "write", {"state": "expired"}),
                (UserError, "write", {"date_end": "2025-12-01"}),
            ):
                with self.assertRaises(error) as caught:
                    getattr(plan, method)(*values)
                self.assert_not_english(code, [str(caught.exception)])

    # --- Mails, paper, pages ------------------------------------------------------

    def test_mails(self):
        """P5: mails in the language of who gets them."""
        for code, __ in self.per_language():
            plan = self.sell(self.template)
            visit = plan.book(self.weekly(1))
            for name, record in (
                ("renewal_reminder", plan),
                ("last_sessions", plan),
                ("visit_reminder", visit),
                ("plan_statement", plan),
            ):
                mail = self.env.ref(f"pet_plans.mail_template_{name}").sudo()
                for field in ("subject", "body_html"):
                    rendered = mail._render_field(field, record.ids, compute_lang=True)
                    tree = html.fromstring(str(rendered[record.id]))
                    self.assert_not_english(code, self.read_texts(tree))

    def test_paper(self):
        """P4: statements of plans and of cycles."""
        for code, __ in self.per_language():
            plan = self.sell_used()
            for kind, records in (("plan", plan), ("cycle", plan.cycle_ids)):
                text, __ = self.env["ir.actions.report"]._render_qweb_html(
                    f"pet_plans.action_report_{kind}_statement", records.ids
                )
                pages = html.fromstring(text).find_class("page")
                self.assertEqual(len(pages), len(records))
                for page in pages:
                    self.assert_not_english(code, self.read_texts(page))

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
        late._cancel(reason="Chuva", consumed=late)
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
                self.assert_not_english(code, self.read_texts(main))

    # --- Numbers, days, money -----------------------------------------------------

    def test_days_money_and_decimals(self):
        day, currency = date(2026, 3, 25), self.env.ref("base.BRL")
        expected = {
            "pt_BR": (
                "25/03/2026",
                "25 de mar. de 2026",
                "R$ 1.234,50",
                "12,5 sessões",
            ),
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
