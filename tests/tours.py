"""What tours have in common: a browser, and the real time."""

import os
import re
from unittest.mock import patch

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

from .common import PetPlansCommon


class TourCase(PetPlansCommon, HttpCase):
    """A class of tours.

    The days of 2099 fall on the same weekdays as those of 2026: the worked example of
    C10 looks the same there, and is still to come.
    """

    @classmethod
    def _start_clock(cls):
        """The browser has a clock of its own: so both keep the real time."""

    def sell_in_2099(self, count=12, **values):
        plan = self.sell(date_start="2099-01-01", **values)
        return plan, plan.book(self.weekly(count, first="2099-01-05 09:00:00"))


def on_a_computer_in(tz):
    """Let the browsers that are started meanwhile go by the clock of a time zone."""
    return patch.dict(os.environ, {"TZ": tz})


class ResizedBrowser(ChromeBrowser):
    """A browser whose page can change the size of its window.

    It asks for it in its console: "resize 820 1180", width and height in pixels.
    """

    def _handle_console(self, type, args=None, **kwargs):  # noqa: A002
        asked = args and re.fullmatch(
            r"resize (\d+) (\d+)", str(self._from_remoteobject(args[0]))
        )
        if asked:
            size = {"width": int(asked[1]), "height": int(asked[2])}
            params = {**size, "deviceScaleFactor": 1, "mobile": False}
            self._websocket_send("Emulation.setDeviceMetricsOverride", params=params)
        return super()._handle_console(type, args=args, **kwargs)
