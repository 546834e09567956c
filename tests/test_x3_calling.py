from datetime import date, datetime

from lxml import etree

from odoo.exceptions import AccessError

from .common import PetPlansCommon


class TestCalling(PetPlansCommon):
    """X3, X5: whom to call about a plan, why, and what one has to know before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.sudo().phone = "(11) 5550-0104"
        cls.template = cls.make_template(validity=1)
        cls.plan = cls.sell(cls.template)  # through 1 February

    # --- Phone, visits, money ---------------------------------------------------------

    def test_phone(self):
        self.assertEqual(self.plan.phone, "(11) 5550-0104")
        contact = self.customer.sudo().copy({"phone": False, "type": "contact"})
        contact.parent_id = self.customer
        contact.phone = False
        self.plan.sudo()._unguarded().write({"partner_id": contact.id})
        self.assertEqual(self.plan.phone, "(11) 5550-0104", "that of the household")

    def test_phone_is_called_by_a_click(self):
        for kind in ("list", "kanban", "form", "calendar"):
            view = self.env.ref(f"pet_plans.pet_plan_view_{kind}")
            arch = etree.fromstring(
                self.env["pet.plan"].get_view(view.id, kind)["arch"]
            )
            [*nodes] = arch.xpath("//field[@name='phone']")
            self.assertTrue(nodes, kind)
            self.assertEqual({node.get("widget") for node in nodes}, {"phone"})

    def test_last_and_next_visit(self):
        """Of the pet, on whichever plan; cancelled and missed ones are none."""
        other = self.sell()
        visits = other.book(self.weekly(4, "2026-01-05 09:00:00"))
        self.clock.move_to("2026-01-20 12:00:00")
        visits[0].action_receive()
        visits[1].action_no_show()
        visits[2].action_cancel()
        self.plan.invalidate_recordset()
        self.assertEqual(self.plan.last_visit, datetime(2026, 1, 5, 9))
        self.assertEqual(self.plan.next_visit, datetime(2026, 1, 26, 9))

    def test_a_pet_that_never_came(self):
        self.assertFalse(self.plan.last_visit or self.plan.next_visit)

    def test_visits_of_another_pet_are_not_told(self):
        self.sell(pet=self.rex).book(self.weekly(1))
        self.assertFalse(self.plan.next_visit)

    def test_a_shared_plan_tells_of_all_pets(self):
        shared = self.sell(pet=self.env["pet.pet"])
        self.sell(pet=self.rex).book(self.weekly(1))
        self.assertEqual(shared.next_visit, datetime(2026, 1, 5, 9))

    def test_amount_due_is_the_one_of_the_customer(self):
        self.plan.book(self.weekly(4))
        self.post(self.invoices(self.plan)[0])
        self.assertEqual(self.plan.amount_due, 180.0)
        self.assertEqual(
            self.plan.amount_due, self.customer.with_user(self.staff).pet_amount_due
        )

    def test_queries_of_the_list_do_not_grow(self):
        """With what one has to know before calling."""
        view = self.env.ref("pet_plans.pet_plan_view_list")
        arch = etree.fromstring(self.env["pet.plan"].get_view(view.id, "list")["arch"])
        names = {node.get("name") for node in arch.xpath("/list/field")}
        self.assertLessEqual(
            {"phone", "last_visit", "next_visit", "amount_due", "date_called"}, names
        )
        spec = {
            name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
            for name in names
        }
        drafts = self.make_drafts(12)
        drafts.action_confirm()
        for plan in drafts:
            plan.book(self.weekly(2))
        shared = self.env["pet.plan"].union(
            *(
                self.sell(pet=self.env["pet.pet"], partner_id=plan.partner_id.id)
                for plan in drafts[:6]
            )
        )

        def count(plans):
            return self.count_queries(lambda: plans.web_read(spec))

        few, many = drafts[:2] | shared[:1], drafts | shared
        count(few)
        self.assertEqual(count(few), count(many))

    # --- Renewed ----------------------------------------------------------------------

    def test_renewed_is_marked(self):
        self.plan.action_renew()
        self.assertTrue(self.plan.is_renewed)
        for kind in ("list", "kanban"):
            view = self.env.ref(f"pet_plans.pet_plan_view_{kind}")
            arch = etree.fromstring(
                self.env["pet.plan"].get_view(view.id, kind)["arch"]
            )
            # The widget has the mark.
            [state] = arch.xpath("//field[@name='state'][@widget]")
            self.assertEqual(state.get("widget"), "pet_plan_state")

    # --- Why it is on its card --------------------------------------------------------

    def get_reason(self, now, plan=None):
        self.update_plans(now)
        return (plan or self.plan).expiry_reason

    def test_not_renewed(self):
        self.assertEqual(
            self.get_reason("2026-02-03 09:00:00"),
            "Not renewed: ended on Feb 1, 2026, no other plan of Luna.",
        )

    def test_not_renewed_for_all_pets(self):
        shared = self.sell(self.template, pet=self.env["pet.pet"])
        self.assertEqual(
            self.get_reason("2026-02-03 09:00:00", shared),
            "Not renewed: ended on Feb 1, 2026, no other plan for all pets of Ana "
            "Souza.",
        )

    def test_about_to_end(self):
        self.assertEqual(
            self.get_reason("2026-01-31 09:00:00"),
            "Ends on Feb 1, 2026, in 1 day. Not renewed yet.",
        )
        self.assertEqual(
            self.get_reason("2026-02-01 09:00:00"),
            "Ends today, Feb 1, 2026. Not renewed yet.",
        )

    def test_renewed_already(self):
        self.plan.action_renew()
        self.assertEqual(
            self.get_reason("2026-01-20 09:00:00"),
            f"Ends on Feb 1, 2026, in 12 days. Renewed by "
            f"{self.plan.renewed_by_id.display_name}.",
        )

    def test_nothing_where_nobody_is_to_be_called(self):
        never = self.sell()
        self.assertFalse(never.expiry_reason)
        self.plan.action_renew()
        self.assertFalse(self.get_reason("2026-02-03 09:00:00"))

    # --- The call ---------------------------------------------------------------------

    def test_a_call_is_noted(self):
        action = self.plan.action_log_call()
        text = "Called Ana Souza ((11) 5550-0104)."
        self.assertEqual(action["params"]["message"], text)
        self.assertIn(text, self.bodies(self.plan)[-1])
        self.assertEqual(self.plan.date_called, date(2026, 1, 2))
        self.assertIn("Last call: Jan 2, 2026.", self.get_reason("2026-01-31 09:00:00"))

    def test_nobody_is_written_to(self):
        """A note of the shop's own: the customer follows the plan perhaps."""
        self.plan.message_subscribe(self.customer.ids)
        self.plan.action_log_call()
        message = self.plan.sudo().message_ids.sorted("id")[-1]
        self.assertTrue(message.is_internal or message.subtype_id.internal)
        self.assertFalse(message.notified_partner_ids)

    def test_who_may_only_read_notes_no_call(self):
        with self.assertRaises(AccessError):
            self.plan.with_user(self.accountant).action_log_call()

    # --- The calendar of endings ------------------------------------------------------

    def test_the_calendar_names_pet_and_owner(self):
        self.assertEqual(self.plan.calendar_label, "Luna, Ana Souza, Weekly baths")
        shared = self.sell(pet=self.env["pet.pet"])
        self.assertEqual(shared.calendar_label, "Ana Souza, Weekly baths")
        view = self.env.ref("pet_plans.pet_plan_view_calendar")
        arch = etree.fromstring(
            self.env["pet.plan"].get_view(view.id, "calendar")["arch"]
        )
        self.assertEqual(arch.get("create_name_field"), "calendar_label")
