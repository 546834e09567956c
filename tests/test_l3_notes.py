from lxml import etree

from odoo.tests import Form

from .common import PetPlansCommon


class TestNotes(PetPlansCommon):
    """L3: package note and care note, wherever a visit is looked at or handled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.luna.note = "Bites"
        cls.plan = cls.sell(note="Gift of a friend")
        cls.visit = cls.plan.book(cls.weekly(1))

    def get_nodes(self, user, kind, name):
        """Return the nodes of a field in a view of visits, as a user gets the view."""
        view = self.env.ref(f"pet_plans.pet_appointment_view_{kind}")
        model = self.env["pet.appointment"].with_user(user)
        arch = etree.fromstring(model.get_view(view.id, kind)["arch"])
        return arch.xpath(f"//field[@name='{name}']")

    def test_in_every_view_of_the_day(self):
        for user in (self.staff, self.manager):
            for kind in ("calendar", "kanban", "form"):
                for name in ("plan_note", "pet_note"):
                    with self.subTest(user=user.login, view=kind, field=name):
                        [node] = self.get_nodes(user, kind, name)
                        hidden = [
                            place.get("invisible")
                            for place in (node, *node.iterancestors())
                            if place.get("invisible")
                        ]
                        # Only where there is none: whatever the status of the visit.
                        self.assertLessEqual(
                            set(hidden),
                            {f"not {name}", "not pet_note and not plan_note"},
                        )

    def test_on_cards_where_there_is_one(self):
        for name in ("plan_note", "pet_note"):
            [node] = self.get_nodes(self.staff, "kanban", name)
            conditions = [
                place.get("t-if") for place in node.iterancestors() if place.get("t-if")
            ]
            self.assertEqual(conditions, [f"record.{name}.raw_value"])

    def test_in_the_list_on_demand(self):
        [node] = self.get_nodes(self.staff, "list", "plan_note")
        self.assertEqual(node.get("optional"), "hide")

    def test_from_booking_to_checkout(self):
        for step in ("confirm", "receive", "start", "finish", "deliver"):
            getattr(self.visit, f"action_{step}")()
            for user in (self.staff, self.manager):
                with self.subTest(step=step, user=user.login):
                    form = Form(self.visit.with_user(user))
                    self.assertEqual(form.plan_note, "Gift of a friend")
                    self.assertEqual(form.pet_note, "Bites")

    def test_of_a_walk_in_as_soon_as_it_has_a_plan(self):
        """And before it is saved, when the plan is chosen by hand."""
        form = Form(self.env["pet.appointment"])
        form.pet_id = self.luna
        self.assertEqual(form.pet_note, "Bites")
        self.assertFalse(form.plan_note)
        form.plan_id = self.plan
        self.assertEqual(form.plan_note, "Gift of a friend")
        walk_in = self.env["pet.appointment"].create(
            {"pet_id": self.luna.id, "start": "2026-01-02 12:00:00"}
        )
        self.assertFalse(walk_in.plan_note)
        walk_in.action_receive()
        self.assertEqual(Form(walk_in).plan_note, "Gift of a friend")

    def test_an_edit_shows_at_once(self):
        self.plan.note = "Allergic to oats"
        self.assertEqual(Form(self.visit).plan_note, "Allergic to oats")

    def test_not_for_customers(self):
        """Written by staff for staff."""
        customer = self.make_portal_user("pet_ana", self.customer)
        known = self.visit.with_user(customer).fields_get(attributes=["type"])
        self.assertIn("session_label", known)
        self.assertFalse({"plan_note", "pet_note"} & known.keys())
