import { registry } from "@web/core/registry";
import { checkRows, editMoment, inClicks, openPage } from "./tour_helpers";

const CYCLES = ".o_field_widget[name=cycle_ids]";
const PREVIEW = ".modal .o_field_widget[name=line_ids]";

/** Visits that another one's cancellation changes: old and new cycle and due date. */
const CHANGED = [
    { start: "Jan 19, 2099", old_cycle_id: "/ 1", old_date_due: "Jan 5, 2099" },
    {
        start: "Feb 2, 2099",
        old_cycle_id: "/ 2",
        new_cycle_id: "/ 1",
        old_date_due: "Feb 2, 2099",
        new_date_due: "Jan 5, 2099",
    },
    {
        start: "Feb 9, 2099",
        old_cycle_id: "/ 2",
        new_cycle_id: "/ 2",
        old_date_due: "Feb 2, 2099",
        new_date_due: "Feb 9, 2099",
    },
    { start: "Mar 2, 2099", old_cycle_id: "/ 3", new_cycle_id: "/ 2" },
    {
        start: "Mar 9, 2099",
        old_cycle_id: "/ 3",
        new_cycle_id: "/ 3",
        old_date_due: "Mar 2, 2099",
        new_date_due: "Mar 9, 2099",
    },
];

registry.category("web_tour.tours").add("pet_plans_cancel_visit", {
    steps: () => [
        ...inClicks(3, [
            {
                content: "Cancel the visit",
                trigger: ".o_form_view button[name=action_open_cancel]",
                run: "click",
            },
            {
                content: "What changes is said in words",
                trigger:
                    ".modal .o_field_widget[name=summary]:contains('Sessions that go back: 1 to PLN'):contains('due on Feb 9, 2099 instead of Feb 2, 2099')",
            },
            ...CHANGED.map((cells) => ({
                content: `The visit of ${cells.start} changes`,
                trigger: [
                    `${PREVIEW} .o_data_row`,
                    ...Object.entries(cells).map(
                        ([name, text]) => `:has(td[name=${name}]:contains("${text}"))`
                    ),
                ].join(""),
            })),
            {
                content: "What stays is folded",
                trigger: `.modal:not(:has(.o_data_row:visible td[name=start]:contains("Jan 5, 2099")))`,
            },
            {
                content: "Say why",
                trigger: ".modal .o_field_widget[name=reason] input",
                run: "edit Luna has a cold",
            },
            {
                content: "Cancel it",
                trigger: ".modal button[name=action_apply]",
                run: "click",
            },
        ]),
        {
            content: "The visit is cancelled",
            trigger: ".o_form_view .ribbon:contains('Cancelled')",
        },
        {
            content: "It says what became of its session",
            trigger: ".o_field_widget[name=session_outcome]:contains('Back on PLN')",
        },
        {
            content: "There is no service to add any more",
            trigger:
                ".o_field_widget[name=line_ids]:not(:has(.o_field_x2many_list_row_add))",
        },
        {
            content: "Book the replacement that is offered",
            trigger:
                ".o_notification:contains('1 session is back on PLN'):contains('(1 to book)') button:contains('Book')",
            run: "click",
        },
        {
            content: "One visit is left",
            trigger: ".modal .o_field_widget[name=count] input:value('1')",
        },
        ...editMoment("first_start", "03/30/2099 09:00:00"),
        {
            content: "Leave the field",
            trigger: ".modal .o_field_widget[name=count] input",
            run: "click",
        },
        ...checkRows(PREVIEW, [{ start: "Mar 30, 2099", cycle_id: "/ 3" }]),
        {
            content: "Book it",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "Open its plan",
            trigger: "body:not(:has(.modal)) button[name=action_view_plan]",
            run: "click",
        },
        openPage("cycles"),
        ...checkRows(CYCLES, [
            { date_due: "Jan 5, 2099", booked: "4", amount_billed: "180.00" },
            { date_due: "Feb 9, 2099", booked: "4", amount_billed: "180.00" },
            { date_due: "Mar 9, 2099", booked: "4", amount_billed: "180.00" },
        ]),
    ],
});
