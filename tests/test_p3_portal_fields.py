from .portal import PortalCase
from .rpc import RpcCase

SECRET = "Vicious"
LATE_RULE = (
    "A visit that is cancelled less than 24 hours before it begins uses its session "
    "all the same."
)
# What stands on the pages besides: what was in the records is gone without these.
WORDS = {
    "plan": "Plans & Packages | Ask to renew | Booked | Date | Ends: | Expired |"
    " History | Invoices | Its session is used. | Pay | ). Questions? | Sessions |"
    " View | Cancel | Reschedule | Times are those of the shop ( | To book | To pay: |"
    " Used |"
    " Visit | Visit of | Visits so far | Visits to come | What | due | , from | left |"
    " of | visits left | , to pay | You asked to renew on | . We will get in touch.",
    "list": "Plans & Packages | Sort By: | Running first | Newest | End | Filter By: |"
    " All | Running | of | visits left | Used | Booked | To book | Ends: | To pay:",
    "change": "Plans & Packages | Visit | Cancel this visit? | Reschedule this visit |"
    " New day and time, by the clock of the shop ( | ) | Keep it as it is |"
    " Only this visit moves: your other visits stay as they are. | Cancel the visit |"
    " Move the visit",
}
# What stands between them
MARKS = {"–", ":", ",", "(", ")"}


