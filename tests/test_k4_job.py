from contextlib import suppress
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.pet_plans.models import pet_carry_over_import

from .carry_over import CarryOverCommon


class TestJob(CarryOverCommon):
    """K4: what is too large to wait for is imported by a job, slice by slice."""

    def setUp(self):
        super().setUp()
        self.patch(pet_carry_over_import, "ROWS_AT_ONCE", 3)
        self.patch(pet_carry_over_import, "SLICE", 2)

    def start(self, *rows, **values):
        one = self.upload(*rows or [{}] * 5, **values)
        one.action_check()
        one.action_apply()
        return one

    def run_import_job(self):
        self.run_job("pet_plans.ir_cron_carry_over")

    def holding(self, row):
        """Have somebody else hold what a row needs."""
        make = type(row)._make_packages

        def hold(batch):
            if row in batch:
                raise OperationalError("could not obtain lock")
            return make(batch)

        return patch.object(type(row), "_make_packages", hold)

    def stop_after_a_slice(self, one):
        """Run the job, and press *Stop* while its first slice is at work."""
        lines = type(one.line_ids)
        make = lines._make_packages

        def make_and_stop(batch):
            make(batch)
            one.action_stop()
            one.flush_recordset()

        with patch.object(lines, "_make_packages", make_and_stop):
            self.run_import_job()

    def test_people_go_on_working(self):
        one = self.start()
        self.assertEqual((one.state, one.done_count), ("importing", 0))
        self.run_import_job()
        self.assertEqual((one.state, one.done_count, one.progress), ("done", 5, 100))
        plans = one.line_ids.plan_id
        self.assertEqual(plans.user_id, self.staff)
        self.assertEqual(plans.entry_ids.user_id, self.staff)
        self.assertEqual(one.user_id, self.staff)

    def test_a_job_that_is_killed_goes_on(self):
        one = self.start()
        lines = type(one.line_ids)
        make = lines._make_packages
        done = []

        def killed(batch):
            if done:
                raise KeyboardInterrupt
            done.append(batch)
            return make(batch)

        # Not with `assertRaises`, which would undo what was committed before.
        with patch.object(lines, "_make_packages", killed), suppress(KeyboardInterrupt):
            self.run_import_job()
            self.fail("The job was not killed")
        one.invalidate_recordset()
        one.line_ids.invalidate_recordset()
        self.assertEqual((one.state, one.done_count), ("importing", 2))
        self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("done", 5))
        self.assertEqual(len(one.line_ids.plan_id), 5)

    def test_a_row_that_fails_after_all_is_rejected(self):
        one = self.start(*[{}, {"pet": "Rex"}, {}, {}], on_error="skip")
        self.rex.sudo().active = False
        self.run_import_job()
        self.assertEqual((one.state, one.done_count, one.error_count), ("done", 3, 1))
        self.assertIn("Rex", one.error_line_ids.message)

    def test_with_all_or_nothing_it_is_taken_back(self):
        one = self.start(*[{}, {}, {}, {"pet": "Rex"}])
        self.rex.sudo().active = False
        self.run_import_job()
        self.assertEqual(one.state, "check")
        self.assertIn("Nothing was imported, since a row failed", one.import_error)
        self.assertFalse(one.line_ids.plan_id)
        plans = self.env["pet.plan"].search([("is_carry_over", "=", True)])
        self.assertEqual(set(plans.mapped("state")), {"cancelled"})

    def test_what_is_used_meanwhile_stays(self):
        """Nobody loses a package they work with because a later row fails."""
        one = self.start(*[{}, {}, {}, {"pet": "Rex"}])
        self.rex.sudo().active = False
        lines = type(one.line_ids)
        make = lines._make_packages

        def make_and_book(batch):
            make(batch)
            if batch.plan_id:
                batch.plan_id[0].book(["2026-01-05 09:00:00"])

        with patch.object(lines, "_make_packages", make_and_book):
            self.run_import_job()
        self.assertEqual(one.state, "check")
        self.assertRegex(
            one.import_error, "These are used already, and stay:\n.* of Luna: visit on"
        )
        self.assertEqual(one.line_ids.mapped("status"), ["done", "ok", "done", "error"])

    def test_what_somebody_is_at_work_on_waits(self):
        """No row is dropped in silence: the job comes back for it."""
        one = self.start(on_error="skip")
        with self.holding(one.line_ids[2]):
            self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("importing", 4))
        self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("done", 5))

    def test_what_is_held_in_a_small_file_is_left_to_the_job(self):
        one = self.upload({}, {}, {}, on_error="skip")
        one.action_check()
        with self.holding(one.line_ids[1]):
            one.action_apply()
        self.assertEqual((one.state, one.done_count), ("importing", 2))
        self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("done", 3))

    def test_a_file_that_fails_is_not_in_the_way_of_others(self):
        one = self.start()
        other = self.start(*[{"pet": "Rex"}] * 5, legacy_system="Gingr")
        self.staff.sudo().group_ids = [
            Command.unlink(self.env.ref("pet_plans.group_user").id)
        ]
        other.sudo()._unguarded().user_id = self.manager
        with mute_logger("odoo.addons.pet_plans.models.pet_carry_over_job"):
            self.run_import_job()
        self.assertEqual(one.sudo().state, "check")
        self.assertIn("It stopped: You are not allowed", one.sudo().import_error)
        self.assertEqual((other.sudo().state, other.sudo().done_count), ("done", 5))

    def test_a_job_is_stopped(self):
        """What is done stays, and is undone or gone on with."""
        one = self.start()
        self.stop_after_a_slice(one)
        self.assertEqual((one.state, one.done_count, one.ok_count), ("check", 2, 3))
        one.action_check()  # what is done stays
        self.assertEqual((one.done_count, one.ok_count), (2, 3))
        one.action_apply()
        self.assertEqual((one.state, one.done_count), ("done", 5))

    def test_what_was_made_is_not_forgotten(self):
        one = self.start()
        self.stop_after_a_slice(one)
        for change in (lambda: one.write({"file": False}), lambda: one.unlink()):
            with self.assertRaisesRegex(
                UserError, "packages.csv made 2 packages: undo it first"
            ):
                change()
        one.action_undo()
        self.assertEqual((one.state, one.done_count, one.ok_count), ("undone", 0, 5))
        one.unlink()

    def test_rows_with_warnings_have_them_still(self):
        one = self.start(*[{}, {"pet": ""}, {}, {"pet": "Rex"}])
        self.rex.sudo().active = False
        self.run_import_job()
        self.assertEqual(
            one.line_ids.mapped("status"), ["ok", "warning", "ok", "error"]
        )
        self.rex.sudo().active = True
        one.action_check()
        one.action_apply()
        self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("done", 4))

    # --- New customers ---------------------------------------------------------------

    def test_two_new_customers_of_one_name(self):
        """They are two, whichever slice they stand in."""
        rows = [
            {"owner": "Eva Luz", "email": email, "pet": "Bolt"}
            for email in ("eva@a.com", "luz@b.com", "eva@a.com", "luz@b.com")
        ]
        one = self.start(*rows, create_missing=True)
        self.run_import_job()
        self.assertEqual(one.state, "done", one.import_error)
        first, second, third, fourth = one.line_ids
        self.assertEqual(
            self.env["res.partner"].search([("name", "=", "Eva Luz")], order="id"),
            first.partner_id + second.partner_id,
        )
        self.assertEqual(third.partner_id, first.partner_id)
        self.assertEqual(fourth.partner_id, second.partner_id)
        self.assertEqual(third.pet_id, first.pet_id)
        self.assertNotEqual(second.pet_id, first.pet_id)

    def test_a_row_that_fails_makes_no_customer_twice(self):
        rows = [{"owner": "Eva Luz", "email": "eva@a.com"}] * 3
        one = self.upload(*rows, create_missing=True, on_error="skip")
        one.action_check()
        lines = type(one.line_ids)
        make = lines._prepare_plan_vals
        bad = one.line_ids[1]

        def fail(line):
            if line == bad:
                raise UserError(line.display_name)
            return make(line)

        with patch.object(lines, "_prepare_plan_vals", fail):
            one.action_apply()
        self.assertEqual(one.line_ids.mapped("status"), ["done", "error", "done"])
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "=", "Eva Luz")]), 1
        )

    # --- Undone ----------------------------------------------------------------------

    def import_and_undo(self):
        one = self.start()
        self.run_import_job()
        one.action_undo()
        self.assertEqual((one.state, one.done_count), ("undoing", 5))
        return one

    def test_undone_by_a_job(self):
        one = self.import_and_undo()
        plans = one.line_ids.plan_id
        self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("undone", 0))
        self.assertEqual(set(plans.mapped("state")), {"cancelled"})
        self.assertFalse(one.date_done or one.user_id)

    def test_what_is_used_while_it_is_undone_stays(self):
        one = self.import_and_undo()
        plan = one.line_ids.plan_id[3]
        plan.book(["2026-01-05 09:00:00"])
        self.run_import_job()
        self.assertEqual((one.state, one.done_count), ("check", 1))
        self.assertRegex(
            one.import_error, "These are used already, and stay:\n.*: visit on"
        )
        self.assertEqual(plan.state, "active")

    def test_no_edit_while_it_runs(self):
        one = self.start()
        for change in (
            lambda: one.write({"create_missing": True}),
            lambda: one.write({"on_error": "skip"}),
            lambda: one.write({"order_mode": "posted"}),
            lambda: one.write({"reason": "Why not"}),
            lambda: one.line_ids[0].write({"sessions_left": 9}),
            lambda: one.action_check(),
            lambda: one.action_apply(),
        ):
            with self.assertRaisesRegex(
                UserError,
                "packages.csv is being imported: wait until it is done, or stop",
            ):
                change()
