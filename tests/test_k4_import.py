import base64
import csv
import io

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .carry_over import CarryOverCommon


class TestImport(CarryOverCommon):
    """K4: a dry run, then all or nothing or the good rows; again, undone."""

    def read_rejected(self, one):
        text = base64.b64decode(one.rejected_file).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def get_carried_over(self):
        return self.env["pet.plan"].search([("is_carry_over", "=", True)], order="id")

    # --- The dry run -----------------------------------------------------------------

    def test_a_check_writes_nothing(self):
        before = {
            name: self.env[name].search_count([])
            for name in ("pet.plan", "res.partner", "pet.pet", "pet.plan.entry")
        }
        lines = self.check({}, {"pet": "Bolt"}, {"left": "x"}, create_missing=True)
        self.assertEqual(lines.mapped("status"), ["ok", "ok", "error"])
        one = lines.import_id
        self.assertEqual(
            (one.ok_count, one.warning_count, one.error_count, one.row_count),
            (2, 0, 1, 3),
        )
        for name, count in before.items():
            self.assertEqual(self.env[name].search_count([]), count)

    def test_a_card_shows_its_rows(self):
        """Clicked again it shows all of them."""
        one = self.check({}, {"left": "x"}).import_id
        one.with_context(shown="error").action_show()
        self.assertEqual(one.shown, "error")
        self.assertEqual(one.error_line_ids.mapped("row"), [3])
        one.with_context(shown="error").action_show()
        self.assertFalse(one.shown)

    # --- The import ------------------------------------------------------------------

    def test_the_packages_are_made(self):
        one = self.upload(
            {
                "sold": "2025-10-01",
                "note": "Nervous",
                "value": "38.50",
                "reason": "Shop moved",
                "total": "10",
            },
            {"pet": "Rex", "service": "Grooming", "left": "2", "end": ""},
        )
        one.action_apply()
        plan, other = self.get_carried_over()
        self.assertEqual(one.line_ids.plan_id, plan + other)
        self.assertEqual(one.line_ids.mapped("status"), ["done", "done"])
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "partner_id": self.customer.id,
                    "pet_id": self.luna.id,
                    "sessions_remaining": 5.0,
                    "note": "Nervous",
                    "legacy_system": "PetExec",
                    "legacy_ref": "P-1",
                    "legacy_reason": "Shop moved",
                    "user_id": self.staff.id,
                }
            ],
        )
        self.assertEqual(str(plan.date_start), "2025-10-01")
        self.assertEqual(str(plan.date_end), "2026-05-04")
        self.assertEqual(plan.line_ids.unit_value, 38.5)
        self.assertFalse(other.date_end)
        self.assertEqual(other.legacy_reason, "packages.csv")
        self.assertEqual(plan.entry_ids.kind, "carry_over")
        self.assertEqual(one.state, "done")

    def test_no_mail_and_one_message_each(self):
        mails = self.env["mail.mail"].sudo().search_count([])
        one = self.upload({}, {"pet": "Rex"}, create_missing=True)
        one.action_apply()
        self.env.flush_all()
        plans = self.get_carried_over()
        self.assertEqual([len(plan.message_ids) for plan in plans], [1, 1])
        self.assertFalse(plans.message_follower_ids)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)

    def test_a_value_that_is_rounded(self):
        """What is stored is what the next check finds: the import is not held up."""
        one = self.upload(
            {"value": "17.10", "left": "3"},
            {"value": "33.3333", "left": "3", "pet": "Rex"},
        )
        one.action_check()
        one.action_apply()
        self.assertEqual(one.line_ids.mapped("status"), ["done", "done"])
        self.assertEqual(one.line_ids.mapped("value"), [51.3, 99.99])

    def test_a_value_beyond_all_bounds(self):
        self.check_row(
            "error",
            "Row 2: Unit Value “5511912345678”: more than 1000000000.",
            value="5511912345678",
        )

    def test_all_or_nothing(self):
        one = self.upload({}, {"pet": "Bolt"}, {"left": "x"})
        one.action_check()
        with self.assertRaisesRegex(
            UserError,
            "packages.csv: 2 of 3 rows are wrong, so nothing is imported:\nRow 3: .*\n"
            "Row 4: ",
        ):
            one.action_apply()
        self.assertFalse(self.get_carried_over())
        self.assertEqual(one.state, "check")

    def test_the_good_rows_and_the_others_as_a_file(self):
        one = self.upload({}, {"pet": "Bolt", "note": "a;b"}, on_error="skip")
        one.action_apply()
        self.assertEqual(self.get_carried_over().pet_id, self.luna)
        headings, row = self.read_rejected(one)
        self.assertEqual(headings[-1], "What is wrong")
        self.assertEqual(
            row,
            [
                "P-2",
                "Ana Souza",
                "Bolt",
                "Bath",
                "5",
                "2026-05-04",
                "a;b",
                "Row 3: Pet “Bolt”: Ana Souza has no pet Bolt, but Luna, Rex.",
            ],
        )

    def test_the_rejected_rows_corrected_and_imported(self):
        one = self.upload({}, {"pet": "Bolt"}, on_error="skip")
        one.action_apply()
        corrected = base64.b64decode(one.rejected_file).replace(b"Bolt", b"Rex", 1)
        other = self.env["pet.carry.over.import"].create(
            {
                "file": base64.b64encode(corrected),
                "filename": one.rejected_filename,
                "legacy_system": "PetExec",
            }
        )
        other.action_apply()
        self.assertEqual(self.get_carried_over().pet_id, self.luna + self.rex)

    def test_the_same_file_again_changes_nothing(self):
        self.upload({}, {"pet": "Rex"}).action_apply()
        plans = self.get_carried_over()
        again = self.upload({}, {"pet": "Rex", "left": "4"})
        result = again.action_apply()
        self.assertEqual(self.get_carried_over(), plans)
        self.assertEqual(again.line_ids.mapped("status"), ["unchanged"] * 2)
        self.assertEqual(
            again.line_ids.mapped("message"),
            [
                f"Row 2: carried over already: {plans[0].name} of Luna.",
                f"Row 3: carried over already: {plans[1].name} of Rex, with 5 "
                "sessions; the file says 4, which changes nothing.",
            ],
        )
        self.assertIn(
            "All 2 rows were carried over before", result["params"]["message"]
        )

    def test_a_file_without_references_again(self):
        """Known by whom and what it is about; a pet may have two such packages."""
        columns = ["owner", "pet", "service", "left", "end"]
        self.upload({}, {"left": "3"}, columns=columns).action_apply()
        plans = self.get_carried_over()
        self.assertEqual(len(plans), 2)
        again = self.upload({}, {"left": "2"}, {"left": "9"}, columns=columns)
        again.action_apply()
        self.assertEqual(
            again.line_ids.mapped("status"), ["unchanged", "unchanged", "done"]
        )

    def test_the_same_reference_of_another_software(self):
        self.upload({}).action_apply()
        self.upload({}, legacy_system="Gingr").action_apply()
        self.assertEqual(len(self.get_carried_over()), 2)

    def test_orders_of_0(self):
        one = self.upload({}, {"pet": "Rex"}, order_mode="posted")
        one.action_apply()
        self.assertRecordValues(
            self.get_carried_over().sudo().invoice_ids,
            [{"state": "posted", "payment_state": "paid"}] * 2,
        )

    def test_a_second_click(self):
        one = self.upload({})
        one.action_apply()
        with self.assertRaisesRegex(UserError, "packages.csv is imported: undo it"):
            one.action_apply()
        self.assertEqual(len(self.get_carried_over()), 1)

    # --- Mended in the row -----------------------------------------------------------

    def test_what_is_chosen_in_a_row_mends_it(self):
        lines = self.check(
            {"owner": "Nobody"},
            {"pet": "Bolt"},
            {"service": "Wash"},
            {"left": "x"},
            {"end": "?"},
        )
        self.assertEqual(lines.mapped("status"), ["error"] * 5)
        lines[0].partner_id = self.customer
        lines[1].pet_id = self.rex
        lines[2].product_id = self.grooming
        lines[3].sessions_left = 3
        lines[4].date_end = "2026-06-01"
        self.assertEqual(lines.mapped("status"), ["ok"] * 5)
        one = lines.import_id
        one.action_check()  # what was chosen by hand stays
        self.assertEqual(one.line_ids.mapped("status"), ["ok"] * 5)
        one.action_apply()
        self.assertEqual(self.get_carried_over().mapped("pet_id"), self.luna + self.rex)

    def test_what_is_chosen_is_checked_too(self):
        line = self.check({"left": "x", "total": "10"}, columns=["owner", "left"])
        for left, text in ((-1, "“-1”: is negative"), (0.3, "“0.3”: only whole")):
            line.sessions_left = left
            self.assertEqual(line.status, "error")
            self.assertIn(text, line.message)
        line.sessions_left = 2
        line.product_id = self.bath
        line.date_end = "2025-12-31"
        self.assertEqual(
            line.message, "Row 2: End Date “2025-12-31”: the package has ended."
        )

    def test_a_cleared_choice(self):
        """The customer is again what the file says; without a pet it is shared."""
        line = self.check({})
        line.partner_id = self.neighbour
        self.assertEqual(line.status, "error")
        line.partner_id = False
        self.assertEqual((line.status, line.partner_id), ("ok", self.customer))
        line.pet_id = False
        self.assertEqual(
            line.message, "Row 2: all pets of Ana Souza: 5 × Bath until May 4, 2026."
        )

    def test_another_template_for_a_row(self):
        template = self.make_template(
            [(self.grooming, 1, 0.0)],
            name="From PetExec",
            is_carry_over=True,
            appointment_count=1,
            appointments_per_cycle=1,
            no_show_policy="return",
        )
        line = self.check({"service": ""})
        line.template_id = template
        self.assertEqual((line.status, line.product_id), ("ok", self.grooming))
        line.import_id.action_apply()
        self.assertEqual(line.plan_id.template_id, template)

    def test_the_results_are_nobodys_to_write(self):
        line = self.check({"left": "x"})
        for name, value in (("status", "ok"), ("message", "ok"), ("plan_id", 1)):
            with self.assertRaisesRegex(AccessError, "cannot be written directly"):
                line[name] = value
        with self.assertRaisesRegex(AccessError, "cannot be written directly"):
            line.import_id.state = "done"

    def test_the_value_is_what_the_file_says(self):
        line = self.check({"value": "10"})
        with self.assertRaisesRegex(AccessError, "Value per Session of"):
            line.unit_value = 99

    def test_the_columns_are_those_of_the_file(self):
        """Else what stands in a column would be taken for what is in another."""
        one = self.upload({})
        for change in (
            lambda: one.column_ids[0].unlink(),
            lambda: one.column_ids.create({"field_name": "reason"}),
            lambda: one.write({"column_ids": [Command.clear()]}),
        ):
            with self.assertRaisesRegex(
                AccessError, "The columns are those of the file"
            ):
                change()

    def test_who_only_reads_gets_the_rows_as_a_list(self):
        one = self.check({}, {"left": "x"}).import_id
        reader = one.with_user(self.accountant)
        action = reader.with_context(shown="error").action_show()
        rows = reader.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.ids, one.error_line_ids.ids)
        self.assertFalse(one.shown)

    # --- What changes meanwhile ------------------------------------------------------

    def test_what_changed_since_the_check_is_shown_first(self):
        template = self.env.ref("pet_plans.template_carry_over").sudo()
        one = self.check({}, columns=["owner", "pet", "service", "left"]).import_id
        template.validity = 30
        result = one.action_apply()
        self.assertIn("Changed since the check: 1 row (", result["params"]["message"])
        self.assertFalse(self.get_carried_over())
        self.assertEqual(
            one.line_ids.message, "Row 2: Luna: 5 × Bath until Feb 1, 2026."
        )
        one.action_apply()
        self.assertEqual(str(self.get_carried_over().date_end), "2026-02-01")

    def test_an_owner_merged_meanwhile(self):
        double = self.env["res.partner"].create({"name": "Ana S."})
        one = self.check({"owner": "Ana S.", "pet": ""}).import_id
        one.line_ids.partner_id = double
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            [self.customer.id, double.id], self.customer
        )
        one.invalidate_recordset()
        one.action_apply()
        self.assertFalse(self.get_carried_over())
        one.line_ids.partner_id = self.customer
        one.action_apply()
        self.assertEqual(self.get_carried_over().partner_id, self.customer)

    def test_a_setting_changed_after_the_check(self):
        one = self.check({"pet": "Bolt"}).import_id
        self.assertEqual(one.line_ids.status, "error")
        one.create_missing = True
        self.assertEqual(one.state, "file")
        one.action_apply()
        self.assertEqual(self.get_carried_over().pet_id.name, "Bolt")

    def test_the_file_of_another_company(self):
        one = self.upload({})
        with self.assertRaisesRegex(AccessError, "Import of Packages"):
            one.with_user(self.other_staff).action_check()
        theirs = (
            self.env["pet.carry.over.import"]
            .with_user(self.other_staff)
            .create(
                {
                    "file": one.file,
                    "filename": "packages.csv",
                    "legacy_system": "PetExec",
                }
            )
        )
        theirs.action_check()
        theirs.action_apply()
        self.assertEqual(
            self.env["pet.plan"].sudo().search([("legacy_ref", "=", "P-1")]).company_id,
            self.other_shop,
        )
        one.action_apply()
        self.assertEqual(self.get_carried_over().company_id, self.shop)

    # --- Undone ----------------------------------------------------------------------

    def test_undone_while_unused(self):
        one = self.upload({}, {"pet": "Rex"}, order_mode="draft")
        one.action_apply()
        self.assertEqual(
            one.undo_note,
            "The import can be undone until the first of its 2 packages is used: "
            "booked, edited or given away.",
        )
        plans = self.get_carried_over()
        one.action_undo()
        self.assertRecordValues(
            plans, [{"state": "cancelled", "sessions_remaining": 0.0}] * 2
        )
        self.assertEqual(set(plans.sudo().invoice_ids.mapped("state")), {"cancel"})
        self.assertEqual(one.state, "undone")
        self.assertFalse(one.line_ids.plan_id)

    def test_undone_with_posted_orders(self):
        one = self.upload({}, order_mode="posted")
        one.action_apply()
        invoice = self.get_carried_over().sudo().invoice_ids
        one.action_undo()
        self.assertEqual(invoice.state, "cancel")

    def test_imported_undone_and_imported_again(self):
        one = self.upload({}, {"pet": "Rex"})
        one.action_apply()
        one.action_undo()
        one.action_check()
        self.assertEqual(one.line_ids.mapped("status"), ["ok", "ok"])
        one.action_apply()
        active = self.get_carried_over().filtered(lambda plan: plan.state == "active")
        self.assertEqual(active.pet_id, self.luna + self.rex)

    def test_what_stands_in_the_way_of_undoing(self):
        one = self.upload({}, {"pet": "Rex"})
        one.action_apply()
        plan, other = self.get_carried_over()
        plan.book(["2026-01-05 09:00:00"])
        message = f"{plan.name} of Luna: visit on Jan 5, 2026, 9:00"
        self.assertRegex(one.undo_note, "1 of its 2 packages are used.\n" + message)
        with self.assertRaisesRegex(UserError, message):
            one.action_undo()
        self.assertEqual(other.state, "active")

    def test_an_edit_stands_in_the_way(self):
        one = self.upload({})
        one.action_apply()
        plan = self.get_carried_over()
        wizard = (
            self.env["pet.plan.adjust"]
            .with_user(self.manager)
            .create({"plan_id": plan.id, "reason": "Counted again"})
        )
        wizard.line_ids.new_remaining = 4
        wizard.action_apply()
        with self.assertRaisesRegex(UserError, "its sessions were edited"):
            one.action_undo()

    def test_one_cancelled_by_hand_is_not_in_the_way(self):
        one = self.upload({}, {"pet": "Rex"})
        one.action_apply()
        plans = self.get_carried_over()
        self.cancel_plans(plans[0])
        one.action_undo()
        self.assertEqual(one.state, "undone")
        self.assertEqual(set(plans.mapped("state")), {"cancelled"})
        one.action_apply()  # its reference is free again
        self.assertEqual(one.done_count, 2)

    def test_an_undone_import_was_not_done(self):
        one = self.upload({})
        one.action_apply()
        self.assertTrue(one.date_done and one.user_id)
        one.action_undo()
        self.assertFalse(one.date_done or one.user_id)

    def test_only_an_import_is_undone(self):
        one = self.check({}).import_id
        with self.assertRaisesRegex(UserError, "packages.csv is not imported"):
            one.action_undo()

    def test_an_import_that_is_done_stays(self):
        one = self.upload({})
        one.action_apply()
        for change in (
            lambda: one.write({"create_missing": True}),
            lambda: one.line_ids.write({"sessions_left": 9}),
            lambda: one.line_ids.unlink(),
            lambda: one.unlink(),
        ):
            with self.assertRaisesRegex(UserError, "is imported: undo it first"):
                change()
