from datetime import datetime

from .rpc import RpcCase


class TestShopClock(RpcCase):
    """B1: a text and the widget beside it never tell two times of one visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.sell().book([datetime(2026, 1, 5, 9)])

    def read_from(self, tz):
        """Return how a computer in a time zone reads what the visit is called."""
        self.rpc(self.staff, "res.users", "context_get")  # logged in
        self.opener.cookies.pop("tz", None)
        if tz:
            self.opener.cookies["tz"] = tz
        [row] = self.rpc(
            self.staff,
            "pet.appointment",
            "read",
            self.visit.ids,
            ["display_name"],
            context={"show_start": True},
        )
        return row["display_name"]

    def test_whose_time_it_is_where_clocks_differ(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        self.assertEqual(
            self.read_from("Europe/Lisbon"),
            "Luna – Bath, Jan 5, 2026, 6:00\u202fAM, Sao Paulo",
        )

    def test_not_where_they_agree(self):
        """By the clock, whatever the zone is called."""
        for tz in ("UTC", "Europe/Lisbon", None, "Atlantis/Capital"):
            with self.subTest(tz=tz):
                self.assertEqual(
                    self.read_from(tz), "Luna – Bath, Jan 5, 2026, 9:00\u202fAM"
                )

    def test_in_summer_they_do_not(self):
        self.visit.reschedule(datetime(2026, 4, 6, 9))
        self.assertIn("9:00\u202fAM, UTC", self.read_from("Europe/Lisbon"))

    def test_screens_know_the_clocks_of_the_shops(self):
        self.shop.sudo().pet_tz = "America/Sao_Paulo"
        for user, expected in (
            (self.staff, {"tz": "America/Sao_Paulo", "place": "Sao Paulo"}),
            (self.make_portal_user("ana", self.customer), None),
        ):
            self.rpc(user, "res.users", "context_get")  # logged in
            info = self.opener.post(
                f"{self.base_url()}/web/session/get_session_info",
                json={"jsonrpc": "2.0", "method": "call", "params": {}},
                timeout=60,
            ).json()["result"]
            clocks = info.get("pet_clocks", {})
            self.assertEqual(clocks.get(str(self.shop.id)), expected)
