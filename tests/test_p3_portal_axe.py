import json
import os
from datetime import datetime, time, timedelta
from pathlib import Path

from odoo import fields
from odoo.tests import tagged

from .portal import PortalCase

SCRIPT = Path(os.environ.get("PET_PLANS_AXE", ""))
GRAVE = ("serious", "critical")
WIDTHS = (1366, 390)
CODE = """
(async () => {
    const script = %(script)s;
    const faults = [];
    async function check(path, width) {
        const frame = document.createElement("iframe");
        frame.title = path;
        frame.style = `position: fixed; top: 0; width: ${width}px; height: 800px`;
        frame.src = path;
        const loaded = new Promise((resolve) => (frame.onload = resolve));
        document.body.append(frame);
        await loaded;
        frame.contentWindow.eval(script);
        const page = frame.contentDocument;
        if (!page.querySelector("main h1")) {
            faults.push(`${path} did not open`);
        }
        if (page.documentElement.scrollWidth > width) {
            faults.push(`${path} is wider than ${width} pixels`);
        }
        const found = await frame.contentWindow.axe.run(page);
        for (const fault of found.violations) {
            if (%(grave)s.includes(fault.impact)) {
                const places = fault.nodes.map((node) => node.html).join(", ");
                faults.push(`${path} (${width}): ${fault.help}: ${places}`);
            }
        }
        if (!found.passes.length) {
            faults.push(`${path}: nothing was looked at`);
        }
        frame.remove();
    }
    for (const path of %(paths)s) {
        for (const width of %(widths)s) {
            await check(path, width);
        }
    }
    if (faults.length) {
        console.error(faults.join("\\n"));
    } else {
        console.log("test successful");
    }
})();
"""


@tagged("post_install", "-at_install", "is_tour")
class TestAxe(PortalCase):
    """P3: axe-core finds no serious fault on the pages, on a desktop and a phone."""

    @classmethod
    def _start_clock(cls):
        """The browser has a clock of its own: so both keep the real time."""

    def setUp(self):
        super().setUp()
        if not SCRIPT.is_file():
            self.skipTest(
                "axe-core is not here: ./dev/test fetches it, or PET_PLANS_AXE names "
                "its axe.min.js"
            )
        self.allow_changes()
        today = fields.Date.today()
        plan = self.sell(
            self.make_template(
                [(self.bath, 30, 45.0), (self.grooming, 3, 60.0)],
                appointment_count=30,
                appointments_per_cycle=10,
                validity=4,
                late_cancel_hours=24,
            ),
            date_start=today,
        )
        first = datetime.combine(today, time(9)) + timedelta(days=2)
        visits = plan.book([first + timedelta(days=day) for day in range(26)])
        visits[-1].action_cancel()
        self.pay(self.invoices(plan)[0])
        self.post(self.invoices(plan)[1])
        self.expired = self.sell(date_start=today - timedelta(days=400))
        self.plan, self.visits = plan, visits

    def check(self, paths, user=None):
        """Have axe-core look at pages, each in the width of a desktop and of a phone.

        In frames of one page, whose width the style goes by as by that of a window.
        """
        self.open(paths[0], user)  # makes the files of style, which takes a while
        self.browser_js(
            paths[0],
            CODE
            % {
                "script": json.dumps(SCRIPT.read_text(encoding="utf-8")),
                "paths": json.dumps(paths),
                "widths": json.dumps(WIDTHS),
                "grave": json.dumps(GRAVE),
            },
            login=user and user.login,
            timeout=300,
        )

    def test_pages(self):
        path = f"/my/plans/{self.plan.id}"
        visit = f"{path}/visits/{self.visits[0].id}"
        self.check(
            [
                "/my/plans",
                path,
                f"{path}/upcoming/page/2",
                f"{path}?done=moved",
                f"{visit}/cancel",
                f"{visit}/reschedule",
                f"{path}/visits/{self.visits[-1].id}/cancel",
            ],
            self.ana,
        )

    def test_by_the_link(self):
        self.check([self.link(self.plan)])
