from datetime import date, datetime

from odoo.tests import Form

from .common import PetPlansCommon


class TestPreview(PetPlansCommon):
    """C7: the wizard shows what would happen, warns, and writes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example(late_cancel_hours=24)

    def choose(self, *days):
        return self.visits.filtered(lambda visit: visit.start.strftime("%m-%d") in days)

    def line_of(self, wizard, day):
        return wizard.line_ids.filtered(
            lambda line: line.appointment_id.start.strftime("%m-%d") == day
        )

    def facts(self):
        """Return each visit's cycle and that cycle's due date, as it is now."""
        return {
            visit: (
                visit.cycle_id.id,
                visit.sudo().cycle_id.invoice_id.invoice_date_due,
            )
            for visit in self.plan.appointment_ids
        }

    def assert_preview_comes_true(self, visits, **values):
        before = self.facts()
        wizard = self.open_cancel_wizard(visits, **values)
        self.assertEqual(wizard.line_ids.appointment_id, self.shown(visits))
        for line in wizard.line_ids:
            self.assertEqual(
                (line.old_cycle_id.id, line.old_date_due), before[line.appointment_id]
            )
        shown = {
            line.appointment_id: (line.new_cycle_id.id, line.new_date_due)
            for line in wizard.line_ids
        }
        wizard.action_apply()
        self.assertEqual(shown, {k: v for k, v in self.facts().items() if k in shown})

    def shown(self, visits):
        """Return the visits a preview lists: the cancelled ones and all that stay."""
        return (self.plan.appointment_ids.filtered("holds_sessions") | visits).sorted()

    # --- Preview and outcome ----------------------------------------------------------

    def test_drafts(self):
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_several(self):
        self.assert_preview_comes_true(self.choose("01-12", "01-19", "02-16"))

    def test_all(self):
        self.assert_preview_comes_true(self.visits)

    def test_the_last_of_a_cycle(self):
        self.choose("03-02", "03-09", "03-16").action_cancel()
        self.assert_preview_comes_true(self.choose("01-05"))

    def test_posted(self):
        self.post(self.invoices(self.plan))
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_posted_never_earlier(self):
        self.choose("01-05").action_cancel()
        self.post(self.invoices(self.plan)[1:])
        self.visits |= self.plan.book([datetime(2026, 1, 6, 9)])
        self.assert_preview_comes_true(self.choose("03-23"))

    def test_kept_sessions_move_no_due_date(self):
        """A late cancellation deals nothing, so the preview shows nothing new.

        Bills may stand out of order until the next deal (C1): this is no deal.
        """
        self.choose("01-05").reschedule(datetime(2026, 1, 6, 9))
        self.choose("02-02").reschedule(datetime(2026, 1, 7, 9))
        self.clock.move_to("2026-01-05 12:00:00")
        self.assert_preview_comes_true(self.choose("01-06"), sessions="consume")
        before = self.facts()
        wizard = self.open_cancel_wizard(self.choose("01-07"), sessions="consume")
        self.assertFalse(wizard.line_ids.filtered("is_changed"))
        wizard.action_apply()
        self.assertEqual(self.facts(), before)

    def test_late_and_served_ones_together(self):
        """The late one keeps its place, the served one's session goes back."""
        self.clock.move_to("2026-01-12 08:00:00")
        self.choose("01-05").action_start()
        self.visits = self.visits.with_user(self.manager)
        chosen = self.choose("01-05", "01-12")
        self.assert_preview_comes_true(chosen, sessions="consume", reason="A mistake")
        self.assertEqual(
            self.days(self.plan)[0], ["01-19", "01-26", "02-02"]
        )  # beside the late one, which is cancelled and keeps its place

    def test_a_no_show_whose_session_went_back_leaves_its_day(self):
        plan, visits = self.sell_worked_example(no_show_policy="return")
        self.plan = plan
        self.visits = visits.with_user(self.manager)
        self.clock.move_to("2026-01-05 12:00:00")
        self.choose("01-05").action_no_show()
        self.assert_preview_comes_true(
            self.choose("01-05", "01-12"), reason="A mistake"
        )

    def test_paid(self):
        self.pay(self.invoices(self.plan)[:2])
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_frozen(self):
        self.shop.pet_paid_cycles = "freeze"
        self.pay(self.invoices(self.plan)[1])
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_a_closed_cycle(self):
        self.invoices(self.plan)[1].button_cancel()
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_pinned(self):
        self.choose("02-02").action_receive()
        self.choose("01-05").action_no_show()
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_a_returned_no_show(self):
        plan, visits = self.sell_worked_example(no_show_policy="return")
        self.plan, self.visits = plan, visits
        self.choose("02-02").action_no_show()
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_consumed(self):
        self.assert_preview_comes_true(self.choose("01-19"), sessions="consume")

    def test_mixed(self):
        self.clock.move_to("2026-01-04 12:00:00")
        self.assert_preview_comes_true(self.choose("01-05", "01-19"))

    def test_after_a_reschedule(self):
        self.choose("02-02").reschedule(datetime(2026, 2, 12, 9))
        self.assert_preview_comes_true(self.choose("01-19"))

    def test_last_visit_basis(self):
        self.plan, self.visits = self.sell_worked_example(due_basis="last")
        self.assert_preview_comes_true(self.choose("01-19"))

    # --- What it shows ------------------------------------------------------------

    def test_cycles_and_due_dates(self):
        wizard = self.open_cancel_wizard(self.choose("01-19"))
        first, second, third = self.plan.cycle_ids.sorted("sequence")
        self.assertRecordValues(
            self.line_of(wizard, "01-19"),
            [
                {
                    "is_cancelled": True,
                    "old_cycle_id": first.id,
                    "new_cycle_id": False,
                    "old_date_due": date(2026, 1, 5),
                    "new_date_due": False,
                }
            ],
        )
        self.assertRecordValues(
            self.line_of(wizard, "02-02") + self.line_of(wizard, "03-02"),
            [
                {
                    "is_cancelled": False,
                    "old_cycle_id": second.id,
                    "new_cycle_id": first.id,
                    "old_date_due": date(2026, 2, 2),
                    "new_date_due": date(2026, 1, 5),
                },
                {
                    "is_cancelled": False,
                    "old_cycle_id": third.id,
                    "new_cycle_id": second.id,
                    "old_date_due": date(2026, 3, 2),
                    "new_date_due": date(2026, 2, 9),
                },
            ],
        )
        self.assertEqual(
            wizard.line_ids.filtered("is_changed").mapped("new_cycle_id"),
            first | second | third,
        )

    def test_changing_the_choice_changes_the_preview(self):
        with Form(
            self.env["pet.appointment.cancel"].with_context(
                **self.choose("01-19").action_open_cancel()["context"]
            )
        ) as form:
            self.assertEqual(form.sessions, "release")
            form.sessions = "consume"
        wizard = form.record
        self.assertFalse(
            wizard.line_ids.filtered(
                lambda line: line.is_changed and not line.is_cancelled
            )
        )

    def test_nothing_is_written(self):
        entries, notes = self.plan.entry_ids, self.bodies(self.plan)
        before = (self.facts(), self.due_dates(self.plan))
        self.open_cancel_wizard(self.choose("01-12", "01-19")).line_ids.mapped(
            "warning"
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((self.facts(), self.due_dates(self.plan)), before)
        self.assertEqual(self.plan.entry_ids, entries)
        self.assertEqual(self.bodies(self.plan), notes)
        self.assertEqual(set(self.visits.mapped("state")), {"scheduled"})

    # --- Warnings -----------------------------------------------------------------

    def test_no_warning_while_all_are_drafts(self):
        wizard = self.open_cancel_wizard(self.choose("01-19"))
        self.assertFalse(any(wizard.line_ids.mapped("warning")))

    def test_warning_for_a_posted_invoice(self):
        invoice = self.post(self.invoices(self.plan)[1])
        wizard = self.open_cancel_wizard(self.choose("01-19"))
        for day in ("02-02", "03-02"):  # the one that leaves it, the one that enters
            warning = self.line_of(wizard, day).warning
            self.assertIn(invoice.name, warning)
            self.assertIn("posted", warning)
        self.assertFalse(self.line_of(wizard, "03-23").warning)

    def test_warning_for_a_paid_invoice(self):
        invoice = self.invoices(self.plan)[0]
        self.pay(invoice)
        wizard = self.open_cancel_wizard(self.choose("01-19"))
        for day in ("01-19", "02-02"):
            warning = self.line_of(wizard, day).warning
            self.assertIn(invoice.name, warning)
            self.assertIn("paid", warning)

    def test_warning_for_a_frozen_invoice(self):
        self.shop.pet_paid_cycles = "freeze"
        self.pay(self.invoices(self.plan)[0])
        wizard = self.open_cancel_wizard(self.choose("01-19"))
        self.assertIn("stay in it", self.line_of(wizard, "01-19").warning)
        self.assertFalse(self.line_of(wizard, "02-02").warning)


class TestPreviewInWords(PetPlansCommon):
    """C7: what a cancellation changes is said first, in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()

    def preview(self, visits):
        wizard = self.env["pet.appointment.cancel"]
        return wizard.create({"appointment_ids": visits.ids})

    def test_the_worked_example(self):
        """C10: one session goes back, and the second invoice is due a week later."""
        wizard = self.preview(self.visits[2])
        name = self.plan.name
        self.assertEqual(
            wizard.summary,
            f"Sessions that go back: 1 to {name}. Invoice 2 of {name}: due on "
            f"Feb 9, 2026 instead of Feb 2, 2026. Invoice 3 of {name}: due on "
            "Mar 9, 2026 instead of Mar 2, 2026.",
        )

    def test_what_changes_stands_first(self):
        wizard = self.preview(self.visits[4])
        lines = wizard.line_ids
        self.assertEqual(lines[0].appointment_id, self.visits[4])
        changed = lines.mapped("is_changed")
        self.assertEqual(changed, sorted(changed, reverse=True))
        starts = lines.filtered(lambda one: not one.is_changed).mapped("start")
        self.assertEqual(starts, sorted(starts))

    def test_an_invoice_that_waits_again(self):
        plan = self.sell(pet=self.rex)
        visits = plan.book(self.weekly(5))
        self.assertIn(
            f"Invoice 2 of {plan.name} waits until visits are booked again.",
            self.preview(visits[0]).summary,
        )

    def test_nothing_goes_back_of_what_stays_used(self):
        wizard = self.preview(self.visits[2])
        wizard.sessions = "consume"
        self.assertEqual(wizard.summary, "No session goes back.")

    def test_one_visit_can_be_moved_instead(self):
        wizard = self.preview(self.visits[2])
        self.assertTrue(wizard.is_movable)
        self.assertEqual(
            wizard.action_reschedule()["context"]["default_appointment_id"],
            self.visits[2].id,
        )
        self.assertFalse(self.preview(self.visits[2:4]).is_movable)
