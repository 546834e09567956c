from datetime import datetime

from odoo.exceptions import AccessError, UserError

from .common import PetPlansCommon


class TestLedger(PetPlansCommon):
    """L1: entries are append-only, and counters are what they add up to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(
            cls.make_template([(cls.bath, 12, 45.0), (cls.grooming, 3, 60.0)])
        )

    def entries_as(self, role):
        entries = self.plan.entry_ids
        return {
            "staff": entries,
            "manager": entries.with_user(self.manager),
            "accountant": entries.with_user(self.accountant),
            "sudo": entries.sudo(),
            "superuser": entries.with_user(self.env.ref("base.user_root")),
        }[role]

    def facts(self):
        self.env.invalidate_all()
        return (
            self.env["pet.plan.entry"]
            .sudo()
            .search_read(
                [("plan_id", "=", self.plan.id)],
                ["line_id", "kind", "quantity", "balance", "reason", "date"],
                order="id",
            )
        )

    # --- Append-only -----------------------------------------------------------

    def test_nobody_changes_entries(self):
        before = self.facts()
        roles = ("staff", "manager", "accountant", "sudo", "superuser")
        for role in roles:
            for name, value in (
                ("quantity", 99.0),
                ("balance", 99.0),
                ("kind", "adjust"),
                ("reason", "Forged"),
                ("date", "2020-01-01"),
                ("user_id", self.manager.id),
            ):
                with (
                    self.subTest(role=role, field=name),
                    self.assertRaisesRegex(AccessError, "ledger is append-only"),
                ):
                    self.entries_as(role)[:1].write({name: value})
        self.assertEqual(self.facts(), before)

    def test_nobody_deletes_entries(self):
        before = self.facts()
        for role, reason in (
            *((user, "not allowed to delete") for user in ("staff", "manager")),
            ("accountant", "not allowed to delete"),
            *((right, "append-only") for right in ("sudo", "superuser")),
        ):
            with self.subTest(role=role), self.assertRaisesRegex(AccessError, reason):
                self.entries_as(role).unlink()
        self.assertEqual(self.facts(), before)

    def test_nobody_adds_entries_by_hand(self):
        before = self.facts()
        line = self.plan.line_ids[0]
        values = {
            "line_id": line.id,
            "plan_id": self.plan.id,
            "kind": "grant",
            "quantity": 5.0,
            "balance": 17.0,
        }
        for role in ("staff", "manager", "accountant", "sudo", "superuser"):
            with (
                self.subTest(role=role),
                self.assertRaisesRegex(AccessError, "ledger is append-only"),
            ):
                self.entries_as(role).create(values)
        self.assertEqual(self.facts(), before)

    def test_entries_do_not_come_in_through_their_line_or_plan(self):
        before = self.facts()
        command = [(0, 0, {"kind": "grant", "quantity": 5.0, "balance": 17.0})]
        for role in ("staff", "manager", "sudo"):
            plan = self.entries_as(role).plan_id
            with (
                self.subTest(role=role),
                self.assertRaisesRegex(AccessError, "ledger is append-only"),
            ):
                plan.line_ids[0].write({"entry_ids": command})
            with (
                self.subTest(role=role),
                self.assertRaisesRegex(AccessError, "ledger is append-only"),
            ):
                plan.write({"entry_ids": [(5, 0, 0)]})
        self.assertEqual(self.facts(), before)

    def test_import_neither_adds_nor_changes_entries(self):
        before = self.facts()
        line, entry = self.plan.line_ids[0], self.plan.entry_ids[0]
        imports = {
            "new": (
                ["line_id/.id", "plan_id/.id", "kind", "quantity", "balance"],
                [str(line.id), str(self.plan.id), "Granted", "5", "17"],
            ),
            "update": ([".id", "quantity"], [str(entry.id), "99"]),
        }
        for role in ("staff", "manager", "sudo", "superuser"):
            for what, (columns, row) in imports.items():
                with self.subTest(role=role, what=what):
                    result = self.entries_as(role).browse().load(columns, [row])
                    self.assertFalse(result["ids"])
                    self.assertRegex(
                        result["messages"][0]["message"], "append-only|allow"
                    )
                    self.assertEqual(self.facts(), before)

    def test_balance_of_a_line_cannot_be_written(self):
        for role in ("staff", "manager", "sudo", "superuser"):
            line = self.entries_as(role).line_id[0]
            with (
                self.subTest(role=role),
                self.assertRaisesRegex(
                    AccessError, "To Book of .* cannot be written directly"
                ),
            ):
                line.remaining = 99.0
        self.env.invalidate_all()
        self.assertEqual(self.plan.line_ids.mapped("remaining"), [12.0, 3.0])

    def test_guard_is_not_opened_by_a_context_from_outside(self):
        before = self.facts()
        for value in (True, 1, "on", object()):
            entries = self.entries_as("manager").with_context(pet_plans_guard=value)
            with self.assertRaisesRegex(AccessError, "ledger is append-only"):
                entries.sudo().create(
                    {
                        "line_id": self.plan.line_ids[0].id,
                        "plan_id": self.plan.id,
                        "kind": "grant",
                        "quantity": 5.0,
                        "balance": 17.0,
                    }
                )
        self.assertEqual(self.facts(), before)

    # --- What the entries say --------------------------------------------------

    def test_entries_say_who_when_what_and_why(self):
        self.clock.move_to("2026-01-03 08:30:00")
        visit = self.plan.with_user(self.manager).book([datetime(2026, 1, 5, 9)])
        entries = self.plan.entry_ids.filtered("appointment_id").sorted("id")
        self.assertRecordValues(
            entries,
            [
                {
                    "line_id": line.id,
                    "kind": "book",
                    "quantity": -1.0,
                    "balance": left,
                    "appointment_id": visit.id,
                    "cycle_id": visit.cycle_id.id,
                    "user_id": self.manager.id,
                    "date": datetime(2026, 1, 3, 8, 30),
                }
                for line, left in zip(self.plan.line_ids, (11.0, 2.0), strict=True)
            ],
        )

    def test_release_says_the_reason(self):
        visit = self.plan.book([datetime(2026, 1, 5, 9)])
        wizard = self.open_cancel_wizard(visit, reason="Holiday")
        wizard.action_apply()
        releases = self.plan.entry_ids.filtered(lambda entry: entry.kind == "release")
        self.assertEqual(releases.mapped("quantity"), [1.0, 1.0])
        self.assertEqual(set(releases.mapped("reason")), {"Holiday"})

    def test_refused_booking_leaves_no_entry(self):
        before = self.facts()
        with self.assert_refused(UserError, self.plan.name):
            self.plan.book(self.weekly(16))
        self.assertEqual(self.facts(), before)
        self.assertEqual(self.plan.line_ids.mapped("remaining"), [12.0, 3.0])

    # --- A life of actions -----------------------------------------------------

    def counters(self):
        """Return total, used, booked and remaining of the baths, checked by L1."""
        self.assert_ledger_adds_up(self.plan)
        line = self.plan.line_ids[0]
        return line.total, line.used, line.booked, line.remaining

    def test_counters_through_a_life_of_actions(self):
        plan = self.plan
        self.assertEqual(self.counters(), (12.0, 0.0, 0.0, 12.0))
        visits = plan.book(self.weekly(8))
        self.assertEqual(self.counters(), (12.0, 0.0, 8.0, 4.0))
        visits[0].action_confirm()
        self.assertEqual(self.counters(), (12.0, 0.0, 8.0, 4.0))
        visits[0].action_receive()
        self.assertEqual(self.counters(), (12.0, 1.0, 7.0, 4.0))
        visits[0].action_start()
        visits[0].action_finish()
        visits[0].action_deliver()
        self.assertEqual(self.counters(), (12.0, 1.0, 7.0, 4.0))
        visits[1].action_no_show()
        self.assertEqual(self.counters(), (12.0, 2.0, 6.0, 4.0), "no-shows are used")
        visits[2].reschedule(datetime(2026, 1, 20, 9))
        self.assertEqual(self.counters(), (12.0, 2.0, 6.0, 4.0))
        visits[3].action_cancel()
        self.assertEqual(self.counters(), (12.0, 2.0, 5.0, 5.0))
        wizard = self.open_cancel_wizard(visits[4], sessions="consume", reason="Late")
        wizard.action_apply()
        self.assertEqual(self.counters(), (12.0, 3.0, 4.0, 5.0))
        visits[5].line_ids.filtered(
            lambda line: line.product_id == self.bath
        ).quantity = 2.0
        self.assertEqual(self.counters(), (12.0, 3.0, 5.0, 4.0))
        visits[6].line_ids.filtered(
            lambda line: line.product_id == self.bath
        ).quantity = 0.5
        self.assertEqual(self.counters(), (12.0, 3.0, 4.5, 4.5))
        visits[0].with_user(self.manager)._cancel(reason="Wrong dog")
        self.assertEqual(self.counters(), (12.0, 2.0, 4.5, 5.5))
        self.assertEqual(plan.sessions_total, 15.0)
        self.assertEqual(
            plan.sessions_total,
            plan.sessions_used + plan.sessions_booked + plan.sessions_remaining,
        )

    def test_no_show_that_returns_the_session(self):
        self.plan = self.sell(self.make_template(no_show_policy="return"))
        self.plan.book(self.weekly(2))[0].action_no_show()
        self.assertEqual(self.counters(), (12.0, 0.0, 1.0, 11.0))

    def test_plan_of_periods(self):
        self.plan = self.sell(
            self.make_template([(self.bath, 2, 45.0)], kind="plan", period_count=3)
        )
        visits = self.plan.book(self.weekly(2) + self.weekly(1, "2026-02-02 09:00:00"))
        self.assertEqual(self.counters(), (6.0, 0.0, 3.0, 3.0))
        visits[0].action_cancel()
        visits[1].action_receive()
        self.assertEqual(self.counters(), (6.0, 1.0, 1.0, 4.0))

    def test_expiry_and_a_later_end(self):
        self.plan = self.sell(self.make_template(validity=1))
        self.plan.book(self.weekly(2))[0].action_receive()
        self.clock.move_to("2026-03-01 03:00:00")
        self.run_job("pet_plans.ir_cron_update_plans")
        self.assertEqual(self.counters(), (12.0, 1.0, 1.0, 0.0))
        self.assertEqual(self.plan.line_ids.expired, 10.0)
        self.plan.with_user(self.manager).date_end = "2026-04-01"
        self.assertEqual(self.counters(), (12.0, 1.0, 1.0, 10.0))
        self.assertEqual(self.plan.line_ids.expired, 0.0)
