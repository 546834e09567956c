from datetime import date

from lxml import etree

from odoo.tests import Form

from .common import PetPlansCommon


class TestPausePreview(PetPlansCommon):
    """X8: the dialog shows the visits and the bills before anything is done."""

    def open(self, plan, first, last):
        """Open the dialog as the button does, for some days, as a form."""
        action = plan.action_open_pause()
        self.env.invalidate_all()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.date_from, form.date_to = first, last
        form.reason = "Holidays"
        return form

    def dates_due(self, plans):
        return {cycle: cycle.date_due for cycle in plans.cycle_ids}

    def assert_preview_comes_true(self, plans, first, last):
        """Check that of all bills exactly those shown move, to the day shown."""
        before = self.dates_due(plans)
        wizard = self.open(plans[0], first, last).save()
        shown = {line.cycle_id: line.new_date_due for line in wizard.line_ids}
        for line in wizard.line_ids:
            self.assertEqual(line.old_date_due, before[line.cycle_id])
        cancelled = wizard.appointment_ids
        wizard.action_apply()
        after = self.dates_due(plans)
        self.assertEqual(
            shown,
            {cycle: after[cycle] for cycle in after if after[cycle] != before[cycle]},
        )
        self.assertEqual(set(cancelled.mapped("state")) - {"cancelled"}, set())
        return shown

    def make_monthly(self, **terms):
        return self.make_template(
            kind="plan", interval=1, interval_unit="month", period_count=3, **terms
        )

    def test_visits_that_will_be_cancelled(self):
        plan, visits = self.sell_worked_example()
        form = self.open(plan, date(2026, 1, 10), date(2026, 1, 20))
        wizard = form.save()
        self.assertEqual(wizard.appointment_ids, visits[1:3].sorted())
        arch = etree.fromstring(wizard.get_view(view_type="form")["arch"])
        columns = arch.xpath("//field[@name='appointment_ids']/list/field/@name")
        self.assertEqual(columns, ["start", "name", "user_id", "cycle_id"])

    def test_a_package_is_dealt_again(self):
        plan, __ = self.sell_worked_example()
        shown = self.assert_preview_comes_true(
            plan, date(2026, 1, 10), date(2026, 1, 20)
        )
        self.assertEqual([*shown.values()], [date(2026, 2, 16), date(2026, 3, 16)])

    def test_a_bill_that_waits_again(self):
        plan = self.sell()
        plan.book(self.weekly(5))
        shown = self.assert_preview_comes_true(
            plan, date(2026, 1, 10), date(2026, 1, 20)
        )
        self.assertEqual(shown, {plan.cycle_ids[1]: False})

    def test_without_visits_in_it_no_bill_of_a_package_moves(self):
        plan, __ = self.sell_worked_example()
        self.assertFalse(
            self.assert_preview_comes_true(plan, date(2026, 1, 13), date(2026, 1, 18))
        )

    def test_posted_and_paid_ones_of_a_package(self):
        plan, __ = self.sell_worked_example()
        self.pay(self.invoices(plan)[0])
        self.post(self.invoices(plan)[1])
        self.assert_preview_comes_true(plan, date(2026, 1, 10), date(2026, 1, 20))

    def test_later_periods_of_a_plan(self):
        plan = self.sell(self.make_monthly())
        shown = self.assert_preview_comes_true(
            plan, date(2026, 1, 20), date(2026, 2, 10)
        )
        self.assertEqual(
            shown,
            {
                plan.cycle_ids[1]: date(2026, 2, 23),
                plan.cycle_ids[2]: date(2026, 3, 23),
            },
        )

    def test_with_an_offset(self):
        plan = self.sell(self.make_monthly(due_offset_days=5))
        self.assert_preview_comes_true(plan, date(2026, 1, 20), date(2026, 2, 10))

    def test_what_is_posted_or_typed_stays(self):
        plan = self.sell(self.make_monthly())
        invoices = self.invoices(plan)
        self.post(invoices[1])
        invoices[2].with_user(self.accountant).invoice_date_due = "2026-03-05"
        self.assertFalse(
            self.assert_preview_comes_true(plan, date(2026, 1, 20), date(2026, 2, 10))
        )

    def test_a_second_pause(self):
        plan = self.sell(self.make_monthly())
        self.pause(plan, "2026-01-10", "2026-01-12")
        self.assert_preview_comes_true(plan, date(2026, 2, 20), date(2026, 2, 25))

    def test_the_renewal_moves_too(self):
        plan = self.sell(self.make_monthly())
        plan.action_renew()
        shown = self.assert_preview_comes_true(
            plan + plan.renewed_by_id, date(2026, 1, 20), date(2026, 1, 24)
        )
        self.assertEqual(len(shown), 5)
        self.assertEqual(shown[plan.renewed_by_id.cycle_ids[0]], date(2026, 4, 6))

    def test_bills_of_a_renewed_package_move_too(self):
        """X6: visits before its new start leave it, and its bills follow (C7)."""
        plan = self.sell(self.make_template(validity=3))
        plan.book(self.weekly(12))
        plan.action_renew()
        renewal = plan.renewed_by_id
        renewal.book(self.weekly(6, first="2026-04-06 09:00:00"))
        shown = self.assert_preview_comes_true(
            plan + renewal, date(2026, 1, 20), date(2026, 1, 25)
        )
        self.assertEqual(renewal.date_start, date(2026, 4, 8))
        self.assertEqual(
            shown,
            {
                renewal.cycle_ids[0]: date(2026, 4, 13),
                renewal.cycle_ids[1]: date(2026, 5, 11),
            },
        )

    def sell_renewed(self, visits, first):
        """Return a package of three months with some weekly visits, and its renewal.

        :param visits: how many are booked on the package that is paused
        :param first: UTC datetime of the renewal's first of six weekly visits
        """
        plan = self.sell(self.make_template(validity=3))
        plan.book(self.weekly(visits))
        plan.action_renew()
        plan.renewed_by_id.book(self.weekly(6, first=first))
        return plan, plan.renewed_by_id

    def test_bills_of_a_package_that_visits_come_back_to(self):
        """X6: two sessions of the pause go to visits that the renewal cannot keep."""
        plan, renewal = self.sell_renewed(12, "2026-04-07 09:00:00")
        shown = self.assert_preview_comes_true(
            plan + renewal, date(2026, 1, 12), date(2026, 1, 25)
        )
        came = renewal.appointment_ids.browse(plan.appointment_ids.ids).filtered(
            lambda visit: visit.start.month == 4
        )
        self.assertEqual(
            [visit.start.day for visit in came.sorted("start")], [7, 14], shown
        )
        self.assertIn(plan.cycle_ids[1], shown)
        self.assertIn(renewal.cycle_ids[0], shown)

    def test_a_waiting_bill_of_it_gets_a_day(self):
        """Nothing is cancelled, and visits of the renewal come: its last bill too."""
        plan, renewal = self.sell_renewed(8, "2026-04-07 09:00:00")
        shown = self.assert_preview_comes_true(
            plan + renewal, date(2026, 3, 10), date(2026, 3, 15)
        )
        self.assertEqual(shown[plan.cycle_ids[2]], date(2026, 4, 7))

    def test_no_visit_comes_that_finds_no_session(self):
        plan, renewal = self.sell_renewed(12, "2026-04-07 09:00:00")
        shown = self.assert_preview_comes_true(
            plan + renewal, date(2026, 3, 24), date(2026, 3, 29)
        )
        self.assertEqual({cycle.plan_id for cycle in shown}, {renewal})

    def test_no_visit_comes_after_its_end(self):
        """Between the new end and the new start there are days that nobody covers."""
        plan, renewal = self.sell_renewed(10, "2026-04-07 09:00:00")
        renewal._move_start(date(2026, 4, 27))
        self.assertEqual(len(plan.appointment_ids), 10)
        renewal.book(self.weekly(2, first="2026-04-27 09:00:00"))
        self.assert_preview_comes_true(
            plan + renewal, date(2026, 3, 24), date(2026, 3, 26)
        )
        self.assertEqual(renewal.date_start, date(2026, 4, 30))
        self.assertEqual(len(plan.appointment_ids), 10)

    def test_days_the_wrong_way_round_show_nothing(self):
        plan = self.sell(self.make_monthly())
        form = self.open(plan, date(2026, 2, 10), date(2026, 1, 20))
        self.assertFalse(form.line_ids)


