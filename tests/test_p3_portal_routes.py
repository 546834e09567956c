from .portal import PortalCase


class TestRoutes(PortalCase):
    """P3: who gets to which page, with an account, with a link, with neither."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan, cls.visits = cls.sell_worked_example()
        cls.other = cls.sell(pet=cls.mimi)
        cls.other_visit = cls.other.book(cls.weekly(1))
        cls.draft = cls.sell(confirm=False)
        cls.allow_changes()

    def paths(self, plan, visit):
        """Return the addresses of all pages about a plan."""
        plan_path = f"/my/plans/{plan.id}"
        return [
            plan_path,
            *(
                f"{plan_path}/{section}{page}"
                for section in ("upcoming", "past", "invoices", "history")
                for page in ("", "/page/1", "/page/7")
            ),
            f"{plan_path}/visits/{visit.id}/cancel",
            f"{plan_path}/visits/{visit.id}/reschedule",
        ]

    def assert_shown(self, page):
        self.assertEqual(page.status, 200)
        self.assertIn("Weekly baths", page.words())

    def assert_hidden(self, page):
        """Nobody is told whether there is such a plan."""
        self.assertEqual(page.status, 200)
        self.assertIn(page.path, ("/my/plans", "/web/login"))
        for secret in ("Mimi", "Bruno", self.other.name, self.draft.name):
            self.assertNotIn(secret, page.words() if page.path != "/web/login" else "")

    def test_own_pages(self):
        for path in self.paths(self.plan, self.visits[0]):
            with self.subTest(path):
                self.assert_shown(self.open(path, self.ana))

    def test_pages_of_another(self):
        for path in self.paths(self.other, self.other_visit):
            for user in (self.ana, None):
                with self.subTest(path, user=user):
                    self.assert_hidden(self.open(path, user))

    def test_with_the_link(self):
        query = f"?access_token={self.token(self.plan)}"
        for path in self.paths(self.plan, self.visits[0]):
            for user in (None, self.bruno):
                with self.subTest(path, user=user):
                    page = self.open(path + query, user)
                    self.assert_shown(page)
                    for link in page.links("/my/plans/"):
                        self.assertIn(query[1:], link, "the way on needs the token too")

    def test_with_a_wrong_token(self):
        wrong = (
            "",
            "x",
            "é",
            "%00",
            self.token(self.other),
            self.token(self.plan).upper() + "x",
            "0",
            "False",
        )
        for token in wrong:
            for path in self.paths(self.plan, self.visits[0])[::4]:
                with self.subTest(path, token=token):
                    self.assert_hidden(self.open(f"{path}?access_token={token}"))

    def test_a_plan_without_token_is_opened_by_none(self):
        self.assertFalse(self.other.sudo().access_token)
        for token in ("", "False", "None"):
            page = self.open(f"/my/plans/{self.other.id}?access_token={token}")
            self.assert_hidden(page)

    def test_no_such_plan(self):
        for number in ("0", "-1", "999999999", "99999999999999999999999"):
            for user in (self.ana, None):
                with self.subTest(number=number, user=user):
                    self.assert_hidden(self.open(f"/my/plans/{number}", user))
        self.assertEqual(self.open("/my/plans/x", self.ana).status, 404)
        self.assertEqual(
            self.open(f"/my/plans/{self.plan.id}/secrets", self.ana).status, 404
        )

    def test_a_visit_of_another_plan(self):
        path = f"/my/plans/{self.plan.id}/visits"
        for number in (self.other_visit.id, 0, 10**20):
            with self.subTest(number=number):
                self.assert_hidden(self.open(f"{path}/{number}/cancel", self.ana))
                self.assert_hidden(self.send(f"{path}/{number}/cancel", self.ana))
        self.assertEqual(self.other_visit.state, "scheduled")

    def test_draft(self):
        path = f"/my/plans/{self.draft.id}"
        self.assert_hidden(self.open(path, self.ana))
        self.assert_hidden(self.open(f"{path}?access_token={self.token(self.draft)}"))

    def test_list(self):
        page = self.open("/my/plans", self.ana)
        self.assertEqual(page.get("reference"), [self.plan.name])
        self.assertEqual(self.open("/my/plans").path, "/web/login")
        for query in ("?sortby=x&filterby=y", "?sortby=end", "?filterby=active"):
            page = self.open(f"/my/plans{query}", self.ana)
            self.assertEqual(page.get("reference"), [self.plan.name])
        for page in ("0", "99", "99999999999"):
            shown = self.open(f"/my/plans/page/{page}", self.ana)
            self.assertEqual(shown.get("reference"), [self.plan.name])

    def test_count_on_the_home_page(self):
        page = self.open("/my", self.ana)
        self.assertIn("/my/plans", page.links("/my/plans"))
        for user, count in ((self.ana, 1), (self.bruno, 1), (self.accountant, 0)):
            self.enter(user)
            answer = self.opener.post(
                f"{self.base_url()}/my/counters",
                json={"params": {"counters": ["pet_plan_count"]}},
            ).json()
            self.assertEqual(answer["result"]["pet_plan_count"], count)

    def test_plan_of_a_household(self):
        """A company's contacts see its plans, and it sees theirs (13)."""
        company = self.env["res.partner"].create(
            {"name": "Kennel Ltd", "is_company": True}
        )
        self.env.invalidate_all()
        children = self.env["res.partner"].create(
            [{"name": name, "parent_id": company.id} for name in ("Carla", "Dario")]
        )
        users = [
            self.make_portal_user(f"pet_{partner.id}", partner)
            for partner in (company, *children)
        ]
        pet = self._make_pet("Bolt", partner_id=children[0].id)
        plan = self.sell(pet=pet)
        for user in users:
            self.assert_shown(self.open(f"/my/plans/{plan.id}", user))
            self.assertEqual(self.open("/my/plans", user).get("pet"), ["Bolt"])

    def test_archived_pet(self):
        self.archive_in_silence(self.luna)
        page = self.open(f"/my/plans/{self.plan.id}", self.ana)
        self.assert_shown(page)
        self.assertEqual(page.get("pet"), ["Luna"])
        self.assertFalse(page.links("/reschedule"))
        self.assertEqual(len(page.links("/cancel")), 12)
        self.assertNotIn("Ask to renew", page.words())

    def test_plan_of_another_owner(self):
        """The old owner, and the old link, see it no more; what was theirs stays so."""
        plan = self.sell()
        plan.book(self.weekly(1)).action_cancel()
        old_link = self.link(plan)
        self.post(self.invoices(plan)[0])
        self.assert_shown(self.open(old_link))
        wizard = self.env["pet.plan.transfer"].create(
            {
                "plan_id": plan.id,
                "partner_id": self.neighbour.id,
                "pet_id": self.mimi.id,
                "reason": "Present",
            }
        )
        wizard.action_apply()
        self.assertEqual(plan.partner_id, self.neighbour)
        self.assert_hidden(self.open(old_link))
        self.assert_hidden(self.open(f"/my/plans/{plan.id}", self.ana))
        new_link = self.link(plan)
        self.assertNotEqual(old_link, new_link)
        for page in (
            self.open(new_link),
            self.open(f"/my/plans/{plan.id}", self.bruno),
        ):
            self.assert_shown(page)
            self.assertEqual(page.get("pet"), ["Mimi"])
            self.assertNotIn("Luna", page.text)
            self.assertNotIn("Present", page.text)
            self.assertEqual(page.get("visit_start"), [])
            self.assertEqual(page.get("entry_kind"), ["Granted"])
            self.assertEqual(page.get("invoice_status"), ["Not billed"] * 2)

    def test_what_is_left_given_away(self):
        """The new owner has a plan of their own; the old one keeps what was theirs."""
        plan = self.sell()
        self.serve_sessions(plan, 1)
        old_link = self.link(plan)
        self.env["pet.plan.transfer"].with_user(self.manager).create(
            {
                "plan_id": plan.id,
                "partner_id": self.neighbour.id,
                "pet_id": self.mimi.id,
                "reason": "Present",
            }
        ).action_apply()
        given = self.neighbour.pet_plan_ids - self.other
        self.assert_shown(self.open(old_link))
        self.assert_shown(self.open(f"/my/plans/{given.id}", self.bruno))
        self.assert_hidden(self.open(f"/my/plans/{given.id}", self.ana))
        token = self.token(plan)
        self.assert_hidden(self.open(f"/my/plans/{given.id}?access_token={token}"))

    def test_whoever_works_here_changes_nothing(self):
        """They have screens of their own, by their own rights."""
        for user in (self.accountant, self.staff):
            page = self.open(f"/my/plans/{self.plan.id}", user)
            self.assert_shown(page)
            self.assertFalse(page.links("/cancel"))
            self.assertNotIn("Ask to renew", page.words())
            path = f"/my/plans/{self.plan.id}/visits/{self.visits[0].id}/cancel"
            self.send(path, user)
            self.send(f"/my/plans/{self.plan.id}/renew", user)
        self.assertEqual(self.visits[0].state, "scheduled")
        self.assertFalse(self.plan.date_renewal_asked)
        page = self.open(f"/my/plans/{self.plan.id}", self.other_staff)
        self.assertNotIn("Weekly baths", page.words())
