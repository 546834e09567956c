from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError

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

    def test_no_edit_while_it_runs(self):
        one = self.start()
        for change in (
            lambda: one.write({"create_missing": True}),
            lambda: one.line_ids[0].write({"sessions_left": 9}),
            lambda: one.action_check(),
            lambda: one.action_apply(),
        ):
            with self.assertRaisesRegex(
                UserError, "packages.csv is being imported: wait until it is done"
            ):
                change()
