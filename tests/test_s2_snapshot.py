from odoo import Command
from odoo.exceptions import UserError

from .common import PetPlansCommon

# A value for each term that differs from what the templates below start with.
OTHER_TERMS = {
    "appointment_count": 6,
    "appointments_per_cycle": 2,
    "interval": 2,
    "interval_unit": "week",
    "period_count": 5,
    "validity": 9,
    "validity_unit": "day",
    "due_basis": "last",
    "due_offset_days": 7,
    "post_lead_days": 3,
    "rollover": True,
    "late_cancel_hours": 24,
    "no_show_policy": "return",
    "overdraft_limit": 2.0,
    "is_carry_over": True,
}


class TestSnapshot(PetPlansCommon):
    """S2: what was sold stays as it was sold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template(
            [(cls.bath, 12, 45.0, 5.0), (cls.grooming, 3, 60.0)], validity=3
        )
        cls.sold = cls.sell(cls.template)
        cls.draft = cls.sell(cls.template, confirm=False)

    def facts(self, plan):
        """Return everything that a template gives to a plan."""
        return {
            "title": plan.title,
            "amount": plan.amount_total,
            "end": plan.date_end,
            "duration": plan.duration,
            **{name: plan[name] for name in ("kind", *OTHER_TERMS)},
            "lines": [
                (line.product_id, line.quantity, line.price_unit, line.discount)
                for line in plan.line_ids
            ],
            "cycles": plan.cycle_ids.mapped("capacity"),
            "invoices": self.invoices(plan).mapped("amount_untaxed"),
        }

    def change_template(self, values):
        """Edit the template as the manager; what depends on it is computed again."""
        self.template.with_user(self.manager).write(values)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_every_term_is_copied(self):
        template = self.make_template(name="Other terms", **OTHER_TERMS)
        plan = self.sell(template, confirm=False)
        self.assertEqual(plan.kind, "package")
        self.assertEqual(plan.title, "Other terms")
        for name, value in OTHER_TERMS.items():
            self.assertEqual(plan[name], value, name)

    def test_no_term_is_forgotten_here(self):
        terms = {*self.template._get_term_fields(), "is_carry_over"}
        self.assertEqual(terms, {"kind", *OTHER_TERMS})

    def test_changing_the_template_changes_no_plan(self):
        bath_line = self.template.line_ids[0]
        changes = {
            "terms": OTHER_TERMS,
            "name": {"name": "Renamed"},
            "price": {"line_ids": [Command.update(bath_line.id, {"price_unit": 99.0})]},
            "sessions": {"line_ids": [Command.update(bath_line.id, {"quantity": 20})]},
            "new line": {
                "line_ids": [Command.create({"product_id": self.product_a.id})]
            },
            "line removed": {"line_ids": [Command.delete(bath_line.id)]},
            "kind": {"kind": "plan"},
            "archived": {"active": False},
        }
        before = {plan: self.facts(plan) for plan in (self.sold, self.draft)}
        for change, values in changes.items():
            self.change_template(values)
            for plan, facts in before.items():
                with self.subTest(change=change, state=plan.state):
                    self.assertEqual(self.facts(plan), facts)

    def test_draft_copied_before_the_change_sells_what_it_shows(self):
        self.change_template(OTHER_TERMS)
        self.draft.action_confirm()
        self.assertEqual(self.facts(self.draft), self.facts(self.sold))

    def test_another_template_on_a_draft_brings_its_own_terms(self):
        other = self.make_template(
            [(self.grooming, 6, 70.0)], name="Groomings", **OTHER_TERMS
        )
        self.draft.template_id = other
        self.assertEqual(self.draft.title, "Groomings")
        self.assertEqual(self.draft.line_ids.product_id, self.grooming)
        self.assertEqual(self.draft.amount_total, 420.0)
        self.assertEqual(self.draft.due_basis, "last")

    def test_terms_and_lines_of_a_draft_can_be_agreed_on(self):
        self.draft.write({"appointments_per_cycle": 6, "due_offset_days": 2})
        self.draft.line_ids[0].price_unit = 40.0
        self.draft.action_confirm()
        self.assertEqual(self.draft.cycle_ids.mapped("capacity"), [6.0, 6.0])
        self.assertEqual(self.draft.amount_total, 40.0 * 12 * 0.95 + 180.0)

    def test_sold_terms_cannot_be_changed_by_anyone(self):
        values = {
            **OTHER_TERMS,
            "kind": "plan",
            "template_id": self.make_template().id,
            "partner_id": self.neighbour.id,
            "pet_id": self.rex.id,
            "company_id": self.other_shop.id,
            "currency_id": self.env.ref("base.EUR").id,
            "date_start": "2026-02-01",
            "line_ids": [Command.clear()],
        }
        before = self.facts(self.sold)
        roles = {
            "staff": self.sold,
            "manager": self.sold.with_user(self.manager),
            "superuser": self.sold.sudo(),
        }
        for role, plan in roles.items():
            for name, value in values.items():
                with (
                    self.subTest(role=role, field=name),
                    self.assert_refused(UserError, f"{plan.name}.* is sold: "),
                ):
                    plan.write({name: value})
        self.assertEqual(self.facts(self.sold), before)
        self.assertEqual(self.sold.pet_id, self.luna)

    def test_only_a_manager_moves_the_end_of_a_sold_plan(self):
        end = self.sold.date_end
        with self.assert_refused(UserError, "is sold: Date End cannot be changed"):
            self.sold.date_end = "2026-12-31"
        self.assertEqual(self.sold.date_end, end)
        self.sold.with_user(self.manager).date_end = "2026-12-31"
        self.assertEqual(str(self.sold.date_end), "2026-12-31")

    def test_what_was_not_sold_can_be_changed(self):
        self.sold.write(
            {"title": "Baths of Luna", "note": "Bites", "user_id": self.manager.id}
        )
        self.assertEqual(self.sold.note, "Bites")

    def test_sold_lines_cannot_be_changed_by_anyone(self):
        values = {
            "quantity": 20.0,
            "price_unit": 1.0,
            "discount": 50.0,
            "product_id": self.product_a.id,
            "plan_id": self.draft.id,
        }
        before = self.facts(self.sold)
        roles = {
            "staff": self.sold.line_ids,
            "manager": self.sold.line_ids.with_user(self.manager),
            "superuser": self.sold.line_ids.sudo(),
        }
        for role, lines in roles.items():
            for name, value in values.items():
                with (
                    self.subTest(role=role, field=name),
                    self.assert_refused(UserError, "its services cannot be changed"),
                ):
                    lines[0].write({name: value})
            with self.subTest(role=role), self.assertRaisesRegex(UserError, "is sold"):
                lines[0].unlink()
            with self.subTest(role=role), self.assertRaisesRegex(UserError, "is sold"):
                lines.create({"plan_id": self.sold.id, "product_id": self.product_a.id})
        self.env.invalidate_all()
        self.assertEqual(self.facts(self.sold), before)

    def test_line_of_a_draft_cannot_be_moved_onto_a_sold_plan(self):
        with self.assertRaisesRegex(UserError, "is sold"):
            self.draft.line_ids[0].plan_id = self.sold
        self.env.invalidate_all()
        self.assertEqual(len(self.sold.line_ids), 2)

    def test_copy_of_a_sold_plan_is_a_draft_with_the_same_snapshot(self):
        self.change_template({"name": "Renamed", **OTHER_TERMS})
        copy = self.sold.copy()
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.name, self.sold.name)
        self.assertFalse(copy.cycle_ids or copy.entry_ids or copy.appointment_ids)
        self.assertEqual(copy.line_ids.mapped("remaining"), [0.0, 0.0])
        sold, copied = self.facts(self.sold), self.facts(copy)
        for name in ("title", "amount", "lines", *OTHER_TERMS):
            self.assertEqual(copied[name], sold[name], name)
