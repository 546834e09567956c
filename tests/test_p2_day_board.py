import json
import re
from datetime import date, datetime

from lxml import etree

from odoo import Command

from .common import PetPlansCommon

SPEC = dict.fromkeys(
    (
        "state",
        "board_stage",
        "pet_id",
        "partner_id",
        "phone",
        "pet_image",
        "start",
        "user_id",
        "services",
        "session_label",
        "is_near_end",
        "pet_note",
        "plan_note",
        "is_unpaid",
        "no_show_effect",
    ),
    {},
)


class DayBoardCase(PetPlansCommon):
    def come(self, start="2026-01-02 12:00:00", pet=None, **values):
        return self.env["pet.appointment"].create(
            {
                "pet_id": (pet or self.luna).id,
                "start": start,
                "line_ids": [Command.create({"product_id": self.bath.id})],
                **values,
            }
        )

    def open(self, day="2026-01-02"):
        """Return the columns of a day as the board reads them: name -> group."""
        result = self.env["pet.appointment"].web_read_group(
            [("day", "=", day)],
            ["board_stage"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=SPEC,
            unfold_read_default_limit=80,
        )
        return {group["board_stage"]: group for group in result["groups"]}


class TestDayBoard(DayBoardCase):
    """P2: one day's visits by what is to be done next."""

    def open_as_board(self, day="2026-01-02"):
        self.env = self.env(context={**self.env.context, "read_group_expand": True})
        return self.open(day)

    def test_columns(self):
        stages = self.open_as_board()
        self.assertEqual(
            list(stages),
            ["expected", "in_shop", "ready", "gone", "no_show", "cancelled"],
        )
        folded = [name for name, group in stages.items() if "__records" not in group]
        self.assertEqual(folded, ["no_show", "cancelled"])

    def test_every_status_has_its_column(self):
        visit = self.come()
        expected = {
            "action_confirm": "expected",
            "action_receive": "in_shop",
            "action_start": "in_shop",
            "action_finish": "ready",
            "action_deliver": "gone",
        }
        for step, stage in expected.items():
            getattr(visit, step)()
            self.assertEqual(visit.board_stage, stage, step)
        stages = {self.come(pet=self.rex): "action_no_show"}
        stages[self.come(pet=self.mimi)] = "action_cancel"
        for other, step in stages.items():
            getattr(other, step)()
        self.assertEqual([one.board_stage for one in stages], ["no_show", "cancelled"])

    def test_the_day_is_the_shops(self):
        """The evening of that day in Auckland is its morning in UTC."""
        self.shop.sudo().pet_tz = "Pacific/Auckland"
        visit = self.come("2026-01-02 10:30:00")
        other = self.come("2026-01-02 11:30:00", pet=self.rex)
        found = self.env["pet.appointment"].search([("day", "=", "2026-01-02")])
        self.assertEqual(found, visit)
        self.assertEqual(
            (visit + other).mapped("day"), [date(2026, 1, 2), date(2026, 1, 3)]
        )

    def test_of_both_shops_by_their_own_clocks(self):
        """Who works for both sees the same day of both."""
        self.other_shop.sudo().pet_tz = "Pacific/Auckland"
        here = self.come("2026-01-02 12:00:00")
        there = (
            self.env["pet.appointment"]
            .sudo()
            .create(
                {
                    "pet_id": self.rex.id,
                    "start": "2026-01-02 12:00:00",
                    "company_id": self.other_shop.id,
                    "user_id": False,
                }
            )
        )
        both = self.env["pet.appointment"].sudo()
        both = both.with_context(allowed_company_ids=[self.shop.id, self.other_shop.id])
        self.assertEqual(both.search([("day", "=", "2026-01-02")]), here)
        self.assertEqual(both.search([("day", "=", "2026-01-03")]), there)

    def test_the_last_two_are_marked(self):
        plan = self.sell()
        visits = plan.book(self.weekly(12)).sorted("start")
        self.assertEqual(visits.mapped("is_near_end"), [False] * 10 + [True] * 2)

    def test_what_a_no_show_costs(self):
        plan = self.sell()
        visits = plan.book(self.weekly(3))
        self.assertEqual(visits[2].no_show_effect, "uses session 3 of 12")
        kind = self.make_template(no_show_policy="return")
        visit = self.sell(kind, pet=self.rex).book(["2026-01-02 15:00:00"])
        self.assertEqual(visit.no_show_effect, "its session goes back")
        self.assertFalse(self.come(pet=self.mimi).no_show_effect)

    def test_services_in_words(self):
        visit = self.come()
        visit.line_ids = [
            Command.create({"product_id": self.grooming.id, "quantity": 0.5})
        ]
        self.assertEqual(visit.services, "Bath, 0.5 × Grooming")

    def test_queries_do_not_grow_with_cards(self):
        plan = self.sell(overdraft_limit=20)
        plan.book([datetime(2026, 1, 2, 9)])
        self.come(pet=self.rex)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.open()
            return self.cr.sql_log_count - before

        count()
        few = count()
        plan.book([datetime(2026, 1, 2, 9, minute) for minute in range(1, 11)])
        for minute in range(1, 11):
            self.come(f"2026-01-02 10:{minute:02}:00", pet=self.rex)
        self.assertEqual(count(), few)


class TestCards(PetPlansCommon):
    def test_cards_have_what_they_ask_for(self):
        """A card that names a field its view does not read breaks the whole board."""
        views = self.env["ir.ui.view"].sudo()
        views = views.search([("type", "=", "kanban"), ("model", "like", "pet.%")])
        self.assertGreater(len(views), 2)
        for view in views:
            arch = self.env[view.model].get_view(view.id, "kanban")["arch"]
            read = set(etree.fromstring(arch).xpath("//field/@name"))
            asked = set(re.findall(r"\brecord\.(\w+)\.", arch))
            self.assertLessEqual(asked, read, view.name)


class TestBoardsAreTold(DayBoardCase):
    """P2: who looks at a board hears what colleagues do."""

    def save(self):
        """Save as the end of a request does; return what the boards are told."""
        self.env.flush_all()
        last = self.env["bus.bus"].sudo().search([], order="id desc", limit=1).id
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].sudo().search([("id", ">", last or 0)])
        messages = [json.loads(one.message) for one in sent]
        return [
            one["payload"]
            for one in messages
            if one["type"] == "pet_plans.visits_changed"
        ]

    def test_once_for_all_that_changed(self):
        plan = self.sell()
        self.save()
        plan.book(self.weekly(3))
        self.assertEqual(
            self.save(),
            [
                {
                    "company_ids": self.shop.ids,
                    "first_day": "2026-01-05",
                    "last_day": "2026-01-19",
                }
            ],
        )
        self.assertEqual(self.save(), [])

    def test_a_step(self):
        visit = self.come()
        self.save()
        visit.action_receive()
        [told] = self.save()
        self.assertEqual(told["first_day"], "2026-01-02")

    def test_a_move_concerns_both_days(self):
        visit = self.come()
        self.save()
        visit.reschedule("2026-01-09 09:00:00")
        [told] = self.save()
        self.assertEqual(
            (told["first_day"], told["last_day"]), ("2026-01-02", "2026-01-09")
        )

    def test_what_no_board_shows_is_not_told(self):
        visit = self.come()
        self.save()
        visit._unguarded().write({"reminded": True})
        self.assertEqual(self.save(), [])
