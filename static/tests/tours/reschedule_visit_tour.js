import { drag, queryFirst, queryRect } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";
import { editMoment, openPage } from "./tour_helpers";

const EVENT = ".fc-timegrid-event:contains('Luna')";
const TARGET = ".fc-timegrid-slot-lane[data-time='14:00:00']";

const dragToTwo = (content) => ({
    content,
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
});

/** Runs a week after a day without visits, on which Luna comes at 09:00. */
registry.category("web_tour.tours").add("pet_plans_reschedule_visit", {
    steps: () => [
        {
            content: "Next week, all of which is to come",
            trigger: ".o_calendar_button_next",
            run: "click",
        },
        dragToTwo("Drag the visit from 09:00 to 14:00 of the same day"),
        {
            content: "It is told what happened, with a way back",
            trigger: ".o_notification:contains('2:00') button:contains('Undo')",
            run: "click",
        },
        {
            content: "It is where it was",
            trigger: `${EVENT}:contains(/0?9:00/)`,
        },
        dragToTwo("Drag it once more"),
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

/** Runs on a day with a visit of Luna at 09:00. */
registry.category("web_tour.tours").add("pet_plans_visits_calendar", {
    steps: () => [
        {
            content: "The pet stands first, the time second",
            trigger: `${EVENT} .fc-event-main > .o_event_title:first-child:contains('Luna') + .fc-time:contains(/0?9:00/)`,
        },
        {
            content: "Open the visit",
            trigger: EVENT,
            run: "click",
        },
        {
            content: "It can be cancelled here as well",
            trigger: ".o_cw_popover .o_pet_cancel",
        },
        {
            content: "Reschedule",
            trigger: ".o_cw_popover .o_pet_reschedule",
            run: "click",
        },
        {
            content: "The dialog has its time",
            trigger: ".modal .o_field_widget[name=start] :is(input, button)",
        },
        {
            content: "Leave it",
            trigger: ".modal button[special=cancel]",
            run: "click",
        },
        {
            content: "Open the visit again",
            trigger: `body:not(:has(.modal)) ${EVENT}`,
            run: "click",
        },
        {
            content: "Edit it",
            trigger: ".o_cw_popover .o_cw_popover_edit",
            run: "click",
        },
        {
            content: "Its service is on the plan, and has no price",
            trigger: ".modal td[name=price_unit]:contains('on PLN')",
        },
        {
            content: "Close it",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

/** Runs on a day with a visit of Rex at 14:00, of the same groomer, as well. */
registry.category("web_tour.tours").add("pet_plans_drag_onto_a_clash", {
    steps: () => [
        dragToTwo("Drag the visit to where its groomer is busy"),
        {
            content: "It is asked before",
            trigger: ".modal:contains('Busy then'):contains('Rex')",
        },
        {
            content: "Think again",
            trigger: ".modal button:contains('Leave it')",
            run: "click",
        },
        {
            content: "It is where it was",
            trigger: `body:not(:has(.modal)) ${EVENT}:contains(/0?9:00/)`,
        },
        dragToTwo("Drag it once more"),
        {
            content: "Move it all the same",
            trigger: ".modal button:contains('Move')",
            run: "click",
        },
        {
            content: "It has moved",
            trigger: ".o_notification:contains('2:00') button:contains('Undo')",
        },
    ],
});

const VISITS = ".o_field_widget[name=appointment_ids]";

registry.category("web_tour.tours").add("pet_plans_reschedule_from_plan", {
    steps: () => [
        openPage("visits"),
        {
            content: "Open a visit of the plan",
            trigger: `${VISITS} .o_data_row:eq(2) td[name=start]`,
            run: "click",
        },
        {
            content: "Move it",
            trigger: ".modal .o_form_statusbar button[name=action_open_reschedule]",
            run: "click",
        },
        ...editMoment("start", "01/26/2099 09:00:00"),
        {
            content: "Leave the field",
            trigger: ".modal:has([name=old_start]) .modal-title",
            run: "click",
        },
        {
            content: "Another visit is at that time",
            trigger: ".modal .o_field_widget[name=clash]:contains('Luna')",
        },
        ...editMoment("start", "01/21/2099 09:00:00"),
        {
            content: "Leave the field",
            trigger: ".modal:has([name=old_start]) .modal-title",
            run: "click",
        },
        {
            content: "Nothing is in the way there",
            trigger: ".modal:has([name=old_start]):not(:has([name=clash] span))",
        },
        {
            content: "Reschedule",
            trigger: ".modal:has([name=old_start]) button[name=action_apply]",
            run: "click",
        },
        {
            content: "The visit has moved",
            trigger:
                ".modal:not(:has([name=old_start])) [name=start]:contains('Jan 21, 2099')",
        },
        {
            content: "Close it",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "The list of the plan shows it; move the next one from its row",
            trigger: `body:not(:has(.modal)) ${VISITS} .o_data_row:has(td[name=start]:contains('Jan 26, 2099')) button[name=action_open_reschedule]`,
            run: "click",
        },
        ...editMoment("start", "01/28/2099 09:00:00"),
        {
            content: "Reschedule",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It has moved",
            trigger: `body:not(:has(.modal)) ${VISITS} .o_data_row:has(td[name=start]:contains('Jan 28, 2099'))`,
        },
    ],
});