class TestFields(PortalCase):
    """P3: what each page shows, field by field, and what stays inside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.sudo().phone = "555-0101"
        cls.luna.note = SECRET
        template = cls.make_template(
            [(cls.bath, 12, 45.0), (cls.grooming, 3, 60.0)],
            appointment_count=12,
            appointments_per_cycle=4,
            validity=4,
            late_cancel_hours=24,
        )
        cls.plan = cls.sell(template, note=SECRET, user_id=cls.staff.id)
        cls.visits = cls.plan.book(cls.weekly(4), user_id=cls.staff.id, note=SECRET)
        cls.visits[1]._cancel(reason=SECRET)
        cls.plan.sudo().cycle_ids[0].invoice_id.action_post()
        cls.allow_changes()
        wizard = (
            cls.env["pet.plan.adjust"]
            .with_user(cls.manager)
            .create({"plan_id": cls.plan.id, "reason": SECRET})
        )
        wizard.line_ids[:1].new_remaining -= 1
        wizard.action_apply()
        cls.path = f"/my/plans/{cls.plan.id}"

    def setUp(self):
        super().setUp()
        self.clock.move_to("2026-01-06 12:00:00")
        self.visits[0].action_receive()
        self.visits[0].action_finish()

    def assert_shows(self, page, kind, expected):
        """Check what a page shows of the records, and that it shows nothing else.

        :param kind: key of `WORDS`
        :param expected: dict, name of a part of the page -> texts, in order
        """
        self.assertEqual(page.shown(), expected)
        allowed = {word.strip() for word in WORDS[kind].split("|")}
        others = set(page.unnamed()) - allowed - MARKS - {self.plan.name}
        self.assertFalse(others)
        for secret in (SECRET, *(self.staff + self.manager).mapped("name")):
            self.assertNotIn(secret, page.text)

    def test_list(self):
        self.assert_shows(
            self.open("/my/plans", self.ana),
            "list",
            {
                "title": ["Weekly baths"],
                "state": ["Active"],
                "pet": ["Luna"],
                "reference": [self.plan.name],
                "left": ["10"],
                "total": ["11"],
                "used": ["1"],
                "booked": ["2"],
                "to_book": ["8"],
                "end": ["May 1, 2026"],
                "amount_due": ["$ 240.00"],
            },
        )

    def head(self):
        """Return what the head of the page shows: in all, of baths, of groomings."""
        return {
            "title": ["Weekly baths"],
            "state": ["Active"],
            "pet": ["Luna"],
            "reference": [self.plan.name],
            "start": ["Jan 1, 2026"],
            "left": ["10", "10", "2"],
            "total": ["11", "11", "3"],
            "used": ["1", "1", "1"],
            "booked": ["2", "2", "0"],
            "to_book": ["8", "8", "2"],
            "service": ["Bath", "Grooming"],
            "end": ["May 1, 2026"],
            "amount_due": ["$ 240.00"],
            "zone": ["UTC"],
            "shop": [f"{self.shop.name}, 555-0101"],
        }

    upcoming = {
        "late_rule": [LATE_RULE],
        "visit_start": ["Jan 19, 2026, 9:00 AM", "Jan 26, 2026, 9:00 AM"],
        "visit_stop": ["10:00 AM", "10:00 AM"],
        "visit_state": ["Scheduled", "Scheduled"],
        "visit_pet": ["Luna", "Luna"],
        "visit_services": ["Bath", "Bath"],
        "visit_session": ["2 of 12", "3 of 12"],
    }
    past = {
        "visit_start": ["Jan 12, 2026, 9:00 AM", "Jan 5, 2026, 9:00 AM"],
        "visit_stop": ["10:00 AM", "10:00 AM"],
        "visit_state": ["Cancelled", "Finished"],
        "visit_pet": ["Luna", "Luna"],
        "visit_services": ["Bath", "Bath, Grooming"],
        "visit_session": ["1 of 12"],
    }
    bills = {
        "invoice_status": ["To pay", "Not billed", "Not billed"],
        "invoice_number": ["INV/2026/00001"],
        "invoice_due": ["Jan 5, 2026"],
        "invoice_due_note": ["by May 1, 2026 at the latest, waiting for visits"] * 2,
        "invoice_amount": ["$ 240.00"] * 3,
    }

    def history(self):
        rows = [
            ("Adjusted", "Bath", "-1", "8", None),
            ("Released", "Bath", "+1", "9", "12"),
            ("Booked", "Bath", "-1", "8", "26"),
            ("Booked", "Bath", "-1", "9", "19"),
            ("Booked", "Bath", "-1", "10", "12"),
            ("Booked", "Grooming", "-1", "2", "5"),
            ("Booked", "Bath", "-1", "11", "5"),
            ("Granted", "Grooming", "+3", "3", None),
            ("Granted", "Bath", "+12", "12", None),
        ]
        kinds, services, quantities, balances, days = zip(*rows, strict=True)
        visits = [f"Jan {day}, 2026, 9:00 AM" for day in days if day]
        return {
            "entry_date": ["Jan 2, 2026"] * len(rows),
            "entry_kind": list(kinds),
            "entry_service": list(services),
            "entry_quantity": list(quantities),
            "entry_balance": list(balances),
            "entry_visit": visits,
            "entry_pet": ["Luna"] * len(visits),
        }

    def test_plan(self):
        visits = {
            name: [*self.upcoming[name], *self.past.get(name, ())]
            for name in self.upcoming
        }
        expected = {**self.head(), **visits, **self.bills, **self.history()}
        for path, user in ((self.path, self.ana), (self.link(self.plan), None)):
            self.assert_shows(self.open(path, user), "plan", expected)

    def test_sections(self):
        for section, content in (
            ("upcoming", self.upcoming),
            ("past", self.past),
            ("invoices", self.bills),
            ("history", self.history()),
        ):
            with self.subTest(section):
                page = self.open(f"{self.path}/{section}", self.ana)
                self.assert_shows(
                    page,
                    "plan",
                    {**self.head(), **content, "back": ["Back to Weekly baths"]},
                )

    def test_change(self):
        visit = {
            "visit_start": ["Jan 19, 2026, 9:00 AM"],
            "visit_stop": ["10:00 AM"],
            "visit_pet": ["Luna"],
            "visit_services": ["Bath"],
            "title": ["Weekly baths"],
            "late_rule": [LATE_RULE],
        }
        path = f"{self.path}/visits/{self.visits[2].id}"
        self.assert_shows(
            self.open(f"{path}/cancel", self.ana),
            "change",
            {
                **visit,
                "is_in_time": [
                    "You are in time: the session goes back to your plan, and you can "
                    "book it again."
                ],
            },
        )
        self.assert_shows(
            self.open(f"{path}/reschedule", self.ana),
            "change",
            {**visit, "zone": ["UTC"]},
        )

    def test_no_settings_no_changes(self):
        self.shop.sudo().pet_portal_changes = False
        page = self.open(self.path, self.ana)
        self.assertFalse(page.links("/visits/"))
        self.assertNotIn("Ask to renew", page.words())
        self.assertNotIn("late_rule", page.shown())

    def test_words_for_money(self):
        """Paid, Partly paid, Not billed; what was paid in part tells the rest."""
        first, second, third = self.invoices(self.plan)
        self.pay(first)
        self.pay(second, amount=100.0)
        self.post(third)
        self.credit(third)
        page = self.open(self.path, self.ana)
        self.assertEqual(page.get("invoice_status"), ["Paid", "Partly paid"])
        self.assertEqual(page.get("invoice_amount"), ["$ 240.00"] * 2)
        self.assertEqual(page.get("invoice_to_pay"), ["$ 140.00"])
        self.assertEqual(page.get("amount_due"), ["$ 140.00"])
        self.assertEqual(
            page.links("/my/invoices/"),
            [f"/my/invoices/{i.id}" for i in first + second],
        )
        self.assertIn(
            second.name, self.open(f"/my/invoices/{second.id}", self.ana).text
        )

    def test_nothing_to_pay_while_a_credit_note_waits(self):
        """X7: the shop offers no payment then, and neither does the page."""
        first, second, __ = self.invoices(self.plan)  # the first is posted
        self.post(second)
        self.credit(first, post=False)
        page = self.open(self.path, self.ana)
        self.assertEqual(
            page.get("invoice_status"), ["Credit note waits", "To pay", "Not billed"]
        )
        labels = page.tree.xpath(
            "//main//a[contains(@href, '/my/invoices/')]/@aria-label"
        )
        self.assertEqual(labels, [f"View {first.name}", f"Pay {second.name}"])

    def test_invoices_by_the_link(self):
        """Who has no account opens the invoice by the link of its own."""
        page = self.open(self.link(self.plan))
        (link,) = page.links("/my/invoices/")
        invoice = self.invoices(self.plan)[0]
        self.assertIn(invoice.access_token, link)
        shown = self.open(link)
        self.assertEqual(shown.path, f"/my/invoices/{invoice.id}")
        self.assertIn(invoice.name, shown.text)

    def test_expired_and_kept(self):
        self.visits[2].with_user(self.manager)._cancel(consumed=self.visits[2])
        self.update_plans("2026-06-01 12:00:00")
        page = self.open(self.path, self.ana)
        self.assertEqual(page.get("state"), ["Expired"])
        self.assertEqual(page.get("expired"), ["8", "8", "2"])
        self.assertIn("Its session is used.", page.words())
        self.assertEqual(page.get("used")[0], "2")

    def test_times_are_those_of_the_shop(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        page = self.open(f"{self.path}/upcoming", self.ana)
        self.assertEqual(page.get("zone"), ["America/Sao_Paulo"])
        self.assertEqual(page.get("visit_start")[0], "Jan 19, 2026, 6:00 AM")
        self.assertEqual(page.get("visit_stop")[0], "7:00 AM")


class TestFieldsByRpc(PortalCase, RpcCase):
    """P3: what stays inside is not to be had by other calls of the web either."""

    def test_no_names_of_staff(self):
        plan, visits = self.sell_worked_example()
        plan.user_id = visits.user_id = self.staff
        for model, ids in (
            ("pet.plan", plan.ids),
            ("pet.appointment", visits.ids),
            ("pet.plan.entry", plan.entry_ids.ids),
        ):
            offered = self.rpc(self.ana, model, "fields_get", [], ["type"])
            self.assertNotIn("user_id", offered)
            self.assertRpcRefused(self.ana, model, "read", ids, ["user_id"])

    def test_no_link_of_another(self):
        plan = self.sell(pet=self.mimi)
        for user in (self.ana, self.other_staff):
            self.assertRpcRefused(user, "pet.plan", "get_portal_url", plan.ids)
        self.assertFalse(plan.access_token)
        link = self.rpc(self.bruno, "pet.plan", "get_portal_url", plan.ids)
        self.assertIn(plan.access_token, link)

    def test_a_token_is_nobodys_to_choose(self):
        plan = self.sell()
        for name, value in (
            ("access_token", "x"),
            ("date_renewal_asked", "2026-01-01"),
        ):
            message = self.assertRpcRefused(
                self.manager, "pet.plan", "write", plan.ids, {name: value}
            )
            self.assertIn("cannot be written directly", message)
