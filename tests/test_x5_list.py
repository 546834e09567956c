from lxml import etree

from .common import PetPlansCommon


class TestList(PetPlansCommon):
    """X5: the columns of the list of plans, in this order, and what a row offers."""

    columns = (
        ("partner_id", "Customer"),
        ("pet_id", "Pet"),
        ("kind", "Type"),
        ("duration", "Duration"),
        ("title", "Plan"),
        ("state", "Status"),
        ("date_end", "End"),
    )

    def get_list(self, user):
        """Return the list of the window *Plans & Packages*, as a user gets it."""
        window = self.env.ref("pet_plans.action_pet_plan").sudo()
        views = self.env["pet.plan"].with_user(user).get_views(window.views)
        return etree.fromstring(views["views"]["list"]["arch"])

    def get_shown(self, user):
        """Return (name, heading) of the columns that are shown before any choice."""
        fields = self.env["pet.plan"].with_user(user).fields_get(attributes=["string"])
        return [
            (node.get("name"), node.get("string") or fields[node.get("name")]["string"])
            for node in self.get_list(user).xpath("/list/field")
            if node.get("optional") != "hide" and not node.get("column_invisible")
        ]

    def test_columns(self):
        calling = {"phone", "next_visit", "amount_due"}
        for user in (self.staff, self.manager, self.accountant):
            shown = [column for column in self.get_shown(user) if column[0] != "name"]
            with self.subTest(user=user.login):
                self.assertEqual(
                    [
                        column
                        for column in shown
                        if column[0] not in {"left_label", *calling}
                    ],
                    list(self.columns),
                )
                # Whom to call, where the screen has the room.
                self.assertLess(calling, {name for name, __ in shown})
                # What is left stands beside the plan it is left of.
                at = shown.index(("title", "Plan"))
                self.assertEqual(shown[at + 1], ("left_label", "Left"))

    def get_buttons(self, user):
        return [
            (button.get("name"), button.get("title"))
            for button in self.get_list(user).xpath("/list/button")
        ]

    def test_operations(self):
        for user in (self.staff, self.manager):
            self.assertEqual(
                self.get_buttons(user),
                [
                    ("action_log_call", "Log Call"),
                    ("action_open_book", "Book"),
                    ("action_open_top_up", "Top Up"),
                    ("action_open_renew", "Renew"),
                    ("action_open_change", "Change"),
                    ("action_cancel", "Cancel"),
                ],
            )
        self.assertEqual(self.get_buttons(self.accountant), [])

    def test_a_click_opens_the_row(self):
        root = self.get_list(self.staff)
        self.assertFalse(root.get("editable"))
        self.assertNotEqual(root.get("open_form_view"), "0")
        self.assertNotIn("no_open", root.attrib)

    def test_values_of_a_row(self):
        plan = self.sell(self.make_template(validity=3))
        [row] = plan.web_read(
            {
                name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
                for name, __ in self.columns
            }
        )
        self.assertEqual(row["partner_id"]["display_name"], "Ana Souza")
        self.assertEqual(row["pet_id"]["display_name"], "Luna")
        self.assertEqual((row["kind"], row["title"]), ("package", "Weekly baths"))
        self.assertEqual((row["duration"], row["state"]), ("3 months", "active"))
        self.assertEqual(str(row["date_end"]), "2026-04-01")
