from ast import literal_eval

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError

from .common import PetPlansCommon
from .rpc import ADDON

MEASURES = (
    "sold",
    "given",
    "carried_over",
    "used",
    "no_show",
    "late",
    "expired",
    "adjusted",
    "transferred",
)


class AnalysisCommon(PetPlansCommon):
    """What the tests of the analysis ask it."""

    def sums(self, domain=()):
        """Return the measures of a domain that are not 0: dict, name -> sessions."""
        report = self.env["pet.session.report"].with_user(self.manager)
        [row] = report._read_group(
            list(domain), [], [f"{measure}:sum" for measure in MEASURES]
        )
        return {
            name: number for name, number in zip(MEASURES, row, strict=True) if number
        }

    def of(self, plan):
        return self.sums([("plan_id", "=", plan.id)])

    def by_month(self, plan, measure):
        """Return the sessions of a measure by month: dict, "YYYY-MM" -> number."""
        report = self.env["pet.session.report"].with_user(self.manager)
        return {
            month.strftime("%Y-%m"): number
            for month, number in report._read_group(
                [("plan_id", "=", plan.id), (measure, "!=", 0)],
                ["date:month"],
                [f"{measure}:sum"],
            )
        }


class TestSessionAnalysis(AnalysisCommon):
    """P4: what became of sessions, each counted once."""

    def test_what_became_of_a_package(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 10, 45.0), (self.bath, 2, 0.0)],
                validity=1,
                late_cancel_hours=24,
            )
        )
        served, missed, late, early = plan.book(self.weekly(4))
        self.assertEqual(self.of(plan), {"sold": 10, "given": 2})
        self.clock.move_to("2026-01-05 09:00:00")
        served.action_receive()
        self.clock.move_to("2026-01-12 10:00:00")
        missed.action_no_show()
        self.clock.move_to("2026-01-18 10:00:00")
        self.open_cancel_wizard(late, reason="Rain").action_apply()
        early.action_cancel()
        self.adjust(plan, left=3)  # 7 and 2 were left
        self.update_plans("2026-02-05 03:00:00")
        self.assertEqual(
            self.of(plan),
            {
                "sold": 10,
                "given": 2,
                "used": 3,
                "no_show": 1,
                "late": 1,
                "adjusted": -3,
                "expired": 6,
            },
        )
        self.assertEqual(sum(plan.line_ids.mapped("used")), 3)

    def test_a_no_show_that_uses_nothing_is_one(self):
        plan = self.sell(self.make_template(no_show_policy="return"))
        visit = plan.book(self.weekly(1))
        self.clock.move_to("2026-01-05 10:00:00")
        visit.action_no_show()
        self.assertEqual(self.of(plan), {"sold": 12, "no_show": 1})

    def test_what_comes_back_leaves_again(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1, "2026-01-02 10:00:00"))
        visit.action_receive()
        self.assertEqual(self.of(plan), {"sold": 12, "used": 1})
        visit.action_undo()
        self.assertEqual(self.of(plan), {"sold": 12})

    # --- Sold, and sold once -----------------------------------------------------

    def test_a_renewal_sells_its_own_only(self):
        plan = self.sell()
        self.pay(self.invoices(plan))
        renewal = self.carry(plan)
        self.assertEqual(self.of(plan), {"sold": 12, "transferred": -12})
        self.assertEqual(self.of(renewal), {"sold": 12, "transferred": 12})

    def test_a_transfer_sells_nothing(self):
        plan = self.sell()
        plan.book(self.weekly(1, "2026-01-02 10:00:00")).action_receive()
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {"plan_id": plan.id, "pet_id": self.rex.id, "reason": "Moved"}
        ).action_apply()
        other = self.rex.plan_ids
        self.assertEqual(self.of(plan), {"sold": 12, "used": 1, "transferred": -11})
        self.assertEqual(self.of(other), {"transferred": 11})

    def test_a_top_up_sells(self):
        plan = self.sell()
        self.env["pet.plan.top.up"].create(
            {
                "plan_id": plan.id,
                "reason": "Comes more often",
                "line_ids": [
                    Command.create({"line_id": plan.line_ids.id, "quantity": 3})
                ],
            }
        ).action_apply()
        self.assertEqual(self.of(plan), {"sold": 15})

    def test_a_plan_sells_all_its_periods(self):
        plan = self.sell(self.make_template(kind="plan", period_count=3))
        self.assertEqual(self.of(plan), {"sold": 12})
        self.assertEqual(self.by_month(plan, "sold"), {"2026-01": 12})

    def test_without_limit_only_use_is_counted(self):
        """Its grants come with the bookings; it is sold by the period (S11)."""
        template = self.make_template(
            [(self.bath, 1, 300.0)], kind="plan", period_count=2
        )
        template.with_user(self.manager).line_ids.is_unlimited = True
        plan = self.sell(template)
        visits = plan.book(self.weekly(2, "2026-01-02 10:00:00"))
        visits[0].action_receive()
        self.assertEqual(self.of(plan), {"used": 1})

    def test_carried_over_is_not_sold(self):
        """K6: it stays out of sales, and its use is told apart."""
        plan = self.env["pet.plan"]._carry_over(
            [
                {
                    "company_id": self.shop.id,
                    "partner_id": self.customer.id,
                    "pet_id": self.luna.id,
                    "template_id": self.env.ref("pet_plans.template_carry_over").id,
                    "product_id": self.bath.id,
                    "sessions_left": 5.0,
                    "date_start": "2026-01-02",
                    "date_end": "2026-01-31",
                }
            ]
        )
        plan.book(self.weekly(1, "2026-01-02 10:00:00")).action_receive()
        self.assertEqual(self.of(plan), {"carried_over": 5, "used": 1})
        apart = [("plan_id", "=", plan.id), ("is_carry_over", "=", False)]
        self.assertEqual(self.sums(apart), {})

    # --- Days ------------------------------------------------------------------

    def test_a_visit_counts_on_its_local_day(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"  # 3 hours behind
        plan = self.sell()
        visits = plan.book(["2026-02-01 02:30:00", "2026-02-01 03:30:00"])
        self.clock.move_to("2026-02-01 04:00:00")
        visits.action_receive()
        self.assertEqual(self.by_month(plan, "used"), {"2026-01": 1, "2026-02": 1})

    def test_a_sale_counts_on_its_local_day(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.clock.move_to("2026-02-01 02:30:00")
        self.assertEqual(self.by_month(self.sell(), "sold"), {"2026-01": 12})

    def test_what_expires_does_so_on_the_last_day(self):
        """However late the job comes; what a late visit finds there, never did (X1)."""
        plan = self.sell(date_end="2026-01-31")
        self.update_plans("2026-02-03 03:00:00")
        self.assertEqual(self.by_month(plan, "expired"), {"2026-01": 12})
        plan.book(["2026-01-30 10:00:00"]).action_receive()
        self.assertEqual(self.by_month(plan, "expired"), {"2026-01": 11})

    def test_sessions_of_a_period_expire_with_it(self):
        plan = self.sell(
            self.make_template(
                [(self.bath, 4, 45.0)], kind="plan", period_count=2, rollover=False
            )
        )
        self.update_plans("2026-02-01 03:00:00")
        self.assertEqual(self.by_month(plan, "expired"), {"2026-01": 4})

    def test_with_a_later_end_nothing_has_expired(self):
        plan = self.sell(date_end="2026-01-31")
        self.update_plans("2026-02-03 03:00:00")
        plan.with_user(self.manager).date_end = "2026-03-31"
        self.assertEqual(self.of(plan), {"sold": 12})

    # --- By whom and for whom ------------------------------------------------------

    def test_by_groomer_pet_and_service(self):
        plan = self.sell(pet=self.luna.browse(), partner_id=self.customer.id)
        visits = plan.book(self.weekly(1, "2026-01-02 10:00:00"), pet_id=self.luna.id)
        visits.user_id = self.manager
        visits.action_receive()
        report = self.env["pet.session.report"].with_user(self.manager)
        used = report.search([("plan_id", "=", plan.id), ("used", ">", 0)])
        self.assertRecordValues(
            used,
            [
                {
                    "fact": "used",
                    "pet_id": self.luna.id,
                    "breed_id": self.poodle.id,
                    "species_id": self.dog.id,
                    "size": "small",
                    "coat": "long",
                    "groomer_id": self.manager.id,
                    "seller_id": self.staff.id,
                    "template_id": plan.template_id.id,
                    "product_id": self.bath.id,
                    "partner_id": self.customer.id,
                }
            ],
        )
        sold = report.search([("plan_id", "=", plan.id), ("sold", ">", 0)])
        self.assertFalse(sold.pet_id, "it is of all pets")

    def test_a_row_opens_what_it_is_about(self):
        plan = self.sell()
        visit = plan.book(self.weekly(1, "2026-01-02 10:00:00"))
        visit.action_receive()
        report = self.env["pet.session.report"].with_user(self.manager)
        for measure, record in (("sold", plan), ("used", visit)):
            row = report.search([("plan_id", "=", plan.id), (measure, ">", 0)])
            action = row.action_open()
            opened = self.env[action["res_model"]].browse(action["res_id"])
            self.assertEqual(opened, record)

    # --- Who sees it -----------------------------------------------------------------

    def test_managers_and_accountants_read_it(self):
        self.sell()
        for user in (self.manager, self.accountant):
            for name in ("pet.session.report", "pet.renewal.report"):
                report = self.env[name].with_user(user)
                report.search([]).read()
                with self.assertRaises(AccessError):
                    report.create({})
        self.assertTrue(report.env["pet.session.report"].search([]))

    def test_staff_do_not(self):
        for name in ("pet.session.report", "pet.renewal.report"):
            with self.assert_not_allowed("access", name):
                self.env[name].search([])
        with self.assert_not_allowed("access", "pet.session.report"):
            self.env["pet.session.report"].retrieve_dashboard()

    # --- Its filters -----------------------------------------------------------------

    def test_filters_hold_whole_months(self):
        """From the first day to the last, wherever the user's clock stands."""
        plans = self.env["pet.plan"]
        for day in ("2026-03-01", "2026-03-31"):
            self.clock.move_to(f"{day} 12:00:00")
            plans += self.sell()
        own = [("plan_id", "in", plans.ids)]
        for zone in ("America/Los_Angeles", "UTC", "Asia/Tokyo"):
            report = self.env["pet.session.report"].with_user(self.manager)
            report = report.with_context(tz=zone)
            for now, name, sold in (
                ("03-31", "this_month", 24.0),
                ("03-31", "last_12_months", 24.0),
                ("04-10", "last_month", 24.0),
                ("04-10", "this_month", False),
            ):
                with self.subTest(name, zone=zone, now=now):
                    self.clock.move_to(f"2026-{now} 12:00:00")
                    domain = [*own, *self.filter_domain(name)]
                    self.assertEqual(
                        report._read_group(domain, [], ["sold:sum"]), [(sold,)]
                    )

    def filter_domain(self, name):
        """Return the domain of a filter of the analysis."""
        arch = self.env.ref(f"{ADDON}.pet_session_report_view_search").sudo().arch
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return literal_eval(node.get("domain"))

    # --- The favorites that come with it ---------------------------------------------

    def test_favorites_ask_for_what_there_is(self):
        self.sell()
        favorites = (
            self.env["ir.filters"].sudo().search([("model_id", "like", "pet.%")])
        )
        own = favorites.filtered(
            lambda one: one.get_external_id()[one.id].startswith(f"{ADDON}.")
        )
        self.assertGreaterEqual(len(own), 3)
        for favorite in own:
            with self.subTest(favorite.name):
                self.assertFalse(favorite.user_ids, "it is for all")
                report = self.env[favorite.model_id].with_user(self.manager)
                context = literal_eval(favorite.context)
                measures = context["pivot_measures"]
                measures += filter(None, [context.get("graph_measure")])
                report.formatted_read_group(
                    literal_eval(favorite.domain),
                    context["group_by"],
                    [f"{name}:{report._fields[name].aggregator}" for name in measures],
                )