class TestPausedLooksPaused(PetPlansCommon):
    """X8: a plan that rests says so on the list, the cards and the customer's page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.sell(cls.make_template(validity=3))

    def card(self):
        page = self.customer.get_pet_plans_page()
        plans = [plan for block in page["blocks"] for plan in block["plans"]]
        return plans[0]["state"], plans[0]["state_label"]

    def test_list_and_cards_use_the_widget(self):
        for kind in ("list", "kanban"):
            arch = etree.fromstring(self.plan.get_view(view_type=kind)["arch"])
            state = arch.xpath("//field[@name='state'][@widget]")
            self.assertEqual([f.get("widget") for f in state], ["pet_plan_state"], kind)
            self.assertTrue(arch.xpath("//field[@name='is_paused']"), kind)

    def test_the_customers_page(self):
        self.assertEqual(self.card(), ("active", "Active"))
        self.pause(self.plan, "2026-01-02", "2026-01-20")
        self.env.invalidate_all()
        self.assertEqual(self.card(), ("paused", "Paused"))
        self.clock.move_to("2026-01-21 12:00:00")
        self.env.invalidate_all()
        self.assertEqual(self.card(), ("active", "Active"))

    def test_cancelled_in_its_pause_it_is_cancelled(self):
        self.pause(self.plan, "2026-01-02", "2026-01-20")
        self.cancel_plans(self.plan)
        self.env.invalidate_all()
        page = self.customer.get_finished_pet_plans()
        plans = [plan for block in page for plan in block["plans"]]
        self.assertEqual(plans[0]["state_label"], "Cancelled")
