import { drag, queryFirst, queryRect } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

const EVENT = ".fc-timegrid-event:contains('Luna')";
const TARGET = ".fc-timegrid-slot-lane[data-time='14:00:00']";

registry.category("web_tour.tours").add("pet_plans_reschedule_visit", {
    steps: () => [
        {
            content: "Drag the visit from 09:00 to 14:00 of the same day",
            trigger: EVENT,
            async run({ anchor }) {
                anchor.scrollIntoView({ block: "start" });
                const { x, width } = queryRect(anchor);
                const { moveTo, drop } = await drag(anchor, {
                    position: { top: 2 },
                    relative: true,
                });
                const target = queryFirst(TARGET);
                const { y } = queryRect(target);
                await moveTo(target, { position: { x: x + width / 2, y: y + 2 } });
                await drop();
            },
        },
        {
            content: "The visit is at 14:00",
            trigger: `${EVENT}:contains('14:00'), ${EVENT}:contains('2:00')`,
        },
        {
            content: "It still is after a reload of the calendar",
            trigger: ".o_calendar_button_next",
            run: "click",
        },
        {
            trigger: `.o_calendar_view:not(:has(${EVENT}))`,
        },
        {
            trigger: ".o_calendar_button_prev",
            run: "click",
        },
        {
            trigger: `${EVENT}:contains('14:00'), ${EVENT}:contains('2:00')`,
        },
    ],
});
