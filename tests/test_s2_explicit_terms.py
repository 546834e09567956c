from odoo.exceptions import UserError
from odoo.tests import Form

from .common import PetPlansCommon

# Per kind: terms of the offer, and what is agreed on instead.
OFFERED = {
    "package": {
        "validity": 4,
        "validity_unit": "month",
        "due_basis": "first",
        "due_offset_days": 1,
        "post_lead_days": 2,
        "late_cancel_hours": 24,
        "no_show_policy": "consume",
        "overdraft_limit": 0.0,
        "appointment_count": 12,
        "appointments_per_cycle": 4,
        "is_carry_over": False,
    },
    "plan": {
        "interval": 1,
        "interval_unit": "month",
        "period_count": 3,
        "rollover": False,
    },
}
AGREED = {
    "package": {
        "validity": 6,
        "validity_unit": "week",
        "due_basis": "last",
        "due_offset_days": -3,
        "post_lead_days": 5,
        "late_cancel_hours": 48,
        "no_show_policy": "return",
        "overdraft_limit": 2.0,
        "appointment_count": 10,
        "appointments_per_cycle": 5,
        "is_carry_over": True,
    },
    "plan": {
        "interval": 2,
        "interval_unit": "week",
        "period_count": 6,
        "rollover": True,
    },
}
# What follows from a term, for a plan sold on 1 January 2026.
ENDS = {
    ("package", None): "2026-05-01",
    ("package", "validity"): "2026-07-01",
    ("package", "validity_unit"): "2026-01-29",
    ("plan", None): "2026-03-31",
    ("plan", "interval"): "2026-06-30",
    ("plan", "interval_unit"): "2026-01-21",
    ("plan", "period_count"): "2026-06-30",
}


class TestExplicitTerms(PetPlansCommon):
    """S2: what is agreed on goes before the template's terms, and all follows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offers = {
            kind: cls.make_template(
                [(cls.bath, 4, 45.0)], kind=kind, name=kind, **OFFERED[kind]
            )
            for kind in OFFERED
        }

    def assert_terms(self, plan, kind, **agreed):
        """Check a plan's terms and end: those agreed on, else those of the offer."""
        name = next(iter(agreed), None)
        end = ENDS.get((kind, name), ENDS[kind, None])
        self.assertEqual(str(plan.date_end), end)
        for term, value in {**OFFERED[kind], **agreed}.items():
            self.assertEqual(plan[term], value, term)

    def test_each_term_at_creation(self):
        for kind, terms in AGREED.items():
            for name, value in terms.items():
                with self.subTest(kind=kind, term=name):
                    plan = self.sell(self.offers[kind], confirm=False, **{name: value})
                    self.assert_terms(plan, kind, **{name: value})

    def test_each_term_with_another_template(self):
        """A draft gets another offer and one term of its own in one write."""
        for kind, terms in AGREED.items():
            for name, value in terms.items():
                with self.subTest(kind=kind, term=name):
                    other = self.make_template(kind="package", validity=1)
                    plan = self.sell(other, confirm=False)
                    plan.write({"template_id": self.offers[kind].id, name: value})
                    self.assert_terms(plan, kind, **{name: value})

    def test_each_term_in_a_draft(self):
        for kind, terms in AGREED.items():
            for name, value in terms.items():
                with self.subTest(kind=kind, term=name):
                    plan = self.sell(self.offers[kind], confirm=False)
                    plan.write({name: value})
                    self.assert_terms(plan, kind, **{name: value})

    def test_another_template_brings_all_its_terms(self):
        plan = self.sell(self.offers["package"], confirm=False, validity=6)
        plan.template_id = self.offers["plan"]
        self.assert_terms(plan, "plan")

    def test_in_the_form(self):
        for kind, name, value in (
            ("package", "validity", 6),
            ("plan", "period_count", 6),
            ("plan", "interval", 2),
        ):
            with self.subTest(term=name):
                form = Form(self.env["pet.plan"])
                form.partner_id = self.customer
                form.pet_id = self.luna
                form.template_id = self.offers[kind]
                form.date_start = "2026-01-01"
                form[name] = value
                self.assertEqual(str(form.date_end), ENDS[kind, name])
                self.assert_terms(form.save(), kind, **{name: value})

    def test_a_form_without_the_other_terms(self):
        """The terms a view leaves out come from the offer, the one it shows stays."""
        answer = self.env["pet.plan"].onchange(
            {
                "template_id": self.offers["package"].id,
                "date_start": "2026-01-01",
                "validity": 6,
            },
            ["validity"],
            {"template_id": {}, "date_start": {}, "validity": {}, "date_end": {}},
        )
        self.assertEqual(str(answer["value"]["date_end"]), "2026-07-01")
        self.assertNotIn("validity", answer["value"])

    # --- Cycles ------------------------------------------------------------------

    def test_cycles_follow(self):
        package = self.sell(
            self.offers["package"], appointment_count=10, appointments_per_cycle=5
        )
        self.assertEqual(package.cycle_ids.mapped("capacity"), [5, 5])
        plan = self.sell(self.offers["plan"], period_count=2, interval=2)
        self.assertEqual(
            [(str(c.date_from), str(c.date_to)) for c in plan.cycle_ids],
            [("2026-01-01", "2026-02-28"), ("2026-03-01", "2026-04-30")],
        )
        self.assertEqual(plan.amount_total, 360.0)

    def test_an_end_of_its_own_is_that_of_the_last_period(self):
        for when in ("at creation", "in the draft"):
            for end in ("2026-03-20", "2026-04-10"):
                with self.subTest(when=when, end=end):
                    values = {"date_end": end}
                    plan = self.sell(
                        self.offers["plan"],
                        confirm=False,
                        **(values if when == "at creation" else {}),
                    )
                    plan.write(values)
                    plan.action_confirm()
                    self.assertEqual(str(plan.date_end), end)
                    self.assertEqual(str(plan.cycle_ids[-1].date_to), end)
                    self.assertEqual(str(plan.cycle_ids[-2].date_to), "2026-02-28")

    def test_no_period_is_sold_behind_the_end(self):
        plan = self.sell(self.offers["plan"], confirm=False, date_end="2026-02-27")
        with self.assertRaisesRegex(
            UserError,
            "would end on Feb 27, 2026, but the last of its 3 periods begins on "
            "Mar 1, 2026",
        ):
            plan.action_confirm()
        self.assertEqual(plan.state, "draft")

    def test_a_plan_without_end_keeps_its_periods(self):
        plan = self.sell(self.offers["plan"], date_end=False)
        self.assertFalse(plan.date_end)
        self.assertEqual(str(plan.cycle_ids[-1].date_to), "2026-03-31")
